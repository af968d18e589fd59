//! Which rows of something longer are on the screen.

use crate::ui::frame::scrolled_by;

/// Counts rows from 0.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Viewport {
    /// The first row on the screen.
    pub(super) top: usize,
    pub(super) height: usize,
    /// All rows.
    pub(super) rows: usize,
    /// It was scrolled by hand: the selection may be off the screen.
    pub(super) free: bool,
}

impl Viewport {
    /// Settles what is on the screen: the rows of the selection, unless it was scrolled by hand.
    pub(super) fn settle(&mut self, height: usize, rows: usize, selected: std::ops::Range<usize>) {
        self.height = height.max(1);
        self.rows = rows;
        if !self.free {
            self.top = self.top.max(selected.end.saturating_sub(self.height));
            self.top = self.top.min(selected.start);
        }
        self.top = self.top.min(rows.saturating_sub(self.height));
    }

    /// Scrolls by hand.
    pub(super) fn scroll(&mut self, lines: i32) {
        self.top = scrolled_by(self.top, lines, self.rows.saturating_sub(self.height));
        self.free = true;
    }

    /// The first and last row on the screen, counted from 1, and how many there are; nothing where all are.
    pub(super) fn shown(&self) -> Option<(usize, usize, usize)> {
        let last = (self.top + self.height).min(self.rows);
        (self.rows > self.height).then_some((self.top + 1, last, self.rows))
    }
}
