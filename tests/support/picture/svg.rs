//! Screens as SVG. A cell is [`CELL`] units, and every run of text is held in its cells: no font can move what is beside it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use ratatui::buffer::{Buffer, CellWidth};
use ratatui::layout::Position;
use ratatui::style::Modifier;

use super::glyphs::{CELL, Glyph};
use super::palette::{Look, Palette, Rgb, css};
use super::paths;
use crate::support::console::Console;

/// What is left around the screen.
pub const MARGIN: u16 = 12;

/// A frame of the screen, with the cursor where it is seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shot {
    pub buffer: Buffer,
    pub cursor: Option<Position>,
}

/// What stands in one place: a character of one cell or two.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub symbol: String,
    pub width: u16,
    pub look: Look,
    pub has_cursor: bool,
}

/// Where characters begin, by row and column.
pub type Places = BTreeMap<(u16, u16), Place>;

impl Shot {
    /// The last frame of a console.
    pub fn of(console: &Console) -> Shot {
        Shot {
            buffer: console.buffer().clone(),
            cursor: console.cursor_seen(),
        }
    }

    /// The characters, as they look with these colours.
    pub fn places(&self, palette: &Palette) -> Places {
        let mut places = Places::new();
        for row in self.buffer.area.rows() {
            let mut x = 0;
            while x < row.width {
                let (cell, at) = (&self.buffer[(x, row.y)], Position::new(x, row.y));
                let width = cell.symbol().cell_width().max(1);
                let place = Place {
                    symbol: cell.symbol().to_owned(),
                    width,
                    look: palette.look(cell),
                    has_cursor: self.cursor == Some(at),
                };
                places.insert((row.y, x), place);
                x += width;
            }
        }
        places
    }
}

/// The looks of text in a document, which are its classes, in the order in which they came.
#[derive(Debug, Default)]
pub struct Inks(Vec<(Rgb, bool, bool)>);

impl Inks {
    /// The class of text with this look: `a` to `z`, then `a0` and so on.
    fn class(&mut self, look: Look) -> String {
        let ink = Inks::of(look);
        let known = self.0.iter().position(|known| *known == ink);
        let at = known.unwrap_or_else(|| {
            self.0.push(ink);
            self.0.len() - 1
        });
        Inks::name(at)
    }

    fn of(look: Look) -> (Rgb, bool, bool) {
        (
            look.ink,
            look.has(Modifier::BOLD),
            look.has(Modifier::ITALIC),
        )
    }

    fn name(at: usize) -> String {
        let letter = char::from(b"abcdefghijklmnopqrstuvwxyz"[at % 26]);
        match at / 26 {
            0 => letter.to_string(),
            more => format!("{letter}{}", more - 1),
        }
    }

    fn rules(&self) -> String {
        let mut rules = String::new();
        for (at, (colour, bold, italic)) in self.0.iter().enumerate() {
            let weight = if *bold { ";font-weight:700" } else { "" };
            let slant = if *italic { ";font-style:italic" } else { "" };
            let (class, colour) = (Inks::name(at), css(*colour));
            let _ = write!(rules, ".{class}{{fill:{colour}{weight}{slant}}}");
        }
        rules
    }
}

/// One picture. Its title is what is said of it to those who cannot see it.
pub fn still(title: &str, shot: &Shot, palette: &Palette) -> String {
    let mut inks = Inks::default();
    let places = shot.places(palette);
    let drawn = draw(&places, &mut inks, Some(palette.ground));
    let size = (shot.buffer.area.width, shot.buffer.area.height);
    document(title, size, palette, &inks, "", &drawn.concat())
}

/// The whole file around what was drawn, with rules of its own besides.
pub fn document(
    title: &str,
    (columns, rows): (u16, u16),
    palette: &Palette,
    inks: &Inks,
    rules: &str,
    drawn: &str,
) -> String {
    let (width, height) = (columns * CELL.0 + 2 * MARGIN, rows * CELL.1 + 2 * MARGIN);
    let (title, ground, inks) = (escaped(title), css(palette.ground), inks.rules());
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"-{MARGIN} -{MARGIN} {width} {height}\" role=\"img\" aria-labelledby=\"title\">\n\
         <title id=\"title\">{title}</title>\n\
         <style>text{{{FONT};font-variant-ligatures:none}}.r{{shape-rendering:crispEdges}}\
         .l{{fill:none;stroke-width:1.4}}{inks}{rules}</style>\n\
         <rect x=\"-{MARGIN}\" y=\"-{MARGIN}\" width=\"{width}\" height=\"{height}\" rx=\"9\" fill=\"{ground}\"/>\n\
         {drawn}</svg>\n"
    )
}

/// Nothing is embedded: what is there of these is taken. In most, a character is 0.6 of the size wide.
const FONT: &str = "font:16.6px ui-monospace,'SF Mono',Menlo,Consolas,'DejaVu Sans Mono','Liberation Mono',\
                    'Noto Sans Mono CJK JP',monospace";

/// Where the foot of a row's letters is, below its upper edge.
const BASELINE: u16 = 15;

/// Draws these places: one element on each line. What is behind them is drawn where it is not `ground`, which is there
/// already; in the order in which they cover each other.
pub fn draw(places: &Places, inks: &mut Inks, ground: Option<Rgb>) -> Vec<String> {
    let mut drawn = paths::of(places, ground);
    drawn.extend(texts(places, inks));
    drawn
}

/// Characters that follow each other in a row, and how they are held in their cells.
struct Run {
    row: u16,
    /// Where each begins, in units.
    starts: Vec<u16>,
    symbols: String,
    look: Look,
    hold: Hold,
}

impl Run {
    /// Where its last character begins.
    fn last(&self) -> u16 {
        *self.starts.last().expect("a character")
    }

    fn element(&self, inks: &mut Inks) -> String {
        let class = inks.class(self.look);
        let y = self.row * CELL.1 + BASELINE;
        let starts: Vec<String> = self.starts.iter().map(u16::to_string).collect();
        let (x, length) = match (self.hold, self.starts.len()) {
            (Hold::Length, 2..) => {
                let length = self.last() + CELL.0 - self.starts[0];
                (starts[0].clone(), format!(" textLength=\"{length}\""))
            }
            _ => (starts.join(" "), String::new()),
        };
        let symbols = escaped(&self.symbols);
        format!("<text class=\"{class}\" x=\"{x}\" y=\"{y}\"{length}>{symbols}</text>\n")
    }
}

/// What keeps a run in its cells in any font.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hold {
    /// Its length: all its characters are as wide as each other where the font is one for terminals.
    Length,
    /// A place for each character, in the middle of its cells: they come from fonts that nobody knows.
    Places,
    /// Nothing: it is one cluster of code points, which a list of places would take apart.
    Nothing,
}

impl Hold {
    fn of(place: &Place) -> Hold {
        let mut chars = place.symbol.chars();
        // Latin letters, and the punctuation that comes with them.
        let is_latin = |c| matches!(c, ' '..='\u{24f}' | '\u{2010}'..='\u{2026}');
        match (chars.next(), chars.next()) {
            (_, Some(_)) => Hold::Nothing,
            (Some(c), None) if is_latin(c) && place.width == 1 => Hold::Length,
            _ => Hold::Places,
        }
    }
}

/// Half of what a character that fills its cells leaves of them.
fn aside(place: &Place) -> u16 {
    match Hold::of(place) {
        Hold::Length => 0,
        Hold::Places | Hold::Nothing => place.width,
    }
}

/// The text, a run in each element. A blank within a run is a part of it; two are not, and none at its ends.
fn texts(places: &Places, inks: &mut Inks) -> Vec<String> {
    let mut runs: Vec<Run> = Vec::new();
    for ((y, x), place) in places {
        if place.symbol.trim().is_empty() || Glyph::of(&place.symbol) != Glyph::Text {
            continue;
        }
        let (hold, look) = (Hold::of(place), place.look);
        let start = x * CELL.0 + aside(place);
        let follows = runs.last_mut().filter(|run| {
            let alike = (run.row, run.hold, Inks::of(run.look)) == (*y, hold, Inks::of(look));
            alike && hold != Hold::Nothing && start <= run.last() + 2 * CELL.0
        });
        if let Some(run) = follows {
            if hold == Hold::Length && start > run.last() + CELL.0 {
                run.symbols.push(' ');
                run.starts.push(run.last() + CELL.0);
            }
            run.symbols.push_str(&place.symbol);
            run.starts.push(start);
        } else {
            runs.push(Run {
                row: *y,
                starts: vec![start],
                symbols: place.symbol.clone(),
                look,
                hold,
            });
        }
    }
    runs.iter().map(|run| run.element(inks)).collect()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
