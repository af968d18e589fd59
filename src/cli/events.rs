//! `keyward events`: the trail on standard output, its chain, and pruning it.

mod follow;
mod format;
mod prune;

use std::path::PathBuf;
use std::process::ExitCode;

use crate::cli::args::rows::Format;
use crate::cli::args::{EventsArgs, ListedArgs};
use crate::cli::exit::Exit;
use crate::cli::interrupt::stoppable;
use crate::cli::rows::Rows;
use crate::cli::session::{Access, Session};
use crate::cli::{Failure, print};
use crate::config::Config;
use crate::domain::event::chain::{Kept, KeptHead};
use crate::domain::event::trail::{EventField, EventRow};
use crate::domain::filter::{Term, Value, When};
use crate::domain::fold::name_key;
use crate::domain::list::Filter;
use crate::domain::moment::{self, Edge};
use crate::domain::time::Timestamp;
use crate::domain::trouble::Trouble;
use crate::service::backup::Stop;

/// How many events are read and written at a time.
const BATCH: usize = 500;

/// Does what the arguments ask for.
pub(super) fn events(config: &Config, args: EventsArgs) -> Result<ExitCode, Failure> {
    let acting = args.acting.clone();
    if let Some(before) = &args.prune_before {
        if acting.user.user.is_some() {
            return Err(Failure::Trouble(Trouble::NoFiles));
        }
        return Session::run(config, Access::Change, acting, |session| {
            stoppable(|stop| prune(session, before, args.to, stop))
        });
    }
    let near = Access::LookNear(args.stale.stale);
    Session::run(config, near, acting, |mut session| {
        session.service.may_read_events(&session.actor)?;
        match (args.check, args.head.as_deref()) {
            (false, None) => list(session, &args.listed, || {
                Session::begin(config, near, args.acting.clone())
            }),
            (false, Some("")) => {
                let head = session.service.events_head(&session.actor)?;
                print(&format!("{head}\n"))
            }
            (true, None) => check(&session, None),
            (true, Some(head)) if !head.is_empty() => {
                let kept = KeptHead::parse(head).ok_or_else(|| {
                    let words = session.text.fill("cli.no_head", &[("head", &head)]);
                    Failure::Words(words, Exit::Usage)
                })?;
                check(&session, Some(&kept))
            }
            _ => Err(Failure::Sentence("cli.head_and_check", Exit::Usage)),
        }
    })
}

/// The time that was typed as the value of this option.
fn moment(
    session: &Session,
    (option, typed): (&str, &str),
    edge: Edge,
) -> Result<Timestamp, Failure> {
    moment::parse(typed, edge, session.zone, session.now).map_err(|why| {
        let why = session.text.no_moment(why, typed);
        let said: [(&str, &dyn std::fmt::Display); 2] = [("option", &option), ("why", &why)];
        Failure::Words(session.text.fill("cli.no_day", &said), Exit::Usage)
    })
}

/// The terms that the options are, and those of a filter's text.
fn filter(session: &Session, listed: &ListedArgs) -> Result<Filter<EventRow>, Failure> {
    let mut filter = session.filter(listed.filter.as_deref())?;
    let between = |option, typed: &Option<String>, edge| {
        let typed = typed.as_deref();
        typed
            .map(|typed| moment(session, (option, typed), edge))
            .transpose()
    };
    let since = between("--since", &listed.since, Edge::Since)?;
    let until = between("--until", &listed.until, Edge::Until)?;
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

/// Writes the wanted events, and with `--follow` those that come later, also to a database that is opened `again`.
fn list(
    session: Session,
    listed: &ListedArgs,
    again: impl Fn() -> Result<Session, Failure>,
) -> Result<ExitCode, Failure> {
    let format = listed.format;
    if listed.follow && format == Format::Json {
        return Err(Failure::Sentence("cli.endless", Exit::Usage));
    }
    let filter = filter(&session, listed)?;
    session.service.known_in_events(&session.actor, &filter)?;
    if matches!(filter.range(session.now), (Some(since), Some(until)) if since >= until) {
        return Err(Failure::Sentence("cli.since_until", Exit::Usage));
    }
    let mut rows = Rows::new(format, session.text, session.view()?);
    print(&rows.begin::<EventRow>())?;
    if listed.follow {
        return follow::follow(session, again, &filter, &mut rows);
    }
    write_behind(&session, &filter, &mut rows, None, |_| ())?;
    print(rows.end())
}

/// Writes the wanted events behind the one with this number in the chain, or from the first one on, and tells of each
/// one.
fn write_behind(
    session: &Session,
    filter: &Filter<EventRow>,
    rows: &mut Rows,
    mut last: Option<i64>,
    mut written: impl FnMut(&EventRow),
) -> Result<(), Failure> {
    loop {
        let events = session
            .service
            .events_after(&session.actor, filter, last, BATCH)?;
        print(&rows.part(&events))?;
        events.iter().for_each(&mut written);
        if events.len() < BATCH {
            return Ok(());
        }
        last = events.last().map(EventRow::sequence);
    }
}

/// Tells whether the chain is whole.
fn check(session: &Session, kept: Option<&KeptHead>) -> Result<ExitCode, Failure> {
    let text = session.text;
    let whole = match session.service.check_events(&session.actor, kept)? {
        Ok(whole) => whole,
        Err(flaws) => {
            let lines = flaws.iter().map(|flaw| text.flaw(flaw) + "\n");
            print(&lines.collect::<String>())?;
            return Ok(Exit::Refused.into());
        }
    };
    let mut said = text.chain_whole(&whole) + "\n";
    let mut proven = true;
    if let (Some(asked), Some(found)) = (kept, &whole.kept) {
        proven = matches!(found, Kept::There(_) | Kept::Checkpoint(_));
        said = said + &text.kept_head(found, asked, &whole) + "\n";
    }
    print(&said)?;
    Ok(if proven { Exit::Done } else { Exit::Refused }.into())
}

fn prune(
    mut session: Session,
    before: &str,
    to: Option<PathBuf>,
    stop: &Stop,
) -> Result<ExitCode, Failure> {
    let before = moment(&session, ("--prune-before", before), Edge::Since)?;
    let text = session.text;
    let said = match prune::prune(&mut session, before, to, stop)? {
        None => text.say("events.nothing_to_prune").to_owned(),
        Some(pruned) => {
            let facts: [(&str, &dyn std::fmt::Display); 4] = [
                ("first", &pruned.prefix.first),
                ("through", &pruned.prefix.through.sequence),
                ("count", &pruned.prefix.count()),
                ("path", &pruned.path.display()),
            ];
            text.fill("events.pruned", &facts)
        }
    };
    print(&(said + "\n"))
}
