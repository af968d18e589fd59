//! The table of API keys, row by row.

use crate::domain::api_key::ApiKeyFields;
use crate::domain::fold::name_key;
use crate::domain::id::KeyId;
use crate::domain::intent::LeftKeys;
use crate::domain::name::{name_look, name_sort, text_sort};
use crate::domain::preview::KeysOfUser;
use crate::domain::state::{Facts, LockedBy};
use crate::domain::time::Timestamp;
use crate::domain::trouble::Fault;
use crate::store::Tx;
use crate::store::convert::{expiry, locked_by};
use crate::store::names::first_line;
use crate::store::sql::{columns, values};

/// A key as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredKey {
    pub id: KeyId,
    pub fields: ApiKeyFields,
    pub delivered: bool,
    /// The key's role allows access to the Web Service API.
    pub api_access: bool,
    /// Who locked it out, as far as it is known.
    pub locked_by: Option<LockedBy>,
    pub last_sign_in_at: Option<Timestamp>,
    pub attempts: i64,
    pub created_at: Timestamp,
    pub created_by: String,
    pub deleted_at: Option<Timestamp>,
    /// Deleted so long ago that its hashes are gone.
    pub erased: bool,
}

columns! {
    StoredKey {
        id, name, description, owner, role, locale, zone = "time_zone", expires_on, expires_at, locked_out, lock_reason,
        locked_by, locked_at, delivered, addresses, rate,
        last_sign_in_at, attempts, created_at, created_by, deleted_at, erased,
        api_access = "(SELECT web_service FROM roles r WHERE r.id = k.role)",
    } => {
        let expiry = expiry(expires_on, expires_at)?;
        let locked_out = bool::then_some(locked_out, lock_reason);
        StoredKey {
            id,
            fields: ApiKeyFields { name, description, owner, role, locale, zone, expiry, addresses, rate, locked_out },
            delivered,
            api_access,
            locked_by: self::locked_by(locked_by, locked_at),
            last_sign_in_at,
            attempts,
            created_at,
            created_by,
            deleted_at,
            erased,
        }
    }
}

impl StoredKey {
    /// What decides its state.
    #[must_use]
    pub fn facts(&self) -> Facts {
        Facts {
            deleted: self.deleted_at.is_some(),
            locked_out: self.fields.locked_out.is_some(),
            expires_at: self.fields.expiry.map(|expiry| expiry.at),
            delivered: self.delivered,
            api_access: self.api_access,
        }
    }
}

/// An ID for a new key, which is never given again. Where no key is made of it, it is lost: there is a gap.
pub fn reserve(tx: &Tx<'_>) -> Result<KeyId, Fault> {
    tx.engine.next_id("api_keys").map(KeyId)
}

/// IDs that no key has, for keys that are taken back again: they are not reserved, and a server would not take back that
/// they were.
pub fn free(tx: &Tx<'_>) -> Result<impl Iterator<Item = KeyId> + use<>, Fault> {
    let last = tx.engine.last_id("api_keys")?;
    Ok((last + 1..).map(KeyId))
}

/// Has the next ID follow this one, where keys were added under IDs that followed a reserved one.
pub fn reserved_until(tx: &Tx<'_>, last: KeyId) -> Result<(), Fault> {
    tx.engine.set_last_id("api_keys", last.0)
}

/// Adds a key under an ID that was reserved for it.
pub fn insert(
    tx: &Tx<'_>,
    id: KeyId,
    fields: &ApiKeyFields,
    by: &str,
    now: Timestamp,
) -> Result<(), Fault> {
    insert_since(tx, id, fields, (by, now), Since::default())
}

/// What became of a key since it was made.
#[derive(Clone, Copy, Debug, Default)]
pub struct Since {
    /// A secret of it was delivered.
    pub delivered: bool,
    /// When it was used last.
    pub used: Option<Timestamp>,
    /// An event tells that it has expired.
    pub expiry_noted: bool,
}

/// [`insert`] of a key that somebody made some time ago.
pub fn insert_since(
    tx: &Tx<'_>,
    id: KeyId,
    fields: &ApiKeyFields,
    (by, now): (&str, Timestamp),
    since: Since,
) -> Result<(), Fault> {
    let (name, owner) = (name_key(&fields.name), name_key(&fields.owner));
    let expires_at = fields.expiry.map(|expiry| expiry.at);
    tx.change_one("INSERT INTO api_keys (id, name, name_key, description, search, role, locale, time_zone, expires_on,
             expires_at, locked_out, created_at, created_by, name_sort, name_look, lock_reason, locked_by, locked_at,
             owner, addresses, rate, owner_sort, creator_sort, description_sort, delivered, last_sign_in_at, owner_key,
             expiry_noted)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16,
             CASE WHEN ?11 THEN ?13 END, CASE WHEN ?11 THEN CAST(?12 AS BIGINT) END, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24,
             ?25, ?26)", values![
        id,
        fields.name,
        name,
        fields.description,
        search(fields, [&name, &owner]),
        fields.role,
        fields.locale,
        fields.zone,
        fields.expiry.map(|expiry| expiry.on.to_string()),
        expires_at,
        fields.locked_out.is_some(),
        now,
        by,
        name_sort(&fields.name),
        name_look(&fields.name),
        fields.locked_out.as_deref().unwrap_or(""),
        fields.owner,
        fields.addresses,
        fields.rate,
        text_sort(&fields.owner),
        text_sort(by),
        description_sort(&fields.description),
        since.delivered,
        since.used,
        owner,
        expires_at.filter(|_| since.expiry_noted),
    ])
}

/// Writes the fields of Properties. Who changes them, and when, is kept of a lock alone.
pub fn update(
    tx: &Tx<'_>,
    id: KeyId,
    fields: &ApiKeyFields,
    by: &str,
    now: Timestamp,
) -> Result<(), Fault> {
    let (name, owner) = (name_key(&fields.name), name_key(&fields.owner));
    tx.change_one("UPDATE api_keys
         SET name = ?2, name_key = ?3, description = ?4, search = ?5, role = ?6, locale = ?7, time_zone = ?8,
             expires_on = ?9, expires_at = ?10, locked_out = ?11, name_sort = ?12, name_look = ?13,
             lock_reason = ?14, owner = ?17, addresses = ?18, rate = ?19, owner_sort = ?20, description_sort = ?21,
             owner_key = ?22,
             locked_by = CASE WHEN NOT ?11 THEN NULL WHEN locked_out THEN locked_by ELSE ?15 END,
             locked_at = CASE WHEN NOT ?11 THEN NULL WHEN locked_out THEN locked_at ELSE ?16 END,
             version = version + 1
         WHERE id = ?1", values![
        id,
        fields.name,
        name,
        fields.description,
        search(fields, [&name, &owner]),
        fields.role,
        fields.locale,
        fields.zone,
        fields.expiry.map(|expiry| expiry.on.to_string()),
        fields.expiry.map(|expiry| expiry.at),
        fields.locked_out.is_some(),
        name_sort(&fields.name),
        name_look(&fields.name),
        fields.locked_out.as_deref().unwrap_or(""),
        by,
        now,
        fields.owner,
        fields.addresses,
        fields.rate,
        text_sort(&fields.owner),
        description_sort(&fields.description),
        owner,
    ])
}

/// Notes that a secret of the key was delivered.
pub fn set_delivered(tx: &Tx<'_>, id: KeyId) -> Result<(), Fault> {
    tx.change_one(
        "UPDATE api_keys SET delivered = TRUE, version = version + CASE WHEN delivered THEN 0 ELSE 1 END WHERE id = ?1",
        [id],
    )
}

/// Marks the key as deleted.
pub fn set_deleted(tx: &Tx<'_>, id: KeyId, now: Timestamp) -> Result<(), Fault> {
    tx.change_one(
        "UPDATE api_keys SET deleted_at = ?2, version = version + 1 WHERE id = ?1",
        (id, now),
    )
}

/// Takes the mark of deletion away.
pub fn set_restored(tx: &Tx<'_>, id: KeyId) -> Result<(), Fault> {
    tx.change_one(
        "UPDATE api_keys SET deleted_at = NULL, version = version + 1 WHERE id = ?1",
        [id],
    )
}

/// The undeleted keys with an ID above this one, the lowest first and at most `most`.
pub fn after(tx: &Tx<'_>, id: KeyId, most: usize) -> Result<Vec<StoredKey>, Fault> {
    tx.select_all(
        "FROM api_keys k WHERE id > ?1 AND deleted_at IS NULL ORDER BY id LIMIT ?2",
        (id, most),
    )
}

/// The key with this ID, deleted or not.
pub fn get(tx: &Tx<'_>, id: KeyId) -> Result<Option<StoredKey>, Fault> {
    tx.select_first("FROM api_keys k WHERE id = ?1", [id])
}

/// The undeleted key that has this name already, other than `except`.
pub fn with_name(
    tx: &Tx<'_>,
    name: &str,
    except: Option<KeyId>,
) -> Result<Option<(KeyId, String)>, Fault> {
    tx.row(
        "SELECT id, name FROM api_keys WHERE name_key = ?1 AND deleted_at IS NULL AND id IS DISTINCT FROM ?2",
        (name_key(name), except),
    )
}

/// How many keys authenticate that a user made, and how many of which they are the owner, under any of these names.
pub fn working_of(
    tx: &Tx<'_>,
    made_by: &str,
    owners: [&str; 2],
    now: Timestamp,
) -> Result<LeftKeys, Fault> {
    let [one, other] = owners.map(name_key);
    let (made, owned) = tx.row(
        "SELECT count(*) FILTER (WHERE created_by = ?1),
             count(*) FILTER (WHERE owner_key <> '' AND owner_key IN (?2, ?3))
         FROM api_keys WHERE deleted_at IS NULL AND NOT locked_out AND delivered AND expires_sort > ?4
             AND role IN (SELECT id FROM roles WHERE web_service)",
        (made_by, one, other, now),
    )?
    .unwrap_or_default();
    Ok(LeftKeys { made, owned })
}

/// How many undeleted keys a user made, and of how many they are the owner under one of these names, by the indexes alone.
pub fn of_user(tx: &Tx<'_>, made_by: &str, owners: [&str; 2]) -> Result<KeysOfUser, Fault> {
    let [one, other] = owners.map(name_key);
    let made = "SELECT count(*) FROM api_keys WHERE created_by = ?1 AND deleted_at IS NULL";
    let owned = "SELECT count(*) FROM api_keys
         WHERE owner_key IN (?1, ?2) AND owner_key <> '' AND deleted_at IS NULL";
    Ok(KeysOfUser {
        made: tx.value(made, [made_by])?,
        owned: tx.value(owned, [one, other])?,
    })
}

/// By how many characters of its sort text a description is sorted; what is the same so far is in the order of the IDs.
const DESCRIPTION_SORT: usize = 48;

/// The beginning of the sort text of a description's first line.
fn description_sort(description: &str) -> String {
    let sort = text_sort(first_line(description));
    sort.chars().take(DESCRIPTION_SORT).collect()
}

/// The text in which the filter looks, of fields whose name and owner are folded already.
fn search(fields: &ApiKeyFields, [name, owner]: [&str; 2]) -> String {
    [name, &name_key(&fields.description), owner].join("\n")
}
