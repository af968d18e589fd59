//! Colours and attributes. Whatever a colour says, a word or a mark says too.

use ratatui::style::{Color, Modifier, Style};

use crate::domain::state::State;

/// The styles of everything on screen; 16 ANSI colours on the terminal's own background.
#[derive(Clone, Debug)]
pub struct Theme {
    pub title: Style,
    pub dim: Style,
    pub label: Style,
    pub selected: Style,
    pub focused: Style,
    pub problem: Style,
    pub good: Style,
    pub warning: Style,
    pub secret: Style,
}

impl Default for Theme {
    fn default() -> Theme {
        let plain = Style::new();
        Theme {
            title: plain.add_modifier(Modifier::BOLD),
            dim: plain.fg(Color::DarkGray),
            label: plain.fg(Color::Cyan),
            selected: plain.add_modifier(Modifier::REVERSED),
            focused: plain.add_modifier(Modifier::REVERSED),
            problem: plain.fg(Color::Red),
            good: plain.fg(Color::Green),
            warning: plain.fg(Color::Yellow),
            secret: plain.add_modifier(Modifier::BOLD),
        }
    }
}

impl Theme {
    /// The style of a state's word.
    #[must_use]
    pub fn state(&self, state: State) -> Style {
        match state {
            State::Active => self.good,
            State::LockedOut | State::Expired => self.problem,
            State::NotDelivered | State::ExpiresSoon(_) => self.warning,
            State::Deleted => self.dim,
        }
    }
}
