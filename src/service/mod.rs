//! The use cases, each one transaction: who may do it is checked, it is done, and its event is recorded.
//!
//! One service, many faces: the console and the command line call the same functions. Nothing here prints, prompts
//! or reads the environment.

mod admission;
pub mod api_keys;
pub mod authenticate;
mod authority;
pub mod backup;
mod change;
mod columns;
pub mod demo;
pub mod export;
pub mod foresee;
pub mod handover;
pub mod leaks;
pub mod lists;
mod made;
pub mod moving;
mod names;
mod policy;
pub mod preview;
mod record;
pub mod records;
pub mod roles;
pub mod secrets;
pub mod sign_in;
pub mod sweep;
pub mod trail;
mod typed;
pub mod users;
mod uses;

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use crate::auth::hash::Hasher;
use crate::auth::random::Random;
use crate::auth::token::TagKey;
use crate::clock::Clock;
use crate::domain::id::UserId;
use crate::domain::problem::Problem;
use crate::domain::state::{AsOf, Warning};
use crate::domain::time::Timestamp;
use crate::domain::trouble::{Fault, Trouble};
use crate::domain::user::{Actor, Arrival};
use crate::store::{self, Store, Tx};

pub use crate::store::snapshot::Snapshot;

/// The use cases on one connection.
pub struct Service {
    store: Store,
    clock: Arc<dyn Clock>,
    random: Box<dyn Random>,
    hasher: Hasher,
    tag_key: TagKey,
    warning: Warning,
    sign_in: SignIn,
    /// The version of the row that may be changed now, where it must be a certain one.
    seen: Option<i64>,
}

/// What is known of the sign-in on this connection.
#[derive(Debug, Default)]
enum SignIn {
    /// Nobody has signed in on it.
    #[default]
    Nobody,
    /// Somebody has, and it is not recorded yet.
    Due(UserId, Arrival),
    Recorded(UserId),
}

impl SignIn {
    fn due(&self, actor: &Actor) -> Option<(UserId, &Arrival)> {
        match self {
            SignIn::Due(user, arrival) if actor.is_user(*user) => Some((*user, arrival)),
            _ => None,
        }
    }
}

impl Service {
    /// The use cases on this connection, of which the tag key is read.
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
            seen: None,
        })
    }

    /// Warns so early of an expiry.
    #[must_use]
    pub fn warning(self, warning: Warning) -> Service {
        Service { warning, ..self }
    }

    /// See [`Store::answer`].
    pub fn answer<T>(&self, question: u64, work: impl FnOnce(&Service) -> T) -> T {
        self.store.answer(question, |_| work(self))
    }

    /// See [`Store::deny_stale`].
    pub fn deny_stale(&self, after: Duration) {
        let clock = Arc::clone(&self.clock);
        self.store.deny_stale(after, move || clock.uptime());
    }

    /// See [`Store::only_read`].
    pub fn only_read(&mut self, wanted: Arc<AtomicU64>) -> Result<(), Fault> {
        self.store.only_read(wanted)
    }

    /// See [`Store::begin_request`].
    pub fn begin_request(&mut self) {
        self.store.begin_request();
    }

    /// See [`Store::settle`].
    pub fn settle(&mut self) -> Result<Option<bool>, Fault> {
        self.store.settle()
    }

    /// Does something on the copy of an older database, which takes no change else: see
    /// [`Opened`](crate::store::rehearsal::Opened).
    pub fn rehearse<T>(
        &mut self,
        work: impl FnOnce(&mut Service) -> Result<T, Trouble>,
    ) -> Result<T, Trouble> {
        self.store.set_changeable(true)?;
        let done = work(self);
        self.store.set_changeable(false)?;
        done
    }

    /// The connection on which everything is done.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// See [`Store::snapshot`].
    pub fn snapshot(&self) -> Result<Option<Snapshot>, Fault> {
        self.store.snapshot()
    }

    /// See [`Store::set_back`].
    pub fn set_back(&mut self, to: &Snapshot) -> Result<(), Fault> {
        self.store.set_back(to)
    }

    /// See [`store::is_demonstration`].
    pub fn is_demonstration(&self) -> Result<bool, Fault> {
        self.store.read(store::is_demonstration)
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// What states depend on. The policy's warning time takes the place of the setting.
    fn as_of(&self, tx: &Tx<'_>) -> Result<AsOf, Fault> {
        Ok(AsOf {
            now: self.now(),
            warning: store::policy::get(tx)?.warning_or(self.warning),
        })
    }
}

/// Refuses where there is anything wrong with a form.
fn refuse_if_any(problems: Vec<Problem>) -> Result<(), Trouble> {
    if problems.is_empty() {
        Ok(())
    } else {
        Err(Trouble::Problems(problems))
    }
}
