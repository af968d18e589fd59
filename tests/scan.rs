//! `keyward scan` as those see it who run it: what is found, what is said of it, and how it ends.

use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Stdio;

use assert_cmd::Command;
use assert_cmd::assert::Assert;
use keyward::domain::id::AUDITOR;
use keyward::domain::secret::{IssuedSecret, Overlap};
use keyward::domain::user::Actor;
use keyward::service::Service;
use nix::sys::stat::Mode;
use nix::unistd::mkfifo;
use serde_json::Value;
use tempfile::TempDir;

#[path = "support"]
mod support {
    #![allow(dead_code, reason = "a part of what the tests use")]
    pub mod database;
    pub mod process;
    pub mod program;
}

use support::database::{CHEAP, as_made, draft, role_draft, user_draft};
use support::process::{is_there, skip, skip_anywhere};
use support::program::{KEYWARD, database_of, fetched, keyward, printed, said};

/// A home with a database, and a directory to be looked through in it.
struct Home {
    place: TempDir,
    service: Service,
    owner: Actor,
}

impl Home {
    fn new() -> Home {
        let home = tempfile::tempdir().expect("a directory");
        fs::create_dir(home.path().join("files")).expect("a directory");
        let (service, owner) = as_made(&database_of(home.path()), CHEAP);
        Home {
            place: home,
            service,
            owner,
        }
    }

    fn create(&mut self, name: &str) -> IssuedSecret {
        let created = self.service.create_key(&self.owner, &draft(name));
        created.expect("created")
    }

    fn delivered(&mut self, name: &str) -> IssuedSecret {
        let issued = self.create(name);
        self.deliver(&issued, None);
        issued
    }

    fn deliver(&mut self, issued: &IssuedSecret, overlap: Option<Overlap>) {
        let done = self.service.deliver(&self.owner, issued.id, overlap);
        done.expect("delivered");
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.place.path().join("files").join(name);
        fs::create_dir_all(path.parent().expect("a directory")).expect("made");
        fs::write(path, content).expect("written");
    }

    fn scan(&self, args: &[&str]) -> Command {
        let args = [&["scan"], args].concat();
        Command::from_std(keyward(self.place.path(), &args))
    }

    /// What is found there, each find as an object.
    fn finds(&self, args: &[&str], input: &str, code: i32) -> Vec<Value> {
        let args = [args, &["--format", "jsonl"]].concat();
        let ran = self.scan(&args).write_stdin(input).assert().code(code);
        let printed = printed(&ran);
        let lines = printed.lines();
        lines
            .map(|line| serde_json::from_str(line).expect("JSON"))
            .collect()
    }

    /// Why a key is locked out; nothing where it is not.
    fn lock(&self, issued: &IssuedSecret) -> Option<String> {
        let properties = self.service.key_properties(&self.owner, issued.key);
        properties.expect("properties").key.fields.locked_out
    }
}

/// Nothing that was said holds any of the secrets.
#[track_caller]
fn is_discreet(ran: &Assert, secrets: &[&IssuedSecret]) {
    let told = printed(ran) + &said(ran);
    for secret in secrets {
        let body = secret.secret.expose().split_once(':').expect("a colon").1;
        assert!(!told.contains(&body[..12]), "a secret was told");
    }
}

#[test]
fn a_find_tells_where_it_is_and_whose_and_never_the_secret() {
    let mut home = Home::new();
    let issued = home.delivered("backup");
    let secret = issued.secret.expose();
    home.write(
        "a.log",
        format!("one\ntwo\nsk={secret}\nand {secret} again\n"),
    );
    home.write(
        "deep/er/b.bin",
        [b"\0\xff", secret.as_bytes(), b"\0"].concat(),
    );
    home.write("none.txt", "nothing here\n");
    let finds = home.finds(&["files"], "", 1);
    let places: Vec<_> = finds
        .iter()
        .map(|find| {
            let number = |name: &str| find[name].as_u64().expect("a number");
            (
                find["file"].as_str().expect("a name"),
                number("line"),
                number("offset"),
            )
        })
        .collect();
    let last = 8 + 3 + secret.len() as u64 + 1 + 4;
    assert_eq!(
        places,
        [
            ("files/a.log", 3, 8 + 3),
            ("files/a.log", 4, last),
            ("files/deep/er/b.bin", 1, 2)
        ]
    );
    for find in finds {
        assert_eq!(find["keyID"], issued.key.0);
        assert_eq!(find["keyName"], "backup");
        assert_eq!(find["state"], "Active");
        assert_eq!(find["secret"], "current");
        assert_eq!(find["living"], true);
    }
    for format in ["table", "json", "jsonl", "csv"] {
        let ran = home.scan(&["files", "--format", format]).assert().code(1);
        is_discreet(&ran, &[&issued]);
        assert!(printed(&ran).contains("files/a.log"), "{format}");
    }
}

#[test]
fn standard_input_is_looked_through_as_it_comes() {
    let mut home = Home::new();
    let issued = home.delivered("backup");
    let secret = issued.secret.expose();
    for args in [&["-"][..], &[]] {
        let finds = home.finds(args, &format!("+x\n+key: {secret}\n"), 1);
        assert_eq!(finds.len(), 1);
        assert_eq!(
            (&finds[0]["file"], &finds[0]["line"]),
            (&"-".into(), &2.into())
        );
        assert_eq!(home.finds(args, "nothing\n", 0), Vec::<Value>::new());
    }
    // Told before the input has ended.
    let mut scan = keyward(home.place.path(), &["scan", "-", "--format", "jsonl"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("started");
    let mut input = scan.stdin.take().expect("a pipe");
    input.write_all(secret.as_bytes()).expect("written");
    let mut first = [0; 1];
    let mut output = scan.stdout.take().expect("a pipe");
    output.read_exact(&mut first).expect("an answer");
    drop(input);
    assert_eq!(scan.wait().expect("ended").code(), Some(1));
}

#[test]
fn only_a_living_secret_makes_it_end_with_1() {
    let mut home = Home::new();
    let first = home.create("backup");
    let found = |home: &Home, secret: &IssuedSecret, code| {
        let finds = home.finds(&["-"], secret.secret.expose(), code);
        assert_eq!(finds.len(), 1);
        let word = |name: &str| finds[0][name].as_str().expect("a word").to_owned();
        (word("secret"), word("state"))
    };
    let told = |secret: &str, state: &str| (secret.to_owned(), state.to_owned());
    assert_eq!(found(&home, &first, 1), told("pending", "Not delivered"));
    home.deliver(&first, None);
    assert_eq!(found(&home, &first, 1), told("current", "Active"));
    let issued = home.service.issue(&home.owner, first.key);
    let second = issued.expect("issued");
    home.deliver(&second, Some(Overlap::Hour));
    assert_eq!(found(&home, &first, 1), told("retiring", "Active"));
    let ended = home.service.end_overlap(&home.owner, first.key);
    ended.expect("ended");
    assert_eq!(found(&home, &first, 0), told("replaced", "Active"));
    let issued = home.service.issue(&home.owner, first.key);
    let third = issued.expect("issued");
    home.service
        .discard(&home.owner, third.id)
        .expect("discarded");
    assert_eq!(found(&home, &third, 0), told("void", "Active"));
    let locked = home.service.lock_out_key(&home.owner, first.key, "");
    locked.expect("locked");
    assert_eq!(found(&home, &second, 1), told("current", "Locked Out"));
    let deleted = home.service.delete_key(&home.owner, first.key);
    deleted.expect("deleted");
    assert_eq!(found(&home, &second, 0), told("current", "Deleted"));
}

#[test]
fn what_only_looks_like_a_secret_is_no_find() {
    let mut home = Home::new();
    let issued = home.delivered("backup");
    let (id, body) = issued.secret.expose().split_once(':').expect("a colon");
    let forged = format!(
        "{id}:{}{}",
        if body.starts_with('A') { 'B' } else { 'A' },
        &body[1..]
    );
    assert_eq!(home.finds(&["-"], &forged, 0), Vec::<Value>::new());
    assert_eq!(
        home.finds(&["-"], &format!("1:{}=", "A".repeat(43)), 0),
        Vec::<Value>::new()
    );
}

#[test]
fn links_are_not_followed_and_what_is_no_file_is_not_opened() {
    let mut home = Home::new();
    let issued = home.delivered("backup");
    let outside = home.place.path().join("outside");
    fs::write(&outside, issued.secret.expose()).expect("written");
    let files = home.place.path().join("files");
    symlink(&outside, files.join("link")).expect("linked");
    symlink(&files, files.join("loop")).expect("linked");
    mkfifo(&files.join("pipe"), Mode::S_IRWXU).expect("made");
    assert_eq!(home.finds(&["files"], "", 0), Vec::<Value>::new());
    // What is named itself is opened, as with a shell's <(...).
    assert_eq!(home.finds(&["files/link"], "", 1).len(), 1);
}

#[test]
fn what_cannot_be_read_is_told_and_a_living_secret_counts_for_more() {
    let mut home = Home::new();
    let issued = home.delivered("backup");
    home.write("a", issued.secret.expose());
    let ran = home.scan(&["nowhere"]).assert().code(2).stdout("");
    assert!(
        said(&ran).contains("nowhere could not be read"),
        "{}",
        said(&ran)
    );
    let ran = home.scan(&["nowhere", "files"]).assert().code(1);
    assert!(said(&ran).contains("nowhere could not be read"));
    // Reading memory at 0 fails after it was opened.
    let ran = home.scan(&["/proc/self/mem"]).assert().code(2);
    assert!(said(&ran).contains("/proc/self/mem"));
}

#[test]
fn a_key_is_locked_for_what_was_found_only_where_it_is_meant() {
    let mut home = Home::new();
    let (issued, other) = (home.delivered("backup"), home.delivered("other"));
    let old = home.delivered("old");
    let new = home.service.issue(&home.owner, old.key).expect("issued");
    home.deliver(&new, None);
    let pending = home.create("new");
    home.write(
        "a.log",
        format!(
            "x\n{}\n{}\n{}",
            issued.secret.expose(),
            old.secret.expose(),
            pending.secret.expose()
        ),
    );
    home.write("b.log", issued.secret.expose());
    home.scan(&["files", "--lock"]).assert().code(64).stdout("");
    home.scan(&["files", "--yes"]).assert().code(64);
    assert_eq!(home.lock(&issued), None);
    let ran = home.scan(&["files", "--lock", "--yes"]).assert().code(1);
    is_discreet(&ran, &[&issued, &old, &pending]);
    assert!(
        said(&ran).contains("“backup” was locked out"),
        "{}",
        said(&ran)
    );
    assert_eq!(
        home.lock(&issued).as_deref(),
        Some("Found in files/a.log:2")
    );
    for spared in [&other, &old, &pending] {
        assert_eq!(home.lock(spared), None);
    }
    // A locked one stays as it is.
    let ran = home
        .scan(&["files/b.log", "--lock", "--yes"])
        .assert()
        .code(1);
    assert_eq!(said(&ran), "");
    assert_eq!(
        home.lock(&issued).as_deref(),
        Some("Found in files/a.log:2")
    );
}

#[test]
fn a_path_that_is_not_to_be_told_is_not_in_the_reason() {
    let mut home = Home::new();
    let named = home.delivered("named");
    let body = named.secret.expose().split_once(':').expect("a colon").1;
    let unsafe_name = format!("x{}", body.replace('/', "_"));
    home.write(&format!("{unsafe_name}/file"), named.secret.expose());
    let bell = home.delivered("bell");
    home.write("a\u{7}b", bell.secret.expose());
    let long = home.delivered("long");
    home.write(&"long".repeat(60), long.secret.expose());
    let ran = home.scan(&["files", "--lock", "--yes"]).assert().code(1);
    is_discreet(&ran, &[&named, &bell, &long]);
    assert!(printed(&ran).contains("files/…"), "{}", printed(&ran));
    assert!(!printed(&ran).contains('\u{7}') && !said(&ran).contains('\u{7}'));
    assert_eq!(home.lock(&named).as_deref(), Some("Found in files/…"));
    assert_eq!(home.lock(&bell).as_deref(), Some("Found by keyward scan"));
    assert_eq!(home.lock(&long).as_deref(), Some("Found by keyward scan"));
    let finds = home.finds(&[&format!("files/{unsafe_name}")], "", 1);
    assert!(
        finds.iter().any(|find| find["line"].is_null()),
        "the name is a find, too"
    );
}

#[test]
fn who_may_not_view_keys_finds_nothing_and_who_may_not_edit_them_locks_none() {
    let mut home = Home::new();
    let issued = home.delivered("backup");
    home.write("a", issued.secret.expose());
    let nothing = role_draft("Nothing", &[]);
    let role = home.service.create_role(&home.owner, &nothing);
    let role = role.expect("a role");
    for (name, role) in [("nobody", role), ("auditor", AUDITOR)] {
        let user = home
            .service
            .create_user(&home.owner, &user_draft(name, role));
        user.expect("a user");
    }
    let ran = home.scan(&["files", "--user", "nobody"]).assert();
    ran.code(77).stdout("");
    home.scan(&["files", "--user", "auditor"]).assert().code(1);
    let args = ["files", "--user", "auditor", "--lock", "--yes"];
    home.scan(&args).assert().code(77).stdout("");
    assert_eq!(home.lock(&issued), None);
}

#[test]
fn nothing_is_written_without_lock() {
    let mut home = Home::new();
    let issued = home.delivered("backup");
    home.write("a", issued.secret.expose());
    drop(home.service);
    let bytes = || fs::read(database_of(home.place.path())).expect("read");
    let before = bytes();
    Command::from_std(keyward(home.place.path(), &["scan", "files"]))
        .assert()
        .code(1);
    assert!(before == bytes());
}

#[test]
fn memory_does_not_grow_with_what_is_looked_through() {
    if !is_there("prlimit") {
        return skip("prlimit is not there");
    }
    let mut home = Home::new();
    let issued = home.delivered("backup");
    let path = home.place.path().join("files/long");
    let mut file = File::create(&path).expect("created");
    // One line without an end.
    for _ in 0..300 {
        file.write_all(&vec![b'.'; 1 << 20]).expect("written");
    }
    file.write_all(format!(" {}", issued.secret.expose()).as_bytes())
        .expect("written");
    let limited = std::process::Command::new("prlimit")
        .args(["--as=200000000", KEYWARD, "scan", "files"])
        .current_dir(home.place.path())
        .env_clear()
        .env("HOME", home.place.path())
        .env("XDG_DATA_HOME", home.place.path().join("data"))
        .output()
        .expect("started");
    assert_eq!(limited.status.code(), Some(1), "{limited:?}");
}

/// Runs git in this directory, and gives how it ended.
fn git(home: &Path, args: &[&str]) -> std::process::Output {
    let path = format!(
        "{}:/usr/bin:/bin",
        Path::new(KEYWARD).parent().expect("a directory").display()
    );
    std::process::Command::new("git")
        .args([
            "-c",
            "user.name=a",
            "-c",
            "user.email=a@example.com",
            "-c",
            "commit.gpgsign=false",
        ])
        .args(args)
        .current_dir(home)
        .env_clear()
        .env("PATH", path)
        .env("HOME", home)
        .env("XDG_DATA_HOME", home.join("data"))
        .output()
        .expect("git")
}

#[test]
fn the_pre_commit_hook_of_the_page_refuses_a_secret_and_lets_all_else_pass() {
    if !is_there("git") {
        return skip("git is not there");
    }
    let mut home = Home::new();
    let issued = home.delivered("backup");
    let directory = home.place.path();
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/scan.md"));
    let page = page.expect("the page");
    let hook = page.split("```").find(|block| block.contains("#!/bin/sh"));
    let hook = hook
        .expect("the hook")
        .trim_start_matches("sh")
        .trim_start();
    assert!(git(directory, &["init", "-q", "."]).status.success());
    let path = directory.join(".git/hooks/pre-commit");
    fs::write(&path, hook).expect("written");
    fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).expect("mode");
    home.write("a", "nothing\n");
    git(directory, &["add", "files"]);
    let done = git(directory, &["commit", "-qm", "one"]);
    assert!(done.status.success(), "{done:?}");
    home.write("a", format!("key: {}\n", issued.secret.expose()));
    git(directory, &["add", "files"]);
    let refused = git(directory, &["commit", "-qm", "two"]);
    assert!(!refused.status.success());
    let told = String::from_utf8_lossy(&refused.stderr) + String::from_utf8_lossy(&refused.stdout);
    assert!(told.contains("backup"), "{told}");
    assert!(!told.contains(&issued.secret.expose()[2..20]));
    // In the history it is found, too.
    git(directory, &["commit", "-qnm", "two"]);
    let history = git(directory, &["log", "-p", "--all"]);
    let ran = home.scan(&["-"]).write_stdin(history.stdout).assert();
    is_discreet(&ran.code(1), &[&issued]);
}

#[test]
fn gitleaks_finds_every_secret_by_the_rule_of_the_page() {
    let Some(gitleaks) = fetched("gitleaks") else {
        return skip_anywhere("there is no gitleaks in target/programs");
    };
    let mut home = Home::new();
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/scan.md"));
    let page = page.expect("the page");
    let (_, rule) = page.split_once("```toml\n").expect("the rule");
    let (rule, _) = rule.split_once("```").expect("its end");
    home.write(".gitleaks.toml", rule);
    let around = [
        ("", ""),
        ("api-secret-key: ", ""),
        ("{\"key\":\"", "\"}"),
        ("KEY='", "'"),
        ("<key>", "</key>"),
        ("?id=", "&x"),
    ];
    let mut wanted = Vec::new();
    let mut lines = vec!["at 12:30 nothing is found".to_owned()];
    for (n, (before, after)) in around.into_iter().enumerate() {
        let issued = home.create(&format!("key-{n}"));
        let secret = issued.secret.expose().to_owned();
        lines.push(format!("{before}{secret}{after}"));
        wanted.push(secret);
    }
    home.write("text", lines.join("\n"));
    let directory = home.place.path();
    let report = directory.join("report.json");
    let ran = std::process::Command::new(gitleaks)
        .args([
            "dir",
            "--no-banner",
            "--report-format",
            "json",
            "--report-path",
        ])
        .args([&report, Path::new(".")])
        .current_dir(directory.join("files"))
        .output();
    assert_eq!(ran.expect("ran").status.code(), Some(1));
    let report = fs::read_to_string(report).expect("a report");
    let report: Vec<Value> = serde_json::from_str(&report).expect("JSON");
    let found = report.iter().filter(|it| it["RuleID"] == "keyward-api-key");
    let mut found: Vec<&str> = found.filter_map(|it| it["Secret"].as_str()).collect();
    found.sort_unstable();
    wanted.sort_unstable();
    assert!(found == wanted, "{} of {}", found.len(), wanted.len());
}

#[test]
fn each_row_for_programs_says_whether_its_key_was_locked_by_it() {
    for format in ["json", "jsonl", "csv"] {
        let mut home = Home::new();
        let (issued, old) = (home.delivered("backup"), home.delivered("old"));
        let new = home.service.issue(&home.owner, old.key).expect("issued");
        home.deliver(&new, None);
        let before = home.delivered("before");
        let locked = home.service.lock_out_key(&home.owner, before.key, "");
        locked.expect("locked");
        let lines: Vec<_> = [&issued, &old, &before, &issued]
            .map(|one| one.secret.expose())
            .into();
        home.write("a.log", lines.join("\n"));
        let rows = |args: &[&str]| {
            let mut ran = home.scan(&[&["files", "--format", format], args].concat());
            rows_of(format, &printed(&ran.assert().code(1)))
        };
        let (backup, old, before) = (issued.key.0, old.key.0, before.key.0);
        let spared = [old, before].map(|key| (key, false));
        let all = |locked| [(backup, locked), spared[0], spared[1], (backup, locked)];
        assert_eq!(rows(&[]), all(false), "{format}");
        assert_eq!(rows(&["--lock", "--yes"]), all(true), "{format}");
        // What was locked before is not locked again.
        assert_eq!(rows(&["--lock", "--yes"]), all(false), "{format}");
    }
}

/// The key of each row, and whether it was locked.
fn rows_of(format: &str, printed: &str) -> Vec<(i64, bool)> {
    let of = |row: &Value| {
        let key = row["keyID"].as_i64().expect("an ID");
        (key, row["locked"].as_bool().expect("a member"))
    };
    let json = |text: &str| serde_json::from_str::<Value>(text).expect("JSON");
    match format {
        "json" => json(printed)
            .as_array()
            .expect("rows")
            .iter()
            .map(of)
            .collect(),
        "jsonl" => printed.lines().map(|line| of(&json(line))).collect(),
        _ => {
            let mut reader =
                csv::Reader::from_reader(printed.trim_start_matches('\u{feff}').as_bytes());
            let headings = reader.headers().expect("headings").clone();
            let at = |name| {
                headings
                    .iter()
                    .position(|heading| heading == name)
                    .expect(name)
            };
            let (key, locked) = (at("keyID"), at("locked"));
            let rows = reader.records().map(|row| {
                let row = row.expect("a row");
                (row[key].parse().expect("an ID"), &row[locked] == "true")
            });
            rows.collect()
        }
    }
}

#[test]
fn a_user_who_does_not_exist_finds_nothing_and_is_told_so_as_by_every_command() {
    let mut home = Home::new();
    let issued = home.delivered("backup");
    home.write("a", issued.secret.expose());
    let list = keyward(home.place.path(), &["key", "list", "--user", "nobody"]);
    let list = Command::from_std(list).assert();
    let code = list.get_output().status.code().expect("ended");
    for args in [
        &["files", "--user", "nobody"][..],
        &["files", "--user", "nobody", "--lock", "--yes"],
    ] {
        let ran = home.scan(args).assert().code(code).stdout("");
        assert_eq!(said(&ran), said(&list));
    }
}
