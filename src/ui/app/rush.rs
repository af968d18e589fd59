//! Telling a hand from a paste without brackets, which comes as keys in one rush.

use crate::domain::time::Uptime;
use crate::ui::app::LayerId;
use crate::ui::keymap::Hand;

/// Keys that follow each other faster than this, in milliseconds, were not typed by hand.
const BY_HAND: i64 = 30;

/// The run of keys, each right after the one before, to which the key being handled belongs. Only time and what was
/// drawn meanwhile end it: a paste may have any key in it.
#[derive(Default)]
pub(super) struct Rush {
    /// How many frames had been drawn when the last key was read, and when that was.
    last: Option<(u64, Uptime)>,
    number: u64,
    /// The number of the rush in which the last layer was put on top.
    opened: u64,
    is_paste: bool,
    text: Text,
}

/// Text among what came in one go.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Text {
    #[default]
    None,
    TypedInto(LayerId),
    /// With brackets.
    Pasted,
}

impl Rush {
    /// A key was read, after so many frames. What was read before the answer to the last one was drawn, or sooner
    /// after it than a hand can type, belongs to the same rush.
    pub fn key(&mut self, frame: u64, at: Uptime) {
        let goes_on = |(last, then)| frame == last || at.since(then) < BY_HAND;
        if !self.last.is_some_and(goes_on) {
            self.number += 1;
            self.is_paste = false;
            self.text = Text::None;
        }
        self.last = Some((frame, at));
    }

    /// The key means nothing where it arrived: people know their keys, pastes do not.
    pub fn means_nothing(&mut self) {
        self.is_paste = true;
    }

    /// The key is text, which a layer has taken.
    pub fn typed_into(&mut self, layer: LayerId) {
        self.text = Text::TypedInto(layer);
    }

    /// It is a paste with brackets.
    pub fn pasted(&mut self) {
        self.text = Text::Pasted;
    }

    /// The key does something in a layer. Behind text that came in one go with it it belongs to that: to the rest of a
    /// paste that had the mark of its end in it, or to text that was to go on in a layer that it has closed.
    pub fn acts_in(&mut self, layer: LayerId) {
        self.is_paste |= self.text != Text::None && self.text != Text::TypedInto(layer);
    }

    /// Nothing more has come in one go: what comes next was not sent together with what came so far.
    pub fn pause(&mut self) {
        self.text = Text::None;
    }

    /// The next key is not of the same rush.
    pub fn ends(&mut self) {
        self.last = None;
    }

    /// A click was read. By hand it is a rush of its own; what a paste may have in it is a part of that.
    pub fn click(&mut self, frame: u64, at: Uptime) {
        let number = self.number;
        self.key(frame, at);
        if self.number != number {
            self.last = None;
        }
    }

    /// A key chooses an action from the layer that was put on top last. Nobody has read that by the end of the rush in which it
    /// came up.
    pub fn chooses(&mut self) {
        self.is_paste |= self.number == self.opened;
    }

    /// A layer is put on top.
    pub fn opens(&mut self) {
        self.opened = self.number;
    }

    /// Whether the key counts for what needs such a hand.
    pub fn counts(&self, hand: Hand) -> bool {
        match hand {
            Hand::Any => true,
            Hand::ByHand => !self.is_paste,
            Hand::Anew => !self.is_paste && self.number != self.opened,
        }
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
        let pasted = rush.number;
        rush.click(1, Uptime(BY_HAND * 9));
        rush.key(2, Uptime(BY_HAND * 9 + 1));
        assert!(rush.is_paste && rush.number == pasted);
        rush.click(3, Uptime(BY_HAND * 20));
        let clicked = rush.number;
        assert!(!rush.is_paste && clicked != pasted);
        rush.key(3, Uptime(BY_HAND * 20));
        assert!(rush.number != clicked, "what is typed is not the click's");
    }

    #[test]
    fn a_rush_lasts_while_keys_come_faster_than_by_hand() {
        let mut rush = Rush::default();
        rush.key(1, Uptime(0));
        rush.means_nothing();
        rush.key(2, Uptime(BY_HAND - 1));
        assert!(rush.is_paste, "too soon");
        rush.key(2, Uptime(BY_HAND * 9));
        assert!(rush.is_paste, "nothing was drawn between the two");
        let number = rush.number;
        rush.key(3, Uptime(BY_HAND * 10));
        assert!(!rush.is_paste && rush.number != number);
    }

    #[test]
    fn what_follows_text_elsewhere_in_one_go_is_of_a_paste() {
        let (one, other) = (LayerId(1), LayerId(2));
        let is_paste = |text: fn(&mut Rush), layer| {
            let mut rush = Rush::default();
            rush.key(1, Uptime(0));
            text(&mut rush);
            rush.key(2, Uptime(1));
            rush.acts_in(layer);
            rush.is_paste
        };
        assert!(is_paste(|rush| rush.typed_into(LayerId(1)), other));
        assert!(is_paste(Rush::pasted, one));
        assert!(
            !is_paste(|rush| rush.typed_into(LayerId(1)), one),
            "Enter ends what is typed"
        );
        let then_pause = |rush: &mut Rush| {
            rush.pasted();
            rush.pause();
        };
        assert!(!is_paste(then_pause, one));
    }
}
