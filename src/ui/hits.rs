//! What is where on the screen, for the mouse: for ours, and for the terminal's own selection. Each layer reports it
//! while it is drawn; it knows nothing of what a click does.

use ratatui::layout::{Position, Rect};

use crate::ui::extent::Extent;
use crate::ui::keymap::Action;

/// What a part of the screen is. Everything has a number or a name that stands for nothing else in its layer, so
/// that a click that comes late cannot hit another thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hit {
    /// A key of the table: in the toolbar or the footer.
    Key(Action),
    /// A button, which does what a key of the table does.
    Button(Action),
    /// The line that is typed in beside a list.
    Line,
    /// A field of a form.
    Item(usize),
    /// A row of a list, an entry to choose, or a box to tick.
    Row(i64),
    /// The heading of a column that can be sorted by, by its name.
    Heading(&'static str),
    /// One of the tabs of a dialog.
    Tab(usize),
    /// A line of the tree, where it is docked as well.
    Tree(usize),
    /// A scroll bar.
    Bar(Extent),
}

/// A click on one of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Click {
    pub hit: Hit,
    /// Column and row within it.
    pub cell: (u16, u16),
    /// A second click on one thing, shortly after the first.
    pub again: bool,
}

/// What the mouse does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mouse {
    Click(Click),
    /// The wheel turns by so many lines: down, or up where they are negative.
    Wheel(i32),
    /// By the scroll bar this line is made the first one on the screen.
    To(usize),
}

impl Mouse {
    /// What a button does that is clicked.
    #[must_use]
    pub fn button(self) -> Option<Action> {
        match self {
            Mouse::Click(Click {
                hit: Hit::Button(action),
                ..
            }) => Some(action),
            _ => None,
        }
    }
}

/// A part of the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Spot {
    area: Rect,
    /// Rows of it that are above the edge of what is on the screen.
    above: u16,
    hit: Hit,
}

/// All parts that can be clicked, and lines that can be selected whole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hits {
    spots: Vec<Spot>,
    line_ends: Vec<Position>,
}

impl Hits {
    /// Reports a part; where it lies over another, it is the one that is hit.
    pub fn add(&mut self, area: Rect, hit: Hit) {
        let above = 0;
        self.spots.push(Spot { area, above, hit });
    }

    /// Reports what was gathered apart.
    pub fn append(&mut self, mut apart: Hits) {
        self.spots.append(&mut apart.spots);
        self.line_ends.append(&mut apart.line_ends);
    }

    /// The keys among the parts.
    pub fn keys(&self) -> impl Iterator<Item = Action> {
        self.spots.iter().filter_map(|spot| match spot.hit {
            Hit::Key(action) => Some(action),
            _ => None,
        })
    }

    /// Reports that a line ends here which the terminal's selection is to take whole: not even spaces may be left
    /// behind it.
    pub fn end_line(&mut self, end: Position) {
        self.line_ends.push(end);
    }

    /// Where such lines end.
    #[must_use]
    pub fn line_ends(&self) -> &[Position] {
        &self.line_ends
    }

    /// Reports what is on a sheet, the rows of which from `top` on are shown in an area of the screen.
    pub fn add_sheet(&mut self, sheet: &Hits, top: u16, on: Rect) {
        for spot in &sheet.spots {
            let above = top.saturating_sub(spot.area.y);
            let moved = Rect {
                x: on.x + spot.area.x,
                y: on.y + spot.area.y.saturating_sub(top),
                height: spot.area.height.saturating_sub(above),
                ..spot.area
            };
            self.spots.push(Spot {
                area: moved.intersection(on),
                above,
                hit: spot.hit,
            });
        }
    }

    /// The click on a cell of the screen, if there is anything.
    #[must_use]
    pub fn at(&self, column: u16, row: u16) -> Option<Click> {
        let holds = |spot: &&Spot| spot.area.contains((column, row).into());
        let spot = self.spots.iter().rev().find(holds)?;
        Some(Click {
            hit: spot.hit,
            cell: (column - spot.area.x, row - spot.area.y + spot.above),
            again: false,
        })
    }

    /// What the scroll bar in this place stands for, if one is there.
    #[must_use]
    pub fn bar(&self, area: Rect) -> Option<Extent> {
        self.all().find_map(|(place, hit)| match hit {
            Hit::Bar(extent) if place == area => Some(extent),
            _ => None,
        })
    }

    /// The place of what was reported last at a cell of the screen.
    #[must_use]
    pub fn place_at(&self, column: u16, row: u16) -> Option<Rect> {
        let holds = |spot: &&Spot| spot.area.contains((column, row).into());
        self.spots.iter().rev().find(holds).map(|spot| spot.area)
    }

    /// All parts, as they were reported.
    pub fn all(&self) -> impl Iterator<Item = (Rect, Hit)> {
        self.spots.iter().map(|spot| (spot.area, spot.hit))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_reported_part_is_hit_and_only_within_its_edges() {
        let mut hits = Hits::default();
        hits.add(Rect::new(2, 1, 10, 1), Hit::Row(1));
        hits.add(Rect::new(4, 1, 2, 1), Hit::Row(2));
        let hit = |x, y| hits.at(x, y).map(|click| (click.hit, click.cell));
        assert_eq!(hit(1, 1), None);
        assert_eq!(hit(2, 1), Some((Hit::Row(1), (0, 0))));
        assert_eq!(hit(5, 1), Some((Hit::Row(2), (1, 0))));
        assert_eq!(hit(11, 1), Some((Hit::Row(1), (9, 0))));
        assert_eq!(hit(12, 1), None);
        assert_eq!(hit(2, 2), None);
    }

    #[test]
    fn a_sheet_is_hit_where_it_is_on_the_screen() {
        let mut sheet = Hits::default();
        sheet.add(Rect::new(1, 0, 5, 1), Hit::Item(0));
        sheet.add(Rect::new(1, 1, 5, 3), Hit::Item(1));
        sheet.add(Rect::new(1, 5, 5, 1), Hit::Item(2));
        let mut hits = Hits::default();
        hits.add_sheet(&sheet, 2, Rect::new(10, 10, 20, 3));
        let hit = |y| hits.at(11, y).map(|click| (click.hit, click.cell));
        assert_eq!(hit(9), None, "scrolled away");
        assert_eq!(hit(10), Some((Hit::Item(1), (0, 1))));
        assert_eq!(hit(11), Some((Hit::Item(1), (0, 2))));
        assert_eq!(hit(12), None);
        assert_eq!(hit(13), None, "below the edge");
    }
}
