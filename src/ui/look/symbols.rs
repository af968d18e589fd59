//! The marks of our own drawing that are not letters: one set in Unicode, one in ASCII for terminals without it. Each
//! mark takes one cell in both. What data holds is drawn as it is.

use ratatui::symbols::border::{self, Set};

use crate::config::settings::Borders;

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
    /// Behind the value of a field that opens a list.
    pub dropdown: &'static str,
    /// The edges of a field, to its left and to its right.
    pub field: (&'static str, &'static str),
    /// The radio button that is chosen.
    pub chosen: &'static str,
    /// Between two statements of one line.
    pub between: &'static str,
}

/// The marks in Unicode.
pub static UNICODE: Symbols = Symbols {
    border: border::ROUNDED,
    ellipsis: "…",
    ascending: "▲",
    descending: "▼",
    above: "↑",
    below: "↓",
    dropdown: "▼",
    field: ("▏", "▕"),
    chosen: "•",
    between: "·",
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
    dropdown: "v",
    field: ("[", "]"),
    chosen: "*",
    between: "|",
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
