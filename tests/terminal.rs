//! The real program in a pseudo terminal: what it shows, and every way of leaving it.

use std::fs;
use std::io::Write;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use keyward::ui::terminal::Session;
use tempfile::TempDir;

mod support {
    pub mod pty;
}

use support::pty::{Pty, Sighup, Start};

/// Mouse off, bracketed paste off, attributes reset, cursor shown, main screen: in this order, and nothing after it.
const RESTORED: &[u8] = b"\x1b[?1006l\x1b[?1000l\x1b[?2004l\x1b[0m\x1b[?25h\x1b[?1049l";

fn home() -> TempDir {
    tempfile::tempdir().expect("directory")
}

fn demo(home: &TempDir) -> Pty {
    let console = Start::new(home.path(), &["demo"]).go();
    // The count is the last to come.
    console.see("39 shown, 2 not shown · All but deleted");
    console
}

#[track_caller]
fn assert_restored(console: &Pty) {
    assert!(console.bytes().ends_with(RESTORED));
    assert!(console.modes_are_as_before());
}

#[test]
fn quitting_restores_the_terminal() {
    let home = home();
    let mut console = demo(&home);
    assert!(!console.modes_are_as_before());
    console.send("q");
    assert_eq!(console.end(), 0);
    assert_restored(&console);
}

#[test]
fn every_signal_that_ends_it_restores_the_terminal() {
    for (signal, number) in [("HUP", 1), ("INT", 2), ("QUIT", 3), ("TERM", 15)] {
        let home = home();
        let mut console = demo(&home);
        console.signal(signal);
        assert_eq!(console.end(), 128 + number, "{signal}");
        assert_restored(&console);
    }
}

#[test]
fn a_hang_up_ends_it_with_or_without_a_signal() {
    for sighup in [Sighup::Sent, Sighup::Ignored, Sighup::NotSent] {
        let home = home();
        let mut console = Start {
            sighup,
            ..Start::new(home.path(), &["demo"])
        }
        .go();
        console.see("39 shown");
        console.hang_up();
        assert_eq!(console.end(), 129, "{sighup:?}");
    }
}

/// What is noted when the process is ended from outside has some ten milliseconds; a machine that is busy with other
/// tests may need more than one try.
const TRIES: usize = 8;

#[test]
fn a_sign_out_is_an_event_when_the_terminal_hangs_up_or_a_signal_ends_it_too() {
    for way in ["hang-up", "TERM", "q"] {
        let home = home();
        let noted = (0..TRIES).any(|_| {
            let mut console = Start::new(home.path(), &[]).go();
            console.see("No API keys yet.");
            match way {
                "hang-up" => console.hang_up(),
                "TERM" => console.signal("TERM"),
                _ => console.send("q"),
            }
            console.end();
            let database = home.path().join("data/keyward/keyward.db");
            let connection = rusqlite::Connection::open(database).expect("opened");
            let sign_outs = "SELECT count(*) FROM events WHERE number = 601";
            let count = connection.query_row(sign_outs, (), |row| row.get::<_, i64>(0));
            count.expect("counted") > 0
        });
        assert!(noted, "{way}");
    }
}

#[test]
fn a_hang_up_ends_it_even_while_it_is_stuck_in_a_write() {
    let home = home();
    let mut console = demo(&home);
    console.stall("\x1b[B");
    console.hang_up();
    assert_eq!(console.end(), 129);
}

#[test]
fn a_signal_ends_it_even_while_it_is_stuck_in_a_write() {
    for (signal, number) in [("HUP", 1), ("TERM", 15)] {
        let home = home();
        let mut console = demo(&home);
        console.stall("\x1b[B");
        console.signal(signal);
        assert_eq!(console.end(), 128 + number, "{signal}");
        assert!(console.modes_are_as_before(), "{signal}");
    }
}

#[test]
fn a_panic_on_any_thread_restores_the_terminal_and_quotes_nothing() {
    let program = std::env::current_exe().expect("this program");
    for test in ["panics_on_the_main_thread", "panics_on_another_thread"] {
        let home = home();
        let mut panicking = Start {
            program: program.to_str().expect("path"),
            ..Start::new(home.path(), &["--ignored", "--nocapture", "--exact", test])
        }
        .go();
        assert_eq!(panicking.end(), 101, "{test}");
        let bytes = panicking.bytes();
        let restored = bytes
            .windows(RESTORED.len())
            .position(|window| window == RESTORED)
            .expect("restored");
        let said = String::from_utf8_lossy(&bytes[restored + RESTORED.len()..]);
        assert!(
            said.starts_with("keyward: Stopped by an error of its own, at tests/terminal.rs:"),
            "{said}"
        );
        assert!(!said.contains(QUOTED), "{said}");
        assert!(panicking.modes_are_as_before(), "{test}");
    }
}

const QUOTED: &str = "7:QUJD";

#[test]
#[ignore = "another test runs it in a terminal"]
fn panics_on_the_main_thread() {
    let _session = Session::open().expect("terminal");
    panic!("{}", QUOTED.to_owned());
}

#[test]
#[ignore = "another test runs it in a terminal"]
fn panics_on_another_thread() {
    let _session = Session::open().expect("terminal");
    thread::spawn(|| panic!("{}", QUOTED.to_owned()));
    loop {
        thread::park();
    }
}

#[test]
fn without_a_terminal_it_says_so_and_makes_no_database() {
    for args in [&[] as &[&str], &["demo"]] {
        let home = home();
        let ran = Command::new(env!("CARGO_BIN_EXE_keyward"))
            .args(args)
            .env("XDG_DATA_HOME", home.path())
            .env("LC_ALL", "C")
            .stdin(Stdio::null())
            .output()
            .expect("ran");
        assert_eq!(ran.status.code(), Some(2));
        let said = String::from_utf8_lossy(&ran.stderr);
        assert!(
            said.starts_with("keyward: The console needs a terminal"),
            "{said}"
        );
        assert!(ran.stdout.is_empty());
        assert_eq!(home.path().read_dir().expect("directory").count(), 0);
    }
}

#[test]
fn no_core_is_dumped() {
    let home = home();
    let console = demo(&home);
    let limits = console.proc("limits");
    let core = limits
        .lines()
        .find(|line| line.starts_with("Max core file size"))
        .expect("limit");
    let numbers: Vec<&str> = core.split_whitespace().skip(4).take(2).collect();
    assert_eq!(numbers, ["0", "0"], "{core}");
}

#[test]
fn the_main_job_from_an_empty_list_to_a_deleted_key() {
    let home = home();
    let mut console = Start::new(home.path(), &[]).go();
    console.see("No API keys yet.");

    let old = make(&mut console);
    assert_eq!(verify(&home, &old), refused("not-delivered"));
    copy(&mut console, &old);
    confirm_stored(&mut console);
    assert!(!console.screen().contains(&old));
    console.see("> nightly");
    console.see("Active");
    let answer = accepted(&home, &old);
    assert!(
        answer.contains(r#""id":1,"name":"nightly","role":"Full Access","access":"read-write""#),
        "{answer}"
    );
    assert!(answer.contains(r#""expires":4102444800000"#), "{answer}");

    edit(&mut console);
    let answer = accepted(&home, &old);
    assert!(answer.contains(r#""expires":4055011200000"#), "{answer}");

    console.send("l");
    console.see("will be locked out at once");
    console.send("y");
    console.see("is locked out:");
    console.see("Locked Out");
    assert_eq!(verify(&home, &old), refused("locked-out"));
    console.send("l");
    console.see("will be allowed to authenticate again");
    console.send("y");
    console.see("is unlocked.");
    accepted(&home, &old);

    let new = replace(&mut console);
    assert_ne!(new, old);
    accepted(&home, &old);
    assert_eq!(verify(&home, &new), refused("not-delivered"));
    confirm_stored(&mut console);
    console.see("the earlier one works until");
    accepted(&home, &old);
    accepted(&home, &new);
    console.send("x");
    console.see("The earlier secret of “nightly” (ID 1) will stop working");
    console.send("y");
    console.see("The earlier secret of “nightly” stopped working.");
    assert_eq!(verify(&home, &old), refused("replaced"));
    accepted(&home, &new);

    console.send("d");
    console.see("will be deleted and stop working at once");
    console.send("y");
    console.see("was deleted: its secret stopped working.");
    assert_eq!(verify(&home, &new), refused("deleted"));
    assert_in_no_file(&home, &[&old, &new]);
    console.send("q");
    assert_eq!(console.end(), 0);
    assert_restored(&console);
    assert_in_no_file(&home, &[&old, &new]);
}

/// Fills in Properties of a new key, presses OK and leaves the secret dialog open; gives the secret.
fn make(console: &mut Pty) -> String {
    console.send("n");
    console.see("New API Key");
    console.send("nightly\tCopies everything\t\r");
    console.see("Find:");
    console.send("full\r");
    console.see("Full Access ");
    console.send("\t\t\t \t2099-12-31");
    console.see("Stops 2100-01-01 00:00 UTC");
    console.send(F2);
    secret(console)
}

/// The secret that the dialog shows, read as a terminal's selection of its line does.
fn secret(console: &mut Pty) -> String {
    console.see("Secret key value");
    // The answer is drawn after the dialog's first frame, before which keys are dropped.
    console.send("\x03");
    console.see("There are two ways out");
    let screen = console.screen();
    let secret = screen.lines().find(|line| line.starts_with("1:"));
    let secret = secret.expect("a line with nothing but the secret");
    secret.trim_end().to_owned()
}

fn copy(console: &mut Pty, secret: &str) {
    let sequence = format!("\x1b]52;c;{}\x1b\\", BASE64_STANDARD.encode(secret));
    console.send("c");
    console.wait_for_bytes(&sequence);
    console.see("Sent to your terminal's clipboard");
}

/// Chooses `I have stored it`.
fn confirm_stored(console: &mut Pty) {
    console.send("a\r");
    console.see("works now");
}

/// Changes the selected key's description and expiry.
fn edit(console: &mut Pty) {
    console.send("\r");
    console.see("Properties: nightly");
    console.send("\t daily\t\t\t\t\t\x152098-06-30");
    console.see("OK: stops 2098-07-01 00:00 UTC");
    console.send(F2);
    console.see("“nightly” was saved.");
    console.send("\r");
    console.see("Properties: nightly");
    console.see("Copies everything daily");
    console.see("2098-06-30");
    console.send("\x1b");
    console.wait_for("the list alone", |screen| {
        !screen.contents().contains("Properties: nightly")
    });
}

/// Issues a new secret with an overlap of 1 hour and leaves the secret dialog open; gives the secret.
fn replace(console: &mut Pty) -> String {
    console.send("s");
    console.see("How long");
    console.send(DOWN);
    console.send("\r");
    console.see("(•) 1 hour");
    console.send("\r");
    secret(console)
}

/// Neither as text nor as the random bytes that the text stands for.
#[track_caller]
fn assert_in_no_file(home: &TempDir, secrets: &[&str]) {
    let mut files = Vec::new();
    let mut directories = vec![home.path().to_owned()];
    while let Some(directory) = directories.pop() {
        for entry in directory.read_dir().expect("directory") {
            let path = entry.expect("entry").path();
            if path.is_dir() {
                directories.push(path);
            } else {
                files.push((fs::read(&path).expect("file"), path));
            }
        }
    }
    assert!(!files.is_empty());
    for secret in secrets {
        let text = secret.split_once(':').expect("an ID").1;
        let random = &BASE64_STANDARD.decode(text).expect("base64")[..24];
        for (bytes, path) in &files {
            for part in [text.as_bytes(), random] {
                let found = bytes.windows(part.len()).any(|window| window == part);
                assert!(!found, "in {}", path.display());
            }
        }
    }
}

#[test]
fn keys_typed_ahead_of_the_first_frame_deliver_nothing() {
    let home = home();
    let mut console = Start::new(home.path(), &[]).go();
    let ahead = format!("nnightly{F2}{}", "xay\r\n".repeat(59));
    console.send(&ahead);
    let secret = secret(&mut console);
    // Comes after everything that was typed ahead.
    console.send("v");
    console.see("(hidden:");
    assert_eq!(verify(&home, &secret), refused("not-delivered"));
    console.send("v");
    confirm_stored(&mut console);
    accepted(&home, &secret);
}

#[test]
fn a_paste_without_brackets_into_the_secret_dialog_does_nothing() {
    let home = home();
    let mut console = Start::new(home.path(), &[]).go();
    console.see("No API keys yet.");
    let secret = make(&mut console);
    for pasted in [&secret, "banana", "wax", "xy", "paws", "axe\ry"] {
        console.send(&format!("{pasted}\r"));
        console.wait_for("a word on it", |screen| {
            let shown = screen.contents();
            shown.contains("as a paste does") || shown.contains("is NOT the secret")
        });
        assert_eq!(verify(&home, &secret), refused("not-delivered"));
        if console.screen().contains("Save the secret to a file") {
            console.send("\x1b");
            console.see("x Discard");
        }
        console.send("\x03");
        console.see("There are two ways out");
    }
    let left: Vec<_> = home.path().read_dir().expect("directory").collect();
    assert_eq!(left.len(), 1, "{left:?}");
    confirm_stored(&mut console);
    accepted(&home, &secret);
}

#[test]
fn what_another_process_changes_comes_into_the_list() {
    let home = home();
    let mut console = Start::new(home.path(), &[]).go();
    console.see("No API keys yet.");
    let other = Start::new(home.path(), &[]).go();
    other.see("No API keys yet.");
    make(&mut console);
    other.see("nightly");
    other.see("Not delivered");
    confirm_stored(&mut console);
    other.see("Active");
    console.send("l");
    console.see("will be locked out at once");
    console.send("y");
    other.see("Locked Out");
}

const DOWN: &str = "\x1b[B";
const F2: &str = "\x1bOQ";

/// The answer of `keyward verify`, which is that the secret is valid.
#[track_caller]
fn accepted(home: &TempDir, secret: &str) -> String {
    let (code, answer) = verify(home, secret);
    assert_eq!(code, Some(0), "{answer}");
    answer
}

/// The exit code and the answer.
fn verify(home: &TempDir, secret: &str) -> (Option<i32>, String) {
    let mut verify = Command::new(env!("CARGO_BIN_EXE_keyward"))
        .arg("verify")
        .env("XDG_DATA_HOME", home.path().join("data"))
        .env_remove("KEYWARD_DB")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("started");
    let mut input = verify.stdin.take().expect("input");
    input.write_all(secret.as_bytes()).expect("written");
    drop(input);
    let ended = verify.wait_with_output().expect("ended");
    let answer = String::from_utf8(ended.stdout).expect("text");
    (ended.status.code(), answer)
}

fn refused(reason: &str) -> (Option<i32>, String) {
    let answer = format!("{{\"valid\":false,\"reason\":\"{reason}\"}}\n");
    (Some(1), answer)
}

#[test]
fn the_cursor_is_where_the_selection_is() {
    let home = home();
    let mut console = demo(&home);
    console.send("jj");
    console.wait_for("the cursor at the mark of the third row", |screen| {
        let (row, column) = screen.cursor_position();
        let line = screen.rows(0, 80).nth(row.into()).unwrap_or_default();
        line.starts_with("> backup-nightly") && column == 0 && !screen.hide_cursor()
    });
}

#[test]
fn no_key_of_many_that_come_at_once_is_left_lying() {
    let home = home();
    let mut console = demo(&home);
    console.send(&format!("{}?", "\x1b[B".repeat(1_000)));
    console.see("a new API key");
}

#[test]
fn a_window_that_is_too_small_says_so_and_loses_nothing() {
    let home = home();
    let mut console = demo(&home);
    console.send("jj");
    console.see("> backup-nightly");
    console.resize(20, 5);
    console.see("40 columns");
    console.resize(100, 30);
    console.see("> backup-nightly");
}

#[test]
fn nothing_is_written_while_nothing_happens() {
    let home = home();
    let console = demo(&home);
    // The rest of the first frames may still be on its way.
    while console.bytes_while_idle(Duration::from_millis(500)) > 0 {}
    assert_eq!(console.bytes_while_idle(Duration::from_secs(2)), 0);
}

/// `keyward verify` at its prompt, on a database that the console made.
fn asking(home: &TempDir) -> Pty {
    let mut console = Start::new(home.path(), &[]).go();
    console.see("No API keys yet.");
    console.send("q");
    assert_eq!(console.end(), 0);
    let verify = Start::new(home.path(), &["verify"]).go();
    verify.see("Secret key value:");
    verify
}

#[test]
fn verify_shows_nothing_of_what_is_typed_at_a_terminal() {
    let home = home();
    let mut verify = asking(&home);
    verify.send("7:hidden\r");
    assert_eq!(verify.end(), 1);
    let screen = verify.screen();
    assert!(
        screen.contains(r#"{"valid":false,"reason":"malformed"}"#),
        "{screen}"
    );
    assert!(!screen.contains("hidden"), "{screen}");
    assert!(verify.modes_are_as_before());
}

#[test]
fn verify_gives_the_echo_back_when_it_is_interrupted() {
    let home = home();
    let mut verify = asking(&home);
    assert!(!verify.modes_are_as_before());
    verify.send("7:hid\x03");
    assert_eq!(verify.end(), 130);
    assert!(verify.modes_are_as_before());
    assert!(!verify.screen().contains("hid"));
}
