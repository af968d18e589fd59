//! The thread that writes to the terminal, so that a terminal that takes nothing holds nobody up: not the countdown,
//! not the sign-out, not what is being saved.
//!
//! It takes what is to be written only when the terminal is ready for some of it. Until then a frame can be taken back, and
//! the next one comes in its place. While one is on its way no other is drawn: the next one shows what is true when the
//! terminal has taken this one.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use zeroize::Zeroizing;

use crate::clock::{Clock, SystemClock};
use crate::domain::time::Uptime;
use crate::ui::terminal::leave;
use crate::ui::terminal::wiped::Wiped;
use crate::ui::terminal::{FRAME, MOUSE_OFF, MOUSE_ON};

/// Hands over what is to be written.
pub struct Pen(Arc<Shared>);

struct Shared {
    waiting: Mutex<Waiting>,
    /// Something is to be written.
    filled: Condvar,
    /// What was taken is written.
    written: Condvar,
    /// The number of the last frame that the terminal has taken.
    seen: Arc<AtomicU64>,
}

/// What has been written to the terminal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Meter {
    /// Bytes of the last frame that was written.
    pub frame: usize,
    /// Bytes of everything since the start.
    pub total: usize,
    /// Milliseconds from the last key that led to a frame to when the terminal had taken that one.
    pub took: Option<i64>,
}

/// What is to be written next, in this order. Of each there is one: a newer one takes its place.
#[derive(Default)]
struct Waiting {
    /// The terminal is to be made what the console needs.
    entry: bool,
    /// The terminal is to report the mouse, or not any more.
    mouse: Option<bool>,
    /// A text for its clipboard, as it is sent.
    copy: Option<Zeroizing<Vec<u8>>>,
    /// A frame; it may hold a secret.
    frame: Wiped,
    /// The number of that frame, or of the next one.
    number: u64,
    /// How many frames have been drawn.
    drawn: u64,
    /// A frame was taken back, and the one in its place is being drawn.
    replacing: bool,
    /// What was taken is being written.
    writing: bool,
    /// When the key was pressed that the next frame shows the effect of.
    since: Option<Uptime>,
    meter: Meter,
    /// Called once, when all is written.
    wake: Option<Box<dyn FnOnce() + Send>>,
    failed: Option<io::Error>,
}

impl Waiting {
    fn is_empty(&self) -> bool {
        !self.entry && self.mouse.is_none() && self.copy.is_none() && self.frame.bytes().is_empty()
    }

    /// Moves everything that is to be written to `bytes`, in order.
    fn take(&mut self, bytes: &mut Wiped) -> io::Result<()> {
        if std::mem::take(&mut self.entry) {
            bytes.extend(&leave::entry()?);
        }
        if let Some(on) = self.mouse.take() {
            bytes.extend(if on { MOUSE_ON } else { MOUSE_OFF });
        }
        if let Some(copy) = self.copy.take() {
            bytes.extend(&copy);
        }
        bytes.extend(self.frame.bytes());
        self.frame.clear();
        Ok(())
    }
}

impl Pen {
    /// Starts the thread, which writes to `out` when this terminal is ready.
    pub fn start(terminal: File, out: impl Write + Send + 'static) -> io::Result<Pen> {
        let pen = Pen(Arc::new(Shared {
            waiting: Mutex::default(),
            filled: Condvar::new(),
            written: Condvar::new(),
            seen: Arc::default(),
        }));
        let shared = Arc::clone(&pen.0);
        thread::Builder::new()
            .name("output".to_owned())
            .spawn(move || shared.write_on(&terminal, out))?;
        Ok(pen)
    }

    /// Has the terminal made what the console needs.
    pub fn enter(&self) {
        self.0.fill(|waiting| waiting.entry = true);
    }

    /// Has the terminal report the mouse, or not any more.
    pub fn report_mouse(&self, on: bool) {
        self.0.fill(|waiting| waiting.mouse = Some(on));
    }

    /// Sends a sequence with a text for the terminal's clipboard.
    pub fn copy(&self, sequence: Zeroizing<Vec<u8>>) {
        self.0.fill(|waiting| waiting.copy = Some(sequence));
    }

    /// Takes back a frame and a text for the clipboard that the terminal has not begun to take, and wipes them.
    pub fn take_back(&self) {
        let mut waiting = self.0.waiting();
        waiting.frame.clear();
        waiting.copy = None;
    }

    /// Notes that the frame of this number comes next, and when the first key was pressed that it shows the effect of. It
    /// comes in the place of one that waits; says whether there was one.
    pub fn begin(&self, number: u64, since: Option<Uptime>) -> bool {
        let mut waiting = self.0.waiting();
        let replacing = !waiting.frame.bytes().is_empty();
        waiting.frame.clear();
        waiting.number = number;
        let earlier = waiting.since.filter(|_| replacing || waiting.replacing);
        waiting.since = earlier.or(since);
        waiting.replacing |= replacing;
        replacing
    }

    /// What has been written so far.
    pub fn meter(&self) -> Meter {
        self.0.waiting().meter
    }

    /// Notes how many frames have been drawn; the last one is on its way, unless it was like the one before it.
    pub fn drawn(&self, number: u64) {
        let mut waiting = self.0.waiting();
        waiting.drawn = number;
        waiting.replacing = false;
        self.0.tell_seen(&waiting);
    }

    /// How many frames the terminal has taken.
    pub fn seen(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.0.seen)
    }

    /// Whether a frame may be drawn: the last one is written, or nothing of it. If not, `wake` is called when it is.
    ///
    /// # Errors
    /// The terminal refused what was written before.
    pub fn is_free(&self, wake: impl FnOnce() + Send + 'static) -> io::Result<bool> {
        let mut waiting = self.0.waiting();
        if let Some(error) = waiting.failed.take() {
            return Err(error);
        }
        let free = !waiting.writing;
        waiting.wake = (!free).then(|| Box::new(wake) as _);
        Ok(free)
    }

    /// Waits until all is written, at most so long.
    pub fn settle(&self, limit: Duration) {
        let waiting = self.0.waiting();
        let settled = self
            .0
            .written
            .wait_timeout_while(waiting, limit, |waiting| {
                waiting.writing || !waiting.is_empty()
            });
        drop(settled);
    }
}

/// Takes a frame, in one piece or several.
impl Write for Pen {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.fill(|waiting| waiting.frame.extend(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Shared {
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn fill(&self, with: impl FnOnce(&mut Waiting)) {
        with(&mut self.waiting());
        self.filled.notify_one();
    }

    /// Where nothing is on its way any more, the last frame that was drawn has been seen.
    fn tell_seen(&self, waiting: &Waiting) {
        let is_shown = !waiting.writing && waiting.frame.bytes().is_empty();
        if is_shown && !waiting.replacing {
            self.seen.fetch_max(waiting.drawn, Ordering::SeqCst);
        }
    }

    /// Writes for as long as the console has the terminal.
    fn write_on(&self, terminal: &File, mut out: impl Write) {
        let mut bytes = Wiped::with_capacity(FRAME);
        loop {
            let waiting = self.filled.wait_while(self.waiting(), |w| w.is_empty());
            drop(waiting);
            wait_until_ready(terminal);
            let mut waiting = self.waiting();
            let frame = waiting.frame.bytes().len();
            let number = (frame > 0).then_some(waiting.number);
            let since = waiting.since;
            let taken = waiting.take(&mut bytes);
            waiting.writing = !bytes.bytes().is_empty();
            drop(waiting);
            let written = taken.and_then(|()| out.write_all(bytes.bytes()));
            if let (Ok(()), Some(number)) = (&written, number) {
                // At once: whoever sees it may press a key.
                self.seen.fetch_max(number, Ordering::SeqCst);
            }
            let count = bytes.bytes().len();
            bytes.clear();
            let failed = written.is_err();
            let mut waiting = self.waiting();
            waiting.writing = false;
            waiting.meter.total += count;
            if frame > 0 {
                waiting.meter.frame = frame;
                let took = since.map(|at| SystemClock.uptime().since(at));
                waiting.meter.took = took.or(waiting.meter.took);
            }
            waiting.failed = written.err();
            self.tell_seen(&waiting);
            let wake = waiting.wake.take();
            drop(waiting);
            self.written.notify_all();
            if let Some(wake) = wake {
                wake();
            }
            if failed {
                return;
            }
        }
    }
}

/// Waits until the terminal takes something, or is gone. What it can take at once is not known: the write may wait yet.
fn wait_until_ready(terminal: &File) {
    loop {
        let mut watched = [PollFd::new(terminal.as_fd(), PollFlags::POLLOUT)];
        if poll(&mut watched, PollTimeout::NONE) != Err(Errno::EINTR) {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::sync::mpsc::channel;

    use nix::pty::openpty;
    use nix::sys::termios::{FlowArg, SetArg, cfmakeraw, tcflow, tcgetattr, tcsetattr};

    use super::*;

    /// A pen, its terminal that takes nothing yet, and what shows what is written to it.
    fn stopped() -> (Pen, File, File) {
        let pair = openpty(None, None).expect("a terminal");
        let mut modes = tcgetattr(&pair.slave).expect("modes");
        cfmakeraw(&mut modes);
        tcsetattr(&pair.slave, SetArg::TCSANOW, &modes).expect("raw");
        tcflow(&pair.slave, FlowArg::TCOOFF).expect("stopped");
        let terminal = File::from(pair.slave);
        let [ready, out] = [(); 2].map(|()| terminal.try_clone().expect("another"));
        let pen = Pen::start(ready, out).expect("started");
        (pen, terminal, File::from(pair.master))
    }

    #[track_caller]
    fn expect_written(terminal: &File, shows: &mut File, expected: &[u8]) {
        tcflow(terminal, FlowArg::TCOON).expect("goes on");
        let mut written = vec![0; expected.len()];
        shows.read_exact(&mut written).expect("written");
        assert_eq!(
            String::from_utf8_lossy(&written),
            String::from_utf8_lossy(expected)
        );
    }

    #[test]
    fn nobody_waits_for_a_terminal_that_takes_nothing_and_what_is_taken_back_it_never_sees() {
        let (mut pen, terminal, mut shows) = stopped();
        pen.write_all(b"7:secret").expect("handed over");
        pen.copy(Zeroizing::new(b"NzpzZWNyZXQ".to_vec()));
        pen.take_back();
        pen.write_all(b"the list").expect("handed over");
        expect_written(&terminal, &mut shows, b"the list");
    }

    #[test]
    fn of_what_is_written_between_two_frames_the_newest_counts_and_comes_first() {
        let (mut pen, terminal, mut shows) = stopped();
        pen.write_all(b"a frame").expect("handed over");
        for text in [b"first.", b"second"] {
            pen.copy(Zeroizing::new(text.to_vec()));
        }
        for on in [true, false, true] {
            pen.report_mouse(on);
        }
        let all = [MOUSE_ON, b"second", b"a frame"].concat();
        expect_written(&terminal, &mut shows, &all);
    }

    #[test]
    fn of_frames_that_a_terminal_does_not_take_it_gets_the_newest_alone() {
        let (mut pen, terminal, mut shows) = stopped();
        for number in 1..4 {
            assert!(pen.is_free(|| ()).expect("well"), "to be replaced");
            let replaces = pen.begin(number, Some(Uptime(0)));
            assert_eq!(replaces, number > 1);
            let frame = format!("frame {number}");
            pen.write_all(frame.as_bytes()).expect("handed over");
            pen.drawn(number);
            assert_eq!(pen.seen().load(Ordering::SeqCst), 0);
        }
        expect_written(&terminal, &mut shows, b"frame 3");
        pen.settle(Duration::from_secs(20));
        assert_eq!(pen.seen().load(Ordering::SeqCst), 3);
        assert_eq!(pen.meter().total, 7);
    }

    #[test]
    fn a_frame_is_seen_when_the_terminal_has_taken_it_and_then_the_next_is_drawn() {
        let (mut pen, terminal, mut shows) = stopped();
        let (free, waits) = channel();
        assert!(pen.is_free(|| ()).expect("well"));
        pen.begin(1, Some(Uptime(0)));
        // More than a terminal takes at once, so that the writing waits where it is.
        let long = vec![b'1'; 200_000];
        pen.write_all(&long).expect("handed over");
        pen.drawn(1);
        assert_eq!(pen.seen().load(Ordering::SeqCst), 0);
        tcflow(&terminal, FlowArg::TCOON).expect("goes on");
        shows.read_exact(&mut [0; 1]).expect("begun");
        let wake = move || free.send(()).expect("waits");
        assert!(!pen.is_free(wake).expect("well"));
        expect_written(&terminal, &mut shows, &long[1..]);
        waits.recv().expect("woken");
        assert_eq!(pen.seen().load(Ordering::SeqCst), 1);
        let meter = pen.meter();
        assert_eq!((meter.frame, meter.total), (long.len(), long.len()));
        assert!(meter.took.is_some());
        assert!(pen.is_free(|| ()).expect("well"));
        // A frame like the one before it is nothing to be written.
        pen.drawn(2);
        assert_eq!(pen.seen().load(Ordering::SeqCst), 2);
    }
}
