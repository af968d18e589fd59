//! What would come of a change, looked at before anybody is asked whether they mean it. Nothing is changed or noted
//! here, and nothing relies on it: the change itself checks everything again.

use serde_json::{Map, Value, json};

use crate::domain::id::{RoleId, UserId};
use crate::domain::intent::{Affected, Intent, LeftKeys, Named, Outlook, Prospect, UserChange};
use crate::domain::reference::RowKind;
use crate::domain::rights::Right;
use crate::domain::role::RoleFields;
use crate::domain::services::opens_all_of;
use crate::domain::trouble::Trouble;
use crate::domain::user::{Actor, UserFields};
use crate::service::authority::{Edit, refuse_last_manager, role_in_use};
use crate::service::change::{Change, locked_already, not_locked};
use crate::service::record::differences;
use crate::service::{Service, api_keys, roles, secrets, users};
use crate::store::names;
use crate::store::{api_keys as stored_keys, roles as stored};

/// The most names of keys or users in a question.
const NAMED: usize = 3;

impl Service {
    /// What stands in the way of a change, or why it would be refused.
    pub fn foresee(&self, actor: &Actor, intent: &Intent) -> Result<Prospect, Trouble> {
        self.look_ahead(actor, intent.needs(actor.user()), |change| {
            look(change, intent)
        })
    }

    /// What would come of a change of each of these rows if it were the only one, all as of one moment.
    ///
    /// # Errors
    /// The right that it needs is missing, or the database failed.
    pub fn foresee_each(
        &self,
        actor: &Actor,
        intent: &Intent,
        ids: &[i64],
    ) -> Result<Vec<Outlook>, Trouble> {
        self.look_at_each(actor, intent, ids, outlook)
    }

    /// [`Service::foresee_each`], with the fields that would get other values.
    ///
    /// # Errors
    /// As of [`Service::foresee_each`].
    pub fn foresee_changes(
        &self,
        actor: &Actor,
        intent: &Intent,
        ids: &[i64],
    ) -> Result<Vec<Outlook>, Trouble> {
        self.look_at_each(actor, intent, ids, |change, intent| {
            let mut outlook = outlook(change, intent)?;
            if outlook.is_open() {
                outlook.changes = changes(change, &outlook.intent)?;
            }
            Ok(outlook)
        })
    }

    fn look_at_each(
        &self,
        actor: &Actor,
        intent: &Intent,
        ids: &[i64],
        look: impl Fn(&Change<'_>, Intent) -> Result<Outlook, Trouble>,
    ) -> Result<Vec<Outlook>, Trouble> {
        // Of one alone it is known whether it is the actor's own.
        let needs = match ids {
            [only] => intent.on(*only).needs(actor.user()),
            _ => intent.needs(actor.user()),
        };
        self.look_ahead(actor, needs, |change| {
            let each = ids.iter().map(|id| look(change, intent.on(*id)));
            each.collect()
        })
    }
}

/// What would come of one of several changes. Only where the database fails all of them fail.
fn outlook(change: &Change<'_>, intent: Intent) -> Result<Outlook, Trouble> {
    let table = match intent {
        Intent::Key(..) | Intent::IssueSecret(..) | Intent::SaveKey { .. } => RowKind::ApiKey,
        Intent::User(..) | Intent::SaveUser { .. } => RowKind::User,
        Intent::DeleteRole(_) | Intent::SaveRole { .. } | Intent::EditRole(..) => RowKind::Role,
    };
    let seen = names::seen(change.tx, table, intent.id())?;
    let prospect = match look(change, &intent) {
        Err(fault @ Trouble::Storage(_)) => return Err(fault),
        prospect => prospect,
    };
    Ok(Outlook {
        intent,
        version: seen.as_ref().map_or(0, |seen| seen.version),
        last_sign_in_at: seen.as_ref().and_then(|seen| seen.last_sign_in_at),
        name: seen.map(|seen| seen.name).unwrap_or_default(),
        prospect,
        changes: Map::new(),
    })
}

/// The fields to which a change would give other values.
fn changes(change: &Change<'_>, intent: &Intent) -> Result<Map<String, Value>, Trouble> {
    let may_view = |right| change.own.fields.rights.has(right);
    let of_user = |edit: Edit<UserFields>| -> Result<_, Trouble> {
        let lock = [&edit.before, &edit.after].map(|user| user.locked_out.as_deref());
        Ok(with_lock(users::changes(change.tx, &edit)?, lock))
    };
    match intent {
        Intent::Key(what, id) if what.edits() && may_view(Right::ViewApiKeys) => {
            let edit = api_keys::edited(change, what, *id)?;
            let lock = [&edit.before, &edit.after].map(|key| key.locked_out.as_deref());
            Ok(with_lock(api_keys::changes(change.tx, &edit)?, lock))
        }
        Intent::User(what, id) if may_view(Right::ViewUsers) || change.actor.is_user(*id) => {
            match what {
                UserChange::SetRole(role) => {
                    of_user(users::edited(change, *id, |draft| draft.role = *role)?)
                }
                UserChange::Edit(edit) => {
                    of_user(users::edited(change, *id, |draft| edit.apply(draft))?)
                }
                _ => Ok(Map::new()),
            }
        }
        Intent::EditRole(edit, id) if may_view(Right::ViewRoles) => {
            let (present, merged) = roles::edited(change, *id, |draft| edit.apply(draft))?;
            Ok(roles::changes(&present, &merged))
        }
        _ => Ok(Map::new()),
    }
}

/// Changes, with the lock that is set, taken off, or has another reason.
fn with_lock(
    mut changes: Map<String, Value>,
    [before, after]: [Option<&str>; 2],
) -> Map<String, Value> {
    let lock = |lock: Option<&str>| json!({ "lockedOut": lock.is_some(), "lockReason": lock.unwrap_or_default() });
    changes.extend(differences(&lock(before), &lock(after)));
    changes
}

/// What stands in the way of a change, or why it would be refused.
fn look(change: &Change<'_>, intent: &Intent) -> Result<Prospect, Trouble> {
    match intent {
        Intent::Key(what, id) => api_keys::look_ahead(change, what, *id),
        Intent::IssueSecret(id, _) => secrets::issuable(change, *id).map(clear),
        Intent::SaveKey { id, before, draft } => {
            let edit = api_keys::savable(change, *id, (before, draft))?;
            api_keys::affected(change, *id, &edit)
        }
        Intent::User(UserChange::LockOut { reason }, id) => {
            let user = users::lockable(change, *id, Some(reason))?.before;
            refuse_without(change, *id, None)?;
            let by = users::present(change, *id)?.locked_by;
            Ok(locked_already(user.locked_out, by))
        }
        Intent::User(UserChange::Unlock, id) => {
            let user = users::lockable(change, *id, None)?.before;
            Ok(not_locked(user.locked_out.as_ref()))
        }
        Intent::User(UserChange::Delete, id) => {
            let user = users::removable(change, *id)?;
            refuse_without(change, *id, None)?;
            let names = [user.name.as_str(), user.full_name.as_str()];
            let left = stored_keys::working_of(change.tx, &user.name, names, change.now)?;
            Ok(match left {
                LeftKeys { made: 0, owned: 0 } => Prospect::Clear,
                left => Prospect::LeavesKeys(left),
            })
        }
        Intent::SaveUser { id, before, draft } => {
            let edit = users::savable(change, *id, (before, draft))?;
            refuse_without(change, *id, Some(&edit.after))?;
            affected_user(change, &edit)
        }
        Intent::User(UserChange::SetRole(role), id) => {
            let edit = users::edited(change, *id, |draft| draft.role = *role)?;
            edited_user(change, *id, &edit)
        }
        Intent::User(UserChange::Edit(edit), id) => {
            let edit = users::edited(change, *id, |draft| edit.apply(draft))?;
            edited_user(change, *id, &edit)
        }
        Intent::DeleteRole(id) => roles::removable(change, *id).map(clear),
        Intent::EditRole(edit, id) => {
            let (present, merged) = roles::edited(change, *id, |draft| edit.apply(draft))?;
            if present == merged {
                return Ok(Prospect::Same);
            }
            role_prospect(change, *id, (&present, &merged))
        }
        Intent::SaveRole { id, before, draft } => {
            let (present, merged) = roles::savable(change, *id, (before, draft))?;
            role_prospect(change, *id, (&present, &merged))
        }
    }
}

/// What a change of a role stops or revives, unless nobody would remain who can edit users and roles.
fn role_prospect(
    change: &Change<'_>,
    id: RoleId,
    (present, merged): (&RoleFields, &RoleFields),
) -> Result<Prospect, Trouble> {
    let in_force = stored::in_force(change.tx)?;
    let others = in_force.iter().filter(|role| role.id != id);
    let others = others.map(|role| &role.fields);
    let own = in_force.iter().any(|role| role.id == id);
    refuse_last_manager(change.tx, others.chain(own.then_some(merged)))?;
    affected_by_role(change, id, (present, merged))
}

fn clear<T>(_: T) -> Prospect {
    Prospect::Clear
}

/// What comes of an edit of a user.
fn edited_user(
    change: &Change<'_>,
    id: UserId,
    edit: &Edit<UserFields>,
) -> Result<Prospect, Trouble> {
    if edit.before == edit.after {
        return Ok(Prospect::Same);
    }
    refuse_without(change, id, Some(&edit.after))?;
    affected_user(change, edit)
}

/// Whether the user is stopped or revived by another role.
fn affected_user(change: &Change<'_>, edit: &Edit<UserFields>) -> Result<Prospect, Trouble> {
    let access = |user: &UserFields| -> Result<bool, Trouble> {
        Ok(role_in_use(change.tx, user.role)?.fields.user_interface)
    };
    let mut affected = Affected::default();
    match (access(&edit.before)?, access(&edit.after)?) {
        (true, false) if edit.before.locked_out.is_none() => {
            affected.users_stopped = Named::one(&edit.before.name);
        }
        (false, true) if edit.after.locked_out.is_none() => {
            affected.users_revived = Named::one(&edit.before.name);
        }
        _ => {}
    }
    Ok(affected.prospect())
}

/// Whom the access types of a role stop or revive where they are others, and which keys some services refuse that are no
/// longer in its list. Only what the actor may view is named.
fn affected_by_role(
    change: &Change<'_>,
    id: RoleId,
    (was, is): (&RoleFields, &RoleFields),
) -> Result<Prospect, Trouble> {
    let most = |right| {
        if change.own.fields.rights.has(right) {
            NAMED
        } else {
            0
        }
    };
    let named = |(first, all)| Named { first, all };
    let mut affected = Affected::default();
    if was.web_service != is.web_service {
        let most = most(Right::ViewApiKeys);
        let keys = named(stored::working_keys(change.tx, id, change.now, most)?);
        if is.web_service {
            affected.keys_revived = keys;
        } else {
            affected.keys_stopped = keys;
        }
    } else if is.web_service && !opens_all_of(&is.services, &was.services) {
        let most = most(Right::ViewApiKeys);
        affected.keys_narrowed = named(stored::working_keys(change.tx, id, change.now, most)?);
    }
    if was.user_interface != is.user_interface {
        let users = named(stored::unlocked_users(
            change.tx,
            id,
            most(Right::ViewUsers),
        )?);
        if is.user_interface {
            affected.users_revived = users;
        } else {
            affected.users_stopped = users;
        }
    }
    Ok(affected.prospect())
}

/// Refuses where nobody would remain who can edit users and roles, if the user were locked out or deleted, or were as
/// they are to be.
fn refuse_without(
    change: &Change<'_>,
    id: UserId,
    then: Option<&UserFields>,
) -> Result<(), Trouble> {
    let others = stored::in_force_without(change.tx, id)?;
    let then = then.filter(|user| user.locked_out.is_none());
    let then = then.map(|user| role_in_use(change.tx, user.role));
    let then = then.transpose()?;
    let roles = others.iter().chain(&then).map(|role| &role.fields);
    refuse_last_manager(change.tx, roles)
}
