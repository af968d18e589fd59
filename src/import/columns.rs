//! The columns: those of the exports, and plain words for some.

use std::collections::BTreeSet;

use chrono::DateTime;

use crate::domain::fold::name_key;
use crate::domain::id::RoleId;
use crate::domain::import::{ImportFault, WantedKey};
use crate::domain::locale::Locale;
use crate::domain::problem::Field;
use crate::domain::secret::find_secret_shape;
use crate::domain::time::Timestamp;
use crate::domain::zone;

/// What a column says of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Column {
    Name,
    Description,
    Owner,
    Role,
    RoleId,
    Locale,
    Zone,
    ExpiresOn,
    ExpiresAt,
    Addresses,
    Rate,
    Active,
    LockReason,
    /// What the exports tell of a key that nobody chooses for a new one.
    PassedOver,
    State,
    Deleted,
}

use Column::{
    Active, Addresses, Deleted, Description, ExpiresAt, ExpiresOn, Locale as Language, LockReason,
    Name, Owner, PassedOver, Rate, Role, RoleId as Id, State, Zone,
};

/// The state of a key that is deleted, as exports have it.
const DELETED: &str = "deleted";

/// The columns by their names, whose case does not matter.
const COLUMNS: &[(&str, Column)] = &[
    ("keyName", Name),
    ("name", Name),
    ("description", Description),
    ("owner", Owner),
    ("role", Role),
    ("roleID", Id),
    ("locale", Language),
    ("timeZone", Zone),
    ("zone", Zone),
    ("expiresOn", ExpiresOn),
    ("expiry", ExpiresOn),
    ("expiryDate", ExpiresAt),
    ("addresses", Addresses),
    ("requestsPerMinute", Rate),
    ("active", Active),
    ("lockReason", LockReason),
    ("state", State),
    ("services", PassedOver),
    ("created", PassedOver),
    ("createdBy", PassedOver),
    ("lastSignIn", PassedOver),
    ("unsuccessfulSignInAttempts", PassedOver),
    ("deleted", Deleted),
    ("ID", PassedOver),
];

/// The names of the columns that say something of a new key.
pub fn known() -> impl Iterator<Item = &'static str> {
    let is_chosen = |column| !matches!(column, PassedOver | State | Deleted);
    let chosen = COLUMNS.iter().filter(move |(_, column)| is_chosen(*column));
    chosen.map(|(name, _)| *name)
}

/// What a file may call the column of this field.
#[must_use]
pub fn name_of(field: Field) -> Option<&'static str> {
    let found = COLUMNS
        .iter()
        .find(|(_, column)| column.field() == Some(field));
    found.map(|(name, _)| *name)
}

/// A column, and the name of it that a file has.
pub(super) type Named = (&'static str, Column);

/// The column of this name.
pub(super) fn column(name: &str) -> Result<Named, ImportFault> {
    let is_named = |(known, _): &&(&str, Column)| known.eq_ignore_ascii_case(name);
    match COLUMNS.iter().find(is_named) {
        Some(named) => Ok(*named),
        None if find_secret_shape(name).is_some() => Err(ImportFault::Secret),
        None => Err(ImportFault::UnknownColumn {
            name: name.to_owned(),
        }),
    }
}

/// Refuses two columns that say the same.
pub(super) fn refuse_twice<'a>(
    columns: &[Named],
    names: impl Iterator<Item = &'a str>,
) -> Result<(), ImportFault> {
    let mut seen = BTreeSet::new();
    for ((_, column), name) in columns.iter().zip(names) {
        if *column != PassedOver && !seen.insert(column) {
            return Err(ImportFault::Twice {
                name: name.trim().to_owned(),
            });
        }
    }
    Ok(())
}

/// What two columns say of a lock.
#[derive(Default)]
pub(super) struct Lock {
    is_active: Option<bool>,
    reason: Option<String>,
}

impl Lock {
    /// A reason alone is one for a lock.
    pub(super) fn settled(self) -> Option<String> {
        match (self.is_active, self.reason) {
            (Some(true), _) | (None, None) => None,
            (_, reason) => Some(reason.unwrap_or_default()),
        }
    }
}

impl Column {
    /// The field that it sets.
    fn field(self) -> Option<Field> {
        Some(match self {
            Name => Field::Name,
            Description => Field::Description,
            Owner => Field::Owner,
            Role | Id => Field::Role,
            Language => Field::Language,
            Zone => Field::TimeZone,
            ExpiresOn | ExpiresAt => Field::ExpiresOn,
            Addresses => Field::Addresses,
            Rate => Field::Rate,
            Active | LockReason => Field::LockedOut,
            PassedOver | State | Deleted => return None,
        })
    }

    /// Puts what was written under this name where it belongs; blank says nothing.
    pub(super) fn put(
        self,
        name: &'static str,
        written: &str,
        key: &mut WantedKey,
        lock: &mut Lock,
    ) -> Result<(), ImportFault> {
        if let Some(field) = self.field() {
            key.columns.push((field, name));
        }
        let word = written.trim();
        if word.is_empty() {
            return Ok(());
        }
        let wrong = || ImportFault::NotAValue {
            column: name,
            value: word.to_owned(),
        };
        match self {
            Name => written.clone_into(&mut key.name),
            Description => written.clone_into(&mut key.description),
            Owner => written.clone_into(&mut key.owner),
            Addresses => written.clone_into(&mut key.addresses),
            Rate => word.clone_into(&mut key.rate),
            Role => key.role = Some(word.to_owned()),
            Id => {
                let id = word.parse().map_err(|_| wrong())?;
                key.role_id = Some(RoleId(id));
            }
            Language => {
                let is_named = |locale: &Locale| locale.tag().eq_ignore_ascii_case(word);
                let found = Locale::ALL.into_iter().find(is_named);
                key.locale = Some(found.ok_or_else(wrong)?);
            }
            Zone => key.zone = Some(zone::by_name(word).ok_or_else(wrong)?),
            ExpiresOn => key.expires_on = Some(word.to_owned()),
            ExpiresAt => {
                key.expires_at = Some(instant(word).ok_or_else(wrong)?);
            }
            Active => match name_key(word).as_str() {
                "true" => lock.is_active = Some(true),
                "false" => lock.is_active = Some(false),
                _ => return Err(wrong()),
            },
            LockReason => lock.reason = Some(word.to_owned()),
            Deleted => return Err(ImportFault::Deleted),
            State if name_key(word) == DELETED => return Err(ImportFault::Deleted),
            State | PassedOver => {}
        }
        Ok(())
    }
}

/// Milliseconds since the epoch, or as RFC 3339 has it.
fn instant(word: &str) -> Option<Timestamp> {
    if let Ok(ms) = word.parse() {
        return Some(Timestamp(ms));
    }
    let at = DateTime::parse_from_rfc3339(word).ok()?;
    Some(Timestamp(at.timestamp_millis()))
}
