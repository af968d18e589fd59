//! How old what a standby knows may be.

use std::time::Duration;

use keyward::clock::{Clock, SystemClock};
use keyward::domain::time::Uptime;
use keyward::domain::trouble::Fault;
use keyward::store::{Place, Store, is_demonstration};

use crate::support::cluster::Cluster;
use crate::support::database::{Bench, account};
use crate::support::process::eventually;

/// How long a standby is believed here.
const STALE: Duration = Duration::from_secs(4);

/// A standby that gives up a line soon on which nothing comes, and a store that reads from it as one who verifies.
fn at_standby(cluster: &mut Cluster) -> (Bench, usize, Store) {
    let mut bench = Bench::on(Place::Server(cluster.address(&[0])));
    let standby = cluster.add_standby(None, &["wal_receiver_timeout=2s"]);
    // It knows when something was committed once it has replayed a commit.
    bench.create("first");
    cluster.catch_up(standby);
    let address = cluster.address_of("keyward_owner", &[Cluster::port(standby)]);
    let store = Store::open_near(&Place::Server(address), &account()).expect("opened");
    (bench, standby, store)
}

fn uptime() -> Uptime {
    SystemClock.uptime()
}

fn read(store: &Store) -> Result<bool, Fault> {
    store.read(is_demonstration)
}

/// Waits until the last commit is older than a standby is believed.
fn grow_old(cluster: &Cluster, standby: usize) {
    let age = "SELECT extract(epoch FROM now() - pg_last_xact_replay_timestamp()) > 5";
    eventually("the last commit is old", || {
        cluster.sql(standby, age) == "t"
    });
}

#[test]
fn a_standby_is_believed_while_it_is_attached_and_a_while_longer() {
    let Some(mut cluster) = Cluster::start(&[]) else {
        return;
    };
    let (_bench, standby, store) = at_standby(&mut cluster);
    store.deny_stale(STALE, uptime);
    assert_eq!(read(&store), Ok(false));
    grow_old(&cluster, standby);
    assert_eq!(read(&store), Ok(false), "it is attached");

    cluster.crash(0);
    eventually("it is stale", || read(&store) == Err(Fault::Stale));
    // Whoever comes anew knows only of the last commit.
    let place = Place::Server(cluster.address(&[standby]));
    let anew = Store::open_near(&place, &account()).expect("opened");
    assert_eq!(read(&anew), Ok(false), "who does not ask is not told");
    anew.deny_stale(STALE, uptime);
    assert_eq!(read(&anew), Err(Fault::Stale));
    anew.deny_stale(Duration::from_hours(1), uptime);
    assert_eq!(read(&anew), Ok(false));

    cluster.promote(standby);
    eventually("it is no standby any more", || read(&store) == Ok(false));
}

#[test]
fn a_standby_that_does_not_replay_what_comes_is_stale() {
    let Some(mut cluster) = Cluster::start(&[]) else {
        return;
    };
    let (mut bench, standby, store) = at_standby(&mut cluster);
    store.deny_stale(STALE, uptime);
    cluster.sql(standby, "SELECT pg_wal_replay_pause()");
    eventually("it is paused", || {
        cluster.sql(standby, "SELECT pg_get_wal_replay_pause_state()") == "paused"
    });
    bench.create("key");
    eventually("it is stale", || read(&store) == Err(Fault::Stale));
    cluster.sql(standby, "SELECT pg_wal_replay_resume()");
    eventually("it is fresh", || read(&store) == Ok(false));
}

#[test]
fn a_role_that_may_see_more_sees_when_something_came() {
    let Some(mut cluster) = Cluster::start(&[]) else {
        return;
    };
    let (_bench, standby, store) = at_standby(&mut cluster);
    grow_old(&cluster, standby);
    // Less than the line may be silent: without rights nobody knows it so well.
    store.deny_stale(Duration::from_millis(1_900), uptime);
    assert_eq!(read(&store), Err(Fault::Stale));
    cluster.sql(0, "GRANT pg_read_all_stats TO keyward_owner");
    eventually("it is fresh", || read(&store) == Ok(false));
}
