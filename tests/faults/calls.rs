//! System calls that fail one by one.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use tempfile::TempDir;

use super::broken::{Broken, VALID, copied, said};
use crate::support::inject;
use crate::support::process::skip;
use crate::support::program::keyward;

/// Whether the trail says that the locked user was let in again.
fn is_unlocked(directory: &TempDir) -> bool {
    let events = injected(directory.path(), EVENTS, &["pread64:error=EIO:when=9999"]);
    assert!(events.contains("exit 0"), "{events}");
    events.contains("User Unlocked by Database Owner")
}

/// A command on the database, run with such system calls on its files tampered with.
fn injected(directory: &Path, args: &[&str], what: &[&str]) -> String {
    let database = directory.join("keyward.db");
    let mut command = keyward(directory, args);
    command.arg("--db").arg(&database);
    let beside = |suffix: &str| PathBuf::from(format!("{}{suffix}", database.display()));
    let (log, index) = (beside("-wal"), beside("-shm"));
    let secret = fs::File::open(directory.join("secret")).expect("there");
    let mut tampered = inject::injected(&command, &[&database, &log, &index], what);
    said(tampered.stdin(Stdio::from(secret)).output().expect("run"))
}

const VERIFY: &[&str] = &["verify"];
const EVENTS: &[&str] = &["events"];
const UNLOCK: &[&str] = &["user", "unlock", "mallory", "--break-glass"];
/// What writes, and how often in a short run.
const WRITING: [(&str, u32); 3] = [("pwrite64", 14), ("fdatasync,fsync", 4), ("ftruncate", 1)];
const ERRORS: [&str; 5] = ["ENOSPC", "EDQUOT", "EIO", "EROFS", "EFBIG"];

/// Whatever is said is a sentence with what to do, and no number that only `SQLite` knows.
#[track_caller]
fn is_said_well(said: &str, what: &str) {
    assert!(!said.contains("SQLite code"), "{what}: {said}");
    assert!(!said.contains("please report"), "{what}: {said}");
    assert!(!said.contains("damaged"), "{what}: {said}");
}

#[test]
fn whichever_call_fails_nothing_is_said_that_is_not_so() {
    if !inject::is_there() {
        return skip("there is no strace");
    }
    let mut cases = Vec::new();
    for (call, most) in WRITING {
        let each = (1..=most).zip(ERRORS.iter().cycle());
        cases.extend(each.map(|(when, error)| format!("{call}:error={error}:when={when}")));
        cases.extend(ERRORS.map(|error| format!("{call}:error={error}")));
    }
    cases.extend((1..12).map(|when| format!("pread64:error=EIO:when={when}")));
    let whole = Broken::closed();
    for what in cases {
        let directory = copied(&whole);
        let answer = injected(directory.path(), VERIFY, &[&what]);
        is_said_well(&answer, &what);
        let valid = answer.contains(VALID);
        assert_eq!(valid, answer.contains("exit 0"), "{what}: {answer}");
        // A verdict needs no writing.
        assert!(valid || what.starts_with("pread64"), "{what}: {answer}");

        let answer = injected(directory.path(), UNLOCK, &[&what]);
        is_said_well(&answer, &what);
        if answer.contains("exit 0") {
            assert!(is_unlocked(&directory), "{what}: {answer}");
        } else {
            assert!(answer.contains("exit 2"), "{what}: {answer}");
            let unsure = answer.contains("nobody can say");
            assert!(unsure || !is_unlocked(&directory), "{what}: {answer}");
        }
    }
}

#[test]
fn what_was_said_not_to_hold_does_not_come_back_after_a_crash() {
    if !inject::is_there() {
        return skip("there is no strace");
    }
    let whole = Broken::closed();
    // The second sync is the commit's; the process dies before it has closed the log.
    for (sync, comes_back) in [("2", false), ("2+", true)] {
        let directory = copied(&whole);
        let sync = format!("fsync,fdatasync:error=EIO:when={sync}");
        injected(directory.path(), UNLOCK, &[&sync, "unlink:signal=KILL"]);
        let unlocked = is_unlocked(&directory);
        assert!(comes_back || !unlocked, "{sync}");
    }
}

#[test]
fn a_change_whose_sync_fails_is_looked_at_again() {
    if !inject::is_there() {
        return skip("there is no strace");
    }
    let whole = Broken::closed();
    for (sync, said) in [
        ("2", "Nothing was changed"),
        ("2+", "it is not known yet whether the change was"),
        // The log is closed after the change was confirmed.
        ("3+", "mallory was unlocked"),
    ] {
        let directory = copied(&whole);
        let sync = format!("fsync,fdatasync:error=EIO:when={sync}");
        let answer = injected(directory.path(), UNLOCK, &[&sync]);
        assert!(answer.contains(said), "{sync}: {answer}");
    }
}
