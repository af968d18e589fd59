//! Roles and their Properties: looking, creating, saving, deleting.

use serde_json::{Map, Value, json};

use crate::domain::authority::{allows_the_same, beyond, may_manage};
use crate::domain::event::{EventKind, Target};
use crate::domain::id::RoleId;
use crate::domain::name::NAME_MAX;
use crate::domain::problem::{Field, Problem, Rule};
use crate::domain::rights::{Right, Rights};
use crate::domain::role::{ASSIGNED_MAX, Assigned, Role, RoleDraft, RoleFields, RoleProperties};
use crate::domain::time::Timestamp;
use crate::domain::trouble::Trouble;
use crate::domain::user::Actor;
use crate::service::authority::keeping_a_manager;
use crate::service::names::likeness;
use crate::service::refuse::{Attempt, On};
use crate::service::typed::refuse_secrets;
use crate::service::{Service, authorize, changes, named, record, refuse_if_any};
use crate::store::names::Named;
use crate::store::{Tx, roles};

impl Service {
    /// What Role Properties shows.
    ///
    /// # Errors
    /// [`Trouble::NotAuthorized`], [`Trouble::RoleGone`].
    pub fn role_properties(&self, actor: &Actor, id: RoleId) -> Result<RoleProperties, Trouble> {
        let now = self.now();
        self.store.read(|tx| {
            let own = authorize(tx, actor, Right::ViewRoles)?;
            let role = undeleted(tx, id)?;
            let (assigned, assigned_more) = assigned(tx, &own, id, now)?;
            Ok(RoleProperties {
                id,
                immutable: role.immutable,
                fields: role.fields,
                assigned,
                assigned_more,
            })
        })
    }

    /// A name for a new role or a duplicate: `base`, or `base_2`, `base_3` and so on where that is taken.
    ///
    /// # Errors
    /// [`Trouble::NotAuthorized`].
    pub fn new_role_name(&self, actor: &Actor, base: &str) -> Result<String, Trouble> {
        self.store.read(|tx| {
            authorize(tx, actor, Right::CreateRoles)?;
            let mut name = base.to_owned();
            let mut number = 2_u64;
            while roles::with_name(tx, &name, None)?.is_some() {
                let end = format!("_{number}");
                name = base.chars().take(NAME_MAX - end.len()).collect::<String>() + &end;
                number += 1;
            }
            Ok(name)
        })
    }

    /// Creates a role.
    ///
    /// # Errors
    /// [`Trouble::NotAuthorized`]; [`Trouble::Problems`] with the form.
    pub fn create_role(&mut self, actor: &Actor, draft: &RoleDraft) -> Result<RoleId, Trouble> {
        let attempt = Attempt {
            verb: "create",
            on: On::NewRole(&draft.name),
        };
        self.change(actor, &[Right::CreateRoles], attempt, |tx, own, now| {
            let fields = draft.check().map_err(Trouble::Problems)?;
            let mut problems = name_problem(tx, None, (&fields, draft))?;
            problems.extend(beyond(&own.fields, None, &fields));
            refuse_if_any(problems)?;
            let id = roles::insert(tx, &fields)?;
            let (kind, target) = (EventKind::RoleCreated, target(id, &fields));
            record(tx, now, kind, Some(actor), target, created(&fields))?;
            Ok(id)
        })
    }

    /// Saves what this person changed (`before` to `draft`) and gives what the role has now. Nothing changed is
    /// nothing written.
    ///
    /// # Errors
    /// [`Trouble::NotAuthorized`], [`Trouble::RoleBeyondOwn`], [`Trouble::RoleGone`], [`Trouble::RoleImmutable`],
    /// [`Trouble::LastManager`]; [`Trouble::Problems`] with the form, among them what somebody else changed meanwhile.
    pub fn save_role(
        &mut self,
        actor: &Actor,
        id: RoleId,
        before: &RoleFields,
        draft: &RoleDraft,
    ) -> Result<RoleFields, Trouble> {
        let attempt = attempt("save", id);
        self.change(actor, &[Right::EditRoles], attempt, |tx, own, now| {
            let (present, merged) = savable(tx, own, id, (before, draft))?;
            if merged == present {
                return Ok(merged);
            }
            keeping_a_manager(tx, || Ok(roles::update(tx, id, &merged)?))?;
            let body = json!({ "changes": told(&present, &merged) });
            let (kind, target) = (EventKind::RoleUpdated, target(id, &merged));
            record(tx, now, kind, Some(actor), target, body)?;
            Ok(merged)
        })
    }

    /// Deletes a role that nobody and nothing has.
    ///
    /// # Errors
    /// [`Trouble::NotAuthorized`], [`Trouble::RoleBeyondOwn`], [`Trouble::RoleGone`], [`Trouble::RoleImmutable`],
    /// [`Trouble::RoleInUse`].
    pub fn delete_role(&mut self, actor: &Actor, id: RoleId) -> Result<(), Trouble> {
        let attempt = attempt("delete", id);
        self.change(actor, &[Right::DeleteRoles], attempt, |tx, own, now| {
            let role = removable(tx, own, id, now)?;
            roles::set_deleted(tx, id, now)?;
            let (kind, target) = (EventKind::RoleDeleted, target(id, &role));
            Ok(record(tx, now, kind, Some(actor), target, json!({}))?)
        })
    }
}

fn attempt(verb: &'static str, id: RoleId) -> Attempt<'static> {
    Attempt {
        verb,
        on: On::Role(id),
    }
}

fn target(id: RoleId, fields: &RoleFields) -> Target {
    (id, fields.name.as_str()).into()
}

fn undeleted(tx: &Tx<'_>, id: RoleId) -> Result<Role, Trouble> {
    roles::undeleted(tx, id)?.ok_or(Trouble::RoleGone(id))
}

/// The undeleted role's fields, where it can be changed at all, and by whoever has the role `own`.
fn manageable(tx: &Tx<'_>, own: &Role, id: RoleId) -> Result<RoleFields, Trouble> {
    let role = undeleted(tx, id)?;
    if role.immutable {
        return Err(Trouble::RoleImmutable(role.fields.name));
    }
    if !may_manage(&own.fields, &role.fields) {
        return Err(Trouble::RoleBeyondOwn(role.fields.name));
    }
    Ok(role.fields)
}

/// What the role has and what it is to have, where whoever has the role `own` may save that.
pub(super) fn savable(
    tx: &Tx<'_>,
    own: &Role,
    id: RoleId,
    (before, draft): (&RoleFields, &RoleDraft),
) -> Result<(RoleFields, RoleFields), Trouble> {
    let present = manageable(tx, own, id)?;
    let mine = draft.check().map_err(Trouble::Problems)?;
    let merged = match mine.merge(before, &present) {
        Ok(merged) => merged,
        Err(clashes) => {
            let kinds = [EventKind::RoleUpdated; 3];
            return Err(named(tx, &target(id, &present), kinds, clashes)?);
        }
    };
    let mut problems = name_problem(tx, Some((id, &present)), (&merged, draft))?;
    if own.id == id && !allows_the_same(&present, &merged) {
        problems.push(Problem::new(Field::Rights, Rule::OwnRole));
    } else {
        problems.extend(beyond(&own.fields, Some(&present), &merged));
    }
    refuse_if_any(problems)?;
    Ok((present, merged))
}

/// The role's fields, where it can be deleted, and by whoever has the role `own`.
pub(super) fn removable(
    tx: &Tx<'_>,
    own: &Role,
    id: RoleId,
    now: Timestamp,
) -> Result<RoleFields, Trouble> {
    let role = manageable(tx, own, id)?;
    let (by, more) = assigned(tx, own, id, now)?;
    if more > 0 || !by.is_empty() {
        let name = role.name;
        return Err(Trouble::RoleInUse { name, by, more });
    }
    Ok(role)
}

/// Who and what has the role, and how many more. Only what the actor may view is named; the rest is counted.
fn assigned(
    tx: &Tx<'_>,
    own: &Role,
    id: RoleId,
    now: Timestamp,
) -> Result<(Vec<Assigned>, i64), Trouble> {
    let most = |right, room| {
        if own.fields.rights.has(right) {
            room
        } else {
            0
        }
    };
    let room = most(Right::ViewUsers, ASSIGNED_MAX);
    let (mut named, users) = roles::users(tx, id, room)?;
    let room = most(Right::ViewApiKeys, ASSIGNED_MAX - named.len());
    let (named_keys, keys) = roles::keys(tx, id, now, room)?;
    named.extend(named_keys);
    let listed = i64::try_from(named.len()).unwrap_or(i64::MAX);
    Ok((named, users + keys - listed))
}

/// The rules of the name that need the database.
fn name_problem(
    tx: &Tx<'_>,
    before: Option<(RoleId, &RoleFields)>,
    (fields, draft): (&RoleFields, &RoleDraft),
) -> Result<Vec<Problem>, Trouble> {
    refuse_secrets(tx, &fields.texts(), None)?;
    let except = before.map(|(id, _)| id);
    let problem = if let Some(name) = roles::with_name(tx, &fields.name, except)? {
        Some(Problem::new(Field::Name, Rule::RoleNameTaken { name }))
    } else if before.is_none_or(|(_, before)| before.name != fields.name) {
        let name = (fields.name.as_str(), draft.told_alike.as_deref());
        likeness(tx, Named::Roles, name, except.map(|id| id.0))?
    } else {
        None
    };
    Ok(problem.into_iter().collect())
}

/// What the event of a new role tells.
pub(super) fn created(fields: &RoleFields) -> Value {
    let mut told = all(fields);
    told.insert("rights".to_owned(), fields.rights.names().collect());
    json!({ "fields": told })
}

/// The fields as events hold them, the rights left out.
fn all(fields: &RoleFields) -> Map<String, Value> {
    [
        ("name", Value::from(fields.name.as_str())),
        ("description", Value::from(fields.description.as_str())),
        ("userInterface", Value::from(fields.user_interface)),
        ("webService", Value::from(fields.web_service)),
        ("equalOrLess", Value::from(fields.equal_or_less)),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value))
    .collect()
}

/// What changed: each field before and after, of the rights those that were added and removed.
fn told(before: &RoleFields, after: &RoleFields) -> Map<String, Value> {
    let mut told = changes(&all(before), all(after));
    let added = after.rights.without(&before.rights);
    let removed = before.rights.without(&after.rights);
    if !added.is_empty() || !removed.is_empty() {
        let list = |rights: &Rights| rights.names().collect::<Value>();
        let rights = json!({ "added": list(&added), "removed": list(&removed) });
        told.insert("rights".to_owned(), rights);
    }
    told
}
