//! ratatui's backend for us: crossterm's sequences, gathered so that a frame is one write, and wiped once written.

use std::io::{self, Write};

use ratatui::backend::{Backend, ClearType, CrosstermBackend, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Size};

use crate::ui::terminal::wiped::Wiped;
use crate::ui::terminal::{ERASED, FRAME};

/// A backend that gathers a frame's bytes, writes them with one `write_all` and wipes its copy.
///
/// What would change nothing is left out, so a frame like the one before it is 0 bytes.
pub struct Screen<W> {
    frame: FrameWriter,
    out: W,
    size: Size,
    cursor_shown: Option<bool>,
    /// Where the terminal's cursor is, if that is known.
    cursor_at: Option<Position>,
}

impl<W: Write> Screen<W> {
    /// A screen of this size that writes to `out`.
    #[must_use]
    pub fn new(out: W, size: Size) -> Screen<W> {
        Screen {
            frame: FrameWriter(Wiped::with_capacity(FRAME)),
            out,
            size,
            cursor_shown: None,
            cursor_at: None,
        }
    }

    /// What the frames are written to.
    pub(super) fn out(&self) -> &W {
        &self.out
    }

    /// Notes that the terminal has another size. Before the next frame, what ratatui's buffers hold is to be wiped.
    pub(super) fn set_size(&mut self, size: Size) {
        self.size = size;
    }

    /// Takes nothing for granted any more: somebody else may have written to the terminal.
    pub(super) fn forget(&mut self) {
        self.cursor_shown = None;
        self.cursor_at = None;
    }

    /// Erases the lines from these places to their ends; the cursor stays where it is.
    pub(super) fn erase_after(&mut self, places: &[Position]) -> io::Result<()> {
        let cursor = self.cursor_at;
        let columns = self.size.width;
        // Behind the last column there is nothing, and the place would be taken for that column.
        for place in places.iter().filter(|place| place.x < columns) {
            self.set_cursor_position(*place)?;
            self.clear_region(ClearType::UntilNewLine)?;
        }
        if let Some(cursor) = cursor {
            self.set_cursor_position(cursor)?;
        }
        self.flush()
    }

    /// crossterm's backend holds nothing but its writer, so it is made for each call.
    fn crossterm(&mut self) -> CrosstermBackend<&mut FrameWriter> {
        CrosstermBackend::new(&mut self.frame)
    }
}

impl<W: Write> Backend for Screen<W> {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, cells: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        let mut cells = cells.peekable();
        if cells.peek().is_none() {
            return Ok(());
        }
        self.cursor_at = None;
        self.crossterm().draw(cells)
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        if self.cursor_shown.replace(false) == Some(false) {
            return Ok(());
        }
        self.crossterm().hide_cursor()
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        if self.cursor_shown.replace(true) == Some(true) {
            return Ok(());
        }
        self.crossterm().show_cursor()
    }

    /// Fails always: the terminal's answer would go to the thread that reads the keys.
    fn get_cursor_position(&mut self) -> io::Result<Position> {
        Err(io::ErrorKind::Unsupported.into())
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        let position = position.into();
        if self.cursor_at.replace(position) == Some(position) {
            return Ok(());
        }
        self.crossterm().set_cursor_position(position)
    }

    fn clear(&mut self) -> io::Result<()> {
        self.clear_region(ClearType::All)
    }

    fn clear_region(&mut self, region: ClearType) -> io::Result<()> {
        if region != ClearType::All {
            return self.crossterm().clear_region(region);
        }
        // Whatever was to be written before is erased with it.
        self.frame.0.clear();
        self.cursor_shown = None;
        self.cursor_at = Some(Position::ORIGIN);
        self.frame.0.extend(ERASED);
        Ok(())
    }

    fn size(&self) -> io::Result<Size> {
        Ok(self.size)
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        Ok(WindowSize {
            columns_rows: self.size,
            pixels: Size::ZERO,
        })
    }

    fn flush(&mut self) -> io::Result<()> {
        self.frame.send(&mut self.out)
    }
}

/// A frame's bytes. crossterm's commands flush after each cursor move, so `flush` does nothing here: [`Screen`]
/// sends the bytes when the frame is complete.
struct FrameWriter(Wiped);

impl FrameWriter {
    fn send(&mut self, out: &mut impl Write) -> io::Result<()> {
        if self.0.bytes().is_empty() {
            return Ok(());
        }
        let sent = out.write_all(self.0.bytes()).and_then(|()| out.flush());
        self.0.clear();
        sent
    }
}

impl Write for FrameWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use ratatui::Terminal;
    use ratatui::widgets::Paragraph;

    use super::*;

    /// Every write on its own.
    #[derive(Default)]
    struct Writes(Vec<Vec<u8>>);

    impl Write for &mut Writes {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.push(bytes.to_vec());
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn draw(terminal: &mut Terminal<Screen<&mut Writes>>, text: &str, x: u16) {
        terminal
            .draw(|frame| {
                frame.render_widget(Paragraph::new(text), frame.area());
                frame.set_cursor_position((x, 0));
            })
            .expect("drawn");
    }

    fn terminal(writes: &mut Writes) -> Terminal<Screen<&mut Writes>> {
        Terminal::new(Screen::new(writes, Size::new(20, 2))).expect("terminal")
    }

    #[test]
    fn a_frame_is_one_write_and_an_unchanged_frame_is_none() {
        let mut writes = Writes::default();
        let mut terminal = terminal(&mut writes);
        draw(&mut terminal, "one", 3);
        draw(&mut terminal, "one", 3);
        draw(&mut terminal, "one", 4);
        draw(&mut terminal, "two", 4);
        drop(terminal);
        let writes = writes.0.iter().map(|bytes| String::from_utf8_lossy(bytes));
        let writes: Vec<_> = writes.collect();
        assert_eq!(writes.len(), 3, "{writes:?}");
        assert!(writes[0].contains("one") && writes[0].ends_with("\x1b[?25h\x1b[1;4H"));
        assert_eq!(writes[1], "\x1b[1;5H");
        assert!(writes[2].contains("two") && writes[2].ends_with("\x1b[1;5H"));
    }

    #[test]
    fn what_is_behind_a_line_is_erased_and_the_cursor_stays() {
        let mut writes = Writes::default();
        let mut terminal = terminal(&mut writes);
        draw(&mut terminal, "one", 2);
        let screen = terminal.backend_mut();
        let behind = Position { x: 3, y: 0 };
        screen.erase_after(&[behind]).expect("erased");
        screen.erase_after(&[]).expect("nothing to be done");
        let beyond = Position { x: u16::MAX, y: 0 };
        screen.erase_after(&[beyond]).expect("nothing is there");
        drop(terminal);
        assert_eq!(writes.0.len(), 2);
        let second = String::from_utf8_lossy(&writes.0[1]);
        assert_eq!(second, "\x1b[1;4H\x1b[K\x1b[1;3H");
    }

    #[test]
    fn a_frame_larger_than_the_buffer_is_still_one_write() {
        let mut frame = FrameWriter(Wiped::with_capacity(4));
        let mut writes = Writes::default();
        for part in ["abc", "defghijkl", "m"] {
            frame.write_all(part.as_bytes()).expect("gathered");
        }
        frame.send(&mut &mut writes).expect("sent");
        assert_eq!(writes.0, [b"abcdefghijklm"]);
        assert!(frame.0.bytes().is_empty());
    }
}
