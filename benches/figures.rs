//! The figures that Keyward promises, measured on the real program in a pseudo terminal:
//! `cargo bench --bench figures`. Each is printed with its goal beside it. Nothing fails here: times depend on the
//! machine, and on what else it does.
#![expect(clippy::print_stdout, reason = "a report")]

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use keyward::auth::hash::{Cost, Hasher};
use keyward::config::Config;
use keyward::domain::api_key::ApiKeyFields;
use keyward::domain::id::AUDITOR;
use keyward::domain::locale::Locale;
use keyward::domain::trouble::Fault;
use keyward::domain::user::Arrival;
use keyward::store::{Place, Store, api_keys};
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
use support::pty::{Pty, Sighup, Start};

const STARTS: usize = 30;
const PRESSES: usize = 200;
const QUEUED: usize = 500;
const VERDICTS: usize = 30;
const IDLE: Duration = Duration::from_secs(10);
/// One byte, where each press is waited for: a terminal may hand over the three of an arrow in two parts.
const DOWN: &str = "j";
const ARROW: &str = "\x1b[B";
const F2: &str = "\x1bOQ";

fn main() {
    let thousand = of_1_000_keys();
    first_frame("Exec to first row, 1,000 keys", &thousand);
    keys(&thousand);
    idle(&thousand);
    memory(&thousand);
    hang_up(&thousand);
    let binary = fs::metadata(env!("CARGO_BIN_EXE_keyward")).expect("binary");
    tell(
        "Binary",
        &format!("{} bytes", binary.len()),
        "under 9,000,000",
    );
    verify();
    let many = of_100_000_keys();
    first_frame("Exec to first row, 100,000 keys", &many);
    large_list(&many);
}

fn tell(figure: &str, value: &str, goal: &str) {
    println!("{figure:<46} {value:<34} {goal}");
}

fn ms(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1_000.0)
}

/// The time that most of the measured ones do not exceed.
fn percentile(times: &mut [Duration], percent: usize) -> String {
    times.sort_unstable();
    ms(times[(times.len() * percent / 100).min(times.len() - 1)])
}

#[expect(clippy::disallowed_methods, reason = "measures the real program")]
fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    let done = work();
    (done, start.elapsed())
}

/// In order by number, and with little in common.
fn name(number: usize) -> String {
    const WORDS: [&str; 7] = [
        "deploy",
        "grafana-reader",
        "backup",
        "Reporting EU",
        "監査ログ",
        "ci",
        "siem-forwarder",
    ];
    format!("{number:06} {}", WORDS[number * 5 % WORDS.len()])
}

fn place(home: &TempDir) -> Place {
    let directory = home.path().join("data/keyward");
    fs::create_dir_all(&directory).expect("made");
    Place::File(directory.join("keyward.db"))
}

/// Made as an administrator makes them: each has a secret that was stored.
fn of_1_000_keys() -> TempDir {
    let home = tempfile::tempdir().expect("directory");
    let account = Config::read().account;
    let (clock, hasher) = (Arc::new(SetClock::new(NOW)), Hasher::new(CHEAP));
    let mut service = service_for(&place(&home), &account, &clock, &hasher, 1);
    let actor = service
        .sign_in(&account.name, &Arrival::default())
        .expect("the first user");
    for number in 0..1_000 {
        let issued = service.create_key(&actor, &draft(&name(number)));
        let issued = issued.expect("created");
        service.deliver(&actor, issued.id, None).expect("delivered");
    }
    home
}

/// Made in one transaction, without secrets and events: the list does not read them.
fn of_100_000_keys() -> TempDir {
    let home = tempfile::tempdir().expect("directory");
    let account = Config::read().account;
    let mut store = Store::create_or_open(&place(&home), &account, NOW, &mut |_| Ok(()));
    let store = store.as_mut().expect("made");
    let all = store.write(|tx| {
        for number in 0..100_000 {
            let fields = ApiKeyFields {
                name: name(number),
                owner: String::new(),
                description: format!("Used by job {number}"),
                role: AUDITOR,
                locale: Locale::EnUs,
                zone: chrono_tz::UTC,
                expiry: None,
                addresses: String::new(),
                rate: None,
                locked_out: None,
            };
            let id = api_keys::reserve(tx)?;
            api_keys::insert(tx, id, &fields, &account.name, NOW)?;
        }
        Ok::<(), Fault>(())
    });
    all.expect("stored");
    home
}

fn start(home: &TempDir) -> Pty {
    let console = Start::new(home.path(), &[]).go();
    console.see(&name(0));
    console
}

/// With everything shown that is going to be shown by itself.
fn settled(home: &TempDir) -> Pty {
    let console = start(home);
    console.see(" shown");
    console
}

fn selects(console: &Pty, number: usize) {
    console.see(&format!("> {}", name(number)));
}

fn first_frame(figure: &str, home: &TempDir) {
    start(home);
    let mut times: Vec<_> = (0..STARTS).map(|_| timed(|| start(home)).1).collect();
    let half = percentile(&mut times, 50);
    let value = format!("median {half}, p95 {}", percentile(&mut times, 95));
    tell(figure, &value, "under 15 ms");
}

fn keys(home: &TempDir) {
    let mut console = settled(home);
    let mut times = Vec::new();
    for number in 1..=PRESSES {
        let press = timed(|| {
            console.send(DOWN);
            selects(&console, number);
        });
        times.push(press.1);
    }
    let half = percentile(&mut times, 50);
    let value = format!("p50 {half}, p95 {}", percentile(&mut times, 95));
    tell("Key to output", &value, "p95 under 5 ms");

    let before = console.bytes().len();
    console.send(&ARROW.repeat(QUEUED));
    while console.bytes_while_idle(Duration::from_millis(500)) > 0 {}
    let written = console.bytes().len() - before;
    selects(&console, PRESSES + QUEUED);
    let value = format!("{written} bytes");
    tell("500 queued arrows", &value, "at most 3,000 bytes");
}

/// Nanoseconds that all threads have run so far. The times in `/proc/PID/stat` are in steps of 10 ms, which is the
/// whole of what is allowed.
fn run_time(console: &Pty) -> u64 {
    let tasks = Path::new("/proc")
        .join(console.pid().to_string())
        .join("task");
    let tasks = fs::read_dir(tasks).expect("threads");
    let times = tasks.map(|task| {
        let file = task.expect("thread").path().join("schedstat");
        let times = fs::read_to_string(file).expect("times");
        let time = times.split_whitespace().next().expect("time");
        time.parse::<u64>().expect("number")
    });
    times.sum()
}

fn idle(home: &TempDir) {
    let console = settled(home);
    console.bytes_while_idle(Duration::from_secs(2));
    let ran = run_time(&console);
    let (bytes, time) = timed(|| console.bytes_while_idle(IDLE));
    let ran = Duration::from_nanos(run_time(&console) - ran);
    let share = ran.as_secs_f64() / time.as_secs_f64() * 100.0;
    let seconds = time.as_secs();
    tell(
        &format!("Idle for {seconds} s: written"),
        &format!("{bytes} bytes"),
        "0 bytes",
    );
    let value = format!("{share:.3} % of a core");
    tell(&format!("Idle for {seconds} s: run"), &value, "under 0.1 %");
}

fn resident(console: &Pty) -> String {
    let status = console.proc("status");
    let kib = |field: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(field));
        let kib = line.and_then(|line| line.trim().strip_suffix(" kB"));
        kib.expect("memory").parse::<f64>().expect("number") / 1_024.0
    };
    format!("{:.1} MiB, anonymous {:.1}", kib("VmRSS:"), kib("RssAnon:"))
}

fn memory(home: &TempDir) {
    let mut console = settled(home);
    let goal = "under 20 MB (19.1 MiB)";
    tell("Memory on the list", &resident(&console), goal);
    for number in 0..3 {
        console.send("n");
        console.see("New API Key");
        console.send(&format!("made-{number}{F2}"));
        console.see("Secret key value");
        // The answer is drawn after the dialog's first frame, before which keys are dropped.
        console.send("\x03");
        console.see("Two ways to close this");
        console.send("x\r");
        console.see("Discard the secret?");
        console.send("y");
        console.see("was discarded");
    }
    tell(
        "Memory on the list after 3 new secrets",
        &resident(&console),
        goal,
    );
}

fn hang_up(home: &TempDir) {
    for (sighup, figure) in [
        (Sighup::Sent, "Hang-up to end, SIGHUP default"),
        (Sighup::Ignored, "Hang-up to end, SIGHUP ignored"),
    ] {
        let mut console = Start {
            sighup,
            ..Start::new(home.path(), &[])
        }
        .go();
        console.see(" shown");
        let time = timed(|| {
            console.hang_up();
            console.end()
        });
        tell(figure, &ms(time.1), "under 100 ms");
    }
}

/// What a verdict costs the processor, and what the hash alone does.
fn verify() {
    let home = tempfile::tempdir().expect("directory");
    let place = place(&home);
    let account = Config::read().account;
    let (clock, hasher) = (Arc::new(SetClock::new(NOW)), Hasher::new(Cost::REAL));
    let mut service = service_for(&place, &account, &clock, &hasher, 1);
    let actor = service
        .sign_in(&account.name, &Arrival::default())
        .expect("the first user");
    let issued = service.create_key(&actor, &draft("a")).expect("created");
    service.deliver(&actor, issued.id, None).expect("delivered");
    drop(service);
    let Place::File(database) = place else {
        return;
    };
    let mut whole: Vec<_> = (0..VERDICTS)
        .map(|_| {
            let before = processor_time(UsageWho::RUSAGE_CHILDREN);
            assert_cmd::Command::new(env!("CARGO_BIN_EXE_keyward"))
                .env_clear()
                .args(["verify", "--db"])
                .arg(&database)
                .write_stdin(issued.secret.expose())
                .assert()
                .success();
            processor_time(UsageWho::RUSAGE_CHILDREN).saturating_sub(before)
        })
        .collect();
    let mut random = StdRng::seed_from_u64(1);
    let secret = issued.secret.expose().as_bytes();
    let mut alone: Vec<_> = (0..VERDICTS)
        .map(|_| {
            let before = processor_time(UsageWho::RUSAGE_SELF);
            hasher.hash(secret, &mut random).expect("hashed");
            processor_time(UsageWho::RUSAGE_SELF).saturating_sub(before)
        })
        .collect();
    let value = format!("median {}", percentile(&mut whole, 50));
    tell("Verify: user and system time", &value, "");
    let value = format!("median {}", percentile(&mut alone, 50));
    tell(
        "The hash alone: user and system time",
        &value,
        "over two thirds of that",
    );
}

/// User and system time that the processor has spent so far.
fn processor_time(who: UsageWho) -> Duration {
    let usage = getrusage(who).expect("times");
    let micros = |time: TimeVal| time.tv_sec() * 1_000_000 + time.tv_usec();
    let spent = micros(usage.user_time()) + micros(usage.system_time());
    Duration::from_micros(spent.unsigned_abs())
}

fn large_list(home: &TempDir) {
    let mut console = settled(home);
    let mut figure = |figure: &str, keys: &str, shows: &str| {
        let press = timed(|| {
            console.send(keys);
            console.see(shows);
        });
        tell(figure, &ms(press.1), "");
    };
    figure(
        "100,000 keys: to the last",
        "G",
        &format!("> {}", name(99_999)),
    );
    figure("100,000 keys: to the first", "g", &format!("> {}", name(0)));
    figure("100,000 keys: a filter without a hit", "/zqx", "No matches");
}
