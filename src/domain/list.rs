//! Lists: what is asked of them, and the windows that come back. Nothing ever holds a whole list.

mod chosen;
mod keys;
mod roles;
mod users;

use std::fmt::Debug;

use crate::domain::filter::{self, Field, Mistake, Sight, Term};
use crate::domain::rights::Right;
use crate::domain::tz::Tz;

pub use chosen::{ChosenColumn, WIDTHS};
pub use keys::{EarlierSecret, KeyField, KeyRow, KeySort};
pub use roles::{RoleField, RoleRow, RoleSort};
pub use users::{UserField, UserRow, UserSort};

/// The most characters of the text that a list is filtered by.
pub const FILTER_MAX: usize = 200;

/// The most rows that can be marked.
pub const MARKS_MAX: usize = 10_000;

/// A kind of row, with what its list can be sorted and filtered by.
pub trait Listed: Clone + Debug + PartialEq + Send + 'static {
    type SortBy: Copy + Debug + PartialEq + Send + 'static;
    /// What a term of the filter can ask for.
    type Field: Copy + Debug + PartialEq + Send + Sync + 'static;

    /// The right that one needs to see the list.
    const NEEDS: Right;
    /// What a term of the filter can ask for, in the order in which it is offered.
    const FIELDS: &'static [Field<Self::Field>];
    /// What is worth counting, in the order in which it is told.
    const SIGHTS: &'static [Sight] = &[];
    /// The list's name, by which is kept how a user has it.
    const LIST: &'static str;
    /// All that the list can be sorted by.
    const SORTS: &'static [Self::SortBy];
    /// The order that the list begins with.
    const FIRST_ORDER: Order<Self::SortBy>;

    /// Where the row is in the order in which it was read.
    fn place(&self) -> &Place;
}

/// An order of a list. Ties are in the order of the IDs, reversed with it. Unset values are last: a key that never
/// expires expires after every other, and one that was never used comes after every used one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Order<S> {
    pub by: S,
    pub descending: bool,
}

impl<S: Copy + PartialEq + 'static> Order<S> {
    /// The order by the next of these columns, round and round.
    #[must_use]
    pub fn next(self, columns: &[S]) -> Order<S> {
        let at = columns.iter().position(|by| *by == self.by);
        let next = at.map_or(0, |at| (at + 1) % columns.len());
        Order::upwards(columns[next])
    }

    /// The order by this column, from its least value on.
    #[must_use]
    pub fn upwards(by: S) -> Order<S> {
        let descending = false;
        Order { by, descending }
    }

    /// This order the other way round.
    #[must_use]
    pub fn reversed(self) -> Order<S> {
        Order {
            descending: !self.descending,
            ..self
        }
    }
}

/// Which rows are shown.
#[derive(Clone, Debug, PartialEq)]
pub struct Filter<L: Listed> {
    /// All of them must hold.
    pub terms: Vec<Term<L::Field>>,
    /// The ID of a row that is shown in any case: one that was just acted on stays until the cursor leaves it.
    pub keep: Option<i64>,
}

impl<L: Listed> Default for Filter<L> {
    fn default() -> Filter<L> {
        Filter {
            terms: Vec::new(),
            keep: None,
        }
    }
}

impl<L: Listed> Filter<L> {
    /// The sights that are told beside the list, each with the sentence for it.
    pub fn told() -> impl Iterator<Item = (Sight, &'static str)> {
        let told = |sight: &Sight| Some((*sight, sight.told?));
        L::SIGHTS.iter().filter_map(told)
    }

    /// What of this filter's rows is in a sight.
    #[must_use]
    pub fn in_sight(&self, sight: Sight) -> Filter<L> {
        let mut filter = self.clone();
        // A sight's term is one, whatever the zone; a test sees to it.
        let terms = filter::parse(L::FIELDS, sight.term, Tz::UTC);
        filter.terms.extend(terms.unwrap_or_default());
        filter.keep = None;
        filter
    }

    /// The filter that somebody has typed, who sees times in `zone`.
    ///
    /// # Errors
    /// What of it is no term: it asks for no rows.
    pub fn parse(text: &str, zone: Tz) -> Result<Filter<L>, Vec<Mistake>> {
        let terms = filter::parse(L::FIELDS, text, zone)?;
        Ok(Filter { terms, keep: None })
    }
}

/// A row's place in an order: the value that it is sorted by, and its ID.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub value: SortValue,
    pub id: i64,
}

/// A value of a sort column, as the store compares it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SortValue {
    Number(i64),
    Text(String),
}

/// Where a window lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Anchor {
    First,
    Last,
    /// The rows that follow this place.
    After(Place),
    /// The rows that come before this place.
    Before(Place),
    /// Around the row that has so many before it; the last ones, where there are not so many.
    Row(usize),
    /// Around the row with this ID, wherever it is now; where it is gone, around the place that it had. Up to
    /// `above` rows come before it.
    Around {
        place: Place,
        above: usize,
    },
}

/// A question to a list.
#[derive(Clone, Debug, PartialEq)]
pub struct WindowQuery<L: Listed> {
    pub filter: Filter<L>,
    pub order: Order<L::SortBy>,
    pub anchor: Anchor,
    /// The most rows that come back.
    pub rows: usize,
}

/// A part of a list, in its order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window<L> {
    pub rows: Vec<L>,
    /// There are rows before the first.
    pub more_before: bool,
    /// There are rows after the last.
    pub more_after: bool,
    /// With [`Anchor::Row`] and [`Anchor::Around`]: the index of that row, or of the one that took its place (the last row, where
    /// nothing follows). 0 otherwise and in an empty window.
    pub at: usize,
}

/// How many rows there are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Rows that the filter shows.
    pub shown: i64,
    pub all: i64,
    /// How many of those that are shown are in each of the sights that are told beside the list.
    pub told: Vec<i64>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::trail::EventRow;

    fn names<L: Listed>() {
        let names: Vec<&str> = L::FIELDS.iter().map(|field| field.name).collect();
        for (index, name) in names.iter().enumerate() {
            assert!(!names[index + 1..].contains(name), "{name} twice");
        }
        for sight in L::SIGHTS {
            let filter = Filter::<L>::parse(sight.term, Tz::UTC).expect(sight.term);
            assert!(filter.terms.len() <= 1, "{}", sight.term);
        }
    }

    #[test]
    fn no_field_has_the_name_of_another_and_every_sight_is_a_term() {
        names::<KeyRow>();
        names::<UserRow>();
        names::<RoleRow>();
        names::<EventRow>();
    }

    #[test]
    fn the_next_order_goes_round_and_begins_upwards() {
        let order = KeyRow::FIRST_ORDER.reversed();
        assert!(order.descending);
        let mut seen = vec![order.by];
        let mut next = order.next(KeyRow::SORTS);
        while next.by != order.by {
            assert!(!next.descending && !seen.contains(&next.by));
            seen.push(next.by);
            next = next.next(KeyRow::SORTS);
        }
        assert_eq!(seen.len(), KeyRow::SORTS.len());
    }
}
