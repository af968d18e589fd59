//! Opening a database without writing to it: also where nothing can be written, because the disk is full or the file
//! system or directory is read-only.

use std::fs::{self, Metadata};
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};

use crate::domain::trouble::{Fault, OpenFault};
use crate::domain::user::OsAccount;
use crate::store::sqlite::address::{beside, uri};
use crate::store::sqlite::fault::{forget_system_error, while_opening};
use crate::store::sqlite::open::{connected, refuse_older, unless_moved};
use crate::store::sqlite::{Sqlite, file};

/// How long the index of a log is that nobody has used yet.
const UNUSED: u64 = 3;

/// See [`Store::open_to_read`](crate::store::Store::open_to_read).
pub fn open_to_read(path: &Path, account: &OsAccount) -> Result<Sqlite, OpenFault> {
    unless_moved(|| open(path, account))
}

impl Sqlite {
    /// Refuses what was read where `SQLite` was told that nothing changes, and somebody has begun to write all the same.
    pub(super) fn check_unchanged(&self) -> Result<(), Fault> {
        match &self.frozen {
            Some(frozen) if !frozen.holds() => Err(Fault::Busy),
            _ => Ok(()),
        }
    }
}

fn open(path: &Path, account: &OsAccount) -> Result<Sqlite, OpenFault> {
    let identity = file::trust(path, account)?;
    let real = identity.real();
    forget_system_error();
    // Without the log and its index there is nothing that SQLite could lock.
    let frozen =
        match file::make(&beside(real, "-shm")).and_then(|()| file::make(&beside(real, "-wal"))) {
            Ok(()) => None,
            Err(_) => Some(Frozen::of(real).ok_or(OpenFault::ReadOnly)?),
        };
    let how = if frozen.is_some() {
        "immutable=1"
    } else {
        "readonly_shm=1"
    };
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
        | OpenFlags::SQLITE_OPEN_URI
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(uri(real, how), flags).map_err(while_opening)?;
    connection
        .execute_batch("PRAGMA query_only = ON; PRAGMA trusted_schema = OFF;")
        .map_err(while_opening)?;
    let (mut sqlite, found) = connected(connection, Some(identity))?;
    refuse_older(found)?;
    sqlite.frozen = frozen;
    Ok(sqlite)
}

/// A database without a log, so that all of it is in its one file; and nobody can make a log.
#[derive(Debug)]
pub struct Frozen {
    path: PathBuf,
    facts: (u64, u64, u64, i64, i64),
}

impl Frozen {
    /// Nothing where there is a log.
    fn of(path: &Path) -> Option<Frozen> {
        let facts = facts(path)?;
        let path = path.to_owned();
        Some(Frozen { path, facts })
    }

    fn holds(&self) -> bool {
        facts(&self.path) == Some(self.facts)
    }
}

/// What changes with a file that is changed or replaced; nothing where it has a log or a journal with anything in it.
fn facts(path: &Path) -> Option<(u64, u64, u64, i64, i64)> {
    let bytes = |path: &Path| match fs::metadata(path) {
        Ok(facts) => Some(facts.len()),
        Err(error) => (error.kind() == ErrorKind::NotFound).then_some(0),
    };
    let most = [("-wal", 0), ("-journal", 0), ("-shm", UNUSED)];
    let none_in_use = most
        .into_iter()
        .all(|(suffix, most)| bytes(&beside(path, suffix)).is_some_and(|bytes| bytes <= most));
    if !none_in_use {
        return None;
    }
    let facts = fs::metadata(path).ok()?;
    let of = |facts: &Metadata| {
        (
            facts.dev(),
            facts.ino(),
            facts.len(),
            facts.ctime(),
            facts.ctime_nsec(),
        )
    };
    Some(of(&facts))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_meanwhile_is_noticed() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("keyward.db");
        let write = |path: &Path, text: &str| fs::write(path, text).expect("written");
        write(&path, "something");
        for change in [
            &|| write(&beside(&path, "-wal"), "x"),
            &|| write(&beside(&path, "-journal"), "x"),
            &|| write(&path, "another"),
            &|| {
                fs::remove_file(&path).expect("removed");
                write(&path, "something");
            },
        ] as [&dyn Fn(); 4]
        {
            let frozen = Frozen::of(&path).expect("no log");
            assert!(frozen.holds());
            change();
            assert!(!frozen.holds());
            for suffix in ["-wal", "-journal"] {
                let _ = fs::remove_file(beside(&path, suffix));
            }
        }
    }
}
