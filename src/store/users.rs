//! The table of users. A deleted user's row goes, and no ID is used again.

use chrono_tz::Tz;
use rusqlite::{OptionalExtension, Row, params};

use crate::domain::fold::name_key;
use crate::domain::id::{RoleId, UserId};
use crate::domain::locale::Locale;
use crate::domain::name::{name_look, name_sort};
use crate::domain::time::Timestamp;
use crate::domain::trouble::Fault;
use crate::domain::user::UserFields;
use crate::domain::zone;
use crate::store::Tx;
use crate::store::api_keys::{instant, parsed};

const USER: &str = "SELECT id, name, full_name, role, locale, time_zone, locked_out, created_at, last_sign_in_at \
                    FROM users";

/// A user as they are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredUser {
    pub id: UserId,
    pub fields: UserFields,
    pub created_at: Timestamp,
    pub last_sign_in_at: Option<Timestamp>,
}

/// Adds a user and gives their ID, which was never used before.
///
/// # Errors
/// What the database said.
pub fn insert(tx: &Tx<'_>, fields: &UserFields, now: Timestamp) -> Result<UserId, Fault> {
    tx.change_one("INSERT INTO users (name, name_key, full_name, search, role, locale, time_zone, locked_out, created_at,
             name_sort, name_look)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)", params![
        fields.name,
        name_key(&fields.name),
        fields.full_name,
        search(fields),
        fields.role.0,
        fields.locale.map(Locale::tag),
        fields.zone.map(Tz::name),
        fields.locked_out,
        now.0,
        name_sort(&fields.name),
        name_look(&fields.name),
    ])?;
    Ok(UserId(tx.0.last_insert_rowid()))
}

/// Writes the fields of Properties.
///
/// # Errors
/// What the database said.
pub fn update(tx: &Tx<'_>, id: UserId, fields: &UserFields) -> Result<(), Fault> {
    tx.change_one(
        "UPDATE users
         SET full_name = ?2, search = ?3, role = ?4, locale = ?5, time_zone = ?6, locked_out = ?7,
             version = version + 1
         WHERE id = ?1",
        params![
            id.0,
            fields.full_name,
            search(fields),
            fields.role.0,
            fields.locale.map(Locale::tag),
            fields.zone.map(Tz::name),
            fields.locked_out,
        ],
    )
}

/// Removes a user.
///
/// # Errors
/// What the database said.
pub fn delete(tx: &Tx<'_>, id: UserId) -> Result<(), Fault> {
    tx.change_one("DELETE FROM users WHERE id = ?1", [id.0])
}

/// Notes that the user has signed in. It is no change of the row's version.
///
/// # Errors
/// What the database said.
pub fn signed_in(tx: &Tx<'_>, id: UserId, now: Timestamp) -> Result<(), Fault> {
    tx.change_one(
        "UPDATE users SET last_sign_in_at = ?2 WHERE id = ?1",
        [id.0, now.0],
    )
}

/// The user with this ID.
///
/// # Errors
/// What the database said.
pub fn get(tx: &Tx<'_>, id: UserId) -> Result<Option<StoredUser>, Fault> {
    let user =
        tx.0.prepare_cached(&format!("{USER} WHERE id = ?1"))?
            .query_row([id.0], read)
            .optional();
    Ok(user?)
}

/// The user with exactly this name.
///
/// # Errors
/// What the database said.
pub fn by_name(tx: &Tx<'_>, name: &str) -> Result<Option<StoredUser>, Fault> {
    let user =
        tx.0.prepare_cached(&format!("{USER} WHERE name = ?1"))?
            .query_row([name], read)
            .optional();
    Ok(user?)
}

/// The name of the user who has this name already, in whatever case.
///
/// # Errors
/// What the database said.
pub fn with_name(tx: &Tx<'_>, name: &str) -> Result<Option<String>, Fault> {
    let found =
        tx.0.prepare_cached("SELECT name FROM users WHERE name_key = ?1")?
            .query_row([name_key(name)], |row| row.get(0))
            .optional();
    Ok(found?)
}

/// The text in which the filter looks.
fn search(fields: &UserFields) -> String {
    format!(
        "{}\n{}",
        name_key(&fields.name),
        name_key(&fields.full_name)
    )
}

fn read(row: &Row<'_>) -> rusqlite::Result<StoredUser> {
    Ok(StoredUser {
        id: UserId(row.get(0)?),
        fields: UserFields {
            name: row.get(1)?,
            full_name: row.get(2)?,
            role: RoleId(row.get(3)?),
            locale: if_set(row, 4, Locale::from_tag)?,
            zone: if_set(row, 5, zone::by_name)?,
            locked_out: row.get(6)?,
        },
        created_at: Timestamp(row.get(7)?),
        last_sign_in_at: instant(row, 8)?,
    })
}

/// A text that stands for something else, or nothing.
fn if_set<T>(
    row: &Row<'_>,
    index: usize,
    parse: impl Fn(&str) -> Option<T>,
) -> rusqlite::Result<Option<T>> {
    let set = row.get_ref(index)?.as_str_or_null()?.is_some();
    set.then(|| parsed(row, index, parse)).transpose()
}
