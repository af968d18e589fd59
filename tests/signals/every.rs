//! Every command of the program, by what it writes: a reader that has gone, and SIGINT at each call that writes.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use keyward::auth::hash::Cost;
use keyward::service::Service;
use nix::sys::signal::Signal;
use serde_json::Value;
use tempfile::TempDir;

use crate::support::database::{as_made, draft};
use crate::support::inject::{self, injected};
use crate::support::process::skip;
use crate::support::program::{database_of, keyward};
use crate::{is_ended_by, run};

/// What a command writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Writes {
    /// Standard output alone.
    Output,
    /// The database, and a sentence.
    Rows,
    /// Files of this directory or of this name, and perhaps a sentence.
    Files(&'static str),
    /// A secret, and the database.
    Secret,
    /// It is tried elsewhere in this file, or serves until it is ended.
    Elsewhere,
}

use Writes::{Elsewhere, Files, Output as Prints, Rows, Secret};

/// Every command, with what it is given. On standard input is the pending secret of the key `pending`.
const EVERY: &[(&str, &str, Writes)] = &[
    ("demo", "", Elsewhere),
    ("serve", "", Elsewhere),
    ("verify", "", Prints),
    ("scan", "-", Prints),
    ("key list", "", Prints),
    ("key list", "--format json", Prints),
    ("key list", "--format jsonl", Prints),
    ("key list", "--format csv", Prints),
    ("key show", "one", Prints),
    ("key new", "--name new --stdout", Secret),
    ("key new", "--name new --stdout --deliver-now", Secret),
    ("key new", "--name new --secret-file new.secret", Secret),
    ("key new", "--from many.csv --secret-dir secrets", Secret),
    (
        "key new",
        "--from many.csv --secret-file new.secret",
        Secret,
    ),
    ("key new-secret", "one --stdout", Secret),
    (
        "key new-secret",
        "one --overlap 1h --secret-file new.secret",
        Secret,
    ),
    ("key delivered", "pending", Rows),
    ("key edit", "one --owner ops --yes", Rows),
    ("key lock", "one --yes", Rows),
    ("key unlock", "locked --yes", Rows),
    ("key delete", "one --yes", Rows),
    ("key restore", "deleted --yes", Rows),
    ("key end-overlap", "retiring --yes", Rows),
    ("key set-role", "spare full --yes", Rows),
    ("key set-expiry", "2090-01-01 one --yes", Rows),
    ("user list", "--format jsonl", Prints),
    ("user show", "bob", Prints),
    ("user new", "dave --role Auditor", Rows),
    ("user edit", "bob --full-name Bob --yes", Rows),
    ("user lock", "bob --yes", Rows),
    ("user unlock", "shut --yes", Rows),
    ("user delete", "bob --yes", Rows),
    ("user set-role", "Auditor bob --yes", Rows),
    ("role list", "--format csv", Prints),
    ("role show", "Auditor", Prints),
    ("role new", "new", Rows),
    ("role edit", "spare --description spare --yes", Rows),
    ("role delete", "spare --yes", Rows),
    ("policy show", "", Prints),
    ("policy set", "--warning-days 20 --yes", Rows),
    ("ssh-line", "--user bob KEY", Prints),
    ("config", "", Prints),
    ("config", "--default", Prints),
    ("themes", "", Prints),
    ("events", "", Prints),
    ("events", "--format json", Prints),
    ("events", "--format jsonl", Prints),
    ("events", "--format csv", Prints),
    ("events", "--check", Prints),
    ("backup", "new.db", Files("new.db")),
    ("restore", "copy.db --yes", Files("data/keyward")),
    ("move", "", Elsewhere),
    ("doctor", "", Prints),
    ("doctor", "--json", Prints),
    ("completions", "bash", Prints),
    ("man", "", Prints),
    ("man", "pages", Files("pages")),
];

/// A public key for `ssh-line`.
const KEY: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl test\n";

/// A home that every command begins with.
struct Base {
    home: TempDir,
    /// The current secret of the key `one`, and the pending one of `pending`.
    secrets: [String; 2],
    /// The pages of the manual.
    pages: Vec<(PathBuf, Vec<u8>)>,
}

impl Base {
    fn new() -> Base {
        let home = tempfile::tempdir().expect("a directory");
        let (mut service, owner) = as_made(&database_of(home.path()), Cost::REAL);
        let secret = |name: &str, service: &mut Service| {
            let issued = service.create_key(&owner, &draft(name)).expect("created");
            if name != "pending" {
                service.deliver(&owner, issued.id, None).expect("delivered");
            }
            issued.secret.expose().to_owned()
        };
        let one = secret("one", &mut service);
        let pending = secret("pending", &mut service);
        for name in ["full", "locked", "deleted", "retiring"] {
            secret(name, &mut service);
        }
        drop(service);
        for file in [("key.pub", KEY), ("many.csv", "name\nalpha\nbeta\n")] {
            fs::write(home.path().join(file.0), file.1).expect("written");
        }
        for directory in ["pages", "secrets"] {
            fs::create_dir(home.path().join(directory)).expect("made");
        }
        for line in [
            "user new bob --role Auditor",
            "user new shut --role Auditor",
            "user lock shut --yes",
            "role new spare",
            "key lock locked --yes",
            "key delete deleted --yes",
            "key new-secret retiring --overlap 24h --secret-file retiring.secret",
            "backup copy.db",
        ] {
            let args: Vec<&str> = line.split(' ').collect();
            let done = run(home.path(), &args);
            assert!(done.status.success(), "{line}: {done:?}");
        }
        let written = tempfile::tempdir().expect("a directory");
        let directory = written.path().display().to_string();
        assert!(run(home.path(), &["man", &directory]).status.success());
        let pages = files(written.path());
        Base {
            home,
            secrets: [one, pending],
            pages,
        }
    }

    /// The same home again.
    fn again(&self) -> TempDir {
        let home = tempfile::tempdir().expect("a directory");
        let copied = Command::new("cp")
            .args(["-a", "--"])
            .arg(self.home.path().join("."))
            .arg(home.path())
            .status();
        assert!(copied.expect("ran").success());
        home
    }

    /// Runs it with what it is to read, and perhaps a call that a signal comes at, or without a reader.
    fn go(&self, home: &Path, line: &str, at: Option<&str>, has_reader: bool) -> Output {
        let path = home.join("key.pub").display().to_string();
        let args = line.split_whitespace();
        let args: Vec<&str> = args
            .map(|word| if word == "KEY" { &path } else { word })
            .collect();
        let program = keyward(home, &args);
        let mut command = match at {
            Some(at) => injected(&program, &[], &[at]),
            None => Command::new(program.get_program()),
        };
        if at.is_none() {
            command.args(program.get_args());
        }
        command
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("HOME", home)
            .env("XDG_DATA_HOME", home.join("data"))
            .current_dir(home)
            .stdin(Stdio::piped())
            .stderr(Stdio::piped())
            .stdout(Stdio::piped());
        if !has_reader {
            let (reader, writer) = std::io::pipe().expect("a pipe");
            drop(reader);
            command.stdout(writer);
        }
        let mut child = command.spawn().expect("started");
        let mut input = child.stdin.take().expect("piped");
        // What ends before it reads takes nothing.
        let _ = input.write_all(self.secrets[1].as_bytes());
        drop(input);
        child.wait_with_output().expect("ended")
    }

    /// What is wrong with what a command left behind.
    fn wrong(&self, home: &Path, line: &str, printed: &[u8]) -> Option<String> {
        let is_whole = |database: &Path| {
            let database = database.display().to_string();
            run(home, &["events", "--check", "--db", &database])
                .status
                .success()
        };
        let mut databases = vec![database_of(home), home.join("new.db")];
        let kept = files(&home.join("data/keyward"))
            .into_iter()
            .map(|(path, _)| path);
        databases
            .extend(kept.filter(|path| path.display().to_string().contains(".before-restore-")));
        if let Some(broken) = databases
            .iter()
            .find(|path| path.exists() && !is_whole(path))
        {
            return Some(format!("{} is not whole", broken.display()));
        }
        let name = |path: &Path| path.file_name().map(std::ffi::OsStr::to_owned);
        for (path, page) in files(&home.join("pages")) {
            let is_hidden = name(&path).is_some_and(|name| name.to_string_lossy().starts_with('.'));
            let is_page = self
                .pages
                .iter()
                .any(|(of, text)| name(of) == name(&path) && *text == page);
            if !is_hidden && !is_page {
                return Some(format!("half a page: {}", path.display()));
            }
        }
        let mut left: Vec<Vec<u8>> = vec![printed.to_vec()];
        left.extend(
            files(&home.join("secrets"))
                .into_iter()
                .map(|(_, bytes)| bytes),
        );
        left.extend(fs::read(home.join("new.secret")));
        let lines = left
            .iter()
            .flat_map(|bytes| bytes.split(|byte| *byte == b'\n'));
        let secrets: Vec<&[u8]> = lines.filter(|line| !line.is_empty()).collect();
        let ids = secrets
            .iter()
            .filter_map(|text| keyward::auth::token::parse(text));
        let ids: BTreeSet<i64> = ids.map(|token| token.id().0).collect();
        for bytes in &left[1..] {
            let whole = bytes.ends_with(b"\n");
            let mut lines = bytes
                .split(|byte| *byte == b'\n')
                .filter(|line| !line.is_empty());
            if !whole || !lines.all(|line| keyward::auth::token::parse(line).is_some()) {
                return Some("half a file with secrets".to_owned());
            }
        }
        let keys = run(home, &["key", "list", "--format", "jsonl"]).stdout;
        let keys = String::from_utf8(keys).expect("UTF-8");
        for key in keys
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).expect("JSON"))
        {
            let id = key["ID"].as_i64().expect("a number");
            let is_new =
                ["new", "alpha", "beta"].contains(&key["keyName"].as_str().unwrap_or_default());
            if is_new && !ids.contains(&id) {
                return Some(format!("a key without its secret: {key}"));
            }
        }
        // Of a secret that is replaced the one or the other works.
        let works = |secret: &[u8]| {
            let mut child = keyward(home, &["verify"])
                .stdin(Stdio::piped())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .expect("started");
            let mut input = child.stdin.take().expect("piped");
            input.write_all(secret).expect("written");
            drop(input);
            child.wait().expect("ended").success()
        };
        let old = self.secrets[0].as_bytes();
        let is_replaced = line.starts_with("key new-secret");
        if is_replaced && !works(old) && !secrets.iter().any(|secret| works(secret)) {
            return Some("no secret of the key “one” is known".to_owned());
        }
        None
    }
}

/// Every file of a directory, with what is in it.
fn files(directory: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let entries = fs::read_dir(directory).expect("read");
    let paths = entries.map(|entry| entry.expect("one").path());
    let paths = paths.filter(|path| path.is_file());
    paths
        .map(|path| (path.clone(), fs::read(&path).expect("read")))
        .collect()
}

/// All commands by their whole names, as the help tells them.
fn commands(home: &Path, path: &str) -> Vec<String> {
    let words: Vec<&str> = path.split_whitespace().chain(["--help"]).collect();
    let help = String::from_utf8(run(home, &words).stdout).expect("text");
    let Some((_, rest)) = help.split_once("\nCommands:\n") else {
        return vec![path.to_owned()];
    };
    let lines = rest.split("\n\n").next().unwrap_or_default().lines();
    let names = lines
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != "help");
    names
        .flat_map(|name| commands(home, format!("{path} {name}").trim()))
        .collect()
}

#[test]
fn every_command_is_tried_with_readers_who_go_and_signals_that_come() {
    let home = tempfile::tempdir().expect("a directory");
    let commands = commands(home.path(), "");
    assert!(commands.len() > 30, "{commands:?}");
    for name in &commands {
        let is_there = EVERY.iter().any(|(command, ..)| command == name);
        assert!(
            is_there,
            "keyward {name} is not in the table of what commands write"
        );
    }
}

/// Does it for each of these, on as many threads as there are processors, and gives what was wrong.
fn on_each<T: Sync>(all: &[T], one: impl Fn(&T) -> Option<String> + Sync) -> Vec<String> {
    let next = AtomicUsize::new(0);
    let threads = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        let work = || {
            let mut wrong = Vec::new();
            while let Some(item) = all.get(next.fetch_add(1, Ordering::Relaxed)) {
                wrong.extend(one(item));
            }
            wrong
        };
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        let found = workers
            .into_iter()
            .map(|worker| worker.join().expect("worked"));
        found.flatten().collect()
    })
}

#[test]
fn whichever_command_prints_ends_with_141_where_its_reader_has_gone() {
    let base = Base::new();
    let rows: Vec<_> = EVERY.iter().filter(|row| row.2 != Elsewhere).collect();
    let wrong = on_each(&rows, |(command, given, writes)| {
        let home = base.again();
        let line = format!("{command} {given}");
        let ended = base.go(home.path(), &line, None, false);
        let told = String::from_utf8_lossy(&ended.stderr).into_owned();
        let is_right = match writes {
            // Nobody would have the secret.
            Secret if line.contains("--stdout") => {
                ended.status.code() == Some(2) && !told.is_empty()
            }
            // The pages are all that it writes.
            Files("pages") => ended.status.success(),
            Secret | Files(_) => is_ended_by(ended.status, Signal::SIGPIPE),
            Prints | Rows | Elsewhere => {
                is_ended_by(ended.status, Signal::SIGPIPE) && told.is_empty()
            }
        };
        let left = base.wrong(home.path(), &line, b"");
        (!is_right || left.is_some()).then(|| format!("{line}: {ended:?} {left:?}"))
    });
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The calls with which it writes, each with how often it is to be let through.
fn steps(writes: Writes) -> &'static [&'static str] {
    match writes {
        Prints => &["write:1"],
        Rows => &["pwrite64:3", "write:1"],
        Files(_) => &[
            "openat:40",
            "pwrite64:1",
            "pwrite64:20",
            "write:1",
            "write:3",
            "fdatasync,fsync:1",
            "fdatasync,fsync:3",
            "rename,renameat2:1",
            "rename,renameat2:2",
            "unlink:1",
        ],
        Secret => &[
            "pwrite64:1",
            "pwrite64:9",
            "write:1",
            "fdatasync,fsync:1",
            "fdatasync,fsync:3",
        ],
        Elsewhere => &[],
    }
}

#[test]
fn at_whichever_step_sigint_comes_nothing_is_left_half_done() {
    if !inject::is_there() {
        return skip("there is no strace");
    }
    let base = Base::new();
    let each = EVERY
        .iter()
        .flat_map(|row| steps(row.2).iter().map(move |step| (row, *step)));
    let wrong = on_each(&each.collect::<Vec<_>>(), |((command, given, _), step)| {
        let home = base.again();
        let line = format!("{command} {given}");
        let (call, when) = step.split_once(':').expect("a call and a number");
        let at = format!("{call}:signal=INT:when={when}");
        let ended = base.go(home.path(), &line, Some(&at), true);
        let is_right = ended.status.success() || is_ended_by(ended.status, Signal::SIGINT);
        let left = base.wrong(home.path(), &line, &ended.stdout);
        (!is_right || left.is_some()).then(|| format!("{line} {at}: {ended:?} {left:?}"))
    });
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Two of these at once; what each came to, in the order of their exit codes.
fn both(home: &Path, lines: [&str; 2]) -> [Output; 2] {
    let started = lines.map(|line| {
        let args: Vec<&str> = line.split(' ').collect();
        let mut command = keyward(home, &args);
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command.spawn().expect("started")
    });
    let mut ended = started.map(|child| child.wait_with_output().expect("ended"));
    ended.sort_by_key(|ended| ended.status.code());
    ended
}

#[test]
fn of_two_commands_at_once_each_is_done_or_is_told_why_not() {
    let base = Base::new();
    let code = |ended: &Output| ended.status.code();
    for _ in 0..5 {
        let home = base.again();
        let new = [
            "key new --name twin --secret-file 1",
            "key new --name twin --secret-file 2",
        ];
        let [made, refused] = both(home.path(), new);
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert_eq!(
            (code(&made), code(&refused)),
            (Some(0), Some(1)),
            "{made:?} {said}"
        );
        assert!(said.contains("“twin”"), "{said}");
        let files = ["1", "2"].map(|name| home.path().join(name).exists());
        assert!(files[0] != files[1], "one file, of the key that there is");
        let lock = [
            "key lock one --yes --reason a",
            "key lock one --yes --reason b",
        ];
        for ended in both(home.path(), lock) {
            // The second one finds it locked, or changed since it looked.
            let said = String::from_utf8_lossy(&ended.stderr).into_owned();
            assert!(
                code(&ended) == Some(0) || said.contains("one: "),
                "{ended:?}"
            );
        }
        let [done, other] = both(
            home.path(),
            ["key lock full --yes", "key delete full --yes"],
        );
        let said = String::from_utf8_lossy(&other.stderr).into_owned();
        assert_eq!(code(&done), Some(0), "{done:?}");
        assert!(
            code(&other) == Some(0) || code(&other) == Some(1) && said.contains("full"),
            "{other:?}"
        );
        assert!(run(home.path(), &["events", "--check"]).status.success());
        let show = run(home.path(), &["key", "show", "full", "--format", "json"]).stdout;
        let shown = String::from_utf8(show).expect("text");
        assert!(!shown.contains(r#""state":"Active""#), "{shown}");
    }
}
