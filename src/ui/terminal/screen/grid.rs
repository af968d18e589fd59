//! What a terminal shows, or is to show, cell by cell.

use ratatui::buffer::Cell as Drawn;
use zeroize::{DefaultIsZeroes, Zeroize, Zeroizing};

use crate::ui::terminal::screen::attributes::Style;
use crate::ui::terminal::screen::glyphs::{Clusters, Glyph, Measured};

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
        let mut measured = clusters.measure(drawn.symbol());
        let reaches =
            |measured: &Measured| x + usize::from(measured.columns.max(measured.most)) > columns;
        // Of what might reach over the edge only the beginning is written, or nothing.
        if reaches(&measured) {
            let first = drawn.symbol().chars().next().unwrap_or(' ');
            let begins = clusters.measure(first.encode_utf8(&mut [0; 4]));
            let fits = begins.columns == measured.columns && !reaches(&begins);
            measured = if fits { begins } else { clusters.measure(" ") };
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

    /// Forgets the texts of several characters that are no longer here, where there are many: then those of other grids
    /// are not known any more. Says whether it has.
    pub fn tidy(&mut self, clusters: &mut Clusters) -> bool {
        let before = clusters.renewed();
        if let Some(before) = &before {
            for cell in self.cells.iter_mut() {
                cell.glyph = clusters.add_again(cell.glyph, before);
            }
        }
        before.is_some()
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
        for n in 0..3_000 {
            let mark = char::from_u32(0x4e00 + n).expect("a character");
            put(
                &mut grid,
                &mut clusters,
                2,
                &format!("{mark}\u{301}"),
                Wanted::new(),
            );
            grid.tidy(&mut clusters);
        }
        assert!(shows(&grid, &clusters).starts_with("e\u{301} "));
    }
}
