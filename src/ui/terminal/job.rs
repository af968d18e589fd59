//! Being a job of a shell: stopped by Ctrl-Z or SIGTSTP, and continued.
//!
//! SIGTSTP and SIGCONT are blocked on every thread, so that nothing but [`Stopper::stop`] stops the process. Its
//! default action then does: the kernel knows best whether there is a shell that could continue it, and takes no
//! notice of the signal where there is none.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use nix::sys::signal::{SigSet, Signal, kill};
use nix::unistd::{Pid, getpid, getsid};
use signal_hook::consts::SIGCONT;
use signal_hook::flag;

/// What has happened to the process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Job {
    /// It is to stop, when nothing is in the way.
    Stop,
    /// It was stopped in a way that nobody can prevent, and goes on: the terminal is not what it was.
    Continued,
}

/// Stops the process, together with those that run with it.
pub(super) struct Stopper {
    continued: Arc<AtomicBool>,
    /// Tells the watching thread when a stop is over, whatever came of it.
    over: Sender<()>,
    /// Where the watching thread is told so; taken when it starts.
    waits: Option<Receiver<()>>,
}

fn signals() -> SigSet {
    [Signal::SIGTSTP, Signal::SIGCONT].into_iter().collect()
}

/// Asks the process to stop itself, as the terminal does when Ctrl-Z is pressed in it.
pub fn ask_to_stop() -> io::Result<()> {
    Ok(kill(getpid(), Signal::SIGTSTP)?)
}

impl Stopper {
    /// Takes hold of the signals; before any other thread is started.
    pub fn new() -> io::Result<Stopper> {
        signals().thread_block()?;
        let continued = Arc::default();
        flag::register(SIGCONT, Arc::clone(&continued))?;
        let (over, waits) = channel();
        Ok(Stopper {
            continued,
            over,
            waits: Some(waits),
        })
    }

    /// Watches for the signals on a thread of its own, until `send` says that nobody wants to know.
    pub fn watch(&mut self, send: impl Fn(Job) -> bool + Send + 'static) -> io::Result<()> {
        let Some(over) = self.waits.take() else {
            return Ok(());
        };
        let watch = move || {
            while let Ok(signal) = signals().wait() {
                let stop = signal == Signal::SIGTSTP;
                let wanted = send(if stop { Job::Stop } else { Job::Continued });
                // Meanwhile the signal is for who stops the process.
                if !wanted || (stop && over.recv().is_err()) {
                    return;
                }
            }
        };
        thread::Builder::new()
            .name("job".to_owned())
            .spawn(watch)
            .map(drop)
    }

    /// Stops, and comes back when it is continued; false when there is no shell that could.
    pub fn stop(&self) -> io::Result<bool> {
        self.continued.store(false, Ordering::SeqCst);
        // A whole process group, as the terminal would: a shell waits for all of it.
        let stopped = kill(Pid::from_raw(0), Signal::SIGTSTP)
            .and_then(|()| signals().thread_unblock())
            .and_then(|()| signals().thread_block());
        stopped?;
        Ok(self.continued.load(Ordering::SeqCst))
    }

    /// Tells the watching thread that a stop is over, or that there will be none.
    pub fn over(&self) {
        // Nobody watches any more where the program is about to end.
        let _ = self.over.send(());
    }
}

/// Whether it is certain that no shell waits: the process leads its session.
pub(super) fn has_no_shell() -> bool {
    getsid(None).is_ok_and(|session| session == getpid())
}
