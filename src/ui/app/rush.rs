//! Telling a hand from a paste without brackets, which comes as keys in one rush.

use crate::domain::time::Uptime;

/// Keys that follow each other faster than this, in milliseconds, were not typed by hand.
const BY_HAND: i64 = 30;

/// The run of keys, each right after the one before, to which the key being handled belongs.
#[derive(Default)]
pub(super) struct Rush {
    /// How many frames had been drawn when the last key was read, and when that was.
    last: Option<(u64, Uptime)>,
    number: u64,
    is_paste: bool,
}

impl Rush {
    /// A key was read, after so many frames. What was read before the answer to the last one was drawn, or sooner
    /// after it than a hand can type, belongs to the same rush.
    pub fn key(&mut self, frame: u64, at: Uptime) {
        let goes_on = |(last, then)| frame == last || at.since(then) < BY_HAND;
        if !self.last.is_some_and(goes_on) {
            self.number += 1;
            self.is_paste = false;
        }
        self.last = Some((frame, at));
    }

    /// The key means nothing where it arrived: people know their keys, pastes do not.
    pub fn means_nothing(&mut self) {
        self.is_paste = true;
    }

    /// A click was read. By hand it is a rush of its own; what a paste may have in it is a part of that.
    pub fn click(&mut self, frame: u64, at: Uptime) {
        let number = self.number;
        self.key(frame, at);
        if self.number != number {
            self.end();
        }
    }

    /// The next key begins another rush.
    pub fn end(&mut self) {
        self.last = None;
    }

    /// Which rush it is; never used again.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// Whether a key of this rush meant nothing.
    pub fn is_paste(&self) -> bool {
        self.is_paste
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_click_by_hand_ends_a_rush_and_one_that_is_pasted_does_not() {
        let mut rush = Rush::default();
        rush.key(1, Uptime(0));
        rush.means_nothing();
        let pasted = rush.number();
        rush.click(1, Uptime(BY_HAND * 9));
        rush.key(2, Uptime(BY_HAND * 9 + 1));
        assert!(rush.is_paste() && rush.number() == pasted);
        rush.click(3, Uptime(BY_HAND * 20));
        let clicked = rush.number();
        assert!(!rush.is_paste() && clicked != pasted);
        rush.key(3, Uptime(BY_HAND * 20));
        assert!(rush.number() != clicked, "what is typed is not the click's");
    }

    #[test]
    fn a_rush_lasts_while_keys_come_faster_than_by_hand() {
        let mut rush = Rush::default();
        rush.key(1, Uptime(0));
        rush.means_nothing();
        rush.key(2, Uptime(BY_HAND - 1));
        assert!(rush.is_paste(), "too soon");
        rush.key(2, Uptime(BY_HAND * 9));
        assert!(rush.is_paste(), "nothing was drawn between the two");
        let number = rush.number();
        rush.key(3, Uptime(BY_HAND * 10));
        assert!(!rush.is_paste() && rush.number() != number);
    }
}
