//! The table of secrets: hashes, tags and the instants of each one's life.

use rusqlite::{OptionalExtension, Row, params};

use crate::domain::id::{KeyId, SecretId};
use crate::domain::secret::{Ended, Life, SecretFacts};
use crate::domain::time::Timestamp;
use crate::domain::trouble::Fault;
use crate::store::Tx;
use crate::store::api_keys::instant;

const FACTS: &str =
    "id, key, issued_at, delivered_at, retires_at, ended_at, last_used_at, uses_refused, hash";

/// A secret as it is kept; the secret itself is not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredSecret {
    pub key: KeyId,
    pub facts: SecretFacts,
    /// The PHC string, while the secret's life goes on.
    pub hash: Option<String>,
}

/// The secrets of a key whose rows have not ended. Time may have ended them: [`Life::phase`] tells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LiveSecrets {
    pub pending: Option<SecretFacts>,
    pub current: Option<SecretFacts>,
    pub retiring: Option<SecretFacts>,
}

/// Adds a pending secret.
///
/// # Errors
/// What the database said.
pub fn insert(
    tx: &Tx<'_>,
    key: KeyId,
    tag: &[u8; 8],
    hash: &str,
    by: &str,
    now: Timestamp,
) -> Result<SecretId, Fault> {
    tx.change_one("INSERT INTO api_key_secrets (key, tag, hash, issued_at, issued_by) VALUES (?1, ?2, ?3, ?4, ?5)", params![key.0, tag, hash, now.0, by])?;
    Ok(SecretId(tx.0.last_insert_rowid()))
}

/// The keys that have or had a secret with this tag; hardly ever more than one.
///
/// # Errors
/// What the database said.
pub fn keys_with_tag(tx: &Tx<'_>, tag: &[u8; 8]) -> Result<Vec<KeyId>, Fault> {
    let mut query =
        tx.0.prepare_cached("SELECT key FROM api_key_secrets WHERE tag = ?1")?;
    let keys = query.query_map([tag], |row| Ok(KeyId(row.get(0)?)))?;
    Ok(keys.collect::<Result<_, _>>()?)
}

/// The secret with this ID.
///
/// # Errors
/// What the database said.
pub fn get(tx: &Tx<'_>, id: SecretId) -> Result<Option<StoredSecret>, Fault> {
    let secret =
        tx.0.prepare_cached(&format!(
            "SELECT {FACTS} FROM api_key_secrets WHERE id = ?1"
        ))?
        .query_row([id.0], read)
        .optional();
    Ok(secret?)
}

/// The one secret of a key that carries this tag.
///
/// # Errors
/// What the database said.
pub fn by_tag(tx: &Tx<'_>, key: KeyId, tag: &[u8; 8]) -> Result<Option<StoredSecret>, Fault> {
    let secret =
        tx.0.prepare_cached(&format!(
            "SELECT {FACTS} FROM api_key_secrets WHERE key = ?1 AND tag = ?2"
        ))?
        .query_row(params![key.0, tag], read)
        .optional();
    Ok(secret?)
}

/// The secrets of a key whose rows have not ended.
///
/// # Errors
/// What the database said.
pub fn live(tx: &Tx<'_>, key: KeyId) -> Result<LiveSecrets, Fault> {
    let mut query = tx.0.prepare_cached(&format!(
        "SELECT {FACTS} FROM api_key_secrets WHERE key = ?1 AND ended_at IS NULL"
    ))?;
    let mut rows = query.query([key.0])?;
    let mut live = LiveSecrets::default();
    while let Some(row) = rows.next()? {
        let facts = read(row)?.facts;
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
/// What the database said; [`Fault::NotTaken`] where it is pending no more.
pub fn deliver(tx: &Tx<'_>, id: SecretId, now: Timestamp) -> Result<(), Fault> {
    tx.change_one(
        "UPDATE api_key_secrets SET delivered_at = ?2
         WHERE id = ?1 AND delivered_at IS NULL AND ended_at IS NULL",
        [id.0, now.0],
    )
}

/// Lets a current secret go on until `at`.
///
/// # Errors
/// What the database said; [`Fault::NotTaken`] where it is current no more.
pub fn retire(tx: &Tx<'_>, id: SecretId, at: Timestamp) -> Result<(), Fault> {
    tx.change_one(
        "UPDATE api_key_secrets SET retires_at = ?2
         WHERE id = ?1 AND delivered_at IS NOT NULL AND retires_at IS NULL AND ended_at IS NULL",
        [id.0, at.0],
    )
}

/// Ends a secret's life. Its hash goes, its tag stays.
///
/// # Errors
/// What the database said; [`Fault::NotTaken`] where it had ended before.
pub fn end(tx: &Tx<'_>, id: SecretId, at: Timestamp, why: Ended) -> Result<(), Fault> {
    tx.change_one("UPDATE api_key_secrets SET ended_at = ?2, ended = ?3, hash = NULL WHERE id = ?1 AND ended_at IS NULL", params![id.0, at.0, why.word()])
}

fn read(row: &Row<'_>) -> rusqlite::Result<StoredSecret> {
    Ok(StoredSecret {
        key: KeyId(row.get(1)?),
        facts: SecretFacts {
            id: SecretId(row.get(0)?),
            life: Life {
                issued_at: Timestamp(row.get(2)?),
                delivered_at: instant(row, 3)?,
                retires_at: instant(row, 4)?,
                ended_at: instant(row, 5)?,
            },
            last_used_at: instant(row, 6)?,
            uses_refused: row.get(7)?,
        },
        hash: row.get(8)?,
    })
}
