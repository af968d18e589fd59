//! Carries a text to the administrator's clipboard and takes it back. No way is ever confirmed, so nothing here says
//! "copied".

mod native;
mod tmux;

use std::time::Duration;

use crate::domain::clipboard::ClipboardWay;
use crate::domain::secret::Secret;
use crate::domain::trouble::Trouble;

pub use self::native::Native;
pub use self::tmux::Tmux;

/// How long another program may take.
const PATIENCE: Duration = Duration::from_secs(1);

/// Where a text is sent.
pub trait Clipboard: Send {
    /// Sends the text on its way, waiting at most a second. With a way that [is the
    /// terminal](ClipboardWay::is_terminal) it is the caller who has to write it there, between two frames.
    fn send(&mut self, text: &Secret) -> Result<ClipboardWay, Trouble>;

    /// Sends a text that is no secret in the same way. It stays: it is not among what is taken back.
    fn leave(&mut self, text: &Secret) -> Result<ClipboardWay, Trouble>;

    /// Takes back what was sent, as far as that can be done, waiting at most a second.
    fn forget(&mut self) -> Result<(), Trouble>;
}

/// The clipboard that is reached in this way.
#[must_use]
pub fn reached(way: Option<ClipboardWay>) -> Box<dyn Clipboard> {
    match way {
        None => Box::new(Off),
        Some(ClipboardWay::Tmux) => Box::new(Tmux::new()),
        Some(ClipboardWay::Native) => Box::new(Native::new()),
        Some(by_terminal) => Box::new(Terminal(by_terminal)),
    }
}

/// No clipboard: copying is off.
#[derive(Debug)]
pub struct Off;

impl Clipboard for Off {
    fn send(&mut self, _: &Secret) -> Result<ClipboardWay, Trouble> {
        Err(Trouble::ClipboardOff)
    }

    fn leave(&mut self, _: &Secret) -> Result<ClipboardWay, Trouble> {
        Err(Trouble::ClipboardOff)
    }

    fn forget(&mut self) -> Result<(), Trouble> {
        Ok(())
    }
}

/// The terminal's clipboard. Nothing tells what it holds, so nothing is taken back: it may be something else by then.
#[derive(Debug)]
struct Terminal(ClipboardWay);

impl Clipboard for Terminal {
    fn send(&mut self, _: &Secret) -> Result<ClipboardWay, Trouble> {
        Ok(self.0)
    }

    fn leave(&mut self, text: &Secret) -> Result<ClipboardWay, Trouble> {
        self.send(text)
    }

    fn forget(&mut self) -> Result<(), Trouble> {
        Ok(())
    }
}
