//! `keyward serve` among clients that send whatever they like, as slowly as they like, and when it is killed.

use std::fs;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{IpAddr, Shutdown};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

use assert_cmd::Command;
use keyward::domain::address::Networks;
use keyward::domain::hops::client;
use keyward::serve::auth::endpoint::endpoint;
use nix::sys::signal::Signal;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, TestRunner};

#[path = "support"]
mod support {
    #![allow(dead_code, reason = "a part of what the tests use")]
    pub mod database;
    pub mod process;
    pub mod program;
    pub mod server;
}

use support::database::db;
use support::process::eventually;
use support::program::keyward;
use support::server::{House, Server};

/// The longest that a client of these tests waits.
const PATIENCE: Duration = Duration::from_secs(20);

/// A server on a database with two keys: one that opens, and one that is locked out.
struct Served {
    house: House,
    server: Server,
    valid: String,
    locked: String,
}

impl Served {
    fn new() -> Served {
        let mut house = House::new();
        let (_, valid) = house.key("opens");
        let (key, locked) = house.key("locked out");
        let lock = house.service.lock_out_key(&house.owner, key, "");
        lock.expect("locked out");
        let served = Served {
            server: start(&house),
            house,
            valid: valid.expose().to_owned(),
            locked: locked.expose().to_owned(),
        };
        served.answers();
        served
    }

    /// A new client's valid secret is let in, and soon.
    #[track_caller]
    fn answers(&self) {
        let allowed = || self.asks(&self.valid).is_ok_and(|status| status == 200);
        eventually("a valid secret is let in", allowed);
    }

    fn connect(&self) -> io::Result<UnixStream> {
        connect(&self.house.path(SOCKET))
    }

    /// The status of the answer to a request with this secret, on a connection of its own.
    fn asks(&self, secret: &str) -> io::Result<u16> {
        ask(&mut self.connect()?, secret)
    }

    /// Everything that is answered to these bytes, after which the client sends no more.
    fn answered(&self, bytes: &[u8]) -> Vec<u8> {
        let (mut stream, mut answer) = (self.connect().expect("connected"), Vec::new());
        // It may be closed to what it has no use for; what it said before counts.
        let _ = stream.write_all(bytes);
        let _ = stream.shutdown(Shutdown::Write);
        let read = stream.read_to_end(&mut answer);
        let hangs = read.is_err_and(|error| error.kind() == ErrorKind::WouldBlock);
        assert!(!hangs, "{}", String::from_utf8_lossy(bytes));
        answer
    }

    fn is_running(&self) -> bool {
        // It is not waited for: one that has ended still has a number, and no memory.
        self.memory() > 0
    }

    /// What it has of memory, in KiB.
    fn memory(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.server.pid()));
        let status = status.unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib = line.and_then(|line| line.trim().strip_suffix(" kB"));
        kib.and_then(|kib| kib.parse().ok()).unwrap_or(0)
    }
}

const SOCKET: &str = "auth.sock";

fn connect(socket: &Path) -> io::Result<UnixStream> {
    let stream = UnixStream::connect(socket)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    Ok(stream)
}

fn start(house: &House) -> Server {
    house.serve(&["--auth", &format!("unix:{SOCKET}")])
}

fn request(secret: &str) -> String {
    let method = "X-Original-Method: GET";
    format!("GET /auth-request HTTP/1.1\r\nHost: a\r\n{method}\r\napi-secret-key: {secret}\r\n\r\n")
}

/// The status of the next answer on a connection that is kept alive. No answer has a body.
fn ask(stream: &mut UnixStream, secret: &str) -> io::Result<u16> {
    stream.write_all(request(secret).as_bytes())?;
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte)?;
        head.push(byte[0]);
    }
    let status = str::from_utf8(&head).ok().and_then(|head| head.get(9..12));
    let status = status.and_then(|status| status.parse().ok());
    status.ok_or_else(|| io::ErrorKind::InvalidData.into())
}

fn allows(answer: &[u8]) -> bool {
    let status = b"HTTP/1.1 2";
    answer.windows(status.len()).any(|bytes| bytes == status)
}

/// Secrets that are not: another form, another tag, a changed byte, locked out, twice.
fn no_secret(valid: &str, locked: &str) -> impl Strategy<Value = String> {
    let (one, twice) = (valid.to_owned(), format!("{valid},{valid}"));
    prop_oneof![
        "[ -~]{0,80}",
        "[0-9]{1,20}:[A-Za-z0-9+/]{43}=",
        (0..valid.len(), "[A-Za-z0-9+/=:]").prop_filter_map("another byte", move |(at, other)| {
            let mut changed = one.clone();
            changed.replace_range(at..=at, &other);
            (changed != one).then_some(changed)
        }),
        Just(locked.to_owned()),
        Just(twice),
    ]
}

/// Heads that are nearly right, with anything but the one secret in its header.
fn head(valid: &str, locked: &str) -> impl Strategy<Value = Vec<u8>> {
    let method = prop_oneof![
        select(&["GET", "HEAD", "POST", "OPTIONS", "CONNECT", "PRI", "get"][..])
            .prop_map(str::to_owned),
        "[!-~]{0,12}",
    ];
    let target = prop_oneof![
        select(
            &[
                "/auth-request",
                "/auth-request/read",
                "/auth-request/write",
                "/forward-auth",
                "/ext-authz/",
                "/ext-authz-read/../x",
                "/service/a/auth-request",
                "http://a/auth-request",
                "*",
                "a:1",
            ][..]
        )
        .prop_map(str::to_owned),
        "/[!-~]{0,60}",
        "[ -~]{0,40}",
    ];
    let version = select(&["HTTP/1.1", "HTTP/1.0", "HTTP/2.0", "HTTP/0.9", ""][..]);
    let secret = (
        select(
            &[
                "api-secret-key",
                "Api-Secret-Key",
                "Authorization",
                "Cookie",
            ][..],
        ),
        no_secret(valid, locked),
    );
    let other = prop_oneof![
        "[!-9;-~]{1,20}: ?[ -~]{0,60}",
        select(
            &[
                "Host: a",
                "Connection: close",
                "Connection: upgrade\r\nUpgrade: websocket",
                "Content-Length: 5",
                "Content-Length: 99999999999999999999",
                "Content-Length: 1\r\nContent-Length: 2",
                "Transfer-Encoding: chunked",
                "Transfer-Encoding: chunked, identity",
                "Expect: 100-continue",
                "X-Original-Method: GET",
                "X-Forwarded-Method: GET",
                "X-Forwarded-For: 127.0.0.1",
                " folded: b",
                "no colon",
            ][..]
        )
        .prop_map(str::to_owned),
    ];
    let secret = secret.prop_map(|(name, secret)| format!("{name}: {secret}"));
    let lines = prop::collection::vec(prop_oneof![2 => other, 1 => secret], 0..8);
    let ending = select(&["\r\n", "\n", "\r"][..]);
    let body = prop::collection::vec(any::<u8>(), 0..64);
    (method, target, version, lines, ending, body).prop_map(
        |(method, target, version, lines, ending, body)| {
            let mut head = format!("{method} {target} {version}{ending}");
            for line in lines {
                head.push_str(&line);
                head.push_str(ending);
            }
            head.push_str(ending);
            [head.as_bytes(), &body].concat()
        },
    )
}

#[test]
fn whatever_is_sent_without_a_valid_secret_is_not_let_in_and_breaks_nothing() {
    let served = Served::new();
    let valid = request(&served.valid).into_bytes();
    let cut = (0..valid.len()).prop_map({
        let valid = valid.clone();
        move |length| valid[..length].to_vec()
    });
    let one = prop_oneof![
        8 => head(&served.valid, &served.locked),
        1 => prop::collection::vec(any::<u8>(), 0..2_000),
        1 => prop::collection::vec(select(&b"\r\n :/,\0GET1.HTP"[..]), 0..200),
        1 => (1_000..80_000_usize).prop_map(|length| [&b"GET /"[..], &vec![b'a'; length]].concat()),
    ];
    // A part of a valid request is the last of them: what followed would make another one of it.
    let sent = (
        prop::collection::vec(one, 0..3),
        prop_oneof![3 => Just(Vec::new()), 1 => cut],
    );
    let sent = sent.prop_map(|(many, last)| [many.concat(), last].concat());
    let mut runner = TestRunner::new(Config {
        failure_persistence: None,
        ..Config::with_cases(2_000)
    });
    let ran = runner.run(&sent, |bytes| {
        let answer = served.answered(&bytes);
        prop_assert!(!allows(&answer), "{}", String::from_utf8_lossy(&answer));
        Ok(())
    });
    ran.expect("nothing is let in");
    served.answers();
    assert!(served.is_running());
}

proptest! {
    #[test]
    fn no_path_is_too_odd_to_be_read_and_nothing_behind_envoys_endpoint_counts(
        before in "(/service/[a-z0-9._-]{1,70})?",
        path in "/(ext-authz|ext-authz-read|ext-authz-write)/",
        behind in ".{0,60}",
    ) {
        let _ = endpoint(&behind);
        let _ = endpoint(&format!("/service/{behind}"));
        let named = format!("{before}{path}");
        let longer = format!("{named}{behind}");
        prop_assert_eq!(endpoint(&longer), endpoint(&named));
    }

    #[test]
    fn no_trusted_proxy_is_a_client_and_nobody_who_is_not_trusted_can_be_another(
        told in prop::collection::vec(
            prop_oneof![
                any::<IpAddr>().prop_map(|address| address.to_string().into_bytes()),
                "[0-9a-fA-F.:,%\\[\\] ]{0,40}".prop_map(String::into_bytes),
                prop::collection::vec(any::<u8>(), 0..40),
            ],
            0..5,
        ),
        peer in prop::option::of(any::<IpAddr>()),
        trusted in "(127.0.0.1|0.0.0.0/1, ::/1|10.0.0.0/8)?",
    ) {
        let networks = Networks::of(&trusted);
        let found = client(told.iter().map(Vec::as_slice), peer, &networks);
        prop_assert!(found.is_none_or(|found| !networks.hold(found)));
        if let Some(peer) = peer.map(|peer| peer.to_canonical()).filter(|peer| !networks.hold(*peer)) {
            prop_assert_eq!(found, Some(peer), "whatever it tells");
        }
    }
}

#[test]
fn a_valid_request_is_answered_the_same_however_it_is_cut_into_pieces() {
    let served = Served::new();
    let request = request(&served.valid).repeat(3).into_bytes();
    let mut runner = TestRunner::new(Config {
        failure_persistence: None,
        ..Config::with_cases(50)
    });
    let cuts = prop::collection::btree_set(1..request.len(), 0..20);
    let ran = runner.run(&cuts, |cuts| {
        let mut stream = served.connect().expect("connected");
        let mut from = 0;
        for to in cuts.into_iter().chain([request.len()]) {
            stream.write_all(&request[from..to]).expect("sent");
            from = to;
        }
        stream.shutdown(Shutdown::Write).expect("no more");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("answered");
        prop_assert_eq!(
            answer.matches("HTTP/1.1 200 OK\r\n").count(),
            3,
            "{}",
            answer
        );
        Ok(())
    });
    ran.expect("three answers");
}

/// Kills the server when it is dropped, also where a test fails: whoever asks it goes on until then.
struct Kills<'a>(&'a Server, &'a AtomicBool);

impl Drop for Kills<'_> {
    fn drop(&mut self) {
        self.1.store(true, Ordering::SeqCst);
        self.0.signal(Signal::SIGKILL);
    }
}

/// How often the use of the locked key's secret was refused, and when the other key was used last.
fn noted(house: &House) -> (u32, Option<i64>) {
    let looked = house.behind();
    let refused = "SELECT uses_refused FROM api_key_secrets WHERE key = 2";
    let used = "SELECT last_sign_in_at FROM api_keys WHERE id = 1";
    (looked.row(refused, ()), looked.row(used, ()))
}

#[test]
fn a_server_that_is_killed_leaves_a_whole_database_and_a_socket_that_the_next_one_takes() {
    let mut served = Served::new();
    for round in 0..3 {
        let (refused, killed) = (AtomicU32::new(0), AtomicBool::new(false));
        let before = noted(&served.house).0;
        let (socket, secrets) = (served.house.path(SOCKET), [&*served.valid, &served.locked]);
        let load = || {
            let mut stream = connect(&socket).expect("connected");
            let mut both = || {
                Ok::<_, io::Error>([ask(&mut stream, secrets[0])?, ask(&mut stream, secrets[1])?])
            };
            while let Ok(answered) = both() {
                assert_eq!(answered, [200, 401]);
                refused.fetch_add(1, Ordering::SeqCst);
            }
            assert!(
                killed.load(Ordering::SeqCst),
                "only a dead server is silent"
            );
        };
        let seen = thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(load);
            }
            let kills = Kills(&served.server, &killed);
            eventually("refusals", || refused.load(Ordering::SeqCst) > 100);
            let answered = refused.load(Ordering::SeqCst);
            eventually("what was answered is noted", || {
                noted(&served.house).0 >= before + answered
            });
            let seen = noted(&served.house);
            drop(kills);
            seen
        });
        served.server.ended();
        let after = noted(&served.house);
        assert!(
            after >= seen && after.1.is_some(),
            "round {round}: {after:?} after {seen:?}"
        );
        let database = served.house.behind();
        if database.is_sqlite() {
            let whole: String = database.row("PRAGMA integrity_check", ());
            assert_eq!(whole, "ok");
        }
        let check = ["events", "--check", "--db"];
        let mut check = keyward(served.house.directory.path(), &check);
        check.arg(db(&served.house.database()));
        Command::from_std(check).assert().success();
        assert!(served.house.path(SOCKET).exists(), "it is left behind");
        served.server = start(&served.house);
        served.answers();
    }
}

#[test]
fn a_thousand_clients_that_send_a_byte_now_and_then_lock_nobody_out_and_are_cut_off() {
    let served = Served::new();
    let before = served.memory();
    let begin = |_| {
        let mut stream = served.connect().expect("connected");
        let begun = stream.write_all(b"GET /auth-request HTTP/1.1\r\nX: ");
        begun.map(|()| stream).expect("begun")
    };
    let slow: Vec<UnixStream> = (0..1_000).map(begin).collect();
    served.answers();
    assert!(
        served.memory() < before + 64 * 1024,
        "its memory is bounded"
    );
    // Each byte is a sign of life, and buys no time.
    eventually("all are cut off", || {
        let open = slow.iter().filter(|stream| {
            let mut stream: &UnixStream = stream;
            stream.write_all(b"a").is_ok()
        });
        open.count() == 0
    });
    served.answers();
    assert!(served.is_running());
}
