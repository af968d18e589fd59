//! Which of several servers is asked: the first of the list that answers and is fresh.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use keyward::clock::{Clock, SystemClock};
use keyward::domain::trouble::Fault;
use keyward::store::moving::size;
use keyward::store::{Place, Store, is_demonstration};

use crate::standbys::notes::keys;
use crate::support::cluster::Cluster;
use crate::support::database::{Bench, account};
use crate::support::process::eventually;
use crate::support::program::keyward;
use crate::support::server::Server;

/// How long a standby is believed here.
const STALE: Duration = Duration::from_secs(4);

/// Has the standby replay nothing of what comes.
fn pause(cluster: &Cluster, standby: usize) {
    cluster.sql(standby, "SELECT pg_wal_replay_pause()");
    eventually("it is paused", || {
        cluster.sql(standby, "SELECT pg_get_wal_replay_pause_state()") == "paused"
    });
}

fn keys_seen(store: &Store) -> Result<i64, Fault> {
    store.read(size).map(|size| size.keys)
}

#[test]
fn the_next_is_asked_instead_of_a_stale_one_and_the_first_again_once_it_is_fresh() {
    let Some(mut cluster) = Cluster::start(&[]) else {
        return;
    };
    let mut bench = Bench::on(Place::Server(cluster.address(&[0])));
    // It gives up a line soon on which nothing comes.
    let standby = cluster.add_standby(None, &["wal_receiver_timeout=2s"]);
    bench.create("first");
    cluster.catch_up(standby);
    let nearest = cluster.address(&[standby, 0]);
    let store = Store::open_to_answer(&Place::Server(nearest.clone()), &account());
    let store = store.expect("opened");
    store.deny_stale(STALE, || SystemClock.uptime());
    assert_eq!(keys_seen(&store), Ok(1));
    let sessions = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'keyward'";
    let at_primary = || cluster.sql(0, sessions);
    let others = at_primary();

    pause(&cluster, standby);
    bench.create("second");
    assert_eq!(keys_seen(&store), Ok(1), "it is believed for a while");
    eventually("the primary is asked", || {
        keys_seen(&store).expect("no read fails") == 2
    });
    // One that is asked once goes on at once.
    let words = ["events", "--user", "alice", "--stale", "4s", "--db"];
    let told = keyward(cluster.path(), &words).arg(&nearest).output();
    let told = told.expect("ran");
    let lines = String::from_utf8(told.stdout.clone()).expect("UTF-8");
    assert!(lines.contains("second"), "{told:?}");

    cluster.sql(standby, "SELECT pg_wal_replay_resume()");
    cluster.catch_up(standby);
    eventually("it is asked again", || {
        assert_eq!(keys_seen(&store), Ok(2));
        at_primary() == others
    });
    pause(&cluster, standby);
    bench.create("third");
    assert_eq!(keys_seen(&store), Ok(2), "the standby tells");
}

#[test]
fn a_server_that_says_nothing_is_not_waited_for_where_another_answers() {
    let Some(mut cluster) = Cluster::start(&[]) else {
        return;
    };
    let mut bench = Bench::on(Place::Server(cluster.address(&[0])));
    let standby = cluster.add_standby(None, &[]);
    bench.create("first");
    cluster.catch_up(standby);
    let address = cluster.address(&[standby, 0]) + "&connect_timeout=1";
    let store = Store::open_to_answer(&Place::Server(address), &account()).expect("opened");
    store.deny_stale(Duration::from_hours(1), || SystemClock.uptime());
    assert_eq!(keys_seen(&store), Ok(1));

    cluster.freeze(standby);
    bench.create("second");
    let (tell, told) = mpsc::channel();
    thread::spawn(move || tell.send(keys_seen(&store)));
    let seen = told.recv_timeout(Duration::from_secs(20));
    assert_eq!(seen.expect("it is not waited for"), Ok(2));
}

#[test]
fn who_finds_no_server_finds_one_once_there_is_one() {
    let Some(mut cluster) = Cluster::start(&[]) else {
        return;
    };
    drop(Bench::on(Place::Server(cluster.address(&[0]))));
    // Nothing listens at the socket of the first one.
    let ports = [5_700, Cluster::port(0)];
    let address = cluster.address_of("keyward_owner", &ports);
    let store = Store::open_to_answer(&Place::Server(address), &account()).expect("opened");
    store.deny_stale(Duration::from_hours(1), || SystemClock.uptime());
    let read = || store.read(is_demonstration);
    assert_eq!(read(), Ok(false));
    cluster.crash(0);
    assert!(matches!(read(), Err(Fault::Away(_))));
    cluster.start_again(0);
    eventually("it is found", || read() == Ok(false));
}

#[test]
fn changes_over_http_find_the_primary_whenever_there_is_one() {
    let Some(mut cluster) = Cluster::start(&[]) else {
        return;
    };
    let standby = cluster.add_standby(None, &[]);
    let secret = keys(&Place::Server(cluster.address(&[0])), 1).remove(0);
    cluster.catch_up(standby);
    let address = cluster.address(&[standby, 0]);
    let directory = cluster.path().to_owned();
    let serve = || {
        let mut command = keyward(&directory, &["serve", "--api", "127.0.0.1:0", "--db"]);
        command.arg(&address);
        Server::start(command)
    };
    let headers = [("api-secret-key", &*secret), ("api-version", "v1")];
    let ask = |server: &Server| {
        let answer = server.ask("api", "GET", "/api/apikeys", &headers);
        answer.status
    };
    let before = serve();
    assert_eq!(ask(&before), 200);
    cluster.crash(0);
    let after = serve();
    assert_eq!((ask(&before), ask(&after)), (503, 503));
    cluster.promote(standby);
    eventually("both find it", || ask(&before) == 200 && ask(&after) == 200);
}

#[test]
fn the_console_reads_where_it_changes() {
    let Some(mut cluster) = Cluster::start(&[]) else {
        return;
    };
    let mut bench = Bench::on(Place::Server(cluster.address(&[0])));
    let standby = cluster.add_standby(None, &[]);
    cluster.catch_up(standby);
    pause(&cluster, standby);
    bench.create("new");
    let place = Place::Server(cluster.address(&[standby, 0]));
    let reader = Store::open_reader(&place, &account(), std::sync::Arc::default());
    assert_eq!(keys_seen(&reader.expect("opened")), Ok(1));
    cluster.sql(standby, "SELECT pg_wal_replay_resume()");
}
