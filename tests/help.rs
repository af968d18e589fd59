//! What the program tells of itself: help, manual pages, completions, its version, and its exit codes.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use keyward::cli::reference;
use keyward::store;
use tempfile::TempDir;

mod support {
    #![expect(dead_code, reason = "only a part of it is used here")]
    pub mod database;
    pub mod process;
    pub mod program;
}

use support::database::{CHEAP, as_made};
use support::process::{NOBODY, is_there, skip};
use support::program::{KEYWARD, database_of, keyward};

fn home() -> TempDir {
    tempfile::tempdir().expect("a directory")
}

/// What becomes of a command line, which is given no input.
fn run(home: &Path, words: &[&str]) -> Output {
    let mut command = keyward(home, words);
    command.stdin(Stdio::null()).output().expect("started")
}

fn printed(home: &Path, words: &[&str]) -> String {
    let output = run(home, words);
    assert!(output.status.success(), "{words:?}: {output:?}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// The words of every command, and one after them.
fn every(last: &str) -> Vec<Vec<String>> {
    let all = reference::commands().into_iter();
    all.map(|path| {
        let words = path.split_whitespace().chain([last]);
        words.map(str::to_owned).collect()
    })
    .collect()
}

fn borrowed(words: &[String]) -> Vec<&str> {
    words.iter().map(String::as_str).collect()
}

#[test]
fn the_help_of_every_command_is_as_it_was_looked_at() {
    let home = home();
    for form in ["-h", "--help"] {
        for words in every(form) {
            let words = borrowed(&words);
            let name = ["keyward", &words.join("_").replace(form, "")].join("_");
            let length = if form == "-h" { "short" } else { "long" };
            let name = format!("{}_{length}", name.trim_end_matches('_'));
            insta::assert_snapshot!(name.replace('-', "_"), printed(home.path(), &words));
        }
    }
}

#[test]
fn the_version_tells_what_a_report_of_a_fault_needs() {
    let home = home();
    let short = printed(home.path(), &["-V"]);
    assert_eq!(short, concat!("keyward ", env!("CARGO_PKG_VERSION"), "\n"));
    let long = printed(home.path(), &["--version"]);
    assert!(long.starts_with(&short), "{long}");
    for (name, value) in [
        ("revision", ""),
        ("SQLite", store::sqlite_version()),
        ("schema", &store::SCHEMA.to_string()),
    ] {
        let line = long
            .lines()
            .find(|line| line.starts_with(name))
            .expect(name);
        assert!(
            line.ends_with(value) && line.len() > name.len() + 1,
            "{line}"
        );
    }
}

#[test]
fn a_release_tells_the_commit_of_its_repository_or_package_and_another_build_none() {
    let home = home();
    let at = home.path();
    let script = at.join("script");
    let revision = concat!(env!("CARGO_MANIFEST_DIR"), "/build/revision.rs");
    let source = format!("#[path = {revision:?}] mod revision; fn main() {{ revision::tell() }}");
    fs::write(at.join("main.rs"), source).expect("written");
    let built = Command::new("rustc")
        .args(["--edition", "2024", "-o"])
        .args([&script, &at.join("main.rs")])
        .status();
    if built.is_err() || !is_there("git") {
        skip("rustc or git is not there");
        return;
    }
    let told = |profile: &str, given: Option<&str>| {
        let mut command = Command::new(&script);
        command.current_dir(at).env("PROFILE", profile);
        command.env_remove("KEYWARD_REVISION");
        command.envs(given.map(|revision| ("KEYWARD_REVISION", revision)));
        let said = command.output().expect("started").stdout;
        let said = String::from_utf8(said).expect("UTF-8");
        let told = said
            .lines()
            .find_map(|line| line.strip_prefix("cargo::rustc-env=KEYWARD_REVISION="));
        told.map(str::to_owned)
    };
    assert_eq!(told("release", None), None);
    let packaged = "{\n  \"git\": {\n    \"sha1\": \"0123abcd\"\n  }\n}";
    fs::write(at.join(".cargo_vcs_info.json"), packaged).expect("written");
    assert_eq!(told("release", None).as_deref(), Some("0123abcd"));
    assert_eq!(
        told("release", Some("given")),
        None,
        "the compiler sees it by itself"
    );
    fs::remove_file(at.join(".cargo_vcs_info.json")).expect("removed");

    let git = |words: &[&str]| {
        let as_somebody = ["-c", "user.name=alice", "-c", "user.email=alice@localhost"];
        let mut command = Command::new("git");
        command.args(as_somebody).args(words).current_dir(at);
        let output = command.output().expect("started");
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout)
            .expect("UTF-8")
            .trim()
            .to_owned()
    };
    git(&["init", "-q"]);
    fs::write(at.join("build.rs"), "").expect("written");
    git(&["add", "build.rs"]);
    git(&["commit", "-q", "-m", "one file"]);
    let head = git(&["rev-parse", "HEAD"]);
    assert_eq!(told("release", None), Some(head.clone()));
    assert_eq!(told("debug", None), None);
    fs::write(at.join("build.rs"), "// changed").expect("written");
    assert_eq!(told("release", None), Some(head + "+"));
}

/// The script for a shell, in a file.
fn script(home: &Path, shell: &str) -> String {
    let path = home.join(format!("keyward.{shell}"));
    let script = printed(home, &["completions", shell]);
    fs::write(&path, script).expect("written");
    path.to_str().expect("UTF-8").to_owned()
}

#[test]
fn every_shell_can_read_its_completions() {
    let home = home();
    for shell in ["bash", "zsh", "fish"] {
        let script = script(home.path(), shell);
        if !is_there(shell) {
            skip(&format!("{shell} is not there"));
            continue;
        }
        let read = Command::new(shell).args(["-n", &script]).output();
        let read = read.expect("started");
        assert!(read.status.success() && read.stderr.is_empty(), "{read:?}");
    }
}

#[test]
fn bash_completes_commands_options_and_values() {
    let home = home();
    let script = script(home.path(), "bash");
    let complete = |words: &[&str]| {
        let list = words.join(" ");
        let at = words.len() - 1;
        let asked = format!(
            "source {script}; COMP_WORDS=({list}); COMP_CWORD={at}; _keyward keyward '{}' '{}'; echo ${{COMPREPLY[@]}}",
            words[at],
            words[at - 1]
        );
        let output = Command::new("bash").args(["--norc", "-c", &asked]).output();
        let output = output.expect("started");
        assert!(output.stderr.is_empty(), "{output:?}");
        String::from_utf8(output.stdout)
            .expect("UTF-8")
            .trim()
            .to_owned()
    };
    assert_eq!(complete(&["keyward", "ver"]), "verify");
    assert_eq!(complete(&["keyward", "key", "lo"]), "lock");
    assert_eq!(complete(&["keyward", "key", "lock", "--dr"]), "--dry-run");
    assert_eq!(
        complete(&["keyward", "key", "list", "--format", "js"]),
        "json jsonl"
    );
    assert_eq!(complete(&["keyward", "themes", "no"]), "nord");
}

/// The manual pages in a directory, by the names of their files.
fn manual(home: &Path) -> Vec<String> {
    let pages = fs::read_dir(home).expect("a directory");
    let names = pages.map(|page| {
        page.expect("a file")
            .file_name()
            .into_string()
            .expect("UTF-8")
    });
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

#[test]
fn every_command_has_a_manual_page_that_mandoc_finds_nothing_wrong_with() {
    let (home, pages) = (home(), self::home());
    let directory = pages.path().to_str().expect("UTF-8");
    assert_eq!(printed(home.path(), &["man", directory]), "");
    let mut expected: Vec<String> = reference::commands()
        .iter()
        .map(|path| {
            format!(
                "{}.1",
                format!("keyward {path}").trim_end().replace(' ', "-")
            )
        })
        .collect();
    expected.extend(["keyward-config.5".to_owned(), "keyward-keys.7".to_owned()]);
    expected.sort();
    assert_eq!(manual(pages.path()), expected);
    let first = fs::read_to_string(pages.path().join("keyward.1")).expect("a page");
    assert_eq!(printed(home.path(), &["man"]), first);
    for section in [
        "ENVIRONMENT",
        "FILES",
        "EXIT STATUS",
        "EXAMPLES",
        "SEE ALSO",
    ] {
        assert!(
            first.contains(&format!("\n.SH \"{section}\"\n"))
                || first.contains(&format!("\n.SH {section}\n")),
            "{section}"
        );
    }
    if !is_there("mandoc") {
        skip("mandoc is not there");
        return;
    }
    for name in expected {
        let lint = Command::new("mandoc")
            .args(["-T", "lint", &name])
            .current_dir(pages.path())
            .output()
            .expect("started");
        let said = [lint.stdout, lint.stderr].concat();
        assert!(said.is_empty(), "{}", String::from_utf8_lossy(&said));
    }
}

#[test]
fn pages_replace_older_pages_and_nothing_else() {
    let (home, pages) = (home(), self::home());
    let directory = pages.path().to_str().expect("UTF-8");
    let page = pages.path().join("keyward-serve.1");
    printed(home.path(), &["man", directory]);
    let whole = fs::read(&page).expect("a page");
    let older = [&whole[..], b"older\n"].concat();
    fs::write(&page, &older).expect("written");
    printed(home.path(), &["man", directory]);
    assert_eq!(fs::read(&page).expect("a page"), whole);

    let elsewhere = home.path().join("elsewhere");
    fs::write(&elsewhere, &older).expect("written");
    let others: [&dyn Fn(); 2] = [&|| fs::write(&page, "by hand").expect("written"), &|| {
        symlink(&elsewhere, &page).expect("a link");
    }];
    for other in others {
        fs::remove_file(&page).expect("removed");
        other();
        let before = manual(pages.path());
        fs::remove_file(pages.path().join("keyward.1")).expect("removed");
        let refused = run(home.path(), &["man", directory]);
        assert_eq!(refused.status.code(), Some(2), "{refused:?}");
        assert!(String::from_utf8_lossy(&refused.stderr).contains("keyward-serve.1"));
        assert!(
            !pages.path().join("keyward.1").exists(),
            "nothing was written"
        );
        assert_eq!(fs::read(&elsewhere).expect("there"), older);
        fs::write(pages.path().join("keyward.1"), &whole).expect("written");
        assert_eq!(manual(pages.path()), before);
    }
    let absent = run(home.path(), &["man", "absent"]);
    assert_eq!(absent.status.code(), Some(2), "{absent:?}");
    assert!(!home.path().join("absent").exists());
}

/// What each command that needs a database is given besides its words.
const NEEDS: &[(&str, &[&str])] = &[
    ("backup", &["copy.db"]),
    ("serve", &["--auth", "127.0.0.1:0"]),
    ("user unlock", &["alice", "--break-glass"]),
    ("ssh-line", &["--user", "alice", "alice.pub"]),
    ("key lock", &["42", "--yes"]),
    ("key list", &[]),
    ("key delivered", &["42"]),
    ("verify", &[]),
    ("events", &[]),
    ("scan", &["-"]),
    ("key show", &["42"]),
    ("key edit", &["42", "--owner", "ops", "--yes"]),
    ("key new", &["--name", "ci", "--secret-file", "ci.secret"]),
    (
        "key new-secret",
        &["42", "--overlap", "none", "--secret-file", "ci.secret"],
    ),
    ("key unlock", &["42", "--yes"]),
    ("key delete", &["42", "--yes"]),
    ("key restore", &["42", "--yes"]),
    ("key end-overlap", &["42", "--yes"]),
    ("key set-role", &["Auditor", "42", "--yes"]),
    ("key set-expiry", &["never", "42", "--yes"]),
    ("user list", &[]),
    ("user show", &["alice"]),
    ("user new", &["bob", "--role", "Auditor"]),
    ("user edit", &["bob", "--zone", "Asia/Tokyo", "--yes"]),
    ("user lock", &["bob", "--yes"]),
    ("user delete", &["bob", "--yes"]),
    ("user set-role", &["Auditor", "bob", "--yes"]),
    ("role list", &[]),
    ("role show", &["Auditor"]),
    ("role new", &["ci"]),
    ("role edit", &["ci", "--services", "wiki", "--yes"]),
    ("role delete", &["ci", "--yes"]),
    ("policy show", &[]),
    ("policy set", &["--longest-days", "90", "--yes"]),
];

/// What is for a database that is broken: these have tests of their own.
const OTHERS: &[&str] = &["doctor", "restore"];

#[test]
fn wrong_usage_is_64_for_every_command() {
    let home = home();
    for words in every("--no-such-option") {
        let output = run(home.path(), &borrowed(&words));
        assert_eq!(output.status.code(), Some(64), "{words:?}: {output:?}");
        assert!(!output.stderr.is_empty() && output.stdout.is_empty());
    }
}

#[test]
fn help_is_0_and_141_where_nobody_reads_it() {
    let home = home();
    for words in every("--help") {
        let words = borrowed(&words);
        assert_eq!(run(home.path(), &words).status.code(), Some(0), "{words:?}");
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let left = keyward(home.path(), &words).stdout(writer).output();
        let left = left.expect("started");
        assert_eq!(left.status.code(), Some(141), "{words:?}");
        assert!(left.stderr.is_empty(), "{words:?}");
    }
}

#[test]
fn a_database_that_is_none_is_2_for_every_command_that_needs_one() {
    let home = home();
    fs::create_dir_all(database_of(home.path()).parent().expect("a directory")).expect("made");
    fs::write(
        database_of(home.path()),
        "no database at all, and longer than a header of one".repeat(4),
    )
    .expect("written");
    fs::write(
        home.path().join("alice.pub"),
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f alice",
    )
    .expect("written");
    for (path, needs) in NEEDS {
        let words: Vec<&str> = path.split(' ').chain(needs.iter().copied()).collect();
        let output = run(home.path(), &words);
        assert_eq!(output.status.code(), Some(2), "{words:?}: {output:?}");
        assert!(
            !output.stderr.is_empty() && output.stdout.is_empty(),
            "{words:?}"
        );
    }
}

#[test]
fn another_accounts_database_is_77_for_every_command_that_needs_one() {
    if !nix::unistd::geteuid().is_root() {
        skip("only root can become another account");
        return;
    }
    let home = home();
    drop(as_made(&database_of(home.path()), CHEAP));
    fs::write(
        home.path().join("alice.pub"),
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f alice",
    )
    .expect("written");
    let everybody = Command::new("chmod")
        .args(["-R", "a+rwX"])
        .arg(home.path())
        .status();
    assert!(everybody.expect("started").success());
    for (path, needs) in NEEDS {
        let words: Vec<&str> = path.split(' ').chain(needs.iter().copied()).collect();
        let output = Command::new("setpriv")
            .args([&format!("--reuid={NOBODY}"), "--clear-groups", KEYWARD])
            .args(&words)
            .env_clear()
            .env("HOME", home.path())
            .env("XDG_DATA_HOME", home.path().join("data"))
            .current_dir(home.path())
            .stdin(Stdio::null())
            .output()
            .expect("started");
        assert_eq!(output.status.code(), Some(77), "{words:?}: {output:?}");
    }
}

#[test]
fn every_command_that_can_be_told_a_database_is_tried_without_a_good_one() {
    let home = home();
    for path in reference::commands() {
        let words: Vec<&str> = path.split_whitespace().chain(["--help"]).collect();
        let help = printed(home.path(), &words);
        let opens = help.contains("--db <PATH>") && !path.is_empty();
        let is_tried =
            NEEDS.iter().any(|(tried, _)| *tried == path) || OTHERS.contains(&path.as_str());
        assert_eq!(opens, is_tried, "{path:?} and NEEDS in this file");
    }
}
