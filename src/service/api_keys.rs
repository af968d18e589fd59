//! API keys and their Properties: looking, creating, saving, locking out, deleting.

use serde_json::{Map, Value, json};

use crate::domain::api_key::{ApiKeyDraft, ApiKeyFields, ApiKeyLife, ApiKeyProperties};
use crate::domain::authority::{Holder, within};
use crate::domain::event::{EventKind, Target};
use crate::domain::id::KeyId;
use crate::domain::intent::{Affected, KeyChange, Named as Names, Prospect};
use crate::domain::problem::{Field, Problem, Rule};
use crate::domain::reference::RowKind;
use crate::domain::rights::Right;
use crate::domain::role::Role;
use crate::domain::secret::{Ended, IssuedSecret};
use crate::domain::state::{Facts, is_restorable};
use crate::domain::trouble::{Fault, Trouble};
use crate::domain::user::Actor;
use crate::service::authority::{
    Edit, refuse_beyond, refuse_giving, refuse_new, role_in_use, role_problem,
};
use crate::service::change::{Attempt, Change, Edits, On, locked_already, not_locked};
use crate::service::made::NewSecret;
use crate::service::names::{SHOWING_ROLES, name_problem};
use crate::service::record::{differences, role_in_event};
use crate::service::typed::refuse_secrets;
use crate::service::{Service, refuse_if_any};
use crate::store::api_keys::StoredKey;
use crate::store::{Tx, api_keys, policy, roles, secrets};

/// The events of an edit.
pub(super) const EDITS: Edits = [
    EventKind::ApiKeyUpdated,
    EventKind::ApiKeyLockedOut,
    EventKind::ApiKeyUnlocked,
];

/// A key with the story of its life, a deleted one too.
pub(super) fn life(tx: &Tx, id: KeyId) -> Result<ApiKeyLife, Trouble> {
    let key = api_keys::get(tx, id)?.ok_or(Trouble::KeyGone(id))?;
    let live = secrets::live(tx, id)?;
    Ok(ApiKeyLife {
        id,
        facts: key.facts(),
        fields: key.fields,
        created_at: key.created_at,
        created_by: key.created_by,
        locked_by: key.locked_by,
        last_sign_in_at: key.last_sign_in_at,
        attempts: key.attempts,
        secrets: [live.pending, live.current, live.retiring]
            .into_iter()
            .flatten()
            .collect(),
    })
}

impl Service {
    /// What Properties shows, of a deleted key too.
    pub fn key_properties(&self, actor: &Actor, id: KeyId) -> Result<ApiKeyProperties, Trouble> {
        self.ask(actor, &[Right::ViewApiKeys], |tx, _| {
            Ok(ApiKeyProperties {
                key: life(tx, id)?,
                roles: roles::all_undeleted(tx)?,
                policy: policy::get(tx)?,
            })
        })
    }

    /// Every role there is, by name: what can be chosen for a key or a user.
    pub fn roles(&self, actor: &Actor) -> Result<Vec<Role>, Trouble> {
        self.ask(actor, &SHOWING_ROLES, |tx, _| Ok(roles::all_undeleted(tx)?))
    }

    /// Creates a key, with its first secret pending.
    pub fn create_key(
        &mut self,
        actor: &Actor,
        draft: &ApiKeyDraft,
    ) -> Result<IssuedSecret, Trouble> {
        let made = self.make_key(actor, draft, |_, _| Ok(()))?;
        Ok(made.0)
    }

    /// Creates a key, with its first secret pending, and does what is to be done with both in the same transaction.
    pub(super) fn make_key<T>(
        &mut self,
        actor: &Actor,
        draft: &ApiKeyDraft,
        then: impl FnOnce(&Change<'_>, &IssuedSecret) -> Result<T, Trouble>,
    ) -> Result<(IssuedSecret, T), Trouble> {
        let on = On::NewKey(&draft.name);
        let attempt = Attempt::new("create", on, &[Right::CreateApiKeys]);
        // The secret holds the ID, so that is reserved first: while the hash is computed nobody waits for the lock.
        let id = self.change(actor, attempt, |change| {
            let fields = checked(change, None, draft)?;
            // No secret that is issued later can have been typed before.
            refuse_secrets(change.tx, &fields.texts(), Some(fields.role))?;
            refuse_creation(change, draft, &fields)?;
            Ok(api_keys::reserve(change.tx)?)
        })?;
        let made = self.make_secret(id)?;
        self.change(actor, attempt, |change| {
            let fields = checked(change, None, draft)?;
            refuse_creation(change, draft, &fields)?;
            let issued = add(change, id, fields, made)?;
            let done = then(change, &issued)?;
            Ok((issued, done))
        })
    }

    /// Saves what this person changed (`before` to `draft`) and gives what the key has now. Nothing changed is
    /// nothing written.
    ///
    /// # Errors
    /// [`Trouble::Problems`] with the form, among them what somebody else changed meanwhile.
    pub fn save_key(
        &mut self,
        actor: &Actor,
        id: KeyId,
        before: &ApiKeyFields,
        draft: &ApiKeyDraft,
    ) -> Result<ApiKeyFields, Trouble> {
        let attempt = Attempt::new("save", On::Key(id), &[Right::EditApiKeys]);
        self.change(actor, attempt, |change| {
            write(change, id, savable(change, id, (before, draft))?)
        })
    }

    /// Changes a key at once.
    pub fn change_key(
        &mut self,
        actor: &Actor,
        change: KeyChange,
        id: KeyId,
    ) -> Result<(), Trouble> {
        match change {
            KeyChange::LockOut { reason } => self.lock_out_key(actor, id, &reason),
            KeyChange::Unlock => self.unlock_key(actor, id),
            KeyChange::Delete => self.delete_key(actor, id),
            KeyChange::Restore => self.restore_key(actor, id),
            KeyChange::EndOverlap => self.end_overlap(actor, id),
            KeyChange::SetRole(_) | KeyChange::SetExpiry(_) | KeyChange::Edit(_) => {
                self.change(actor, attempt("save", &change, id), |at| {
                    write(at, id, edited(at, &change, id)?).map(drop)
                })
            }
        }
    }

    /// Locks a key out, for a reason that may be empty; a locked one stays so, with the reason that it has.
    pub fn lock_out_key(&mut self, actor: &Actor, id: KeyId, reason: &str) -> Result<(), Trouble> {
        let attempt = Attempt::new("lock-out", On::Key(id), &[Right::EditApiKeys]);
        self.change(actor, attempt, |change| {
            write(change, id, lockable(change, id, Some(reason))?).map(drop)
        })
    }

    /// Unlocks a key; an unlocked one stays so.
    pub fn unlock_key(&mut self, actor: &Actor, id: KeyId) -> Result<(), Trouble> {
        self.change(actor, attempt("unlock", &KeyChange::Unlock, id), |change| {
            write(change, id, lockable(change, id, None)?).map(drop)
        })
    }

    /// Deletes a key: it stops at once, and a pending secret never works.
    pub fn delete_key(&mut self, actor: &Actor, id: KeyId) -> Result<(), Trouble> {
        self.change(actor, attempt("delete", &KeyChange::Delete, id), |change| {
            let key = removable(change, id)?;
            api_keys::set_deleted(change.tx, id, change.now)?;
            if let Some(pending) = secrets::live(change.tx, id)?.pending {
                secrets::end(change.tx, pending.id, change.now, Ended::KeyDeleted)?;
            }
            change.record(EventKind::ApiKeyDeleted, target(id, &key), json!({}))
        })
    }

    /// Takes a deletion back: the key's secrets work again, except one that was pending. A key that is not deleted
    /// stays so.
    ///
    /// # Errors
    /// [`Trouble::NotRestorable`] after 7 days.
    pub fn restore_key(&mut self, actor: &Actor, id: KeyId) -> Result<(), Trouble> {
        self.change(
            actor,
            attempt("restore", &KeyChange::Restore, id),
            |change| {
                let Some(key) = restorable(change, id)? else {
                    return Ok(());
                };
                api_keys::set_restored(change.tx, id)?;
                change.record(EventKind::ApiKeyRestored, target(id, &key), json!({}))
            },
        )
    }
}

fn attempt(verb: &'static str, change: &KeyChange, id: KeyId) -> Attempt<'static> {
    Attempt::new(verb, On::Key(id), change.needs())
}

pub(super) fn target(id: KeyId, fields: &ApiKeyFields) -> Target {
    (id, fields.name.as_str()).into()
}

/// The key, unless it was deleted or never was.
pub(super) fn undeleted(tx: &Tx<'_>, id: KeyId) -> Result<StoredKey, Trouble> {
    api_keys::get(tx, id)?
        .filter(|key| key.deleted_at.is_none())
        .ok_or(Trouble::KeyGone(id))
}

/// What stands in the way of a change at once, or why it would be refused.
pub(super) fn look_ahead(
    change: &Change<'_>,
    what: &KeyChange,
    id: KeyId,
) -> Result<Prospect, Trouble> {
    match what {
        KeyChange::LockOut { reason } => {
            let key = lockable(change, id, Some(reason))?.before;
            let by = undeleted(change.tx, id)?.locked_by;
            return Ok(locked_already(key.locked_out, by));
        }
        KeyChange::Unlock => {
            let key = lockable(change, id, None)?.before;
            return Ok(not_locked(key.locked_out.as_ref()));
        }
        KeyChange::Delete => drop(removable(change, id)?),
        KeyChange::Restore => {
            let restorable = restorable(change, id)?;
            return Ok(restorable.map_or(Prospect::NotDeleted, |_| Prospect::Clear));
        }
        KeyChange::SetRole(_) | KeyChange::SetExpiry(_) | KeyChange::Edit(_) => {
            let edit = edited(change, what, id)?;
            if edit.before == edit.after {
                return Ok(Prospect::Same);
            }
            return affected(change, id, &edit);
        }
        KeyChange::EndOverlap => drop(change.overlapping(id)?),
    }
    Ok(Prospect::Clear)
}

/// The undeleted key's fields, where the actor may manage it.
pub(super) fn manageable(change: &Change<'_>, id: KeyId) -> Result<ApiKeyFields, Trouble> {
    let key = undeleted(change.tx, id)?.fields;
    refuse_beyond(change, &key)?;
    Ok(key)
}

/// The undeleted key's fields, where the actor may delete it.
fn removable(change: &Change<'_>, id: KeyId) -> Result<ApiKeyFields, Trouble> {
    let key = manageable(change, id)?;
    if change.actor.is_key(id) {
        return Err(Trouble::OwnDeletion);
    }
    Ok(key)
}

/// The change of the key's fields, where the actor may save it.
pub(super) fn savable(
    change: &Change<'_>,
    id: KeyId,
    (before, draft): (&ApiKeyFields, &ApiKeyDraft),
) -> Result<Edit<ApiKeyFields>, Trouble> {
    let present = manageable(change, id)?;
    let mine = checked(change, Some(before), draft)?;
    let merged = mine.merge(before, &present);
    let merged = change.refuse_clashes(merged, &target(id, &present), EDITS)?;
    // What is there was looked at when it was typed; for many keys that takes long.
    if (merged.texts(), merged.role) != (present.texts(), present.role) {
        refuse_secrets(change.tx, &merged.texts(), Some(merged.role))?;
    }
    let before = Some((id, &present));
    refuse_problems(change, before, (&merged, draft))?;
    Edit::allowed(change, present, merged)
}

/// Whether the key stops or revives by another role.
pub(super) fn affected(
    change: &Change<'_>,
    id: KeyId,
    edit: &Edit<ApiKeyFields>,
) -> Result<Prospect, Trouble> {
    let was = undeleted(change.tx, id)?.facts();
    let is = Facts {
        locked_out: edit.after.locked_out.is_some(),
        expires_at: edit.after.expiry.map(|expiry| expiry.at),
        api_access: role_in_use(change.tx, edit.after.role)?.fields.web_service,
        ..was
    };
    let mut affected = Affected::default();
    if was.api_access != is.api_access {
        let works = |facts: Facts| facts.authenticates(change.now);
        match (works(was), works(is)) {
            (true, false) => affected.keys_stopped = Names::one(&edit.before.name),
            (false, true) => affected.keys_revived = Names::one(&edit.before.name),
            _ => {}
        }
    }
    Ok(affected.prospect())
}

/// The change of the fields that are set, where the actor may save it.
pub(super) fn edited(
    change: &Change<'_>,
    what: &KeyChange,
    id: KeyId,
) -> Result<Edit<ApiKeyFields>, Trouble> {
    let present = manageable(change, id)?;
    let mut draft = ApiKeyDraft::from(&present);
    match what {
        KeyChange::SetRole(role) => draft.role = *role,
        KeyChange::SetExpiry(on) => draft.expires_on = on.map(|day| day.to_string()),
        KeyChange::Edit(edit) => edit.apply(&mut draft),
        _ => {}
    }
    savable(change, id, (&present, &draft))
}

/// The change of the key's lock, for a reason or for none at all, where the actor may make it.
pub(super) fn lockable(
    change: &Change<'_>,
    id: KeyId,
    reason: Option<&str>,
) -> Result<Edit<ApiKeyFields>, Trouble> {
    let present = manageable(change, id)?;
    if reason.is_some() && change.actor.is_key(id) {
        return Err(Trouble::OwnLock);
    }
    let wanted = ApiKeyFields {
        locked_out: Change::lock(present.locked_out.as_ref(), reason)?,
        ..present.clone()
    };
    if reason.is_some_and(|reason| !reason.is_empty()) {
        refuse_secrets(change.tx, &wanted.texts(), Some(wanted.role))?;
    }
    Edit::allowed(change, present, wanted)
}

/// The fields of a deleted key, where the actor may restore it; nothing where it is not deleted.
pub(super) fn restorable(change: &Change<'_>, id: KeyId) -> Result<Option<ApiKeyFields>, Trouble> {
    let key = api_keys::get(change.tx, id)?.ok_or(Trouble::KeyGone(id))?;
    refuse_beyond(change, &key.fields)?;
    let Some(deleted_at) = key.deleted_at else {
        return Ok(None);
    };
    let fields = key.fields;
    // Nor with a role that was deleted, which none has while the key can be restored.
    let role = match roles::undeleted(change.tx, fields.role)? {
        Some(role) if is_restorable(deleted_at, change.now) && !key.erased => role.fields,
        _ => return Err(Trouble::NotRestorable(id)),
    };
    let after = fields.standing(&role);
    refuse_giving(change, &fields.name, Some(&after.stopped()), &after)?;
    match api_keys::with_name(change.tx, &fields.name, Some(id))? {
        Some((id, name)) => Err(Trouble::NameTakenMeanwhile { id, name }),
        None => Ok(Some(fields)),
    }
}

/// Adds a key under an ID that was reserved for it, with a secret that is pending.
pub(super) fn add(
    change: &Change<'_>,
    id: KeyId,
    fields: ApiKeyFields,
    made: NewSecret,
) -> Result<IssuedSecret, Trouble> {
    let Change { tx, now, actor, .. } = *change;
    api_keys::insert(tx, id, &fields, &actor.name, now)?;
    let body = json!({ "fields": fields_in_event(tx, &fields)? });
    change.record(EventKind::ApiKeyCreated, target(id, &fields), body)?;
    let lock = (None, fields.locked_out.as_deref());
    change.record_edit(EDITS, &target(id, &fields), Map::new(), lock)?;
    let secret_id = secrets::insert(tx, id, &made.tag, &made.hash, &actor.name, now)?;
    let body = json!({ "secret": secret_id.0 });
    change.record(EventKind::SecretIssued, target(id, &fields), body)?;
    Ok(IssuedSecret {
        key: id,
        key_name: fields.name,
        id: secret_id,
        secret: made.secret,
        issued_at: now,
        replaces: false,
        retiring_until: None,
        facts: undeleted(tx, id)?.facts(),
    })
}

pub(super) fn checked(
    change: &Change<'_>,
    before: Option<&ApiKeyFields>,
    draft: &ApiKeyDraft,
) -> Result<ApiKeyFields, Trouble> {
    draft.check(before, change.now).map_err(Trouble::Problems)
}

/// Refuses a new key that may not be, or that the actor may not create.
pub(super) fn refuse_creation(
    change: &Change<'_>,
    draft: &ApiKeyDraft,
    fields: &ApiKeyFields,
) -> Result<(), Trouble> {
    refuse_problems(change, None, (fields, draft))?;
    refuse_new(change, fields)
}

/// Writes what differs, with the events that tell it, and gives what the key has then.
pub(super) fn write(
    change: &Change<'_>,
    id: KeyId,
    edit: Edit<ApiKeyFields>,
) -> Result<ApiKeyFields, Trouble> {
    let Edit { before, after, .. } = &edit;
    if before != after {
        api_keys::update(change.tx, id, after, &change.actor.name, change.now)?;
        let target = target(id, after);
        let lock = (before.locked_out.as_deref(), after.locked_out.as_deref());
        change.record_edit(EDITS, &target, changes(change.tx, &edit)?, lock)?;
    }
    Ok(edit.after)
}

/// The fields in which an edit differs, as its event tells them, the lock left out.
pub(super) fn changes(tx: &Tx<'_>, edit: &Edit<ApiKeyFields>) -> Result<Map<String, Value>, Fault> {
    let before = fields_in_event(tx, &edit.before)?;
    Ok(differences(&before, &fields_in_event(tx, &edit.after)?))
}

/// The fields as events hold them, the lock left out: it has events of its own.
fn fields_in_event(tx: &Tx<'_>, fields: &ApiKeyFields) -> Result<Value, Fault> {
    let expiry = fields.expiry;
    Ok(json!({
        "name": fields.name,
        "description": fields.description,
        "owner": fields.owner,
        "addresses": fields.addresses,
        "requestsPerMinute": fields.rate,
        "role": role_in_event(tx, fields.role)?,
        "locale": fields.locale.tag(),
        "timeZone": fields.zone.name(),
        "expires": expiry.map(|expiry| json!({ "on": expiry.on.to_string(), "at": expiry.at.0 })),
    }))
}

/// Refuses what breaks a rule that needs the database. A role that was not changed is not asked about.
fn refuse_problems(
    change: &Change<'_>,
    before: Option<(KeyId, &ApiKeyFields)>,
    (fields, draft): (&ApiKeyFields, &ApiKeyDraft),
) -> Result<(), Trouble> {
    let tx = change.tx;
    let taken = api_keys::with_name(tx, &fields.name, before.map(|(id, _)| id))?;
    let taken = taken.map(|(id, name)| Rule::NameTaken { id: id.0, name });
    let name = (fields.name.as_str(), draft.told_alike.as_deref());
    let so_far = before.map(|(id, before)| (id.0, before.name.as_str()));
    let name = name_problem(tx, RowKind::ApiKey, name, so_far, taken)?;
    let role = match before.map(|(_, before)| before.role) {
        Some(role) if role == fields.role => None,
        role => role_problem(change, role, fields.role)?,
    };
    let expiry = policy::get(tx)?.problem(
        before.map(|(_, before)| before.expiry),
        fields.expiry,
        fields.zone,
        change.now,
    );
    let own = before.filter(|(id, _)| change.actor.is_key(*id));
    let own = own.map(|(_, before)| own_problem(change, before, fields));
    let problems = name.into_iter().chain(role).chain(expiry);
    refuse_if_any(problems.chain(own.transpose()?.flatten()).collect())
}

/// What a key may not change of itself: its lock and the access that it has, as users may not, and what it is held to.
fn own_problem(
    change: &Change<'_>,
    before: &ApiKeyFields,
    after: &ApiKeyFields,
) -> Result<Option<Problem>, Trouble> {
    let role = role_in_use(change.tx, after.role)?.fields;
    Ok(if after.locked_out.is_some() {
        Some(Problem::new(Field::LockedOut, Rule::OwnLock))
    } else if !within(&change.own.fields, &role) {
        Some(Problem::new(Field::Role, Rule::OwnDemotion))
    } else {
        let field = after.bound_changed(before);
        field.map(|field| Problem::new(field, Rule::OwnBounds))
    })
}
