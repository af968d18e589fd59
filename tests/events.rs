//! `keyward events` as its callers see it: what is printed, what a chain that was tampered with gives, the exit code.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Output, Stdio};

use assert_cmd::Command;
use keyward::auth::random::{Random, SystemRandom};
use keyward::config::Config;
use keyward::domain::event::{API_KEY, EventKind, NewEvent, Signature, Target};
use keyward::domain::id::{UserId, Who};
use keyward::domain::time::{DAY, HOUR, Timestamp};
use keyward::store::{Store, events};
use serde_json::{Value, json};
use tempfile::TempDir;

#[path = "support"]
mod support {
    #![allow(dead_code, reason = "a part of what the tests use")]
    pub mod database;
    pub mod process;
    pub mod program;
}

use support::database::{Raw, at, create_or_open, raw, told};
use support::program::{database_of, keyward};

/// 2026-11-22 16:00 UTC.
const NOW: Timestamp = Timestamp(1_795_363_200_000);
/// 2020-11-22 16:00 UTC: before any clock that the program may find.
const PAST: Timestamp = Timestamp(1_606_060_800_000);

/// A database with a trail of the test's own.
struct Trail {
    directory: TempDir,
    store: Store,
}

impl Trail {
    fn new() -> Trail {
        let directory = tempfile::tempdir().expect("directory");
        let account = Config::read().account;
        let place = at(&database_of(directory.path()));
        let fill = &mut |bytes: &mut [u8]| SystemRandom.fill(bytes);
        let store = create_or_open(&place, &account, NOW, fill);
        Trail { directory, store }
    }

    /// A trail with an event for each of these instants.
    fn at(instants: &[Timestamp]) -> Trail {
        let mut trail = Trail::new();
        for at in instants {
            trail.append(*at, "backup", json!({}));
        }
        trail
    }

    fn append(&mut self, at: Timestamp, name: &str, body: Value) {
        let event = NewEvent {
            kind: EventKind::ApiKeyUpdated,
            actor: Some(Signature {
                who: Who::User(UserId(1)),
                name: "alice".to_owned(),
            }),
            target: Target {
                kind: API_KEY,
                id: 42,
                name: name.to_owned(),
            },
            body,
        };
        self.store
            .write(|tx| events::append(tx, at, event))
            .expect("recorded");
    }

    fn database(&self) -> PathBuf {
        database_of(self.directory.path())
    }

    /// A connection past the program.
    fn behind(&self) -> Raw {
        raw(&at(&self.database()))
    }

    fn sql(&self, sql: &str) {
        self.behind().execute_batch(sql).expect(sql);
    }

    fn command(&self, args: &[&str]) -> std::process::Command {
        let mut command = keyward(self.directory.path(), &["events"]);
        command.envs(told(&self.database()));
        command.env("TZ", "Europe/Berlin").args(args);
        command
    }

    fn run(&self, args: &[&str]) -> Output {
        Command::from_std(self.command(args)).output().expect("ran")
    }

    /// What is printed, where it goes well.
    fn prints(&self, args: &[&str]) -> String {
        let output = self.run(args);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!((output.status.code(), &*said), (Some(0), ""), "{args:?}");
        String::from_utf8(output.stdout).expect("UTF-8")
    }

    /// The exit code and the sentence on standard error, where nothing is printed.
    fn refuses(&self, args: &[&str]) -> (i32, String) {
        let output = self.run(args);
        assert_eq!(String::from_utf8_lossy(&output.stdout), "", "{args:?}");
        let said = String::from_utf8(output.stderr).expect("UTF-8");
        (output.status.code().expect("a code"), said)
    }

    /// Fails where this is not refused with this exit code and these words; gives all that is said.
    #[track_caller]
    fn is_refused(&self, args: &[&str], code: i32, words: &str) -> String {
        let (ended, said) = self.refuses(args);
        assert!(
            ended == code && said.contains(words),
            "{args:?}: {ended} {said}"
        );
        said
    }

    /// Fails where what is answered does not have this exit code and these words.
    #[track_caller]
    fn is_answered(&self, args: &[&str], code: i32, words: &str) {
        let (ended, said) = self.answers(args);
        assert!(
            ended == code && said.contains(words),
            "{args:?}: {ended} {said}"
        );
    }

    /// The exit code and the answer on standard output.
    fn answers(&self, args: &[&str]) -> (i32, String) {
        let output = self.run(args);
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{args:?}");
        let said = String::from_utf8(output.stdout).expect("UTF-8");
        (output.status.code().expect("a code"), said)
    }

    /// The numbers in the chain of what is printed.
    fn sequences(&self, args: &[&str]) -> Vec<i64> {
        let lines = self.prints(&[args, &["--format", "jsonl"]].concat());
        let sequence = |line| {
            let event: Value = serde_json::from_str(line).expect("JSON");
            event["sequence"].as_i64().expect("a number")
        };
        lines.lines().map(sequence).collect()
    }
}

#[test]
fn every_format_has_one_line_for_an_event_the_oldest_first() {
    let mut trail = Trail::new();
    let body = json!({ "changes": { "name": { "before": "a", "after": "b" } } });
    trail.append(NOW, "b", body);
    trail.append(NOW.plus(1), "監査", json!({}));
    assert_eq!(
        trail.prints(&[]),
        "Time                        Level  ID   Event            Target           Performed By  Description\n\
         2026-11-22 17:00:00 +01:00  Info   658  API Key Updated  api-key:42 b     alice         Name: a -> b\n\
         2026-11-22 17:00:00 +01:00  Info   658  API Key Updated  api-key:42 監査  alice\n"
    );
    assert_eq!(
        trail.prints(&["--format", "csv"]),
        "sequence,time,level,event_id,event,target_kind,target_id,target,performed_by,description\r\n\
         1,2026-11-22T16:00:00.000Z,\"Info\",658,\"API Key Updated\",\"api-key\",42,\"b\",\"alice\",\
         \"Name: a -> b\"\r\n\
         2,2026-11-22T16:00:00.001Z,\"Info\",658,\"API Key Updated\",\"api-key\",42,\"監査\",\"alice\",\"\"\r\n"
    );
    let lines = trail.prints(&["--format", "jsonl"]);
    let first: Value = serde_json::from_str(lines.lines().next().expect("a line")).expect("JSON");
    let zeros = "0".repeat(64);
    assert_eq!(
        first,
        json!({
            "sequence": 1, "at": NOW.0, "time": "2026-11-22T16:00:00.000Z", "number": 658,
            "event": "API Key Updated", "level": "Info", "actor": "alice", "actorKind": "user",
            "actorId": 1,
            "target": { "kind": "api-key", "id": 42, "name": "b" },
            "body": { "changes": { "name": { "before": "a", "after": "b" } }, "version": 1 },
            "previous": zeros, "hash": first["hash"],
        })
    );
    assert!(lines.starts_with("{\"sequence\":1,\"at\":"), "{lines}");
    assert_eq!(lines.lines().count(), 2);
    let array: Vec<Value> =
        serde_json::from_str(&trail.prints(&["--format", "json"])).expect("JSON");
    let each = lines
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"));
    assert_eq!(array, each.collect::<Vec<Value>>());
    let none = trail.prints(&["--format", "json", "--until", "2020-01-01"]);
    let none: Vec<Value> = serde_json::from_str(&none).expect("JSON");
    assert!(none.is_empty());
    trail.is_refused(&["--follow", "--format", "json"], 64, "--format jsonl");
}

#[test]
fn people_read_their_own_language_and_programs_the_same_words_everywhere() {
    let mut trail = Trail::new();
    let body = json!({ "changes": { "name": { "before": "a", "after": "b" } } });
    trail.append(NOW, "b", body);
    let in_japanese = |args: &[&str]| {
        let mut command = trail.command(args);
        let output = command.env("LANG", "ja_JP.UTF-8").output().expect("ran");
        String::from_utf8(output.stdout).expect("UTF-8")
    };
    // Columns count cells: a Japanese character has two.
    assert_eq!(
        in_japanese(&[]).lines().nth(1).expect("a line"),
        "2026-11-22 17:00:00 +01:00  Info    658  APIキーの更新  api-key:42 b  alice   名前: a -> b"
    );
    for format in ["csv", "json", "jsonl"] {
        let args = ["--format", format];
        assert_eq!(in_japanese(&args), trail.prints(&args));
    }
}

#[test]
fn whatever_names_hold_steers_no_terminal_and_no_spreadsheet() {
    let mut trail = Trail::new();
    let evil = "\u{1b}]52;c;eA==\u{7}\r\nInfo\t\u{9b}2J\u{202e}\u{e0001}\0";
    trail.append(NOW, evil, json!({ "path": evil, evil: evil }));
    let safe = |text: &str| {
        text.chars()
            .all(|c| c == '\n' || (!c.is_control() && !"\u{202e}\u{e0001}".contains(c)))
    };
    let text = trail.prints(&[]);
    assert!(safe(&text) && text.lines().count() == 2, "{text:?}");
    let lines = trail.prints(&["--format", "jsonl"]);
    assert!(safe(&lines) && lines.lines().count() == 1, "{lines:?}");
    let event: Value = serde_json::from_str(&lines).expect("JSON");
    assert_eq!(event["target"]["name"], evil, "nothing is lost");
    let csv = trail.prints(&["--format", "csv"]).replace("\r\n", "\n");
    assert!(safe(&csv) && csv.lines().count() == 2, "{csv:?}");

    let mut trail = Trail::new();
    for name in ["=1+1", "+1", "-1", "@SUM(A1)", "＝1", "a,\"b\"", "-1,\"x\""] {
        trail.append(NOW, name, json!({}));
    }
    let csv = trail.prints(&["--format", "csv"]);
    let name = |line: &str| {
        let (_, name) = line.split_once(",42,").expect("a name");
        name.trim_end_matches(r#","alice","""#).to_owned()
    };
    let names: Vec<String> = csv.lines().skip(1).map(name).collect();
    let quoted = r#""'=1+1" "'+1" "'-1" "'@SUM(A1)" "'＝1" "a,""b""" "'-1,""x""""#;
    assert_eq!(names.join(" "), quoted);
}

#[test]
fn times_are_those_of_the_display_zone_also_where_the_clock_is_put_back() {
    // Berlin has the hour from 02:00 on 2020-10-25 twice, from 00:00 and from 01:00 UTC.
    let midnight = Timestamp(1_603_584_000_000);
    let hours: Vec<_> = (-3..=3).map(|hour| midnight.plus(hour * HOUR)).collect();
    let trail = Trail::at(&hours);
    for (args, numbers) in [
        (&["--since", "2020-10-25"][..], vec![2, 3, 4, 5, 6, 7]),
        (&["--until", "2020-10-24"], vec![1]),
        (&["--since", "2020-10-25 02:00"], vec![4, 5, 6, 7]),
        (&["--until", "2020-10-25 02:00"], vec![1, 2, 3, 4]),
        (&["--since", "2020-10-25 02:00:01"], vec![5, 6, 7]),
        (&["--until", "2020-10-25 02:00:01"], vec![1, 2, 3, 4, 5]),
        (
            &[
                "--since",
                "2020-10-25T01:00:00Z",
                "--until",
                "2020-10-25 04:00",
            ],
            vec![5, 6],
        ),
        (&["--since", "0s"], vec![]),
    ] {
        assert_eq!(trail.sequences(args), numbers, "{args:?}");
    }
    let text = trail.prints(&["--since", "2020-10-25 02:00", "--until", "2020-10-25 03:00"]);
    let times: Vec<&str> = text.lines().skip(1).map(|line| &line[11..26]).collect();
    assert_eq!(times, ["02:00:00 +02:00", "02:00:00 +01:00"]);
}

#[test]
fn events_are_found_by_target_and_by_who_did_it() {
    let mut trail = Trail::at(&[NOW]);
    trail.append(NOW, "other", json!({}));
    for (args, numbers) in [
        (&["--target", "api-key:42"][..], vec![1, 2]),
        (&["--target", "OTHER"], vec![2]),
        (&["--target", "name:other"], vec![2]),
        (&["--target", "api-key:name:other"], vec![2]),
        // Of these there is no event yet.
        (&["--target", "role:2"], vec![]),
        (&["--target", "auditor"], vec![]),
        (&["--target", "user:1"], vec![]),
        (&["--target", "system:0"], vec![]),
        (&["--by", "alice"], vec![1, 2]),
        (&["--by", "ALICE"], vec![1, 2]),
        (&["--by", &Config::read().account.name], vec![]),
        (&["--by", "System"], vec![]),
    ] {
        assert_eq!(trail.sequences(args), numbers, "{args:?}");
    }
}

#[test]
fn a_filter_is_typed_as_in_the_console_and_holds_beside_the_options() {
    let mut trail = Trail::at(&[PAST, NOW]);
    trail.append(NOW.plus(1), "other", json!({ "note": "words" }));
    for (args, numbers) in [
        (
            &["--filter", "event:api-key-updated -other"][..],
            vec![1, 2],
        ),
        (&["--filter", "target:other by:ALICE level:info"], vec![3]),
        (&["--filter", "words"], vec![3]),
        (&["--filter", "time:>=2026-01-01"], vec![2, 3]),
        (&["--filter", "-other", "--since", "2026-01-01"], vec![2]),
        (&["--filter=-by:alice"], vec![]),
        (&["--filter", ""], vec![1, 2, 3]),
    ] {
        assert_eq!(trail.sequences(args), numbers, "{args:?}");
    }
    for (filter, words) in [
        (
            "other level:eror",
            "--filter, level:eror: “eror” is not one of",
        ),
        ("time:<", "--filter, time:<: "),
        ("by:\"alice", "--filter, by:\"alice: "),
    ] {
        trail.is_refused(&["--filter", filter], 64, words);
    }
    for (filter, words) in [
        ("target:nope", "There is no nope"),
        ("-target:nope", "There is no nope"),
        ("target:api-key:7 level:info", "There is no api-key:7"),
        ("x by:mallory", "There is no user mallory"),
        ("-by:mallory", "There is no user mallory"),
        ("event:999", "There is no event:999"),
        ("-event:999", "There is no event:999"),
    ] {
        trail.is_refused(&["--filter", filter], 1, words);
    }
    trail.is_refused(&["--filter", "x", "--head"], 64, "");
}

#[test]
fn what_never_existed_is_an_error_and_no_empty_answer() {
    let trail = Trail::at(&[NOW]);
    for (args, words) in [
        (["--target", "nope"], "There is no nope"),
        (["--target", "api-key:7"], "There is no api-key:7"),
        (["--target", "user:other"], "There is no user:other"),
        (["--target", "role:99"], "There is no role:99"),
        (["--target", "system:5"], "There is no system:5"),
        // Digits alone are no name that anything has.
        (["--target", "42"], "There is no 42"),
        (["--target", "name:42"], "There is no 42"),
        (
            ["--target", "api-key:name:42"],
            "There is no api-key:name:42",
        ),
        (["--by", "mallory"], "There is no user mallory"),
        (["--user", "mallory"], "There is no user mallory"),
    ] {
        trail.is_refused(&args, 1, words);
    }
    trail.is_refused(&["--follow", "--target", "nope"], 1, "");
}

#[test]
fn a_secret_is_refused_wherever_it_stands_among_the_arguments_and_never_told_again() {
    let trail = Trail::at(&[NOW]);
    let secret = format!("42:{}=", "A".repeat(43));
    let inside = format!("--db=/tmp/{secret}");
    for args in [
        &["--target", &secret][..],
        &["--by", &secret],
        &["--prune-before", "1d", "--to", &secret],
        &["--to", &secret],
        &["--db", &secret],
        &[&inside],
        &["--user", &secret],
        &["--format", &secret],
        &["--theme", &secret],
        &[&secret],
        &["--", &secret],
        &["--until", &secret],
        &["--check", "--head", &secret],
        &["--help", &secret],
    ] {
        let said = trail.is_refused(args, 64, "A secret must not be an argument");
        assert!(!said.contains("AAAA"), "{said}");
    }
}

#[test]
fn what_cannot_be_understood_is_told_and_is_wrong_usage() {
    let trail = Trail::at(&[NOW]);
    for args in [
        &["--since", "yesterday"][..],
        &["--until", "2026-02-30"],
        &["--since", "2026-11-22", "--until", "2026-11-21"],
        &["--prune-before", "soon"],
        &["--check", "--head", "42"],
        &["--check", "--head"],
        &["--head", "1:00"],
        &["--check", "--since", "1d"],
        &["--follow", "--until", "1d"],
        &["--prune-before", "1d", "--check"],
        &["--to", "x"],
        &["--format", "xml"],
        // As an unset variable of a script gives it.
        &["--target", ""],
        &["--by", ""],
        &["--user", ""],
    ] {
        let said = trail.is_refused(args, 64, "");
        assert!(!said.is_empty(), "{args:?}");
    }
    let secret = format!("42:{}=", "A".repeat(43));
    for args in [&["--since", &secret][..], &["--check", "--head", &secret]] {
        let said = trail.is_refused(args, 64, "");
        assert!(!said.contains("AAAA"), "{said}");
    }
}

#[test]
fn a_whole_chain_gives_0_and_a_broken_one_1_and_where() {
    let trail = Trail::at(&[NOW; 5]);
    let (code, said) = trail.answers(&["--check"]);
    let head = trail.prints(&["--head"]);
    assert_eq!(code, 0);
    assert_eq!(said, format!("The chain is intact: 5 events. Head: {head}"));
    for (kept, place) in [
        (head.trim(), "5"),
        (head.trim().split_once(':').expect("a hash").1, "5"),
        (&format!("0:{}", "0".repeat(64)), "0"),
    ] {
        let there = format!("Event {place} is unchanged");
        trail.is_answered(&["--check", "--head", kept], 0, &there);
    }
    let other = format!("5:{}", "ab".repeat(32));
    for (kept, words) in [
        (&other, "Event 5 is a different one now"),
        (&other.replace("5:", "7:"), "The chain ends before event 7"),
        (&other.replace("5:", ""), "No event has this hash"),
    ] {
        trail.is_answered(&["--check", "--head", kept], 1, words);
    }
    trail.sql(
        "DROP TRIGGER events_never_change; UPDATE events SET actor = 'mallory' WHERE sequence = 3",
    );
    let broken = "The chain is broken: event 3 does not follow from the one before it.\n\
        The database is not as Keyward created it: its trigger events_never_change is missing.\n";
    let broken = (1, broken.to_owned());
    assert_eq!(trail.answers(&["--check"]), broken);
    assert_eq!(trail.answers(&["--check", "--head", head.trim()]), broken);
}

#[test]
fn a_database_in_use_is_read_and_checked_and_an_older_one_left_as_it_is() {
    let trail = Trail::at(&[NOW]);
    let busy = trail.behind();
    busy.hold();
    let change = "UPDATE users SET version = version + 1";
    busy.execute(change, ()).expect("under way");
    assert_eq!(trail.answers(&["--check"]).0, 0);
    assert_eq!(trail.sequences(&[]), [1]);
    drop(busy);
    trail.behind().set_version(1);
    trail.is_refused(&["--check"], 2, "older Keyward");
    trail.is_refused(&["--db", "none.db"], 2, "");
    assert!(!trail.directory.path().join("none.db").exists());
}

#[test]
fn pruning_moves_old_events_to_a_file_and_the_chain_goes_on() {
    let trail = Trail::at(&[PAST, PAST, PAST.plus(DAY), PAST.plus(DAY)]);
    let all = trail.prints(&["--format", "jsonl"]);
    let head = trail.prints(&["--head"]);
    let said = trail.prints(&["--prune-before", "2020-11-23"]);
    let path = trail.directory.path().join("events-until-2.jsonl");
    assert!(said.contains("2 events, 1 to 2"), "{said}");
    assert!(said.contains("events-until-2.jsonl"), "{said}");
    let kept = fs::read_to_string(&path).expect("the file");
    let old: String = all.split_inclusive('\n').take(2).collect();
    assert_eq!(kept, old);
    let mode = fs::metadata(&path).expect("facts").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let left = trail.sequences(&[]);
    assert_eq!(left, [3, 4, 5, 6], "the sign-in and the checkpoint");
    let check =
        |head: &str, code, words| trail.is_answered(&["--check", "--head", head], code, words);
    check(head.trim(), 0, "after the 2 that were pruned");
    let heads: Vec<String> = kept.lines().map(head_of).collect();
    check(&heads[0], 1, "Event 1 was pruned");
    // The file alone has the first hash that is missing.
    check(&heads[1], 0, "");
    let checkpoint = trail.prints(&["--by", &Config::read().account.name]);
    assert!(checkpoint.contains("System Events Pruned"), "{checkpoint}");

    let nothing = trail.prints(&["--prune-before", "2020-11-23"]);
    assert!(nothing.starts_with("Nothing to prune"), "{nothing}");
    let said = trail.prints(&["--prune-before", "2020-11-24", "--to", "second.jsonl"]);
    assert!(said.contains("2 events, 3 to 4"), "{said}");
    check(head.trim(), 0, "");
}

/// The head of the chain after the event in this line.
fn head_of(line: &str) -> String {
    let event: Value = serde_json::from_str(line).expect("JSON");
    let hash = event["hash"].as_str().expect("a hash");
    format!("{}:{hash}", event["sequence"])
}

#[test]
fn a_refused_pruning_leaves_everything_as_it_was() {
    let trail = Trail::at(&[NOW, NOW]);
    let listed = || fs::read_dir(trail.directory.path()).expect("listed");
    let files = || listed().count();
    let prune = ["--prune-before", "2030-01-01", "--to", "old.jsonl"];
    let path = trail.directory.path().join("old.jsonl");
    fs::write(&path, "mine").expect("written");
    let before = files();
    trail.is_refused(&prune, 2, "already exists");
    assert_eq!(fs::read_to_string(&path).expect("read"), "mine");
    fs::remove_file(&path).expect("removed");

    let nowhere = ["--prune-before", "2030-01-01", "--to", "none/x"];
    trail.is_refused(&nowhere, 2, "none/x");

    trail.sql("CREATE TRIGGER full BEFORE DELETE ON events BEGIN SELECT raise(ABORT, 'disk'); END");
    trail.is_refused(&prune, 1, "trigger full was added");
    assert!(!path.exists(), "what was not removed is in no file");
    trail.sql("DROP TRIGGER full");

    trail.sql("UPDATE users SET role = 2");
    trail.is_refused(&prune, 77, "Not authorized to prune");
    assert!(!path.exists() && files() == before - 1);
    assert_eq!(trail.sequences(&[])[..2], [1, 2]);

    trail.sql(
        "DROP TRIGGER events_never_change; UPDATE events SET level = 'Error' WHERE sequence = 1",
    );
    trail.sql("UPDATE users SET role = 1");
    trail.is_refused(&prune, 1, "event 1 does not follow");
    assert!(!path.exists());
}

#[test]
fn whoever_may_not_view_events_is_told_nothing() {
    let trail = Trail::at(&[NOW]);
    trail.sql("UPDATE roles SET rights = '[]' WHERE id = 2; UPDATE users SET role = 2");
    for args in [&[][..], &["--check"], &["--head"], &["--follow"]] {
        trail.is_refused(args, 77, "Not authorized to view system events");
    }
    let noted = "SELECT count(*) FROM events WHERE number = 9006 AND target_kind = 'system'";
    let noted: i64 = trail.behind().row(noted, ());
    assert_eq!(noted, 4, "who asks by command line attempts it");
}

/// `keyward events` under way.
struct Follower {
    child: Child,
    lines: Option<BufReader<ChildStdout>>,
}

impl Follower {
    fn start(trail: &Trail, args: &[&str]) -> Follower {
        let lines = ["--follow", "--format", "jsonl"];
        let own = if args.contains(&"--format") {
            &lines[..1]
        } else {
            &lines
        };
        Follower::started(&mut trail.command(&[own, args].concat()))
    }

    fn started(command: &mut std::process::Command) -> Follower {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("started");
        let lines = child.stdout.take().map(BufReader::new);
        Follower { child, lines }
    }

    fn next(&mut self) -> String {
        let mut line = String::new();
        let lines = self.lines.as_mut().expect("piped");
        lines.read_line(&mut line).expect("read");
        line
    }

    /// The exit code and what was said on standard error, where nobody reads any more.
    fn ends_unread(&mut self) -> (Option<i32>, String) {
        self.lines = None;
        let status = self.child.wait().expect("ended");
        let mut said = String::new();
        let stderr = self.child.stderr.as_mut().expect("piped");
        stderr.read_to_string(&mut said).expect("read");
        (status.code(), said)
    }

    /// Waits until these words are said on standard error; gives all that is said until then.
    fn says(&mut self, words: &str) -> String {
        let stderr = self.child.stderr.as_mut().expect("piped");
        let (mut said, mut byte) = (Vec::new(), [0]);
        while stderr.read(&mut byte).expect("read") == 1 {
            said.push(byte[0]);
            let so_far = String::from_utf8_lossy(&said);
            if byte == *b"\n" && so_far.contains(words) {
                return so_far.into_owned();
            }
        }
        panic!("ended: {}", String::from_utf8_lossy(&said));
    }

    /// The exit code, when it ends by itself.
    fn ends(&mut self) -> Option<i32> {
        self.child.wait().expect("ended").code()
    }

    /// The number of the signal that ended it, after it was sent one, named as `kill` names it.
    fn stop(mut self, signal: &str) -> Option<i32> {
        let pid = self.child.id().to_string();
        let sent = std::process::Command::new("sh")
            .args(["-c", "kill -s \"$0\" \"$1\"", signal, &pid])
            .status();
        assert!(sent.expect("sh").success());
        self.child.wait().expect("ended").signal()
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        let _ = self.child.kill();
    }
}

#[test]
fn following_shows_what_another_process_records_until_it_is_interrupted() {
    let mut trail = Trail::at(&[NOW]);
    let mut follower = Follower::start(&trail, &["--target", "backup"]);
    assert!(follower.next().contains("backup"));
    trail.append(NOW.plus(1), "other", json!({}));
    trail.append(NOW.plus(2), "backup", json!({ "path": "second" }));
    assert!(follower.next().contains("second"));
    trail.append(NOW.plus(3), "backup", json!({ "path": "third" }));
    assert!(follower.next().contains("third"));
    assert_eq!(follower.stop("INT"), Some(2));
    let mut follower = Follower::start(&trail, &["--since", "2099-01-01"]);
    trail.append(Timestamp(4_200_000_000_000), "late", json!({}));
    assert!(follower.next().contains("late"));
    assert_eq!(follower.stop("TERM"), Some(15));
}

#[test]
fn following_ends_when_nobody_reads_any_more_though_nothing_happens() {
    let trail = Trail::at(&[NOW]);
    let mut follower = Follower::start(&trail, &[]);
    follower.next();
    assert_eq!(follower.ends_unread(), (Some(141), String::new()));
}

#[test]
fn following_ends_when_its_user_may_no_longer_look() {
    let mut trail = Trail::at(&[NOW]);
    let mut follower = Follower::start(&trail, &[]);
    follower.next();
    trail.sql("UPDATE roles SET rights = '[]' WHERE id = 2; UPDATE users SET role = 2");
    trail.append(NOW, "hidden", json!({}));
    assert_eq!(follower.next(), "");
    assert_eq!(follower.child.wait().expect("ended").code(), Some(77));
}

impl Trail {
    /// Makes a copy of the database that is one file.
    fn copy(&self, name: &str) -> PathBuf {
        let path = self.directory.path().join(name);
        self.sql(&format!("VACUUM INTO '{}'", path.display()));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("set");
        path
    }

    /// Moves the database and its log out of the way.
    fn put_aside(&self) {
        for suffix in ["", "-wal", "-shm"] {
            let path = self.database().display().to_string() + suffix;
            let _ = fs::rename(&path, path.clone() + ".before");
        }
    }

    /// Goes on with the database that is there now.
    fn opened_again(self) -> Trail {
        let Trail { directory, store } = self;
        drop(store);
        let place = at(&database_of(directory.path()));
        let store = Store::open_existing(&place, &Config::read().account).expect("opened");
        Trail { directory, store }
    }
}

#[test]
fn following_a_database_that_is_restored_goes_on_behind_what_both_have() {
    let mut trail = Trail::at(&[NOW, NOW]);
    let copy = trail.copy("copy");
    let mut follower = Follower::start(&trail, &[]);
    trail.append(NOW, "lost", json!({}));
    for _ in 0..2 {
        assert!(follower.next().contains("backup"));
    }
    assert!(follower.next().contains("lost"));
    trail.put_aside();
    follower.says("removed, replaced or overwritten. Waiting");
    follower.says("There is no database at ");
    fs::rename(copy, trail.database()).expect("moved");
    follower.says("Event 2 in it was already read");
    let mut trail = trail.opened_again();
    trail.append(NOW, "after", json!({}));
    assert!(follower.next().contains("after"), "nothing comes twice");
    // In one step, and past it.
    let other = Trail::at(&[NOW.plus(1)]);
    let copy = other.copy("copy");
    fs::copy(copy, trail.directory.path().join("other")).expect("copied");
    trail.sql("PRAGMA wal_checkpoint(TRUNCATE)");
    fs::rename(trail.directory.path().join("other"), trail.database()).expect("moved");
    let said = follower.says("has none of the events that were read");
    assert!(said.contains("replaced or overwritten"), "{said}");
    assert!(
        follower.next().contains("T16:00:00.001Z"),
        "from its first event"
    );
    assert_eq!(follower.stop("INT"), Some(2));
}

#[test]
fn following_a_database_that_is_deleted_and_made_anew_begins_with_its_first_event() {
    let trail = Trail::at(&[NOW]);
    let mut follower = Follower::start(&trail, &["--format", "csv"]);
    assert!(follower.next().starts_with("sequence,"));
    assert!(follower.next().contains("backup"));
    trail.put_aside();
    follower.says("There is no database at ");
    let directory = trail.directory;
    let account = Config::read().account;
    let place = at(&database_of(directory.path()));
    let fill = &mut |bytes: &mut [u8]| SystemRandom.fill(bytes);
    let store = create_or_open(&place, &account, NOW, fill);
    let mut trail = Trail { directory, store };
    trail.append(NOW, "first of the new one", json!({}));
    assert!(follower.next().starts_with("1,"), "no second header");
    trail.append(NOW, "second", json!({}));
    assert!(follower.next().contains("second"));
    follower.says("its first one comes next");
}

#[test]
fn following_survives_a_log_that_is_removed() {
    let mut trail = Trail::at(&[NOW]);
    let mut follower = Follower::start(&trail, &[]);
    follower.next();
    trail.sql("PRAGMA wal_checkpoint(TRUNCATE)");
    for suffix in ["-wal", "-shm"] {
        fs::remove_file(trail.database().display().to_string() + suffix).expect("removed");
    }
    follower.says("log (-wal) was removed");
    follower.says("Event 1 in it was already read");
    trail = trail.opened_again();
    trail.append(NOW, "second", json!({}));
    assert!(follower.next().contains("second"));
}

#[test]
fn following_ends_with_a_sentence_where_what_comes_cannot_be_followed() {
    let end = |args: &[&str], change: &dyn Fn(&Trail), words: &str| {
        let trail = Trail::at(&[NOW]);
        let mut follower = Follower::start(&trail, args);
        follower.next();
        change(&trail);
        follower.says(words);
        follower.ends()
    };
    let newer = |trail: &Trail| trail.sql("PRAGMA user_version = 999");
    let words = "A newer Keyward has brought the database up to date";
    assert_eq!(end(&[], &newer, words), Some(2));
    let another = |change: &dyn Fn(&Trail)| {
        let other = Trail::new();
        change(&other);
        other.copy("copy");
        other
    };
    let replace = |trail: &Trail, change: &dyn Fn(&Trail)| {
        let other = another(change);
        trail.put_aside();
        let beside = trail.directory.path().join("other");
        fs::copy(other.directory.path().join("copy"), &beside).expect("copied");
        fs::rename(beside, trail.database()).expect("moved");
    };
    let newer = |trail: &Trail| replace(trail, &newer);
    assert_eq!(end(&[], &newer, "by a newer Keyward"), Some(2));
    let nobody = |trail: &Trail| {
        replace(trail, &|other| {
            other.sql("UPDATE users SET name = 'x', name_key = 'x'");
        });
    };
    assert_eq!(end(&[], &nobody, "There is no user "), Some(1));
    let other = |trail: &Trail| replace(trail, &|_| ());
    let target = ["--target", "api-key:42"];
    assert_eq!(end(&target, &other, "There is no api-key:42"), Some(1));
}

#[test]
fn following_waits_until_an_older_database_is_brought_up_to_date() {
    let trail = Trail::at(&[NOW]);
    let copy = trail.copy("copy");
    let version = |path: &std::path::Path| -> i64 {
        let connection = rusqlite::Connection::open(path).expect("opened");
        let version = connection.pragma_query_value(None, "user_version", |row| row.get(0));
        version.expect("read")
    };
    let set = |path: &std::path::Path, version: i64| {
        let connection = rusqlite::Connection::open(path).expect("opened");
        connection
            .pragma_update(None, "user_version", version)
            .expect("set");
    };
    let known = version(&copy);
    set(&copy, known - 1);
    let mut follower = Follower::start(&trail, &[]);
    follower.next();
    trail.put_aside();
    fs::rename(&copy, trail.database()).expect("moved");
    follower.says("created by an older Keyward");
    set(&trail.database(), known);
    follower.says("Event 1 in it was already read");
}

#[test]
fn waiting_for_a_database_ends_when_nobody_reads_any_more() {
    let trail = Trail::at(&[NOW]);
    let mut follower = Follower::start(&trail, &[]);
    follower.next();
    trail.put_aside();
    follower.says("There is no database at ");
    assert_eq!(follower.ends_unread(), (Some(141), String::new()));
}

#[test]
fn a_reader_that_has_had_enough_ends_it_quietly() {
    let mut trail = Trail::new();
    let long = "x".repeat(100);
    for _ in 0..2_000 {
        trail.append(NOW, &long, json!({}));
    }
    let mut reader = Follower::started(&mut trail.command(&[]));
    reader.next();
    assert_eq!(reader.ends_unread(), (Some(141), String::new()));
}

#[test]
fn an_answer_that_cannot_be_written_is_trouble() {
    let trail = Trail::at(&[NOW]);
    for args in [&[][..], &["--check"], &["--head"]] {
        let full = fs::File::create("/dev/full").expect("full device");
        let output = trail.command(args).stdout(full).output().expect("ran");
        assert_eq!(output.status.code(), Some(2), "{args:?}");
    }
}
