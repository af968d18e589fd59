//! `keyward backup` and `keyward restore`, with the real program: a copy is whole or it is not there, and whichever moment
//! a restore ends at, one database or the other is in its place.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::thread;

use keyward::auth::hash::Cost;
use keyward::domain::secret::IssuedSecret;
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

use support::database::{as_made, draft, raw};
use support::inject;
use support::process::{eventually, skip};
use support::program::{database_of, keyward};

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
    let events = succeeds(&run(home, &["events", "--format", "json"]));
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
    assert!(written > 8, "{written}");
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
    let raw = raw(&place);
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
