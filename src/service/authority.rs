//! The rules of who may do what to whom, asked of the database as it is within a transaction.

use crate::domain::api_key::ApiKeyFields;
use crate::domain::authority::{
    Standing, beyond, can_edit_users_and_roles, given_beyond, may_manage,
};
use crate::domain::id::RoleId;
use crate::domain::problem::{Field, Problem, Rule};
use crate::domain::rights::Right;
use crate::domain::role::{Role, RoleFields};
use crate::domain::trouble::{Fault, Trouble};
use crate::domain::user::Actor;
use crate::service::sign_in;
use crate::store::{Tx, roles};

/// The actor's role as it is now.
///
/// # Errors
/// The right is missing, or the actor may not be signed in any more.
pub(super) fn authorize(tx: &Tx<'_>, actor: &Actor, right: Right) -> Result<Role, Trouble> {
    authorize_any(tx, actor, &[right])
}

/// The same where one of several rights is enough, or none is needed; it is the first that is named.
pub(super) fn authorize_any(tx: &Tx<'_>, actor: &Actor, rights: &[Right]) -> Result<Role, Trouble> {
    let role = sign_in::admitted(tx, actor)?.role;
    match rights.first() {
        Some(first) if !rights.iter().any(|right| role.fields.rights.has(*right)) => {
            Err(Trouble::NotAuthorized(*first))
        }
        _ => Ok(role),
    }
}

/// Refuses where one's own role is bound to equal or less access and that of the key or user allows more.
pub(super) fn refuse_beyond(
    tx: &Tx<'_>,
    own: &Role,
    (name, role): (&str, RoleId),
) -> Result<(), Trouble> {
    let role = role_in_use(tx, role)?;
    if may_manage(&own.fields, &role.fields) {
        return Ok(());
    }
    Err(Trouble::BeyondOwn {
        name: name.to_owned(),
        role: role.fields.name,
    })
}

/// Refuses where a secret of the key would give its holder more than their own role allows.
pub(super) fn refuse_secret(tx: &Tx<'_>, own: &Role, key: &ApiKeyFields) -> Result<(), Trouble> {
    let role = role_in_use(tx, key.role)?;
    match given_beyond(&own.fields, None, &Standing::of_key(key, &role.fields)) {
        None => Ok(()),
        Some(_) => Err(Trouble::SecretBeyondOwn {
            name: key.name.clone(),
            role: role.fields.name,
        }),
    }
}

/// Refuses what gives the key or user of this name more than one's own role holds. Every change of either goes through
/// here; `before` is nothing where it is new.
pub(super) fn refuse_giving(
    own: &Role,
    name: &str,
    before: Option<&Standing<'_>>,
    after: &Standing<'_>,
) -> Result<(), Trouble> {
    match given_beyond(&own.fields, before, after) {
        None => Ok(()),
        Some(_) => Err(Trouble::GivesBeyondOwn {
            name: name.to_owned(),
            role: after.role.name.clone(),
        }),
    }
}

/// What keeps whoever has the role `own` from giving a key or user this one in place of another: [`refuse_giving`]
/// refuses it too, and here is said which field it is about.
pub(super) fn role_problem(
    tx: &Tx<'_>,
    own: &Role,
    before: Option<RoleId>,
    id: RoleId,
) -> Result<Option<Problem>, Trouble> {
    let Some(role) = roles::undeleted(tx, id)? else {
        return Ok(Some(Problem::new(Field::Role, Rule::NoSuchRole)));
    };
    let before = before.map(|before| role_in_use(tx, before)).transpose()?;
    let before = before.as_ref().map(|before| &before.fields);
    if beyond(&own.fields, before, &role.fields).is_empty() {
        return Ok(None);
    }
    Ok(Some(Problem::new(Field::Role, Rule::RoleBeyondOwn)))
}

/// The role of a key or user, deleted or not.
pub(super) fn role_in_use(tx: &Tx<'_>, id: RoleId) -> Result<Role, Trouble> {
    // The tables let no key and no user be without a role.
    roles::get(tx, id)?.ok_or(Trouble::Storage(Fault::Corrupt))
}

/// Refuses where nobody would remain who can edit both, and somebody can now: [`keeping_a_manager`] asked beforehand,
/// with the roles that would be in force.
pub(super) fn refuse_last_manager<'a>(
    tx: &Tx<'_>,
    then: impl IntoIterator<Item = &'a RoleFields>,
) -> Result<(), Trouble> {
    let now = roles::in_force(tx)?;
    let before = now
        .iter()
        .any(|role| can_edit_users_and_roles(&role.fields));
    if before && !then.into_iter().any(can_edit_users_and_roles) {
        return Err(Trouble::LastManager);
    }
    Ok(())
}

/// Does something to users or roles, and refuses it where nobody remains who can edit both, and somebody could before.
pub(super) fn keeping_a_manager(
    tx: &Tx<'_>,
    work: impl FnOnce() -> Result<(), Trouble>,
) -> Result<(), Trouble> {
    let somebody = || -> Result<bool, Trouble> {
        let roles = roles::in_force(tx)?;
        Ok(roles
            .iter()
            .any(|role| can_edit_users_and_roles(&role.fields)))
    };
    let before = somebody()?;
    work()?;
    if before && !somebody()? {
        return Err(Trouble::LastManager);
    }
    Ok(())
}
