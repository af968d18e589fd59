//! A new database. It is made in memory and put in place whole, so that no other process ever sees half of one, and
//! a file that holds nothing is always damage.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rusqlite::Connection;

use crate::domain::trouble::{OpenFault, Trouble};
use crate::domain::user::OsAccount;
use crate::store::beginning::Beginning;
use crate::store::sqlite::address::{FILE_MODE, beside};
use crate::store::sqlite::fault::while_opening;
use crate::store::sqlite::file::{self, unreachable};
use crate::store::sqlite::left;
use crate::store::sqlite::migrate::migrate;

/// What may lie beside a database that was removed, and would be taken for the new one's.
const LOGS: [&str; 2] = ["-wal", "-journal"];

/// Makes a database of these bytes where there is none; says whether it did. One that another process puts there
/// meanwhile is left as it is.
pub fn begin(path: &Path, account: &OsAccount, bytes: &[u8]) -> Result<bool, OpenFault> {
    let real = place(path, account)?;
    let temporary = left::name(&real);
    let put = write(&temporary, bytes).and_then(|()| put(&temporary, &real));
    settled(&temporary, put)
}

/// [`begin`] with what `fill` puts into the file before it has its name.
pub fn begin_filled(
    path: &Path,
    account: &OsAccount,
    bytes: &[u8],
    fill: impl FnOnce(&Path) -> Result<(), Trouble>,
) -> Result<bool, Trouble> {
    let trouble = |fault| Trouble::Open(path.to_owned(), fault);
    let real = place(path, account).map_err(trouble)?;
    let temporary = left::name(&real);
    let written = write(&temporary, bytes).map_err(|error| trouble(unreachable(&error)));
    if let Err(why) = written.and_then(|()| fill(&temporary)) {
        let _ = fs::remove_file(&temporary);
        return Err(why);
    }
    let synced = File::open(&temporary).and_then(|file| file.sync_all());
    let put = synced.and_then(|()| put(&temporary, &real));
    settled(&temporary, put).map_err(trouble)
}

/// The path of a database that is to be made, where nothing lies that would be taken for a part of it.
fn place(path: &Path, account: &OsAccount) -> Result<PathBuf, OpenFault> {
    let real = file::prepare_directory(path, account)?;
    for log in LOGS {
        let log = beside(&real, log);
        if log.symlink_metadata().is_ok() && file::is_missing(&real)? {
            return Err(OpenFault::OrphanedLog(log));
        }
    }
    Ok(real)
}

/// Whether the file has its name now.
fn settled(temporary: &Path, put: io::Result<()>) -> Result<bool, OpenFault> {
    if put.is_err() {
        // Whatever the trouble was, it is told; this is only tidying up.
        let _ = fs::remove_file(temporary);
    }
    match put {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(unreachable(&error)),
        Ok(()) => Ok(true),
    }
}

/// A new database as its file has it.
pub fn new(beginning: &Beginning) -> Result<Vec<u8>, OpenFault> {
    let mut connection = Connection::open_in_memory().map_err(while_opening)?;
    connection
        .execute_batch("PRAGMA foreign_keys = ON; PRAGMA recursive_triggers = ON;")
        .map_err(while_opening)?;
    migrate(&connection, Some(beginning), None)?;
    serialized(&mut connection)
}

/// A database in memory as its file would have it.
pub fn serialized(connection: &mut Connection) -> Result<Vec<u8>, OpenFault> {
    let bytes = connection.serialize("main").map_err(while_opening)?;
    Ok(bytes.to_vec())
}

fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(FILE_MODE)
        .open(path)?;
    // The file creation mask may have taken more away than it should.
    file.set_permissions(Permissions::from_mode(FILE_MODE))?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Gives the file its name, unless there is one of that name, and sees to it that a power cut takes neither.
fn put(temporary: &Path, real: &Path) -> io::Result<()> {
    rename(temporary, real)?;
    File::open(real.parent().unwrap_or(real))?.sync_all()
}

/// At once, because a database with two names is refused.
#[cfg(target_os = "linux")]
pub fn rename(from: &Path, to: &Path) -> io::Result<()> {
    use nix::errno::Errno;
    use nix::fcntl::{AT_FDCWD, RenameFlags, renameat2};
    match renameat2(AT_FDCWD, from, AT_FDCWD, to, RenameFlags::RENAME_NOREPLACE) {
        // A file system that does not know how.
        Err(Errno::EINVAL | Errno::ENOSYS) => link(from, to),
        done => Ok(done?),
    }
}

#[cfg(not(target_os = "linux"))]
pub fn rename(from: &Path, to: &Path) -> io::Result<()> {
    link(from, to)
}

fn link(from: &Path, to: &Path) -> io::Result<()> {
    fs::hard_link(from, to)?;
    fs::remove_file(from)
}
