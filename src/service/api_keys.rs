//! API keys and their Properties: looking, creating, saving, locking out, deleting.

use serde_json::{Map, Value, json};

use crate::auth::token;
use crate::domain::api_key::{ApiKeyDraft, ApiKeyFields, ApiKeyProperties, KeyId};
use crate::domain::event::EventKind;
use crate::domain::problem::{Field, Problem, Rule};
use crate::domain::rights::Right;
use crate::domain::role::Role;
use crate::domain::secret::{Ended, IssuedSecret};
use crate::domain::time::Timestamp;
use crate::domain::trouble::Trouble;
use crate::domain::user::Actor;
use crate::service::{Service, authorize, record, undeleted};
use crate::store::{Tx, api_keys, events, secrets, users};

impl Service {
    /// What Properties shows, of a deleted key too.
    ///
    /// # Errors
    /// [`Trouble::NotAuthorized`]; [`Trouble::KeyGone`] where there never was such a key.
    pub fn properties(&self, actor: &Actor, id: KeyId) -> Result<ApiKeyProperties, Trouble> {
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
                roles: users::roles(tx)?,
            })
        })
    }

    /// Every role that a key can be given, by name.
    ///
    /// # Errors
    /// [`Trouble::NotAuthorized`].
    pub fn roles(&self, actor: &Actor) -> Result<Vec<Role>, Trouble> {
        self.store.read(|tx| {
            authorize(tx, actor, Right::ViewApiKeys)?;
            Ok(users::roles(tx)?)
        })
    }

    /// Creates a key, with its first secret pending.
    ///
    /// # Errors
    /// [`Trouble::NotAuthorized`]; [`Trouble::Problems`] with the form.
    pub fn create(&mut self, actor: &Actor, draft: &ApiKeyDraft) -> Result<IssuedSecret, Trouble> {
        let now = self.now();
        let Service {
            store,
            random,
            hasher,
            tag_key,
            ..
        } = self;
        store.write(|tx| {
            authorize(tx, actor, Right::CreateApiKeys)?;
            let fields = draft.check(None, now).map_err(Trouble::Problems)?;
            refuse_if_any(stored_problems(tx, &fields, None)?)?;
            let id = api_keys::insert(tx, &fields, &actor.name, now)?;
            let target = (id, fields.name.as_str());
            let body = json!({ "fields": Value::from(all(&fields)) });
            record(tx, now, EventKind::ApiKeyCreated, Some(actor), target, body)?;
            // The hash is computed in here because the secret holds the ID.
            let (secret, tag) = token::make(id, tag_key, random.as_mut())?;
            let hash = hasher.hash(secret.expose().as_bytes(), random.as_mut())?;
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
                key_expires_at: fields.expiry.map(|expiry| expiry.at),
            })
        })
    }

    /// Saves what this person changed (`before` to `draft`) and gives what the key has now. Nothing changed is
    /// nothing written.
    ///
    /// # Errors
    /// [`Trouble::NotAuthorized`], [`Trouble::KeyGone`]; [`Trouble::Problems`] with the form, among them what
    /// somebody else changed meanwhile.
    pub fn save(
        &mut self,
        actor: &Actor,
        id: KeyId,
        before: &ApiKeyFields,
        draft: &ApiKeyDraft,
    ) -> Result<ApiKeyFields, Trouble> {
        let now = self.now();
        self.store.write(|tx| {
            authorize(tx, actor, Right::EditApiKeys)?;
            let present = undeleted(tx, id)?.fields;
            let mine = draft.check(Some(before), now).map_err(Trouble::Problems)?;
            let merged = match mine.merge(before, &present) {
                Ok(merged) => merged,
                Err(clashes) => return Err(Trouble::Problems(named(tx, id, clashes)?)),
            };
            refuse_if_any(stored_problems(tx, &merged, Some(id))?)?;
            write(tx, actor, id, &present, &merged, now)?;
            Ok(merged)
        })
    }

    /// Locks a key out; a locked one stays so.
    ///
    /// # Errors
    /// [`Trouble::NotAuthorized`], [`Trouble::KeyGone`].
    pub fn lock_out(&mut self, actor: &Actor, id: KeyId) -> Result<(), Trouble> {
        self.set_lock(actor, id, true)
    }

    /// Unlocks a key; an unlocked one stays so.
    ///
    /// # Errors
    /// [`Trouble::NotAuthorized`], [`Trouble::KeyGone`].
    pub fn unlock(&mut self, actor: &Actor, id: KeyId) -> Result<(), Trouble> {
        self.set_lock(actor, id, false)
    }

    fn set_lock(&mut self, actor: &Actor, id: KeyId, locked_out: bool) -> Result<(), Trouble> {
        let now = self.now();
        self.store.write(|tx| {
            authorize(tx, actor, Right::EditApiKeys)?;
            let present = undeleted(tx, id)?.fields;
            let wanted = ApiKeyFields {
                locked_out,
                ..present.clone()
            };
            write(tx, actor, id, &present, &wanted, now)
        })
    }

    /// Deletes a key: it stops at once, and a pending secret never works.
    ///
    /// # Errors
    /// [`Trouble::NotAuthorized`], [`Trouble::KeyGone`].
    pub fn delete(&mut self, actor: &Actor, id: KeyId) -> Result<(), Trouble> {
        let now = self.now();
        self.store.write(|tx| {
            authorize(tx, actor, Right::DeleteApiKeys)?;
            let name = undeleted(tx, id)?.fields.name;
            api_keys::set_deleted(tx, id, now)?;
            if let Some(pending) = secrets::live(tx, id)?.pending {
                secrets::end(tx, pending.id, now, Ended::KeyDeleted)?;
            }
            let target = (id, name.as_str());
            Ok(record(
                tx,
                now,
                EventKind::ApiKeyDeleted,
                Some(actor),
                target,
                json!({}),
            )?)
        })
    }
}

/// Writes what differs, with the events that tell it: one for the fields, one for the lock.
fn write(
    tx: &Tx<'_>,
    actor: &Actor,
    id: KeyId,
    before: &ApiKeyFields,
    after: &ApiKeyFields,
    now: Timestamp,
) -> Result<(), Trouble> {
    if before == after {
        return Ok(());
    }
    api_keys::update(tx, id, after)?;
    let target = (id, after.name.as_str());
    let changes = changes(before, after);
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
fn all(fields: &ApiKeyFields) -> Map<String, Value> {
    let expiry = fields
        .expiry
        .map(|expiry| json!({ "on": expiry.on.to_string(), "at": expiry.at.0 }));
    [
        ("name", Value::from(fields.name.as_str())),
        ("description", Value::from(fields.description.as_str())),
        ("role", Value::from(fields.role.0)),
        ("locale", Value::from(fields.locale.tag())),
        ("timeZone", Value::from(fields.zone.name())),
        ("expires", Value::from(expiry)),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value))
    .collect()
}

/// What changed, field by field: before and after.
fn changes(before: &ApiKeyFields, after: &ApiKeyFields) -> Map<String, Value> {
    let before = all(before);
    all(after)
        .into_iter()
        .filter(|(name, value)| before.get(name) != Some(value))
        .map(|(name, value)| {
            let change = json!({ "before": before.get(&name), "after": value });
            (name, change)
        })
        .collect()
}

/// The rules that need the database, in the order of the fields.
fn stored_problems(
    tx: &Tx<'_>,
    fields: &ApiKeyFields,
    except: Option<KeyId>,
) -> Result<Vec<Problem>, Trouble> {
    let mut problems = Vec::new();
    if let Some((id, name)) = api_keys::with_name(tx, &fields.name, except)? {
        let rule = Rule::NameTaken { id: id.0, name };
        problems.push(Problem::new(Field::Name, rule));
    }
    if users::role(tx, fields.role)?.is_none() {
        problems.push(Problem::new(Field::Role, Rule::NoSuchRole));
    }
    Ok(problems)
}

fn refuse_if_any(problems: Vec<Problem>) -> Result<(), Trouble> {
    if problems.is_empty() {
        Ok(())
    } else {
        Err(Trouble::Problems(problems))
    }
}

/// Clashes with the name of whoever changed the key last.
fn named(tx: &Tx<'_>, id: KeyId, mut clashes: Vec<Problem>) -> Result<Vec<Problem>, Trouble> {
    let editor = events::last_editor(tx, id)?;
    for clash in &mut clashes {
        if let Rule::ChangedMeanwhile { by, .. } = &mut clash.rule {
            by.clone_from(&editor);
        }
    }
    Ok(clashes)
}
