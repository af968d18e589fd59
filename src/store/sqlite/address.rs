//! Where the files of a database are, as the operating system and `SQLite` are told.

use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// The mode of each: for their owner alone.
pub const FILE_MODE: u32 = 0o600;

/// The file beside the database whose name ends so.
pub fn beside(real: &Path, suffix: &str) -> PathBuf {
    let mut path = real.as_os_str().to_owned();
    path.push(suffix);
    path.into()
}

/// An absolute path as a URI of `SQLite` (<https://sqlite.org/uri.html>). What means something in one is encoded.
pub fn uri(path: &Path, how: &str) -> String {
    let literal = |byte: &u8| byte.is_ascii_alphanumeric() || b"/-_.".contains(byte);
    let bytes = path.as_os_str().as_bytes().iter();
    let path = bytes.fold(String::new(), |path, byte| match byte {
        byte if literal(byte) => path + char::from(*byte).encode_utf8(&mut [0]),
        byte => path + &format!("%{byte:02X}"),
    });
    format!("file:{path}?mode=ro&{how}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ffi::OsStr;

    #[test]
    fn a_path_is_taken_literally() {
        let path = Path::new(OsStr::from_bytes(b"/a b/100%?x=1#f/\xff&\xe7"));
        assert_eq!(
            uri(path, "immutable=1"),
            "file:/a%20b/100%25%3Fx%3D1%23f/%FF%26%E7?mode=ro&immutable=1"
        );
    }
}
