//! `--user` and `user unlock`, as whoever types them sees it.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;

use assert_cmd::Command;
use assert_cmd::assert::Assert;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use keyward::domain::id::{AUDITOR, UserId};
use keyward::domain::trouble::Trouble;
use keyward::domain::user::{Actor, Arrival};
use keyward::service::Service;
use tempfile::TempDir;

mod support {
    #![expect(dead_code, reason = "only a part of it is used here")]
    pub mod database;
    pub mod process;
    pub mod program;
    pub mod pty;
    pub mod sentence;
}

use support::database::{CHEAP, as_made, told, user_draft};
use support::program::{database_of, given, keyward, printed, said};
use support::pty::{Pty, Start};

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
        let (mut service, owner) = as_made(&database(&directory), CHEAP);
        let bob = user_draft("bob", AUDITOR);
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
            .lock_out_user(&self.owner, self.bob, "")
            .expect("locked out");
    }

    /// The console of a user.
    fn console(&self, user: &str) -> Pty {
        let told = told(&database(&self.directory));
        let told = told.as_ref().map(|(name, db)| (*name, &**db));
        let args = ["--user", user];
        let start = Start::new(self.directory.path(), &args);
        Start {
            variables: told.as_slice(),
            ..start
        }
        .go()
    }

    /// What the program answers to these arguments.
    fn run(&self, args: &[&str]) -> Assert {
        run(&self.directory, args)
    }
}

fn database(directory: &TempDir) -> PathBuf {
    database_of(directory.path())
}

fn run(directory: &TempDir, args: &[&str]) -> Assert {
    let mut command = keyward(directory.path(), args);
    command.envs(told(&database(directory)));
    Command::from_std(command).assert()
}

const UNLOCK: [&str; 4] = ["user", "unlock", "bob", "--break-glass"];

#[test]
fn the_console_is_that_of_the_user_who_was_named() {
    let home = Home::new();
    let mut console = home.console("bob");
    console.see("bob (Auditor)");
    console.quits();
}

#[test]
fn who_may_not_sign_in_is_told_why_and_sees_nothing() {
    let mut home = Home::new();
    home.lock_bob_out();
    let locked_out = "keyward: bob is locked out: denied permission to sign in.";
    let unknown = "keyward: There is no user mallory in this database.";
    for (user, code, sentence) in [("bob", 77, locked_out), ("mallory", 1, unknown)] {
        let mut console = home.console(user);
        assert_eq!(console.end(), code);
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
        let said = said(&home.run(&args).code(64).stdout(""));
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
        let said = said(&home.run(&args).code(64).stdout(""));
        assert!(said.contains("A secret must not be an argument"), "{said}");
        assert!(!said.contains(&secret), "{said}");
    }
}

#[test]
fn the_owner_gets_a_user_back_in_and_says_so_first() {
    let mut home = Home::new();
    home.lock_bob_out();
    let refused = Err(Trouble::LockedOut("bob".to_owned()));
    let signed_in = |home: &mut Home| home.service.sign_in("bob", &Arrival::default()).map(|_| ());
    home.run(&UNLOCK[..3]).code(64).stdout("");
    assert_eq!(signed_in(&mut home), refused);
    home.run(&["user", "unlock", "mallory", "--break-glass"])
        .code(1)
        .stdout("")
        .stderr("keyward: There is no user mallory in this database.\n");
    home.run(&UNLOCK)
        .code(0)
        .stdout("bob was unlocked.\n")
        .stderr("");
    assert_eq!(signed_in(&mut home), Ok(()));
    home.run(&UNLOCK)
        .code(0)
        .stdout("bob is not locked out. Nothing was changed.\n");
}

/// The line of a public key file, without comment.
fn public_key() -> String {
    let kind = b"ssh-ed25519";
    let blob = [&[0, 0, 0, 11], &kind[..], &[0, 0, 0, 32], &[7; 32]].concat();
    format!("ssh-ed25519 {}", BASE64_STANDARD.encode(blob))
}

impl Home {
    /// A file in the home, by its path.
    fn file(&self, name: &str, holds: &str) -> String {
        let path = self.directory.path().join(name);
        fs::write(&path, holds).expect("written");
        path.to_str().expect("UTF-8").to_owned()
    }

    /// What `ssh-line` for bob with this file prints.
    fn line(&self, args: &[&str]) -> String {
        let ended = self.run(&[&["ssh-line", "--user", "bob"], args].concat());
        printed(&ended.code(0).stderr(""))
    }

    /// The sentence with which `ssh-line` is refused; nothing is printed but that.
    fn no_line(&self, args: &[&str]) -> String {
        let refused = self.run(&[&["ssh-line"], args].concat());
        let code = match args {
            [_] => 64,
            args if args.contains(&"mallory") => 1,
            _ => 2,
        };
        said(&refused.code(code).stdout(""))
    }
}

#[test]
fn the_line_for_sshd_runs_this_program_as_this_user_on_this_database() {
    let home = Home::new();
    let key = public_key();
    let file = home.file("bob.pub", &format!("{key} bob@notebook\n"));
    let program = env!("CARGO_BIN_EXE_keyward");
    let database = database(&home.directory);
    let database = database.to_str().expect("UTF-8");
    // XDG_DATA_HOME, which says where it is, is nothing that sshd would set.
    let line = format!(
        "restrict,pty,command=\"{program} --user bob --db {database}\" {key} bob@notebook\n"
    );
    assert_eq!(home.line(&[&file]), line);
    assert_eq!(home.line(&[&file, "--db", database]), line);
    // Where the account cannot read the file, whoever can gives it on standard input.
    let held = fs::read_to_string(&file).expect("a key");
    let given = given(
        keyward(home.directory.path(), &["ssh-line", "--user", "bob", "-"]),
        &held,
    );
    assert_eq!(String::from_utf8_lossy(&given.stdout), line, "{given:?}");
}

#[test]
fn a_path_that_a_shell_would_break_is_quoted_or_refused() {
    let home = Home::new();
    let file = home.file("bob.pub", &public_key());
    let named = |directory: &str| {
        let directory = home.directory.path().join(directory);
        let database = database(&home.directory);
        symlink(database.parent().expect("a directory"), &directory).expect("linked");
        let path = directory.join("keyward.db");
        path.to_str().expect("UTF-8").to_owned()
    };
    let odd = named("of $(all) of us");
    let line = home.line(&[&file, "--db", &odd]);
    let quoted = format!(" --db '{odd}'\" ssh-ed25519 ");
    assert!(line.contains(&quoted), "{line}");
    for bad in ["alice's", "\"own\"", "a\nb"] {
        let said = home.no_line(&["--user", "bob", "--db", &named(bad), &file]);
        assert!(
            said.contains("cannot be written in authorized_keys"),
            "{said}"
        );
    }
}

#[test]
fn no_line_is_made_for_a_stranger_or_for_nobody() {
    let home = Home::new();
    let file = home.file("mallory.pub", &public_key());
    let said = home.no_line(&["--user", "mallory", &file]);
    assert_eq!(
        said,
        "keyward: There is no user mallory in this database.\n"
    );
    assert!(home.no_line(&[&file]).contains("--user <NAME>"));
    let none = ["--user", "bob", "--db", "none.db", &file];
    assert!(home.no_line(&none).contains("There is no database at"));
}

#[test]
fn no_line_is_made_of_a_file_that_is_not_one_key_and_nothing_of_it_is_repeated() {
    let home = Home::new();
    let key = public_key();
    let inner = "bm90IGZvciBhbnlib2R5J3MgZXllcw";
    let private = format!(
        "-----BEGIN OPENSSH PRIVATE KEY-----\n{inner}\n-----END OPENSSH PRIVATE KEY-----\n"
    );
    for (holds, word) in [
        (private, "a private key"),
        (format!("{inner}\n"), "not a public key of a type"),
        (format!("{key}\n{key} {inner}\n"), "more than one line"),
        (format!("command=\"{inner}\" {key}"), "has options"),
        (format!("{key}{inner}"), "not base64"),
        (
            key.replace("ssh-ed25519", "ssh-rsa"),
            "its type is not the one",
        ),
        (format!("ssh-ed25519 {inner}=="), "cut off"),
        (format!("{key} {inner}\u{1b}[2J"), "control character"),
        (format!("# {inner}\n"), "There is no key in"),
        ("#".repeat(70_000), "too long"),
    ] {
        let file = home.file("bob.key", &holds);
        let said = home.no_line(&["--user", "bob", &file]);
        assert!(said.contains(word) && said.contains(&file), "{said}");
        assert!(!said.contains(inner) && said.lines().count() == 1, "{said}");
    }
    let said = home.no_line(&["--user", "bob", "/"]);
    assert!(said.contains("/ could not be read"), "{said}");
}

#[test]
fn nothing_is_pruned_into_a_file_for_who_came_with_user() {
    let home = Home::new();
    let prune = ["events", "--prune-before", "2099-01-01", "--to", "old"];
    let owner = home.owner.name.clone();
    for user in ["bob", &owner] {
        let asked = [&prune[..], &["--user", user]].concat();
        let said = said(&home.run(&asked).code(77).stdout(""));
        assert!(said.contains("With --user no file is written"), "{said}");
    }
    let to = home.directory.path().join("old");
    home.run(&[&prune[..4], &[to.to_str().expect("UTF-8")]].concat())
        .code(0);
    assert!(to.exists());
}
