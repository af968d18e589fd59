//! Characters, and how many columns terminals take for them.

use ratatui::buffer::CellWidth;
use zeroize::Zeroizing;

use crate::ui::terminal::screen::abilities::Abilities;

/// So many texts of several characters are kept before those that nobody needs any more are looked for.
const CLUSTERS: usize = 1_024;

/// What a cell has for a character.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Glyph(u32);

impl Glyph {
    /// None: a space, or nothing at all.
    pub const BLANK: Glyph = Glyph(0);
    /// The character of a cell before it reaches over this one.
    pub const COVERED: Glyph = Glyph(1);
    /// Nobody knows.
    pub const UNKNOWN: Glyph = Glyph(2);
    /// From here on several characters, by their number in [`Clusters`].
    const CLUSTER: u32 = 1 << 31;
}

/// The texts of several characters that are one to a reader: with marks, or emoji made of others.
#[derive(Default)]
pub(super) struct Clusters {
    texts: Vec<Zeroizing<String>>,
    /// The terminal may take a column for what other terminals take none.
    takes_marks: bool,
}

impl Clusters {
    /// Those of a terminal that has marks in the cells of their letters, or not.
    pub fn of(abilities: Abilities) -> Clusters {
        Clusters {
            texts: Vec::new(),
            takes_marks: !abilities.combines,
        }
    }

    /// Wipes them.
    pub fn forget(&mut self) {
        self.texts = Vec::new();
    }

    fn add(&mut self, text: &str) -> Glyph {
        let known = self.texts.iter().position(|known| known.as_str() == text);
        let at = known.unwrap_or_else(|| {
            self.texts.push(Zeroizing::new(text.to_owned()));
            self.texts.len() - 1
        });
        Glyph(Glyph::CLUSTER | u32::try_from(at).unwrap_or(0))
    }

    /// What is written for a glyph; `room` is for a single character.
    pub fn text<'a>(&'a self, glyph: Glyph, room: &'a mut [u8; 4]) -> &'a str {
        let at = usize::try_from(glyph.0 & !Glyph::CLUSTER).unwrap_or(0);
        if glyph.0 & Glyph::CLUSTER != 0 {
            return self.texts.get(at).map_or(" ", |text| text.as_str());
        }
        let single = char::from_u32(glyph.0).filter(|c| *c >= ' ');
        single.unwrap_or(' ').encode_utf8(room)
    }

    /// Where there are many: all of them, to be added again as far as they are still needed.
    pub fn renewed(&mut self) -> Option<Clusters> {
        (self.texts.len() >= CLUSTERS).then(|| Clusters {
            texts: std::mem::take(&mut self.texts),
            ..*self
        })
    }

    /// The glyph for what another has been before.
    pub fn add_again(&mut self, glyph: Glyph, before: &Clusters) -> Glyph {
        if glyph.0 & Glyph::CLUSTER == 0 {
            return glyph;
        }
        self.add(before.text(glyph, &mut [0; 4]))
    }

    /// Measures a text. What takes no column, or would have the terminal do something, is blank.
    pub fn measure(&mut self, text: &str) -> Measured {
        let mut characters = text.chars();
        let (first, more) = (characters.next().unwrap_or(' '), characters.next());
        let blank = Measured {
            glyph: Glyph::BLANK,
            columns: 1,
            most: 0,
        };
        if text == " " || text.chars().any(char::is_control) {
            return blank;
        }
        let width = columns(text);
        if width == 0 {
            return blank;
        }
        if more.is_none() {
            let agreed = is_agreed(first, width);
            return Measured {
                glyph: Glyph(u32::from(first)),
                columns: width,
                most: if agreed { 0 } else { width.max(2) },
            };
        }
        let least = u8::from(self.takes_marks);
        let alone = |c: char| columns(c.encode_utf8(&mut [0; 4])).max(least);
        let apart = text
            .chars()
            .fold(0, |sum: u8, c| sum.saturating_add(alone(c)));
        Measured {
            glyph: self.add(text),
            columns: width,
            most: apart.max(width),
        }
    }
}

/// What is known of a text that one cell is to have.
pub(super) struct Measured {
    pub glyph: Glyph,
    /// How many cells it takes.
    pub columns: u8,
    /// The most columns that a terminal may take for it, where terminals disagree about that; or else 0.
    pub most: u8,
}

fn columns(text: &str) -> u8 {
    u8::try_from(text.cell_width()).unwrap_or(u8::MAX)
}

/// Whether all terminals give a single character this width: not those that became emoji, or came late into Unicode,
/// nor those that a font has in its private area.
fn is_agreed(c: char, width: u8) -> bool {
    match c {
        '\u{e000}'..='\u{f8ff}' | '\u{10000}'.. => false,
        ' '..='~' | '\u{1100}'..='\u{115f}' | '\u{2e80}'.. => true,
        _ => width == 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_that_has_no_marks_may_take_a_column_for_each() {
        let mut clusters = Clusters::of(Abilities::of("linux"));
        for (text, columns, most) in [
            ("a", 1, 0),
            ("e\u{301}", 1, 2),
            ("❤\u{fe0f}", 2, 2),
            ("👨\u{200d}👩\u{200d}👧", 2, 8),
        ] {
            let measured = clusters.measure(text);
            assert_eq!((measured.columns, measured.most), (columns, most), "{text}");
        }
    }

    #[test]
    fn it_is_known_about_which_widths_terminals_disagree() {
        let mut clusters = Clusters::default();
        for (text, columns, most) in [
            ("a", 1, 0),
            ("ü", 1, 0),
            ("●", 1, 0),
            ("✕", 1, 0),
            ("│", 1, 0),
            ("日", 2, 0),
            ("한", 2, 0),
            ("e\u{301}", 1, 1),
            ("❤\u{fe0f}", 2, 2),
            ("⚡", 2, 2),
            ("😀", 2, 2),
            ("🇩🇪", 2, 2),
            ("👨\u{200d}👩\u{200d}👧", 2, 6),
            ("\u{e0b0}", 1, 2),
        ] {
            let measured = clusters.measure(text);
            assert_eq!((measured.columns, measured.most), (columns, most), "{text}");
            assert_eq!(clusters.text(measured.glyph, &mut [0; 4]), text);
        }
    }
}
