//! A process that may have little: few files, little memory, no more threads.

use std::fs::File;
use std::os::unix::fs::chown;
use std::path::Path;
use std::process::Command;

use keyward::config::Config;
use nix::unistd::geteuid;

use super::broken::{Broken, VALID, said, says};
use crate::support::hand::{self, F2};
use crate::support::process::skip;
use crate::support::program::KEYWARD;
use crate::support::pty::Start;

/// A command on the database in this directory within limits, as `prlimit` names them; its standard input is a secret.
fn within(limits: &[&str], directory: &Path, args: &[&str]) -> String {
    let secret = File::open(directory.join("secret")).expect("there");
    let mut command = Command::new("/usr/bin/prlimit");
    command.args(limits).arg(KEYWARD).args(args).arg("--db");
    command.arg(directory.join("keyward.db")).env_clear();
    said(command.stdin(secret).output().expect("run"))
}

const FILES: &str = "--nofile=16";
const MEMORY: &str = "--as=67108864";

#[test]
fn sixteen_files_or_64_mib_are_enough_for_a_verdict_and_for_scripts() {
    let broken = Broken::closed();
    for limit in [FILES, MEMORY] {
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
    for limit in [FILES, MEMORY] {
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
        let limit = format!("--as={}", mib << 20);
        let verdict = within(&[&limit], broken.path(), &["verify"]);
        let told = verdict.contains("not enough memory") && verdict.ends_with("exit 2\n");
        assert!(told || verdict.contains(VALID), "{mib}: {verdict}");
    }
}

#[test]
fn the_console_does_within_its_limits_what_it_can_and_says_what_it_cannot() {
    for (limit, can_make) in [(FILES, true), (MEMORY, false)] {
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
        if can_make {
            console.says("secret.title");
        } else {
            console.says("trouble.memory").see("nightly");
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
