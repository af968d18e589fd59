//! On whose behalf something may be done: a user's or an API key's, read anew in the transaction that does it.

use crate::domain::id::{KeyId, RoleId, SecretId, Who};
use crate::domain::rights::Right;
use crate::domain::role::Role;
use crate::domain::time::Timestamp;
use crate::domain::trouble::{Fault, Trouble};
use crate::domain::user::{Actor, key_signature};
use crate::domain::verdict::{Refused, refusals};
use crate::service::Service;
use crate::store::users::StoredUser;
use crate::store::{Tx, api_keys, roles, secrets, users};

impl Service {
    /// The key with this secret, on whose behalf things are done from now on. That the secret was sent is for the caller
    /// to know.
    ///
    /// # Errors
    /// [`Trouble::KeyRefused`] where the secret would be refused by now.
    pub fn act_as_key(&self, key: KeyId, secret: SecretId) -> Result<Actor, Trouble> {
        self.store.read(|tx| admit_key(tx, key, secret, self.now()))
    }
}

/// The role that the actor has now, where one of these rights is in it or none is needed; it is the first that is
/// named.
pub(super) fn authorize(
    tx: &Tx<'_>,
    actor: &Actor,
    needs: &[Right],
    now: Timestamp,
) -> Result<Role, Trouble> {
    let role = admitted(tx, actor, now)?.role;
    match needs.first() {
        Some(first) if !needs.iter().any(|right| role.fields.rights.has(*right)) => {
            Err(Trouble::NotAuthorized(*first))
        }
        _ => Ok(role),
    }
}

/// The actor as they are now, by ID: another user may have their name by now.
pub(super) fn admitted(tx: &Tx<'_>, actor: &Actor, now: Timestamp) -> Result<Actor, Trouble> {
    match actor.who {
        Who::User(id) => match users::get(tx, id)? {
            Some(user) => admit_user(tx, user),
            None => Err(Trouble::NoSuchUser(actor.name.clone())),
        },
        Who::Key { key, secret } => admit_key(tx, key, secret, now),
    }
}

/// The user as an actor.
pub(super) fn admit_user(tx: &Tx<'_>, user: StoredUser) -> Result<Actor, Trouble> {
    let fields = user.fields;
    if fields.locked_out.is_some() {
        return Err(Trouble::LockedOut(fields.name));
    }
    let role = role_of(tx, fields.role)?;
    if !role.fields.user_interface {
        return Err(Trouble::NoUserInterface {
            user: fields.name,
            role: role.fields.name,
        });
    }
    Ok(Actor {
        who: Who::User(user.id),
        name: fields.name,
        full_name: fields.full_name,
        role,
        locale: fields.locale,
        zone: fields.zone,
    })
}

/// The key as an actor, while one who sends this secret of it is let in.
fn admit_key(tx: &Tx<'_>, id: KeyId, secret: SecretId, now: Timestamp) -> Result<Actor, Trouble> {
    let (Some(key), Some(sent)) = (api_keys::get(tx, id)?, secrets::get(tx, secret)?) else {
        return Err(Trouble::KeyRefused(Refused::Unknown));
    };
    let phase = sent.facts.life.phase(now);
    let refused = refusals(key.facts(), phase, now).next();
    if let Some(reason) = refused.or((sent.key != id).then_some(Refused::Unknown)) {
        return Err(Trouble::KeyRefused(reason));
    }
    Ok(Actor {
        who: Who::Key { key: id, secret },
        name: key_signature(id, &key.fields.name),
        full_name: String::new(),
        role: role_of(tx, key.fields.role)?,
        locale: Some(key.fields.locale),
        zone: Some(key.fields.zone),
    })
}

fn role_of(tx: &Tx<'_>, id: RoleId) -> Result<Role, Trouble> {
    // The tables let nobody be without a role.
    roles::get(tx, id)?.ok_or(Trouble::Storage(Fault::Corrupt))
}
