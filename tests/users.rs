//! `--user` and `user unlock`, as whoever types them sees it.

use std::path::PathBuf;
use std::sync::Arc;

use assert_cmd::Command;
use assert_cmd::assert::Assert;
use keyward::auth::hash::{Cost, Hasher};
use keyward::auth::random::{Random, SystemRandom};
use keyward::clock::{Clock, SystemClock};
use keyward::config::Config;
use keyward::domain::role::AUDITOR;
use keyward::domain::trouble::Trouble;
use keyward::domain::user::{Actor, Arrival, UserDraft, UserId};
use keyward::service::Service;
use keyward::store::{Place, Store};
use tempfile::TempDir;

mod support {
    #![expect(dead_code, reason = "only a part of it is used here")]
    pub mod pty;
}

use support::pty::Start;

/// A home with a database in it; its users are the account that the tests run as, and `bob`.
struct Home {
    directory: TempDir,
    service: Service,
    owner: Actor,
    bob: UserId,
}

impl Home {
    fn new() -> Home {
        let directory = tempfile::tempdir().expect("a directory");
        let account = Config::read().account;
        let place = Place::File(database(&directory));
        let fill = &mut |bytes: &mut [u8]| SystemRandom.fill(bytes);
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let store = Store::create_or_open(&place, &account, clock.now(), fill).expect("made");
        let hasher = Hasher::new(Cost::CHEAP);
        let mut service =
            Service::new(store, clock, Box::new(SystemRandom), hasher).expect("a service");
        let owner = service
            .sign_in(&account.name, &Arrival::default())
            .expect("the first user");
        let bob = UserDraft {
            name: "bob".to_owned(),
            full_name: String::new(),
            role: AUDITOR,
            locale: None,
            time_zone: None,
            locked_out: false,
        };
        let bob = service.create_user(&owner, &bob).expect("created");
        Home {
            directory,
            service,
            owner,
            bob,
        }
    }

    fn lock_bob_out(&mut self) {
        self.service
            .lock_out_user(&self.owner, self.bob)
            .expect("locked out");
    }

    /// What the program answers to these arguments.
    fn run(&self, args: &[&str]) -> Assert {
        run(&self.directory, args)
    }
}

fn database(directory: &TempDir) -> PathBuf {
    directory.path().join("data/keyward/keyward.db")
}

fn run(directory: &TempDir, args: &[&str]) -> Assert {
    Command::new(env!("CARGO_BIN_EXE_keyward"))
        .env_clear()
        .env("HOME", directory.path())
        .env("XDG_DATA_HOME", directory.path().join("data"))
        .args(args)
        .assert()
}

const UNLOCK: [&str; 4] = ["user", "unlock", "bob", "--break-glass"];

#[test]
fn the_console_is_that_of_the_user_who_was_named() {
    let home = Home::new();
    let mut console = Start::new(home.directory.path(), &["--user", "bob"]).go();
    console.see("bob (Auditor)");
    console.send("q");
    assert_eq!(console.end(), 0);
}

#[test]
fn who_may_not_sign_in_is_told_why_and_sees_nothing() {
    let mut home = Home::new();
    home.lock_bob_out();
    for (user, sentence) in [
        (
            "bob",
            "keyward: bob is locked out: denied permission to sign in.",
        ),
        (
            "mallory",
            "keyward: mallory is not a user of this database.",
        ),
    ] {
        let mut console = Start::new(home.directory.path(), &["--user", user]).go();
        assert_eq!(console.end(), 2);
        assert_eq!(console.screen().trim_end(), sentence);
    }
}

#[test]
fn naming_a_user_makes_no_database() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut console = Start::new(directory.path(), &["--user", "bob"]).go();
    assert_eq!(console.end(), 2);
    assert!(console.screen().contains("There is no database at"));
    run(&directory, &UNLOCK).code(2).stdout("");
    assert!(!directory.path().join("data").exists());
}

#[test]
fn a_user_is_named_only_for_the_console() {
    let home = Home::new();
    for (args, word) in [
        (vec!["demo", "--user", "bob"], "demo"),
        (vec!["--user", "bob", "verify"], "verify"),
        ([&["--user", "bob"], &UNLOCK[..]].concat(), "user unlock"),
    ] {
        let refused = home.run(&args).code(2).stdout("");
        let said = String::from_utf8_lossy(&refused.get_output().stderr).into_owned();
        assert!(said.contains(word) && said.contains("--user"), "{said}");
    }
}

#[test]
fn no_secret_is_a_user_and_none_is_repeated() {
    let home = Home::new();
    let secret = format!("7:{}=", "A".repeat(43));
    for args in [
        vec!["--user", &secret],
        vec!["user", "unlock", &secret, "--break-glass"],
        vec!["user", "unlock", &secret],
    ] {
        let refused = home.run(&args).code(2).stdout("");
        let said = String::from_utf8_lossy(&refused.get_output().stderr).into_owned();
        assert!(
            said.contains("A secret does not belong") && !said.contains(&secret),
            "{said}"
        );
    }
}

#[test]
fn the_owner_gets_a_user_back_in_and_says_so_first() {
    let mut home = Home::new();
    home.lock_bob_out();
    let refused = Err(Trouble::LockedOut("bob".to_owned()));
    let signed_in = |home: &mut Home| home.service.sign_in("bob", &Arrival::default()).map(|_| ());
    home.run(&UNLOCK[..3]).code(2).stdout("");
    assert_eq!(signed_in(&mut home), refused);
    home.run(&["user", "unlock", "mallory", "--break-glass"])
        .code(2)
        .stdout("")
        .stderr("keyward: mallory is not a user of this database.\n");
    home.run(&UNLOCK)
        .code(0)
        .stdout("bob is unlocked.\n")
        .stderr("");
    assert_eq!(signed_in(&mut home), Ok(()));
    home.run(&UNLOCK)
        .code(0)
        .stdout("bob is not locked out. Nothing was changed.\n");
}
