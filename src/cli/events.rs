//! `keyward events`: the trail on standard output, its chain, and pruning it.

mod format;
mod prune;

use std::io::{self, ErrorKind, Write};
use std::os::fd::AsFd;
use std::process::ExitCode;

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use crate::cli::Failure;
use crate::cli::args::EventsArgs;
use crate::cli::events::format::Writing;
use crate::config::Config;
use crate::domain::event::chain::{Kept, KeptHead};
use crate::domain::event::trail::{ActorFilter, EventFilter, TargetFilter};
use crate::domain::moment::{self, Edge};
use crate::domain::time::Timestamp;
use crate::domain::trouble::Trouble;
use crate::domain::user::Actor;
use crate::service::Service;
use crate::text::Text;

/// The chain is not whole, or does not hold the head that was asked for.
pub(super) const NOT_WHOLE: u8 = 1;
/// How many events are read and written at a time.
const BATCH: usize = 500;
/// How long `--follow` waits before it looks again whether anything was recorded, in milliseconds.
const LOOK: u16 = 500;

/// Does what the arguments ask for.
pub(super) fn events(
    text: Text,
    config: &Config,
    service: Service,
    actor: Actor,
    now: Timestamp,
    args: EventsArgs,
) -> Result<ExitCode, Failure> {
    let zone = actor.zone.unwrap_or(config.settings.zone);
    let mut trail = Trail {
        text,
        service,
        actor,
    };
    let moment = |typed: &String, edge| {
        moment::parse(typed, edge, zone, now)
            .map_err(|why| Failure::sentence(text.no_moment(why, typed)))
    };
    if let Some(before) = &args.prune_before {
        let before = moment(before, Edge::Since)?;
        return trail.prune(before, args.to);
    }
    trail
        .service
        .may_read_events(&trail.actor)
        .map_err(|trouble| Failure::trouble(text, &trouble))?;
    match (args.check, args.head.as_deref()) {
        (false, None) => {}
        (false, Some("")) => return trail.head(),
        (true, None) => return trail.check(None),
        (true, Some(head)) if !head.is_empty() => {
            let head = KeptHead::parse(head)
                .ok_or_else(|| Failure::sentence(text.fill("cli.no_head", &[("head", &head)])))?;
            return trail.check(Some(&head));
        }
        _ => return Err(Failure::named(text, "cli.head_and_check")),
    }
    let edge = |typed: Option<&String>, edge| typed.map(|typed| moment(typed, edge)).transpose();
    let filter = EventFilter {
        since: edge(args.since.as_ref(), Edge::Since)?,
        until: edge(args.until.as_ref(), Edge::Until)?,
        target: args.target.as_deref().map(TargetFilter::parse),
        actor: args.by.as_deref().map(ActorFilter::named),
        ..EventFilter::default()
    };
    let trouble = |trouble| Failure::trouble(text, &trouble);
    trail
        .service
        .known_in_events(&trail.actor, &filter)
        .map_err(trouble)?;
    if matches!((filter.since, filter.until), (Some(since), Some(until)) if since >= until) {
        return Err(Failure::named(text, "cli.since_until"));
    }
    let writing = Writing::new(args.format, text, zone);
    trail.list(&filter, writing, args.follow)
}

/// The trail on behalf of a user.
struct Trail {
    text: Text,
    service: Service,
    actor: Actor,
}

impl Trail {
    /// Writes the wanted events, and with `follow` those that come later.
    fn list(
        &self,
        filter: &EventFilter,
        writing: Writing,
        follow: bool,
    ) -> Result<ExitCode, Failure> {
        self.print(writing.header())?;
        let mut last = None;
        loop {
            // Asked before the events are read, so that none is missed.
            let version = self
                .service
                .data_version()
                .map_err(|fault| self.trouble(fault))?;
            let head = self
                .service
                .events_head(&self.actor)
                .map_err(|trouble| self.trouble(trouble))?;
            loop {
                let events = self
                    .service
                    .events_after(&self.actor, filter, last, BATCH)
                    .map_err(|trouble| self.trouble(trouble))?;
                let lines: String = events.iter().map(|event| writing.line(event)).collect();
                self.print(&lines)?;
                if let Some(newest) = events.last() {
                    last = Some(newest.sequence());
                }
                if events.len() < BATCH {
                    break;
                }
            }
            if !follow {
                return Ok(ExitCode::SUCCESS);
            }
            // What the filter left out need not be looked at again.
            last = last.max(Some(head.sequence));
            while self
                .service
                .data_version()
                .map_err(|fault| self.trouble(fault))?
                == version
            {
                self.wait()?;
            }
        }
    }

    /// Waits for a moment, or until nobody reads what is written.
    fn wait(&self) -> Result<(), Failure> {
        let out = io::stdout();
        let mut gone = [PollFd::new(out.as_fd(), PollFlags::empty())];
        match poll(&mut gone, PollTimeout::from(LOOK)) {
            Ok(0) | Err(Errno::EINTR) => Ok(()),
            Ok(_) => Err(Failure::output(self.text, &ErrorKind::BrokenPipe.into())),
            Err(error) => Err(Failure::output(self.text, &error.into())),
        }
    }

    fn head(&self) -> Result<ExitCode, Failure> {
        let head = self
            .service
            .events_head(&self.actor)
            .map_err(|trouble| self.trouble(trouble))?;
        self.print(&format!("{head}\n"))?;
        Ok(ExitCode::SUCCESS)
    }

    fn check(&self, kept: Option<&KeptHead>) -> Result<ExitCode, Failure> {
        let checked = self
            .service
            .check_events(&self.actor, kept)
            .map_err(|trouble| self.trouble(trouble))?;
        let whole = match checked {
            Ok(whole) => whole,
            Err(flaws) => {
                let told: Vec<String> = flaws.iter().map(|flaw| self.text.flaw(flaw)).collect();
                self.print(&(told.join("\n") + "\n"))?;
                return Ok(ExitCode::from(NOT_WHOLE));
            }
        };
        let mut said = self.text.chain_whole(&whole) + "\n";
        let mut proven = true;
        if let (Some(asked), Some(found)) = (kept, &whole.kept) {
            proven = matches!(found, Kept::There(_) | Kept::Checkpoint(_));
            said = said + &self.text.kept_head(found, asked, &whole) + "\n";
        }
        self.print(&said)?;
        Ok(if proven {
            ExitCode::SUCCESS
        } else {
            ExitCode::from(NOT_WHOLE)
        })
    }

    fn prune(
        &mut self,
        before: Timestamp,
        to: Option<std::path::PathBuf>,
    ) -> Result<ExitCode, Failure> {
        let pruned = prune::prune(&mut self.service, &self.actor, before, to)
            .map_err(|trouble| self.trouble(trouble))?;
        let said = match pruned {
            None => self.text.say("events.nothing_to_prune").to_owned(),
            Some(pruned) => {
                let facts: [(&str, &dyn std::fmt::Display); 4] = [
                    ("first", &pruned.prefix.first),
                    ("through", &pruned.prefix.through.sequence),
                    ("count", &pruned.prefix.count()),
                    ("path", &pruned.path.display()),
                ];
                self.text.fill("events.pruned", &facts)
            }
        };
        self.print(&(said + "\n"))?;
        Ok(ExitCode::SUCCESS)
    }

    /// Writes all of it at once.
    fn print(&self, lines: &str) -> Result<(), Failure> {
        let mut out = io::stdout().lock();
        out.write_all(lines.as_bytes())
            .and_then(|()| out.flush())
            .map_err(|error| Failure::output(self.text, &error))
    }

    fn trouble(&self, trouble: impl Into<Trouble>) -> Failure {
        Failure::trouble(self.text, &trouble.into())
    }
}
