//! All that is drawn and is no text. What meets is one path, so that there is no gap at any size.

use std::collections::{BTreeMap, BTreeSet};

use ratatui::style::Modifier;

use super::glyphs::{Arms, CELL, CURSOR, Glyph};
use super::palette::{Rgb, css};
use super::svg::Places;

/// How a path is drawn; what comes first is covered by what comes later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Way {
    /// Filled to the nearest whole pixel: beside another, nothing is left between them.
    Block,
    Filled,
    Line,
}

/// Where lines under letters are, and lines through them, from the upper edge of their row.
const RULES: (u16, u16) = (18, 10);

/// The paths of these places, one element each. What is behind text is drawn where it is not `ground`.
pub fn of(places: &Places, ground: Option<Rgb>) -> Vec<String> {
    let mut behind = Paths::default();
    for (colour, path) in backgrounds(places, ground) {
        behind.add(Way::Block, colour, &path);
    }
    let mut before = Paths::default();
    before.draw_glyphs(places);
    before.draw_rules(places);
    behind.elements().chain(before.elements()).collect()
}

/// What is behind text. Equal stretches of rows below each other are one rectangle.
fn backgrounds(places: &Places, ground: Option<Rgb>) -> Vec<(Rgb, String)> {
    let mut stretches: Vec<(Rgb, u16, [u16; 2])> = Vec::new();
    for ((y, x), place) in places {
        match stretches.last_mut() {
            Some((colour, row, [_, end]))
                if (*colour, *row, *end) == (place.look.ground, *y, *x) =>
            {
                *end += place.width;
            }
            _ => stretches.push((place.look.ground, *y, [*x, x + place.width])),
        }
    }
    // Of each colour, which columns and which rows.
    let mut boxes: Vec<(Rgb, [u16; 2], [u16; 2])> = Vec::new();
    for (colour, y, columns) in stretches {
        if Some(colour) == ground {
            continue;
        }
        let mut above = boxes.iter_mut();
        let above = above.find(|it| it.0 == colour && it.1 == columns && it.2[1] == y);
        match above {
            Some((_, _, [_, bottom])) => *bottom = y + 1,
            None => boxes.push((colour, columns, [y, y + 1])),
        }
    }
    let path = |(colour, [left, right], [top, bottom]): (Rgb, [u16; 2], [u16; 2])| {
        let (x, y) = (left * CELL.0, top * CELL.1);
        let (width, height) = ((right - left) * CELL.0, (bottom - top) * CELL.1);
        (colour, format!("M{x} {y}h{width}v{height}h-{width}z"))
    };
    boxes.into_iter().map(path).collect()
}

#[derive(Default)]
struct Paths(BTreeMap<(Way, Rgb), String>);

impl Paths {
    fn add(&mut self, way: Way, colour: Rgb, path: &str) {
        self.0.entry((way, colour)).or_default().push_str(path);
    }

    fn elements(&self) -> impl Iterator<Item = String> {
        self.0.iter().map(|((way, colour), path)| {
            let how = match way {
                Way::Block => "class=\"r\" fill",
                Way::Filled => "fill",
                Way::Line => "class=\"l\" stroke",
            };
            format!("<path {how}=\"{}\" d=\"{path}\"/>\n", css(*colour))
        })
    }

    /// Boxes, blocks, marks and the cursor.
    fn draw_glyphs(&mut self, places: &Places) {
        let mut lines = Lines::default();
        for ((y, x), place) in places {
            let colour = place.look.ink;
            let mut add = |way, path: &str| {
                if !path.is_empty() {
                    self.add(
                        way,
                        colour,
                        &format!("M{} {}{path}", x * CELL.0, y * CELL.1),
                    );
                }
            };
            let cursor = place.has_cursor.then_some(CURSOR);
            for glyph in [Glyph::of(&place.symbol)].into_iter().chain(cursor) {
                match glyph {
                    Glyph::Text => {}
                    Glyph::Lines(arms) => lines.add(colour, (*x, *y), arms),
                    Glyph::Corner(_, path) => add(Way::Line, path),
                    Glyph::Block(path) => add(Way::Block, path),
                    Glyph::Mark(filled, line) => {
                        add(Way::Filled, filled);
                        add(Way::Line, line);
                    }
                }
            }
        }
        let (width, height) = (CELL.0 / 2, CELL.1 / 2);
        for ((colour, y), halves) in lines.across {
            let y = y * CELL.1 + height;
            for (start, end) in joined(&halves) {
                self.add(
                    Way::Line,
                    colour,
                    &format!("M{} {y}H{}", start * width, end * width),
                );
            }
        }
        for ((colour, x), halves) in lines.upright {
            let x = x * CELL.0 + width;
            for (start, end) in joined(&halves) {
                self.add(
                    Way::Line,
                    colour,
                    &format!("M{x} {}V{}", start * height, end * height),
                );
            }
        }
    }

    /// The lines under text and through it.
    fn draw_rules(&mut self, places: &Places) {
        // Their colour, row and height, and the columns that they are in.
        let mut rules: BTreeMap<(Rgb, u16), BTreeSet<u16>> = BTreeMap::new();
        for ((y, x), place) in places {
            let look = place.look;
            for (height, attribute) in [
                (RULES.0, Modifier::UNDERLINED),
                (RULES.1, Modifier::CROSSED_OUT),
            ] {
                if look.has(attribute) {
                    let rule = rules.entry((look.ink, y * CELL.1 + height)).or_default();
                    rule.extend(*x..x + place.width);
                }
            }
        }
        for ((colour, y), columns) in rules {
            for (start, end) in joined(&columns) {
                self.add(
                    Way::Line,
                    colour,
                    &format!("M{} {y}H{}", start * CELL.0, end * CELL.0),
                );
            }
        }
    }
}

/// The halves of cells that lines of a colour go through: across in a row, upright in a column.
#[derive(Default)]
struct Lines {
    across: BTreeMap<(Rgb, u16), BTreeSet<u16>>,
    upright: BTreeMap<(Rgb, u16), BTreeSet<u16>>,
}

impl Lines {
    fn add(&mut self, colour: Rgb, (x, y): (u16, u16), [up, right, down, left]: Arms) {
        let there = |halves: [(bool, u16); 2]| halves.into_iter().filter(|it| it.0).map(|it| it.1);
        let across = self.across.entry((colour, y)).or_default();
        across.extend(there([(left, 2 * x), (right, 2 * x + 1)]));
        let upright = self.upright.entry((colour, x)).or_default();
        upright.extend(there([(up, 2 * y), (down, 2 * y + 1)]));
    }
}

/// From where to where they follow each other without a gap.
fn joined(halves: &BTreeSet<u16>) -> Vec<(u16, u16)> {
    let mut joined: Vec<(u16, u16)> = Vec::new();
    for half in halves {
        match joined.last_mut() {
            Some((_, end)) if *end == *half => *end += 1,
            _ => joined.push((*half, half + 1)),
        }
    }
    joined
}
