//! The use cases, each one transaction: who may do it is checked, it is done, and its event is recorded.
//!
//! One service, many faces: the console and the command line call the same functions. Nothing here prints, prompts
//! or reads the environment.

pub mod api_keys;
pub mod authenticate;
mod authority;
pub mod demo;
pub mod foresee;
pub mod lists;
mod names;
mod refuse;
pub mod roles;
pub mod secrets;
pub mod sign_in;
pub mod sweep;
pub mod trail;
mod typed;
pub mod users;

use std::sync::Arc;

use serde_json::{Map, Value, json};

use crate::auth::hash::Hasher;
use crate::auth::random::Random;
use crate::auth::token::TagKey;
use crate::clock::Clock;
use crate::domain::event::{EventKind, NewEvent, Target};
use crate::domain::id::{KeyId, RoleId};
use crate::domain::problem::{Problem, Rule};
use crate::domain::state::{AsOf, Warning};
use crate::domain::time::Timestamp;
use crate::domain::trouble::{Fault, Trouble};
use crate::domain::user::Actor;
use crate::service::authority::{authorize, authorize_any};
use crate::service::sign_in::SignIn;
use crate::service::typed::without_secrets;
use crate::store::api_keys::StoredKey;
use crate::store::{self, Store, Tx, events};

/// The use cases on one connection.
pub struct Service {
    store: Store,
    clock: Arc<dyn Clock>,
    random: Box<dyn Random>,
    hasher: Hasher,
    tag_key: TagKey,
    warning: Warning,
    sign_in: SignIn,
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
            warning: Warning::default(),
            sign_in: SignIn::default(),
        })
    }

    /// The same, warning so early of an expiry.
    #[must_use]
    pub fn warning(self, warning: Warning) -> Service {
        Service { warning, ..self }
    }

    /// See [`Store::answer`].
    pub fn answer<T>(&self, question: u64, work: impl FnOnce(&Service) -> T) -> T {
        self.store.answer(question, |_| work(self))
    }

    /// See [`Store::begin_request`].
    pub fn begin_request(&mut self) {
        self.store.begin_request();
    }

    /// See [`Store::settle`].
    ///
    /// # Errors
    /// It is still not known.
    pub fn settle(&mut self) -> Result<Option<bool>, Fault> {
        self.store.settle()
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

    fn as_of(&self) -> AsOf {
        AsOf {
            now: self.now(),
            warning: self.warning,
        }
    }
}

/// The key, unless it was deleted or never was.
fn undeleted(tx: &Tx<'_>, id: KeyId) -> Result<StoredKey, Trouble> {
    store::api_keys::get(tx, id)?
        .filter(|key| key.deleted_at.is_none())
        .ok_or(Trouble::KeyGone(id))
}

/// Refuses where there is anything wrong with a form.
fn refuse_if_any(problems: Vec<Problem>) -> Result<(), Trouble> {
    if problems.is_empty() {
        Ok(())
    } else {
        Err(Trouble::Problems(problems))
    }
}

/// Clashes with the name of whoever changed it last, by events of these kinds.
fn named(
    tx: &Tx<'_>,
    target: &Target,
    kinds: [EventKind; 3],
    mut clashes: Vec<Problem>,
) -> Result<Trouble, Trouble> {
    let editor = events::last_editor(tx, target, kinds)?;
    for clash in &mut clashes {
        if let Rule::ChangedMeanwhile { by, .. } = &mut clash.rule {
            by.clone_from(&editor);
        }
    }
    Ok(Trouble::Problems(clashes))
}

/// What changed, field by field: before and after.
fn changes(before: &Map<String, Value>, after: Map<String, Value>) -> Map<String, Value> {
    after
        .into_iter()
        .filter(|(name, value)| before.get(name) != Some(value))
        .map(|(name, value)| {
            let change = json!({ "before": before.get(&name), "after": value });
            (name, change)
        })
        .collect()
}

/// A role as events hold it: with the name that it has at that time.
fn role_told(tx: &Tx<'_>, id: RoleId) -> Result<Value, Fault> {
    let name = store::roles::get(tx, id)?.map(|role| role.fields.name);
    Ok(json!({ "id": id.0, "name": name }))
}

/// Records what a user did to a key, user or role, or what `System` noticed. No secret of this database gets into it,
/// by whatever text: a name that was refused, a path, a variable of the environment.
fn record(
    tx: &Tx<'_>,
    at: Timestamp,
    kind: EventKind,
    actor: Option<&Actor>,
    target: impl Into<Target>,
    body: Value,
) -> Result<(), Fault> {
    let mut event = NewEvent {
        kind,
        actor: actor.map(|actor| actor.name.clone()),
        target: target.into(),
        body,
    };
    without_secrets(tx, &mut event)?;
    events::append(tx, at, &event)
}
