//! The file in which passwords are kept for servers, as libpq has it
//! (<https://www.postgresql.org/docs/15/libpq-pgpass.html>). It is only read where a server asks for one.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use zeroize::Zeroizing;

use crate::domain::trouble::ServerFault;

/// The bits of a file's mode by which others than its owner come to it.
pub const OTHERS: u32 = 0o077;

/// What a password is for: host, port, database and role.
pub type For<'a> = [&'a str; 4];

/// The password for this in the file; nothing where there is none, or no file.
///
/// # Errors
/// [`ServerFault::OpenPasswords`] and [`ServerFault::Unreadable`].
pub fn kept(file: &Path, wanted: For<'_>) -> Result<Option<Zeroizing<Vec<u8>>>, ServerFault> {
    let unreadable =
        |error: std::io::Error| ServerFault::Unreadable(file.to_owned(), error.to_string());
    let mut opened = match File::open(file) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        opened => opened.map_err(unreadable)?,
    };
    let facts = opened.metadata().map_err(unreadable)?;
    if facts.mode() & OTHERS != 0 {
        return Err(ServerFault::OpenPasswords(file.to_owned()));
    }
    // Of this size at once: what a growing buffer leaves behind is not wiped.
    let size = usize::try_from(facts.size()).unwrap_or(0);
    let mut bytes = Zeroizing::new(Vec::with_capacity(size + 1));
    opened.read_to_end(&mut bytes).map_err(unreadable)?;
    Ok(found(&bytes, wanted))
}

/// What a line in the file has before the password.
pub fn line(wanted: For<'_>) -> String {
    let fields = wanted.map(|field| field.replace('\\', "\\\\").replace(':', "\\:"));
    fields.join(":") + ":"
}

fn found(bytes: &[u8], wanted: For<'_>) -> Option<Zeroizing<Vec<u8>>> {
    let mut lines = bytes.split(|byte| *byte == b'\n');
    lines.find_map(|line| of_line(line.strip_suffix(b"\r").unwrap_or(line), wanted))
}

fn of_line(line: &[u8], wanted: For<'_>) -> Option<Zeroizing<Vec<u8>>> {
    if line.starts_with(b"#") {
        return None;
    }
    let mut rest = line;
    for wanted in wanted {
        let (field, behind) = field(rest);
        if rest.strip_prefix(b"*:") != behind && **field != *wanted.as_bytes() {
            return None;
        }
        rest = behind?;
    }
    Some(field(rest).0).filter(|password| !password.is_empty())
}

/// A field without its escapes, and what stands behind its colon.
fn field(text: &[u8]) -> (Zeroizing<Vec<u8>>, Option<&[u8]>) {
    let mut field = Zeroizing::new(Vec::with_capacity(text.len()));
    let mut bytes = text.iter().enumerate();
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b':' => return (field, text.get(at + 1..)),
            b'\\' => field.extend(bytes.next().map(|(_, byte)| *byte)),
            byte => field.push(*byte),
        }
    }
    (field, None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt;

    const WANTED: For<'_> = ["db1", "5432", "keyward", "alice"];

    fn password(text: &str, wanted: For<'_>) -> Option<String> {
        let found = found(text.as_bytes(), wanted)?;
        Some(String::from_utf8_lossy(&found).into_owned())
    }

    #[test]
    fn the_first_line_that_fits_has_the_password() {
        let text = "# a comment\ndb2:5432:keyward:alice:other\n*:*:keyward:bob:his\r\n\
             db1:*:*:alice:open \\:se\\\\same\n*:*:*:*:any\n";
        assert_eq!(password(text, WANTED).as_deref(), Some("open :se\\same"));
        let bob = ["db9", "1", "keyward", "bob"];
        assert_eq!(password(text, bob).as_deref(), Some("his"));
        let eve = ["db9", "1", "x", "eve"];
        assert_eq!(password(text, eve).as_deref(), Some("any"));
    }

    #[test]
    fn a_name_is_compared_without_its_escapes_and_a_star_in_it_is_none() {
        let text = "a\\:b:5432:keyward:alice:one\n\\*:5432:keyward:alice:two\n";
        let of = |host| password(text, [host, "5432", "keyward", "alice"]);
        assert_eq!(of("a:b").as_deref(), Some("one"));
        assert_eq!(of("*").as_deref(), Some("two"));
        assert_eq!(of("db1"), None);
    }

    #[test]
    fn what_is_told_to_be_written_is_found() {
        for wanted in [WANTED, ["::1", "5432", "a\\b", "*"]] {
            let told = line(wanted) + "sesame\n";
            assert_eq!(password(&told, wanted).as_deref(), Some("sesame"), "{told}");
        }
    }

    #[test]
    fn a_line_that_is_none_has_no_password() {
        for text in ["", "db1:5432:keyward:alice", "db1:5432:keyward:alice:", "x"] {
            assert_eq!(password(text, WANTED), None, "{text}");
        }
    }

    #[test]
    fn a_file_that_others_can_read_is_refused() {
        let directory = tempfile::tempdir().expect("a directory");
        let file = directory.path().join("pgpass");
        assert_eq!(kept(&file, WANTED), Ok(None));
        fs::write(&file, "*:*:*:*:sesame").expect("written");
        for (mode, is_refused) in [(0o640, true), (0o604, true), (0o600, false)] {
            fs::set_permissions(&file, Permissions::from_mode(mode)).expect("set");
            let read = kept(&file, WANTED);
            assert_eq!(read.is_err(), is_refused, "{mode:o}");
        }
    }
}
