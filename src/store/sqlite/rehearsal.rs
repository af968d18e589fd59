//! An older database as it would be brought up to date, in memory: what is refused is refused of that, and leaves the
//! database as it was, to the byte.

use std::time::Duration;

use rusqlite::Connection;
use rusqlite::backup::Backup;

use crate::domain::trouble::{Fault, OpenFault};
use crate::domain::user::OsAccount;
use crate::store::sqlite::fault::while_opening;
use crate::store::sqlite::migrate::{KNOWN, migrate};
use crate::store::sqlite::open::{bring_up_to_date, connect, connected, settle, unless_moved};
use crate::store::sqlite::{Sqlite, log};
use crate::store::{Place, Store};

/// Bytes beyond which an older database is brought up to date whatever becomes of what was to be done then.
const LARGE: i64 = 256 << 20;

/// A database that is going to be changed.
#[derive(Debug)]
pub enum Opened {
    /// It itself.
    UpToDate(Store),
    /// In place of an older one its copy in memory, which is up to date, and can be changed only while it is [`Store::set_changeable`].
    Older(Store),
}

/// See [`Store::open_to_change`](Store::open_to_change).
pub fn open_to_change(
    place: &Place,
    account: &OsAccount,
    told: &dyn Fn(),
) -> Result<Opened, OpenFault> {
    let opened = unless_moved(|| {
        let (sqlite, found) = connect(place, account)?;
        if found == 0 {
            return Err(OpenFault::Missing);
        }
        if found < KNOWN && is_large(&sqlite)? {
            return Ok(None);
        }
        if found < KNOWN {
            let copy = in_memory(sqlite)?;
            copy.set_changeable(false).map_err(while_opening)?;
            return Ok(Some(Opened::Older(copy.into())));
        }
        settle(&sqlite, place)?;
        Ok(Some(Opened::UpToDate(sqlite.into())))
    });
    if let Some(opened) = opened? {
        return Ok(opened);
    }
    let sqlite = bring_up_to_date(place, account, told)?;
    Ok(Opened::UpToDate(sqlite.into()))
}

impl Store {
    /// Whether the copy of an older database can be changed.
    pub fn set_changeable(&self, is: bool) -> Result<(), Fault> {
        let sqlite = self.base.sqlite();
        Ok(sqlite.map_or(Ok(()), |sqlite| sqlite.set_changeable(is))?)
    }
}

/// Whether a copy of it would take too much memory, and longer than anybody waits for a refusal.
fn is_large(sqlite: &Sqlite) -> Result<bool, OpenFault> {
    let sql = "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size";
    let bytes: i64 = sqlite
        .connection
        .query_row(sql, (), |row| row.get(0))
        .map_err(while_opening)?;
    Ok(bytes > LARGE)
}

/// The copy of an older database in memory, brought up to date.
pub(super) fn in_memory(sqlite: Sqlite) -> Result<Sqlite, OpenFault> {
    let mut memory = Connection::open_in_memory().map_err(while_opening)?;
    let copied = Backup::new(&sqlite.connection, &mut memory)
        .and_then(|backup| backup.run_to_completion(i32::MAX, Duration::ZERO, None));
    copied.map_err(while_opening)?;
    // What is in its log stays there.
    log::leave(&sqlite.connection, sqlite.log_bytes() > 0);
    drop(sqlite);
    migrate(&memory, None, None)?;
    let (sqlite, _) = connected(memory, None)?;
    settle(&sqlite, &Place::Memory(String::new()))?;
    Ok(sqlite)
}
