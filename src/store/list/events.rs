//! The trail: as a list, the newest first, and from its oldest event on.

use crate::domain::event::Level;
use crate::domain::event::trail::{
    ActorFilter, EventFilter, EventRow, EventSort, RowTarget, TargetFilter,
};
use crate::domain::fold::name_key;
use crate::domain::trouble::Fault;
use crate::store::Tx;
use crate::store::convert::{Lossy, limit};
use crate::store::list::Source;
use crate::store::list::filter::{Values, bind};
use crate::store::query::{Columns, Selected, columns};

columns! {
    EventRow [place] {
        at, number, level, actor, target_kind, target_id, target_name, body, previous, hash,
    } => {
        let (Lossy(level), Lossy(actor), Lossy(body)) = (level, actor, body);
        let (Lossy(kind), id, Lossy(name)) = (target_kind, target_id, target_name);
        EventRow {
            place,
            at,
            number,
            level,
            actor: Some(actor).filter(|name| !name.is_empty()),
            target: RowTarget { kind, id, name },
            body,
            previous,
            hash,
        }
    }
}

impl Source for EventRow {
    const TABLE: &'static str = "events e";
    const ID: &'static str = "e.sequence";
    const SEARCH: &'static str =
        "event_text(e.number, e.level, e.actor, e.target_kind, e.target_id, e.target_name, e.body)";

    fn column(by: EventSort) -> String {
        match by {
            // In which they were recorded, whatever the clock said.
            EventSort::Time => "e.sequence".to_owned(),
        }
    }

    fn shows(filter: &EventFilter, values: &mut Values) -> String {
        let mut parts = vec!["TRUE".to_owned()];
        let mut is = |column: &str, name: &str, value: rusqlite::types::Value| {
            parts.push(format!("{column} {name}"));
            values.push((name.to_owned(), value));
        };
        if let Some(level) = filter.level {
            is("e.level =", ":level", level.word().to_owned().into());
        }
        if let Some(number) = filter.number {
            is("e.number =", ":number", number.into());
        }
        // Without its index, which would bring them in another order.
        if let Some(since) = filter.since {
            is("+e.at >=", ":since", since.0.into());
        }
        if let Some(until) = filter.until {
            is("+e.at <", ":until", until.0.into());
        }
        match &filter.actor {
            Some(ActorFilter::System) => is("e.actor =", ":actor", String::new().into()),
            Some(ActorFilter::User(name)) => is("e.actor =", ":actor", name.clone().into()),
            None => {}
        }
        match &filter.target {
            Some(TargetFilter::Is { kind, id }) => {
                is("e.target_kind =", ":kind", (*kind).to_owned().into());
                is("e.target_id =", ":target", (*id).into());
            }
            Some(TargetFilter::Named { kind, name }) => {
                if let Some(kind) = kind {
                    is("e.target_kind =", ":kind", (*kind).to_owned().into());
                }
                is("folded(e.target_name) =", ":target", name_key(name).into());
            }
            None => {}
        }
        if filter.level.is_some_and(|level| level != Level::Info) {
            // As the index says it, or it would not be used.
            parts.push("e.level <> 'Info'".to_owned());
        }
        parts.join(" AND ")
    }
}

/// A query for whole events.
pub(in crate::store) fn select(rest: &str) -> String {
    let columns = EventRow::COLUMNS;
    format!("SELECT e.sequence, e.sequence, {columns} FROM events e {rest}")
}

/// Up to `most` of the wanted events after the one with this number in the chain, in its order.
pub fn after(
    tx: &Tx<'_>,
    filter: &EventFilter,
    sequence: i64,
    most: usize,
) -> Result<Vec<EventRow>, Fault> {
    let mut values = vec![
        (":after".to_owned(), sequence.into()),
        (":most".to_owned(), limit(most).into()),
    ];
    let shown = EventRow::shows(filter, &mut values);
    // An index would find them in the order of its own column, to be sorted again for each part.
    let sql = select(&format!(
        "NOT INDEXED WHERE e.sequence > :after AND {shown} ORDER BY e.sequence LIMIT :most"
    ));
    let mut query = tx.0.prepare_cached(&sql)?;
    bind(&mut query, &values)?;
    let mut found = query.raw_query();
    let mut events = Vec::new();
    while let Some(row) = found.next()? {
        events.push(EventRow::read(&mut Columns::of(row))?);
    }
    Ok(events)
}
