//! Whole rows, for programs: read by ID, changed in part, and secrets that the answer itself delivers.

use crate::domain::api_key::ApiKeyDraft;
use crate::domain::id::{KeyId, RoleId, UserId, Who};
use crate::domain::rights::Right;
use crate::domain::role::{Role, RoleDraft};
use crate::domain::secret::{Overlap, Secret};
use crate::domain::trouble::Trouble;
use crate::domain::user::Actor;
use crate::service::change::{Attempt, On};
use crate::service::secrets::{issuable, put, take_over};
use crate::service::{Service, api_keys as keys, roles};
use crate::store::api_keys::{self, StoredKey};
use crate::store::users::{self, StoredUser};

/// A key, and the secret that was made for it and works from now on.
#[derive(Debug)]
pub struct WithSecret {
    pub key: StoredKey,
    pub secret: Secret,
}

impl Service {
    /// The undeleted keys with an ID above this one, the lowest first and at most `most`.
    pub fn keys_after(
        &self,
        actor: &Actor,
        id: KeyId,
        most: usize,
    ) -> Result<Vec<StoredKey>, Trouble> {
        self.ask(actor, &[Right::ViewApiKeys], |tx, _| {
            Ok(api_keys::after(tx, id, most)?)
        })
    }

    /// The undeleted roles with an ID above this one, the lowest first and at most `most`.
    pub fn roles_after(
        &self,
        actor: &Actor,
        id: RoleId,
        most: usize,
    ) -> Result<Vec<Role>, Trouble> {
        self.ask(actor, &[Right::ViewRoles], |tx, _| {
            Ok(crate::store::roles::after(tx, id, most)?)
        })
    }

    /// The users with an ID above this one, the lowest first and at most `most`.
    pub fn users_after(
        &self,
        actor: &Actor,
        id: UserId,
        most: usize,
    ) -> Result<Vec<StoredUser>, Trouble> {
        self.ask(actor, &[Right::ViewUsers], |tx, _| {
            Ok(users::after(tx, id, most)?)
        })
    }

    /// The key with this ID, unless it was deleted.
    pub fn key_record(&self, actor: &Actor, id: KeyId) -> Result<StoredKey, Trouble> {
        self.ask(actor, &[Right::ViewApiKeys], |tx, _| {
            keys::undeleted(tx, id)
        })
    }

    /// The key that is acting: it may always know itself. A user is none.
    pub fn own_key(&self, actor: &Actor) -> Result<StoredKey, Trouble> {
        match actor.who {
            Who::Key { key, .. } => self.ask(actor, &[], |tx, _| keys::undeleted(tx, key)),
            Who::User(_) => Err(Trouble::NotAuthorized(Right::ViewApiKeys)),
        }
    }

    /// The role with this ID, unless it was deleted.
    pub fn role_record(&self, actor: &Actor, id: RoleId) -> Result<Role, Trouble> {
        self.ask(actor, &[Right::ViewRoles], |tx, _| roles::undeleted(tx, id))
    }

    /// Creates a key whose first secret works from now on: it is delivered by being given back.
    pub fn create_delivered_key(
        &mut self,
        actor: &Actor,
        draft: &ApiKeyDraft,
    ) -> Result<WithSecret, Trouble> {
        let (issued, key) = self.make_key(actor, draft, |change, issued| {
            let key = keys::undeleted(change.tx, issued.key)?;
            take_over(change, &key, issued.id, Overlap::None)?;
            keys::undeleted(change.tx, issued.key)
        })?;
        Ok(WithSecret {
            key,
            secret: issued.secret,
        })
    }

    /// Replaces the secret of a key: the new one works from now on, the one before not any more. A key may always replace
    /// its own.
    pub fn replace_secret(&mut self, actor: &Actor, id: KeyId) -> Result<WithSecret, Trouble> {
        let attempt = Attempt::new("issue", On::Key(id), needs(actor, id));
        // Checked before the hash is computed, which takes long, and again with the lock held.
        self.look_first(actor, attempt, |change| issuable(change, id))?;
        let made = self.make_secret(id)?;
        self.change(actor, attempt, |change| {
            let issued = put(change, id, made)?;
            let key = keys::undeleted(change.tx, id)?;
            take_over(change, &key, issued.id, Overlap::None)?;
            Ok(WithSecret {
                key: keys::undeleted(change.tx, id)?,
                secret: issued.secret,
            })
        })
    }

    /// Changes a part of what a key has, whatever that is by then. Nothing changed is nothing written. A key may always
    /// change its own name, description, language and time zone.
    pub fn edit_key(
        &mut self,
        actor: &Actor,
        id: KeyId,
        edit: impl FnOnce(&mut ApiKeyDraft),
    ) -> Result<StoredKey, Trouble> {
        let needs = needs(actor, id);
        self.change(actor, Attempt::new("save", On::Key(id), needs), |change| {
            let present = keys::undeleted(change.tx, id)?.fields;
            let mut draft = ApiKeyDraft::from(&present);
            draft.expires_at = present.expiry.map(|expiry| expiry.at);
            edit(&mut draft);
            let edit = keys::savable(change, id, (&present, &draft))?;
            let may = change.own.fields.rights.has(Right::EditApiKeys);
            if !may && !edit.after.differs_only_in_own_matters(&edit.before) {
                return Err(Trouble::NotAuthorized(Right::EditApiKeys));
            }
            keys::write(change, id, edit)?;
            keys::undeleted(change.tx, id)
        })
    }

    /// Changes a part of what a role has, whatever that is by then. Nothing changed is nothing written.
    pub fn edit_role(
        &mut self,
        actor: &Actor,
        id: RoleId,
        edit: impl FnOnce(&mut RoleDraft),
    ) -> Result<Role, Trouble> {
        let attempt = Attempt::new("save", On::Role(id), &[Right::EditRoles]);
        self.change(actor, attempt, |change| {
            roles::write(change, id, roles::edited(change, id, edit)?)?;
            roles::undeleted(change.tx, id)
        })
    }
}

/// The right that a change of a key needs; none for the key that makes it.
fn needs(actor: &Actor, id: KeyId) -> &'static [Right] {
    if actor.is_key(id) {
        &[]
    } else {
        &[Right::EditApiKeys]
    }
}
