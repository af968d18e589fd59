//! API keys and their Properties: looking, creating, saving, locking out, deleting.

use serde_json::{Map, Value, json};

use crate::auth::token;
use crate::domain::api_key::{ApiKeyDraft, ApiKeyFields, ApiKeyProperties};
use crate::domain::authority::Standing;
use crate::domain::event::{EventKind, Target};
use crate::domain::id::KeyId;
use crate::domain::problem::{Field, Problem, Rule};
use crate::domain::rights::Right;
use crate::domain::role::Role;
use crate::domain::secret::{Ended, IssuedSecret};
use crate::domain::state::is_restorable;
use crate::domain::time::Timestamp;
use crate::domain::trouble::{Fault, Trouble};
use crate::domain::user::Actor;
use crate::service::authority::{refuse_beyond, refuse_giving, role_in_use, role_problem};
use crate::service::names::likeness;
use crate::service::refuse::{Attempt, On};
use crate::service::typed::refuse_secrets;
use crate::service::{
    Service, authorize, authorize_any, changes, named, record, refuse_if_any, role_told, undeleted,
};
use crate::store::names::Named;
use crate::store::{Tx, api_keys, roles, secrets};

/// The events that tell of a change of a key.
const EDITS: [EventKind; 3] = [
    EventKind::ApiKeyUpdated,
    EventKind::ApiKeyLockedOut,
    EventKind::ApiKeyUnlocked,
];

/// Whoever sees a list with roles in it may know them.
const SHOWING_ROLES: [Right; 3] = [Right::ViewApiKeys, Right::ViewUsers, Right::ViewRoles];

impl Service {
    /// What Properties shows, of a deleted key too.
    ///
    /// # Errors
    /// [`Trouble::NotAuthorized`]; [`Trouble::KeyGone`] where there never was such a key.
    pub fn key_properties(&self, actor: &Actor, id: KeyId) -> Result<ApiKeyProperties, Trouble> {
        self.store.read(|tx| {
            authorize(tx, actor, Right::ViewApiKeys)?;
            let key = api_keys::get(tx, id)?.ok_or(Trouble::KeyGone(id))?;
            let live = secrets::live(tx, id)?;
            Ok(ApiKeyProperties {
                id,
                facts: key.facts(),
                fields: key.fields,
                created_at: key.created_at,
                created_by: key.created_by,
                last_sign_in_at: key.last_sign_in_at,
                attempts: key.attempts,
                secrets: [live.pending, live.current, live.retiring]
                    .into_iter()
                    .flatten()
                    .collect(),
                roles: roles::all(tx)?,
            })
        })
    }

    /// Every role there is, by name: what can be chosen for a key or a user.
    ///
    /// # Errors
    /// [`Trouble::NotAuthorized`].
    pub fn roles(&self, actor: &Actor) -> Result<Vec<Role>, Trouble> {
        self.store.read(|tx| {
            authorize_any(tx, actor, &SHOWING_ROLES)?;
            Ok(roles::all(tx)?)
        })
    }

    /// Creates a key, with its first secret pending.
    ///
    /// # Errors
    /// [`Trouble::NotAuthorized`]; [`Trouble::Problems`] with the form.
    pub fn create_key(
        &mut self,
        actor: &Actor,
        draft: &ApiKeyDraft,
    ) -> Result<IssuedSecret, Trouble> {
        let attempt = Attempt {
            verb: "create",
            on: On::NewKey(&draft.name),
        };
        let needs = [Right::CreateApiKeys];
        // The secret holds the ID, so that is reserved first: while the hash is computed nobody waits for the lock.
        let id = self.change(actor, &needs, attempt, |tx, own, now| {
            creatable(tx, own, draft, now)?;
            Ok(api_keys::reserve(tx)?)
        })?;
        let (secret, tag) = token::make(id, &self.tag_key, self.random.as_mut())?;
        let hash = self
            .hasher
            .hash(secret.expose().as_bytes(), self.random.as_mut())?;
        self.change(actor, &needs, attempt, |tx, own, now| {
            let fields = creatable(tx, own, draft, now)?;
            api_keys::insert(tx, id, &fields, &actor.name, now)?;
            let target = (id, fields.name.as_str());
            let body = json!({ "fields": Value::from(all(tx, &fields)?) });
            record(tx, now, EventKind::ApiKeyCreated, Some(actor), target, body)?;
            let secret_id = secrets::insert(tx, id, &tag, &hash, &actor.name, now)?;
            let body = json!({ "secret": secret_id.0 });
            record(tx, now, EventKind::SecretIssued, Some(actor), target, body)?;
            Ok(IssuedSecret {
                key: id,
                key_name: fields.name,
                id: secret_id,
                secret,
                issued_at: now,
                replaces: false,
                retiring_until: None,
                facts: undeleted(tx, id)?.facts(),
            })
        })
    }

    /// Saves what this person changed (`before` to `draft`) and gives what the key has now. Nothing changed is
    /// nothing written.
    ///
    /// # Errors
    /// [`Trouble::NotAuthorized`], [`Trouble::BeyondOwn`], [`Trouble::GivesBeyondOwn`], [`Trouble::KeyGone`];
    /// [`Trouble::Problems`] with the form, among them what somebody else changed meanwhile.
    pub fn save_key(
        &mut self,
        actor: &Actor,
        id: KeyId,
        before: &ApiKeyFields,
        draft: &ApiKeyDraft,
    ) -> Result<ApiKeyFields, Trouble> {
        let attempt = attempt("save", id);
        self.change(actor, &[Right::EditApiKeys], attempt, |tx, own, now| {
            let (present, merged) = savable(tx, own, id, (before, draft), now)?;
            write(tx, (actor, own), id, &present, &merged, now)?;
            Ok(merged)
        })
    }

    /// Locks a key out; a locked one stays so.
    ///
    /// # Errors
    /// [`Trouble::NotAuthorized`], [`Trouble::BeyondOwn`], [`Trouble::KeyGone`].
    pub fn lock_out_key(&mut self, actor: &Actor, id: KeyId) -> Result<(), Trouble> {
        self.set_key_lock(actor, id, true)
    }

    /// Unlocks a key; an unlocked one stays so.
    ///
    /// # Errors
    /// [`Trouble::NotAuthorized`], [`Trouble::BeyondOwn`], [`Trouble::GivesBeyondOwn`], [`Trouble::KeyGone`].
    pub fn unlock_key(&mut self, actor: &Actor, id: KeyId) -> Result<(), Trouble> {
        self.set_key_lock(actor, id, false)
    }

    fn set_key_lock(&mut self, actor: &Actor, id: KeyId, locked_out: bool) -> Result<(), Trouble> {
        let attempt = attempt(if locked_out { "lock-out" } else { "unlock" }, id);
        self.change(actor, &[Right::EditApiKeys], attempt, |tx, own, now| {
            let present = manageable(tx, own, id)?;
            let wanted = ApiKeyFields {
                locked_out,
                ..present.clone()
            };
            write(tx, (actor, own), id, &present, &wanted, now)
        })
    }

    /// Deletes a key: it stops at once, and a pending secret never works.
    ///
    /// # Errors
    /// [`Trouble::NotAuthorized`], [`Trouble::BeyondOwn`], [`Trouble::KeyGone`].
    pub fn delete_key(&mut self, actor: &Actor, id: KeyId) -> Result<(), Trouble> {
        let attempt = attempt("delete", id);
        self.change(actor, &[Right::DeleteApiKeys], attempt, |tx, own, now| {
            let key = manageable(tx, own, id)?;
            api_keys::set_deleted(tx, id, now)?;
            if let Some(pending) = secrets::live(tx, id)?.pending {
                secrets::end(tx, pending.id, now, Ended::KeyDeleted)?;
            }
            let (kind, target) = (EventKind::ApiKeyDeleted, target(id, &key));
            Ok(record(tx, now, kind, Some(actor), target, json!({}))?)
        })
    }

    /// Takes a deletion back: the key's secrets work again, except one that was pending. A key that is not deleted
    /// stays so.
    ///
    /// # Errors
    /// [`Trouble::NotAuthorized`], [`Trouble::BeyondOwn`], [`Trouble::GivesBeyondOwn`]; [`Trouble::NotRestorable`]
    /// after 7 days;
    /// [`Trouble::NameTakenMeanwhile`]; [`Trouble::KeyGone`] where there never was such a key.
    pub fn restore_key(&mut self, actor: &Actor, id: KeyId) -> Result<(), Trouble> {
        let attempt = attempt("restore", id);
        self.change(actor, &[Right::DeleteApiKeys], attempt, |tx, own, now| {
            let Some(key) = restorable(tx, own, id, now)? else {
                return Ok(());
            };
            api_keys::set_restored(tx, id)?;
            let (kind, target) = (EventKind::ApiKeyRestored, target(id, &key));
            Ok(record(tx, now, kind, Some(actor), target, json!({}))?)
        })
    }
}

pub(super) fn attempt(verb: &'static str, id: KeyId) -> Attempt<'static> {
    Attempt {
        verb,
        on: On::Key(id),
    }
}

fn target(id: KeyId, fields: &ApiKeyFields) -> Target {
    (id, fields.name.as_str()).into()
}

/// The undeleted key's fields, where whoever has this role may manage it.
pub(super) fn manageable(tx: &Tx<'_>, own: &Role, id: KeyId) -> Result<ApiKeyFields, Trouble> {
    let key = undeleted(tx, id)?.fields;
    refuse_beyond(tx, own, (&key.name, key.role))?;
    Ok(key)
}

/// What the key has and what it is to have, where whoever has the role `own` may save that.
pub(super) fn savable(
    tx: &Tx<'_>,
    own: &Role,
    id: KeyId,
    (before, draft): (&ApiKeyFields, &ApiKeyDraft),
    now: Timestamp,
) -> Result<(ApiKeyFields, ApiKeyFields), Trouble> {
    let present = manageable(tx, own, id)?;
    let mine = draft.check(Some(before), now).map_err(Trouble::Problems)?;
    let merged = match mine.merge(before, &present) {
        Ok(merged) => merged,
        Err(clashes) => return Err(named(tx, &target(id, &present), EDITS, clashes)?),
    };
    let before = Some((id, &present));
    refuse_if_any(stored_problems(tx, own, before, (&merged, draft))?)?;
    refuse_change(tx, own, &present, &merged)?;
    Ok((present, merged))
}

/// The fields of a deleted key, where whoever has the role `own` may restore it; nothing where it is not deleted.
pub(super) fn restorable(
    tx: &Tx<'_>,
    own: &Role,
    id: KeyId,
    now: Timestamp,
) -> Result<Option<ApiKeyFields>, Trouble> {
    let key = api_keys::get(tx, id)?.ok_or(Trouble::KeyGone(id))?;
    refuse_beyond(tx, own, (&key.fields.name, key.fields.role))?;
    let Some(deleted_at) = key.deleted_at else {
        return Ok(None);
    };
    // Nor with a role that was deleted, which none has while the key can be restored.
    let role = match roles::undeleted(tx, key.fields.role)? {
        Some(role) if is_restorable(deleted_at, now) && !key.erased => role.fields,
        _ => return Err(Trouble::NotRestorable(id)),
    };
    let after = Standing::of_key(&key.fields, &role);
    refuse_giving(own, &key.fields.name, Some(&after.stopped()), &after)?;
    if let Some((other, name)) = api_keys::with_name(tx, &key.fields.name, Some(id))? {
        return Err(Trouble::NameTakenMeanwhile { id: other, name });
    }
    Ok(Some(key.fields))
}

/// Refuses a change that gives the key more than whoever has the role `own` holds.
pub(super) fn refuse_change(
    tx: &Tx<'_>,
    own: &Role,
    before: &ApiKeyFields,
    after: &ApiKeyFields,
) -> Result<(), Trouble> {
    let was = role_in_use(tx, before.role)?.fields;
    let is = role_in_use(tx, after.role)?.fields;
    let standing = Standing::of_key(before, &was);
    refuse_giving(
        own,
        &before.name,
        Some(&standing),
        &Standing::of_key(after, &is),
    )
}

/// The fields of a new key, where whoever has the role `own` may create it.
fn creatable(
    tx: &Tx<'_>,
    own: &Role,
    draft: &ApiKeyDraft,
    now: Timestamp,
) -> Result<ApiKeyFields, Trouble> {
    let fields = draft.check(None, now).map_err(Trouble::Problems)?;
    refuse_if_any(stored_problems(tx, own, None, (&fields, draft))?)?;
    let role = role_in_use(tx, fields.role)?.fields;
    refuse_giving(own, &fields.name, None, &Standing::of_key(&fields, &role))?;
    Ok(fields)
}

/// Writes what differs, with the events that tell it: one for the fields, one for the lock.
fn write(
    tx: &Tx<'_>,
    (actor, own): (&Actor, &Role),
    id: KeyId,
    before: &ApiKeyFields,
    after: &ApiKeyFields,
    now: Timestamp,
) -> Result<(), Trouble> {
    if before == after {
        return Ok(());
    }
    refuse_change(tx, own, before, after)?;
    api_keys::update(tx, id, after)?;
    let target = (id, after.name.as_str());
    let changes = changes(&all(tx, before)?, all(tx, after)?);
    if !changes.is_empty() {
        let body = json!({ "changes": Value::from(changes) });
        record(tx, now, EventKind::ApiKeyUpdated, Some(actor), target, body)?;
    }
    if before.locked_out != after.locked_out {
        let kind = if after.locked_out {
            EventKind::ApiKeyLockedOut
        } else {
            EventKind::ApiKeyUnlocked
        };
        record(tx, now, kind, Some(actor), target, json!({}))?;
    }
    Ok(())
}

/// The fields as events hold them, the lock left out: it has events of its own.
fn all(tx: &Tx<'_>, fields: &ApiKeyFields) -> Result<Map<String, Value>, Fault> {
    let expiry = fields
        .expiry
        .map(|expiry| json!({ "on": expiry.on.to_string(), "at": expiry.at.0 }));
    let all = [
        ("name", Value::from(fields.name.as_str())),
        ("description", Value::from(fields.description.as_str())),
        ("role", role_told(tx, fields.role)?),
        ("locale", Value::from(fields.locale.tag())),
        ("timeZone", Value::from(fields.zone.name())),
        ("expires", Value::from(expiry)),
    ];
    let named = all
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value));
    Ok(named.collect())
}

/// The rules that need the database, in the order of the fields. A role that was not changed is not asked about.
fn stored_problems(
    tx: &Tx<'_>,
    own: &Role,
    before: Option<(KeyId, &ApiKeyFields)>,
    (fields, draft): (&ApiKeyFields, &ApiKeyDraft),
) -> Result<Vec<Problem>, Trouble> {
    refuse_secrets(tx, &fields.texts(), Some(fields.role))?;
    let mut problems = Vec::new();
    let except = before.map(|(id, _)| id);
    if let Some((id, name)) = api_keys::with_name(tx, &fields.name, except)? {
        let rule = Rule::NameTaken { id: id.0, name };
        problems.push(Problem::new(Field::Name, rule));
    } else if before.is_none_or(|(_, before)| before.name != fields.name) {
        let name = (fields.name.as_str(), draft.told_alike.as_deref());
        problems.extend(likeness(tx, Named::ApiKeys, name, except.map(|id| id.0))?);
    }
    let role = before.map(|(_, before)| before.role);
    if role != Some(fields.role) {
        problems.extend(role_problem(tx, own, role, fields.role)?);
    }
    Ok(problems)
}
