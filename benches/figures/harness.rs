//! Watches what a program in a pseudo terminal writes, and what it takes of the machine.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeVal;

use super::support::pty::Pty;

/// How long nothing may be written by a program that has done what a key asked for, and by one that has started.
pub const QUIET: Duration = Duration::from_millis(60);
pub const STARTED: Duration = Duration::from_millis(200);

#[expect(clippy::disallowed_methods, reason = "measures the real program")]
pub fn now() -> Instant {
    Instant::now()
}

/// What came of a key or a start.
#[derive(Clone, Copy, Debug)]
pub struct Reaction {
    pub bytes: usize,
    /// When the last of them came.
    pub last: Duration,
}

/// Waits until nothing has been written for this long while every thread slept: what came since then, when so many bytes had
/// been written.
pub fn settle(console: &Pty, since: Instant, before: usize, quiet: Duration) -> Reaction {
    let (mut written, mut last) = (before, Duration::ZERO);
    loop {
        let now = console.bytes().len();
        if now > written {
            last = since.elapsed();
            written = now;
        }
        let rests = console.bytes_while_idle(quiet) == 0 && console.bytes().len() == written;
        if rests && sleeps(console) {
            let bytes = written - before;
            return Reaction { bytes, last };
        }
    }
}

/// Types, and waits until all that comes of it is written.
pub fn press(console: &mut Pty, keys: &str) -> Reaction {
    let (since, before) = (now(), console.bytes().len());
    console.send(keys);
    settle(console, since, before, QUIET)
}

/// What is told of each thread of a process; nothing of one that has ended.
fn threads(console: &Pty, file: &str) -> Vec<String> {
    let tasks = Path::new("/proc").join(console.pid().to_string());
    let Ok(tasks) = fs::read_dir(tasks.join("task")) else {
        return Vec::new();
    };
    let files = tasks.flatten().map(|task| task.path().join(file));
    files.flat_map(fs::read_to_string).collect()
}

/// Whether no thread has anything to do.
fn sleeps(console: &Pty) -> bool {
    threads(console, "stat").iter().all(|stat| {
        let state = stat.rsplit_once(") ").map(|(_, rest)| &rest[..1]);
        !matches!(state, Some("R" | "D"))
    })
}

/// How long all threads have run so far. The times in `/proc/PID/stat` are in steps of 10 ms.
pub fn run_time(console: &Pty) -> Duration {
    let times = threads(console, "schedstat");
    let times = times.iter().map(|times| {
        let time = times.split_whitespace().next().expect("a time");
        time.parse::<u64>().expect("a number")
    });
    Duration::from_nanos(times.sum())
}

/// A figure in KiB of what the kernel tells of a process, in MiB.
pub fn mib(console: &Pty, file: &str, field: &str) -> String {
    let told = fs::read_to_string(format!("/proc/{}/{file}", console.pid())).unwrap_or_default();
    let line = told.lines().find_map(|line| line.strip_prefix(field));
    let kib = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<f64>().ok());
    kib.map_or_else(|| "?".to_owned(), |kib| format!("{:.1}", kib / 1_024.0))
}

/// What something took.
#[derive(Clone, Copy, Debug, Default)]
pub struct Spent {
    /// User and system time.
    pub processor: Duration,
    pub elapsed: Duration,
}

/// Does something, and tells what it took: this process, or its children that end meanwhile.
pub fn spent(who: UsageWho, work: impl FnOnce()) -> Spent {
    let (before, start) = (processor(who), now());
    work();
    let elapsed = start.elapsed();
    let processor = processor(who).saturating_sub(before);
    Spent { processor, elapsed }
}

fn processor(who: UsageWho) -> Duration {
    let usage = getrusage(who).expect("times");
    let micros = |time: TimeVal| time.tv_sec() * 1_000_000 + time.tv_usec();
    let spent = micros(usage.user_time()) + micros(usage.system_time());
    Duration::from_micros(spent.unsigned_abs())
}

/// Several ways of doing something by turns, so that what else the machine does falls on all of them: what each took.
pub fn by_turns<T, S>(rounds: usize, ways: &[T], take: impl Fn(&T) -> S) -> Vec<Vec<S>> {
    let mut taken: Vec<Vec<S>> = ways.iter().map(|_| Vec::new()).collect();
    for _ in 0..rounds {
        for (way, taken) in ways.iter().zip(&mut taken) {
            taken.push(take(way));
        }
    }
    taken
}

/// The least, and what half of them do not exceed.
#[derive(Clone, Copy, Debug)]
pub struct Times {
    pub least: f64,
    pub half: f64,
}

impl Times {
    /// In milliseconds.
    pub fn of(times: impl IntoIterator<Item = Duration>) -> Times {
        let mut times: Vec<f64> = times.into_iter().map(ms).collect();
        times.sort_unstable_by(f64::total_cmp);
        Times {
            least: times[0],
            half: times[times.len() / 2],
        }
    }
}

pub fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

/// In milliseconds, as a cell of a table.
pub fn shown(time: Duration) -> String {
    format!("{:.1}", ms(time))
}

/// A number of bytes in MB, as a cell of a table.
pub fn megabytes(bytes: u64) -> String {
    let tenths = (bytes + 50_000) / 100_000;
    format!("{}.{}", tenths / 10, tenths % 10)
}

/// What half of these numbers do not exceed.
pub fn half(numbers: impl IntoIterator<Item = usize>) -> usize {
    let mut numbers: Vec<usize> = numbers.into_iter().collect();
    numbers.sort_unstable();
    numbers[numbers.len() / 2]
}

/// Begins a table, in the form that a page has it.
pub fn table(title: &str, columns: &[&str]) {
    println!("\n## {title}\n");
    row(columns);
    let rule: Vec<&str> = columns.iter().map(|_| "---").collect();
    row(&rule);
}

pub fn row(cells: &[impl AsRef<str>]) {
    let cells: Vec<&str> = cells.iter().map(AsRef::as_ref).collect();
    println!("| {} |", cells.join(" | "));
}
