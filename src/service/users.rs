//! Users and their Properties: looking, creating, saving, locking out, deleting.

use chrono_tz::Tz;
use serde_json::{Map, Value, json};

use crate::domain::authority::{Standing, within};
use crate::domain::event::{EventKind, Target};
use crate::domain::id::UserId;
use crate::domain::locale::Locale;
use crate::domain::problem::{Field, Problem, Rule};
use crate::domain::rights::Right;
use crate::domain::role::Role;
use crate::domain::time::Timestamp;
use crate::domain::trouble::{Fault, Trouble};
use crate::domain::user::{Actor, UserDraft, UserFields, UserProperties};
use crate::service::authority::{
    keeping_a_manager, refuse_beyond, refuse_giving, role_in_use, role_problem,
};
use crate::service::names::likeness;
use crate::service::refuse::{Attempt, On};
use crate::service::typed::refuse_secrets;
use crate::service::{Service, authorize_any, changes, named, record, refuse_if_any, role_told};
use crate::store::names::Named;
use crate::store::{Tx, roles, users};

/// The events that tell of a change of a user.
const EDITS: [EventKind; 3] = [
    EventKind::UserUpdated,
    EventKind::UserLockedOut,
    EventKind::UserUnlocked,
];

impl Service {
    /// What a user's Properties show. Everybody sees their own.
    ///
    /// # Errors
    /// [`Trouble::NotAuthorized`], [`Trouble::UserGone`].
    pub fn user_properties(&self, actor: &Actor, id: UserId) -> Result<UserProperties, Trouble> {
        self.store.read(|tx| {
            let own = authorize_any(tx, actor, needs(actor, id, &[Right::ViewUsers]))?;
            let user = users::get(tx, id)?.ok_or(Trouble::UserGone(id))?;
            let roles = if own.fields.rights.has(Right::ViewUsers) {
                roles::all(tx)?
            } else {
                vec![own]
            };
            Ok(UserProperties {
                id,
                fields: user.fields,
                created_at: user.created_at,
                last_sign_in_at: user.last_sign_in_at,
                roles,
            })
        })
    }

    /// Creates a user.
    ///
    /// # Errors
    /// [`Trouble::NotAuthorized`]; [`Trouble::Problems`] with the form.
    pub fn create_user(&mut self, actor: &Actor, draft: &UserDraft) -> Result<UserId, Trouble> {
        let attempt = Attempt {
            verb: "create",
            on: On::NewUser(&draft.name),
        };
        self.change(actor, &[Right::CreateUsers], attempt, |tx, own, now| {
            let fields = draft.check(None).map_err(Trouble::Problems)?;
            refuse_secrets(tx, &fields.texts(), Some(fields.role))?;
            let mut problems = Vec::new();
            if let Some(name) = users::with_name(tx, &fields.name)? {
                problems.push(Problem::new(Field::Name, Rule::UserNameTaken { name }));
            } else {
                let name = (fields.name.as_str(), draft.told_alike.as_deref());
                problems.extend(likeness(tx, Named::Users, name, None)?);
            }
            problems.extend(role_problem(tx, own, None, fields.role)?);
            refuse_if_any(problems)?;
            let role = role_in_use(tx, fields.role)?.fields;
            refuse_giving(own, &fields.name, None, &Standing::of_user(&fields, &role))?;
            let id = users::insert(tx, &fields, now)?;
            let (kind, target) = (EventKind::UserCreated, target(id, &fields));
            record(tx, now, kind, Some(actor), target, created(tx, &fields)?)?;
            record_lock(tx, actor, id, false, &fields, now)?;
            Ok(id)
        })
    }

    /// Saves what this person changed (`before` to `draft`) and gives what the user has now. Nothing changed is
    /// nothing written. Everybody may change full name, language and time zone of the own account.
    ///
    /// # Errors
    /// [`Trouble::NotAuthorized`], [`Trouble::BeyondOwn`], [`Trouble::GivesBeyondOwn`], [`Trouble::UserGone`],
    /// [`Trouble::LastManager`]; [`Trouble::Problems`] with the form, among them what somebody else changed meanwhile.
    pub fn save_user(
        &mut self,
        actor: &Actor,
        id: UserId,
        before: &UserFields,
        draft: &UserDraft,
    ) -> Result<UserFields, Trouble> {
        let attempt = attempt("save", id);
        let needs = needs(actor, id, &[Right::EditUsers]);
        self.change(actor, needs, attempt, |tx, own, now| {
            let (present, merged) = savable(tx, (actor, own), id, (before, draft))?;
            write(tx, (actor, own), id, &present, &merged, now)?;
            Ok(merged)
        })
    }

    /// Locks a user out; a locked one stays so.
    ///
    /// # Errors
    /// [`Trouble::NotAuthorized`], [`Trouble::BeyondOwn`], [`Trouble::UserGone`], [`Trouble::OwnLock`],
    /// [`Trouble::LastManager`].
    pub fn lock_out_user(&mut self, actor: &Actor, id: UserId) -> Result<(), Trouble> {
        self.set_user_lock(actor, id, true)
    }

    /// Unlocks a user; an unlocked one stays so.
    ///
    /// # Errors
    /// [`Trouble::NotAuthorized`], [`Trouble::BeyondOwn`], [`Trouble::GivesBeyondOwn`], [`Trouble::UserGone`].
    pub fn unlock_user(&mut self, actor: &Actor, id: UserId) -> Result<(), Trouble> {
        self.set_user_lock(actor, id, false)
    }

    fn set_user_lock(
        &mut self,
        actor: &Actor,
        id: UserId,
        locked_out: bool,
    ) -> Result<(), Trouble> {
        let attempt = attempt(if locked_out { "lock-out" } else { "unlock" }, id);
        self.change(actor, &[Right::EditUsers], attempt, |tx, own, now| {
            let (present, wanted) = lockable(tx, (actor, own), id, locked_out)?;
            write(tx, (actor, own), id, &present, &wanted, now)
        })
    }

    /// Deletes a user for good.
    ///
    /// # Errors
    /// [`Trouble::NotAuthorized`], [`Trouble::BeyondOwn`], [`Trouble::UserGone`], [`Trouble::OwnDeletion`],
    /// [`Trouble::LastManager`].
    pub fn delete_user(&mut self, actor: &Actor, id: UserId) -> Result<(), Trouble> {
        let attempt = attempt("delete", id);
        self.change(actor, &[Right::DeleteUsers], attempt, |tx, own, now| {
            let user = removable(tx, (actor, own), id)?;
            keeping_a_manager(tx, || Ok(users::delete(tx, id)?))?;
            let (kind, target) = (EventKind::UserDeleted, target(id, &user));
            Ok(record(
                tx,
                now,
                kind,
                Some(actor),
                target,
                created(tx, &user)?,
            )?)
        })
    }
}

fn attempt(verb: &'static str, id: UserId) -> Attempt<'static> {
    Attempt {
        verb,
        on: On::User(id),
    }
}

fn target(id: UserId, fields: &UserFields) -> Target {
    (id, fields.name.as_str()).into()
}

/// The rights that something needs; none for the own account.
pub(super) fn needs<'a>(actor: &Actor, id: UserId, rights: &'a [Right]) -> &'a [Right] {
    if actor.user == id { &[] } else { rights }
}

/// The user's fields, where whoever has the role `own` may manage them.
pub(super) fn manageable(tx: &Tx<'_>, own: &Role, id: UserId) -> Result<UserFields, Trouble> {
    let user = users::get(tx, id)?.ok_or(Trouble::UserGone(id))?.fields;
    refuse_beyond(tx, own, (&user.name, user.role))?;
    Ok(user)
}

/// What the user has and what they are to have, where whoever has the role `own` may save that.
pub(super) fn savable(
    tx: &Tx<'_>,
    (actor, own): (&Actor, &Role),
    id: UserId,
    (before, draft): (&UserFields, &UserDraft),
) -> Result<(UserFields, UserFields), Trouble> {
    let present = manageable(tx, own, id)?;
    let mine = draft.check(Some(before)).map_err(Trouble::Problems)?;
    let merged = match mine.merge(before, &present) {
        Ok(merged) => merged,
        Err(clashes) => return Err(named(tx, &target(id, &present), EDITS, clashes)?),
    };
    refuse_secrets(tx, &merged.texts(), Some(merged.role))?;
    if !merged.differs_only_in_own_matters(&present) {
        if !own.fields.rights.has(Right::EditUsers) {
            return Err(Trouble::NotAuthorized(Right::EditUsers));
        }
        let own_account = actor.user == id;
        refuse_if_any(stored_problems(tx, own, own_account, &present, &merged)?)?;
    }
    refuse_change(tx, own, &present, &merged)?;
    Ok((present, merged))
}

/// What the user has and what they are to have, where whoever has the role `own` may lock them out or unlock them.
pub(super) fn lockable(
    tx: &Tx<'_>,
    (actor, own): (&Actor, &Role),
    id: UserId,
    locked_out: bool,
) -> Result<(UserFields, UserFields), Trouble> {
    let present = manageable(tx, own, id)?;
    if locked_out && actor.user == id {
        return Err(Trouble::OwnLock);
    }
    let wanted = UserFields {
        locked_out,
        ..present.clone()
    };
    refuse_change(tx, own, &present, &wanted)?;
    Ok((present, wanted))
}

/// The user's fields, where whoever has the role `own` may delete them.
pub(super) fn removable(
    tx: &Tx<'_>,
    (actor, own): (&Actor, &Role),
    id: UserId,
) -> Result<UserFields, Trouble> {
    let user = manageable(tx, own, id)?;
    if actor.user == id {
        return Err(Trouble::OwnDeletion);
    }
    Ok(user)
}

/// Refuses a change that gives the user more than whoever has the role `own` holds.
fn refuse_change(
    tx: &Tx<'_>,
    own: &Role,
    before: &UserFields,
    after: &UserFields,
) -> Result<(), Trouble> {
    let was = role_in_use(tx, before.role)?.fields;
    let is = role_in_use(tx, after.role)?.fields;
    let standing = Standing::of_user(before, &was);
    refuse_giving(
        own,
        &before.name,
        Some(&standing),
        &Standing::of_user(after, &is),
    )
}

/// The rules about role and lock, in the order of the fields.
fn stored_problems(
    tx: &Tx<'_>,
    own: &Role,
    own_account: bool,
    before: &UserFields,
    after: &UserFields,
) -> Result<Vec<Problem>, Trouble> {
    let mut problems = Vec::new();
    if before.role != after.role {
        let problem = role_problem(tx, own, Some(before.role), after.role)?;
        let demoted = || -> Result<bool, Trouble> {
            Ok(!within(&own.fields, &role_in_use(tx, after.role)?.fields))
        };
        if problem.is_none() && own_account && demoted()? {
            problems.push(Problem::new(Field::Role, Rule::OwnDemotion));
        }
        problems.extend(problem);
    }
    if own_account && after.locked_out {
        problems.push(Problem::new(Field::LockedOut, Rule::OwnLock));
    }
    Ok(problems)
}

/// Writes what differs, with the events that tell it: one for the fields, one for the lock.
fn write(
    tx: &Tx<'_>,
    (actor, own): (&Actor, &Role),
    id: UserId,
    before: &UserFields,
    after: &UserFields,
    now: Timestamp,
) -> Result<(), Trouble> {
    if before == after {
        return Ok(());
    }
    refuse_change(tx, own, before, after)?;
    keeping_a_manager(tx, || Ok(users::update(tx, id, after)?))?;
    let changes = changes(&all(tx, before)?, all(tx, after)?);
    if !changes.is_empty() {
        let body = json!({ "changes": changes });
        let (kind, target) = (EventKind::UserUpdated, target(id, after));
        record(tx, now, kind, Some(actor), target, body)?;
    }
    record_lock(tx, actor, id, before.locked_out, after, now)
}

/// Records a lock that was set or taken off.
fn record_lock(
    tx: &Tx<'_>,
    actor: &Actor,
    id: UserId,
    before: bool,
    after: &UserFields,
    now: Timestamp,
) -> Result<(), Trouble> {
    let kind = match (before, after.locked_out) {
        (false, true) => EventKind::UserLockedOut,
        (true, false) => EventKind::UserUnlocked,
        _ => return Ok(()),
    };
    let target = target(id, after);
    Ok(record(tx, now, kind, Some(actor), target, json!({}))?)
}

/// What the event of a user who comes or goes tells.
pub(super) fn created(tx: &Tx<'_>, fields: &UserFields) -> Result<Value, Fault> {
    Ok(json!({ "fields": all(tx, fields)? }))
}

/// The fields as events hold them, the lock left out: it has events of its own.
fn all(tx: &Tx<'_>, fields: &UserFields) -> Result<Map<String, Value>, Fault> {
    let all = [
        ("name", Value::from(fields.name.as_str())),
        ("fullName", Value::from(fields.full_name.as_str())),
        ("role", role_told(tx, fields.role)?),
        ("locale", Value::from(fields.locale.map(Locale::tag))),
        ("timeZone", Value::from(fields.zone.map(Tz::name))),
    ];
    let named = all
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value));
    Ok(named.collect())
}
