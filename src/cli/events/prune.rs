//! `keyward events --prune-before`: old events go to a file, and then out of the database.

use std::path::PathBuf;

use crate::cli::events::BATCH;
use crate::cli::session::Session;
use crate::domain::list::Filter;
use crate::domain::time::Timestamp;
use crate::domain::trouble::Trouble;
use crate::domain::user::Actor;
use crate::export::events;
use crate::new_file::NewFile;
use crate::service::Service;
use crate::service::backup::Stop;
use crate::store::events::Prefix;

/// What was pruned, and where it is now.
pub(super) struct Pruned {
    pub prefix: Prefix,
    pub path: PathBuf,
}

/// Writes the events that are older to a new file, and removes them when they are safely there; nothing where there
/// are none. Without success, or where it is to stop before they are removed, the file is removed again, unless nobody knows whether they were.
pub(super) fn prune(
    session: &mut Session,
    before: Timestamp,
    to: Option<PathBuf>,
    stop: &Stop,
) -> Result<Option<Pruned>, Trouble> {
    let prunable = session.look_ahead(|service, actor| service.prunable_events(actor, before))?;
    let Some(prefix) = prunable else {
        return Ok(None);
    };
    let path = to.unwrap_or_else(|| {
        PathBuf::from(format!("events-until-{}.jsonl", prefix.through.sequence))
    });
    let mut file = NewFile::create(&path)?;
    session.bring_up_to_date()?;
    let Session { service, actor, .. } = session;
    write(service, actor, &prefix, &mut file, stop)?;
    stop.check()?;
    let to = file.path().display().to_string();
    let path = file.keep(service.prune_events(actor, &prefix, &to))?;
    Ok(Some(Pruned { prefix, path }))
}

/// Writes the events as JSON Lines; done when they are on the disk.
fn write(
    service: &Service,
    actor: &Actor,
    prefix: &Prefix,
    file: &mut NewFile,
    stop: &Stop,
) -> Result<(), Trouble> {
    let every = Filter::default();
    let mut last = prefix.first - 1;
    while last < prefix.through.sequence {
        let events = service.events_after(actor, &every, Some(last), BATCH)?;
        let Some(newest) = events.last() else {
            return Err(Trouble::PrunedMeanwhile);
        };
        last = newest.sequence();
        let old = events
            .iter()
            .take_while(|event| event.sequence() <= prefix.through.sequence);
        let lines: String = old.map(|event| events::line(event) + "\n").collect();
        file.add(lines.as_bytes())?;
        stop.check()?;
    }
    file.sync()
}
