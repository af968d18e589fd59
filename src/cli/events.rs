//! `keyward events`: the trail on standard output, its chain, and pruning it.

mod format;
mod prune;

use std::fmt::Display;
use std::io::{self, ErrorKind};
use std::os::fd::AsFd;
use std::path::PathBuf;
use std::process::ExitCode;

use chrono_tz::Tz;
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use crate::cli::args::{EventsArgs, ListedArgs};
use crate::cli::events::format::Writing;
use crate::cli::exit::Exit;
use crate::cli::interrupt::stoppable;
use crate::cli::{Failure, on_store, place, print, to_look};
use crate::clock::{Clock, SystemClock};
use crate::config::Config;
use crate::domain::event::chain::{Kept, KeptHead};
use crate::domain::event::trail::{EventField, EventRow};
use crate::domain::export::View;
use crate::domain::filter::{Term, Value, When};
use crate::domain::fold::name_key;
use crate::domain::list::Filter;
use crate::domain::moment::{self, Edge};
use crate::domain::state::{AsOf, Warning};
use crate::domain::time::Timestamp;
use crate::domain::trouble::Trouble;
use crate::domain::user::Actor;
use crate::service::Service;
use crate::service::backup::Stop;
use crate::store::Store;
use crate::text::Text;

/// How many events are read and written at a time.
const BATCH: usize = 500;
/// How long `--follow` waits before it looks again whether anything was recorded, in milliseconds.
const LOOK: u16 = 500;

/// Does what the arguments ask for.
pub(super) fn events(config: &Config, args: EventsArgs) -> Result<ExitCode, Failure> {
    let place = place(args.database, config)?;
    let mut service = if args.prune_before.is_none() {
        to_look(&place, config)?
    } else if args.user.user.is_some() {
        return Err(Failure::Trouble(Trouble::NoFiles));
    } else {
        on_store(Store::open_existing(&place, &config.account))?
    };
    let user = args.user.user.unwrap_or_else(|| config.account.user_name());
    let actor = service.sign_in(&user, &config.arrival)?;
    let text = Text::of(config.settings.language_for(&actor));
    let trail = Trail {
        text,
        zone: config.settings.zone_for(&actor),
        now: SystemClock.now(),
        service,
        actor,
    };
    let done = match args.prune_before {
        Some(before) => stoppable(|stop| trail.prune(&before, args.to, stop)),
        None => trail.read(args.check, args.head.as_deref(), &args.listed),
    };
    // Whatever is told from here on is told in the user's language.
    done.map_err(|failure| match failure.words(text) {
        Some(words) => Failure::Words(words, failure.exit()),
        None => failure,
    })
}

/// The trail on behalf of a user.
struct Trail {
    text: Text,
    zone: Tz,
    now: Timestamp,
    service: Service,
    actor: Actor,
}

impl Trail {
    fn moment(&self, typed: &str, edge: Edge) -> Result<Timestamp, Failure> {
        moment::parse(typed, edge, self.zone, self.now)
            .map_err(|why| Failure::Words(self.text.no_moment(why, typed), Exit::Usage))
    }

    /// Prints events, the head of their chain, or whether it is whole.
    fn read(
        mut self,
        check: bool,
        head: Option<&str>,
        listed: &ListedArgs,
    ) -> Result<ExitCode, Failure> {
        self.service.may_read_events(&self.actor)?;
        match (check, head) {
            (false, None) => self.list(listed),
            (false, Some("")) => print(&format!("{}\n", self.service.events_head(&self.actor)?)),
            (true, None) => self.check(None),
            (true, Some(head)) if !head.is_empty() => {
                let kept = KeptHead::parse(head).ok_or_else(|| {
                    let words = self.text.fill("cli.no_head", &[("head", &head)]);
                    Failure::Words(words, Exit::Usage)
                })?;
                self.check(Some(&kept))
            }
            _ => Err(Failure::Sentence("cli.head_and_check", Exit::Usage)),
        }
    }

    /// The terms that the options are, and those of a filter's text.
    fn filter(&self, listed: &ListedArgs) -> Result<Filter<EventRow>, Failure> {
        let text = listed.filter.as_deref().unwrap_or_default();
        let mut filter = Filter::parse(text, self.zone).map_err(|mistakes| {
            let mistake = &mistakes[0];
            let said: [(&str, &dyn Display); 2] = [
                ("term", &&text[mistake.span.clone()]),
                ("why", &self.text.mistake(mistake)),
            ];
            Failure::Words(self.text.fill("cli.no_filter", &said), Exit::Usage)
        })?;
        let moment = |typed: &Option<String>, edge| {
            typed
                .as_deref()
                .map(|typed| self.moment(typed, edge))
                .transpose()
        };
        let since = moment(&listed.since, Edge::Since)?;
        let until = moment(&listed.until, Edge::Until)?;
        if since.is_some() || until.is_some() {
            let between = Value::When(When::Between((since, until)));
            filter.terms.push(Term::of(EventField::Time, between));
        }
        let target = listed.target.clone().map(Value::Text);
        let by = listed.by.as_deref().map(|name| Value::Text(name_key(name)));
        let options = [(EventField::Target, target), (EventField::By, by)];
        let terms = options
            .into_iter()
            .filter_map(|(field, value)| Some(Term::of(field, value?)));
        filter.terms.extend(terms);
        Ok(filter)
    }

    /// Writes the wanted events, and with `--follow` those that come later.
    fn list(&self, listed: &ListedArgs) -> Result<ExitCode, Failure> {
        let filter = self.filter(listed)?;
        self.service.known_in_events(&self.actor, &filter)?;
        if matches!(filter.range(self.now), (Some(since), Some(until)) if since >= until) {
            return Err(Failure::Sentence("cli.since_until", Exit::Usage));
        }
        let view = View {
            as_of: AsOf {
                now: self.now,
                warning: Warning::default(),
            },
            zone: self.zone,
        };
        let writing = Writing::new(listed.format, self.text, view);
        print(&writing.header())?;
        let mut last = None;
        loop {
            // Asked before the events are read, so that none is missed.
            let version = self.data_version()?;
            let head = self.service.events_head(&self.actor)?;
            loop {
                let events = self
                    .service
                    .events_after(&self.actor, &filter, last, BATCH)?;
                let lines: String = events.iter().map(|event| writing.line(event)).collect();
                print(&lines)?;
                if let Some(newest) = events.last() {
                    last = Some(newest.sequence());
                }
                if events.len() < BATCH {
                    break;
                }
            }
            if !listed.follow {
                return Ok(ExitCode::SUCCESS);
            }
            // What the filter left out need not be looked at again.
            last = last.max(Some(head.sequence));
            while self.data_version()? == version {
                wait().map_err(Failure::Output)?;
            }
        }
    }

    fn data_version(&self) -> Result<i64, Trouble> {
        Ok(self.service.store().data_version()?)
    }

    fn check(&self, kept: Option<&KeptHead>) -> Result<ExitCode, Failure> {
        let whole = match self.service.check_events(&self.actor, kept)? {
            Ok(whole) => whole,
            Err(flaws) => {
                let lines = flaws.iter().map(|flaw| self.text.flaw(flaw) + "\n");
                print(&lines.collect::<String>())?;
                return Ok(Exit::Refused.into());
            }
        };
        let mut said = self.text.chain_whole(&whole) + "\n";
        let mut proven = true;
        if let (Some(asked), Some(found)) = (kept, &whole.kept) {
            proven = matches!(found, Kept::There(_) | Kept::Checkpoint(_));
            said = said + &self.text.kept_head(found, asked, &whole) + "\n";
        }
        print(&said)?;
        Ok(if proven {
            ExitCode::SUCCESS
        } else {
            Exit::Refused.into()
        })
    }

    fn prune(
        mut self,
        before: &str,
        to: Option<PathBuf>,
        stop: &Stop,
    ) -> Result<ExitCode, Failure> {
        let before = self.moment(before, Edge::Since)?;
        let said = match prune::prune(&mut self.service, &self.actor, before, to, stop)? {
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
        print(&(said + "\n"))
    }
}

/// Waits for a moment, or until nobody reads what is written.
fn wait() -> io::Result<()> {
    let out = io::stdout();
    let mut gone = [PollFd::new(out.as_fd(), PollFlags::empty())];
    match poll(&mut gone, PollTimeout::from(LOOK)) {
        Ok(0) | Err(Errno::EINTR) => Ok(()),
        Ok(_) => Err(ErrorKind::BrokenPipe.into()),
        Err(error) => Err(error.into()),
    }
}
