//! Exporting a list: what is written, where to, what becomes of one that is stopped or refused.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use keyward::domain::event::{EventKind, NewEvent, Target};
use keyward::domain::secret::find_secret_shape;
use keyward::service::demo::AUDITOR_USER;
use keyward::store::events;
use serde_json::Value;

use crate::support::console::Console;
use crate::support::database::{Bench, NOW};

/// Exports the present list to a file, by the entry of this number.
fn to_file<'a>(console: &'a mut Console, entry: usize, path: &Path) -> &'a mut Console {
    console.keys("X").keys(&"<Down>".repeat(entry)).enter();
    console.keys(&path.display().to_string()).enter()
}

/// So many events more.
fn add_events(bench: &Bench, count: usize) {
    let event = NewEvent {
        kind: EventKind::UserSignedOut,
        actor: None,
        target: Target::trail(),
        body: serde_json::json!({}),
    };
    let mut store = bench.store();
    let added = store.write(|tx| {
        for _ in 0..count {
            events::append(tx, NOW, event.clone())?;
        }
        Ok::<_, keyward::domain::trouble::Fault>(())
    });
    added.expect("added");
}

#[test]
fn the_rows_that_the_filter_shows_are_written_as_csv_to_a_new_file_of_ones_own() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("keys.csv");
    let mut console = Console::with_keys(&["deploy-b", "=deploy-a", "backup"]);
    console.keys("/deploy\nO");
    let before = console.bench.dump();
    to_file(&mut console, 0, &path);
    let said = [
        ("rows", &2 as &dyn std::fmt::Display),
        ("path", &path.display()),
    ];
    console.says_with("export.written", &said);
    assert_eq!(console.bench.dump(), before, "nothing is noted of it");
    let written = fs::read_to_string(&path).expect("written");
    let lines: Vec<&str> = written.split_terminator("\r\n").collect();
    assert!(
        lines[0].starts_with(
            "keyName,description,owner,addresses,requestsPerMinute,state,active,lockReason,"
        ),
        "{written}"
    );
    assert!(
        lines[1].starts_with("\"deploy-b\",\"\",\"\",\"\",,\"Active\",true,,2,\"Auditor\",\"\","),
        "{written}"
    );
    assert!(lines[2].starts_with("\"'=deploy-a\","), "{written}");
    assert_eq!(lines.len(), 3);
    assert!(lines[1].contains(",2026-11-22T16:00:0"), "{written}");
    let mode = fs::metadata(&path).expect("there").permissions().mode();
    assert_eq!(mode & 0o7777, 0o600);
}

#[test]
fn as_json_it_is_what_the_originals_api_says_of_a_key_and_never_a_secret() {
    let mut console = Console::new();
    let secret = console.make_and_store("backup");
    console.keys("X<Down><Down><Down>\n");
    console.expect("1 row. Sent to your terminal's clipboard (OSC 52).");
    let sent = console.clipboard().pop().expect("sent");
    let rows: Vec<Value> = serde_json::from_str(&sent).expect("JSON");
    let [key] = &rows[..] else { panic!("{sent}") };
    for (name, value) in [
        ("ID", Value::from(1)),
        ("keyName", "backup".into()),
        ("roleID", 2.into()),
        ("locale", "en-US".into()),
        ("timeZone", "UTC".into()),
        ("active", true.into()),
        ("unsuccessfulSignInAttempts", 0.into()),
        ("state", "Active".into()),
        ("createdBy", "alice".into()),
    ] {
        assert_eq!(key[name], value, "{name}");
    }
    assert!(key["created"].as_i64().is_some_and(|at| at > NOW.0));
    assert!(key.get("expiryDate").is_none() && key.get("lastSignIn").is_none());
    assert!(find_secret_shape(&sent).is_none() && !sent.contains(&secret[2..20]));
    assert!(!sent.contains("argon2"), "{sent}");
}

#[test]
fn encryption_is_offered_only_where_it_is_done() {
    let mut console = Console::new();
    console.make("backup");
    console.keys("w").expect(".age, it is encrypted");
    console.keys("<Esc>a\nX\n").says("export.new_file");
    console.expect_not(".age");
}

#[test]
fn every_list_is_exported_and_an_auditor_may() {
    let directory = tempfile::tempdir().expect("a directory");
    let (bench, auditor) = Bench::demo(AUDITOR_USER);
    let mut console = Console::of(bench, auditor, (80, 24));
    for (screen, begins) in [
        ("1", "keyName,"),
        ("2", "username,fullName,"),
        ("3", "name,description,allowUserInterface,allowWebService,"),
        ("4", "sequence,time,level,event_id,event,"),
    ] {
        console.keys(screen);
        let path = directory.path().join(screen);
        to_file(&mut console, 0, &path);
        let written = fs::read_to_string(&path).expect(screen);
        assert!(written.starts_with(begins), "{written}");
        let path = directory.path().join(format!("{screen}.json"));
        to_file(&mut console, 1, &path);
        let rows: Vec<Value> =
            serde_json::from_slice(&fs::read(&path).expect(screen)).expect(screen);
        assert_eq!(rows.len() + 1, written.matches("\r\n").count(), "{screen}");
    }
}

#[test]
fn a_file_that_is_there_is_left_and_another_name_is_asked_for() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("old");
    fs::write(&path, "old").expect("written");
    let mut console = Console::with_keys(&["backup"]);
    to_file(&mut console, 0, &path).says("export.path_title");
    console.expect("already exists and was not changed.");
    assert_eq!(fs::read(&path).expect("there"), b"old");
    console.keys("2\n");
    assert!(directory.path().join("old2").exists());
}

#[test]
fn where_no_files_may_be_written_the_clipboard_is_left() {
    let bench = Bench::new();
    let alice = bench.alice.clone();
    let mut console = Console::set(bench, alice, (80, 24), |setting| setting.files = false);
    console.make_and_store("backup");
    console.keys("X").says_not("export.csv_file");
    console.says("export.json_clipboard");
    console.keys("\n");
    assert!(console.clipboard()[0].starts_with("keyName,"));
}

#[test]
fn what_is_too_long_for_a_clipboard_is_not_sent() {
    let mut console = Console::new();
    add_events(&console.bench, 1_200);
    console.go("System Events").keys("X<Down><Down>\n");
    console.says_with("trouble.export_too_long", &[("most", &64)]);
    assert!(console.clipboard().is_empty());
}

#[test]
fn a_long_export_says_how_far_it_is_and_leaves_nothing_when_it_is_stopped() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("events.csv");
    let mut console = Console::new();
    add_events(&console.bench, 1_200);
    console.go("System Events").keys("X\n");
    console.keys(&path.display().to_string());
    let late = console.answered_late(Console::enter);
    console.hold = true;
    console.late_answers(late);
    let far = [("rows", &500 as &dyn std::fmt::Display), ("all", &1_201)];
    console.says_with("export.running_of", &far);
    assert!(path.exists());
    console.keys("<Esc>");
    console.release();
    console
        .says("export.stopped")
        .says_not("export.running_title");
    assert!(!path.exists());
    to_file(&mut console, 0, &path);
    let written = fs::read_to_string(&path).expect("written");
    assert_eq!(written.matches("\r\n").count(), 1_202);
}

#[test]
fn a_session_that_ends_takes_an_unfinished_file_with_it() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("events.csv");
    let mut console = Console::new();
    add_events(&console.bench, 1_200);
    console.go("System Events").keys("X\n");
    console.keys(&path.display().to_string());
    let late = console.answered_late(Console::enter);
    console.hold = true;
    console.late_answers(late);
    let behind = crate::support::database::raw(&console.bench.place);
    behind
        .execute("UPDATE users SET locked_out = TRUE", ())
        .expect("locked");
    console.hold = false;
    console.held.clear();
    console.wait(2_000).says("ended.title");
    assert!(!path.exists());
}
