//! What would come of a change, looked at before anybody is asked whether they mean it. Nothing is changed or noted
//! here, and nothing relies on it: the change itself checks everything again.

use crate::domain::event::{EventKind, Target};
use crate::domain::id::{RoleId, UserId};
use crate::domain::intent::{Affected, Intent, LockedBy, Named, Prospect};
use crate::domain::rights::Right;
use crate::domain::role::{Role, RoleFields};
use crate::domain::state::Facts;
use crate::domain::time::Timestamp;
use crate::domain::trouble::Trouble;
use crate::domain::user::{Actor, UserFields};
use crate::service::authority::{refuse_last_manager, refuse_secret, role_in_use};
use crate::service::{
    Service, api_keys, authorize, authorize_any, roles, secrets, undeleted, users,
};
use crate::store::{Tx, events, roles as stored};

/// The most names of keys or users in a question.
const NAMED: usize = 3;
/// Among so many events about a key or user the one of its lock is looked for, from the newest on. A key that is
/// locked out and used all the same has 24 a day.
const LOOKED_AT: i64 = 10_000;

impl Service {
    /// What stands in the way of a change.
    ///
    /// # Errors
    /// Why it would be refused.
    pub fn foresee(&self, actor: &Actor, intent: &Intent) -> Result<Prospect, Trouble> {
        let now = self.now();
        self.store.read(|tx| match intent {
            Intent::LockOut(_)
            | Intent::Unlock(_)
            | Intent::Delete(_)
            | Intent::Restore(_)
            | Intent::EndOverlap(_)
            | Intent::Issue(_)
            | Intent::SaveKey { .. } => of_key(tx, actor, intent, now),
            Intent::LockOutUser(_)
            | Intent::UnlockUser(_)
            | Intent::DeleteUser(_)
            | Intent::SaveUser { .. } => of_user(tx, actor, intent),
            Intent::DeleteRole(_) | Intent::SaveRole { .. } => of_role(tx, actor, intent, now),
        })
    }
}

fn of_key(
    tx: &Tx<'_>,
    actor: &Actor,
    intent: &Intent,
    now: Timestamp,
) -> Result<Prospect, Trouble> {
    let editor = || authorize(tx, actor, Right::EditApiKeys);
    let deleter = || authorize(tx, actor, Right::DeleteApiKeys);
    match intent {
        Intent::LockOut(id) => {
            let key = api_keys::manageable(tx, &editor()?, *id)?;
            let target = (*id, key.name.as_str());
            let kinds = [EventKind::ApiKeyLockedOut, EventKind::ApiKeyUnlocked];
            return lockable(tx, key.locked_out, &target.into(), kinds);
        }
        Intent::Unlock(id) => {
            let own = editor()?;
            let key = api_keys::manageable(tx, &own, *id)?;
            let mut unlocked = key.clone();
            unlocked.locked_out = false;
            api_keys::refuse_change(tx, &own, &key, &unlocked)?;
            return Ok(unlockable(key.locked_out));
        }
        Intent::Delete(id) => drop(api_keys::manageable(tx, &deleter()?, *id)?),
        Intent::Restore(id) => drop(api_keys::restorable(tx, &deleter()?, *id, now)?),
        Intent::EndOverlap(id) => drop(secrets::overlapping(tx, &editor()?, *id, now)?),
        Intent::Issue(id) => refuse_secret(tx, &editor()?, &undeleted(tx, *id)?.fields)?,
        Intent::SaveKey { id, before, draft } => {
            let own = editor()?;
            let (present, merged) = api_keys::savable(tx, &own, *id, (before, draft), now)?;
            let was = undeleted(tx, *id)?.facts();
            let is = Facts {
                locked_out: merged.locked_out,
                expires_at: merged.expiry.map(|expiry| expiry.at),
                api_access: role_in_use(tx, merged.role)?.fields.web_service,
                ..was
            };
            let mut affected = Affected::default();
            if was.api_access != is.api_access {
                let one = || Named {
                    first: vec![present.name.clone()],
                    all: 1,
                };
                match (was.authenticates(now), is.authenticates(now)) {
                    (true, false) => affected.keys_stopped = one(),
                    (false, true) => affected.keys_revived = one(),
                    _ => {}
                }
            }
            return Ok(affects(affected));
        }
        _ => {}
    }
    Ok(Prospect::Clear)
}

fn of_user(tx: &Tx<'_>, actor: &Actor, intent: &Intent) -> Result<Prospect, Trouble> {
    match intent {
        Intent::LockOutUser(id) => {
            let own = authorize(tx, actor, Right::EditUsers)?;
            let (user, _) = users::lockable(tx, (actor, &own), *id, true)?;
            without(tx, *id, None)?;
            let target = (*id, user.name.as_str());
            let kinds = [EventKind::UserLockedOut, EventKind::UserUnlocked];
            lockable(tx, user.locked_out, &target.into(), kinds)
        }
        Intent::UnlockUser(id) => {
            let own = authorize(tx, actor, Right::EditUsers)?;
            let (user, _) = users::lockable(tx, (actor, &own), *id, false)?;
            Ok(unlockable(user.locked_out))
        }
        Intent::DeleteUser(id) => {
            let own = authorize(tx, actor, Right::DeleteUsers)?;
            users::removable(tx, (actor, &own), *id)?;
            without(tx, *id, None)?;
            Ok(Prospect::Clear)
        }
        Intent::SaveUser { id, before, draft } => {
            let own = authorize_any(tx, actor, users::needs(actor, *id, &[Right::EditUsers]))?;
            let (present, merged) = users::savable(tx, (actor, &own), *id, (before, draft))?;
            without(tx, *id, Some(&merged))?;
            let console = |user: &UserFields| -> Result<(bool, bool), Trouble> {
                let access = role_in_use(tx, user.role)?.fields.user_interface;
                Ok((access, access && !user.locked_out))
            };
            let ((access, in_before), (then, in_then)) = (console(&present)?, console(&merged)?);
            let mut affected = Affected::default();
            let one = || Named {
                first: vec![present.name.clone()],
                all: 1,
            };
            if access != then && in_before {
                affected.users_stopped = one();
            } else if access != then && in_then {
                affected.users_revived = one();
            }
            Ok(affects(affected))
        }
        _ => Ok(Prospect::Clear),
    }
}

fn of_role(
    tx: &Tx<'_>,
    actor: &Actor,
    intent: &Intent,
    now: Timestamp,
) -> Result<Prospect, Trouble> {
    match intent {
        Intent::DeleteRole(id) => {
            let own = authorize(tx, actor, Right::DeleteRoles)?;
            roles::removable(tx, &own, *id, now)?;
            Ok(Prospect::Clear)
        }
        Intent::SaveRole { id, before, draft } => {
            let own = authorize(tx, actor, Right::EditRoles)?;
            let (present, merged) = roles::savable(tx, &own, *id, (before, draft))?;
            let in_force = stored::in_force(tx)?;
            let then = in_force.iter().map(|role| {
                if role.id == *id {
                    &merged
                } else {
                    &role.fields
                }
            });
            refuse_last_manager(tx, then)?;
            Ok(affects(of_access(tx, &own, *id, (&present, &merged), now)?))
        }
        _ => Ok(Prospect::Clear),
    }
}

/// Whom the access types of a role stop or revive where they are others. Only what the actor may view is named.
fn of_access(
    tx: &Tx<'_>,
    own: &Role,
    id: RoleId,
    (was, is): (&RoleFields, &RoleFields),
    now: Timestamp,
) -> Result<Affected, Trouble> {
    let most = |right| {
        if own.fields.rights.has(right) {
            NAMED
        } else {
            0
        }
    };
    let named = |(first, all)| Named { first, all };
    let mut affected = Affected::default();
    if was.web_service != is.web_service {
        let keys = stored::working_keys(tx, id, now, most(Right::ViewApiKeys))?;
        *(if is.web_service {
            &mut affected.keys_revived
        } else {
            &mut affected.keys_stopped
        }) = named(keys);
    }
    if was.user_interface != is.user_interface {
        let users = stored::unlocked_users(tx, id, most(Right::ViewUsers))?;
        *(if is.user_interface {
            &mut affected.users_revived
        } else {
            &mut affected.users_stopped
        }) = named(users);
    }
    Ok(affected)
}

/// Refuses where nobody would remain who can edit users and roles, if the user were locked out or deleted, or were as
/// they are to be.
fn without(tx: &Tx<'_>, id: UserId, then: Option<&UserFields>) -> Result<(), Trouble> {
    let others = stored::in_force_without(tx, id)?;
    let then = then.filter(|user| !user.locked_out);
    let then = then.map(|user| role_in_use(tx, user.role)).transpose()?;
    refuse_last_manager(tx, others.iter().chain(&then).map(|role| &role.fields))
}

fn affects(affected: Affected) -> Prospect {
    if affected.is_anybody() {
        Prospect::Affects(affected)
    } else {
        Prospect::Clear
    }
}

/// Whether it is locked out already, and by whom: the last event of the two kinds tells it, unless it was pruned.
fn lockable(
    tx: &Tx<'_>,
    is_locked: bool,
    target: &Target,
    [lock, unlock]: [EventKind; 2],
) -> Result<Prospect, Trouble> {
    if !is_locked {
        return Ok(Prospect::Clear);
    }
    let last = events::last_of(tx, target, [lock, unlock], LOOKED_AT)?;
    let by = last.filter(|(number, ..)| *number == lock.number());
    Ok(Prospect::LockedAlready(by.map(|(_, name, at)| LockedBy {
        name: Some(name).filter(|name| !name.is_empty()),
        at,
    })))
}

fn unlockable(is_locked: bool) -> Prospect {
    if is_locked {
        Prospect::Clear
    } else {
        Prospect::NotLocked
    }
}
