//! Letting old events go, behind a checkpoint.

use crate::domain::event::chain::Head;
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
pub fn first_since(tx: &Tx<'_>, since: Timestamp) -> Result<Option<i64>, Fault> {
    tx.value("SELECT min(sequence) FROM events WHERE at >= ?1", [since])
}

/// The events at the beginning that are older than this instant; nothing where there is none.
///
/// Their times may not rise, where a clock was wrong: the end is where the fewest times contradict it, of those before
/// and of those after. Where all rise, that is before the first one at this instant or later.
pub fn prefix_before(tx: &Tx<'_>, before: Timestamp) -> Result<Option<Prefix>, Fault> {
    let found = tx.row(
        "SELECT (SELECT min(sequence) FROM events), sequence, hash FROM (
             SELECT sequence, hash, sum(CASE WHEN at < ?1 THEN 1 ELSE -1 END) OVER (ORDER BY sequence) AS older FROM events) AS e
         WHERE older > 0 ORDER BY older DESC, sequence LIMIT 1",
        [before],
    )?;
    Ok(found.map(|(first, sequence, hash)| Prefix {
        first,
        through: Head { sequence, hash },
    }))
}

/// Whether these are still the events at the beginning.
pub fn is_prefix(tx: &Tx<'_>, prefix: &Prefix) -> Result<bool, Fault> {
    tx.value(
        "SELECT EXISTS (SELECT 1 FROM events WHERE sequence = ?2 AND hash = ?3)
             AND ?1 = (SELECT min(sequence) FROM events)",
        (prefix.first, prefix.through.sequence, prefix.through.hash),
    )
}

/// Removes these events. The database refuses unless the last checkpoint lets them go.
///
/// # Errors
/// [`Fault::NotTaken`] where others went, or fewer.
pub fn remove(tx: &Tx<'_>, prefix: &Prefix) -> Result<(), Fault> {
    let removed = tx.change(
        "DELETE FROM events WHERE sequence <= ?1",
        [prefix.through.sequence],
    )?;
    if i64::try_from(removed) == Ok(prefix.count()) {
        Ok(())
    } else {
        Err(Fault::NotTaken)
    }
}
