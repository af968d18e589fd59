//! Where a terminal's cursor is, and the shortest way to where it is to be.

use crate::ui::terminal::screen::abilities::Abilities;
use crate::ui::terminal::screen::short::Short;

/// Where the cursor is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Nobody knows: somebody else has written, or a region was set, or terminals disagree about a character's width.
    Unknown,
    /// In this column and row.
    At(u16, u16),
    /// In the last column of this row, where something was just written: the next character begins a new row. A
    /// carriage return leads to the beginning of this one everywhere; about all else terminals disagree.
    Behind(u16),
}

/// The shortest sequence that brings the cursor to this column and row.
pub(super) fn way(from: Place, (x, y): (u16, u16), abilities: Abilities) -> Short {
    let address = address(x, y);
    let from_edge = |row| {
        let edge = Short::repeated(b'\r', 1).unwrap_or(address);
        let level = edge.and(&vertical(row, y, abilities));
        // Behind a return it matters not whether somebody has a return written with each line feed.
        let fed = y.checked_sub(row).and_then(|n| Short::repeated(b'\n', n));
        let level = fed.map_or(level, |fed| level.or(edge.and(&fed)));
        level.and(&across(0, x, abilities))
    };
    match from {
        Place::Unknown => address,
        Place::At(column, row) => {
            let level = vertical(row, y, abilities);
            let straight = level.and(&across(column, x, abilities));
            straight.or(from_edge(row)).or(address)
        }
        Place::Behind(row) => from_edge(row).or(address),
    }
}

/// `ESC [ row ; column H`, where 1 is left out.
fn address(x: u16, y: u16) -> Short {
    let row = Short::new().then(b"\x1b[").number(y + 1);
    match x {
        0 => row.then(b"H"),
        _ => row.then(b";").number(x + 1).then(b"H"),
    }
}

/// From row to row.
fn vertical(from: u16, to: u16, abilities: Abilities) -> Short {
    let steps = match (to.checked_sub(from), from.checked_sub(to)) {
        (Some(0), _) => return Short::new(),
        (Some(down), _) => Short::control(down, b'B'),
        (None, up) => Short::control(up.unwrap_or(0), b'A'),
    };
    if abilities.columns {
        steps.or(Short::control(to + 1, b'd'))
    } else {
        steps
    }
}

/// From column to column.
fn across(from: u16, to: u16, abilities: Abilities) -> Short {
    let steps = match (to.checked_sub(from), from.checked_sub(to)) {
        (Some(0), _) => return Short::new(),
        (Some(right), _) => Short::control(right, b'C'),
        (None, left) => {
            let left = left.unwrap_or(0);
            let back = Short::control(left, b'D');
            Short::repeated(b'\x08', left).map_or(back, |steps| back.or(steps))
        }
    };
    if abilities.columns {
        steps.or(Short::control(to + 1, b'G'))
    } else {
        steps
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn expect(from: Place, to: (u16, u16), expected: &str) {
        let way = way(from, to, Abilities::ALL);
        assert_eq!(String::from_utf8_lossy(way.bytes()), expected, "{from:?}");
    }

    #[test]
    fn the_shortest_way_is_taken() {
        expect(Place::Unknown, (0, 0), "\x1b[H");
        expect(Place::Unknown, (0, 4), "\x1b[5H");
        expect(Place::Unknown, (7, 0), "\x1b[;8H");
        expect(Place::Unknown, (7, 4), "\x1b[5;8H");
        let here = Place::At(20, 10);
        expect(here, (20, 10), "");
        expect(here, (0, 10), "\r");
        expect(here, (18, 10), "\x08\x08");
        expect(here, (10, 10), "\x1b[10D");
        expect(here, (21, 10), "\x1b[C");
        expect(here, (40, 10), "\x1b[20C");
        expect(here, (2, 10), "\x1b[3G");
        expect(here, (0, 11), "\r\n");
        expect(here, (0, 12), "\r\n\n");
        expect(here, (20, 11), "\x1b[B");
        expect(here, (20, 9), "\x1b[A");
        expect(here, (20, 0), "\x1b[d");
        expect(here, (2, 11), "\r\n\x1b[2C");
        expect(here, (50, 20), "\x1b[21;51H");
    }

    #[test]
    fn behind_the_last_column_only_a_return_and_an_address_are_certain() {
        expect(Place::Behind(3), (0, 3), "\r");
        expect(Place::Behind(3), (0, 4), "\r\n");
        expect(Place::Behind(3), (5, 3), "\r\x1b[5C");
        expect(Place::Behind(3), (79, 3), "\r\x1b[79C");
        expect(Place::Behind(3), (40, 9), "\x1b[10;41H");
    }

    #[test]
    fn a_terminal_that_knows_no_columns_is_told_none() {
        for from in [Place::At(30, 30), Place::Behind(3), Place::Unknown] {
            for to in [(0, 0), (9, 30), (30, 0), (80, 3)] {
                let way = way(from, to, Abilities::FEW);
                let told = way.bytes();
                assert!(!told.ends_with(b"G") && !told.ends_with(b"d"), "{told:?}");
            }
        }
    }

    #[test]
    fn a_line_feed_comes_behind_a_return_only() {
        for (from, to) in (0..40).flat_map(|x| (0..12).map(move |y| ((x, 5), (x, y)))) {
            let way = way(Place::At(from.0, from.1), to, Abilities::ALL);
            let feed = way.bytes().iter().position(|byte| *byte == b'\n');
            let edge = way.bytes().iter().position(|byte| *byte == b'\r');
            assert!(feed.is_none() || edge < feed, "{from:?} {to:?}");
        }
    }
}
