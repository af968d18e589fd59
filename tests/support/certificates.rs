//! Certificates of authorities of a test's own, made by openssl.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::PathBuf;
use std::process::Command;

use tempfile::TempDir;

use super::process::{NOBODY, program, skip};

/// How each key is made.
const KEY: &str = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";

/// A directory of them: `NAME.crt` and `NAME.key`.
pub struct Certificates(TempDir);

impl Certificates {
    /// None yet. Nothing where what makes them is missing.
    pub fn new() -> Option<Certificates> {
        for name in ["openssl", "faketime"] {
            if program(name).is_none() {
                skip(&format!("there is no {name}"));
                return None;
            }
        }
        let directory = tempfile::tempdir().expect("a directory");
        // A server that runs as somebody else reads them, too.
        fs::set_permissions(directory.path(), Permissions::from_mode(0o755)).expect("set");
        Some(Certificates(directory))
    }

    /// An authority, which is as well what openssl makes for whoever asks for no more: a certificate that signs itself.
    pub fn authority(&self, name: &str, names: &str) {
        self.openssl(&format!(
            "req -x509 {KEY} -days 2 -subj /CN={name} -addext {names} -keyout {name}.key -out {name}.crt"
        ));
    }

    /// A certificate for somebody, with these alternative names if any.
    pub fn issue(&self, name: &str, authority: &str, to: &str, names: &str) {
        self.issue_at("now", name, authority, to, names);
    }

    /// One that was issued at a time and was valid for a day.
    pub fn issue_at(&self, when: &str, name: &str, authority: &str, to: &str, names: &str) {
        self.openssl(&format!(
            "req -new {KEY} -subj /CN={to} -keyout {name}.key -out {name}.csr"
        ));
        let extensions = format!("basicConstraints=CA:FALSE\n{names}\n");
        fs::write(self.path("extensions"), extensions).expect("written");
        let sign = format!(
            "x509 -req -in {name}.csr -CA {authority}.crt -CAkey {authority}.key -CAcreateserial -days 1 \
             -extfile extensions -out {name}.crt"
        );
        let mut command = Command::new("faketime");
        command.args([when, "openssl"]);
        self.run(command, &sign);
    }

    /// Gives a private key to whom the servers run as.
    pub fn give(&self, name: &str) {
        let key = self.path(&format!("{name}.key"));
        chown(key, Some(NOBODY), None).expect("given away");
    }

    pub fn path(&self, file: &str) -> PathBuf {
        self.0.path().join(file)
    }

    fn openssl(&self, words: &str) {
        self.run(Command::new("openssl"), words);
    }

    fn run(&self, mut command: Command, words: &str) {
        let ran = command
            .args(words.split_whitespace())
            .current_dir(self.0.path())
            .output()
            .expect("ran");
        let said = String::from_utf8_lossy(&ran.stderr);
        assert!(ran.status.success(), "{words}: {said}");
    }
}
