//! Setting the terminal up and restoring it, reading keys, and writing past the frames. The only file (with its
//! parts) that touches the raw terminal; it knows nothing of what is drawn.

mod input;
mod job;
mod keys;
mod leave;
mod osc52;
mod paste;
mod reports;
mod screen;
mod sequences;
mod wiped;

use std::fs::File;
use std::io::{self, IsTerminal, Write};
use std::os::fd::AsFd;

use ratatui::Terminal;
use ratatui::backend::Backend;
use ratatui::layout::{Position, Rect};

use crate::domain::clipboard::ClipboardWay;
use crate::domain::secret::Secret;

pub use self::input::read_input;
use self::job::Stopper;
pub use self::job::{Job, ask_to_stop};
pub use self::keys::Heard;
pub use self::leave::Out;
pub use self::paste::MOST as PASTE_MOST;
pub use self::screen::Screen;

/// Clicks and the wheel (mode 1000), told in decimals (mode 1006). crossterm would have each movement told, too.
const MOUSE_ON: &[u8] = b"\x1b[?1000h\x1b[?1006h";
/// Neither any more.
const MOUSE_OFF: &[u8] = b"\x1b[?1006l\x1b[?1000l";

/// Erases everything, from the last cell backwards: what is erased forwards, or as a whole, some programs around the
/// console keep to be scrolled back to, where they give it no screen beside the main one (GNU screen by default).
const ERASED: &[u8] = b"\x1b[999;999H\x1b[1J\x1b[H";

/// Something that was typed or pasted and is not handed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lost {
    /// A paste whose end did not come.
    PasteUnfinished,
    /// A paste of more than [`PASTE_MOST`] bytes.
    PasteTooLong,
    /// A paste that is not UTF-8.
    PasteUnreadable,
    /// Keys that came too fast, and too many at once.
    Keys,
}

/// Why there is no terminal to draw on.
#[derive(Debug)]
pub enum NoTerminal {
    /// Standard input or standard output is something else.
    NotATerminal,
    /// The terminal could not be set up.
    Refused(io::Error),
}

impl From<io::Error> for NoTerminal {
    fn from(error: io::Error) -> NoTerminal {
        NoTerminal::Refused(error)
    }
}

/// Has something done before a signal or a hang-up ends the process. The process is to be gone in a moment, so it may
/// take some ten milliseconds and no more.
pub fn before_end(farewell: impl FnOnce() + Send + 'static) {
    leave::before_end(farewell);
}

/// Whether both standard input and standard output are a terminal.
#[must_use]
pub fn is_present() -> bool {
    io::stdin().is_terminal() && io::stdout().is_terminal()
}

/// The terminal while the console has it. Dropping it gives the terminal back; so does every other way out.
pub struct Session {
    terminal: Terminal<Screen<Out>>,
    stopper: Stopper,
    // Fields are dropped in order: the guard comes last.
    _guard: Guard,
}

struct Guard;

impl Drop for Guard {
    fn drop(&mut self) {
        leave::quit();
    }
}

impl Session {
    /// Takes the terminal: raw mode, the alternate screen, bracketed paste. From here on a panic, a signal or a
    /// hang-up gives it back and ends the process. Called once, before any thread is started.
    ///
    /// # Errors
    /// There is no terminal, or it cannot be set up; then it is as it was.
    pub fn open() -> Result<Session, NoTerminal> {
        if !is_present() {
            return Err(NoTerminal::NotATerminal);
        }
        let stopper = Stopper::new()?;
        leave::watch()?;
        // A descriptor of its own: no lock and no line buffer of the standard library is between a frame and the
        // terminal, so none can be held by a stuck thread or keep a copy of what went through it.
        leave::take_over(File::from(io::stdout().as_fd().try_clone_to_owned()?));
        let guard = Guard;
        leave::enter()?;
        Ok(Session {
            terminal: Terminal::new(Screen::new(Out))?,
            stopper,
            _guard: guard,
        })
    }

    /// Watches on a thread of its own for signals that stop the process, until `send` says that nobody wants to know.
    /// After [`Job::Stop`] comes [`Session::stop`], after [`Job::Continued`] [`Session::take_again`].
    pub fn watch_job(&mut self, send: impl Fn(Job) -> bool + Send + 'static) -> io::Result<()> {
        self.stopper.watch(send)
    }

    /// Gives the terminal back, stops, and takes it again when the shell continues the process. False when there is
    /// no shell that could: then it has not stopped.
    pub fn stop(&mut self) -> io::Result<bool> {
        let mut stopped = false;
        if !job::has_no_shell() {
            leave::leave()?;
            let told = self.stopper.stop();
            leave::enter()?;
            self.full_redraw()?;
            stopped = told?;
        }
        self.stopper.over();
        Ok(stopped)
    }

    /// Takes the terminal again, after somebody else has used it.
    pub fn take_again(&mut self) -> io::Result<()> {
        leave::enter_again()?;
        self.full_redraw()
    }

    /// The terminal to draw on. Never call its `clear`, which asks the terminal a question: see
    /// [`Session::full_redraw`].
    pub fn terminal_mut(&mut self) -> &mut Terminal<Screen<Out>> {
        &mut self.terminal
    }

    /// Erases what is behind these places. Spaces that were written there are not the same to a terminal: a selection
    /// takes them along.
    pub fn end_lines(&mut self, ends: &[Position]) -> io::Result<()> {
        self.terminal.backend_mut().erase_after(ends)
    }

    /// Overwrites everything that is remembered of the frames drawn so far, at once; the next draw then paints
    /// every cell. One draw is needed for the screen itself.
    pub fn full_redraw(&mut self) -> io::Result<()> {
        self.terminal.backend_mut().forget();
        full_redraw(&mut self.terminal)
    }

    /// Has the terminal report clicks and the wheel, or not any more. Call it between two frames.
    pub fn report_mouse(&mut self, on: bool) -> io::Result<()> {
        Out.write_all(if on { MOUSE_ON } else { MOUSE_OFF })
    }

    /// Sends a text to the terminal's clipboard in this way. Call it between two frames.
    pub fn copy(&mut self, way: ClipboardWay, text: &Secret) -> io::Result<()> {
        Out.write_all(&osc52::sequence(way, text.expose().as_bytes()))
    }
}

fn full_redraw<B: Backend>(terminal: &mut Terminal<B>) -> Result<(), B::Error> {
    // A cell that is only reset keeps the bytes of its symbol behind the mark that it has none, so each of the
    // two buffers is filled with spaces before `swap_buffers` resets it.
    for _ in 0..2 {
        for cell in &mut terminal.current_buffer_mut().content {
            cell.set_symbol(" ");
        }
        terminal.swap_buffers();
    }
    let area = Rect::from(terminal.size()?);
    terminal.resize(area)
}

#[cfg(test)]
mod tests {
    use ratatui::backend::TestBackend;
    use ratatui::buffer::Buffer;
    use ratatui::widgets::Paragraph;

    use super::*;

    #[test]
    fn no_cell_of_an_earlier_frame_is_kept_after_a_full_redraw() {
        let mut terminal = Terminal::new(TestBackend::new(12, 2)).expect("terminal");
        for _ in 0..2 {
            let shown = terminal.draw(|f| f.render_widget(Paragraph::new("7:secret"), f.area()));
            shown.expect("drawn");
        }
        full_redraw(&mut terminal).expect("redrawn");
        let blank = Buffer::empty(Rect::new(0, 0, 12, 2));
        for _ in 0..2 {
            assert_eq!(terminal.current_buffer_mut(), &blank);
            terminal.swap_buffers();
        }
        terminal
            .draw(|f| f.render_widget(Paragraph::new("list"), f.area()))
            .expect("drawn");
        terminal
            .backend()
            .assert_buffer_lines(["list        ", "            "]);
    }
}
