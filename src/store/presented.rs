//! A secret that was presented, with all that a verdict needs to know of it: one statement reads it.
//!
//! A bit that flipped is no damage to `SQLite` where the row still makes sense. So what refuses a key has a second witness
//! in its row, and it is enough that one of them says so; the last column of each record that can refuse is read, because
//! `SQLite` then compares the record's length with what its columns take. NULL and 0 take as much there and
//! differ by one bit, so a secret that was delivered at 0 was not delivered.

use crate::domain::expiry::Expiry;
use crate::domain::id::KeyId;
use crate::domain::locale::Locale;
use crate::domain::rights::Rights;
use crate::domain::secret::{Life, SecretFacts};
use crate::domain::state::Facts;
use crate::domain::time::Timestamp;
use crate::domain::trouble::Fault;
use crate::domain::tz::Tz;
use crate::store::Tx;
use crate::store::convert::expiry;
use crate::store::sql::columns;

/// A key, its role, and the secret of it that was presented.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Presented {
    pub key: KeyId,
    pub name: String,
    /// What decides the key's state.
    pub facts: Facts,
    pub locale: Locale,
    pub zone: Tz,
    /// From where it may be used.
    pub addresses: String,
    /// How many requests a minute it may make.
    pub rate: Option<u32>,
    pub last_sign_in_at: Option<Timestamp>,
    pub attempts: i64,
    pub deleted_at: Option<Timestamp>,
    pub erased: bool,
    pub role: String,
    pub rights: Rights,
    /// The services that the role's keys open.
    pub services: String,
    /// Nothing where it is no secret of the key.
    pub secret: Option<SecretFacts>,
    /// The PHC string, while the secret's life goes on.
    pub hash: Option<String>,
}

columns! {
    Presented {
        key = "k.id", name = "k.name", expires_on = "k.expires_on", expires_at = "k.expires_at",
        locked_out = "k.locked_out OR k.locked_at IS NOT NULL", delivered = "k.delivered",
        deleted_at = "k.deleted_at", erased = "k.erased", locale = "k.locale",
        zone = "k.time_zone", addresses = "k.addresses", rate = "k.rate", last_sign_in_at = "k.last_sign_in_at",
        attempts = "k.attempts", role = "r.name", api_access = "r.web_service", rights = "r.rights",
        services = "r.services", id = "s.id", issued_at = "s.issued_at",
        handed_over_at = "nullif(s.delivered_at, 0)", retires_at = "s.retires_at", ended_at = "s.ended_at",
        last_used_at = "s.last_used_at", uses_refused = "s.uses_refused", hash = "s.hash",
    } => {
        let expiry = self::expiry(expires_on, expires_at)?;
        // What no secret is without.
        let secret = match (id, issued_at, uses_refused) {
            (Some(id), Some(issued_at), Some(uses_refused)) => Some(SecretFacts {
                id,
                life: Life { issued_at, delivered_at: handed_over_at, retires_at, ended_at },
                last_used_at,
                uses_refused,
            }),
            _ => None,
        };
        Presented {
            key,
            name,
            facts: Facts {
                deleted: erased || Option::is_some(&deleted_at),
                locked_out,
                expires_at: expiry.map(Expiry::at_the_latest),
                delivered,
                api_access,
            },
            locale,
            zone,
            addresses,
            rate,
            last_sign_in_at,
            attempts,
            deleted_at,
            erased,
            role,
            rights,
            services,
            secret,
            hash,
        }
    }
}

/// The key with this ID, and the one secret of it that carries this tag. Nothing where there is no such key.
pub fn get(tx: &Tx<'_>, key: KeyId, tag: &[u8; 8]) -> Result<Option<Presented>, Fault> {
    tx.select_first(
        "FROM api_keys k JOIN roles r ON r.id = k.role
             LEFT JOIN api_key_secrets s ON s.key = k.id AND s.tag = ?2
         WHERE k.id = ?1",
        (key, tag),
    )
}
