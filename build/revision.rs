//! The commit that the program is built from: `KEYWARD_REVISION` where it is set, else what `cargo package` noted, else what
//! git says. Only of a release: while one works on it, a commit changes nothing that would have to be built again.

use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;

const REVISION: &str = "KEYWARD_REVISION";
/// What the source consists of. Listed, or else cargo would take every file for a part of it.
const SOURCES: [&str; 6] = [
    "Cargo.lock",
    "Cargo.toml",
    "assets",
    "build",
    "build.rs",
    "src",
];

/// Hands the commit to the compiler, where it is known.
pub fn tell() {
    println!("cargo::rerun-if-env-changed={REVISION}");
    if env::var_os(REVISION).is_some() {
        // Seen by the compiler as it is.
        return;
    }
    let is_release = env::var("PROFILE").is_ok_and(|profile| profile == "release");
    if let Some(revision) = is_release.then(|| packaged().or_else(of_git)).flatten() {
        println!("cargo::rustc-env={REVISION}={revision}");
    }
}

/// The commit that `cargo package` wrote into the archive.
fn packaged() -> Option<String> {
    let noted = fs::read_to_string(".cargo_vcs_info.json").ok()?;
    let (_, rest) = noted.split_once("\"sha1\": \"")?;
    let (revision, _) = rest.split_once('"')?;
    Some(revision.to_owned())
}

/// The commit of this very repository, with `+` where the sources are not as it has them.
fn of_git() -> Option<String> {
    // Inside another repository git would answer, too.
    if !Path::new(".git").exists() {
        return None;
    }
    for source in SOURCES {
        println!("cargo::rerun-if-changed={source}");
    }
    for moves in ["HEAD", "logs/HEAD"] {
        if let Some(path) =
            git(&["rev-parse", "--git-path", moves]).filter(|it| Path::new(it).exists())
        {
            println!("cargo::rerun-if-changed={path}");
        }
    }
    // Without a lock git writes nothing, and so nothing of it makes cargo ask again.
    let status = ["--no-optional-locks", "status", "--porcelain", "--"];
    let changed = git(&[&status[..], &SOURCES].concat())?;
    let mark = if changed.is_empty() { "" } else { "+" };
    Some(git(&["rev-parse", "HEAD"])? + mark)
}

fn git(words: &[&str]) -> Option<String> {
    let answer = Command::new("git").args(words).output().ok()?;
    let printed = String::from_utf8(answer.stdout).ok()?;
    answer.status.success().then(|| printed.trim().to_owned())
}
