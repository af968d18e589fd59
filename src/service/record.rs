//! A transaction that writes, and the events that are recorded in it.

use std::time::Duration;

use serde_json::{Map, Value, json};

use crate::domain::event::{EventKind, NewEvent, Target};
use crate::domain::id::RoleId;
use crate::domain::time::Timestamp;
use crate::domain::trouble::{Fault, Trouble};
use crate::domain::user::Actor;
use crate::service::Service;
use crate::service::typed::without_secrets;
use crate::store::{Tx, events, roles};

/// How long a coming, a going or a refusal may wait for the lock to be noted.
pub(super) const NOTING: Duration = Duration::from_millis(500);

/// What a transaction that writes has at hand, once its lock is held.
#[derive(Clone, Copy)]
pub(super) struct Writing<'a> {
    pub tx: &'a Tx<'a>,
    /// Whose deed it is; nothing is `System`.
    pub actor: Option<&'a Actor>,
    pub now: Timestamp,
}

impl Writing<'_> {
    /// Records an event. No secret of this database gets into it, by whatever text: a name that was refused, a path, a
    /// variable of the environment.
    pub(super) fn record(
        &self,
        kind: EventKind,
        target: impl Into<Target>,
        body: Value,
    ) -> Result<(), Trouble> {
        let mut event = NewEvent {
            kind,
            actor: self.actor.map(Actor::signature),
            target: target.into(),
            body,
        };
        without_secrets(self.tx, &mut event)?;
        Ok(events::append(self.tx, self.now, event)?)
    }
}

impl Service {
    /// A transaction that writes on nobody's behalf. The time is taken when the lock is held.
    pub(super) fn write<T>(
        &mut self,
        work: impl FnOnce(&Writing<'_>) -> Result<T, Trouble>,
    ) -> Result<T, Trouble> {
        let clock = &self.clock;
        self.store.write(|tx| {
            work(&Writing {
                tx,
                actor: None,
                now: clock.now(),
            })
        })
    }

    /// Writes on nobody's behalf if the lock can be had within `budget`. What hinders it is no matter.
    pub(super) fn try_to_write(
        &mut self,
        budget: Duration,
        work: impl FnOnce(&Writing<'_>) -> Result<(), Trouble>,
    ) {
        let _ = self.within(budget, |service| service.write(work));
    }

    /// Does it with no more patience for another process's lock than this.
    pub(super) fn within<T>(
        &mut self,
        budget: Duration,
        work: impl FnOnce(&mut Service) -> T,
    ) -> T {
        let patience = self.store.patience();
        patience.within(budget, || work(self))
    }
}

/// The fields in which two objects differ, each with its value before and after.
pub(super) fn differences(before: &Value, after: &Value) -> Map<String, Value> {
    let fields = after.as_object().into_iter().flatten();
    fields
        .filter(|(name, value)| before.get(name) != Some(value))
        .map(|(name, value)| {
            let difference = json!({ "before": before.get(name), "after": value });
            (name.clone(), difference)
        })
        .collect()
}

/// A role as events hold it: with the name that it has at that time.
pub(super) fn role_in_event(tx: &Tx<'_>, id: RoleId) -> Result<Value, Fault> {
    let name = roles::get(tx, id)?.map(|role| role.fields.name);
    Ok(json!({ "id": id.0, "name": name }))
}
