//! More than one process on one database, and processes that die.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use keyward::domain::list::{Filter, KeyRow};
use keyward::domain::secret::{IssuedSecret, Overlap};
use keyward::domain::trouble::Trouble;
use keyward::domain::verdict::Verdict;
use keyward::store::{Place, secrets};

use crate::support::database::raw::sqlite;
use crate::support::database::{Bench, NOW, authenticate, on_disk};
use crate::support::process::{again, ended_well, given};

#[test]
fn two_processes_creating_at_once_lose_no_key_and_no_event() {
    const KEYS: i64 = 60;
    if let Some((path, step)) = given() {
        let mut bench = Bench::on(Place::File(path));
        for number in 0..KEYS {
            bench.create(&format!("{step} {number}"));
        }
        return;
    }
    let (_directory, path) = on_disk();
    let name = "processes::two_processes_creating_at_once_lose_no_key_and_no_event";
    // The database is not there yet: they make that at once, too.
    let children: Vec<_> = ["one", "two", "three"]
        .into_iter()
        .map(|step| {
            again(name, &path, step)
                .stdout(Stdio::piped())
                .spawn()
                .expect("started")
        })
        .collect();
    for child in children {
        let output = child.wait_with_output().expect("ended");
        ended_well(&output);
    }
    let bench = Bench::on(Place::File(path));
    let counts = bench
        .service
        .counts(&bench.alice, &Filter::<KeyRow>::default())
        .expect("counted");
    assert_eq!(counts.all, 3 * KEYS);
    assert_eq!(bench.events().len(), 6 * 60);
}

/// The steps of issuing and delivering, and what the secrets shown so far are answered after dying there.
const STEPS: [(&str, &[&str]); 6] = [
    ("created", &["not-delivered"]),
    ("delivering", &["not-delivered"]),
    ("delivered", &["valid"]),
    ("issued", &["valid", "not-delivered"]),
    ("replacing", &["valid", "not-delivered"]),
    ("replaced", &["valid", "valid"]),
];

#[test]
fn a_process_killed_at_any_step_leaves_a_whole_and_truthful_database() {
    if let Some((path, step)) = given() {
        issue_and_deliver(&path, &step);
    }
    let name = "processes::a_process_killed_at_any_step_leaves_a_whole_and_truthful_database";
    for (step, answers) in STEPS {
        let (_directory, path) = on_disk();
        let mut child = again(name, &path, step)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("started");
        let output = BufReader::new(child.stdout.take().expect("piped"));
        let reached = output
            .lines()
            .map_while(Result::ok)
            .any(|line| line.ends_with("reached"));
        assert!(reached, "{step}");
        child.kill().expect("killed with SIGKILL");
        child.wait().expect("gone");

        let mut bench = Bench::on(Place::File(path.clone()));
        let whole: String = sqlite(&bench.place)
            .query_row("PRAGMA integrity_check", (), |row| row.get(0))
            .expect("checked");
        assert_eq!(whole, "ok", "{step}");
        let handed_out = fs::read_to_string(noted(&path)).expect("noted");
        let found: Vec<_> = handed_out
            .lines()
            .map(|secret| match authenticate(&mut bench.service, secret) {
                Ok(Verdict::Valid(_)) => "valid",
                Ok(Verdict::Refused(reason)) => reason.word(),
                Err(trouble) => panic!("{step}: {trouble:?}"),
            })
            .collect();
        assert_eq!(found, answers, "{step}");
        bench.events();
        let key = keyward::domain::id::KeyId(1);
        let properties = bench
            .service
            .key_properties(&bench.alice, key)
            .expect("read");
        assert_eq!(
            properties.key.facts.delivered,
            answers[0] == "valid",
            "{step}"
        );
        let next = bench.issue(key);
        bench.deliver(&next, Some(Overlap::None));
        assert_eq!(bench.refusal(&next), None, "{step}: work goes on");
    }
}

/// Where the process that dies notes the secrets that it was shown.
fn noted(path: &Path) -> PathBuf {
    path.with_extension("shown")
}

/// Goes as far as `last` and waits there to be killed.
fn issue_and_deliver(path: &Path, last: &str) -> ! {
    let mut bench = Bench::on(Place::File(path.to_owned()));
    let show = |issued: &IssuedSecret| {
        let mut file = fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(noted(path))
            .expect("opened");
        writeln!(file, "{}", issued.secret.expose()).expect("written");
    };
    // Half of a delivery, in a transaction that is never ended.
    let deliver_half = |bench: &Bench, issued: &IssuedSecret| {
        let half = bench.store().write(|tx| {
            if let Some(old) = secrets::live(tx, issued.key)?.current {
                secrets::retire(tx, old.id, NOW)?;
            }
            secrets::deliver(tx, issued.id, NOW)?;
            wait_here();
            Ok::<(), Trouble>(())
        });
        half.expect("never reached");
    };
    let first = bench.create("a");
    show(&first);
    if last == "created" {
        wait_here();
    }
    if last == "delivering" {
        deliver_half(&bench, &first);
    }
    bench.deliver(&first, None);
    if last == "delivered" {
        wait_here();
    }
    let second = bench.issue(first.key);
    show(&second);
    if last == "issued" {
        wait_here();
    }
    if last == "replacing" {
        deliver_half(&bench, &second);
    }
    bench.deliver(&second, Some(Overlap::Day));
    wait_here();
    unreachable!("killed before");
}

#[expect(
    clippy::print_stdout,
    reason = "how the parent learns that the step is reached"
)]
fn wait_here() {
    println!("\nreached");
    let mut line = String::new();
    let _ = std::io::stdin().read_line(&mut line);
}

#[test]
fn a_service_can_move_to_a_thread_of_its_own() {
    fn movable<T: Send + 'static>() {}
    movable::<keyward::service::Service>();
}
