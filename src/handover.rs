//! How secrets leave for a script: as lines, encrypted for those who are named, into a file descriptor that whoever
//! started the process left open. Files are made by [`new_file`](crate::new_file). Nothing here knows a database.

mod descriptor;
mod recipient;

use std::io::{self, Write};

use age::Encryptor;
use age::armor::{ArmoredWriter, Format};
use zeroize::Zeroizing;

use crate::domain::secret::Secret;
use crate::domain::trouble::Trouble;

pub use descriptor::Descriptor;
pub use recipient::Recipient;

/// Bytes of a line that are asked for at once: as many as the longest secret needs, with its line end.
const LINE: usize = 80;

/// The secrets, each on a line of its own; where there are recipients, encrypted for each of them as an ASCII-armoured
/// age file (<https://age-encryption.org/v1>), which goes through every terminal and mail.
///
/// # Errors
/// [`Trouble::NotEncrypted`].
pub fn written<'a>(
    secrets: impl ExactSizeIterator<Item = &'a Secret>,
    recipients: &[Recipient],
) -> Result<Zeroizing<Vec<u8>>, Trouble> {
    // Room for all of it: a buffer that grows would leave copies behind.
    let mut lines = Zeroizing::new(Vec::with_capacity(secrets.len() * LINE));
    for secret in secrets {
        lines.extend_from_slice(secret.expose().as_bytes());
        lines.push(b'\n');
    }
    if recipients.is_empty() {
        return Ok(lines);
    }
    let encrypted = encrypted(&lines, recipients);
    encrypted.map_err(|error| Trouble::NotEncrypted(error.to_string()))
}

fn encrypted(plain: &[u8], recipients: &[Recipient]) -> io::Result<Zeroizing<Vec<u8>>> {
    let recipients = recipients.iter().map(Recipient::key);
    let encryptor = Encryptor::with_recipients(recipients).map_err(io::Error::other)?;
    let armored = ArmoredWriter::wrap_output(Vec::new(), Format::AsciiArmor)?;
    let mut writer = encryptor.wrap_output(armored)?;
    writer.write_all(plain)?;
    Ok(Zeroizing::new(writer.finish()?.finish()?))
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::iter::once;

    use age::armor::ArmoredReader;
    use age::{Decryptor, x25519};

    use super::*;

    fn secrets() -> [Secret; 2] {
        ["7:one=", "8:two="].map(|text| Secret::from(text.to_owned()))
    }

    fn opened(file: &[u8], identity: &x25519::Identity) -> String {
        let decryptor = Decryptor::new(ArmoredReader::new(file)).expect("an age file");
        let mut reader = decryptor
            .decrypt(once(identity as &dyn age::Identity))
            .expect("for this identity");
        let mut plain = String::new();
        reader.read_to_string(&mut plain).expect("whole");
        plain
    }

    #[test]
    fn each_secret_is_a_line_and_nothing_else_is_there() {
        let lines = written(secrets().iter(), &[]).expect("written");
        assert_eq!(lines.as_slice(), b"7:one=\n8:two=\n");
    }

    #[test]
    fn what_is_encrypted_is_text_that_each_recipient_can_open_and_nobody_can_read() {
        let people = [x25519::Identity::generate(), x25519::Identity::generate()];
        let recipients: Vec<Recipient> = people
            .iter()
            .map(|one| Recipient::parse(&one.to_public().to_string()).expect("a recipient"))
            .collect();
        let file = written(secrets().iter(), &recipients).expect("written");
        let text = str::from_utf8(&file).expect("ASCII");
        assert!(text.starts_with("-----BEGIN AGE ENCRYPTED FILE-----\n"));
        assert!(text.ends_with("-----END AGE ENCRYPTED FILE-----\n"));
        assert!(text.is_ascii() && !text.contains("one") && !text.contains("two"));
        for one in &people {
            assert_eq!(opened(&file, one), "7:one=\n8:two=\n");
        }
    }
}
