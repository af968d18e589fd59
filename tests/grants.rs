//! The command line as the roles of a server: whoever changes may do everything that their user may, and whoever verifies looks,
//! verifies and serves, and is refused the rest without a trace.

use std::path::Path;
use std::process::Output;
use std::sync::Arc;

use keyward::auth::hash::{Cost, Hasher};
use keyward::auth::random::{Random, SystemRandom};
use keyward::clock::{Clock, SystemClock};
use keyward::config::Config;
use keyward::domain::id::FULL_ACCESS;
use keyward::domain::user::Arrival;
use keyward::service::Service;
use keyward::store::{Place, Store};
use tempfile::TempDir;

#[path = "support"]
mod support {
    #![allow(dead_code, reason = "a part of what the tests use")]
    pub mod database;
    pub mod process;
    pub mod program;
    pub mod pty;
    pub mod sentence;
    pub mod server;
}

use support::database::{draft, on_server, raw, role_draft, user_draft};
use support::process::eventually;
use support::program::{given, keyward};
use support::pty::Start;
use support::server::Server;

/// A database that its owner made, with a key whose secret works and one whose secret is not stored yet.
struct Site {
    home: TempDir,
    place: Place,
    secret: String,
    pending: String,
}

impl Site {
    /// Nothing where there is no server.
    fn new() -> Option<Site> {
        let place = on_server()?;
        let account = Config::read().account;
        let clock = Arc::new(SystemClock);
        let random = &mut |bytes: &mut [u8]| SystemRandom.fill(bytes);
        let store = Store::create_or_open(&place, &account, clock.now(), random).expect("made");
        let hasher = Hasher::new(Cost::REAL);
        let service = Service::new(store, clock, Box::new(SystemRandom), hasher);
        let mut service = service.expect("a service");
        let owner = service.sign_in(&account.user_name(), &Arrival::default());
        let owner = owner.expect("the first user");
        for name in ["carol", "locked"] {
            let user = user_draft(name, FULL_ACCESS);
            let id = service.create_user(&owner, &user).expect("created");
            if name == "locked" {
                service.lock_out_user(&owner, id, "").expect("locked");
            }
        }
        for name in ["spare", "gone"] {
            let role = role_draft(name, &[]);
            service.create_role(&owner, &role).expect("created");
        }
        let mut create = |name: &str| service.create_key(&owner, &draft(name)).expect("created");
        let keys = ["one", "locked", "deleted", "pending"];
        let [one, locked, deleted, pending] = keys.map(&mut create);
        service.deliver(&owner, one.id, None).expect("delivered");
        let lock = service.lock_out_key(&owner, locked.key, "");
        lock.expect("locked");
        service.delete_key(&owner, deleted.key).expect("deleted");
        Some(Site {
            home: tempfile::tempdir().expect("a directory"),
            place,
            secret: one.secret.expose().to_owned(),
            pending: pending.secret.expose().to_owned(),
        })
    }

    fn home(&self) -> &Path {
        self.home.path()
    }

    /// The address for a role.
    fn address(&self, role: &str) -> String {
        let Place::Server(address) = &self.place else {
            unreachable!("it is on a server");
        };
        address.replace("user=keyward_owner", &format!("user={role}"))
    }

    fn run(&self, role: &str, line: &str) -> Output {
        let words: Vec<&str> = line.split_whitespace().collect();
        let mut command = keyward(self.home(), &words);
        command.env("KEYWARD_DB", self.address(role));
        let input = if line.starts_with("key delivered") {
            &self.pending
        } else {
            &self.secret
        };
        given(command, input)
    }

    /// What is in every table, but for the count of changes.
    fn rows(&self) -> Vec<String> {
        let mut rows = raw(&self.place).dump();
        rows.retain(|row| !row.contains("Text(\"meta\")"));
        rows
    }
}

/// Commands that look, and their exit codes.
const LOOKING: [(&str, i32); 13] = [
    ("doctor", 0),
    ("events", 0),
    ("events --check", 0),
    ("events --head", 0),
    ("key list", 0),
    ("key show one", 0),
    ("user list", 0),
    ("user show carol", 0),
    ("role list", 0),
    ("role show Auditor", 0),
    ("policy show", 0),
    // It finds the secret.
    ("scan -", 1),
    // The server's own program copies it.
    ("backup copy.db", 2),
];

/// Commands that change something.
const CHANGING: [&str; 21] = [
    "key new --name new --role Auditor --stdout",
    "key new-secret one --stdout",
    "key delivered pending",
    "key edit one --owner ops --yes",
    "key lock one --yes",
    "key unlock locked --yes",
    "key set-role spare one --yes",
    "key set-expiry 2090-01-01 one --yes",
    "key delete one --yes",
    "key restore deleted --yes",
    "user new dave --role Auditor",
    "user edit carol --full-name Carol --yes",
    "user lock carol --yes",
    "user unlock locked --yes",
    "user set-role Auditor carol --yes",
    "user delete carol --yes",
    "role new new",
    "role edit spare --description spare --yes",
    "role delete gone --yes",
    "policy set --warning-days 20 --yes",
    "events --prune-before 2099-01-01",
];

fn said(ran: &Output) -> String {
    String::from_utf8_lossy(&ran.stderr).into_owned()
}

#[test]
fn whoever_changes_does_everything_with_the_rights_of_their_role_alone() {
    let Some(site) = Site::new() else { return };
    let commands = LOOKING.into_iter().chain(CHANGING.map(|line| (line, 0)));
    for (line, code) in commands.chain([("events --check", 0)]) {
        let before = site.rows();
        let ran = site.run("keyward_console", line);
        assert_eq!(ran.status.code(), Some(code), "{line}: {}", said(&ran));
        assert_eq!(site.rows() != before, CHANGING.contains(&line), "{line}");
    }
}

#[test]
fn whoever_verifies_looks_and_changes_nothing() {
    let Some(site) = Site::new() else { return };
    let before = site.rows();
    for (line, code) in LOOKING {
        let ran = site.run("keyward_verifier", line);
        assert_eq!(ran.status.code(), Some(code), "{line}: {}", said(&ran));
    }
    for line in CHANGING {
        let ran = site.run("keyward_verifier", line);
        assert_eq!(ran.status.code(), Some(77), "{line}: {}", said(&ran));
        let told = "role keyward_verifier does not have the rights for this";
        assert!(said(&ran).contains(told), "{line}: {}", said(&ran));
        assert!(ran.stdout.is_empty(), "{line}");
    }
    let address = site.address("keyward_verifier");
    let args = ["--db", &address];
    let mut console = Start {
        columns: 400,
        ..Start::new(site.home(), &args)
    }
    .go();
    assert_eq!(console.end(), 77);
    console.see("GRANT keyward_console TO keyward_verifier");
    assert_eq!(site.rows(), before);
}

#[test]
fn whoever_verifies_notes_uses_and_refusals() {
    let Some(site) = Site::new() else { return };
    let noted = |sql: &str| -> i64 { raw(&site.place).row(sql, ()) };
    let uses = "SELECT count(*) FROM api_keys WHERE last_sign_in_at IS NOT NULL";
    let refusals = "SELECT count(*) FROM events WHERE number = 675";
    assert!(site.run("keyward_verifier", "verify").status.success());
    assert_eq!(noted(uses), 1);
    let mut refused = keyward(site.home(), &["verify"]);
    refused.env("KEYWARD_DB", site.address("keyward_verifier"));
    assert_eq!(given(refused, &site.pending).status.code(), Some(1));
    assert_eq!(noted(refusals), 1);

    let unused = "UPDATE api_keys SET last_sign_in_at = NULL";
    raw(&site.place).execute(unused, ()).expect("set");
    let mut command = keyward(site.home(), &["serve", "--auth", "unix:auth.sock", "--db"]);
    command.arg(site.address("keyward_verifier"));
    let server = Server::start(command);
    let ask = |secret: &str| {
        let headers = [("api-secret-key", secret), ("x-original-method", "GET")];
        server.ask("auth", "GET", "/auth-request", &headers).status
    };
    assert_eq!(ask(&site.secret), 200);
    assert_eq!(ask(&site.pending), 401);
    eventually("the use is noted", || noted(uses) == 1);
    assert!(server.stop().0.success());
}
