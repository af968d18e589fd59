//! How much there is of what scrolls, which part of it is on the screen, and which part of a scroll bar stands for that.

use std::ops::Range;

/// So many lines, of which these are on the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extent {
    /// The first line on the screen, counted from 0.
    pub top: usize,
    /// Lines on the screen.
    pub height: usize,
    /// All lines.
    pub lines: usize,
}

impl Extent {
    /// Whether there is more than is on the screen.
    #[must_use]
    pub fn has_more(self) -> bool {
        self.lines > self.height
    }

    /// Whether less than half as much is hidden as is on the screen: of a bar, the thumb would be nearly all.
    #[must_use]
    pub fn hides_little(self) -> bool {
        self.lines.saturating_sub(self.height) * 2 < self.height
    }

    /// The cells of a bar of so many that stand for what is on the screen. They are at an end of the bar only where that
    /// is at this end, too.
    #[must_use]
    pub fn thumb(self, bar: u16) -> Range<u16> {
        let size = cells(usize::from(bar) * self.height / self.lines.max(1)).max(1);
        let free = bar.saturating_sub(size);
        let last = self.last_top();
        let start = match self.top {
            0 => 0,
            top if top >= last => free,
            top => {
                let start = cells(divided(top * usize::from(free), last));
                start.max(1).min(free.saturating_sub(1))
            }
        };
        start..start + size.min(bar)
    }

    /// The first line on the screen where the thumb of such a bar begins at this cell.
    #[must_use]
    pub fn top_at(self, start: u16, bar: u16) -> usize {
        let thumb = self.thumb(bar);
        let free = bar.saturating_sub(thumb.end - thumb.start);
        divided(usize::from(start.min(free)) * self.last_top(), free.into())
    }

    fn last_top(self) -> usize {
        self.lines.saturating_sub(self.height)
    }
}

fn cells(count: usize) -> u16 {
    u16::try_from(count).unwrap_or(u16::MAX)
}

/// The nearest whole number.
fn divided(number: usize, by: usize) -> usize {
    (number + by / 2) / by.max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_thumb_is_as_long_as_what_is_seen_and_at_an_end_only_where_that_is() {
        let thumb = |top, height, lines| {
            let extent = Extent { top, height, lines };
            extent.thumb(10)
        };
        assert_eq!(thumb(0, 10, 20), 0..5);
        assert_eq!(thumb(1, 10, 20), 1..6);
        assert_eq!(thumb(9, 10, 20), 4..9);
        assert_eq!(thumb(10, 10, 20), 5..10);
        assert_eq!(thumb(500_000, 10, 1_000_000), 5..6);
        assert_eq!(thumb(999_989, 10, 1_000_000), 8..9);
        assert_eq!(thumb(999_990, 10, 1_000_000), 9..10);
        assert_eq!(thumb(5, 19, 20), 1..10, "it is gone beyond its end");
        assert_eq!(thumb(0, 1, 0), 0..10);
        let none = Extent {
            top: 3,
            height: 1,
            lines: 9,
        };
        assert_eq!(none.thumb(0), 0..0);
        assert_eq!(none.thumb(1), 0..1);
    }

    #[test]
    fn where_the_thumb_is_put_it_is_drawn() {
        for (height, lines) in [(10, 173), (20, 1_000_000), (1, 30)] {
            let at = |top| Extent { top, height, lines };
            let size = at(0).thumb(12).end;
            let free = 12 - size;
            for start in 0..=free {
                let top = at(0).top_at(start, 12);
                assert!(top <= lines - height);
                assert_eq!(at(top).thumb(12).start, start, "{height} of {lines}");
            }
            assert_eq!(at(0).top_at(free + 3, 12), lines - height);
        }
    }
}
