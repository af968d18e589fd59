//! A process that is killed at its n-th write leaves a database that opens, as it was before or as it was to become.

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::Stdio;

use keyward::domain::id::KeyId;
use keyward::store::{Place, Store, api_keys, events, users};

use crate::migration;
use crate::support::database::raw::sqlite;
use crate::support::database::{Bench, NOW, account, on_disk};
use crate::support::inject::{self, injected};
use crate::support::process::{again, given, skip};

/// Runs this test again, once for each write of a system call, and kills it there; then looks at what is left.
#[track_caller]
fn killed_at_each(
    name: &str,
    calls: &[(&str, usize)],
    before: impl Fn(&Path),
    after: impl Fn(&Path, bool),
) {
    if !inject::is_there() {
        return skip("strace is not there");
    }
    for (call, step) in calls {
        let mut kills = 0;
        for at in (1..).step_by(*step) {
            let (_directory, path) = on_disk();
            before(&path);
            let what = format!("{call}:signal=KILL:when={at}");
            let status = injected(&again(name, &path, ""), &[], &[&what])
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .status()
                .expect("run");
            let killed = status.signal() == Some(9) || status.code() == Some(137);
            assert!(killed || status.success(), "{what}: {status}");
            after(&path, !killed);
            if !killed {
                break;
            }
            kills += 1;
        }
        assert!(kills > 0, "{call} was never reached");
    }
}

fn open(path: &Path) -> Store {
    let place = Place::File(path.to_owned());
    Store::create_or_open(&place, &account(), NOW, &mut |_| Ok(())).expect("opened")
}

/// Whole by `SQLite`'s word, and by the chain's.
fn whole(store: &Store, path: &Path) -> i64 {
    let place = Place::File(path.to_owned());
    let ok: String = sqlite(&place)
        .query_row("PRAGMA integrity_check", (), |row| row.get(0))
        .expect("checked");
    assert_eq!(ok, "ok");
    let chain = store
        .read(|tx| events::check_chain(tx, None))
        .expect("read");
    chain.expect("a whole chain").events
}

#[test]
fn making_a_new_database_killed_at_any_write_can_be_done_again() {
    if let Some((path, _)) = given() {
        drop(Bench::on(Place::File(path)));
        return;
    }
    killed_at_each(
        "power::making_a_new_database_killed_at_any_write_can_be_done_again",
        &[
            ("write", 1),
            ("pwrite64", 1),
            ("renameat2", 1),
            ("fsync", 1),
        ],
        |_| {},
        |path, done| {
            let entries = fs::read_dir(path.parent().expect("a directory")).expect("read");
            let names: Vec<_> = entries
                .map(|entry| {
                    entry
                        .expect("read")
                        .file_name()
                        .into_string()
                        .expect("text")
                })
                .collect();
            let left = names.iter().filter(|name| name.contains(".new-")).count();
            assert!(left <= usize::from(!done), "{names:?}");
            if path.exists() {
                assert!(fs::metadata(path).expect("there").len() > 0);
            }
            let store = open(path);
            assert_eq!(whole(&store, path), 0);
            let first = store.read(|tx| users::by_name(tx, "alice"));
            assert!(first.expect("read").is_some());
        },
    );
}

#[test]
fn bringing_an_older_database_up_to_date_killed_at_any_write_can_be_done_again() {
    if let Some((path, _)) = given() {
        drop(open(&path));
        return;
    }
    let name = "power::bringing_an_older_database_up_to_date_killed_at_any_write_can_be_done_again";
    for version in [1, 2] {
        let make = |path: &Path| {
            let connection = migration::made(path);
            if version == 2 {
                connection.execute_batch(migration::SECOND).expect("made");
            }
        };
        let (_directory, path) = on_disk();
        make(&path);
        let events: i64 = sqlite(&Place::File(path))
            .query_row("SELECT count(*) FROM events", (), |row| row.get(0))
            .expect("counted");
        killed_at_each(name, &[("pwrite64", 9), ("fsync", 1)], make, |path, _| {
            let store = open(path);
            assert_eq!(whole(&store, path), events);
            let key = store.read(|tx| api_keys::get(tx, KeyId(1)));
            assert!(key.expect("read").is_some());
        });
    }
}

#[test]
fn a_checkpoint_killed_at_any_write_loses_nothing() {
    let name = "power::a_checkpoint_killed_at_any_write_loses_nothing";
    if let Some((path, _)) = given() {
        // The last connection's end writes the log into the database.
        drop(Store::open_existing(&Place::File(path), &account()).expect("opened"));
        return;
    }
    let (origin, path) = on_disk();
    let mut bench = Bench::on(Place::File(path));
    let keys: Vec<_> = (0..20).map(|n| bench.delivered(&n.to_string())).collect();
    let events = bench.events().len();
    let copy = |path: &Path| {
        for suffix in ["", "-wal"] {
            let name = format!("keyward.db{suffix}");
            // By another process: this one would drop SQLite's locks.
            let copied = std::process::Command::new("cp")
                .arg("-p")
                .args([origin.path().join(&name), path.with_file_name(&name)])
                .status();
            assert!(copied.expect("run").success());
        }
    };
    killed_at_each(
        name,
        &[
            ("pwrite64", 1),
            ("fsync", 1),
            ("ftruncate", 1),
            ("unlink", 1),
        ],
        copy,
        |path, _| {
            // Twice: killed again at the same place it would be just as well.
            for _ in 0..2 {
                let mut again = Bench::on(Place::File(path.to_owned()));
                assert!(keys.iter().all(|key| again.refusal(key).is_none()));
                assert_eq!(again.events().len(), events);
            }
        },
    );
}
