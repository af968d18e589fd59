//! Secrets that scripts have handed over, by the real program.

use std::ffi::OsString;
use std::fs;
use std::io::{Read, Write};
use std::iter::once;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use age::armor::ArmoredReader;
use age::{Decryptor, x25519};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;
use tempfile::TempDir;

#[path = "support"]
mod support {
    #![allow(dead_code, reason = "a part of what the tests use")]
    pub mod database;
    pub mod process;
    pub mod program;
}

use support::database::{at, raw, told};
use support::process::eventually;
use support::program::{KEYWARD, database_of, given, keyward};

/// A home of somebody who has no database yet.
struct Home(TempDir);

impl Home {
    fn new() -> Home {
        Home(tempfile::tempdir().expect("a directory"))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = keyward(self.0.path(), args);
        command.stdin(Stdio::null()).envs(self.told());
        command
    }

    fn told(&self) -> Option<(&'static str, OsString)> {
        told(&database_of(self.0.path()))
    }

    fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().expect("started")
    }

    /// Runs it with this on standard input.
    fn given(&self, args: &[&str], input: &str) -> Output {
        given(self.command(args), input)
    }

    /// Runs a line of the shell, in which the program is `keyward`.
    fn shell(&self, line: &str) -> Output {
        let mut command = Command::new("bash");
        let program = Path::new(KEYWARD).parent().expect("a directory");
        let path = format!("{}:/usr/bin:/bin", program.display());
        command.args(["-c", line]).current_dir(self.0.path());
        command
            .env_clear()
            .env("PATH", path)
            .env("HOME", self.0.path());
        command
            .env("XDG_DATA_HOME", self.path("data"))
            .envs(self.told());
        command.stdin(Stdio::null()).output().expect("started")
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).expect(name)
    }

    /// The reason for which a secret is refused, and `valid` where it is not.
    fn verdict(&self, secret: &str) -> String {
        let done = self.given(&["verify"], secret);
        let answer: Value = serde_json::from_slice(&done.stdout).expect("JSON");
        answer["reason"].as_str().unwrap_or("valid").to_owned()
    }

    fn has_database(&self) -> bool {
        let path = database_of(self.0.path());
        path.exists() || self.told().is_some() && raw(&at(&path)).has_tables()
    }

    /// The names of the keys that there are.
    fn keys(&self) -> Vec<String> {
        if !self.has_database() {
            return Vec::new();
        }
        let done = self.run(&["key", "list", "--format", "json"]);
        assert_eq!(code(&done), Some(0), "{done:?}");
        let keys: Value = serde_json::from_slice(&done.stdout).expect("JSON");
        let keys = keys.as_array().expect("an array").iter();
        keys.map(|key| key["keyName"].as_str().expect("a name").to_owned())
            .collect()
    }

    /// The names of the files that are not the database's.
    fn files(&self) -> Vec<String> {
        let there = fs::read_dir(self.0.path()).expect("listed");
        let names = there.map(|entry| entry.expect("an entry").file_name());
        let mut names: Vec<_> = names
            .map(|name| name.into_string().expect("UTF-8"))
            .filter(|name| name != "data")
            .collect();
        names.sort();
        names
    }

    /// Every byte of the database's files, or every row.
    fn database(&self) -> Vec<u8> {
        let directory = database_of(self.0.path());
        if !directory.exists() {
            return raw(&at(&directory)).dump().concat().into_bytes();
        }
        let there = fs::read_dir(directory.parent().expect("a directory")).expect("listed");
        let files = there.map(|entry| fs::read(entry.expect("an entry").path()).expect("read"));
        files.flatten().collect()
    }
}

fn code(done: &Output) -> Option<i32> {
    done.status.code()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

fn opened(file: &str, identity: &x25519::Identity) -> String {
    let decryptor = Decryptor::new(ArmoredReader::new(file.as_bytes())).expect("an age file");
    let mut reader = decryptor
        .decrypt(once(identity as &dyn age::Identity))
        .expect("for this identity");
    let mut plain = String::new();
    reader.read_to_string(&mut plain).expect("whole");
    plain
}

#[test]
fn a_secret_in_a_file_works_when_the_command_is_done_and_its_key_is_told() {
    let home = Home::new();
    let args = [
        "key",
        "new",
        "--name",
        "ci",
        "--owner",
        "ops",
        "--expires-on",
        "90d",
        "--rate",
        "60",
        "--secret-file",
        "ci.secret",
        "--format",
        "json",
    ];
    let done = home.run(&args);
    assert_eq!(code(&done), Some(0), "{done:?}");
    let told: Value = serde_json::from_slice(&done.stdout).expect("JSON");
    assert_eq!(told[0]["keyName"], "ci");
    assert_eq!(told[0]["owner"], "ops");
    assert_eq!(told[0]["requestsPerMinute"], 60);
    let secret = home.read("ci.secret");
    assert!(secret.starts_with("1:") && secret.ends_with("=\n"));
    assert_eq!(
        fs::metadata(home.path("ci.secret")).expect("there").mode() & 0o777,
        0o600
    );
    assert_eq!(home.verdict(&secret), "valid");

    // What is no day at all is wrong usage; a day that is over is refused.
    for (day, exit) in [("soon", 64), ("2026-02-30", 64), ("2020-01-01", 1)] {
        let args = ["key", "new", "--name", "b", "--stdout", "--expires-on", day];
        assert_eq!(code(&home.run(&args)), Some(exit), "{day}");
    }

    // A file that is there stays as it is, and nothing is made for it.
    let done = home.run(&["key", "new", "--name", "b", "--secret-file", "ci.secret"]);
    assert_eq!(code(&done), Some(2), "{done:?}");
    assert_eq!(home.read("ci.secret"), secret);
    assert_eq!(home.keys(), ["ci"]);
}

#[test]
fn a_secret_on_standard_output_works_from_when_it_is_read_back() {
    let home = Home::new();
    let done = home.run(&["key", "new", "--name", "ci", "--stdout"]);
    assert_eq!(code(&done), Some(0), "{done:?}");
    let secret = text(&done.stdout);
    assert_eq!(secret.lines().count(), 1);
    assert!(text(&done.stderr).contains("keyward key delivered 1"));
    assert_eq!(home.verdict(&secret), "not-delivered");
    for _ in 0..2 {
        let done = home.given(&["key", "delivered", "ci"], &secret);
        assert_eq!(code(&done), Some(0), "{done:?}");
        assert_eq!(home.verdict(&secret), "valid");
    }

    for around in [format!(" {secret}"), format!("{secret}\n")] {
        let done = home.given(&["key", "delivered", "ci"], &around);
        assert_eq!(code(&done), Some(1), "{done:?}");
        assert!(text(&done.stderr).contains("blanks"), "{done:?}");
    }

    let done = home.run(&["key", "new-secret", "1", "--stdout"]);
    let second = text(&done.stdout);
    assert_eq!(home.verdict(&second), "not-delivered");
    let done = home.given(&["key", "delivered", "1"], &second);
    assert_eq!(code(&done), Some(64), "no overlap was given: {done:?}");
    let done = home.given(&["key", "delivered", "1", "--overlap", "1h"], &second);
    assert_eq!(code(&done), Some(0), "{done:?}");
    assert_eq!(
        [home.verdict(&secret), home.verdict(&second)],
        ["valid", "valid"]
    );

    let done = home.given(&["key", "delivered", "1"], "1:none");
    assert_eq!(code(&done), Some(1), "{done:?}");
    let args = ["key", "new-secret", "1", "--stdout", "--deliver-now"];
    assert_eq!(code(&home.run(&args)), Some(64), "no overlap was given");
    let args = [&args[..], &["--overlap", "none"]].concat();
    let done = home.run(&args);
    assert_eq!(home.verdict(&text(&done.stdout)), "valid");
    assert_eq!(home.verdict(&second), "replaced");
}

#[test]
fn a_descriptor_that_the_caller_has_opened_takes_a_secret_and_no_other() {
    let home = Home::new();
    let done = home.shell("keyward key new --name ci --secret-fd 3 --format jsonl 3>secret");
    assert_eq!(code(&done), Some(0), "{done:?}");
    assert!(text(&done.stdout).contains("\"keyName\":\"ci\""));
    assert_eq!(home.verdict(&home.read("secret")), "not-delivered");
    // Without the caller's, the next file that the program opens would have that number.
    for (line, exit) in [
        ("keyward key new --name b --secret-fd 3", 64),
        ("keyward key new --name b --secret-fd 9", 64),
        ("keyward key new --name b --secret-fd 1 >out", 64),
        ("keyward key new --name b --secret-fd 3 3<secret", 64),
        ("keyward key new --name b --secret-fd 3 3>/dev/null", 64),
        ("keyward key new --name b --stdout >&-", 64),
        ("keyward key new --name b --secret-fd 3 3>/dev/full", 2),
        ("keyward key new --name b --stdout >/dev/full", 2),
        (
            "keyward key new --name b --deliver-now --stdout >/dev/full",
            2,
        ),
        (
            "sleep 0 | : ; (keyward key new --name b --stdout; echo $? >ended) | true; exit $(cat ended)",
            2,
        ),
    ] {
        let done = home.shell(line);
        assert_eq!(code(&done), Some(exit), "{line}: {done:?}");
        assert!(!done.stderr.is_empty(), "{line}");
        assert_eq!(home.keys(), ["ci"], "{line}");
    }
}

#[test]
fn exactly_one_way_is_named_before_anything_is_done() {
    let home = Home::new();
    for ways in [
        &[][..],
        &["--stdout", "--secret-file", "a"],
        &["--stdout", "--secret-fd", "3"],
        &["--secret-fd", "3", "--secret-file", "a"],
        &["--secret-file", "a", "--deliver-now"],
        &["--secret-dir", "a"],
        &["--secret-file", "-"],
        &["--age", "nobody"],
        &["--stdout", "--zone", "Mars"],
    ] {
        let done = home.run(&[&["key", "new", "--name", "ci"], ways].concat());
        assert_eq!(code(&done), Some(64), "{ways:?}: {done:?}");
        assert!(done.stdout.is_empty());
        assert!(!home.has_database(), "{ways:?}");
    }
    assert!(home.files().is_empty());
}

#[test]
fn only_what_is_encrypted_is_written_for_a_recipient() {
    let home = Home::new();
    let one = x25519::Identity::generate();
    let recipient = one.to_public().to_string();
    let done = home.run(&["key", "new", "--name", "ci", "--age", &recipient]);
    assert_eq!(code(&done), Some(0), "{done:?}");
    assert_eq!(home.files(), ["api-key-1.age"]);
    let secret = opened(&home.read("api-key-1.age"), &one);
    assert_eq!(home.verdict(&secret), "valid");
    let told = home.run(&["events", "--filter", "event:secret-saved-to-file"]);
    let for_whom = format!("Encrypted for: {recipient}");
    assert!(text(&told.stdout).contains(&for_whom), "{told:?}");

    let done = home.run(&["key", "new", "--name", "b", "--stdout", "--age", &recipient]);
    let file = text(&done.stdout);
    assert!(file.starts_with("-----BEGIN AGE ENCRYPTED FILE-----\n"));
    let secret = opened(&file, &one);
    assert_eq!(home.verdict(&secret), "not-delivered");

    let private = "AGE-SECRET-KEY-1GQ9778VQXMMJVE8SK7J6VT8UJ4HDQAJUVSFCWCM02D8GEWQ72PVQ2Y5J33";
    let done = home.run(&["key", "new", "--name", "c", "--age", private]);
    assert_eq!(code(&done), Some(64), "{done:?}");
    assert!(!text(&done.stderr).contains("GQ9778"));
    assert_eq!(home.keys().len(), 2);
}

const LINES: &str = "name,role,expiry\none,Auditor,never\ntwo,,2030-01-05\n";

#[test]
fn many_keys_are_made_of_a_file_each_with_a_secret_that_works() {
    let home = Home::new();
    fs::create_dir(home.path("secrets")).expect("made");
    let args = [
        "key",
        "new",
        "--from",
        "-",
        "--secret-dir",
        "secrets",
        "--format",
        "jsonl",
    ];
    let done = home.given(&args, LINES);
    assert_eq!(code(&done), Some(0), "{done:?}");
    assert_eq!(text(&done.stdout).lines().count(), 2);
    for name in ["secrets/api-key-1.secret", "secrets/api-key-2.secret"] {
        assert_eq!(home.verdict(&home.read(name)), "valid", "{name}");
    }
    let more = LINES.replace("one", "three").replace("two", "four");
    fs::write(home.path("keys.csv"), more).expect("written");
    let done = home.run(&["key", "new", "--from", "keys.csv", "--secret-file", "all"]);
    assert_eq!(code(&done), Some(0), "{done:?}");
    let all = home.read("all");
    assert_eq!(
        all.lines()
            .map(|line| home.verdict(line))
            .collect::<Vec<_>>(),
        ["valid"; 2]
    );
    let one = x25519::Identity::generate();
    let recipient = one.to_public().to_string();
    let more = LINES.replace("one", "five").replace("two", "six");
    let done = home.given(&["key", "new", "--from", "-", "--age", &recipient], &more);
    assert_eq!(code(&done), Some(0), "{done:?}");
    let all = opened(&home.read("api-keys-5-6.age"), &one);
    assert_eq!(all.lines().count(), 2);
    assert_eq!(home.keys().len(), 6);
}

#[test]
fn each_fault_of_a_file_is_told_with_its_line_and_nothing_is_made_unless_one_goes_on() {
    let home = Home::new();
    let wrong = "name,role,expiry\none,,\nTWO,,\none,,\ntwo,Nobody,\nfive,,soon\n,,\nsix,,\n";
    let args = ["key", "new", "--from", "-", "--secret-file", "all"];
    let done = home.given(&args, wrong);
    assert_eq!(code(&done), Some(1), "{done:?}");
    let said = text(&done.stderr);
    for line in ["Line 4: ", "Line 5: ", "Line 6: ", "Line 7: "] {
        assert!(said.contains(line), "{line}{said}");
    }
    assert!(
        !said.contains("Line 2: ") && !said.contains("Line 8: "),
        "{said}"
    );
    assert!(home.keys().is_empty() && home.files().is_empty());

    let done = home.given(&[&args[..], &["--keep-going"]].concat(), wrong);
    assert_eq!(code(&done), Some(1), "{done:?}");
    let mut keys = home.keys();
    keys.sort();
    assert_eq!(keys, ["TWO", "one", "six"]);
    let all = home.read("all");
    assert_eq!(
        all.lines()
            .map(|line| home.verdict(line))
            .collect::<Vec<_>>(),
        ["valid"; 3]
    );
    let args = ["key", "new", "--from", "-", "--secret-file", "others"];
    let done = home.given(&args, "name,color\na,red\n");
    assert_eq!(code(&done), Some(1), "{done:?}");
    assert!(text(&done.stderr).contains("requestsPerMinute"), "{done:?}");
}

#[test]
fn faults_come_in_the_order_of_lines_and_beside_the_columns_of_the_file() {
    let home = Home::new();
    let args = ["key", "new", "--from", "-", "--secret-file", "all"];
    for column in ["expiry", "expiresOn"] {
        let lines = format!("name,{column},zone\na,soon,\nb,,Mars\nc,2020-01-01,\n");
        let done = home.given(&args, &lines);
        assert_eq!(code(&done), Some(1), "{done:?}");
        let said = text(&done.stderr);
        let starts: Vec<&str> = said
            .lines()
            .filter_map(|line| line.strip_prefix("keyward: Line "))
            .collect();
        assert_eq!(starts.len(), 3, "{said}");
        assert!(starts[0].starts_with(&format!("2: {column}: ")), "{said}");
        assert!(
            starts[1].starts_with("3: ") && starts[1].contains("zone"),
            "{said}"
        );
        assert!(starts[2].starts_with(&format!("4: {column}: ")), "{said}");
    }
}

#[test]
fn an_export_brings_no_deleted_key_to_life() {
    let home = Home::new();
    for name in ["gone", "locked", "kept"] {
        let file = format!("{name}.secret");
        let args = ["key", "new", "--name", name, "--secret-file", &file];
        assert_eq!(code(&home.run(&args)), Some(0), "{name}");
    }
    assert_eq!(
        code(&home.run(&["key", "delete", "gone", "--yes"])),
        Some(0)
    );
    assert_eq!(
        code(&home.run(&["key", "lock", "locked", "--yes"])),
        Some(0)
    );
    for form in ["csv", "json"] {
        let gone = home.run(&["key", "list", "--filter", "state:deleted", "--format", form]);
        let there = home.run(&["key", "list", "--format", form]);
        assert_eq!(code(&gone), Some(0), "{gone:?}");
        let other = Home::new();
        let args = ["key", "new", "--from", "-", "--secret-file", "all"];
        let done = other.given(&args, &text(&gone.stdout));
        assert_eq!(code(&done), Some(1), "{done:?}");
        assert!(text(&done.stderr).contains("was deleted"), "{done:?}");
        assert!(other.keys().is_empty());
        let done = other.given(&args, &text(&there.stdout));
        assert_eq!(code(&done), Some(0), "{done:?}");
        let mut keys = other.keys();
        keys.sort();
        assert_eq!(keys, ["kept", "locked"]);
        let locked = other.run(&[
            "key",
            "list",
            "--filter",
            "state:locked",
            "--format",
            "jsonl",
        ]);
        assert!(text(&locked.stdout).contains("\"keyName\":\"locked\""));
    }
}

#[test]
fn a_file_that_is_cut_off_makes_no_key_and_one_without_keys_is_done() {
    let home = Home::new();
    let args = ["key", "new", "--from", "-", "--secret-file", "all"];
    let done = home.given(&args, "name,description\nt7,\"cut off");
    assert_eq!(code(&done), Some(1), "{done:?}");
    assert!(text(&done.stderr).contains("Line 2: "), "{done:?}");
    for empty in ["", "\n", "name,owner\n", "[]"] {
        let done = home.given(&[&args[..], &["--format", "json"]].concat(), empty);
        assert_eq!(code(&done), Some(0), "{done:?}");
        assert_eq!(text(&done.stdout), "[]\n");
        assert!(
            text(&done.stderr).contains("nothing was to be created"),
            "{done:?}"
        );
    }
    assert!(home.keys().is_empty() && home.files().is_empty());
}

#[test]
fn whoever_comes_late_with_a_name_is_told_beside_its_option() {
    let home = Home::new();
    home.run(&["key", "new", "--name", "first", "--stdout"]);
    let started = (0..6).map(|_| {
        let mut command = home.command(&["key", "new", "--name", "same", "--stdout"]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().expect("started")
    });
    let started: Vec<Child> = started.collect();
    let mut won = 0;
    for child in started {
        let done = child.wait_with_output().expect("ended");
        if code(&done) == Some(0) {
            won += 1;
            continue;
        }
        assert_eq!(code(&done), Some(1), "{done:?}");
        assert!(text(&done.stderr).contains("--name: "), "{done:?}");
    }
    assert_eq!(won, 1);
}

#[test]
fn who_comes_with_user_has_no_files_written() {
    let home = Home::new();
    home.run(&["key", "new", "--name", "a", "--stdout"]);
    let user = keyward::config::Config::read().account.user_name();
    for way in [
        &["--secret-file", "x"][..],
        &[
            "--age",
            &x25519::Identity::generate().to_public().to_string(),
        ],
    ] {
        let args = [&["key", "new", "--name", "b", "--user", &user], way].concat();
        assert_eq!(code(&home.run(&args)), Some(77), "{way:?}");
    }
    let args = ["key", "new", "--name", "b", "--user", &user, "--stdout"];
    assert_eq!(code(&home.run(&args)), Some(0));
    assert!(home.files().is_empty());
}

/// A command that waits in the middle of handing over: its pipe is full.
fn stuck(home: &Home) -> (Child, std::io::PipeReader) {
    // The database is there, so that what is waited for can be asked.
    home.run(&["key", "new", "--name", "first", "--stdout"]);
    let (reader, mut writer) = std::io::pipe().expect("a pipe");
    // As much as it holds (pipe(7)).
    writer.write_all(&vec![b'x'; 65_536]).expect("filled");
    let mut command = home.command(&["key", "new", "--name", "b", "--stdout", "--deliver-now"]);
    let child = command
        .stdout(writer)
        .stderr(Stdio::null())
        .spawn()
        .expect("started");
    let database = raw(&at(&database_of(home.0.path())));
    eventually("the second ID is reserved", || {
        database.last_id("api_keys") == 2
    });
    (child, reader)
}

#[test]
fn whatever_ends_a_command_that_hands_over_no_key_has_a_secret_that_nobody_got() {
    for signal in [Signal::SIGKILL, Signal::SIGINT, Signal::SIGTERM] {
        let home = Home::new();
        let (mut child, reader) = stuck(&home);
        let pid = i32::try_from(child.id()).expect("a process");
        let line = fs::read(format!("/proc/{pid}/cmdline")).expect("read");
        assert!(!line.contains(&b':'), "no secret is an argument");
        kill(Pid::from_raw(pid), signal).expect("sent");
        let ended = child.wait().expect("ended");
        assert_eq!(ended.signal(), Some(signal as i32));
        drop(reader);
        assert_eq!(home.keys(), ["first"], "{signal}");
    }
    let home = Home::new();
    let (mut child, reader) = stuck(&home);
    drop(reader);
    assert_eq!(
        child.wait().expect("ended").code(),
        Some(2),
        "nobody reads it any more"
    );
    assert_eq!(home.keys(), ["first"]);
}

#[test]
fn a_secret_that_is_handed_over_is_in_no_event_no_error_and_no_byte_of_the_database() {
    let home = Home::new();
    let mut told = Vec::new();
    let mut secrets = Vec::new();
    let done = home.run(&["key", "new", "--name", "a", "--secret-file", "a"]);
    told.extend([done.stdout, done.stderr]);
    secrets.push(home.read("a"));
    let done = home.run(&["key", "new", "--name", "b", "--stdout"]);
    told.push(done.stderr);
    secrets.push(text(&done.stdout));
    let done = home.given(&["key", "delivered", "a"], &secrets[1]);
    assert_eq!(code(&done), Some(1), "another key's: {done:?}");
    told.extend([done.stdout, done.stderr]);
    // In a file of new keys, and where a name is asked for.
    let lines = format!("name,zone\nc,{}", secrets[1]);
    let done = home.given(&["key", "new", "--from", "-", "--stdout"], &lines);
    assert_eq!(code(&done), Some(1), "{done:?}");
    told.extend([done.stdout, done.stderr]);
    told.push(home.run(&["events", "--format", "json"]).stdout);
    told.push(home.database());
    for secret in &secrets {
        let body = secret.split_once(':').expect("a secret").1;
        for part in body.as_bytes()[..32].chunks(8) {
            let is_in = |bytes: &Vec<u8>| bytes.windows(8).any(|window| window == part);
            assert!(!told.iter().any(is_in));
        }
    }
}
