//! Every way out of the terminal: quit, panic, signal, hang-up. Each restores it, once, and none can be held up by a
//! thread that is stuck in a write.
//!
//! Several may come at once: a dropped connection is a signal, a terminal that hung up, and an end of what is read.
//! Whichever thread is first ends the process; the others wait for that, so that none cuts short what is still done.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::panic::{self, PanicHookInfo};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread::{self, ThreadId};
use std::time::Duration;

use crossterm::cursor::Show;
use crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use crossterm::queue;
use crossterm::style::{Attribute, SetAttribute, force_color_output};
use crossterm::terminal::{
    EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
use signal_hook::iterator::Signals;
use signal_hook::low_level;

use crate::clock::{Clock, SystemClock};
use crate::text::Text;
use crate::ui::terminal::{ERASED, MOUSE_OFF, Never, ORDERLY};

/// How long a terminal that hung up is given to take the restoring sequences.
const HUNG_UP: Duration = Duration::from_millis(60);
/// How long a terminal that is still there is given.
pub(super) const PRESENT: Duration = Duration::from_secs(1);
/// How long what is done at the end may take, in milliseconds, from when the end began: 100 after a connection was
/// dropped the process is to be gone.
const FAREWELL_LIMIT: i64 = 80;
/// The exit code after a panic: Rust's own.
const PANICKED: i32 = 101;

/// The terminal, until it is given back for good. Whoever does takes it away, so nothing is drawn afterwards.
static TERMINAL: Mutex<Option<Held>> = Mutex::new(None);

struct Held {
    file: File,
    /// It is as the console needs it, and not as it was.
    entered: bool,
}

/// The thread that ends the process.
static ENDER: OnceLock<ThreadId> = OnceLock::new();

type Farewell = Box<dyn FnOnce() -> Receiver<Never> + Send>;

/// Begins what is still to be done when the process is ended, and tells by the end of a channel that it is.
static FAREWELL: Mutex<Option<Farewell>> = Mutex::new(None);

/// Has something begun when a panic, a signal or a hang-up ends the process.
pub(super) fn before_end(farewell: impl FnOnce() -> Receiver<Never> + Send + 'static) {
    let mut kept = FAREWELL.lock().unwrap_or_else(PoisonError::into_inner);
    *kept = Some(Box::new(farewell));
}

fn terminal() -> MutexGuard<'static, Option<Held>> {
    TERMINAL.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Hands over the terminal that is to be written to and restored.
pub(super) fn take_over(file: File) {
    let entered = false;
    *terminal() = Some(Held { file, entered });
}

/// Sets the terminal's modes as the console needs them; [`entry`] is to be written next. This stops a job in the
/// background before it has written anything.
pub(super) fn enter() -> io::Result<()> {
    // The theme has what NO_COLOR says, unless one was named: crossterm is to leave none of it out.
    force_color_output(true);
    unless_gone(enable_raw_mode())
}

/// What makes the terminal what the console needs: the alternate screen, bracketed paste, and no left-overs. From here on it is to be given
/// back.
pub(super) fn entry() -> io::Result<Vec<u8>> {
    if let Some(held) = terminal().as_mut() {
        held.entered = true;
    }
    let mut entry = Vec::new();
    queue!(entry, EnterAlternateScreen, EnableBracketedPaste)?;
    entry.extend_from_slice(ORDERLY);
    // Where there is no other screen, what the shell has written stands here.
    entry.extend_from_slice(ERASED);
    Ok(entry)
}

/// Makes the terminal what it was, until [`enter`] is called again. One that takes nothing is not waited for: who
/// continues the process finds it as it is.
pub(super) fn leave() -> io::Result<()> {
    let goodbye = || terminal().as_mut().map_or(Ok(()), Held::say_goodbye);
    unless_gone(within(PRESENT, goodbye).unwrap_or(Ok(())))?;
    unless_gone(disable_raw_mode())
}

/// Makes the terminal what the console needs once more, after somebody else has used it.
pub(super) fn enter_again() -> io::Result<()> {
    unless_gone(disable_raw_mode())?;
    enter()
}

/// Starts to watch for the ways out that are not the main thread's own.
pub(super) fn watch() -> io::Result<()> {
    let mut signals = Signals::new([SIGHUP, SIGINT, SIGQUIT, SIGTERM])?;
    let named = |name: &str| thread::Builder::new().name(name.to_owned());
    named("signals").spawn(move || {
        if let Some(signal) = signals.forever().next() {
            // SIGHUP may also be sent by hand, to a terminal that is there and worth a wait.
            let gone = is_hung_up(PollTimeout::ZERO);
            end(128 + signal, if gone { HUNG_UP } else { PRESENT });
        }
    })?;
    // Not left to SIGHUP, which may be ignored, nor to reading, which does not see the end of a terminal.
    named("hang-up").spawn(|| {
        if is_hung_up(PollTimeout::NONE) {
            hung_up();
        }
    })?;
    let text = Text::en_us();
    panic::set_hook(Box::new(move |panic| {
        end_with(PANICKED, PRESENT, || {
            // With nobody left to read it there is nothing to be done.
            let _ = writeln!(io::stderr(), "keyward: {}", sentence(text, panic));
        });
    }));
    Ok(())
}

/// Where a panic was, and its message if that is fixed: one put together at run time could quote a secret.
fn sentence(text: Text, panic: &PanicHookInfo<'_>) -> String {
    let place = panic.location().map(ToString::to_string);
    let words = panic.payload().downcast_ref::<&'static str>();
    let place = place.unwrap_or_default();
    let words = words.unwrap_or(&"");
    let sentence = text.fill("cli.panic", &[("place", &place), ("words", words)]);
    sentence.trim_end().to_owned()
}

/// Gives the terminal back at the end of the main thread, which waits until the terminal has taken everything.
pub(super) fn quit() {
    restore(None);
}

/// Ends the process because the terminal is gone.
pub(super) fn hung_up() -> ! {
    end(128 + SIGHUP, HUNG_UP)
}

fn end(code: i32, limit: Duration) -> ! {
    end_with(code, limit, || ())
}

/// Restores and ends the process, from any thread; the first one that comes here does. Nothing is wiped: there are no
/// core dumps, and the kernel takes the pages.
fn end_with(code: i32, limit: Duration, last_words: impl FnOnce()) -> ! {
    let own = thread::current().id();
    match ENDER.set(own) {
        Ok(()) => {}
        // What was to be done at the end has itself come to grief.
        Err(_) if ENDER.get() == Some(&own) => low_level::exit(code),
        Err(_) => wait_for_end(),
    }
    let began = SystemClock.uptime();
    let farewell = FAREWELL
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .take();
    // Begun before the terminal is restored, which may take its time.
    let done = farewell.map(|farewell| farewell());
    restore(Some(limit));
    last_words();
    if let Some(done) = done {
        let left = FAREWELL_LIMIT - SystemClock.uptime().since(began);
        let _ = done.recv_timeout(Duration::from_millis(left.max(0).unsigned_abs()));
    }
    low_level::exit(code)
}

fn is_ending() -> bool {
    ENDER.get().is_some()
}

/// Waits until another thread has ended the process.
fn wait_for_end() -> ! {
    loop {
        thread::park();
    }
}

/// Gives the terminal back, if that was not done yet.
fn restore(limit: Option<Duration>) {
    match limit {
        Some(limit) => {
            let _ = within(limit, say_goodbye);
        }
        None => say_goodbye(),
    }
    // A terminal that refuses is gone.
    let _ = disable_raw_mode();
}

/// Has something written by a thread of its own, and waits for that as long as the limit says: another thread may have
/// the terminal, and be stuck in a write that never ends.
fn within<T: Send + 'static>(
    limit: Duration,
    write: impl FnOnce() -> T + Send + 'static,
) -> Option<T> {
    let (done, wait) = mpsc::channel();
    let writer = thread::Builder::new().spawn(move || {
        let _ = done.send(write());
    });
    writer.ok()?;
    wait.recv_timeout(limit).ok()
}

fn say_goodbye() {
    // Held while writing: a second way out waits for the first.
    let mut terminal = terminal();
    if let Some(mut held) = terminal.take() {
        // A terminal that refuses is gone.
        let _ = held.say_goodbye();
    }
}

impl Held {
    fn say_goodbye(&mut self) -> io::Result<()> {
        if !std::mem::take(&mut self.entered) {
            return Ok(());
        }
        let mut bytes = MOUSE_OFF.to_vec();
        queue!(bytes, DisableBracketedPaste, SetAttribute(Attribute::Reset))?;
        bytes.extend_from_slice(ERASED);
        queue!(bytes, Show, LeaveAlternateScreen)?;
        self.file.write_all(&bytes)
    }
}

/// Waits until standard input has hung up, or the time is over.
fn is_hung_up(limit: PollTimeout) -> bool {
    let stdin = io::stdin();
    let gone = PollFlags::POLLHUP | PollFlags::POLLERR | PollFlags::POLLNVAL;
    loop {
        let mut watched = [PollFd::new(stdin.as_fd(), PollFlags::empty())];
        match poll(&mut watched, limit) {
            Err(Errno::EINTR) => {}
            Err(_) => return false,
            Ok(_) => return watched[0].revents().is_some_and(|r| r.intersects(gone)),
        }
    }
}

/// A failure of the terminal, unless it is gone: a hang-up is always told by the same exit code, whoever notices it
/// first.
fn unless_gone<T>(done: io::Result<T>) -> io::Result<T> {
    if done.is_err() && is_hung_up(PollTimeout::ZERO) {
        hung_up();
    }
    done
}

/// Writes to the terminal as long as the console has it.
pub struct Out;

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let terminal = terminal();
        // Once the process ends nothing more is drawn.
        let held = terminal.as_ref().filter(|_| !is_ending());
        let Some(Held { file, .. }) = held else {
            drop(terminal);
            // Not an error to end the process with: that is under way.
            if is_ending() {
                wait_for_end();
            }
            return Err(io::ErrorKind::BrokenPipe.into());
        };
        let mut file = file;
        let written = match file.write(bytes) {
            // Another program that shares the terminal may have made it non-blocking.
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                let mut watched = [PollFd::new(file.as_fd(), PollFlags::POLLOUT)];
                poll(&mut watched, PollTimeout::NONE)?;
                return Err(io::ErrorKind::Interrupted.into());
            }
            written => written,
        };
        drop(terminal);
        unless_gone(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_written_once_the_terminal_was_given_back() {
        let error = Out.write_all(b"x").expect_err("no terminal");
        assert_eq!(error.kind(), io::ErrorKind::BrokenPipe);
    }
}
