//! What is told on standard error: one JSON object a line. Nothing waits for whoever reads it: lines that it does not
//! take in time are dropped and counted. No line holds a secret, a path or a query.

use std::collections::HashMap;
use std::io::{self, Write};
use std::mem;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use serde::Serialize;

use crate::clock::Clock;
use crate::domain::id::KeyId;
use crate::domain::time::SECOND;
use crate::export::{json, utc};

/// How often what happens again and again is told.
const EVERY: Duration = Duration::from_secs(1);
/// How many lines may wait to be written.
const LINES: usize = 1_024;
/// How many things may be counted at a time that happen again and again.
const COUNTED: usize = 4_096;

/// The way to the log.
#[derive(Clone)]
pub struct Log {
    clock: Arc<dyn Clock>,
    lines: SyncSender<Message>,
    counted: Arc<Mutex<HashMap<Repeated, u64>>>,
    dropped: Arc<AtomicU64>,
}

enum Message {
    Line(String),
    /// This is the last line; whoever waits hears that it was written.
    End(String, SyncSender<()>),
}

/// What happens again and again, and is told once a second with how often it was.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Repeated {
    /// A request was not let through, for this reason.
    Refused(Option<KeyId>, &'static str),
    /// There was no verdict: too many hashes were wanted at a time.
    Busy,
    /// There was no verdict; the sentence says why.
    Trouble(String),
}

/// A line: when, what, and the facts.
#[derive(Serialize)]
struct Line<'a, F: Serialize> {
    time: String,
    event: &'a str,
    #[serde(flatten)]
    facts: F,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Counted<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    key_id: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'a str>,
    count: u64,
}

impl Log {
    /// Begins a log on a thread of its own.
    ///
    /// # Errors
    /// The operating system gave no thread.
    pub fn start(clock: Arc<dyn Clock>, out: impl Write + Send + 'static) -> io::Result<Log> {
        let (lines, written) = sync_channel(LINES);
        let log = Log {
            clock,
            lines,
            counted: Arc::default(),
            dropped: Arc::default(),
        };
        let writer = log.clone();
        let thread = thread::Builder::new().name("log".to_owned());
        thread.spawn(move || writer.write(&written, out))?;
        Ok(log)
    }

    /// Tells that something has happened.
    pub fn tell(&self, event: &str, facts: impl Serialize) {
        let line = self.line(event, facts);
        if self.lines.try_send(Message::Line(line)).is_err() {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Counts something that happens again and again.
    pub fn count(&self, what: Repeated) {
        let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        if counted.len() < COUNTED || counted.contains_key(&what) {
            *counted.entry(what).or_default() += 1;
        } else {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// How many lines were not written.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }

    /// Tells what happens last, behind what is left, if that can be done in a second.
    pub fn end(&self, event: &str, facts: impl Serialize) {
        let (done, wait) = sync_channel(1);
        let line = self.line(event, facts);
        if self.lines.try_send(Message::End(line, done)).is_ok() {
            let _ = wait.recv_timeout(EVERY);
        }
    }

    fn line(&self, event: &str, facts: impl Serialize) -> String {
        let time = utc(self.clock.now());
        json::line(&Line { time, event, facts }) + "\n"
    }

    fn write(&self, lines: &Receiver<Message>, mut out: impl Write) {
        let mut last = self.clock.uptime();
        loop {
            let (line, end) = match lines.recv_timeout(EVERY) {
                Ok(Message::Line(line)) => (Some(line), None),
                Ok(Message::End(line, done)) => (Some(line), Some(done)),
                Err(RecvTimeoutError::Timeout) => (None, None),
                Err(RecvTimeoutError::Disconnected) => return,
            };
            let now = self.clock.uptime();
            let mut text = String::new();
            if line.is_none() || end.is_some() || now.since(last) >= SECOND {
                last = now;
                text = self.coalesced();
            }
            text += &line.unwrap_or_default();
            // Nobody could be told that nothing can be told.
            let _ = out.write_all(text.as_bytes());
            if let Some(done) = end {
                let _ = done.try_send(());
            }
        }
    }

    /// The lines of what has happened again and again.
    fn coalesced(&self) -> String {
        let counted = mem::take(&mut *self.counted.lock().unwrap_or_else(PoisonError::into_inner));
        let line = |(what, count): (&Repeated, &u64)| {
            let (event, key_id, reason, message) = match what {
                Repeated::Refused(key, reason) => {
                    ("refused", key.map(|key| key.0), Some(*reason), None)
                }
                Repeated::Busy => ("busy", None, None, None),
                Repeated::Trouble(words) => ("trouble", None, None, Some(words.as_str())),
            };
            let facts = Counted {
                key_id,
                reason,
                message,
                count: *count,
            };
            self.line(event, facts)
        };
        counted.iter().map(line).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SystemClock;

    /// What was written, for whoever looks.
    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl Write for Written {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let mut written = self.0.lock().expect("written");
            written.extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn what_happens_again_and_again_is_one_line_with_how_often() {
        let written = Written::default();
        let log = Log::start(Arc::new(SystemClock), written.clone()).expect("started");
        log.tell("ready", serde_json::json!({ "auth": ["unix:a"] }));
        for _ in 0..3 {
            log.count(Repeated::Refused(Some(KeyId(7)), "locked-out"));
        }
        log.count(Repeated::Refused(None, "forged"));
        log.end("ended", ());
        let written = written.0.lock().expect("written").clone();
        let text = String::from_utf8(written).expect("UTF-8");
        let mut facts: Vec<serde_json::Value> = Vec::new();
        for line in text.lines() {
            let mut line: serde_json::Value = serde_json::from_str(line).expect("JSON");
            let time = line.as_object_mut().expect("an object").remove("time");
            assert!(time.expect("a time").is_string());
            facts.push(line);
        }
        for expected in [
            serde_json::json!({ "event": "ready", "auth": ["unix:a"] }),
            serde_json::json!({ "event": "refused", "keyId": 7, "reason": "locked-out", "count": 3 }),
            serde_json::json!({ "event": "refused", "reason": "forged", "count": 1 }),
        ] {
            assert!(facts.contains(&expected), "{text}");
        }
        assert_eq!(facts.len(), 4, "{text}");
        let last = facts.pop().expect("a line");
        assert_eq!(last, serde_json::json!({ "event": "ended" }));
    }

    /// Takes nothing, ever.
    struct Stuck(Receiver<()>);

    impl Write for Stuck {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let _ = self.0.recv();
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_reader_that_takes_nothing_holds_nobody_up() {
        let (free, stuck) = sync_channel(0);
        let log = Log::start(Arc::new(SystemClock), Stuck(stuck)).expect("started");
        for _ in 0..LINES + 10 {
            log.tell("access", ());
        }
        assert!(log.dropped() > 0);
        drop(free);
    }
}
