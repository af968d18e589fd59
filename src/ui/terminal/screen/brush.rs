//! What is known of a terminal while a frame is painted, and the bytes of that so far.

use crate::ui::terminal::screen::abilities::Abilities;
use crate::ui::terminal::screen::attributes::Style;
use crate::ui::terminal::screen::cursor::{Place, way};
use crate::ui::terminal::screen::glyphs::Clusters;
use crate::ui::terminal::screen::grid::Cell;
use crate::ui::terminal::wiped::Wiped;

/// What is known of the terminal, beside what it shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct State {
    pub place: Place,
    /// How it writes now, if that is known.
    pub pen: Option<Style>,
}

/// What paints a frame, or a part of one to see how long that is.
pub(super) struct Brush<'a> {
    pub state: State,
    pub out: Wiped,
    pub abilities: Abilities,
    pub clusters: &'a Clusters,
}

impl<'a> Brush<'a> {
    pub fn new(state: State, abilities: Abilities, clusters: &'a Clusters) -> Brush<'a> {
        Brush {
            state,
            out: Wiped::default(),
            abilities,
            clusters,
        }
    }

    /// Brings the cursor here.
    pub fn go(&mut self, x: u16, y: u16) {
        self.out
            .extend(way(self.state.place, (x, y), self.abilities).bytes());
        self.state.place = Place::At(x, y);
    }

    /// Has the terminal write in the style of this cell, or in another that looks the same there: if possible that of
    /// what comes next.
    pub fn use_pen(&mut self, cell: &Cell, coming: &[Cell]) {
        if self.state.pen.is_some_and(|pen| fits(pen, cell)) {
            return;
        }
        let coming = coming.iter().find(|cell| !cell.is_blank());
        let style = coming.map_or(cell.style, |cell| cell.style);
        let style = if fits(style, cell) { style } else { cell.style };
        self.out.extend(style.after(self.state.pen).bytes());
        self.state.pen = Some(style);
    }
}

/// Whether a cell looks as it should if it is written in this style.
pub(super) fn fits(pen: Style, cell: &Cell) -> bool {
    let on_blank = || cell.is_blank() && pen.on_blank() == cell.style;
    pen == cell.style || on_blank()
}

/// What it costs to have the terminal write in this cell's style.
pub(super) fn change(pen: Option<Style>, cell: &Cell) -> usize {
    if pen.is_some_and(|pen| fits(pen, cell)) {
        return 0;
    }
    cell.style.after(pen).len()
}

#[cfg(test)]
mod tests {
    use ratatui::style::{Color, Modifier};

    use super::*;
    use crate::ui::terminal::screen::grid::BLANK;

    #[test]
    fn a_blank_cell_needs_no_other_colours_than_those_that_are_seen_on_it() {
        let plain = Style::PLAIN;
        let cyan = Style {
            fg: Color::Cyan,
            ..plain
        };
        let bar = Style {
            modifiers: Modifier::REVERSED,
            ..plain
        };
        assert_eq!(change(Some(cyan), &BLANK), 0);
        assert_eq!(change(Some(bar), &BLANK), 3);
        let on_blue = Cell {
            style: Style {
                bg: Color::Blue,
                ..plain
            },
            ..BLANK
        };
        assert_eq!(change(Some(cyan), &on_blue), 6);
        assert!(!fits(
            plain,
            &Cell {
                style: bar,
                ..BLANK
            }
        ));
    }

    #[test]
    fn what_comes_next_decides_about_the_colours_of_a_blank() {
        let cyan = Style {
            fg: Color::Cyan,
            ..Style::PLAIN
        };
        let mut room = [0; 4];
        let mut clusters = Clusters::default();
        let letter = clusters.measure("a").glyph;
        assert_eq!(clusters.text(letter, &mut room), "a");
        let state = State {
            place: Place::Unknown,
            pen: None,
        };
        let mut brush = Brush::new(state, Abilities::ALL, &clusters);
        let coming = [
            BLANK,
            Cell {
                glyph: letter,
                style: cyan,
                ..BLANK
            },
        ];
        brush.use_pen(&BLANK, &coming);
        assert_eq!(brush.out.bytes(), b"\x1b[;36m");
        brush.use_pen(&coming[1], &[]);
        assert_eq!(brush.state.pen, Some(cyan));
        assert_eq!(brush.out.bytes(), b"\x1b[;36m");
    }
}
