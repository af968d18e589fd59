//! A buffer of the tmux around the console. The text goes in by standard input: never as an argument, and never in the
//! environment.

use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use nix::sys::signal::{SigSet, SigmaskHow, Signal};

use crate::auth::random::{Random, SystemRandom};
use crate::clipboard::{Clipboard, PATIENCE};
use crate::domain::clipboard::ClipboardWay;
use crate::domain::secret::{Secret, find_secret_shape};
use crate::domain::trouble::Trouble;

/// The most bytes that are read of tmux's error message.
const WORDS: u64 = 200;
/// What tmux says when a buffer is not there, and when the server with all buffers has gone.
const GONE: [&str; 2] = ["unknown buffer", "no server running"];

/// The way through tmux.
pub struct Tmux {
    program: PathBuf,
    patience: Duration,
    /// The buffer that was filled.
    buffer: Option<String>,
}

impl Tmux {
    /// The tmux that the environment names.
    #[must_use]
    pub fn new() -> Tmux {
        Tmux::with("tmux".into(), PATIENCE)
    }

    fn with(program: PathBuf, patience: Duration) -> Tmux {
        Tmux {
            program,
            patience,
            buffer: None,
        }
    }

    /// Runs a tmux command; fails with tmux's words, or with nothing where it was killed because it did not end.
    fn run(&self, arguments: &[&str], input: &[u8]) -> Result<(), Option<String>> {
        let failed = |error: io::Error| match error.kind() {
            // As a shell says it.
            ErrorKind::NotFound => Some("tmux: command not found".to_owned()),
            _ => Some(error.to_string()),
        };
        // Not ended with this process: what it was asked to delete goes even where nobody waits for that. A signal to
        // this process's group can come before tmux has a group of its own, so it begins with them blocked.
        let tmux = with_signals_blocked(|| {
            Command::new(&self.program)
                .args(arguments)
                .process_group(0)
                .stdin(Stdio::piped())
                .stdout(Stdio::null())
                .stderr(Stdio::piped())
                .spawn()
        });
        let mut tmux = tmux.map_err(failed)?;
        let (said, words) = mpsc::channel();
        if let Some(errors) = tmux.stderr.take() {
            let hears = thread::Builder::new().spawn(move || {
                let mut words = String::new();
                let _ = errors.take(WORDS).read_to_string(&mut words);
                let _ = said.send(words);
            });
            if let Err(error) = hears {
                // It was given nothing yet.
                let _ = tmux.kill();
                let _ = tmux.wait();
                return Err(failed(error));
            }
        }
        if let Some(mut stdin) = tmux.stdin.take() {
            // So little fits into a pipe that nobody reads. Where it has gone, tmux's own words say why.
            let _ = stdin.write_all(input);
        }
        // The end of its words is its own end.
        let Ok(words) = words.recv_timeout(self.patience) else {
            let _ = tmux.kill();
            let _ = tmux.wait();
            return Err(None);
        };
        match tmux.wait().map_err(failed)? {
            status if status.success() => Ok(()),
            status => Err(Some(match words.trim() {
                "" => status.to_string(),
                // It has no reason to quote its input; if it does, nobody sees it.
                words if find_secret_shape(words).is_some() => status.to_string(),
                words => words.to_owned(),
            })),
        }
    }
}

/// Does something while this thread takes none of the signals that end a process from its terminal. A program that is
/// started meanwhile goes on so.
fn with_signals_blocked<T>(work: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
    let ends = [
        Signal::SIGHUP,
        Signal::SIGINT,
        Signal::SIGQUIT,
        Signal::SIGTERM,
    ];
    let before = SigSet::from_iter(ends).thread_swap_mask(SigmaskHow::SIG_BLOCK)?;
    let done = work();
    before.thread_set_mask()?;
    done
}

impl Default for Tmux {
    fn default() -> Tmux {
        Tmux::new()
    }
}

impl Clipboard for Tmux {
    fn send(&mut self, text: &Secret) -> Result<ClipboardWay, Trouble> {
        // A second text takes the place of the first.
        let before = self.buffer.clone();
        let buffer = before.clone().map_or_else(new_name, Ok)?;
        let arguments = ["load-buffer", "-w", "-b", &buffer, "-"];
        let sent = self.run(&arguments, text.expose().as_bytes());
        self.buffer = match &sent {
            Err(Some(_)) => before,
            // Also where it was killed: nobody knows how far it came.
            Ok(()) | Err(None) => Some(buffer),
        };
        sent.map_err(Trouble::TmuxRefused)?;
        Ok(ClipboardWay::Tmux)
    }

    fn leave(&mut self, text: &Secret) -> Result<ClipboardWay, Trouble> {
        // Without a name it is one of those that tmux itself lets go in time.
        self.run(&["load-buffer", "-w", "-"], text.expose().as_bytes())
            .map_err(Trouble::TmuxRefused)?;
        Ok(ClipboardWay::Tmux)
    }

    fn forget(&mut self) -> Result<(), Trouble> {
        let Some(buffer) = self.buffer.take() else {
            return Ok(());
        };
        match self.run(&["delete-buffer", "-b", &buffer], &[]) {
            Err(Some(words)) if GONE.iter().any(|gone| words.starts_with(gone)) => Ok(()),
            Err(words) => Err(Trouble::TmuxKeeps { buffer, words }),
            Ok(()) => Ok(()),
        }
    }
}

/// A name that no other buffer has.
fn new_name() -> Result<String, Trouble> {
    let mut random = [0; 8];
    SystemRandom.fill(&mut random)?;
    Ok(format!("keyward-{:016x}", u64::from_be_bytes(random)))
}

#[cfg(test)]
mod tests {
    use zeroize::Zeroizing;

    use super::*;

    fn secret() -> Secret {
        Secret::new(Zeroizing::new(b"7:hidden".to_vec().into_boxed_slice()))
    }

    #[test]
    fn a_tmux_that_is_not_there_or_refuses_is_told_and_has_nothing_to_forget() {
        for program in ["/nowhere/tmux", "false"] {
            let mut tmux = Tmux::with(program.into(), PATIENCE);
            let sent = tmux.send(&secret());
            assert!(
                matches!(sent, Err(Trouble::TmuxRefused(Some(_)))),
                "{sent:?}"
            );
            assert_eq!(tmux.forget(), Ok(()));
        }
    }

    /// A program in place of tmux.
    fn script(lines: &str) -> (tempfile::TempDir, PathBuf) {
        let directory = tempfile::tempdir().expect("directory");
        let program = directory.path().join("tmux");
        std::fs::write(&program, format!("#!/bin/sh\n{lines}\n")).expect("program");
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o700);
        std::fs::set_permissions(&program, mode).expect("executable");
        (directory, program)
    }

    #[test]
    fn what_ends_the_console_does_not_end_the_tmux_that_takes_the_copy_back() {
        for signal in ["HUP", "INT", "QUIT", "TERM"] {
            let (_directory, program) = script(&format!("kill -{signal} $$; exit 0"));
            let mut tmux = Tmux::with(program, PATIENCE);
            assert_eq!(tmux.send(&secret()), Ok(ClipboardWay::Tmux), "{signal}");
            assert_eq!(tmux.forget(), Ok(()), "{signal}");
        }
    }

    #[test]
    fn a_tmux_that_hangs_is_given_up_and_its_buffer_is_not_forgotten() {
        let (_directory, program) = script("exec sleep 600");
        let mut tmux = Tmux::with(program, Duration::from_millis(5));
        assert_eq!(tmux.send(&secret()), Err(Trouble::TmuxRefused(None)));
        let kept = tmux.forget();
        assert!(
            matches!(kept, Err(Trouble::TmuxKeeps { words: None, .. })),
            "{kept:?}"
        );
        assert_eq!(tmux.forget(), Ok(()));
    }
}
