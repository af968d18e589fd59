//! What became of an attempt to authenticate.

use chrono_tz::Tz;

use crate::domain::id::{KeyId, SecretId};
use crate::domain::locale::Locale;
use crate::domain::rights::{Access, Rights};
use crate::domain::secret::SecretFacts;
use crate::domain::time::Timestamp;
use crate::domain::words::words;

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
    /// How many requests a minute the key may make; nothing is as many as it likes.
    pub rate: Option<u32>,
}

/// What is to be noted of the uses of a genuine secret: one, or all of one kind in a short time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Use {
    pub kind: UseKind,
    /// The name of the key. Empty where it is unknown, and where the secret was accepted.
    pub name: String,
    pub count: u32,
    /// When the last of them was.
    pub at: Timestamp,
}

/// In what uses of secrets are alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct UseKind {
    pub key: KeyId,
    /// Nothing where the secret is unknown.
    pub secret: Option<SecretId>,
    /// Nothing where it was accepted.
    pub refused: Option<Refused>,
}

/// What became of a secret that an administrator tried, of which nothing was noted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tried {
    /// Every reason that refuses it, in the order in which they are looked for: the first is the answer that a client gets.
    /// None where it is valid.
    pub refused: Vec<Refused>,
    /// Nothing where the database knows no such secret.
    pub of: Option<Box<TriedKey>>,
}

/// The key that a tried secret is of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TriedKey {
    pub id: KeyId,
    pub name: String,
    pub role: String,
    pub access: Access,
    pub expires_at: Option<Timestamp>,
    /// It was deleted, and can be restored.
    pub restorable: bool,
    /// The services that its role opens; empty opens all.
    pub services: String,
    /// From where it may be used; empty is from anywhere.
    pub addresses: String,
    pub secret: SecretFacts,
}

words! {
    /// Why a secret was refused, in the order in which the reasons are looked for. For the caller's log, not for the
    /// client.
    pub enum Refused: /** The word in the answer of `keyward verify` and in events. */ word {
        /// Not of the form of a secret.
        Malformed = "malformed",
        /// Of the form, but not made by this database.
        Forged = "forged",
        /// Made by this database, which knows no such key or secret (any more).
        Unknown = "unknown",
        /// The key was deleted.
        Deleted = "deleted",
        /// Nobody confirmed that this secret was stored, or it was discarded.
        NotDelivered = "not-delivered",
        /// A newer secret has taken its place.
        Replaced = "replaced",
        /// An administrator has locked the key out.
        LockedOut = "locked-out",
        /// The key's expiry has come.
        Expired = "expired",
        /// The key's role does not allow access to the web service API.
        NoApiAccess = "no-api-access",
        /// The key's role does not open the service that it was sent to.
        Service = "service",
        /// The key may be used from certain addresses only, and this is none of them, or is not known.
        Address = "address",
    }
}
