//! `keyward events --prune-before`: old events go to a file, and then out of the database.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use crate::cli::events::{BATCH, format};
use crate::domain::event::trail::EventFilter;
use crate::domain::time::Timestamp;
use crate::domain::trouble::{FileFault, Trouble};
use crate::domain::user::Actor;
use crate::service::Service;
use crate::store::events::Prefix;

/// What was pruned, and where it is now.
pub(super) struct Pruned {
    pub prefix: Prefix,
    pub path: PathBuf,
}

/// Writes the events that are older to a new file, and removes them when they are safely there; nothing where there
/// are none. Without success the file is removed again.
pub(super) fn prune(
    service: &mut Service,
    actor: &Actor,
    before: Timestamp,
    to: Option<PathBuf>,
) -> Result<Option<Pruned>, Trouble> {
    let Some(prefix) = service.prunable_events(actor, before)? else {
        return Ok(None);
    };
    let path = to.unwrap_or_else(|| {
        PathBuf::from(format!("events-until-{}.jsonl", prefix.through.sequence))
    });
    let path = std::path::absolute(&path).unwrap_or(path);
    let fault = |error: &io::Error| Trouble::File(path.clone(), FileFault::of(error));
    let file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&path)
        .map_err(|error| fault(&error))?;
    let done = write(service, actor, &prefix, file)
        .and_then(|written| {
            written
                .and_then(|()| sync_directory(&path))
                .map_err(|error| fault(&error))
        })
        .and_then(|()| service.prune_events(actor, &prefix, &path.display().to_string()));
    if let Err(trouble) = done {
        // It was ours from the start, and everything that it holds is still in the database.
        let _ = fs::remove_file(&path);
        return Err(trouble);
    }
    Ok(Some(Pruned { prefix, path }))
}

/// Writes the events as JSON Lines; done when they are on the disk.
fn write(
    service: &Service,
    actor: &Actor,
    prefix: &Prefix,
    file: File,
) -> Result<io::Result<()>, Trouble> {
    let mut out = BufWriter::new(file);
    let every = EventFilter::default();
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
        for event in old {
            if let Err(error) = out.write_all(format::json_line(event).as_bytes()) {
                return Ok(Err(error));
            }
        }
    }
    Ok(out
        .into_inner()
        .map_err(io::IntoInnerError::into_error)
        .and_then(|file| file.sync_all()))
}

/// The name of the new file is on the disk, too.
fn sync_directory(path: &Path) -> io::Result<()> {
    File::open(path.parent().unwrap_or(path))?.sync_all()
}
