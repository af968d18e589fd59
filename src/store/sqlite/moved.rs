//! A database that was moved to a server: its rows stay, and it opens for nobody.

use rusqlite::Connection;

use crate::domain::event::EventKind;
use crate::domain::trouble::Fault;
use crate::store::Tx;

/// What is added to the version then: every Keyward takes it for one that it does not know, also one that has the database
/// open.
const MOVED: i64 = 1_000_000_000;

/// Whether a version says so.
pub fn is_moved(version: i64) -> bool {
    version >= MOVED
}

/// Marks the database, as a part of a transaction.
pub fn mark(tx: &Tx<'_>) -> Result<(), Fault> {
    let version: i64 = tx.value("PRAGMA user_version", ())?;
    let version = MOVED + version;
    tx.change(&format!("PRAGMA user_version = {version}"), ())
        .map(|_| ())
}

/// The address of the server, as the last event tells it; empty where that cannot be read.
pub fn address(connection: &Connection) -> String {
    let told = "SELECT body ->> 'to' FROM events WHERE number = ?1 ORDER BY sequence DESC LIMIT 1";
    let kind = EventKind::DatabaseMoved.number();
    let address: Option<String> = connection
        .query_row(told, [kind], |row| row.get(0))
        .unwrap_or_default();
    address.unwrap_or_default()
}
