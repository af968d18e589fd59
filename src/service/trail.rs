//! The trail: reading it, checking its chain, letting old events go.

use serde_json::json;

use crate::domain::event::chain::{Head, KeptHead, Whole, hex};
use crate::domain::event::flaw::Flaw;
use crate::domain::event::trail::{ActorFilter, EventFilter, EventRow};
use crate::domain::event::{EventKind, Target};
use crate::domain::rights::{Right, Rights};
use crate::domain::role::Role;
use crate::domain::secret::find_secret_shape;
use crate::domain::time::Timestamp;
use crate::domain::trouble::{Fault, Trouble};
use crate::domain::user::Actor;
use crate::service::refuse::{Attempt, On};
use crate::service::typed::missing;
use crate::service::{Service, authorize, authorize_any, record};
use crate::store::events::{self, Prefix};
use crate::store::{self, Tx, list};

/// The most people that are offered to choose from.
const ACTORS: usize = 200;

impl Service {
    /// Up to `most` of the wanted events behind the one with this number in the chain, or from the first one on; in
    /// the order of the chain.
    ///
    /// # Errors
    /// [`Trouble::NotAuthorized`], [`Trouble::Storage`].
    pub fn events_after(
        &self,
        actor: &Actor,
        filter: &EventFilter,
        sequence: Option<i64>,
        most: usize,
    ) -> Result<Vec<EventRow>, Trouble> {
        self.store.read(|tx| {
            authorize(tx, actor, Right::ViewEvents)?;
            let sequence = match (sequence, filter.since) {
                (Some(sequence), _) => sequence,
                // Those before need not even be looked at.
                (None, Some(since)) => match events::first_since(tx, since)? {
                    Some(first) => first - 1,
                    None => return Ok(Vec::new()),
                },
                (None, None) => 0,
            };
            Ok(list::events::after(tx, filter, sequence, most)?)
        })
    }

    /// Those who did anything, sorted; at most 200.
    ///
    /// # Errors
    /// [`Trouble::NotAuthorized`], [`Trouble::Storage`].
    pub fn event_actors(&self, actor: &Actor) -> Result<Vec<ActorFilter>, Trouble> {
        self.store.read(|tx| {
            authorize(tx, actor, Right::ViewEvents)?;
            let filter = |name: String| match name.as_str() {
                "" => ActorFilter::System,
                _ => ActorFilter::User(name),
            };
            let names = events::actors(tx, ACTORS)?;
            Ok(names.into_iter().map(filter).collect())
        })
    }

    /// The last event.
    ///
    /// # Errors
    /// [`Trouble::NotAuthorized`], [`Trouble::Storage`].
    pub fn events_head(&self, actor: &Actor) -> Result<Head, Trouble> {
        self.store.read(|tx| {
            authorize(tx, actor, Right::ViewEvents)?;
            Ok(events::head(tx)?)
        })
    }

    /// Whether the actor may read the events. Who asks for it by command line attempts it: a refusal is noted.
    ///
    /// # Errors
    /// [`Trouble::NotAuthorized`], [`Trouble::Storage`].
    pub fn may_read_events(&mut self, actor: &Actor) -> Result<(), Trouble> {
        let allowed = self
            .store
            .read(|tx| authorize(tx, actor, Right::ViewEvents).map(drop));
        if let Err(trouble) = &allowed {
            self.note(actor, READING, trouble);
        }
        allowed
    }

    /// Whether anything that is asked about is there, or was and is told of: what never existed is no empty answer.
    ///
    /// # Errors
    /// [`Trouble::NotAuthorized`]; [`Trouble::NoSuchTarget`], [`Trouble::NoSuchActor`].
    pub fn known_in_events(&self, actor: &Actor, filter: &EventFilter) -> Result<(), Trouble> {
        self.store.read(|tx| {
            authorize(tx, actor, Right::ViewEvents)?;
            if let Some(target) = &filter.target
                && !events::knows_target(tx, target)?
            {
                return Err(missing(tx, &target.to_string(), Trouble::NoSuchTarget)?);
            }
            if let Some(by) = &filter.actor
                && !events::knows_actor(tx, by)?
            {
                return Err(missing(tx, by.name(), Trouble::NoSuchActor)?);
            }
            Ok(())
        })
    }

    /// Walks the chain and looks for a head that was kept elsewhere; and whether the database is as Keyward makes it,
    /// which else could hide an event or undo a change.
    ///
    /// # Errors
    /// [`Trouble::NotAuthorized`], [`Trouble::Storage`]. What is wrong with the database is an answer.
    pub fn check_events(
        &self,
        actor: &Actor,
        kept: Option<&KeptHead>,
    ) -> Result<Result<Whole, Vec<Flaw>>, Trouble> {
        self.store.read(|tx| {
            authorize(tx, actor, Right::ViewEvents)?;
            Ok(checked(tx, kept)?)
        })
    }

    /// The events that pruning would remove: those before every one that was recorded at this instant or later.
    ///
    /// # Errors
    /// [`Trouble::MayNotPrune`]; [`Trouble::Flawed`]: what shows that is not let go.
    pub fn prunable_events(
        &mut self,
        actor: &Actor,
        before: Timestamp,
    ) -> Result<Option<Prefix>, Trouble> {
        let found = self.store.read(|tx| {
            may_prune(&authorize_any(tx, actor, &[])?)?;
            if let Err(flaws) = checked(tx, None)? {
                return Err(Trouble::Flawed(flaws));
            }
            Ok(events::prefix_before(tx, before)?)
        });
        if let Err(trouble) = &found {
            self.note(actor, PRUNING, trouble);
        }
        found
    }

    /// Removes events that were written to a file before, and leaves a checkpoint that tells of it.
    ///
    /// # Errors
    /// [`Trouble::MayNotPrune`]; [`Trouble::PrunedMeanwhile`].
    pub fn prune_events(
        &mut self,
        actor: &Actor,
        prefix: &Prefix,
        file: &str,
    ) -> Result<(), Trouble> {
        self.change(actor, &[], PRUNING, |tx, role, now| {
            may_prune(role)?;
            if !events::is_prefix(tx, prefix)? {
                return Err(Trouble::PrunedMeanwhile);
            }
            let mut body = json!({
                "through": prefix.through.sequence,
                "hash": hex(&prefix.through.hash),
                "count": prefix.count(),
            });
            // A path can hold anything; a secret it may not bring into an event.
            if find_secret_shape(file).is_none() {
                body["file"] = file.into();
            }
            record(
                tx,
                now,
                EventKind::EventsPruned,
                Some(actor),
                Target::trail(),
                body,
            )?;
            Ok(events::remove(tx, prefix)?)
        })
    }
}

/// The head, or what is wrong: of the chain first.
fn checked(tx: &Tx<'_>, kept: Option<&KeptHead>) -> Result<Result<Whole, Vec<Flaw>>, Fault> {
    let mut flaws = store::flaws(tx)?;
    match events::check_chain(tx, kept) {
        Ok(Ok(whole)) if flaws.is_empty() => return Ok(Ok(whole)),
        Ok(Ok(_)) => {}
        Ok(Err(broken)) => flaws.insert(0, Flaw::Chain(broken)),
        // Where pages are damaged it may not be possible to walk at all.
        Err(Fault::Corrupt) if !flaws.is_empty() => {}
        Err(fault) => return Err(fault),
    }
    Ok(Err(flaws))
}

/// What is noted where somebody may not read the events.
const READING: Attempt<'static> = Attempt {
    verb: "read",
    on: On::Trail,
};

/// What is noted where somebody may not prune.
const PRUNING: Attempt<'static> = Attempt {
    verb: "prune",
    on: On::Trail,
};

/// Refuses unless the role has every right there is.
fn may_prune(role: &Role) -> Result<(), Trouble> {
    if role.fields.rights == Rights::all() {
        Ok(())
    } else {
        Err(Trouble::MayNotPrune)
    }
}
