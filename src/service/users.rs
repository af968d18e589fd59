//! Users and their Properties: looking, creating, saving, locking out, deleting.

use serde_json::{Map, Value, json};

use crate::domain::authority::within;
use crate::domain::event::{EventKind, Target};
use crate::domain::id::UserId;
use crate::domain::intent::UserChange;
use crate::domain::locale::Locale;
use crate::domain::problem::{Field, Problem, Rule};
use crate::domain::reference::RowKind;
use crate::domain::rights::Right;
use crate::domain::trouble::{Fault, Trouble};
use crate::domain::tz::Tz;
use crate::domain::user::{Actor, UserDraft, UserFields, UserProperties};
use crate::service::authority::{
    Edit, keeping_a_manager, refuse_beyond, refuse_new, role_in_use, role_problem,
};
use crate::service::change::{Attempt, Change, Edits, On};
use crate::service::names::name_problem;
use crate::service::record::{differences, role_in_event};
use crate::service::typed::refuse_secrets;
use crate::service::{Service, refuse_if_any};
use crate::store::users::StoredUser;
use crate::store::{Tx, roles, users};

/// The events of an edit.
pub(super) const EDITS: Edits = [
    EventKind::UserUpdated,
    EventKind::UserLockedOut,
    EventKind::UserUnlocked,
];

impl Service {
    /// What a user's Properties show. Everybody sees their own.
    pub fn user_properties(&self, actor: &Actor, id: UserId) -> Result<UserProperties, Trouble> {
        self.ask(actor, needs(actor, id, &[Right::ViewUsers]), |tx, own| {
            let user = users::get(tx, id)?.ok_or(Trouble::UserGone(id))?;
            let roles = if own.fields.rights.has(Right::ViewUsers) {
                roles::all_undeleted(tx)?
            } else {
                vec![own.clone()]
            };
            Ok(UserProperties {
                id,
                fields: user.fields,
                created_at: user.created_at,
                locked_by: user.locked_by,
                last_sign_in_at: user.last_sign_in_at,
                roles,
            })
        })
    }

    /// Creates a user.
    pub fn create_user(&mut self, actor: &Actor, draft: &UserDraft) -> Result<UserId, Trouble> {
        let on = On::NewUser(&draft.name);
        let attempt = Attempt::new("create", on, &[Right::CreateUsers]);
        self.change(actor, attempt, |change| {
            let tx = change.tx;
            let fields = draft.check(None).map_err(Trouble::Problems)?;
            refuse_secrets(tx, &fields.texts(), Some(fields.role))?;
            let taken = users::with_name(tx, &fields.name)?;
            let taken = taken.map(|name| Rule::UserNameTaken { name });
            let name = (fields.name.as_str(), draft.told_alike.as_deref());
            let name = name_problem(tx, RowKind::User, name, None, taken)?;
            let role = role_problem(change, None, fields.role)?;
            refuse_if_any(name.into_iter().chain(role).collect())?;
            refuse_new(change, &fields)?;
            let id = users::insert(tx, &fields, &actor.name, change.now)?;
            let target = target(id, &fields);
            let body = created_in_event(tx, &fields)?;
            change.record(EventKind::UserCreated, target.clone(), body)?;
            let lock = (None, fields.locked_out.as_deref());
            change.record_edit(EDITS, &target, Map::new(), lock)?;
            Ok(id)
        })
    }

    /// Saves what this person changed (`before` to `draft`) and gives what the user has now. Nothing changed is
    /// nothing written. Everybody may change full name, language and time zone of the own account.
    ///
    /// # Errors
    /// [`Trouble::Problems`] with the form, among them what somebody else changed meanwhile.
    pub fn save_user(
        &mut self,
        actor: &Actor,
        id: UserId,
        before: &UserFields,
        draft: &UserDraft,
    ) -> Result<UserFields, Trouble> {
        let needs = needs(actor, id, &[Right::EditUsers]);
        self.change(actor, Attempt::new("save", On::User(id), needs), |change| {
            write(change, id, savable(change, id, (before, draft))?)
        })
    }

    /// Changes a user at once.
    pub fn change_user(
        &mut self,
        actor: &Actor,
        change: UserChange,
        id: UserId,
    ) -> Result<(), Trouble> {
        match change {
            UserChange::LockOut { reason } => self.lock_out_user(actor, id, &reason),
            UserChange::Unlock => self.unlock_user(actor, id),
            UserChange::Delete => self.delete_user(actor, id),
            UserChange::SetRole(role) => self.edit_user(actor, id, |draft| draft.role = role),
            UserChange::Edit(edit) => self.edit_user(actor, id, |draft| edit.apply(draft)),
        }
    }

    /// Changes a part of what a user has, whatever that is by then. Nothing changed is nothing written.
    fn edit_user(
        &mut self,
        actor: &Actor,
        id: UserId,
        edit: impl FnOnce(&mut UserDraft),
    ) -> Result<(), Trouble> {
        let needs = needs(actor, id, &[Right::EditUsers]);
        self.change(actor, Attempt::new("save", On::User(id), needs), |change| {
            write(change, id, edited(change, id, edit)?).map(drop)
        })
    }

    /// Locks a user out, for a reason that may be empty; a locked one stays so, with the reason that they have.
    pub fn lock_out_user(
        &mut self,
        actor: &Actor,
        id: UserId,
        reason: &str,
    ) -> Result<(), Trouble> {
        let attempt = Attempt::new("lock-out", On::User(id), &[Right::EditUsers]);
        self.change(actor, attempt, |change| {
            write(change, id, lockable(change, id, Some(reason))?).map(drop)
        })
    }

    /// Unlocks a user; an unlocked one stays so.
    pub fn unlock_user(&mut self, actor: &Actor, id: UserId) -> Result<(), Trouble> {
        let attempt = Attempt::new("unlock", On::User(id), UserChange::Unlock.needs());
        self.change(actor, attempt, |change| {
            write(change, id, lockable(change, id, None)?).map(drop)
        })
    }

    /// Deletes a user for good.
    pub fn delete_user(&mut self, actor: &Actor, id: UserId) -> Result<(), Trouble> {
        let attempt = Attempt::new("delete", On::User(id), UserChange::Delete.needs());
        self.change(actor, attempt, |change| {
            let user = removable(change, id)?;
            keeping_a_manager(change.tx, || users::delete(change.tx, id))?;
            let body = created_in_event(change.tx, &user)?;
            change.record(EventKind::UserDeleted, target(id, &user), body)
        })
    }
}

pub(super) fn target(id: UserId, fields: &UserFields) -> Target {
    (id, fields.name.as_str()).into()
}

/// The rights that something needs; none for the own account.
pub(super) fn needs<'a>(actor: &Actor, id: UserId, rights: &'a [Right]) -> &'a [Right] {
    if actor.is_user(id) { &[] } else { rights }
}

/// The user, unless they were deleted or never were.
pub(super) fn present(change: &Change<'_>, id: UserId) -> Result<StoredUser, Trouble> {
    users::get(change.tx, id)?.ok_or(Trouble::UserGone(id))
}

/// The user's fields, where the actor may manage them.
fn manageable(change: &Change<'_>, id: UserId) -> Result<UserFields, Trouble> {
    let user = present(change, id)?.fields;
    refuse_beyond(change, &user)?;
    Ok(user)
}

/// The change of the user's fields, where the actor may save it.
pub(super) fn savable(
    change: &Change<'_>,
    id: UserId,
    (before, draft): (&UserFields, &UserDraft),
) -> Result<Edit<UserFields>, Trouble> {
    let present = manageable(change, id)?;
    let mine = draft.check(Some(before)).map_err(Trouble::Problems)?;
    let merged = mine.merge(before, &present);
    let merged = change.refuse_clashes(merged, &target(id, &present), EDITS)?;
    refuse_secrets(change.tx, &merged.texts(), Some(merged.role))?;
    if !merged.differs_only_in_own_matters(&present) {
        if !change.own.fields.rights.has(Right::EditUsers) {
            return Err(Trouble::NotAuthorized(Right::EditUsers));
        }
        refuse_problems(change, id, &present, &merged)?;
    }
    Edit::allowed(change, present, merged)
}

/// The change of a part of what the user has, where the actor may save it.
pub(super) fn edited(
    change: &Change<'_>,
    id: UserId,
    edit: impl FnOnce(&mut UserDraft),
) -> Result<Edit<UserFields>, Trouble> {
    let present = manageable(change, id)?;
    let mut draft = UserDraft::from(&present);
    edit(&mut draft);
    savable(change, id, (&present, &draft))
}

/// The change of the user's lock, for a reason or for none at all, where the actor may make it.
pub(super) fn lockable(
    change: &Change<'_>,
    id: UserId,
    reason: Option<&str>,
) -> Result<Edit<UserFields>, Trouble> {
    let present = manageable(change, id)?;
    if reason.is_some() && change.actor.is_user(id) {
        return Err(Trouble::OwnLock);
    }
    let wanted = UserFields {
        locked_out: Change::lock(present.locked_out.as_ref(), reason)?,
        ..present.clone()
    };
    if reason.is_some_and(|reason| !reason.is_empty()) {
        refuse_secrets(change.tx, &wanted.texts(), Some(wanted.role))?;
    }
    Edit::allowed(change, present, wanted)
}

/// The user's fields, where the actor may delete them.
pub(super) fn removable(change: &Change<'_>, id: UserId) -> Result<UserFields, Trouble> {
    let user = manageable(change, id)?;
    if change.actor.is_user(id) {
        return Err(Trouble::OwnDeletion);
    }
    Ok(user)
}

/// Refuses a role or a lock that breaks a rule.
fn refuse_problems(
    change: &Change<'_>,
    id: UserId,
    before: &UserFields,
    after: &UserFields,
) -> Result<(), Trouble> {
    let own_account = change.actor.is_user(id);
    let mut problems = Vec::new();
    if before.role != after.role {
        let problem = role_problem(change, Some(before.role), after.role)?;
        let demoted = || -> Result<bool, Trouble> {
            let role = role_in_use(change.tx, after.role)?;
            Ok(!within(&change.own.fields, &role.fields))
        };
        if problem.is_none() && own_account && demoted()? {
            problems.push(Problem::new(Field::Role, Rule::OwnDemotion));
        }
        problems.extend(problem);
    }
    if own_account && after.locked_out.is_some() {
        problems.push(Problem::new(Field::LockedOut, Rule::OwnLock));
    }
    refuse_if_any(problems)
}

/// Writes what differs, with the events that tell it, and gives what the user has then.
fn write(change: &Change<'_>, id: UserId, edit: Edit<UserFields>) -> Result<UserFields, Trouble> {
    let Edit { before, after, .. } = &edit;
    if before != after {
        let (by, now) = (&change.actor.name, change.now);
        keeping_a_manager(change.tx, || users::update(change.tx, id, after, by, now))?;
        let target = target(id, after);
        let lock = (before.locked_out.as_deref(), after.locked_out.as_deref());
        change.record_edit(EDITS, &target, changes(change.tx, &edit)?, lock)?;
    }
    Ok(edit.after)
}

/// The fields in which an edit differs, as its event tells them, the lock left out.
pub(super) fn changes(tx: &Tx<'_>, edit: &Edit<UserFields>) -> Result<Map<String, Value>, Fault> {
    let before = fields_in_event(tx, &edit.before)?;
    Ok(differences(&before, &fields_in_event(tx, &edit.after)?))
}

/// The body of the event of a user who comes or goes.
pub(super) fn created_in_event(tx: &Tx<'_>, fields: &UserFields) -> Result<Value, Fault> {
    Ok(json!({ "fields": fields_in_event(tx, fields)? }))
}

/// The fields as events hold them, the lock left out: it has events of its own.
fn fields_in_event(tx: &Tx<'_>, fields: &UserFields) -> Result<Value, Fault> {
    Ok(json!({
        "name": fields.name,
        "fullName": fields.full_name,
        "role": role_in_event(tx, fields.role)?,
        "locale": fields.locale.map(Locale::tag),
        "timeZone": fields.zone.map(Tz::name),
    }))
}
