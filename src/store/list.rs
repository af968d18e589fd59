//! Windows of the list of API keys, found by keyset: a window reads about as many rows as it shows, wherever in the
//! list it lies. Filters without an index of their own walk the order until the window is full.

use rusqlite::Row;
use rusqlite::types::{Value, ValueRef};

use crate::domain::api_key::KeyId;
use crate::domain::list::{
    Anchor, Counts, EarlierSecret, Filter, KeyRow, Order, Place, SortBy, SortValue, Window,
    WindowQuery,
};
use crate::domain::secret::PENDING_LIFE;
use crate::domain::state::Facts;
use crate::domain::time::Timestamp;
use crate::domain::trouble::Fault;
use crate::domain::zone;
use crate::store::Tx;
use crate::store::api_keys::{expiry, instant, parsed};
use crate::store::filter::{Values, bind, condition};
use crate::store::order::{Direction, column};

/// A part of the list.
///
/// # Errors
/// What the database said.
pub fn window(tx: &Tx<'_>, query: &WindowQuery, now: Timestamp) -> Result<Window, Fault> {
    let walk = Walk::new(tx, query, now);
    let most = query.rows.max(1);
    match &query.anchor {
        Anchor::First => {
            let (rows, more_after) = walk.rows(None, true, most)?;
            Ok(Window {
                rows,
                more_after,
                ..Window::default()
            })
        }
        Anchor::Last => {
            let (rows, more_before) = walk.rows(None, false, most)?;
            Ok(Window {
                rows,
                more_before,
                ..Window::default()
            })
        }
        Anchor::After(place) => {
            let (rows, more_after) = walk.rows(Some(place), true, most)?;
            let more_before = walk.any(rows.first(), false)?;
            Ok(Window {
                rows,
                more_before,
                more_after,
                at: 0,
            })
        }
        Anchor::Before(place) => {
            let (rows, more_before) = walk.rows(Some(place), false, most)?;
            let more_after = walk.any(rows.last(), true)?;
            Ok(Window {
                rows,
                more_before,
                more_after,
                at: 0,
            })
        }
        Anchor::Around { place, above } => walk.around(place, (*above).min(most - 1), most),
    }
}

/// How many keys there are, and how many the filter shows.
///
/// # Errors
/// What the database said.
pub fn counts(tx: &Tx<'_>, filter: &Filter, now: Timestamp) -> Result<Counts, Fault> {
    let number = |sql: &str, values: &Values| -> Result<i64, Fault> {
        let mut query = tx.0.prepare_cached(sql)?;
        bind(&mut query, values)?;
        Ok(query.raw_query().next()?.map_or(Ok(0), |row| row.get(0))?)
    };
    let all = number("SELECT count(*) FROM api_keys", &Values::new())?;
    let deleted = number(
        "SELECT count(*) FROM api_keys WHERE deleted_at IS NOT NULL",
        &Values::new(),
    )?;
    let shown = if *filter == Filter::default() {
        all - deleted
    } else {
        let (condition, values) = condition(filter, now);
        number(
            &format!("SELECT count(*) FROM api_keys k WHERE {condition}"),
            &values,
        )?
    };
    Ok(Counts {
        shown,
        all,
        deleted,
    })
}

/// Walking the list in one order under one filter.
struct Walk<'a> {
    tx: &'a Tx<'a>,
    order: Order,
    condition: String,
    values: Values,
}

impl<'a> Walk<'a> {
    fn new(tx: &'a Tx<'a>, query: &WindowQuery, now: Timestamp) -> Walk<'a> {
        let (condition, values) = condition(&query.filter, now);
        Walk {
            tx,
            order: query.order,
            condition,
            values,
        }
    }

    /// Up to `most` rows beyond a place (or from the end of the list), in the list's order, and whether there are
    /// more in that direction.
    fn rows(
        &self,
        from: Option<&Place>,
        forward: bool,
        most: usize,
    ) -> Result<(Vec<KeyRow>, bool), Fault> {
        let wanted = most + 1;
        let direction = Direction::of(self.order, forward);
        let (beyond, by) = (direction.beyond(), column(self.order.by));
        let mut rows = Vec::new();
        if from.is_some() && self.order.by != SortBy::Id {
            let ties = format!("{by} = :value AND k.id {beyond} :id");
            self.select(&ties, direction, from, wanted, &mut rows)?;
        }
        if rows.len() < wanted {
            let rest = match from {
                Some(_) => format!("{by} {beyond} :value"),
                None => "TRUE".to_owned(),
            };
            self.select(&rest, direction, from, wanted - rows.len(), &mut rows)?;
        }
        let more = rows.len() > most;
        rows.truncate(most);
        if !forward {
            rows.reverse();
        }
        Ok((rows, more))
    }

    /// Whether there is a row beyond this one, or any row at all where there is none.
    fn any(&self, row: Option<&KeyRow>, forward: bool) -> Result<bool, Fault> {
        let (rows, _) = self.rows(row.map(|row| &row.place), forward, 1)?;
        Ok(!rows.is_empty())
    }

    fn around(&self, place: &Place, above: usize, most: usize) -> Result<Window, Fault> {
        let mut found = Vec::new();
        self.select("k.id = :id", Direction::Up, Some(place), 1, &mut found)?;
        let here = found.first().map_or(place, |row| &row.place).clone();
        let (mut rows, more_before) = self.rows(Some(&here), false, above)?;
        let mut at = rows.len();
        let room = most - rows.len() - found.len();
        let (after, more_after) = self.rows(Some(&here), true, room)?;
        rows.append(&mut found);
        rows.extend(after);
        if at == rows.len() {
            at = at.saturating_sub(1);
        }
        Ok(Window {
            rows,
            more_before,
            more_after,
            at,
        })
    }

    fn select(
        &self,
        seek: &str,
        direction: Direction,
        from: Option<&Place>,
        most: usize,
        rows: &mut Vec<KeyRow>,
    ) -> Result<(), Fault> {
        let mut values = self.values.clone();
        values.push((
            ":most".to_owned(),
            i64::try_from(most).unwrap_or(i64::MAX).into(),
        ));
        if let Some(place) = from {
            let value = match &place.value {
                SortValue::Number(number) => Value::from(*number),
                SortValue::Text(text) => Value::from(text.clone()),
            };
            values.push((":value".to_owned(), value));
            values.push((":id".to_owned(), place.id.0.into()));
        }
        let mut query = self.tx.0.prepare_cached(&self.sql(seek, direction))?;
        bind(&mut query, &values)?;
        let mut found = query.raw_query();
        while let Some(row) = found.next()? {
            rows.push(read(row)?);
        }
        Ok(())
    }

    fn sql(&self, seek: &str, direction: Direction) -> String {
        let (by, word, condition) = (column(self.order.by), direction.word(), &self.condition);
        format!(
            "SELECT {by} AS sort, k.id, k.name,
                 substr(k.description, 1, instr(k.description || char(10), char(10)) - 1),
                 (SELECT name FROM roles WHERE id = k.role), k.time_zone, k.deleted_at IS NOT NULL, k.locked_out,
                 k.delivered, k.expires_on, k.expires_at, k.last_sign_in_at, k.created_at, k.created_by,
                 EXISTS (SELECT 1 FROM api_key_secrets s WHERE s.key = k.id AND s.ended_at IS NULL
                     AND s.retires_at IS NOT NULL AND s.retires_at > :now),
                 EXISTS (SELECT 1 FROM api_key_secrets s WHERE s.key = k.id AND s.ended_at IS NULL
                     AND s.delivered_at IS NULL AND s.issued_at > :now - {PENDING_LIFE}),
                 (SELECT s.last_used_at FROM api_key_secrets s WHERE s.key = k.id AND s.ended_at IS NULL
                     AND s.retires_at IS NOT NULL)
             FROM api_keys k WHERE {seek} AND {condition}
             ORDER BY {by} {word}, k.id {word} LIMIT :most"
        )
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<KeyRow> {
    let value = match row.get_ref(0)? {
        ValueRef::Integer(number) => SortValue::Number(number),
        other => SortValue::Text(other.as_str()?.to_owned()),
    };
    let expiry = expiry(row, 9, 10)?;
    Ok(KeyRow {
        place: Place {
            value,
            id: KeyId(row.get(1)?),
        },
        name: row.get(2)?,
        description: row.get(3)?,
        role: row.get(4)?,
        zone: parsed(row, 5, zone::by_name)?,
        facts: Facts {
            deleted: row.get(6)?,
            locked_out: row.get(7)?,
            expires_at: expiry.map(|expiry| expiry.at),
            delivered: row.get(8)?,
        },
        expiry,
        last_sign_in_at: instant(row, 11)?,
        created_at: Timestamp(row.get(12)?),
        created_by: row.get(13)?,
        retiring: row.get::<_, bool>(14)?.then_some(EarlierSecret {
            last_used_at: instant(row, 16)?,
        }),
        pending: row.get(15)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::list::Anchor;
    use crate::domain::state::StateFilter;
    use crate::domain::user::OsAccount;
    use crate::store::{Place as Database, Store};
    use rusqlite::StatementStatus;

    const ROWS: usize = 20;

    /// Twenty thousand keys, all made at the same moment and none of them used or with an expiry.
    fn many() -> Store {
        let account = OsAccount {
            uid: 0,
            name: "alice".to_owned(),
            root_by_sudo: false,
        };
        let place = Database::Memory("many".to_owned());
        let store =
            Store::create_or_open(&place, &account, Timestamp(0), &mut |_| Ok(())).expect("made");
        store
            .connection
            .execute_batch(
                "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
                 INSERT INTO api_keys (name, name_key, description, search, role, locale, time_zone, locked_out, delivered,
                     created_at, created_by)
                 SELECT i, i, '', i, 1, 'en-US', 'UTC', 0, 1, 0, 'alice' FROM n",
            )
            .expect("filled");
        store
    }

    #[test]
    fn a_window_of_a_stored_order_reads_no_more_than_it_shows_and_sorts_nothing() {
        let store = many();
        let filters = [
            Filter::default(),
            Filter {
                keep: Some(KeyId(3)),
                ..Filter::default()
            },
            Filter {
                state: StateFilter::Active,
                ..Filter::default()
            },
        ];
        let orders = SortBy::ALL
            .into_iter()
            .filter(|by| *by != SortBy::State)
            .flat_map(|by| [false, true].map(|descending| Order { by, descending }));
        for (order, filter) in orders.flat_map(|order| filters.iter().map(move |f| (order, f))) {
            let query = WindowQuery {
                filter: filter.clone(),
                order,
                anchor: Anchor::First,
                rows: ROWS,
            };
            let steps = store.read(|tx| steps_half_way(tx, &query));
            let steps = steps.expect("measured");
            assert!((1..5_000).contains(&steps), "{query:?}: {steps} steps");
        }
    }

    /// What the seeks of a window in the middle cost, in steps of `SQLite`'s machine; none of them sorts.
    fn steps_half_way(tx: &Tx<'_>, query: &WindowQuery) -> Result<i32, Fault> {
        let walk = Walk::new(tx, query, Timestamp(1));
        let (half, _) = walk.rows(None, true, 10_000)?;
        walk.rows(half.last().map(|row| &row.place), true, ROWS)?;
        let direction = Direction::of(query.order, true);
        let mut steps = 0;
        for seek in seeks(query.order.by, direction) {
            let sql = walk.sql(&seek, direction);
            let plan = plan(tx, &sql);
            assert!(!plan.contains("TEMP B-TREE"), "{query:?}: {plan}");
            // The statement that `rows` has just run.
            let statement = tx.0.prepare_cached(&sql)?;
            steps += statement.reset_status(StatementStatus::VmStep);
        }
        Ok(steps)
    }

    fn seeks(by: SortBy, direction: Direction) -> Vec<String> {
        let (by, beyond) = (column(by), direction.beyond());
        vec![
            format!("{by} {beyond} :value"),
            format!("{by} = :value AND k.id {beyond} :id"),
        ]
    }

    fn plan(tx: &Tx<'_>, sql: &str) -> String {
        let explain = format!("EXPLAIN QUERY PLAN {sql}");
        let mut query = tx.0.prepare(&explain).expect("prepared");
        let mut lines = query.raw_query();
        let mut plan = String::new();
        while let Some(line) = lines.next().expect("explained") {
            plan += &line.get::<_, String>(3).expect("a line");
            plan += "\n";
        }
        plan
    }
}
