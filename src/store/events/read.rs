//! Reading the trail from its oldest event on, a part at a time.

use rusqlite::Row;

use crate::domain::event::trail::{EventFilter, EventRow, RowTarget};
use crate::domain::time::Timestamp;
use crate::domain::trouble::Fault;
use crate::store::Tx;
use crate::store::events::filter::condition;
use crate::store::filter::bind;

/// The columns that [`read`] wants.
pub const COLUMNS: &str = "e.sequence, e.at, e.number, e.level, e.actor, e.target_kind, e.target_id, e.target_name, \
                           e.body, e.previous, e.hash";

/// Up to `most` of the wanted events after the one with this number in the chain, in its order.
///
/// # Errors
/// What the database said.
pub fn after(
    tx: &Tx<'_>,
    filter: &EventFilter,
    sequence: i64,
    most: usize,
) -> Result<Vec<EventRow>, Fault> {
    let (condition, mut values) = condition(filter);
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    values.push((":after".to_owned(), sequence.into()));
    values.push((":most".to_owned(), most.into()));
    // An index would find them in the order of its own column, to be sorted again for each part.
    let sql = format!(
        "SELECT {COLUMNS} FROM events e NOT INDEXED WHERE e.sequence > :after AND {condition}
         ORDER BY e.sequence LIMIT :most"
    );
    let mut query = tx.0.prepare_cached(&sql)?;
    bind(&mut query, &values)?;
    let mut found = query.raw_query();
    let mut events = Vec::new();
    while let Some(row) = found.next()? {
        events.push(read(row)?);
    }
    Ok(events)
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

/// An event from [`COLUMNS`].
pub fn read(row: &Row<'_>) -> rusqlite::Result<EventRow> {
    // Whoever changes the trail may write what is no text; it is shown all the same.
    let text = |index| -> rusqlite::Result<String> {
        Ok(String::from_utf8_lossy(row.get_ref(index)?.as_bytes()?).into_owned())
    };
    let actor = text(4)?;
    Ok(EventRow {
        sequence: row.get(0)?,
        at: Timestamp(row.get(1)?),
        number: row.get(2)?,
        level: text(3)?,
        actor: Some(actor).filter(|name| !name.is_empty()),
        target: RowTarget {
            kind: text(5)?,
            id: row.get(6)?,
            name: text(7)?,
        },
        body: text(8)?,
        previous: row.get(9)?,
        hash: row.get(10)?,
    })
}
