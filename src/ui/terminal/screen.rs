//! ratatui's backend for us: it knows what the terminal shows, and writes as few bytes as it can find to change that.
//!
//! A frame is one write, and its bytes are wiped once they are written. What the terminal shows may be a secret: it is
//! wiped when the frames before are to be forgotten, and when the size changes.

mod abilities;
mod attributes;
mod brush;
#[cfg(test)]
mod compared;
mod cursor;
mod glyphs;
mod grid;
mod moves;
mod painter;
mod row;
mod short;

use std::io::{self, Write};

use ratatui::backend::{Backend, ClearType, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Size};

pub use self::abilities::Abilities;
use self::attributes::Style;
use self::brush::{Brush, State};
use self::cursor::Place;
use self::glyphs::Clusters;
use self::grid::Grid;
use self::moves::{Move, candidates};
use self::painter::{move_rows, paint};
use crate::ui::terminal::ERASED;
use crate::ui::terminal::wiped::Wiped;

/// The most moves of rows in one frame.
const MOVES: usize = 4;
/// Everything off: what is erased has the terminal's own background.
const PLAIN: &[u8] = b"\x1b[m";
const HIDE: &[u8] = b"\x1b[?25l";
const SHOW: &[u8] = b"\x1b[?25h";

/// A backend that writes what changes from frame to frame, and nothing for a frame like the one before it.
pub struct Screen<W> {
    out: W,
    size: Size,
    abilities: Abilities,
    /// What the terminal shows.
    shown: Grid,
    /// What it is to show.
    next: Grid,
    clusters: Clusters,
    state: State,
    /// Nothing is taken for granted: everything is erased first.
    anew: bool,
    /// Whether the terminal shows its cursor, if that is known.
    cursor_shown: Option<bool>,
    /// Where it is to be seen, if it is.
    cursor: Option<Position>,
    /// What was so before the last frame, for as long as that may be taken back.
    before: Option<Before>,
}

/// What is known of a terminal between two frames.
struct Before {
    shown: Grid,
    state: State,
    anew: bool,
    cursor_shown: Option<bool>,
}

impl<W: Write> Screen<W> {
    /// A screen of this size that writes to `out`, for a terminal that can do this. Nothing is known of what it shows.
    #[must_use]
    pub fn new(out: W, size: Size, abilities: Abilities) -> Screen<W> {
        let mut screen = Screen {
            out,
            size,
            abilities,
            shown: Grid::default(),
            next: Grid::default(),
            clusters: Clusters::of(abilities),
            state: UNKNOWN,
            anew: true,
            cursor_shown: None,
            cursor: None,
            before: None,
        };
        screen.set_size(size);
        screen
    }

    /// What the frames are written to.
    pub(super) fn out(&self) -> &W {
        &self.out
    }

    /// Notes that the terminal has another size, and forgets what it shows. Before the next frame, what ratatui's
    /// buffers hold is to be wiped.
    pub(super) fn set_size(&mut self, size: Size) {
        self.size = size;
        self.shown = Grid::new(size.width, size.height);
        self.next = Grid::new(size.width, size.height);
        self.forget();
    }

    /// Takes nothing for granted any more: somebody else may have written to the terminal. What it showed is wiped.
    pub(super) fn forget(&mut self) {
        self.erase();
        self.state = UNKNOWN;
        self.cursor_shown = None;
    }

    fn erase(&mut self) {
        self.shown.wipe();
        self.next.wipe();
        self.clusters.forget();
        self.before = None;
        self.anew = true;
    }

    /// Takes back the last frame, of which the terminal has got nothing: it shows what it showed before. What was drawn
    /// stays drawn, so that the next frame needs only what is different from that.
    pub(super) fn take_back(&mut self) {
        if let Some(before) = self.before.take() {
            self.shown = before.shown;
            self.state = before.state;
            self.anew = before.anew;
            self.cursor_shown = before.cursor_shown;
        } else {
            self.shown.wipe();
            self.state = UNKNOWN;
            self.anew = true;
            self.cursor_shown = None;
        }
    }

    /// Writes the frame that was drawn. The lines that end at these places are erased behind them and not written with
    /// spaces, which a terminal's selection would take along.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn paint(&mut self, ends: &[Position]) -> io::Result<()> {
        self.next.end_no_row();
        for end in ends {
            self.next.end_row((end.x, end.y));
        }
        let Frame {
            bytes,
            state,
            shown,
        } = self.composed();
        let sent = match bytes.bytes() {
            [] => Ok(()),
            bytes => self.out.write_all(bytes).and_then(|()| self.out.flush()),
        };
        self.before = Some(Before {
            shown: std::mem::replace(&mut self.shown, shown),
            state: std::mem::replace(&mut self.state, state),
            anew: std::mem::replace(&mut self.anew, false),
            cursor_shown: self.cursor_shown.replace(self.cursor.is_some()),
        });
        if self.shown.tidy(&mut self.clusters) {
            self.before = None;
        }
        self.next.copy_from(&self.shown);
        sent
    }

    /// The frame, with the rows moved that it spares bytes to move.
    fn composed(&self) -> Frame {
        let mut moves = Vec::new();
        let mut best = self.compose(&moves);
        while self.abilities.lines && !self.anew && moves.len() < MOVES {
            let mut shown = self.shown.clone();
            for Move { top, bottom, up } in &moves {
                shown.move_rows(*top, *bottom, *up);
            }
            let tried = candidates(&shown, &self.next).into_iter().map(|one| {
                let moves = [&*moves, &[one]].concat();
                (self.compose(&moves), moves)
            });
            let Some((tried, with)) = tried.min_by_key(|(frame, _)| frame.bytes.bytes().len())
            else {
                break;
            };
            if tried.bytes.bytes().len() >= best.bytes.bytes().len() {
                break;
            }
            (best, moves) = (tried, with);
        }
        best
    }

    /// The frame, with these moves.
    fn compose(&self, moves: &[Move]) -> Frame {
        let mut brush = Brush::new(self.state, self.abilities, &self.clusters);
        let mut shown = self.shown.clone();
        if self.cursor.is_none() && self.cursor_shown != Some(false) {
            brush.out.extend(HIDE);
        }
        if self.anew {
            if brush.state.pen != Some(Style::PLAIN) {
                brush.out.extend(PLAIN);
            }
            brush.out.extend(ERASED);
            brush.state = State {
                place: Place::At(0, 0),
                pen: Some(Style::PLAIN),
            };
        }
        for one in moves {
            move_rows(&mut brush, *one, &mut shown);
        }
        paint(&mut brush, &mut shown, &self.next);
        if let Some(cursor) = self.cursor {
            brush.go(cursor.x, cursor.y);
            if self.cursor_shown != Some(true) {
                brush.out.extend(SHOW);
            }
        }
        Frame {
            bytes: brush.out,
            state: brush.state,
            shown,
        }
    }
}

/// A frame, and what is so when the terminal has taken it.
struct Frame {
    bytes: Wiped,
    state: State,
    shown: Grid,
}

/// Nothing is known.
const UNKNOWN: State = State {
    place: Place::Unknown,
    pen: None,
};

/// Gathers a frame, which [`Screen::paint`] writes.
impl<W: Write> Backend for Screen<W> {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, cells: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        for (x, y, cell) in cells {
            self.next.put((x, y), cell, &mut self.clusters);
        }
        Ok(())
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        self.cursor = None;
        Ok(())
    }

    /// Does nothing: where it is to be seen, [`Screen::set_cursor_position`] tells.
    fn show_cursor(&mut self) -> io::Result<()> {
        Ok(())
    }

    /// Fails always: the terminal's answer would go to the thread that reads the keys.
    fn get_cursor_position(&mut self) -> io::Result<Position> {
        Err(io::ErrorKind::Unsupported.into())
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        let Position { x, y } = position.into();
        let last = |length: u16| length.saturating_sub(1);
        self.cursor = Some(Position {
            x: x.min(last(self.size.width)),
            y: y.min(last(self.size.height)),
        });
        Ok(())
    }

    fn clear(&mut self) -> io::Result<()> {
        self.erase();
        Ok(())
    }

    /// Fails for a part of the screen: nobody asks for that.
    fn clear_region(&mut self, region: ClearType) -> io::Result<()> {
        match region {
            ClearType::All => self.clear(),
            _ => Err(io::ErrorKind::Unsupported.into()),
        }
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

    /// Does nothing: the lines that end somewhere are told after this.
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

    fn draw(terminal: &mut Terminal<Screen<&mut Writes>>, text: &str, x: u16, ends: &[Position]) {
        terminal
            .draw(|frame| {
                frame.render_widget(Paragraph::new(text), frame.area());
                frame.set_cursor_position((x, 0));
            })
            .expect("drawn");
        terminal.backend_mut().paint(ends).expect("painted");
    }

    fn terminal(writes: &mut Writes) -> Terminal<Screen<&mut Writes>> {
        let screen = Screen::new(writes, Size::new(20, 2), Abilities::ALL);
        Terminal::new(screen).expect("terminal")
    }

    fn as_text(writes: &Writes) -> Vec<String> {
        let text = |bytes: &Vec<u8>| String::from_utf8_lossy(bytes).into_owned();
        writes.0.iter().map(text).collect()
    }

    #[test]
    fn a_frame_is_one_write_and_an_unchanged_frame_is_none() {
        let mut writes = Writes::default();
        let mut terminal = terminal(&mut writes);
        draw(&mut terminal, "one", 3, &[]);
        draw(&mut terminal, "one", 3, &[]);
        draw(&mut terminal, "one", 4, &[]);
        draw(&mut terminal, "two", 4, &[]);
        drop(terminal);
        let erased = String::from_utf8_lossy(ERASED);
        let first = format!("\x1b[m{erased}one\x1b[?25h");
        assert_eq!(as_text(&writes), [&*first, "\x1b[C", "\rtwo\x1b[C"]);
    }

    #[test]
    fn what_is_behind_a_line_is_erased_and_not_written() {
        let behind = Position { x: 3, y: 0 };
        let beyond = Position { x: u16::MAX, y: 0 };
        let mut writes = Writes::default();
        let mut terminal = terminal(&mut writes);
        draw(&mut terminal, "one two", 2, &[]);
        draw(&mut terminal, "one t", 2, &[]);
        draw(&mut terminal, "one", 2, &[beyond]);
        draw(&mut terminal, "one", 2, &[behind]);
        draw(&mut terminal, "one", 2, &[behind]);
        drop(terminal);
        let written = as_text(&writes);
        let expected = ["e t  \x1b[5D", "e  \x08\x08\x08", "e\x1b[K\x08"];
        assert_eq!(written[1..], expected);
    }

    #[test]
    fn what_the_screen_holds_is_wiped_when_the_frames_before_are_to_be_forgotten() {
        let ways: [fn(&mut Screen<&mut Writes>); 3] = [
            |screen| screen.forget(),
            |screen| screen.clear().expect("cleared"),
            |screen| screen.set_size(Size::new(20, 2)),
        ];
        for way in ways {
            let mut writes = Writes::default();
            let mut terminal = terminal(&mut writes);
            draw(&mut terminal, "7:secret", 0, &[]);
            let screen = terminal.backend_mut();
            way(screen);
            for grid in [&screen.shown, &screen.next] {
                let mut cells = (0..2).flat_map(|y| grid.row(y));
                assert!(cells.all(|cell| *cell == grid::Cell::default()));
            }
            assert!(screen.before.is_none());
        }
    }

    #[test]
    fn a_row_that_moved_is_moved() {
        let lines = [
            "the head",
            "the first row",
            "another row",
            "and a third",
            "a fourth one",
            "the foot",
        ];
        let of = |rows: [usize; 6]| rows.map(|at| lines[at]).join("\n");
        let mut bytes = Vec::new();
        let screen = Screen::new(&mut bytes, Size::new(20, 6), Abilities::ALL);
        let mut terminal = Terminal::new(screen).expect("terminal");
        for rows in [[0, 1, 2, 3, 4, 5], [0, 2, 3, 4, 1, 5]] {
            let draw = |frame: &mut ratatui::Frame| {
                frame.render_widget(Paragraph::new(of(rows)), frame.area());
            };
            terminal.draw(draw).expect("drawn");
            terminal.backend_mut().paint(&[]).expect("painted");
        }
        drop(terminal);
        let written = String::from_utf8_lossy(&bytes);
        assert!(
            written.ends_with("\x1b[;5r\x1b[2H\x1b[M\x1b[r\x1b[5Hthe first row"),
            "{written:?}"
        );
    }
}
