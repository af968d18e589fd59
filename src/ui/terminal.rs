//! Setting the terminal up and restoring it, reading keys, and writing past the frames. The only file (with its two
//! parts) that touches the raw terminal; it knows nothing of what is drawn.

mod leave;
mod screen;

use std::fs::File;
use std::io::{self, IsTerminal, Write};
use std::os::fd::AsFd;
use std::thread;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use crossterm::event::{self, EnableBracketedPaste, Event};
use crossterm::queue;
use crossterm::terminal::{EnterAlternateScreen, enable_raw_mode};
use ratatui::Terminal;
use ratatui::backend::Backend;
use ratatui::layout::Rect;
use zeroize::Zeroizing;

use crate::domain::secret::Secret;

pub use self::leave::Out;
pub use self::screen::Screen;

/// Clicks and the wheel (mode 1000), told in decimals (mode 1006). crossterm would have each movement told, too.
const MOUSE_ON: &[u8] = b"\x1b[?1000h\x1b[?1006h";
/// Neither any more.
const MOUSE_OFF: &[u8] = b"\x1b[?1006l\x1b[?1000l";

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
    /// hang-up gives it back and ends the process. Called once.
    ///
    /// # Errors
    /// There is no terminal, or it cannot be set up; then it is as it was.
    pub fn open() -> Result<Session, NoTerminal> {
        if !is_present() {
            return Err(NoTerminal::NotATerminal);
        }
        leave::watch()?;
        // A descriptor of its own: no lock and no line buffer of the standard library is between a frame and the
        // terminal, so none can be held by a stuck thread or keep a copy of what went through it.
        leave::take_over(File::from(io::stdout().as_fd().try_clone_to_owned()?));
        let guard = Guard;
        enable_raw_mode()?;
        let mut entry = Vec::new();
        queue!(entry, EnterAlternateScreen, EnableBracketedPaste)?;
        Out.write_all(&entry)?;
        Ok(Session {
            terminal: Terminal::new(Screen::new(Out))?,
            _guard: guard,
        })
    }

    /// The terminal to draw on. Never call its `clear`, which asks the terminal a question: see
    /// [`Session::full_redraw`].
    pub fn terminal_mut(&mut self) -> &mut Terminal<Screen<Out>> {
        &mut self.terminal
    }

    /// Overwrites everything that is remembered of the frames drawn so far, at once; the next draw then paints
    /// every cell. One draw is needed for the screen itself.
    pub fn full_redraw(&mut self) -> io::Result<()> {
        full_redraw(&mut self.terminal)
    }

    /// Has the terminal report clicks and the wheel, or not any more. Call it between two frames.
    pub fn report_mouse(&mut self, on: bool) -> io::Result<()> {
        Out.write_all(if on { MOUSE_ON } else { MOUSE_OFF })
    }

    /// Sends a text to the terminal's clipboard by OSC 52. Call it between two frames.
    pub fn copy_osc52(&mut self, text: &Secret) -> io::Result<()> {
        Out.write_all(&osc52(text.expose().as_bytes()))
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

/// The sequence that sets the clipboard. Not crossterm's, which leaves the base64 behind in freed memory.
fn osc52(text: &[u8]) -> Zeroizing<Vec<u8>> {
    const START: &[u8] = b"\x1b]52;c;";
    const END: &[u8] = b"\x1b\\";
    let encoded = text.len().div_ceil(3) * 4;
    let mut bytes = Zeroizing::new(vec![0; START.len() + encoded + END.len()]);
    bytes[..START.len()].copy_from_slice(START);
    let body = START.len()..START.len() + encoded;
    let written = BASE64_STANDARD.encode_slice(text, &mut bytes[body]);
    debug_assert_eq!(written, Ok(encoded));
    bytes[START.len() + encoded..].copy_from_slice(END);
    bytes
}

/// Reads keys, pastes and resizes on a thread of its own, until `send` says that nobody wants them.
///
/// crossterm's `poll` can block beyond its time limit, so nothing else may wait there. A terminal that can no
/// longer be read is gone, and the process with it.
pub fn read_input(mut send: impl FnMut(Event) -> bool + Send + 'static) -> io::Result<()> {
    let read = move || {
        while let Ok(event) = event::read() {
            if !send(event) {
                return;
            }
        }
        leave::hung_up();
    };
    thread::Builder::new()
        .name("input".to_owned())
        .spawn(read)
        .map(drop)
}

#[cfg(test)]
mod tests {
    use ratatui::backend::TestBackend;
    use ratatui::buffer::Buffer;
    use ratatui::widgets::Paragraph;

    use super::*;

    #[test]
    fn osc52_is_the_base64_of_the_text_and_nothing_else() {
        for text in ["", "f", "fo", "foo", "7:QUJD+/=="] {
            let expected = format!("\x1b]52;c;{}\x1b\\", BASE64_STANDARD.encode(text));
            assert_eq!(*osc52(text.as_bytes()), expected.as_bytes(), "{text}");
        }
    }

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
