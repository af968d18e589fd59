//! What is made ready beside a database, and what is left of that by a process that was killed.

use std::collections::hash_map::RandomState;
use std::ffi::OsString;
use std::fs;
use std::hash::BuildHasher;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use nix::errno::Errno;
use nix::sys::signal::kill;
use nix::unistd::{Pid, geteuid};

use crate::store::sqlite::lock::is_open;

/// What is made ready: `keyward.db.new-PID-RANDOM`. It is never the database that was there before.
const NEW: &str = ".new-";
/// What changes places with the database just now: `keyward.db.before-restore-TIME.exchange`.
pub const EXCHANGE: &str = ".exchange";
/// Digits of the random number in a name.
const RANDOM: usize = 16;
/// What `SQLite` puts beside a database.
const BESIDE: [&str; 4] = ["", "-wal", "-shm", "-journal"];
/// How old it is at least before it is removed: a process of another machine or container is not seen.
const OLD: Duration = Duration::from_hours(1);

/// A name that no other process takes, in the same directory.
pub fn name(real: &Path) -> PathBuf {
    let mut name = real.file_name().map_or_else(OsString::new, OsString::from);
    let process = std::process::id();
    let random = RandomState::new().hash_one(process);
    name.push(format!("{NEW}{process}-{random:0RANDOM$x}"));
    real.with_file_name(name)
}

/// Whose it is, where the rest of a name is one of [`name`]'s.
fn process(rest: &str) -> Option<Pid> {
    let (process, random) = rest.strip_prefix(NEW)?.split_once('-')?;
    let (random, suffix) = random.split_at_checked(RANDOM)?;
    let is_ours = random
        .bytes()
        .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
        && process.bytes().all(|byte| byte.is_ascii_digit())
        && BESIDE.contains(&suffix);
    let process = process.parse().ok().filter(|process| *process > 0)?;
    is_ours.then(|| Pid::from_raw(process))
}

/// What is left beside a database by processes that are gone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Left {
    /// Made ready, and never put in place.
    pub new: Vec<PathBuf>,
    /// Changing places: what was there before, or the copy.
    pub exchanged: Vec<PathBuf>,
}

/// Looks for it.
#[must_use]
pub fn look(real: &Path) -> Left {
    let mut left = Left::default();
    let Some(of) = real.file_name().and_then(|name| name.to_str()) else {
        return left;
    };
    let entries = fs::read_dir(real.parent().unwrap_or(real));
    for entry in entries.into_iter().flatten().flatten() {
        let name = entry.file_name();
        let Some(rest) = name.to_str().and_then(|name| name.strip_prefix(of)) else {
            continue;
        };
        if rest.starts_with(".before-restore-") && rest.ends_with(EXCHANGE) {
            left.exchanged.push(entry.path());
        } else if process(rest).is_some_and(|process| kill(process, None) == Err(Errno::ESRCH)) {
            left.new.push(entry.path());
        }
    }
    left.new.sort();
    left.exchanged.sort();
    left
}

/// Removes what was made ready by processes that have long been gone. What hinders it is no matter.
pub fn remove(real: &Path) {
    for path in look(real).new {
        let Ok(facts) = fs::symlink_metadata(&path) else {
            continue;
        };
        let is_old = facts
            .modified()
            .is_ok_and(|at| at.elapsed().is_ok_and(|age| age >= OLD));
        let is_own = facts.is_file() && facts.nlink() == 1 && facts.uid() == geteuid().as_raw();
        if is_old && is_own && !is_open(&path) {
            let _ = fs::remove_file(&path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_that_are_made_here_are_taken_for_such() {
        let made = name(Path::new("/a/keyward.db"));
        let made = made
            .to_str()
            .and_then(|made| made.strip_prefix("/a/keyward.db"));
        let own = i32::try_from(std::process::id()).expect("a number");
        assert_eq!(made.and_then(process), Some(Pid::from_raw(own)));
        for (rest, is_one) in [
            (".new-1-0123456789abcdef", true),
            (".new-1-0123456789abcdef-wal", true),
            (".new-1-0123456789abcdef-old", false),
            (".new-1-0123456789ABCDEF", false),
            (".new-1-0123456789abcde", false),
            (".new-0-0123456789abcdef", false),
            (".new--1-0123456789abcdef", false),
            (".new-+1-0123456789abcdef", false),
            (".new-x-0123456789abcdef", false),
            (".before-restore-1-0123456789abcdef", false),
            ("", false),
        ] {
            assert_eq!(process(rest).is_some(), is_one, "{rest}");
        }
    }
}
