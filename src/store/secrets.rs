//! The table of secrets: hashes, tags and the instants of each one's life.

use crate::domain::id::{KeyId, SecretId};
use crate::domain::secret::{Ended, Life, SecretFacts};
use crate::domain::time::Timestamp;
use crate::domain::trouble::Fault;
use crate::store::Tx;
use crate::store::sql::columns;

/// A secret as it is kept; the secret itself is not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredSecret {
    pub key: KeyId,
    pub facts: SecretFacts,
    /// The PHC string, while the secret's life goes on.
    pub hash: Option<String>,
}

columns! {
    StoredSecret {
        id, key, issued_at, delivered_at, retires_at, ended_at, last_used_at, uses_refused, hash,
    } => StoredSecret {
        key,
        facts: SecretFacts {
            id,
            life: Life { issued_at, delivered_at, retires_at, ended_at },
            last_used_at,
            uses_refused,
        },
        hash,
    }
}

/// The secrets of a key whose rows have not ended. Time may have ended them: [`Life::phase`] tells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LiveSecrets {
    pub pending: Option<SecretFacts>,
    pub current: Option<SecretFacts>,
    pub retiring: Option<SecretFacts>,
}

/// Adds a pending secret.
pub fn insert(
    tx: &Tx<'_>,
    key: KeyId,
    tag: &[u8; 8],
    hash: &str,
    by: &str,
    now: Timestamp,
) -> Result<SecretId, Fault> {
    insert_used(tx, key, tag, hash, (by, now), (None, None))
}

/// [`insert`] of a secret that was issued some time ago: when it was delivered since, and when it was used.
pub fn insert_used(
    tx: &Tx<'_>,
    key: KeyId,
    tag: &[u8; 8],
    hash: &str,
    (by, now): (&str, Timestamp),
    (delivered, used): (Option<Timestamp>, Option<Timestamp>),
) -> Result<SecretId, Fault> {
    tx.insert(
        "INSERT INTO api_key_secrets (key, tag, hash, issued_at, issued_by, delivered_at, last_used_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) RETURNING id",
        (key, tag, hash, now, by, delivered, used),
    )
}

/// The keys that have or had a secret with this tag; hardly ever more than one.
pub fn keys_with_tag(tx: &Tx<'_>, tag: &[u8; 8]) -> Result<Vec<KeyId>, Fault> {
    tx.values("SELECT key FROM api_key_secrets WHERE tag = ?1", [tag])
}

/// The secrets that were issued after this one, each with its tag.
pub fn tags_after(tx: &Tx<'_>, last: SecretId) -> Result<Vec<(SecretId, [u8; 8])>, Fault> {
    tx.rows(
        "SELECT id, tag FROM api_key_secrets WHERE id > ?1 ORDER BY id",
        [last],
    )
}

/// The secret with this ID.
pub fn get(tx: &Tx<'_>, id: SecretId) -> Result<Option<StoredSecret>, Fault> {
    tx.select_first("FROM api_key_secrets WHERE id = ?1", [id])
}

/// Who issued a secret; empty where there is none with this ID.
pub fn issuer(tx: &Tx<'_>, id: SecretId) -> Result<String, Fault> {
    let by = tx.find("SELECT issued_by FROM api_key_secrets WHERE id = ?1", [id])?;
    Ok(by.unwrap_or_default())
}

/// The secrets of a key whose rows have not ended.
pub fn live(tx: &Tx<'_>, key: KeyId) -> Result<LiveSecrets, Fault> {
    let from = "FROM api_key_secrets WHERE key = ?1 AND ended_at IS NULL";
    let mut live = LiveSecrets::default();
    for StoredSecret { facts, .. } in tx.select_all(from, [key])? {
        let place = match facts.life {
            Life {
                delivered_at: None, ..
            } => &mut live.pending,
            Life {
                retires_at: None, ..
            } => &mut live.current,
            Life { .. } => &mut live.retiring,
        };
        *place = Some(facts);
    }
    Ok(live)
}

/// Makes a pending secret the current one.
///
/// # Errors
/// [`Fault::NotTaken`] where it is pending no more.
pub fn deliver(tx: &Tx<'_>, id: SecretId, now: Timestamp) -> Result<(), Fault> {
    tx.change_one(
        "UPDATE api_key_secrets SET delivered_at = ?2
         WHERE id = ?1 AND delivered_at IS NULL AND ended_at IS NULL",
        (id, now),
    )
}

/// Lets a current secret go on until `at`.
///
/// # Errors
/// [`Fault::NotTaken`] where it is current no more.
pub fn retire(tx: &Tx<'_>, id: SecretId, at: Timestamp) -> Result<(), Fault> {
    tx.change_one(
        "UPDATE api_key_secrets SET retires_at = ?2
         WHERE id = ?1 AND delivered_at IS NOT NULL AND retires_at IS NULL AND ended_at IS NULL",
        (id, at),
    )
}

/// Ends a secret's life. Its hash goes, its tag stays.
///
/// # Errors
/// [`Fault::NotTaken`] where it had ended before.
pub fn end(tx: &Tx<'_>, id: SecretId, at: Timestamp, why: Ended) -> Result<(), Fault> {
    tx.change_one("UPDATE api_key_secrets SET ended_at = ?2, ended = ?3, hash = NULL WHERE id = ?1 AND ended_at IS NULL", (id, at, why))
}
