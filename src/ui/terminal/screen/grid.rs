//! What a terminal shows, or is to show, cell by cell.

use ratatui::buffer::{Cell as Drawn, CellWidth};
use zeroize::{DefaultIsZeroes, Zeroize, Zeroizing};

use crate::ui::terminal::screen::attributes::Style;

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

/// One cell. The default is one that was erased, in the terminal's own colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Cell {
    pub glyph: Glyph,
    pub style: Style,
    /// How many cells behind it are covered by its character.
    pub over: u8,
    /// The most columns that a terminal may take for its character, where terminals disagree about that; or else 0.
    pub most: u8,
    /// In what a terminal shows: written, and be it a space. In what it is to show: may be written.
    pub written: bool,
}

impl DefaultIsZeroes for Cell {}

impl Cell {
    pub fn is_blank(&self) -> bool {
        self.glyph == Glyph::BLANK
    }

    /// Whether this is seen already where `shown` is.
    pub fn is_shown_by(&self, shown: &Cell) -> bool {
        let bare = self.is_blank() && !self.written;
        *self
            == Cell {
                written: self.written,
                ..*shown
            }
            && !(bare && shown.written)
    }
}

/// The texts of several characters that are one to a reader: with marks, or emoji made of others.
#[derive(Default)]
pub(super) struct Clusters(Vec<Zeroizing<String>>);

impl Clusters {
    fn add(&mut self, text: &str) -> Glyph {
        let known = self.0.iter().position(|known| known.as_str() == text);
        let at = known.unwrap_or_else(|| {
            self.0.push(Zeroizing::new(text.to_owned()));
            self.0.len() - 1
        });
        Glyph(Glyph::CLUSTER | u32::try_from(at).unwrap_or(0))
    }

    /// What is written for a glyph; `room` is for a single character.
    pub fn text<'a>(&'a self, glyph: Glyph, room: &'a mut [u8; 4]) -> &'a str {
        let at = usize::try_from(glyph.0 & !Glyph::CLUSTER).unwrap_or(0);
        if glyph.0 & Glyph::CLUSTER != 0 {
            return self.0.get(at).map_or(" ", |text| text.as_str());
        }
        let single = char::from_u32(glyph.0).filter(|c| *c >= ' ');
        single.unwrap_or(' ').encode_utf8(room)
    }

    /// Forgets those that are not in this grid, where there are many.
    pub fn tidy(&mut self, grid: &mut Grid) {
        if self.0.len() < CLUSTERS {
            return;
        }
        let before = std::mem::take(self);
        for cell in grid.cells.iter_mut() {
            if cell.glyph.0 & Glyph::CLUSTER != 0 {
                let mut room = [0; 4];
                cell.glyph = self.add(before.text(cell.glyph, &mut room));
            }
        }
    }
}

/// What is known of a text that one cell is to have.
struct Measured {
    glyph: Glyph,
    columns: u8,
    most: u8,
}

fn columns(text: &str) -> u8 {
    u8::try_from(text.cell_width()).unwrap_or(u8::MAX)
}

/// Measures a text. What takes no column, or would have the terminal do something, is blank.
fn measure(text: &str, clusters: &mut Clusters) -> Measured {
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
    let alone = |c: char| columns(c.encode_utf8(&mut [0; 4]));
    let apart = text
        .chars()
        .fold(0, |sum: u8, c| sum.saturating_add(alone(c)));
    Measured {
        glyph: clusters.add(text),
        columns: width,
        most: apart.max(width),
    }
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

/// A screen full of cells. What it holds is wiped when it goes.
#[derive(Clone, Default)]
pub(super) struct Grid {
    cells: Zeroizing<Vec<Cell>>,
    columns: usize,
}

impl Grid {
    /// A grid of this size, erased.
    pub fn new(columns: u16, rows: u16) -> Grid {
        let columns = usize::from(columns);
        Grid {
            cells: Zeroizing::new(vec![Cell::default(); columns * usize::from(rows)]),
            columns,
        }
    }

    pub fn columns(&self) -> usize {
        self.columns
    }

    pub fn rows(&self) -> usize {
        self.cells.len().checked_div(self.columns).unwrap_or(0)
    }

    pub fn row(&self, y: usize) -> &[Cell] {
        &self.cells[y * self.columns..(y + 1) * self.columns]
    }

    pub fn row_mut(&mut self, y: usize) -> &mut [Cell] {
        &mut self.cells[y * self.columns..(y + 1) * self.columns]
    }

    /// Wipes everything: all is erased.
    pub fn wipe(&mut self) {
        self.cells.as_mut_slice().zeroize();
    }

    /// Takes over what another grid of this size holds.
    pub fn copy_from(&mut self, other: &Grid) {
        self.cells.copy_from_slice(&other.cells);
    }

    /// Moves the rows from `top` to `bottom`, by so many rows up, or down where that is negative. The rows that become
    /// free are erased.
    pub fn move_rows(&mut self, top: usize, bottom: usize, up: isize) {
        let count = up.unsigned_abs().min(bottom + 1 - top) * self.columns;
        let region = &mut self.cells[top * self.columns..(bottom + 1) * self.columns];
        let length = region.len();
        if up > 0 {
            region.copy_within(count.., 0);
            region[length - count..].zeroize();
        } else {
            region.copy_within(..length - count, count);
            region[..count].zeroize();
        }
    }

    /// Puts what ratatui has for a cell in its place, where it is seen.
    pub fn put(&mut self, (x, y): (u16, u16), drawn: &Drawn, clusters: &mut Clusters) {
        let (x, y) = (usize::from(x), usize::from(y));
        if x >= self.columns || y >= self.rows() {
            return;
        }
        let columns = self.columns;
        let row = self.row_mut(y);
        // ratatui tells what is behind some emoji, though it is not seen.
        if row[x].glyph == Glyph::COVERED {
            return;
        }
        let mut measured = measure(drawn.symbol(), clusters);
        let reaches =
            |measured: &Measured| x + usize::from(measured.columns.max(measured.most)) > columns;
        // Of what might reach over the edge only the beginning is written, or nothing.
        if reaches(&measured) {
            let first = drawn.symbol().chars().next().unwrap_or(' ');
            let begins = measure(first.encode_utf8(&mut [0; 4]), clusters);
            let fits = begins.columns == measured.columns && !reaches(&begins);
            measured = if fits { begins } else { measure(" ", clusters) };
        }
        let style = Style {
            fg: drawn.fg,
            bg: drawn.bg,
            modifiers: drawn.modifier,
        };
        let covered = usize::from(measured.columns - 1);
        for at in x..=x + covered {
            free(row, at);
        }
        row[x] = Cell {
            style: if measured.glyph == Glyph::BLANK {
                style.on_blank()
            } else {
                style
            },
            glyph: measured.glyph,
            over: measured.columns - 1,
            most: measured.most,
            written: true,
        };
        for cell in &mut row[x + 1..=x + covered] {
            *cell = COVERED;
        }
    }

    /// Has the blank cells from here to the row's end erased: spaces that are written there are not the same to a
    /// terminal's selection.
    pub fn end_row(&mut self, (x, y): (u16, u16)) {
        let (x, y) = (usize::from(x), usize::from(y));
        if x >= self.columns || y >= self.rows() {
            return;
        }
        let row = self.row_mut(y);
        let style = row[row.len() - 1].style;
        if style.modifiers.is_empty() {
            let rest = row[x..].iter_mut().rev();
            let blank = rest.take_while(|cell| cell.is_blank() && cell.style == style);
            blank.for_each(|cell| cell.written = false);
        }
    }

    /// Allows spaces everywhere.
    pub fn end_no_row(&mut self) {
        self.cells.iter_mut().for_each(|cell| cell.written = true);
    }
}

/// A cell that the character before it covers.
pub(super) const COVERED: Cell = Cell {
    glyph: Glyph::COVERED,
    style: Style::PLAIN,
    over: 0,
    most: 0,
    written: true,
};

/// A cell of which nobody knows what is seen there.
pub(super) const UNKNOWN: Cell = Cell {
    glyph: Glyph::UNKNOWN,
    ..COVERED
};

/// Takes a cell from the wide character that it is a part of. What is left of that is blank.
fn free(row: &mut [Cell], at: usize) {
    let first = (0..=at).rev().find(|x| row[*x].glyph != Glyph::COVERED);
    let first = first.unwrap_or(at);
    let last = (first + usize::from(row[first].over)).min(row.len() - 1);
    if last >= at && last > first {
        row[first..=last].fill(BLANK);
    }
}

/// A space in the terminal's own colours.
pub(super) const BLANK: Cell = Cell {
    glyph: Glyph::BLANK,
    ..COVERED
};

#[cfg(test)]
mod tests {
    use ratatui::style::{Modifier, Style as Wanted};

    use super::*;

    fn grid(text: &str, style: Wanted) -> (Grid, Clusters) {
        let (mut grid, mut clusters) = (Grid::new(8, 2), Clusters::default());
        put(&mut grid, &mut clusters, 0, text, style);
        (grid, clusters)
    }

    fn put(grid: &mut Grid, clusters: &mut Clusters, x: u16, text: &str, style: Wanted) {
        let mut drawn = Drawn::default();
        drawn.set_symbol(text).set_style(style);
        grid.put((x, 0), &drawn, clusters);
    }

    fn shows(grid: &Grid, clusters: &Clusters) -> String {
        let seen = |cell: &Cell| match cell.glyph {
            Glyph::COVERED => "<".to_owned(),
            glyph => clusters.text(glyph, &mut [0; 4]).to_owned(),
        };
        grid.row(0).iter().map(seen).collect()
    }

    #[test]
    fn half_of_a_wide_character_is_never_left() {
        let (mut grid, mut clusters) = grid("日", Wanted::new());
        put(&mut grid, &mut clusters, 2, "本", Wanted::new());
        assert_eq!(shows(&grid, &clusters), "日<本<    ");
        put(&mut grid, &mut clusters, 1, "x", Wanted::new());
        assert_eq!(shows(&grid, &clusters), "日<本<    ", "it is covered");
        put(&mut grid, &mut clusters, 2, "a", Wanted::new());
        assert_eq!(shows(&grid, &clusters), "日<a     ");
        put(&mut grid, &mut clusters, 7, "日", Wanted::new());
        assert_eq!(shows(&grid, &clusters), "日<a     ", "it has no room");
        put(&mut grid, &mut clusters, 8, "x", Wanted::new());
    }

    #[test]
    fn what_a_terminal_might_write_over_the_edge_is_not_written() {
        let family = "👨\u{200d}👩\u{200d}👧";
        let (mut grid, mut clusters) = grid("a", Wanted::new());
        put(&mut grid, &mut clusters, 2, family, Wanted::new());
        assert_eq!(shows(&grid, &clusters), format!("a {family}<    "));
        put(&mut grid, &mut clusters, 4, family, Wanted::new());
        assert_eq!(shows(&grid, &clusters), format!("a {family}<👨<  "));
        put(&mut grid, &mut clusters, 7, "🇩🇪", Wanted::new());
        assert_eq!(shows(&grid, &clusters), format!("a {family}<👨<  "));
    }

    #[test]
    fn what_takes_no_column_or_would_do_something_is_blank() {
        for text in ["", "\u{200b}", "\u{1b}[2J", "\n", "\u{9b}", "\u{301}"] {
            let (grid, clusters) = grid(text, Wanted::new());
            assert_eq!(shows(&grid, &clusters), "        ", "{text:?}");
        }
    }

    #[test]
    fn it_is_known_about_which_widths_terminals_disagree() {
        for (text, over, most) in [
            ("a", 0, 0),
            ("ü", 0, 0),
            ("●", 0, 0),
            ("✕", 0, 0),
            ("│", 0, 0),
            ("日", 1, 0),
            ("한", 1, 0),
            ("e\u{301}", 0, 1),
            ("❤\u{fe0f}", 1, 2),
            ("⚡", 1, 2),
            ("😀", 1, 2),
            ("🇩🇪", 1, 2),
            ("👨\u{200d}👩\u{200d}👧", 1, 6),
            ("\u{e0b0}", 0, 2),
        ] {
            let (grid, clusters) = grid(text, Wanted::new());
            let cell = grid.row(0)[0];
            assert_eq!((cell.over, cell.most), (over, most), "{text}");
            assert_eq!(clusters.text(cell.glyph, &mut [0; 4]), text);
        }
    }

    #[test]
    fn a_blank_cell_is_the_same_whatever_is_not_to_be_seen_on_it() {
        let (plain, _) = grid(" ", Wanted::new());
        let (red, _) = grid(" ", Wanted::new().red().bold());
        let (line, _) = grid(" ", Wanted::new().red().underlined());
        let (behind, _) = grid(" ", Wanted::new().on_red());
        assert_eq!(plain.row(0)[0], red.row(0)[0]);
        assert_ne!(plain.row(0)[0], line.row(0)[0]);
        assert_ne!(plain.row(0)[0], behind.row(0)[0]);
        assert!(
            line.row(0)[0]
                .style
                .modifiers
                .contains(Modifier::UNDERLINED)
        );
    }

    #[test]
    fn rows_move_and_leave_nothing() {
        for (up, expected) in [(1, "acde f"), (-1, "a bcdf"), (3, "ae   f"), (9, "a    f")] {
            let (mut grid, mut clusters) = (Grid::new(1, 6), Clusters::default());
            for (y, text) in (0..).zip(["a", "b", "c", "d", "e", "f"]) {
                let mut drawn = Drawn::default();
                drawn.set_symbol(text);
                grid.put((0, y), &drawn, &mut clusters);
            }
            grid.move_rows(1, 4, up);
            let rows = (0..6).map(|y| clusters.text(grid.row(y)[0].glyph, &mut [0; 4]).to_owned());
            assert_eq!(rows.collect::<String>(), expected);
        }
    }

    #[test]
    fn what_a_grid_holds_is_wiped() {
        let (mut grid, _) = grid("7", Wanted::new().bold());
        grid.wipe();
        assert!(grid.cells.iter().all(|cell| *cell == Cell::default()));
        assert_eq!((grid.columns(), grid.rows()), (8, 2));
    }

    #[test]
    fn texts_that_nobody_needs_are_forgotten_and_the_others_kept() {
        let (mut grid, mut clusters) = grid("e\u{301}", Wanted::new());
        for n in 0..2 * CLUSTERS {
            let mark = char::from_u32(0x4e00 + u32::try_from(n).expect("small")).expect("one");
            put(
                &mut grid,
                &mut clusters,
                2,
                &format!("{mark}\u{301}"),
                Wanted::new(),
            );
            clusters.tidy(&mut grid);
            assert!(clusters.0.len() <= CLUSTERS);
        }
        assert!(shows(&grid, &clusters).starts_with("e\u{301} "));
    }
}
