//! What one start costs: a verdict of `keyward verify`, and the console's first frame. `cargo bench --bench start` prints
//! each figure beside its goal; `-- PATH` opens that database, too. Everything is measured in turns and in the same way, so
//! that what else the machine does falls on all of it. Nothing fails here.
#![expect(clippy::print_stdout, reason = "a report")]

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use keyward::auth::hash::{Cost, Hasher};
use keyward::config::Config;
use keyward::domain::user::Arrival;
use keyward::service::Service;
use keyward::store::Place;
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeVal;
use rand::SeedableRng;
use rand::rngs::StdRng;
use tempfile::TempDir;

#[path = "../tests/support"]
mod support {
    #![allow(dead_code, reason = "a part of what the tests use")]
    pub mod database;
    pub mod pty;
    pub mod sentence;
}

use support::database::{CHEAP, NOW, SetClock, draft, service_for};
use support::pty::{Pty, Start};

const ROUNDS: usize = 40;
const KEYS: usize = 1_000;
const KEYWARD: &str = env!("CARGO_BIN_EXE_keyward");
/// The hash alone, in C, as Debian's package argon2 has it.
const IN_C: &str = "/usr/bin/argon2";
const TRUE: &str = "/bin/true";
const ECHO: &str = "/bin/echo";

fn main() {
    let home = of_keys();
    verdicts(&home);
    let goal = "at most 5 ms more than /bin/echo";
    frames(("First frame, 1,000 keys", goal), &home, &[], &|| ());
    let killed = Killed::after_writing(&home);
    let left = (
        "  where 4 MB of log are left",
        "at most 10 ms more than that",
    );
    frames(left, &home, &[], &|| killed.put_back(&home));
    let args: Vec<String> = std::env::args().skip(1).collect();
    if let Some(path) = args.iter().find(|arg| !arg.starts_with('-')) {
        let figure = format!("First frame, {path}");
        frames((&figure, goal), &home, &["--db", path], &|| ());
    }
}

/// What several ways of doing something took, by turns.
struct Turns<T> {
    ways: Vec<(&'static str, T, Vec<Spent>)>,
}

/// What one way took once.
#[derive(Clone, Copy)]
struct Spent {
    /// User and system time.
    processor: Duration,
    elapsed: Duration,
    /// Until the first line was there; a use is noted after that.
    answered: Duration,
}

impl<T> Turns<T> {
    fn new(ways: impl IntoIterator<Item = (&'static str, T)>) -> Turns<T> {
        let ways = ways.into_iter().map(|(name, way)| (name, way, Vec::new()));
        Turns {
            ways: ways.collect(),
        }
    }

    fn go(mut self, mut take: impl FnMut(&T) -> Spent) -> Turns<T> {
        for _ in 0..ROUNDS {
            for (_, way, spent) in &mut self.ways {
                spent.push(take(way));
            }
        }
        self
    }

    /// The least and the median, in ms.
    fn of(&self, name: &str, what: fn(&Spent) -> Duration) -> Option<(f64, f64)> {
        let (_, _, spent) = self.ways.iter().find(|(way, ..)| *way == name)?;
        let mut times: Vec<f64> = spent.iter().map(|one| ms(what(one))).collect();
        times.sort_unstable_by(f64::total_cmp);
        Some((times[0], times[times.len() / 2]))
    }

    /// The same, and how much more it is than another way's.
    fn beside(&self, name: &str, other: &str, what: fn(&Spent) -> Duration) -> String {
        let [all, nothing] = [name, other].map(|name| self.of(name, what).expect("measured"));
        let more = (all.0 - nothing.0, all.1 - nothing.1);
        format!("{}; +{:.2}, +{:.2}", told(all), more.0, more.1)
    }
}

fn told((least, half): (f64, f64)) -> String {
    format!("least {least:.2} ms, median {half:.2} ms")
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

fn tell(figure: &str, value: &str, goal: &str) {
    println!("{figure:<44} {value:<44} {goal}");
}

#[expect(clippy::disallowed_methods, reason = "measures the real program")]
fn timed(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

/// User and system time that the processor has spent so far.
fn processor(who: UsageWho) -> Duration {
    let usage = getrusage(who).expect("times");
    let micros = |time: TimeVal| time.tv_sec() * 1_000_000 + time.tv_usec();
    let spent = micros(usage.user_time()) + micros(usage.system_time());
    Duration::from_micros(spent.unsigned_abs())
}

fn spent(who: UsageWho, work: impl FnOnce()) -> Spent {
    let before = processor(who);
    let elapsed = timed(work);
    let processor = processor(who).saturating_sub(before);
    Spent {
        processor,
        elapsed,
        answered: elapsed,
    }
}

/// One program, what it is given, and whether it says yes to that.
struct Run {
    program: &'static str,
    args: Vec<String>,
    input: String,
    code: i32,
}

impl Run {
    fn go(&self) -> Spent {
        let mut command = Command::new(self.program);
        command.args(&self.args).env_clear().stdout(Stdio::piped());
        command.stdin(Stdio::piped());
        let mut answered = Duration::ZERO;
        let spent = spent(UsageWho::RUSAGE_CHILDREN, || {
            let mut child = None;
            answered = timed(|| {
                let mut started = command.spawn().expect("started");
                let mut input = started.stdin.take().expect("piped");
                // A program that reads nothing may be gone.
                let _ = input.write_all(self.input.as_bytes());
                drop(input);
                let mut line = String::new();
                let out = started.stdout.take().expect("piped");
                BufReader::new(out).read_line(&mut line).expect("read");
                child = Some(started);
            });
            let status = child.expect("started").wait().expect("ended");
            assert_eq!(status.code(), Some(self.code), "{}", self.program);
        });
        Spent { answered, ..spent }
    }
}

/// A home with a database whose keys have secrets that were stored.
fn of_keys() -> TempDir {
    let home = tempfile::tempdir().expect("directory");
    let (mut service, actor) = service(&home, CHEAP);
    for number in 0..KEYS {
        let issued = service.create_key(&actor, &draft(&name(number)));
        let issued = issued.expect("created");
        service.deliver(&actor, issued.id, None).expect("delivered");
    }
    home
}

fn name(number: usize) -> String {
    format!("{number:06} key")
}

fn database(home: &TempDir) -> PathBuf {
    home.path().join("data/keyward/keyward.db")
}

fn service(home: &TempDir, cost: Cost) -> (Service, keyward::domain::user::Actor) {
    let path = database(home);
    fs::create_dir_all(path.parent().expect("a directory")).expect("made");
    let account = Config::read().account;
    let (clock, hasher) = (Arc::new(SetClock::new(NOW)), Hasher::new(cost));
    let mut service = service_for(&Place::File(path), &account, &clock, &hasher, 1);
    let actor = service.sign_in(&account.name, &Arrival::default());
    (service, actor.expect("the first user"))
}

/// What is measured: verdicts of each kind, a program that does nothing, and the hash alone in C where that is installed.
fn runs(home: &TempDir) -> (Vec<(&'static str, Run)>, String) {
    let (mut service, actor) = service(home, Cost::REAL);
    let mut given = |name: &str| {
        let issued = service.create_key(&actor, &draft(name)).expect("created");
        service.deliver(&actor, issued.id, None).expect("delivered");
        (issued.key, issued.secret.expose().to_owned())
    };
    let (_, valid) = given("valid");
    let (key, locked) = given("locked");
    service.lock_out_key(&actor, key, "").expect("locked");
    drop(service);
    let (_, body) = valid.split_once(':').expect("a secret");
    let forged = format!("7:{body}");
    let run = |program, args: &[&str], text: &str, code| {
        let args = args.iter().map(|arg| (*arg).to_owned()).collect();
        let input = String::from(text);
        Run {
            program,
            args,
            input,
            code,
        }
    };
    let database = database(home).display().to_string();
    let verify = |text, code| run(KEYWARD, &["verify", "--db", &database], text, code);
    let mut runs = vec![
        ("valid", verify(&valid, 0)),
        ("forged", verify(&forged, 1)),
        ("locked", verify(&locked, 1)),
        (TRUE, run(TRUE, &[], "", 0)),
    ];
    if Path::new(IN_C).exists() {
        let Cost {
            memory_kib,
            passes,
            lanes,
        } = Cost::REAL;
        let args = format!("0123456789abcdef -id -t {passes} -k {memory_kib} -p {lanes} -l 32 -r");
        let args: Vec<&str> = args.split_whitespace().collect();
        runs.push((IN_C, run(IN_C, &args, "a secret", 0)));
    }
    (runs, valid)
}

/// The processor time of a verdict, beside that of the hash alone with the same parameters; and of a refusal, beside that of
/// a program that does nothing.
fn verdicts(home: &TempDir) {
    let (runs, secret) = runs(home);
    let turns = Turns::new(runs).go(Run::go);
    let in_c = turns.of(IN_C, |one| one.processor);
    let valid = turns.of("valid", |one| one.processor);
    let valid = valid.expect("measured");
    tell("Verify, valid: user and system time", &told(valid), "");
    for (name, hash) in [
        ("argon2 in C", in_c),
        ("the hash alone", Some(alone(&secret))),
    ] {
        let ratio = match hash {
            Some(hash) => {
                let times = (valid.0 / hash.0, valid.1 / hash.1);
                format!("{}; times {:.2}, {:.2}", told(hash), times.0, times.1)
            }
            None => format!("skipped: there is no {IN_C}"),
        };
        tell(&format!("  {name}"), &ratio, "at most 1.25 times");
    }
    let goal = "at most 3 ms more than /bin/true";
    for name in ["forged", "locked"] {
        let figure = format!("Verify, {name}: user and system time");
        let processor = turns.beside(name, TRUE, |one| one.processor);
        tell(&figure, &processor, goal);
        let answered = turns.beside(name, TRUE, |one| one.answered);
        tell("  until it is answered", &answered, goal);
    }
}

/// The hash alone, in this process, in memory that is taken and wiped each time.
fn alone(secret: &str) -> (f64, f64) {
    let hasher = Hasher::new(Cost::REAL);
    let turns = Turns::new([("alone", ())]).go(|()| {
        let mut random = StdRng::seed_from_u64(1);
        spent(UsageWho::RUSAGE_SELF, || {
            hasher.hash(secret.as_bytes(), &mut random).expect("hashed");
        })
    });
    turns.of("alone", |one| one.processor).expect("measured")
}

/// What a console leaves behind that is killed before its log is moved into the database.
struct Killed {
    database: Vec<u8>,
    log: Vec<u8>,
}

impl Killed {
    /// Changes keys until the log is as long as it gets.
    fn after_writing(home: &TempDir) -> Killed {
        let (mut service, actor) = service(home, CHEAP);
        let path = database(home);
        let log = beside(&path);
        for number in 0.. {
            service
                .create_key(&actor, &draft(&format!("late {number}")))
                .expect("created");
            if fs::metadata(&log).expect("a log").len() > 4_000_000 {
                break;
            }
        }
        let (database, log) = (fs::read(&path).expect("read"), fs::read(log).expect("read"));
        Killed { database, log }
    }

    /// The log is the newer one, as it is where nobody has moved it.
    fn put_back(&self, home: &TempDir) {
        let path = database(home);
        fs::write(&path, &self.database).expect("written");
        let written = fs::metadata(&path).expect("there");
        let written = (written.ctime(), written.ctime_nsec());
        // The clock of files goes in steps.
        loop {
            fs::write(beside(&path), &self.log).expect("written");
            let log = fs::metadata(beside(&path)).expect("there");
            if (log.mtime(), log.mtime_nsec()) > written {
                break;
            }
        }
    }
}

fn beside(path: &Path) -> PathBuf {
    path.with_extension("db-wal")
}

/// From exec to the first row on the screen, beside a program that prints a word.
fn frames((figure, goal): (&str, &str), home: &TempDir, args: &[&str], before: &dyn Fn()) {
    let console = |home: &TempDir| {
        let console = Start::new(home.path(), args).go();
        console.see(if args.is_empty() { "000000 key" } else { "> " });
        console
    };
    let echo = |home: &TempDir| {
        let word = Start {
            program: ECHO,
            ..Start::new(home.path(), &["word"])
        }
        .go();
        word.see("word");
        word
    };
    let turns = Turns::new([("echo", true), ("console", false)]).go(|is_echo| {
        let mut left: Option<Pty> = None;
        if !is_echo {
            before();
        }
        let started = if *is_echo {
            &echo as &dyn Fn(&TempDir) -> Pty
        } else {
            &console
        };
        let elapsed = timed(|| left = Some(started(home)));
        if let Some(mut console) = left.filter(|_| !is_echo) {
            console.send("q");
            console.end();
        }
        Spent {
            processor: Duration::ZERO,
            elapsed,
            answered: elapsed,
        }
    });
    let value = turns.beside("console", "echo", |one| one.elapsed);
    tell(figure, &value, goal);
}
