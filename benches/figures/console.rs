//! The console's own figures with 1,000 keys, each beside its goal.

use std::fs;
use std::time::Duration;

use keyward::domain::list::KeyRow;

use super::harness::{QUIET, STARTED, Times};
use super::harness::{
    Reaction, half, megabytes, mib, now, press, row, run_time, settle, shown, table,
};
use super::home::{Home, SELECTED};
use super::support::database::everything;
use super::support::pty::{Pty, Sighup, Start};

const PRESSES: usize = 40;
const QUEUED: usize = 500;
const IDLE: Duration = Duration::from_secs(10);
/// Longer than it takes until what another process did is on the screen.
const REFRESHED: Duration = Duration::from_secs(5);
/// One byte, where each press is waited for: a terminal may hand over the three of an arrow in two parts.
const DOWN: &str = "j";
const ARROW: &str = "\x1b[B";
const PAGE_DOWN: &str = "\x1b[6~";
const F2: &str = "\x1bOQ";
/// The rows of a list at 80x24 are fewer.
const ROWS: usize = 24;

pub fn report(home: &Home) {
    table(
        "The console at 80x24, 1,000 keys",
        &["Figure", "Value", "Goal"],
    );
    written(home);
    latency(home);
    idle(home);
    memory(home);
    hang_up(home);
    let program = fs::metadata(&home.program).expect("a program");
    let size = format!("{} MB", megabytes(program.len()));
    tell("Program file", &size, "9 MB");
}

fn tell(figure: &str, value: &str, goal: &str) {
    row(&[figure, value, goal]);
}

fn bytes(figure: &str, bytes: usize, most: &str) {
    tell(figure, &format!("{bytes} bytes"), &format!("{most} bytes"));
}

/// What half of so many presses write at most.
fn each(console: &mut Pty, key: &str, times: usize) -> usize {
    half((0..times).map(|_| press(console, key).bytes))
}

/// What the keys write.
fn written(home: &Home) {
    let start = now();
    let mut console = home.start();
    let first = settle(&console, start, 0, STARTED);
    bytes("First frame, with its counts", first.bytes, "2,500");
    bytes("Cursor down", each(&mut console, DOWN, 8), "220");
    bytes("Page Down", each(&mut console, PAGE_DOWN, 5), "1,600");
    each(&mut console, DOWN, ROWS);
    bytes(
        "Cursor down at the edge",
        each(&mut console, DOWN, 8),
        "300",
    );
    let properties = press(&mut console, "\r").bytes;
    bytes("Opening Properties", properties, "1,300");
    press(&mut console, "\t");
    bytes("A typed character", each(&mut console, "x", 8), "8");
    drop(console);

    let mut console = home.settled();
    let (since, before) = (now(), console.bytes().len());
    console.send(&ARROW.repeat(QUEUED));
    let queued = settle(&console, since, before, QUIET);
    bytes("500 queued arrows", queued.bytes, "3,000");
    drop(console);

    let console = home.settled();
    let (mut service, actor) = home.beside();
    let rows = service.window::<KeyRow>(&actor, &everything());
    let rows = rows.expect("read").rows;
    let key = rows[2].id();
    let (since, before) = (now(), console.bytes().len());
    service.lock_out_key(&actor, key, "").expect("locked");
    console.bytes_while_idle(REFRESHED);
    let refresh = settle(&console, since, before, Duration::from_secs(1));
    service.unlock_key(&actor, key).expect("unlocked");
    bytes("Refresh, one row changed", refresh.bytes, "200");
}

/// From a key to what it writes.
fn latency(home: &Home) {
    let mut console = home.settled();
    let mut reactions: Vec<Reaction> = Vec::new();
    for _ in 0..PRESSES {
        reactions.push(press(&mut console, DOWN));
    }
    let times = Times::of(reactions.iter().map(|one| one.last));
    let value = format!("least {:.2} ms, median {:.2} ms", times.least, times.half);
    tell("Key to the last byte of its frame", &value, "under 5 ms");
}

fn idle(home: &Home) {
    let console = home.settled();
    console.bytes_while_idle(Duration::from_secs(2));
    let (ran, start) = (run_time(&console), now());
    let bytes = console.bytes_while_idle(IDLE);
    let ran = run_time(&console).saturating_sub(ran).as_secs_f64();
    let share = ran / start.elapsed().as_secs_f64() * 100.0;
    let value = format!("{bytes} bytes, {share:.3} % of a core");
    tell("Idle for 10 s", &value, "0 bytes, under 0.1 %");
}

fn memory(home: &Home) {
    let mut console = home.settled();
    let told = |console: &Pty| {
        let [peak, now] = ["VmHWM:", "VmRSS:"].map(|field| mib(console, "status", field));
        let own = mib(console, "smaps_rollup", "Pss:");
        format!("{now} MiB, at most {peak}; {own} of its own")
    };
    let goal = "under 19.1 MiB";
    tell("Memory", &told(&console), goal);
    for number in 0..3 {
        console.send("n").see("New API Key");
        console.send(&format!("made-{number}{F2}"));
        console.see("Secret key value");
        // The answer is drawn after the dialog's first frame, before which keys are dropped.
        console.send("\x03").see("Two ways to close this");
        console.send("x\r").see("Discard the secret?");
        console.send("y").see("was discarded");
    }
    tell("Memory after 3 new secrets", &told(&console), goal);
}

fn hang_up(home: &Home) {
    for (sighup, figure) in [
        (Sighup::Sent, "Hang-up to end, SIGHUP default"),
        (Sighup::Ignored, "Hang-up to end, SIGHUP ignored"),
    ] {
        let mut console = Start {
            program: &home.program,
            sighup,
            ..Start::new(home.path(), &[])
        }
        .go();
        console.see(SELECTED);
        settle(&console, now(), 0, QUIET);
        let start = now();
        console.hang_up().end();
        let took = start.elapsed();
        tell(figure, &format!("{} ms", shown(took)), "under 100 ms");
    }
}
