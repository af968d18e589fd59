//! A database whose files somebody else replaces, cuts, closes or removes, or puts another's files beside.

use std::fs::{self, Permissions};
use std::io::Write;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};

use keyward::config::Config;
use nix::unistd::geteuid;
use rusqlite::Connection;
use tempfile::TempDir;

use super::broken::{Broken, VALID, events, on_database, said, verified};
use super::console::on;
use crate::support::database::{CHEAP, as_made};
use crate::support::hand::{self, F2};
use crate::support::process::{NOBODY, eventually, skip};
use crate::support::program::KEYWARD;
use crate::support::pty::{Process, Pty, Start};
use crate::support::server::House;

/// A file beside the database.
fn beside(directory: &TempDir, suffix: &str) -> PathBuf {
    let name = format!("keyward.db{suffix}");
    directory.path().join(name)
}

/// The log of another Keyward database that is in use, in which the first key is not locked out.
fn log_of_another(of: &TempDir) {
    let another = Broken::new();
    fs::copy(beside(&another.directory, "-wal"), beside(of, "-wal")).expect("copied");
}

/// A connection to a database of another program, with a change that is under way and has come to the disk in part.
fn of_another_program(directory: &Path, mode: &str) -> Connection {
    let other = Connection::open(directory.join("other.db")).expect("opened");
    let set = format!(
        "PRAGMA journal_mode = {mode}; PRAGMA cache_size = 1; CREATE TABLE t (a);
         INSERT INTO t VALUES (randomblob(400000)); BEGIN; UPDATE t SET a = randomblob(400000);"
    );
    other.execute_batch(&set).expect("written");
    other
}

fn log_of_another_program(of: &TempDir) {
    let directory = tempfile::tempdir().expect("a directory");
    let other = of_another_program(directory.path(), "WAL");
    other.execute_batch("COMMIT").expect("committed");
    fs::copy(directory.path().join("other.db-wal"), beside(of, "-wal")).expect("copied");
}

fn journal_of_another_program(of: &TempDir) {
    let directory = tempfile::tempdir().expect("a directory");
    let _other = of_another_program(directory.path(), "DELETE");
    let journal = directory.path().join("other.db-journal");
    fs::copy(journal, beside(of, "-journal")).expect("copied");
}

/// Bytes that mean nothing.
fn noise(of: &TempDir, suffix: &str) {
    let bytes: Vec<u8> = (1..=250).cycle().take(40_000).collect();
    fs::write(beside(of, suffix), bytes).expect("written");
}

/// Nobody else may write what lies beside the database, or it is refused for that.
fn close_to_others(directory: &TempDir) {
    for suffix in ["-wal", "-shm", "-journal"] {
        let _ = fs::set_permissions(beside(directory, suffix), Permissions::from_mode(0o600));
    }
}

/// The end of a file's name, what puts it there, and what is said of it.
type Foreign = (&'static str, fn(&TempDir), &'static str);

#[test]
fn a_foreign_file_beside_the_database_is_refused_and_neither_believed_nor_put_into_it() {
    let mut broken = Broken::new();
    broken.lock();
    let secret = fs::read_to_string(broken.directory.path().join("secret")).expect("there");
    let directory = broken.directory;
    drop(broken.service);
    let foreign: [Foreign; 3] = [
        ("-wal", log_of_another, "do not belong together"),
        ("-wal", log_of_another_program, "do not belong together"),
        ("-journal", journal_of_another_program, "is not its own"),
    ];
    for (suffix, put, words) in foreign {
        put(&directory);
        close_to_others(&directory);
        let read = |suffix| fs::read(beside(&directory, suffix)).expect("there");
        let before = (read(""), read(suffix));
        for _ in 0..2 {
            let verdict = verified(directory.path(), &secret);
            assert!(
                verdict.contains(words) && verdict.ends_with("exit 2\n"),
                "{suffix}: {verdict}"
            );
        }
        let check = on_database(directory.path(), &["events", "--check"]).output();
        let check = said(check.expect("run"));
        assert!(check.contains(words), "{check}");
        assert!((read(""), read(suffix)) == before, "{suffix}");
        // As the sentence says.
        fs::rename(beside(&directory, suffix), beside(&directory, ".before")).expect("moved");
        let _ = fs::remove_file(beside(&directory, "-shm"));
        assert!(verified(directory.path(), &secret).contains("locked-out"));
        events(directory.path());
    }
}

#[test]
fn noise_beside_the_database_is_as_if_it_were_not_there() {
    let valid = Broken::closed();
    let secret = fs::read_to_string(valid.path().join("secret")).expect("there");
    for files in [&["-wal"][..], &["-shm"], &["-journal"], &["-wal", "-shm"]] {
        for suffix in files {
            noise(&valid, suffix);
        }
        close_to_others(&valid);
        let verdict = verified(valid.path(), &secret);
        assert!(verdict.contains(VALID), "{files:?}: {verdict}");
        events(valid.path());
    }
}

/// What somebody does to the database while it is in use, by name.
type Deed = (&'static str, fn(&Path));

const DEEDS: [Deed; 4] = [
    ("removed", |database| {
        fs::remove_file(database).expect("removed");
    }),
    ("replaced", |database| {
        let other = database.with_file_name("other.db");
        drop(as_made(&other, CHEAP));
        fs::rename(other, database).expect("replaced");
    }),
    ("cut short", |database| {
        let file = fs::OpenOptions::new().write(true).open(database);
        file.expect("opened").set_len(8_192).expect("cut");
    }),
    ("emptied", |database| {
        let file = fs::OpenOptions::new().write(true).open(database);
        file.expect("opened").set_len(0).expect("cut");
    }),
];

#[test]
fn whatever_becomes_of_the_database_under_a_console_is_told_and_what_was_typed_stays() {
    for (deed, does) in DEEDS {
        let broken = Broken::closed();
        let secret = fs::read_to_string(broken.path().join("secret")).expect("there");
        let mut console = on(&broken);
        console.send("n").says("form.title_new");
        console.send("nightly").see("nightly");
        does(&broken.path().join("keyward.db"));
        hand::pause();
        console.send(F2).says("trouble.moved").see("nightly");
        let verdict = verified(broken.path(), &secret);
        assert!(
            !verdict.contains(VALID) || deed == "emptied",
            "{deed}: {verdict}"
        );
        console.send("\x1b").says("leave.title");
        console.send("y");
        hand::pause();
        console.send("q");
        assert_eq!(console.end(), 0, "{deed}");
    }
}

#[test]
fn whatever_becomes_of_the_database_under_a_server_ends_it() {
    for (deed, does) in DEEDS {
        let mut house = House::new();
        let (_, secret) = house.key("a");
        let mut server = house.serve(&["--auth", "unix:auth.sock"]);
        let sent = [("api-secret-key", secret.expose())];
        let answer = server.ask("auth", "GET", "/auth-request/read", &sent);
        assert_eq!(answer.status, 200);
        does(&house.database());
        assert_eq!(server.ended().code(), Some(2), "{deed}: {}", server.log());
        server.has_logged(deed, |event| event["reason"] == "database");
    }
}

/// A `keyward verify` that has opened the database and waits for a secret.
struct Waiting(Child);

impl Waiting {
    fn on(directory: &Path) -> Waiting {
        let mut verify = on_database(directory, &["verify"]);
        let pipes = verify.stdin(Stdio::piped()).stdout(Stdio::piped());
        let child = pipes.stderr(Stdio::piped()).spawn().expect("started");
        // There is nothing else that it waits for.
        let waits = || Process::read(child.id()).is_some_and(|process| process.state == 'S');
        eventually("it waits for a secret", waits);
        Waiting(child)
    }

    fn answers(mut self, secret: &str) -> String {
        let mut input = self.0.stdin.take().expect("piped");
        input.write_all(secret.as_bytes()).expect("written");
        drop(input);
        said(self.0.wait_with_output().expect("ended"))
    }
}

#[test]
fn what_becomes_of_the_database_between_opening_it_and_the_question_is_seen_by_the_answer() {
    for (deed, does) in DEEDS {
        let broken = Broken::closed();
        let secret = fs::read_to_string(broken.path().join("secret")).expect("there");
        let waiting = Waiting::on(broken.path());
        does(&broken.path().join("keyward.db"));
        let answer = waiting.answers(&secret);
        assert!(
            answer.contains("was removed, replaced or overwritten"),
            "{deed}: {answer}"
        );
        assert!(answer.ends_with("exit 2\n"), "{deed}: {answer}");
    }
    let mut broken = Broken::new();
    let secret = fs::read_to_string(broken.directory.path().join("secret")).expect("there");
    let waiting = Waiting::on(broken.directory.path());
    broken.lock();
    assert!(waiting.answers(&secret).contains("locked-out"));
}

/// A console of another account, whom modes bind also where the tests run as root.
fn of_nobody(broken: &TempDir) -> Pty {
    let database = broken.path().join("keyward.db").display().to_string();
    for path in [broken.path(), Path::new(&database)] {
        chown(path, Some(NOBODY), None).expect("given away");
    }
    let (account, user) = (NOBODY.to_string(), Config::read().account.user_name());
    let program = ["--reuid", &account, "--clear-groups", KEYWARD];
    let args = [&program[..], &["--db", &database, "--user", &user]].concat();
    let start = Start {
        program: "/usr/bin/setpriv",
        ..Start::new(broken.path(), &args)
    };
    let console = start.go();
    console.see("1 shown");
    console
}

#[test]
fn a_database_that_is_closed_to_its_account_is_told_and_goes_on_when_it_is_opened_again() {
    if !geteuid().is_root() {
        return skip("only root can become another account");
    }
    let broken = Broken::closed();
    let mode = |path: &Path, mode| {
        fs::set_permissions(path, Permissions::from_mode(mode)).expect("set");
    };
    let database = broken.path().join("keyward.db");
    let mut console = of_nobody(&broken);
    eventually("who writes has it open, too", || {
        let files = fs::read_dir(format!("/proc/{}/fd", console.pid())).expect("its files");
        let is_it = |file: &PathBuf| fs::read_link(file).is_ok_and(|path| path == database);
        files
            .flatten()
            .map(|file| file.path())
            .filter(is_it)
            .count()
            >= 2
    });
    // Who has a file open may go on with it, whatever its mode is now.
    for closed in [0, 0o400] {
        mode(&database, closed);
        console.send("l").says("confirm.lock_title");
        hand::pause();
        console.send("y").says("list.locked");
        console.send("u").says("confirm.unlock_title");
        hand::pause();
        console.send("y").says("list.unlocked");
    }
    mode(&database, 0o600);
    mode(broken.path(), 0);
    console.says("trouble.unseen");
    mode(broken.path(), 0o700);
    console.see("1 shown");
    console.send("l").says("confirm.lock_title");
    hand::pause();
    console.send("y").says("list.locked");
    console.quits();
}
