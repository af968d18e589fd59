//! Users and roles.

use rusqlite::{OptionalExtension, Row, params};

use crate::domain::name::name_key;
use crate::domain::rights::Rights;
use crate::domain::role::{Role, RoleId};
use crate::domain::time::Timestamp;
use crate::domain::trouble::Fault;
use crate::domain::user::UserId;
use crate::store::Tx;

const ROLE: &str = "SELECT r.id, r.name, r.description, r.immutable, r.user_interface, r.web_service, r.rights \
                    FROM roles r";

/// Adds a user.
///
/// # Errors
/// What the database said.
pub fn add(tx: &Tx<'_>, name: &str, role: RoleId, now: Timestamp) -> Result<(), Fault> {
    Ok(insert(tx, name, role, now)?)
}

pub(super) fn insert(
    tx: &Tx<'_>,
    name: &str,
    role: RoleId,
    now: Timestamp,
) -> rusqlite::Result<()> {
    tx.0.execute(
        "INSERT INTO users (name, name_key, role, created_at) VALUES (?1, ?2, ?3, ?4)",
        (name, name_key(name), role.0, now.0),
    )?;
    Ok(())
}

pub(super) fn insert_role(tx: &Tx<'_>, role: &Role) -> rusqlite::Result<()> {
    let rights: Vec<&str> = role.rights.names().collect();
    tx.0.execute(
        "INSERT INTO roles (id, name, name_key, description, immutable, user_interface, web_service, rights)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        params![
            role.id.0,
            role.name,
            name_key(&role.name),
            role.description,
            role.immutable,
            role.user_interface,
            role.web_service,
            serde_json::Value::from(rights).to_string(),
        ],
    )?;
    Ok(())
}

/// The user with exactly this name, and the role.
///
/// # Errors
/// What the database said.
pub fn by_name(tx: &Tx<'_>, name: &str) -> Result<Option<(UserId, Role)>, Fault> {
    let id =
        tx.0.prepare_cached("SELECT id FROM users WHERE name = ?1")?
            .query_row([name], |row| row.get(0).map(UserId))
            .optional()?;
    let Some(id) = id else {
        return Ok(None);
    };
    Ok(role_of(tx, id)?.map(|role| (id, role)))
}

/// The role that a user has now; nothing where there is no such user.
///
/// # Errors
/// What the database said.
pub fn role_of(tx: &Tx<'_>, user: UserId) -> Result<Option<Role>, Fault> {
    let sql = format!("{ROLE} JOIN users u ON u.role = r.id WHERE u.id = ?1");
    let role =
        tx.0.prepare_cached(&sql)?
            .query_row([user.0], read_role)
            .optional();
    Ok(role?)
}

/// The role with this ID.
///
/// # Errors
/// What the database said.
pub fn role(tx: &Tx<'_>, id: RoleId) -> Result<Option<Role>, Fault> {
    let role =
        tx.0.prepare_cached(&format!("{ROLE} WHERE r.id = ?1"))?
            .query_row([id.0], read_role)
            .optional();
    Ok(role?)
}

/// All roles, by name.
///
/// # Errors
/// What the database said.
pub fn roles(tx: &Tx<'_>) -> Result<Vec<Role>, Fault> {
    let mut query =
        tx.0.prepare_cached(&format!("{ROLE} ORDER BY r.name_key"))?;
    let roles = query.query_map((), read_role)?.collect::<Result<_, _>>();
    Ok(roles?)
}

fn read_role(row: &Row<'_>) -> rusqlite::Result<Role> {
    let rights: String = row.get(6)?;
    // The table lets nothing but JSON in; what is no list of names gives no right.
    let names: Vec<String> = serde_json::from_str(&rights).unwrap_or_default();
    Ok(Role {
        id: RoleId(row.get(0)?),
        name: row.get(1)?,
        description: row.get(2)?,
        immutable: row.get(3)?,
        user_interface: row.get(4)?,
        web_service: row.get(5)?,
        rights: Rights::from_names(names),
    })
}
