//! The matrix of rights, from outside: every command that acts for a user, as users who may and who may not. What is refused
//! has its exit code and changes nothing.

use std::fs;
use std::path::{Path, PathBuf};

use keyward::auth::hash::Cost;
use keyward::domain::api_key::ApiKeyDraft;
use keyward::domain::id::{AUDITOR, FULL_ACCESS, RoleId};
use keyward::domain::secret::Overlap;
use tempfile::TempDir;

#[path = "support"]
mod support {
    #![allow(dead_code, reason = "a part of what the tests use")]
    pub mod database;
    pub mod process;
    pub mod program;
}

use support::database::raw::Value;
use support::database::{as_made, at, db, draft, raw, role_draft, user_draft};
use support::program::{self, keyward};

/// What a command needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Needs {
    /// No right: whoever may sign in sees it.
    Nothing,
    /// The right to look, which the Auditor has.
    View,
    /// More than that.
    Change,
    /// The account itself: with `--user` no file is written, whoever it is.
    Account,
}

use Needs::{Account, Change, Nothing, View};

/// Every command with `--user`, and what it is given; `SECRET` on standard input is the pending secret of the key `pending`.
const COMMANDS: &[(&str, &str, Needs)] = &[
    ("events", "", View),
    ("key list", "", View),
    ("scan", "-", View),
    ("key show", "one", View),
    ("key new", "--name new --role Auditor --stdout", Change),
    ("key new-secret", "one --stdout", Change),
    ("key delivered", "pending", Change),
    ("key edit", "one --owner ops --yes", Change),
    ("key lock", "one --yes", Change),
    ("key unlock", "locked --yes", Change),
    ("key delete", "one --yes", Change),
    ("key restore", "deleted --yes", Change),
    ("key end-overlap", "retiring --yes", Change),
    ("key set-role", "Auditor one --yes", Change),
    ("key set-expiry", "2090-01-01 one --yes", Change),
    ("user list", "", View),
    ("user show", "carol", View),
    ("user new", "dave --role Auditor", Change),
    ("user edit", "carol --full-name Carol --yes", Change),
    ("user lock", "carol --yes", Change),
    ("user unlock", "locked --yes", Change),
    ("user delete", "carol --yes", Change),
    ("user set-role", "Auditor carol --yes", Change),
    ("role list", "", View),
    ("role show", "spare", View),
    ("role new", "new", Change),
    ("role edit", "spare --description spare --yes", Change),
    ("role delete", "spare --yes", Change),
    ("policy show", "", Nothing),
    ("policy set", "--warning-days 20 --yes", Change),
    ("backup", "copy.db", Account),
    ("restore", "copy.db", Account),
];

/// Who asks, with the exit code of what needs the right to look, and of what needs more.
const WHO: [(&str, i32, i32); 5] = [
    ("full", 0, 0),
    ("auditor", 0, 77),
    ("powerless", 77, 77),
    ("locked", 77, 77),
    ("nobody", 1, 1),
];

/// A database that each command begins with.
struct Base {
    directory: TempDir,
    secret: String,
}

impl Base {
    fn new() -> Base {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("keyward.db");
        let (mut service, owner) = as_made(&path, Cost::REAL);
        let role = |name| role_draft(name, &[]);
        let powerless = service
            .create_role(&owner, &role("powerless"))
            .expect("created");
        let spare = service
            .create_role(&owner, &role("spare"))
            .expect("created");
        let mut user = |name: &str, role: RoleId| {
            service
                .create_user(&owner, &user_draft(name, role))
                .expect("created")
        };
        user("full", FULL_ACCESS);
        user("auditor", AUDITOR);
        user("powerless", powerless);
        user("carol", powerless);
        let locked = user("locked", FULL_ACCESS);
        service.lock_out_user(&owner, locked, "").expect("locked");
        let _ = spare;
        let mut key = |name: &str| {
            let draft = ApiKeyDraft {
                role: FULL_ACCESS,
                ..draft(name)
            };
            service.create_key(&owner, &draft).expect("created")
        };
        let [one, locked, deleted, retiring, pending] =
            ["one", "locked", "deleted", "retiring", "pending"].map(&mut key);
        for issued in [&one, &locked, &deleted, &retiring] {
            service.deliver(&owner, issued.id, None).expect("delivered");
        }
        service
            .lock_out_key(&owner, locked.key, "")
            .expect("locked");
        service.delete_key(&owner, deleted.key).expect("deleted");
        let second = service.issue(&owner, retiring.key).expect("issued");
        service
            .deliver(&owner, second.id, Some(Overlap::Week))
            .expect("delivered");
        let secret = pending.secret.expose().to_owned();
        drop(service);
        Base { directory, secret }
    }

    /// The base again, as the database of this directory.
    fn copy(&self, to: &Path) -> PathBuf {
        let path = to.join("keyward.db");
        for suffix in ["", "-wal", "-shm"] {
            let _ = fs::remove_file(path.display().to_string() + suffix);
        }
        let base = raw(&at(&self.directory.path().join("keyward.db")));
        base.copy_to(&at(&path));
        path
    }
}

/// Every row but the events', and but when somebody signed in.
fn rows(path: &Path) -> Vec<String> {
    let database = raw(&at(path));
    let tables = [
        "SELECT * FROM api_keys",
        "SELECT * FROM api_key_secrets",
        "SELECT id, name, full_name, role, locked_out FROM users",
        "SELECT * FROM roles",
        "SELECT * FROM policy",
    ];
    let rows = tables.map(|table| database.rows::<Vec<Value>>(table, ()).expect(table));
    let mut rows: Vec<String> = rows
        .iter()
        .flatten()
        .map(|row| format!("{row:?}"))
        .collect();
    // A server gives those that were changed last.
    rows.sort();
    rows
}

/// All commands that act for a user, by their whole names, as the help tells them.
fn acting(home: &Path, path: &str) -> Vec<String> {
    let words: Vec<&str> = path.split_whitespace().chain(["--help"]).collect();
    let help = keyward(home, &words).output().expect("ran").stdout;
    let help = String::from_utf8(help).expect("text");
    let inner: Vec<&str> = help
        .split_once("\nCommands:\n")
        .map(|(_, rest)| rest.split("\n\n").next().unwrap_or_default())
        .into_iter()
        .flat_map(str::lines)
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != "help")
        .collect();
    if inner.is_empty() {
        let acts = help.contains("--user <NAME>") && path != "ssh-line";
        return if acts {
            vec![path.to_owned()]
        } else {
            Vec::new()
        };
    }
    inner
        .iter()
        .flat_map(|name| acting(home, format!("{path} {name}").trim()))
        .collect()
}

#[test]
fn every_command_does_what_its_user_may_and_nothing_else() {
    let base = Base::new();
    let home = tempfile::tempdir().expect("a directory");
    let commands = acting(home.path(), "");
    for name in &commands {
        let is_there = COMMANDS.iter().any(|(command, ..)| command == name);
        assert!(is_there, "keyward {name} is not in the matrix of rights");
    }
    assert!(commands.len() > 2, "{commands:?}");
    let mut wrong = Vec::new();
    for (command, given, needs) in COMMANDS
        .iter()
        .filter(|(of, ..)| commands.iter().any(|name| name == of))
    {
        for (user, looking, changing) in WHO {
            let database = base.copy(home.path());
            let before = rows(&database);
            let words = command.split(' ').chain(given.split_whitespace());
            let words: Vec<&str> = words.chain(["--user", user]).collect();
            let mut run = keyward(home.path(), &words);
            run.env("KEYWARD_DB", db(&database));
            let read_back = *command == "key delivered";
            let ran = program::given(run, if read_back { &base.secret } else { "" });
            let code = match needs {
                Nothing if user == "powerless" => 0,
                Nothing | View => looking,
                Change => changing,
                Account => 77,
            };
            let changes = *needs == Change && code == 0;
            let said = String::from_utf8_lossy(&ran.stderr);
            let found = (ran.status.code(), rows(&database) != before);
            // A sentence says why, and nothing is printed beside it.
            let told = code == 0 || ran.stdout.is_empty() && !said.is_empty();
            if found != (Some(code), changes) || !told {
                wrong.push(format!("{words:?}: {found:?} {said}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
