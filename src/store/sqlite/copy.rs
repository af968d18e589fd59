//! Copying a database to a file, page by page, and reading a file that nobody writes.

use std::fs::OpenOptions;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags};

use crate::domain::trouble::{Fault, FileFault, OpenFault, Trouble};
use crate::store::sqlite::address::uri;
use crate::store::sqlite::fault::{forget_system_error, while_opening};
use crate::store::sqlite::functions;
use crate::store::waiting::{UntilOver, Work, tell};

/// How many pages are copied before it is asked whether to go on.
const PAGES: i32 = 256;
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

/// Only the copy is written, so what could not be written is the copy.
pub fn of_file(path: &Path, fault: Fault) -> Trouble {
    let fault = match fault {
        Fault::Full => FileFault::Full,
        Fault::OverLimit => FileFault::OverLimit,
        Fault::ReadOnlyMount => FileFault::ReadOnlyMount,
        fault => return Trouble::Storage(fault),
    };
    Trouble::File(path.to_owned(), fault)
}

/// Copies every page to a file that is there. Of an interrupted copy nothing but that file is left.
pub fn copy(from: &Connection, to: &Path, stop: &Stop) -> Result<(), Fault> {
    forget_system_error();
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut copy = Connection::open_with_flags(to, flags)?;
    copy.execute_batch(
        "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;",
    )?;
    {
        let backup = Backup::new(from, &mut copy)?;
        let _told = UntilOver;
        loop {
            let come = backup.step(PAGES)?;
            stop.check()?;
            let pages = backup.progress();
            let left = i64::from(pages.remaining) * 100 / i64::from(pages.pagecount.max(1));
            tell(Work::Copying {
                percent: 100 - left,
            });
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

/// A database without a log that nobody writes, for reading.
pub fn alone(path: &Path) -> Result<Connection, OpenFault> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
        | OpenFlags::SQLITE_OPEN_URI
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    forget_system_error();
    let connection =
        Connection::open_with_flags(uri(path, "immutable=1"), flags).map_err(while_opening)?;
    connection
        .execute_batch("PRAGMA query_only = ON; PRAGMA trusted_schema = OFF;")
        .map_err(while_opening)?;
    functions::add(&connection).map_err(while_opening)?;
    Ok(connection)
}
