//! The trail: reading it, checking its chain, letting old events go.

use serde_json::json;

use crate::domain::event::chain::{Head, KeptHead, Whole, hex};
use crate::domain::event::flaw::Flaw;
use crate::domain::event::trail::{EventRow, SYSTEM_NAME};
use crate::domain::event::{EventKind, Target};
use crate::domain::list::Filter;
use crate::domain::rights::{Right, Rights};
use crate::domain::role::Role;
use crate::domain::time::Timestamp;
use crate::domain::trouble::Trouble;
use crate::domain::user::Actor;
use crate::service::Service;
use crate::service::change::{Attempt, On};
use crate::service::secrets::add_path;
use crate::service::typed::missing;
use crate::store::events::{self, Prefix};
use crate::store::{checked, list};

/// The most people that are offered to choose from.
const ACTORS: usize = 200;

const VIEWS: &[Right] = &[Right::ViewEvents];
/// What is noted where somebody may not read the events.
const READING: Attempt<'static> = Attempt::new("read", On::Trail, VIEWS);
/// What is noted where somebody may not prune; the right to it is none, but all of them.
const PRUNING: Attempt<'static> = Attempt::new("prune", On::Trail, &[]);

impl Service {
    /// Up to `most` of the wanted events behind the one with this number in the chain, or from the first one on; in
    /// the order of the chain.
    pub fn events_after(
        &self,
        actor: &Actor,
        filter: &Filter<EventRow>,
        sequence: Option<i64>,
        most: usize,
    ) -> Result<Vec<EventRow>, Trouble> {
        self.ask(actor, VIEWS, |tx, _| {
            let as_of = self.as_of(tx)?;
            let (since, _) = filter.range(as_of.now);
            let sequence = match (sequence, since) {
                (Some(sequence), _) => sequence,
                // Those before need not even be looked at.
                (None, Some(since)) => match events::first_since(tx, since)? {
                    Some(first) => first - 1,
                    None => return Ok(Vec::new()),
                },
                (None, None) => 0,
            };
            Ok(list::events::after(tx, filter, sequence, most, as_of)?)
        })
    }

    /// The names of those who did anything, sorted; at most 200. What nobody did is System's.
    pub fn event_actors(&self, actor: &Actor) -> Result<Vec<String>, Trouble> {
        self.ask(actor, VIEWS, |tx, _| {
            let mut names = events::actors(tx, ACTORS)?;
            for nobody in names.iter_mut().filter(|name| name.is_empty()) {
                SYSTEM_NAME.clone_into(nobody);
            }
            Ok(names)
        })
    }

    /// The last event.
    pub fn events_head(&self, actor: &Actor) -> Result<Head, Trouble> {
        self.ask(actor, VIEWS, |tx, _| Ok(events::head(tx)?))
    }

    /// The last of these events, which are in the order of a chain, that this trail has: all before it are the same, too.
    pub fn last_in_common(&self, actor: &Actor, heads: &[Head]) -> Result<Option<Head>, Trouble> {
        self.ask(actor, VIEWS, |tx, _| Ok(events::last_there(tx, heads)?))
    }

    /// Whether the actor may read the events. Who asks for it by command line attempts it: a refusal is noted.
    pub fn may_read_events(&mut self, actor: &Actor) -> Result<(), Trouble> {
        self.look_first(actor, READING, |_| Ok(()))
    }

    /// Whether anything that is asked about is there, or was and is told of: what never existed is no empty answer, and
    /// leaving it out leaves out nothing.
    pub fn known_in_events(&self, actor: &Actor, filter: &Filter<EventRow>) -> Result<(), Trouble> {
        self.ask(actor, VIEWS, |tx, _| {
            let as_of = self.as_of(tx)?;
            for target in filter.targets() {
                if !events::knows_target(tx, &target, as_of)? {
                    return Err(missing(tx, &target.to_string(), Trouble::NoSuchTarget)?);
                }
            }
            for name in filter.actors() {
                if !events::knows_actor(tx, name)? {
                    return Err(missing(tx, name, Trouble::NoSuchActor)?);
                }
            }
            for number in filter.kinds() {
                if EventKind::of(number).is_none() && !events::has_kind(tx, number)? {
                    return Err(Trouble::NoSuchTarget(format!("event:{number}")));
                }
            }
            Ok(())
        })
    }

    /// Walks the chain and looks for a head that was kept elsewhere; and whether the database is as Keyward makes it,
    /// which else could hide an event or undo a change. What is wrong is an answer, no error.
    pub fn check_events(
        &self,
        actor: &Actor,
        kept: Option<&KeptHead>,
    ) -> Result<Result<Whole, Vec<Flaw>>, Trouble> {
        self.ask(actor, VIEWS, |tx, _| Ok(checked(tx, kept)?))
    }

    /// The events that pruning would remove: those before every one that was recorded at this instant or later.
    ///
    /// # Errors
    /// [`Trouble::Flawed`] where anything is wrong: what shows that is not let go.
    pub fn prunable_events(
        &mut self,
        actor: &Actor,
        before: Timestamp,
    ) -> Result<Option<Prefix>, Trouble> {
        self.look_first(actor, PRUNING, |change| {
            may_prune(change.own)?;
            if let Err(flaws) = checked(change.tx, None)? {
                return Err(Trouble::Flawed(flaws));
            }
            Ok(events::prefix_before(change.tx, before)?)
        })
    }

    /// Removes events that were written to a file before, and leaves a checkpoint that tells of it.
    pub fn prune_events(
        &mut self,
        actor: &Actor,
        prefix: &Prefix,
        file: &str,
    ) -> Result<(), Trouble> {
        self.change(actor, PRUNING, |change| {
            may_prune(change.own)?;
            if !events::is_prefix(change.tx, prefix)? {
                return Err(Trouble::PrunedMeanwhile);
            }
            let mut body = json!({
                "through": prefix.through.sequence,
                "hash": hex(&prefix.through.hash),
                "count": prefix.count(),
            });
            add_path(&mut body, "file", file);
            change.record(EventKind::EventsPruned, Target::trail(), body)?;
            Ok(events::remove(change.tx, prefix)?)
        })
    }
}

/// Refuses unless the role has every right there is.
fn may_prune(role: &Role) -> Result<(), Trouble> {
    if role.fields.rights == Rights::all() {
        Ok(())
    } else {
        Err(Trouble::MayNotPrune)
    }
}
