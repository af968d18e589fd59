//! The database: opening it, its tables, and the questions asked of them. The only place with SQL.
//!
//! Rows become plain domain data at its edge. Nothing here makes a hash, knows the clock or decides a right.

pub mod api_keys;
pub mod events;
mod fault;
mod file;
pub mod list;
mod migrate;
mod open;
mod patience;
pub mod roles;
pub mod secrets;
pub mod sweep;
pub mod users;
pub mod uses;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use rusqlite::{Connection, Params, Transaction, TransactionBehavior};
use zeroize::Zeroizing;

use crate::domain::trouble::Fault;
use crate::store::patience::Patience;

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
    file: Option<file::Identity>,
    patience: Patience,
    /// The question that is being answered; [`ANY`] is never superseded.
    answering: Arc<AtomicU64>,
}

const ANY: u64 = u64::MAX;

/// A transaction, in which rows are read and written.
#[derive(Debug)]
pub struct Tx<'a>(Transaction<'a>);

impl Store {
    /// Sets how long this connection waits for another one's lock, 5 seconds to begin with; gives what was set before.
    pub fn set_patience(&self, budget: Duration) -> Duration {
        self.patience.set(budget)
    }

    /// Reads, all from one moment of the database.
    ///
    /// # Errors
    /// The closure's, or what the database said.
    pub fn read<T, E: From<Fault>>(
        &self,
        work: impl FnOnce(&Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.transaction(TransactionBehavior::Deferred, work)
    }

    /// Reads and writes, alone: all of it happens or, where the closure or the database says no, nothing.
    ///
    /// # Errors
    /// The closure's, or what the database said.
    pub fn write<T, E: From<Fault>>(
        &mut self,
        work: impl FnOnce(&Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.check_in_place()?;
        self.transaction(TransactionBehavior::Immediate, work)
    }

    /// [`Store::write`], waiting no longer than `budget` for another connection's lock.
    ///
    /// # Errors
    /// The closure's, or what the database said.
    pub fn write_within<T, E: From<Fault>>(
        &mut self,
        budget: Duration,
        work: impl FnOnce(&Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let before = self.patience.set(budget);
        let done = self.write(work);
        self.patience.set(before);
        done
    }

    /// Refuses to go on with a file that was removed or replaced: nobody would ever read what is written to it.
    fn check_in_place(&self) -> Result<(), Fault> {
        match &self.file {
            Some(file) if !file.is_in_place() => Err(Fault::Moved),
            _ => Ok(()),
        }
    }

    fn transaction<T, E: From<Fault>>(
        &self,
        behavior: TransactionBehavior,
        work: impl FnOnce(&Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let begun = Transaction::new_unchecked(&self.connection, behavior).map_err(Fault::from)?;
        let tx = Tx(begun);
        let done = work(&tx)?;
        tx.0.commit().map_err(Fault::from)?;
        Ok(done)
    }

    /// Runs `work` for the question with this number: as soon as another number is wanted, its queries end with
    /// [`Fault::Superseded`]. Only a connection of [`Store::open_reader`] looks at what is wanted.
    pub fn answer<T>(&self, question: u64, work: impl FnOnce(&Store) -> T) -> T {
        self.answering.store(question, Ordering::SeqCst);
        let done = work(self);
        self.answering.store(ANY, Ordering::SeqCst);
        done
    }

    /// A number that changes when another connection has committed (and now and then when none has).
    ///
    /// # Errors
    /// What the database said.
    pub fn data_version(&self) -> Result<i64, Fault> {
        self.check_in_place()?;
        let version = self
            .connection
            .pragma_query_value(None, "data_version", |row| row.get(0));
        Ok(version?)
    }

    /// Lets the database have no more than `pages` pages on this connection: what a full disk does, for tests.
    ///
    /// # Errors
    /// What the database said.
    pub fn limit_pages(&self, pages: u32) -> Result<(), Fault> {
        let set =
            self.connection
                .pragma_update_and_check(None, "max_page_count", pages, |_| Ok(()));
        Ok(set?)
    }
}

impl Tx<'_> {
    /// Changes exactly one row, or adds one. Where it is another number, somebody has written to the database past
    /// Keyward: this fails, and with it everything else of the transaction.
    fn change_one(&self, sql: &str, values: impl Params) -> Result<(), Fault> {
        match self.0.prepare_cached(sql)?.execute(values)? {
            1 => Ok(()),
            _ => Err(Fault::NotTaken),
        }
    }
}

/// The key under which this database makes its tags.
///
/// # Errors
/// What the database said.
pub fn tag_key(tx: &Tx<'_>) -> Result<Zeroizing<Box<[u8]>>, Fault> {
    let bytes: Vec<u8> =
        tx.0.query_row("SELECT tag_key FROM meta", (), |row| row.get(0))?;
    Ok(Zeroizing::new(bytes.into_boxed_slice()))
}
