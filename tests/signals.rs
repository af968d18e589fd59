//! Readers who go and signals that come, at whatever step of a command: the exit code tells it, nothing else is said, and
//! no file is left half-written.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::thread;

use keyward::domain::secret::IssuedSecret;
use keyward::domain::user::Arrival;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tempfile::TempDir;

#[path = "support"]
mod support {
    #![allow(dead_code, reason = "a part of what the tests use")]
    pub mod database;
    pub mod inject;
    pub mod process;
    pub mod program;
}

#[path = "signals"]
mod signals {
    mod every;
}

use support::database::{CHEAP, as_made, draft};
use support::inject::injected;
use support::process::{is_there, skip};
use support::program::{database_of, keyward};

/// A home with a database in which is a key, and its secret.
fn home() -> (TempDir, IssuedSecret) {
    let home = tempfile::tempdir().expect("a directory");
    let (mut service, owner) = as_made(&database_of(home.path()), CHEAP);
    service
        .note_sign_in(&owner, &Arrival::default())
        .expect("noted");
    let issued = service.create_key(&owner, &draft("backup"));
    let issued = issued.expect("created");
    service.deliver(&owner, issued.id, None).expect("delivered");
    (home, issued)
}

/// Whether a process ended as one does that a signal ends: by it, or with 128 and its number.
fn is_ended_by(status: ExitStatus, signal: Signal) -> bool {
    status.signal() == Some(signal as i32) || status.code() == Some(128 + signal as i32)
}

/// Started where SIGINT does what it does in a terminal, whoever runs the tests and how.
fn start(home: &Path, args: &[&str]) -> Child {
    let program = keyward(home, args);
    let mut command = Command::new("/usr/bin/env");
    command
        .arg("--default-signal=INT")
        .arg(program.get_program())
        .args(program.get_args())
        .env_clear()
        .current_dir(home)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    for (name, value) in program.get_envs() {
        command.env(name, value.expect("a value"));
    }
    command.spawn().expect("started")
}

/// Runs it to its end, without input.
fn run(home: &Path, args: &[&str]) -> Output {
    let mut command = keyward(home, args);
    command.stdin(Stdio::null()).output().expect("ran")
}

fn said(child: &mut Child) -> String {
    let mut said = String::new();
    let mut told = child.stderr.take().expect("a pipe");
    told.read_to_string(&mut said).expect("read");
    said
}

/// Commands that go on as long as there is input, and a line of it for which they print something.
fn streaming(issued: &IssuedSecret) -> [(&'static [&'static str], String); 2] {
    let line = format!("{}\n", issued.secret.expose());
    [
        (&["scan", "-", "--format", "jsonl"], line),
        (&["verify", "--batch"], "malformed\n".to_owned()),
    ]
}

#[test]
fn a_command_whose_reader_goes_ends_with_141_and_says_nothing() {
    let (home, issued) = home();
    for (args, line) in streaming(&issued) {
        let mut child = start(home.path(), args);
        let mut input = child.stdin.take().expect("a pipe");
        // Without an end, as of `yes | keyward ... | head -c 1`.
        let writing = thread::spawn(move || while input.write_all(line.as_bytes()).is_ok() {});
        let mut first = [0; 1];
        let mut output = child.stdout.take().expect("a pipe");
        output.read_exact(&mut first).expect("an answer");
        drop(output);
        let status = child.wait().expect("ended");
        assert!(is_ended_by(status, Signal::SIGPIPE), "{args:?} {status:?}");
        assert_eq!(said(&mut child), "", "{args:?}");
        writing.join().expect("the writer");
    }
}

#[test]
fn a_command_that_waits_for_input_ends_by_sigint_at_once_and_says_nothing() {
    let (home, issued) = home();
    for (args, line) in streaming(&issued) {
        let mut child = start(home.path(), args);
        let mut input = child.stdin.take().expect("a pipe");
        input.write_all(line.as_bytes()).expect("written");
        let mut output = BufReader::new(child.stdout.take().expect("a pipe"));
        let mut answer = String::new();
        output.read_line(&mut answer).expect("an answer");
        interrupt(&child);
        let status = child.wait().expect("ended");
        assert!(is_ended_by(status, Signal::SIGINT), "{args:?} {status:?}");
        assert_eq!(said(&mut child), "", "{args:?}");
    }
}

#[test]
fn events_that_are_followed_end_by_sigint_and_with_their_reader() {
    let (home, _) = home();
    for signal in [Signal::SIGINT, Signal::SIGPIPE] {
        let mut child = start(home.path(), &["events", "--follow"]);
        let mut output = BufReader::new(child.stdout.take().expect("a pipe"));
        let mut line = String::new();
        output.read_line(&mut line).expect("a line");
        match signal {
            Signal::SIGINT => interrupt(&child),
            _ => drop(output),
        }
        let status = child.wait().expect("ended");
        assert!(is_ended_by(status, signal), "{signal} {status:?}");
        assert_eq!(said(&mut child), "", "{signal}");
    }
}

fn interrupt(child: &Child) {
    let pid = Pid::from_raw(child.id().try_into().expect("a number"));
    kill(pid, Signal::SIGINT).expect("sent");
}

/// Commands that write a file, and its name.
const WRITING: [(&[&str], &str); 2] = [
    (&["backup", "copy.db"], "copy.db"),
    (
        &[
            "events",
            "--prune-before",
            "2099-01-01",
            "--to",
            "old.jsonl",
        ],
        "old.jsonl",
    ),
];

/// Whether all of a file is there: a database with its chain, or lines of JSON.
fn is_whole(path: &Path) -> bool {
    let home = path.parent().expect("a directory");
    if path.extension().is_some_and(|end| end == "jsonl") {
        return fs::read_to_string(path).is_ok_and(|text| text.ends_with("}\n"));
    }
    let check = ["events", "--check", "--db", "copy.db"];
    keyward(home, &check)
        .output()
        .expect("ran")
        .status
        .success()
}

/// What a command does with a file, one after the other.
const STEPS: [&str; 6] = ["openat", "pwrite64", "write", "fsync", "close", "unlink"];

#[test]
fn a_file_is_whole_or_not_there_wherever_sigint_comes() {
    if !support::inject::is_there() || !is_there("env") {
        return skip("there is no strace");
    }
    for (args, name) in WRITING {
        let mut whole = 0;
        for (call, when) in STEPS.iter().flat_map(|call| [1, 2, 3].map(|at| (call, at))) {
            let (home, _) = home();
            let path = home.path().join(name);
            let what = format!("{call}:signal=INT:when={when}");
            let mut command = injected(&keyward(home.path(), args), &[&path], &[&what]);
            command.env_clear().env("PATH", "/usr/bin:/bin");
            command.env("HOME", home.path());
            command.env("XDG_DATA_HOME", home.path().join("data"));
            let ended = command.current_dir(home.path()).output().expect("ran");
            let status = ended.status;
            let told = String::from_utf8_lossy(&ended.stderr).into_owned();
            let place = format!("{args:?} {what} {status:?} {told}");
            let is_whole = is_whole(&path);
            assert!(!path.exists() || is_whole, "{place}");
            if status.success() {
                assert!(is_whole, "{place}");
                whole += 1;
            } else {
                assert!(is_ended_by(status, Signal::SIGINT), "{place}");
            }
            let again = keyward(home.path(), &["events", "--check"]).output();
            assert!(again.expect("ran").status.success(), "{place}");
        }
        assert!(whole > 0, "{args:?} came to its end at least once");
    }
}
