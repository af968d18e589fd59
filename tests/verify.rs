//! `keyward verify` as its callers see it: what goes in, what comes out, the exit code.

use std::fs::{self, File, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use keyward::auth::hash::Cost;
use keyward::domain::api_key::ApiKeyDraft;
use keyward::domain::id::KeyId;
use keyward::domain::locale::Locale;
use keyward::domain::role::RoleFields;
use keyward::domain::secret::Secret;
use keyward::domain::tz::Tz;
use keyward::domain::user::Actor;
use keyward::service::Service;
use tempfile::TempDir;

#[path = "support"]
mod support {
    #![allow(dead_code, reason = "a part of what the tests use")]
    pub mod database;
    pub mod process;
    pub mod program;
}

use support::database::{as_made, at, db, draft, raw};
use support::process::{is_there, skip};
use support::program::{KEYWARD, keyward, printed, said};

/// A database with one key and its delivered secret.
struct Keyring {
    directory: TempDir,
    secret: Secret,
}

impl Keyring {
    fn new() -> Keyring {
        Keyring::of(|_, _| ApiKeyDraft {
            locale: Locale::JaJp,
            zone: Tz::Asia__Tokyo,
            ..draft("監査")
        })
    }

    /// With the key that is made of this draft.
    fn of(draft: impl FnOnce(&mut Service, &Actor) -> ApiKeyDraft) -> Keyring {
        let directory = tempfile::tempdir().expect("directory");
        let path = directory.path().join("keyward.db");
        let (mut service, actor) = as_made(&path, Cost::REAL);
        let draft = draft(&mut service, &actor);
        let issued = service.create_key(&actor, &draft).expect("created");
        service.deliver(&actor, issued.id, None).expect("delivered");
        Keyring {
            directory,
            secret: issued.secret,
        }
    }

    fn database(&self) -> PathBuf {
        self.directory.path().join("keyward.db")
    }
}

fn verify(database: &Path) -> Command {
    let home = database.parent().expect("a directory");
    let mut command = keyward(home, &["verify", "--db"]);
    command.arg(db(database));
    Command::from_std(command)
}

const MALFORMED: &str = "{\"valid\":false,\"reason\":\"malformed\"}\n";

#[test]
fn a_valid_secret_gives_0_and_says_whose_it_is() {
    let keyring = Keyring::new();
    let answer = "{\"valid\":true,\"id\":1,\"name\":\"監査\",\"role\":\"Auditor\",\"access\":\"read\",\
                  \"locale\":\"ja-JP\",\"timeZone\":\"Asia/Tokyo\",\"expires\":null}\n";
    for ending in ["", "\n", "\r\n"] {
        verify(&keyring.database())
            .write_stdin(format!("{}{ending}", keyring.secret.expose()))
            .assert()
            .code(0)
            .stdout(answer)
            .stderr("");
    }
    Command::from_std(keyward(keyring.directory.path(), &["verify"]))
        .env("KEYWARD_DB", db(&keyring.database()))
        .write_stdin(keyring.secret.expose())
        .assert()
        .code(0)
        .stdout(answer);
}

#[test]
fn rights_are_told_one_by_one_when_they_are_asked_for() {
    let keyring = Keyring::new();
    let ran = |args: &[&str]| {
        let mut command = verify(&keyring.database());
        command.args(args).write_stdin(keyring.secret.expose());
        printed(&command.assert().code(0))
    };
    let (without, with) = (ran(&[]), ran(&["--rights"]));
    assert_eq!(with, ran(&["--rights"]), "the order is always the same");
    let (fields, tree) = with.split_once(",\"rights\":").expect("rights");
    assert_eq!(format!("{fields}}}\n"), without, "nothing else changes");
    let answer: serde_json::Value = serde_json::from_str(&with).expect("JSON");
    let users = &answer["rights"]["platformRights"]["administratorRights"];
    assert_eq!(users["canViewAdministrators"], true);
    assert_eq!(users["canDeleteAdministrators"], false);
    let leaves = tree.matches(":true").count() + tree.matches(":false").count();
    assert_eq!(leaves, 173);
}

#[test]
fn a_refused_secret_has_no_rights() {
    let keyring = Keyring::new();
    verify(&keyring.database())
        .arg("--rights")
        .write_stdin("x")
        .assert()
        .code(1)
        .stdout(MALFORMED);
}

#[test]
fn a_refused_secret_gives_1_and_the_reason() {
    let keyring = Keyring::new();
    let secret = keyring.secret.expose();
    let long = "1".repeat(1_000_000);
    let twice = format!("{secret}\n{secret}\n");
    for input in ["", "\n", "x", "api-secret-key: 1:x", &long, &twice] {
        verify(&keyring.database())
            .write_stdin(input)
            .assert()
            .code(1)
            .stdout(MALFORMED)
            .stderr("");
    }
    verify(&keyring.database())
        .write_stdin(secret.replacen("1:", "2:", 1))
        .assert()
        .code(1)
        .stdout("{\"valid\":false,\"reason\":\"forged\"}\n");
}

#[test]
fn a_key_opens_the_services_of_its_role_from_its_addresses_and_no_others() {
    let keyring = Keyring::of(|service, actor| {
        let role = RoleFields {
            web_service: true,
            services: "billing, crm".to_owned(),
            ..RoleFields::default()
        };
        let role = service.create_role(actor, &role.into()).expect("a role");
        ApiKeyDraft {
            role,
            addresses: "10.0.0.0/8".to_owned(),
            ..draft("backup")
        }
    });
    let ran = |args: &[&str]| {
        let mut command = verify(&keyring.database());
        command.args(args).write_stdin(keyring.secret.expose());
        printed(&command.assert())
    };
    let inside = ["--address", "10.1.2.3"];
    for args in [
        &inside[..],
        &["--address", "::ffff:10.1.2.3", "--service", "crm"],
    ] {
        assert!(ran(args).starts_with("{\"valid\":true,"), "{args:?}");
    }
    for (args, reason) in [
        (&[][..], "address"),
        (&["--service", "crm"], "address"),
        (&["--address", "192.0.2.7"], "address"),
        (&["--service", "wiki"], "service"),
        (&["--service", "wiki", "--address", "10.1.2.3"], "service"),
    ] {
        let refused = format!("{{\"valid\":false,\"reason\":\"{reason}\"}}\n");
        assert_eq!(ran(args), refused, "{args:?}");
    }
    for wrong in [["--service", "Billing"], ["--address", "10.0.0.0/8"]] {
        let mut command = verify(&keyring.database());
        let ran = command.args(wrong).write_stdin(keyring.secret.expose());
        let ran = ran.assert().code(64).stdout("");
        assert!(said(&ran).contains(wrong[1]), "{wrong:?}");
    }
}

#[test]
fn a_refused_secret_names_its_key_only_where_that_is_asked_for_and_certain() {
    let keyring = Keyring::of(|_, _| ApiKeyDraft {
        locked_out: Some(String::new()),
        ..draft("backup")
    });
    let secret = keyring.secret.expose();
    let forged = secret.replacen("1:", "2:", 1);
    let locked = "{\"valid\":false,\"reason\":\"locked-out\"";
    for (input, answer) in [
        (secret, format!("{locked},\"id\":1,\"name\":\"backup\"}}\n")),
        (
            &forged,
            "{\"valid\":false,\"reason\":\"forged\"}\n".to_owned(),
        ),
        ("1:x", MALFORMED.to_owned()),
    ] {
        let mut command = verify(&keyring.database());
        let ran = command.arg("--identify").write_stdin(input).assert();
        ran.code(1).stdout(answer);
    }
    let mut command = verify(&keyring.database());
    let ran = command.write_stdin(secret).assert().code(1);
    ran.stdout(format!("{locked}}}\n"));
}

#[test]
fn a_secret_may_come_in_the_line_of_its_header() {
    let keyring = Keyring::new();
    let secret = keyring.secret.expose();
    for line in [
        format!("api-secret-key: {secret}\r\n"),
        format!("API-SECRET-KEY:\t{secret} \n"),
    ] {
        let mut command = verify(&keyring.database());
        command.write_stdin(line).assert().code(0);
    }
    for line in [
        format!("x-api-key: {secret}"),
        format!("api-secret-key: {secret}\nhost: a"),
    ] {
        let mut command = verify(&keyring.database());
        command.write_stdin(line).assert().code(1).stdout(MALFORMED);
    }
}

#[test]
fn trouble_gives_2_and_a_sentence_and_no_answer() {
    let directory = tempfile::tempdir().expect("directory");
    let missing = directory.path().join("none.db");
    let text = directory.path().join("text.db");
    let words = "not a database, but long enough to be taken for one".repeat(20);
    fs::write(&text, words).expect("file");
    fs::set_permissions(&text, Permissions::from_mode(0o600)).expect("mode");
    for path in [&missing, &text, &directory.path().to_owned()] {
        let ran = verify(path).write_stdin("1:x").assert().code(2).stdout("");
        let said = said(&ran);
        assert!(said.starts_with("keyward: "), "{said}");
        assert!(said.ends_with(".\n"), "{said}");
    }
    assert!(!missing.exists());
}

#[test]
fn the_answer_comes_before_anything_is_written_and_waits_for_nobody() {
    if !is_there("strace") {
        return skip("there is no strace");
    }
    let keyring = Keyring::new();
    let calls = keyring.directory.path().join("calls");
    let traced = || {
        let mut strace = Command::new("strace");
        strace
            .args(["-f", "-qq"])
            .args(["-e", "trace=write,pwrite64,fsync,fdatasync", "-o"])
            .arg(&calls)
            .args([KEYWARD, "verify", "--db"])
            .arg(keyring.database())
            .write_stdin(keyring.secret.expose())
            .assert()
            .code(0);
        fs::read_to_string(&calls).expect("traced")
    };
    // While a console has the database open, as here.
    let other = rusqlite::Connection::open(keyring.database()).expect("opened");
    let version = "SELECT count(*) FROM api_keys WHERE last_sign_in_at IS NOT NULL";
    let noted = || other.query_row(version, (), |row| row.get::<_, i64>(0));
    assert_eq!(noted(), Ok(0));
    other.execute_batch("BEGIN IMMEDIATE").expect("locked");
    let (before, after) = split(&traced());
    assert!(!before.contains("sync("), "{before}");
    assert!(!after.contains("sync("), "{after}");
    assert_eq!(noted(), Ok(0), "it did not wait for that");
    other.execute_batch("COMMIT").expect("unlocked");

    // The first write to a log begins it, which is synced.
    let same = other.query_row("PRAGMA user_version", (), |row| row.get::<_, i64>(0));
    let written = other.pragma_update(None, "user_version", same.expect("read"));
    written.expect("written");
    let (before, after) = split(&traced());
    assert_eq!(noted(), Ok(1));
    assert!(!before.contains("pwrite64(4"), "{before}");
    assert!(after.contains("pwrite64("), "{after}");
    assert!(!after.contains("sync("), "{after}");
}

#[test]
fn the_memory_of_a_hash_is_taken_once_and_for_a_refused_secret_not_at_all() {
    if !is_there("strace") {
        return skip("there is no strace");
    }
    let keyring = Keyring::new();
    let calls = keyring.directory.path().join("calls");
    let taken = |secret: &str, code: i32| {
        Command::new("strace")
            .args(["-f", "-qq", "-e", "trace=mmap,mremap,brk", "-o"])
            .arg(&calls)
            .args([KEYWARD, "verify", "--db"])
            .arg(db(&keyring.database()))
            .write_stdin(secret)
            .assert()
            .code(code);
        let calls = fs::read_to_string(&calls).expect("traced");
        let lengths = calls.lines().filter_map(|call| {
            let (_, arguments) = call.split_once("mmap(NULL, ")?;
            arguments.split(',').next()?.parse::<u64>().ok()
        });
        let large = lengths.filter(|length| *length >= u64::from(Cost::REAL.memory_kib) * 1_024);
        assert!(!calls.contains("mremap("), "{calls}");
        large.count()
    };
    let secret = keyring.secret.expose();
    assert_eq!(taken(secret, 0), 1);
    assert_eq!(taken(&secret.replacen("1:", "2:", 1), 1), 0, "forged");
    assert_eq!(taken("x", 1), 0, "malformed");
    let other = raw(&at(&keyring.database()));
    let locked = "UPDATE api_keys SET locked_out = TRUE, version = version + 1";
    other.execute_batch(locked).expect("locked");
    assert_eq!(taken(secret, 1), 0, "locked");
}

/// The calls before and after the answer was written.
fn split(calls: &str) -> (String, String) {
    let (before, after) = calls
        .split_once("write(1, \"{\\\"valid")
        .expect("an answer");
    (before.to_owned(), after.to_owned())
}

#[test]
fn an_answer_that_cannot_be_written_gives_2() {
    let keyring = Keyring::new();
    let status = keyward(keyring.directory.path(), &["verify", "--db"])
        .arg(db(&keyring.database()))
        .stdin(std::process::Stdio::null())
        .stdout(File::create("/dev/full").expect("full device"))
        .stderr(std::process::Stdio::null())
        .status()
        .expect("ran");
    assert_eq!(status.code(), Some(2));
}

#[test]
fn a_secret_is_never_an_argument() {
    let keyring = Keyring::new();
    verify(&keyring.database())
        .arg(keyring.secret.expose())
        .assert()
        .code(64)
        .stdout("");
}

/// What `--batch` answers to these lines, each as JSON.
fn batch(database: &Path, input: impl Into<Vec<u8>>, code: i32) -> Vec<serde_json::Value> {
    let mut command = verify(database);
    let ran = command.arg("--batch").write_stdin(input).assert();
    let printed = printed(&ran.code(code).stderr(""));
    let lines = printed.lines();
    lines
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect()
}

#[test]
fn every_line_of_a_batch_is_answered_in_its_order() {
    let keyring = Keyring::new();
    let secret = keyring.secret.expose();
    let forged = secret.replacen("1:", "2:", 1);
    let mut input = Vec::new();
    let mut expected = Vec::new();
    for number in 0..60 {
        let (line, valid) = match number % 6 {
            0 => (secret.as_bytes().to_vec(), "true"),
            1 => (Vec::new(), "malformed"),
            2 => (forged.as_bytes().to_vec(), "forged"),
            3 => (vec![b'7'; 100_000], "malformed"),
            4 => (b"\xff\xfe\0".to_vec(), "malformed"),
            _ => (format!("api-secret-key: {secret} \r").into_bytes(), "true"),
        };
        input.extend(line);
        input.push(b'\n');
        expected.push(valid);
    }
    // The last one has no end.
    input.extend(secret.as_bytes());
    expected.push("true");
    let answers = batch(&keyring.database(), input, 1);
    let found: Vec<&str> = answers
        .iter()
        .map(|answer| answer["reason"].as_str().unwrap_or("true"))
        .collect();
    assert_eq!(found, expected);
    assert!(
        answers
            .iter()
            .all(|answer| answer["valid"] == answer["reason"].is_null())
    );
    assert_eq!(answers[0]["name"], "監査");
}

#[test]
fn a_batch_is_0_where_all_are_valid_and_where_there_is_none() {
    let keyring = Keyring::new();
    let secret = keyring.secret.expose();
    let database = keyring.database();
    assert_eq!(batch(&database, format!("{secret}\n{secret}"), 0).len(), 2);
    assert_eq!(batch(&database, "", 0).len(), 0);
    assert_eq!(batch(&database, "\n", 1).len(), 1);
    let missing = keyring.directory.path().join("none.db");
    let mut command = verify(&missing);
    command.arg("--batch").assert().code(2).stdout("");
}

/// A program that asks line after line.
struct Asking {
    child: std::process::Child,
    input: std::process::ChildStdin,
    output: std::io::BufReader<std::process::ChildStdout>,
}

impl Asking {
    fn start(keyring: &Keyring) -> Asking {
        let mut command = keyward(keyring.directory.path(), &["verify", "--batch", "--db"]);
        let mut child = command
            .arg(db(&keyring.database()))
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped())
            .spawn()
            .expect("started");
        Asking {
            input: child.stdin.take().expect("a pipe"),
            output: std::io::BufReader::new(child.stdout.take().expect("a pipe")),
            child,
        }
    }

    fn ask(&mut self, line: &str) -> String {
        use std::io::{BufRead as _, Write as _};
        writeln!(self.input, "{line}").expect("asked");
        let mut answer = String::new();
        self.output.read_line(&mut answer).expect("an answer");
        answer
    }
}

#[test]
fn a_batch_answers_before_the_next_line_and_by_what_is_so_then() {
    let keyring = Keyring::new();
    let secret = keyring.secret.expose();
    let (mut service, owner) = as_made(&keyring.database(), Cost::REAL);
    let mut asking = Asking::start(&keyring);
    for _ in 0..3 {
        assert!(asking.ask(secret).starts_with("{\"valid\":true,"));
        service.lock_out_key(&owner, KeyId(1), "").expect("locked");
        let locked = "{\"valid\":false,\"reason\":\"locked-out\"}\n";
        assert_eq!(asking.ask(secret), locked);
        service.unlock_key(&owner, KeyId(1)).expect("unlocked");
    }
    let Asking {
        mut child, input, ..
    } = asking;
    drop(input);
    assert_eq!(child.wait().expect("ended").code(), Some(1));
    // All uses were noted, those of one kind together.
    let key = service.key_properties(&owner, KeyId(1)).expect("read").key;
    assert!(key.last_sign_in_at.is_some());
    assert_eq!(key.secrets[0].uses_refused, 3);
}
