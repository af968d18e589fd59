//! What would come of a change, looked at before anybody is asked whether they mean it. Nothing is changed or noted
//! here, and nothing relies on it: the change itself checks everything again.

use crate::domain::event::{EventKind, Target};
use crate::domain::intent::{Intent, LockedBy, Prospect};
use crate::domain::rights::Right;
use crate::domain::trouble::Trouble;
use crate::domain::user::Actor;
use crate::service::{Service, api_keys, authorize, users};
use crate::store::{Tx, events};

/// Among so many events about a key or user the one of its lock is looked for, from the newest on. A key that is
/// locked out and used all the same has 24 a day.
const LOOKED_AT: i64 = 10_000;

impl Service {
    /// What stands in the way of a change.
    ///
    /// # Errors
    /// Why it would be refused.
    pub fn foresee(&self, actor: &Actor, intent: Intent) -> Result<Prospect, Trouble> {
        self.store.read(|tx| match intent {
            Intent::LockOut(id) => {
                let own = authorize(tx, actor, Right::EditApiKeys)?;
                let key = api_keys::manageable(tx, &own, id)?;
                let target = (id, key.name.as_str());
                let kinds = [EventKind::ApiKeyLockedOut, EventKind::ApiKeyUnlocked];
                lockable(tx, key.locked_out, &target.into(), kinds)
            }
            Intent::Unlock(id) => {
                let own = authorize(tx, actor, Right::EditApiKeys)?;
                Ok(unlockable(api_keys::manageable(tx, &own, id)?.locked_out))
            }
            Intent::LockOutUser(id) => {
                let own = authorize(tx, actor, Right::EditUsers)?;
                let user = users::manageable(tx, &own, id)?;
                if actor.user == id {
                    return Err(Trouble::OwnLock);
                }
                let target = (id, user.name.as_str());
                let kinds = [EventKind::UserLockedOut, EventKind::UserUnlocked];
                lockable(tx, user.locked_out, &target.into(), kinds)
            }
            Intent::UnlockUser(id) => {
                let own = authorize(tx, actor, Right::EditUsers)?;
                Ok(unlockable(users::manageable(tx, &own, id)?.locked_out))
            }
            _ => Ok(Prospect::Clear),
        })
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
