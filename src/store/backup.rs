//! Copies of a database: each of one moment, in one file without a log, and checked before it counts.

use std::fs::{self, OpenOptions};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};

use crate::domain::event::chain::{Head, Whole};
use crate::domain::trouble::{Fault, FileFault, OpenFault, PathFault, Trouble};
use crate::domain::user::OsAccount;
use crate::path::{self, Halt};
use crate::store::address::{beside, uri};
use crate::store::fault::{forget_system_error, while_opening};
use crate::store::flaws::checked;
use crate::store::{Store, Tx, events, file, names};

/// How many pages are copied before it is asked whether to go on.
const PAGES: i32 = 256;
/// The same while a copy is checked, in steps of `SQLite`'s machine.
const STEPS: i32 = 20_000;
/// Where the header says that there may be a log (2) or not (1), for writing and for reading
/// (<https://sqlite.org/fileformat2.html#file_format_version_numbers>).
const FORMAT: u64 = 18;
const WITHOUT_LOG: [u8; 2] = [1, 1];

/// Whether work that takes long is to stop, and by which signal; 0 is none.
#[derive(Clone, Debug, Default)]
pub struct Stop(Arc<AtomicUsize>);

impl Stop {
    /// Where the number of a signal is put.
    #[must_use]
    pub fn flag(&self) -> Arc<AtomicUsize> {
        Arc::clone(&self.0)
    }

    /// The signal that came, if one did.
    #[must_use]
    pub fn signal(&self) -> Option<usize> {
        Some(self.0.load(Ordering::SeqCst)).filter(|signal| *signal != 0)
    }

    /// Refuses to go on once a signal has come.
    ///
    /// # Errors
    /// [`Fault::Superseded`].
    pub fn check(&self) -> Result<(), Fault> {
        match self.signal() {
            Some(_) => Err(Fault::Superseded),
            None => Ok(()),
        }
    }
}

/// What a copy holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Copied {
    /// Its last event.
    pub head: Head,
    /// API keys, the deleted ones apart.
    pub keys: i64,
    /// The length of its file.
    pub bytes: u64,
    /// The version of its form.
    pub schema: i64,
}

impl Store {
    /// Copies all that the database holds at one moment to an empty file that is there, and checks it. Nobody who writes
    /// meanwhile waits: all of it is one reading transaction. The file is not synced.
    ///
    /// # Errors
    /// [`Trouble::Flawed`] where the copy is not as Keyward makes a database; [`Fault::Superseded`] where it was stopped.
    pub fn copy_to(&self, to: &Path, stop: &Stop) -> Result<Copied, Trouble> {
        self.read(|tx| copy(&tx.0, to, stop).map_err(|fault| of_file(to, fault)))?;
        inspect(to, stop)
    }

    /// Refuses a place for a copy where others could put another file, and the names that `SQLite` has for the
    /// database's own.
    pub fn check_place_of_copy(&self, to: &Path, account: &OsAccount) -> Result<(), Trouble> {
        let walked = path::walk(to, account.uid).map_err(|halt| match halt {
            Halt::Unsafe(fault) => unsafe_path(to, fault),
            Halt::Unseen(error) => Trouble::File(to.to_owned(), FileFault::of(&error)),
        })?;
        let is_own = self.file.as_ref().is_some_and(|file| {
            let own = |suffix: &&str| beside(file.real(), suffix) == walked.real;
            file::BESIDE.iter().any(own)
        });
        if is_own {
            return Err(Trouble::File(to.to_owned(), FileFault::Reserved));
        }
        Ok(())
    }
}

fn unsafe_path(path: &Path, fault: PathFault) -> Trouble {
    Trouble::Open(path.to_owned(), OpenFault::Unsafe(fault))
}

/// Only the copy is written, so what could not be written is the copy.
fn of_file(path: &Path, fault: Fault) -> Trouble {
    let fault = match fault {
        Fault::Full => FileFault::Full,
        Fault::OverLimit => FileFault::OverLimit,
        Fault::ReadOnlyMount => FileFault::ReadOnlyMount,
        fault => return Trouble::Storage(fault),
    };
    Trouble::File(path.to_owned(), fault)
}

/// Copies every page to a file that is there. Of an interrupted copy nothing but that file is left.
pub(super) fn copy(from: &Connection, to: &Path, stop: &Stop) -> Result<(), Fault> {
    forget_system_error();
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut copy = Connection::open_with_flags(to, flags)?;
    copy.execute_batch(
        "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;",
    )?;
    {
        let backup = Backup::new(from, &mut copy)?;
        loop {
            let come = backup.step(PAGES)?;
            stop.check()?;
            match come {
                StepResult::Done => break,
                StepResult::More => {}
                _ => return Err(Fault::Busy),
            }
        }
    }
    copy.close().map_err(|(_, error)| error)?;
    let file = OpenOptions::new().write(true).open(to);
    let marked = file.and_then(|file| file.write_all_at(&WITHOUT_LOG, FORMAT));
    marked.map_err(|_| Fault::Unwritable)
}

/// Looks through a copy: its pages, its schema, its chain.
pub(super) fn inspect(path: &Path, stop: &Stop) -> Result<Copied, Trouble> {
    let mut connection = alone(path).map_err(|fault| Trouble::Open(path.to_owned(), fault))?;
    let is_stopped = stop.clone();
    let handler = move || is_stopped.signal().is_some();
    connection
        .progress_handler(STEPS, Some(handler))
        .map_err(Fault::from)?;
    let (whole, keys, schema) = look_through(&connection)?;
    let bytes = fs::metadata(path).map_or(0, |facts| facts.len());
    Ok(Copied {
        head: whole.head,
        keys,
        bytes,
        schema,
    })
}

fn look_through(connection: &Connection) -> Result<(Whole, i64, i64), Trouble> {
    let begun = Transaction::new_unchecked(connection, TransactionBehavior::Deferred);
    let tx = Tx(begun.map_err(Fault::from)?);
    let whole = checked(&tx, None)?.map_err(Trouble::Flawed)?;
    let keys = tx.value("SELECT count(*) FROM api_keys WHERE deleted_at IS NULL", ())?;
    let schema = tx.value("PRAGMA user_version", ())?;
    Ok((whole, keys, schema))
}

/// A database without a log that nobody writes, for reading.
pub(super) fn alone(path: &Path) -> Result<Connection, OpenFault> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
        | OpenFlags::SQLITE_OPEN_URI
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    forget_system_error();
    let connection =
        Connection::open_with_flags(uri(path, "immutable=1"), flags).map_err(while_opening)?;
    connection
        .execute_batch("PRAGMA query_only = ON; PRAGMA trusted_schema = OFF;")
        .map_err(while_opening)?;
    events::add_functions(&connection).map_err(while_opening)?;
    names::add_functions(&connection).map_err(while_opening)?;
    Ok(connection)
}
