//! The figures of `keyward serve`, measured on the real program over unix sockets: `cargo bench --bench serve`. It starts
//! everything that it needs, prints medians and what they are compared with, and fails at nothing: times depend on the
//! machine, and on what else it does. `cargo bench --bench serve -- nginx` does one part.
#![expect(clippy::print_stdout, reason = "a report")]

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use keyward::auth::hash::{Cost, Hasher};
use keyward::auth::random::predictable;
use keyward::auth::token::{self, TagKey};
use keyward::clock::{Clock, SystemClock};
use keyward::config::Config;
use keyward::domain::trouble::Trouble;
use keyward::store::{self, Place, Store, api_keys, secrets};
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use tempfile::TempDir;

#[path = "serve/load.rs"]
mod load;
#[path = "machine.rs"]
mod machine;
#[path = "serve/peers.rs"]
mod peers;
#[path = "serve/servers.rs"]
mod servers;
#[path = "serve/standby.rs"]
mod standby;
#[path = "../tests/support"]
mod support {
    #![allow(dead_code, reason = "a part of what the tests use")]
    pub mod cluster;
    pub mod database;
    pub mod process;
}

use load::{flood, paced, stampede};
use servers::{BARE, Server, bare, be_bare, keyward, nginx};
use support::database::{CHEAP, draft};

const ROUNDS: usize = 5;
const ROUND: Duration = Duration::from_secs(2);
const CONNECTIONS: usize = 16;
const PACE: u32 = 1_000;
const PACED: Duration = Duration::from_secs(10);

/// A part of the report, and its name.
type Part = (&'static str, fn(&Keys));

fn main() {
    let args: Vec<_> = std::env::args().collect();
    if let [_, bare, socket, threads] = &args[..]
        && bare == BARE
    {
        return be_bare(Path::new(socket), threads.parse().expect("a number"));
    }
    // One connection for each of a thousand keys.
    let (_, most) = getrlimit(Resource::RLIMIT_NOFILE).expect("a limit");
    setrlimit(Resource::RLIMIT_NOFILE, most.min(8_192), most).expect("set");
    println!("{}", machine::name());
    let keys = Keys::make(1_000, Cost::REAL);
    let parts: [Part; 7] = [
        ("start", cold_start),
        ("checks", throughput),
        ("latency", latency),
        ("nginx", behind_nginx),
        ("peers", beside_peers),
        ("memory", memory),
        ("standby", standby::report),
    ];
    // `cargo bench` adds an argument of its own.
    let named: Vec<_> = args[1..]
        .iter()
        .filter(|arg| !arg.starts_with('-'))
        .collect();
    let wanted = |name: &str| named.is_empty() || named.iter().any(|arg| *arg == name);
    for (name, part) in parts {
        if wanted(name) {
            part(&keys);
        }
    }
}

fn tell(figure: &str, value: &str, goal: &str) {
    println!("{figure:<46} {value:<58} {goal}");
}

#[expect(clippy::disallowed_methods, reason = "measures the real program")]
fn now() -> Instant {
    Instant::now()
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<_> = values.collect();
    values.sort_unstable_by(f64::total_cmp);
    values[values.len() / 2]
}

fn percentile(times: &mut [Duration], percent: usize) -> String {
    times.sort_unstable();
    let time = times[(times.len() * percent / 100).min(times.len() - 1)];
    format!("{:.2} ms", time.as_secs_f64() * 1_000.0)
}

/// A database, and a request with each of its secrets.
struct Keys {
    directory: TempDir,
    requests: Vec<Vec<u8>>,
}

impl Keys {
    /// In a file.
    fn make(count: usize, cost: Cost) -> Keys {
        let directory = tempfile::tempdir().expect("a directory");
        let place = Place::File(directory.path().join("keyward.db"));
        let requests = requests(&place, count, cost);
        Keys {
            directory,
            requests,
        }
    }

    fn database(&self) -> PathBuf {
        self.directory.path().join("keyward.db")
    }

    fn socket(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn serve(&self, threads: usize) -> Server {
        keyward(&self.database(), &self.socket("auth.sock"), threads)
    }

    /// With every secret known to be the one of its hash.
    fn serve_warm(&self, threads: usize) -> Server {
        let server = self.serve(threads);
        stampede(&server.socket, &self.requests).expect("answered");
        server
    }

    /// Of the form of a secret and of a key that there is, with another tag.
    fn forged(&self) -> Vec<Vec<u8>> {
        let forge = |number: usize| {
            let ends = if number.is_multiple_of(2) { "AA" } else { "BA" };
            asking(&format!("{}:{}{ends}=", number + 1, "A".repeat(41)))
        };
        (0..self.requests.len()).map(forge).collect()
    }
}

/// Keys that are made in one transaction, without events: no verdict reads them. Gives a request with each of their secrets.
fn requests(place: &Place, count: usize, cost: Cost) -> Vec<Vec<u8>> {
    let (account, now) = (Config::read().account, SystemClock.now());
    let mut random = predictable(1);
    let store = Store::create_or_open(place, &account, now, &mut |bytes| random.fill(bytes));
    let mut store = store.expect("a database");
    let hasher = Hasher::new(cost);
    let mut requests = Vec::new();
    let made = store.write(|tx| {
        let tag_key = TagKey::new(store::tag_key(tx)?);
        for number in 0..count {
            let fields = draft(&format!("key {number:06}")).check(None, now);
            let id = api_keys::reserve(tx)?;
            api_keys::insert(tx, id, &fields.expect("valid"), &account.name, now)?;
            let (secret, tag) = token::make(id, &tag_key, &mut *random)?;
            let hash = hasher.hash(secret.expose().as_bytes(), &mut *random)?;
            let secret_id = secrets::insert(tx, id, &tag, &hash, &account.name, now)?;
            secrets::deliver(tx, secret_id, now)?;
            api_keys::set_delivered(tx, id)?;
            requests.push(asking(secret.expose()));
        }
        Ok::<(), Trouble>(())
    });
    made.expect("stored");
    requests
}

fn asking(secret: &str) -> Vec<u8> {
    let headers = format!("Host: a\r\nX-Original-Method: GET\r\napi-secret-key: {secret}\r\n\r\n");
    format!("GET /auth-request HTTP/1.1\r\n{headers}").into_bytes()
}

fn cold_start(keys: &Keys) {
    let server = keys.serve(2);
    let (time, others) = stampede(&server.socket, &keys.requests).expect("answered");
    let value = format!("{:.1} s, {others} told to try again", time.as_secs_f64());
    tell("1,000 keys at once after a start: all let in", &value, "");
}

/// A server, and what it is asked again and again.
type Asked<'a> = (&'a Server, &'a [Vec<u8>]);

/// What a server does with one thread's requests.
#[derive(Clone, Copy)]
struct Rate {
    per_second: f64,
    /// Processor time that the server spends on each, in microseconds.
    spent: f64,
}

fn rate((server, requests): Asked<'_>) -> Rate {
    flood(&server.socket, requests, CONNECTIONS, ROUND / 10).expect("answered");
    let before = server.processor_time();
    let load = flood(&server.socket, requests, CONNECTIONS, ROUND).expect("answered");
    let spent = server.processor_time().saturating_sub(before);
    assert_eq!(load.answered, load.allowed, "all are allowed");
    Rate {
        per_second: load.per_second(),
        spent: spent.as_secs_f64() * 1e6 / f64::from(load.answered),
    }
}

/// Medians of rounds in which both take turns.
struct Turns {
    ours: Rate,
    other: Rate,
    /// How many times the other's requests a second ours are, of each round.
    times: f64,
}

fn by_turns(ours: Asked<'_>, other: Asked<'_>) -> Turns {
    let rounds: Vec<_> = (0..ROUNDS).map(|_| [rate(ours), rate(other)]).collect();
    let of = |who: usize| Rate {
        per_second: median(rounds.iter().map(|round| round[who].per_second)),
        spent: median(rounds.iter().map(|round| round[who].spent)),
    };
    Turns {
        ours: of(0),
        other: of(1),
        times: median(
            rounds
                .iter()
                .map(|[ours, other]| ours.per_second / other.per_second),
        ),
    }
}

fn throughput(keys: &Keys) {
    for threads in [1, 2] {
        let (server, bare) = (
            keys.serve_warm(threads),
            bare(&keys.socket("bare.sock"), threads),
        );
        let turns = by_turns((&server, &keys.requests), (&bare, &keys.requests));
        let (ours, other) = (turns.ours, turns.other);
        let value = format!(
            "{:.0}/s, bare hyper {:.0}/s: {:.0} %",
            ours.per_second,
            other.per_second,
            turns.times * 100.0
        );
        tell(&format!("Checks, threads: {threads}"), &value, "over 60 %");
        let value = format!("{:.1} us, bare hyper {:.1} us", ours.spent, other.spent);
        tell("  processor time of each", &value, "");
    }
}

fn latency(keys: &Keys) {
    let (server, other) = (keys.serve_warm(2), bare(&keys.socket("bare.sock"), 2));
    let told = |server: &Server, figure: &str, goal| {
        let times = paced(&server.socket, &keys.requests, PACE, PACED);
        let mut times = times.expect("answered");
        let half = percentile(&mut times, 50);
        let value = format!("p50 {half}, p99 {}", percentile(&mut times, 99));
        tell(figure, &value, goal);
    };
    told(
        &server,
        "Latency at 1,000 checks a second",
        "p99 under 1 ms",
    );
    told(&other, "  bare hyper at 1,000 a second", "");
    let forged = keys.forged();
    std::thread::scope(|scope| {
        let flooding = scope.spawn(|| {
            let load = flood(&server.socket, &forged, CONNECTIONS, PACED + ROUND);
            load.expect("answered")
        });
        told(
            &server,
            "  beside forged ones at full speed",
            "p99 as before",
        );
        let load = flooding.join().expect("flooded");
        assert_eq!(load.allowed, 0, "none is allowed");
        tell(
            "  forged ones refused",
            &format!("{:.0}/s", load.per_second()),
            "",
        );
    });
}

fn behind_nginx(keys: &Keys) {
    let place = |name: &str| {
        let directory = keys.socket(name);
        fs::create_dir_all(&directory).expect("made");
        directory
    };
    let (ours, other) = (keys.serve_warm(1), bare(&keys.socket("bare.sock"), 1));
    let served = |name, behind| nginx(&place(name), behind);
    let (Some(with), Some(with_bare), Some(without)) = (
        served("with", Some(&*ours.socket)),
        served("bare", Some(&*other.socket)),
        served("without", None),
    ) else {
        return tell("Behind nginx", "skipped: nginx does not run here", "");
    };
    let as_file = |request: &Vec<u8>| {
        let text = String::from_utf8_lossy(request).replacen("/auth-request", "/empty", 1);
        text.into_bytes()
    };
    let requests: Vec<_> = keys.requests.iter().map(as_file).collect();
    let turns = by_turns((&with, &requests), (&with_bare, &requests));
    let value = format!(
        "{:.0}/s, asking a bare hyper {:.0}/s: {:.0} %",
        turns.ours.per_second,
        turns.other.per_second,
        turns.times * 100.0
    );
    tell("nginx with auth_request", &value, "over 95 %");
    let turns = by_turns((&with, &requests), (&without, &requests));
    let value = format!(
        "{:.0}/s, of which {:.0} % are left with it",
        turns.other.per_second,
        turns.times * 100.0
    );
    tell("  nginx without authentication", &value, "");
}

fn beside_peers(keys: &Keys) {
    let server = keys.serve_warm(1);
    for peer in peers::each() {
        match peer {
            Err(name) => tell(name, "skipped: cannot be had here", ""),
            Ok(peer) => {
                let turns = by_turns((&server, &keys.requests), (&peer.server, &peer.requests));
                let other = turns.other.per_second;
                let value = format!("{other:.0}/s, keyward {:.1} times that", turns.times);
                tell(peer.name, &value, "over 10 times");
            }
        }
    }
}

/// Each of the keys is used once. Their hashes are cheap, which is of no matter to what is remembered of them.
fn memory(_: &Keys) {
    let keys = Keys::make(100_000, CHEAP);
    let server = keys.serve(2);
    let told = |when| {
        let (all, own) = server.memory();
        tell(when, &format!("{all:.1} MiB, anonymous {own:.1}"), "");
    };
    told("Memory, 100,000 keys, at the start");
    for requests in keys.requests.chunks(1_000) {
        stampede(&server.socket, requests).expect("answered");
    }
    told("  after each was used once");
}
