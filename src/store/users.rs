//! The table of users. A deleted user's row goes, and no ID is used again.

use crate::domain::fold::name_key;
use crate::domain::id::UserId;
use crate::domain::name::{name_look, name_sort, text_sort};
use crate::domain::state::LockedBy;
use crate::domain::time::Timestamp;
use crate::domain::trouble::Fault;
use crate::domain::user::UserFields;
use crate::store::Tx;
use crate::store::convert::locked_by;
use crate::store::sql::{columns, values};

/// A user as they are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredUser {
    pub id: UserId,
    pub fields: UserFields,
    pub created_at: Timestamp,
    /// Who locked them out, as far as it is known.
    pub locked_by: Option<LockedBy>,
    pub last_sign_in_at: Option<Timestamp>,
}

columns! {
    StoredUser {
        id, name, full_name, role, locale, zone = "time_zone", locked_out, lock_reason, locked_by, locked_at, created_at,
        last_sign_in_at,
    } => {
        let locked_out = bool::then_some(locked_out, lock_reason);
        let fields = UserFields { name, full_name, role, locale, zone, locked_out };
        let locked_by = self::locked_by(locked_by, locked_at);
        StoredUser { id, fields, created_at, locked_by, last_sign_in_at }
    }
}

/// Adds a user and gives their ID, which was never used before. Who adds them is kept of a lock alone.
pub fn insert(tx: &Tx<'_>, fields: &UserFields, by: &str, now: Timestamp) -> Result<UserId, Fault> {
    tx.insert("INSERT INTO users (name, name_key, full_name, search, role, locale, time_zone, locked_out, created_at,
             name_sort, name_look, lock_reason, locked_by, locked_at, full_name_sort)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, CASE WHEN ?8 THEN ?13 END, CASE WHEN ?8 THEN CAST(?9 AS BIGINT) END,
             ?14)
         RETURNING id", values![
        fields.name,
        name_key(&fields.name),
        fields.full_name,
        search(fields),
        fields.role,
        fields.locale,
        fields.zone,
        fields.locked_out.is_some(),
        now,
        name_sort(&fields.name),
        name_look(&fields.name),
        fields.locked_out.as_deref().unwrap_or(""),
        by,
        text_sort(&fields.full_name),
    ])
}

/// Writes the fields of Properties. Who changes them, and when, is kept of a lock alone; an empty name is System.
pub fn update(
    tx: &Tx<'_>,
    id: UserId,
    fields: &UserFields,
    by: &str,
    now: Timestamp,
) -> Result<(), Fault> {
    tx.change_one(
        "UPDATE users
         SET full_name = ?2, search = ?3, role = ?4, locale = ?5, time_zone = ?6, locked_out = ?7,
             lock_reason = ?8, full_name_sort = ?11,
             locked_by = CASE WHEN NOT ?7 THEN NULL WHEN locked_out THEN locked_by ELSE ?9 END,
             locked_at = CASE WHEN NOT ?7 THEN NULL WHEN locked_out THEN locked_at ELSE ?10 END,
             version = version + 1
         WHERE id = ?1",
        values![
            id,
            fields.full_name,
            search(fields),
            fields.role,
            fields.locale,
            fields.zone,
            fields.locked_out.is_some(),
            fields.locked_out.as_deref().unwrap_or(""),
            by,
            now,
            text_sort(&fields.full_name),
        ],
    )
}

/// Removes a user.
pub fn delete(tx: &Tx<'_>, id: UserId) -> Result<(), Fault> {
    tx.change_one("DELETE FROM users WHERE id = ?1", [id])
}

/// Notes that the user has signed in. It is no change of the row's version.
pub fn signed_in(tx: &Tx<'_>, id: UserId, now: Timestamp) -> Result<(), Fault> {
    tx.change_one(
        "UPDATE users SET last_sign_in_at = ?2 WHERE id = ?1",
        (id, now),
    )
}

/// The users with an ID above this one, the lowest first and at most `most`.
pub fn after(tx: &Tx<'_>, id: UserId, most: usize) -> Result<Vec<StoredUser>, Fault> {
    let from = "FROM users WHERE id > ?1 ORDER BY id LIMIT ?2";
    tx.select_all(from, (id, most))
}

/// The user with this ID.
pub fn get(tx: &Tx<'_>, id: UserId) -> Result<Option<StoredUser>, Fault> {
    tx.select_first("FROM users WHERE id = ?1", [id])
}

/// The user with exactly this name.
pub fn by_name(tx: &Tx<'_>, name: &str) -> Result<Option<StoredUser>, Fault> {
    tx.select_first("FROM users WHERE name = ?1", [name])
}

/// The name of the user who has this name already, in whatever case.
pub fn with_name(tx: &Tx<'_>, name: &str) -> Result<Option<String>, Fault> {
    tx.find(
        "SELECT name FROM users WHERE name_key = ?1",
        [name_key(name)],
    )
}

/// The text in which the filter looks.
fn search(fields: &UserFields) -> String {
    format!(
        "{}\n{}",
        name_key(&fields.name),
        name_key(&fields.full_name)
    )
}
