//! Is this secret valid, and whose is it? The answer needs only reads; what is noted of it never changes it.

use std::time::Duration;

use serde_json::json;

use crate::auth::token::{self, Token};
use crate::domain::event::EventKind;
use crate::domain::role::Role;
use crate::domain::secret::{Phase, SecretFacts};
use crate::domain::time::{MINUTE, Timestamp};
use crate::domain::trouble::Trouble;
use crate::domain::verdict::{Bearer, Refused, Verdict};
use crate::service::{Service, record};
use crate::store::api_keys::StoredKey;
use crate::store::{Tx, api_keys, roles, secrets, uses};

/// How long a use may wait to be noted.
const NOTING: Duration = Duration::from_millis(50);
/// The last use is noted again when it is older than this, in milliseconds.
const FRESH: i64 = MINUTE;

/// A key and one of its secrets, as the database has them now.
struct Found {
    key: StoredKey,
    role: Role,
    secret: SecretFacts,
    hash: Option<String>,
}

impl Service {
    /// Judges what a client sent.
    ///
    /// # Errors
    /// [`Trouble`] is no verdict: the caller must take it as denied.
    pub fn authenticate(&mut self, bytes: &[u8]) -> Result<Verdict, Trouble> {
        let Some(token) = token::parse(bytes) else {
            return Ok(Verdict::Refused(Refused::Malformed));
        };
        if !token.genuine(&self.tag_key) {
            return Ok(Verdict::Refused(Refused::Forged));
        }
        let Some(found) = self.store.read(|tx| find(tx, &token))? else {
            return Ok(Verdict::Refused(Refused::Unknown));
        };
        if let Some(reason) = found.refusal(self.now()) {
            return Ok(self.refuse(&found, reason));
        }
        // Only here, where the answer would else be valid, and outside any transaction.
        let hash = found.hash.as_deref().ok_or(Trouble::UnknownHash)?;
        if !self.hasher.verify(hash, token.text())? {
            return Ok(Verdict::Refused(Refused::Forged));
        }
        // Hashing takes long enough for an administrator to have locked the key.
        let Some(found) = self.store.read(|tx| find(tx, &token))? else {
            return Ok(Verdict::Refused(Refused::Unknown));
        };
        let now = self.now();
        if let Some(reason) = found.refusal(now) {
            return Ok(self.refuse(&found, reason));
        }
        if found.worth_noting(now) {
            // Best effort: a busy or full database must not lock the clients out.
            let _ = self.store.write_within(NOTING, |tx| {
                uses::accepted(tx, found.key.id, found.secret.id, now)
            });
        }
        Ok(Verdict::Valid(found.bearer()))
    }

    /// The refusal, noted as far as the database allows.
    fn refuse(&mut self, found: &Found, reason: Refused) -> Verdict {
        let now = self.now();
        let _ = self.store.write_within(NOTING, |tx| {
            let Found { key, secret, .. } = found;
            let Some(count) = uses::refused(tx, key.id, secret.id, reason.word(), now)? else {
                return Ok(());
            };
            let body = json!({ "secret": secret.id.0, "reason": reason.word(), "count": count });
            let target = (key.id, key.fields.name.as_str());
            record(
                tx,
                now,
                EventKind::ApiKeySessionValidationFailed,
                None,
                target,
                body,
            )
        });
        Verdict::Refused(reason)
    }
}

fn find(tx: &Tx<'_>, token: &Token<'_>) -> Result<Option<Found>, Trouble> {
    let Some(key) = api_keys::get(tx, token.id())? else {
        return Ok(None);
    };
    let Some(secret) = secrets::by_tag(tx, key.id, &token.tag())? else {
        return Ok(None);
    };
    let Some(role) = roles::get(tx, key.fields.role)? else {
        return Ok(None);
    };
    Ok(Some(Found {
        key,
        role,
        secret: secret.facts,
        hash: secret.hash,
    }))
}

impl Found {
    /// Why the secret is refused, the hash apart: the first reason that holds.
    fn refusal(&self, now: Timestamp) -> Option<Refused> {
        let facts = self.key.facts();
        if facts.deleted {
            return Some(Refused::Deleted);
        }
        match self.secret.life.phase(now) {
            Phase::Pending | Phase::Void => return Some(Refused::NotDelivered),
            Phase::Dead => return Some(Refused::Replaced),
            Phase::Current | Phase::Retiring => {}
        }
        if facts.locked_out {
            Some(Refused::LockedOut)
        } else if facts.expired(now) {
            Some(Refused::Expired)
        } else if !facts.api_access {
            Some(Refused::NoApiAccess)
        } else {
            None
        }
    }

    fn worth_noting(&self, now: Timestamp) -> bool {
        let stale = |at: Option<Timestamp>| at.is_none_or(|at| !now.is_soon_after(at, FRESH + 1));
        self.key.attempts > 0 || stale(self.key.last_sign_in_at) || stale(self.secret.last_used_at)
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
        }
    }
}
