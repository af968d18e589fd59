//! `SQLite`: the files of a database and their log, opening and bringing up to date, copies, and what is wrong with them.
//! Nothing else in Keyward names the library.

mod address;
pub mod backup;
mod before;
mod begin;
mod busy;
mod copy;
pub(super) mod dialect;
pub mod doctor;
mod engine;
mod fault;
mod file;
pub(super) mod flaws;
mod functions;
mod identity;
pub mod left;
pub mod load;
mod lock;
pub(super) mod log;
pub(super) mod migrate;
mod open;
mod read_only;
pub mod rehearsal;
pub mod restore;
pub mod snapshot;

use std::fs;
use std::path::Path;

use rusqlite::Connection;

use crate::domain::event::chain::Head;
use crate::domain::trouble::Fault;
use crate::store::sql::Kind;
use crate::store::sqlite::address::beside;
use crate::store::sqlite::identity::Identity;
use crate::store::sqlite::migrate::KNOWN;
use crate::store::sqlite::read_only::Frozen;
use crate::store::{LOG_MOST, Store, Tx, events};

/// The version of `SQLite`, which is a part of this program.
#[must_use]
pub fn sqlite_version() -> &'static str {
    rusqlite::version()
}

/// A connection, and the files that it is on.
#[derive(Debug)]
pub struct Sqlite {
    pub(super) connection: Connection,
    /// Nothing for a database in memory.
    file: Option<Identity>,
    /// Where `SQLite` was told that nothing changes.
    frozen: Option<Frozen>,
}

/// How much of a database is kept in memory by those who read it once, in KiB: a tenth of what `SQLite` keeps otherwise.
const PASSING: i64 = 192;

impl Sqlite {
    /// Refuses rows that a newer Keyward has brought up to date: looked at in the transaction that reads or writes them.
    pub fn check_known(&self) -> Result<(), Fault> {
        let mut version = self.connection.prepare_cached("PRAGMA user_version")?;
        let found: i64 = version.query_row((), |row| row.get(0))?;
        if found > KNOWN {
            return Err(Fault::Newer);
        }
        Ok(())
    }

    /// Refuses to write from here on.
    fn only_read(&self) -> rusqlite::Result<()> {
        self.connection.pragma_update(None, "query_only", true)
    }

    /// Writes the first page as it was.
    pub fn write_the_same(&self) -> Result<(), Fault> {
        let version = "user_version";
        let same: i64 = self
            .connection
            .pragma_query_value(None, version, |row| row.get(0))?;
        Ok(self.connection.pragma_update(None, version, same)?)
    }

    /// Refuses to go on with files that somebody else has removed, replaced or overwritten.
    pub fn check_in_place(&self) -> Result<(), Fault> {
        match &self.file {
            Some(file) => file.check_in_place(&self.connection),
            None => Ok(()),
        }
    }

    /// Takes down the last event that this connection has written.
    pub fn knows(&self, last: Head) {
        if let Some(file) = &self.file {
            file.knows(last);
        }
    }

    /// Takes down what the database says without its log, if that is not done yet.
    pub fn look_closer(&self) {
        if let Some(file) = &self.file {
            file.look_closer();
        }
    }

    /// Begins to watch the files, once the log is on.
    fn watch(&self) -> Result<(), Fault> {
        let Some(file) = &self.file else {
            return Ok(());
        };
        let last = events::head(&Tx::begin(&self.connection, Kind::Read)?)?;
        file.watch(&self.connection, last)
    }

    /// The path of its file without links; nothing in memory.
    fn real(&self) -> Option<&Path> {
        self.file.as_ref().map(Identity::real)
    }

    /// The length of the log in bytes.
    fn log_bytes(&self) -> u64 {
        let log = self
            .real()
            .and_then(|real| fs::symlink_metadata(beside(real, "-wal")).ok());
        log.map_or(0, |log| log.len())
    }
}

impl Drop for Sqlite {
    fn drop(&mut self) {
        if let Some(file) = &self.file
            && !file.may_finish(&self.connection)
        {
            log::leave(&self.connection, true);
        }
    }
}

impl Store {
    /// Keeps little of what is read in memory, for those who read much and nothing twice.
    ///
    /// # Errors
    /// What the database said.
    pub fn read_in_passing(&self) -> Result<(), Fault> {
        Ok(self
            .sqlite
            .connection
            .pragma_update(None, "cache_size", -PASSING)?)
    }

    /// Keeps room on the disk for what is to be written while this database is open, as far as there is any: who stays long
    /// can then still lock a key out when others have filled the disk.
    pub fn reserve_room(&self) {
        if let Some(real) = self.sqlite.real() {
            log::reserve(&beside(real, "-wal"));
        }
    }

    /// The length of the log in bytes, where it is longer than [`LOG_MOST`]: somebody has been reading for long, and keeps it
    /// from being written into the database.
    #[must_use]
    pub fn long_log(&self) -> Option<u64> {
        Some(self.sqlite.log_bytes()).filter(|bytes| *bytes > LOG_MOST)
    }

    /// Lets the database have no more than this many pages on this connection, as a full disk does. For tests alone:
    /// nothing of the product calls it.
    pub fn limit_pages(&self, pages: u32) -> Result<(), Fault> {
        let set =
            self.sqlite
                .connection
                .pragma_update_and_check(None, "max_page_count", pages, |_| Ok(()));
        Ok(set?)
    }
}
