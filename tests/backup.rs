//! `keyward backup` and `keyward restore`, with the real program: a copy is whole or it is not there, and whichever moment
//! a restore ends at, one database or the other is in its place.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::thread;

use keyward::auth::hash::Cost;
use keyward::domain::secret::{IssuedSecret, Overlap};
use keyward::domain::user::Actor;
use keyward::service::Service;
use keyward::store::Place;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tempfile::TempDir;

mod support {
    #![allow(dead_code, reason = "a part of what the tests use")]
    pub mod database;
    pub mod inject;
    pub mod process;
    pub mod program;
}

use support::database::raw::sqlite;
use support::database::{TWELFTH, as_made, draft};
use support::inject;
use support::process::{eventually, is_there, skip, skip_anywhere};
use support::program::{KEYWARD, database_of, fetched, given, keyward};

/// A home with a database that is in use.
struct Host {
    home: TempDir,
    service: Service,
    owner: Actor,
}

impl Host {
    fn new() -> Host {
        let home = tempfile::tempdir().expect("a directory");
        let (service, owner) = as_made(&database_of(home.path()), Cost::REAL);
        Host {
            home,
            service,
            owner,
        }
    }

    fn delivered(&mut self, name: &str) -> IssuedSecret {
        let issued = self.service.create_key(&self.owner, &draft(name));
        let issued = issued.expect("created");
        let delivered = self.service.deliver(&self.owner, issued.id, None);
        delivered.expect("delivered");
        issued
    }

    fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    fn run(&self, args: &[&str]) -> Output {
        run(self.home.path(), args)
    }
}

fn run(home: &Path, args: &[&str]) -> Output {
    let mut command = keyward(home, args);
    command.stdin(Stdio::null()).output().expect("run")
}

/// What it printed and said, and its exit code.
fn told(output: &Output) -> (String, Option<i32>) {
    let all = [&output.stdout[..], &output.stderr[..]].concat();
    let text = String::from_utf8(all).expect("UTF-8");
    (text, output.status.code())
}

#[track_caller]
fn succeeds(output: &Output) -> String {
    let (text, code) = told(output);
    assert_eq!(code, Some(0), "{text}");
    text
}

#[track_caller]
fn fails(output: &Output, code: i32, sentence: &str) {
    let (text, found) = told(output);
    assert_eq!(found, Some(code), "{text}");
    assert!(text.contains(sentence), "{text}");
}

/// The names in a directory.
fn names(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).expect("read");
    let name = |entry: std::io::Result<fs::DirEntry>| entry.expect("one").file_name();
    let mut names: Vec<String> = entries
        .map(|entry| name(entry).into_string().expect("UTF-8"))
        .collect();
    names.sort();
    names
}

/// The last event of the trail, as `keyward events` has it.
fn last_event(home: &Path) -> String {
    let events = succeeds(&run(home, &["events", "--format", "jsonl"]));
    events.lines().last().expect("an event").to_owned()
}

#[test]
fn a_backup_is_one_whole_file_for_its_owner_alone_and_the_trail_tells_of_it() {
    let mut host = Host::new();
    host.delivered("first");
    host.delivered("second");
    let head = succeeds(&host.run(&["events", "--head"]));
    let said = succeeds(&host.run(&["backup", "copy.db"]));
    let path = host.path("copy.db");
    let facts = fs::metadata(&path).expect("there");
    assert_eq!(facts.mode() & 0o7777, 0o600);
    assert!(said.contains(&format!("{} bytes", facts.len())), "{said}");
    assert!(said.contains("2 API keys"), "{said}");
    assert!(said.contains(head.trim()), "{said} {head}");
    let bytes = fs::read(&path).expect("read");
    assert_eq!(bytes[18..20], [1, 1], "no log belongs to it");
    let names: Vec<String> = names(host.home.path());
    assert_eq!(names, ["copy.db", "data"]);
    let event = last_event(host.home.path());
    assert!(event.contains("Backup Created"), "{event}");
    assert!(event.contains("copy.db"), "{event}");
    // It can be opened as any database.
    let copy = path.display().to_string();
    let again = succeeds(&host.run(&["events", "--head", "--db", &copy]));
    assert_eq!(again, head);
}

#[test]
fn a_backup_is_whole_while_others_write_and_nobody_waits_for_it() {
    let mut host = Host::new();
    host.delivered("first");
    let home = host.home.path().to_owned();
    let copies = thread::spawn(move || {
        for n in 0..8 {
            succeeds(&run(&home, &["backup", &format!("{n}.db")]));
        }
    });
    let mut written = 0;
    while !copies.is_finished() {
        host.service
            .create_key(&host.owner, &draft(&format!("key {written}")))
            .expect("created");
        written += 1;
    }
    copies.join().expect("all were made");
    assert!(written > 0, "nobody could write");
}

#[test]
fn nothing_is_written_over_and_sqlites_own_names_are_refused() {
    let mut host = Host::new();
    host.delivered("first");
    fs::write(host.path("there"), "old").expect("written");
    std::os::unix::fs::symlink("nowhere", host.path("link")).expect("linked");
    for name in ["there", "link", "data/keyward/keyward.db", "data"] {
        fails(&host.run(&["backup", name]), 2, "already exists");
    }
    assert_eq!(fs::read(host.path("there")).expect("there"), b"old");
    assert!(!host.path("nowhere").exists());
    let name = "data/keyward/keyward.db-journal";
    fails(&host.run(&["backup", name]), 2, "SQLite keeps");
    assert!(!host.path(name).exists());
    fails(&host.run(&["backup", "none/copy.db"]), 2, "directory");
    fs::create_dir(host.path("open")).expect("made");
    fs::set_permissions(host.path("open"), Permissions::from_mode(0o777)).expect("set");
    fails(&host.run(&["backup", "open/copy.db"]), 2, "chmod");
    assert!(!host.path("open/copy.db").exists());
    let user = host.owner.name.clone();
    fails(
        &host.run(&["backup", "copy.db", "--user", &user]),
        77,
        "With --user no file is written",
    );
    fails(&host.run(&["backup"]), 64, "FILE");
}

#[test]
fn a_copy_that_is_not_as_keyward_makes_a_database_is_removed() {
    let mut host = Host::new();
    host.delivered("first");
    let place = Place::File(database_of(host.home.path()));
    let raw = sqlite(&place);
    raw.execute_batch("CREATE TABLE guest (x)").expect("added");
    fails(&host.run(&["backup", "copy.db"]), 1, "guest was added");
    assert!(!host.path("copy.db").exists());
}

#[test]
fn a_backup_that_a_signal_ends_leaves_nothing() {
    if !inject::is_there() {
        return skip("there is no strace");
    }
    let mut host = Host::new();
    host.delivered("first");
    for signal in [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP] {
        let copy = host.path("copy.db");
        let command = keyward(host.home.path(), &["backup", &copy.display().to_string()]);
        // Every write to the copy takes long, so that the signal comes between two of them.
        let mut slow = inject::injected(&command, &[&copy], &["pwrite64:delay_enter=400000"]);
        let child = slow.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        let child = child.expect("started");
        eventually("it is being written", || {
            fs::metadata(&copy).is_ok_and(|facts| facts.len() > 0)
        });
        let strace = child.id();
        let children = format!("/proc/{strace}/task/{strace}/children");
        let children = fs::read_to_string(children).expect("read");
        let pid = children.trim().parse().expect("one child");
        kill(Pid::from_raw(pid), signal).expect("sent");
        let ended = child.wait_with_output().expect("ended");
        assert!(!ended.status.success(), "{ended:?}");
        assert!(!copy.exists(), "{signal}");
    }
    let event = last_event(host.home.path());
    assert!(!event.contains("Backup Created"), "{event}");
}

/// The secret's verdict by `keyward verify`: 0 is valid.
fn verdict(home: &Path, secret: &str) -> i32 {
    let mut verify = keyward(home, &["verify"]);
    let file = home.join("secret");
    fs::write(&file, secret).expect("written");
    let input = fs::File::open(&file).expect("there");
    let output = verify.stdin(input).output().expect("run");
    output.status.code().expect("a code")
}

/// A home whose database was changed in every way since its backup, `copy.db`: key 1 was locked out, 2 deleted, 3 got a
/// new secret, and 4 is new. It is closed.
struct Changed {
    home: TempDir,
    /// Those that the copy has, and those that came since.
    old: Vec<IssuedSecret>,
    new: Vec<IssuedSecret>,
    /// The head before the restore.
    head: String,
}

impl Changed {
    fn new() -> Changed {
        let mut host = Host::new();
        let old: Vec<_> = ["one", "two", "three"]
            .map(|name| host.delivered(name))
            .into();
        succeeds(&host.run(&["backup", "copy.db"]));
        let (service, owner) = (&mut host.service, &host.owner);
        service.lock_out_key(owner, old[0].key, "").expect("locked");
        service.delete_key(owner, old[1].key).expect("deleted");
        let replaced = service.issue(owner, old[2].key).expect("issued");
        service
            .deliver(owner, replaced.id, Some(Overlap::None))
            .expect("delivered");
        let new = vec![replaced, host.delivered("four")];
        let Host { home, service, .. } = host;
        drop(service);
        let head = succeeds(&run(home.path(), &["events", "--head"]));
        Changed {
            home,
            old,
            new,
            head,
        }
    }

    fn run(&self, args: &[&str]) -> Output {
        run(self.home.path(), args)
    }

    /// The names beside the database.
    fn beside(&self) -> Vec<String> {
        names(database_of(self.home.path()).parent().expect("a directory"))
    }

    fn aside(&self) -> PathBuf {
        let name = self
            .beside()
            .into_iter()
            .find(|name| name.contains(".before-restore-"));
        let database = database_of(self.home.path());
        database.with_file_name(name.expect("what was there before"))
    }

    #[track_caller]
    fn is_restored(&self) {
        for secret in &self.old {
            assert_eq!(verdict(self.home.path(), secret.secret.expose()), 0);
        }
        for secret in &self.new {
            assert_eq!(verdict(self.home.path(), secret.secret.expose()), 1);
        }
    }
}

#[test]
fn a_restore_tells_what_comes_back_and_what_is_lost_and_keeps_what_was_there() {
    let changed = Changed::new();
    let said = succeeds(&changed.run(&["restore", "copy.db", "--yes"]));
    for sentence in [
        "3 API keys work again:",
        "1  one (Locked Out)",
        "2  two (Deleted)",
        "3  three (replaced secret)",
        "1 API key with a secret that stops working:",
        "1 API key is lost:",
        "4  four",
        "keyward key lock 1 2 3",
    ] {
        assert!(said.contains(sentence), "{sentence}\n{said}");
    }
    assert!(said.contains("continue those of the copy"), "{said}");
    changed.is_restored();
    let events = succeeds(&changed.run(&["events", "--format", "jsonl"]));
    let event = events
        .lines()
        .find(|event| event.contains("Backup Restored"));
    let event = event.expect("an event");
    for part in [
        "Backup Restored",
        "copy.db",
        changed.head.trim(),
        "before-restore",
    ] {
        assert!(event.contains(part), "{part} {event}");
    }
    succeeds(&changed.run(&["events", "--check"]));
    let aside = changed.aside();
    assert_eq!(fs::metadata(&aside).expect("there").mode() & 0o7777, 0o600);
    let path = aside.display().to_string();
    let head = succeeds(&changed.run(&["events", "--head", "--db", &path]));
    assert_eq!(head, changed.head, "all of it is there");
    assert!(!said.contains("system events were lost"));
}

#[test]
fn a_restore_is_undone_by_another_one() {
    let changed = Changed::new();
    succeeds(&changed.run(&["restore", "copy.db", "--yes"]));
    let aside = changed.aside().display().to_string();
    let said = succeeds(&changed.run(&["restore", &aside, "--yes"]));
    assert!(said.contains("different after it"), "{said}");
    for secret in &changed.new {
        assert_eq!(verdict(changed.home.path(), secret.secret.expose()), 0);
    }
}

#[test]
fn nothing_is_restored_while_anybody_has_the_database_open_not_even_one_who_is_stopped() {
    let changed = Changed::new();
    let before = fs::read(database_of(changed.home.path())).expect("read");
    let mut follow = keyward(changed.home.path(), &["events", "--follow"])
        .stdout(Stdio::null())
        .spawn()
        .expect("started");
    let index = database_of(changed.home.path()).with_file_name("keyward.db-shm");
    eventually("it is open", || index.exists());
    let refused = || {
        let output = changed.run(&["restore", "copy.db", "--yes"]);
        output.status.code() == Some(1) && told(&output).0.contains("is open in another process")
    };
    eventually("it is refused", refused);
    let pid = Pid::from_raw(follow.id().try_into().expect("a number"));
    kill(pid, Signal::SIGSTOP).expect("stopped");
    assert!(refused());
    kill(pid, Signal::SIGKILL).expect("ended");
    follow.wait().expect("ended");
    let after = fs::read(database_of(changed.home.path())).expect("read");
    assert!(before == after, "nothing was changed");
    let left = changed.beside();
    assert!(!left.iter().any(|name| name.contains(".new-")), "{left:?}");
    // What was killed has left its log, which belongs to what is put aside.
    succeeds(&changed.run(&["restore", "copy.db", "--yes"]));
    changed.is_restored();
}

#[test]
fn nobody_is_asked_without_a_terminal_and_nothing_is_left() {
    let changed = Changed::new();
    fails(&changed.run(&["restore", "copy.db"]), 64, "--yes");
    assert_eq!(changed.beside(), ["keyward.db"]);
    let head = succeeds(&changed.run(&["events", "--head"]));
    assert_eq!(head, changed.head);
}

#[test]
fn a_copy_that_is_no_whole_database_of_ours_is_refused_and_the_present_one_stays() {
    let changed = Changed::new();
    let path = |name: &str| changed.home.path().join(name);
    fails(
        &changed.run(&["restore", "none.db", "--yes"]),
        2,
        "no database at",
    );
    let copy = |name: &str| fs::copy(path("copy.db"), path(name)).expect("copied");
    copy("flawed.db");
    let flawed = sqlite(&Place::File(path("flawed.db")));
    flawed
        .execute_batch("CREATE TABLE guest (x)")
        .expect("added");
    drop(flawed);
    fails(
        &changed.run(&["restore", "flawed.db", "--yes"]),
        1,
        "guest was added",
    );
    copy("newer.db");
    let newer = sqlite(&Place::File(path("newer.db")));
    newer.pragma_update(None, "user_version", 99).expect("set");
    drop(newer);
    fails(
        &changed.run(&["restore", "newer.db", "--yes"]),
        2,
        "newer Keyward",
    );
    fs::write(path("text.db"), "no database at all").expect("written");
    fails(
        &changed.run(&["restore", "text.db", "--yes"]),
        2,
        "The copy cannot be restored. ",
    );
    copy("open.db");
    fs::set_permissions(path("open.db"), Permissions::from_mode(0o666)).expect("set");
    fails(&changed.run(&["restore", "open.db", "--yes"]), 2, "chmod");
    let user = nix::unistd::User::from_uid(nix::unistd::geteuid());
    let user = user
        .ok()
        .flatten()
        .map_or_else(|| "me".to_owned(), |user| user.name);
    let args = ["restore", "copy.db", "--yes", "--user", &user];
    fails(&changed.run(&args), 77, "With --user no file is written");
    assert_eq!(changed.beside(), ["keyward.db"]);
    let head = succeeds(&changed.run(&["events", "--head"]));
    assert_eq!(head, changed.head);
}

#[test]
fn what_is_damaged_is_put_aside_with_its_log_as_it_is() {
    for damage in ["garbage", "empty"] {
        let changed = Changed::new();
        let database = database_of(changed.home.path());
        let log = database.with_file_name("keyward.db-wal");
        let bytes = vec![7; if damage == "empty" { 0 } else { 20_000 }];
        fs::write(&database, &bytes).expect("damaged");
        fs::write(&log, [9; 5_000]).expect("written");
        fs::set_permissions(&log, Permissions::from_mode(0o600)).expect("set");
        let said = succeeds(&changed.run(&["restore", "copy.db", "--yes"]));
        assert!(said.contains("cannot be compared"), "{said}");
        // It goes on, and is no refusal.
        assert!(!said.contains("Nothing was changed"), "{said}");
        changed.is_restored();
        let aside = changed.aside();
        assert!(fs::read(&aside).expect("read") == bytes, "{damage}");
        let log = PathBuf::from(format!("{}-wal", aside.display()));
        assert!(fs::read(log).expect("its log") == [9; 5_000], "{damage}");
    }
}

#[test]
fn where_there_is_no_database_the_copy_becomes_it() {
    let changed = Changed::new();
    let home = tempfile::tempdir().expect("a directory");
    fs::copy(
        changed.home.path().join("copy.db"),
        home.path().join("copy.db"),
    )
    .expect("copied");
    let said = succeeds(&run(home.path(), &["restore", "copy.db", "--yes"]));
    assert!(said.contains("no database at"), "{said}");
    assert_eq!(verdict(home.path(), changed.old[0].secret.expose()), 0);
    let directory = database_of(home.path()).parent().expect("one").to_owned();
    assert_eq!(names(&directory), ["keyward.db"]);
}

/// What changes files or their names, and so what a restore can end before or behind.
const CALLS: [&str; 5] = [
    "renameat2,rename",
    "unlink",
    "fsync,fdatasync",
    "ftruncate",
    "pwrite64",
];

#[test]
fn at_whichever_call_a_restore_is_killed_one_of_the_two_is_there_whole() {
    if !inject::is_there() {
        return skip("there is no strace");
    }
    let changed = Changed::new();
    let directory = database_of(changed.home.path())
        .parent()
        .expect("one")
        .to_owned();
    let kept = tempfile::tempdir().expect("a directory");
    let copy = |from: &Path, to: &Path| {
        for name in names(to) {
            fs::remove_file(to.join(name)).expect("removed");
        }
        for name in names(from) {
            fs::copy(from.join(&name), to.join(&name)).expect("copied");
        }
    };
    copy(&directory, kept.path());
    let from = changed.home.path().join("copy.db").display().to_string();
    let (mut before, mut after) = (0, 0);
    for calls in CALLS {
        // Of pages there are many, and each is as good as another.
        let step = if calls == "pwrite64" { 9 } else { 1 };
        for when in (1..200).step_by(step) {
            copy(kept.path(), &directory);
            let command = keyward(changed.home.path(), &["restore", &from, "--yes"]);
            let what = format!("{calls}:signal=KILL:when={when}");
            let mut killed = inject::injected(&command, &[], &[&what]);
            let output = killed.stdin(Stdio::null()).output().expect("run");
            let head = succeeds(&changed.run(&["events", "--head"]));
            succeeds(&changed.run(&["events", "--check"]));
            if head == changed.head {
                before += 1;
            } else {
                changed.is_restored();
                after += 1;
            }
            if output.status.success() {
                break;
            }
        }
    }
    assert!(before > 5 && after > 5, "{before} {after}");
}

/// The schema of the first issue's Keyward, and rows of it.
const FIRST: [&str; 2] = [
    include_str!("../assets/migrations/0001_keys.sql"),
    include_str!("store/first_issue.sql"),
];

/// A database of that Keyward.
fn first(path: &Path) {
    fs::create_dir_all(path.parent().expect("a directory")).expect("made");
    fs::write(path, "").expect("made");
    fs::set_permissions(path, Permissions::from_mode(0o600)).expect("set");
    let connection = sqlite(&Place::File(path.to_owned()));
    for sql in FIRST {
        connection.execute_batch(sql).expect("made");
    }
}

#[test]
fn an_older_copy_is_brought_up_to_date_in_the_place_and_stays_as_it_is_itself() {
    let home = tempfile::tempdir().expect("a directory");
    let copy = home.path().join("copy.db");
    first(&copy);
    let before = fs::read(&copy).expect("read");
    succeeds(&run(home.path(), &["restore", "copy.db", "--yes"]));
    succeeds(&run(home.path(), &["events", "--check", "--user", "alice"]));
    assert!(fs::read(&copy).expect("read") == before);
}

#[test]
fn without_room_for_the_backup_nothing_is_brought_up_to_date() {
    let home = tempfile::tempdir().expect("a directory");
    let path = database_of(home.path());
    first(&path);
    let before = fs::read(&path).expect("read");
    let mut command = keyward(home.path(), &[]);
    let limit = before.len() / 512 / 2;
    let line = format!(
        "ulimit -f {limit}; exec {} user unlock alice --break-glass",
        support::program::KEYWARD
    );
    let mut limited = std::process::Command::new("sh");
    limited
        .args(["-c", &line])
        .env_clear()
        .current_dir(home.path());
    for (name, value) in command.envs([("A", "b")]).get_envs() {
        limited.env(name, value.expect("set"));
    }
    let output = limited.output().expect("run");
    fails(&output, 2, "was not brought up to date");
    let connection = sqlite(&Place::File(path.clone()));
    let version = connection.query_row("PRAGMA user_version", (), |row| row.get(0));
    assert_eq!(version, Ok(1));
    drop(connection);
    let left = names(path.parent().expect("one"));
    assert!(!left.iter().any(|name| name.contains("backup")), "{left:?}");
    // With room it is, and its backup is beside it.
    succeeds(&run(
        home.path(),
        &["user", "unlock", "alice", "--break-glass"],
    ));
    let left = names(path.parent().expect("one"));
    let backup = left
        .iter()
        .find(|name| name.starts_with("keyward.db.schema-1."));
    assert!(
        backup.is_some_and(|name| name.ends_with(".backup")),
        "{left:?}"
    );
}

/// Every file of the database's directory, with what is in it.
fn files(home: &Path) -> Vec<(String, Vec<u8>)> {
    let directory = database_of(home).parent().expect("one").to_owned();
    let mut names = names(&directory);
    names.sort();
    let with_bytes = |name: String| {
        let bytes = fs::read(directory.join(&name)).expect("read");
        (name, bytes)
    };
    names.into_iter().map(with_bytes).collect()
}

/// A database of the form before this one, with users `look`, `shut` and `bob`, and the keys `ci` and `twice`.
fn form_before(home: &Path) -> IssuedSecret {
    let path = database_of(home);
    let (mut service, owner) = as_made(&path, Cost::REAL);
    let pending = service.create_key(&owner, &draft("ci")).expect("created");
    service.create_key(&owner, &draft("two")).expect("created");
    drop(service);
    for args in [
        &["user", "new", "look", "--role", "Auditor"][..],
        &["user", "new", "shut", "--role", "Full Access"],
        &["user", "lock", "shut", "--yes"],
    ] {
        succeeds(&run(home, args));
    }
    let connection = sqlite(&Place::File(path));
    connection.execute_batch(TWELFTH).expect("undone");
    for index in [
        "name",
        "expiry",
        "sign_in",
        "creation",
        "owner_sort",
        "creator_sort",
        "description",
    ] {
        let dropped = connection.execute_batch(&format!("DROP INDEX api_keys_by_{index}"));
        dropped.expect("dropped");
    }
    let undone = "DROP INDEX api_keys_by_zone; DROP INDEX api_key_secrets_delivered; DROP INDEX api_keys_with_role; DROP INDEX api_keys_locked; DROP INDEX api_keys_undelivered;
        DROP INDEX api_keys_bounded; ALTER TABLE api_keys DROP COLUMN owner_sort;
        ALTER TABLE api_keys DROP COLUMN creator_sort; ALTER TABLE api_keys DROP COLUMN description_sort;
        CREATE INDEX api_keys_by_name ON api_keys (name_sort);
        CREATE INDEX api_keys_by_expiry ON api_keys (expires_sort);
        CREATE INDEX api_keys_by_sign_in ON api_keys (sign_in_sort);
        CREATE INDEX api_keys_by_creation ON api_keys (created_at);
        DROP INDEX events_by_who; ALTER TABLE events DROP COLUMN actor_id;
        ALTER TABLE events DROP COLUMN actor_kind; PRAGMA user_version = 9";
    connection.execute_batch(undone).expect("undone");
    pending
}

/// Commands that change something and are refused, with the exit code.
const REFUSED: &[(i32, &str)] = &[
    (1, "key lock ci --yes --user nobody"),
    (77, "key lock ci --yes --user shut"),
    (77, "key lock ci --yes --user look"),
    (1, "key lock 99 --yes"),
    (1, "key lock none --yes"),
    (64, "key lock ci"),
    (64, "key lock --filter sate:x --yes"),
    (1, "key edit ci --name two --yes"),
    (64, "key set-expiry someday ci --yes"),
    (1, "key end-overlap ci --yes"),
    (77, "key new --name x --stdout --user look"),
    (1, "key new --name ci --stdout"),
    (1, "key new --name x --role none --stdout"),
    (77, "key new-secret ci --stdout --user look"),
    (1, "key new-secret none --stdout"),
    (1, "key delivered two"),
    (1, "user new LOOK --role Auditor"),
    (77, "user new x --role Auditor --user look"),
    (1, "user lock none --yes"),
    (1, "user unlock none --break-glass"),
    (1, "role new Auditor"),
    (77, "role new x --user look"),
    (1, "role delete Auditor --yes"),
    (64, "policy set --longest-days 9"),
    (77, "policy set --longest-days 9 --yes --user look"),
    (64, "policy set --longest-days x --yes"),
    (77, "events --prune-before 2099-01-01 --user look"),
    (64, "events --prune-before someday"),
    (77, "scan --lock --yes - --user look"),
];

#[test]
fn what_is_refused_leaves_an_older_database_as_it_was() {
    let home = tempfile::tempdir().expect("a directory");
    let pending = form_before(home.path());
    let before = files(home.path());
    let mut wrong = Vec::new();
    for (code, line) in REFUSED {
        let args: Vec<&str> = line.split(' ').collect();
        // Of `key delivered` it is another key's.
        let ended = given(keyward(home.path(), &args), pending.secret.expose());
        let is_as_before = files(home.path()) == before;
        if ended.status.code() != Some(*code) || !is_as_before || ended.stderr.is_empty() {
            wrong.push(format!("{line}: {is_as_before} {ended:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn what_is_done_brings_an_older_database_up_to_date_and_is_done_to_that() {
    for line in [
        "key lock ci --yes",
        "key new --name x --secret-file x",
        "key new-secret ci --secret-file x",
        "key delivered ci",
        "user new x --role Auditor",
        "user unlock shut --break-glass",
        "role new x",
        "policy set --longest-days 9 --yes",
    ] {
        let home = tempfile::tempdir().expect("a directory");
        let pending = form_before(home.path());
        let args: Vec<&str> = line.split(' ').collect();
        let ended = given(keyward(home.path(), &args), pending.secret.expose());
        succeeds(&ended);
        let files = files(home.path());
        let names: Vec<&String> = files.iter().map(|(name, _)| name).collect();
        let backups = names.iter().filter(|name| name.contains(".schema-9."));
        assert_eq!(backups.count(), 1, "{line}: {names:?}");
        let told = succeeds(&run(home.path(), &["events", "--format", "jsonl"]));
        let last = told.lines().last().unwrap_or_default();
        assert!(!last.contains("\"actorKind\":null"), "{line}: {last}");
    }
}

#[test]
fn events_of_an_older_database_are_pruned_once_it_is_up_to_date() {
    let home = tempfile::tempdir().expect("a directory");
    let path = database_of(home.path());
    let (_, owner) = as_made(&path, Cost::REAL);
    fs::remove_file(&path).expect("removed");
    first(&path);
    let connection = sqlite(&Place::File(path));
    let name = "UPDATE users SET name = ?1, name_key = lower(?1) WHERE id = 1";
    connection.execute(name, [&owner.name]).expect("renamed");
    drop(connection);
    let before = files(home.path());
    let prune = [
        "events",
        "--prune-before",
        "2099-01-01",
        "--to",
        "old.jsonl",
    ];
    fs::write(home.path().join("old.jsonl"), "").expect("written");
    fails(&run(home.path(), &prune), 2, "old.jsonl");
    assert!(files(home.path()) == before);
    fs::remove_file(home.path().join("old.jsonl")).expect("removed");
    succeeds(&run(home.path(), &prune));
    succeeds(&run(home.path(), &["events", "--check"]));
    let old = fs::read_to_string(home.path().join("old.jsonl")).expect("there");
    assert!(old.lines().count() > 1 && old.ends_with("}\n"), "{old}");
}

#[test]
fn the_command_that_locks_out_again_names_the_database_and_can_be_pasted() {
    let changed = Changed::new();
    let other = changed.home.path().join("an other");
    fs::create_dir(&other).expect("made");
    fs::set_permissions(&other, Permissions::from_mode(0o700)).expect("set");
    let other = other.join("it's.db");
    fs::rename(database_of(changed.home.path()), &other).expect("moved");
    let db = other.display().to_string();
    let said = succeeds(&changed.run(&["restore", "copy.db", "--yes", "--db", &db]));
    let command = said
        .lines()
        .find_map(|line| line.split_once("keyward key lock "));
    let (_, options) = command.expect("the command");
    // A shell reads it.
    let line = format!("set -- {options}; for word; do echo \"$word\"; done");
    let shell = std::process::Command::new("sh")
        .args(["-c", &line])
        .output();
    let words = succeeds(&shell.expect("run"));
    let words: Vec<_> = words.lines().collect();
    assert_eq!(words, ["1", "2", "3", "--yes", "--db", &db]);
    succeeds(&changed.run(&[&["key", "lock"], &words[..]].concat()));
    let states = succeeds(&changed.run(&["key", "list", "--format", "json", "--db", &db]));
    assert_eq!(states.matches("Locked Out").count(), 3, "{states}");
}

#[test]
fn a_backup_is_made_while_another_process_holds_the_write_lock() {
    let mut host = Host::new();
    host.delivered("first");
    let raw = sqlite(&Place::File(database_of(host.home.path())));
    raw.execute_batch("BEGIN IMMEDIATE").expect("locked");
    let said = succeeds(&host.run(&["backup", "copy.db"]));
    assert!(said.contains("not in the system events"), "{said}");
    assert!(said.contains("1 API key"), "{said}");
    assert!(host.path("copy.db").exists());
    raw.execute_batch("ROLLBACK").expect("unlocked");
    assert!(!last_event(host.home.path()).contains("Backup Created"));
}

#[test]
fn a_backup_is_no_stream_and_is_told_where_standard_output_takes_nothing() {
    let mut host = Host::new();
    host.delivered("first");
    fails(&host.run(&["backup", "-"]), 64, "standard output");
    assert_eq!(names(host.home.path()), ["data"]);
    let full = fs::File::options().write(true).open("/dev/full");
    let Ok(full) = full else {
        return skip("there is no /dev/full");
    };
    let mut command = keyward(host.home.path(), &["backup", "copy.db"]);
    let output = command.stdin(Stdio::null()).stdout(full).output();
    let output = output.expect("run");
    fails(&output, 2, "Backup: ");
    assert!(host.path("copy.db").exists());
}

#[test]
fn a_copy_of_another_database_is_called_so_and_its_user_is_not_told_twice() {
    let changed = Changed::new();
    let other = Changed::new();
    let copy = other.home.path().join("copy.db").display().to_string();
    let said = succeeds(&changed.run(&["restore", &copy, "--yes"]));
    assert!(said.contains("of another database"), "{said}");
    assert!(!said.contains("can sign in again"), "{said}");
    assert!(!said.contains("user is lost"), "{said}");
}

#[test]
fn the_database_is_no_copy_of_itself_and_nobody_is_told_of_an_option_that_is_not_there() {
    let changed = Changed::new();
    let database = database_of(changed.home.path()).display().to_string();
    fails(&changed.run(&["restore", &database, "--yes"]), 64, "itself");
    let (said, _) = told(&changed.run(&["restore", "copy.db"]));
    assert!(!said.contains("--dry-run"), "{said}");
    assert_eq!(changed.beside(), ["keyward.db"]);
}

#[test]
fn bounds_that_were_drawn_since_and_go_again_are_told_of_each_key() {
    let mut host = Host::new();
    host.delivered("one");
    host.delivered("two");
    succeeds(&host.run(&["backup", "copy.db"]));
    let Host { home, service, .. } = host;
    drop(service);
    let bounds = ["--addresses", "10.0.0.0/8", "--rate", "5", "--yes"];
    succeeds(&run(
        home.path(),
        &[&["key", "edit", "1"], &bounds[..]].concat(),
    ));
    let said = succeeds(&run(home.path(), &["restore", "copy.db", "--yes"]));
    assert!(
        said.contains("1 API key with wider bounds than now:"),
        "{said}"
    );
    let row = "1  one (from more addresses, more requests a minute)";
    assert!(said.contains(row), "{said}");
    assert!(!said.contains("with more rights"), "{said}");
}

#[test]
fn what_litestream_has_is_put_back_as_the_page_says() {
    let Some(litestream) = fetched("litestream") else {
        return skip_anywhere("there is no litestream in target/programs");
    };
    if !is_there("sqlite3") {
        return skip("sqlite3 is not there");
    }
    let mut host = Host::new();
    let home = host.home.path().to_owned();
    host.delivered("kept");
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/backup.md"));
    let database = database_of(&home);
    let directory = database.parent().expect("a directory").display();
    let page = page.expect("the page");
    let page = page.replace("/var/lib/keyward", &directory.to_string());
    let block = |start: &str| {
        let mut blocks = page.split("```");
        let block = blocks.find(|block| block.contains(start)).expect(start);
        block.split_once('\n').expect("a language").1.to_owned()
    };
    fs::write(home.join("litestream.yml"), block("# /etc/litestream.yml")).expect("written");
    let shell = |steps: &str| {
        let steps = format!("keyward() {{ {KEYWARD} \"$@\"; }}\n{steps}");
        let mut shell = std::process::Command::new("/bin/sh");
        shell.args(["-ec", &steps]).current_dir(&home);
        let programs = litestream.parent().expect("a directory").display();
        let path = format!("{programs}:/usr/bin:/bin");
        shell.env_clear().env("PATH", path).env("HOME", &home);
        shell.env("LITESTREAM_CONFIG", "litestream.yml");
        shell.stdin(Stdio::null()).output().expect("a shell")
    };
    succeeds(&shell("litestream replicate -once"));
    host.delivered("lost");

    let added = "_litestream_lock was added";
    fails(&host.run(&["backup", "copy.db"]), 1, added);
    fails(&host.run(&["events", "--check"]), 1, added);
    let restore = block("litestream restore").replace("keyward restore", "keyward restore --yes");
    drop(host.service);
    succeeds(&shell(&restore));
    let keys = succeeds(&run(&home, &["key", "list"]));
    assert!(keys.contains("kept") && !keys.contains("lost"), "{keys}");
    succeeds(&run(&home, &["events", "--check"]));
}
