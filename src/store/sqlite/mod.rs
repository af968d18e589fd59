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
mod flaws;
mod functions;
mod identity;
pub mod left;
mod lock;
pub(super) mod log;
pub(super) mod migrate;
pub(super) mod moved;
pub(super) mod open;
pub(super) mod read_only;
pub mod rehearsal;
pub mod restore;
pub mod snapshot;

use std::fs;
use std::path::Path;

use rusqlite::Connection;

use crate::domain::event::chain::Head;
use crate::domain::event::flaw::Flaw;
use crate::domain::trouble::Fault;
use crate::store::patience::Patience;
use crate::store::sql::{Engine, Kind, Part, Row, Uncommitted, Values};
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
    connection: Connection,
    /// What it may still spend on waiting.
    patience: Patience,
    /// Nothing for a database in memory.
    file: Option<Identity>,
    /// Where `SQLite` was told that nothing changes.
    frozen: Option<Frozen>,
}

/// How much of a database is kept in memory by those who read it once, in KiB: a tenth of what `SQLite` keeps otherwise.
const PASSING: i64 = 192;

impl Engine for Sqlite {
    fn begin(&self, kind: Kind) -> Result<(), Fault> {
        self.check_in_place()?;
        self.connection.begin(kind)?;
        self.check_known().inspect_err(|_| self.roll_back())
    }

    fn commit(&self) -> Result<(), Uncommitted> {
        self.connection.commit()?;
        let in_doubt = false;
        self.check_unchanged()
            .map_err(|fault| Uncommitted { fault, in_doubt })
    }

    fn roll_back(&self) {
        self.connection.roll_back();
    }

    fn run(
        &self,
        sql: &str,
        values: Values<'_>,
        take: &mut dyn FnMut(&dyn Row) -> Result<bool, Fault>,
    ) -> Result<usize, Fault> {
        self.connection.run(sql, values, take)
    }

    fn data_version(&self) -> Result<i64, Fault> {
        self.connection.data_version()
    }

    fn next_id(&self, table: &str) -> Result<i64, Fault> {
        self.connection.next_id(table)
    }

    fn last_id(&self, table: &str) -> Result<i64, Fault> {
        self.connection.last_id(table)
    }

    fn flaws(&self, tx: &Tx<'_>) -> Result<Vec<Flaw>, Fault> {
        self.connection.flaws(tx)
    }

    fn apart(&self, tx: &Tx<'_>) -> Result<Vec<Part>, Fault> {
        self.connection.apart(tx)
    }

    fn look(&self) -> Result<(), Fault> {
        self.check_in_place()?;
        self.check_unchanged()?;
        self.look_closer();
        Ok(())
    }

    fn knows(&self, last: Head) {
        if let Some(file) = &self.file {
            file.knows(last);
        }
    }

    /// The first page.
    fn write_the_same(&self) -> Result<(), Fault> {
        let version = "user_version";
        let same: i64 = self
            .connection
            .pragma_query_value(None, version, |row| row.get(0))?;
        Ok(self.connection.pragma_update(None, version, same)?)
    }
}

impl Sqlite {
    /// What it may still spend on waiting.
    pub fn patience(&self) -> Patience {
        self.patience.clone()
    }

    /// Refuses rows that a newer Keyward has brought up to date: looked at in the transaction that reads or writes them.
    fn check_known(&self) -> Result<(), Fault> {
        let mut version = self.connection.prepare_cached("PRAGMA user_version")?;
        let found: i64 = version.query_row((), |row| row.get(0))?;
        if moved::is_moved(found) {
            return Err(Fault::OnServer);
        }
        if found > KNOWN {
            return Err(Fault::Newer);
        }
        Ok(())
    }

    /// Whether it can be changed.
    fn set_changeable(&self, is: bool) -> rusqlite::Result<()> {
        self.connection.pragma_update(None, "query_only", !is)
    }

    /// Refuses to go on with files that somebody else has removed, replaced or overwritten.
    fn check_in_place(&self) -> Result<(), Fault> {
        match &self.file {
            Some(file) => file.check_in_place(&self.connection),
            None => Ok(()),
        }
    }

    /// Takes down what the database says without its log, if that is not done yet.
    fn look_closer(&self) {
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
        if let Some(Sqlite { connection, .. }) = self.base.sqlite() {
            connection.pragma_update(None, "cache_size", -PASSING)?;
        }
        Ok(())
    }

    /// Keeps room on the disk for what is to be written while this database is open, as far as there is any: who stays long
    /// can then still lock a key out when others have filled the disk.
    pub fn reserve_room(&self) {
        if let Some(real) = self.base.sqlite().and_then(Sqlite::real) {
            log::reserve(&beside(real, "-wal"));
        }
    }

    /// The length of the log in bytes, where it is longer than [`LOG_MOST`]: somebody has been reading for long, and keeps it
    /// from being written into the database.
    #[must_use]
    pub fn long_log(&self) -> Option<u64> {
        let bytes = self.base.sqlite().map(Sqlite::log_bytes);
        bytes.filter(|bytes| *bytes > LOG_MOST)
    }

    /// Lets the database have no more than this many pages on this connection, as a full disk does. For tests alone:
    /// nothing of the product calls it.
    pub fn limit_pages(&self, pages: u32) -> Result<(), Fault> {
        if let Some(Sqlite { connection, .. }) = self.base.sqlite() {
            connection.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(()))?;
        }
        Ok(())
    }

    /// The connection to a database that is not on a server.
    #[cfg(test)]
    pub(super) fn connection(&self) -> &Connection {
        &self.base.sqlite().expect("not on a server").connection
    }

    /// [`Store::connection`], to be set.
    #[cfg(test)]
    pub(super) fn connection_mut(&mut self) -> &mut Connection {
        match &mut self.base {
            super::Base::Sqlite(sqlite) => &mut sqlite.connection,
            super::Base::Postgres(_) => panic!("it is on a server"),
        }
    }
}
