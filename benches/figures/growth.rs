//! How the figures grow with the number of keys.

use std::fs;
use std::time::Duration;

use keyward::auth::hash::Cost;
use keyward::domain::list::{KeyRow, Listed};

use super::floor::beside_echo;
use super::harness::{QUIET, Times, megabytes, mib, now, press, row, settle, shown, table};
use super::home::{Home, SELECTED, leave};
use super::support::database::{as_made, draft};
use super::support::pty::Pty;
use super::verdicts::Run;

const ROUNDS: usize = 9;
const PRESSES: usize = 9;
const FIRST: &str = "g";
const LAST: &str = "G";
const DOWN: &str = "j";
const PAGE_DOWN: &str = "\x1b[6~";
/// Sorts by the next column.
const NEXT_COLUMN: &str = "o";
const ESCAPE: &str = "\x1b";
/// The name of a key that no other is like, in two parts.
const NEEDLE: [&str; 2] = ["zyxwv", "u"];
/// What many names have.
const MANY: &str = "a";

/// What is measured at one size, in the order of the table.
#[derive(Default)]
struct Column(Vec<(&'static str, String)>);

impl Column {
    fn add(&mut self, figure: &'static str, value: impl Into<String>) {
        self.0.push((figure, value.into()));
    }

    fn time(&mut self, figure: &'static str, time: Duration) {
        self.add(figure, shown(time));
    }
}

pub fn report(program: &str, sizes: &[u32]) {
    let columns: Vec<Column> = sizes.iter().map(|keys| at(program, *keys)).collect();
    let Some(first) = columns.first() else { return };
    let names = sizes.iter().map(|keys| format!("{} keys", grouped(*keys)));
    let heads: Vec<String> = ["Milliseconds".to_owned()]
        .into_iter()
        .chain(names)
        .collect();
    let heads: Vec<&str> = heads.iter().map(String::as_str).collect();
    table("Growth", &heads);
    for (index, (figure, _)) in first.0.iter().enumerate() {
        let values = columns.iter().map(|column| column.0[index].1.as_str());
        let cells: Vec<&str> = [*figure].into_iter().chain(values).collect();
        row(&cells);
    }
}

/// With commas.
fn grouped(number: u32) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

fn at(program: &str, keys: u32) -> Column {
    let mut column = Column::default();
    let (home, took) = Home::make(program, keys);
    column.add(
        "`demo --keys`: seconds",
        format!("{:.1}", took.as_secs_f64()),
    );
    let size = fs::metadata(home.database()).expect("a file").len();
    column.add("File, MB", megabytes(size));
    let [echo, open] = beside_echo(&home, ROUNDS, &|| ());
    column.add("Exec to the first rows", format!("{:.1}", open.half));
    let more = open.half - echo.half;
    column.add("the same, more than `/bin/echo`", format!("{more:.1}"));
    writing(&home, &mut column);
    moving(&home, &mut column);
    sorting(&home, &mut column);
    filtering(&home, &mut column);
    column
}

/// Creating a key, which another process does, and judging its secret.
fn writing(home: &Home, column: &mut Column) {
    let (mut service, actor) = as_made(&home.database(), Cost::REAL);
    let mut secret = None;
    let times = (0..PRESSES).map(|number| {
        let name = match number {
            0 => NEEDLE.concat(),
            number => format!("new-{number}"),
        };
        let start = now();
        let issued = service.create_key(&actor, &draft(&name)).expect("created");
        let delivered = service.deliver(&actor, issued.id, None);
        delivered.expect("delivered");
        let took = start.elapsed();
        secret = Some(issued.secret);
        took
    });
    let created = Times::of(times.collect::<Vec<_>>());
    column.add(
        "Creating a key, its hash included",
        format!("{:.1}", created.half),
    );
    drop((service, actor));
    let secret = secret.expect("a secret");
    let verify = Run::verify(home, "valid", secret.expose(), 0);
    let all: Vec<_> = (0..PRESSES).map(|_| verify.go()).collect();
    let processor = Times::of(all.iter().map(|one| one.processor));
    let elapsed = Times::of(all.iter().map(|one| one.elapsed));
    column.add(
        "`keyward verify`, processor",
        format!("{:.1}", processor.half),
    );
    column.add("`keyward verify`, elapsed", format!("{:.1}", elapsed.half));
}

/// Until the last byte of what half of so many presses come to.
fn each(console: &mut Pty, key: &str, times: usize) -> Duration {
    let mut all: Vec<_> = (0..times).map(|_| press(console, key).last).collect();
    all.sort_unstable();
    all[all.len() / 2]
}

fn moving(home: &Home, column: &mut Column) {
    let mut console = home.settled();
    each(&mut console, DOWN, 24);
    column.time("Cursor down at the edge", each(&mut console, DOWN, PRESSES));
    column.time("Page Down", each(&mut console, PAGE_DOWN, PRESSES));
    let (mut last, mut first) = (Vec::new(), Vec::new());
    for _ in 0..PRESSES {
        last.push(press(&mut console, LAST).last);
        first.push(press(&mut console, FIRST).last);
    }
    for (figure, times) in [("To the last row", last), ("To the first row", first)] {
        column.add(figure, format!("{:.1}", Times::of(times).half));
    }
    column.add("Memory, most, MiB", mib(&console, "status", "VmHWM:"));
    leave(console);
}

/// By each column in turn: the slowest tells.
fn sorting(home: &Home, column: &mut Column) {
    let mut console = home.settled();
    let times = KeyRow::SORTS
        .iter()
        .map(|_| press(&mut console, NEXT_COLUMN).last);
    let slowest = times.max().unwrap_or_default();
    column.time("Sorting, the slowest column", slowest);
    leave(console);
}

fn filtering(home: &Home, column: &mut Column) {
    let mut console = home.settled();
    for (figure, all) in [
        (
            "The first filter, for one row: the row",
            "The first filter: its exact count",
        ),
        (
            "Another filter, for one row: the row",
            "Another filter: its exact count",
        ),
    ] {
        press(&mut console, "/");
        let (since, before) = (now(), console.bytes().len());
        console.send(NEEDLE[0]);
        console.see(&format!("{SELECTED}{}", NEEDLE[0]));
        column.time(figure, since.elapsed());
        let counted = settle(&console, since, before, QUIET);
        column.time(all, counted.last);
        // The row that was selected stays so.
        press(&mut console, ESCAPE);
        press(&mut console, FIRST);
        console.wait_for("the first row", |screen| {
            !screen.contents().contains(NEEDLE[0])
        });
    }
    press(&mut console, "/");
    press(&mut console, NEEDLE[0]);
    let next = press(&mut console, NEEDLE[1]);
    column.time("One more letter of it: its exact count", next.last);
    press(&mut console, ESCAPE);
    press(&mut console, "/");
    let many = press(&mut console, MANY);
    column.time("A filter for many rows: their exact count", many.last);
    let memory = mib(&console, "status", "VmHWM:");
    column.add("Memory after filters, most, MiB", memory);
}
