//! Copies of a database: each of one moment, in one file without a log, and checked before it counts.

use std::fs;
use std::path::Path;

use rusqlite::Connection;

use crate::domain::event::chain::{Head, Whole};
use crate::domain::trouble::{Fault, FileFault, OpenFault, PathFault, Trouble};
use crate::domain::user::OsAccount;
use crate::path::{self, Halt};
use crate::store::sql::Kind;
use crate::store::sqlite::address::beside;
use crate::store::sqlite::copy::{alone, copy, of_file};
use crate::store::sqlite::{Sqlite, file};
use crate::store::{Store, Tx, checked};

pub use crate::store::sqlite::copy::Stop;

/// How many steps of `SQLite`'s machine go by while a copy is checked before it is asked whether to go on.
const STEPS: i32 = 20_000;
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
        let on_server = || Trouble::Open(to.to_owned(), OpenFault::OnServer);
        let sqlite = self.base.sqlite().ok_or_else(on_server)?;
        self.read(|_| copy(&sqlite.connection, to, stop).map_err(|fault| of_file(to, fault)))?;
        inspect(to, stop)
    }

    /// Refuses a place for a copy where others could put another file, and the names that `SQLite` has for the
    /// database's own.
    pub fn check_place_of_copy(&self, to: &Path, account: &OsAccount) -> Result<(), Trouble> {
        let walked = path::walk(to, account.uid).map_err(|halt| match halt {
            Halt::Unsafe(fault) => unsafe_path(to, fault),
            Halt::Unseen(error) => Trouble::File(to.to_owned(), FileFault::of(&error)),
        })?;
        let own = self.base.sqlite().and_then(Sqlite::real);
        let is_own = own.is_some_and(|real| {
            let own = |suffix: &&str| beside(real, suffix) == walked.real;
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

/// Looks through a copy: its pages, its schema, its chain.
fn inspect(path: &Path, stop: &Stop) -> Result<Copied, Trouble> {
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
    let tx = Tx::begin(connection, Kind::Read)?;
    let whole = checked(&tx, None)?.map_err(Trouble::Flawed)?;
    let keys = tx.value("SELECT count(*) FROM api_keys WHERE deleted_at IS NULL", ())?;
    let schema = tx.value("PRAGMA user_version", ())?;
    Ok((whole, keys, schema))
}
