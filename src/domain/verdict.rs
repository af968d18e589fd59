//! What became of an attempt to authenticate.

use std::net::IpAddr;

use crate::domain::address;
use crate::domain::bounds::Bounds;
use crate::domain::id::{KeyId, SecretId};
use crate::domain::locale::Locale;
use crate::domain::rights::{Access, Rights};
use crate::domain::secret::{Phase, SecretFacts};
use crate::domain::services;
use crate::domain::state::Facts;
use crate::domain::time::Timestamp;
use crate::domain::tz::Tz;
use crate::domain::words::words;

/// For what a client sends a secret, beside that it is to be valid.
#[derive(Clone, Copy, Debug, Default)]
pub struct Asked<'a> {
    pub service: Door<'a>,
    /// Where the client is, if that is known.
    pub address: Option<IpAddr>,
}

/// What a secret is to open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Door<'a> {
    /// No service: the lists of roles are not looked at.
    #[default]
    None,
    /// A service without a name, which only a role opens that opens all.
    Unnamed,
    /// The service of this name.
    Named(&'a str),
}

impl Asked<'_> {
    /// Why a key is refused whose role has this list of services, and which has this list of addresses: every reason, in
    /// their order.
    #[must_use]
    pub fn refusals(&self, services: &str, addresses: &str) -> [Option<Refused>; 2] {
        let opens = match self.service {
            Door::None => true,
            Door::Unnamed => services::opens(services, None),
            Door::Named(name) => services::opens(services, Some(name)),
        };
        let allows = address::allows(addresses, self.address);
        [
            (!opens).then_some(Refused::Service),
            (!allows).then_some(Refused::Address),
        ]
    }
}

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
    /// The row of the secret that was sent.
    pub secret: SecretId,
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
    /// How many requests a minute it may make; nothing is as many as it likes.
    pub rate: Option<u32>,
    pub secret: SecretFacts,
}

impl TriedKey {
    /// What bounds the key.
    #[must_use]
    pub fn bounds(&self) -> Bounds<'_> {
        Bounds {
            services: &self.services,
            addresses: &self.addresses,
            rate: self.rate,
        }
    }
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

/// Every reason by which a key refuses a secret that is in this phase, in their order.
pub fn refusals(key: Facts, secret: Phase, now: Timestamp) -> impl Iterator<Item = Refused> {
    let dead = match secret {
        Phase::Pending | Phase::Void => Some(Refused::NotDelivered),
        Phase::Dead => Some(Refused::Replaced),
        Phase::Current | Phase::Retiring => None,
    };
    let reasons = [
        key.deleted.then_some(Refused::Deleted),
        dead,
        key.locked_out.then_some(Refused::LockedOut),
        key.expired(now).then_some(Refused::Expired),
        (!key.api_access).then_some(Refused::NoApiAccess),
    ];
    reasons.into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_services_binds_who_asks_for_a_service_and_addresses_bind_everybody() {
        let asked = |service, address: Option<&str>| Asked {
            service,
            address: address.map(|address| address.parse().expect("an address")),
        };
        let (inside, outside) = (Some("10.1.2.3"), Some("11.1.2.3"));
        for (asked, refusals) in [
            (asked(Door::Named("crm"), inside), vec![]),
            (asked(Door::None, inside), vec![]),
            (asked(Door::Unnamed, inside), vec![Refused::Service]),
            (asked(Door::Named("wiki"), inside), vec![Refused::Service]),
            (asked(Door::None, None), vec![Refused::Address]),
            (asked(Door::None, outside), vec![Refused::Address]),
            (
                asked(Door::Named("wiki"), None),
                vec![Refused::Service, Refused::Address],
            ),
        ] {
            let found = asked.refusals("billing, crm", "10.0.0.0/8");
            let found: Vec<_> = found.into_iter().flatten().collect();
            assert_eq!(found, refusals, "{asked:?}");
            assert_eq!(asked.refusals("", ""), [None, None], "{asked:?}");
        }
    }
}
