//! Commands over a real sshd, by lines that `keyward ssh-line --commands` made: each does what its user may, on the database of
//! the line, and there is no way around it.

use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use keyward::auth::hash::Cost;
use keyward::domain::api_key::ApiKeyDraft;
use keyward::domain::id::FULL_ACCESS;
use serde_json::Value;

use super::support::database::{CHEAP, as_made, draft, role_draft};
use super::support::process::skip;
use super::support::sshd::{KEYWARD, Site, Sshd};

/// What came of a command.
#[derive(Debug)]
struct Ran {
    code: Option<i32>,
    printed: String,
    said: String,
}

impl Ran {
    fn of(output: Output) -> Ran {
        Ran {
            code: output.status.code(),
            printed: String::from_utf8(output.stdout).expect("text"),
            said: String::from_utf8(output.stderr).expect("text"),
        }
    }

    /// Fails where it did not end so and with these words on standard error, or printed anything.
    #[track_caller]
    fn is_refused(&self, code: i32, words: &str) {
        let silent = self.printed.is_empty();
        assert!(
            self.code == Some(code) && silent && self.said.contains(words),
            "{self:?}"
        );
    }
}

/// An sshd that lets variables through, for alice, who has Full Access, and bob, an Auditor; with the keys `one`
/// to `three`, and the secret of the first.
fn with_commands() -> Option<(Sshd, String)> {
    let Some(sshd) = Sshd::with_commands() else {
        skip("there is no sshd");
        return None;
    };
    let secret = fill(&sshd.site);
    Some((sshd, secret))
}

fn fill(site: &Site) -> String {
    sql(site, "UPDATE users SET role = 2 WHERE name = 'bob'");
    let (mut service, owner) = as_made(&site.database, Cost::REAL);
    let mut secrets = ["one", "two", "three"].map(|name| {
        let draft = ApiKeyDraft {
            role: FULL_ACCESS,
            ..draft(name)
        };
        let made = service.create_key(&owner, &draft).expect("created");
        service.deliver(&owner, made.id, None).expect("delivered");
        made.secret.expose().to_owned()
    });
    for (name, user_interface) in [("without rights", true), ("powerless", false)] {
        let mut draft = role_draft(name, &[]);
        draft.fields.user_interface = user_interface;
        service.create_role(&owner, &draft).expect("created");
    }
    std::mem::take(&mut secrets[0])
}

fn sql(site: &Site, sql: &str) {
    let connection = rusqlite::Connection::open(&site.database).expect("opened");
    connection.execute_batch(sql).expect(sql);
}

/// Every row that a command could change, but when somebody signed in.
fn rows(site: &Site) -> Vec<String> {
    let connection = rusqlite::Connection::open(&site.database).expect("opened");
    let mut rows = Vec::new();
    for table in [
        "SELECT * FROM api_keys",
        "SELECT * FROM api_key_secrets",
        "SELECT id, name, role, locked_out FROM users",
        "SELECT * FROM roles",
        "SELECT * FROM policy",
    ] {
        let mut query = connection.prepare(table).expect(table);
        let width = query.column_count();
        let mut found = query.query(()).expect("queried");
        while let Some(row) = found.next().expect("read") {
            let value = |index| row.get_ref(index).expect("a value");
            rows.push(format!("{:?}", (0..width).map(value).collect::<Vec<_>>()));
        }
    }
    rows
}

/// `ssh keyward WORDS` without a terminal.
fn run(sshd: &Sshd, user: &str, words: &[&str]) -> Ran {
    run_with(sshd, user, &[], words, "")
}

/// The same with more options of the client's, and something on standard input.
fn run_with(sshd: &Sshd, user: &str, options: &[&str], words: &[&str], input: &str) -> Ran {
    let args = [&["-T"], options, &["keyward"], words].concat();
    let mut client = sshd
        .client("ssh", user, &args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("started");
    let mut stdin = client.stdin.take().expect("piped");
    // What ends before it reads is the answer, too.
    let _ = stdin.write_all(input.as_bytes());
    drop(stdin);
    Ran::of(client.wait_with_output().expect("ended"))
}

/// What a line of `authorized_keys` runs when a client asks for this, without an sshd in between.
fn run_line(site: &Site, user: &str, typed: impl AsRef<OsStr>) -> Ran {
    let database = site.database.to_str().expect("UTF-8");
    let ran = Command::new(KEYWARD)
        .args(["--user", user, "--db", database, "--ssh-commands"])
        .env_clear()
        .env("SSH_ORIGINAL_COMMAND", typed)
        .stdin(Stdio::null())
        .output();
    Ran::of(ran.expect("ran"))
}

/// The numbers of the keys that are locked out, as the list tells them.
fn locked(sshd: &Sshd) -> Vec<i64> {
    let listed = run(
        sshd,
        "bob",
        &[
            "key",
            "list",
            "--format",
            "json",
            "--filter",
            "state:locked",
        ],
    );
    assert_eq!((listed.code, &*listed.said), (Some(0), ""), "{listed:?}");
    let keys: Value = serde_json::from_str(&listed.printed).expect("JSON");
    let keys = keys.as_array().expect("a list").iter();
    let ids = keys.map(|key| key["ID"].as_i64().expect("an ID"));
    let mut ids: Vec<i64> = ids.collect();
    ids.sort_unstable();
    ids
}

#[test]
fn each_command_does_what_its_user_may_and_the_console_still_comes() {
    let Some((sshd, _)) = with_commands() else {
        return;
    };
    for user in ["alice", "bob"] {
        let listed = run(&sshd, user, &["key", "list"]);
        assert!(
            listed.code == Some(0) && listed.printed.contains("three"),
            "{listed:?}"
        );
    }
    let lock = [
        "key",
        "lock",
        "2",
        "--reason",
        "'not \"used\" $HOME any more'",
        "--yes",
    ];
    run(&sshd, "bob", &lock).is_refused(77, "Not authorized");
    assert_eq!(locked(&sshd), Vec::<i64>::new());
    let done = run(&sshd, "alice", &lock);
    assert_eq!((done.code, &*done.said), (Some(0), ""), "{done:?}");
    assert_eq!(locked(&sshd), [2]);
    let event = sshd.events(&[673]).pop().expect("an event");
    assert_eq!(event["actor"], "alice");
    assert!(event.to_string().contains("$HOME any more"), "{event}");
    let signed_in = sshd.events(&[600]).pop().expect("an event");
    let connection = signed_in["body"]["unproven"]["sshConnection"].as_str();
    assert!(
        connection.is_some_and(|from| from.starts_with("127.0.0.1 ")),
        "{signed_in}"
    );
    let mut console = sshd.console("alice", &[], &[]);
    console.see("alice (Full Access)");
    console.quits();
    // What needs an answer is asked where there is a terminal.
    run(&sshd, "alice", &["key", "lock", "three"]).is_refused(64, "--yes");
    assert_eq!(locked(&sshd), [2]);
    let mut asked = sshd.console("alice", &[], &["key", "lock", "three"]);
    asked.says("cli.sure");
    asked.send("y\r");
    assert_eq!(asked.end(), 0);
    assert_eq!(locked(&sshd), [2, 3]);
    // Nothing that is no command opens a console without a terminal.
    run(&sshd, "alice", &[]).is_refused(2, "The console needs a terminal");
}

#[test]
fn who_may_not_sign_in_gets_nothing_from_any_command() {
    let Some((sshd, secret)) = with_commands() else {
        return;
    };
    let asked: [(&[&str], &str); 4] = [
        (&["key", "list"], ""),
        (&["key", "lock", "1", "--yes"], ""),
        (&["events"], ""),
        (&["verify", "--identify"], &secret),
    ];
    let valid = run_with(&sshd, "alice", &[], &["verify"], &secret);
    assert!(
        valid.code == Some(0) && valid.printed.contains("true"),
        "{valid:?}"
    );
    for (change, words) in [
        ("locked_out = 1", "is locked out"),
        (
            "locked_out = 0, role = (SELECT id FROM roles WHERE name = 'powerless')",
            "powerless",
        ),
        (
            "role = (SELECT id FROM roles WHERE name = 'without rights')",
            "Not authorized",
        ),
    ] {
        sql(
            &sshd.site,
            &format!("UPDATE users SET {change} WHERE name = 'alice'"),
        );
        let before = rows(&sshd.site);
        for (command, input) in asked {
            run_with(&sshd, "alice", &[], command, input).is_refused(77, words);
        }
        assert!(rows(&sshd.site) == before, "changed");
    }
    sql(&sshd.site, "DELETE FROM users WHERE name = 'alice'");
    for (command, input) in asked {
        run_with(&sshd, "alice", &[], command, input).is_refused(1, "There is no user alice");
    }
}

#[test]
fn nothing_else_is_done_whatever_is_asked_for_and_however_it_is_spelt() {
    let Some((sshd, _)) = with_commands() else {
        return;
    };
    let site = &sshd.site;
    let pwned = site.path("pwned").display().to_string();
    let database = site.database.display().to_string();
    let (before, files) = (rows(site), names(&site.directory));
    let (touch, run_touch) = (format!("touch {pwned}"), format!("$(touch {pwned})"));
    let other = format!("--db='{database}'");
    let elsewhere = format!("--db={pwned}");
    let program = format!("{KEYWARD} --user bob key list");
    let tries: &[(&[&str], i32)] = &[
        // No command of Keyward's, or none that leaves the host alone.
        (&["id"], 77),
        (&[&touch], 77),
        (&["sh", "-c", &touch], 77),
        (&[&program], 77),
        (&["keyward", "key", "list"], 77),
        (&["demo"], 77),
        (&["config"], 77),
        (&["config", "--default"], 77),
        (&["themes"], 77),
        (&["serve", "--auth", "127.0.0.1:0"], 77),
        (&["ssh-line", "--user", "alice", "/etc/passwd"], 77),
        (&["user", "unlock", "alice", "--break-glass"], 77),
        (&[" --user bob key list"], 77),
        (&[" --user=bob key list"], 77),
        (&[" --ssh-commands key list"], 77),
        (&[" -- key list"], 77),
        (&[" -V"], 77),
        (&[" --help"], 77),
        // Whose it is and on what, the line says.
        (&["key", "list", "--user", "bob"], 77),
        (&["key", "list", "--user=bob"], 77),
        (&["key", "list", "'--user'", "alice"], 77),
        (&["key", "list", "--u\\ser=alice"], 77),
        (&["key", "list", &other], 77),
        (&["key", "list", &elsewhere], 77),
        (&["key", "lock", "1", "--yes", "--user", "alice"], 77),
        (&["verify", &elsewhere], 77),
        (&["events", "--user=bob"], 77),
        (&["key", "list", "--use", "bob"], 64),
        (&["key", "list", "--use=bob"], 64),
        (&["key", "list", "--User=bob"], 64),
        (&["key", "list", "--", "--user", "bob"], 64),
        (&["key", "--user", "bob", "list"], 64),
        (&["key", "list", "--theme", "mono"], 64),
        (&["key", "list", "--ssh-commands"], 64),
        (&["key", "lock", "--yes", "--", "--user", "bob"], 1),
        (&["key", "lock", "--yes", "--", "999", &elsewhere], 1),
        // Files of the host.
        (&["events", "--prune-before", "0s"], 77),
        (&["events", "--prune-before=0s", "--to", &pwned], 77),
        (&["events", ">", &pwned], 64),
        (&["key", "list", "@/etc/passwd"], 64),
        (&["scan", "/etc/passwd"], 77),
        (&["scan", "-", "/etc/passwd"], 77),
        (&["scan", "--", "/etc/passwd", "-"], 77),
        (&["scan", "./-"], 77),
        (&["scan", "-/"], 64),
        (&["scan", "."], 77),
        (&["scan", "-", "--user", "bob"], 77),
        (&["scan", "-", &elsewhere], 77),
        (&["policy", "show", &elsewhere], 77),
        (
            &["policy", "set", "--warning-days=9", "--yes", "--user=bob"],
            77,
        ),
        // A shell's words are words.
        (&["key", "list", ";", &touch], 64),
        (&["key", "list", "'&&'", &touch], 64),
        (&["key", "list", "--filter", &format!("'{run_touch}'")], 0),
        (&["key", "list", "--filter", "`id`"], 0),
        (&["key", "lock", "--yes", &format!("'{run_touch}'")], 1),
        (&["key", "lock", "--yes", "'*'"], 1),
    ];
    for (words, code) in tries {
        let ran = run(&sshd, "alice", words);
        assert_eq!(ran.code, Some(*code), "{words:?}: {ran:?}");
        assert_eq!(ran.said.is_empty(), *code == 0, "{words:?}: {ran:?}");
    }
    assert!(rows(site) == before, "changed");
    assert_eq!(names(&site.directory), files);
    // The help of what is allowed is there.
    let help = run(&sshd, "alice", &["key", "list", "--help"]);
    assert!(
        help.code == Some(0) && help.printed.contains("--filter"),
        "{help:?}"
    );
}

#[test]
fn secrets_come_on_standard_output_and_are_read_back_and_no_file_of_the_host_is_written_or_read() {
    let Some((sshd, _)) = with_commands() else {
        return;
    };
    let new = ["key", "new", "--name", "ci", "--role", "Auditor"];
    let with = |more: &[&'static str]| [&new[..], more].concat();
    let (before, files) = (rows(&sshd.site), names(&sshd.site.directory));
    let public = fs::read_to_string(sshd.site.path("alice.pub")).expect("a key");
    let recipient = format!("'{}'", public.trim());
    for words in [
        with(&["--secret-file", "x"]),
        with(&["--secret-fd", "3"]),
        with(&["--secret-file=x", "--stdout"]),
        vec!["key", "new", "--from", "/etc/passwd", "--stdout"],
        vec!["key", "new", "--from=-", "--secret-dir", "/tmp", "--stdout"],
        vec!["key", "new-secret", "one", "--secret-file", "x"],
        [&new[..], &["--age", &recipient]].concat(),
        vec!["role", "new", "r", "--from", "/etc/passwd"],
        vec!["user", "unlock", "alice", "--break-glass"],
        vec!["doctor"],
        vec!["backup", "x"],
    ] {
        let ran = run(&sshd, "alice", &words);
        // Two that do not go together are wrong usage before anything else.
        let is_refused = [Some(77), Some(64)].contains(&ran.code) && ran.printed.is_empty();
        assert!(is_refused, "{words:?}: {ran:?}");
    }
    let mut at_a_terminal = sshd.console("alice", &[], &with(&["--stdout"]));
    assert_eq!(at_a_terminal.end(), 64);
    run(&sshd, "bob", &with(&["--stdout"])).is_refused(77, "Not authorized");
    assert!(rows(&sshd.site) == before, "changed");
    assert_eq!(names(&sshd.site.directory), files);

    let made = run(&sshd, "alice", &with(&["--stdout"]));
    let secret = made.printed.trim_end();
    assert!(
        made.code == Some(0) && !made.said.contains(&secret[5..]),
        "{}",
        made.said
    );
    assert_eq!(made.printed.lines().count(), 1);
    let verify = || run_with(&sshd, "alice", &[], &["verify"], secret);
    assert!(verify().printed.contains("not-delivered"));
    let (id, _) = secret.split_once(':').expect("an ID");
    let delivered = ["key", "delivered", id];
    run_with(&sshd, "bob", &[], &delivered, secret).is_refused(77, "Not authorized");
    assert!(verify().printed.contains("not-delivered"));
    let done = run_with(&sshd, "alice", &[], &delivered, secret);
    assert_eq!(done.code, Some(0), "{done:?}");
    assert!(verify().printed.contains(r#""valid":true"#));
    let encrypted = run(
        &sshd,
        "alice",
        &[
            "key", "new", "--name", "aged", "--role", "Auditor", "--stdout", "--age", &recipient,
        ],
    );
    assert!(
        encrypted.code == Some(0) && encrypted.printed.starts_with("-----BEGIN AGE"),
        "{encrypted:?}"
    );
}

#[test]
fn the_policy_is_seen_by_all_and_set_by_who_may() {
    let Some((sshd, _)) = with_commands() else {
        return;
    };
    let shown = |user: &str| {
        let ran = run(&sshd, user, &["policy", "show", "--format", "json"]);
        assert_eq!((ran.code, &*ran.said), (Some(0), ""), "{ran:?}");
        serde_json::from_str::<Value>(&ran.printed).expect("JSON")
    };
    let set = ["policy", "set", "--longest-days", "90"];
    let with_yes = [&set[..], &["--yes"]].concat();
    let before = rows(&sshd.site);
    run(&sshd, "bob", &with_yes).is_refused(77, "Not authorized");
    run(&sshd, "alice", &set).is_refused(64, "--yes");
    let dry = run(&sshd, "alice", &[&set[..], &["--dry-run"]].concat());
    assert_eq!(dry.code, Some(0), "{dry:?}");
    assert!(rows(&sshd.site) == before, "changed");
    let done = run(&sshd, "alice", &with_yes);
    assert_eq!((done.code, &*done.said), (Some(0), ""), "{done:?}");
    assert_eq!(shown("bob")["longestDays"], 90);
    let unset = ["policy", "set", "--longest-days=", "--yes"];
    assert_eq!(run(&sshd, "alice", &unset).code, Some(0));
    assert_eq!(shown("bob")["longestDays"], Value::Null);
}

#[test]
fn what_comes_on_standard_input_is_scanned_and_nothing_of_the_host() {
    let Some((sshd, secret)) = with_commands() else {
        return;
    };
    let leaked = format!("first\nkey = {secret}\n");
    let lock = ["scan", "-", "--lock"];
    let locks = [&lock[..], &["--yes"]].concat();
    let before = rows(&sshd.site);
    for words in [&["scan", "-"][..], &["scan"], &["scan", "-", "-"]] {
        let found = run_with(&sshd, "bob", &[], words, &leaked);
        let is_told = found.code == Some(1) && found.printed.contains("one");
        assert!(is_told && !found.printed.contains(&secret), "{words:?}");
        let nothing = run_with(&sshd, "bob", &[], words, "nothing in here\n");
        assert_eq!((nothing.code, &*nothing.said), (Some(0), ""), "{nothing:?}");
    }
    run_with(&sshd, "bob", &[], &locks, &leaked).is_refused(77, "Not authorized");
    run_with(&sshd, "alice", &[], &lock, &leaked).is_refused(64, "--yes");
    // A file that has this name there is no standard input.
    run_with(&sshd, "alice", &[], &["scan", "./-"], &leaked).is_refused(77, "PATH can only be -");
    assert!(rows(&sshd.site) == before, "changed");
    let locking = run_with(&sshd, "alice", &[], &locks, &leaked);
    assert_eq!(locking.code, Some(1), "{locking:?}");
    assert_eq!(locked(&sshd), [1]);
}

#[test]
fn a_head_of_the_trail_is_no_secret() {
    let Some((sshd, _)) = with_commands() else {
        return;
    };
    let head = format!("12:{}", "a1".repeat(32));
    for words in [
        &["events", "--check", "--head", &head][..],
        &["events", "--check", &format!("--head={head}")],
    ] {
        let checked = run(&sshd, "alice", words);
        assert_eq!(checked.code, Some(1), "it is not in the trail: {checked:?}");
        let told = checked.printed + &checked.said;
        assert!(!told.contains("replace this one"), "{told}");
    }
}

/// The names of all files in a directory but those that `SQLite` has beside a database.
fn names(directory: &Path) -> Vec<String> {
    let files = fs::read_dir(directory).expect("listed");
    let name = |entry: fs::DirEntry| entry.file_name().to_string_lossy().into_owned();
    let mut names: Vec<String> = files.map(|entry| name(entry.expect("an entry"))).collect();
    names.sort();
    names
}

#[test]
fn what_is_no_line_of_text_is_told_and_nothing_is_done() {
    let site = Site::with_lines(&["--commands"]);
    fill(&site);
    let before = rows(&site);
    let long = format!("key list --filter {}", "x".repeat(64 * 1024));
    for (typed, words) in [
        ("key list\n", "control characters"),
        ("key lock 1\n--yes", "control characters"),
        ("key\tlist", "control characters"),
        ("key list \u{1b}[2J", "control characters"),
        ("key list --filter \u{9b}2J", "control characters"),
        ("key list 'x", "quotation mark"),
        ("key list \"x", "quotation mark"),
        ("key list \\", "quotation mark"),
        ("key lock 1 ''", "empty word"),
        ("'' key list", "empty word"),
        ("   ", "empty word"),
        ("key lock 1 #2 --yes", "starts with #"),
        (&long, "64 KiB"),
    ] {
        let ran = run_line(&site, "alice", typed);
        ran.is_refused(64, words);
        assert!(
            !ran.said.chars().any(|c| c != '\n' && c.is_control()),
            "{ran:?}"
        );
    }
    run_line(&site, "alice", OsStr::from_bytes(b"key list \xff")).is_refused(64, "text");
    assert!(rows(&site) == before, "changed");
    let fits = format!("key list --filter -{}", "x".repeat(150));
    assert_eq!(run_line(&site, "alice", fits).code, Some(0));
    // Of as many as there is room for each is looked at.
    let many = format!("key lock --yes{}", " nope".repeat(2_000));
    run_line(&site, "alice", many).is_refused(1, "nope");
}

#[test]
fn a_secret_in_a_command_is_refused_and_repeated_nowhere() {
    let Some((sshd, secret)) = with_commands() else {
        return;
    };
    let (before, body) = (rows(&sshd.site), secret.split_once(':').expect("a colon").1);
    let broken = format!("{}'{}'", &secret[..20], &secret[20..]);
    let escaped = secret.replace('=', "\\=");
    for words in [
        &["key", "list", "--filter", &secret][..],
        &["key", "lock", &secret, "--yes"],
        &[
            "key",
            "lock",
            "1",
            "--yes",
            "--reason",
            &format!("'it was {secret}'"),
        ],
        &["verify", &secret],
        &["key", "delivered", "1", &broken],
        &["key", "delivered", "1", &escaped],
        &[&secret],
        &["key", "list", "--user", &secret],
        &["key", "list", "--help", &secret],
    ] {
        let ran = run(&sshd, "alice", words);
        ran.is_refused(64, "replace this one");
        assert!(!ran.said.contains(&body[..20]), "{ran:?}");
    }
    assert!(rows(&sshd.site) == before, "changed");
    let told = sshd.site.keyward(&["events", "--format", "csv"]).stdout;
    assert!(!String::from_utf8(told).expect("text").contains(&body[..20]));
    let log = fs::read_to_string(sshd.site.path("log")).expect("a log");
    assert!(!log.contains(&body[..20]), "sshd's log");
}

#[test]
fn variables_that_sshd_lets_through_change_nothing() {
    let Some((sshd, _)) = with_commands() else {
        return;
    };
    let elsewhere = sshd.site.path("elsewhere").join("keyward.db");
    fs::create_dir(elsewhere.parent().expect("a directory")).expect("made");
    let (mut service, owner) = as_made(&elsewhere, CHEAP);
    service
        .create_key(&owner, &draft("elsewhere"))
        .expect("created");
    let at = elsewhere.display();
    let set = format!(
        "SetEnv=KEYWARD_DB={at} XDG_DATA_HOME={} HOME={at} USER=root SSH_ORIGINAL_COMMAND=config",
        sshd.site.path("elsewhere").display()
    );
    let listed = run_with(&sshd, "alice", &["-o", &set], &["key", "list"], "");
    assert!(
        listed.code == Some(0) && listed.printed.contains("three"),
        "{listed:?}"
    );
    assert!(!listed.printed.contains("elsewhere"), "{listed:?}");
    // Whoever asks for nothing can only ask for what they could have asked for.
    run_with(&sshd, "alice", &["-o", &set], &[], "").is_refused(77, "config");
    let set = set.replace("=config", "=");
    run_with(&sshd, "alice", &["-o", &set], &[], "").is_refused(2, "The console needs a terminal");
}

#[test]
fn a_line_without_the_flag_never_looks_at_what_is_asked_for() {
    let site = Site::own();
    let database = site.database.to_str().expect("UTF-8");
    let own = ["--user", "alice", "--db", database];
    let ran = |args: &[&str], typed: &str| {
        let mut keyward = Command::new(KEYWARD);
        keyward
            .args(args)
            .env_clear()
            .env("SSH_ORIGINAL_COMMAND", typed);
        Ran::of(keyward.stdin(Stdio::null()).output().expect("ran"))
    };
    for typed in ["key list", "config", "\n", "a '"] {
        ran(&own, typed).is_refused(2, "The console needs a terminal");
    }
    // The flag is nothing without a line around it, and no command takes it.
    for args in [
        &["--ssh-commands"][..],
        &["--ssh-commands", "--user", "alice"],
        &["--ssh-commands", "--db", database],
        &[&own[..], &["--ssh-commands", "events"]].concat(),
        &[&["events"], &own[..], &["--ssh-commands"]].concat(),
    ] {
        ran(args, "key list").is_refused(64, "--");
    }
    let line = site.keyward(&[
        "ssh-line",
        "--user",
        "alice",
        "--commands",
        &site.path("alice.pub").display().to_string(),
    ]);
    let line = String::from_utf8(line.stdout).expect("text");
    let ends = format!("--user alice --db '{database}' --ssh-commands\" ssh-ed25519 ");
    assert!(
        line.starts_with("restrict,pty,command=\"") && line.contains(&ends),
        "{line}"
    );
}

#[test]
fn who_comes_with_neither_terminal_nor_command_is_told_how_to_have_one() {
    let site = Site::own();
    let database = site.database.to_str().expect("UTF-8");
    let ran = Command::new(KEYWARD)
        .args(["--user", "alice", "--db", database, "--ssh-commands"])
        .env_clear()
        .stdin(Stdio::null())
        .output();
    Ran::of(ran.expect("ran")).is_refused(2, "ssh -t");
}
