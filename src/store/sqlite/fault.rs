//! What `SQLite` says, in our words.
//!
//! `SQLite` keeps to itself which error the operating system gave, and has one code for several that a person would mend
//! in different ways. That error is still to be had, as the last one of this thread: [`forget_system_error`] before
//! the work makes sure that it belongs to it.

use nix::errno::Errno;
use rusqlite::{Error, ffi};

use crate::domain::trouble::{Fault, OpenFault};

/// From here on, what the operating system refuses this thread is of the work that follows.
pub fn forget_system_error() {
    Errno::clear();
}

impl From<Error> for Fault {
    fn from(error: Error) -> Fault {
        let system = Errno::last();
        match error {
            Error::SqliteFailure(error, words) => {
                meaning(error.extended_code, system, words.unwrap_or_default())
            }
            Error::SqlInputError { error, msg, .. } => meaning(error.extended_code, system, msg),
            // A value that no row of ours can have.
            Error::FromSqlConversionFailure(..)
            | Error::IntegralValueOutOfRange(..)
            | Error::InvalidColumnType(..)
            | Error::Utf8Error(..)
            | Error::QueryReturnedNoRows => Fault::Corrupt,
            other => Fault::Other(0, other.to_string()),
        }
    }
}

/// What an extended result code means to a person, given the operating system's last error.
/// The codes are those of <https://sqlite.org/rescode.html>.
fn meaning(code: i32, system: Errno, words: String) -> Fault {
    match code & 0xff {
        ffi::SQLITE_BUSY | ffi::SQLITE_LOCKED => Fault::Busy,
        ffi::SQLITE_FULL => Fault::Full,
        ffi::SQLITE_READONLY if code == ffi::SQLITE_READONLY_DBMOVED => Fault::Moved,
        ffi::SQLITE_READONLY if system == Errno::EROFS => Fault::ReadOnlyMount,
        ffi::SQLITE_READONLY | ffi::SQLITE_PERM => Fault::ReadOnly,
        ffi::SQLITE_CORRUPT | ffi::SQLITE_NOTADB | ffi::SQLITE_FORMAT => match system {
            // So SQLite calls what could not be read, too.
            Errno::EIO | Errno::ENXIO | Errno::ERANGE => Fault::Unreadable,
            _ => Fault::Corrupt,
        },
        ffi::SQLITE_INTERRUPT => Fault::Superseded,
        ffi::SQLITE_NOMEM => Fault::NoMemory,
        ffi::SQLITE_CANTOPEN => by_system(system).unwrap_or(Fault::CannotOpen),
        ffi::SQLITE_PROTOCOL | ffi::SQLITE_NOLFS => Fault::NoLocks,
        ffi::SQLITE_IOERR => by_system(system).unwrap_or_else(|| of_input_output(code)),
        _ => Fault::Other(code, words),
    }
}

fn by_system(system: Errno) -> Option<Fault> {
    match system {
        Errno::ENOSPC => Some(Fault::Full),
        Errno::EDQUOT | Errno::EFBIG => Some(Fault::OverLimit),
        Errno::EROFS => Some(Fault::ReadOnlyMount),
        Errno::EMFILE | Errno::ENFILE => Some(Fault::TooManyFiles),
        Errno::ENOMEM => Some(Fault::NoMemory),
        Errno::ENOLCK => Some(Fault::NoLocks),
        _ => None,
    }
}

/// What the operating system failed to do.
fn of_input_output(code: i32) -> Fault {
    match code {
        ffi::SQLITE_IOERR_WRITE
        | ffi::SQLITE_IOERR_FSYNC
        | ffi::SQLITE_IOERR_DIR_FSYNC
        | ffi::SQLITE_IOERR_TRUNCATE
        | ffi::SQLITE_IOERR_DELETE
        | ffi::SQLITE_IOERR_DELETE_NOENT
        | ffi::SQLITE_IOERR_CLOSE
        | ffi::SQLITE_IOERR_DIR_CLOSE
        | ffi::SQLITE_IOERR_SHMSIZE
        | ffi::SQLITE_IOERR_BEGIN_ATOMIC
        | ffi::SQLITE_IOERR_COMMIT_ATOMIC
        | ffi::SQLITE_IOERR_ROLLBACK_ATOMIC => Fault::Unwritable,
        ffi::SQLITE_IOERR_BLOCKED => Fault::Busy,
        ffi::SQLITE_IOERR_NOMEM | ffi::SQLITE_IOERR_SHMMAP => Fault::NoMemory,
        ffi::SQLITE_IOERR_SHMOPEN => Fault::CannotOpen,
        ffi::SQLITE_IOERR_LOCK
        | ffi::SQLITE_IOERR_UNLOCK
        | ffi::SQLITE_IOERR_RDLOCK
        | ffi::SQLITE_IOERR_CHECKRESERVEDLOCK
        | ffi::SQLITE_IOERR_SHMLOCK => Fault::NoLocks,
        _ => Fault::Unreadable,
    }
}

/// Whether a commit that failed so may hold all the same, at the latest when another process takes the log over.
/// `SQLite` writes a transaction's last frame, lets it be synced, and only then counts it: a write that failed has
/// left that frame out, and what fails behind it has not.
pub fn leaves_in_doubt(error: &Error) -> bool {
    let code = error.sqlite_error().map(|error| error.extended_code);
    code.is_some_and(|code| {
        code & 0xff == ffi::SQLITE_IOERR && code != ffi::SQLITE_IOERR_WRITE
            || code & 0xff == ffi::SQLITE_NOMEM
    })
}

/// What `SQLite` says while a database is opened, where some of it means more.
pub fn while_opening(error: Error) -> OpenFault {
    let code = error.sqlite_error().map(|error| error.extended_code);
    match Fault::from(error) {
        Fault::Corrupt if code == Some(ffi::SQLITE_NOTADB) => OpenFault::NotADatabase,
        fault => of_opening(fault),
    }
}

/// [`while_opening`], of what it says of a transaction.
pub fn of_opening(fault: Fault) -> OpenFault {
    match fault {
        Fault::ReadOnly => OpenFault::ReadOnly,
        Fault::ReadOnlyMount => OpenFault::ReadOnlyMount,
        fault => OpenFault::Fault(fault),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The primary codes that only an error of ours brings about: SQL, its parameters, or how the library is called.
    const OURS: [i32; 14] = [
        ffi::SQLITE_ERROR,
        ffi::SQLITE_INTERNAL,
        ffi::SQLITE_ABORT,
        ffi::SQLITE_NOTFOUND,
        16, // EMPTY, which is not used
        ffi::SQLITE_SCHEMA,
        ffi::SQLITE_TOOBIG,
        ffi::SQLITE_CONSTRAINT,
        ffi::SQLITE_MISMATCH,
        ffi::SQLITE_MISUSE,
        ffi::SQLITE_AUTH,
        ffi::SQLITE_RANGE,
        ffi::SQLITE_NOTICE,
        ffi::SQLITE_WARNING,
    ];

    fn of(code: i32, system: Errno) -> Fault {
        meaning(code, system, String::new())
    }

    #[test]
    fn every_code_that_a_person_can_meet_has_a_meaning() {
        // Also the extended codes that a later SQLite may have.
        for code in (1..=28).flat_map(|primary| (0..64).map(move |more| primary | more << 8)) {
            let is_other = matches!(of(code, Errno::UnknownErrno), Fault::Other(..));
            assert_eq!(is_other, OURS.contains(&(code & 0xff)), "{code}");
        }
    }

    #[test]
    fn what_the_operating_system_said_counts_where_sqlite_hides_it() {
        let write = ffi::SQLITE_IOERR_WRITE;
        for (code, system, fault) in [
            (write, Errno::EIO, Fault::Unwritable),
            (write, Errno::EROFS, Fault::ReadOnlyMount),
            (write, Errno::EDQUOT, Fault::OverLimit),
            (write, Errno::EFBIG, Fault::OverLimit),
            (ffi::SQLITE_IOERR_FSYNC, Errno::ENOSPC, Fault::Full),
            (ffi::SQLITE_IOERR_FSYNC, Errno::EIO, Fault::Unwritable),
            (ffi::SQLITE_IOERR_SHMSIZE, Errno::ENOSPC, Fault::Full),
            (ffi::SQLITE_IOERR_READ, Errno::EACCES, Fault::Unreadable),
            (ffi::SQLITE_CORRUPT, Errno::EIO, Fault::Unreadable),
            (ffi::SQLITE_CORRUPT, Errno::ENOENT, Fault::Corrupt),
            (ffi::SQLITE_CANTOPEN, Errno::EMFILE, Fault::TooManyFiles),
            (ffi::SQLITE_CANTOPEN, Errno::EACCES, Fault::CannotOpen),
            (
                ffi::SQLITE_READONLY_CANTINIT,
                Errno::EROFS,
                Fault::ReadOnlyMount,
            ),
            (
                ffi::SQLITE_READONLY_DIRECTORY,
                Errno::EACCES,
                Fault::ReadOnly,
            ),
        ] {
            assert_eq!(of(code, system), fault, "{code} {system}");
        }
    }

    #[test]
    fn a_failing_sync_leaves_in_doubt_and_a_failing_write_does_not() {
        let doubt = |code| leaves_in_doubt(&Error::SqliteFailure(ffi::Error::new(code), None));
        assert!(doubt(ffi::SQLITE_IOERR_FSYNC));
        assert!(doubt(ffi::SQLITE_IOERR_SHMSIZE));
        assert!(!doubt(ffi::SQLITE_IOERR_WRITE));
        assert!(!doubt(ffi::SQLITE_FULL));
        assert!(!doubt(ffi::SQLITE_CONSTRAINT_FOREIGNKEY));
    }
}
