//! The audit trail: a chain that only grows.

use rusqlite::{OptionalExtension, params};

use crate::domain::event::{CHAIN_START, EventKind, Hashed, NewEvent, Target, chain};
use crate::domain::time::Timestamp;
use crate::domain::trouble::Fault;
use crate::store::Tx;

/// The version of the form of a body.
const BODY_VERSION: i64 = 1;

/// Records an event at the end of the chain.
///
/// # Errors
/// What the database said.
pub fn append(tx: &Tx<'_>, at: Timestamp, event: &NewEvent) -> Result<(), Fault> {
    let last =
        tx.0.prepare_cached("SELECT sequence, hash FROM events ORDER BY sequence DESC LIMIT 1")?
            .query_row((), |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
    let (last, previous): (i64, [u8; 32]) = last.unwrap_or((0, CHAIN_START));
    let mut body = event.body.clone();
    if let Some(fields) = body.as_object_mut() {
        fields.insert("version".to_owned(), BODY_VERSION.into());
    }
    let body = body.to_string();
    let hashed = Hashed {
        sequence: last + 1,
        at,
        number: event.kind.number(),
        level: event.kind.level().word(),
        actor: event.actor.as_deref().unwrap_or_default(),
        target_kind: event.target.kind,
        target_id: event.target.id,
        target_name: &event.target.name,
        body: &body,
    };
    let hash = chain(&previous, &hashed);
    tx.0.prepare_cached(
        "INSERT INTO events (sequence, at, number, level, actor, target_kind, target_id, target_name, body,
             previous, hash)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
    )?
    .execute(params![
        hashed.sequence,
        at.0,
        hashed.number,
        hashed.level,
        hashed.actor,
        hashed.target_kind,
        hashed.target_id,
        hashed.target_name,
        hashed.body,
        previous,
        hash,
    ])?;
    Ok(())
}

/// The user who made the last event of these kinds about a key, user or role.
///
/// # Errors
/// What the database said.
pub fn last_editor(
    tx: &Tx<'_>,
    target: &Target,
    kinds: [EventKind; 3],
) -> Result<Option<String>, Fault> {
    let [one, two, three] = kinds.map(EventKind::number);
    let actor =
        tx.0.prepare_cached(
            "SELECT actor FROM events
             WHERE target_kind = ?1 AND target_id = ?2 AND number IN (?3, ?4, ?5) AND actor <> ''
             ORDER BY sequence DESC LIMIT 1",
        )?
        .query_row(params![target.kind, target.id, one, two, three], |row| {
            row.get(0)
        })
        .optional();
    Ok(actor?)
}

/// How many events there are, where the chain is whole; else the first one that does not follow from the one
/// before it.
///
/// # Errors
/// What the database said.
pub fn check_chain(tx: &Tx<'_>) -> Result<Result<i64, i64>, Fault> {
    let mut query = tx.0.prepare_cached(
        "SELECT sequence, at, number, level, actor, target_kind, target_id, target_name, body, previous, hash
         FROM events ORDER BY sequence",
    )?;
    let mut rows = query.query(())?;
    let (mut last, mut end) = (0, CHAIN_START);
    while let Some(row) = rows.next()? {
        let text = |index| Ok::<_, rusqlite::Error>(row.get_ref(index)?.as_str()?);
        let hashed = Hashed {
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
        let (previous, hash): ([u8; 32], [u8; 32]) = (row.get(9)?, row.get(10)?);
        if hashed.sequence != last + 1 || previous != end || hash != chain(&end, &hashed) {
            return Ok(Err(last + 1));
        }
        (last, end) = (hashed.sequence, hash);
    }
    Ok(Ok(last))
}
