//! The same on a file, on a `PostgreSQL` server, and on a standby of it: verdicts a second, opening, and how much later a
//! lock shows on the standby. The servers are of their own, on this machine, and write through to its disk.

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use keyward::auth::hash::{Cost, Hasher};
use keyward::auth::random::SystemRandom;
use keyward::clock::SystemClock;
use keyward::config::Config;
use keyward::domain::intent::KeyChange;
use keyward::domain::trouble::Trouble;
use keyward::domain::user::Arrival;
use keyward::domain::verdict::{Asked, Verdict};
use keyward::service::Service;
use keyward::store::{Place, Store};

use crate::load::{Load, flood, stampede};
use crate::servers::{Server, keyward};
use crate::support::cluster::Cluster;
use crate::support::database::{CHEAP, draft};
use crate::{CONNECTIONS, Keys, ROUND, ROUNDS, median, now, percentile, requests, tell};

/// How many `keyward serve` there are, each with one thread.
const SERVES: [usize; 2] = [1, 4];
const STARTS: usize = 40;
const LOCKS: usize = 1_000;
/// Each of the servers computes the hash of each of these secrets once.
const KEYS: usize = 100;

pub fn report(file: &Keys) {
    let through = ["fsync=on", "full_page_writes=on"];
    let Some(mut cluster) = Cluster::start(&through) else {
        return tell("On a server", "skipped: there is no PostgreSQL", "");
    };
    let standby = cluster.add_standby(None, &through);
    let asked = requests(&Place::Server(cluster.address(&[0])), KEYS, Cost::REAL);
    cluster.catch_up(standby);
    let places = [
        (
            "a file",
            file.database().display().to_string(),
            &file.requests[..KEYS],
        ),
        ("the server", cluster.address(&[0]), &asked[..]),
        ("a standby", cluster.address(&[standby]), &asked[..]),
    ];
    for serves in SERVES {
        let running = [0, 1, 2].map(|kind| {
            let (_, database, requests) = &places[kind];
            let all = (0..serves).map(|number| {
                let socket = file.socket(&format!("{kind}-{number}.sock"));
                let server = keyward(Path::new(database), &socket, 1);
                stampede(&server.socket, requests).expect("answered");
                server
            });
            all.collect::<Vec<_>>()
        });
        let rounds: Vec<_> = (0..ROUNDS)
            .map(|_| [0, 1, 2].map(|at| together(&running[at], places[at].2)))
            .collect();
        for (at, (name, ..)) in places.iter().enumerate() {
            let value = median(rounds.iter().map(|round| round[at]));
            let part = median(rounds.iter().map(|round| round[at] / round[0]));
            let value = format!("{value:.0}/s, {:.0} % of a file's", part * 100.0);
            tell(&format!("Checks on {name}, serve: {serves}"), &value, "");
        }
    }
    starts(&places.map(|(name, database, _)| (name, database)));
    lag("asynchronous", &cluster, standby);
    cluster.have_confirmed();
    lag("synchronous, remote_apply", &cluster, standby);
}

/// Checks a second of servers that are asked at the same time.
fn together(servers: &[Server], requests: &[Vec<u8>]) -> f64 {
    thread::scope(|scope| {
        let ask = |server: &Server| {
            let socket = server.socket.clone();
            scope.spawn(move || flood(&socket, requests, CONNECTIONS, ROUND))
        };
        let asked: Vec<_> = servers.iter().map(ask).collect();
        let loads = asked
            .into_iter()
            .map(|asked| asked.join().expect("asked").expect("answered"));
        loads.map(Load::per_second).sum()
    })
}

/// `keyward verify` of a secret that was forged, as a process: nearly all of it is opening.
fn starts(places: &[(&str, String)]) {
    let start = |database: &str| {
        let start = now();
        let mut command = Command::new(env!("CARGO_BIN_EXE_keyward"));
        command.env_clear().args(["verify", "--db", database]);
        let mut started = command
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("started");
        let secret = format!("1:{}AA=\n", "A".repeat(41));
        std::io::Write::write_all(
            &mut started.stdin.take().expect("a pipe"),
            secret.as_bytes(),
        )
        .expect("written");
        assert_eq!(started.wait().expect("ended").code(), Some(1));
        start.elapsed().as_secs_f64() * 1_000.0
    };
    let rounds: Vec<Vec<f64>> = (0..STARTS)
        .map(|_| places.iter().map(|(_, database)| start(database)).collect())
        .collect();
    for (at, (name, _)) in places.iter().enumerate() {
        let value = median(rounds.iter().map(|round| round[at]));
        tell(
            &format!("verify, forged, on {name}"),
            &format!("{value:.1} ms"),
            "",
        );
    }
}

/// How long after a lock was confirmed, or its end, the standby judges by it.
fn lag(kind: &str, cluster: &Cluster, standby: usize) {
    let account = Config::read().account;
    let hasher = Hasher::new(CHEAP);
    let service = |store: Result<Store, Trouble>| {
        let random = Box::new(SystemRandom);
        Service::new(store?, Arc::new(SystemClock), random, hasher.clone())
    };
    let primary = Place::Server(cluster.address(&[0]));
    let mut here = service(Store::open_existing(&primary, &account)).expect("opened");
    let actor = here.sign_in(&account.user_name(), &Arrival::default());
    let actor = actor.expect("the first user");
    let issued = here.create_key(&actor, &draft(kind)).expect("created");
    here.deliver(&actor, issued.id, None).expect("delivered");
    cluster.catch_up(standby);
    let place = Place::Server(cluster.address(&[standby]));
    let there = service(Store::open_near(&place, &account)).expect("opened");
    let valid = || {
        let judged = there.judge(issued.secret.expose().as_bytes(), &Asked::default());
        matches!(judged.expect("judged").verdict, Verdict::Valid(_))
    };
    let mut late = 0;
    let mut times: Vec<Duration> = (0..LOCKS)
        .map(|number| {
            let locks = number % 2 == 0;
            let change = if locks {
                KeyChange::LockOut {
                    reason: String::new(),
                }
            } else {
                KeyChange::Unlock
            };
            here.change_key(&actor, change, issued.key)
                .expect("changed");
            let start = now();
            let mut asked = 0;
            while valid() == locks {
                asked += 1;
            }
            late += usize::from(asked > 0);
            start.elapsed()
        })
        .collect();
    let half = percentile(&mut times, 50);
    let value = format!(
        "p50 {half}, p99 {}; {late} of {LOCKS} not at once",
        percentile(&mut times, 99)
    );
    tell(&format!("A lock shows on the standby, {kind}"), &value, "");
}
