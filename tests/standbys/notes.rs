//! Uses are noted on the primary, wherever verdicts come from.

use keyward::auth::hash::Cost;
use keyward::clock::{Clock, SystemClock};
use keyward::config::Config;
use keyward::domain::user::Arrival;
use keyward::store::Place;
use std::sync::Arc;

use crate::support::cluster::Cluster;
use crate::support::database::{draft, raw};
use crate::support::process::eventually;
use crate::support::program::{given, keyward};
use crate::support::server::Server;

#[test]
fn uses_wait_while_the_primary_is_away_and_none_is_lost() {
    let Some(mut cluster) = Cluster::start(&[]) else {
        return;
    };
    let standby = cluster.add_standby(None, &[]);
    let primary = Place::Server(cluster.address(&[0]));
    let secrets = keys(&primary, 3);
    cluster.catch_up(standby);
    // The nearest is the standby.
    let address = cluster.address(&[standby, 0]);
    let used = |place: &Place| -> i64 {
        let sql = "SELECT count(*) FROM api_keys WHERE last_sign_in_at IS NOT NULL";
        raw(place).row(sql, ())
    };

    let mut once = keyward(cluster.path(), &["verify", "--db"]);
    once.arg(&address);
    assert!(given(once, &secrets[0]).status.success());
    assert_eq!(used(&primary), 1, "one that is asked once notes it, too");

    let mut command = keyward(cluster.path(), &["serve", "--auth", "unix:auth.sock"]);
    command
        .args(["--admin", "127.0.0.1:0", "--db"])
        .arg(&address);
    let server = Server::start(command);
    let ask = |secret: &str| {
        let headers = [("api-secret-key", secret), ("x-original-method", "GET")];
        server.ask("auth", "GET", "/auth-request", &headers).status
    };
    assert_eq!(ask(&secrets[1]), 200);
    eventually("the use is noted on the primary", || used(&primary) == 2);

    // What is noted is written a little later.
    cluster.catch_up(standby);
    cluster.crash(0);
    assert_eq!(ask(&secrets[2]), 200, "the standby answers");
    let metric = |name: &str| {
        let page = server.ask("admin", "GET", "/metrics", &[]).body;
        let page = String::from_utf8(page).expect("text");
        let line = page.lines().find(|line| line.starts_with(name));
        line.and_then(|line| line.rsplit(' ').next()?.parse::<u64>().ok())
    };
    let mut alone = keyward(cluster.path(), &["verify", "--db"]);
    alone.arg(&address);
    assert!(given(alone, &secrets[2]).status.success());
    cluster.promote(standby);
    let promoted = Place::Server(cluster.address(&[standby]));
    eventually("the use is noted where the primary is now", || {
        used(&promoted) == 3
    });
    assert_eq!(metric("keyward_notes_dropped_total"), Some(0));
    let (status, log) = server.stop();
    assert!(status.success());
    assert!(log.iter().all(|line| line["event"] != "notes-lost"));
}

/// So many keys whose secrets work.
pub fn keys(place: &Place, count: usize) -> Vec<String> {
    let account = Config::read().account;
    let (clock, hasher) = (
        Arc::new(SystemClock),
        keyward::auth::hash::Hasher::new(Cost::REAL),
    );
    let mut random = keyward::auth::random::SystemRandom;
    let store = keyward::store::Store::create_or_open(place, &account, clock.now(), &mut |bytes| {
        keyward::auth::random::Random::fill(&mut random, bytes)
    });
    let store = store.expect("opened");
    let service = keyward::service::Service::new(store, clock, Box::new(random), hasher);
    let mut service = service.expect("a service");
    let owner = service.sign_in(&account.user_name(), &Arrival::default());
    let owner = owner.expect("the first user");
    let made = (0..count).map(|number| {
        let issued = service.create_key(&owner, &draft(&format!("key {number}")));
        let issued = issued.expect("created");
        service.deliver(&owner, issued.id, None).expect("delivered");
        issued.secret.expose().to_owned()
    });
    made.collect()
}
