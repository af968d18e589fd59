//! Eight consoles on two hosts, and commands beside them, change the keys of one database at once: what is confirmed is there
//! once, and nobody's words are lost.

use std::sync::Arc;
use std::thread;

use keyward::auth::hash::{Cost, Hasher};
use keyward::auth::random::{Random, SystemRandom};
use keyward::clock::{Clock, SystemClock};
use keyward::config::Config;
use keyward::domain::event::EventKind;
use keyward::domain::id::FULL_ACCESS;
use keyward::domain::user::Arrival;
use keyward::service::Service;
use keyward::store::{Place, Store};
use keyward::text::Text;
use serde_json::Value;
use tempfile::TempDir;

#[path = "support"]
mod support {
    #![allow(dead_code, reason = "a part of what the tests use")]
    pub mod certificates;
    pub mod cluster;
    pub mod database;
    pub mod hand;
    pub mod network;
    pub mod process;
    pub mod program;
    pub mod pty;
    pub mod sentence;
}

use support::certificates::Certificates;
use support::cluster::Cluster;
use support::database::{draft, user_draft};
use support::hand::{F2, pause};
use support::network::{ADDRESSES, Network};
use support::program::KEYWARD;
use support::pty::{Pty, Sighup, Start};
use support::sentence::{Values, is_on};

/// How many work at each host.
const EACH: usize = 4;
/// How often each of them does everything.
const ROUNDS: usize = 2;

const RIGHT: &str = "\x1b[C";

const RULES: &str = "
local   all         all                    trust
hostssl all         all      all           trust
host    replication postgres 10.213.0.0/24 trust
";

/// A primary on the first host and a standby on the second, with a database of a few administrators and two keys.
struct Site {
    home: TempDir,
    // It goes before its hosts.
    cluster: Cluster,
    standby: usize,
    network: Network,
    certificates: Certificates,
}

impl Site {
    /// Nothing where there can be none.
    fn new(administrators: usize) -> Option<Site> {
        let certificates = Certificates::new()?;
        let network = Network::new()?;
        certificates.authority("ours", "subjectAltName=DNS:ours");
        let here = format!("subjectAltName=IP:{}", ADDRESSES[0]);
        certificates.issue("server", "ours", "server", &here);
        certificates.give("server");
        let rules = certificates.path("pg_hba.conf");
        std::fs::write(&rules, RULES).expect("written");
        let file =
            |setting: &str, name: &str| format!("{setting}={}", certificates.path(name).display());
        let settings = [
            "ssl=on",
            &file("hba_file", "pg_hba.conf"),
            &file("ssl_cert_file", "server.crt"),
            &file("ssl_key_file", "server.key"),
        ];
        let mut cluster = Cluster::start_in(Some(&network.names[0]), &settings)?;
        cluster.sql(0, "CREATE ROLE keyward_console LOGIN");
        fill(&Place::Server(cluster.address(&[0])), administrators);
        let standby = cluster.add_standby(Some((&network.names[1], ADDRESSES[0])), &[]);
        Some(Site {
            home: tempfile::tempdir().expect("a directory"),
            cluster,
            standby,
            network,
            certificates,
        })
    }

    /// How administrators of a host come to the primary: by its socket, and over the network.
    fn address(&self, host: usize) -> String {
        let role = "keyward_console";
        if host == 0 {
            return self.cluster.address_of(role, &[Cluster::port(0)]);
        }
        let roots = self.certificates.path("ours.crt");
        let (to, port) = (ADDRESSES[0], Cluster::port(0));
        format!(
            "postgres://{to}:{port}/postgres?user={role}&options=-csearch_path%3Dkeyward&sslrootcert={}",
            roots.display()
        )
    }

    fn console(&self, host: usize, user: &str) -> Pty {
        let address = self.address(host);
        let [ip, words @ ..] = self.network.before(host);
        let words = words.map(|word| word.to_str().expect("a word"));
        let rest = [KEYWARD, "--db", &address, "--user", user];
        let args: Vec<&str> = words.into_iter().chain(rest).collect();
        let start = Start {
            program: ip.to_str().expect("a path"),
            args: &args,
            home: self.home.path(),
            columns: 80,
            rows: 24,
            sighup: Sighup::Sent,
            variables: &[],
        };
        let console = start.go();
        console.see("toggled");
        console
    }

    /// What a command prints, which has to end well.
    #[track_caller]
    fn run(&self, host: usize, address: &str, args: &[&str]) -> String {
        let mut command = self.network.keyward(host, self.home.path(), args);
        let ran = command.args(["--db", address]).output().expect("ran");
        let said = String::from_utf8_lossy(&ran.stderr);
        assert_eq!(ran.status.code(), Some(0), "{args:?}: {said}");
        String::from_utf8(ran.stdout).expect("text")
    }

    fn sql(&self, sql: &str) -> String {
        self.cluster.sql(0, sql)
    }

    /// The chain is whole, and the standby has the same.
    fn check(&self) {
        self.cluster.catch_up(self.standby);
        let there = self
            .cluster
            .address_of("keyward_console", &[Cluster::port(self.standby)]);
        let heads = [(0, self.address(0)), (1, there)].map(|(host, address)| {
            self.run(host, &address, &["events", "--check"]);
            self.run(host, &address, &["events", "--head"])
        });
        assert_eq!(heads[0], heads[1]);
    }
}

/// The database with its administrators, `u0` and so on, and the keys that they share.
fn fill(place: &Place, administrators: usize) {
    let account = Config::read().account;
    let clock = Arc::new(SystemClock);
    let random = &mut |bytes: &mut [u8]| SystemRandom.fill(bytes);
    let store = Store::create_or_open(place, &account, clock.now(), random).expect("made");
    let hasher = Hasher::new(Cost::REAL);
    let service = Service::new(store, clock, Box::new(SystemRandom), hasher);
    let mut service = service.expect("a service");
    let owner = service.sign_in(&account.user_name(), &Arrival::default());
    let owner = owner.expect("the first user");
    for number in 0..administrators {
        let user = user_draft(&format!("u{number}"), FULL_ACCESS);
        service.create_user(&owner, &user).expect("created");
    }
    for name in ["shared", "toggled"] {
        let issued = service.create_key(&owner, &draft(name)).expect("created");
        service.deliver(&owner, issued.id, None).expect("delivered");
    }
}

/// Waits until one of two sentences is on the screen; says whether it is the first.
#[track_caller]
fn either(console: &Pty, one: (&'static str, Values), other: (&'static str, Values)) -> bool {
    let says = |screen: &str, (name, values): (&'static str, Values)| {
        is_on(screen, Text::en_us(), name, values)
    };
    console.wait_for(&format!("{} or {}", one.0, other.0), |screen| {
        let screen = screen.contents();
        says(&screen, one) || says(&screen, other)
    });
    says(&console.screen(), one)
}

/// Makes a key and says that its secret is stored.
fn create(console: &mut Pty, name: &str) {
    let named: Values = &[("name", &name)];
    console.send("n").says("form.title_new");
    console.send(name).see(name);
    console.send(F2).says_with("secret.title", named);
    pause();
    console.send("a\r").says_with("secret.delivered", named);
}

/// Locks the selected key, of which nobody else knows, and unlocks it again.
fn lock_and_unlock(console: &mut Pty, name: &str) {
    let named: Values = &[("name", &name)];
    console.send("l").says_with("confirm.lock", named);
    console.send("y").says_with("list.locked", named);
    console.send("u").says_with("confirm.unlock", named);
    console.send("y").says_with("list.unlocked", named);
}

/// Locks and unlocks a key that others lock and unlock, too: each time it is so afterwards, or it was so already.
fn toggle(console: &mut Pty, name: &str) {
    let named: Values = &[("name", &name)];
    for (key, question, done, already) in [
        ("l", "confirm.lock", "list.locked", "list.locked_already"),
        ("u", "confirm.unlock", "list.unlocked", "list.not_locked"),
    ] {
        console.send(key);
        if either(console, (question, named), (already, named)) {
            console.send("y").says_with(done, named);
        }
    }
}

/// Opens Properties of the selected key, and types behind its description.
fn describe(console: &mut Pty, name: &str, words: &str) {
    console.send("\r");
    console.says_with("form.title_edit", &[("name", &name)]);
    console.send("\t").send(words).see(words);
}

/// Presses OK until it is saved; says how often somebody else was faster. Then one's own words are chosen.
fn save(console: &mut Pty, name: &str) -> usize {
    let properties = format!("Properties: {name}");
    for conflicts in 0.. {
        console.send(F2);
        let is_saved = |screen: &str| {
            is_on(screen, Text::en_us(), "form.saved", &[("name", &name)])
                && !screen.contains(&properties)
        };
        let conflict = |screen: &str| {
            is_on(screen, Text::en_us(), "merge.title", &[]) && screen.contains("( ) You")
        };
        console.wait_for("what became of it", |screen| {
            let screen = screen.contents();
            is_saved(&screen) || conflict(&screen)
        });
        if is_saved(&console.screen()) {
            return conflicts;
        }
        console.send(RIGHT).see("(•) You");
    }
    unreachable!("it goes on until it is saved")
}

/// Selects the one key that has this word in it.
fn find(console: &mut Pty, word: &str) {
    console.send("/").see("Esc Clear");
    console.send(word).see("1 of");
    console.send("\r").see(&format!("> {word}"));
}

/// All that one administrator does; gives how many of their saves were told that somebody else was faster.
fn work(console: &mut Pty, user: &str) -> usize {
    let mut told = 0;
    for round in 0..ROUNDS {
        let own = format!("{user}-{round}");
        create(console, &own);
        lock_and_unlock(console, &own);
        describe(console, &own, &format!("by {user}"));
        assert_eq!(save(console, &own), 0);
        find(console, "shared");
        describe(console, "shared", &format!(" {own}"));
        told += usize::from(save(console, "shared") > 0);
        console.send("\x1b").see(&own);
        find(console, "toggled");
        toggle(console, "toggled");
        console.send("\x1b").see(&own);
    }
    told
}

/// How many of these changes of one description took away what stood there. Each begins with what the one before it came to.
fn taken_away(bodies: &str) -> usize {
    let (mut before, mut taken) = (String::new(), 0);
    for body in bodies.lines() {
        let body: Value = serde_json::from_str(body).expect("JSON");
        let description = &body["changes"]["description"];
        assert_eq!(description["before"], before.as_str(), "{bodies}");
        let after = description["after"].as_str().expect("words");
        // Everybody types behind what they see.
        taken += usize::from(!after.starts_with(&before));
        after.clone_into(&mut before);
    }
    taken
}

#[test]
fn what_eight_consoles_confirm_is_there_once() {
    let Some(site) = Site::new(2 * EACH) else {
        return;
    };
    let users: Vec<String> = (0..2 * EACH).map(|number| format!("u{number}")).collect();
    let told: usize = thread::scope(|scope| {
        let consoles = users.iter().enumerate().map(|(number, user)| {
            let site = &site;
            scope.spawn(move || {
                let mut console = site.console(number / EACH, user);
                let told = work(&mut console, user);
                console.quits();
                told
            })
        });
        let consoles: Vec<_> = consoles.collect();
        for host in 0..2 {
            let site = &site;
            scope.spawn(move || {
                for number in 0..ROUNDS * 3 {
                    let (address, name) = (site.address(host), format!("c{host}-{number}"));
                    let run = |args: &[&str]| site.run(host, &address, args);
                    run(&[
                        "key", "new", "--name", &name, "--role", "Auditor", "--stdout",
                    ]);
                    run(&["key", "edit", &name, "--owner", "ops", "--yes"]);
                    run(&["key", "lock", &name, "--yes"]);
                }
            });
        }
        let ended = consoles.into_iter().map(thread::ScopedJoinHandle::join);
        ended.map(|told| told.expect("ended")).sum()
    });
    // Each change has its event, by whoever was told that it is done.
    let toggled = "(SELECT id FROM api_keys WHERE name = 'toggled')";
    let done = |actor: &str, kind: EventKind| {
        let number = kind.number();
        let count = format!(
            "SELECT count(*) FROM events WHERE actor = '{actor}' AND number = {number} AND target_id <> {toggled}"
        );
        site.sql(&count).parse::<usize>().expect("a number")
    };
    for user in &users {
        for (kind, times) in [
            (EventKind::ApiKeyCreated, 1),
            (EventKind::ApiKeyLockedOut, 1),
            (EventKind::ApiKeyUnlocked, 1),
            (EventKind::ApiKeyUpdated, 2),
        ] {
            assert_eq!(done(user, kind), times * ROUNDS, "{user}: {kind:?}");
        }
        let own = format!(
            "SELECT count(*) FROM api_keys WHERE name LIKE '{user}-%' AND description = 'by {user}' AND delivered
                 AND NOT locked_out"
        );
        assert_eq!(site.sql(&own), ROUNDS.to_string(), "{user}");
    }
    let by_commands =
        "SELECT count(*) FROM api_keys WHERE name LIKE 'c%-%' AND owner = 'ops' AND locked_out";
    assert_eq!(site.sql(by_commands), (2 * 3 * ROUNDS).to_string());
    // Whoever took away what somebody else had written was told of it first.
    let bodies =
        "SELECT string_agg(body::text, E'\\n' ORDER BY sequence) FROM events WHERE number = 658
        AND target_name = 'shared'";
    assert_eq!(taken_away(&site.sql(bodies)), told);
    // A key is locked that was not, and unlocked that was.
    let twice = format!(
        "SELECT count(*) FROM (SELECT number, lag(number) OVER (ORDER BY sequence) AS before FROM events
             WHERE target_id = {toggled} AND number IN (673, 674)) AS two WHERE number = before"
    );
    assert_eq!(site.sql(&twice), "0");
    site.check();
}

#[test]
fn of_two_on_two_hosts_who_change_the_same_the_second_is_told_and_loses_nothing() {
    let Some(site) = Site::new(2) else { return };
    let mut first = site.console(0, "u0");
    let mut second = site.console(1, "u1");
    for (console, words) in [
        (&mut first, "from the first"),
        (&mut second, "from the other"),
    ] {
        find(console, "shared");
        describe(console, "shared", words);
    }
    assert_eq!(save(&mut first, "shared"), 0);
    second.send(F2).says("merge.title");
    second.see("u0   from the first").see("You  from the other");
    // What was typed is there still, beside what it became meanwhile.
    second.send("\x1b");
    second.wait_for("the form", |screen| {
        !is_on(&screen.contents(), Text::en_us(), "merge.title", &[])
    });
    second.see("from the other").see("u0 has changed this to");
    assert_eq!(save(&mut second, "shared"), 1);
    let description = "SELECT description FROM api_keys WHERE name = 'shared'";
    assert_eq!(site.sql(description), "from the other");
    first.quits();
    second.quits();
    site.check();
}
