//! Scrolling: which lines of something are on the screen where it is longer than its place.

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::ui::extent::Extent;
use crate::ui::hits::{Hit, Hits, Mouse};
use crate::ui::keymap::Action;
use crate::ui::look::{Theme, cells, more_marks, scroll_bar, skip};

/// The part of some lines that is on the screen.
#[derive(Clone, Copy, Debug, Default)]
pub struct Scroll {
    top: usize,
    height: usize,
    lines: usize,
    /// What is on the screen was moved by hand: the cursor may be off it.
    by_hand: bool,
}

impl Scroll {
    /// As much as there is room for of so many lines, with these among them.
    #[must_use]
    pub fn around(kept: Range<usize>, lines: usize, room: u16) -> Scroll {
        let mut scroll = Scroll::default();
        scroll.settle(lines, room);
        scroll.keep(kept);
        scroll
    }

    /// Takes how many lines there are, and for how many there is room.
    pub fn settle(&mut self, lines: usize, room: u16) {
        self.lines = lines;
        self.height = usize::from(room).max(1);
        self.show_from(self.top);
    }

    /// Brings these lines on the screen, unless it was moved by hand since the cursor was.
    pub fn keep(&mut self, cursor: Range<usize>) {
        if !self.by_hand {
            let least = cursor.end.saturating_sub(self.height);
            self.show_from(self.top.max(least).min(cursor.start));
        }
    }

    /// Shows what there is from this line on, as far as that fills the screen.
    pub fn show_from(&mut self, top: usize) {
        self.top = top.min(self.last_top());
    }

    /// The cursor was moved: it is kept on the screen.
    pub fn follow(&mut self) {
        self.by_hand = false;
    }

    /// What is on the screen stays, wherever the cursor is.
    pub fn hold(&mut self) {
        self.by_hand = true;
    }

    /// Moves by so many lines, down or up; false where there is no more.
    pub fn by(&mut self, lines: i32) -> bool {
        let before = self.top;
        let lines = isize::try_from(lines).unwrap_or(0);
        self.show_from(self.top.saturating_add_signed(lines));
        self.hold();
        self.top != before
    }

    /// Where a key takes a cursor at `at` that can go as far as `last`.
    #[must_use]
    pub fn moved(&self, action: Action, at: usize, last: usize) -> usize {
        let to = match action {
            Action::Up => at.saturating_sub(1),
            Action::Down => at + 1,
            Action::PageUp => at.saturating_sub(self.height),
            Action::PageDown => at + self.height,
            Action::HalfUp => at.saturating_sub(self.half()),
            Action::HalfDown => at + self.half(),
            Action::First => 0,
            Action::Last => last,
            _ => at,
        };
        to.min(last)
    }

    /// Half of the lines on the screen.
    fn half(&self) -> usize {
        (self.height / 2).max(1)
    }

    /// Moves as a key says.
    pub fn act(&mut self, action: Action) {
        self.top = self.moved(action, self.top, self.last_top());
    }

    /// Whether there is more than is on the screen.
    #[must_use]
    pub fn has_more(&self) -> bool {
        self.lines > self.height
    }

    /// Lines on the screen.
    #[must_use]
    pub fn height(&self) -> usize {
        self.height
    }

    /// The lines that are on the screen, counted from 0.
    #[must_use]
    pub fn shown(&self) -> Range<usize> {
        self.top..self.lines.min(self.top + self.height)
    }

    /// Takes what the mouse does, if that is to scroll; the cursor may then be off the screen.
    pub fn mouse(&mut self, does: Mouse) {
        match does {
            Mouse::Wheel(lines) => _ = self.by(lines),
            Mouse::To(top) => {
                self.show_from(top);
                self.hold();
            }
            Mouse::Click(_) => {}
        }
    }

    /// Draws a scroll bar in the right edge of a box, where not all lines are on the screen, or marks where little is hidden:
    /// beside the lines, which are the last rows of a page in the box.
    pub fn view(
        &self,
        buf: &mut Buffer,
        (whole, page): (Rect, Rect),
        theme: &Theme,
        hits: &mut Hits,
    ) {
        let height = page.height.min(cells(self.height));
        let bar = Rect {
            y: page.bottom() - height,
            height,
            ..skip(whole, whole.width.saturating_sub(1))
        };
        let extent = Extent {
            top: self.top,
            height: self.height,
            lines: self.lines,
        };
        if extent.has_more() {
            if extent.hides_little() {
                more_marks(buf, bar, extent, theme);
            } else {
                scroll_bar(buf, bar, extent, theme);
            }
            // In one cell there is nowhere to go.
            if height > 1 {
                hits.add(bar, Hit::Bar(extent));
            }
        }
    }

    fn last_top(&self) -> usize {
        self.lines.saturating_sub(self.height)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scroll(lines: usize, room: u16) -> Scroll {
        let mut scroll = Scroll::default();
        scroll.settle(lines, room);
        scroll
    }

    #[test]
    fn keys_move_a_cursor_and_lines_no_further_than_there_are_any() {
        let mut scroll = scroll(10, 4);
        for (action, at, to) in [
            (Action::Up, 0, 0),
            (Action::Up, 5, 4),
            (Action::Down, 9, 9),
            (Action::PageUp, 5, 1),
            (Action::PageDown, 3, 7),
            (Action::PageDown, 7, 9),
            (Action::HalfUp, 5, 3),
            (Action::HalfDown, 5, 7),
            (Action::First, 7, 0),
            (Action::Last, 2, 9),
            (Action::Accept, 2, 2),
        ] {
            assert_eq!(scroll.moved(action, at, 9), to, "{action:?} at {at}");
        }
        scroll.act(Action::Last);
        assert_eq!(scroll.shown(), 6..10);
        scroll.act(Action::Up);
        assert_eq!(scroll.shown(), 5..9);
        assert!(scroll.by(9) && !scroll.by(1) && scroll.by(-9) && !scroll.by(-1));
    }

    #[test]
    fn the_cursor_is_kept_on_the_screen_until_it_is_scrolled_by_hand() {
        let mut scroll = scroll(10, 4);
        scroll.keep(6..7);
        assert_eq!(scroll.shown(), 3..7);
        scroll.keep(1..3);
        assert_eq!(scroll.shown(), 1..5);
        scroll.by(3);
        scroll.keep(1..3);
        assert_eq!(scroll.shown(), 4..8);
        scroll.follow();
        scroll.keep(1..3);
        assert_eq!(scroll.shown(), 1..5);
        scroll.settle(3, 9);
        assert_eq!((scroll.shown(), scroll.has_more()), (0..3, false));
    }
}
