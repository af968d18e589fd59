//! The trail: as a list, the newest first, and from its oldest event on.

use crate::domain::event::trail::{
    EventField, EventRow, EventSort, RowTarget, RowWho, SYSTEM_NAME, TargetFilter,
};
use crate::domain::event::{API_KEY, Level};
use crate::domain::filter::Value;
use crate::domain::fold::name_key;
use crate::domain::list::Filter;
use crate::domain::state::AsOf;
use crate::domain::trouble::Fault;
use crate::domain::user::signing_key;
use crate::store::convert::{Lossy, who};
use crate::store::list::Source;
use crate::store::list::filter::{Asked, conditions};
use crate::store::sql::{Selected, columns};
use crate::store::{Tx, dialect};

columns! {
    EventRow [place] {
        at, number, level, actor, target_kind, target_id, target_name, body, previous, hash,
        actor_kind, actor_id,
    } => {
        let (Lossy(level), Lossy(actor), Lossy(body)) = (level, actor, body);
        let (Lossy(kind), id, Lossy(name)) = (target_kind, target_id, target_name);
        let who = who(actor_kind, actor_id)?.map(|(Lossy(kind), id)| RowWho { kind, id });
        EventRow {
            place,
            at,
            number,
            level,
            actor: Some(actor).filter(|name| !name.is_empty()),
            who,
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
    const SEARCH: &'static str = "event_text(e.sequence, e.number, e.level, e.actor, e.target_kind, e.target_id, e.target_name, e.body)";

    const IS_GAPLESS: bool = true;

    fn column(by: EventSort) -> String {
        match by {
            // In which they were recorded, whatever the clock said.
            EventSort::Time => "e.sequence".to_owned(),
        }
    }

    fn known() -> Vec<(&'static str, String)> {
        let names = format!(
            "SELECT CASE name WHEN '' THEN '{SYSTEM_NAME}' ELSE name END FROM ({ACTORS}) AS actors LIMIT 200"
        );
        vec![("by", names)]
    }

    fn test(field: EventField, value: &Value, asked: &mut Asked<'_>) -> Result<String, Fault> {
        Ok(match (field, value) {
            // As the index says it, or it would not be used.
            (EventField::Level, Value::Word(word)) if *word != Level::Info.word() => {
                format!("{} AND e.level <> 'Info'", asked.is("e.level", word))
            }
            (EventField::Level, _) => asked.usual("e.level", value),
            (EventField::Event, _) => asked.usual("e.number", value),
            (EventField::Target, Value::Text(typed)) => about(&TargetFilter::parse(typed), asked),
            (EventField::By, Value::Text(name)) => by(name, asked)?,
            // Without its index, which would bring them in another order.
            (EventField::Time, _) => asked.usual("+e.at", value),
            (EventField::Id | EventField::Target | EventField::By, _) => {
                asked.usual("e.sequence", value)
            }
        })
    }
}

fn about(target: &TargetFilter, asked: &mut Asked<'_>) -> String {
    match target {
        TargetFilter::Is { kind, id } => {
            let (kind, id) = (asked.bind((*kind).to_owned()), asked.bind(*id));
            format!("e.target_kind = {kind} AND e.target_id = {id}")
        }
        TargetFilter::Named { kind, name } => {
            let is = asked.is("event_target(e.sequence, e.target_name)", &name_key(name));
            match kind {
                Some(kind) => format!("{} AND {is}", asked.is("+e.target_kind", kind)),
                None => is,
            }
        }
    }
}

/// A key by its ID, whatever it was called; a user by exactly the name that the events have, so that the index has them in the list's order; only names that have
/// changed their case are several.
fn by(name: &str, asked: &mut Asked<'_>) -> Result<String, Fault> {
    if name == name_key(SYSTEM_NAME) {
        return Ok(asked.is("e.actor", ""));
    }
    if let Some(key) = signing_key(name) {
        let (kind, id) = (asked.bind(API_KEY.to_owned()), asked.bind(key.0));
        return Ok(format!("e.actor_kind = {kind} AND e.actor_id = {id}"));
    }
    let names = actors_like(asked.tx, name)?;
    let names: Vec<String> = names.into_iter().map(|name| asked.bind(name)).collect();
    Ok(match names.as_slice() {
        [] => "FALSE".to_owned(),
        [name] => format!("e.actor = {name}"),
        names => format!("+e.actor IN ({})", names.join(", ")),
    })
}

/// The names of those who did anything, by the index alone, from name to name.
pub(in crate::store) const ACTORS: &str = "WITH RECURSIVE found (name) AS (
         SELECT min(actor) FROM events
         UNION ALL SELECT (SELECT min(actor) FROM events WHERE actor > name) FROM found WHERE name IS NOT NULL)
     SELECT name FROM found WHERE name IS NOT NULL";

/// The names under which this folded one did anything.
pub fn actors_like(tx: &Tx<'_>, folded: &str) -> Result<Vec<String>, Fault> {
    let names: Vec<Lossy> = tx.values(ACTORS, ())?;
    let names = names.into_iter().map(|Lossy(name)| name);
    Ok(names.filter(|name| name_key(name) == folded).collect())
}

/// A query for whole events.
pub(in crate::store) fn select(rest: &str) -> String {
    let columns = EventRow::COLUMNS;
    format!("SELECT e.sequence, e.sequence, {columns} FROM events e {rest}")
}

/// The event with this number in the chain.
pub fn get(tx: &Tx<'_>, sequence: i64) -> Result<Option<EventRow>, Fault> {
    tx.row(&select("WHERE e.sequence = ?1"), [sequence])
}

/// Up to `most` of the wanted events after the one with this number in the chain, in its order.
pub fn after(
    tx: &Tx<'_>,
    filter: &Filter<EventRow>,
    sequence: i64,
    most: usize,
    as_of: AsOf,
) -> Result<Vec<EventRow>, Fault> {
    let asked = conditions(tx, filter, as_of)?;
    let (shown, mut values) = (asked.all, asked.values);
    values.push((":after".to_owned(), sequence.into()));
    values.push((":most".to_owned(), most.into()));
    // An index would find them in the order of its own column, to be sorted again for each part.
    let sql = select(&format!(
        "{} WHERE e.sequence > :after AND {shown} ORDER BY e.sequence LIMIT :most",
        dialect::by(None)
    ));
    tx.rows(&sql, &values)
}
