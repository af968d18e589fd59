//! Opening a database for a verdict, which needs only reads: also where nothing can be written, because the disk is full or the
//! file system or directory is read-only.

use std::fs::{self, Metadata, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};

use crate::domain::trouble::{Fault, OpenFault, Trouble};
use crate::domain::user::OsAccount;
use crate::store::fault::{forget_system_error, while_opening};
use crate::store::file::beside;
use crate::store::open::{connected, open_existing, refuse_older, trouble};
use crate::store::{Place, Store, file};

/// How long the index of a log is that nobody has used yet.
const UNUSED: u64 = 3;

impl Store {
    /// [`Store::open_existing`] for verdicts. What is noted of them is worth no waiting for the disk: a use that was noted
    /// may be lost when the power fails.
    ///
    /// # Errors
    /// As of [`Store::open_existing`].
    pub fn open_to_verify(place: &Place, account: &OsAccount) -> Result<Store, Trouble> {
        let opened = || {
            let store = open_existing(place, account)?;
            store
                .connection
                .pragma_update(None, "synchronous", "NORMAL")
                .map_err(while_opening)?;
            Ok(store)
        };
        opened().map_err(trouble(place))
    }

    /// Opens a database that is there, and up to date, without writing to it. At most an empty log and an empty index of it
    /// are made beside it, as `SQLite` needs them.
    ///
    /// # Errors
    /// As of [`Store::open_existing`].
    pub fn open_to_read(place: &Place, account: &OsAccount) -> Result<Store, Trouble> {
        let Place::File(path) = place else {
            return Store::open_existing(place, account);
        };
        open_to_read(path, account).map_err(trouble(place))
    }

    /// Refuses what was read where `SQLite` was told that nothing changes, and somebody has begun to write all the same.
    pub(super) fn check_unchanged(&self) -> Result<(), Fault> {
        match &self.frozen {
            Some(frozen) if !frozen.holds() => Err(Fault::Busy),
            _ => Ok(()),
        }
    }
}

fn open_to_read(path: &Path, account: &OsAccount) -> Result<Store, OpenFault> {
    let identity = file::trust(path, account)?;
    let real = identity.real();
    forget_system_error();
    // Without the log and its index there is nothing that SQLite could lock.
    let frozen = match make(&beside(real, "-shm")).and_then(|()| make(&beside(real, "-wal"))) {
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
    let (mut store, found) = connected(connection, Some(identity))?;
    refuse_older(found)?;
    store.frozen = frozen;
    Ok(store)
}

/// Makes the file, empty, where there is none.
fn make(path: &Path) -> io::Result<()> {
    let made = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(file::FILE_MODE)
        .open(path);
    match made {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

/// Why `SQLite` could not open what it keeps beside the database, where it cannot be made. It tries again for reading
/// only, and what the operating system said first is gone.
pub(super) fn why_not_made(path: &Path) -> Option<OpenFault> {
    let path = fs::canonicalize(path).ok()?;
    let refused = |suffix| make(&beside(&path, suffix)).err();
    let error = refused("-wal").or_else(|| refused("-shm"))?;
    Some(match error.kind() {
        ErrorKind::ReadOnlyFilesystem => OpenFault::ReadOnlyMount,
        ErrorKind::PermissionDenied => OpenFault::ReadOnly,
        ErrorKind::StorageFull => OpenFault::Fault(Fault::Full),
        ErrorKind::QuotaExceeded => OpenFault::Fault(Fault::OverLimit),
        _ => OpenFault::Fault(Fault::Unwritable),
    })
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

/// An absolute path as a URI of `SQLite` (<https://sqlite.org/uri.html>). What means something in one is encoded.
pub(super) fn uri(path: &Path, how: &str) -> String {
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
    use crate::domain::time::Timestamp;
    use std::ffi::OsStr;

    #[test]
    fn a_path_is_taken_literally() {
        let path = Path::new(OsStr::from_bytes(b"/a b/100%?x=1#f/\xff&\xe7"));
        assert_eq!(
            uri(path, "immutable=1"),
            "file:/a%20b/100%25%3Fx%3D1%23f/%FF%26%E7?mode=ro&immutable=1"
        );
    }

    #[test]
    fn what_is_noted_of_a_verdict_waits_for_no_disk() {
        let directory = tempfile::tempdir().expect("a directory");
        let place = Place::File(directory.path().join("keyward.db"));
        let account = OsAccount {
            uid: nix::unistd::geteuid().as_raw(),
            name: "alice".to_owned(),
            root_by_sudo: false,
        };
        let made = Store::create_or_open(&place, &account, Timestamp(0), &mut |_| Ok(()));
        made.expect("made");
        let store = Store::open_to_verify(&place, &account).expect("opened");
        let synchronous = store
            .connection
            .pragma_query_value(None, "synchronous", |row| row.get(0));
        // NORMAL is 1.
        assert_eq!(synchronous, Ok(1));
    }

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
