//! The database: opening it, its tables, and the questions asked of them. The only place with SQL.
//!
//! Rows become plain domain data at its edge. Nothing here makes a hash, knows the clock or decides a right.

pub mod api_keys;
mod beginning;
pub mod columns;
mod convert;
pub mod events;
mod flaws;
pub mod list;
pub mod load;
pub mod moving;
pub mod names;
pub mod open;
pub mod patience;
pub mod policy;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(not(feature = "postgres"))]
#[path = "postgres/none.rs"]
mod postgres;
pub mod presented;
pub mod roles;
pub mod secrets;
pub mod server;
mod sql;
mod sqlite;
pub mod sweep;
pub mod users;
pub mod uses;
pub mod waiting;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use zeroize::Zeroizing;

use crate::domain::event::chain::Head;
use crate::domain::server::{address, holds_password};
use crate::domain::time::{Timestamp, Uptime};
use crate::domain::trouble::Fault;
use crate::store::list::{Finder, Reach};
use crate::store::patience::Patience;
use crate::store::postgres::Postgres;
use crate::store::sql::{Engine, Kind, Uncommitted};
use crate::store::sqlite::Sqlite;

pub use flaws::{Inside, checked, flaws};
use sqlite::dialect;
pub use sqlite::log::MOST as LOG_MOST;
pub use sqlite::migrate::KNOWN as SCHEMA;
pub use sqlite::{backup, doctor, left, rehearsal, restore, snapshot, sqlite_version};

/// Where a database is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A file.
    File(PathBuf),
    /// In this process's memory, under a name: every connection to that name sees the same database, and the last
    /// one's end takes it away. Never on disk, not even after a crash.
    Memory(String),
    /// On a server: its address, as `PostgreSQL` writes it (<https://www.postgresql.org/docs/15/libpq-connect.html>).
    Server(String),
}

impl Place {
    /// What stands where a database's path is asked for: a path, or the address of a server.
    #[must_use]
    pub fn of(path: &Path) -> Place {
        match address(path) {
            Some(found) => Place::Server(found.to_owned()),
            None => Place::File(path.to_owned()),
        }
    }

    /// How it is told.
    fn told(&self) -> PathBuf {
        match self {
            Place::File(path) => path.clone(),
            // Nothing of an address is told that has a password in it.
            Place::Server(address) if holds_password(address) => PathBuf::from("postgres:"),
            Place::Memory(name) | Place::Server(name) => PathBuf::from(name),
        }
    }
}

/// A connection, and what it is to.
#[derive(Debug)]
enum Base {
    Sqlite(Sqlite),
    Postgres(Postgres),
}

impl Base {
    fn engine(&self) -> &dyn Engine {
        match self {
            Base::Sqlite(sqlite) => sqlite,
            Base::Postgres(postgres) => postgres,
        }
    }

    /// Nothing where it is on a server.
    fn sqlite(&self) -> Option<&Sqlite> {
        match self {
            Base::Sqlite(sqlite) => Some(sqlite),
            Base::Postgres(_) => None,
        }
    }
}

/// One connection to a database.
#[derive(Debug)]
pub struct Store {
    base: Base,
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

/// A transaction, in which rows are read and written, and with what its connection finds them. Where it is not committed,
/// nothing of it holds.
#[derive(Debug)]
pub struct Tx<'a> {
    engine: &'a dyn Engine,
    finder: Finder,
}

impl<'a> Tx<'a> {
    /// On a connection that has nothing to find rows with.
    fn begin(engine: &'a dyn Engine, kind: Kind) -> Result<Tx<'a>, Fault> {
        engine.begin(kind)?;
        Ok(Tx {
            engine,
            finder: Finder::default(),
        })
    }

    fn commit(self) -> Result<(), Uncommitted> {
        self.engine.commit()
    }

    /// Does something and takes back what it wrote, whatever came of it.
    ///
    /// # Errors
    /// What the database said.
    pub fn in_vain<T>(&self, work: impl FnOnce() -> T) -> Result<T, Fault> {
        self.change("SAVEPOINT in_vain", ())?;
        let done = work();
        self.change("ROLLBACK TO SAVEPOINT in_vain", ())?;
        self.change("RELEASE SAVEPOINT in_vain", ())?;
        Ok(done)
    }
}

impl Drop for Tx<'_> {
    fn drop(&mut self) {
        self.engine.roll_back();
    }
}

impl From<Postgres> for Store {
    fn from(postgres: Postgres) -> Store {
        let patience = postgres.patience();
        Store::on(Base::Postgres(postgres), patience)
    }
}

impl From<Sqlite> for Store {
    fn from(sqlite: Sqlite) -> Store {
        let patience = sqlite.patience();
        Store::on(Base::Sqlite(sqlite), patience)
    }
}

impl Store {
    /// On a connection, with what it may spend on waiting.
    fn on(base: Base, patience: Patience) -> Store {
        Store {
            base,
            patience,
            in_doubt: None,
            by_request: false,
            answering: Arc::new(AtomicU64::new(ANY)),
            finder: Finder::default(),
        }
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
        let tx = self.begin(Kind::Read)?;
        let done = work(&tx)?;
        tx.commit().map_err(Fault::from)?;
        Ok(done)
    }

    /// Reads and writes, alone: all of it happens or, where the closure or the database says no, nothing.
    ///
    /// # Errors
    /// The closure's, or what the database said; of that [`Fault::Unsure`] leaves open whether it happened, and
    /// with [`Fault::Unconfirmed`] it has.
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

    fn begin(&self, kind: Kind) -> Result<Tx<'_>, Fault> {
        let mut tx = Tx::begin(self.base.engine(), kind)?;
        self.finder.forget_sets();
        tx.finder = self.finder.clone();
        Ok(tx)
    }

    fn change<T, E: From<Fault>>(
        &mut self,
        work: impl FnOnce(&Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let (done, mark, committed) = {
            let tx = self.begin(Kind::Write)?;
            let before = events::head(&tx)?;
            let done = work(&tx)?;
            let after = events::head(&tx)?;
            let mark = Some(after).filter(|after| *after != before);
            (done, mark, tx.commit())
        };
        let Err(uncommitted) = committed else {
            if let Some(last) = mark {
                self.base.engine().knows(last);
            }
            return Ok(done);
        };
        let Uncommitted { fault, in_doubt } = uncommitted;
        if !in_doubt {
            return Err(fault.into());
        }
        // On a server nothing tells of what has no event, and nothing ever will.
        if mark.is_none() && self.base.sqlite().is_none() {
            return Err(Fault::Unsure.into());
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
        let held = self.look_again(mark).map_err(|_| Fault::Unsure)?;
        self.in_doubt = None;
        Ok(Some(held))
    }

    /// Whether a change whose commit failed half-way holds: its last event tells it. A server may still be at it, and has
    /// come to an end with it when this one's turn has come. Where it does not hold, `SQLite`'s log may still have it, for
    /// whoever takes the log over after a crash; another commit in its place makes an end of that.
    fn look_again(&self, mark: Option<Head>) -> Result<bool, Fault> {
        let tx = self.begin(Kind::Write)?;
        if let Some(mark) = mark
            && events::is_there(&tx, &mark)?
        {
            return Ok(true);
        }
        self.base.engine().write_the_same()?;
        tx.commit()?;
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

    /// Has what is read from servers come from the first that answers and is no standby that has heard nothing from its
    /// primary for so long; where there is none, it ends with [`Fault::Stale`] or with what hinders the last of them. An
    /// interval is measured by how long the machine has been on.
    pub fn deny_stale(&self, after: Duration, uptime: impl Fn() -> Uptime + Send + 'static) {
        if let Base::Postgres(postgres) = &self.base {
            postgres.deny_stale(after, uptime);
        }
    }

    /// A number that changes when another connection has committed (and now and then when none has).
    pub fn data_version(&self) -> Result<i64, Fault> {
        let engine = self.base.engine();
        engine.look()?;
        engine.data_version()
    }

    /// The time by the server's clock, where the database is on a server.
    pub fn server_time(&self) -> Result<Option<Timestamp>, Fault> {
        self.base.engine().now()
    }

    /// Sets how far rows of lists are looked for in each way, before they are in another. For tests alone: nothing of the
    /// product calls it.
    pub fn set_reach(&self, reach: Reach) {
        self.finder.set_reach(reach);
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
    tx.change_one("UPDATE meta SET demonstration = TRUE", ())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::{EventKind, NewEvent};
    use crate::domain::id::UserId;
    use crate::domain::user::OsAccount;
    use tempfile::TempDir;

    /// The account that the tests run under.
    pub fn account() -> OsAccount {
        OsAccount {
            uid: nix::unistd::geteuid().as_raw(),
            name: "alice".to_owned(),
            root_by_sudo: false,
            home: "/nonexistent".into(),
            passwords: "/nonexistent/.pgpass".into(),
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
            events::append(tx, Timestamp(1), event)?;
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
