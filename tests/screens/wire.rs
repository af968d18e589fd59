//! What a key writes to the terminal: the wire is thin, and stays so.

use std::io;

use keyward::domain::locale::Locale;
use keyward::ui::terminal::Screen;
use ratatui::backend::Backend;
use ratatui::buffer::Buffer;
use ratatui::layout::Size;

use crate::scenes::Seed;
use crate::support::console::Console;

/// At 80x24: what is done before, the key, and the bytes that it wrote when only the name of the selected row was marked,
/// boxes had nothing behind them, and nothing had a scroll bar.
const KEYS: [(&str, &str, usize); 30] = [
    ("", "<Down>", 83),
    ("", "<PgDn>", 86),
    ("<PgDn><End><Home>", "<End>", 2379),
    ("<PgDn>", "<Down>", 1808),
    ("", "\n", 3347),
    ("\n", "\t", 156),
    ("\n", "x", 38),
    ("\n", "<Esc>", 3226),
    ("\nx", "<Esc>", 927),
    ("\nx<Esc>", "<Esc>", 778),
    ("n", "<Esc>", 2265),
    ("", "n", 2395),
    ("", "d", 1476),
    ("d", "n", 1477),
    ("", "f", 1820),
    ("f", "<Down>", 107),
    ("f", "<Esc>", 1833),
    ("", "?", 3472),
    ("?", "<Down>", 2122),
    ("?", "<Esc>", 3344),
    ("", ":", 3432),
    (":", "<Esc>", 3246),
    ("", " ", 626),
    ("", "/", 561),
    ("/", "b", 1618),
    ("/b", "<Esc>", 2030),
    ("", "3", 2487),
    ("3", "\n", 2259),
    ("3\n", "<F4>", 1497),
    ("", "4", 2865),
];

/// The most bytes that a bar over the whole of a row takes where it goes, and those where it was.
const BAR: usize = 260;

/// How many bytes a key may write that wrote so many: 1.3 times as many, or what a bar takes that moves.
fn most(before: usize) -> usize {
    (before * 13 / 10).max(if before > 80 { BAR } else { 0 })
}

/// The bytes that one frame after another takes.
fn written(before: &Buffer, after: &Buffer, cursor: (u16, u16)) -> usize {
    let mut bytes = Vec::new();
    let size = Size::new(after.area.width, after.area.height);
    let mut draw = || -> io::Result<()> {
        let mut screen = Screen::new(&mut bytes, size);
        screen.draw(before.diff(after).into_iter())?;
        screen.set_cursor_position(cursor)?;
        screen.flush()
    };
    draw().expect("written to memory");
    bytes.len()
}

#[test]
fn a_key_writes_no_more_than_it_may() {
    let mut too_many = Vec::new();
    for (before, key, wrote) in KEYS {
        let mut console: Console = Seed::Demo.console(Locale::EnUs, |_| ());
        console.resize(80, 24);
        console.keys(before);
        let old = console.buffer().clone();
        console.keys(key);
        let cursor = console.cursor();
        let bytes = written(&old, console.buffer(), cursor);
        let most = most(wrote);
        if bytes > most {
            too_many.push(format!(
                "{before:?}, then {key:?}: {bytes} bytes, at most {most}"
            ));
        }
    }
    assert!(too_many.is_empty(), "{}", too_many.join("\n"));
}
