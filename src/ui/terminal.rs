//! Setting the terminal up and restoring it, reading keys, and writing past the frames. The only file (with its
//! parts) that touches the raw terminal; it knows nothing of what is drawn.

mod input;
mod job;
pub mod keys;
mod leave;
mod osc52;
mod paste;
mod reports;
mod screen;
mod sequences;
mod size;
mod wiped;
mod writer;

use std::fs::File;
use std::io::{self, IsTerminal};
use std::os::fd::AsFd;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::mpsc::Receiver;

use crossterm::event::Event;
use ratatui::backend::Backend;
use ratatui::layout::{Position, Rect, Size};
use ratatui::{Frame, Terminal};

use crate::domain::clipboard::ClipboardWay;
use crate::domain::secret::Secret;
use crate::domain::time::Uptime;

pub use self::input::read_input;
use self::job::Stopper;
pub use self::job::{Job, ask_to_stop};
pub use self::leave::Out;
pub use self::paste::MOST as PASTE_MOST;
pub use self::screen::{Abilities, Screen};
pub use self::writer::Meter;
use self::writer::Pen;

/// Bytes set aside for a frame; an ordinary full draw of a large window fits.
const FRAME: usize = 32 * 1024;

/// Clicks, the wheel, and movements while a button is held (mode 1002), told in decimals (mode 1006). crossterm would have each movement told, too.
const MOUSE_ON: &[u8] = b"\x1b[?1002h\x1b[?1006h";
/// Turns the reports of clicks and the wheel off.
const MOUSE_OFF: &[u8] = b"\x1b[?1006l\x1b[?1002l";

/// Erases everything, from the last cell backwards: what is erased forwards, or as a whole, some programs around the
/// console keep to be scrolled back to, where they give it no screen beside the main one (GNU screen by default).
const ERASED: &[u8] = b"\x1b[999;999H\x1b[1J\x1b[H";

/// Undoes what another program may have set, by which all that is written would be garbled: line drawing for letters (SI,
/// and ASCII as G0), a region or an origin of its own, inserting, and no wrapping at the right edge.
const ORDERLY: &[u8] = b"\x0f\x1b(B\x1b[r\x1b[?6l\x1b[4l\x1b[?7h";

/// What has come in.
#[derive(Debug, PartialEq, Eq)]
pub enum Heard {
    Event(Event),
    /// Something that was pasted and is not handed over.
    Lost(Lost),
    /// Nothing more has come in one go.
    Pause,
}

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

/// Never sent: the end of its channel is what is told.
#[derive(Debug)]
pub enum Never {}

/// Has something begun when a panic, a signal or a hang-up ends the process. It is done when the channel closes that it
/// gives. The process is to be gone in a moment, so that is waited for some ten milliseconds and no longer.
pub fn before_end(farewell: impl FnOnce() -> Receiver<Never> + Send + 'static) {
    leave::before_end(farewell);
}

/// Whether both standard input and standard output are a terminal.
#[must_use]
pub fn is_present() -> bool {
    io::stdin().is_terminal() && io::stdout().is_terminal()
}

/// The terminal while the console has it. Dropping it gives the terminal back; so does every other way out.
pub struct Session {
    terminal: Terminal<Screen<Pen>>,
    /// The terminal itself, to ask it for its size.
    file: File,
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

/// There is a terminal, and the signals that stop the process are held, on every thread that is started from here on.
pub struct Ready(Stopper);

/// Makes ready for taking the terminal, before any thread is started.
///
/// # Errors
/// There is no terminal.
pub fn ready() -> Result<Ready, NoTerminal> {
    if !is_present() {
        return Err(NoTerminal::NotATerminal);
    }
    Ok(Ready(Stopper::new()?))
}

impl Session {
    /// Takes the terminal: raw mode, the alternate screen, bracketed paste. From here on a panic, a signal or a
    /// hang-up gives it back and ends the process. A job in the background is stopped here: nothing may be half written
    /// to the database then.
    ///
    /// # Errors
    /// It cannot be set up; then it is as it was.
    pub fn open(Ready(stopper): Ready, abilities: Abilities) -> Result<Session, NoTerminal> {
        leave::watch()?;
        // A descriptor of its own: no lock and no line buffer of the standard library is between a frame and the
        // terminal, so none can be held by a stuck thread or keep a copy of what went through it.
        let file = File::from(io::stdout().as_fd().try_clone_to_owned()?);
        leave::take_over(file.try_clone()?);
        let guard = Guard;
        leave::enter()?;
        let pen = Pen::start(file.try_clone()?, Out)?;
        pen.enter();
        // Whatever ends the process from here on finds the terminal entered.
        pen.settle(leave::PRESENT);
        Ok(Session {
            terminal: Terminal::new(Screen::new(pen, size::of(&file), abilities))?,
            file,
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
            // The screen is erased; what was to be on it comes to nothing.
            self.pen().take_back();
            self.pen().settle(leave::PRESENT);
            leave::leave()?;
            let told = self.stopper.stop();
            leave::enter()?;
            self.begin_anew()?;
            stopped = told?;
        }
        self.stopper.over();
        Ok(stopped)
    }

    /// Takes the terminal again, after somebody else has used it.
    pub fn take_again(&mut self) -> io::Result<()> {
        leave::enter_again()?;
        self.begin_anew()
    }

    /// Makes the terminal what the console needs, whatever was written to it meanwhile; the next draw paints every cell.
    pub fn begin_anew(&mut self) -> io::Result<()> {
        self.pen().enter();
        self.full_redraw()
    }

    fn pen(&self) -> &Pen {
        self.terminal.backend().out()
    }

    /// Whether a frame may be drawn: the terminal has taken the last one, or nothing of it. If not, `wake` is called when
    /// it has.
    ///
    /// # Errors
    /// The terminal refuses what is written.
    pub fn is_free(&self, wake: impl FnOnce() + Send + 'static) -> io::Result<bool> {
        self.pen().is_free(wake)
    }

    /// How many frames the terminal has taken.
    #[must_use]
    pub fn seen(&self) -> Arc<AtomicU64> {
        self.pen().seen()
    }

    /// What has been written to the terminal so far.
    #[must_use]
    pub fn meter(&self) -> Meter {
        self.pen().meter()
    }

    /// Draws the frame of this number, in the size that the terminal has now; `since` is when the first key was pressed
    /// that it shows the effect of. What renders it says where lines end that
    /// are not to have so much as spaces behind them: a selection would take those along.
    pub fn draw(
        &mut self,
        number: u64,
        since: Option<Uptime>,
        render: impl FnOnce(&mut Frame) -> Vec<Position>,
    ) -> io::Result<()> {
        if self.pen().begin(number, since) {
            self.terminal.backend_mut().take_back();
        }
        let size = size::of(&self.file);
        if size != self.terminal.size()? {
            let tell = |terminal: &mut Terminal<Screen<Pen>>| terminal.backend_mut().set_size(size);
            resize(&mut self.terminal, size, tell)?;
        }
        let mut ends = Vec::new();
        self.terminal.draw(|frame| ends = render(frame))?;
        self.terminal.backend_mut().paint(&ends)
    }

    /// Notes how many frames have been drawn.
    pub fn drawn(&self, number: u64) {
        self.pen().drawn(number);
    }

    /// Overwrites everything that is remembered of the frames drawn so far, at once, and takes back what the terminal
    /// has not begun to take; the next draw then paints every cell. One draw is needed for the screen itself.
    pub fn full_redraw(&mut self) -> io::Result<()> {
        self.pen().take_back();
        self.terminal.backend_mut().forget();
        full_redraw(&mut self.terminal)
    }

    /// Has the terminal report clicks and the wheel, or not any more, from the next frame on.
    pub fn report_mouse(&mut self, on: bool) {
        self.pen().report_mouse(on);
    }

    /// Sends a text to the terminal's clipboard in this way, before the next frame.
    pub fn copy(&mut self, way: ClipboardWay, text: &Secret) {
        let sequence = osc52::sequence(way, text.expose().as_bytes());
        self.pen().copy(sequence);
    }
}

/// Gives the buffers another size. What they hold is overwritten first: the cells that go, or that are moved to make
/// room, would keep it in freed memory.
fn resize<B: Backend>(
    terminal: &mut Terminal<B>,
    size: Size,
    tell: impl FnOnce(&mut Terminal<B>),
) -> Result<(), B::Error> {
    overwrite(terminal);
    tell(terminal);
    terminal.resize(Rect::from(size))
}

fn full_redraw<B: Backend>(terminal: &mut Terminal<B>) -> Result<(), B::Error> {
    overwrite(terminal);
    let area = Rect::from(terminal.size()?);
    terminal.resize(area)
}

fn overwrite<B: Backend>(terminal: &mut Terminal<B>) {
    // A cell that is only reset keeps the bytes of its symbol behind the mark that it has none, so each of the
    // two buffers is filled with spaces before `swap_buffers` resets it.
    for _ in 0..2 {
        for cell in &mut terminal.current_buffer_mut().content {
            cell.set_symbol(" ");
        }
        terminal.swap_buffers();
    }
}

#[cfg(test)]
mod tests {
    use ratatui::backend::TestBackend;
    use ratatui::buffer::Buffer;
    use ratatui::widgets::Paragraph;

    use super::*;

    fn show_secret(terminal: &mut Terminal<TestBackend>) {
        for _ in 0..2 {
            let shown = terminal.draw(|f| f.render_widget(Paragraph::new("7:secret"), f.area()));
            shown.expect("drawn");
        }
    }

    #[track_caller]
    fn assert_blank(terminal: &mut Terminal<TestBackend>) {
        let blank = Buffer::empty(terminal.current_buffer_mut().area);
        for _ in 0..2 {
            assert_eq!(terminal.current_buffer_mut(), &blank);
            terminal.swap_buffers();
        }
    }

    #[test]
    fn what_the_buffers_hold_is_overwritten_before_they_change_their_size() {
        for (columns, rows) in [(3, 1), (40, 9), (11, 2)] {
            let mut terminal = Terminal::new(TestBackend::new(12, 2)).expect("terminal");
            show_secret(&mut terminal);
            let tell = |terminal: &mut Terminal<TestBackend>| {
                assert_blank(terminal);
                terminal.backend_mut().resize(columns, rows);
            };
            resize(&mut terminal, Size::new(columns, rows), tell).expect("resized");
            assert_blank(&mut terminal);
            terminal
                .draw(|f| f.render_widget(Paragraph::new("abc"), f.area()))
                .expect("drawn");
            assert_eq!(terminal.backend().buffer()[(2, 0)].symbol(), "c");
        }
    }

    #[test]
    fn no_cell_of_an_earlier_frame_is_kept_after_a_full_redraw() {
        let mut terminal = Terminal::new(TestBackend::new(12, 2)).expect("terminal");
        show_secret(&mut terminal);
        full_redraw(&mut terminal).expect("redrawn");
        assert_blank(&mut terminal);
        terminal
            .draw(|f| f.render_widget(Paragraph::new("list"), f.area()))
            .expect("drawn");
        terminal
            .backend()
            .assert_buffer_lines(["list        ", "            "]);
    }
}
