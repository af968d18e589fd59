//! What a key writes to the terminal: the wire is thin, and stays so.

use std::cell::Cell as Shared;
use std::io::{self, Write};
use std::rc::Rc;

use keyward::domain::id::KeyId;
use keyward::domain::locale::Locale;
use keyward::domain::time::SECOND;
use keyward::ui::terminal::{Abilities, Screen};
use ratatui::backend::Backend;
use ratatui::buffer::{Buffer, Cell, CellWidth};
use ratatui::layout::Size;
use ratatui::style::{Color, Modifier};

use crate::scenes::Seed;
use crate::support::console::Console;

/// Counts what is written.
#[derive(Clone, Default)]
struct Count(Rc<Shared<usize>>);

impl Write for Count {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.set(self.0.get() + bytes.len());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The demo in a console, and the terminal that it writes to.
struct Wire {
    console: Console,
    screen: Screen<Count>,
    count: Count,
    shown: Buffer,
}

impl Wire {
    /// With nothing written yet.
    fn new((columns, rows): (u16, u16)) -> Wire {
        let mut console: Console = Seed::Demo.console(Locale::EnUs, |_| ());
        console.resize(columns, rows);
        let count = Count::default();
        Wire {
            screen: Screen::new(count.clone(), Size::new(columns, rows), Abilities::ALL),
            shown: Buffer::empty(console.buffer().area),
            console,
            count,
        }
    }

    /// With these keys pressed, and all of it written.
    fn after(size: (u16, u16), keys: &str) -> Wire {
        let mut wire = Wire::new(size);
        wire.press(keys);
        wire
    }

    /// Writes what is on the screen now: so many bytes, and the least that the changed cells need.
    fn write(&mut self) -> (usize, usize) {
        let before = self.count.0.get();
        let drawn = self.console.buffer().clone();
        let least = least(&self.shown, &drawn);
        let cursor = self.console.cursor();
        let changed = self.shown.diff(&drawn);
        self.screen.draw(changed.into_iter()).expect("drawn");
        self.screen.set_cursor_position(cursor).expect("told");
        self.screen.paint(&[]).expect("written");
        self.shown = drawn;
        (self.count.0.get() - before, least)
    }

    fn press(&mut self, keys: &str) -> (usize, usize) {
        self.console.keys(keys);
        self.write()
    }
}

/// How a cell looks, as far as that can be seen.
fn look(cell: &Cell) -> (Color, Color, Modifier) {
    let seen = Modifier::REVERSED | Modifier::UNDERLINED;
    if cell.symbol() == " " && !cell.modifier.intersects(seen) {
        return (Color::Reset, cell.bg, Modifier::empty());
    }
    (cell.fg, cell.bg, cell.modifier)
}

/// The least that changed cells need where none is moved, in bytes: their characters, once each; blanks 4 where there
/// are more; 4 to get there, wherever others are between; and for each change of colours 3 or what its numbers take. This
/// is a way of counting and no proof: a move of rows needs less.
fn least(before: &Buffer, after: &Buffer) -> usize {
    const GET_THERE: usize = 4;
    const ERASED: usize = 4;
    let area = after.area;
    let (mut sum, mut pen) = (0, (Color::Reset, Color::Reset, Modifier::empty()));
    for y in 0..area.height {
        let is_changed = |x: u16| {
            let [old, new] = [before, after].map(|buffer| &buffer[(x, y)]);
            old.symbol() != new.symbol() || look(old) != look(new)
        };
        let is_blank = |x: u16| after[(x, y)].symbol() == " " && look(&after[(x, y)]).2.is_empty();
        let (mut x, mut gap) = (0, GET_THERE);
        while x < area.width {
            let cell = &after[(x, y)];
            if !is_changed(x) {
                gap += 1;
                x += 1;
                continue;
            }
            sum += gap.min(GET_THERE);
            gap = 0;
            if is_blank(x) {
                let end = (x..area.width)
                    .find(|x| !is_blank(*x))
                    .unwrap_or(area.width);
                let last = (x..end).rev().find(|x| is_changed(*x)).unwrap_or(x);
                sum += usize::from(last + 1 - x).min(ERASED);
                x = last + 1;
                continue;
            }
            let style = look(cell);
            if style != pen {
                let plain = (Color::Reset, Color::Reset, Modifier::empty());
                sum += if style == plain { 3 } else { 4 };
                pen = style;
            }
            sum += cell.symbol().len();
            x += cell.symbol().cell_width().max(1);
        }
    }
    sum
}

/// What Properties may write at 80x24, of whatever key or user.
const PROPERTIES: usize = 1_300;

/// At 80x24: what is done before, the key, and the most bytes that it may write. Of a form most are its words. To leave one
/// costs more, since all of the list behind it is drawn again; and Tab costs what the longer line below a field does, for
/// which no terminal has a shorter way.
#[rustfmt::skip]
const KEYS: [(&str, &str, usize); 34] = [
    ("", "<Down>", 220),
    ("", "<PgDn>", 220),
    ("<PgDn>", "<Down>", 300),
    ("<PgDn>", "<PgDn>", 1600),
    ("<PgDn><PgDn>", "<PgUp>", 1600),
    ("", "<End>", 1600),
    ("<PgDn><End><Home>", "<End>", 1520),
    ("", "\n", PROPERTIES),
    ("\n", "\t", 155),
    ("\n", "x", 8),
    ("\nx", "y", 8),
    ("\n", "<Esc>", 1900),
    ("\nx", "<Esc>", 650),
    ("\nx<Esc>", "<Esc>", 570),
    ("n", "<Esc>", 1900),
    ("", "n", 860),
    ("", "d", 1020),
    ("d", "n", 1040),
    ("", "f", 1200),
    ("f", "<Down>", 100),
    ("f", "<Esc>", 1150),
    ("", "?", 1370),
    ("?", "<Down>", 160),
    ("?", "<Esc>", 1930),
    ("", ":", 2130),
    (":", "<Esc>", 1910),
    ("", " ", 450),
    ("", "/", 275),
    ("/", "b", 890),
    ("/b", "<Esc>", 1210),
    ("", "3", 850),
    ("3", "\n", 760),
    ("3\n", "<F4>", 800),
    ("", "4", 1560),
];

#[test]
fn a_key_writes_no_more_than_it_may() {
    let mut too_many = Vec::new();
    for (before, key, most) in KEYS {
        let (bytes, least) = Wire::after((80, 24), before).press(key);
        if bytes > most {
            too_many.push(format!(
                "{before:?}, then {key:?}: {bytes} bytes, at most {most}; the cells need {least}"
            ));
        }
    }
    assert!(too_many.is_empty(), "{}", too_many.join("\n"));
}

#[test]
fn properties_of_whatever_key_or_user_write_little() {
    for (screen, rows) in [("", 39), ("2", 4)] {
        let mut wire = Wire::after((80, 24), screen);
        for row in 0..rows {
            let (bytes, least) = wire.press("\n");
            assert!(
                bytes <= PROPERTIES,
                "{screen:?}, row {row}: {bytes} bytes; the cells need {least}"
            );
            wire.press("<Esc>");
            wire.press("<Down>");
        }
    }
}

#[test]
fn the_first_frame_is_small_and_one_like_it_is_nothing() {
    let mut wire = Wire::new((80, 24));
    let (bytes, least) = wire.write();
    assert!(bytes <= 2_500, "{bytes} bytes; the cells need {least}");
    assert_eq!(wire.write().0, 0);
    wire.console.wait(2 * SECOND);
    assert_eq!(wire.write().0, 0);
}

#[test]
fn a_row_that_somebody_else_changed_is_all_that_is_written() {
    let mut wire = Wire::after((80, 24), "");
    let mut other = wire.console.bench.beside();
    let id = KeyId(6);
    other.by_alice(|service, alice| service.lock_out_key(alice, id, ""));
    wire.console.wait(2 * SECOND);
    let (bytes, least) = wire.write();
    assert!(
        (10..=200).contains(&bytes),
        "{bytes} bytes; the cells need {least}"
    );
}

#[test]
fn in_a_wide_window_properties_write_what_the_changed_cells_need() {
    for size in [(100, 30), (120, 40)] {
        let mut wire = Wire::after(size, "");
        wire.console.rest();
        wire.write();
        let (bytes, least) = wire.press("\n");
        assert!(
            bytes * 10 <= least * 11,
            "{bytes} bytes, where {least} are needed"
        );
    }
}
