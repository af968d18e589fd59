//! From the start to the end: what is refused, how it drains, and when it ends by itself.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::process::{Output, Stdio};

use keyward::auth::hash::Cost;
use nix::sys::signal::Signal;

use crate::support::database::{TWELFTH, as_made};
use crate::support::process::eventually;
use crate::support::server::{House, request};

/// What a server says that does not begin.
fn refused(house: &House, args: &[&str]) -> (Option<i32>, String) {
    let output = house.command(args).stdin(Stdio::null()).output();
    let Output { status, stderr, .. } = output.expect("ran");
    (status.code(), String::from_utf8(stderr).expect("UTF-8"))
}

const AUTH: &[&str] = &["--auth", "unix:auth.sock"];

#[test]
fn a_signal_ends_it_well_after_what_had_begun() {
    for signal in [Signal::SIGTERM, Signal::SIGINT] {
        let house = House::new();
        let mut server = house.serve(AUTH);
        let mut idle = server.connect("auth");
        assert_eq!(idle.ask("GET", "/auth-request", &[]).status, 401);
        let mut begun = server.connect("auth");
        begun.send("GET /auth-request HTTP/1.1\r\nhost: x");
        // Both are known to it: what came later was answered.
        assert_eq!(server.ask("auth", "GET", "/", &[]).status, 404);
        server.signal(signal);
        assert_eq!(idle.closed(), "", "an idle connection ends at once");
        eventually("the socket is removed", || {
            !house.path("auth.sock").exists()
        });
        begun.send("\r\n\r\n");
        assert_eq!(begun.answer().status, 401);
        assert_eq!(begun.closed(), "", "and the connection ends");
        assert_eq!(server.ended().code(), Some(0), "{}", server.log());
        let events = server.events();
        let told: Vec<_> = events.iter().map(|event| &event["event"]).collect();
        for event in ["ready", "draining", "ended"] {
            assert!(told.contains(&&event.into()), "{told:?}");
        }
    }
}

#[test]
fn whoever_does_not_come_to_an_end_is_cut_off() {
    let house = House::new();
    let mut server = house.serve(AUTH);
    let mut stuck = server.connect("auth");
    stuck.send("GET /auth-request HTTP/1.1\r\nhost: x");
    assert_eq!(server.ask("auth", "GET", "/", &[]).status, 404);
    server.signal(Signal::SIGTERM);
    assert_eq!(server.ended().code(), Some(0));
    assert_eq!(stuck.closed(), "");
}

#[test]
fn a_database_that_was_replaced_ends_it_and_is_never_answered_from() {
    for replace in [true, false] {
        let mut house = House::new();
        let (_, secret) = house.key("a");
        let mut server = house.serve(&[AUTH, &["--admin", "unix:admin.sock"]].concat());
        let mut client = server.connect("auth");
        let mut probe = server.connect("admin");
        let sent = [("api-secret-key", secret.expose())];
        let mut opens = || client.ask("GET", "/auth-request/read", &sent);
        assert_eq!(opens().status, 200);
        assert_eq!(probe.ask("GET", "/readyz", &[]).status, 200);
        fs::rename(house.database(), house.path("before.db")).expect("moved");
        if replace {
            drop(as_made(&house.path("other.db"), Cost::REAL));
            fs::rename(house.path("other.db"), house.database()).expect("replaced");
        }
        let answer = opens();
        assert_eq!(answer.status, 503, "{answer:?}");
        assert_eq!(answer.header("retry-after"), Some("1"));
        assert_eq!(server.ended().code(), Some(2), "{}", server.log());
        let all_json = server.log().lines().all(|line| line.starts_with('{'));
        assert!(all_json, "{}", server.log());
        server.has_logged("why", |event| {
            event["event"] == "draining" && event["reason"] == "database"
        });
    }
}

#[test]
fn a_probe_finds_a_database_that_is_gone_and_so_does_nobody_who_asks() {
    let house = House::new();
    let mut server = house.serve(&[AUTH, &["--admin", "127.0.0.1:0"]].concat());
    let mut probe = server.connect("admin");
    assert_eq!(probe.ask("GET", "/readyz", &[]).status, 200);
    fs::rename(house.database(), house.path("before.db")).expect("moved");
    let answer = probe.ask("GET", "/readyz", &[]);
    assert_eq!(answer.status, 503);
    assert_eq!(server.ended().code(), Some(2));

    let house = House::new();
    let mut server = house.serve(AUTH);
    fs::remove_file(house.database()).expect("removed");
    assert_eq!(server.ended().code(), Some(2), "without a request");
}

#[test]
fn a_newer_format_ends_it() {
    let mut house = House::new();
    let (_, secret) = house.key("a");
    let mut server = house.serve(AUTH);
    house.behind().set_version(10_000);
    let sent = [("api-secret-key", secret.expose())];
    let answer = server.ask("auth", "GET", "/auth-request/read", &sent);
    assert_eq!(answer.status, 503);
    assert_eq!(server.ended().code(), Some(2), "{}", server.log());
}

#[test]
fn it_serves_neither_nothing_nor_a_demonstration_nor_a_stranger() {
    let house = House::new();
    assert_eq!(refused(&house, &[]).0, Some(64));
    let (code, said) = refused(&house, &["--admin", "unix:admin.sock"]);
    assert_eq!(code, Some(64), "{said}");
    let mark = "UPDATE meta SET demonstration = TRUE";
    house.behind().execute(mark, ()).expect("marked");
    let (code, said) = refused(&house, AUTH);
    assert_eq!(code, Some(2));
    assert!(said.contains("--demo"), "{said}");
    let server = house.serve(&[AUTH, &["--demo"]].concat());
    assert_eq!(server.ask("auth", "GET", "/auth-request", &[]).status, 401);
    let missing = ["--auth", "unix:a.sock", "--db", "none.db"];
    let output = crate::support::program::keyward(house.directory.path(), &["serve"])
        .args(missing)
        .output()
        .expect("ran");
    assert_eq!(output.status.code(), Some(2));
    assert!(!house.path("none.db").exists() && !house.path("a.sock").exists());
}

#[test]
fn a_place_that_is_none_is_told_in_a_sentence() {
    let house = House::new();
    fs::write(house.path("file"), "something").expect("written");
    let _server = house.serve(AUTH);
    let long = format!("unix:{}", "x".repeat(108));
    for (listen, code, words) in [
        ("0.0.0.0:0", 64, "0.0.0.0:0"),
        ("[::]:80", 64, "[::]:80"),
        ("192.0.2.1:80", 64, "192.0.2.1:80"),
        ("localhost:80", 64, "localhost:80"),
        ("auth.sock", 64, "auth.sock"),
        ("systemd:auth", 64, "systemd:auth"),
        ("unix:file", 2, "unix:file"),
        ("unix:auth.sock", 2, "unix:auth.sock"),
        ("unix:none/auth.sock", 2, "unix:none/auth.sock"),
        (&long, 64, "107"),
    ] {
        let (found, said) = refused(&house, &["--auth", listen]);
        assert_eq!(found, Some(code), "{listen}: {said}");
        assert!(
            said.starts_with("keyward: ") && said.contains(words),
            "{said}"
        );
        assert_eq!(said.lines().count(), 1, "{said}");
    }
    let header = refused(&house, &["--auth", "unix:b.sock", "--header", "a b"]);
    assert_eq!(header.0, Some(64), "{}", header.1);
    let host = refused(&house, &["--auth", "unix:b.sock", "--trust", "10.0.0.1/8"]);
    assert!(
        host.0 == Some(64) && host.1.contains("10.0.0.0/8"),
        "{host:?}"
    );
    let none = refused(&house, &["--auth", "unix:b.sock", "--trust", "foo"]);
    assert_eq!(none.0, Some(64), "{}", none.1);
    for mode in ["8", "1777", "rw", "-1"] {
        let mode = ["--auth", "unix:b.sock", "--socket-mode", mode];
        assert_eq!(refused(&house, &mode).0, Some(64));
    }
}

#[test]
fn it_listens_wherever_it_is_asked_to() {
    let house = House::new();
    drop(std::os::unix::net::UnixListener::bind(house.path("left.sock")).expect("bound"));
    let args = "--auth unix:left.sock --auth 127.0.0.1:0 --auth [::1]:0 --admin unix:admin.sock \
                --socket-mode 600";
    let server = house.serve(&args.split_whitespace().collect::<Vec<_>>());
    let mode = fs::metadata(house.path("left.sock")).expect("there").mode();
    assert_eq!(mode & 0o777, 0o600);
    let events = server.events();
    let ready = events.iter().find(|event| event["event"] == "ready");
    let places = ready.expect("ready")["auth"].as_array().expect("places");
    assert_eq!(places.len(), 3);
    for place in places {
        let place = place.as_str().expect("a place");
        assert!(!place.ends_with(":0"), "{place}");
        let mut client = crate::support::server::Client::connect(place, house.directory.path());
        client.send(request("GET", "/auth-request", &[]));
        assert_eq!(client.answer().status, 401, "{place}");
    }
    let (status, _) = server.stop();
    assert_eq!(status.code(), Some(0));
    assert!(!house.path("left.sock").exists() && !house.path("admin.sock").exists());
}

#[test]
fn an_older_database_is_brought_up_to_date_at_the_start_with_a_backup() {
    let mut house = House::new();
    let (_, secret) = house.key("a");
    make_older(&house);
    let server = house.serve(AUTH);
    let sent = [("api-secret-key", secret.expose())];
    let answer = server.ask("auth", "GET", "/auth-request/read", &sent);
    assert_eq!(answer.status, 200, "{answer:?}");
    let names = fs::read_dir(house.directory.path()).expect("read");
    let names = names.map(|entry| entry.expect("an entry").file_name());
    let names: Vec<String> = names.filter_map(|name| name.into_string().ok()).collect();
    let is_backup = |name: &&String| name.starts_with("keyward.db.schema-11.");
    assert_eq!(names.iter().filter(is_backup).count(), 1, "{names:?}");
}

#[test]
fn a_demonstration_that_is_not_served_is_not_brought_up_to_date_either() {
    let house = House::new();
    let connection = rusqlite::Connection::open(house.database()).expect("opened");
    let marked = connection.execute_batch("UPDATE meta SET demonstration = 1");
    marked.expect("marked");
    make_older(&house);
    assert_eq!(refused(&house, AUTH).0, Some(2));
    let version = connection.pragma_query_value(None, "user_version", |row| row.get(0));
    assert_eq!(version, Ok(11));
}

/// Makes the database one of an earlier form.
fn make_older(house: &House) {
    let undone = "DROP INDEX api_keys_by_zone; DROP INDEX api_key_secrets_delivered; PRAGMA user_version = 11";
    // So many changes of the schema are not left in a log: they would look like another database's.
    let undone = format!("{TWELFTH} {undone}; PRAGMA wal_checkpoint(TRUNCATE)");
    let connection = rusqlite::Connection::open(house.database());
    connection
        .and_then(|it| it.execute_batch(&undone))
        .expect("undone");
}
