//! The marks of our own drawing that are not letters: one set in Unicode, one in ASCII for terminals without it. Each
//! mark takes one cell in both. What data holds is drawn as it is.

use ratatui::symbols::border::{self, Set};

use crate::config::settings::Borders;
use crate::domain::state::{State, UserState};

/// One set of marks.
#[derive(Debug)]
pub struct Symbols {
    /// Boxes, and the lines between parts of the screen.
    pub border: Set<'static>,
    /// Where something is left out.
    pub ellipsis: &'static str,
    /// Beside the heading by which a list is sorted upwards.
    pub ascending: &'static str,
    pub descending: &'static str,
    /// There is more above what is on the screen.
    pub above: &'static str,
    pub below: &'static str,
    /// The part of a scroll bar that stands for what is on the screen.
    pub thumb: &'static str,
    /// Behind the value of a field that opens a list.
    pub dropdown: &'static str,
    /// The edges of a field, to its left and to its right.
    pub field: (&'static str, &'static str),
    /// The radio button that is chosen.
    pub chosen: &'static str,
    /// Between two statements of one line.
    pub between: &'static str,
    /// Before the word of a state.
    states: States,
}

/// The marks of states. What means the same of a key and of a user has the same.
#[derive(Debug)]
struct States {
    active: &'static str,
    expires_soon: &'static str,
    expired: &'static str,
    locked_out: &'static str,
    not_delivered: &'static str,
    no_access: &'static str,
    deleted: &'static str,
}

/// The marks in Unicode.
pub static UNICODE: Symbols = Symbols {
    border: border::ROUNDED,
    ellipsis: "…",
    ascending: "▲",
    descending: "▼",
    above: "↑",
    below: "↓",
    thumb: "▐",
    dropdown: "▼",
    field: ("▏", "▕"),
    chosen: "•",
    between: "·",
    states: States {
        active: "●",
        expires_soon: "◐",
        expired: "■",
        locked_out: "✕",
        not_delivered: "○",
        no_access: "◇",
        deleted: "–",
    },
};

/// The marks in ASCII.
pub static ASCII: Symbols = Symbols {
    border: Set {
        top_left: "+",
        top_right: "+",
        bottom_left: "+",
        bottom_right: "+",
        vertical_left: "|",
        vertical_right: "|",
        horizontal_top: "-",
        horizontal_bottom: "-",
    },
    ellipsis: "~",
    ascending: "^",
    descending: "v",
    above: "^",
    below: "v",
    thumb: "#",
    dropdown: "v",
    field: ("[", "]"),
    chosen: "*",
    between: "|",
    states: States {
        active: "+",
        expires_soon: "%",
        expired: "#",
        locked_out: "x",
        not_delivered: "o",
        no_access: "/",
        deleted: "-",
    },
};

impl Symbols {
    /// The set that is drawn with these borders.
    #[must_use]
    pub fn of(borders: Borders) -> &'static Symbols {
        match borders {
            Borders::Unicode => &UNICODE,
            Borders::Ascii => &ASCII,
        }
    }

    /// Joins statements to one line.
    #[must_use]
    pub fn join(&self, statements: &[String]) -> String {
        statements.join(&format!(" {} ", self.between))
    }

    /// The mark of a list's direction.
    #[must_use]
    pub fn direction(&self, descending: bool) -> &'static str {
        if descending {
            self.descending
        } else {
            self.ascending
        }
    }

    /// The mark of a key's state.
    #[must_use]
    pub fn state(&self, state: State) -> &'static str {
        match state {
            State::Deleted => self.states.deleted,
            State::LockedOut => self.states.locked_out,
            State::Expired => self.states.expired,
            State::NotDelivered => self.states.not_delivered,
            State::NoApiAccess => self.states.no_access,
            State::ExpiresSoon(_) => self.states.expires_soon,
            State::Active => self.states.active,
        }
    }

    /// The mark of a user's state.
    #[must_use]
    pub fn user_state(&self, state: UserState) -> &'static str {
        match state {
            UserState::LockedOut => self.states.locked_out,
            UserState::NoUserInterface => self.states.no_access,
            UserState::Active => self.states.active,
        }
    }

    /// The mark of a radio button.
    #[must_use]
    pub fn radio(&self, chosen: bool) -> String {
        format!("({})", if chosen { self.chosen } else { " " })
    }
}

impl Default for &Symbols {
    fn default() -> Self {
        &UNICODE
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::ui::look::width;

    #[test]
    fn every_state_has_a_mark_of_one_cell_that_no_other_has() {
        let states = [
            State::Deleted,
            State::LockedOut,
            State::Expired,
            State::NotDelivered,
            State::NoApiAccess,
            State::ExpiresSoon(1),
            State::Active,
        ];
        assert!(states.iter().all(|state| ASCII.state(*state).is_ascii()));
        for symbols in [&UNICODE, &ASCII] {
            let marks = states.map(|state| symbols.state(state));
            assert!(marks.iter().all(|mark| width(mark) == 1), "{marks:?}");
            assert_eq!(BTreeSet::from(marks).len(), states.len(), "{marks:?}");
            let users = UserState::ALL.map(|state| symbols.user_state(state));
            assert_eq!(BTreeSet::from(users).len(), users.len(), "{users:?}");
            assert_eq!(users[0], symbols.state(State::LockedOut));
            assert_eq!(users[2], symbols.state(State::Active));
        }
    }
}
