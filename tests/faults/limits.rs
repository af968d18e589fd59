//! A process that may have little: few files, little memory, no more threads.

use std::fs::{self, File};
use std::os::unix::fs::chown;
use std::path::Path;
use std::process::Command;

use keyward::config::Config;
use keyward::text::Text;
use nix::unistd::geteuid;

use super::broken::{Broken, VALID, said, says};
use crate::support::hand::{self, F2};
use crate::support::process::skip;
use crate::support::program::KEYWARD;
use crate::support::pty::Start;
use crate::support::sentence;

/// A command on the database in this directory within limits, as `prlimit` names them; its standard input is a secret.
fn within(limits: &[&str], directory: &Path, args: &[&str]) -> String {
    let secret = File::open(directory.join("secret")).expect("there");
    let mut command = Command::new("/usr/bin/prlimit");
    command.args(limits).arg(KEYWARD).args(args).arg("--db");
    command.arg(directory.join("keyward.db")).env_clear();
    said(command.stdin(secret).output().expect("run"))
}

const FILES: &str = "--nofile=16";

/// Address space of what an optimised program of 12 MiB has beside itself within so many MiB: a build for tests is two to three times that
/// size, by how it is linked, and what is promised is not about its size.
fn memory(mib: u64) -> String {
    format!("--as={}", ((mib - 12) << 20) + image())
}

/// How much address space the program's own image takes: where the last of its segments ends (ELF, 64 bits, little endian).
fn image() -> u64 {
    let elf = fs::read(KEYWARD).expect("read");
    let number = |at: usize, bytes: usize| {
        let mut wide = [0; 8];
        wide[..bytes].copy_from_slice(&elf[at..at + bytes]);
        u64::from_le_bytes(wide)
    };
    let start = usize::try_from(number(32, 8)).expect("small");
    let headers = (0..number(56, 2)).zip((start..).step_by(56));
    let loaded = headers.filter(|(_, at)| number(*at, 4) == 1);
    let ends = loaded.map(|(_, at)| number(at + 16, 8) + number(at + 40, 8));
    ends.max().expect("segments")
}

#[test]
fn sixteen_files_or_64_mib_are_enough_for_a_verdict_and_for_scripts() {
    let broken = Broken::closed();
    let memory = memory(64);
    for limit in [FILES, &memory] {
        let verdict = within(&[limit], broken.path(), &["verify"]);
        says(&verdict, &[VALID, "exit 0"]);
        let check = within(&[limit], broken.path(), &["events", "--check"]);
        says(&check, &["is intact", "exit 0"]);
        let list = within(&[limit], broken.path(), &["key", "list", "--format", "csv"]);
        says(&list, &["backup", "exit 0"]);
        let doctor = within(&[limit], broken.path(), &["doctor"]);
        says(&doctor, &["finds no damage", "intact", "exit 0"]);
        let secret = broken.path().join("secret").display().to_string();
        let found = within(&[limit], broken.path(), &["scan", &secret]);
        says(&found, &["current", "exit 1"]);
        let copy = broken.path().join(limit).display().to_string();
        let copied = within(&[limit], broken.path(), &["backup", &copy]);
        says(&copied, &["exit 0"]);
    }
    for limit in [FILES, &memory] {
        let lock = ["key", "lock", "backup", "--yes"];
        says(&within(&[limit], broken.path(), &lock), &["exit"]);
    }
    let verdict = within(&[FILES], broken.path(), &["verify"]);
    says(&verdict, &["locked-out", "exit 1"]);
}

#[test]
fn too_few_files_or_too_little_memory_is_told_in_a_sentence() {
    let broken = Broken::closed();
    for files in ["4", "5"] {
        let verdict = within(&[&format!("--nofile={files}")], broken.path(), &["verify"]);
        says(&verdict, &["Too many files are open", "exit 2"]);
    }
    let serve = within(&[FILES], broken.path(), &["serve", "--auth", "127.0.0.1:0"]);
    says(&serve, &["Too few files may be open", "exit 2"]);
    for mib in [36, 40, 44] {
        let verdict = within(&[&memory(mib)], broken.path(), &["verify"]);
        let told = verdict.contains("not enough memory") && verdict.ends_with("exit 2\n");
        assert!(told || verdict.contains(VALID), "{mib}: {verdict}");
    }
}

#[test]
fn the_console_does_within_its_limits_what_it_can_and_says_what_it_cannot() {
    // Of addresses glibc sets 64 MiB aside for each thread that it can.
    let (little, enough) = (memory(64), memory(1_280));
    for (limit, must_make) in [(FILES, true), (&enough, true), (&little, false)] {
        let broken = Broken::closed();
        let database = broken.path().join("keyward.db").display().to_string();
        let args = [limit, KEYWARD, "--db", &database];
        let start = Start {
            program: "/usr/bin/prlimit",
            ..Start::new(broken.path(), &args)
        };
        let mut console = start.go();
        console.see("1 shown");
        console.send("l").says("confirm.lock_title");
        hand::pause();
        console.send("y").says("list.locked");
        console.send("n").says("form.title_new");
        console.send("nightly").see("nightly");
        console.send(F2);
        if must_make {
            console.says("secret.title");
        } else {
            console.wait_for("made, or told with all that was typed", |screen| {
                let screen = screen.contents();
                let is_on = |name| sentence::is_on(&screen, Text::en_us(), name, &[]);
                is_on("secret.title") || is_on("trouble.memory") && screen.contains("nightly")
            });
        }
    }
}

/// An account that nobody else uses, so that nobody else's threads count.
const LONELY: u32 = 61_234;

#[test]
fn where_no_more_threads_may_be_had_that_is_told_and_a_verdict_needs_none() {
    if !geteuid().is_root() {
        return skip("only root can become another account");
    }
    let broken = Broken::closed();
    let database = broken.path().join("keyward.db").display().to_string();
    for name in ["", "keyward.db", "secret"] {
        let given = chown(broken.path().join(name), Some(LONELY), None);
        given.expect("given away");
    }
    let account = LONELY.to_string();
    let lonely = [
        "--nproc=1",
        "setpriv",
        "--reuid",
        &account,
        "--clear-groups",
        KEYWARD,
    ];
    let run = |args: &[&str]| {
        let secret = File::open(broken.path().join("secret")).expect("there");
        let mut command = Command::new("/usr/bin/prlimit");
        command.args(lonely).args(args).args(["--db", &database]);
        said(command.stdin(secret).env_clear().output().expect("run"))
    };
    says(&run(&["verify"]), &[VALID, "exit 0"]);
    let serve = run(&["serve", "--auth", "127.0.0.1:0"]);
    says(&serve, &["may not have more threads", "exit 2"]);
    let user = Config::read().account.user_name();
    let args = [&lonely[..], &["--db", &database, "--user", &user]].concat();
    let start = Start {
        program: "/usr/bin/prlimit",
        ..Start::new(broken.path(), &args)
    };
    let mut console = start.go();
    console.says("cli.threads");
    assert_eq!(console.end(), 2);
    assert!(console.modes_are_as_before());
}
