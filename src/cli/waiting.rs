//! Whoever waits for a large database is told what it takes.

use std::fmt::Display;
use std::io::{self, IsTerminal, Write};
use std::mem::discriminant;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use crate::cli::tell;
use crate::clock::{Clock, SystemClock};
use crate::domain::time::SECOND;
use crate::store::waiting::{Work, tell_with};
use crate::text::Text;

/// How often it is told for how long something has been going on.
const TICK: Duration = Duration::from_secs(1);

/// Has it told from here on, until [`end`].
pub(super) fn begin(text: Text) {
    let is_seen = io::stderr().is_terminal();
    let line: Mutex<Option<Sender<Work>>> = Mutex::new(None);
    tell_with(Some(Arc::new(move |work| {
        let said = match work {
            Work::Checking { bytes } => {
                let megabytes = bytes / 1_000_000;
                text.fill("cli.checking", &[("megabytes", &megabytes)])
            }
            Work::Checked => text.say("cli.checked").to_owned(),
            work if is_seen => {
                let mut line = line.lock().unwrap_or_else(PoisonError::into_inner);
                let line = line.get_or_insert_with(|| draw(text));
                // Where there are no threads any more, nobody is told.
                let _ = line.send(work);
                return;
            }
            _ => return,
        };
        tell(&said);
    })));
}

/// Has nothing told any more.
pub(super) fn end() {
    tell_with(None);
}

/// Draws on a line of the terminal what goes on for more than a second; on a thread, which ends with who sends it.
fn draw(text: Text) -> Sender<Work> {
    let (send, works) = channel();
    let thread = thread::Builder::new().name("waiting".to_owned());
    let _ = thread.spawn(move || draw_all(text, &works));
    send
}

fn draw_all(text: Text, works: &Receiver<Work>) {
    let clock = SystemClock;
    let (mut now, mut began, mut drawn) = (Work::Over, clock.uptime(), clock.uptime());
    loop {
        match works.recv_timeout(TICK) {
            Err(RecvTimeoutError::Disconnected) => return,
            Err(RecvTimeoutError::Timeout) => {}
            Ok(work) => {
                if discriminant(&work) != discriminant(&now) {
                    if drawn > began {
                        let _ = write!(io::stderr(), "\r\x1b[K");
                    }
                    began = clock.uptime();
                    drawn = began;
                }
                now = work;
            }
        }
        let uptime = clock.uptime();
        if now != Work::Over && uptime.since(drawn) >= SECOND {
            drawn = uptime;
            let seconds = uptime.since(began) / SECOND;
            let _ = write!(io::stderr(), "\r{}\x1b[K", words(text, now, seconds));
        }
    }
}

fn words(text: Text, work: Work, seconds: i64) -> String {
    let (name, numbers): (&'static str, &[(&str, &dyn Display)]) = match &work {
        Work::Copying { percent } => ("cli.copying", &[("percent", percent)]),
        Work::Updating { version, known } => (
            "cli.updating_step",
            &[
                ("version", version),
                ("known", known),
                ("seconds", &seconds),
            ],
        ),
        _ => ("cli.checking_copy", &[("seconds", &seconds)]),
    };
    text.fill(name, numbers)
}
