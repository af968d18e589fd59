//! What is wrong with a form, field by field. Facts only: `text` makes the sentences.

use chrono::NaiveDate;

use crate::domain::date::{NoDate, last_day};
use crate::domain::expiry::Expiry;
use crate::domain::id::RoleId;

/// A field of Properties.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    Name,
    FullName,
    Description,
    Role,
    Language,
    TimeZone,
    ExpiresOn,
    /// Whom the key was given to.
    Owner,
    /// From where the key may be used.
    Addresses,
    /// How many requests a minute the key may make.
    Rate,
    LockedOut,
    UserInterface,
    WebService,
    Rights,
    EqualOrLess,
    /// What the role's keys open behind a proxy.
    Services,
    ExpiryRequired,
    LongestDays,
    WarningDays,
}

impl Field {
    /// The field's name in the event of a change; nothing for what has events of its own.
    #[must_use]
    pub fn in_events(self) -> Option<&'static str> {
        Some(match self {
            Field::Name => "name",
            Field::FullName => "fullName",
            Field::Description => "description",
            Field::Owner => "owner",
            Field::Addresses => "addresses",
            Field::Rate => "requestsPerMinute",
            Field::Role => "role",
            Field::Language => "locale",
            Field::TimeZone => "timeZone",
            Field::ExpiresOn => "expires",
            Field::UserInterface => "userInterface",
            Field::WebService => "webService",
            Field::Rights => "rights",
            Field::EqualOrLess => "equalOrLess",
            Field::Services => "services",
            Field::ExpiryRequired => "expiryRequired",
            Field::LongestDays => "longestDays",
            Field::WarningDays => "warningDays",
            Field::LockedOut => return None,
        })
    }
}

/// One thing to mend before a form can be saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub field: Field,
    pub rule: Rule,
}

impl Problem {
    #[must_use]
    pub fn new(field: Field, rule: Rule) -> Problem {
        Problem { field, rule }
    }
}

/// The rule that was broken, with the facts that its sentence needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rule {
    /// Nothing but white space.
    Empty,
    /// More characters than allowed.
    TooLong { max: usize, count: usize },
    /// A control character; the position counts characters from 1.
    ControlCharacter { position: usize, code: u32 },
    /// A character that cannot be seen; the position counts characters from 1.
    InvisibleCharacter { position: usize, code: u32 },
    /// A combining mark without a character before it that it could stand on.
    LoneMark { position: usize, code: u32 },
    /// A character that Unicode has not assigned, or leaves to private agreement.
    UnknownCharacter { position: usize, code: u32 },
    /// The text holds something of the shape of a secret.
    LooksLikeSecret,
    /// Another undeleted key has this name.
    NameTaken { id: i64, name: String },
    /// Another undeleted key, role or user has a name that this one can be taken for. Saving once more is the answer.
    LooksLike { id: i64, name: String },
    /// Another role has this name.
    RoleNameTaken { name: String },
    /// Another user has this name, or one that differs from it in case alone.
    UserNameTaken { name: String },
    /// The name under which events tell of what nobody did.
    SystemName,
    /// Not of the form of a user's name.
    NotAUserName,
    /// A user keeps the name that was given first.
    NameStays { name: String },
    /// The role does not exist (any more).
    NoSuchRole,
    /// The role allows more than the actor's own.
    RoleBeyondOwn,
    /// Rights that the actor does not hold; their full names.
    RightsBeyondOwn { rights: Vec<String> },
    /// An access type, or freedom from "equal or less access", that the actor does not have.
    NotHeld,
    /// Nobody locks out the own account.
    OwnLock,
    /// Nobody takes a right away from the own account.
    OwnDemotion,
    /// Nobody changes what the own role allows.
    OwnRole,
    /// No key changes what it is held to itself: when it expires, from where it is used and how often.
    OwnBounds,
    /// None of the forms of a day.
    NotADate,
    /// The form is right, but the calendar has no such day.
    NoSuchDay,
    /// Before the present day in the key's own time zone.
    DateInPast { today: NaiveDate },
    /// An exact instant that has passed.
    InstantInPast,
    /// After the last day for which the zone tables hold.
    DateTooLate { last: NaiveDate },
    /// The policy asks for an expiry; the last day that it lets a key have, if there is one.
    ExpiryRequired { last: Option<NaiveDate> },
    /// The policy lets a key live for so many days, and this is the last one.
    LivesTooLong { last: NaiveDate, days: u16 },
    /// Not a whole number of days within these bounds.
    NotDays { least: u16, most: u16 },
    /// Not the name of a service.
    NotAServiceName { name: String },
    /// Neither an address nor a network in CIDR form.
    NotAnAddress { typed: String },
    /// An address inside a network in place of the network itself.
    NotANetwork { typed: String, network: String },
    /// More entries than a list may have.
    TooMany { max: usize, count: usize },
    /// Not a whole number of requests within these bounds.
    NotARate { least: u32, most: u32 },
    /// Somebody else changed the field since it was read, to another value than this person did.
    ChangedMeanwhile {
        mine: Value,
        theirs: Value,
        /// Who did so last.
        by: Option<String>,
    },
}

impl Rule {
    /// Whether saving once more is an answer.
    #[must_use]
    pub fn is_asked_once(&self) -> bool {
        matches!(self, Rule::LooksLike { .. })
    }

    /// The word in events, where the rule is about who may do what.
    #[must_use]
    pub fn refusal(&self) -> Option<&'static str> {
        match self {
            _ if self.is_beyond_own() => Some("beyond-own-role"),
            Rule::OwnLock | Rule::OwnDemotion | Rule::OwnRole | Rule::OwnBounds => Some("oneself"),
            _ => None,
        }
    }

    /// Whether nothing can be made of what was typed.
    #[must_use]
    pub fn is_unreadable(&self) -> bool {
        matches!(
            self,
            Rule::NotADate
                | Rule::NoSuchDay
                | Rule::NotARate { .. }
                | Rule::NotAnAddress { .. }
                | Rule::NotANetwork { .. }
                | Rule::NotAServiceName { .. }
                | Rule::NotDays { .. }
        )
    }

    /// Whether the actor's role is what stands in the way.
    #[must_use]
    pub fn is_beyond_own(&self) -> bool {
        matches!(
            self,
            Rule::RoleBeyondOwn | Rule::RightsBeyondOwn { .. } | Rule::NotHeld
        )
    }
}

impl From<NoDate> for Rule {
    fn from(why: NoDate) -> Rule {
        match why {
            NoDate::Form => Rule::NotADate,
            NoDate::NoSuchDay => Rule::NoSuchDay,
            NoDate::TooLate => Rule::DateTooLate { last: last_day() },
        }
    }
}

/// A field's value, to be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    Text(String),
    Role(RoleId),
    Expiry(Option<Expiry>),
    Flag(bool),
    /// The reason of a lock, empty where none was given; nothing where it is not locked out.
    Lock(Option<String>),
    /// Not set: as the machine says.
    Machine,
}
