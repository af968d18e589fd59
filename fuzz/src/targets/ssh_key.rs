//! Files with an SSH public key, and the line that is made of one.

use keyward::cli::ssh_key::PublicKey;

pub fn run(data: &[u8]) {
    let Ok(key) = PublicKey::parse(data) else {
        return;
    };
    let line = key
        .authorized_line(&["/usr/bin/keyward", "--user", "alice"])
        .expect("plain words");
    let (options, own) = line.split_at("restrict,pty,command=\"".len());
    assert_eq!(options, "restrict,pty,command=\"");
    assert!(!line.contains(char::is_control), "{line:?}");
    let (_, own) = own.split_once("\" ").expect("the end of the command");
    assert_eq!(PublicKey::parse(own.as_bytes()), Ok(key), "{line:?}");
}
