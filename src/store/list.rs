//! Windows of lists, found by keyset: a window reads about as many rows as it shows, wherever in the list it lies.
//! Filters without an index of their own walk the order until the window is full.

pub mod events;
mod filter;
mod keys;
mod roles;
mod users;

use std::marker::PhantomData;

use rusqlite::types::{FromSql, FromSqlResult, Value, ValueRef};

use crate::domain::filter::{Known, Value as Asks};
use crate::domain::list::{
    Anchor, Counts, Filter, Listed, Order, Place, SortValue, Window, WindowQuery,
};
use crate::domain::state::AsOf;
use crate::domain::trouble::Fault;
use crate::store::Tx;
use crate::store::convert::limit;
use crate::store::list::filter::{Asked, Values, bind, condition};
use crate::store::query::{Columns, Selected};

/// How a list is read from its table.
pub trait Source: Listed + for<'r> Selected<'r> {
    /// The table with the alias that the expressions use.
    const TABLE: &'static str;
    /// The column that decides between ties; it is the table's integer key.
    const ID: &'static str;
    /// A folded text in which the filter looks for words.
    const SEARCH: &'static str;
    /// Which rows can be shown at all.
    const EXISTS: &'static str = "TRUE";

    /// The expression that an order sorts by; it is never NULL.
    fn column(by: Self::SortBy) -> String;

    /// Which rows a filter looks at; its terms choose among them.
    #[must_use]
    fn looks_at(_filter: &Filter<Self>) -> &'static str {
        Self::EXISTS
    }

    /// Questions for the names that rows have, each with the name of the field whose values they are. They look at no
    /// more than ten thousand rows, and give at most two hundred names.
    #[must_use]
    fn known() -> Vec<(&'static str, String)> {
        Vec::new()
    }

    /// Whether a row has this value, as of `:now` and `:warning`; what else is named is bound.
    ///
    /// Columns with an index stand behind a `+` where `SQLite` would find the rows by it, to sort them all afterwards.
    fn test(field: Self::Field, value: &Asks, asked: &mut Asked<'_>) -> Result<String, Fault>;
}

/// A part of a list.
pub fn window<L: Source>(
    tx: &Tx<'_>,
    query: &WindowQuery<L>,
    as_of: AsOf,
) -> Result<Window<L>, Fault> {
    let walk = Walk::new(tx, query, as_of)?;
    let most = query.rows.max(1);
    let (rows, more_before, more_after) = match &query.anchor {
        Anchor::First => {
            let (rows, more_after) = walk.rows(None, true, most)?;
            (rows, false, more_after)
        }
        Anchor::Last => {
            let (rows, more_before) = walk.rows(None, false, most)?;
            (rows, more_before, false)
        }
        Anchor::After(place) => {
            let (rows, more_after) = walk.rows(Some(place), true, most)?;
            let more_before = walk.any(rows.first(), false)?;
            (rows, more_before, more_after)
        }
        Anchor::Before(place) => {
            let (rows, more_before) = walk.rows(Some(place), false, most)?;
            let more_after = walk.any(rows.last(), true)?;
            (rows, more_before, more_after)
        }
        Anchor::Row(before) => return walk.around_row(*before, most),
        Anchor::Around { place, above } => {
            return walk.around(place, (*above).min(most - 1), most);
        }
    };
    Ok(Window {
        rows,
        more_before,
        more_after,
        at: 0,
    })
}

/// The row with this ID, whatever the list shows at first.
pub fn row<L: Source>(tx: &Tx<'_>, id: i64, as_of: AsOf) -> Result<Option<L>, Fault> {
    let query = WindowQuery {
        filter: Filter {
            terms: Vec::new(),
            keep: Some(id),
        },
        order: L::FIRST_ORDER,
        anchor: Anchor::First,
        rows: 1,
    };
    let walk = Walk::<L>::new(tx, &query, as_of)?;
    let place = Place {
        value: SortValue::Number(0),
        id,
    };
    let (this, mut found) = (format!("{} = :id", L::ID), Vec::new());
    walk.select(&this, Direction::Up, Some(&place), 1, &mut found)?;
    Ok(found.pop())
}

/// How many rows there are, and how many the filter shows.
pub fn counts<L: Source>(tx: &Tx<'_>, filter: &Filter<L>, as_of: AsOf) -> Result<Counts, Fault> {
    let all = count::<L>(tx, L::EXISTS, &Values::new())?;
    let shown = tally(tx, std::slice::from_ref(filter), as_of)?[0];
    let told = Filter::<L>::told().map(|(sight, _)| filter.in_sight(sight));
    let told = tally(tx, &told.collect::<Vec<_>>(), as_of)?;
    Ok(Counts { shown, all, told })
}

/// The names that rows have, by field.
pub fn known<L: Source>(tx: &Tx<'_>) -> Result<Known, Fault> {
    let names = |(field, sql): (&'static str, String)| Ok((field, tx.values(&sql, ())?));
    L::known().into_iter().map(names).collect()
}

/// How many rows each of these filters shows.
pub fn tally<L: Source>(
    tx: &Tx<'_>,
    filters: &[Filter<L>],
    as_of: AsOf,
) -> Result<Vec<i64>, Fault> {
    let shown = |filter: &Filter<L>| {
        let (condition, values) = condition(tx, filter, as_of)?;
        count::<L>(tx, &condition, &values)
    };
    filters.iter().map(shown).collect()
}

/// For how many rows of the table this holds.
fn count<L: Source>(tx: &Tx<'_>, condition: &str, values: &Values) -> Result<i64, Fault> {
    let table = L::TABLE;
    let sql = format!("SELECT count(*) FROM {table} WHERE {condition}");
    let mut query = tx.0.prepare_cached(&sql)?;
    bind(&mut query, values)?;
    Ok(query.raw_query().next()?.map_or(Ok(0), |row| row.get(0))?)
}

/// The IDs of the rows that the filter shows, in their order, at most so many of them.
pub fn matches<L: Source>(
    tx: &Tx<'_>,
    filter: &Filter<L>,
    as_of: AsOf,
    most: usize,
) -> Result<Vec<i64>, Fault> {
    let (id, table) = (L::ID, L::TABLE);
    let (condition, mut values) = condition(tx, filter, as_of)?;
    values.push((":most".to_owned(), limit(most).into()));
    let sql = format!("SELECT {id} FROM {table} WHERE {condition} ORDER BY {id} LIMIT :most");
    let mut query = tx.0.prepare_cached(&sql)?;
    bind(&mut query, &values)?;
    let (mut ids, mut found) = (Vec::new(), query.raw_query());
    while let Some(row) = found.next()? {
        ids.push(row.get(0)?);
    }
    Ok(ids)
}

/// How many of the rows with these IDs the filter shows.
pub fn shown_of<L: Source>(
    tx: &Tx<'_>,
    filter: &Filter<L>,
    as_of: AsOf,
    ids: &[i64],
) -> Result<i64, Fault> {
    let id = L::ID;
    let (condition, mut values) = condition(tx, filter, as_of)?;
    let ids: serde_json::Value = ids.into();
    values.push((":ids".to_owned(), ids.to_string().into()));
    let among = format!("{id} IN (SELECT value FROM json_each(:ids)) AND {condition}");
    count::<L>(tx, &among, &values)
}

/// Walking a list in one order under one filter.
struct Walk<'a, L: Source> {
    tx: &'a Tx<'a>,
    order: Order<L::SortBy>,
    condition: String,
    values: Values,
    list: PhantomData<L>,
}

impl<'a, L: Source> Walk<'a, L> {
    fn new(tx: &'a Tx<'a>, query: &WindowQuery<L>, as_of: AsOf) -> Result<Walk<'a, L>, Fault> {
        let (condition, values) = condition(tx, &query.filter, as_of)?;
        Ok(Walk {
            tx,
            order: query.order,
            condition,
            values,
            list: PhantomData,
        })
    }

    /// Up to `most` rows beyond a place (or from the end of the list), in the list's order, and whether there are
    /// more in that direction.
    fn rows(
        &self,
        from: Option<&Place>,
        forward: bool,
        most: usize,
    ) -> Result<(Vec<L>, bool), Fault> {
        let wanted = most + 1;
        let direction = Direction::of(self.order, forward);
        let (beyond, by, id) = (direction.beyond(), L::column(self.order.by), L::ID);
        let mut rows = Vec::new();
        if from.is_some() && by != id {
            let ties = format!("{by} = :value AND {id} {beyond} :id");
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
    fn any(&self, row: Option<&L>, forward: bool) -> Result<bool, Fault> {
        let (rows, _) = self.rows(row.map(Listed::place), forward, 1)?;
        Ok(!rows.is_empty())
    }

    /// A window with the row that has so many before it in the middle. All rows before that are walked through.
    fn around_row(&self, before: usize, most: usize) -> Result<Window<L>, Fault> {
        let first = before.saturating_sub(most / 2);
        let (by, id, table) = (L::column(self.order.by), L::ID, L::TABLE);
        let (word, condition) = (Direction::of(self.order, true).word(), &self.condition);
        let mut values = self.values.clone();
        values.push((":first".to_owned(), limit(first).into()));
        let sql = format!(
            "SELECT {by} AS sort, {id} FROM {table} WHERE {condition}
             ORDER BY {by} {word}, {id} {word} LIMIT 1 OFFSET :first"
        );
        let mut query = self.tx.0.prepare_cached(&sql)?;
        bind(&mut query, &values)?;
        let mut found = query.raw_query();
        let Some(row) = found.next()? else {
            let (rows, more_before) = self.rows(None, false, most)?;
            let at = rows.len().saturating_sub(1);
            return Ok(Window {
                rows,
                more_before,
                more_after: false,
                at,
            });
        };
        let place = Columns::of(row).place()?;
        let window = self.around(&place, 0, most)?;
        let at = (before - first).min(window.rows.len().saturating_sub(1));
        Ok(Window { at, ..window })
    }

    fn around(&self, place: &Place, above: usize, most: usize) -> Result<Window<L>, Fault> {
        let mut found: Vec<L> = Vec::new();
        let this = format!("{} = :id", L::ID);
        self.select(&this, Direction::Up, Some(place), 1, &mut found)?;
        let here = found.first().map_or(place, Listed::place).clone();
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
        rows: &mut Vec<L>,
    ) -> Result<(), Fault> {
        let mut values = self.values.clone();
        values.push((":most".to_owned(), limit(most).into()));
        if let Some(place) = from {
            let value = match &place.value {
                SortValue::Number(number) => Value::from(*number),
                SortValue::Text(text) => Value::from(text.clone()),
            };
            values.push((":value".to_owned(), value));
            values.push((":id".to_owned(), place.id.into()));
        }
        let mut query = self.tx.0.prepare_cached(&self.sql(seek, direction))?;
        bind(&mut query, &values)?;
        let mut found = query.raw_query();
        while let Some(row) = found.next()? {
            rows.push(L::read(&mut Columns::of(row))?);
        }
        Ok(())
    }

    fn sql(&self, seek: &str, direction: Direction) -> String {
        let (by, word, condition) = (L::column(self.order.by), direction.word(), &self.condition);
        let (id, table, columns) = (L::ID, L::TABLE, L::COLUMNS);
        format!(
            "SELECT {by} AS sort, {id}, {columns} FROM {table} WHERE {seek} AND {condition}
             ORDER BY {by} {word}, {id} {word} LIMIT :most"
        )
    }
}

impl Columns<'_> {
    /// A row's place, whose sort value and ID are selected before the row's own columns.
    fn place(&mut self) -> rusqlite::Result<Place> {
        Ok(Place {
            value: self.value()?,
            id: self.value()?,
        })
    }
}

impl FromSql for SortValue {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<SortValue> {
        match value {
            ValueRef::Integer(number) => Ok(SortValue::Number(number)),
            other => Ok(SortValue::Text(other.as_str()?.to_owned())),
        }
    }
}

/// The direction of an order, walked forwards or backwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Direction {
    Up,
    Down,
}

impl Direction {
    fn of<S: Copy>(order: Order<S>, forward: bool) -> Direction {
        if order.descending == forward {
            Direction::Down
        } else {
            Direction::Up
        }
    }

    /// The words after `ORDER BY`'s columns.
    fn word(self) -> &'static str {
        match self {
            Direction::Up => "ASC",
            Direction::Down => "DESC",
        }
    }

    /// What a row that comes later is, compared with an earlier one.
    fn beyond(self) -> &'static str {
        match self {
            Direction::Up => ">",
            Direction::Down => "<",
        }
    }
}
#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::trail::{EventRow, EventSort};
    use crate::domain::list::{Anchor, KeyRow, KeySort};
    use crate::domain::state::Warning;
    use crate::domain::time::{DAY, Timestamp};
    use crate::store::tests::made;
    use crate::store::{Place as Database, Store};
    use rusqlite::StatementStatus;

    const ROWS: usize = 20;
    const AS_OF: AsOf = AsOf {
        now: Timestamp(200 * DAY),
        warning: Warning::DEFAULT,
    };

    fn filled(name: &str, sql: &str) -> Store {
        let store = made(&Database::Memory(name.to_owned()));
        store.connection.execute_batch(sql).expect("filled");
        store
    }

    /// Twenty thousand keys, all made at the same moment and none of them used or with an expiry; every second one has a
    /// role without access to the API.
    fn many() -> Store {
        filled(
            "many keys",
                "INSERT INTO roles VALUES (3, 'x', 'x', '', 'x', 0, 1, 0, '[]', 0, NULL, 1, 'x', 'x', '');
                 WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
                 INSERT INTO api_keys (name, name_key, name_sort, description, search, role, locale, time_zone, locked_out,
                     delivered, created_at, created_by)
                 SELECT i, i, i, '', i, iif(i % 2, 1, 3), 'en-US', 'UTC', 0, 1, 0, 'alice' FROM n",
        )
    }

    /// Twenty thousand events, two at each instant; every five hundredth is an error that nobody made.
    fn many_events() -> Store {
        filled(
            "many events",
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
             INSERT INTO events SELECT i, i / 2, iif(i % 500, 9000, 675), iif(i % 500, 'Info', 'Error'),
                 iif(i % 500, 'alice', ''), 'api-key', i % 100, 'x', '{}', zeroblob(32), zeroblob(32),
                 'user', 1 FROM n",
        )
    }

    #[test]
    fn a_window_of_the_trail_reads_no_more_than_it_shows_whatever_it_is_filtered_by() {
        let store = many_events();
        let range = "time:>=1970-01-01T00:00:00.500Z time:<1970-01-01T00:00:09.000Z";
        let in_range = |term: &str| format!("{range} {term}");
        let filters = [
            String::new(),
            "event:9000".to_owned(),
            "event:675".to_owned(),
            "level:info".to_owned(),
            "level:error".to_owned(),
            "by:system".to_owned(),
            "by:ALICE".to_owned(),
            "target:api-key:7".to_owned(),
            "-event:675".to_owned(),
            range.to_owned(),
            in_range("event:675"),
            in_range("target:api-key:7"),
        ];
        let by = EventSort::Time;
        for text in filters {
            for descending in [true, false] {
                let filter = Filter::parse(&text, chrono_tz::UTC).expect("a filter");
                expect_few_steps::<EventRow>(&store, filter, Order { by, descending });
            }
        }
    }

    #[test]
    fn a_window_of_a_stored_order_reads_no_more_than_it_shows_and_sorts_nothing() {
        let store = many();
        let filters = [
            (None, ""),
            (Some(3), ""),
            (None, "state:active"),
            (None, "state:no-access -state:expired"),
            (None, "state:any role:x"),
            (None, "used:never expires:never created:>1d -by:bob"),
            (None, "used:>90d -expires:<30d -created:2026-01-01 name:1"),
            (None, "secrets:0 -secrets:2 -id:42 -owner:acme 1"),
        ];
        let filters = filters.map(|(keep, text)| {
            let filter = Filter::<KeyRow>::parse(text, chrono_tz::UTC);
            let filter = filter.expect("a filter");
            Filter { keep, ..filter }
        });
        let stored = [
            KeySort::Name,
            KeySort::Expires,
            KeySort::LastSignIn,
            KeySort::Created,
            KeySort::Id,
        ];
        for by in stored {
            for descending in [false, true] {
                for filter in &filters {
                    expect_few_steps(&store, filter.clone(), Order { by, descending });
                }
            }
        }
    }

    /// In this order a window in the middle costs few steps.
    fn expect_few_steps<L: Source>(store: &Store, filter: Filter<L>, order: Order<L::SortBy>) {
        let query = WindowQuery {
            filter,
            order,
            anchor: Anchor::First,
            rows: ROWS,
        };
        let steps = store.read(|tx| steps_half_way(tx, &query));
        let steps = steps.expect("measured");
        assert!((1..5_000).contains(&steps), "{query:?}: {steps} steps");
    }

    /// What the seeks of a window in the middle cost, in steps of `SQLite`'s machine; none of them sorts.
    fn steps_half_way<L: Source>(tx: &Tx<'_>, query: &WindowQuery<L>) -> Result<i32, Fault> {
        let walk = Walk::new(tx, query, AS_OF)?;
        let (all, _) = walk.rows(None, true, 20_000)?;
        let half = all.get(all.len() / 2).map(Listed::place);
        walk.rows(half, true, ROWS)?;
        let direction = Direction::of(query.order, true);
        let mut steps = 0;
        for seek in seeks::<L>(query.order.by, direction) {
            let sql = walk.sql(&seek, direction);
            let plan = plan(tx, &sql);
            assert!(!plan.contains("TEMP B-TREE"), "{query:?}: {plan}");
            // The statement that `rows` has just run.
            let statement = tx.0.prepare_cached(&sql)?;
            steps += statement.reset_status(StatementStatus::VmStep);
        }
        Ok(steps)
    }

    fn seeks<L: Source>(by: L::SortBy, direction: Direction) -> Vec<String> {
        let (by, id, beyond) = (L::column(by), L::ID, direction.beyond());
        vec![
            format!("{by} {beyond} :value"),
            format!("{by} = :value AND {id} {beyond} :id"),
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
