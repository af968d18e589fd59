//! What is drawn as a path and not as text, so that no font decides how it looks and whether it meets what is beside it.

/// A cell's width and height in a picture, in its units. Both are even: the middle of a cell is a whole number.
pub const CELL: (u16, u16) = (10, 20);

/// Which edges of a cell its lines reach: up, right, down, left.
pub type Arms = [bool; 4];

/// How a character is drawn. Paths begin in the cell's upper left corner, and tell the rest from there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Glyph {
    Text,
    /// Lines from the middle of the cell to these edges.
    Lines(Arms),
    /// A line from one edge round to another.
    Corner(Arms, &'static str),
    /// What is filled up to the edges of the cell.
    Block(&'static str),
    /// What is filled, and what is drawn with a line.
    Mark(&'static str, &'static str),
}

impl Glyph {
    /// How this character is drawn. One that has to be a path and is not known here ends the drawing.
    pub fn of(symbol: &str) -> Glyph {
        let known = GLYPHS.iter().find(|(known, _)| *known == symbol);
        if let Some((_, glyph)) = known {
            return *glyph;
        }
        // Arrows, lines and boxes, blocks, geometric shapes, dingbats.
        let needs_path = |c| matches!(c, '\u{2190}'..='\u{21ff}' | '\u{2500}'..='\u{25ff}' | '\u{2700}'..='\u{27bf}');
        assert!(
            !symbol.contains(needs_path),
            "there is no path for {symbol}"
        );
        Glyph::Text
    }

    /// Which edges its lines reach, if any.
    pub fn arms(self) -> Arms {
        match self {
            Glyph::Lines(arms) | Glyph::Corner(arms, _) => arms,
            Glyph::Text | Glyph::Block(_) | Glyph::Mark(..) => [false; 4],
        }
    }
}

/// The cursor: a bar before the character.
pub const CURSOR: Glyph = Glyph::Block("v20h2v-20z");

const YES: bool = true;
const NO: bool = false;

#[rustfmt::skip]
const GLYPHS: &[(&str, Glyph)] = &[
    ("─", Glyph::Lines([NO, YES, NO, YES])),
    ("│", Glyph::Lines([YES, NO, YES, NO])),
    ("├", Glyph::Lines([YES, YES, YES, NO])),
    ("┤", Glyph::Lines([YES, NO, YES, YES])),
    ("┬", Glyph::Lines([NO, YES, YES, YES])),
    ("┴", Glyph::Lines([YES, YES, NO, YES])),
    ("┼", Glyph::Lines([YES, YES, YES, YES])),
    ("╭", Glyph::Corner([NO, YES, YES, NO], "m10 10a5 5 0 0 0-5 5v5")),
    ("╮", Glyph::Corner([NO, NO, YES, YES], "m0 10a5 5 0 0 1 5 5v5")),
    ("╰", Glyph::Corner([YES, YES, NO, NO], "m10 10a5 5 0 0 1-5-5v-5")),
    ("╯", Glyph::Corner([YES, NO, NO, YES], "m0 10a5 5 0 0 0 5-5v-5")),
    ("▏", Glyph::Mark("h1.3v20h-1.3z", "")),
    ("▕", Glyph::Mark("m8.7 0h1.3v20h-1.3z", "")),
    ("▐", Glyph::Block("m5 0h5v20h-5z")),
    ("█", Glyph::Block("h10v20h-10z")),
    ("•", Glyph::Mark("m2.5 10a2.5 2.5 0 1 0 5 0a2.5 2.5 0 1 0-5 0z", "")),
    ("·", Glyph::Mark("m3.8 10.5a1.2 1.2 0 1 0 2.4 0a1.2 1.2 0 1 0-2.4 0z", "")),
    ("●", Glyph::Mark("m1 10a4 4 0 1 0 8 0a4 4 0 1 0-8 0z", "")),
    ("○", Glyph::Mark("", "m1.6 10a3.4 3.4 0 1 0 6.8 0a3.4 3.4 0 1 0-6.8 0z")),
    ("◐", Glyph::Mark("m5 6.6a3.4 3.4 0 0 0 0 6.8z", "m1.6 10a3.4 3.4 0 1 0 6.8 0a3.4 3.4 0 1 0-6.8 0z")),
    ("■", Glyph::Mark("m1.5 6.5h7v7h-7z", "")),
    ("◇", Glyph::Mark("", "m1 10l4-4.5l4 4.5l-4 4.5z")),
    ("✕", Glyph::Mark("", "m1.7 6.7l6.6 6.6m0-6.6l-6.6 6.6")),
    ("▲", Glyph::Mark("m1 14l4-8l4 8z", "")),
    ("▼", Glyph::Mark("m1 6.5l4 8l4-8z", "")),
    ("↑", Glyph::Mark("", "m5 15.5v-10m-3.2 3.4l3.2-3.4l3.2 3.4")),
    ("↓", Glyph::Mark("", "m5 5v10m-3.2-3.4l3.2 3.4l3.2-3.4")),
    ("←", Glyph::Mark("", "m9 10.5h-8m3.2-3.2l-3.2 3.2l3.2 3.2")),
    ("→", Glyph::Mark("", "m1 10.5h8m-3.2-3.2l3.2 3.2l-3.2 3.2")),
];
