//! Disks that are full, read-only or broken: what can be answered is answered, nothing is said to be done that was not,
//! and each refusal says what to do.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::Arc;

use keyward::auth::hash::{Cost, Hasher};
use keyward::auth::random::SystemRandom;
use keyward::clock::{Clock, SystemClock};
use keyward::config::Config;
use keyward::domain::id::{AUDITOR, KeyId};
use keyward::domain::trouble::Trouble;
use keyward::domain::user::Actor;
use keyward::domain::verdict::{Asked, Verdict};
use keyward::service::Service;
use keyward::store::{Place, Store};
use nix::unistd::geteuid;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use tempfile::TempDir;

#[path = "support"]
mod support {
    #![allow(dead_code, reason = "a part of what the tests use")]
    pub mod database;
    pub mod inject;
    pub mod process;
    pub mod program;
}

use support::database::{as_made, draft, user_draft};
use support::inject;
use support::process::{NOBODY, skip};
use support::program::{KEYWARD, keyward};

/// A database with a key and its delivered secret, and a user who is locked out: `mallory`.
struct Broken {
    directory: TempDir,
    service: Service,
    actor: Actor,
    key: KeyId,
}

impl Broken {
    fn new() -> Broken {
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
    fn closed() -> TempDir {
        Broken::new().directory
    }

    fn lock(&mut self) {
        let locked = self.service.lock_out_key(&self.actor, self.key, "");
        locked.expect("locked");
    }
}

/// Runs lines of a shell where nobody else sees what they mount: `$DISK` is a directory, empty, `$DB` the path of a
/// database on it, `$FROM` that of the database outside, `verify` and `keyward` do what they say. Nothing where the
/// machine does not allow it.
fn mounted(broken: &TempDir, lines: &str) -> Option<String> {
    let may = |args: &[&str]| {
        let mut unshare = Command::new("unshare");
        let tried = unshare.args(args).arg("true").output();
        tried.is_ok_and(|output| output.status.success())
    };
    let args = [&["--mount"][..], &["--mount", "--map-root-user"]];
    let Some(args) = args.into_iter().find(|args| may(args)) else {
        skip("nothing can be mounted here");
        return None;
    };
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

const VALID: &str = r#""valid":true,"id":1,"name":"backup""#;

/// Fails where these are not said one after the other; gives what is said behind them.
#[track_caller]
fn says<'a>(said: &'a str, all: &[&str]) -> &'a str {
    all.iter().fold(said, |rest, one| {
        let found = rest.split_once(one);
        found.unwrap_or_else(|| panic!("{one}:\n{said}")).1
    })
}

#[test]
fn a_full_disk_denies_nobody_who_has_a_valid_secret() {
    let lines = "disk; fill; verify; verify; keyward events --check --db $DB;
                 keyward events --db $DB; keyward user unlock mallory --break-glass --db $DB";
    let Some(said) = mounted(&Broken::closed(), lines) else {
        return;
    };
    let rest = says(&said, &[VALID, "exit 0", VALID, "exit 0"]);
    says(rest, &["is intact", "exit 0", "User Created", "exit 0"]);
    says(&said, &["The disk is full. Nothing was changed", "exit 2"]);
}

#[test]
fn a_disk_that_takes_no_more_files_denies_nobody_who_has_a_valid_secret() {
    // The directory, the database, and one or two of the files that SQLite wants beside it.
    for inodes in 2..5 {
        let lines = format!(
            "disk nr_inodes={inodes}; keyward user unlock mallory --break-glass --db $DB; verify; verify"
        );
        let Some(said) = mounted(&Broken::closed(), &lines) else {
            return;
        };
        let unlocked = if inodes < 4 {
            "The disk is full. Nothing was changed"
        } else {
            "was unlocked"
        };
        says(&said, &[unlocked, VALID, "exit 0", VALID, "exit 0"]);
    }
}

#[test]
fn a_read_only_mount_denies_nobody_who_has_a_valid_secret_and_is_named() {
    let lines = "disk; mv $DB \"$DB 100%?x=1#\"; DB=\"$DB 100%?x=1#\"; mount -o remount,ro $DISK;
                 verify; keyward events --check --db \"$DB\";
                 keyward user unlock mallory --break-glass --db \"$DB\"; ls $DISK";
    let Some(said) = mounted(&Broken::closed(), lines) else {
        return;
    };
    says(&said, &[VALID, "exit 0", "is intact", "exit 0"]);
    says(&said, &["mounted read-only", "exit 2"]);
    assert!(!said.contains("account"), "{said}");
}

#[test]
fn a_log_on_a_read_only_mount_is_read_and_never_left_out() {
    let mut broken = Broken::new();
    let path = broken.directory.path().join("keyward.db");
    let checkpoint = rusqlite::Connection::open(path).expect("opened");
    let moved = checkpoint.query_row("PRAGMA wal_checkpoint(TRUNCATE)", (), |row| row.get(0));
    assert_eq!(moved, Ok(0));
    broken.lock();
    // Only the log has the lock, as of a console that was killed.
    let lines = "disk; mount -o remount,ro $DISK; verify; mount -o remount,rw $DISK;
                 rm $DB-shm; mount -o remount,ro $DISK; verify; mount -o remount,rw $DISK; fill; verify";
    let Some(said) = mounted(&broken.directory, lines) else {
        return;
    };
    let locked = "\"reason\":\"locked-out\"";
    let rest = says(&said, &[locked, "exit 1"]);
    let rest = says(rest, &["mounted read-only", "exit 2"]);
    says(rest, &[locked, "exit 1"]);
}

#[test]
fn a_read_only_directory_or_file_denies_nobody_who_has_a_valid_secret() {
    for (file, folder) in [(0o600, 0o500), (0o400, 0o700), (0o400, 0o500)] {
        let directory = Broken::closed();
        let path = directory.path().join("keyward.db");
        let secret = fs::File::open(directory.path().join("secret")).expect("there");
        fs::set_permissions(&path, Permissions::from_mode(file)).expect("set");
        let mut command = keyward(directory.path(), &["verify", "--db"]);
        command.arg(&path);
        if geteuid().is_root() {
            // Modes do not bind root, so somebody else asks.
            chown(&path, Some(NOBODY), None).expect("given away");
            chown(directory.path(), Some(NOBODY), None).expect("given away");
            command.uid(NOBODY).gid(NOBODY);
        }
        fs::set_permissions(directory.path(), Permissions::from_mode(folder)).expect("set");
        let said = said(command.stdin(secret).output().expect("run"));
        fs::set_permissions(directory.path(), Permissions::from_mode(0o700)).expect("set");
        says(&said, &[VALID, "exit 0"]);
    }
}

/// A closed database and its secret once more.
fn copied(whole: &TempDir) -> TempDir {
    let directory = tempfile::tempdir().expect("directory");
    for name in ["keyward.db", "secret"] {
        fs::copy(whole.path().join(name), directory.path().join(name)).expect("copied");
    }
    directory
}

/// Whether the trail says that the locked user was let in again.
fn is_unlocked(directory: &TempDir) -> bool {
    let events = injected(directory.path(), EVENTS, &["pread64:error=EIO:when=9999"]);
    assert!(events.contains("exit 0"), "{events}");
    events.contains("User Unlocked by Database Owner")
}

/// What it printed, and its exit code.
fn said(output: Output) -> String {
    let code = output.status.code();
    let code = code.map_or_else(|| "none".to_owned(), |code| code.to_string());
    let (out, err) = (output.stdout, output.stderr);
    let text = String::from_utf8([out, err].concat()).expect("UTF-8");
    format!("{text}exit {code}\n")
}

/// A command on the database, run with such system calls on its files tampered with.
fn injected(directory: &Path, args: &[&str], what: &[&str]) -> String {
    let database = directory.join("keyward.db");
    let mut command = keyward(directory, args);
    command.arg("--db").arg(&database);
    let beside = |suffix: &str| PathBuf::from(format!("{}{suffix}", database.display()));
    let (log, index) = (beside("-wal"), beside("-shm"));
    let secret = fs::File::open(directory.join("secret")).expect("there");
    let mut tampered = inject::injected(&command, &[&database, &log, &index], what);
    said(tampered.stdin(Stdio::from(secret)).output().expect("run"))
}

const VERIFY: &[&str] = &["verify"];
const EVENTS: &[&str] = &["events"];
const UNLOCK: &[&str] = &["user", "unlock", "mallory", "--break-glass"];
/// What writes, and how often in a short run.
const WRITING: [(&str, u32); 3] = [("pwrite64", 14), ("fdatasync,fsync", 4), ("ftruncate", 1)];
const ERRORS: [&str; 5] = ["ENOSPC", "EDQUOT", "EIO", "EROFS", "EFBIG"];

/// Whatever is said is a sentence with what to do, and no number that only `SQLite` knows.
#[track_caller]
fn is_said_well(said: &str, what: &str) {
    assert!(!said.contains("SQLite code"), "{what}: {said}");
    assert!(!said.contains("please report"), "{what}: {said}");
    assert!(!said.contains("damaged"), "{what}: {said}");
}

#[test]
fn whichever_call_fails_nothing_is_said_that_is_not_so() {
    if !inject::is_there() {
        return skip("there is no strace");
    }
    let mut cases = Vec::new();
    for (call, most) in WRITING {
        let each = (1..=most).zip(ERRORS.iter().cycle());
        cases.extend(each.map(|(when, error)| format!("{call}:error={error}:when={when}")));
        cases.extend(ERRORS.map(|error| format!("{call}:error={error}")));
    }
    cases.extend((1..12).map(|when| format!("pread64:error=EIO:when={when}")));
    let whole = Broken::closed();
    for what in cases {
        let directory = copied(&whole);
        let answer = injected(directory.path(), VERIFY, &[&what]);
        is_said_well(&answer, &what);
        let valid = answer.contains(VALID);
        assert_eq!(valid, answer.contains("exit 0"), "{what}: {answer}");
        // A verdict needs no writing.
        assert!(valid || what.starts_with("pread64"), "{what}: {answer}");

        let answer = injected(directory.path(), UNLOCK, &[&what]);
        is_said_well(&answer, &what);
        if answer.contains("exit 0") {
            assert!(is_unlocked(&directory), "{what}: {answer}");
        } else {
            assert!(answer.contains("exit 2"), "{what}: {answer}");
            let unsure = answer.contains("nobody can say");
            assert!(unsure || !is_unlocked(&directory), "{what}: {answer}");
        }
    }
}

#[test]
fn what_was_said_not_to_hold_does_not_come_back_after_a_crash() {
    if !inject::is_there() {
        return skip("there is no strace");
    }
    let whole = Broken::closed();
    // The second sync is the commit's; the process dies before it has closed the log.
    for (sync, comes_back) in [("2", false), ("2+", true)] {
        let directory = copied(&whole);
        let sync = format!("fsync,fdatasync:error=EIO:when={sync}");
        injected(directory.path(), UNLOCK, &[&sync, "unlink:signal=KILL"]);
        let unlocked = is_unlocked(&directory);
        assert!(comes_back || !unlocked, "{sync}");
    }
}

#[test]
fn a_change_whose_sync_fails_is_looked_at_again() {
    if !inject::is_there() {
        return skip("there is no strace");
    }
    let whole = Broken::closed();
    for (sync, said) in [
        ("2", "Nothing was changed"),
        ("2+", "it is not known yet whether the change was"),
        // The log is closed after the change was confirmed.
        ("3+", "mallory was unlocked"),
    ] {
        let directory = copied(&whole);
        let sync = format!("fsync,fdatasync:error=EIO:when={sync}");
        let answer = injected(directory.path(), UNLOCK, &[&sync]);
        assert!(answer.contains(said), "{sync}: {answer}");
    }
}

/// A verdict on the database as it is, by whichever way it can be opened.
fn judged(directory: &Path, secret: &[u8]) -> Result<Verdict, Trouble> {
    let place = Place::File(directory.join("keyward.db"));
    let account = Config::read().account;
    let store = Store::open_to_verify(&place, &account)
        .or_else(|_| Store::open_to_read(&place, &account))?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let hasher = Hasher::new(Cost::REAL);
    let service = Service::new(store, clock, Box::new(SystemRandom), hasher)?;
    let judged = service.judge(secret, &Asked::default());
    judged.map(|judged| judged.verdict)
}

#[test]
fn no_damage_makes_a_secret_valid_that_is_refused() {
    let mut broken = Broken::new();
    broken.lock();
    // A log would be left out from where it is damaged on, whatever it holds: there is none.
    let (directory, service) = (broken.directory, broken.service);
    drop(service);
    let secret = fs::read(directory.path().join("secret")).expect("there");
    let mut random = StdRng::seed_from_u64(9);
    let (mut refused, mut troubles) = (0, 0);
    for step in 0..300 {
        let copy = copied(&directory);
        let path = copy.path().join("keyward.db");
        let mut bytes = fs::read(&path).expect("there");
        let at = random.random_range(0..bytes.len());
        match step % 3 {
            0 => bytes.truncate(at),
            1 => bytes[at] ^= 1 << (step % 8),
            _ => {
                let end = bytes.len().min(at + 64);
                bytes[at..end].fill_with(|| random.random());
            }
        }
        fs::write(&path, bytes).expect("damaged");
        match judged(copy.path(), &secret) {
            Ok(Verdict::Valid(_)) => panic!("{step}: valid"),
            Ok(Verdict::Refused(_)) => refused += 1,
            Err(_) => troubles += 1,
        }
    }
    assert!(refused > 0 && troubles > 0, "{refused} {troubles}");
}
