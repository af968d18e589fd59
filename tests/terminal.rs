//! The real program in a pseudo terminal: what it shows and what its keys do.

use std::fs;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use tempfile::TempDir;
use vt100::Screen;

mod support {
    #![allow(dead_code, reason = "each file of tests uses a part of it")]
    pub mod hand;
    pub mod program;
    pub mod pty;
    pub mod sentence;
}

use support::hand::{
    F2, accepted, confirm_stored, demo, empty, home, make, refused, replace, secret, verify,
};
use support::pty::{Pty, Start};

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
fn the_main_job_from_an_empty_list_to_a_deleted_key() {
    let home = home();
    let mut console = empty(&home);

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

    console.send("l").says("confirm.lock");
    console.send("y").see("was locked out:");
    console.says("state.locked_out");
    assert_eq!(verify(&home, &old), refused("locked-out"));
    console.send("u").see("will be unlocked immediately");
    console.send("y").see("was unlocked.");
    accepted(&home, &old);

    let new = replace(&mut console);
    assert_ne!(new, old);
    accepted(&home, &old);
    assert_eq!(verify(&home, &new), refused("not-delivered"));
    confirm_stored(&mut console);
    console.says("secret.delivered_overlap");
    accepted(&home, &old);
    accepted(&home, &new);
    console.send("x");
    console.see("The previous secret of “nightly” (ID 1), which works until");
    console.send("y");
    console.says_with("list.overlap_ended", &[("name", &"nightly")]);
    assert_eq!(verify(&home, &old), refused("replaced"));
    accepted(&home, &new);

    console.send("d").says("confirm.delete");
    console.send("y").says("list.deleted");
    assert_eq!(verify(&home, &new), refused("deleted"));
    assert_in_no_file(&home, &[&old, &new]);
    console.quits();
    assert!(console.modes_are_as_before());
    assert_in_no_file(&home, &[&old, &new]);
}

fn copy(console: &mut Pty, secret: &str) {
    let sequence = format!("\x1b]52;c;{}\x1b\\", BASE64_STANDARD.encode(secret));
    console.send("c");
    console.wait_for_bytes(&sequence);
    console.says("secret.sent_osc52");
}

/// Changes the selected key's description and expiry.
fn edit(console: &mut Pty) {
    console.send("\r");
    console.says_with("form.title_edit", &[("name", &"nightly")]);
    console.send("\t daily\t\t\t\t\t\x152098-06-30");
    console.says_with(
        "form.stops_when_saved",
        &[("moment", &"2098-07-01 00:00 UTC")],
    );
    console.send(F2);
    console.says_with("form.saved", &[("name", &"nightly")]);
    console.send("\r");
    console.says_with("form.title_edit", &[("name", &"nightly")]);
    console.see("Copies everything daily");
    console.see("2098-06-30");
    console.send("\x1b");
    console.wait_for("the list alone", |screen| {
        !screen.contents().contains("Properties: nightly")
    });
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
    console.send("v").see("(hidden:");
    assert_eq!(verify(&home, &secret), refused("not-delivered"));
    console.send("v");
    confirm_stored(&mut console);
    accepted(&home, &secret);
}

#[test]
fn a_paste_without_brackets_into_the_secret_dialog_does_nothing() {
    let home = home();
    let mut console = empty(&home);
    let secret = make(&mut console);
    // Neither does a key in the midst of it end it, nor text that is taken somewhere else.
    for pasted in [
        &secret, "banana", "wax", "xy", "paws", "axe\ry", "zzz\x03a", "paws\ra",
    ] {
        console.send(&format!("{pasted}\r"));
        console.wait_for("a word on it", |screen| {
            let shown = screen.contents();
            shown.contains("as in a paste") || shown.contains("is NOT the secret")
        });
        assert_eq!(verify(&home, &secret), refused("not-delivered"));
        if console.screen().contains("Save the secret to a file") {
            console.send("\x1b").see("x To Discard");
        }
        console.send("\x03").says("secret.ways_out");
    }
    let left: Vec<_> = home.path().read_dir().expect("directory").collect();
    assert_eq!(left.len(), 1, "{left:?}");
    confirm_stored(&mut console);
    accepted(&home, &secret);
}

#[test]
fn a_paste_that_never_ends_takes_no_key_with_it_but_ctrl_c() {
    let home = home();
    let mut console = demo(&home);
    console.send("\x1b[200~dy\r").says("lost.unfinished");
    console.send("?").see("Help");
    console.send("\x1b");
    console.wait_for("the list alone", |screen| {
        !screen.contents().contains("Find:")
    });
    // No second goes by between them.
    console.send("\x1b[200~dy\r");
    console.send("\x03");
    assert_eq!(console.end(), 0);
}

#[test]
fn what_is_pasted_beyond_every_limit_is_told_and_ctrl_c_gets_through() {
    let home = home();
    let mut console = demo(&home);
    console.send("/").see("Esc Clear");
    let text = "backup ".repeat(20_000);
    console.send(&format!("\x1b[200~{text}\x1b[201~"));
    console.see("More than 16 KiB were pasted");
    console.send(&text).says("lost.keys");
    console.send("\x03");
    assert_eq!(console.end(), 0);
}

#[test]
fn not_even_a_space_is_left_behind_the_secret() {
    let home = home();
    let mut console = demo(&home);
    console.send("n").says("form.title_new");
    console.send(&format!("nightly{F2}"));
    console.says("secret.only_time");
    console.wait_for("nothing behind the secret and its header", |screen| {
        let lines: Vec<(u16, String)> = (0..).zip(screen.rows(0, 80)).collect();
        let secret = lines
            .iter()
            .find(|(_, line)| line.contains(':') && line.ends_with('='));
        let header = lines
            .iter()
            .find(|(_, line)| line.starts_with("api-secret-key: "));
        let (Some(secret), Some(header)) = (secret, header) else {
            return false;
        };
        [secret, header].into_iter().all(|(row, line)| {
            let end = u16::try_from(line.len()).expect("columns");
            let cell = |column| screen.cell(*row, column).expect("cell");
            cell(end - 1).has_contents() && (end..80).all(|column| !cell(column).has_contents())
        })
    });
}

#[test]
fn what_another_process_changes_comes_into_the_list() {
    let home = home();
    let mut console = empty(&home);
    let other = empty(&home);
    make(&mut console);
    other.see("nightly");
    other.says("state.not_delivered");
    confirm_stored(&mut console);
    other.see("Active");
    console.send("l").says("confirm.lock");
    console.send("y");
    other.says("state.locked_out");
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
    console.says("help.new");
}

/// Sends keys whose bytes are held up on their way, and says whether that took no longer than it was to take.
#[expect(
    clippy::disallowed_methods,
    reason = "the time is what the test is about"
)]
fn held_up(console: &mut Pty, parts: [&str; 2], time: Duration) -> bool {
    let start = Instant::now();
    console.send(parts[0]);
    thread::sleep(time);
    console.send(parts[1]);
    start.elapsed() < time + Duration::from_millis(20)
}

#[test]
fn a_key_that_comes_in_two_parts_is_one_key() {
    for (parts, ms) in [
        (["\x1b", "[A"], 20),
        (["\x1b[", "A"], 100),
        (["\x1bO", "A"], 100),
    ] {
        let home = home();
        let mut console = demo(&home);
        // A machine that is busy itself holds them up for longer; then it says nothing.
        let in_time = (0..50).any(|_| {
            console.send("t").see("> API Keys");
            let in_time = held_up(&mut console, parts, Duration::from_millis(ms));
            if in_time {
                // Esc would have closed the tree, and A means nothing.
                console.see("> Roles");
            }
            console.send("\x1b");
            console.wait_for("no tree", |screen| !screen.contents().contains("> Roles"));
            in_time
        });
        assert!(in_time, "{parts:?}");
    }
}

#[test]
fn a_window_that_is_too_small_says_so_and_loses_nothing() {
    let home = home();
    let mut console = demo(&home);
    console.send("jj").see("> backup-nightly");
    console.resize(20, 5).see("40 columns");
    console.resize(100, 30).see("> backup-nightly");
}

#[test]
fn a_terminal_that_says_it_is_gigantic_or_nothing_is_survived() {
    let home = home();
    let mut console = demo(&home);
    for (columns, rows) in [(u16::MAX, u16::MAX), (0, 0), (u16::MAX, 1), (1, u16::MAX)] {
        console.claim(columns, rows);
        console.send("j");
        while console.bytes_while_idle(Duration::from_millis(300)) > 0 {}
    }
    console.resize(80, 24).see("39 of 41");
    let status = console.proc("status");
    let most = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let most = most.and_then(|line| line.trim().strip_suffix(" kB"));
    let most: u64 = most.expect("memory").parse().expect("a number");
    assert!(most < 400_000, "{most} kB");
    console.quits();
    assert!(console.modes_are_as_before());
}

#[test]
fn sizes_that_change_faster_than_it_draws_end_in_the_last_one() {
    let home = home();
    let mut console = demo(&home);
    for step in 0..200 {
        console.claim(60 + step, 15 + step / 10);
    }
    console.resize(150, 30).see("39 of 41");
    // There is room for the tree.
    console.see("System Events");
}

#[test]
fn it_draws_in_the_size_of_the_terminal_that_is_drawn_on() {
    let home = home();
    let shown_on = Start {
        program: "/bin/sleep",
        columns: 150,
        rows: 30,
        ..Start::new(home.path(), &["600"])
    }
    .go();
    let command = format!(
        "exec '{}' demo >'{}'",
        env!("CARGO_BIN_EXE_keyward"),
        shown_on.path().display()
    );
    let mut typed_on = Start {
        program: "/bin/sh",
        ..Start::new(home.path(), &["-c", &command])
    }
    .go();
    shown_on.see("39 of 41");
    shown_on.see("System Events");
    typed_on.quits();
}

#[test]
fn what_is_done_while_the_terminal_takes_nothing_is_seen_when_it_does_again() {
    let home = home();
    let mut console = demo(&home);
    let is_right = |screen: &Screen| {
        let rows: Vec<String> = screen.rows(0, 80).collect();
        let heading = rows
            .iter()
            .position(|row| row.contains("Name"))
            .unwrap_or(0);
        let marked = (0..).zip(&rows).filter(|(_, row)| row.starts_with("> "));
        marked.map(|(at, _)| at).eq([heading + 6])
    };
    console.hold();
    for _ in 0..5 {
        console.send("j");
        // Each is drawn, or would be.
        assert_eq!(console.bytes_while_idle(Duration::from_millis(50)), 0);
    }
    console.go_on();
    console.wait_for("the mark at the sixth row and no other", is_right);
    console.quits();
}

#[test]
fn nothing_is_written_while_nothing_happens() {
    let home = home();
    let console = demo(&home);
    // The rest of the first frames may still be on its way.
    while console.bytes_while_idle(Duration::from_millis(500)) > 0 {}
    // How long ago something was is told anew at the full minute, which is in one of two such spans at the most.
    let spans = [(); 2].map(|()| console.bytes_while_idle(Duration::from_secs(2)));
    assert!(spans.contains(&0), "{spans:?}");
}

/// `keyward verify` at its prompt, on a database that the console made.
fn asking(home: &TempDir) -> Pty {
    let mut console = empty(home);
    console.quits();
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
