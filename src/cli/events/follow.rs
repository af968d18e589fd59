//! `keyward events --follow`: what is recorded meanwhile, until somebody ends it, and whatever database takes the place of
//! the one that it began with.

use std::io::{self, ErrorKind};
use std::os::fd::AsFd;
use std::process::ExitCode;

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use crate::cli::events::write_behind;
use crate::cli::rows::Rows;
use crate::cli::session::Session;
use crate::cli::{Failure, tell};
use crate::domain::event::chain::Head;
use crate::domain::event::trail::EventRow;
use crate::domain::list::Filter;
use crate::domain::trouble::{Fault, OpenFault, Trouble};
use crate::text::Text;

/// How long to wait before looking again whether anything was recorded, in milliseconds.
const LOOK: u16 = 500;
/// The most events that are remembered.
const REMEMBERED: usize = 4_096;
/// Which part of its distance from the last event the place of an older one is told to.
const FINENESS: i64 = 128;

/// Writes events as they are recorded, also to a database that is opened `again`. It has no end of its own.
pub(super) fn follow(
    mut session: Session,
    again: impl Fn() -> Result<Session, Failure>,
    filter: &Filter<EventRow>,
    rows: &mut Rows,
) -> Result<ExitCode, Failure> {
    let (mut seen, mut last) = (Seen::default(), None);
    loop {
        let trouble = match continued(&session, filter, rows, &mut seen, last) {
            Err(Failure::Trouble(trouble)) if is_replaced(&session, &trouble) => trouble,
            Err(failure) => return Err(failure),
            Ok(never) => match never {},
        };
        let text = session.text;
        // What is left of the files is in nobody's way.
        drop(session);
        session = next(&again, text, &trouble)?;
        session.service.may_read_events(&session.actor)?;
        session.service.known_in_events(&session.actor, filter)?;
        let common = session.service.last_in_common(&session.actor, &seen.0)?;
        let goes_on = match common {
            Some(head) => text.fill("events.goes_on", &[("event", &head.sequence)]),
            None => text.say("events.goes_on_from_first").to_owned(),
        };
        tell(&goes_on);
        last = common.map(|head| head.sequence);
        seen.forget_after(last);
    }
}

/// What never comes.
enum Never {}

/// Writes what is recorded behind the event with this number, as long as the database is there.
fn continued(
    session: &Session,
    filter: &Filter<EventRow>,
    rows: &mut Rows,
    seen: &mut Seen,
    mut last: Option<i64>,
) -> Result<Never, Failure> {
    loop {
        // Asked before the events are read, so that none is missed.
        let version = data_version(session)?;
        let head = session.service.events_head(&session.actor)?;
        write_behind(session, filter, rows, last, |event| {
            last = Some(event.sequence());
            seen.note(Head {
                sequence: event.sequence(),
                hash: event.hash,
            });
        })?;
        // What the filter left out need not be looked at again.
        seen.note(head);
        last = last.max(Some(head.sequence));
        while data_version(session)? == version {
            wait().map_err(Failure::Output)?;
        }
    }
}

fn data_version(session: &Session) -> Result<i64, Trouble> {
    Ok(session.service.store().data_version()?)
}

/// Whether what went wrong is that the files are no longer those that were opened. What was read from files that
/// somebody is just writing over may be anything.
fn is_replaced(session: &Session, trouble: &Trouble) -> bool {
    let is_storage = matches!(trouble, Trouble::Storage(_));
    is_gone(trouble) || is_storage && data_version(session).is_err_and(|now| is_gone(&now))
}

fn is_gone(trouble: &Trouble) -> bool {
    let Trouble::Storage(fault) = trouble else {
        return false;
    };
    matches!(
        fault,
        Fault::Moved | Fault::LogGone { .. } | Fault::Unseen(_)
    )
}

/// Waits until there is a database again that can be read. What stands in the way is told once.
fn next(
    again: impl Fn() -> Result<Session, Failure>,
    text: Text,
    trouble: &Trouble,
) -> Result<Session, Failure> {
    let why = match trouble {
        Trouble::Storage(Fault::Unseen(_)) => "events.unseen",
        Trouble::Storage(Fault::LogGone { .. }) => "events.log_gone",
        _ => "events.replaced",
    };
    tell(text.say(why));
    let mut told = None;
    loop {
        let hindrance = match again() {
            Err(Failure::Trouble(trouble)) if may_pass(&trouble) => trouble,
            done => return done,
        };
        if told.as_ref() != Some(&hindrance) {
            tell(&text.trouble(&hindrance));
            told = Some(hindrance);
        }
        wait().map_err(Failure::Output)?;
    }
}

/// Whether another database, or the same one later, may be read: one that is being put there is not whole yet, and an
/// older one will be brought up to date. A newer one, or another account's, stays so, and one that is on a server now.
fn may_pass(trouble: &Trouble) -> bool {
    match trouble {
        Trouble::Open(_, fault) => !matches!(
            fault,
            OpenFault::Newer { .. }
                | OpenFault::NotOwner { .. }
                | OpenFault::Moved { .. }
                | OpenFault::Fault(Fault::Newer | Fault::OnServer)
        ),
        Trouble::Storage(fault) => !matches!(fault, Fault::Newer | Fault::OnServer),
        _ => false,
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

/// The events that were seen, in the order of the chain: of the last ones each, and of those before fewer and fewer. One
/// that another trail has, too, tells that both are the same up to it.
#[derive(Default)]
struct Seen(Vec<Head>);

impl Seen {
    fn note(&mut self, head: Head) {
        if self
            .0
            .last()
            .is_some_and(|last| last.sequence >= head.sequence)
            || head == Head::START
        {
            return;
        }
        if self.0.len() >= REMEMBERED {
            self.thin_out();
        }
        self.0.push(head);
    }

    /// Of the older half leaves as many as tell the place of an event to a part of how far it is behind.
    fn thin_out(&mut self) {
        let newer = self.0.split_off(self.0.len() / 2);
        let (Some(mut next), Some(newest)) = (newer.first().copied(), newer.last()) else {
            return;
        };
        let mut left = Vec::with_capacity(REMEMBERED);
        for head in self.0.drain(..).rev() {
            if next.sequence - head.sequence >= (newest.sequence - head.sequence) / FINENESS {
                left.push(head);
                next = head;
            }
        }
        left.reverse();
        left.extend(newer);
        self.0 = left;
    }

    /// Forgets what only another trail has.
    fn forget_after(&mut self, last: Option<i64>) {
        self.0.retain(|head| Some(head.sequence) <= last);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(sequence: i64) -> Head {
        Head {
            sequence,
            ..Head::START
        }
    }

    #[test]
    fn however_many_events_go_by_few_are_remembered_and_of_the_last_ones_each() {
        let mut seen = Seen::default();
        for sequence in 1..=100_000 {
            seen.note(head(sequence));
            assert!(seen.0.len() <= REMEMBERED);
        }
        seen.note(head(99_999));
        assert!(seen.0.is_sorted_by_key(|head| head.sequence));
        let last: Vec<i64> = seen
            .0
            .iter()
            .rev()
            .map(|head| head.sequence)
            .take(1_000)
            .collect();
        assert!(
            last.iter().copied().eq((99_001..=100_000).rev()),
            "{last:?}"
        );
        for pair in seen.0.windows(2) {
            let (far, gap) = (
                100_000 - pair[0].sequence,
                pair[1].sequence - pair[0].sequence,
            );
            assert!(gap <= 1 + far / 32, "{pair:?}");
        }
        assert!(seen.0[0].sequence < 4_000, "{:?}", seen.0[0]);
        seen.forget_after(Some(99_990));
        seen.note(head(99_991));
        assert_eq!(seen.0.last(), Some(&head(99_991)));
    }
}
