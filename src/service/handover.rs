//! Secrets for scripts. One is handed over before the database has it: what goes wrong meanwhile leaves a text that
//! never works, and no key without its secret. Where nobody knows whether it arrived, it works from when it is read back.

use std::path::PathBuf;

use crate::auth::token;
use crate::domain::api_key::{ApiKeyDraft, ApiKeyFields};
use crate::domain::id::{KeyId, SecretId};
use crate::domain::rights::Right;
use crate::domain::secret::{Delivered, IssuedSecret, Overlap, Phase, Secret, received};
use crate::domain::state::Facts;
use crate::domain::time::Timestamp;
use crate::domain::trouble::{NotReadBack, Trouble};
use crate::domain::user::Actor;
use crate::service::Service;
use crate::service::api_keys::{add, checked, refuse_creation, undeleted};
use crate::service::change::{Attempt, Change, On};
use crate::service::made::NewSecret;
use crate::service::secrets::{HANDLES, issuable, put, record_saved, take_over};
use crate::service::typed::refuse_secrets;
use crate::store::api_keys::StoredKey;
use crate::store::presented::{self, Presented};
use crate::store::{api_keys, secrets};

/// A secret that no database holds yet, for whoever hands it over.
#[derive(Debug)]
pub struct MadeSecret {
    pub key: KeyId,
    pub secret: Secret,
}

/// What secrets were saved to.
#[derive(Clone, Debug, Default)]
pub struct Saved {
    /// One file for all of them, one for each, or none.
    pub files: Vec<PathBuf>,
    /// The public keys of those for whom the files are encrypted; none where they are not.
    pub recipients: Vec<String>,
}

/// From when on a secret works that is handed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// From when it is read back.
    Later,
    /// At once; the one that it replaces works on for so long.
    Now(Option<Overlap>),
}

/// What came of a text that was read back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadBack {
    /// From now on it works.
    Delivered(Delivered),
    /// It was delivered before, at this time.
    Before(Timestamp),
}

impl Service {
    /// What is wrong with each of the keys that are to be made, in their order: what would be refused if all that are not
    /// were made. Nothing is made; a refusal is noted.
    ///
    /// # Errors
    /// What is wrong with all of them: the right, the database.
    pub fn check_new_keys(
        &mut self,
        actor: &Actor,
        drafts: &[ApiKeyDraft],
    ) -> Result<Vec<Option<Trouble>>, Trouble> {
        let attempt = creating(drafts);
        // What takes long is looked at without the lock.
        let mut faults = self.look_first(actor, attempt, |change| {
            let each = drafts.iter().map(|draft| sorted(typed(change, draft)));
            each.collect::<Result<Vec<_>, _>>()
        })?;
        self.change(actor, attempt, |change| {
            change.tx.in_vain(|| {
                let ids = api_keys::free(change.tx)?;
                for ((draft, fault), id) in drafts.iter().zip(&mut faults).zip(ids) {
                    if fault.is_none() {
                        *fault = sorted(try_to_add(change, id, draft))?;
                    }
                }
                Ok(())
            })?
        })?;
        for (draft, fault) in drafts.iter().zip(&faults) {
            if let Some(trouble) = fault {
                let refused: Result<(), _> = Err(trouble.clone());
                let _ = self.note_refusal(actor, creating(std::slice::from_ref(draft)), refused);
            }
        }
        Ok(faults)
    }

    /// Makes keys, all of them or none. Their secrets are handed over first; `hand_over` gives the files that they are in.
    ///
    /// # Errors
    /// Those of `hand_over`, and why a key cannot be made. What was handed over never works then, unless the trouble is
    /// unsure.
    pub fn create_keys(
        &mut self,
        actor: &Actor,
        drafts: &[ApiKeyDraft],
        delivery: Delivery,
        hand_over: impl FnOnce(&[MadeSecret]) -> Result<Saved, Trouble>,
    ) -> Result<Vec<KeyId>, Trouble> {
        let attempt = creating(drafts);
        self.look_first(actor, attempt, |change| {
            drafts.iter().try_for_each(|draft| {
                let fields = typed(change, draft)?;
                refuse_creation(change, draft, &fields)
            })
        })?;
        // A secret holds the ID.
        let ids = self.change(actor, attempt, |change| {
            let ids = drafts.iter().map(|_| api_keys::reserve(change.tx));
            Ok(ids.collect::<Result<Vec<_>, _>>()?)
        })?;
        let made = ids.iter().map(|id| self.make_secret(*id));
        let made = made.collect::<Result<Vec<_>, _>>()?;
        let saved = hand_over(&handed(&ids, &made))?;
        self.change(actor, attempt, |change| {
            let keys = drafts.iter().zip(&ids).zip(made);
            for (index, ((draft, id), made)) in keys.enumerate() {
                let fields = checked(change, None, draft)?;
                refuse_creation(change, draft, &fields)?;
                let issued = add(change, *id, fields, made)?;
                record_file(change, &issued, &saved, index)?;
                settle(change, &issued, delivery)?;
            }
            Ok(())
        })?;
        Ok(ids)
    }

    /// Makes a new secret for a key; one that was pending before never works. It is handed over first, as in
    /// [`Service::create_keys`].
    ///
    /// # Errors
    /// [`Trouble::OverlapNeeded`] where it replaces one that works, and it is not said how long that works on; else as of
    /// [`Service::create_keys`].
    pub fn new_secret(
        &mut self,
        actor: &Actor,
        id: KeyId,
        delivery: Delivery,
        hand_over: impl FnOnce(&[MadeSecret]) -> Result<Saved, Trouble>,
    ) -> Result<Option<Delivered>, Trouble> {
        let attempt = Attempt::new("issue", On::Key(id), &[Right::EditApiKeys]);
        self.look_first(actor, attempt, |change| {
            issuable(change, id)?;
            match delivery {
                Delivery::Later => Ok(()),
                Delivery::Now(overlap) => refuse_unsaid(change, id, overlap),
            }
        })?;
        let made = [self.make_secret(id)?];
        let saved = hand_over(&handed(&[id], &made))?;
        let [made] = made;
        self.change(actor, attempt, |change| {
            let issued = put(change, id, made)?;
            record_file(change, &issued, &saved, 0)?;
            settle(change, &issued, delivery)
        })
    }

    /// Delivers the pending secret of a key that somebody has read back: now it is known to have arrived. The one that
    /// it replaces works on for `overlap`. One that was delivered before stays so. Gives the name of the key, too.
    ///
    /// # Errors
    /// [`Trouble::NotReadBack`] and [`Trouble::SecretVoid`], what it is instead; [`Trouble::OverlapNeeded`] where it
    /// replaces one that works, and it is not said how long that works on.
    pub fn confirm_read_back(
        &mut self,
        actor: &Actor,
        id: KeyId,
        bytes: &[u8],
        overlap: Option<Overlap>,
    ) -> Result<(String, ReadBack), Trouble> {
        let attempt = Attempt::new("deliver", On::Key(id), HANDLES);
        self.look_first(actor, attempt, |change| issuable(change, id).map(drop))?;
        let token = token::parse(bytes).ok_or_else(|| {
            let is_there = token::parse(bytes.trim_ascii()).is_some();
            let blanks = is_there.then_some(NotReadBack::Blanks);
            Trouble::NotReadBack(blanks.unwrap_or(NotReadBack::Malformed))
        })?;
        if !token.genuine(&self.tag_key) {
            return Err(Trouble::NotReadBack(NotReadBack::Forged));
        }
        if token.id() != id {
            return Err(Trouble::NotReadBack(NotReadBack::OfAnother(token.id())));
        }
        let tag = token.tag();
        let found = self.store.read(|tx| presented::get(tx, id, &tag))?;
        let found = found.ok_or(Trouble::KeyGone(id))?;
        // Computed outside any transaction, as it takes long.
        if let Some(phc) = &found.hash
            && !self.hasher.verify(phc, received(bytes))?
        {
            return Err(Trouble::NotReadBack(NotReadBack::Forged));
        }
        self.change(actor, attempt, |change| {
            let key = issuable(change, id)?;
            let found = presented::get(change.tx, id, &tag)?;
            let secret = found.and_then(|Presented { secret, .. }| secret);
            let secret = secret.ok_or(Trouble::NotReadBack(NotReadBack::Unknown))?;
            match secret.life.phase(change.now) {
                Phase::Pending => {}
                Phase::Current | Phase::Retiring => {
                    let at = secret.life.delivered_at.unwrap_or(change.now);
                    return Ok((key.fields.name, ReadBack::Before(at)));
                }
                Phase::Dead => return Err(Trouble::NotReadBack(NotReadBack::Replaced)),
                Phase::Void => return Err(Trouble::SecretVoid),
            }
            refuse_unsaid(change, id, overlap)?;
            let until = take_over(change, &key, secret.id, overlap.unwrap_or(Overlap::None))?;
            let delivered = delivered(change, &key, secret.id, until);
            Ok((key.fields.name, ReadBack::Delivered(delivered)))
        })
    }
}

fn creating(drafts: &[ApiKeyDraft]) -> Attempt<'_> {
    let name = drafts.first().map_or("", |draft| draft.name.as_str());
    Attempt::new("create", On::NewKey(name), &[Right::CreateApiKeys])
}

/// The fields, where the draft breaks no rule and holds no secret of this database.
fn typed(change: &Change<'_>, draft: &ApiKeyDraft) -> Result<ApiKeyFields, Trouble> {
    let fields = checked(change, None, draft)?;
    refuse_secrets(change.tx, &fields.texts(), Some(fields.role))?;
    Ok(fields)
}

/// Adds the row of a key, for those behind it to be compared with.
fn try_to_add(change: &Change<'_>, id: KeyId, draft: &ApiKeyDraft) -> Result<(), Trouble> {
    let fields = checked(change, None, draft)?;
    refuse_creation(change, draft, &fields)?;
    Ok(api_keys::insert(
        change.tx,
        id,
        &fields,
        &change.actor.name,
        change.now,
    )?)
}

/// What is wrong with one key alone; what the database says concerns all of them.
fn sorted<T>(done: Result<T, Trouble>) -> Result<Option<Trouble>, Trouble> {
    match done {
        Err(trouble @ Trouble::Storage(_)) => Err(trouble),
        done => Ok(done.err()),
    }
}

fn handed(ids: &[KeyId], made: &[NewSecret]) -> Vec<MadeSecret> {
    let each = ids.iter().zip(made).map(|(id, made)| MadeSecret {
        key: *id,
        secret: made.secret.clone(),
    });
    each.collect()
}

/// Records the file that the secret with this place among all is in, if there is one.
fn record_file(
    change: &Change<'_>,
    issued: &IssuedSecret,
    saved: &Saved,
    index: usize,
) -> Result<(), Trouble> {
    let file = saved.files.get(index).or(saved.files.last());
    let Some(file) = file else { return Ok(()) };
    let key = undeleted(change.tx, issued.key)?;
    let path = file.display().to_string();
    record_saved(change, &key, issued.id, (&path, &saved.recipients))
}

/// Delivers a secret that was just issued, if it is to work at once.
fn settle(
    change: &Change<'_>,
    issued: &IssuedSecret,
    delivery: Delivery,
) -> Result<Option<Delivered>, Trouble> {
    let Delivery::Now(overlap) = delivery else {
        return Ok(None);
    };
    refuse_unsaid(change, issued.key, overlap)?;
    let key = undeleted(change.tx, issued.key)?;
    let until = take_over(change, &key, issued.id, overlap.unwrap_or(Overlap::None))?;
    Ok(Some(delivered(change, &key, issued.id, until)))
}

/// What came of a delivery that was made just now.
fn delivered(
    change: &Change<'_>,
    key: &StoredKey,
    secret: SecretId,
    overlap_until: Option<Timestamp>,
) -> Delivered {
    Delivered {
        key: key.id,
        secret,
        at: change.now,
        overlap_until,
        facts: Facts {
            delivered: true,
            ..key.facts()
        },
    }
}

/// Refuses to replace a secret that works where it is not said how long that works on.
fn refuse_unsaid(change: &Change<'_>, id: KeyId, overlap: Option<Overlap>) -> Result<(), Trouble> {
    let replaces = secrets::live(change.tx, id)?.current.is_some();
    if replaces && overlap.is_none() {
        return Err(Trouble::OverlapNeeded);
    }
    Ok(())
}
