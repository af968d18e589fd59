//! The rules of who may do what to whom, asked of the database as a change finds it.

use crate::domain::api_key::ApiKeyFields;
use crate::domain::authority::{
    Holder, Standing, beyond, can_edit_users_and_roles, given_beyond, may_manage,
};
use crate::domain::id::RoleId;
use crate::domain::problem::{Field, Problem, Rule};
use crate::domain::role::{Role, RoleFields};
use crate::domain::trouble::{Fault, Trouble};
use crate::service::change::Change;
use crate::store::{Tx, roles};

/// What a key or user has and what it is to have: a change that the actor's role allows.
pub(super) struct Edit<F> {
    pub before: F,
    pub after: F,
    /// Nobody else makes an edit.
    _allowed: (),
}

impl<F: Holder> Edit<F> {
    /// Refuses what gives more than the actor's role holds. No key and no user is written that did not go through here.
    pub(super) fn allowed(change: &Change<'_>, before: F, after: F) -> Result<Edit<F>, Trouble> {
        let was = role_in_use(change.tx, before.role())?.fields;
        let other = (before.role() != after.role()).then(|| role_in_use(change.tx, after.role()));
        let other = other.transpose()?.map(|role| role.fields);
        let is = after.standing(other.as_ref().unwrap_or(&was));
        refuse_giving(change, before.name(), Some(&before.standing(&was)), &is)?;
        Ok(Edit {
            before,
            after,
            _allowed: (),
        })
    }
}

/// Refuses a new key or user that gives more than the actor's role holds.
pub(super) fn refuse_new(change: &Change<'_>, new: &impl Holder) -> Result<(), Trouble> {
    let role = role_in_use(change.tx, new.role())?.fields;
    refuse_giving(change, new.name(), None, &new.standing(&role))
}

/// Refuses what gives the key or user of this name more than the actor's role holds; `before` is nothing where it is
/// new.
pub(super) fn refuse_giving(
    change: &Change<'_>,
    name: &str,
    before: Option<&Standing<'_>>,
    after: &Standing<'_>,
) -> Result<(), Trouble> {
    match given_beyond(&change.own.fields, before, after) {
        None => Ok(()),
        Some(_) => Err(Trouble::GivesBeyondOwn {
            name: name.to_owned(),
            role: after.role.name.clone(),
        }),
    }
}

/// Refuses where the actor's role is bound to equal or less access and that of the key or user allows more.
pub(super) fn refuse_beyond(change: &Change<'_>, of: &impl Holder) -> Result<(), Trouble> {
    let role = role_in_use(change.tx, of.role())?;
    if may_manage(&change.own.fields, &role.fields) {
        return Ok(());
    }
    Err(Trouble::BeyondOwn {
        name: of.name().to_owned(),
        role: role.fields.name,
    })
}

/// Refuses where a secret of the key would give its holder more than the actor's role allows.
pub(super) fn refuse_secret(change: &Change<'_>, key: &ApiKeyFields) -> Result<(), Trouble> {
    let role = role_in_use(change.tx, key.role)?.fields;
    match given_beyond(&change.own.fields, None, &key.standing(&role)) {
        None => Ok(()),
        Some(_) => Err(Trouble::SecretBeyondOwn {
            name: key.name.clone(),
            role: role.name,
        }),
    }
}

/// Why the actor may not give a key or user this role in place of another: what is refused when it is written, told
/// with its field.
pub(super) fn role_problem(
    change: &Change<'_>,
    before: Option<RoleId>,
    id: RoleId,
) -> Result<Option<Problem>, Trouble> {
    let Some(role) = roles::undeleted(change.tx, id)? else {
        return Ok(Some(Problem::new(Field::Role, Rule::NoSuchRole)));
    };
    let before = before.map(|before| role_in_use(change.tx, before));
    let before = before.transpose()?.map(|before| before.fields);
    let beyond = beyond(&change.own.fields, before.as_ref(), &role.fields);
    Ok((!beyond.is_empty()).then(|| Problem::new(Field::Role, Rule::RoleBeyondOwn)))
}

/// The role of a key or user, deleted or not.
pub(super) fn role_in_use(tx: &Tx<'_>, id: RoleId) -> Result<Role, Trouble> {
    // The tables let no key and no user be without a role.
    roles::get(tx, id)?.ok_or(Trouble::Storage(Fault::Corrupt))
}

/// Does something to users or roles, and refuses it where nobody remains who can edit both, and somebody could before.
pub(super) fn keeping_a_manager(
    tx: &Tx<'_>,
    work: impl FnOnce() -> Result<(), Fault>,
) -> Result<(), Trouble> {
    let before = has_manager(tx)?;
    work()?;
    if before && !has_manager(tx)? {
        return Err(Trouble::LastManager);
    }
    Ok(())
}

/// Refuses beforehand what [`keeping_a_manager`] would refuse, with the roles that would be in force.
pub(super) fn refuse_last_manager<'a>(
    tx: &Tx<'_>,
    then: impl IntoIterator<Item = &'a RoleFields>,
) -> Result<(), Trouble> {
    if has_manager(tx)? && !then.into_iter().any(can_edit_users_and_roles) {
        return Err(Trouble::LastManager);
    }
    Ok(())
}

fn has_manager(tx: &Tx<'_>) -> Result<bool, Fault> {
    let mut in_force = roles::in_force(tx)?.into_iter();
    Ok(in_force.any(|role| can_edit_users_and_roles(&role.fields)))
}
