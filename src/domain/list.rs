//! The list of API keys: what is asked for, and the windows that come back. Nothing ever holds the whole list.

use chrono_tz::Tz;

use crate::domain::api_key::KeyId;
use crate::domain::expiry::Expiry;
use crate::domain::state::{Facts, State, StateFilter};
use crate::domain::time::Timestamp;

/// What the list can be sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SortBy {
    #[default]
    Name,
    State,
    Expires,
    LastSignIn,
    Created,
    Id,
}

impl SortBy {
    /// All of them, in the order in which the next one is chosen.
    pub const ALL: [SortBy; 6] = [
        SortBy::Name,
        SortBy::State,
        SortBy::Expires,
        SortBy::LastSignIn,
        SortBy::Created,
        SortBy::Id,
    ];

    /// The next one, round and round.
    #[must_use]
    pub fn next(self) -> SortBy {
        let at = SortBy::ALL
            .iter()
            .position(|sort| *sort == self)
            .unwrap_or(0);
        SortBy::ALL[(at + 1) % SortBy::ALL.len()]
    }
}

/// An order of the list. Ties are in the order of the IDs, reversed with it. Unset values are last: a key that
/// never expires expires after every other, and one that was never used comes after every used one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Order {
    pub by: SortBy,
    pub descending: bool,
}

/// Which keys are shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Words, each of which must be in the name or description (compared as names are) or be the beginning of the
    /// ID; `id:42` is exactly that ID.
    pub text: String,
    pub state: StateFilter,
    /// A key that is shown in any case: one that was just acted on stays until the cursor leaves it.
    pub keep: Option<KeyId>,
}

/// A row's place in an order: the value that it is sorted by, and its ID.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub value: SortValue,
    pub id: KeyId,
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
    /// Around the key with this ID, wherever it is now; where it is gone, around the place that it had. Up to
    /// `above` rows come before it.
    Around {
        place: Place,
        above: usize,
    },
}

/// A question to the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WindowQuery {
    pub filter: Filter,
    pub order: Order,
    pub anchor: Anchor,
    /// The most rows that come back.
    pub rows: usize,
}

/// A part of the list, in its order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Window {
    pub rows: Vec<KeyRow>,
    /// There are rows before the first.
    pub more_before: bool,
    /// There are rows after the last.
    pub more_after: bool,
    /// With [`Anchor::Around`]: the index of that key, or of the row that took its place (the last row, where
    /// nothing follows). 0 otherwise and in an empty window.
    pub at: usize,
}

/// One row of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyRow {
    pub place: Place,
    pub name: String,
    /// The first line is enough for a list.
    pub description: String,
    pub role: String,
    pub zone: Tz,
    pub facts: Facts,
    pub expiry: Option<Expiry>,
    pub last_sign_in_at: Option<Timestamp>,
    pub created_at: Timestamp,
    pub created_by: String,
    /// The replaced secret that still works.
    pub retiring: Option<EarlierSecret>,
    /// A secret was issued and is waiting to be confirmed.
    pub pending: bool,
}

/// A replaced secret that still works, as the list knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EarlierSecret {
    pub last_used_at: Option<Timestamp>,
}

impl KeyRow {
    /// The key's ID.
    #[must_use]
    pub fn id(&self) -> KeyId {
        self.place.id
    }

    /// The key's state at `now`.
    #[must_use]
    pub fn state(&self, now: Timestamp) -> State {
        self.facts.state(now)
    }
}

/// How many keys there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Keys that the filter shows.
    pub shown: i64,
    /// All keys, the deleted ones too.
    pub all: i64,
    /// The deleted ones.
    pub deleted: i64,
}
