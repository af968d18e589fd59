//! The table of roles. A deleted role's row stays: keys that were deleted long ago still name it.

use rusqlite::{OptionalExtension, Row, params};

use crate::domain::fold::name_key;
use crate::domain::id::{KeyId, RoleId, UserId};
use crate::domain::name::{name_look, name_sort};
use crate::domain::rights::Rights;
use crate::domain::role::{Assigned, Role, RoleFields};
use crate::domain::state::RESTORABLE;
use crate::domain::time::Timestamp;
use crate::domain::trouble::Fault;
use crate::store::Tx;

const ROLE: &str = "SELECT r.id, r.immutable, r.name, r.description, r.user_interface, r.web_service, r.rights, \
                    r.equal_or_less FROM roles r";

/// The undeleted keys of a role, and those that can be restored.
const KEYS: &str = "FROM api_keys WHERE role = ?1 AND (deleted_at IS NULL OR deleted_at > ?2)";

/// Adds a role and gives its ID, which was never used before.
///
/// # Errors
/// What the database said.
pub fn insert(tx: &Tx<'_>, fields: &RoleFields) -> Result<RoleId, Fault> {
    insert_as(tx, None, false, fields)?;
    Ok(RoleId(tx.0.last_insert_rowid()))
}

/// Adds a role that every database begins with, under its own ID.
pub(super) fn insert_built_in(tx: &Tx<'_>, role: &Role) -> Result<(), Fault> {
    insert_as(tx, Some(role.id), role.immutable, &role.fields)
}

fn insert_as(
    tx: &Tx<'_>,
    id: Option<RoleId>,
    immutable: bool,
    fields: &RoleFields,
) -> Result<(), Fault> {
    tx.change_one("INSERT INTO roles (id, immutable, name, name_key, description, search, user_interface, web_service, rights,
             equal_or_less, name_sort, name_look)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)", params![
        id.map(|id| id.0),
        immutable,
        fields.name,
        name_key(&fields.name),
        fields.description,
        search(fields),
        fields.user_interface,
        fields.web_service,
        names(&fields.rights),
        fields.equal_or_less,
        name_sort(&fields.name),
        name_look(&fields.name),
    ])
}

/// Writes the fields of Role Properties.
///
/// # Errors
/// What the database said.
pub fn update(tx: &Tx<'_>, id: RoleId, fields: &RoleFields) -> Result<(), Fault> {
    tx.change_one("UPDATE roles
         SET name = ?2, name_key = ?3, description = ?4, search = ?5, user_interface = ?6, web_service = ?7,
             rights = ?8, equal_or_less = ?9, name_sort = ?10, name_look = ?11, version = version + 1
         WHERE id = ?1", params![
        id.0,
        fields.name,
        name_key(&fields.name),
        fields.description,
        search(fields),
        fields.user_interface,
        fields.web_service,
        names(&fields.rights),
        fields.equal_or_less,
        name_sort(&fields.name),
        name_look(&fields.name),
    ])
}

/// Marks the role as deleted: its name is free again, and nothing can be given it any more.
///
/// # Errors
/// What the database said.
pub fn set_deleted(tx: &Tx<'_>, id: RoleId, now: Timestamp) -> Result<(), Fault> {
    tx.change_one(
        "UPDATE roles SET deleted_at = ?2, version = version + 1 WHERE id = ?1",
        [id.0, now.0],
    )
}

/// The role with this ID, deleted or not.
///
/// # Errors
/// What the database said.
pub fn get(tx: &Tx<'_>, id: RoleId) -> Result<Option<Role>, Fault> {
    let role =
        tx.0.prepare_cached(&format!("{ROLE} WHERE r.id = ?1"))?
            .query_row([id.0], read)
            .optional();
    Ok(role?)
}

/// The role with this ID, unless it was deleted.
///
/// # Errors
/// What the database said.
pub fn undeleted(tx: &Tx<'_>, id: RoleId) -> Result<Option<Role>, Fault> {
    let role =
        tx.0.prepare_cached(&format!("{ROLE} WHERE r.id = ?1 AND r.deleted_at IS NULL"))?
            .query_row([id.0], read)
            .optional();
    Ok(role?)
}

/// All undeleted roles, by name.
///
/// # Errors
/// What the database said.
pub fn all(tx: &Tx<'_>) -> Result<Vec<Role>, Fault> {
    several(tx, "WHERE r.deleted_at IS NULL ORDER BY r.name_sort, r.id")
}

/// The roles of all users who are not locked out.
///
/// # Errors
/// What the database said.
pub fn in_force(tx: &Tx<'_>) -> Result<Vec<Role>, Fault> {
    several(
        tx,
        "WHERE EXISTS (SELECT 1 FROM users u WHERE u.role = r.id AND NOT u.locked_out)",
    )
}

/// The roles of all other users who are not locked out.
///
/// # Errors
/// What the database said.
pub fn in_force_without(tx: &Tx<'_>, user: UserId) -> Result<Vec<Role>, Fault> {
    let mut query = tx.0.prepare_cached(&format!(
        "{ROLE} WHERE EXISTS (SELECT 1 FROM users u WHERE u.role = r.id AND NOT u.locked_out AND u.id <> ?1)"
    ))?;
    let roles = query.query_map([user.0], read)?.collect::<Result<_, _>>();
    Ok(roles?)
}

/// The keys of a role that would authenticate if it allowed them to: the names of the first `most`, and how many there
/// are.
///
/// # Errors
/// What the database said.
pub fn working_keys(
    tx: &Tx<'_>,
    id: RoleId,
    now: Timestamp,
    most: usize,
) -> Result<(Vec<String>, i64), Fault> {
    let from =
        "FROM api_keys WHERE role = ?1 AND deleted_at IS NULL AND NOT locked_out AND delivered
                AND expires_sort > ?2";
    let mut query =
        tx.0.prepare_cached(&format!("SELECT name {from} ORDER BY name_key LIMIT ?3"))?;
    let names = query
        .query_map((id.0, now.0, limit(most)), |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    let count =
        tx.0.prepare_cached(&format!("SELECT count(*) {from}"))?
            .query_row((id.0, now.0), |row| row.get(0))?;
    Ok((names, count))
}

/// The users of a role who are not locked out: the names of the first `most`, and how many there are.
///
/// # Errors
/// What the database said.
pub fn unlocked_users(tx: &Tx<'_>, id: RoleId, most: usize) -> Result<(Vec<String>, i64), Fault> {
    let from = "FROM users WHERE role = ?1 AND NOT locked_out";
    let mut query =
        tx.0.prepare_cached(&format!("SELECT name {from} ORDER BY name_key LIMIT ?2"))?;
    let names = query
        .query_map((id.0, limit(most)), |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    let count =
        tx.0.prepare_cached(&format!("SELECT count(*) {from}"))?
            .query_row([id.0], |row| row.get(0))?;
    Ok((names, count))
}

fn several(tx: &Tx<'_>, which: &str) -> Result<Vec<Role>, Fault> {
    let mut query = tx.0.prepare_cached(&format!("{ROLE} {which}"))?;
    let roles = query.query_map((), read)?.collect::<Result<_, _>>();
    Ok(roles?)
}

/// The name of the undeleted role that has this name already, other than `except`.
///
/// # Errors
/// What the database said.
pub fn with_name(tx: &Tx<'_>, name: &str, except: Option<RoleId>) -> Result<Option<String>, Fault> {
    let found =
        tx.0.prepare_cached(
            "SELECT name FROM roles WHERE name_key = ?1 AND deleted_at IS NULL AND id IS NOT ?2",
        )?
        .query_row((name_key(name), except.map(|id| id.0)), |row| row.get(0))
        .optional();
    Ok(found?)
}

/// The first `most` users of a role, by name, and how many there are.
///
/// # Errors
/// What the database said.
pub fn users(tx: &Tx<'_>, id: RoleId, most: usize) -> Result<(Vec<Assigned>, i64), Fault> {
    let mut query = tx.0.prepare_cached(
        "SELECT id, name FROM users WHERE role = ?1 ORDER BY name_sort, id LIMIT ?2",
    )?;
    let users = query
        .query_map((id.0, limit(most)), |row| {
            Ok(Assigned::User(UserId(row.get(0)?), row.get(1)?))
        })?
        .collect::<Result<_, _>>()?;
    let count =
        tx.0.prepare_cached("SELECT count(*) FROM users WHERE role = ?1")?
            .query_row([id.0], |row| row.get(0))?;
    Ok((users, count))
}

/// The first `most` keys of a role that are undeleted or can be restored, by name, and how many there are.
///
/// # Errors
/// What the database said.
pub fn keys(
    tx: &Tx<'_>,
    id: RoleId,
    now: Timestamp,
    most: usize,
) -> Result<(Vec<Assigned>, i64), Fault> {
    let after = now.plus(-RESTORABLE).0;
    let sql =
        format!("SELECT id, name, deleted_at IS NOT NULL {KEYS} ORDER BY name_sort, id LIMIT ?3");
    let mut query = tx.0.prepare_cached(&sql)?;
    let keys = query
        .query_map((id.0, after, limit(most)), |row| {
            Ok(Assigned::Key {
                id: KeyId(row.get(0)?),
                name: row.get(1)?,
                deleted: row.get(2)?,
            })
        })?
        .collect::<Result<_, _>>()?;
    let count =
        tx.0.prepare_cached(&format!("SELECT count(*) {KEYS}"))?
            .query_row([id.0, after], |row| row.get(0))?;
    Ok((keys, count))
}

fn limit(most: usize) -> i64 {
    i64::try_from(most).unwrap_or(i64::MAX)
}

/// The text in which the filter looks.
fn search(fields: &RoleFields) -> String {
    format!(
        "{}\n{}",
        name_key(&fields.name),
        name_key(&fields.description)
    )
}

fn names(rights: &Rights) -> String {
    let names: Vec<&str> = rights.names().collect();
    serde_json::Value::from(names).to_string()
}

fn read(row: &Row<'_>) -> rusqlite::Result<Role> {
    let rights: String = row.get(6)?;
    // The table lets nothing but JSON in; what is no list of names gives no right.
    let rights: Vec<String> = serde_json::from_str(&rights).unwrap_or_default();
    Ok(Role {
        id: RoleId(row.get(0)?),
        immutable: row.get(1)?,
        fields: RoleFields {
            name: row.get(2)?,
            description: row.get(3)?,
            user_interface: row.get(4)?,
            web_service: row.get(5)?,
            rights: Rights::from_names(rights),
            equal_or_less: row.get(7)?,
        },
    })
}
