//! Secrets of this database that were found where they should not be.

use crate::auth::token::{Body, Tag};
use crate::domain::id::{KeyId, SecretId};
use crate::domain::leak::{Leak, Worth};
use crate::domain::rights::Right;
use crate::domain::secret::Phase;
use crate::domain::secret::pieces::Piece;
use crate::domain::trouble::Trouble;
use crate::domain::user::Actor;
use crate::service::Service;
use crate::service::api_keys::{lockable, write};
use crate::service::change::{Attempt, On};
use crate::store::{presented, secrets};

impl Service {
    /// The tags of the secrets that were issued after this one, or of all.
    ///
    /// # Errors
    /// [`Trouble::NotAuthorized`] for who may not view API keys.
    pub fn tags_after(
        &self,
        actor: &Actor,
        last: Option<SecretId>,
    ) -> Result<Vec<(SecretId, Tag)>, Trouble> {
        self.ask(actor, &[Right::ViewApiKeys], |tx, _| {
            Ok(secrets::tags_after(tx, last.unwrap_or(SecretId(0)))?)
        })
    }

    /// Whose secret it is that may be one, and what it is worth; nothing where this database has not made it.
    ///
    /// # Errors
    /// [`Trouble::NotAuthorized`] for who may not view API keys.
    pub fn leak(&self, actor: &Actor, piece: &Piece<'_>) -> Result<Option<Leak>, Trouble> {
        let Some(body) = Body::read(piece.body.as_bytes()) else {
            return Ok(None);
        };
        self.ask(actor, &[Right::ViewApiKeys], |tx, _| {
            let tag = body.tag();
            let issued = secrets::keys_with_tag(tx, &tag)?;
            let mut ids = issued.into_iter().chain(piece.ids());
            let Some(key) = ids.find(|id| body.genuine(*id, &self.tag_key)) else {
                return Ok(None);
            };
            let unknown = Leak {
                key,
                name: String::new(),
                state: None,
                secret: None,
                worth: Worth::Unknown,
            };
            let Some(of) = presented::get(tx, key, &tag)? else {
                return Ok(Some(unknown));
            };
            let as_of = self.as_of(tx)?;
            Ok(Some(Leak {
                name: of.name,
                state: Some(of.facts.state(as_of)),
                secret: of.secret.map(|secret| secret.id),
                worth: of.secret.map_or(Worth::Unknown, |secret| {
                    Worth::of(secret.life.phase(as_of.now))
                }),
                ..unknown
            }))
        })
    }

    /// Whether this user may lock out API keys at all.
    ///
    /// # Errors
    /// [`Trouble::NotAuthorized`] if not.
    pub fn may_lock_out_keys(&self, actor: &Actor) -> Result<(), Trouble> {
        self.ask(actor, &[Right::EditApiKeys], |_, _| Ok(()))
    }

    /// Locks a key out of which a secret was found, while that secret is current or retiring; says whether it is. A
    /// locked one stays so, with the reason that it has.
    pub fn lock_out_leaked_key(
        &mut self,
        actor: &Actor,
        key: KeyId,
        secret: SecretId,
        reason: &str,
    ) -> Result<bool, Trouble> {
        let attempt = Attempt::new("lock-out", On::Key(key), &[Right::EditApiKeys]);
        self.change(actor, attempt, |change| {
            let edit = lockable(change, key, Some(reason))?;
            let found = secrets::get(change.tx, secret)?.filter(|found| found.key == key);
            let phase = found.map(|found| found.facts.life.phase(change.now));
            let in_use = matches!(phase, Some(Phase::Current | Phase::Retiring));
            if in_use {
                write(change, key, edit)?;
            }
            Ok(in_use)
        })
    }
}
