//! The table of API keys, row by row.

use chrono::NaiveDate;
use rusqlite::types::Type;
use rusqlite::{Error, OptionalExtension, Row, params};

use crate::domain::api_key::ApiKeyFields;
use crate::domain::expiry::Expiry;
use crate::domain::fold::name_key;
use crate::domain::id::{KeyId, RoleId};
use crate::domain::locale::Locale;
use crate::domain::name::{name_look, name_sort};
use crate::domain::state::Facts;
use crate::domain::time::Timestamp;
use crate::domain::trouble::Fault;
use crate::domain::zone;
use crate::store::Tx;

/// A key as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredKey {
    pub id: KeyId,
    pub fields: ApiKeyFields,
    pub delivered: bool,
    /// Its role allows access to the Web Service API.
    pub api_access: bool,
    pub last_sign_in_at: Option<Timestamp>,
    pub attempts: i64,
    pub created_at: Timestamp,
    pub created_by: String,
    pub deleted_at: Option<Timestamp>,
    /// Deleted so long ago that its hashes are gone.
    pub erased: bool,
}

impl StoredKey {
    /// What decides its state.
    #[must_use]
    pub fn facts(&self) -> Facts {
        Facts {
            deleted: self.deleted_at.is_some(),
            locked_out: self.fields.locked_out,
            expires_at: self.fields.expiry.map(|expiry| expiry.at),
            delivered: self.delivered,
            api_access: self.api_access,
        }
    }
}

/// An ID for a new key, which is never given again. Where no key is made of it, it is lost: there is a gap.
///
/// # Errors
/// What the database said.
pub fn reserve(tx: &Tx<'_>) -> Result<KeyId, Fault> {
    // The number that AUTOINCREMENT goes on from (<https://sqlite.org/autoinc.html>); it is there from the first key on.
    let taken =
        tx.0.prepare_cached(
            "UPDATE sqlite_sequence SET seq = seq + 1 WHERE name = 'api_keys' RETURNING seq",
        )?
        .query_row((), |row| row.get(0))
        .optional()?;
    if let Some(id) = taken {
        return Ok(KeyId(id));
    }
    tx.change_one(
        "INSERT INTO sqlite_sequence (name, seq) VALUES ('api_keys', 1)",
        (),
    )?;
    Ok(KeyId(1))
}

/// Adds a key under an ID that was reserved for it.
///
/// # Errors
/// What the database said.
pub fn insert(
    tx: &Tx<'_>,
    id: KeyId,
    fields: &ApiKeyFields,
    by: &str,
    now: Timestamp,
) -> Result<(), Fault> {
    tx.change_one("INSERT INTO api_keys (id, name, name_key, description, search, role, locale, time_zone, expires_on,
             expires_at, locked_out, created_at, created_by, name_sort, name_look)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)", params![
        id.0,
        fields.name,
        name_key(&fields.name),
        fields.description,
        search(fields),
        fields.role.0,
        fields.locale.tag(),
        fields.zone.name(),
        fields.expiry.map(|expiry| expiry.on.to_string()),
        fields.expiry.map(|expiry| expiry.at.0),
        fields.locked_out,
        now.0,
        by,
        name_sort(&fields.name),
        name_look(&fields.name),
    ])
}

/// Writes the fields of Properties.
///
/// # Errors
/// What the database said.
pub fn update(tx: &Tx<'_>, id: KeyId, fields: &ApiKeyFields) -> Result<(), Fault> {
    tx.change_one("UPDATE api_keys
         SET name = ?2, name_key = ?3, description = ?4, search = ?5, role = ?6, locale = ?7, time_zone = ?8,
             expires_on = ?9, expires_at = ?10, locked_out = ?11, name_sort = ?12, name_look = ?13,
             version = version + 1
         WHERE id = ?1", params![
        id.0,
        fields.name,
        name_key(&fields.name),
        fields.description,
        search(fields),
        fields.role.0,
        fields.locale.tag(),
        fields.zone.name(),
        fields.expiry.map(|expiry| expiry.on.to_string()),
        fields.expiry.map(|expiry| expiry.at.0),
        fields.locked_out,
        name_sort(&fields.name),
        name_look(&fields.name),
    ])
}

/// Notes that a secret of the key was delivered.
///
/// # Errors
/// What the database said.
pub fn set_delivered(tx: &Tx<'_>, id: KeyId) -> Result<(), Fault> {
    tx.change_one(
        "UPDATE api_keys SET delivered = 1, version = version + (delivered = 0) WHERE id = ?1",
        [id.0],
    )
}

/// Marks the key as deleted.
///
/// # Errors
/// What the database said.
pub fn set_deleted(tx: &Tx<'_>, id: KeyId, now: Timestamp) -> Result<(), Fault> {
    tx.change_one(
        "UPDATE api_keys SET deleted_at = ?2, version = version + 1 WHERE id = ?1",
        [id.0, now.0],
    )
}

/// Takes the mark of deletion away.
///
/// # Errors
/// What the database said.
pub fn set_restored(tx: &Tx<'_>, id: KeyId) -> Result<(), Fault> {
    tx.change_one(
        "UPDATE api_keys SET deleted_at = NULL, version = version + 1 WHERE id = ?1",
        [id.0],
    )
}

/// The key with this ID, deleted or not.
///
/// # Errors
/// What the database said.
pub fn get(tx: &Tx<'_>, id: KeyId) -> Result<Option<StoredKey>, Fault> {
    let key = tx
        .0
        .prepare_cached(
            "SELECT k.id, name, description, role, locale, time_zone, expires_on, expires_at, locked_out, delivered,
                 last_sign_in_at, attempts, created_at, created_by, deleted_at, erased,
                 (SELECT web_service FROM roles r WHERE r.id = k.role)
             FROM api_keys k WHERE k.id = ?1",
        )?
        .query_row([id.0], |row| {
            Ok(StoredKey {
                id: KeyId(row.get(0)?),
                fields: ApiKeyFields {
                    name: row.get(1)?,
                    description: row.get(2)?,
                    role: RoleId(row.get(3)?),
                    locale: parsed(row, 4, Locale::from_tag)?,
                    zone: parsed(row, 5, zone::by_name)?,
                    expiry: expiry(row, 6, 7)?,
                    locked_out: row.get(8)?,
                },
                delivered: row.get(9)?,
                last_sign_in_at: instant(row, 10)?,
                attempts: row.get(11)?,
                created_at: Timestamp(row.get(12)?),
                created_by: row.get(13)?,
                deleted_at: instant(row, 14)?,
                erased: row.get(15)?,
                api_access: row.get(16)?,
            })
        })
        .optional();
    Ok(key?)
}

/// The undeleted key that has this name already, other than `except`.
///
/// # Errors
/// What the database said.
pub fn with_name(
    tx: &Tx<'_>,
    name: &str,
    except: Option<KeyId>,
) -> Result<Option<(KeyId, String)>, Fault> {
    let found = tx
        .0
        .prepare_cached(
            "SELECT id, name FROM api_keys WHERE name_key = ?1 AND deleted_at IS NULL AND id IS NOT ?2",
        )?
        .query_row((name_key(name), except.map(|id| id.0)), |row| {
            Ok((KeyId(row.get(0)?), row.get(1)?))
        })
        .optional();
    Ok(found?)
}

/// The text in which the filter looks.
fn search(fields: &ApiKeyFields) -> String {
    format!(
        "{}\n{}",
        name_key(&fields.name),
        name_key(&fields.description)
    )
}

/// An instant or nothing.
pub(super) fn instant(row: &Row<'_>, index: usize) -> rusqlite::Result<Option<Timestamp>> {
    Ok(row.get::<_, Option<i64>>(index)?.map(Timestamp))
}

/// A text that stands for something else.
pub(super) fn parsed<T>(
    row: &Row<'_>,
    index: usize,
    parse: impl Fn(&str) -> Option<T>,
) -> rusqlite::Result<T> {
    let text = row.get_ref(index)?.as_str()?;
    parse(text)
        .ok_or_else(|| Error::FromSqlConversionFailure(index, Type::Text, "no such value".into()))
}

/// An expiry from its two columns.
pub(super) fn expiry(row: &Row<'_>, on: usize, at: usize) -> rusqlite::Result<Option<Expiry>> {
    let Some(at) = instant(row, at)? else {
        return Ok(None);
    };
    let on = parsed(row, on, |text| text.parse::<NaiveDate>().ok())?;
    Ok(Some(Expiry { on, at }))
}
