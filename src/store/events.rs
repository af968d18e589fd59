//! The audit trail: a chain that only grows.

mod check;
mod prune;
mod searched;

use crate::domain::event::chain::{CHAIN_START, Hash, Hashed, Head, chain};
use crate::domain::event::trail::{SYSTEM_NAME, TargetFilter};
use crate::domain::event::{
    API_KEY, BEHIND, EventKind, NewEvent, ROLE, SYSTEM, Signature, Target, USER,
};
use crate::domain::fold::name_key;
use crate::domain::list::Filter;
use crate::domain::preview::LastEvent;
use crate::domain::state::AsOf;
use crate::domain::time::Timestamp;
use crate::domain::trouble::Fault;
use crate::domain::user::{key_signature, signing_key};
use crate::store::convert::Lossy;
use crate::store::sql::{Bound, values};
use crate::store::{Tx, api_keys, list};

pub use check::check_chain;
pub(super) use check::{has, tail_is_whole};
pub use prune::{Prefix, first_since, is_prefix, prefix_before, remove};
pub(super) use searched::searched;

/// The version of the form of a body.
const BODY_VERSION: i64 = 1;

/// Records an event at the end of the chain. Its time is the clock's, whatever that is: the order is the number in the
/// chain. One whose clock is behind the event before it says so.
pub fn append(tx: &Tx<'_>, at: Timestamp, event: NewEvent) -> Result<(), Fault> {
    Appending::at_the_end(tx)?.append(tx, at, event)
}

/// The end of the chain, where several events are recorded in one transaction and nobody else records any.
#[derive(Debug)]
pub struct Appending {
    last: Option<(i64, Hash, Timestamp)>,
}

impl Appending {
    /// Where the chain ends now.
    pub fn at_the_end(tx: &Tx<'_>) -> Result<Appending, Fault> {
        let last = "SELECT sequence, hash, at FROM events ORDER BY sequence DESC LIMIT 1";
        Ok(Appending {
            last: tx.row(last, ())?,
        })
    }

    /// [`append`], after the event that was recorded last.
    pub fn append(&mut self, tx: &Tx<'_>, at: Timestamp, mut event: NewEvent) -> Result<(), Fault> {
        let (sequence, previous, before) = self.last.unwrap_or((0, CHAIN_START, at));
        if let Some(fields) = event.body.as_object_mut() {
            fields.insert("version".to_owned(), BODY_VERSION.into());
            if at < before {
                fields.insert(BEHIND.to_owned(), before.0.into());
            }
        }
        let body = event.body.to_string();
        let actor = event.actor.as_ref();
        let who = Signature::row(actor);
        let hashed = Hashed {
            sequence: sequence + 1,
            at,
            number: event.kind.number(),
            level: event.kind.level().word(),
            actor: actor.map_or("", |actor| &actor.name),
            who: Some(who),
            target_kind: event.target.kind,
            target_id: event.target.id,
            target_name: &event.target.name,
            body: &body,
        };
        let hash = chain(&previous, &hashed);
        tx.change_one("INSERT INTO events (sequence, at, number, level, actor, target_kind, target_id, target_name, body,
                 previous, hash, actor_kind, actor_id)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)", values![
            hashed.sequence,
            hashed.at,
            hashed.number,
            hashed.level,
            hashed.actor,
            hashed.target_kind,
            hashed.target_id,
            hashed.target_name,
            hashed.body,
            previous,
            hash,
            who.0,
            who.1,
        ])?;
        tx.engine.keep_text(hashed.sequence, &|| {
            let target = (hashed.target_kind, hashed.target_id);
            let texts = [hashed.level, hashed.actor, hashed.target_name];
            let text = searched(hashed.number, target, texts, hashed.body);
            [text, name_key(hashed.target_name)]
        })?;
        self.last = Some((hashed.sequence, hash, at));
        Ok(())
    }
}

/// The last event; [`Head::START`] where there is none.
pub fn head(tx: &Tx<'_>) -> Result<Head, Fault> {
    let last = "SELECT sequence, hash FROM events ORDER BY sequence DESC LIMIT 1";
    let last = tx.row(last, ())?;
    Ok(last.map_or(Head::START, |(sequence, hash)| Head { sequence, hash }))
}

/// Whether this event is there, and as it was.
pub fn is_there(tx: &Tx<'_>, head: &Head) -> Result<bool, Fault> {
    tx.value(
        "SELECT EXISTS (SELECT 1 FROM events WHERE sequence = ?1 AND hash = ?2)",
        (head.sequence, head.hash),
    )
}

/// The last of these events, which are in the order of a chain, that is there as it was.
pub fn last_there(tx: &Tx<'_>, heads: &[Head]) -> Result<Option<Head>, Fault> {
    for head in heads.iter().rev() {
        if is_there(tx, head)? {
            return Ok(Some(*head));
        }
    }
    Ok(None)
}

/// Whether there is an event of the kind with this number.
pub fn has_kind(tx: &Tx<'_>, number: i64) -> Result<bool, Fault> {
    tx.value(
        "SELECT EXISTS (SELECT 1 FROM events WHERE number = ?1)",
        [number],
    )
}

/// The names of those who did anything, sorted and at most `most`; the empty one is `System`. What each of them did
/// is not looked at.
pub fn actors(tx: &Tx<'_>, most: usize) -> Result<Vec<String>, Fault> {
    let names: Vec<String> = tx.values(&format!("{} LIMIT ?1", list::events::ACTORS), [most])?;
    // A key that was renamed is there once, under the name that it has.
    let mut told = Vec::new();
    for name in names {
        let name = match signing_key(&name) {
            None => name,
            Some(id) => match api_keys::get(tx, id)? {
                Some(key) => key_signature(id, &key.fields.name),
                None => name,
            },
        };
        if !told.contains(&name) {
            told.push(name);
        }
    }
    Ok(told)
}

/// Whether what is asked about is in a table, or an event is about it.
pub fn knows_target(tx: &Tx<'_>, target: &TargetFilter, as_of: AsOf) -> Result<bool, Fault> {
    if !list::events::after(tx, &Filter::about(target), 0, 1, as_of)?.is_empty() {
        return Ok(true);
    }
    let tables = [(API_KEY, "api_keys"), (USER, "users"), (ROLE, "roles")];
    let (kind, condition, value) = match target {
        // The trail itself is always there.
        TargetFilter::Is { kind: SYSTEM, id } => return Ok(*id == 0),
        TargetFilter::Named {
            kind: Some(SYSTEM),
            name,
        } => return Ok(name.is_empty()),
        TargetFilter::Is { kind, id } => (Some(*kind), "id", Bound::from(*id)),
        TargetFilter::Named { kind, name } => (*kind, "name_key", Bound::from(name_key(name))),
    };
    for (_, table) in tables
        .iter()
        .filter(|(of, _)| kind.is_none_or(|kind| kind == *of))
    {
        let sql = format!("SELECT EXISTS (SELECT 1 FROM {table} WHERE {condition} = ?1)");
        if tx.value(&sql, [&value])? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether somebody of this folded name is a user or a key, or has done something that is an event.
pub fn knows_actor(tx: &Tx<'_>, folded: &str) -> Result<bool, Fault> {
    if let Some(key) = signing_key(folded) {
        return tx.value(
            "SELECT EXISTS (SELECT 1 FROM api_keys WHERE id = ?1)",
            [key],
        );
    }
    let is_user = tx.value(
        "SELECT EXISTS (SELECT 1 FROM users WHERE name_key = ?1)",
        [folded],
    )?;
    Ok(is_user
        || folded == name_key(SYSTEM_NAME)
        || !list::events::actors_like(tx, folded)?.is_empty())
}

/// The last events about a key, user or role, the newest first and at most `most`.
pub fn last_about(tx: &Tx<'_>, about: &Target, most: usize) -> Result<Vec<LastEvent>, Fault> {
    let found = tx.rows(
        "SELECT at, number, actor FROM events WHERE target_kind = ?1 AND target_id = ?2
         ORDER BY sequence DESC LIMIT ?3",
        (about.kind, about.id, most),
    )?;
    let event = |(at, number, Lossy(by)): (Timestamp, i64, Lossy)| LastEvent {
        at,
        number,
        by: Some(by).filter(|name| !name.is_empty()),
    };
    Ok(found.into_iter().map(event).collect())
}

/// The user who made the last event of these kinds about a key, user or role: if there is one, of those that tell of
/// this field; without a field, of those of the second and third kind.
pub fn last_editor(
    tx: &Tx<'_>,
    target: &Target,
    kinds: [EventKind; 3],
    field: Option<&str>,
) -> Result<Option<String>, Fault> {
    let [one, two, three] = kinds;
    tx.find(
        "SELECT actor FROM events
         WHERE target_kind = ?1 AND target_id = ?2 AND number IN (?3, ?4, ?5) AND actor <> ''
         ORDER BY CASE WHEN CAST(?6 AS TEXT) IS NULL THEN number <> ?3
                ELSE body -> 'changes' -> CAST(?6 AS TEXT) IS NOT NULL END DESC,
            sequence DESC
         LIMIT 1",
        (target.kind, target.id, one, two, three, field),
    )
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::domain::id::{FULL_ACCESS, KeyId};
    use crate::store::tests::made;
    use crate::store::{Place, api_keys, roles, secrets};

    /// Steps of `SQLite`'s machine between two looks at how many there were.
    const STRIDE: i32 = 10;

    #[test]
    fn the_preview_of_one_row_among_many_reads_few_rows() {
        let mut store = made(&Place::Memory("previewed".to_owned()));
        let sql = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
             INSERT INTO api_keys (id, name, name_key, name_sort, description, search, role, locale, time_zone,
                 locked_out, delivered, created_at, created_by)
             SELECT i, i, i, i, '', i, 1, 'en-US', 'UTC', 0, 1, 0, 'alice' FROM n;
             WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
             INSERT INTO events SELECT i, i, 9000, 'Info', 'alice', 'api-key', i % 2 * 7, 'x', '{}', zeroblob(32),
                 zeroblob(32), 'user', 1 FROM n";
        store.connection().execute_batch(sql).expect("filled");
        let steps = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&steps);
        let count = move || {
            counted.fetch_add(1, Ordering::SeqCst);
            false
        };
        let handler = store.connection_mut().progress_handler(STRIDE, Some(count));
        handler.expect("counted");
        let read = store.read(|tx| {
            let key = KeyId(7);
            assert!(api_keys::get(tx, key)?.is_some());
            secrets::live(tx, key)?;
            roles::get(tx, FULL_ACCESS)?;
            assert_eq!(api_keys::of_user(tx, "bob", ["bob", "Bob B."])?.made, 0);
            last_about(tx, &(key, "").into(), 5)
        });
        let numbers: Vec<i64> = read.expect("read").iter().map(|event| event.at.0).collect();
        assert_eq!(numbers, [19_999, 19_997, 19_995, 19_993, 19_991]);
        assert!(steps.load(Ordering::SeqCst) < 100, "{steps:?} strides");
    }
}
