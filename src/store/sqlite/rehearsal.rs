//! An older database as it would be brought up to date, in memory: what is refused is refused of that, and leaves the
//! database as it was, to the byte.

use std::time::Duration;

use rusqlite::Connection;
use rusqlite::backup::Backup;

use crate::domain::trouble::{Fault, OpenFault, Trouble};
use crate::domain::user::OsAccount;
use crate::store::sqlite::fault::while_opening;
use crate::store::sqlite::log;
use crate::store::sqlite::migrate::{KNOWN, migrate};
use crate::store::sqlite::open::{connect, connected, settle, trouble, unless_moved};
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

impl Store {
    /// Opens a database that is there for writing, and brings no older one up to date; but a large one, of which a copy would
    /// fill the memory. Before that, `told` is called.
    ///
    /// # Errors
    /// [`Trouble::Open`], with [`OpenFault::Missing`] among the faults.
    pub fn open_to_change(
        place: &Place,
        account: &OsAccount,
        told: &dyn Fn(),
    ) -> Result<Opened, Trouble> {
        let opened = unless_moved(|| {
            let (store, found) = connect(place, account)?;
            if found == 0 {
                return Err(OpenFault::Missing);
            }
            if found < KNOWN && is_large(&store)? {
                return Ok(None);
            }
            if found < KNOWN {
                let copy = in_memory(store)?;
                copy.set_changeable(false).map_err(OpenFault::Fault)?;
                return Ok(Some(Opened::Older(copy)));
            }
            settle(&store, place)?;
            Ok(Some(Opened::UpToDate(store)))
        });
        match opened.map_err(trouble(place))? {
            Some(opened) => Ok(opened),
            None => Store::bring_up_to_date_telling(place, account, told).map(Opened::UpToDate),
        }
    }

    /// Whether the copy of an older database can be changed.
    pub fn set_changeable(&self, is: bool) -> Result<(), Fault> {
        Ok(self
            .sqlite
            .connection
            .pragma_update(None, "query_only", !is)?)
    }
}

/// Whether a copy of it would take too much memory, and longer than anybody waits for a refusal.
fn is_large(store: &Store) -> Result<bool, OpenFault> {
    let sql = "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size";
    let bytes: i64 = store
        .sqlite
        .connection
        .query_row(sql, (), |row| row.get(0))
        .map_err(while_opening)?;
    Ok(bytes > LARGE)
}

/// The copy of an older database in memory, brought up to date.
pub(super) fn in_memory(store: Store) -> Result<Store, OpenFault> {
    let mut memory = Connection::open_in_memory().map_err(while_opening)?;
    let copied = Backup::new(&store.sqlite.connection, &mut memory)
        .and_then(|backup| backup.run_to_completion(i32::MAX, Duration::ZERO, None));
    copied.map_err(while_opening)?;
    // What is in its log stays there.
    log::leave(&store.sqlite.connection, store.sqlite.log_bytes() > 0);
    drop(store);
    migrate(&memory, None, None)?;
    let (store, _) = connected(memory, None)?;
    settle(&store, &Place::Memory(String::new()))?;
    Ok(store)
}
