//! A standby on another host: locked out here, refused there.

use std::time::Duration;

use keyward::clock::{Clock, Stopwatch, SystemClock};
use keyward::domain::trouble::{Fault, Trouble};
use keyward::domain::verdict::{Asked, Verdict};
use keyward::service::Service;
use keyward::store::{Place, Store};

use crate::support::cluster::Cluster;
use crate::support::database::{Bench, account};
use crate::support::network::{ADDRESSES, Network};
use crate::support::process::eventually;

/// Whether a secret is valid.
fn is_valid(service: &Service, secret: &str) -> Result<bool, Trouble> {
    let judged = service.judge(secret.as_bytes(), &Asked::default())?;
    Ok(matches!(judged.verdict, Verdict::Valid(_)))
}

/// Who verifies at the standby.
fn verifier(cluster: &Cluster, bench: &Bench, standby: usize) -> Service {
    let place = Place::Server(cluster.address(&[standby]));
    let store = Store::open_near(&place, &account()).expect("opened");
    let random = Box::new(keyward::auth::random::SystemRandom);
    let service = Service::new(store, bench.clock.clone(), random, bench.hasher.clone());
    service.expect("a service")
}

/// Locks a key out and unlocks it again, so many times together; gives how long each change took to show at the standby,
/// and how many did not show at once.
fn changes(bench: &mut Bench, there: &Service, count: usize) -> (Vec<Duration>, usize) {
    let issued = bench.delivered("key");
    let secret = issued.secret.expose();
    eventually("it is there", || is_valid(there, secret) == Ok(true));
    let mut late = 0;
    let mut lags: Vec<Duration> = (0..count)
        .map(|number| {
            let locks = number % 2 == 0;
            let (service, alice) = (&mut bench.service, &bench.alice);
            let changed = if locks {
                service.lock_out_key(alice, issued.key, "")
            } else {
                let unlock = keyward::domain::intent::KeyChange::Unlock;
                service.change_key(alice, unlock, issued.key)
            };
            changed.expect("changed");
            let since = Stopwatch::start();
            let shows = || is_valid(there, secret) == Ok(!locks);
            if !shows() {
                late += 1;
                while !shows() {
                    assert!(since.elapsed() < Duration::from_secs(20), "never");
                }
            }
            since.elapsed()
        })
        .collect();
    lags.sort();
    (lags, late)
}

#[expect(clippy::print_stderr, reason = "it is measured, too")]
fn tell(what: &str, lags: &[Duration], late: usize) {
    let ms = |part: usize| lags[(lags.len() - 1) * part / 100].as_secs_f64() * 1_000.0;
    let (middle, most, count) = (ms(50), ms(99), lags.len());
    eprintln!("{what}: p50 {middle:.2} ms, p99 {most:.2} ms; {late} of {count} not at once");
}

#[test]
fn a_key_that_is_locked_out_is_refused_on_the_other_host_and_a_cut_link_is_not_for_ever() {
    let Some(network) = Network::new() else {
        return;
    };
    let [here, away] = &network.names;
    let quick = ["wal_sender_timeout=2s"];
    let Some(mut cluster) = Cluster::start_in(Some(here), &quick) else {
        return;
    };
    let quick = ["wal_receiver_timeout=2s"];
    let standby = cluster.add_standby(Some((away, ADDRESSES[0])), &quick);
    let mut bench = Bench::on(Place::Server(cluster.address(&[0])));
    cluster.catch_up(standby);
    let there = verifier(&cluster, &bench, standby);
    let (lags, late) = changes(&mut bench, &there, 200);
    tell("asynchronous", &lags, late);

    let uptime = || SystemClock.uptime();
    there.store().deny_stale(Duration::from_secs(5), uptime);
    let issued = bench.delivered("other");
    let secret = issued.secret.expose();
    cluster.catch_up(standby);
    assert_eq!(is_valid(&there, secret), Ok(true));
    network.link(1, false);
    let lock = bench.service.lock_out_key(&bench.alice, issued.key, "");
    lock.expect("locked out");
    eventually("it is denied", || {
        is_valid(&there, secret) == Err(Trouble::Storage(Fault::Stale))
    });
    network.link(1, true);
    eventually("it is refused", || is_valid(&there, secret) == Ok(false));
}

#[test]
fn with_a_synchronous_standby_that_applies_no_verdict_is_older_than_a_change() {
    let Some(mut cluster) = Cluster::start(&[]) else {
        return;
    };
    let standby = cluster.add_standby(None, &[]);
    let mut bench = Bench::on(Place::Server(cluster.address(&[0])));
    cluster.catch_up(standby);
    cluster.have_confirmed();
    // A session that was there before takes its time to hear of it.
    let other = bench.another();
    bench.service = other;
    let there = verifier(&cluster, &bench, standby);
    let (lags, late) = changes(&mut bench, &there, 1_000);
    tell("synchronous, remote_apply", &lags, late);
    assert_eq!(late, 0);
}
