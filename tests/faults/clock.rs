//! The machine's clock, set under a running console and between commands: a day back, and ten years on.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use chrono::DateTime;
use keyward::clock::{Clock, SystemClock};
use keyward::domain::intent::KeyChange;
use keyward::domain::secret::Overlap;
use keyward::domain::time::DAY;
use tempfile::TempDir;

use super::broken::{Broken, said, says};
use crate::support::database::draft;
use crate::support::hand::pause;
use crate::support::process::skip;
use crate::support::program::KEYWARD;
use crate::support::pty::{Pty, Start};

/// Secrets whose keys the time decides.
struct Timed {
    directory: TempDir,
    library: PathBuf,
    /// Of a key that expires in 30 days; replaced, and working on for a week; not confirmed as stored.
    secrets: [String; 3],
}

impl Timed {
    /// Nothing where no clock can be set for one process alone.
    fn new() -> Option<Timed> {
        let Some(library) = library() else {
            skip("there is no libfaketime");
            return None;
        };
        let mut broken = Broken::new();
        let (service, actor) = (&mut broken.service, &broken.actor);
        let expiring = service
            .create_key(actor, &draft("expiring"))
            .expect("created");
        service
            .deliver(actor, expiring.id, None)
            .expect("delivered");
        let day = DateTime::from_timestamp_millis(SystemClock.now().plus(30 * DAY).0);
        let change = KeyChange::SetExpiry(day.map(|day| day.date_naive()));
        service
            .change_key(actor, change, expiring.key)
            .expect("set");
        let replaced = service
            .create_key(actor, &draft("replaced"))
            .expect("created");
        service
            .deliver(actor, replaced.id, None)
            .expect("delivered");
        let new = service.issue(actor, replaced.key).expect("issued");
        let delivered = service.deliver(actor, new.id, Some(Overlap::Week));
        delivered.expect("delivered");
        let pending = service
            .create_key(actor, &draft("pending"))
            .expect("created");
        let secrets = [expiring, replaced, pending].map(|issued| issued.secret.expose().to_owned());
        let timed = Timed {
            directory: broken.directory,
            library,
            secrets,
        };
        timed.set("+0d");
        Some(timed)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Sets the clock of all that was started here so far from the machine's.
    fn set(&self, by: &str) {
        // In one step: it is read all the time.
        fs::write(self.path("clock.new"), by).expect("written");
        fs::rename(self.path("clock.new"), self.path("clock")).expect("set");
    }

    fn variables(&self) -> [(&'static str, PathBuf); 4] {
        [
            ("LD_PRELOAD", self.library.clone()),
            ("FAKETIME_TIMESTAMP_FILE", self.path("clock")),
            ("FAKETIME_NO_CACHE", "1".into()),
            ("DONT_FAKE_MONOTONIC", "1".into()),
        ]
    }

    fn run(&self, args: &[&str], secret: &str) -> String {
        fs::write(self.path("asked"), secret).expect("written");
        let input = fs::File::open(self.path("asked")).expect("there");
        let mut command = Command::new(KEYWARD);
        command.env_clear().envs(self.variables()).args(args);
        command.arg("--db").arg(self.path("keyward.db"));
        said(command.stdin(input).output().expect("run"))
    }

    /// The reasons for which the secrets are refused; empty where one is valid.
    fn refused(&self) -> [String; 3] {
        self.secrets.each_ref().map(|secret| {
            let answer = self.run(&["verify"], secret);
            let reason = answer.split_once("\"reason\":\"");
            let reason = reason.and_then(|(_, rest)| rest.split('"').next());
            assert!(
                reason.is_some() || answer.contains("\"valid\":true"),
                "{answer}"
            );
            reason.unwrap_or_default().to_owned()
        })
    }

    fn console(&self) -> Pty {
        let variables = self.variables();
        let variables = variables
            .each_ref()
            .map(|(name, value)| (*name, value.as_os_str()));
        let database = self.path("keyward.db").display().to_string();
        let args = ["--db", &database];
        let start = Start {
            variables: &variables,
            columns: 120,
            ..Start::new(self.directory.path(), &args)
        };
        start.go()
    }
}

/// Where the library is that gives one process another clock.
fn library() -> Option<PathBuf> {
    let folders = fs::read_dir("/usr/lib").ok()?.filter_map(Result::ok);
    let mut places = folders.map(|folder| folder.path().join("faketime/libfaketime.so.1"));
    places.find(|place| Path::exists(place))
}

#[test]
fn a_clock_that_is_set_decides_what_has_expired_and_ends_no_session() {
    let Some(timed) = Timed::new() else { return };
    let mut console = timed.console();
    console.see("expiring").see("Active");
    let pending = "not-delivered";
    assert_eq!(timed.refused(), ["", "", pending]);

    timed.set("+3653d");
    console.see("Expired");
    let [expired, superseded, void] = timed.refused();
    assert_eq!(expired, "expired");
    assert!(!superseded.is_empty() && !void.is_empty());
    lock_out(&mut console);
    assert!(!console.screen().contains("Still there?"));
    let mut other = timed.console();
    other.see("Locked Out");
    other.quits();

    timed.set("-1d");
    console.see("Active");
    // Before a refusal is noted, which is then the newest event.
    let doctor = timed.run(&["doctor"], "");
    says(&doctor, &["warning", "clock", "before the newest"]);
    assert_eq!(timed.refused()[0], "");
    console.send("u").says("confirm.unlock_title");
    pause();
    console.send("y").says("list.unlocked");
    let mut other = timed.console();
    other.see("Active");
    other.quits();
    console.quits();

    // In the order in which it happened, whatever the clock said.
    let events = timed.run(&["events"], "");
    let wanted = [
        "API Key Locked Out",
        "User Signed Out",
        "API Key Unlocked",
        "User Signed Out",
        "User Signed Out",
    ];
    says(&events, &wanted);
    let check = timed.run(&["events", "--check"], "");
    assert!(check.contains("is intact"), "{check}");
}

fn lock_out(console: &mut Pty) {
    console.send("l").says("confirm.lock_title");
    pause();
    console.send("y").says("list.locked");
}
