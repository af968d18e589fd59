//! Is this secret valid, and whose is it? The answer needs only reads; what is noted of it never changes it.

use std::time::Duration;

use serde_json::json;

use crate::auth::token::{self, Token};
use crate::domain::event::EventKind;
use crate::domain::id::{KeyId, SecretId};
use crate::domain::rights::Right;
use crate::domain::role::Role;
use crate::domain::secret::{Phase, SecretFacts};
use crate::domain::state::is_restorable;
use crate::domain::time::{MINUTE, Timestamp};
use crate::domain::trouble::Trouble;
use crate::domain::user::Actor;
use crate::domain::verdict::{Bearer, Refused, Tried, TriedKey, Verdict};
use crate::service::Service;
use crate::service::authority::role_in_use;
use crate::store::api_keys::StoredKey;
use crate::store::{Tx, api_keys, secrets, uses};

/// How long a use may wait to be noted.
const NOTING: Duration = Duration::from_millis(2);
/// The last use is noted again when it is older than this, in milliseconds.
const FRESH: i64 = MINUTE;

/// What the database has of a genuine secret now.
struct Found {
    key: KeyId,
    /// Empty where there is no such key, and where all of it is known.
    name: String,
    /// Nothing where there is no such key, or no such secret of it.
    known: Option<Box<Known>>,
}

/// A key and one of its secrets.
struct Known {
    key: StoredKey,
    role: Role,
    secret: SecretFacts,
    hash: Option<String>,
}

/// What a text is worth as a secret.
enum Weighed {
    /// It was not looked for in the database.
    Unread(Refused),
    Refused(Refused, Found, Timestamp),
    Accepted(Box<Known>, Timestamp),
}

/// What was judged, and what is to be noted of it once the answer was given.
#[derive(Debug)]
pub struct Judged {
    pub verdict: Verdict,
    use_of: Option<Use>,
}

/// A use of a genuine secret.
#[derive(Debug)]
struct Use {
    key: KeyId,
    /// Empty where the key is unknown.
    name: String,
    /// Nothing where the secret is unknown.
    secret: Option<SecretId>,
    /// Nothing where it was accepted.
    refused: Option<Refused>,
}

impl Service {
    /// Judges what a client sent. This only reads.
    ///
    /// # Errors
    /// [`Trouble`] is no verdict: the caller must take it as denied.
    pub fn judge(&self, bytes: &[u8]) -> Result<Judged, Trouble> {
        Ok(match self.weigh(bytes)? {
            Weighed::Unread(reason) => Judged {
                verdict: Verdict::Refused(reason),
                use_of: None,
            },
            Weighed::Refused(reason, found, _) => found.refused(reason),
            Weighed::Accepted(known, now) => known.accepted(now),
        })
    }

    /// Judges a secret as a client's is judged, and says whose it is and everything that refuses it. Nothing is noted of it:
    /// no use, no event.
    ///
    /// # Errors
    /// [`Trouble::NotAuthorized`] for who may not view API keys.
    pub fn try_secret(&self, actor: &Actor, bytes: &[u8]) -> Result<Tried, Trouble> {
        self.ask(actor, &[Right::ViewApiKeys], |_, _| Ok(()))?;
        let (refused, known) = match self.weigh(bytes)? {
            Weighed::Unread(reason) => (vec![reason], None),
            Weighed::Accepted(known, _) => (Vec::new(), Some(known)),
            Weighed::Refused(reason, found, now) => match found.known {
                Some(known) if reason != Refused::Forged => {
                    (known.refusals(now).collect(), Some(known))
                }
                _ => (vec![reason], None),
            },
        };
        let of = known.map(|known| Box::new(known.tried(self.now())));
        Ok(Tried { refused, of })
    }

    /// What a text is worth, before anything is noted of it.
    fn weigh(&self, bytes: &[u8]) -> Result<Weighed, Trouble> {
        let Some(token) = token::parse(bytes) else {
            return Ok(Weighed::Unread(Refused::Malformed));
        };
        if !token.genuine(&self.tag_key) {
            return Ok(Weighed::Unread(Refused::Forged));
        }
        let found = self.store.read(|tx| find(tx, &token))?;
        let now = self.now();
        if let Some(reason) = found.refusal(now) {
            return Ok(Weighed::Refused(reason, found, now));
        }
        // Only here, where the answer would else be valid, and outside any transaction.
        let hash = found.hash().ok_or(Trouble::UnknownHash)?;
        if !self.hasher.verify(hash, token.text())? {
            return Ok(Weighed::Refused(Refused::Forged, found, now));
        }
        // Hashing takes long enough for an administrator to have locked the key.
        let found = self.store.read(|tx| find(tx, &token))?;
        let now = self.now();
        Ok(match (found.refusal(now), found) {
            (
                None,
                Found {
                    known: Some(known), ..
                },
            ) => Weighed::Accepted(known, now),
            (reason, found) => Weighed::Refused(reason.unwrap_or(Refused::Unknown), found, now),
        })
    }

    /// Notes what was judged, as far as the database can be written at this moment: a busy or full one must not lock the
    /// clients out, or keep them waiting.
    pub fn note_use(&mut self, judged: Judged) {
        let Some(Use {
            key,
            name,
            secret,
            refused,
        }) = judged.use_of
        else {
            return;
        };
        self.try_to_write(NOTING, |writing| {
            let (tx, now) = (writing.tx, writing.now);
            let Some(reason) = refused else {
                let accepted = |secret| uses::accepted(tx, key, secret, now);
                return Ok(secret.map_or(Ok(()), accepted)?);
            };
            let mut body = json!({ "reason": reason.word() });
            if let Some(secret) = secret {
                let Some(count) = uses::refused(tx, key, secret, reason.word(), now)? else {
                    return Ok(());
                };
                body["secret"] = secret.0.into();
                body["count"] = count.into();
            } else if !uses::unknown(tx, key, reason.word(), now)? {
                return Ok(());
            }
            let kind = EventKind::ApiKeySessionValidationFailed;
            writing.record(kind, (key, name.as_str()), body)
        });
    }
}

fn find(tx: &Tx<'_>, token: &Token<'_>) -> Result<Found, Trouble> {
    let found = |name, known| Found {
        key: token.id(),
        name,
        known,
    };
    let Some(key) = api_keys::get(tx, token.id())? else {
        return Ok(found(String::new(), None));
    };
    let Some(secret) = secrets::by_tag(tx, key.id, &token.tag())? else {
        return Ok(found(key.fields.name, None));
    };
    let known = Known {
        role: role_in_use(tx, key.fields.role)?,
        key,
        secret: secret.facts,
        hash: secret.hash,
    };
    Ok(found(String::new(), Some(Box::new(known))))
}

impl Found {
    /// Why the secret is refused, the hash apart: the first reason that holds.
    fn refusal(&self, now: Timestamp) -> Option<Refused> {
        let known = self.known.as_ref();
        known.map_or(Some(Refused::Unknown), |known| known.refusals(now).next())
    }

    fn hash(&self) -> Option<&str> {
        self.known.as_ref()?.hash.as_deref()
    }

    fn refused(self, reason: Refused) -> Judged {
        let (name, secret) = match self.known {
            None => (self.name, None),
            Some(known) => (known.key.fields.name, Some(known.secret.id)),
        };
        Judged {
            verdict: Verdict::Refused(reason),
            use_of: Some(Use {
                key: self.key,
                name,
                secret,
                refused: Some(reason),
            }),
        }
    }
}

impl Known {
    /// Every reason that refuses the secret, in their order.
    fn refusals(&self, now: Timestamp) -> impl Iterator<Item = Refused> {
        let facts = self.key.facts();
        let dead = match self.secret.life.phase(now) {
            Phase::Pending | Phase::Void => Some(Refused::NotDelivered),
            Phase::Dead => Some(Refused::Replaced),
            Phase::Current | Phase::Retiring => None,
        };
        let reasons = [
            facts.deleted.then_some(Refused::Deleted),
            dead,
            facts.locked_out.then_some(Refused::LockedOut),
            facts.expired(now).then_some(Refused::Expired),
            (!facts.api_access).then_some(Refused::NoApiAccess),
        ];
        reasons.into_iter().flatten()
    }

    fn worth_noting(&self, now: Timestamp) -> bool {
        let stale = |at: Option<Timestamp>| at.is_none_or(|at| !now.is_soon_after(at, FRESH + 1));
        self.key.attempts > 0 || stale(self.key.last_sign_in_at) || stale(self.secret.last_used_at)
    }

    fn accepted(self, now: Timestamp) -> Judged {
        let use_of = self.worth_noting(now).then(|| Use {
            key: self.key.id,
            name: String::new(),
            secret: Some(self.secret.id),
            refused: None,
        });
        let verdict = Verdict::Valid(self.bearer());
        Judged { verdict, use_of }
    }

    fn tried(self, now: Timestamp) -> TriedKey {
        TriedKey {
            id: self.key.id,
            access: self.role.fields.rights.access(),
            role: self.role.fields.name,
            expires_at: self.key.fields.expiry.map(|expiry| expiry.at),
            name: self.key.fields.name,
            services: self.role.fields.services,
            addresses: self.key.fields.addresses,
            restorable: !self.key.erased
                && (self.key.deleted_at).is_some_and(|at| is_restorable(at, now)),
            secret: self.secret,
        }
    }

    fn bearer(self) -> Bearer {
        Bearer {
            id: self.key.id,
            name: self.key.fields.name,
            rights: self.role.fields.rights,
            role: self.role.fields.name,
            locale: self.key.fields.locale,
            zone: self.key.fields.zone,
            expires_at: self.key.fields.expiry.map(|expiry| expiry.at),
            rate: self.key.fields.rate,
        }
    }
}
