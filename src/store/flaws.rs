//! Whether the database is as Keyward makes it, and its chain whole.

use crate::domain::event::chain::{Break, KeptHead, Whole};
use crate::domain::event::flaw::Flaw;
use crate::domain::time::Timestamp;
use crate::domain::trouble::Fault;
use crate::store::{SCHEMA, Tx, events};

/// What is in a database, as far as it can be read.
#[derive(Debug)]
pub struct Inside {
    /// The version of its form, and the one that this program makes.
    pub schema: (i64, i64),
    /// What differs from what Keyward makes; nothing is looked for in another form than this program's.
    pub differs: Result<Vec<Flaw>, Fault>,
    pub chain: Option<Result<Result<Whole, Break>, Fault>>,
    /// The latest time of an event: the last one may be of a clock that was behind.
    pub newest: Option<Timestamp>,
}

impl Inside {
    /// Of a database in the form of this version; of one in this program's form it is looked what differs.
    pub(super) fn of(
        tx: &Tx<'_>,
        found: i64,
        differs: impl FnOnce() -> Result<Vec<Flaw>, Fault>,
    ) -> Inside {
        let known = found == SCHEMA;
        Inside {
            schema: (found, SCHEMA),
            differs: if known { differs() } else { Ok(Vec::new()) },
            chain: known.then(|| events::check_chain(tx, None)),
            newest: tx.value("SELECT max(at) FROM events", ()).ok().flatten(),
        }
    }
}

/// The first flaw of each kind, the chain of events apart.
pub fn flaws(tx: &Tx<'_>) -> Result<Vec<Flaw>, Fault> {
    tx.engine.flaws(tx)
}

/// The head, or what is wrong: of the chain first.
pub fn checked(tx: &Tx<'_>, kept: Option<&KeptHead>) -> Result<Result<Whole, Vec<Flaw>>, Fault> {
    let mut flaws = flaws(tx)?;
    match events::check_chain(tx, kept) {
        Ok(Ok(whole)) if flaws.is_empty() => return Ok(Ok(whole)),
        Ok(Ok(_)) => {}
        Ok(Err(broken)) => flaws.insert(0, Flaw::Chain(broken)),
        // Where pages are damaged it may not be possible to walk at all.
        Err(Fault::Corrupt) if !flaws.is_empty() => {}
        Err(fault) => return Err(fault),
    }
    Ok(Err(flaws))
}
