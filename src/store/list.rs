//! Windows of lists, found by keyset: a window reads about as many rows as it shows, wherever in the list it lies.

pub mod events;
mod filter;
mod finder;
mod ids;
mod keys;
mod milestones;
mod roles;
mod rows;
mod users;
mod walk;
mod words;

use crate::domain::filter::{Known, Value as Asks};
use crate::domain::list::{
    Anchor, Counts, Filter, Listed, Order, Place, SortValue, Window, WindowQuery,
};
use crate::domain::state::AsOf;
use crate::domain::trouble::Fault;
use crate::store::Tx;
use crate::store::list::filter::{Asked, Part, conditions};
use crate::store::list::rows::Rows;
use crate::store::list::walk::Walk;
use crate::store::sql::{Columns, FromRow, Selected, Value, read};

pub use finder::{Finder, Reach};

/// So many rows are looked up to be marked, and not by a look at all of them.
const MARKED: usize = 50_000;

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
    /// Which of those that can are hidden where no filter asks for them, by an index of their own.
    const HIDES: Option<(&'static str, &'static str)> = None;
    /// The text in which the filter looks for words may be in memory.
    const IN_MEMORY: bool = false;

    /// Its IDs follow one another without a gap.
    const IS_GAPLESS: bool = false;

    /// The index of an order, where a range of it can be what a filter asks for.
    fn index(_by: Self::SortBy) -> Option<&'static str> {
        None
    }

    /// Whether an event tells of everything that changes where a row is in an order.
    fn is_told(_by: Self::SortBy) -> bool {
        false
    }

    /// The expression that an order sorts by; it is never NULL.
    fn column(by: Self::SortBy) -> String;

    /// The parts of an order that no index has as a whole, in its order.
    fn parts(_by: Self::SortBy, _tx: &Tx<'_>) -> Result<Option<Vec<Part>>, Fault> {
        Ok(None)
    }

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

    /// Whether a row has this value, as of `:now`, and warned until `:soon`; what else is named is bound.
    ///
    /// Columns with an index stand behind a `+` where `SQLite` would find the rows by it, to sort them all afterwards.
    fn test(field: Self::Field, value: &Asks, asked: &mut Asked<'_>) -> Result<String, Fault>;

    /// The rows with this value, where indexes tell which they are. Those that the list hides may be left out.
    fn rows(
        _field: Self::Field,
        _value: &Asks,
        _filter: &Filter<Self>,
        _asked: &mut Asked<'_>,
    ) -> Result<Option<Rows>, Fault> {
        Ok(None)
    }
}

/// A part of a list.
pub fn window<L: Source>(
    tx: &Tx<'_>,
    query: &WindowQuery<L>,
    as_of: AsOf,
) -> Result<Window<L>, Fault> {
    if let Some(walk) = Walk::without_words(tx, query, as_of)? {
        let looks = tx.finder.reach().looks_for_words;
        if let Some(window) = tx.finder.within(looks, || along(&walk, query))? {
            return Ok(window);
        }
    }
    along(&Walk::new(tx, query, as_of)?, query)
}

/// A part of the list along a walk.
fn along<L: Source>(walk: &Walk<'_, L>, query: &WindowQuery<L>) -> Result<Window<L>, Fault> {
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
    let mut found = Vec::new();
    Walk::<L>::new(tx, &query, as_of)?.this(id, &mut found)?;
    Ok(found.pop())
}

/// How many rows there are, and how many the filter shows.
pub fn counts<L: Source>(tx: &Tx<'_>, filter: &Filter<L>, as_of: AsOf) -> Result<Counts, Fault> {
    let all = count::<L>(tx, L::EXISTS)?;
    let shown = match L::HIDES {
        Some((_, hidden)) if *filter == Filter::default() => all - count::<L>(tx, hidden)?,
        _ => tally(tx, std::slice::from_ref(filter), as_of)?[0],
    };
    let told = Filter::<L>::told().map(|(sight, _)| filter.in_sight(sight));
    let told = tally(tx, &told.collect::<Vec<_>>(), as_of)?;
    Ok(Counts { shown, all, told })
}

/// How many rows come before a place in an order.
pub fn before<L: Source>(
    tx: &Tx<'_>,
    filter: &Filter<L>,
    order: Order<L::SortBy>,
    place: &Place,
    as_of: AsOf,
) -> Result<i64, Fault> {
    let query = WindowQuery {
        filter: filter.clone(),
        order,
        anchor: Anchor::First,
        rows: 0,
    };
    Walk::new(tx, &query, as_of)?.before(place)
}

/// Reads ahead what a filter by words is answered with, as far as no question comes between.
pub fn read_ahead(tx: &Tx<'_>) -> Result<(), Fault> {
    tx.finder.read_ahead(tx)
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
    let shown = |filter: &Filter<L>| conditions(tx, filter, as_of)?.count::<L>(tx);
    filters.iter().map(shown).collect()
}

/// For how many rows of the table this holds.
fn count<L: Source>(tx: &Tx<'_>, condition: &str) -> Result<i64, Fault> {
    let table = L::TABLE;
    // Without a condition SQLite counts an index page by page.
    tx.value(
        &match condition {
            "TRUE" => format!("SELECT count(*) FROM {table}"),
            condition => format!("SELECT count(*) FROM {table} WHERE {condition}"),
        },
        (),
    )
}

/// The IDs of the rows that the filter shows, in their order, at most so many of them.
pub fn matches<L: Source>(
    tx: &Tx<'_>,
    filter: &Filter<L>,
    as_of: AsOf,
    most: usize,
) -> Result<Vec<i64>, Fault> {
    let (id, table) = (L::ID, L::TABLE);
    let asked = conditions(tx, filter, as_of)?;
    let (condition, mut values) = (&asked.all, asked.values.clone());
    values.push((":most".to_owned(), most.into()));
    let best = asked.best::<L>(tx, std::iter::empty(), tx.finder.reach().few)?;
    if best.is_none()
        && asked.is_narrow
        && let Some(exact) = asked.exact::<L>(tx)?
    {
        return Ok(exact.iter().take(most).collect());
    }
    let among = asked.best::<L>(tx, std::iter::empty(), MARKED)?;
    let among = among.map_or("TRUE".to_owned(), |(driver, _)| {
        format!("{id} IN ({})", driver.ids::<L>(asked.kept.as_deref()))
    });
    let sql =
        format!("SELECT {id} FROM {table} WHERE {among} AND {condition} ORDER BY {id} LIMIT :most");
    tx.values(&sql, &values)
}

/// How many of the rows with these IDs the filter shows.
pub fn shown_of<L: Source>(
    tx: &Tx<'_>,
    filter: &Filter<L>,
    as_of: AsOf,
    ids: &[i64],
) -> Result<i64, Fault> {
    let asked = conditions(tx, filter, as_of)?;
    let ids: serde_json::Value = ids.into();
    let ids = (":ids".to_owned(), ids.to_string().into());
    asked.count_of::<L>(tx, ids)
}

impl Columns<'_> {
    /// A row's place, whose sort value and ID are selected before the row's own columns.
    pub fn place(&mut self) -> Result<Place, Fault> {
        Place::read(self)
    }
}

impl FromRow<'_> for Place {
    fn read(columns: &mut Columns<'_>) -> Result<Place, Fault> {
        Ok(Place {
            value: columns.value()?,
            id: columns.value()?,
        })
    }
}

read! {
    SortValue: Value::Int(number) => Some(SortValue::Number(number)),
        Value::Text(text) => Some(SortValue::Text(text.to_owned()));
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
    use crate::domain::tz::Tz;
    use crate::store::list::walk::{Among, seeks};
    use crate::store::sql::Named;
    use crate::store::tests::made;
    use crate::store::{Place as Database, Store};
    use rusqlite::StatementStatus;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

    const ROWS: usize = 20;
    const AS_OF: AsOf = AsOf {
        now: Timestamp(200 * DAY),
        warning: Warning::DEFAULT,
    };

    fn filled(name: &str, sql: &str) -> Store {
        let store = made(&Database::Memory(name.to_owned()));
        store.connection().execute_batch(sql).expect("filled");
        store
    }

    /// Twenty thousand keys, all made at the same moment and none of them used or with an expiry; every second one has a
    /// role without access to the API.
    fn many(name: &str) -> Store {
        filled(
            name,
                "INSERT INTO roles VALUES (3, 'x', 'x', '', 'x', 0, 1, 0, '[]', 0, NULL, 1, 'x', 'x', '', '');
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
                let filter = Filter::parse(&text, Tz::UTC).expect("a filter");
                expect_few_steps::<EventRow>(&store, filter, Order { by, descending });
            }
        }
    }

    #[test]
    fn a_window_of_a_stored_order_reads_no_more_than_it_shows_and_sorts_nothing() {
        let store = many("many keys");
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
            let filter = Filter::<KeyRow>::parse(text, Tz::UTC);
            let filter = filter.expect("a filter");
            Filter { keep, ..filter }
        });
        let stored = [
            KeySort::Name,
            KeySort::Expires,
            KeySort::LastSignIn,
            KeySort::Created,
            KeySort::Id,
            KeySort::Owner,
            KeySort::CreatedBy,
            KeySort::Description,
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
        let steps = store.read(|tx| steps_half_way(store, tx, &query));
        let steps = steps.expect("measured");
        assert!((1..5_000).contains(&steps), "{query:?}: {steps} steps");
    }

    /// What the seeks of a window in the middle cost, in steps of `SQLite`'s machine; none of them sorts.
    fn steps_half_way<L: Source>(
        store: &Store,
        tx: &Tx<'_>,
        query: &WindowQuery<L>,
    ) -> Result<i32, Fault> {
        let walk = Walk::new(tx, query, AS_OF)?;
        let (all, _) = walk.rows(None, true, 20_000)?;
        let half = all.get(all.len() / 2).map(Listed::place);
        walk.rows(half, true, ROWS)?;
        let direction = Direction::of(query.order, true);
        let mut steps = 0;
        for seek in seeks::<L>(query.order.by, true, direction) {
            let sql = walk.sql(None, &Among::Order, &seek, direction);
            let plan = plan(tx, &sql);
            assert!(!plan.contains("TEMP B-TREE"), "{query:?}: {plan}");
            // The statement that `rows` has just run.
            let statement = store.connection().prepare_cached(&sql).expect("prepared");
            steps += statement.reset_status(StatementStatus::VmStep);
        }
        Ok(steps)
    }

    fn plan(tx: &Tx<'_>, sql: &str) -> String {
        let explain = format!("EXPLAIN QUERY PLAN {sql}");
        let lines: Vec<(i64, i64, i64, String)> =
            tx.rows(&explain, &Named::new()).expect("explained");
        let lines: Vec<String> = lines.into_iter().map(|(.., line)| line).collect();
        lines.join("\n") + "\n"
    }

    #[test]
    fn the_first_rows_of_a_word_that_many_have_do_not_wait_until_all_words_are_read() {
        let mut store = many("words");
        store.only_read(Arc::default()).expect("set");
        let query = |text| WindowQuery {
            filter: Filter::<KeyRow>::parse(text, Tz::UTC).expect("a filter"),
            order: KeyRow::FIRST_ORDER,
            anchor: Anchor::First,
            rows: ROWS,
        };
        let found = |text| {
            let window = store
                .read(|tx| window(tx, &query(text), AS_OF))
                .expect("read");
            let ids = window.rows.iter().map(|row| row.place.id);
            ids.collect::<Vec<_>>()
        };
        let first = found("1");
        assert_eq!(first.len(), ROWS);
        assert!(!store.finder.has_words());
        assert_eq!(found("19999"), [19_999], "what few have takes them all");
        assert!(store.finder.has_words());
        assert_eq!(found("1"), first);
    }

    #[test]
    fn a_jump_into_a_whole_list_walks_between_two_milestones() {
        let mut store = many("milestones");
        store.only_read(Arc::default()).expect("set");
        for descending in [false, true] {
            let order = Order {
                by: KeySort::Created,
                descending,
            };
            let query = |anchor| WindowQuery {
                filter: Filter::<KeyRow>::default(),
                order,
                anchor,
                rows: 1,
            };
            let nth = |number| {
                let query = query(Anchor::Row(number));
                let window = store.read(|tx| window(tx, &query, AS_OF)).expect("read");
                window.rows[0].place.clone()
            };
            // All were made at once, so that they are in the order of their IDs.
            let id = |number: i64| {
                if descending {
                    20_000 - number
                } else {
                    number + 1
                }
            };
            for number in [0, 1, 999, 1_000, 12_345, 19_999] {
                let place = nth(usize::try_from(number).expect("positive"));
                assert_eq!(place.id, id(number), "{number} {descending}");
                let before =
                    store.read(|tx| before(tx, &query(Anchor::First).filter, order, &place, AS_OF));
                assert_eq!(before, Ok(number), "{descending}");
            }
        }
        let steps = counted(&mut store);
        let query = WindowQuery {
            filter: Filter::<KeyRow>::default(),
            order: Order::upwards(KeySort::Created),
            anchor: Anchor::Row(15_500),
            rows: ROWS,
        };
        store.read(|tx| window(tx, &query, AS_OF)).expect("read");
        let strides = steps.load(SeqCst);
        assert!(strides < 3_000, "{strides} strides");
    }

    /// Twenty thousand keys of three roles in every state, a quarter of which is deleted.
    fn mixed(name: &str) -> Store {
        let store = many(name);
        let sql = "INSERT INTO roles SELECT 4, 'y', 'y', '', 'y', 0, 0, 1, '[]', 0, NULL, 1, 'y', 'y', 'crm', '';
             UPDATE api_keys SET role = id % 4 + 1, locked_out = id % 5 = 0, delivered = id % 7 > 0,
                 expires_on = '2026-01-01', expires_at = (id % 400) * 86400000,
                 deleted_at = iif(id % 4, NULL, 1)";
        store.connection().execute_batch(sql).expect("mixed");
        store
    }

    #[test]
    fn a_window_of_every_order_reads_few_rows_wherever_it_lies() {
        let mut store = mixed("orders");
        let steps = counted(&mut store);
        for by in KeyRow::SORTS {
            for descending in [false, true] {
                let order = Order {
                    by: *by,
                    descending,
                };
                let window = |anchor| {
                    let filter = Filter::<KeyRow>::default();
                    let query = WindowQuery {
                        filter,
                        order,
                        anchor,
                        rows: ROWS,
                    };
                    steps.store(0, SeqCst);
                    let window = store.read(|tx| window(tx, &query, AS_OF)).expect("read");
                    let strides = steps.load(SeqCst);
                    assert!(strides < 2_500, "{query:?}: {strides} strides");
                    window
                };
                let (first, last) = (window(Anchor::First), window(Anchor::Last));
                let middle = window(Anchor::Around {
                    place: first.rows[ROWS - 1].place.clone(),
                    above: ROWS / 2,
                });
                window(Anchor::After(middle.rows[ROWS - 1].place.clone()));
                window(Anchor::Before(last.rows[0].place.clone()));
            }
        }
    }

    /// Steps of `SQLite`'s machine between two looks at how many there were.
    const STRIDE: i32 = 10;

    fn counted(store: &mut Store) -> Arc<AtomicUsize> {
        let steps = Arc::new(AtomicUsize::new(0));
        let counting = Arc::clone(&steps);
        let count = move || {
            counting.fetch_add(1, SeqCst);
            false
        };
        let handler = store.connection_mut().progress_handler(STRIDE, Some(count));
        handler.expect("counted");
        steps
    }

    #[test]
    fn what_a_filter_asks_for_is_found_by_an_index() {
        let store = mixed("facts");
        for (text, by) in [
            ("state:soon", "api_keys_by_expiry"),
            ("state:expired", "api_keys_by_expiry"),
            ("state:no-access", "api_keys_with_role"),
            ("state:undelivered", "api_keys_undelivered"),
            ("state:locked", "api_keys_locked"),
            ("state:limited", "COVERING INDEX api_keys_bounded"),
            ("state:deleted", "api_keys_deleted"),
            ("role:x", "api_keys_with_role"),
            ("service:crm", "api_keys_with_role"),
            ("expires:never", "api_keys_by_expiry"),
            ("expires:<30d", "api_keys_by_expiry"),
            ("expires:2026-01-01", "api_keys_by_expiry"),
            ("used:never", "api_keys_by_sign_in"),
            ("used:<30d", "api_keys_by_sign_in"),
            ("used:2026-01-01", "api_keys_by_sign_in"),
            ("created:<30d", "api_keys_by_creation"),
            ("created:>30d", "api_keys_by_creation"),
            ("by:alice", "api_keys_by_creator_sort"),
            ("owner:acme", "api_keys_by_owner"),
            ("from:10.0", "api_keys_bounded"),
            ("id:42", "INTEGER PRIMARY KEY"),
            ("id:>42", "INTEGER PRIMARY KEY"),
        ] {
            let filter = Filter::<KeyRow>::parse(text, Tz::UTC).expect("a filter");
            let plan = store.read(|tx| {
                let asked = conditions(tx, &filter, AS_OF)?;
                let [driver] = &asked.drivers[..] else {
                    panic!("{text}: {:?}", asked.drivers);
                };
                Ok::<_, Fault>(plan(tx, &driver.ids::<KeyRow>(None)))
            });
            let plan = plan.expect("planned");
            assert!(plan.contains(by), "{text}: {plan}");
            assert!(!plan.contains("SCAN k\n"), "{text}: {plan}");
        }
    }

    #[test]
    fn counts_and_places_read_an_index_and_never_the_table() {
        let store = mixed("counts");
        for text in [
            "",
            "state:active",
            "state:locked",
            "state:expired",
            "role:x",
            "expires:>30d",
        ] {
            let filter = Filter::<KeyRow>::parse(text, Tz::UTC).expect("a filter");
            let plan = store.read(|tx| {
                let asked = conditions(tx, &filter, AS_OF)?;
                let condition = &asked.all;
                Ok::<_, Fault>(plan(
                    tx,
                    &format!("SELECT count(*) FROM api_keys k WHERE {condition}"),
                ))
            });
            let plan = plan.expect("planned");
            assert!(plan.contains("COVERING INDEX"), "{text}: {plan}");
        }
    }
}
