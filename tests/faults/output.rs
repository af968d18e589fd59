//! Output that goes nowhere: a full device, and descriptors that are closed.

use std::fs::{self, File};
use std::process::{Command, Stdio};

use super::broken::{Broken, on_database};
use crate::support::program::KEYWARD;

#[test]
fn a_standard_error_that_takes_nothing_changes_no_exit_code_and_no_answer() {
    let broken = Broken::closed();
    for args in [
        &["events"][..],
        &["events", "--check"],
        &["verify"],
        &["user", "unlock", "mallory", "--break-glass"],
        &["user", "unlock", "nobody", "--break-glass"],
        &["serve", "--auth", "nowhere"],
        &["events", "--prune-before", "never"],
    ] {
        let run = |error: Stdio| {
            let secret = File::open(broken.path().join("secret")).expect("there");
            let mut command = on_database(broken.path(), args);
            command.stdin(secret).stderr(error).output().expect("run")
        };
        let before = run(Stdio::piped());
        let full = File::options().write(true).open("/dev/full");
        let told = run(full.expect("a full device").into());
        assert_eq!(told.status.code(), before.status.code(), "{args:?}");
        if args[0] != "user" {
            assert_eq!(told.stdout, before.stdout, "{args:?}");
        }
    }
}

#[test]
fn a_descriptor_that_is_closed_is_never_taken_for_a_file_of_ours() {
    let broken = Broken::closed();
    let database = broken.path().join("keyward.db");
    let whole = fs::read(&database).expect("there");
    for closed in ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"] {
        for (args, code) in [
            ("events --check", 0),
            ("verify", i32::from(closed.contains('<'))),
        ] {
            let line = format!("exec $0 {args} --db $1 {closed}");
            let mut shell = Command::new("/bin/sh");
            shell
                .args(["-c", &line, KEYWARD])
                .arg(&database)
                .env_clear();
            let secret = File::open(broken.path().join("secret")).expect("there");
            let ended = shell.stdin(secret).output().expect("run");
            assert_eq!(ended.status.code(), Some(code), "{args} {closed}");
        }
    }
    assert_eq!(fs::read(&database).expect("there").len(), whole.len());
}
