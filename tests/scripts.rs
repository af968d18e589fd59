//! What scripts lean on: long lists in little memory, and commands that run at the same time.

use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};

use keyward::auth::hash::Cost;
use keyward::domain::event::EventKind;

#[path = "support"]
mod support {
    #![allow(dead_code, reason = "a part of what the tests use")]
    pub mod database;
    pub mod process;
    pub mod program;
}

use support::database::{as_made, at, draft, raw, told};
use support::program::{self, database_of};

/// The program in this home, whose database is where the tests have theirs.
fn keyward(home: &Path, args: &[&str]) -> Command {
    let mut command = program::keyward(home, args);
    command.envs(told(&database_of(home)));
    command
}

/// A home whose database has keys of these names, and so many more.
fn home(names: &[&str], more: u32) -> tempfile::TempDir {
    let home = tempfile::tempdir().expect("a directory");
    let path = database_of(home.path());
    fs::create_dir_all(path.parent().expect("a directory")).expect("made");
    let (mut service, owner) = as_made(&path, Cost::REAL);
    for name in names {
        let created = service.create_key(&owner, &draft(name));
        created.expect("created");
    }
    drop(service);
    if more > 0 {
        multiply(&path, names[0], more);
    }
    home
}

/// Writes the row of this key so many times more, each under a name of its own.
fn multiply(path: &Path, name: &str, times: u32) {
    let database = raw(&at(path));
    let columns = database.columns("api_keys");
    let columns: Vec<&str> = columns
        .iter()
        .map(|column| &**column)
        .filter(|column| *column != "id")
        .collect();
    let values = columns.iter().map(|column| {
        let is_name = column.starts_with("name") || *column == "search";
        if is_name {
            format!("replace({column}, '{name}', '{name} ' || value)")
        } else {
            (*column).to_owned()
        }
    });
    let values: Vec<String> = values.collect();
    let sql = format!(
        "WITH RECURSIVE n(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < {times})
         INSERT INTO api_keys ({}) SELECT {} FROM api_keys, n WHERE name = '{name}'",
        columns.join(","),
        values.join(","),
    );
    let many = database.execute(&sql, ()).expect("written");
    assert_eq!(many, usize::try_from(times).expect("64 bits"));
}

/// What a running process has or had of memory, by the name of its line in its status, in KiB.
fn memory(pid: u32, name: &str) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let kib = line.and_then(|line| line.trim().strip_suffix(" kB"));
    kib.and_then(|kib| kib.parse().ok()).unwrap_or(0)
}

/// What of a process's memory is counted: at its peak all of it; where it was built without optimising only what it has for
/// itself, for so much of such a program is its own code.
const COUNTED: &str = if cfg!(debug_assertions) {
    "RssAnon:"
} else {
    "VmHWM:"
};

#[test]
fn a_hundred_thousand_keys_are_listed_as_json_in_less_than_15_mb() {
    let home = home(&["deploy"], 99_999);
    let mut list = keyward(home.path(), &["key", "list", "--format", "json"]);
    let mut list = list.stdout(Stdio::piped()).spawn().expect("started");
    let mut out = list.stdout.take().expect("piped");
    let (mut part, mut rows, mut most) = ([0; 8 * 1024], 0, 0);
    loop {
        // It goes on when this has been read, and is there until all has.
        most = memory(list.id(), COUNTED).max(most);
        let read = out.read(&mut part).expect("read");
        if read == 0 {
            break;
        }
        rows += part[..read].split(|byte| *byte == b'\n').count() - 1;
    }
    assert!(list.wait().expect("ended").success());
    assert!(rows >= 100_000, "{rows} lines");
    assert!(most > 0 && most < 15_000, "{most} KiB");
}

/// Starts all of these before any is waited for, and says how each ended: its exit code, and what it said.
fn at_once(commands: Vec<Command>) -> Vec<(Option<i32>, String)> {
    let started = commands.into_iter().map(|mut command| {
        command.stdout(Stdio::null()).stderr(Stdio::piped());
        command.spawn().expect("started")
    });
    let started: Vec<_> = started.collect();
    let ended = started
        .into_iter()
        .map(|child| child.wait_with_output().expect("ended"));
    ended
        .map(|output| {
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            (output.status.code(), said)
        })
        .collect()
}

/// How many events of this kind there are; the chain must hold.
fn events(home: &Path, kind: EventKind) -> i64 {
    let check = keyward(home, &["events", "--check"]).output();
    let check = check.expect("run");
    assert!(check.status.success(), "{check:?}");
    let database = raw(&at(&database_of(home)));
    let sql = "SELECT count(*) FROM events WHERE number = ?1";
    database.row(sql, [kind.number()])
}

#[test]
fn commands_at_once_wait_for_each_other_and_lose_nothing() {
    let names = ["a", "b", "c", "d", "e", "f"];
    let home = home(&names, 0);
    let lock = |name: &&str| {
        keyward(
            home.path(),
            &["key", "lock", name, "--yes", "--reason", "drill"],
        )
    };
    for (code, said) in at_once(names.iter().map(lock).collect()) {
        assert_eq!((code, said.as_str()), (Some(0), ""));
    }
    assert_eq!(events(home.path(), EventKind::ApiKeyLockedOut), 6);
    let database = raw(&at(&database_of(home.path())));
    let locked = "SELECT count(*) FROM api_keys WHERE locked_out";
    let locked: i64 = database.row(locked, ());
    assert_eq!(locked, 6);
}
