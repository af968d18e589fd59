//! What became of an attempt to authenticate.

use chrono_tz::Tz;

use crate::domain::id::KeyId;
use crate::domain::locale::Locale;
use crate::domain::rights::Rights;
use crate::domain::time::Timestamp;

/// The answer to a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    Valid(Bearer),
    Refused(Refused),
}

/// Whom a valid secret speaks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bearer {
    pub id: KeyId,
    pub name: String,
    pub role: String,
    pub rights: Rights,
    pub locale: Locale,
    pub zone: Tz,
    pub expires_at: Option<Timestamp>,
}

/// Why a secret was refused, in the order in which the reasons are looked for. For the caller's log, not for the
/// client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// Not of the form of a secret.
    Malformed,
    /// Of the form, but not made by this database.
    Forged,
    /// Made by this database, which knows no such key or secret (any more).
    Unknown,
    /// The key was deleted.
    Deleted,
    /// Nobody confirmed that this secret was stored, or it was discarded.
    NotDelivered,
    /// A newer secret has taken its place.
    Replaced,
    /// An administrator has locked the key out.
    LockedOut,
    /// The key's expiry has come.
    Expired,
    /// The key's role does not allow access to the web service API.
    NoApiAccess,
}

impl Refused {
    /// All reasons, in order.
    pub const ALL: [Refused; 9] = [
        Refused::Malformed,
        Refused::Forged,
        Refused::Unknown,
        Refused::Deleted,
        Refused::NotDelivered,
        Refused::Replaced,
        Refused::LockedOut,
        Refused::Expired,
        Refused::NoApiAccess,
    ];

    /// The word in the answer of `keyward verify` and in events.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Refused::Malformed => "malformed",
            Refused::Forged => "forged",
            Refused::Unknown => "unknown",
            Refused::Deleted => "deleted",
            Refused::NotDelivered => "not-delivered",
            Refused::Replaced => "replaced",
            Refused::LockedOut => "locked-out",
            Refused::Expired => "expired",
            Refused::NoApiAccess => "no-api-access",
        }
    }
}
