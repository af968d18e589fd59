//! Walking a list in one order under one filter, and what is done where that leads too far.
//!
//! Mostly the rows that a filter shows lie close enough together in the order that is asked for. Where an index has few
//! rows for one of the terms, these are looked at and sorted; where a walk has gone far and the window is not full yet, all
//! rows are found once, and the walk goes by their IDs.

use std::marker::PhantomData;
use std::sync::Arc;

use rusqlite::types::Value;

use crate::domain::list::{Listed, Order, Place, SortValue, Window, WindowQuery};
use crate::domain::state::AsOf;
use crate::domain::trouble::Fault;
use crate::store::Tx;
use crate::store::convert::limit;
use crate::store::list::filter::{Conditions, Driver, Part, Values, bind, conditions};
use crate::store::list::ids::Ids;
use crate::store::list::{Direction, Source};
use crate::store::query::Columns;

/// Walking a list in one order under one filter.
pub struct Walk<'a, L: Source> {
    tx: &'a Tx<'a>,
    order: Order<L::SortBy>,
    asked: Conditions,
    parts: Option<Vec<Part>>,
    now: i64,
    list: PhantomData<L>,
}

/// Where a statement looks for rows.
pub(super) enum Among<'s> {
    /// In the order.
    Order,
    /// Among those that are found by this; of which the filter and the part show some.
    Driver(&'s Driver),
    /// Among the set under this name, all of which are shown: one by one, or sorted.
    Set(&'s str),
    Listed(&'s str),
}

impl<'a, L: Source> Walk<'a, L> {
    pub fn new(tx: &'a Tx<'a>, query: &WindowQuery<L>, as_of: AsOf) -> Result<Walk<'a, L>, Fault> {
        Ok(Walk {
            tx,
            order: query.order,
            asked: conditions(tx, &query.filter, as_of)?,
            parts: L::parts(query.order.by, tx)?,
            now: as_of.now.0,
            list: PhantomData,
        })
    }

    /// Up to `most` rows beyond a place (or from the end of the list), in the list's order, and whether there are
    /// more in that direction.
    pub fn rows(
        &self,
        from: Option<&Place>,
        forward: bool,
        most: usize,
    ) -> Result<(Vec<L>, bool), Fault> {
        let wanted = most + 1;
        let direction = Direction::of(self.order, forward);
        let mut rows = Vec::new();
        match &self.parts {
            Some(parts) => self.through(parts, from, direction, wanted, &mut rows)?,
            None => {
                for seek in seeks::<L>(self.order.by, from.is_some(), direction) {
                    if rows.len() < wanted {
                        let left = wanted - rows.len();
                        self.select(None, &seek, direction, from, left, &mut rows)?;
                    }
                }
            }
        }
        let more = rows.len() > most;
        rows.truncate(most);
        if !forward {
            rows.reverse();
        }
        Ok((rows, more))
    }

    /// Goes from part to part, from the one that the place is in.
    fn through(
        &self,
        parts: &[Part],
        from: Option<&Place>,
        direction: Direction,
        wanted: usize,
        rows: &mut Vec<L>,
    ) -> Result<(), Fault> {
        let mut ordered: Vec<&Part> = parts.iter().collect();
        if direction == Direction::Down {
            ordered.reverse();
        }
        for part in ordered {
            if rows.len() >= wanted {
                break;
            }
            let seek = match from {
                Some(place) if place.value == part.value => {
                    format!("{} {} :id", L::ID, direction.beyond())
                }
                Some(place) if (place.value < part.value) != (direction == Direction::Up) => {
                    continue;
                }
                _ => "TRUE".to_owned(),
            };
            let left = wanted - rows.len();
            self.select(Some(part), &seek, direction, from, left, rows)?;
        }
        Ok(())
    }

    /// Whether there is a row beyond this one, or any row at all where there is none.
    pub fn any(&self, row: Option<&L>, forward: bool) -> Result<bool, Fault> {
        let (rows, _) = self.rows(row.map(Listed::place), forward, 1)?;
        Ok(!rows.is_empty())
    }

    /// A window with the row that has so many before it in the middle. Of the rows before that only the index is read.
    pub fn around_row(&self, before: usize, most: usize) -> Result<Window<L>, Fault> {
        let first = before.saturating_sub(most / 2);
        let Some(place) = self.nth(first)? else {
            let (rows, more_before) = self.rows(None, false, most)?;
            let at = rows.len().saturating_sub(1);
            return Ok(Window {
                rows,
                more_before,
                more_after: false,
                at,
            });
        };
        let window = self.around(&place, 0, most)?;
        let at = (before - first).min(window.rows.len().saturating_sub(1));
        Ok(Window { at, ..window })
    }

    /// How many rows come before a place.
    pub fn before(&self, place: &Place) -> Result<i64, Fault> {
        let direction = Direction::of(self.order, false);
        let values = values_of(place);
        let seeks = seeks::<L>(self.order.by, true, direction);
        let counts = seeks
            .iter()
            .map(|seek| self.asked.count::<L>(self.tx, None, seek, &values));
        counts.sum()
    }

    /// The place of the row that has so many before it.
    fn nth(&self, mut before: usize) -> Result<Option<Place>, Fault> {
        let Some(parts) = &self.parts else {
            return self.nth_of(None, before);
        };
        let mut ordered: Vec<&Part> = parts.iter().collect();
        if self.order.descending {
            ordered.reverse();
        }
        for part in ordered {
            if let Some(place) = self.nth_of(Some(part), before)? {
                return Ok(Some(place));
            }
            let has = self.asked.count::<L>(self.tx, Some(part), "TRUE", &[])?;
            before = before.saturating_sub(usize::try_from(has).unwrap_or(0));
        }
        Ok(None)
    }

    fn nth_of(&self, part: Option<&Part>, before: usize) -> Result<Option<Place>, Fault> {
        let (id, table, condition) = (L::ID, L::TABLE, &self.asked.all);
        let sort = L::column(self.order.by);
        let word = Direction::of(self.order, true).word();
        let (by, within, hint) = self.of(part);
        let mut values = self.asked.values.clone();
        values.push((":first".to_owned(), limit(before).into()));
        let sql = format!(
            "SELECT {sort} AS sort, {id} FROM {table} {hint} WHERE {within} AND {condition}
             ORDER BY {by} {word}, {id} {word} LIMIT 1 OFFSET :first"
        );
        let mut query = self.tx.0.prepare_cached(&sql)?;
        bind(&mut query, &values)?;
        let mut found = query.raw_query();
        let row = found.next()?;
        Ok(row.map(|row| Columns::of(row).place()).transpose()?)
    }

    pub fn around(&self, place: &Place, above: usize, most: usize) -> Result<Window<L>, Fault> {
        let mut found: Vec<L> = Vec::new();
        self.this(place.id, &mut found)?;
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

    /// The row with this ID, if it is shown.
    pub fn this(&self, id: i64, rows: &mut Vec<L>) -> Result<(), Fault> {
        let place = Place {
            value: SortValue::Number(0),
            id,
        };
        let this = format!("{} = :id", L::ID);
        let sql = self.sql(None, &Among::Order, &this, Direction::Up);
        self.read(&sql, &[], Some(&place), 1, rows)
    }

    /// By what the rows of a part are sorted, which they are, and where `SQLite` is to read them.
    fn of(&self, part: Option<&Part>) -> (String, String, String) {
        match part {
            None => (L::column(self.order.by), "TRUE".to_owned(), String::new()),
            Some(part) => {
                let hint = match part.index {
                    Some(index) => format!("INDEXED BY {index}"),
                    None => "NOT INDEXED".to_owned(),
                };
                (L::ID.to_owned(), part.condition.clone(), hint)
            }
        }
    }

    /// Adds the rows of a part beyond a place.
    fn select(
        &self,
        part: Option<&Part>,
        seek: &str,
        direction: Direction,
        from: Option<&Place>,
        most: usize,
        rows: &mut Vec<L>,
    ) -> Result<(), Fault> {
        let read = |among: Among<'_>, more: &[(String, Value)], rows: &mut Vec<L>| {
            let sql = self.sql(part, &among, seek, direction);
            self.read(&sql, more, from, most, rows)
        };
        let finder = &self.tx.1;
        let is_narrow = self.asked.is_narrow || part.is_some_and(|part| part.index.is_none());
        if !is_narrow {
            return read(Among::Order, &[], rows);
        }
        let drivers = part.and_then(|part| part.driver.as_ref()).into_iter();
        let reach = finder.reach();
        if let Some((driver, _)) = self.asked.best::<L>(self.tx, drivers, reach.few)? {
            return read(Among::Driver(driver), &[], rows);
        }
        let before = rows.len();
        if finder.within(|| read(Among::Order, &[], rows))?.is_some() {
            return Ok(());
        }
        rows.truncate(before);
        let ids = self.all(part)?;
        if ids.len() > reach.sorted
            && let Some(number) = finder.number(Arc::clone(&ids))
        {
            return read(
                Among::Set(":set"),
                &[(":set".to_owned(), number.into())],
                rows,
            );
        }
        let listed: serde_json::Value = ids.iter().collect();
        let listed = (":set".to_owned(), listed.to_string().into());
        read(Among::Listed(":set"), &[listed], rows)
    }

    /// All rows of a part that the filter shows.
    fn all(&self, part: Option<&Part>) -> Result<Arc<Ids>, Fault> {
        let question = format!("{} {:?} {:?}", L::TABLE, self.asked.question, part);
        self.tx.1.once(self.tx, question, self.now, || {
            let mut ids = Ids::default();
            self.asked.each::<L>(self.tx, part, |id| ids.insert(id))?;
            Ok(ids)
        })
    }

    fn read(
        &self,
        sql: &str,
        more: &[(String, Value)],
        from: Option<&Place>,
        most: usize,
        rows: &mut Vec<L>,
    ) -> Result<(), Fault> {
        let mut values: Values = self.asked.values.clone();
        values.extend_from_slice(more);
        values.push((":most".to_owned(), limit(most).into()));
        values.extend(from.into_iter().flat_map(values_of));
        let mut query = self.tx.0.prepare_cached(sql)?;
        bind(&mut query, &values)?;
        let mut found = query.raw_query();
        while let Some(row) = found.next()? {
            rows.push(L::read(&mut Columns::of(row))?);
        }
        Ok(())
    }

    pub(super) fn sql(
        &self,
        part: Option<&Part>,
        among: &Among<'_>,
        seek: &str,
        direction: Direction,
    ) -> String {
        let (sort, word, condition) = (L::column(self.order.by), direction.word(), &self.asked.all);
        let (id, table, columns) = (L::ID, L::TABLE, L::COLUMNS);
        let (by, within, hint) = self.of(part);
        let order = format!("ORDER BY {by} {word}, {id} {word}");
        let select = format!("SELECT {sort} AS sort, {id}, {columns} FROM {table}");
        let some = |among: &str, condition: &str| {
            format!(
                "{select} WHERE {id} IN (SELECT {id} FROM {table} NOT INDEXED WHERE {id} IN ({among})
                     AND {seek} AND {condition} {order} LIMIT :most) {order}"
            )
        };
        match among {
            Among::Order => {
                format!(
                    "{select} {hint} WHERE {seek} AND {within} AND {condition} {order} LIMIT :most"
                )
            }
            Among::Set(set) => {
                format!(
                    "{select} {hint} WHERE {seek} AND {within} AND found({set}, {id}) {order} LIMIT :most"
                )
            }
            Among::Driver(driver) => {
                let among = driver.ids::<L>(self.asked.kept.as_deref());
                some(&among, &format!("{within} AND {condition}"))
            }
            Among::Listed(set) => some(&format!("SELECT value FROM json_each({set})"), "TRUE"),
        }
    }
}

/// What is beyond a place: first those with the same value, then the others.
pub(super) fn seeks<L: Source>(by: L::SortBy, is_from: bool, direction: Direction) -> Vec<String> {
    let (by, id, beyond) = (L::column(by), L::ID, direction.beyond());
    let others = format!("{by} {beyond} :value");
    if !is_from {
        vec!["TRUE".to_owned()]
    } else if by == id {
        vec![others]
    } else {
        vec![format!("{by} = :value AND {id} {beyond} :id"), others]
    }
}

fn values_of(place: &Place) -> Values {
    let value = match &place.value {
        SortValue::Number(number) => Value::from(*number),
        SortValue::Text(text) => Value::from(text.clone()),
    };
    vec![
        (":value".to_owned(), value),
        (":id".to_owned(), place.id.into()),
    ]
}
