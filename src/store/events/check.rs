//! Walking the chain: whether it is whole, and else what is wrong with it first.

use rusqlite::{OptionalExtension, Params, Row};

use crate::domain::event::EventKind;
use crate::domain::event::chain::{
    Break, CHAIN_START, Hash, Hashed, Head, Kept, KeptHead, Whole, chain, checkpoint,
};
use crate::domain::event::trail::EventRow;
use crate::domain::time::Timestamp;
use crate::domain::trouble::Fault;
use crate::store::Tx;
use crate::store::list::events::{read, select};

/// How many removed events in a row are tried for, where those after them have got their numbers.
const TRIED: i64 = 10_000;

/// Walks the chain from its beginning, or from the last checkpoint, to its end, and looks for a head that was kept
/// elsewhere. One row is in memory at a time.
///
/// # Errors
/// What the database said.
pub fn check_chain(tx: &Tx<'_>, wanted: Option<&KeptHead>) -> Result<Result<Whole, Break>, Fault> {
    let start = start(tx)?;
    let mut walk = Walk::new(start, wanted);
    let mut query = tx.0.prepare_cached(
        "SELECT sequence, at, number, level, actor, target_kind, target_id, target_name, body, previous, hash
         FROM events ORDER BY sequence",
    )?;
    let mut rows = query.query(())?;
    while let Some(row) = rows.next()? {
        let sequence = row.get(0)?;
        if !walk.goes_on(row) {
            drop(rows);
            return diagnosed(tx, &walk, sequence).map(Err);
        }
    }
    Ok(Ok(walk.whole()))
}

/// Whether the last `most` events follow from one another.
///
/// # Errors
/// What the database said.
pub fn tail_is_whole(tx: &Tx<'_>, most: i64) -> Result<bool, Fault> {
    let condition = "e.sequence > (SELECT max(sequence) FROM events) - ?1 ORDER BY e.sequence";
    let Some(first) = one(tx, condition, [most])? else {
        return Ok(super::head(tx)? == Head::START);
    };
    let start = Head {
        sequence: first.sequence() - 1,
        hash: first.previous,
    };
    let mut walk = Walk::new(start, None);
    let mut query = tx.0.prepare_cached(
        "SELECT sequence, at, number, level, actor, target_kind, target_id, target_name, body, previous, hash
         FROM events WHERE sequence > ?1 ORDER BY sequence",
    )?;
    let mut rows = query.query([start.sequence])?;
    while let Some(row) = rows.next()? {
        if !walk.goes_on(row) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Whether the trail has this event, or had it and let it go.
///
/// # Errors
/// What the database said.
pub fn has(tx: &Tx<'_>, event: &Head) -> Result<bool, Fault> {
    let first: Option<i64> =
        tx.0.prepare_cached("SELECT min(sequence) FROM events")?
            .query_row((), |row| row.get(0))?;
    Ok(super::is_there(tx, event)? || first.unwrap_or(1) > event.sequence)
}

/// Where the chain that is there must begin.
fn start(tx: &Tx<'_>) -> Result<Head, Fault> {
    let pruned = EventKind::EventsPruned.number();
    let last = one(tx, "e.number = ?1 ORDER BY e.sequence DESC", [pruned])?;
    let Some(last) = last else {
        return Ok(Head::START);
    };
    if is_genuine(&last, last.sequence()) {
        return Ok(checkpoint(&last.body).unwrap_or(Head::START));
    }
    // Its word is worth nothing: the walk begins where the first event says, and finds this one.
    let first = one(tx, "TRUE ORDER BY e.sequence", ())?;
    Ok(first.map_or(Head::START, |first| Head {
        sequence: first.sequence() - 1,
        hash: first.previous,
    }))
}

/// How far the chain was followed.
struct Walk<'a> {
    start: Head,
    last: Head,
    /// The hash of the event before the last.
    before: Hash,
    events: i64,
    wanted: Option<&'a KeptHead>,
    found: Option<Kept>,
}

impl<'a> Walk<'a> {
    fn new(start: Head, wanted: Option<&'a KeptHead>) -> Walk<'a> {
        let mut walk = Walk {
            start,
            last: start,
            before: CHAIN_START,
            events: 0,
            wanted,
            found: None,
        };
        if start == Head::START {
            walk.look(&start, Kept::There);
        } else {
            walk.look(&start, Kept::Checkpoint);
        }
        walk
    }

    /// Whether this row follows from the last one. What no row of ours can hold does not.
    fn goes_on(&mut self, row: &Row<'_>) -> bool {
        let Ok((event, previous, hash)) = linked(row) else {
            return false;
        };
        if event.sequence != self.last.sequence + 1
            || previous != self.last.hash
            || hash != chain(&previous, &event)
        {
            return false;
        }
        self.events += 1;
        self.before = self.last.hash;
        self.last = Head {
            sequence: event.sequence,
            hash,
        };
        let last = self.last;
        self.look(&last, Kept::There);
        if self.wanted.is_some()
            && event.number == EventKind::EventsPruned.number()
            && let Some(head) = checkpoint(event.body)
        {
            self.look(&head, Kept::Checkpoint);
        }
        true
    }

    fn look(&mut self, head: &Head, found: fn(Head) -> Kept) {
        if self.found.is_none() && self.wanted.is_some_and(|wanted| wanted.is(head)) {
            self.found = Some(found(*head));
        }
    }

    fn whole(self) -> Whole {
        let missing = |wanted: &KeptHead| match wanted.sequence {
            None => Kept::Nowhere,
            Some(sequence) if sequence > self.last.sequence => Kept::CutOff,
            Some(sequence) if sequence <= self.start.sequence => Kept::Pruned,
            Some(_) => Kept::Rewritten,
        };
        Whole {
            events: self.events,
            start: self.start,
            head: self.last,
            kept: self.found.or_else(|| self.wanted.map(missing)),
        }
    }
}

/// A row of the walk as its hash covers it, with the previous hash and its own.
fn linked<'a>(row: &'a Row<'_>) -> rusqlite::Result<(Hashed<'a>, Hash, Hash)> {
    let text = |index| Ok::<_, rusqlite::Error>(row.get_ref(index)?.as_str()?);
    let event = Hashed {
        sequence: row.get(0)?,
        at: Timestamp(row.get(1)?),
        number: row.get(2)?,
        level: text(3)?,
        actor: text(4)?,
        target_kind: text(5)?,
        target_id: row.get(6)?,
        target_name: text(7)?,
        body: text(8)?,
    };
    Ok((event, row.get(9)?, row.get(10)?))
}

/// What is wrong where the event with this number does not follow: told from what it and the next one say of
/// themselves, as whoever changed one row left the hashes of the others.
fn diagnosed(tx: &Tx<'_>, walk: &Walk<'_>, sequence: i64) -> Result<Break, Fault> {
    let place = walk.last.sequence + 1;
    if sequence < place {
        return Ok(Break::Inserted(sequence));
    }
    // A row that cannot even be read was changed.
    let Some(event) = one(tx, "e.sequence = ?1", [sequence])? else {
        return Ok(Break::Changed(sequence));
    };
    let follows = event.previous == walk.last.hash;
    if sequence > place {
        return Ok(if follows && is_genuine(&event, place) {
            Break::Changed(sequence)
        } else {
            Break::Removed {
                first: place,
                last: sequence - 1,
            }
        });
    }
    let next = one(tx, "e.sequence > ?1 ORDER BY e.sequence", [sequence])?;
    if !follows {
        if is_genuine(&event, sequence) {
            // It is as it was recorded, so what it followed from is gone.
            return Ok(if walk.events == 0 {
                Break::Changed(sequence)
            } else {
                Break::Rewritten(walk.last.sequence)
            });
        }
        if event.previous == walk.before && is_genuine(&event, sequence - 1) {
            return Ok(Break::Inserted(walk.last.sequence));
        }
        if let Some(gone) = (1..=TRIED).find(|gone| is_genuine(&event, sequence + gone)) {
            return Ok(Break::Removed {
                first: sequence,
                last: sequence + gone - 1,
            });
        }
        if chain(&walk.last.hash, &event.hashed()) == event.hash {
            return Ok(Break::Changed(sequence));
        }
    }
    Ok(match next {
        Some(next) if next.previous == walk.last.hash && is_genuine(&next, next.sequence() - 1) => {
            Break::Inserted(sequence)
        }
        // The next one still knows it, or knows another one of this number.
        Some(next) if next.previous == event.hash || is_genuine(&next, next.sequence()) => {
            Break::Changed(sequence)
        }
        _ => Break::ChangedOrInserted(sequence),
    })
}

/// Whether the event has the hash that it had under this number.
fn is_genuine(event: &EventRow, sequence: i64) -> bool {
    let hashed = Hashed {
        sequence,
        ..event.hashed()
    };
    chain(&event.previous, &hashed) == event.hash
}

/// The first such event; nothing where it is none that we could have recorded.
fn one(tx: &Tx<'_>, condition: &str, values: impl Params) -> Result<Option<EventRow>, Fault> {
    let sql = select(&format!("WHERE {condition} LIMIT 1"));
    let found =
        tx.0.prepare_cached(&sql)?
            .query_row(values, read)
            .optional();
    match found.map_err(Fault::from) {
        Err(Fault::Corrupt) => Ok(None),
        found => found,
    }
}
