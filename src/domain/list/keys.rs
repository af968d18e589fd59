//! The list of API keys.

use crate::domain::expiry::Expiry;
use crate::domain::filter::{Field, Kind, Sight, StateWord, Term, Test, Value};
use crate::domain::id::KeyId;
use crate::domain::list::{Filter, Listed, Order, Place};
use crate::domain::locale::Locale;
use crate::domain::rights::Right;
use crate::domain::state::{AsOf, Facts, State, span_changes_at};
use crate::domain::time::Timestamp;
use crate::domain::tz::Tz;

/// What the list of API keys can be sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeySort {
    Name,
    State,
    Role,
    Expires,
    LastSignIn,
    Owner,
    Id,
    Created,
    CreatedBy,
    Description,
}

/// What a term can ask of an API key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyField {
    State,
    Role,
    Expires,
    Created,
    /// When it was last used; where it never was, when its secret was delivered, or else when it was created.
    Used,
    By,
    Owner,
    /// What its role opens.
    Service,
    /// From where it may be used.
    From,
    /// How many of its secrets work.
    Secrets,
    Id,
    Name,
    Description,
    Zone,
    Language,
    /// Whether it keeps to the policy as it is now.
    Policy,
}

/// What a key can do to the policy.
const BROKEN: &[&str] = &["broken"];

/// The tags of the languages.
const LANGUAGES: &[&str] = &[Locale::EnUs.tag(), Locale::JaJp.tag()];

/// One API key in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyRow {
    pub place: Place,
    pub name: String,
    /// The first line is enough for a list.
    pub description: String,
    pub owner: String,
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
    /// Its role lists services, or it has addresses or a number of requests ([`crate::domain::bounds`]).
    pub bounded: bool,
    /// The services that its role opens; empty opens all.
    pub services: String,
}

/// A replaced secret that still works, as the list knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EarlierSecret {
    /// When it stops.
    pub until: Timestamp,
    pub last_used_at: Option<Timestamp>,
}

impl Listed for KeyRow {
    type SortBy = KeySort;
    type Field = KeyField;

    const NEEDS: Right = Right::ViewApiKeys;
    const FIELDS: &'static [Field<KeyField>] = &[
        Field::new(
            KeyField::State,
            "state",
            Kind::Words(StateWord::WORDS),
            "filter_field.state",
        ),
        Field::new(KeyField::Role, "role", Kind::Name, "filter_field.role"),
        Field::new(
            KeyField::Expires,
            "expires",
            Kind::Ahead,
            "filter_field.expires",
        ),
        Field::new(
            KeyField::Used,
            "used",
            Kind::Past { never: true },
            "filter_field.used",
        ),
        Field::new(
            KeyField::Created,
            "created",
            Kind::Past { never: false },
            "filter_field.created",
        ),
        Field::new(KeyField::By, "by", Kind::Name, "filter_field.created_by"),
        Field::new(KeyField::Owner, "owner", Kind::Text, "filter_field.owner"),
        Field::new(
            KeyField::Service,
            "service",
            Kind::Name,
            "filter_field.service",
        ),
        Field::new(KeyField::From, "from", Kind::Text, "filter_field.from"),
        Field::new(
            KeyField::Secrets,
            "secrets",
            Kind::Number,
            "filter_field.secrets",
        ),
        Field::new(KeyField::Id, "id", Kind::Number, "filter_field.id"),
        Field::new(KeyField::Name, "name", Kind::Text, "filter_field.name"),
        Field::new(
            KeyField::Description,
            "description",
            Kind::Text,
            "filter_field.description",
        ),
        Field::new(KeyField::Zone, "zone", Kind::Text, "filter_field.zone"),
        Field::new(
            KeyField::Language,
            "language",
            Kind::Words(LANGUAGES),
            "filter_field.language",
        ),
        Field::new(
            KeyField::Policy,
            "policy",
            Kind::Words(BROKEN),
            "filter_field.policy",
        ),
    ];
    const SIGHTS: &'static [Sight] = &[
        Sight::of("", "filter.undeleted"),
        Sight::of("state:active", "filter.active"),
        Sight::told("state:soon", "filter.expires_soon", "told.soon"),
        Sight::of("used:>90d", "filter.unused"),
        Sight::of("used:never", "filter.never_used"),
        Sight::of("secrets:2", "filter.two_secrets"),
        Sight::of("expires:never", "filter.never_expires"),
        Sight::of("state:no-access", "filter.no_api_access"),
        Sight::of("state:undelivered", "filter.not_delivered"),
        Sight::of("state:expired", "filter.expired"),
        Sight::told("state:locked", "filter.locked_out", "told.locked"),
        Sight::of("state:deleted", "filter.deleted"),
        Sight::of("state:any", "filter.any"),
    ];
    const LIST: &'static str = "api-keys";
    const SORTS: &'static [KeySort] = &[
        KeySort::Name,
        KeySort::State,
        KeySort::Role,
        KeySort::Expires,
        KeySort::LastSignIn,
        KeySort::Owner,
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

impl Filter<KeyRow> {
    /// Whether deleted keys are looked at: they are left out unless a term asks for them.
    #[must_use]
    pub fn asks_for_deleted(&self) -> bool {
        let asks = |term: &Term<KeyField>| match &term.test {
            Test::Field(KeyField::State, Value::Word(word)) => {
                !term.not && StateWord::of(word).is_some_and(StateWord::asks_for_deleted)
            }
            _ => false,
        };
        self.terms.iter().any(asks)
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

    /// Whether the key works, and something bounds its use.
    #[must_use]
    pub fn is_limited(&self, now: Timestamp) -> bool {
        self.bounded && self.facts.authenticates(now)
    }

    /// When the replaced secret stops that still authenticates beside the present one.
    #[must_use]
    pub fn overlap_until(&self, now: Timestamp) -> Option<Timestamp> {
        let until = self.retiring.map(|earlier| earlier.until)?;
        (until > now && self.facts.authenticates(now)).then_some(until)
    }

    /// The next instant at which time alone changes what is told of the state, if there is one.
    #[must_use]
    pub fn changes_at(&self, as_of: AsOf) -> Option<Timestamp> {
        let overlap = self.overlap_until(as_of.now);
        let overlap = overlap.map(|until| span_changes_at(until, as_of.now));
        self.facts
            .changes_at(as_of)
            .into_iter()
            .chain(overlap)
            .min()
    }
}
