//! Letting old events go, behind a checkpoint.

use rusqlite::OptionalExtension;

use crate::domain::event::chain::{Hash, Head};
use crate::domain::time::Timestamp;
use crate::domain::trouble::Fault;
use crate::store::Tx;

/// Events at the beginning of what is there: from the first one through the head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Prefix {
    pub first: i64,
    pub through: Head,
}

impl Prefix {
    /// How many events they are.
    #[must_use]
    pub fn count(&self) -> i64 {
        self.through.sequence - self.first + 1
    }
}

/// The first event in the chain that was recorded at this instant or later.
///
/// # Errors
/// What the database said.
pub fn first_since(tx: &Tx<'_>, since: Timestamp) -> Result<Option<i64>, Fault> {
    let first =
        tx.0.prepare_cached("SELECT min(sequence) FROM events WHERE at >= ?1")?
            .query_row([since.0], |row| row.get(0));
    Ok(first?)
}

/// The events at the beginning that are older than this instant; nothing where there is none.
///
/// Their times may not rise, where a clock was wrong: the end is where the fewest times contradict it, of those before
/// and of those after. Where all rise, that is before the first one at this instant or later.
///
/// # Errors
/// What the database said.
pub fn prefix_before(tx: &Tx<'_>, before: Timestamp) -> Result<Option<Prefix>, Fault> {
    let last: Option<(i64, Hash)> =
        tx.0.prepare_cached(
            "SELECT sequence, hash FROM (
                 SELECT sequence, hash, sum(iif(at < ?1, 1, -1)) OVER (ORDER BY sequence) AS older FROM events)
             WHERE older > 0 ORDER BY older DESC, sequence LIMIT 1",
        )?
        .query_row([before.0], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((sequence, hash)) = last else {
        return Ok(None);
    };
    let first =
        tx.0.prepare_cached("SELECT min(sequence) FROM events")?
            .query_row((), |row| row.get(0))?;
    let through = Head { sequence, hash };
    Ok(Some(Prefix { first, through }))
}

/// Whether these are still the events at the beginning.
///
/// # Errors
/// What the database said.
pub fn is_prefix(tx: &Tx<'_>, prefix: &Prefix) -> Result<bool, Fault> {
    let is =
        tx.0.prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM events WHERE sequence = ?2 AND hash = ?3)
                 AND ?1 = (SELECT min(sequence) FROM events)",
        )?
        .query_row(
            (prefix.first, prefix.through.sequence, prefix.through.hash),
            |row| row.get(0),
        );
    Ok(is?)
}

/// Removes these events. The database refuses unless the last checkpoint lets them go.
///
/// # Errors
/// What the database said; [`Fault::NotTaken`] where others went, or fewer.
pub fn remove(tx: &Tx<'_>, prefix: &Prefix) -> Result<(), Fault> {
    let removed =
        tx.0.prepare_cached("DELETE FROM events WHERE sequence <= ?1")?
            .execute([prefix.through.sequence])?;
    if i64::try_from(removed) == Ok(prefix.count()) {
        Ok(())
    } else {
        Err(Fault::NotTaken)
    }
}
