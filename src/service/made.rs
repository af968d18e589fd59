//! Making secrets, before any database has them.

use crate::auth::token::{self, Tag};
use crate::domain::id::KeyId;
use crate::domain::secret::Secret;
use crate::domain::trouble::Trouble;
use crate::service::Service;

/// A secret that no database holds yet.
pub(super) struct NewSecret {
    pub secret: Secret,
    pub tag: Tag,
    pub hash: String,
}

impl Service {
    /// Makes a secret for a key. Its hash takes long: not to be done with the lock held.
    pub(super) fn make_secret(&mut self, id: KeyId) -> Result<NewSecret, Trouble> {
        let (secret, tag) = token::make(id, &self.tag_key, self.random.as_mut())?;
        let bytes = secret.expose().as_bytes();
        let hash = self.hasher.hash(bytes, self.random.as_mut())?;
        Ok(NewSecret { secret, tag, hash })
    }
}
