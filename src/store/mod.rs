//! The database: opening it, its tables, and the questions asked of them. The only place with SQL.
//!
//! Rows become plain domain data at its edge. Nothing here makes a hash, knows the clock or decides a right.

pub mod api_keys;
pub mod columns;
mod convert;
pub mod events;
pub mod list;
pub mod names;
pub mod patience;
pub mod policy;
pub mod presented;
pub mod roles;
pub mod secrets;
mod sql;
mod sqlite;
pub mod sweep;
pub mod users;
pub mod uses;
pub mod waiting;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rusqlite::{Connection, Transaction, TransactionBehavior};
use zeroize::Zeroizing;

use crate::domain::event::chain::Head;
use crate::domain::trouble::Fault;
use crate::store::list::{Finder, Reach};
use crate::store::patience::Patience;
use crate::store::sqlite::address::beside;
use crate::store::sqlite::fault::{forget_system_error, leaves_in_doubt};
use crate::store::sqlite::identity::Identity;
use crate::store::sqlite::migrate::KNOWN;
use crate::store::sqlite::read_only::Frozen;

pub use sqlite::flaws::{checked, flaws};
pub use sqlite::log::MOST as LOG_MOST;
pub use sqlite::migrate::KNOWN as SCHEMA;
pub use sqlite::{backup, doctor, left, load, rehearsal, restore, snapshot};

/// The version of `SQLite`, which is a part of this program.
#[must_use]
pub fn sqlite_version() -> &'static str {
    rusqlite::version()
}

/// Where a database is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A file.
    File(PathBuf),
    /// In this process's memory, under a name: every connection to that name sees the same database, and the last
    /// one's end takes it away. Never on disk, not even after a crash.
    Memory(String),
}

/// One connection to a database.
#[derive(Debug)]
pub struct Store {
    connection: Connection,
    /// Nothing for a database in memory.
    file: Option<Identity>,
    /// Where `SQLite` was told that nothing changes.
    frozen: Option<Frozen>,
    in_doubt: Option<Doubt>,
    patience: Patience,
    /// Waiting is one budget for all that one request does; else each transaction has a whole one.
    by_request: bool,
    /// The question that is being answered; [`ANY`] is never superseded.
    answering: Arc<AtomicU64>,
    finder: Finder,
}

const ANY: u64 = u64::MAX;

/// A change that may hold or not, told by its last event if it had one.
#[derive(Clone, Copy, Debug)]
struct Doubt(Option<Head>);

/// A transaction, in which rows are read and written, and with what its connection finds them.
#[derive(Debug)]
pub struct Tx<'a>(Transaction<'a>, Finder);

impl<'a> Tx<'a> {
    /// On a connection that has nothing to find rows with.
    fn on(tx: Transaction<'a>) -> Tx<'a> {
        Tx(tx, Finder::default())
    }
}

impl Tx<'_> {
    /// Does something and takes back what it wrote, whatever came of it.
    ///
    /// # Errors
    /// What the database said.
    pub fn in_vain<T>(&self, work: impl FnOnce() -> T) -> Result<T, Fault> {
        self.0.execute_batch("SAVEPOINT in_vain")?;
        let done = work();
        self.0
            .execute_batch("ROLLBACK TO in_vain; RELEASE in_vain")?;
        Ok(done)
    }

    /// Refuses rows that a newer Keyward has brought up to date: looked at in the transaction that reads or writes them.
    fn check_known(&self) -> Result<(), Fault> {
        let mut version = self.0.prepare_cached("PRAGMA user_version")?;
        let found: i64 = version.query_row((), |row| row.get(0))?;
        if found > KNOWN {
            return Err(Fault::Newer);
        }
        Ok(())
    }
}

/// How much of a database is kept in memory by those who read it once, in KiB: a tenth of what `SQLite` keeps otherwise.
const PASSING: i64 = 192;

impl Store {
    /// Keeps little of what is read in memory, for those who read much and nothing twice.
    ///
    /// # Errors
    /// What the database said.
    pub fn read_in_passing(&self) -> Result<(), Fault> {
        Ok(self
            .connection
            .pragma_update(None, "cache_size", -PASSING)?)
    }

    /// From here to the next call all waiting together is given that time once: whoever pressed one key waits no longer
    /// for what takes several transactions.
    pub fn begin_request(&mut self) {
        self.by_request = true;
        self.patience.renew();
    }

    /// Reads, all from one moment of the database.
    ///
    /// # Errors
    /// The closure's, or what the database said.
    pub fn read<T, E: From<Fault>>(
        &self,
        work: impl FnOnce(&Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.renew_patience();
        self.check_in_place()?;
        let tx = self.begin(TransactionBehavior::Deferred)?;
        tx.check_known()?;
        let done = work(&tx)?;
        tx.0.commit().map_err(Fault::from)?;
        self.check_unchanged()?;
        Ok(done)
    }

    /// Reads and writes, alone: all of it happens or, where the closure or the database says no, nothing.
    ///
    /// # Errors
    /// The closure's, or what the database said; of that [`Fault::Unsure`] alone leaves open whether it happened.
    pub fn write<T, E: From<Fault>>(
        &mut self,
        work: impl FnOnce(&Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.renew_patience();
        self.change(work)
    }

    /// What this connection may still spend on waiting.
    #[must_use]
    pub fn patience(&self) -> Patience {
        self.renew_patience();
        self.patience.clone()
    }

    fn renew_patience(&self) {
        if !self.by_request {
            self.patience.renew();
        }
    }

    /// Begins to watch the files, once the log is on.
    fn watch(&self) -> Result<(), Fault> {
        let Some(file) = &self.file else {
            return Ok(());
        };
        let last = events::head(&self.begin(TransactionBehavior::Deferred)?)?;
        file.watch(&self.connection, last)
    }

    /// Keeps room on the disk for what is to be written while this database is open, as far as there is any: who stays long
    /// can then still lock a key out when others have filled the disk.
    pub fn reserve_room(&self) {
        if let Some(file) = &self.file {
            sqlite::log::reserve(&beside(file.real(), "-wal"));
        }
    }

    /// The path of its file without links; nothing in memory.
    fn real(&self) -> Option<&Path> {
        self.file.as_ref().map(Identity::real)
    }

    /// Refuses to go on with files that somebody else has removed, replaced or overwritten.
    fn check_in_place(&self) -> Result<(), Fault> {
        match &self.file {
            Some(file) => file.check_in_place(&self.connection),
            None => Ok(()),
        }
    }

    fn begin(&self, behavior: TransactionBehavior) -> Result<Tx<'_>, Fault> {
        forget_system_error();
        let tx = Transaction::new_unchecked(&self.connection, behavior)?;
        self.finder.forget_sets();
        Ok(Tx(tx, self.finder.clone()))
    }

    fn change<T, E: From<Fault>>(
        &mut self,
        work: impl FnOnce(&Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.check_in_place()?;
        let (done, mark, committed) = {
            let tx = self.begin(TransactionBehavior::Immediate)?;
            tx.check_known()?;
            let before = events::head(&tx)?;
            let done = work(&tx)?;
            let after = events::head(&tx)?;
            let mark = Some(after).filter(|after| *after != before);
            (done, mark, tx.0.commit())
        };
        let Err(error) = committed else {
            if let (Some(file), Some(last)) = (&self.file, mark) {
                file.knows(last);
            }
            return Ok(done);
        };
        let in_doubt = leaves_in_doubt(&error);
        let fault = Fault::from(error);
        if !in_doubt {
            return Err(fault.into());
        }
        match self.look_again(mark) {
            Ok(true) => Ok(done),
            Ok(false) => Err(fault.into()),
            Err(_) => {
                self.in_doubt = Some(Doubt(mark));
                Err(Fault::Unsure.into())
            }
        }
    }

    /// Whether the last change of which that was not known holds after all; from here on it is known. Nothing where there is
    /// none.
    ///
    /// # Errors
    /// [`Fault::Unsure`]: it is still not known.
    pub fn settle(&mut self) -> Result<Option<bool>, Fault> {
        self.renew_patience();
        let Some(Doubt(mark)) = self.in_doubt else {
            return Ok(None);
        };
        self.check_in_place()?;
        let held = self.look_again(mark).map_err(|_| Fault::Unsure)?;
        self.in_doubt = None;
        Ok(Some(held))
    }

    /// Whether a change whose commit failed half-way holds: its last event tells it. Where it does not hold, the log may
    /// still have it, for whoever takes the log over after a crash; another commit in its place makes an end of that.
    fn look_again(&self, mark: Option<Head>) -> Result<bool, Fault> {
        let tx = self.begin(TransactionBehavior::Immediate)?;
        if let Some(mark) = mark
            && events::is_there(&tx, &mark)?
        {
            return Ok(true);
        }
        // The first page is written as it was.
        let version = "user_version";
        let same: i64 = tx.0.pragma_query_value(None, version, |row| row.get(0))?;
        tx.0.pragma_update(None, version, same)?;
        tx.0.commit()?;
        Ok(false)
    }

    /// Runs `work` for the question with this number: as soon as another number is wanted, its queries end with
    /// [`Fault::Superseded`]. Only a connection that [only reads](Store::only_read) looks at what is wanted.
    pub fn answer<T>(&self, question: u64, work: impl FnOnce(&Store) -> T) -> T {
        self.answering.store(question, Ordering::SeqCst);
        let done = work(self);
        self.answering.store(ANY, Ordering::SeqCst);
        done
    }

    /// A number that changes when another connection has committed (and now and then when none has).
    pub fn data_version(&self) -> Result<i64, Fault> {
        self.check_in_place()?;
        self.check_unchanged()?;
        if let Some(file) = &self.file {
            file.look_closer();
        }
        let version = self
            .connection
            .pragma_query_value(None, "data_version", |row| row.get(0));
        Ok(version?)
    }

    /// The length of the log in bytes, where it is longer than [`LOG_MOST`]: somebody has been reading for long, and keeps it
    /// from being written into the database.
    #[must_use]
    pub fn long_log(&self) -> Option<u64> {
        Some(self.log_bytes()).filter(|bytes| *bytes > LOG_MOST)
    }

    /// The length of the log in bytes.
    fn log_bytes(&self) -> u64 {
        let log = self
            .real()
            .and_then(|real| fs::symlink_metadata(beside(real, "-wal")).ok());
        log.map_or(0, |log| log.len())
    }

    /// Sets how far rows of lists are looked for in each way, before they are in another. For tests alone: nothing of the
    /// product calls it.
    pub fn set_reach(&self, reach: Reach) {
        self.finder.set_reach(reach);
    }

    /// Lets the database have no more than this many pages on this connection, as a full disk does. For tests alone:
    /// nothing of the product calls it.
    pub fn limit_pages(&self, pages: u32) -> Result<(), Fault> {
        let set =
            self.connection
                .pragma_update_and_check(None, "max_page_count", pages, |_| Ok(()));
        Ok(set?)
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        if let Some(file) = &self.file
            && !file.may_finish(&self.connection)
        {
            sqlite::log::leave(&self.connection, true);
        }
    }
}

/// The key under which this database makes its tags.
pub fn tag_key(tx: &Tx<'_>) -> Result<Zeroizing<Box<[u8]>>, Fault> {
    let bytes: Vec<u8> = tx.value("SELECT tag_key FROM meta", ())?;
    Ok(Zeroizing::new(bytes.into_boxed_slice()))
}

/// Whether everything in this database was made up, to be shown. The console says so; nothing that serves clients may
/// take it for a real one.
pub fn is_demonstration(tx: &Tx<'_>) -> Result<bool, Fault> {
    tx.value("SELECT demonstration FROM meta", ())
}

/// Marks the database as one of which everything was made up; nothing takes that back.
pub fn mark_demonstration(tx: &Tx<'_>) -> Result<(), Fault> {
    tx.change_one("UPDATE meta SET demonstration = 1", ())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::{EventKind, NewEvent};
    use crate::domain::id::UserId;
    use crate::domain::time::Timestamp;
    use crate::domain::user::OsAccount;
    use std::time::Duration;
    use tempfile::TempDir;

    /// The account that the tests run under.
    pub fn account() -> OsAccount {
        OsAccount {
            uid: nix::unistd::geteuid().as_raw(),
            name: "alice".to_owned(),
            root_by_sudo: false,
        }
    }

    /// The place of a database in a directory of its own, which goes with what is given beside it.
    pub fn in_a_file() -> (TempDir, Place) {
        let directory = tempfile::tempdir().expect("a directory");
        let place = Place::File(directory.path().join("keyward.db"));
        (directory, place)
    }

    /// The database at this place, made if there is none.
    pub fn made(place: &Place) -> Store {
        let made = Store::create_or_open(place, &account(), Timestamp(0), &mut |_| Ok(()));
        made.expect("made")
    }

    #[test]
    fn one_request_waits_once_however_many_transactions_it_has() {
        let (_directory, place) = in_a_file();
        let (mut store, mut other) = (made(&place), made(&place));
        store.patience.set(Duration::from_millis(10));
        let held = other.write(|_| {
            let mut write = || store.write(|_| Ok::<_, Fault>(()));
            assert_eq!(write(), Err(Fault::Busy));
            store.begin_request();
            assert!(!store.patience.is_spent());
            let part = store
                .patience()
                .within(NEVER, || store.write(|_| Ok::<_, Fault>(())));
            assert_eq!(part, Err(Fault::Busy));
            assert!(store.patience.is_spent());
            assert_eq!(store.write(|_| Ok::<_, Fault>(())), Err(Fault::Busy));
            assert!(
                store.patience.is_spent(),
                "nothing was given to the second one"
            );
            store.begin_request();
            assert!(!store.patience.is_spent());
            Ok::<_, Fault>(())
        });
        assert_eq!(held, Ok(()));
        assert_eq!(store.write(|_| Ok::<_, Fault>(())), Ok(()));
    }

    #[test]
    fn what_was_left_open_is_known_after_another_look() {
        let (_directory, place) = in_a_file();
        let mut store = made(&place);
        assert_eq!(store.settle(), Ok(None));
        let event = NewEvent {
            kind: EventKind::UserSignedOut,
            actor: None,
            target: (UserId(1), "alice").into(),
            body: serde_json::json!({}),
        };
        let there = store.write(|tx| {
            events::append(tx, Timestamp(1), &event)?;
            events::head(tx)
        });
        let there = there.expect("recorded");
        let elsewhere = Head {
            hash: [7; 32],
            ..there
        };
        for (mark, held) in [(Some(there), true), (Some(elsewhere), false), (None, false)] {
            store.in_doubt = Some(Doubt(mark));
            assert_eq!(store.settle(), Ok(Some(held)));
            assert_eq!(store.settle(), Ok(None), "it is told once");
        }
    }

    const NEVER: Duration = Duration::from_mins(1);
}
