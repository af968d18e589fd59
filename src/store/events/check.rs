//! Walking the chain: whether it is whole, and else which event does not follow.

use crate::domain::event::EventKind;
use crate::domain::event::chain::{
    Break, Hash, Hashed, Head, Kept, KeptHead, Whole, chain, checkpoint,
};
use crate::domain::event::trail::EventRow;
use crate::domain::trouble::Fault;
use crate::store::Tx;
use crate::store::convert::who;
use crate::store::list::events::select;
use crate::store::sql::{Columns, FromRow, Selected, ToValues, columns};

/// So many events are asked for at a time: where one does not follow, a server sends no others in vain.
const AT_ONCE: i64 = 1_000;

/// Walks the chain from its beginning, or from the last checkpoint, to its end, and looks for a head that was kept
/// elsewhere. One row is in memory at a time.
pub fn check_chain(tx: &Tx<'_>, wanted: Option<&KeptHead>) -> Result<Result<Whole, Break>, Fault> {
    let walk = Walk::new(start(tx)?, wanted);
    // No event may be there before the start.
    walk.through(tx, i64::MIN)
}

/// Whether the last `most` events follow from one another.
pub fn tail_is_whole(tx: &Tx<'_>, most: i64) -> Result<bool, Fault> {
    let condition = "e.sequence > (SELECT max(sequence) FROM events) - ?1 ORDER BY e.sequence";
    let Some(first) = one(tx, condition, [most])? else {
        return Ok(super::head(tx)? == Head::START);
    };
    let start = before(&first);
    let walked = Walk::new(start, None).through(tx, first.sequence())?;
    Ok(walked.is_ok())
}

/// Whether the trail has this event, or had it and let it go.
pub fn has(tx: &Tx<'_>, event: &Head) -> Result<bool, Fault> {
    let first: Option<i64> = tx.value("SELECT min(sequence) FROM events", ())?;
    Ok(super::is_there(tx, event)? || first.unwrap_or(1) > event.sequence)
}

/// Where the chain that is there must begin.
fn start(tx: &Tx<'_>) -> Result<Head, Fault> {
    let pruned = EventKind::EventsPruned.number();
    let last = one(tx, "e.number = ?1 ORDER BY e.sequence DESC", [pruned])?;
    let Some(last) = last else {
        return Ok(Head::START);
    };
    if chain(&last.previous, &last.hashed()) == last.hash {
        return Ok(checkpoint(&last.body).unwrap_or(Head::START));
    }
    // Its word is worth nothing: the walk begins where the first event says, and finds this one.
    let first = one(tx, "TRUE ORDER BY e.sequence", ())?;
    Ok(first.as_ref().map_or(Head::START, before))
}

/// What the event says that it follows from.
fn before(event: &EventRow) -> Head {
    Head {
        sequence: event.sequence() - 1,
        hash: event.previous,
    }
}

/// How far the chain was followed.
struct Walk<'a> {
    start: Head,
    last: Head,
    events: i64,
    wanted: Option<&'a KeptHead>,
    found: Option<Kept>,
}

impl<'a> Walk<'a> {
    fn new(start: Head, wanted: Option<&'a KeptHead>) -> Walk<'a> {
        let mut walk = Walk {
            start,
            last: start,
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

    /// Follows the events from this number on.
    fn through(mut self, tx: &Tx<'_>, mut from: i64) -> Result<Result<Whole, Break>, Fault> {
        let sql = format!(
            "SELECT {} FROM events WHERE sequence >= ?1 ORDER BY sequence LIMIT ?2",
            Link::COLUMNS
        );
        loop {
            let (mut broken, mut read) = (None, 0);
            tx.each(&sql, (from, AT_ONCE), |mut columns| {
                read += 1;
                if !self.goes_on(columns) {
                    // The number of the event is the first column.
                    broken = Some(Break(columns.value()?));
                }
                Ok(broken.is_some())
            })?;
            match broken {
                Some(broken) => return Ok(Err(broken)),
                None if read < AT_ONCE => return Ok(Ok(self.whole())),
                None => from = self.last.sequence + 1,
            }
        }
    }

    /// Whether this row follows from the last one. What no row of ours can hold does not.
    fn goes_on(&mut self, mut columns: Columns<'_>) -> bool {
        let Ok(Link {
            event,
            previous,
            hash,
        }) = Link::read(&mut columns)
        else {
            return false;
        };
        if event.sequence != self.last.sequence + 1
            || previous != self.last.hash
            || hash != chain(&previous, &event)
        {
            return false;
        }
        self.events += 1;
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

/// An event in the chain: what its hash covers, the hash before it and its own.
struct Link<'r> {
    event: Hashed<'r>,
    previous: Hash,
    hash: Hash,
}

columns! {
    Link<'r> {
        sequence, at, number, level: text, actor: text, target_kind: text, target_id, target_name: text, body: text,
        previous, hash, actor_kind: some_text, actor_id,
    } => Link {
        event: Hashed { sequence, at, number, level, actor, who: who(actor_kind, actor_id)?, target_kind, target_id, target_name, body },
        previous,
        hash,
    }
}

/// The first such event; nothing where it is none that we could have recorded.
fn one(tx: &Tx<'_>, condition: &str, values: impl ToValues) -> Result<Option<EventRow>, Fault> {
    let sql = select(&format!("WHERE {condition} LIMIT 1"));
    match tx.row(&sql, values) {
        Err(Fault::Corrupt) => Ok(None),
        found => found,
    }
}
