//! `keyward move`: a database leaves its file for a server, whole, and nothing is lost where that fails.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;

use keyward::auth::hash::Hasher;
use keyward::auth::random::predictable;
use keyward::clock::Clock;
use keyward::domain::event::chain::Head;
use keyward::domain::list::WindowQuery;
use keyward::domain::time::DAY;
use keyward::domain::trouble::{Fault, OpenFault, ServerFault, Trouble};
use keyward::service::moving::{Move, NotMoved};
use keyward::service::{Service, demo};
use keyward::store::{Place, Store, events};
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
use support::database::{
    Bench, CHEAP, NOW, SetClock, account, everything, filter, on_disk, on_server, raw,
};
use support::process::skip;
use support::program::keyward;
use support::pty::Start;

/// A public key for `ssh-line`.
const KEY: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl test\n";

/// A database in a file with the demo's keys and more, and a place on a server.
fn filled() -> Option<(TempDir, Bench, Place)> {
    let Some(to) = on_server() else {
        skip("there is no PostgreSQL");
        return None;
    };
    let (directory, path) = on_disk();
    let mut bench = Bench::on(Place::File(path));
    demo::seed(&mut bench.service, "alice", demo::KEYS, &mut |_| Ok(())).expect("seeded");
    Some((directory, bench, to))
}

/// Moves it; where a table is named, it is stopped before that is copied.
fn moved(bench: &mut Bench, to: &Place, until: Option<&str>) -> Result<Head, NotMoved> {
    let mut told = |table: &str| match until {
        Some(last) if last == table => Err(Trouble::Storage(Fault::Superseded)),
        _ => Ok(()),
    };
    let what = Move {
        account: &account(),
        from: "keyward.db",
        to: "postgres:",
        told: &mut told,
    };
    bench.service.move_to(to, what)
}

/// All rows of the list of keys, whatever state they are in.
fn rows(bench: &Bench) -> Vec<String> {
    let query = WindowQuery {
        filter: filter("state:any"),
        rows: 1_000,
        ..everything()
    };
    let window = bench.service.window(&bench.alice, &query).expect("rows");
    window.rows.iter().map(|row| format!("{row:?}")).collect()
}

/// Why it is not opened.
fn refused(place: &Place) -> Option<OpenFault> {
    match Store::open_existing(place, &account()) {
        Ok(_) => None,
        Err(Trouble::Open(_, fault)) => Some(fault),
        Err(other) => panic!("{other:?}"),
    }
}

#[test]
fn everything_is_on_the_server_as_it_was_in_the_file() {
    let Some((_directory, mut bench, to)) = filled() else {
        return;
    };
    let issued = bench.delivered("in use");
    // The trail begins behind a checkpoint.
    bench.clock.advance(400 * DAY);
    let alice = bench.alice.clone();
    bench.create("one day");
    let until = bench.clock.now().plus(-DAY);
    let prefix = bench
        .service
        .prunable_events(&alice, until)
        .expect("asked")
        .expect("some");
    bench
        .service
        .prune_events(&alice, &prefix, "/tmp/old")
        .expect("pruned");
    let last = bench.create("last").key;
    let kept = bench.service.store().read(events::head).expect("a head");
    let there = rows(&bench);
    let head = moved(&mut bench, &to, None).expect("moved");
    assert_eq!(head.sequence, kept.sequence + 1, "one event tells of it");
    let mut on_server = Bench::on(to);
    on_server.clock.advance(400 * DAY);
    assert_eq!(rows(&on_server), there);
    let told = on_server.events().last().cloned().expect("an event");
    assert!(told.0 == 9011 || told.0 == 600, "{told:?}");
    let store = on_server.store();
    assert_eq!(store.read(|tx| events::is_there(tx, &kept)), Ok(true));
    assert_eq!(store.read(|tx| events::is_there(tx, &head)), Ok(true));
    assert_eq!(on_server.refusal(&issued), None, "the secret works on");
    assert!(on_server.create("next").key > last, "no ID is given again");
}

#[test]
fn a_moved_file_opens_for_nobody_not_even_for_who_has_it_open() {
    let Some((_directory, mut bench, to)) = filled() else {
        return;
    };
    let mut beside = bench.beside();
    moved(&mut bench, &to, None).expect("moved");
    let gone = Err(Fault::OnServer);
    assert_eq!(beside.service.store().read(events::head), gone);
    let alice = beside.alice.clone();
    let written = beside
        .service
        .create_key(&alice, &support::database::draft("late"));
    assert_eq!(written.map(|_| ()), Err(Trouble::Storage(Fault::OnServer)));
    let told = refused(&bench.place);
    assert_eq!(
        told,
        Some(OpenFault::Moved {
            to: "postgres:".to_owned()
        })
    );
    let read = Store::open_to_read(&bench.place, &account()).map(|_| ());
    assert!(
        matches!(read, Err(Trouble::Open(_, OpenFault::Moved { .. }))),
        "{read:?}"
    );
    assert_eq!(refused(&to), None);
}

#[test]
fn whatever_stops_it_the_file_stays_as_it_was_and_nothing_is_on_the_server() {
    let Some((_directory, mut bench, to)) = filled() else {
        return;
    };
    let before = bench.dump();
    for table in ["meta", "api_keys", "events"] {
        let stopped = moved(&mut bench, &to, Some(table));
        let why = Trouble::Storage(Fault::Superseded);
        assert_eq!(stopped, Err(NotMoved::Trouble(why)), "{table}");
        assert_eq!(bench.dump(), before, "{table}");
        assert_eq!(refused(&to), Some(OpenFault::Missing), "{table}");
    }
    // What is not as Keyward makes it is not carried on.
    raw(&bench.place)
        .execute_batch("DROP TRIGGER events_never_change")
        .expect("dropped");
    let flawed = moved(&mut bench, &to, None);
    assert!(
        matches!(flawed, Err(NotMoved::Trouble(Trouble::Flawed(_)))),
        "{flawed:?}"
    );
    assert_eq!(refused(&to), Some(OpenFault::Missing));
    assert_eq!(refused(&bench.place), None);
}

#[test]
fn it_is_moved_from_a_file_to_an_empty_place_on_a_server_alone() {
    let Some((_directory, mut bench, to)) = filled() else {
        return;
    };
    let before = bench.dump();
    let into_file = moved(&mut bench, &Place::File("other.db".into()), None);
    let Err(NotMoved::Trouble(Trouble::Open(_, OpenFault::InFile))) = into_file else {
        panic!("{into_file:?}");
    };
    let mut there = Bench::on(to.clone());
    there.create("mine");
    let dump = raw(&to).dump();
    let full = moved(&mut bench, &to, None);
    let not_empty = OpenFault::Server(ServerFault::NotEmpty);
    let Err(NotMoved::Trouble(Trouble::Open(_, fault))) = full else {
        panic!("{full:?}");
    };
    assert_eq!(fault, not_empty);
    assert_eq!(raw(&to).dump(), dump);
    assert_eq!(bench.dump(), before);
    let of_server = moved(&mut there, &to, None);
    let Err(NotMoved::Trouble(Trouble::Open(_, OpenFault::OnServer))) = of_server else {
        panic!("{of_server:?}");
    };
}

#[test]
fn a_demo_on_a_server_is_made_whole_or_not_at_all() {
    let Some(to) = on_server() else {
        return skip("there is no PostgreSQL");
    };
    let make = |fails: bool| {
        let fill = |store| {
            let clock = Arc::new(SetClock::new(NOW));
            let mut service = Service::new(store, clock, predictable(1), Hasher::new(CHEAP))?;
            demo::seed(&mut service, "alice", 60, &mut |_| Ok(()))?;
            if fails {
                return Err(Fault::Superseded.into());
            }
            Ok(())
        };
        Store::make_filled(&to, &account(), NOW, &mut |_| Ok(()), fill)
    };
    assert_eq!(make(true), Err(Fault::Superseded.into()));
    assert_eq!(refused(&to), Some(OpenFault::Missing));
    assert_eq!(make(false), Ok(()));
    assert_eq!(refused(&to), None);
    let again = make(false);
    let Err(Trouble::Open(_, OpenFault::Server(ServerFault::NotEmpty))) = again else {
        panic!("{again:?}");
    };
    let mut bench = Bench::on(to);
    assert_eq!(rows(&bench).len(), 60, "what was there stays");
    bench.create("the next ID is free");
}

#[test]
fn the_commands_for_files_say_that_it_is_on_a_server_and_doctor_looks_at_it() {
    let Some((directory, bench, to)) = filled() else {
        return;
    };
    let Place::Server(address) = &to else {
        panic!("a server");
    };
    let Place::File(file) = &bench.place else {
        panic!("a file");
    };
    let home = directory.path();
    let run = |words: &[&str]| {
        let output = keyward(home, words)
            .stdin(Stdio::null())
            .output()
            .expect("run");
        let said = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
        (
            output.status.code(),
            said(output.stdout),
            said(output.stderr),
        )
    };
    let file_name = file.display().to_string();
    let (code, _, said) = run(&["move", &file_name, address]);
    assert_eq!(code, Some(64), "{said}");
    drop(bench);
    let (code, told, said) = run(&["move", &file_name, address, "--yes"]);
    assert_eq!(code, Some(0), "{said}");
    assert!(told.starts_with("Moved: postgres"), "{told}");
    let (code, _, said) = run(&["key", "list", "--db", &file_name]);
    assert!(
        code == Some(2) && said.contains(&format!("was moved to {address}")),
        "{said}"
    );
    let copy = home.join("copy.db").display().to_string();
    let (code, told, said) = run(&["backup", &copy, "--db", address]);
    assert!(code == Some(2) && told.contains("intact"), "{told}{said}");
    assert!(
        said.contains("umask 077; pg_dump") && fs::metadata(&copy).is_err(),
        "{said}"
    );
    let (code, _, said) = run(&["restore", &copy, "--db", address]);
    assert!(code == Some(2) && said.contains("is on a server"), "{said}");
    let (code, told, _) = run(&["doctor", "--db", address]);
    assert_eq!(code, Some(0), "{told}");
    for line in [
        "PostgreSQL 1",
        "Unix socket",
        "keyward_owner",
        "as Keyward creates it",
        "intact",
    ] {
        assert!(told.contains(line), "{line}: {told}");
    }
    let key = home.join("key.pub");
    fs::write(&key, KEY).expect("written");
    let key = key.display().to_string();
    let (code, told, said) = run(&["ssh-line", "--user", "alice", &key, "--db", address]);
    assert!(
        code == Some(0) && told.contains(&format!("--db '{address}'")),
        "{told}{said}"
    );
    let with_password = "postgres://alice:sesame@db1/keyward";
    let (code, told, said) = run(&["doctor", "--db", with_password]);
    assert_eq!(code, Some(64));
    assert!(!(told + &said).contains("sesame"));
}

/// Every file of a directory, with what is in it.
fn files(directory: &Path) -> Vec<(String, Vec<u8>)> {
    let found = fs::read_dir(directory).expect("listed");
    let mut files: Vec<_> = found
        .map(|file| {
            let path = file.expect("a file").path();
            (path.display().to_string(), fs::read(&path).expect("read"))
        })
        .collect();
    files.sort();
    files
}

#[test]
fn an_older_file_is_as_it_was_until_it_was_said_that_it_is_moved() {
    let Some((_directory, _bench, to)) = filled() else {
        return;
    };
    let home = tempfile::tempdir().expect("a directory");
    let folder = home.path().join("data");
    fs::create_dir(&folder).expect("made");
    fs::set_permissions(&folder, Permissions::from_mode(0o700)).expect("set");
    let file = folder.join("keyward.db");
    fs::write(&file, "").expect("made");
    fs::set_permissions(&file, Permissions::from_mode(0o600)).expect("set");
    let older = sqlite(&Place::File(file.clone()));
    for sql in [
        include_str!("../assets/migrations/0001_keys.sql"),
        include_str!("store/first_issue.sql"),
    ] {
        older.execute_batch(sql).expect("made");
    }
    drop(older);
    let before = files(&folder);
    let from = file.display().to_string();
    let Place::Server(address) = &to else {
        panic!("a server");
    };
    let run = |words: &[&str]| {
        let output = keyward(home.path(), words).stdin(Stdio::null()).output();
        output.expect("run").status.code()
    };
    let nowhere = "postgres:///keyward?host=/nowhere";
    for (to, code) in [(nowhere, 2), ("other.db", 2)] {
        assert_eq!(run(&["move", &from, to, "--yes"]), Some(code), "{to}");
        assert_eq!(files(&folder), before, "{to}");
    }
    assert_eq!(run(&["move", &from, address]), Some(64));
    assert_eq!(files(&folder), before, "nobody can be asked");
    let words = ["move", &from, address];
    let mut asked = Start::new(home.path(), &words).go();
    asked.says("cli.sure");
    asked.send("n\n");
    assert_ne!(asked.end(), 0);
    assert_eq!(files(&folder), before, "the answer is no");
    assert_eq!(refused(&to), Some(OpenFault::Missing));

    assert_eq!(run(&["move", &from, address, "--yes"]), Some(0));
    assert_eq!(refused(&to), None);
    // Into what is not empty nothing goes.
    let other = folder.join("other.db");
    fs::write(&other, &before[0].1).expect("written");
    fs::set_permissions(&other, Permissions::from_mode(0o600)).expect("set");
    let with_other = files(&folder);
    let other = other.display().to_string();
    assert_eq!(run(&["move", &other, address, "--yes"]), Some(2));
    assert_eq!(files(&folder), with_other);
}
