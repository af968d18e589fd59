//! The trail as it is read: events as they were recorded, and which of them are wanted.

use std::fmt::{self, Display};

use crate::domain::event::chain::{Hash, Hashed};
use crate::domain::event::{API_KEY, Level, ROLE, SYSTEM, USER};
use crate::domain::filter::{Field, Kind, Term, Test, Value};
use crate::domain::list::{Filter, Listed, Order, Place};
use crate::domain::moment::Range;
use crate::domain::rights::Right;
use crate::domain::time::Timestamp;

/// An event as it was recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventRow {
    /// By its number in the chain, from 1, which is the ID too: times need not rise.
    pub place: Place,
    pub at: Timestamp,
    /// A kind's number; a later version may know more of them.
    pub number: i64,
    /// A level's word.
    pub level: String,
    /// The name under which they signed, a user's or a key's; `None` is `System`.
    pub actor: Option<String>,
    /// Whose name it is; `None` in events of versions that did not keep it.
    pub who: Option<RowWho>,
    pub target: RowTarget,
    /// JSON.
    pub body: String,
    pub previous: Hash,
    pub hash: Hash,
}

/// What an event is about, as it was recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowTarget {
    pub kind: String,
    pub id: i64,
    /// The name that it had then.
    pub name: String,
}

/// Who did what an event tells, as it was recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowWho {
    /// `user`, `api-key`, or `system` for what nobody did.
    pub kind: String,
    /// 0 for what nobody did.
    pub id: i64,
}

/// What a term can ask of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventField {
    Level,
    Event,
    Target,
    By,
    Time,
    /// The number in the chain.
    Id,
}

/// What the trail can be sorted by: it has the order in which it was recorded. Any other would read all events for
/// each window, and again whenever one is added; a filter finds those of one kind, person or thing at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventSort {
    Time,
}

impl Listed for EventRow {
    type SortBy = EventSort;
    type Field = EventField;

    const NEEDS: Right = Right::ViewEvents;
    const FIELDS: &'static [Field<EventField>] = &[
        Field::new(
            EventField::Level,
            "level",
            Kind::Words(Level::WORDS),
            "filter_field.level",
        ),
        Field::new(
            EventField::Event,
            "event",
            Kind::Event,
            "filter_field.event",
        ),
        Field::new(
            EventField::Target,
            "target",
            Kind::Target,
            "filter_field.target",
        ),
        Field::new(EventField::By, "by", Kind::Name, "filter_field.by"),
        Field::new(
            EventField::Time,
            "time",
            Kind::Past { never: false },
            "filter_field.time",
        ),
        Field::new(EventField::Id, "id", Kind::Number, "filter_field.sequence"),
    ];
    const LIST: &'static str = "events";
    const SORTS: &'static [EventSort] = &[EventSort::Time];
    /// The newest first.
    const FIRST_ORDER: Order<EventSort> = Order {
        by: EventSort::Time,
        descending: true,
    };

    fn place(&self) -> &Place {
        &self.place
    }
}

impl EventRow {
    /// The number in the chain, from 1.
    #[must_use]
    pub fn sequence(&self) -> i64 {
        self.place.id
    }

    /// What its hash covers.
    #[must_use]
    pub fn hashed(&self) -> Hashed<'_> {
        Hashed {
            sequence: self.sequence(),
            at: self.at,
            number: self.number,
            level: &self.level,
            actor: self.actor.as_deref().unwrap_or_default(),
            who: self.who.as_ref().map(|who| (who.kind.as_str(), who.id)),
            target_kind: &self.target.kind,
            target_id: self.target.id,
            target_name: &self.target.name,
            body: &self.body,
        }
    }
}

impl Filter<EventRow> {
    /// The filter that asks for events about this.
    #[must_use]
    pub fn about(target: &TargetFilter) -> Filter<EventRow> {
        let term = Term::of(EventField::Target, Value::Text(target.to_string()));
        Filter {
            terms: vec![term],
            keep: None,
        }
    }

    /// What the wanted events have to be about, or must not.
    pub fn targets(&self) -> impl Iterator<Item = TargetFilter> {
        self.texts(EventField::Target).map(TargetFilter::parse)
    }

    /// Whose doings the wanted events have to be, or must not; folded.
    pub fn actors(&self) -> impl Iterator<Item = &str> {
        self.texts(EventField::By)
    }

    /// The numbers of the kinds of which the wanted events have to be, or must not.
    pub fn kinds(&self) -> impl Iterator<Item = i64> {
        self.terms.iter().filter_map(|term| match &term.test {
            Test::Field(EventField::Event, Value::Number(_, number)) => Some(*number),
            _ => None,
        })
    }

    fn texts(&self, wanted: EventField) -> impl Iterator<Item = &str> {
        self.terms.iter().filter_map(move |term| match &term.test {
            Test::Field(field, Value::Text(text)) if *field == wanted => Some(text.as_str()),
            _ => None,
        })
    }

    /// The instants between which the wanted events were recorded: from the first on and before the second.
    #[must_use]
    pub fn range(&self, now: Timestamp) -> Range {
        let (mut since, mut until): Range = (None, None);
        for term in &self.terms {
            if let Test::Field(EventField::Time, Value::When(when)) = &term.test
                && !term.not
                && let Some((from, before)) = when.past(now)
            {
                since = since.max(from);
                until = [until, before].into_iter().flatten().min();
            }
        }
        (since, until)
    }
}

/// The name under which is shown and asked for what nobody did: time, or a client. No user can be given it.
pub const SYSTEM_NAME: &str = "System";

/// Stands before what is a name, whatever it looks like.
const NAME: &str = "name:";

/// What the wanted events are about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TargetFilter {
    /// Exactly this one, whatever it was called.
    Is { kind: &'static str, id: i64 },
    /// Everything of this name (compared as names are), of one kind or of any.
    Named {
        kind: Option<&'static str>,
        name: String,
    },
}

impl Display for TargetFilter {
    /// As [`TargetFilter::parse`] reads it.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TargetFilter::Is { kind, id } => write!(out, "{kind}:{id}"),
            TargetFilter::Named { kind, name } => {
                let kind = kind.map(|kind| format!("{kind}:")).unwrap_or_default();
                let plain = format!("{kind}{name}");
                if TargetFilter::parse(&plain) == *self {
                    write!(out, "{plain}")
                } else {
                    write!(out, "{kind}{NAME}{name}")
                }
            }
        }
    }
}

impl TargetFilter {
    /// Reads `api-key:42`, `user:alice`, `role:3`, or a name. What follows a kind is an ID where it is a number;
    /// `api-key:name:42` and `name:42` are what is called 42.
    #[must_use]
    pub fn parse(typed: &str) -> TargetFilter {
        let typed = typed.trim();
        let known = |word: &str| {
            [API_KEY, USER, ROLE, SYSTEM]
                .into_iter()
                .find(|kind| *kind == word)
        };
        let kind = typed
            .split_once(':')
            .and_then(|(word, rest)| Some((known(word)?, rest)));
        let named = |kind, rest: &str| TargetFilter::Named {
            kind,
            name: rest.strip_prefix(NAME).unwrap_or(rest).to_owned(),
        };
        match kind {
            Some((kind, rest)) => match rest.parse() {
                Ok(id) => TargetFilter::Is { kind, id },
                Err(_) => named(Some(kind), rest),
            },
            None => named(None, typed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_a_kind_with_an_id_or_a_name_or_just_a_name() {
        let named = |kind, name: &str| TargetFilter::Named {
            kind,
            name: name.to_owned(),
        };
        for (typed, filter) in [
            (
                "api-key:42",
                TargetFilter::Is {
                    kind: API_KEY,
                    id: 42,
                },
            ),
            (" role:3 ", TargetFilter::Is { kind: ROLE, id: 3 }),
            ("user:alice", named(Some(USER), "alice")),
            (
                "api-key:backup: nightly",
                named(Some(API_KEY), "backup: nightly"),
            ),
            ("backup", named(None, "backup")),
            ("prod:web", named(None, "prod:web")),
            ("42", named(None, "42")),
            ("api-key:name:42", named(Some(API_KEY), "42")),
            ("name:user:alice", named(None, "user:alice")),
            ("name:name:x", named(None, "name:x")),
        ] {
            assert_eq!(TargetFilter::parse(typed), filter, "{typed}");
            assert_eq!(filter.to_string(), typed.trim());
        }
        assert_eq!(TargetFilter::parse("name:backup"), named(None, "backup"));
    }
}
