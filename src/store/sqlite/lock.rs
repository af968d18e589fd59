//! The locks of a database's file, taken as `SQLite` takes them.

use std::fs::{File, OpenOptions};
use std::path::Path;

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, fcntl};
use nix::libc;

use crate::domain::trouble::OpenFault;
use crate::store::sqlite::file::unreachable;

/// Where `SQLite` locks a database (<https://sqlite.org/src/file/src/os.h>): whoever has it open holds a lock here.
const LOCKS_AT: libc::off_t = 0x4000_0000;
const LOCKS: libc::off_t = 512;

/// Whether anybody has it open as a database.
pub fn is_open(path: &Path) -> bool {
    matches!(lock(path), Err(OpenFault::InUse))
}

/// Locks a database as `SQLite` does for itself alone, whatever is in it.
pub fn lock(path: &Path) -> Result<File, OpenFault> {
    let file = OpenOptions::new().read(true).write(true).open(path);
    let file = file.map_err(|error| unreachable(&error))?;
    let all = libc::flock {
        l_type: libc::F_WRLCK.try_into().unwrap_or_default(),
        l_whence: libc::SEEK_SET.try_into().unwrap_or_default(),
        l_start: LOCKS_AT,
        l_len: LOCKS,
        l_pid: 0,
    };
    match fcntl(&file, FcntlArg::F_SETLK(&all)) {
        Ok(_) => Ok(file),
        Err(Errno::EAGAIN | Errno::EACCES) => Err(OpenFault::InUse),
        Err(error) => Err(unreachable(&error.into())),
    }
}
