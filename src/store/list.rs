//! Windows of the list of API keys, found by keyset: a window reads about as many rows as it shows, wherever in the
//! list it lies. Filters without an index of their own walk the order until the window is full.

use rusqlite::types::{Value, ValueRef};
use rusqlite::{CachedStatement, Row};

use crate::domain::api_key::KeyId;
use crate::domain::list::{
    Anchor, Counts, Filter, KeyRow, Order, Place, SortBy, SortValue, Window, WindowQuery,
};
use crate::domain::name::name_key;
use crate::domain::secret::PENDING_LIFE;
use crate::domain::state::{Facts, StateFilter, WARNING};
use crate::domain::time::Timestamp;
use crate::domain::trouble::Fault;
use crate::domain::zone;
use crate::store::Tx;
use crate::store::api_keys::{expiry, instant, parsed};
use crate::store::order::{Direction, column};

/// More words than this are not looked at: `SQLite`'s expressions have a depth.
const MAX_WORDS: usize = 100;

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

/// Values by the names that they have in SQL.
type Values = Vec<(String, Value)>;

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
                     AND s.delivered_at IS NULL AND s.issued_at > :now - {PENDING_LIFE})
             FROM api_keys k WHERE {seek} AND {condition}
             ORDER BY {by} {word}, k.id {word} LIMIT :most"
        )
    }
}

/// The filter as SQL. A key that is kept is shown whatever the rest says; the `+` keeps `SQLite` from looking it up
/// on its own and sorting afterwards.
fn condition(filter: &Filter, now: Timestamp) -> (String, Values) {
    let mut parts = vec![state_condition(filter.state)];
    let mut values = vec![(":now".to_owned(), Value::from(now.0))];
    for (index, word) in filter.text.split_whitespace().take(MAX_WORDS).enumerate() {
        let word = name_key(word);
        let name = format!(":word{index}");
        if let Some(id) = exact_id(&word) {
            parts.push(format!("k.id = {name}"));
            values.push((name, id.0.into()));
        } else {
            parts.push(format!(
                "(instr(k.search, {name}) > 0 OR instr(CAST(k.id AS TEXT), {name}) = 1)"
            ));
            values.push((name, word.into()));
        }
    }
    let all = parts.join(" AND ");
    match filter.keep {
        Some(id) => {
            values.push((":keep".to_owned(), id.0.into()));
            (format!("({all} OR +k.id = :keep)"), values)
        }
        None => (all, values),
    }
}

/// `domain::state::StateFilter::shows` at `:now`; a test compares the two.
fn state_condition(filter: StateFilter) -> String {
    let fact = match filter {
        StateFilter::Deleted => return "k.deleted_at IS NOT NULL".to_owned(),
        StateFilter::Undeleted => return "k.deleted_at IS NULL".to_owned(),
        StateFilter::Active => "NOT k.locked_out AND k.expires_sort > :now AND k.delivered",
        StateFilter::ExpiresSoon => {
            return format!(
                "k.deleted_at IS NULL AND k.expires_sort > :now AND k.expires_sort <= :now + {WARNING}"
            );
        }
        StateFilter::NotDelivered => "NOT k.delivered",
        StateFilter::Expired => "k.expires_sort <= :now",
        StateFilter::LockedOut => "k.locked_out",
    };
    format!("k.deleted_at IS NULL AND {fact}")
}

fn exact_id(word: &str) -> Option<KeyId> {
    let digits = word.strip_prefix("id:")?;
    let digits = digits
        .bytes()
        .all(|b| b.is_ascii_digit())
        .then_some(digits)?;
    digits.parse().ok().map(KeyId)
}

/// Binds those values that the SQL names.
fn bind(query: &mut CachedStatement<'_>, values: &Values) -> rusqlite::Result<()> {
    for (name, value) in values {
        if let Some(index) = query.parameter_index(name)? {
            query.raw_bind_parameter(index, value)?;
        }
    }
    Ok(())
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
        retiring: row.get(14)?,
        pending: row.get(15)?,
    })
}
