//! `keyward restore FILE`: a copy takes the database's place, once it was told what that brings back and what is lost.

use std::fmt::Display;
use std::io;
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use crate::cli::args::restore::RestoreArgs;
use crate::cli::ask::confirm_after;
use crate::cli::exit::Exit;
use crate::cli::interrupt::stoppable;
use crate::cli::{Failure, on_store, path, print, write};
use crate::clock::{Clock, SystemClock};
use crate::config::Config;
use crate::domain::event::chain::Head;
use crate::domain::id::{KeyId, UserId};
use crate::domain::restore::{Difference, More, Now, Revived, Ties};
use crate::domain::state::{AsOf, Warning};
use crate::domain::trouble::{OpenFault, Trouble};
use crate::service::backup::{Restored, Stop};
use crate::store::restore::{Old, Present, Ready, compared, present};
use crate::store::{Place, Store, events};
use crate::text::Text;

/// How long it is waited for an answer before it is looked whether a signal came, in milliseconds.
const LOOK: u16 = 200;

/// Puts the copy in the database's place.
pub(super) fn restore(text: Text, config: &Config, args: RestoreArgs) -> Result<ExitCode, Failure> {
    if args.user.user.is_some() {
        return Err(Failure::Trouble(Trouble::NoFiles));
    }
    stoppable(|stop| replace(text, config, args, stop))
}

fn replace(
    text: Text,
    config: &Config,
    args: RestoreArgs,
    stop: &Stop,
) -> Result<ExitCode, Failure> {
    let account = &config.account;
    let place = path(args.database, config)?;
    if matches!(Place::of(&place), Place::Server(_)) {
        return Err(Trouble::Open(place, OpenFault::OnServer).into());
    }
    let place = std::path::absolute(&place).unwrap_or(place);
    let from = std::path::absolute(&args.file).unwrap_or(args.file);
    let real = |path: &Path| std::fs::canonicalize(path).ok();
    if real(&from).is_some_and(|from| real(&place) == Some(from)) {
        return Err(Failure::Sentence("restore.itself", Exit::Usage));
    }
    let clock = SystemClock;
    // First of all, because it is what is wrong most often.
    let there = present(&place, account)?;
    let made = Ready::make(&from, &place, account, stop);
    let (ready, copy) = made.map_err(|trouble| of_copy(text, trouble, &from))?;
    let as_of = AsOf {
        now: clock.now(),
        warning: Warning::default(),
    };
    let plan = Plan::of(text, (&from, &place), &copy, &there, as_of)?;
    write(&plan.told).map_err(Failure::Output)?;
    let question = text.fill("restore.question", &[("path", &place.display())]);
    let asked = (question.as_str(), "restore.needs_yes");
    confirm_after(text, args.yes, asked, || answered(stop))?;
    stop.check().map_err(Trouble::from)?;
    let old = match (&there, plan.seen) {
        (Present::Nothing, _) => Old::Nothing,
        (
            Present::Unreadable(
                OpenFault::ForeignLog
                | OpenFault::ForeignJournal
                | OpenFault::Empty
                | OpenFault::NotADatabase,
            ),
            _,
        ) => Old::AsItIs,
        (_, Some(seen)) => Old::Seen(seen),
        _ => Old::Unseen,
    };
    // Nobody may have it open, not even this process.
    drop(there);
    let aside = aside(&place, clock.now().utc().format("%Y%m%dT%H%M%SZ"));
    let restored = Restored {
        account: account.name.clone(),
        from: from.display().to_string(),
        head: plan.head,
        before: plan.seen,
        aside: (old != Old::Nothing).then(|| aside.display().to_string()),
    };
    // It is in the trail before it is so: a trail without it would be in no place at all.
    on_store(Ok(copy))?.note_restore(&restored)?;
    ready.put(old, &aside)?;
    let done = if old == Old::Nothing {
        text.fill("restore.done", &[("path", &place.display())])
    } else {
        let paths: [(&str, &dyn Display); 2] =
            [("path", &place.display()), ("aside", &aside.display())];
        text.fill("restore.done_aside", &paths)
    };
    let again = plan.lock_again(text, place_option(config, &place).as_deref());
    print(&(done + "\n" + &again))
}

/// Says of what is wrong with the copy that it is the copy.
fn of_copy(text: Text, trouble: Trouble, from: &Path) -> Failure {
    match &trouble {
        Trouble::Open(path, _) if path != from => trouble.into(),
        Trouble::Open(..) | Trouble::Flawed(_) => {
            let why = text.trouble(&trouble);
            let words = text.fill("restore.no_copy", &[("why", &why)]);
            Failure::Words(words, Exit::of(&trouble))
        }
        _ => trouble.into(),
    }
}

/// Why what is there cannot be compared. It is put aside all the same, and so nothing is said that would hinder that.
fn no_comparison(text: Text, fault: &OpenFault) -> String {
    let why = text.say(match fault {
        OpenFault::ForeignLog => "restore.foreign_log",
        OpenFault::ForeignJournal => "restore.foreign_journal",
        OpenFault::Empty => "restore.empty",
        OpenFault::NotADatabase => "restore.not_a_database",
        OpenFault::Newer { .. } => "restore.newer",
        OpenFault::Moved { .. } => "restore.moved",
        _ => return text.say("restore.damaged").to_owned(),
    });
    text.fill("restore.unreadable", &[("why", &why)])
}

/// The option that names the database, quoted for a shell; none where every shell of the account's finds it without.
fn place_option(config: &Config, place: &Path) -> Option<String> {
    let is_place = |path: &Option<PathBuf>| path.as_deref() == Some(place);
    if is_place(&config.database) && is_place(&config.own_database) {
        return None;
    }
    let path = place.to_string_lossy();
    let quoted = shlex::try_quote(&path).unwrap_or_else(|_| path.clone());
    Some(format!("--db {quoted}"))
}

/// Waits until there is an answer to be read, or a signal came.
fn answered(stop: &Stop) -> Result<(), Failure> {
    let input = io::stdin();
    loop {
        stop.check().map_err(Trouble::from)?;
        let mut ready = [PollFd::new(input.as_fd(), PollFlags::POLLIN)];
        if poll(&mut ready, PollTimeout::from(LOOK)).is_ok_and(|ready| ready > 0) {
            return Ok(());
        }
    }
}

/// The name of what was there before, beside the database; one that is free.
fn aside(place: &Path, time: impl Display) -> PathBuf {
    let real = std::fs::canonicalize(place).unwrap_or_else(|_| place.to_owned());
    let nth = |n: u32| {
        let mut path = real.clone().into_os_string();
        path.push(format!(".before-restore-{time}"));
        if n > 1 {
            path.push(format!("-{n}"));
        }
        PathBuf::from(path)
    };
    let free = (1..100)
        .map(nth)
        .find(|path| path.symlink_metadata().is_err());
    free.unwrap_or_else(|| nth(1))
}

/// What is told before it is done, and after.
struct Plan {
    /// The last event of the copy.
    head: Head,
    /// The last event of what is there, where that could be compared.
    seen: Option<Head>,
    told: String,
    /// The keys that work again.
    again: Vec<KeyId>,
}

impl Plan {
    fn of(
        text: Text,
        (from, place): (&Path, &Path),
        copy: &Store,
        there: &Present,
        as_of: AsOf,
    ) -> Result<Plan, Failure> {
        let head = copy.read(events::head).map_err(Trouble::from)?;
        let facts: [(&str, &dyn Display); 2] = [("path", &from.display()), ("head", &head)];
        let mut plan = Plan {
            head,
            seen: None,
            told: text.fill("restore.copy", &facts) + "\n",
            again: Vec::new(),
        };
        let compared = match there {
            Present::Nothing => {
                plan.tell(text.fill("restore.nothing", &[("path", &place.display())]));
                return Ok(plan);
            }
            Present::Unreadable(fault) => {
                plan.tell(no_comparison(text, fault));
                return Ok(plan);
            }
            Present::Readable(there) => compared(copy, there)?,
        };
        let Some((ours, theirs, ties, seen)) = compared else {
            plan.tell(text.say("restore.damaged").to_owned());
            return Ok(plan);
        };
        plan.seen = Some(seen);
        plan.tell(ties_told(text, ties));
        let difference = Difference::of(&ours, &theirs, as_of);
        let revived = difference.revived.iter();
        let lines = revived.map(|key| (key.id.0, key.name.clone(), Some(why(text, key))));
        plan.list(text, "restore.revived", lines.collect());
        let keys = |all: &[(KeyId, String)]| {
            let rows = all.iter().map(|(id, name)| (id.0, name.clone(), None));
            rows.collect()
        };
        let users = |all: &[(UserId, String)]| {
            let rows = all.iter().map(|(id, name)| (id.0, name.clone(), None));
            rows.collect()
        };
        let wider = difference.wider_keys.iter();
        let wider = wider.map(|(id, name, more)| (id.0, name.clone(), Some(in_what(text, more))));
        plan.list(text, "restore.wider_keys", wider.collect());
        let wider = difference.wider_users.iter();
        let wider = wider.map(|(id, name, more)| (id.0, name.clone(), Some(in_what(text, more))));
        plan.list(text, "restore.wider_users", wider.collect());
        plan.list(text, "restore.let_in", users(&difference.let_in));
        plan.list(text, "restore.stopping", keys(&difference.stopping));
        plan.list(text, "restore.lost_keys", keys(&difference.lost_keys));
        plan.list(text, "restore.lost_users", users(&difference.lost_users));
        plan.again = difference.revived.iter().map(|key| key.id).collect();
        Ok(plan)
    }

    /// The command that locks out what works again, to be pasted as it is.
    fn lock_again(&self, text: Text, place: Option<&str>) -> String {
        if self.again.is_empty() {
            return String::new();
        }
        let ids = self.again.iter().map(|id| id.0.to_string());
        let mut words = vec!["keyward key lock".to_owned()];
        words.extend(ids);
        words.push("--yes".to_owned());
        words.extend(place.map(str::to_owned));
        text.fill("restore.lock_again", &[("command", &words.join(" "))]) + "\n"
    }

    fn tell(&mut self, sentence: String) {
        self.told += &(sentence + "\n");
    }

    /// Tells each one on a line of its own: what is revived is never told as a number.
    fn list(&mut self, text: Text, name: &'static str, rows: Vec<(i64, String, Option<String>)>) {
        if rows.is_empty() {
            return;
        }
        self.tell(text.fill(name, &[("n", &rows.len())]));
        for (id, named, why) in rows {
            let facts: [(&str, &dyn Display); 3] = [
                ("id", &id),
                ("name", &named),
                ("why", &why.clone().unwrap_or_default()),
            ];
            let line = match why {
                Some(_) => "restore.row_why",
                None => "restore.row",
            };
            self.tell(text.fill(line, &facts));
        }
    }
}

/// In what a key or user gets more.
fn in_what(text: Text, more: &[More]) -> String {
    let words = more.iter().map(|more| {
        text.say(match more {
            More::Addresses => "restore.more_addresses",
            More::Services => "restore.more_services",
            More::Rate => "restore.more_requests",
            More::Expiry => "restore.later_expiry",
            More::Rights => "restore.more_rights",
        })
    });
    words.collect::<Vec<_>>().join(text.say("restore.and"))
}

/// What a key is now that works again.
fn why(text: Text, key: &Revived) -> String {
    match key.now {
        Now::Is(state) => text.state(state),
        Now::Replaced => text.say("restore.replaced").to_owned(),
        Now::Absent => text.say("restore.absent").to_owned(),
    }
}

fn ties_told(text: Text, ties: Ties) -> String {
    match ties {
        Ties::Same => text.say("restore.same").to_owned(),
        Ties::Continues { lost } => text.fill("restore.continues", &[("lost", &lost)]),
        Ties::Behind => text.say("restore.behind").to_owned(),
        Ties::Parted { after: 0, lost } => text.fill("restore.foreign", &[("lost", &lost)]),
        Ties::Parted { after, lost } => {
            text.fill("restore.parted", &[("after", &after), ("lost", &lost)])
        }
        Ties::Unknown => text.say("restore.unknown").to_owned(),
    }
}
