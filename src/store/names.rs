//! What the lists of keys, roles and users have in common in their names and other texts.

use rusqlite::Connection;
use rusqlite::functions::FunctionFlags;

use crate::domain::name::{name_look, name_sort, text_sort};
use crate::domain::time::Timestamp;
use crate::domain::trouble::Fault;
use crate::store::Tx;
use crate::store::query::columns;

/// What has names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Named {
    ApiKeys,
    Roles,
    Users,
}

/// The first of them, other than the one with the ID `except`, whose name looks like this one: its ID and name.
pub fn alike(
    tx: &Tx<'_>,
    named: Named,
    name: &str,
    except: Option<i64>,
) -> Result<Option<(i64, String)>, Fault> {
    let (table, there) = match named {
        Named::ApiKeys => ("api_keys", "deleted_at IS NULL"),
        Named::Roles => ("roles", "deleted_at IS NULL"),
        Named::Users => ("users", "TRUE"),
    };
    let sql = format!(
        "SELECT id, name FROM {table} WHERE name_look = ?1 AND {there} AND id IS NOT ?2 ORDER BY id LIMIT 1"
    );
    tx.row(&sql, (name_look(name), except))
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
pub fn seen(tx: &Tx<'_>, named: Named, id: i64) -> Result<Option<Seen>, Fault> {
    tx.select_first(
        match named {
            Named::ApiKeys => "FROM api_keys WHERE id = ?1",
            Named::Users => "FROM users WHERE id = ?1",
            Named::Roles => "FROM (SELECT *, NULL AS last_sign_in_at FROM roles) WHERE id = ?1",
        },
        [id],
    )
}

type Compute = fn(&str) -> String;

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().to_owned()
}

/// Adds `name_sort` and `name_look` to SQL: migrations compute these columns for the rows that are there. `text_sort`
/// and `first_line` are for what lists show and are sorted by without such a column.
pub(super) fn add_functions(connection: &Connection) -> rusqlite::Result<()> {
    let functions: [(&str, Compute); 4] = [
        ("name_sort", name_sort),
        ("name_look", name_look),
        ("text_sort", text_sort),
        ("first_line", first_line),
    ];
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    for (name, compute) in functions {
        connection.create_scalar_function(name, 1, flags, move |values| {
            Ok(compute(values.get_raw(0).as_str()?))
        })?;
    }
    Ok(())
}
