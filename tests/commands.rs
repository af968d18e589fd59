//! What scripts do with keys, users, roles and the policy, by the real program.

use std::collections::BTreeSet;
use std::process::{Output, Stdio};

use keyward::domain::api_key::ApiKeyDraft;
use keyward::domain::user::Actor;
use keyward::service::Service;
use serde_json::Value;
use tempfile::TempDir;

#[path = "support"]
mod support {
    #![allow(dead_code, reason = "a part of what the tests use")]
    pub mod database;
    pub mod process;
    pub mod program;
    pub mod pty;
    pub mod sentence;
}

use support::database::{CHEAP, Raw, as_made, at, draft, raw, told};
use support::program::{database_of, keyward};
use support::pty::{Pty, Start};

/// Two rights by their full names.
const VIEW_KEYS: &str = "platformRights.apikeyRights.canViewApiKeys";
const EDIT_KEYS: &str = "platformRights.apikeyRights.canEditApiKeyProperties";

/// A home with a database, and who made it.
struct Home {
    directory: TempDir,
    service: Service,
    owner: Actor,
}

impl Home {
    /// With keys of these names, the first of which has the ID 1.
    fn with(names: &[&str]) -> Home {
        let directory = tempfile::tempdir().expect("a directory");
        let (service, owner) = as_made(&database_of(directory.path()), CHEAP);
        let mut made = Home {
            directory,
            service,
            owner,
        };
        for name in names {
            made.key(&draft(name));
        }
        made
    }

    fn key(&mut self, draft: &ApiKeyDraft) {
        let created = self.service.create_key(&self.owner, draft);
        created.expect("created");
    }

    fn output(&self, args: &[&str]) -> Output {
        keyward(self.directory.path(), args)
            .envs(told(&database_of(self.directory.path())))
            .stdin(Stdio::null())
            .output()
            .expect("started")
    }

    /// What it prints, where it ends with this exit code.
    #[track_caller]
    fn ends(&self, code: i32, args: &[&str]) -> String {
        let ended = self.output(args);
        assert_eq!(ended.status.code(), Some(code), "{args:?}: {ended:?}");
        String::from_utf8(ended.stdout).expect("UTF-8")
    }

    /// What it says on standard error, where it ends with this exit code.
    #[track_caller]
    fn says(&self, code: i32, args: &[&str]) -> String {
        let ended = self.output(args);
        assert_eq!(ended.status.code(), Some(code), "{args:?}: {ended:?}");
        String::from_utf8(ended.stderr).expect("UTF-8")
    }

    #[track_caller]
    fn json(&self, code: i32, args: &[&str]) -> Value {
        let args: Vec<&str> = args.iter().copied().chain(["--format", "json"]).collect();
        let printed = self.ends(code, &args);
        serde_json::from_str(&printed).unwrap_or_else(|why| panic!("{why}: {printed}"))
    }

    /// One member of the key that is named.
    #[track_caller]
    fn member(&self, key: &str, member: &str) -> Value {
        self.json(0, &["key", "show", key])[member].clone()
    }

    /// Every row of every table.
    fn dump(&self) -> Vec<String> {
        self.behind().dump()
    }

    /// A connection past the program.
    fn behind(&self) -> Raw {
        raw(&at(&database_of(self.directory.path())))
    }

    /// It at a terminal.
    fn at_terminal(&self, args: &[&str]) -> Pty {
        let told = told(&database_of(self.directory.path()));
        let told = told.as_ref().map(|(name, db)| (*name, &**db));
        let start = Start::new(self.directory.path(), args);
        Start {
            variables: told.as_slice(),
            ..start
        }
        .go()
    }
}

#[test]
fn a_key_goes_through_every_state_that_the_console_can_give_it() {
    let home = Home::with(&["ci"]);
    let yes =
        |words: &[&'static str]| -> Vec<&'static str> { [&["key"], words, &["--yes"]].concat() };
    home.ends(0, &yes(&["lock", "ci", "--reason", "leaked"]));
    assert_eq!(home.member("ci", "lockReason"), "leaked");
    // A second lock keeps the first reason, and is no failure.
    home.ends(0, &yes(&["lock", "1", "--reason", "other"]));
    assert_eq!(home.member("ci", "lockReason"), "leaked");
    home.ends(0, &yes(&["unlock", "ci"]));
    assert_eq!(home.member("ci", "active"), true);
    home.ends(0, &yes(&["set-role", "full access", "ci"]));
    assert_eq!(home.member("ci", "role"), "Full Access");
    home.ends(0, &yes(&["set-expiry", "2090-01-31", "ci"]));
    assert_eq!(home.member("ci", "expiresOn"), "2090-01-31");
    home.ends(0, &yes(&["set-expiry", "never", "ci"]));
    assert_eq!(home.member("ci", "expiresOn"), Value::Null);
    home.ends(0, &yes(&["delete", "ci"]));
    assert_eq!(home.json(0, &["key", "list"]), serde_json::json!([]));
    assert_eq!(home.member("1", "state"), "Deleted");
    home.ends(0, &yes(&["restore", "ci"]));
    assert_eq!(home.member("ci", "deleted"), Value::Null);
    home.says(1, &yes(&["end-overlap", "ci"]));
}

#[test]
fn only_the_fields_that_are_given_are_edited() {
    let home = Home::with(&["ci", "other"]);
    let before = home.json(0, &["key", "show", "ci"]);
    let edited = home.json(
        0,
        &[
            "key",
            "edit",
            "ci",
            "--owner",
            "ops",
            "--zone",
            "Asia/Tokyo",
            "--rate",
            "60",
            "--yes",
        ],
    );
    let mut wanted = before;
    wanted["owner"] = "ops".into();
    wanted["timeZone"] = "Asia/Tokyo".into();
    wanted["requestsPerMinute"] = 60.into();
    let members = wanted.as_object_mut().expect("an object");
    members.remove("secrets");
    assert_eq!(edited, Value::Array(vec![wanted]));
    // What is wrong is told beside its option.
    let said = home.says(1, &["key", "edit", "ci", "--name", "OTHER", "--yes"]);
    assert!(said.contains("--name: "), "{said}");
    let said = home.says(64, &["key", "edit", "ci", "--rate", "many", "--yes"]);
    assert!(said.contains("--rate: "), "{said}");
    let said = home.says(64, &["key", "edit", "ci", "--zone", "Mars", "--yes"]);
    assert!(said.contains("--zone"), "{said}");
    let said = home.says(
        64,
        &["key", "edit", "ci", "--expires-on", "someday", "--yes"],
    );
    assert!(said.contains("--expires-on: "), "{said}");
    home.says(64, &["key", "edit", "ci", "--yes"]);
}

#[test]
fn of_two_rows_one_is_refused_and_the_other_is_done() {
    let home = Home::with(&["ci"]);
    let ended = home.output(&["key", "lock", "ci", "99", "--yes", "--format", "jsonl"]);
    assert_eq!(ended.status.code(), Some(1), "{ended:?}");
    let done: Value = serde_json::from_slice(&ended.stdout).expect("one object");
    assert_eq!((&done["ID"], &done["active"]), (&1.into(), &false.into()));
    let said = String::from_utf8_lossy(&ended.stderr).into_owned();
    assert!(said.contains("99"), "{said}");
}

#[test]
fn digits_are_an_id_and_a_name_is_found_in_whatever_case_and_width() {
    let home = Home::with(&["2", "ci", "gone"]);
    assert_eq!(home.member("2", "keyName"), "ci");
    assert_eq!(home.member("name:2", "ID"), 1);
    assert_eq!(home.member("ＣＩ", "ID"), 2);
    assert_eq!(home.member("CI", "ID"), 2);
    home.says(1, &["key", "show", "nobody"]);
    home.says(1, &["key", "show", "99"]);
    let both = home.json(1, &["key", "show", "ci", "99"]);
    assert_eq!(both.as_array().map(Vec::len), Some(1));
}

#[test]
fn a_dry_run_writes_nothing_and_tells_each_row() {
    let home = Home::with(&["ci", "old"]);
    home.ends(0, &["key", "lock", "old", "--yes"]);
    let before = home.dump();
    for args in [
        &["key", "lock", "ci", "old"][..],
        &["key", "delete", "--filter", "id:>0"],
        &["key", "edit", "ci", "--owner", "x"],
        &["key", "set-role", "Auditor", "ci"],
        &["key", "set-expiry", "+30d", "ci"],
        &["role", "edit", "Auditor", "--preset", "full-access"],
        &["policy", "set", "--longest-days", "9"],
    ] {
        home.ends(0, &[args, &["--dry-run"]].concat());
    }
    // It is assigned.
    home.ends(1, &["role", "delete", "Auditor", "--dry-run"]);
    let told = home.json(0, &["key", "lock", "ci", "old", "--dry-run"]);
    let would: BTreeSet<String> = told
        .as_array()
        .expect("an array")
        .iter()
        .map(|row| {
            format!(
                "{} {} {}",
                row["name"],
                row["would"],
                row["why"].is_string()
            )
        })
        .collect();
    let wanted = [r#""ci" true false"#, r#""old" false true"#];
    assert_eq!(would, wanted.map(str::to_owned).into());
    assert_eq!(home.dump(), before);
}

#[test]
fn a_dry_run_and_the_question_tell_each_field_before_and_after() {
    let home = Home::with(&["ci", "old"]);
    home.ends(0, &["user", "new", "bob", "--role", "Auditor"]);
    home.ends(0, &["role", "new", "team", "--description", "so far"]);
    home.ends(0, &["key", "edit", "old", "--owner", "ops", "--yes"]);
    for (args, lines) in [
        (
            &[
                "key",
                "edit",
                "ci",
                "old",
                "--owner",
                "ops",
                "--role",
                "Full Access",
            ][..],
            &[
                "ci: will be edited\n  Owner: (empty) -> ops\n  Role: Auditor -> Full Access\n",
                "old: will be edited\n  Role: Auditor -> Full Access\n",
            ][..],
        ),
        (
            &[
                "key",
                "edit",
                "ci",
                "--name",
                "CI 2",
                "--locked-out",
                "yes",
                "--reason",
                "leaked",
            ],
            &["  Locked Out: no -> yes\n  Reason for the Lock: (empty) -> leaked\n"],
        ),
        (
            &["key", "set-expiry", "2090-01-31", "ci"],
            &["  Expires on: never -> 2090-01-31\n"],
        ),
        (
            &["key", "set-role", "Full Access", "ci"],
            &["  Role: Auditor -> Full Access\n"],
        ),
        (
            &[
                "user",
                "edit",
                "bob",
                "--full-name",
                "Bob",
                "--locale",
                "ja-JP",
            ],
            &["  Full Name: (empty) -> Bob\n  Language: same as this machine -> "],
        ),
        (
            &["user", "set-role", "team", "bob"],
            &["  Role: Auditor -> team\n"],
        ),
        (
            &[
                "role",
                "edit",
                "team",
                "--description",
                "",
                "--no-right",
                VIEW_KEYS,
            ],
            &["  Description: so far -> (empty)\n  - Can View API Keys\n"],
        ),
        (
            &["policy", "set", "--longest-days", "9"],
            &["\nLongest Lifetime in Days: not set -> 9\n"],
        ),
    ] {
        let told = home.ends(0, &[args, &["--dry-run"]].concat());
        for line in lines {
            assert!(told.contains(line), "{args:?}: {told}");
        }
        let mut asked = home.at_terminal(args);
        asked.see("Continue?");
        for line in lines.iter().flat_map(|lines| lines.split_terminator('\n')) {
            asked.see(line);
        }
        asked.send("n\r");
        assert_eq!(asked.end(), 1, "{args:?}");
    }
    let edit = ["key", "edit", "ci", "old", "--owner", "ops", "--dry-run"];
    let told = home.json(0, &edit);
    let owner = serde_json::json!({ "owner": { "before": "", "after": "ops" } });
    let changes = |name: &str| {
        let rows = told.as_array().expect("an array").iter();
        let mut named = rows.filter(|row| row["name"] == name);
        named.next().expect("the row")["changes"].clone()
    };
    assert_eq!((changes("ci"), changes("old")), (owner, Value::Null));
    let csv = home.ends(0, &[&edit[..], &["--format", "csv"]].concat());
    assert!(csv.contains(r#","Owner: (empty) -> ops""#), "{csv}");
}

#[test]
fn what_would_be_refused_is_told_once_and_beside_what_would_be_done() {
    let home = Home::with(&["ci", "old"]);
    home.ends(0, &["key", "delete", "old", "--yes"]);
    let edit = ["key", "edit", "1", "2", "--owner", "ops", "--dry-run"];
    let (told, said) = (home.ends(1, &edit), home.says(1, &edit));
    assert!(
        told.contains("ci: will be edited") && !told.contains("old"),
        "{told}"
    );
    assert!(said.contains("old: ") && !said.contains("ci"), "{said}");
    let nothing = ["key", "edit", "old", "--rate", "x", "--dry-run"];
    assert_eq!(home.ends(1, &nothing), "");
}

#[test]
fn what_was_stored_before_is_looked_at_only_where_a_text_or_the_role_changes() {
    let home = Home::with(&["ci"]);
    let secret = home.ends(0, &["key", "new", "--name", "cd", "--stdout"]);
    let (_, body) = secret.trim_end().split_once(':').expect("an ID");
    let connection = home.behind();
    let put = "UPDATE api_keys SET description = ?1 WHERE id = 1";
    connection.execute(put, [body]).expect("put there");
    let edit = |option: &[&str], code| {
        let said = home.says(code, &[&["key", "edit", "ci", "--yes"], option].concat());
        assert!(!said.contains(body), "{said}");
    };
    edit(&["--zone", "Asia/Tokyo", "--expires-on", "+5d"], 0);
    edit(&["--owner", "ops"], 1);
    edit(&["--role", "Full Access"], 1);
}

#[test]
fn a_filter_without_a_hit_is_told_and_no_failure() {
    let home = Home::with(&["ci"]);
    for change in [&["lock"][..], &["edit", "--owner", "x"]] {
        for meant in ["--yes", "--dry-run"] {
            let change = [&["key"], change, &["--filter", "owner:nobody", meant]].concat();
            let told = home.ends(0, &change);
            assert_eq!(
                told,
                "The filter shows no row: there is nothing to change.\n"
            );
            assert_eq!(home.json(0, &change), serde_json::json!([]));
        }
    }
}

#[test]
fn the_reason_of_a_lock_goes_with_no_unlocking() {
    let home = Home::with(&["ci"]);
    home.ends(0, &["user", "new", "bob", "--role", "Auditor"]);
    let before = home.dump();
    for change in [
        &["key", "edit", "ci", "--yes"][..],
        &["user", "edit", "bob", "--yes"],
        &["user", "new", "carol", "--role", "Auditor"],
    ] {
        let unlock = [change, &["--locked-out", "no", "--reason", "why"]].concat();
        let said = home.says(64, &unlock);
        assert!(said.contains("--locked-out no"), "{said}");
        let alone = [change, &["--reason", "why"]].concat();
        home.ends(64, &alone);
    }
    assert_eq!(home.dump(), before);
}

#[test]
fn a_change_of_a_role_tells_which_keys_and_users_it_stops() {
    let home = Home::with(&["ci", "old"]);
    home.ends(0, &["user", "new", "bob", "--role", "Auditor"]);
    home.ends(
        0,
        &[
            "key",
            "new",
            "--name",
            "cd",
            "--role",
            "Auditor",
            "--secret-file",
            "cd",
        ],
    );
    for (change, told) in [
        (
            ["--allow-web-service", "no"],
            "API keys that will no longer authenticate: 1 (“cd”).",
        ),
        (
            ["--services", "wiki"],
            "API keys that will no longer open some services: 1 (“cd”).",
        ),
        (
            ["--allow-user-interface", "no"],
            "Users who can no longer sign in, and whose sessions end: 1 (“bob”).",
        ),
    ] {
        let edit = [&["role", "edit", "Auditor"], &change[..]].concat();
        let said = home.ends(0, &[&edit[..], &["--dry-run"]].concat());
        assert!(said.contains(&format!("\n  {told}\n")), "{said}");
        assert!(!said.contains("stop working"), "{said}");
        let mut asked = home.at_terminal(&edit);
        asked.see(told);
        asked.see("Continue?");
        asked.send("n\r");
        assert_eq!(asked.end(), 1);
    }
}

#[test]
fn what_is_wrong_with_a_name_is_told_beside_the_argument_that_has_it() {
    let home = Home::with(&["ci"]);
    for (new, beside) in [
        (
            &["user", "new", "a b", "--role", "Auditor"][..],
            "keyward: NAME: ",
        ),
        (&["role", "new", "Auditor"], "keyward: NAME: "),
        (
            &["key", "new", "--name", "ci", "--secret-file", "x"],
            "keyward: --name: ",
        ),
        (
            &["role", "edit", "Auditor", "--name", "Full Access", "--yes"],
            "keyward: Auditor: --name: ",
        ),
    ] {
        let said = home.says(1, new);
        assert!(said.starts_with(beside), "{said}");
    }
}

#[test]
fn what_is_no_time_is_told_beside_its_option() {
    let home = Home::with(&[]);
    for option in ["--since", "--until", "--prune-before"] {
        let said = home.says(64, &["events", option, "soon"]);
        assert!(
            said.starts_with(&format!("keyward: {option}: “soon” ")),
            "{said}"
        );
    }
}

#[test]
fn no_database_is_made_at_a_path_that_holds_a_secret() {
    let directory = tempfile::tempdir().expect("a directory");
    let secret = "1:VHQ9xeJNKkE7FZWEwSJt9uzPxMqozXtjVGwza0wB6ug=";
    let path = directory.path().join(secret);
    let made = keyward(directory.path(), &["user", "new", "bob", "--role", "1"])
        .env("KEYWARD_DB", &path)
        .output()
        .expect("started");
    assert_eq!(made.status.code(), Some(64), "{made:?}");
    let said = String::from_utf8_lossy(&made.stderr);
    assert!(!said.contains("VHQ9xeJNKkE7"), "{said}");
    assert!(!path.exists());
}

#[test]
fn a_dry_run_shows_no_values_to_whom_the_row_is_not_shown() {
    let home = Home::with(&["ci"]);
    home.ends(0, &["key", "edit", "ci", "--owner", "ops", "--yes"]);
    let role = ["role", "new", "editors", "--allow-user-interface", "yes"];
    let rights = ["--right", EDIT_KEYS, "--no-right", VIEW_KEYS];
    home.ends(0, &[&role[..], &rights].concat());
    home.ends(0, &["user", "new", "bob", "--role", "editors"]);
    let edit = ["key", "edit", "1", "--owner", "x", "--dry-run"];
    assert!(home.ends(0, &edit).contains("ops -> x"));
    let told = home.ends(0, &[&edit[..], &["--user", "bob"]].concat());
    assert!(told.contains("ci: will be edited"), "{told}");
    assert!(!told.contains("ops"), "{told}");
}

#[test]
fn a_new_key_that_will_not_authenticate_is_told_with_its_role() {
    let home = Home::with(&[]);
    home.ends(0, &["role", "new", "quiet", "--allow-web-service", "no"]);
    let new = ["key", "new", "--name", "a", "--secret-file", "a", "--role"];
    let said = home.says(0, &[&new[..], &["quiet"]].concat());
    assert!(said.contains("quiet: "), "{said}");
    assert!(
        said.contains("will not authenticate") || said.contains("do not authenticate"),
        "{said}"
    );
    let new = ["key", "new", "--name", "b", "--secret-file", "b", "--role"];
    let said = home.says(0, &[&new[..], &["Auditor"]].concat());
    assert!(!said.contains("authenticate"), "{said}");
}

#[test]
fn nothing_is_changed_where_nobody_can_be_asked_and_none_has_said_yes() {
    let home = Home::with(&["ci"]);
    let before = home.dump();
    for args in [
        &["key", "lock", "ci"][..],
        &["key", "delete", "ci", "--format", "json"],
        &["key", "edit", "ci", "--owner", "x"],
        &["role", "edit", "Auditor", "--services", "wiki"],
        &["policy", "set", "--expiry-required", "yes"],
    ] {
        assert_eq!(home.ends(64, args), "", "{args:?}");
    }
    assert_eq!(home.dump(), before);
}

#[test]
fn at_a_terminal_it_is_asked_and_only_yes_is_yes() {
    let home = Home::with(&["ci"]);
    let before = home.dump();
    for (typed, code) in [("n\r", 1), ("\r", 1), ("\u{4}", 1)] {
        let mut asked = home.at_terminal(&["key", "lock", "ci"]);
        asked.see("Continue?");
        asked.send(typed);
        assert_eq!(asked.end(), code, "{typed:?}");
    }
    let mut asked = home.at_terminal(&["key", "lock", "ci"]);
    asked.see("Continue?");
    asked.send("\u{3}");
    assert_ne!(asked.end(), 0);
    assert_eq!(home.dump(), before);
    let mut asked = home.at_terminal(&["key", "lock", "ci"]);
    asked.see("Continue?");
    asked.send("y\r");
    assert_eq!(asked.end(), 0);
    assert_eq!(home.member("ci", "active"), false);
}

#[test]
fn a_filter_that_says_nothing_or_names_no_field_changes_nothing() {
    let home = Home::with(&["ci", "sate:locked"]);
    let before = home.dump();
    for command in [
        &["key", "delete"][..],
        &["key", "edit", "--owner", "x"],
        &["user", "lock"],
        &["role", "delete"],
    ] {
        for filter in ["", "  ", "\u{3000}"] {
            for how in ["--yes", "--dry-run"] {
                let said = home.says(64, &[command, &["--filter", filter, how]].concat());
                assert!(said.contains("--filter is empty"), "{said}");
            }
        }
    }
    for command in [
        &["key", "delete", "--yes"][..],
        &["key", "list"],
        &["user", "list"],
        &["role", "list"],
        &["events"],
    ] {
        for (filter, field) in [("sate:locked", "sate"), ("-foo:bar", "foo")] {
            let said = home.says(64, &[command, &["--filter", filter]].concat());
            assert!(said.contains(&format!("no field “{field}”")), "{said}");
            assert!(said.contains("quotation marks"), "{said}");
        }
    }
    let quoted = home.json(0, &["key", "list", "--filter", "\"sate:locked\""]);
    assert_eq!(quoted[0]["keyName"], "sate:locked");
    // A list that is not narrowed down shows what it shows.
    home.ends(0, &["key", "list", "--filter", ""]);
    assert_eq!(home.dump(), before);
}

#[test]
fn a_dry_run_ends_as_the_change_would() {
    let home = Home::with(&["ci", "old"]);
    home.ends(0, &["user", "new", "look", "--role", "Auditor"]);
    let before = home.dump();
    for (code, told, args) in [
        (
            1,
            "There is no API key with the ID 999.",
            &["key", "lock", "ci", "999"][..],
        ),
        (1, "There is no API key “none”.", &["key", "lock", "none"]),
        (1, "--name: ", &["key", "edit", "ci", "--name", "OLD"]),
        (1, "Full Access", &["role", "delete", "Full Access"]),
        (77, "", &["key", "lock", "1", "--user", "look"]),
        (
            64,
            "--name is for one row",
            &["key", "edit", "ci", "old", "--name", "x"],
        ),
    ] {
        for format in ["table", "json"] {
            let rest = ["--dry-run", "--format", format];
            let said = home.says(code, &[args, &rest].concat());
            assert!(said.contains(told), "{args:?}: {said}");
        }
        assert_eq!(home.dump(), before, "{args:?}");
    }
    for args in [
        &["key", "edit", "ci", "old", "--name", "x"][..],
        &["role", "edit", "--filter", "id:>0", "--name", "x"],
    ] {
        let said = home.says(64, &[args, &["--yes"]].concat());
        assert!(said.contains("--name is for one row"), "{said}");
    }
    assert_eq!(home.dump(), before);
}

#[test]
fn what_is_not_there_holds_up_no_others_and_is_told_as_it_was_typed() {
    let mut home = Home::with(&["ci", "twice"]);
    home.ends(0, &["key", "delete", "twice", "--yes"]);
    home.key(&draft("twice"));
    home.ends(0, &["key", "delete", "twice", "--yes"]);
    let args = ["key", "lock", "none", "twice", "ci", "--yes"];
    let said = home.says(1, &args);
    assert!(
        said.contains("“none”") && said.contains("Several deleted"),
        "{said}"
    );
    assert_eq!(home.member("ci", "active"), false);
    let shown = home.json(1, &["key", "show", "none", "ci"]);
    assert_eq!(shown[0]["keyName"], "ci");
    for kind in ["key", "user", "role"] {
        for id in ["0", "999", "99999999999999999999"] {
            let said = home.says(1, &[kind, "show", id]);
            assert!(said.contains(&format!("with the ID {id}.")), "{said}");
            let delete = home.output(&[kind, "delete", id, "--yes"]);
            assert_eq!(delete.status.code(), Some(1), "{delete:?}");
            // Nothing is told beside the refusal.
            assert!(delete.stdout.is_empty(), "{delete:?}");
        }
    }
    home.ends(0, &["user", "new", "bob", "--role", "Auditor"]);
    let bob = home.json(0, &["user", "show", "bob"])["ID"].to_string();
    home.ends(0, &["user", "delete", "bob", "--yes"]);
    assert!(
        home.says(1, &["user", "show", &bob])
            .contains("was deleted")
    );
}

#[test]
fn what_was_done_is_told_by_the_name_of_one_row_and_the_number_of_several() {
    let home = Home::with(&["ci", "old"]);
    assert_eq!(home.ends(0, &["key", "lock", "1", "--yes"]), "ci: done\n");
    let several = home.ends(0, &["key", "delete", "ci", "old", "--yes"]);
    assert_eq!(several, "2 deleted.\n");
    let policy = ["policy", "set", "--longest-days", "9", "--dry-run"];
    assert!(home.says(0, &policy).contains("Nothing was changed."));
}

#[test]
fn a_check_finds_what_it_looks_for_and_ends_with_one() {
    let mut home = Home::with(&["ever"]);
    home.key(&ApiKeyDraft {
        expires_on: Some("+3d".to_owned()),
        ..draft("soon")
    });
    let found = home.json(1, &["key", "list", "--expiring", "14d"]);
    assert_eq!(found[0]["keyName"], "soon");
    let and = ["key", "list", "--expiring", "14d", "--filter", "name:ever"];
    assert_eq!(home.json(0, &and), serde_json::json!([]));
    home.ends(0, &["key", "list", "--unused", "90d"]);
    home.ends(1, &["key", "list", "--unused", "0s"]);
    for span in ["x", "", "2030-01-01", "14d owner:x"] {
        let said = home.says(64, &["key", "list", "--expiring", span]);
        assert!(said.contains("--expiring"), "{said}");
    }
}

#[test]
fn a_list_is_sorted_by_the_column_that_is_named() {
    let home = Home::with(&["b", "a", "c"]);
    let names = |args: &[&str]| -> Vec<String> {
        let listed = home.json(0, &[&["key", "list"], args].concat());
        let listed = listed.as_array().expect("an array").iter();
        listed.map(|key| key["keyName"].to_string()).collect()
    };
    assert_eq!(names(&[]), [r#""a""#, r#""b""#, r#""c""#]);
    assert_eq!(names(&["--sort", "id"]), [r#""b""#, r#""a""#, r#""c""#]);
    assert_eq!(names(&["--reverse"]), [r#""c""#, r#""b""#, r#""a""#]);
    home.says(64, &["key", "list", "--sort", "colour"]);
}

#[test]
fn users_and_roles_are_made_changed_and_deleted() {
    let home = Home::with(&[]);
    home.ends(
        0,
        &[
            "role",
            "new",
            "ci",
            "--preset",
            "auditor",
            "--allow-web-service",
            "yes",
        ],
    );
    let role = home.json(0, &["role", "show", "ci"]);
    assert_eq!(role["allowWebService"], true);
    std::fs::write(home.directory.path().join("ci.json"), role.to_string()).expect("written");
    home.ends(0, &["role", "new", "twin", "--from", "ci.json"]);
    let twin = home.json(0, &["role", "show", "twin"]);
    assert_eq!(twin["rights"], role["rights"]);
    let made = home.json(
        0,
        &["user", "new", "bob", "--role", "ci", "--zone", "Asia/Tokyo"],
    );
    assert_eq!(made[0]["timeZone"], "Asia/Tokyo");
    home.ends(0, &["user", "edit", "bob", "--zone", "machine", "--yes"]);
    home.ends(0, &["user", "set-role", "Auditor", "bob", "--yes"]);
    let bob = home.json(0, &["user", "show", "BOB"]);
    assert_eq!(
        (&bob["timeZone"], &bob["role"]),
        (&Value::Null, &"Auditor".into())
    );
    home.ends(0, &["user", "lock", "bob", "--yes"]);
    home.says(77, &["key", "list", "--user", "bob"]);
    home.ends(0, &["user", "unlock", "bob", "--break-glass"]);
    home.ends(0, &["user", "lock", "bob", "--yes"]);
    home.ends(0, &["user", "unlock", "bob", "--yes"]);
    // The row as it was is told of what is gone.
    let gone = home.json(0, &["user", "delete", "bob", "--yes"]);
    assert_eq!(gone[0]["username"], "bob");
    home.says(1, &["user", "show", "bob"]);
    home.ends(0, &["role", "delete", "ci", "twin", "--yes"]);
    home.says(1, &["role", "delete", "Full Access", "--yes"]);
    home.says(64, &["user", "unlock", "a", "b", "--break-glass"]);
    home.says(64, &["role", "new", "x", "--right", "no.such.right"]);
}

#[test]
fn the_policy_is_set_in_part_and_held_to() {
    let home = Home::with(&["ci"]);
    let set = home.json(0, &["policy", "set", "--longest-days", "30", "--yes"]);
    assert_eq!(set["longestDays"], 30);
    home.ends(0, &["policy", "set", "--warning-days", "7", "--yes"]);
    let policy = home.json(0, &["policy", "show"]);
    assert_eq!(
        (&policy["longestDays"], &policy["warningDays"]),
        (&30.into(), &7.into())
    );
    home.says(1, &["key", "set-expiry", "+90d", "ci", "--yes"]);
    let said = home.says(64, &["policy", "set", "--longest-days", "x", "--yes"]);
    assert!(said.contains("--longest-days: "), "{said}");
}

#[test]
fn who_may_not_is_told_so_with_77_and_nothing_is_changed() {
    let home = Home::with(&["ci"]);
    home.ends(0, &["user", "new", "look", "--role", "Auditor"]);
    home.ends(0, &["role", "new", "none", "--preset", "own-account"]);
    home.ends(0, &["user", "new", "bob", "--role", "none"]);
    for user in ["look", "bob"] {
        for args in [
            &["key", "lock", "1", "--yes"][..],
            &["key", "edit", "1", "--owner", "x", "--yes"],
            &["user", "lock", "1", "--yes"],
            &["user", "new", "new", "--role", "2"],
            &["role", "new", "new"],
            &["role", "edit", "2", "--preset", "full-access", "--yes"],
            &["policy", "set", "--longest-days", "9", "--yes"],
        ] {
            home.says(77, &[args, &["--user", user]].concat());
        }
    }
    // The own account is everybody's.
    let own = [
        "user",
        "edit",
        "look",
        "--full-name",
        "L",
        "--yes",
        "--user",
        "look",
    ];
    home.ends(0, &own);
    home.says(
        77,
        &["role", "new", "x", "--from", "f.json", "--user", "look"],
    );
    assert_eq!(home.member("ci", "owner"), "");
}

#[test]
fn no_name_steers_a_terminal_or_runs_in_a_spreadsheet() {
    let home = Home::with(&["=1+1"]);
    let connection = home.behind();
    // No form lets it in; an older version may have.
    let sql = "UPDATE api_keys SET owner = ?1";
    let owner = "a\u{1b}[2J\u{202e}b";
    connection.execute(sql, [owner]).expect("written");
    for args in [
        &["key", "list"][..],
        &["key", "show", "1"],
        &["key", "lock", "1", "--yes"],
    ] {
        for format in ["table", "json", "jsonl", "csv"] {
            let printed = home.ends(0, &[args, &["--format", format]].concat());
            let steers = |c: char| c.is_control() && !"\r\n".contains(c) || c == '\u{202e}';
            assert!(!printed.contains(steers), "{args:?} {format}: {printed:?}");
            let defused = format != "csv" || printed.contains("\"'=1+1\"");
            assert!(defused, "{args:?}: {printed}");
        }
    }
}

#[test]
fn the_members_of_a_key_are_those_that_the_page_tells() {
    let mut home = Home::with(&[]);
    home.key(&ApiKeyDraft {
        description: "x".to_owned(),
        expires_on: Some("2090-01-01".to_owned()),
        rate: "60".to_owned(),
        locked_out: Some("why".to_owned()),
        ..draft("ci")
    });
    let page = include_str!("../docs/scripts.md");
    for command in ["key", "user", "role"] {
        let args = [command, "show", "1"];
        let shown = home.json(0, &args);
        for member in shown.as_object().expect("an object").keys() {
            assert!(page.contains(&format!("`{member}`")), "{member}");
        }
    }
    let secret = home.member("ci", "secrets")[0].clone();
    for member in secret.as_object().expect("an object").keys() {
        assert!(page.contains(&format!("`{member}`")), "{member}");
    }
}
