//! What the lists of keys, roles and users have in common in their names and other texts.

use crate::domain::fold::name_key;
use crate::domain::name::name_look;
use crate::domain::reference::RowKind;
use crate::domain::time::Timestamp;
use crate::domain::trouble::Fault;
use crate::store::Tx;
use crate::store::sql::columns;

/// The first of them, other than the one with the ID `except`, whose name looks like this one: its ID and name.
pub fn alike(
    tx: &Tx<'_>,
    named: RowKind,
    name: &str,
    except: Option<i64>,
) -> Result<Option<(i64, String)>, Fault> {
    let (table, there) = match named {
        RowKind::ApiKey => ("api_keys", "deleted_at IS NULL"),
        RowKind::Role => ("roles", "deleted_at IS NULL"),
        RowKind::User => ("users", "TRUE"),
    };
    let sql = format!(
        "SELECT id, name FROM {table} WHERE name_look = ?1 AND {there} AND id IS DISTINCT FROM ?2 ORDER BY id LIMIT 1"
    );
    tx.row(&sql, (name_look(name), except))
}

/// The rows with this name, compared as names are: those that are not deleted, or else the keys that are, which can be
/// restored.
pub fn ids_of(tx: &Tx<'_>, named: RowKind, name: &str) -> Result<Vec<i64>, Fault> {
    let key = name_key(name);
    let (present, deleted) = match named {
        RowKind::ApiKey => (
            "FROM api_keys WHERE name_key = ?1 AND deleted_at IS NULL",
            Some("FROM api_keys WHERE name_key = ?1 AND deleted_at IS NOT NULL"),
        ),
        RowKind::Role => (
            "FROM roles WHERE name_key = ?1 AND deleted_at IS NULL",
            None,
        ),
        RowKind::User => ("FROM users WHERE name_key = ?1", None),
    };
    let ids = |from: &str| tx.values(&format!("SELECT id {from} ORDER BY id"), [&key]);
    let found = ids(present)?;
    match deleted {
        Some(from) if found.is_empty() => ids(from),
        _ => Ok(found),
    }
}

/// Whether a row of this kind has or had this ID: none is given twice.
pub fn was_given(tx: &Tx<'_>, kind: RowKind, id: i64) -> Result<bool, Fault> {
    let table = match kind {
        RowKind::ApiKey => "api_keys",
        RowKind::User => "users",
        RowKind::Role => "roles",
    };
    Ok((1..=tx.engine.last_id(table)?).contains(&id))
}

/// What a row is called, as of which version, and when it last signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    pub name: String,
    pub version: i64,
    /// Nothing for a role, too.
    pub last_sign_in_at: Option<Timestamp>,
}

columns! {
    Seen { name, version, last_sign_in_at } => Seen { name, version, last_sign_in_at }
}

/// The row with this ID, deleted or not.
pub fn seen(tx: &Tx<'_>, named: RowKind, id: i64) -> Result<Option<Seen>, Fault> {
    tx.select_first(
        match named {
            RowKind::ApiKey => "FROM api_keys WHERE id = ?1",
            RowKind::User => "FROM users WHERE id = ?1",
            RowKind::Role => {
                "FROM (SELECT *, NULL AS last_sign_in_at FROM roles) AS r WHERE id = ?1"
            }
        },
        [id],
    )
}

/// What a list shows of a text of several lines.
pub(super) fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}
