//! The life of a secret: issued, delivered or discarded, replaced with an overlap, ended.

use serde_json::{Value, json};

use crate::domain::event::EventKind;
use crate::domain::id::{KeyId, SecretId};
use crate::domain::intent::KeyChange;
use crate::domain::rights::Right;
use crate::domain::secret::{
    Delivered, Ended, IssuedSecret, Overlap, Phase, SecretFacts, find_secret_shape,
};
use crate::domain::state::Facts;
use crate::domain::time::Timestamp;
use crate::domain::trouble::{Fault, Trouble};
use crate::domain::user::Actor;
use crate::service::Service;
use crate::service::api_keys::{target, undeleted};
use crate::service::authority::{refuse_beyond, refuse_secret};
use crate::service::change::{Attempt, Change, On};
use crate::service::made::NewSecret;
use crate::service::typed::is_secret;
use crate::store::api_keys;
use crate::store::api_keys::StoredKey;
use crate::store::secrets::{self, StoredSecret};

/// Whoever may issue a secret, with a new key or for an old one, may say what became of it.
pub(super) const HANDLES: &[Right] = &[Right::EditApiKeys, Right::CreateApiKeys];

impl Service {
    /// Issues a new secret for a key. It is pending, and one that was pending before never works.
    pub fn issue(&mut self, actor: &Actor, id: KeyId) -> Result<IssuedSecret, Trouble> {
        // Checked before the hash is computed, which takes long, and again with the lock held.
        let attempt = Attempt::new("issue", On::Key(id), &[Right::EditApiKeys]);
        self.look_first(actor, attempt, |change| issuable(change, id))?;
        let made = self.make_secret(id)?;
        self.change(actor, attempt, |change| put(change, id, made))
    }

    /// Delivers a pending secret: from now on it authenticates. The one that it replaces works on for `overlap`,
    /// one still retiring from before ends. A secret that was delivered already stays so.
    ///
    /// # Errors
    /// [`Trouble::SecretVoid`] where the secret can never work any more.
    pub fn deliver(
        &mut self,
        actor: &Actor,
        id: SecretId,
        overlap: Option<Overlap>,
    ) -> Result<Delivered, Trouble> {
        let attempt = Attempt::new("deliver", On::Secret(id), HANDLES);
        self.change(actor, attempt, |change| {
            let now = change.now;
            let (secret, key) = handed_over(change, id)?;
            let delivered = |at, overlap_until| Delivered {
                key: key.id,
                secret: id,
                at,
                overlap_until,
                facts: Facts {
                    delivered: true,
                    ..key.facts()
                },
            };
            match secret.facts.life.phase(now) {
                Phase::Pending => {}
                Phase::Current | Phase::Retiring => {
                    let at = secret.facts.life.delivered_at.unwrap_or(now);
                    return Ok(delivered(at, None));
                }
                Phase::Dead | Phase::Void => return Err(Trouble::SecretVoid),
            }
            let overlap_until = take_over(change, &key, id, overlap.unwrap_or(Overlap::None))?;
            Ok(delivered(now, overlap_until))
        })
    }

    /// Makes a pending secret void; one that is void stays so.
    pub fn discard(&mut self, actor: &Actor, id: SecretId) -> Result<(), Trouble> {
        let attempt = Attempt::new("discard", On::Secret(id), HANDLES);
        self.change(actor, attempt, |change| {
            let Some(secret) = secrets::get(change.tx, id)? else {
                return Ok(());
            };
            // Its row stays when the key is deleted.
            let key = api_keys::get(change.tx, secret.key)?;
            let key = key.ok_or(Trouble::KeyGone(secret.key))?;
            refuse_beyond(change, &key.fields)?;
            match secret.facts.life.phase(change.now) {
                Phase::Void | Phase::Dead => return Ok(()),
                Phase::Current | Phase::Retiring => return Err(Trouble::SecretDelivered),
                Phase::Pending => {}
            }
            secrets::end(change.tx, id, change.now, Ended::Discarded)?;
            let body = json!({ "secret": id.0 });
            change.record(
                EventKind::SecretDiscarded,
                target(key.id, &key.fields),
                body,
            )
        })
    }

    /// Ends the overlap of a key now: only the current secret works from here.
    ///
    /// # Errors
    /// [`Trouble::NoOverlap`] where nothing is retiring.
    pub fn end_overlap(&mut self, actor: &Actor, id: KeyId) -> Result<(), Trouble> {
        let attempt = Attempt::new("end-overlap", On::Key(id), KeyChange::EndOverlap.needs());
        self.change(actor, attempt, |change| {
            let (key, retiring) = change.overlapping(id)?;
            secrets::end(
                change.tx,
                retiring.id,
                change.now,
                Ended::OverlapEndedByHand,
            )?;
            let body = json!({ "secret": retiring.id.0 });
            change.record(EventKind::OverlapEnded, target(id, &key.fields), body)
        })
    }

    /// Whether a pending secret may be saved to this file: asked before it is written.
    ///
    /// # Errors
    /// [`Trouble::SecretVoid`] and [`Trouble::SecretDelivered`] as of [`Service::saved_to_file`];
    /// [`Trouble::SecretNamed`] where the path holds a secret.
    pub fn may_save_to_file(
        &mut self,
        actor: &Actor,
        id: SecretId,
        path: &str,
    ) -> Result<(), Trouble> {
        self.change(actor, saving(id), |change| {
            savable(change, id)?;
            if is_secret(change.tx, path)? {
                return Err(Trouble::SecretNamed);
            }
            Ok(())
        })
    }

    /// Records that a pending secret was saved to a file, encrypted for whoever has one of these public keys; not encrypted
    /// where there are none.
    ///
    /// # Errors
    /// [`Trouble::SecretVoid`] where the secret can never work any more; [`Trouble::SecretDelivered`] where it does
    /// already.
    pub fn saved_to_file(
        &mut self,
        actor: &Actor,
        id: SecretId,
        path: &str,
        recipients: &[String],
    ) -> Result<(), Trouble> {
        self.change(actor, saving(id), |change| {
            let key = savable(change, id)?;
            record_saved(change, &key, id, (path, recipients))
        })
    }
}

fn saving(id: SecretId) -> Attempt<'static> {
    Attempt::new("save-to-file", On::Secret(id), HANDLES)
}

/// Records the file that a secret is in, and for whom that is encrypted.
pub(super) fn record_saved(
    change: &Change<'_>,
    key: &StoredKey,
    id: SecretId,
    (path, recipients): (&str, &[String]),
) -> Result<(), Trouble> {
    let mut body = json!({ "secret": id.0 });
    add_path(&mut body, "path", path);
    if !recipients.is_empty() {
        body["recipients"] = recipients.into();
    }
    let target = target(key.id, &key.fields);
    change.record(EventKind::SecretSavedToFile, target, body)
}

/// Adds a path to the body of an event. It can hold anything; a secret it may not bring in.
pub(super) fn add_path(body: &mut Value, name: &str, path: &str) {
    if find_secret_shape(path).is_none() {
        body[name] = path.into();
    }
}

/// Adds a secret that was made for a key. It is pending, and one that was pending before never works.
pub(super) fn put(
    change: &Change<'_>,
    id: KeyId,
    made: NewSecret,
) -> Result<IssuedSecret, Trouble> {
    let Change { tx, now, actor, .. } = *change;
    let key = issuable(change, id)?;
    let live = secrets::live(tx, id)?;
    if let Some(pending) = &live.pending {
        end_pending(change, pending, Ended::IssuedAgain)?;
    }
    let secret_id = secrets::insert(tx, id, &made.tag, &made.hash, &actor.name, now)?;
    let voids = live.pending.map(|pending| pending.id.0);
    let body = json!({ "secret": secret_id.0, "voids": voids });
    change.record(EventKind::SecretIssued, target(id, &key.fields), body)?;
    Ok(IssuedSecret {
        key: id,
        id: secret_id,
        secret: made.secret,
        issued_at: now,
        replaces: live.current.is_some(),
        retiring_until: live
            .retiring
            .filter(|secret| secret.life.phase(now) == Phase::Retiring)
            .and_then(|secret| secret.life.retires_at),
        facts: key.facts(),
        key_name: key.fields.name,
    })
}

/// Has a pending secret take the place of the current one, which works on for `overlap`: gives until when, where it does.
pub(super) fn take_over(
    change: &Change<'_>,
    key: &StoredKey,
    id: SecretId,
    overlap: Overlap,
) -> Result<Option<Timestamp>, Trouble> {
    let Change { tx, now, .. } = *change;
    let live = secrets::live(tx, key.id)?;
    if let Some(retiring) = live.retiring {
        end_retiring(change, &retiring, Ended::ReplacedAgain)?;
    }
    let expiry = key.fields.expiry.map(|expiry| expiry.at);
    let until = overlap.ends_at(now, expiry);
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
    change.record(
        EventKind::SecretDelivered,
        target(key.id, &key.fields),
        body,
    )?;
    Ok(overlap_until)
}

/// The key, where the actor may issue a secret for it.
pub(super) fn issuable(change: &Change<'_>, id: KeyId) -> Result<StoredKey, Trouble> {
    let key = undeleted(change.tx, id)?;
    refuse_secret(change, &key.fields)?;
    Ok(key)
}

/// A secret and its key, where the actor may hand it to somebody. A key that is gone takes its secrets with it.
fn handed_over(change: &Change<'_>, id: SecretId) -> Result<(StoredSecret, StoredKey), Trouble> {
    let secret = secrets::get(change.tx, id)?.ok_or(Trouble::SecretVoid)?;
    match issuable(change, secret.key) {
        Ok(key) => Ok((secret, key)),
        Err(Trouble::KeyGone(_)) => Err(Trouble::SecretVoid),
        Err(trouble) => Err(trouble),
    }
}

/// The key of a pending secret, where the actor may have it in a file.
fn savable(change: &Change<'_>, id: SecretId) -> Result<StoredKey, Trouble> {
    let (secret, key) = handed_over(change, id)?;
    match secret.facts.life.phase(change.now) {
        Phase::Pending => Ok(key),
        Phase::Current | Phase::Retiring => Err(Trouble::SecretDelivered),
        Phase::Dead | Phase::Void => Err(Trouble::SecretVoid),
    }
}

impl Change<'_> {
    /// The key and its retiring secret, where the actor may end that.
    pub(super) fn overlapping(&self, id: KeyId) -> Result<(StoredKey, SecretFacts), Trouble> {
        let key = undeleted(self.tx, id)?;
        refuse_beyond(self, &key.fields)?;
        let retiring = secrets::live(self.tx, id)?
            .retiring
            .filter(|secret| secret.life.phase(self.now) == Phase::Retiring)
            .ok_or(Trouble::NoOverlap)?;
        Ok((key, retiring))
    }
}

/// Ends a pending secret: for the reason given, unless its hour was over before.
fn end_pending(change: &Change<'_>, secret: &SecretFacts, why: Ended) -> Result<(), Fault> {
    let over = secret.life.phase(change.now) == Phase::Void;
    let why = if over { Ended::NotDeliveredInTime } else { why };
    secrets::end(change.tx, secret.id, change.now, why)
}

/// Ends a retiring secret: for the reason given, unless its time was reached before.
fn end_retiring(change: &Change<'_>, secret: &SecretFacts, why: Ended) -> Result<(), Fault> {
    let over = secret.life.retires_at.filter(|at| *at <= change.now);
    let (at, why) = over.map_or((change.now, why), |at| (at, Ended::OverlapOver));
    secrets::end(change.tx, secret.id, at, why)
}
