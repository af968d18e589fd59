//! `keyward doctor`, with the real program: each line says what is so, and nothing is changed, whatever state a database
//! is in.

use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;

use keyward::auth::hash::{Cost, Hasher};
use keyward::domain::time::{DAY, Timestamp};
use keyward::domain::user::Arrival;
use keyward::service::Service;
use keyward::store::Place;
use tempfile::TempDir;

mod support {
    #![allow(dead_code, reason = "a part of what the tests use")]
    pub mod database;
    pub mod process;
    pub mod program;
    pub mod pty;
    pub mod sentence;
}

use support::database::raw::sqlite;
use support::database::{CHEAP, SetClock, as_made, draft, service};
use support::program::{database_of, keyward};
use support::pty::Start;

/// A home with a database that has a key and its secret.
fn home() -> (TempDir, Service) {
    let home = tempfile::tempdir().expect("a directory");
    let (mut service, owner) = as_made(&database_of(home.path()), Cost::REAL);
    let issued = service
        .create_key(&owner, &draft("backup"))
        .expect("created");
    service.deliver(&owner, issued.id, None).expect("delivered");
    (home, service)
}

fn closed() -> TempDir {
    home().0
}

/// Everything that is in a directory, and when it was written.
fn state(directory: &Path) -> BTreeMap<PathBuf, (Vec<u8>, u32, i64, i64)> {
    let mut all = BTreeMap::new();
    for entry in fs::read_dir(directory).expect("read") {
        let path = entry.expect("one").path();
        let facts = fs::symlink_metadata(&path).expect("facts");
        let bytes = if facts.is_dir() {
            all.extend(state(&path));
            Vec::new()
        } else {
            fs::read(&path).unwrap_or_default()
        };
        let told = (bytes, facts.mode(), facts.mtime(), facts.mtime_nsec());
        all.insert(path, told);
    }
    all
}

/// What it says of each, by name: the result and the words; and its exit code. It changes nothing.
#[track_caller]
fn examined(home: &Path) -> (BTreeMap<String, (String, String)>, i32) {
    let before = state(home);
    let lines = keyward(home, &["doctor"]).output().expect("run");
    let output = keyward(home, &["doctor", "--json"])
        .stdin(Stdio::null())
        .output()
        .expect("run");
    assert!(state(home) == before, "nothing is changed");
    let code = output.status.code().expect("a code");
    assert_eq!(lines.status.code(), Some(code));
    assert!(output.stderr.is_empty() && lines.stderr.is_empty());
    for line in String::from_utf8(lines.stdout).expect("UTF-8").lines() {
        assert!(line.chars().count() <= 80, "{line}");
    }
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let checks = json["checks"].as_array().expect("a list").iter();
    let text =
        |check: &serde_json::Value, name: &str| check[name].as_str().expect("text").to_owned();
    let checks = checks.map(|check| {
        let told = (text(check, "result"), text(check, "said"));
        (text(check, "name"), told)
    });
    (checks.collect(), code)
}

#[track_caller]
fn finds(home: &Path, name: &str, result: &str, words: &str) {
    let (checks, code) = examined(home);
    let (found, said) = &checks[name];
    assert_eq!(found, result, "{said}");
    assert!(said.contains(words), "{said}");
    let failed = checks.values().any(|(result, _)| result == "failed");
    assert_eq!(code, i32::from(failed), "{checks:?}");
}

const ALL: [&str; 16] = [
    "account",
    "chain",
    "clipboard",
    "clock",
    "database",
    "fileSystem",
    "journal",
    "locale",
    "log",
    "modes",
    "owner",
    "pages",
    "schema",
    "space",
    "terminal",
    "version",
];

#[test]
fn a_healthy_database_has_every_line_and_none_that_failed_open_or_closed() {
    let (home, service) = home();
    for open in [Some(service), None] {
        let (checks, code) = examined(home.path());
        let names: Vec<&str> = checks.keys().map(String::as_str).collect();
        assert_eq!(names, ALL);
        assert_eq!(code, 0, "{checks:?}");
        for name in [
            "database", "owner", "modes", "journal", "log", "pages", "schema", "chain", "clock",
        ] {
            assert_eq!(checks[name].0, "ok", "{name} {checks:?}");
        }
        drop(open);
    }
}

#[test]
fn a_log_without_its_index_is_read_and_left_as_it_is() {
    for with_index in [true, false] {
        let (home, service) = home();
        let other = tempfile::tempdir().expect("a directory");
        let path = database_of(other.path());
        fs::create_dir_all(path.parent().expect("one")).expect("made");
        for suffix in ["", "-wal", "-shm"] {
            if suffix == "-shm" && !with_index {
                continue;
            }
            let name = |path: &Path| format!("{}{suffix}", path.display());
            fs::copy(name(&database_of(home.path())), name(&path)).expect("copied");
        }
        drop(service);
        finds(other.path(), "chain", "ok", "4 events");
    }
}

/// What is done to a database, and what is said of it then.
type Case<'a> = (&'a str, &'a dyn Fn(&Path), &'a str);

#[test]
fn a_database_that_cannot_be_opened_is_told_as_whoever_opens_it_is_told() {
    let cases: [Case; 6] = [
        (
            "missing",
            &|path| fs::remove_file(path).expect("removed"),
            "There is no database",
        ),
        (
            "empty",
            &|path| fs::write(path, "").expect("written"),
            "is empty",
        ),
        (
            "text",
            &|path| fs::write(path, "no database at all").expect("written"),
            "not a Keyward database",
        ),
        (
            "foreign",
            &|path| {
                fs::remove_file(path).expect("removed");
                let other = sqlite(&Place::File(path.to_owned()));
                other.execute_batch("CREATE TABLE guest (x)").expect("made");
                fs::set_permissions(path, Permissions::from_mode(0o600)).expect("set");
            },
            "another application",
        ),
        (
            "writable",
            &|path| fs::set_permissions(path, Permissions::from_mode(0o666)).expect("set"),
            "chmod",
        ),
        (
            "directory",
            &|path| {
                fs::remove_file(path).expect("removed");
                fs::create_dir(path).expect("made");
            },
            "is a directory",
        ),
    ];
    for (name, damage, words) in cases {
        let home = closed();
        damage(&database_of(home.path()));
        let (checks, code) = examined(home.path());
        assert_eq!(code, 1, "{name}");
        let (result, said) = &checks["database"];
        assert_eq!(result, "failed", "{name}");
        assert!(said.contains(words), "{name}: {said}");
        let mends = ["missing", "empty", "text"].contains(&name);
        assert!(!mends || said.contains("keyward restore FILE"), "{said}");
        assert!(!checks.contains_key("chain"), "{name}");
    }
}

#[test]
fn each_thing_that_is_wrong_inside_is_told_in_its_own_line() {
    let change = |sql: &str| {
        let home = closed();
        let connection = sqlite(&Place::File(database_of(home.path())));
        connection.execute_batch(sql).expect("changed");
        home
    };
    let home = change("CREATE TABLE guest (x)");
    finds(home.path(), "schema", "failed", "guest was added");
    let home = change("PRAGMA user_version = 99");
    finds(home.path(), "schema", "failed", "of a newer Keyward");
    let home = change("PRAGMA user_version = 9");
    finds(home.path(), "schema", "warning", "leaves a backup");
    let home = closed();
    let path = database_of(home.path());
    fs::set_permissions(&path, Permissions::from_mode(0o644)).expect("set");
    fs::set_permissions(path.parent().expect("one"), Permissions::from_mode(0o755)).expect("set");
    finds(home.path(), "modes", "warning", "chmod go=");
    let home = closed();
    let path = database_of(home.path());
    let connection = sqlite(&Place::File(path.clone()));
    let root = "SELECT rootpage FROM sqlite_schema WHERE name = 'api_keys_by_name'";
    let page: u32 = connection
        .query_row(root, (), |row| row.get(0))
        .expect("a page");
    drop(connection);
    let mut bytes = fs::read(&path).expect("read");
    let page = usize::try_from(page - 1).expect("a number") * 4_096;
    bytes[page..page + 64].fill(0xff);
    fs::write(&path, bytes).expect("damaged");
    finds(home.path(), "pages", "failed", "restore a backup");
}

#[test]
fn a_clock_that_was_set_back_is_told_whatever_was_recorded_since() {
    let home = tempfile::tempdir().expect("a directory");
    let place = Place::File(database_of(home.path()));
    let clock = Arc::new(SetClock::new(Timestamp(60_000 * DAY)));
    let mut service = service(&place, &clock, &Hasher::new(CHEAP), 1);
    let alice = service.sign_in("alice", &Arrival::default()).expect("in");
    service.create_key(&alice, &draft("late")).expect("created");
    clock.set(-50_000 * DAY);
    service
        .create_key(&alice, &draft("early"))
        .expect("created");
    drop(service);
    finds(home.path(), "clock", "warning", "Set this machine's clock");
}

#[test]
fn what_killed_restores_have_left_is_named_and_removed_by_the_next_one() {
    let home = closed();
    let directory = database_of(home.path()).parent().expect("one").to_owned();
    let mut gone = std::process::Command::new("true").spawn().expect("started");
    let gone_id = gone.id();
    gone.wait().expect("ended");
    let old = std::time::UNIX_EPOCH + std::time::Duration::from_hours(2);
    let make = |name: String, is_old: bool| {
        let path = directory.join(name);
        fs::write(&path, "half").expect("written");
        if is_old {
            let file = fs::File::options().write(true).open(&path).expect("opened");
            file.set_modified(old).expect("set");
        }
        path
    };
    let of = |process: u32, end: &str| format!("keyward.db.new-{process}-0123456789abcdef{end}");
    let left = [make(of(gone_id, ""), true), make(of(gone_id, "-wal"), true)];
    let kept = [
        make(of(gone_id, "-shm"), false),
        make(of(std::process::id(), ""), true),
        make(of(gone_id, ".mine"), true),
        make(
            "keyward.db.before-restore-20260101T000000Z.exchange".to_owned(),
            true,
        ),
        make(
            "keyward.db.before-restore-20260101T000000Z".to_owned(),
            true,
        ),
        make("other.db".to_owned() + &of(gone_id, ""), true),
    ];
    finds(home.path(), "left", "warning", &of(gone_id, ""));
    finds(home.path(), "left", "warning", "20260101T000000Z.exchange");
    let copy = home.path().join("copy.db");
    for args in [
        &["backup", "copy.db"][..],
        &["restore", &copy.display().to_string(), "--yes"],
    ] {
        let done = keyward(home.path(), args).output().expect("run");
        assert!(done.status.success(), "{done:?}");
    }
    for path in &left {
        assert!(!path.exists(), "{}", path.display());
    }
    for path in &kept {
        assert!(path.exists(), "{}", path.display());
    }
}

#[test]
fn a_clock_behind_the_newest_event_is_told() {
    let home = tempfile::tempdir().expect("a directory");
    let path = database_of(home.path());
    let clock = Arc::new(SetClock::new(Timestamp(60_000 * DAY)));
    let place = Place::File(path);
    let mut service = service(&place, &clock, &Hasher::new(CHEAP), 1);
    let alice = service.sign_in("alice", &Arrival::default());
    service
        .create_key(&alice.expect("in"), &draft("late"))
        .expect("created");
    drop(service);
    finds(home.path(), "clock", "warning", "Set this machine's clock");
}

#[test]
fn a_long_path_is_shown_in_one_piece() {
    let home = tempfile::tempdir().expect("a directory");
    let path = home.path().join("x".repeat(100)).join("keys.db");
    fs::create_dir(path.parent().expect("a directory")).expect("made");
    let (service, _) = as_made(&path, CHEAP);
    drop(service);
    let path = path.to_str().expect("UTF-8");
    let output = keyward(home.path(), &["doctor", "--db", path]).output();
    let said = String::from_utf8(output.expect("run").stdout).expect("UTF-8");
    assert!(said.contains(path), "{said}");
}

#[test]
fn a_path_with_the_shape_of_a_secret_is_not_shown() {
    let home = tempfile::tempdir().expect("a directory");
    let secret = "1:VHQ9xeJNKkE7FZWEwSJt9uzPxMqozXtjVGwza0w-6ug=";
    let output = keyward(home.path(), &["doctor"])
        .env("KEYWARD_DB", home.path().join(secret.replace('-', "/")))
        .output()
        .expect("run");
    let said = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(!said.contains("VHQ9xeJNKkE7"), "{said}");
}

#[test]
fn a_log_that_a_long_reader_lets_grow_is_told_and_short_again_after_it() {
    let (home, service) = home();
    let place = Place::File(database_of(home.path()));
    // Nobody in this process reads the files meanwhile: closing one would drop this process's locks on it.
    let said = || {
        let output = keyward(home.path(), &["doctor", "--json"]).output();
        String::from_utf8(output.expect("run").stdout).expect("UTF-8")
    };
    let reader = sqlite(&place);
    reader
        .execute_batch("BEGIN; SELECT count(*) FROM events;")
        .expect("reads");
    let writer = sqlite(&place);
    writer
        .execute_batch("CREATE TABLE guest (x); INSERT INTO guest VALUES (zeroblob(70000000))")
        .expect("written");
    assert!(said().contains("reading for long"), "{}", said());
    let mut console = Start::new(home.path(), &[]).go();
    console.see("keeps it from being written");
    console.quits();
    drop(reader);
    drop(writer);
    let mut service = service;
    let owner = service.sign_in(
        &keyward::config::Config::read().account.user_name(),
        &Arrival::default(),
    );
    let owner = owner.expect("in");
    for name in ["one", "two", "three"] {
        service.create_key(&owner, &draft(name)).expect("created");
    }
    let log = database_of(home.path()).with_file_name("keyward.db-wal");
    let bytes = fs::metadata(log).expect("there").len();
    assert!(bytes < 8 * 1024 * 1024, "{bytes}");
    assert!(!said().contains("reading for long"), "{}", said());
}

#[test]
fn a_write_lock_that_is_kept_is_told_with_who_keeps_it() {
    let (home, _service) = home();
    let writer = sqlite(&Place::File(database_of(home.path())));
    // Nobody in this process reads the files meanwhile: closing one would drop this process's locks on it.
    let said = || {
        let output = keyward(home.path(), &["doctor", "--json"]).output();
        String::from_utf8(output.expect("run").stdout).expect("UTF-8")
    };
    let told = format!("ps -p {}", std::process::id());
    assert!(!said().contains(&told));
    writer.execute_batch("BEGIN IMMEDIATE").expect("locked");
    assert!(said().contains(&told), "{}", said());
}
