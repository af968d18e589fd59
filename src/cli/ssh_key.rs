//! An SSH public key as it stands in a file of its own, and the line of `authorized_keys` that lets whoever has its
//! private half do one thing. Formats: sshd(8), RFC 4253 section 6.6.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use crate::domain::name::printable;

/// More bytes than any file with one public key has.
pub const KEY_FILE_MAX: usize = 64 * 1024;

/// The types that sshd takes, and how many fields follow the type in the blob. No certificates: who signs those can
/// name anybody.
const TYPES: [(&str, usize); 7] = [
    ("ssh-ed25519", 1),
    ("ssh-rsa", 2),
    ("ecdsa-sha2-nistp256", 2),
    ("ecdsa-sha2-nistp384", 2),
    ("ecdsa-sha2-nistp521", 2),
    ("sk-ssh-ed25519@openssh.com", 2),
    ("sk-ecdsa-sha2-nistp256@openssh.com", 3),
];

/// Why a file does not hold exactly one public key. Nothing of the file is in here: it could be a private one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoKey {
    /// Too long, or not text.
    NotText,
    Private,
    Empty,
    Several,
    /// The key has options before its type.
    Options,
    /// The line does not begin with a type that is known.
    UnknownType,
    /// The key is no base64.
    NotBase64,
    /// The key says of itself that it is of another type than the one before it.
    OtherType,
    /// The key is cut off, or something follows it.
    Damaged,
    /// The comment holds a control character, or one that cannot be seen.
    ControlCharacter,
}

/// One public key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey {
    kind: &'static str,
    blob: String,
    comment: String,
}

impl PublicKey {
    /// The one key of a file; empty lines and comments may stand beside it.
    ///
    /// # Errors
    /// [`NoKey`].
    pub fn parse(file: &[u8]) -> Result<PublicKey, NoKey> {
        if is_private(file) {
            return Err(NoKey::Private);
        }
        let text = std::str::from_utf8(file).ok();
        let text = text.filter(|text| text.len() <= KEY_FILE_MAX && !text.contains('\0'));
        let text = text.ok_or(NoKey::NotText)?;
        let mut lines = text
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty() && !line.starts_with('#'));
        let line = lines.next().ok_or(NoKey::Empty)?;
        if lines.next().is_some() {
            return Err(NoKey::Several);
        }
        parse_line(line)
    }

    /// The line for `authorized_keys`: nothing but these words, as a command in a terminal.
    ///
    /// # Errors
    /// The first word that cannot be quoted so that sshd and every shell take it as it is.
    pub fn authorized_line<'a>(&self, command: &[&'a str]) -> Result<String, &'a str> {
        let words: Result<Vec<String>, &str> = command
            .iter()
            .map(|word| quoted(word).ok_or(*word))
            .collect();
        let command = words?.join(" ");
        let key = format!("{} {} {}", self.kind, self.blob, self.comment);
        Ok(format!(
            "restrict,pty,command=\"{command}\" {}",
            key.trim_end()
        ))
    }
}

/// Whether a private key is in there: OpenSSH's, PEM's or `PuTTY`'s.
fn is_private(file: &[u8]) -> bool {
    let holds = |part: &[u8]| file.windows(part.len()).any(|window| window == part);
    holds(b"PRIVATE KEY-----") || holds(b"PuTTY-User-Key-File") || holds(b"openssh-key-v1")
}

fn parse_line(line: &str) -> Result<PublicKey, NoKey> {
    let (first, rest) = word(line);
    let known = |word: &str| TYPES.into_iter().find(|(kind, _)| *kind == word);
    let Some((kind, fields)) = known(first) else {
        let options = line.split(BLANKS).any(|word| known(word).is_some());
        return Err(if options {
            NoKey::Options
        } else {
            NoKey::UnknownType
        });
    };
    let (blob, comment) = word(rest);
    let bytes = BASE64_STANDARD.decode(blob).map_err(|_| NoKey::NotBase64)?;
    check_blob(&bytes, kind, fields)?;
    if printable(comment) != comment {
        return Err(NoKey::ControlCharacter);
    }
    Ok(PublicKey {
        kind,
        blob: blob.to_owned(),
        comment: comment.to_owned(),
    })
}

const BLANKS: [char; 2] = [' ', '\t'];

/// The first word, and what follows it.
fn word(line: &str) -> (&str, &str) {
    let (word, rest) = line.split_once(BLANKS).unwrap_or((line, ""));
    (word, rest.trim_start_matches(BLANKS))
}

/// Checks that a blob is of this type, and whole.
fn check_blob(blob: &[u8], kind: &str, fields: usize) -> Result<(), NoKey> {
    let (inner, mut rest) = field(blob).ok_or(NoKey::Damaged)?;
    if inner != kind.as_bytes() {
        return Err(NoKey::OtherType);
    }
    for _ in 0..fields {
        let (value, after) = field(rest).ok_or(NoKey::Damaged)?;
        if value.is_empty() {
            return Err(NoKey::Damaged);
        }
        rest = after;
    }
    if rest.is_empty() {
        Ok(())
    } else {
        Err(NoKey::Damaged)
    }
}

/// The field at the beginning, which its length precedes, and what follows it.
fn field(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk()?;
    let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
    rest.split_at_checked(length)
}

/// A word as it stands in the `command` of a line and as the account's shell then takes it whole. A quote of either
/// kind would need quoting for both, and a backslash is read differently by different shells: there are none.
fn quoted(word: &str) -> Option<String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+,:@%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return Some(word.to_owned());
    }
    let safe = printable(word) == word && !word.contains(['\'', '"', '\\', '!']);
    safe.then(|| format!("'{word}'"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blob(fields: &[&[u8]]) -> String {
        let mut bytes = Vec::new();
        for field in fields {
            let length = u32::try_from(field.len()).expect("short");
            bytes.extend_from_slice(&length.to_be_bytes());
            bytes.extend_from_slice(field);
        }
        BASE64_STANDARD.encode(bytes)
    }

    fn ed25519() -> String {
        blob(&[b"ssh-ed25519", &[7; 32]])
    }

    #[track_caller]
    fn refused(file: impl AsRef<[u8]>, why: NoKey) {
        assert_eq!(PublicKey::parse(file.as_ref()), Err(why));
    }

    #[test]
    fn one_key_is_taken_with_its_comment_and_whatever_stands_beside_it() {
        let key = ed25519();
        let line = format!("restrict,pty,command=\"keyward --user alice\" ssh-ed25519 {key}");
        for (file, comment) in [
            (format!("ssh-ed25519 {key}"), ""),
            (format!("\n# Alice's\r\n  ssh-ed25519\t{key} \r\n\n"), ""),
            (
                format!("ssh-ed25519 {key} alice@notebook of work\n"),
                " alice@notebook of work",
            ),
        ] {
            let key = PublicKey::parse(file.as_bytes()).expect(&file);
            let made = key.authorized_line(&["keyward", "--user", "alice"]);
            assert_eq!(made, Ok(format!("{line}{comment}")));
        }
    }

    #[test]
    fn every_type_of_key_has_its_fields() {
        for (kind, fields) in TYPES {
            let mut parts: Vec<&[u8]> = vec![kind.as_bytes()];
            parts.resize(fields + 1, b"field");
            let file = |parts: &[&[u8]]| format!("{kind} {}", blob(parts));
            assert!(PublicKey::parse(file(&parts).as_bytes()).is_ok(), "{kind}");
            refused(file(&parts[..fields]), NoKey::Damaged);
            parts.push(b"more");
            refused(file(&parts), NoKey::Damaged);
        }
    }

    #[test]
    fn what_is_not_exactly_one_key_is_refused() {
        let key = ed25519();
        refused("\n# nothing\n", NoKey::Empty);
        let two = format!("ssh-ed25519 {key}\nssh-ed25519 {key}");
        refused(two, NoKey::Several);
        for options in ["restrict", "command=\"a b\",pty", "from=\"*\""] {
            refused(format!("{options} ssh-ed25519 {key}"), NoKey::Options);
        }
        for other in [
            "ssh-dss",
            "ssh-ed25519-cert-v01@openssh.com",
            "1024",
            "hello",
        ] {
            refused(format!("{other} {key}"), NoKey::UnknownType);
        }
        refused("ssh-ed25519", NoKey::Damaged);
        refused(format!("ssh-ed25519 {key}!"), NoKey::NotBase64);
        refused(format!("ssh-ed25519 {}", &key[..40]), NoKey::Damaged);
        refused(format!("ssh-rsa {key}"), NoKey::OtherType);
        let cut = BASE64_STANDARD.encode([0, 0]);
        refused(format!("ssh-ed25519 {cut}"), NoKey::Damaged);
        for comment in ["a\u{1b}[2J", "a\u{202e}b"] {
            let file = format!("ssh-ed25519 {key} {comment}");
            refused(file, NoKey::ControlCharacter);
        }
        refused(b"ssh-ed25519 \xff", NoKey::NotText);
        refused(vec![b'#'; KEY_FILE_MAX + 1], NoKey::NotText);
    }

    #[test]
    fn a_private_key_is_told_wherever_it_is() {
        let key = ed25519();
        for private in [
            "-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl\n-----END OPENSSH PRIVATE KEY-----\n",
            "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n",
            "-----BEGIN ENCRYPTED PRIVATE KEY-----\n",
            "PuTTY-User-Key-File-3: ssh-ed25519\n",
        ] {
            refused(private, NoKey::Private);
            refused(format!("ssh-ed25519 {key}\n{private}"), NoKey::Private);
        }
        refused(b"openssh-key-v1\0\xff\xff", NoKey::Private);
    }

    #[test]
    fn words_are_quoted_for_sshd_and_the_shell_or_refused() {
        let key = PublicKey::parse(format!("ssh-ed25519 {}", ed25519()).as_bytes());
        let key = key.expect("a key");
        let command = |word| {
            let line = key.authorized_line(&[word, "--user", "a.b@c"]).ok()?;
            Some(line.split('"').nth(1).expect("a command").to_owned())
        };
        for (word, quoted) in [
            ("/usr/local/bin/keyward", "/usr/local/bin/keyward"),
            ("/opt/key ward/$HOME`id`;x*", "'/opt/key ward/$HOME`id`;x*'"),
            ("/opt/日本", "'/opt/日本'"),
            ("", "''"),
        ] {
            assert_eq!(command(word), Some(format!("{quoted} --user a.b@c")));
        }
        for bad in [
            "a'b",
            "a\"b",
            "a\\b",
            "a\nb",
            "a\u{1b}b",
            "a!b",
            "a\u{202e}b",
        ] {
            assert_eq!(command(bad), None, "{bad:?}");
        }
    }
}
