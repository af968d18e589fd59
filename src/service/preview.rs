//! The preview of a row: one read transaction, and no attempt at anything. A refusal of it is no event.

use crate::domain::event::Target;
use crate::domain::event::trail::EventRow;
use crate::domain::id::{KeyId, RoleId, UserId};
use crate::domain::list::Listed;
use crate::domain::preview::{
    KeyPreview, LAST_EVENTS, LastEvent, RoleHeld, RolePreview, UserPreview,
};
use crate::domain::rights::Right;
use crate::domain::role::Role;
use crate::domain::secret::SecretFacts;
use crate::domain::trouble::Trouble;
use crate::domain::user::Actor;
use crate::service::Service;
use crate::service::api_keys::life;
use crate::service::authority::role_in_use;
use crate::store::{Tx, api_keys, events, list, roles, secrets, users};

impl Service {
    /// What the preview shows of a key, of a deleted one too.
    ///
    /// # Errors
    /// The right to see keys is missing, the key is gone, or the database failed.
    pub fn preview_key(&self, actor: &Actor, id: KeyId) -> Result<KeyPreview, Trouble> {
        self.ask(actor, &[Right::ViewApiKeys], |tx, own| {
            let key = life(tx, id)?;
            Ok(KeyPreview {
                role: role_held(tx, own, key.fields.role)?,
                events: last_events(tx, own, &(id, key.fields.name.as_str()).into())?,
                key,
            })
        })
    }

    /// The secrets of a key whose life goes on, each with the signature of whoever issued it.
    ///
    /// # Errors
    /// The right to see keys is missing, the key is gone, or the database failed.
    pub fn key_secrets(
        &self,
        actor: &Actor,
        id: KeyId,
    ) -> Result<Vec<(SecretFacts, String)>, Trouble> {
        self.ask(actor, &[Right::ViewApiKeys], |tx, _| {
            let facts = life(tx, id)?.secrets.into_iter();
            let with = facts.map(|facts| Ok((facts, secrets::issuer(tx, facts.id)?)));
            with.collect()
        })
    }

    /// What the preview shows of a user.
    ///
    /// # Errors
    /// The right to see users is missing, the user is gone, or the database failed.
    pub fn preview_user(&self, actor: &Actor, id: UserId) -> Result<UserPreview, Trouble> {
        self.ask(actor, &[Right::ViewUsers], |tx, own| {
            let user = users::get(tx, id)?.ok_or(Trouble::UserGone(id))?;
            let (name, full_name) = (&user.fields.name, &user.fields.full_name);
            let may = own.fields.rights.has(Right::ViewApiKeys);
            let keys = may.then(|| api_keys::of_user(tx, name, [name, full_name]));
            Ok(UserPreview {
                role: role_held(tx, own, user.fields.role)?,
                events: last_events(tx, own, &(id, user.fields.name.as_str()).into())?,
                fields: user.fields,
                created_at: user.created_at,
                locked_by: user.locked_by,
                last_sign_in_at: user.last_sign_in_at,
                keys: keys.transpose()?,
            })
        })
    }

    /// What the preview shows of a role.
    ///
    /// # Errors
    /// The right to see roles is missing, the role is gone, or the database failed.
    pub fn preview_role(&self, actor: &Actor, id: RoleId) -> Result<RolePreview, Trouble> {
        self.ask(actor, &[Right::ViewRoles], |tx, own| {
            let role = roles::undeleted(tx, id)?.ok_or(Trouble::RoleGone(id))?;
            let (users, keys) = roles::holders(tx, id)?;
            Ok(RolePreview {
                events: last_events(tx, own, &(id, role.fields.name.as_str()).into())?,
                built_in: id.is_built_in(),
                fields: role.fields,
                users,
                keys,
            })
        })
    }

    /// The event with this number in the chain; nothing where it is gone.
    ///
    /// # Errors
    /// The right to see events is missing, or the database failed.
    pub fn preview_event(&self, actor: &Actor, sequence: i64) -> Result<Option<EventRow>, Trouble> {
        self.ask(actor, &[EventRow::NEEDS], |tx, _| {
            Ok(list::events::get(tx, sequence)?)
        })
    }
}

/// The last events about something, the newest first; for those who may read none, nothing, and none is read.
fn last_events(tx: &Tx<'_>, own: &Role, about: &Target) -> Result<Option<Vec<LastEvent>>, Trouble> {
    let may = own.fields.rights.has(Right::ViewEvents);
    let found = may.then(|| events::last_about(tx, about, LAST_EVENTS));
    Ok(found.transpose()?)
}

/// The role of a key or a user, as far as the actor, who has the role `own`, may know it.
fn role_held(tx: &Tx, own: &Role, id: RoleId) -> Result<RoleHeld, Trouble> {
    let role = role_in_use(tx, id)?.fields;
    let may = own.fields.rights.has(Right::ViewRoles);
    Ok(RoleHeld {
        name: role.name,
        user_interface: role.user_interface,
        web_service: role.web_service,
        services: role.services,
        rights: may.then_some(role.rights),
    })
}
