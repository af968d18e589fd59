//! The table of roles. A deleted role's row stays: keys that were deleted long ago still name it.

use crate::domain::fold::name_key;
use crate::domain::id::{RoleId, UserId};
use crate::domain::name::{name_look, name_sort, text_sort};
use crate::domain::role::{Assigned, Role, RoleFields};
use crate::domain::state::RESTORABLE;
use crate::domain::time::Timestamp;
use crate::domain::trouble::Fault;
use crate::store::Tx;
use crate::store::convert::listed;
use crate::store::names::first_line;
use crate::store::sql::{columns, values};

columns! {
    Role {
        id, immutable, name, description, user_interface, web_service, rights, equal_or_less, services,
    } => Role {
        id,
        immutable,
        fields: RoleFields { name, description, user_interface, web_service, rights, equal_or_less, services },
    }
}

/// The undeleted keys of a role, and those that can be restored.
const KEYS: &str = "FROM api_keys WHERE role = ?1 AND (deleted_at IS NULL OR deleted_at > ?2)";

/// Adds a role and gives its ID, which was never used before.
pub fn insert(tx: &Tx<'_>, fields: &RoleFields) -> Result<RoleId, Fault> {
    let id = tx.engine.next_id("roles").map(RoleId)?;
    insert_as(tx, id, false, fields)?;
    Ok(id)
}

/// Adds a role that every database begins with, under its own ID.
pub(super) fn insert_built_in(tx: &Tx<'_>, role: &Role) -> Result<(), Fault> {
    insert_as(tx, role.id, role.immutable, &role.fields)
}

fn insert_as(tx: &Tx<'_>, id: RoleId, immutable: bool, fields: &RoleFields) -> Result<(), Fault> {
    tx.change_one("INSERT INTO roles (id, immutable, name, name_key, description, search, user_interface, web_service, rights,
             equal_or_less, name_sort, name_look, services, description_sort)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)", values![
        id,
        immutable,
        fields.name,
        name_key(&fields.name),
        fields.description,
        search(fields),
        fields.user_interface,
        fields.web_service,
        listed(&fields.rights),
        fields.equal_or_less,
        name_sort(&fields.name),
        name_look(&fields.name),
        fields.services,
        text_sort(first_line(&fields.description)),
    ])
}

/// Writes the fields of Role Properties.
pub fn update(tx: &Tx<'_>, id: RoleId, fields: &RoleFields) -> Result<(), Fault> {
    tx.change_one("UPDATE roles
         SET name = ?2, name_key = ?3, description = ?4, search = ?5, user_interface = ?6, web_service = ?7,
             rights = ?8, equal_or_less = ?9, name_sort = ?10, name_look = ?11, services = ?12,
             description_sort = ?13, version = version + 1
         WHERE id = ?1", values![
        id,
        fields.name,
        name_key(&fields.name),
        fields.description,
        search(fields),
        fields.user_interface,
        fields.web_service,
        listed(&fields.rights),
        fields.equal_or_less,
        name_sort(&fields.name),
        name_look(&fields.name),
        fields.services,
        text_sort(first_line(&fields.description)),
    ])
}

/// Marks the role as deleted: its name is free again, and nothing can be given it any more.
pub fn set_deleted(tx: &Tx<'_>, id: RoleId, now: Timestamp) -> Result<(), Fault> {
    tx.change_one(
        "UPDATE roles SET deleted_at = ?2, version = version + 1 WHERE id = ?1",
        (id, now),
    )
}

/// The role with this ID, deleted or not.
pub fn get(tx: &Tx<'_>, id: RoleId) -> Result<Option<Role>, Fault> {
    tx.select_first("FROM roles WHERE id = ?1", [id])
}

/// The role with this ID, unless it was deleted.
pub fn undeleted(tx: &Tx<'_>, id: RoleId) -> Result<Option<Role>, Fault> {
    tx.select_first("FROM roles WHERE id = ?1 AND deleted_at IS NULL", [id])
}

/// The undeleted roles with an ID above this one, the lowest first and at most `most`.
pub fn after(tx: &Tx<'_>, id: RoleId, most: usize) -> Result<Vec<Role>, Fault> {
    tx.select_all(
        "FROM roles WHERE id > ?1 AND deleted_at IS NULL ORDER BY id LIMIT ?2",
        (id, most),
    )
}

/// All undeleted roles, by name.
pub fn all_undeleted(tx: &Tx<'_>) -> Result<Vec<Role>, Fault> {
    tx.select_all(
        "FROM roles WHERE deleted_at IS NULL ORDER BY name_sort, id",
        (),
    )
}

/// The roles of all users who are not locked out.
pub fn in_force(tx: &Tx<'_>) -> Result<Vec<Role>, Fault> {
    let from = "FROM roles r WHERE EXISTS (SELECT 1 FROM users u WHERE u.role = r.id AND NOT u.locked_out)";
    tx.select_all(from, ())
}

/// The roles of all other users who are not locked out.
pub fn in_force_without(tx: &Tx<'_>, user: UserId) -> Result<Vec<Role>, Fault> {
    let from = "FROM roles r
                WHERE EXISTS (SELECT 1 FROM users u WHERE u.role = r.id AND NOT u.locked_out AND u.id <> ?1)";
    tx.select_all(from, [user])
}

/// The keys of a role that would authenticate if it allowed them to: the names of the first `most`, and how many there
/// are.
pub fn working_keys(
    tx: &Tx<'_>,
    id: RoleId,
    now: Timestamp,
    most: usize,
) -> Result<(Vec<String>, i64), Fault> {
    let from =
        "FROM api_keys WHERE role = ?1 AND deleted_at IS NULL AND NOT locked_out AND delivered
                AND expires_sort > ?2";
    let names = format!("SELECT name {from} ORDER BY name_key LIMIT ?3");
    let count = format!("SELECT count(*) {from}");
    Ok((
        tx.values(&names, (id, now, most))?,
        tx.value(&count, (id, now))?,
    ))
}

/// The users of a role who are not locked out: the names of the first `most`, and how many there are.
pub fn unlocked_users(tx: &Tx<'_>, id: RoleId, most: usize) -> Result<(Vec<String>, i64), Fault> {
    let from = "FROM users WHERE role = ?1 AND NOT locked_out";
    let names = format!("SELECT name {from} ORDER BY name_key LIMIT ?2");
    let count = format!("SELECT count(*) {from}");
    Ok((tx.values(&names, (id, most))?, tx.value(&count, [id])?))
}

/// The name of the undeleted role that has this name already, other than `except`.
pub fn with_name(tx: &Tx<'_>, name: &str, except: Option<RoleId>) -> Result<Option<String>, Fault> {
    tx.find(
        "SELECT name FROM roles WHERE name_key = ?1 AND deleted_at IS NULL AND id IS DISTINCT FROM ?2",
        (name_key(name), except),
    )
}

/// The first `most` users of a role, by name, and how many there are.
pub fn users(tx: &Tx<'_>, id: RoleId, most: usize) -> Result<(Vec<Assigned>, i64), Fault> {
    let users = tx.rows(
        "SELECT id, name FROM users WHERE role = ?1 ORDER BY name_sort, id LIMIT ?2",
        (id, most),
    )?;
    let users = users.into_iter().map(|(id, name)| Assigned::User(id, name));
    let count = tx.value("SELECT count(*) FROM users WHERE role = ?1", [id])?;
    Ok((users.collect(), count))
}

/// The first `most` keys of a role that are undeleted or can be restored, by name, and how many there are.
pub fn keys(
    tx: &Tx<'_>,
    id: RoleId,
    now: Timestamp,
    most: usize,
) -> Result<(Vec<Assigned>, i64), Fault> {
    let after = now.plus(-RESTORABLE);
    let keys =
        format!("SELECT id, name, deleted_at IS NOT NULL {KEYS} ORDER BY name_sort, id LIMIT ?3");
    let keys = tx.rows(&keys, (id, after, most))?.into_iter();
    let keys = keys.map(|(id, name, deleted)| Assigned::Key { id, name, deleted });
    let count = tx.value(&format!("SELECT count(*) {KEYS}"), (id, after))?;
    Ok((keys.collect(), count))
}

/// How many users have a role, and how many undeleted keys.
pub fn holders(tx: &Tx<'_>, id: RoleId) -> Result<(i64, i64), Fault> {
    let users = "SELECT count(*) FROM users WHERE role = ?1";
    let keys = "SELECT count(*) FROM api_keys WHERE role = ?1 AND deleted_at IS NULL";
    Ok((tx.value(users, [id])?, tx.value(keys, [id])?))
}

/// The text in which the filter looks.
fn search(fields: &RoleFields) -> String {
    format!(
        "{}\n{}",
        name_key(&fields.name),
        name_key(&fields.description)
    )
}
