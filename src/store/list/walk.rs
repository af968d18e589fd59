//! Walking a list in one order under one filter, and what is done where that leads too far.
//!
//! Mostly the rows that a filter shows lie close enough together in the order that is asked for. Where an index has few
//! rows for one of the terms, these are looked at and sorted; where a walk has gone far and the window is not full yet, all
//! rows are found once, and the walk goes by their IDs.

use std::marker::PhantomData;
use std::sync::Arc;

use crate::domain::list::{Listed, Order, Place, SortValue, Window, WindowQuery};
use crate::domain::state::AsOf;
use crate::domain::trouble::Fault;
use crate::store::list::filter::{Conditions, Part, conditions_with};
use crate::store::list::ids::Ids;
use crate::store::list::milestones::{Milestones, Rows};
use crate::store::list::rows::Driver;
use crate::store::list::words::last_event;
use crate::store::list::{Direction, Source};
use crate::store::sql::{Bound, Columns, Named};
use crate::store::{Tx, dialect};

/// Walking a list in one order under one filter.
pub struct Walk<'a, L: Source> {
    tx: &'a Tx<'a>,
    order: Order<L::SortBy>,
    asked: Conditions,
    parts: Option<Vec<Part>>,
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
            asked: conditions_with(tx, &query.filter, as_of, true)?,
            parts: L::parts(query.order.by, tx)?,
            list: PhantomData,
        })
    }

    /// A walk that looks for words in the database, and goes no further than it is allowed, where those of all keys are not
    /// in memory yet.
    pub fn without_words(
        tx: &'a Tx<'a>,
        query: &WindowQuery<L>,
        as_of: AsOf,
    ) -> Result<Option<Walk<'a, L>>, Fault> {
        if !L::IN_MEMORY || tx.finder.has_words() {
            return Ok(None);
        }
        let asked = conditions_with(tx, &query.filter, as_of, false)?;
        if !asked.lacks_words {
            return Ok(None);
        }
        Ok(Some(Walk {
            asked,
            tx,
            order: query.order,
            parts: L::parts(query.order.by, tx)?,
            list: PhantomData,
        }))
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
            Some(_) => self.through(from, direction, wanted, &mut rows)?,
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
        from: Option<&Place>,
        direction: Direction,
        wanted: usize,
        rows: &mut Vec<L>,
    ) -> Result<(), Fault> {
        for part in self.ordered(direction).unwrap_or_default() {
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
        // So it is where only an ID is known.
        if place.value == SortValue::Number(0) && !self.is_of_this_order(place)? {
            return Ok(0);
        }
        if let Some(exact) = self.sets()? {
            return self.before_in(&exact, place);
        }
        if self.has_milestones() {
            return self.before_by_milestones(place);
        }
        let direction = Direction::of(self.order, false);
        let values = values_of(place);
        let seeks = seeks::<L>(self.order.by, true, direction);
        let counts = seeks
            .iter()
            .map(|seek| self.asked.count_of_part::<L>(self.tx, None, seek, &values));
        counts.sum()
    }

    /// All rows that are shown, where they are better looked for in a set than in the order.
    fn sets(&self) -> Result<Option<Arc<Ids>>, Fault> {
        if !self.asked.is_narrow && !self.by_id() {
            return Ok(None);
        }
        self.asked.exact::<L>(self.tx)
    }

    /// Whether rows are in the order of their IDs, all of them or those of each part.
    fn by_id(&self) -> bool {
        self.parts.is_some() || L::column(self.order.by) == L::ID
    }

    fn before_in(&self, ids: &Arc<Ids>, place: &Place) -> Result<i64, Fault> {
        let sum = |counts: usize| i64::try_from(counts).unwrap_or(i64::MAX);
        let before = |ids: &Ids| {
            if self.order.descending {
                ids.len() - ids.below(place.id.saturating_add(1))
            } else {
                ids.below(place.id)
            }
        };
        if let Some(parts) = self.ordered(Direction::of(self.order, true)) {
            let mut all = 0;
            for part in self
                .asked
                .of_parts::<L>(self.tx, Arc::clone(ids), parts.into_iter())
            {
                let (part, these) = part?;
                if part.value == place.value {
                    return Ok(sum(all + before(&these)));
                }
                all += these.len();
            }
            return Ok(sum(all));
        }
        if self.by_id() {
            return Ok(sum(before(ids)));
        }
        let Some(set) = self.tx.finder.number(Arc::clone(ids)) else {
            return Ok(0);
        };
        let (values, direction) = (values_of(place), Direction::of(self.order, false));
        let seeks = seeks::<L>(self.order.by, true, direction);
        let count = |seek: &String| self.asked.count_in_set::<L>(self.tx, set, seek, &values);
        seeks.iter().map(count).sum()
    }

    /// The first and the last ID of a list of which all rows are shown and none is missing between them.
    fn ends(&self) -> Result<Option<(i64, i64)>, Fault> {
        if !self.by_id() {
            return Ok(None);
        }
        let (id, table) = (L::ID, L::TABLE);
        let ends =
            format!("SELECT (SELECT min({id}) FROM {table}), (SELECT max({id}) FROM {table})");
        let found: Option<(Option<i64>, Option<i64>)> = self.tx.row(&ends, ())?;
        Ok(found.and_then(|(first, last)| first.zip(last)))
    }

    /// How many rows come before a place, where nothing narrows the list.
    fn before_by_milestones(&self, place: &Place) -> Result<i64, Fault> {
        if let Some((first, last)) = self.ends()? {
            let before = if self.order.descending {
                last.saturating_sub(place.id)
            } else {
                place.id.saturating_sub(first)
            };
            return Ok(before.clamp(0, last - first + 1));
        }
        let before = self.ask_milestones(|milestones, rows| {
            let (before, is_there) = milestones.before(place, rows)?;
            Ok(if self.order.descending {
                milestones.rows() - before - usize::from(is_there)
            } else {
                before
            })
        })?;
        Ok(i64::try_from(before.unwrap_or(0)).unwrap_or(i64::MAX))
    }

    /// The place of the row that has so many before it, if there is one, where nothing narrows the list.
    fn nth_by_milestones(&self, before: usize) -> Result<Option<Place>, Fault> {
        if let Some((first, last)) = self.ends()? {
            let steps = i64::try_from(before).unwrap_or(i64::MAX);
            let id = if self.order.descending {
                last.saturating_sub(steps)
            } else {
                first.saturating_add(steps)
            };
            let value = SortValue::Number(id);
            let place = (first..=last).contains(&id).then_some(Place { value, id });
            return Ok(place);
        }
        let nth = self.ask_milestones(|milestones, rows| {
            let number = if self.order.descending {
                milestones.rows().checked_sub(before.saturating_add(1))
            } else {
                Some(before)
            };
            number.map_or(Ok(None), |number| milestones.nth(number, rows))
        })?;
        Ok(nth.flatten())
    }

    /// Whether rows are numbered, by milestones or by their IDs: nothing narrows the list.
    fn has_milestones(&self) -> bool {
        let is_whole = !self.asked.is_narrow && self.asked.kept.is_none();
        is_whole && self.tx.finder.has_sets() && (L::IS_GAPLESS || !self.by_id())
    }

    /// Asks the milestones of the order.
    fn ask_milestones<T>(
        &self,
        ask: impl FnOnce(&Milestones, &dyn Rows) -> Result<T, Fault>,
    ) -> Result<Option<T>, Fault> {
        let order = format!("{} {}", L::TABLE, L::column(self.order.by));
        let version = if L::is_told(self.order.by) {
            0
        } else {
            self.tx.engine.data_version()?
        };
        let as_of = (last_event(self.tx)?, version);
        let finder = &self.tx.finder;
        finder.milestones((&order, as_of), self, |milestones| ask(milestones, self))
    }

    /// The parts of the order, as they come in this direction.
    fn ordered(&self, direction: Direction) -> Option<Vec<&Part>> {
        let mut ordered: Vec<&Part> = self.parts.as_ref()?.iter().collect();
        if direction == Direction::Down {
            ordered.reverse();
        }
        Some(ordered)
    }

    /// The place of the row that has so many before it.
    fn nth(&self, mut before: usize) -> Result<Option<Place>, Fault> {
        if let Some(exact) = self.sets()? {
            return self.nth_in(&exact, before);
        }
        if self.has_milestones() {
            return self.nth_by_milestones(before);
        }
        let Some(ordered) = self.ordered(Direction::of(self.order, true)) else {
            return self.nth_of(None, before);
        };
        for part in ordered {
            if let Some(place) = self.nth_of(Some(part), before)? {
                return Ok(Some(place));
            }
            let has = self
                .asked
                .count_of_part::<L>(self.tx, Some(part), "TRUE", &[])?;
            before = before.saturating_sub(usize::try_from(has).unwrap_or(0));
        }
        Ok(None)
    }

    fn nth_in(&self, ids: &Arc<Ids>, mut before: usize) -> Result<Option<Place>, Fault> {
        let nth = |ids: &Ids, before: usize| {
            if self.order.descending {
                let lower = ids.len().checked_sub(before + 1)?;
                return ids.nth(lower);
            }
            ids.nth(before)
        };
        if let Some(parts) = self.ordered(Direction::of(self.order, true)) {
            for part in self
                .asked
                .of_parts::<L>(self.tx, Arc::clone(ids), parts.into_iter())
            {
                let (part, these) = part?;
                if let Some(id) = nth(&these, before) {
                    let value = part.value.clone();
                    return Ok(Some(Place { value, id }));
                }
                before -= these.len();
            }
            return Ok(None);
        }
        if self.by_id() {
            let place = |id| Place {
                value: SortValue::Number(id),
                id,
            };
            return Ok(nth(ids, before).map(place));
        }
        let Some(set) = self.tx.finder.number(Arc::clone(ids)) else {
            return Ok(None);
        };
        let more = [(":set".to_owned(), set.into())];
        let found = dialect::found(":set", L::ID);
        self.nth_among(None, &found, &more, before)
    }

    fn nth_of(&self, part: Option<&Part>, before: usize) -> Result<Option<Place>, Fault> {
        self.nth_among(part, &self.asked.all, &[], before)
    }

    fn nth_among(
        &self,
        part: Option<&Part>,
        condition: &str,
        more: &[(String, Bound)],
        before: usize,
    ) -> Result<Option<Place>, Fault> {
        let (id, table) = (L::ID, L::TABLE);
        let sort = L::column(self.order.by);
        let word = Direction::of(self.order, true).word();
        let (by, within, hint) = self.of(part);
        let mut values = self.asked.values_and(more);
        values.push((":first".to_owned(), before.into()));
        let sql = format!(
            "SELECT {sort} AS sort, {id} FROM {table} {hint} WHERE {within} AND {condition}
             ORDER BY {by} {word}, {id} {word} LIMIT 1 OFFSET :first"
        );
        self.tx.row(&sql, &values)
    }

    pub fn around(&self, place: &Place, above: usize, most: usize) -> Result<Window<L>, Fault> {
        let mut found: Vec<L> = Vec::new();
        self.this(place.id, &mut found)?;
        let here = found.first().map_or(place, Listed::place).clone();
        if found.is_empty() && !self.is_of_this_order(&here)? {
            let (rows, more_after) = self.rows(None, true, most)?;
            return Ok(Window {
                rows,
                more_before: false,
                more_after,
                at: 0,
            });
        }
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

    /// Whether a place can be compared with those of the rows. Where only an ID was known, a number stands for its value.
    fn is_of_this_order(&self, place: &Place) -> Result<bool, Fault> {
        let (first, _) = self.rows(None, true, 1)?;
        let of = |value: &SortValue| matches!(value, SortValue::Text(_));
        Ok(first
            .first()
            .is_none_or(|row| of(&row.place().value) == of(&place.value)))
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
            None => {
                let index = L::index(self.order.by);
                let within = self.asked.within(index).unwrap_or("TRUE");
                (L::column(self.order.by), within.to_owned(), String::new())
            }
            Some(part) => {
                let hint = dialect::by(part.index);
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
        let read = |among: Among<'_>, more: &[(String, Bound)], rows: &mut Vec<L>| {
            let sql = self.sql(part, &among, seek, direction);
            self.read(&sql, more, from, most, rows)
        };
        let finder = &self.tx.finder;
        let is_narrow = self.asked.is_narrow || part.is_some_and(|part| part.index.is_none());
        if !is_narrow || self.asked.lacks_words {
            return read(Among::Order, &[], rows);
        }
        let driver = part.and_then(|part| part.rows.driver::<L>());
        let reach = finder.reach();
        let drivers = driver.as_ref().into_iter();
        if let Some((driver, _)) = self.asked.best::<L>(self.tx, drivers, reach.few)? {
            return read(Among::Driver(driver), &[], rows);
        }
        let before = rows.len();
        let walk = || read(Among::Order, &[], rows);
        if finder.within(reach.looks, walk)?.is_some() {
            return Ok(());
        }
        rows.truncate(before);
        if let Some(part) = part
            && let Some(ids) = self.asked.whole_part::<L>(self.tx, part)?
        {
            return self.select_in(&ids, Some(part), seek, direction, from, most, rows);
        }
        let Some(exact) = self.asked.exact::<L>(self.tx)? else {
            let ids = self.asked.each::<L>(self.tx, part)?;
            return self.select_in(&ids, part, seek, direction, from, most, rows);
        };
        let Some(part) = part else {
            return self.select_in(&exact, None, seek, direction, from, most, rows);
        };
        if exact.len() == 0 {
            return Ok(());
        }
        if part.index.is_some()
            && let Some(number) = finder.number(Arc::clone(&exact))
        {
            let set = [(":set".to_owned(), number.into())];
            let walk = || read(Among::Set(":set"), &set, rows);
            if finder.within(reach.looks_in_set, walk)?.is_some() {
                return Ok(());
            }
            rows.truncate(before);
        }
        let mut these = self
            .asked
            .of_parts::<L>(self.tx, exact, std::iter::once(part));
        match these.next() {
            Some(these) => self.select_in(&these?.1, Some(part), seek, direction, from, most, rows),
            None => Ok(()),
        }
    }

    /// Adds those rows of a set beyond a place.
    #[expect(clippy::too_many_arguments, reason = "as of `select`")]
    fn select_in(
        &self,
        ids: &Arc<Ids>,
        part: Option<&Part>,
        seek: &str,
        direction: Direction,
        from: Option<&Place>,
        most: usize,
        rows: &mut Vec<L>,
    ) -> Result<(), Fault> {
        let (finder, reach) = (&self.tx.finder, self.tx.finder.reach());
        let of_list = |ids: Vec<i64>, rows: &mut Vec<L>| {
            let listed: serde_json::Value = ids.into();
            let listed = (":set".to_owned(), listed.to_string().into());
            let sql = self.sql(part, &Among::Listed(":set"), seek, direction);
            self.read(&sql, &[listed], from, most, rows)
        };
        if self.by_id() {
            let from = from.filter(|_| seek != "TRUE").map(|place| place.id);
            return of_list(
                match direction {
                    Direction::Up => ids.above(from.unwrap_or(-1), most),
                    Direction::Down => ids.under(from.unwrap_or(i64::MAX), most),
                },
                rows,
            );
        }
        if ids.len() <= reach.few {
            return of_list(ids.iter().collect(), rows);
        }
        let Some(number) = finder.number(Arc::clone(ids)) else {
            return of_list(ids.iter().collect(), rows);
        };
        let set = (":set".to_owned(), number.into());
        let walk = |rows: &mut Vec<L>| {
            let sql = self.sql(part, &Among::Set(":set"), seek, direction);
            self.read(&sql, std::slice::from_ref(&set), from, most, rows)
        };
        let before = rows.len();
        if ids.len() <= reach.sorted {
            if finder.within(reach.looks_in_set, || walk(rows))?.is_some() {
                return Ok(());
            }
            rows.truncate(before);
            return of_list(ids.iter().collect(), rows);
        }
        walk(rows)
    }

    fn read(
        &self,
        sql: &str,
        more: &[(String, Bound)],
        from: Option<&Place>,
        most: usize,
        rows: &mut Vec<L>,
    ) -> Result<(), Fault> {
        let mut values = self.asked.values_and(more);
        values.push((":most".to_owned(), most.into()));
        values.extend(from.into_iter().flat_map(values_of));
        let take = |mut columns: Columns<'_>| {
            rows.push(L::read(&mut columns)?);
            Ok(false)
        };
        self.tx.each(sql, &values, take).map(|_| ())
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
        let none = dialect::by(None);
        let some = |among: &str, condition: &str| {
            format!(
                "{select} WHERE {id} IN (SELECT {id} FROM {table} {none} WHERE {id} IN ({among})
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
                let found = dialect::found(set, id);
                format!("{select} {hint} WHERE {seek} AND {within} AND {found} {order} LIMIT :most")
            }
            Among::Driver(driver) => {
                let among = driver.ids::<L>(self.asked.kept.as_deref());
                some(&among, &format!("{within} AND {condition}"))
            }
            Among::Listed(set) => some(&dialect::numbers(set), &within),
        }
    }
}

impl<L: Source> Rows for Walk<'_, L> {
    fn each(
        &self,
        beyond: Option<&Place>,
        take: &mut dyn FnMut(Columns<'_>) -> Result<bool, Fault>,
    ) -> Result<(), Fault> {
        let (sort, id, table) = (L::column(self.order.by), L::ID, L::TABLE);
        let mut values = self.asked.values.clone();
        values.extend(beyond.into_iter().flat_map(values_of));
        for seek in seeks::<L>(self.order.by, beyond.is_some(), Direction::Up) {
            let all = &self.asked.all;
            let sql = format!(
                "SELECT {sort} AS sort, {id} FROM {table} WHERE {seek} AND {all} ORDER BY {sort}, {id}"
            );
            let mut is_enough = false;
            self.tx.each(&sql, &values, |columns| {
                is_enough = take(columns)?;
                Ok(is_enough)
            })?;
            if is_enough {
                break;
            }
        }
        Ok(())
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

fn values_of(place: &Place) -> Named {
    let value = match &place.value {
        SortValue::Number(number) => Bound::from(*number),
        SortValue::Text(text) => Bound::from(text.clone()),
    };
    vec![
        (":value".to_owned(), value),
        (":id".to_owned(), place.id.into()),
    ]
}
