//! What the program does before there is anything to show: output that cannot be written, a terminal that cannot be
//! drawn on, accounts of every kind.

use std::fs::File;
use std::os::unix::fs::chown;
use std::process::{Output, Stdio};

use keyward::config::Config;
use keyward::domain::user::Arrival;
use tempfile::TempDir;

mod support {
    #![expect(dead_code, reason = "only a part of it is used here")]
    pub mod database;
    pub mod process;
    pub mod program;
    pub mod pty;
    pub mod sentence;
}

use support::database::{CHEAP, as_made};
use support::process::skip;
use support::program::{KEYWARD, database_of, keyward};
use support::pty::Start;

/// A home with a database in it that has an event, and a public key.
fn home() -> TempDir {
    let home = tempfile::tempdir().expect("a directory");
    let (mut service, owner) = as_made(&database_of(home.path()), CHEAP);
    let noted = service.note_sign_in(&owner, &Arrival::default());
    noted.expect("noted");
    let key =
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f alice";
    std::fs::write(home.path().join("alice.pub"), key).expect("written");
    home
}

fn run(home: &TempDir, args: &str, out: impl Into<Stdio>) -> Output {
    keyward(home.path(), &args.split(' ').collect::<Vec<_>>())
        .stdin(Stdio::null())
        .stdout(out)
        .output()
        .expect("started")
}

/// Everything that prints.
fn printing() -> Vec<String> {
    let user = Config::read().account.user_name();
    let fixed = [
        "--help",
        "-h",
        "--version",
        "help",
        "help events",
        "verify --help",
        "config",
        "config --default",
        "events",
        "events --format jsonl",
        "events --format csv",
        "events --check",
        "events --head",
        "events --prune-before 2020-01-01",
        "verify",
        "key list --format json",
        "key list --format csv",
        "scan --format csv -",
        "scan --format json .",
    ];
    let mut all = fixed.map(str::to_owned).to_vec();
    all.push(format!("user unlock {user} --break-glass"));
    all.push(format!("ssh-line --user {user} alice.pub"));
    all
}

#[test]
fn output_that_cannot_be_written_is_told() {
    let home = home();
    for args in printing() {
        let written = run(&home, &args, Stdio::piped());
        // The empty input is no secret.
        let expected = i32::from(args == "verify");
        assert_eq!(written.status.code(), Some(expected), "{args}: {written:?}");
        assert!(!written.stdout.is_empty(), "{args}");
        let full = File::create("/dev/full").expect("a full device");
        let told = run(&home, &args, full);
        let sentence = String::from_utf8_lossy(&told.stderr).into_owned();
        assert_eq!(told.status.code(), Some(2), "{args}: {sentence}");
        assert!(sentence.starts_with("keyward: "), "{args}: {sentence}");
        assert!(sentence.contains("No space left"), "{args}: {sentence}");
    }
}

#[test]
fn a_reader_who_has_gone_is_no_success() {
    let home = home();
    for args in printing() {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let left = run(&home, &args, writer);
        let quiet = left.stderr.is_empty();
        match left.status.code() {
            Some(141) => assert!(quiet, "{args}"),
            // Whoever asked for a verdict or a change is told that no answer arrived.
            Some(2) => assert!(
                args.starts_with("verify") || args.starts_with("user"),
                "{args}"
            ),
            other => panic!("{args}: {other:?}"),
        }
    }
}

#[test]
fn a_terminal_that_moves_no_cursor_is_refused_politely() {
    let home = tempfile::tempdir().expect("a directory");
    for (term, args) in [("dumb", &[][..]), ("unknown", &[]), ("dumb", &["demo"])] {
        let variables = [("TERM", term.as_ref())];
        let start = Start {
            variables: &variables,
            ..Start::new(home.path(), args)
        };
        let mut console = start.go();
        assert_eq!(console.end(), 2);
        let said = format!("(TERM={term})");
        assert!(console.screen().contains(&said), "{}", console.screen());
        assert!(!console.bytes().contains(&0x1b), "nothing steers it");
    }
    assert!(!home.path().join("data").exists(), "nothing was made");
}

#[test]
fn a_terminal_that_does_not_say_what_it_is_is_drawn_on() {
    let home = tempfile::tempdir().expect("a directory");
    let variables = [("TERM", "".as_ref())];
    let start = Start {
        variables: &variables,
        ..Start::new(home.path(), &["demo"])
    };
    let mut console = start.go();
    console.see("API Keys");
    console.quits();
}

#[test]
fn an_account_without_an_entry_begins_and_comes_back() {
    const UID: u32 = 54_321;
    if !nix::unistd::geteuid().is_root() {
        skip("only root can become an account that does not exist");
        return;
    }
    let home = tempfile::tempdir().expect("a directory");
    chown(home.path(), Some(UID), Some(UID)).expect("given away");
    let args = ["--reuid=54321", "--regid=54321", "--clear-groups", KEYWARD];
    for _ in 0..2 {
        let start = Start {
            program: "/usr/bin/setpriv",
            ..Start::new(home.path(), &args)
        };
        let mut console = start.go();
        console.see("uid-54321 (Full Access)");
        console.quits();
    }
}
