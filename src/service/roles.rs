//! Roles and their Properties: looking, creating, saving, deleting.

use serde_json::{Map, Value, json};

use crate::domain::authority::{allows_the_same, beyond, may_manage};
use crate::domain::event::{EventKind, Target};
use crate::domain::id::RoleId;
use crate::domain::name::NAME_MAX;
use crate::domain::problem::{Field, Problem, Rule};
use crate::domain::reference::RowKind;
use crate::domain::rights::{Right, Rights};
use crate::domain::role::{ASSIGNED_MAX, Assigned, Role, RoleDraft, RoleFields, RoleProperties};
use crate::domain::trouble::Trouble;
use crate::domain::user::Actor;
use crate::service::authority::keeping_a_manager;
use crate::service::change::{Attempt, Change, Edits, On};
use crate::service::names::name_problem;
use crate::service::record::differences;
use crate::service::typed::refuse_secrets;
use crate::service::{Service, refuse_if_any};
use crate::store::{Tx, roles};

/// The events of an edit; a role has no lock.
const EDITS: Edits = [EventKind::RoleUpdated; 3];

impl Service {
    /// What Role Properties shows.
    pub fn role_properties(&self, actor: &Actor, id: RoleId) -> Result<RoleProperties, Trouble> {
        self.look_ahead(actor, &[Right::ViewRoles], |change| {
            let role = undeleted(change.tx, id)?;
            let (assigned, assigned_more) = assigned(change, id)?;
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
    pub fn new_role_name(&self, actor: &Actor, base: &str) -> Result<String, Trouble> {
        self.ask(actor, &[Right::CreateRoles], |tx, _| {
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
    pub fn create_role(&mut self, actor: &Actor, draft: &RoleDraft) -> Result<RoleId, Trouble> {
        let on = On::NewRole(&draft.name);
        let attempt = Attempt::new("create", on, &[Right::CreateRoles]);
        self.change(actor, attempt, |change| {
            let fields = draft.check().map_err(Trouble::Problems)?;
            let mut problems = stored_problems(change.tx, None, (&fields, draft))?;
            problems.extend(beyond(&change.own.fields, None, &fields));
            refuse_if_any(problems)?;
            let id = roles::insert(change.tx, &fields)?;
            let body = created_in_event(&fields);
            change.record(EventKind::RoleCreated, target(id, &fields), body)?;
            Ok(id)
        })
    }

    /// Saves what this person changed (`before` to `draft`) and gives what the role has now. Nothing changed is
    /// nothing written.
    ///
    /// # Errors
    /// [`Trouble::Problems`] with the form, among them what somebody else changed meanwhile.
    pub fn save_role(
        &mut self,
        actor: &Actor,
        id: RoleId,
        before: &RoleFields,
        draft: &RoleDraft,
    ) -> Result<RoleFields, Trouble> {
        let attempt = Attempt::new("save", On::Role(id), &[Right::EditRoles]);
        self.change(actor, attempt, |change| {
            write(change, id, savable(change, id, (before, draft))?)
        })
    }

    /// Deletes a role that nobody and nothing has.
    pub fn delete_role(&mut self, actor: &Actor, id: RoleId) -> Result<(), Trouble> {
        let attempt = Attempt::new("delete", On::Role(id), &[Right::DeleteRoles]);
        self.change(actor, attempt, |change| {
            let role = removable(change, id)?;
            roles::set_deleted(change.tx, id, change.now)?;
            change.record(EventKind::RoleDeleted, target(id, &role), json!({}))
        })
    }
}

fn target(id: RoleId, fields: &RoleFields) -> Target {
    (id, fields.name.as_str()).into()
}

/// Writes what differs, with the event that tells it, and gives what the role has then.
pub(super) fn write(
    change: &Change<'_>,
    id: RoleId,
    (present, merged): (RoleFields, RoleFields),
) -> Result<RoleFields, Trouble> {
    if merged != present {
        keeping_a_manager(change.tx, || roles::update(change.tx, id, &merged))?;
        let target = target(id, &merged);
        change.record_edit(EDITS, &target, changes(&present, &merged), (None, None))?;
    }
    Ok(merged)
}

pub(super) fn undeleted(tx: &Tx<'_>, id: RoleId) -> Result<Role, Trouble> {
    roles::undeleted(tx, id)?.ok_or(Trouble::RoleGone(id))
}

/// The undeleted role's fields, where it can be changed at all, and by the actor.
fn manageable(change: &Change<'_>, id: RoleId) -> Result<RoleFields, Trouble> {
    let role = undeleted(change.tx, id)?;
    if role.immutable {
        return Err(Trouble::RoleImmutable(role.fields.name));
    }
    if !may_manage(&change.own.fields, &role.fields) {
        return Err(Trouble::RoleBeyondOwn(role.fields.name));
    }
    Ok(role.fields)
}

/// What the role has and what it is to have, where the actor may save that.
pub(super) fn savable(
    change: &Change<'_>,
    id: RoleId,
    (before, draft): (&RoleFields, &RoleDraft),
) -> Result<(RoleFields, RoleFields), Trouble> {
    let present = manageable(change, id)?;
    let mine = draft.check().map_err(Trouble::Problems)?;
    let merged = mine.merge(before, &present);
    let merged = change.refuse_clashes(merged, &target(id, &present), EDITS)?;
    let mut problems = stored_problems(change.tx, Some((id, &present)), (&merged, draft))?;
    if change.own.id == id && !allows_the_same(&present, &merged) {
        problems.push(Problem::new(Field::Rights, Rule::OwnRole));
    } else {
        problems.extend(beyond(&change.own.fields, Some(&present), &merged));
    }
    refuse_if_any(problems)?;
    Ok((present, merged))
}

/// What the role has, and that with a part of it changed, where the actor may save that.
pub(super) fn edited(
    change: &Change<'_>,
    id: RoleId,
    edit: impl FnOnce(&mut RoleDraft),
) -> Result<(RoleFields, RoleFields), Trouble> {
    let present = undeleted(change.tx, id)?.fields;
    let mut draft = RoleDraft::from(&present);
    edit(&mut draft);
    savable(change, id, (&present, &draft))
}

/// The role's fields, where it can be deleted, and by the actor.
pub(super) fn removable(change: &Change<'_>, id: RoleId) -> Result<RoleFields, Trouble> {
    let role = manageable(change, id)?;
    let (by, more) = assigned(change, id)?;
    if more > 0 || !by.is_empty() {
        let name = role.name;
        return Err(Trouble::RoleInUse { name, by, more });
    }
    Ok(role)
}

/// Who and what has the role, and how many more. Only what the actor may view is named; the rest is counted.
fn assigned(change: &Change<'_>, id: RoleId) -> Result<(Vec<Assigned>, i64), Trouble> {
    let most = |right, most| {
        let may = change.own.fields.rights.has(right);
        if may { most } else { 0 }
    };
    let room = most(Right::ViewUsers, ASSIGNED_MAX);
    let (mut named, users) = roles::users(change.tx, id, room)?;
    let room = most(Right::ViewApiKeys, ASSIGNED_MAX - named.len());
    let (named_keys, keys) = roles::keys(change.tx, id, change.now, room)?;
    named.extend(named_keys);
    let listed = i64::try_from(named.len()).unwrap_or(i64::MAX);
    Ok((named, users + keys - listed))
}

/// The rules that need the database.
fn stored_problems(
    tx: &Tx<'_>,
    before: Option<(RoleId, &RoleFields)>,
    (fields, draft): (&RoleFields, &RoleDraft),
) -> Result<Vec<Problem>, Trouble> {
    refuse_secrets(tx, &fields.texts(), None)?;
    let taken = roles::with_name(tx, &fields.name, before.map(|(id, _)| id))?;
    let taken = taken.map(|name| Rule::RoleNameTaken { name });
    let name = (fields.name.as_str(), draft.told_alike.as_deref());
    let so_far = before.map(|(id, before)| (id.0, before.name.as_str()));
    let problem = name_problem(tx, RowKind::Role, name, so_far, taken)?;
    Ok(problem.into_iter().collect())
}

/// The body of the event of a new role.
pub(super) fn created_in_event(fields: &RoleFields) -> Value {
    let mut body = json!({ "fields": fields_in_event(fields) });
    body["fields"]["rights"] = fields.rights.names().collect();
    body
}

/// The fields as events hold them, the rights left out.
fn fields_in_event(fields: &RoleFields) -> Value {
    json!({
        "name": fields.name,
        "description": fields.description,
        "userInterface": fields.user_interface,
        "webService": fields.web_service,
        "equalOrLess": fields.equal_or_less,
        "services": fields.services,
    })
}

/// The fields that differ, each before and after, of the rights those that were added and removed, as the event tells them.
pub(super) fn changes(before: &RoleFields, after: &RoleFields) -> Map<String, Value> {
    let mut fields = differences(&fields_in_event(before), &fields_in_event(after));
    let added = after.rights.without(&before.rights);
    let removed = before.rights.without(&after.rights);
    if !added.is_empty() || !removed.is_empty() {
        let list = |rights: &Rights| rights.names().collect::<Value>();
        let rights = json!({ "added": list(&added), "removed": list(&removed) });
        fields.insert("rights".to_owned(), rights);
    }
    fields
}
