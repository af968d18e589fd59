//! The life of a secret: issued, delivered or discarded, replaced with an overlap, ended.

use serde_json::json;

use crate::auth::token;
use crate::domain::event::EventKind;
use crate::domain::id::{KeyId, SecretId};
use crate::domain::rights::Right;
use crate::domain::role::Role;
use crate::domain::secret::{
    Delivered, Ended, IssuedSecret, Overlap, Phase, SecretFacts, find_secret_shape,
};
use crate::domain::state::Facts;
use crate::domain::time::Timestamp;
use crate::domain::trouble::{Fault, Trouble};
use crate::domain::user::Actor;
use crate::service::api_keys::attempt;
use crate::service::authority::{refuse_beyond, refuse_secret};
use crate::service::refuse::{Attempt, On};
use crate::service::typed::is_secret;
use crate::service::{Service, authorize, record, undeleted};
use crate::store::api_keys::StoredKey;
use crate::store::secrets::{self, StoredSecret};
use crate::store::{Tx, api_keys};

/// Whoever may issue a secret, with a new key or for an old one, may say what became of it.
const HANDLERS: [Right; 2] = [Right::EditApiKeys, Right::CreateApiKeys];

impl Service {
    /// Issues a new secret for a key. It is pending, and one that was pending before never works.
    ///
    /// # Errors
    /// [`Trouble::NotAuthorized`], [`Trouble::KeyGone`]; [`Trouble::SecretBeyondOwn`].
    pub fn issue(&mut self, actor: &Actor, id: KeyId) -> Result<IssuedSecret, Trouble> {
        // Checked before the hash is computed, which takes long, and again with the lock held.
        let attempt = attempt("issue", id);
        let allowed = self.store.read(|tx| {
            let own = authorize(tx, actor, Right::EditApiKeys)?;
            refuse_secret(tx, &own, &undeleted(tx, id)?.fields)
        });
        if let Err(trouble) = allowed {
            self.note(actor, attempt, &trouble);
            return Err(trouble);
        }
        let (secret, tag) = token::make(id, &self.tag_key, self.random.as_mut())?;
        let hash = self
            .hasher
            .hash(secret.expose().as_bytes(), self.random.as_mut())?;
        self.change(actor, &[Right::EditApiKeys], attempt, |tx, own, now| {
            let key = undeleted(tx, id)?;
            refuse_secret(tx, own, &key.fields)?;
            let live = secrets::live(tx, id)?;
            if let Some(pending) = &live.pending {
                end_pending(tx, pending, now, Ended::IssuedAgain)?;
            }
            let secret_id = secrets::insert(tx, id, &tag, &hash, &actor.name, now)?;
            let body =
                json!({ "secret": secret_id.0, "voids": live.pending.map(|pending| pending.id.0) });
            let target = (id, key.fields.name.as_str());
            record(tx, now, EventKind::SecretIssued, Some(actor), target, body)?;
            Ok(IssuedSecret {
                key: id,
                id: secret_id,
                secret,
                issued_at: now,
                replaces: live.current.is_some(),
                retiring_until: live
                    .retiring
                    .filter(|secret| secret.life.phase(now) == Phase::Retiring)
                    .and_then(|secret| secret.life.retires_at),
                facts: key.facts(),
                key_name: key.fields.name,
            })
        })
    }

    /// Delivers a pending secret: from now on it authenticates. The one that it replaces works on for `overlap`,
    /// one still retiring from before ends. A secret that was delivered already stays so.
    ///
    /// # Errors
    /// [`Trouble::NotAuthorized`], [`Trouble::SecretBeyondOwn`]; [`Trouble::SecretVoid`] where the secret can never
    /// work any more.
    pub fn deliver(
        &mut self,
        actor: &Actor,
        id: SecretId,
        overlap: Option<Overlap>,
    ) -> Result<Delivered, Trouble> {
        let attempt = of_secret("deliver", id);
        self.change(actor, &HANDLERS, attempt, |tx, own, now| {
            let secret = secrets::get(tx, id)?.ok_or(Trouble::SecretVoid)?;
            let key = undeleted(tx, secret.key).map_err(void)?;
            refuse_secret(tx, own, &key.fields)?;
            let live = secrets::live(tx, secret.key)?;
            match secret.facts.life.phase(now) {
                Phase::Pending => {}
                Phase::Current | Phase::Retiring => {
                    return Ok(delivered_before(&secret, &key, now));
                }
                Phase::Dead | Phase::Void => return Err(Trouble::SecretVoid),
            }
            if let Some(retiring) = live.retiring {
                end_retiring(tx, &retiring, now, Ended::ReplacedAgain)?;
            }
            let expiry = key.fields.expiry.map(|expiry| expiry.at);
            let until = overlap.unwrap_or(Overlap::None).ends_at(now, expiry);
            if let Some(current) = &live.current {
                secrets::retire(tx, current.id, until)?;
                if until <= now {
                    secrets::end(tx, current.id, now, Ended::OverlapOver)?;
                }
            }
            secrets::deliver(tx, id, now)?;
            api_keys::set_delivered(tx, key.id)?;
            let overlap_until = live.current.filter(|_| until > now).map(|_| until);
            let body = json!({
                "secret": id.0,
                "replaces": live.current.map(|current| current.id.0),
                "overlapUntil": overlap_until.map(|until| until.0),
            });
            let target = (key.id, key.fields.name.as_str());
            record(
                tx,
                now,
                EventKind::SecretDelivered,
                Some(actor),
                target,
                body,
            )?;
            Ok(Delivered {
                key: key.id,
                secret: id,
                at: now,
                overlap_until,
                facts: Facts {
                    delivered: true,
                    ..key.facts()
                },
            })
        })
    }

    /// Makes a pending secret void; one that is void stays so.
    ///
    /// # Errors
    /// [`Trouble::NotAuthorized`], [`Trouble::BeyondOwn`]; [`Trouble::SecretDelivered`].
    pub fn discard(&mut self, actor: &Actor, id: SecretId) -> Result<(), Trouble> {
        let attempt = of_secret("discard", id);
        self.change(actor, &HANDLERS, attempt, |tx, own, now| {
            let Some(secret) = secrets::get(tx, id)? else {
                return Ok(());
            };
            // Its row stays when the key is deleted.
            let key = api_keys::get(tx, secret.key)?.ok_or(Trouble::KeyGone(secret.key))?;
            refuse_beyond(tx, own, (&key.fields.name, key.fields.role))?;
            match secret.facts.life.phase(now) {
                Phase::Void | Phase::Dead => return Ok(()),
                Phase::Current | Phase::Retiring => {
                    return Err(Trouble::SecretDelivered);
                }
                Phase::Pending => {}
            }
            secrets::end(tx, id, now, Ended::Discarded)?;
            note(tx, now, EventKind::SecretDiscarded, actor, &secret, None)
        })
    }

    /// Ends the overlap of a key now: only the current secret works from here.
    ///
    /// # Errors
    /// [`Trouble::NotAuthorized`], [`Trouble::BeyondOwn`], [`Trouble::KeyGone`]; [`Trouble::NoOverlap`] where nothing
    /// is retiring.
    pub fn end_overlap(&mut self, actor: &Actor, id: KeyId) -> Result<(), Trouble> {
        let attempt = attempt("end-overlap", id);
        self.change(actor, &[Right::EditApiKeys], attempt, |tx, own, now| {
            let (key, retiring) = overlapping(tx, own, id, now)?;
            secrets::end(tx, retiring.id, now, Ended::OverlapEndedByHand)?;
            let body = json!({ "secret": retiring.id.0 });
            let target = (id, key.fields.name.as_str());
            Ok(record(
                tx,
                now,
                EventKind::OverlapEnded,
                Some(actor),
                target,
                body,
            )?)
        })
    }

    /// Whether a pending secret may be saved to this file: asked before it is written.
    ///
    /// # Errors
    /// As of [`Service::saved_to_file`]; [`Trouble::SecretNamed`].
    pub fn may_save_to_file(
        &mut self,
        actor: &Actor,
        id: SecretId,
        path: &str,
    ) -> Result<(), Trouble> {
        let attempt = of_secret("save-to-file", id);
        self.change(actor, &HANDLERS, attempt, |tx, own, now| {
            savable(tx, own, id, now)?;
            if is_secret(tx, path)? {
                return Err(Trouble::SecretNamed);
            }
            Ok(())
        })
    }

    /// Records that a pending secret was saved to a file.
    ///
    /// # Errors
    /// [`Trouble::NotAuthorized`], [`Trouble::SecretBeyondOwn`]; [`Trouble::SecretVoid`] where the secret can never
    /// work any more; [`Trouble::SecretDelivered`].
    pub fn saved_to_file(
        &mut self,
        actor: &Actor,
        id: SecretId,
        path: &str,
    ) -> Result<(), Trouble> {
        let attempt = of_secret("save-to-file", id);
        self.change(actor, &HANDLERS, attempt, |tx, own, now| {
            let secret = savable(tx, own, id, now)?;
            note(
                tx,
                now,
                EventKind::SecretSavedToFile,
                actor,
                &secret,
                Some(path),
            )
        })
    }
}

/// The pending secret, where whoever has this role may have it in a file.
fn savable(tx: &Tx<'_>, own: &Role, id: SecretId, now: Timestamp) -> Result<StoredSecret, Trouble> {
    let secret = secrets::get(tx, id)?.ok_or(Trouble::SecretVoid)?;
    let key = undeleted(tx, secret.key).map_err(void)?;
    refuse_secret(tx, own, &key.fields)?;
    match secret.facts.life.phase(now) {
        Phase::Pending => Ok(secret),
        Phase::Current | Phase::Retiring => Err(Trouble::SecretDelivered),
        Phase::Dead | Phase::Void => Err(Trouble::SecretVoid),
    }
}

/// The key and its retiring secret, where whoever has the role `own` may end that.
pub(super) fn overlapping(
    tx: &Tx<'_>,
    own: &Role,
    id: KeyId,
    now: Timestamp,
) -> Result<(StoredKey, SecretFacts), Trouble> {
    let key = undeleted(tx, id)?;
    refuse_beyond(tx, own, (&key.fields.name, key.fields.role))?;
    let retiring = secrets::live(tx, id)?
        .retiring
        .filter(|secret| secret.life.phase(now) == Phase::Retiring)
        .ok_or(Trouble::NoOverlap)?;
    Ok((key, retiring))
}

fn of_secret(verb: &'static str, id: SecretId) -> Attempt<'static> {
    Attempt {
        verb,
        on: On::Secret(id),
    }
}

/// A key that is gone takes its pending secret with it.
fn void(trouble: Trouble) -> Trouble {
    match trouble {
        Trouble::KeyGone(_) => Trouble::SecretVoid,
        other => other,
    }
}

fn delivered_before(secret: &StoredSecret, key: &StoredKey, now: Timestamp) -> Delivered {
    Delivered {
        key: secret.key,
        secret: secret.facts.id,
        at: secret.facts.life.delivered_at.unwrap_or(now),
        overlap_until: None,
        facts: key.facts(),
    }
}

/// Ends a pending secret: for the reason given, unless its hour was over before.
fn end_pending(tx: &Tx<'_>, secret: &SecretFacts, now: Timestamp, why: Ended) -> Result<(), Fault> {
    let over = secret.life.phase(now) == Phase::Void;
    let why = if over { Ended::NotDeliveredInTime } else { why };
    secrets::end(tx, secret.id, now, why)
}

/// Ends a retiring secret: for the reason given, unless its time was reached before.
fn end_retiring(
    tx: &Tx<'_>,
    secret: &SecretFacts,
    now: Timestamp,
    why: Ended,
) -> Result<(), Fault> {
    match secret.life.retires_at {
        Some(at) if at <= now => secrets::end(tx, secret.id, at, Ended::OverlapOver),
        _ => secrets::end(tx, secret.id, now, why),
    }
}

/// Records an event about a secret whose key may be gone.
fn note(
    tx: &Tx<'_>,
    now: Timestamp,
    kind: EventKind,
    actor: &Actor,
    secret: &StoredSecret,
    path: Option<&str>,
) -> Result<(), Trouble> {
    let name = api_keys::get(tx, secret.key)?.map_or_else(String::new, |key| key.fields.name);
    let mut body = json!({ "secret": secret.facts.id.0 });
    // A path can hold anything; a secret it may not bring into an event.
    if let Some(path) = path.filter(|path| find_secret_shape(path).is_none()) {
        body["path"] = path.into();
    }
    Ok(record(
        tx,
        now,
        kind,
        Some(actor),
        (secret.key, name.as_str()),
        body,
    )?)
}
