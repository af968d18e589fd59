//! Whether the database is as Keyward makes it, and its chain whole.

use crate::domain::event::chain::{KeptHead, Whole};
use crate::domain::event::flaw::Flaw;
use crate::domain::trouble::Fault;
use crate::store::{Tx, events};

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
