//! What of a database is not as Keyward makes it: its schema, its pages, its references.

use std::collections::BTreeMap;

use rusqlite::Connection;

use crate::domain::event::flaw::{Differs, Flaw};
use crate::domain::trouble::{Fault, OpenFault};
use crate::store::Tx;
use crate::store::sql::Kind;
use crate::store::sqlite::migrate;

/// Every part of a schema by kind and name: the table that it belongs to, and its definition.
type Schema = BTreeMap<(String, String), (String, Option<String>)>;

/// The first flaw of each kind, the chain of events apart.
pub fn flaws(tx: &Tx<'_>) -> Result<Vec<Flaw>, Fault> {
    let found = [schema(tx)?, damage(tx)?, dangling(tx)?];
    Ok(found.into_iter().flatten().collect())
}

/// Compares with a new database that goes through the same migrations, part by part and letter by letter.
pub(super) fn schema(tx: &Tx<'_>) -> Result<Option<Flaw>, Fault> {
    let reference = reference()?;
    let wanted = parts(&Tx::begin(&reference, Kind::Read)?)?;
    let there = parts(tx)?;
    let flaw = |differs, (kind, name): &(String, String)| Flaw::Schema {
        differs,
        kind: kind.clone(),
        name: name.clone(),
    };
    let added = there.keys().find(|part| !wanted.contains_key(*part));
    let differs = wanted
        .iter()
        .find_map(|(part, definition)| match there.get(part) {
            None => Some(flaw(Differs::Missing, part)),
            Some(found) if found != definition => Some(flaw(Differs::Altered, part)),
            Some(_) => None,
        });
    Ok(added.map(|part| flaw(Differs::Added, part)).or(differs))
}

fn reference() -> Result<Connection, Fault> {
    let connection = Connection::open_in_memory()?;
    migrate::migrate(&connection, None, None).map_err(|fault| match fault {
        OpenFault::Fault(fault) => fault,
        _ => Fault::Corrupt,
    })?;
    Ok(connection)
}

fn parts(tx: &Tx<'_>) -> Result<Schema, Fault> {
    let sql = "SELECT type, name, tbl_name, sql FROM main.sqlite_schema";
    let parts = tx.rows(sql, ())?.into_iter();
    let part = |(kind, name, table, definition)| ((kind, name), (table, definition));
    Ok(parts.map(part).collect())
}

/// What `SQLite` finds first: pages, and whether every index holds what its table does.
pub(super) fn damage(tx: &Tx<'_>) -> Result<Option<Flaw>, Fault> {
    let words: String = tx.value("PRAGMA main.integrity_check(1)", ())?;
    Ok((words != "ok").then_some(Flaw::Damaged(words)))
}

/// A row that refers to one that is not there.
pub(super) fn dangling(tx: &Tx<'_>) -> Result<Option<Flaw>, Fault> {
    let found = tx.row("SELECT \"table\", parent FROM pragma_foreign_key_check", ())?;
    Ok(found.map(|(table, parent)| Flaw::Dangling { table, parent }))
}
