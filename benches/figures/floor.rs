//! From exec to the first rows, beside a program that prints a word on the same pseudo terminal.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::Duration;

use keyward::auth::hash::Cost;

use super::harness::{Times, by_turns, now, row, table};
use super::home::{Home, leave};
use super::support::database::{as_made, draft};
use super::support::pty::Start;

const ROUNDS: usize = 30;
pub const ECHO: &str = "/bin/echo";
/// About as much as a log gets before it is moved into the database.
const LOG: u64 = 4_000_000;

pub fn report(home: &Home) {
    let title = "Exec to the first rows, beside `/bin/echo`";
    let columns = [
        "1,000 keys",
        "Least, ms",
        "Median, ms",
        "More than echo",
        "Goal",
    ];
    table(title, &columns);
    compare("in the quiet", home, "at most 5", &|| ());
    let killed = Killed::after_writing(home);
    compare(
        "after a kill, with a log of 4 MB",
        home,
        "at most 10 more",
        &|| killed.put_back(),
    );
    killed.put_back();
    leave(home.start());
}

/// The time to the first rows of the database, and one line of the table for it.
pub fn compare(what: &str, home: &Home, goal: &str, before: &dyn Fn()) {
    let [echo, console] = beside_echo(home, ROUNDS, before);
    row(&[
        what.to_owned(),
        format!("{:.2}", console.least),
        format!("{:.2}", console.half),
        format!(
            "{:.2}, {:.2}",
            console.least - echo.least,
            console.half - echo.half
        ),
        goal.to_owned(),
    ]);
}

/// What a word of `/bin/echo` and the first rows of a console took, by turns.
pub fn beside_echo(home: &Home, rounds: usize, before: &dyn Fn()) -> [Times; 2] {
    let took = by_turns(rounds, &[true, false], |is_echo| {
        if *is_echo {
            return echo(home.path());
        }
        before();
        let start = now();
        let console = home.start();
        let took = start.elapsed();
        leave(console);
        took
    });
    [&took[0], &took[1]].map(|times| Times::of(times.iter().copied()))
}

/// From exec to the word.
pub fn echo(home: &Path) -> Duration {
    let start = now();
    let word = Start {
        program: ECHO,
        ..Start::new(home, &["word"])
    };
    let word = word.go();
    word.see("word");
    // Before it is waited for.
    start.elapsed()
}

/// What a console leaves behind that is killed before its log is moved into the database.
struct Killed(Vec<(PathBuf, Vec<u8>)>);

impl Killed {
    /// Makes keys until the log is as long as it gets, and takes the files as they are then.
    fn after_writing(home: &Home) -> Killed {
        let database = home.database();
        let log = database.with_extension("db-wal");
        let (mut service, actor) = as_made(&database, Cost::REAL);
        let mut number = 0;
        while fs::metadata(&log).map_or(0, |log| log.len()) < LOG {
            number += 1;
            let draft = draft(&format!("late {number}"));
            service.create_key(&actor, &draft).expect("created");
        }
        let files = [database, log].map(|path| {
            let bytes = fs::read(&path).expect("read");
            (path, bytes)
        });
        Killed(files.into())
    }

    fn put_back(&self) {
        for (path, bytes) in &self.0 {
            fs::write(path, bytes).expect("written");
            // The log was written last. The two may have been made within one tick of the file system's clock.
            let file = File::options().write(true).open(path).expect("opened");
            let written = file.metadata().and_then(|facts| facts.modified());
            let late = written.expect("a time") + Duration::from_millis(20);
            file.set_modified(late).expect("set");
        }
    }
}
