//! Keyward and programs that show lists in a terminal, too, one after the other on the same pseudo terminal and with
//! comparable data.

use std::ffi::OsStr;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use super::data::{Processes, data};
use super::floor::echo;
use super::harness::{
    QUIET, Reaction, STARTED, Times, by_turns, half, mib, now, press, row, run_time, settle, table,
};
use super::home::Home;
use super::support::pty::{Pty, Start};

const ROUNDS: usize = 9;
/// So many presses go down within the first screen of each program.
const DOWNS: usize = 8;
/// So many lead beyond the last row at 80x24, whatever is above and below the rows.
const TO_THE_EDGE: usize = 34;
const PAGES: usize = 5;
const IDLE: Duration = Duration::from_secs(5);
const PATH: &str = "/usr/local/bin:/usr/bin:/bin";

/// A program, and its keys.
struct Program {
    name: &'static str,
    file: String,
    args: &'static [&'static str],
    down: &'static str,
    page: &'static str,
    /// It has a cursor, which goes down before the rows move.
    has_cursor: bool,
}

/// Each with what it shows: the same 1,000 names as files, as commits, and as lines.
#[rustfmt::skip]
fn peers() -> [Program; 5] {
    let program = |name, args, down, page, has_cursor| {
        let file = format!("/usr/bin/{name}");
        Program { name, file, args, down, page, has_cursor }
    };
    [
        program("mc", &["-u", "files", "files"], "\x1bOB", "\x1b[6~", true),
        program("nnn", &["files"], "j", "\x1b[6~", true),
        program("htop", &[], "\x1bOB", "\x1b[6~", true),
        program("tig", &[], "j", " ", true),
        program("less", &["lines"], "j", " ", false),
    ]
}

/// What was measured of one program, medians.
struct Measured {
    name: &'static str,
    start: Times,
    processor: Times,
    first: usize,
    down: Option<(usize, f64)>,
    edge: (usize, f64),
    page: (usize, f64),
    idle: usize,
    memory: [String; 2],
}

pub fn report(home: &Home) {
    let place = data();
    let _processes = Processes::start();
    let mut programs = vec![Program {
        name: "keyward",
        file: home.program.clone(),
        args: &[],
        down: "j",
        page: "\x1b[6~",
        has_cursor: true,
    }];
    println!();
    for peer in peers() {
        if Path::new(&peer.file).exists() {
            println!("{}: {}", peer.name, version(&peer));
            programs.push(peer);
        } else {
            println!("Skipped: {} ({} is not installed).", peer.name, peer.file);
        }
    }
    let start = |program: &Program| started(program, home, place.path());
    // The last one is `/bin/echo`.
    let turns: Vec<Option<&Program>> = programs.iter().map(Some).chain([None]).collect();
    let mut starts = by_turns(ROUNDS, &turns, |program| {
        let Some(program) = program else {
            let (bytes, last) = (0, echo(place.path()));
            return (Reaction { bytes, last }, Duration::ZERO);
        };
        start(program).1
    });
    let echo = starts.pop().unwrap_or_default();
    let echo = Times::of(echo.iter().map(|(word, _)| word.last));
    let measured = programs.iter().zip(starts).map(|(program, starts)| {
        let console = start(program).0;
        measure(program, console, &starts)
    });
    let measured: Vec<Measured> = measured.collect();
    tell(&measured, echo);
}

/// Starts a program, and waits until its first screen is whole: what came, and what the processor did for it.
fn started(program: &Program, home: &Home, place: &Path) -> (Pty, (Reaction, Duration)) {
    let home = if program.name == "keyward" {
        home.path()
    } else {
        place
    };
    let since = now();
    let console = Start {
        program: &program.file,
        variables: &[("PATH", OsStr::new(PATH))],
        ..Start::new(home, program.args)
    }
    .go();
    console.wait_for("a screen", |screen| !screen.contents().trim().is_empty());
    let reaction = settle(&console, since, 0, STARTED);
    let ran = run_time(&console);
    (console, (reaction, ran))
}

fn measure(program: &Program, mut console: Pty, starts: &[(Reaction, Duration)]) -> Measured {
    let each = |console: &mut Pty, key: &str, times: usize| {
        let all: Vec<_> = (0..times).map(|_| press(console, key)).collect();
        let times = Times::of(all.iter().map(|one| one.last));
        (half(all.iter().map(|one| one.bytes)), times.half)
    };
    let down = each(&mut console, program.down, DOWNS);
    each(&mut console, program.down, TO_THE_EDGE);
    let edge = each(&mut console, program.down, 2 * DOWNS);
    let page = each(&mut console, program.page, PAGES);
    settle(&console, now(), 0, QUIET);
    let (before, start) = (console.bytes().len(), now());
    while start.elapsed() < IDLE {
        console.bytes_while_idle(IDLE.saturating_sub(start.elapsed()));
    }
    Measured {
        name: program.name,
        start: Times::of(starts.iter().map(|(start, _)| start.last)),
        processor: Times::of(starts.iter().map(|(_, ran)| *ran)),
        first: half(starts.iter().map(|(start, _)| start.bytes)),
        down: program.has_cursor.then_some(down),
        edge,
        page,
        idle: console.bytes().len() - before,
        memory: [
            mib(&console, "status", "VmHWM:"),
            mib(&console, "smaps_rollup", "Pss:"),
        ],
    }
}

fn tell(measured: &[Measured], echo: Times) {
    let columns = [
        "Bytes at 80x24",
        "First screen",
        "Cursor down",
        "At the edge",
        "Page Down",
        "Idle, 5 s",
    ];
    table("Beside other programs: what is written", &columns);
    for one in measured {
        let down = one.down.map_or("-".to_owned(), |down| down.0.to_string());
        row(&[
            one.name.to_owned(),
            one.first.to_string(),
            down,
            one.edge.0.to_string(),
            one.page.0.to_string(),
            one.idle.to_string(),
        ]);
    }
    let columns = [
        "Medians",
        "Start, ms",
        "Start, processor, ms",
        "Cursor down, ms",
        "At the edge, ms",
        "Page Down, ms",
        "Memory, most, MiB",
        "Its own share, MiB",
    ];
    table("Beside other programs: time and memory", &columns);
    let none = "-".to_owned();
    let cell = |ms: f64| format!("{ms:.2}");
    for one in measured {
        row(&[
            one.name.to_owned(),
            cell(one.start.half),
            cell(one.processor.half),
            one.down.map_or(none.clone(), |down| cell(down.1)),
            cell(one.edge.1),
            cell(one.page.1),
            one.memory[0].clone(),
            one.memory[1].clone(),
        ]);
    }
    println!("\n`/bin/echo`, to its word: {:.2} ms.", echo.half);
    let Some((keyward, others)) = measured.split_first() else {
        return;
    };
    let columns = [
        "Keyward's part of",
        "Start",
        "First screen",
        "Cursor down",
        "At the edge",
        "Page Down",
        "Memory",
    ];
    table("Keyward as a multiple of the others", &columns);
    let times = |own: f64, others: f64| format!("{:.2}", own / others);
    let number = |bytes: usize| f64::from(u32::try_from(bytes).unwrap_or(u32::MAX));
    let bytes = |own: usize, others: usize| times(number(own), number(others));
    let memory = |one: &Measured| one.memory[1].parse().unwrap_or(f64::NAN);
    for one in others {
        let down = keyward.down.zip(one.down);
        row(&[
            one.name.to_owned(),
            times(keyward.start.half, one.start.half),
            bytes(keyward.first, one.first),
            down.map_or(none.clone(), |(own, other)| bytes(own.0, other.0)),
            bytes(keyward.edge.0, one.edge.0),
            bytes(keyward.page.0, one.page.0),
            times(memory(keyward), memory(one)),
        ]);
    }
}

/// What a program says of its version.
fn version(program: &Program) -> String {
    let option = if program.name == "nnn" {
        "-V"
    } else {
        "--version"
    };
    let told = Command::new(&program.file).arg(option).output();
    let told = told.map(|told| String::from_utf8_lossy(&told.stdout).into_owned());
    let told = told.unwrap_or_default();
    told.lines().next().unwrap_or("?").to_owned()
}
