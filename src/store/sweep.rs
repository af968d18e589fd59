//! What time alone has done, written down. Nothing that authenticates waits for it.

use crate::domain::id::KeyId;
use crate::domain::secret::{Ended, PENDING_LIFE};
use crate::domain::state::RESTORABLE;
use crate::domain::time::Timestamp;
use crate::domain::trouble::Fault;
use crate::store::Tx;
use crate::store::sql::columns;

const RETIRING: &str = "ended_at IS NULL AND retires_at IS NOT NULL AND retires_at <= ?1";
const EXPIRED: &str = "deleted_at IS NULL AND expires_at IS NOT NULL AND expiry_noted IS DISTINCT FROM expires_at \
                       AND expires_at <= ?1";
const ERASABLE: &str = "deleted_at IS NOT NULL AND NOT erased AND deleted_at <= ?1";

const EARLY: &str = "expires_at IS NOT NULL AND expiry_noted = expires_at AND expires_at > ?1";

/// A pending secret whose life is over at `?1`: `domain::secret::Life::phase`, as a condition.
fn void() -> String {
    format!("ended_at IS NULL AND delivered_at IS NULL AND abs(?1 - issued_at) >= {PENDING_LIFE}")
}

/// A key whose expiry has come and is told in no event yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expired {
    pub id: KeyId,
    pub name: String,
    pub expires_at: Timestamp,
}

columns! {
    Expired { id, name, expires_at } => Expired { id, name, expires_at }
}

/// Whether there is anything to write down.
pub fn due(tx: &Tx<'_>, now: Timestamp) -> Result<bool, Fault> {
    for (table, condition, before) in [
        ("api_key_secrets", void().as_str(), now),
        ("api_key_secrets", RETIRING, now),
        ("api_keys", EXPIRED, now),
        ("api_keys", EARLY, now),
        ("api_keys", ERASABLE, now.plus(-RESTORABLE)),
    ] {
        let sql = format!("SELECT EXISTS (SELECT 1 FROM {table} WHERE {condition})");
        if tx.value(&sql, [before])? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Ends up to `most` pending and `most` retiring secrets whose time was reached, at the instant it was.
pub fn end_secrets(tx: &Tx<'_>, now: Timestamp, most: u32) -> Result<usize, Fault> {
    let end = |at: &str, condition: &str, why: Ended| {
        let sql = format!(
            "UPDATE api_key_secrets SET ended_at = {at}, ended = ?2, hash = NULL
             WHERE id IN (SELECT id FROM api_key_secrets WHERE {condition} LIMIT ?3)"
        );
        tx.change(&sql, (now, why, most))
    };
    let over = format!("issued_at + {PENDING_LIFE}");
    let at = format!("CASE WHEN {over} < ?1 THEN {over} ELSE ?1 END");
    let void = end(&at, &void(), Ended::NotDeliveredInTime)?;
    let dead = end("retires_at", RETIRING, Ended::OverlapOver)?;
    Ok(void + dead)
}

/// Up to `most` keys whose expiry is to be told.
pub fn expired(tx: &Tx<'_>, now: Timestamp, most: u32) -> Result<Vec<Expired>, Fault> {
    let from = format!("FROM api_keys WHERE {EXPIRED} ORDER BY expires_at LIMIT ?2");
    tx.select_all(&from, (now, most))
}

/// Forgets that an expiry was told which is still to come: by a clock that was ahead. It will be told when it comes.
pub fn forget_early(tx: &Tx<'_>, now: Timestamp, most: u32) -> Result<usize, Fault> {
    let sql = format!(
        "UPDATE api_keys SET expiry_noted = NULL WHERE id IN (SELECT id FROM api_keys WHERE {EARLY} LIMIT ?2)"
    );
    tx.change(&sql, (now, most))
}

/// Notes that a key's present expiry was told.
pub fn note_expired(tx: &Tx<'_>, key: KeyId) -> Result<(), Fault> {
    tx.change_one(
        "UPDATE api_keys SET expiry_noted = expires_at WHERE id = ?1",
        [key],
    )
}

/// Erases the hashes of up to `most` keys that were deleted too long ago to be restored.
pub fn erase(tx: &Tx<'_>, now: Timestamp, most: u32) -> Result<usize, Fault> {
    let sql = format!("SELECT id FROM api_keys WHERE {ERASABLE} LIMIT ?2");
    let ids: Vec<KeyId> = tx.values(&sql, (now.plus(-RESTORABLE), most))?;
    for id in &ids {
        tx.change(
            "UPDATE api_key_secrets SET ended_at = ?2, ended = ?3, hash = NULL WHERE key = ?1 AND ended_at IS NULL",
            (id, now, Ended::KeyDeleted),
        )?;
        tx.change_one("UPDATE api_keys SET erased = TRUE WHERE id = ?1", [id])?;
    }
    Ok(ids.len())
}
