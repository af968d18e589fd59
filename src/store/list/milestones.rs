//! Milestones along an order: the place of every so-many-th row, found by one walk from its beginning to its end. With them
//! a row is found by its number, and the number of a row, by a walk over no more rows than lie between two of them.

use crate::domain::event::chain::Head;
use crate::domain::list::{Place, SortValue};
use crate::domain::trouble::Fault;
use crate::store::sql::Columns;

/// So many rows lie between one and the next.
const STEP: usize = 1_000;

/// As of when milestones are where they are: after an event, or after a change of which not every one has its event.
pub type AsOf = (Head, i64);

/// The milestones of one order, upwards.
#[derive(Default)]
pub struct Milestones {
    order: String,
    as_of: Option<AsOf>,
    /// Of the rows with the numbers 0, [`STEP`] and so on.
    places: Vec<Place>,
    /// How many rows there are up to the last of them, and, of a whole order, in all.
    rows: usize,
    is_whole: bool,
}

/// Calls a function with the sort value and ID of one row after another, upwards from beyond a place or from the first
/// one, until it says that it has enough.
pub trait Rows {
    fn each(
        &self,
        beyond: Option<&Place>,
        take: &mut dyn FnMut(Columns<'_>) -> Result<bool, Fault>,
    ) -> Result<(), Fault>;
}

impl Milestones {
    /// Sets those up that are missing. Where a question that supersedes this one comes between, those that are there stay.
    pub fn bring_up_to_date(
        &mut self,
        order: &str,
        as_of: AsOf,
        rows: &dyn Rows,
    ) -> Result<(), Fault> {
        if self.order != order || self.as_of != Some(as_of) {
            *self = Milestones {
                order: order.to_owned(),
                as_of: Some(as_of),
                ..Milestones::default()
            };
        }
        if self.is_whole {
            return Ok(());
        }
        let last = self.places.last().cloned();
        let mut seen = self.places.len().saturating_sub(1) * STEP + usize::from(last.is_some());
        rows.each(last.as_ref(), &mut |mut row| {
            if seen.is_multiple_of(STEP) {
                self.places.push(row.place()?);
            }
            seen += 1;
            Ok(false)
        })?;
        self.rows = seen;
        self.is_whole = true;
        Ok(())
    }

    /// How many rows there are.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The place of the row with this number.
    pub fn nth(&self, number: usize, rows: &dyn Rows) -> Result<Option<Place>, Fault> {
        let Some(milestone) = self.places.get(number / STEP) else {
            return Ok(None);
        };
        let mut left = number % STEP;
        if left == 0 {
            return Ok(Some(milestone.clone()));
        }
        let mut found = None;
        rows.each(Some(milestone), &mut |mut row| {
            left -= 1;
            if left == 0 {
                found = Some(row.place()?);
            }
            Ok(left == 0)
        })?;
        Ok(found)
    }

    /// How many rows come before a place, and whether there is a row at it.
    pub fn before(&self, place: &Place, rows: &dyn Rows) -> Result<(usize, bool), Fault> {
        fn key(place: &Place) -> (&SortValue, i64) {
            (&place.value, place.id)
        }
        let behind = self.places.partition_point(|one| key(one) < key(place));
        let Some(last) = behind.checked_sub(1) else {
            return Ok((0, self.places.first() == Some(place)));
        };
        let (mut before, mut is_there) = (last * STEP + 1, false);
        rows.each(self.places.get(last), &mut |mut row| {
            let here = row.place()?;
            is_there = here == *place;
            if key(&here) < key(place) {
                before += 1;
                return Ok(false);
            }
            Ok(true)
        })?;
        Ok((before, is_there))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Tx;
    use crate::store::sql::Kind;
    use rusqlite::Connection;

    /// Rows in twos and threes of the same value, in a table of their own.
    struct Table(Connection);

    impl Rows for Table {
        fn each(
            &self,
            beyond: Option<&Place>,
            take: &mut dyn FnMut(Columns<'_>) -> Result<bool, Fault>,
        ) -> Result<(), Fault> {
            let (value, id) = match beyond {
                Some(Place {
                    value: SortValue::Number(value),
                    id,
                }) => (*value, *id),
                _ => (i64::MIN, 0),
            };
            let sql = "SELECT value, id FROM rows WHERE (value, id) > (?1, ?2) ORDER BY value, id";
            let tx = Tx::begin(&self.0, Kind::Read)?;
            tx.each(sql, (value, id), take).map(|_| ())
        }
    }

    #[test]
    fn a_row_has_its_number_and_a_number_its_row() {
        let connection = Connection::open_in_memory().expect("opened");
        let all = 3 * STEP + 7;
        let sql = format!(
            "CREATE TABLE rows (id INTEGER PRIMARY KEY, value INTEGER);
             WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {all})
             INSERT INTO rows SELECT i, i * 7919 % 1300 FROM n"
        );
        connection.execute_batch(&sql).expect("filled");
        let rows = Table(connection);
        let mut milestones = Milestones::default();
        let as_of = (Head::START, 1);
        let done = milestones.bring_up_to_date("value", as_of, &rows);
        assert_eq!(done, Ok(()));
        assert_eq!(milestones.rows(), all);
        let mut places = Vec::new();
        let read = rows.each(None, &mut |mut row| {
            places.push(row.place()?);
            Ok(false)
        });
        assert_eq!(read, Ok(()));
        for (number, place) in places.iter().enumerate().step_by(37).chain([
            (0, &places[0]),
            (STEP, &places[STEP]),
            (all - 1, &places[all - 1]),
        ]) {
            assert_eq!(milestones.nth(number, &rows), Ok(Some(place.clone())));
            assert_eq!(milestones.before(place, &rows), Ok((number, true)));
            let beside = Place {
                id: place.id + 1_000_000,
                ..place.clone()
            };
            let (before, is_there) = milestones.before(&beside, &rows).expect("found");
            assert!(before > number && !is_there);
        }
        assert_eq!(milestones.nth(all, &rows), Ok(None));
    }
}
