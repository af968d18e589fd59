//! What is noted when a secret is used: the last use, and refusals. It never changes a row's version.

use crate::domain::event::EventKind;
use crate::domain::id::{KeyId, SecretId};
use crate::domain::time::{HOUR, Timestamp};
use crate::domain::trouble::Fault;
use crate::store::Tx;

/// A refused secret is told in an event again after this long, in milliseconds.
const QUIET: i64 = HOUR;

/// Notes a successful use of a secret: the unsuccessful attempts count from here.
pub fn accepted(tx: &Tx<'_>, key: KeyId, secret: SecretId, at: Timestamp) -> Result<(), Fault> {
    tx.change_one(
        "UPDATE api_keys SET last_sign_in_at = ?2, attempts = 0 WHERE id = ?1",
        (key, at),
    )?;
    tx.change_one(
        "UPDATE api_key_secrets SET last_used_at = ?2 WHERE id = ?1",
        (secret, at),
    )
}

/// Counts so many refused uses. Where an event is due, it gives how many refusals for this reason there were since the
/// last one, these included.
pub fn refused(
    tx: &Tx<'_>,
    key: KeyId,
    secret: SecretId,
    reason: &str,
    count: u32,
    now: Timestamp,
) -> Result<Option<i64>, Fault> {
    tx.change_one(
        "UPDATE api_keys SET attempts = attempts + ?2 WHERE id = ?1",
        (key, count),
    )?;
    tx.change_one(
        "UPDATE api_key_secrets SET uses_refused = uses_refused + ?2 WHERE id = ?1",
        (secret, count),
    )?;
    let count = i64::from(count);
    let before: Option<(i64, Timestamp)> = tx.row(
        "SELECT uncounted, reported_at FROM refused_uses WHERE secret = ?1 AND reason = ?2",
        (secret, reason),
    )?;
    let (uncounted, reported_at) = match before {
        Some((uncounted, at)) if now.is_soon_after(at, QUIET) => (uncounted + count, Some(at)),
        Some((uncounted, _)) => (uncounted + count, None),
        None => (count, None),
    };
    let quiet = reported_at.is_some();
    let left = if quiet { uncounted } else { 0 };
    tx.change_one(
        "INSERT INTO refused_uses (secret, reason, uncounted, reported_at) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (secret, reason) DO UPDATE SET uncounted = excluded.uncounted, reported_at = excluded.reported_at",
        (secret, reason, left, reported_at.unwrap_or(now)),
    )?;
    Ok((!quiet).then_some(uncounted))
}

/// Counts so many uses of a secret that is not known (any more), with its key if that is. Says whether an event is due: the
/// last one for this reason is the only trace that such a use leaves.
pub fn unknown(
    tx: &Tx<'_>,
    key: KeyId,
    reason: &str,
    count: u32,
    now: Timestamp,
) -> Result<bool, Fault> {
    // There may be no such key.
    tx.change(
        "UPDATE api_keys SET attempts = attempts + ?2 WHERE id = ?1",
        (key, count),
    )?;
    let told = tx.find(
        "SELECT at FROM events
         WHERE target_kind = 'api-key' AND target_id = ?1 AND number = ?2 AND body ->> 'reason' = ?3
         ORDER BY sequence DESC LIMIT 1",
        (key, EventKind::ApiKeySessionValidationFailed, reason),
    )?;
    Ok(told.is_none_or(|at| !now.is_soon_after(at, QUIET)))
}
