//! The list of API keys.

use chrono_tz::Tz;

use crate::domain::expiry::Expiry;
use crate::domain::id::KeyId;
use crate::domain::list::{Listed, Order, Place};
use crate::domain::rights::Right;
use crate::domain::state::{AsOf, Facts, State, StateFilter};
use crate::domain::time::Timestamp;

/// What the list of API keys can be sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeySort {
    Name,
    State,
    Role,
    Expires,
    LastSignIn,
    Id,
    Created,
    CreatedBy,
    Description,
}

/// One API key in the list.
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

impl Listed for KeyRow {
    type SortBy = KeySort;
    type Facets = StateFilter;

    const NEEDS: Right = Right::ViewApiKeys;
    const SORTS: &'static [KeySort] = &[
        KeySort::Name,
        KeySort::State,
        KeySort::Role,
        KeySort::Expires,
        KeySort::LastSignIn,
        KeySort::Id,
        KeySort::Created,
        KeySort::CreatedBy,
        KeySort::Description,
    ];
    const FIRST_ORDER: Order<KeySort> = Order {
        by: KeySort::Name,
        descending: false,
    };

    fn place(&self) -> &Place {
        &self.place
    }
}

impl KeyRow {
    /// The key's ID.
    #[must_use]
    pub fn id(&self) -> KeyId {
        KeyId(self.place.id)
    }

    /// The key's state.
    #[must_use]
    pub fn state(&self, as_of: AsOf) -> State {
        self.facts.state(as_of)
    }
}
