//! Reading the terminal on threads of our own: keys, pastes, the mouse, and the size of the window.

use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::os::fd::AsFd;
use std::thread;
use std::time::Duration;

use crossterm::event::Event;
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use signal_hook::consts::SIGWINCH;
use signal_hook::iterator::Signals;
use zeroize::{Zeroize, Zeroizing};

use crate::ui::terminal::keys::{Awaited, Parser};
use crate::ui::terminal::{Heard, leave, size};

/// How long the byte ESC may be the beginning of a sequence, on its way over a slow line, before it is the key Esc; and
/// the last byte of a paste a part of it, before it is the key Ctrl-C.
const IN_DOUBT: Duration = Duration::from_millis(50);
/// How long the rest of something may take that has begun without doubt. Nobody types such a thing by hand.
const REST: Duration = Duration::from_millis(500);
/// How long a paste may be silent before it has no end.
const PASTE: Duration = Duration::from_secs(1);
/// Bytes read at once.
const READ: usize = 4096;

/// Reads keys and pastes, and changes of size, each on a thread of its own, until nobody wants them: then what they are
/// handed to says false.
///
/// A terminal that can no longer be read is gone, and the process with it.
pub fn read_input(
    hear: impl FnMut(Heard) -> bool + Send + 'static,
    resized: impl Fn(Event) -> bool + Send + 'static,
) -> io::Result<()> {
    let named = |name: &str| thread::Builder::new().name(name.to_owned());
    let mut sizes = Signals::new([SIGWINCH])?;
    named("window").spawn(move || {
        for _ in sizes.forever() {
            let now = size::of(io::stdout());
            if !resized(Event::Resize(now.width, now.height)) {
                return;
            }
        }
    })?;
    // A descriptor of its own: the standard library's buffer would keep what went through it.
    let mut terminal = File::from(io::stdin().as_fd().try_clone_to_owned()?);
    named("input").spawn(move || {
        if read(&mut terminal, hear).is_err() {
            leave::hung_up();
        }
    })?;
    Ok(())
}

/// Reads until nobody wants anything any more; an error is the end of the terminal.
fn read(terminal: &mut File, mut hear: impl FnMut(Heard) -> bool) -> io::Result<()> {
    let mut parser = Parser::default();
    let mut bytes = Zeroizing::new([0; READ]);
    let mut wanted = true;
    while wanted {
        if !is_ready(terminal, PollTimeout::ZERO)? {
            hear(Heard::Pause);
        }
        if !is_ready(terminal, limit(parser.awaits()))? {
            parser.give_up(&mut |heard| wanted &= hear(heard));
            continue;
        }
        let count = match terminal.read(&mut *bytes) {
            Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
            Ok(count) => count,
            // Another program that shares the terminal may have made it non-blocking, and been faster.
            Err(error) if error.kind() == ErrorKind::WouldBlock => continue,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        parser.read(&bytes[..count], &mut |heard| wanted &= hear(heard));
        bytes[..count].zeroize();
    }
    Ok(())
}

/// How long to wait for what the parser awaits.
fn limit(awaited: Awaited) -> PollTimeout {
    let limit = match awaited {
        Awaited::Anything => return PollTimeout::NONE,
        Awaited::AfterEsc | Awaited::AfterCtrlC => IN_DOUBT,
        Awaited::Rest => REST,
        Awaited::Paste => PASTE,
    };
    PollTimeout::try_from(limit).unwrap_or(PollTimeout::ZERO)
}

/// Waits until there is something to read; false when what was awaited does not come.
fn is_ready(terminal: &File, limit: PollTimeout) -> io::Result<bool> {
    loop {
        let mut watched = [PollFd::new(terminal.as_fd(), PollFlags::POLLIN)];
        match poll(&mut watched, limit) {
            Err(Errno::EINTR) => {}
            ready => return Ok(ready? > 0),
        }
    }
}
