//! `keyward demo`: the real program with each of its options.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use assert_cmd::Command;
use keyward::service::demo::VIEWS;

mod support {
    #![expect(dead_code, reason = "only a part of it is used here")]
    pub mod hand;
    pub mod process;
    pub mod program;
    pub mod pty;
    pub mod sentence;
}

use support::hand::{confirm_stored, home, pause, verify_by};
use support::program::{keyward, said};
use support::pty::{Pty, Start};

const F2: &str = "\x1bOQ";
/// Beside the console, on the demonstration in a file.
const VERIFY: [&str; 3] = ["verify", "--db", "demo.db"];

fn start(home: &Path, args: &[&str]) -> Pty {
    Start::new(home, args).go()
}

/// Makes a key, as whoever may; its secret is on the screen then.
fn make(console: &mut Pty) {
    console.send("n").says("form.title_new");
    console.send("nightly").see("nightly");
    console.send(F2).says("secret.title");
}

/// The secret that the dialog shows, read as a terminal's selection of its line does.
fn secret(console: &Pty) -> String {
    let is_secret = |line: &&str| line.len() > 40 && line.starts_with("42:");
    console.wait_for("a secret", |screen| {
        screen.contents().lines().any(|line| is_secret(&line))
    });
    let screen = console.screen();
    let line = screen
        .lines()
        .find(is_secret)
        .expect("a line with nothing but the secret");
    line.trim_end().to_owned()
}

#[test]
fn a_demo_in_a_file_stays_and_its_new_keys_are_verified_beside_it() {
    let home = home();
    let mut console = start(home.path(), &["demo", "--db", "demo.db"]);
    console.see("39 of 41").says("header.demo");
    let file = home.path().join("demo.db");
    let mode = fs::metadata(&file).expect("a file").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    make(&mut console);
    let secret = secret(&console);
    confirm_stored(&mut console);
    let (code, answer) = verify_by(&home, &VERIFY, &secret);
    assert_eq!(code, Some(0), "{answer}");
    console.quits();

    // It says what it is for as long as there is anything of it.
    for args in [
        &["--db", "demo.db"][..],
        &["--db", "demo.db", "--user", "auditor"],
    ] {
        let mut console = start(home.path(), args);
        console.says("header.demo").see("nightly");
        console.quits();
    }
    let mut console = start(home.path(), &["demo", "--db", "demo.db"]);
    assert_eq!(console.end(), 2);
    assert!(
        console.screen().contains("already exists"),
        "{}",
        console.screen()
    );
    assert_eq!(verify_by(&home, &VERIFY, &secret).0, Some(0));
}

#[test]
fn a_demo_has_as_many_keys_as_were_asked_for_in_memory_and_in_a_file() {
    let home = home();
    let mut console = start(home.path(), &["demo", "--keys", "300"]);
    console.see(" of 300").says("header.demo");
    console.quits();
    let mut console = start(home.path(), &["demo", "--keys", "300", "--db", "many.db"]);
    console.see(" of 300").says("header.demo");
    console.quits();
    let mut console = start(home.path(), &["--db", "many.db"]);
    console.see(" of 300").says("header.demo");
    console.quits();
    let mut console = start(home.path(), &["demo", "--keys", "5"]);
    console.see("backup-nightly").says("header.demo");
    console.quits();
}

#[test]
fn a_real_database_is_no_demonstration() {
    let home = home();
    let mut console = start(home.path(), &["--db", "real.db"]);
    console.see("API Keys");
    let screen = console.screen();
    assert!(!screen.contains("DEMO"), "{screen}");
    console.quits();
}

#[test]
fn every_role_of_the_demo_can_be_looked_at_and_who_may_not_is_told_so() {
    let home = home();
    for view in VIEWS {
        let mut console = start(home.path(), &["demo", "--as", view.word]);
        if view.word == "automation" {
            assert_eq!(console.end(), 77);
            console.says_with(
                "trouble.no_user_interface",
                &[("user", &"wallboard"), ("role", &"Automation")],
            );
        } else {
            console.see(&format!("{} (", view.user.unwrap_or("demo")));
            console.quits();
        }
    }
}

#[test]
fn a_recording_is_the_same_in_every_run_secret_included() {
    let home = home();
    let mut runs = (0..2).map(|_| {
        let mut console = start(home.path(), &["demo", "--fixed"]);
        // A frame may come in parts, of which the footer is the last.
        console.see("39 of 41").see("q Quit");
        let first = console.screen();
        make(&mut console);
        (first, secret(&console))
    });
    let (one, other) = (runs.next(), runs.next());
    assert_eq!(one, other);
}

#[test]
fn predictable_secrets_are_never_kept() {
    let home = home();
    for args in [
        ["demo", "--fixed", "--db", "x.db"],
        ["--db", "x.db", "demo", "--fixed"],
    ] {
        let refused = Command::from_std(keyward(home.path(), &args))
            .assert()
            .code(64);
        assert!(said(&refused).contains("can be predicted"), "{args:?}");
    }
    assert!(!home.path().join("x.db").exists());
}

#[test]
fn the_tour_goes_to_its_end_and_back_in_the_real_program() {
    let home = home();
    let mut console = start(home.path(), &["demo", "--tour"]);
    let captions = [
        "tour.list",
        "tour.new",
        "tour.name",
        "tour.role",
        "tour.language",
        "tour.zone",
        "tour.expiry",
        "tour.secret",
        "tour.copy",
        "tour.stored",
        "tour.valid",
        "tour.lock",
        "tour.locked",
        "tour.denied",
    ];
    console.says(captions[0]).see("39 of 41");
    for caption in &captions[1..10] {
        console.send(" ").says(caption);
        if *caption == "tour.secret" {
            // What is pressed before a hand can have seen it counts for nothing.
            console.see("api-secret-key: 42:");
            pause();
        }
    }
    console.says_with("secret.delivered", &[("name", &"nightly-report")]);
    console
        .send("\x7f")
        .says("tour.copy")
        .see("api-secret-key: 42:");
    pause();
    for caption in &captions[9..] {
        console.send(" ").says(caption);
    }
    console.says("try.locked_out");
    // Esc ends the tour alone; the next one is the console's.
    console.send("\x1b");
    console.wait_for("the end of the tour", |screen| {
        !screen.contents().contains("14 of 14")
    });
    console.says("try.locked_out");
    console.send("\x1b");
    console.wait_for("the list", |screen| {
        !screen.contents().contains("Try a Secret")
    });
    console.quits();
}

#[test]
fn a_tour_is_of_no_other_role_and_of_no_file() {
    let home = home();
    for args in [
        &["demo", "--tour", "--as", "auditor"][..],
        &["demo", "--tour", "--db", "x.db"],
    ] {
        let refused = Command::from_std(keyward(home.path(), args)).assert();
        assert!(said(&refused.code(64)).contains("--tour"), "{args:?}");
    }
}

#[test]
fn the_page_names_every_role_with_its_user() {
    let page = fs::read_to_string("docs/demo.md").expect("a page");
    for view in VIEWS {
        let row = format!("| `{}` | `{}` |", view.word, view.user.unwrap_or("demo"));
        assert!(page.contains(&row), "{row}");
    }
}

#[test]
fn nothing_of_a_secret_is_on_the_screen_of_a_talk() {
    let home = home();
    let mut console = start(home.path(), &["demo", "--fixed"]);
    console.see("39 of 41");
    make(&mut console);
    // With the same seed it is the same secret.
    let secret = secret(&console);
    let mut console = start(home.path(), &["demo", "--fixed", "--hide-secrets"]);
    console.see("39 of 41");
    make(&mut console);
    console.says("secret.sealed_line");
    console.send("v").says("secret.sealed");
    console.send("\x03").says("secret.ways_out");
    let bytes = console.bytes();
    let piece = &secret.as_bytes()[3..11];
    let shown = bytes.windows(piece.len()).any(|bytes| bytes == piece);
    assert!(!shown, "{}", console.screen());
}
