//! How large the terminal is.

use std::os::fd::AsFd;

use ratatui::layout::Size;
use rustix::termios::tcgetwinsize;

/// The size that is taken when a terminal does not know its own.
pub(super) const FALLBACK: Size = Size {
    width: 80,
    height: 24,
};
/// The largest part of a terminal that is drawn on. It says itself how large it is, and may say anything; each cell
/// costs memory.
const LARGEST: Size = Size {
    width: 1_000,
    height: 500,
};

/// The part of a terminal that is drawn on. Asked is the terminal itself: another one may be the input, or control the
/// process.
pub(super) fn of(terminal: impl AsFd) -> Size {
    tcgetwinsize(terminal).map_or(FALLBACK, |size| usable(size.ws_col, size.ws_row))
}

fn usable(columns: u16, rows: u16) -> Size {
    if columns == 0 || rows == 0 {
        return FALLBACK;
    }
    Size {
        width: columns.min(LARGEST.width),
        height: rows.min(LARGEST.height),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_what_can_be_drawn_on_whatever_the_terminal_says() {
        let usable = |columns, rows| {
            let size = usable(columns, rows);
            (size.width, size.height)
        };
        assert_eq!(usable(120, 40), (120, 40));
        assert_eq!(usable(1, 1), (1, 1));
        assert_eq!(usable(u16::MAX, u16::MAX), (1_000, 500));
        assert_eq!(usable(u16::MAX, 1), (1_000, 1));
        for unknown in [(0, 0), (0, 40), (120, 0), (0, u16::MAX)] {
            assert_eq!(usable(unknown.0, unknown.1), (80, 24), "{unknown:?}");
        }
    }
}
