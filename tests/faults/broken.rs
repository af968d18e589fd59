//! A database for faults, and a shell that mounts a disk for it.

use std::fs;
use std::io::{Seek, Write};
use std::path::Path;
use std::process::{Command, Output};

use keyward::auth::hash::Cost;
use keyward::domain::id::{AUDITOR, KeyId};
use keyward::domain::user::Actor;
use keyward::service::Service;
use tempfile::TempDir;

use crate::support::database::{as_made, draft, user_draft};
use crate::support::process::skip;
use crate::support::program::{KEYWARD, keyward};

/// A database with a key and its delivered secret, and a user who is locked out: `mallory`.
pub struct Broken {
    pub directory: TempDir,
    pub service: Service,
    pub actor: Actor,
    pub key: KeyId,
}

impl Broken {
    pub fn new() -> Broken {
        let directory = tempfile::tempdir().expect("directory");
        let path = directory.path().join("keyward.db");
        let (mut service, actor) = as_made(&path, Cost::REAL);
        let issued = service
            .create_key(&actor, &draft("backup"))
            .expect("created");
        service.deliver(&actor, issued.id, None).expect("delivered");
        let mut mallory = user_draft("mallory", AUDITOR);
        mallory.locked_out = Some(String::new());
        service.create_user(&actor, &mallory).expect("added");
        fs::write(directory.path().join("secret"), issued.secret.expose()).expect("written");
        fs::create_dir(directory.path().join("disk")).expect("made");
        Broken {
            directory,
            service,
            actor,
            key: issued.key,
        }
    }

    /// Closed, so that all of it is in the one file.
    pub fn closed() -> TempDir {
        Broken::new().directory
    }

    pub fn lock(&mut self) {
        let locked = self.service.lock_out_key(&self.actor, self.key, "");
        locked.expect("locked");
    }
}

/// How `unshare` is to be called so that something can be mounted where nobody else sees it; nothing, said as skipped,
/// where the machine does not allow it.
pub fn may_mount() -> Option<&'static [&'static str]> {
    let may = |args: &&[&str]| {
        let mut unshare = Command::new("unshare");
        let tried = unshare
            .args(*args)
            .args(["sh", "-c", MOUNT_ANYTHING])
            .output();
        tried.is_ok_and(|output| output.status.success())
    };
    let ways = [&["--mount"][..], &["--mount", "--map-root-user"]];
    let way = ways.into_iter().find(may);
    if way.is_none() {
        skip("nothing can be mounted here");
    }
    way
}

const MOUNT_ANYTHING: &str = "mount -t tmpfs none /tmp";

/// Runs lines of a shell where nobody else sees what they mount: `$DISK` is a directory, empty, `$DB` the path of a
/// database on it, `$FROM` that of the database outside, `verify` and `keyward` do what they say. Nothing where the
/// machine does not allow it.
pub fn mounted(broken: &TempDir, lines: &str) -> Option<String> {
    let args = may_mount()?;
    let prelude = "
        keyward() { env -i $PROGRAM \"$@\" 2>&1 && code=0 || code=$?; echo \"exit $code\"; }
        verify() { keyward verify --db \"$DB\" < $SECRET; }
        disk() { mount -t tmpfs -o size=1m,mode=700,$1 none $DISK && cp -p $FROM* $DISK; }
        fill() { ! dd if=/dev/zero of=$DISK/rest bs=4k 2>/dev/null; }
        set -e
    ";
    let path = |name| broken.path().join(name);
    let output = Command::new("unshare")
        .args(args)
        .args(["sh", "-c", &format!("{prelude}{lines}")])
        .env("PROGRAM", KEYWARD)
        .env("HOME", broken.path())
        .env("SECRET", path("secret"))
        .env("DISK", path("disk"))
        .env("DB", path("disk/keyward.db"))
        .env("FROM", path("keyward.db"))
        .output()
        .expect("run");
    let said = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(
        output.status.success(),
        "{said}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    Some(said)
}

pub const VALID: &str = r#""valid":true,"id":1,"name":"backup""#;

/// Fails where these are not said one after the other; gives what is said behind them.
#[track_caller]
pub fn says<'a>(said: &'a str, all: &[&str]) -> &'a str {
    all.iter().fold(said, |rest, one| {
        let found = rest.split_once(one);
        found.unwrap_or_else(|| panic!("{one}:\n{said}")).1
    })
}

/// A closed database and its secret once more.
pub fn copied(whole: &TempDir) -> TempDir {
    let directory = tempfile::tempdir().expect("directory");
    for name in ["keyward.db", "secret"] {
        fs::copy(whole.path().join(name), directory.path().join(name)).expect("copied");
    }
    directory
}

/// What it printed, and its exit code.
pub fn said(output: Output) -> String {
    let code = output.status.code();
    let code = code.map_or_else(|| "none".to_owned(), |code| code.to_string());
    let (out, err) = (output.stdout, output.stderr);
    let text = String::from_utf8([out, err].concat()).expect("UTF-8");
    format!("{text}exit {code}\n")
}

/// What `keyward verify` answers to a secret, and its exit code.
pub fn verified(directory: &Path, secret: &str) -> String {
    let mut input = tempfile::tempfile().expect("a file");
    input.write_all(secret.as_bytes()).expect("written");
    input.rewind().expect("from its beginning");
    let mut verify = on_database(directory, &["verify"]);
    said(verify.stdin(input).output().expect("run"))
}

/// What is in the trail, which is whole.
#[track_caller]
pub fn events(directory: &Path) -> String {
    let check = said(
        on_database(directory, &["events", "--check"])
            .output()
            .expect("run"),
    );
    assert!(
        check.contains("is intact") && check.ends_with("exit 0\n"),
        "{check}"
    );
    let events = on_database(directory, &["events"]).output().expect("run");
    String::from_utf8(events.stdout).expect("UTF-8")
}

/// A command on the database in this directory.
pub fn on_database(directory: &Path, args: &[&str]) -> Command {
    let mut command = keyward(directory, args);
    command.arg("--db").arg(directory.join("keyward.db"));
    command
}
