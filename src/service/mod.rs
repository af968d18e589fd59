//! The use cases, each one transaction: who may do it is checked, it is done, and its event is recorded.
//!
//! One service, many faces: the console and the command line call the same functions. Nothing here prints, prompts
//! or reads the environment.

pub mod api_keys;
pub mod authenticate;
pub mod demo;
pub mod lists;
pub mod secrets;
pub mod sweep;

use std::sync::Arc;

use serde_json::Value;

use crate::auth::hash::Hasher;
use crate::auth::random::Random;
use crate::auth::token::TagKey;
use crate::clock::Clock;
use crate::domain::api_key::KeyId;
use crate::domain::event::{EventKind, NewEvent, Target};
use crate::domain::rights::Right;
use crate::domain::time::Timestamp;
use crate::domain::trouble::{Fault, Trouble};
use crate::domain::user::Actor;
use crate::store::api_keys::StoredKey;
use crate::store::{self, Store, Tx, events, users};

/// The use cases on one connection.
pub struct Service {
    store: Store,
    clock: Arc<dyn Clock>,
    random: Box<dyn Random>,
    hasher: Hasher,
    tag_key: TagKey,
}

impl Service {
    /// # Errors
    /// [`Trouble::Storage`]: the tag key could not be read.
    pub fn new(
        store: Store,
        clock: Arc<dyn Clock>,
        random: Box<dyn Random>,
        hasher: Hasher,
    ) -> Result<Service, Trouble> {
        let tag_key = TagKey::new(store.read(store::tag_key)?);
        Ok(Service {
            store,
            clock,
            random,
            hasher,
            tag_key,
        })
    }

    /// The user with this name, on whose behalf things are done from now on.
    ///
    /// # Errors
    /// [`Trouble::NoSuchUser`].
    pub fn sign_in(&self, name: &str) -> Result<Actor, Trouble> {
        let found = self.store.read(|tx| users::by_name(tx, name))?;
        let (user, role) = found.ok_or_else(|| Trouble::NoSuchUser(name.to_owned()))?;
        Ok(Actor {
            user,
            name: name.to_owned(),
            role_name: role.name,
            rights: role.rights,
        })
    }

    /// See [`Store::answer`].
    pub fn answer<T>(&self, question: u64, work: impl FnOnce(&Service) -> T) -> T {
        self.store.answer(question, |_| work(self))
    }

    /// See [`Store::data_version`].
    ///
    /// # Errors
    /// What the database said.
    pub fn data_version(&self) -> Result<i64, Fault> {
        self.store.data_version()
    }

    /// The connection.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.store
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }
}

/// Refuses unless the actor's role, as it is now, has the right.
fn authorize(tx: &Tx<'_>, actor: &Actor, right: Right) -> Result<(), Trouble> {
    authorize_any(tx, actor, &[right])
}

/// Refuses unless the actor's role has one of the rights; it is the first that is named.
fn authorize_any(tx: &Tx<'_>, actor: &Actor, rights: &[Right]) -> Result<(), Trouble> {
    let role =
        users::role_of(tx, actor.user)?.ok_or_else(|| Trouble::NoSuchUser(actor.name.clone()))?;
    match rights.first() {
        Some(first) if !rights.iter().any(|right| role.rights.has(*right)) => {
            Err(Trouble::NotAuthorized(*first))
        }
        _ => Ok(()),
    }
}

/// The key, unless it was deleted or never was.
fn undeleted(tx: &Tx<'_>, id: KeyId) -> Result<StoredKey, Trouble> {
    store::api_keys::get(tx, id)?
        .filter(|key| key.deleted_at.is_none())
        .ok_or(Trouble::KeyGone(id))
}

/// Records what a user did to a key, or what `System` noticed.
fn record(
    tx: &Tx<'_>,
    at: Timestamp,
    kind: EventKind,
    actor: Option<&Actor>,
    (key, name): (KeyId, &str),
    body: Value,
) -> Result<(), Fault> {
    let event = NewEvent {
        kind,
        actor: actor.map(|actor| actor.name.clone()),
        target: Target {
            kind: events::API_KEY,
            id: key.0,
            name: name.to_owned(),
        },
        body,
    };
    events::append(tx, at, &event)
}
