//! The line is cut at every statement of a change: nothing has happened, or it is told that this is not known.

use std::cell::RefCell;
use std::iter;

use keyward::domain::id::KeyId;
use keyward::domain::secret::{IssuedSecret, Overlap};
use keyward::domain::time::SECOND;
use keyward::domain::trouble::{Fault, Trouble};
use keyward::domain::user::Actor;
use keyward::service::Service;
use keyward::store::Place;

use crate::support::cluster::Cluster;
use crate::support::cutter::{Cut, Cutter};
use crate::support::database::{Bench, draft, raw, service};

/// Where the proxy listens.
const BEFORE: u16 = 5600;

/// What became of a change whose line was cut.
#[derive(Debug, Default)]
struct Told {
    nothing: usize,
    done: usize,
    unsure: usize,
}

/// A database, with a line to it that can be cut.
struct Line {
    /// It goes last.
    bench: Bench,
    cutter: Cutter,
    cut_off: Place,
    _cluster: Cluster,
}

impl Line {
    fn new() -> Option<Line> {
        let cluster = Cluster::start(&[])?;
        let port = Cluster::port(0);
        let cutter = Cutter::start(&cluster.socket(BEFORE), &cluster.socket(port));
        Some(Line {
            bench: Bench::on(Place::Server(cluster.address(&[0]))),
            cutter,
            cut_off: Place::Server(cluster.address_of("keyward_owner", &[BEFORE])),
            _cluster: cluster,
        })
    }

    /// Every row but the one that is only counted up.
    fn rows(&self) -> Vec<String> {
        let mut rows = raw(&self.bench.place).dump();
        rows.retain(|row| !row.contains("Text(\"meta\")"));
        rows
    }

    /// Does a change again and again, with the line cut one statement later each time, until it is not cut any more.
    fn cut_everywhere<T>(
        &mut self,
        prepare: impl Fn(&mut Bench) -> T,
        change: impl Fn(&mut Service, &Actor, &T) -> Result<(), Trouble>,
        repeatable: bool,
    ) {
        let mut told = Told::default();
        for (answer, for_all) in [(false, true), (true, false), (true, true)] {
            // How many statements there are depends on what is there.
            for at in iter::once(None).chain((0..).map(Some)) {
                let cut = Cut {
                    at,
                    answer,
                    for_all,
                };
                let prepared = prepare(&mut self.bench);
                let (clock, hasher) = (&self.bench.clock, &self.bench.hasher);
                let seed = 1_000 + u64::try_from(at.unwrap_or(999)).expect("few");
                let mut service = service(&self.cut_off, clock, hasher, seed);
                let before = self.rows();
                self.cutter.cut(cut);
                let done = change(&mut service, &self.bench.alice, &prepared);
                let was_cut = self.cutter.mend();
                let settled = service.settle();
                let held = self.rows() != before;
                match &done {
                    Ok(()) => assert!(held, "{cut:?}"),
                    Err(trouble) if trouble.is_unsure() => {
                        assert_eq!(settled, Ok(Some(held)), "{cut:?}");
                    }
                    Err(Trouble::Storage(Fault::Away(_))) => assert!(!held, "{cut:?}"),
                    Err(other) => panic!("{cut:?}: {other:?}"),
                }
                if repeatable || !held {
                    let again = change(&mut service, &self.bench.alice, &prepared);
                    assert_eq!(again, Ok(()), "{cut:?}");
                }
                // The chain holds.
                self.bench.events();
                match done {
                    _ if !was_cut => break,
                    Ok(()) => told.done += 1,
                    Err(trouble) if trouble.is_unsure() => told.unsure += 1,
                    Err(_) => told.nothing += 1,
                }
            }
        }
        assert!(
            told.nothing > 0 && told.done > 0 && told.unsure > 0,
            "{told:?}"
        );
    }
}

#[test]
fn a_key_that_is_created_is_there_or_not() {
    let Some(mut line) = Line::new() else { return };
    let next = RefCell::new(0);
    line.cut_everywhere(
        |_| {
            *next.borrow_mut() += 1;
            format!("key {}", next.borrow())
        },
        |service, alice, name| service.create_key(alice, &draft(name)).map(drop),
        false,
    );
}

#[test]
fn a_secret_is_delivered_or_not_and_can_be_delivered_again() {
    let Some(mut line) = Line::new() else { return };
    let next = RefCell::new(0);
    line.cut_everywhere(
        |bench| {
            *next.borrow_mut() += 1;
            bench.create(&format!("key {}", next.borrow()))
        },
        |service, alice, issued| service.deliver(alice, issued.id, None).map(drop),
        true,
    );
}

/// A key with a secret that works, and another one that is pending.
fn issued(bench: &mut Bench, key: KeyId) -> IssuedSecret {
    // Not twice the same.
    let seed = u64::try_from(bench.event_numbers().len()).expect("few");
    let mut service = service(&bench.place, &bench.clock, &bench.hasher, 9_000 + seed);
    service.issue(&bench.alice, key).expect("issued")
}

#[test]
fn a_secret_takes_the_place_of_another_or_not() {
    let Some(mut line) = Line::new() else { return };
    let key = line.bench.delivered("key").key;
    line.cut_everywhere(
        |bench| issued(bench, key),
        |service, alice, issued| {
            let delivered = service.deliver(alice, issued.id, Some(Overlap::Hour));
            delivered.map(drop)
        },
        true,
    );
}

#[test]
fn a_key_is_locked_out_or_not_and_can_be_locked_out_again() {
    let Some(mut line) = Line::new() else { return };
    let next = RefCell::new(0);
    line.cut_everywhere(
        |bench| {
            *next.borrow_mut() += 1;
            bench.create(&format!("key {}", next.borrow())).key
        },
        |service, alice, key| service.lock_out_key(alice, *key, "why"),
        true,
    );
}

#[test]
fn a_key_is_deleted_or_not() {
    let Some(mut line) = Line::new() else { return };
    let next = RefCell::new(0);
    line.cut_everywhere(
        |bench| {
            *next.borrow_mut() += 1;
            bench.delivered(&format!("key {}", next.borrow())).key
        },
        |service, alice, key| service.delete_key(alice, *key),
        false,
    );
}

#[test]
fn events_go_or_not() {
    let Some(mut line) = Line::new() else { return };
    let next = RefCell::new(0);
    line.cut_everywhere(
        |bench| {
            *next.borrow_mut() += 1;
            bench.create(&format!("first {}", next.borrow()));
            bench.clock.advance(SECOND);
            bench.create(&format!("second {}", next.borrow()));
            let before = keyward::clock::Clock::now(&*bench.clock);
            let prunable = bench.service.prunable_events(&bench.alice, before);
            prunable.expect("looked").expect("some")
        },
        |service, alice, prefix| service.prune_events(alice, prefix, "/tmp/events"),
        false,
    );
}
