//! Makes one row of the terminal what it is to be.

use std::ops::Range;

use zeroize::Zeroizing;

use crate::ui::terminal::screen::attributes::{ON_BLANKS, Style};
use crate::ui::terminal::screen::brush::{Brush, State, change, fits};
use crate::ui::terminal::screen::cursor::{Place, way};
use crate::ui::terminal::screen::grid::{BLANK, COVERED, Cell, UNKNOWN};
use crate::ui::terminal::screen::short::Short;

/// `ESC [ K`: erases from the cursor to the row's end.
const ERASE_REST: &[u8] = b"\x1b[K";
/// Cells between two that change are written again where that is shorter; there are at most so many.
const GAP: usize = 12;
/// Places in a row at which it is tried to erase what is behind them.
const TRIED: usize = 4;
/// Blank cells in a row that are worth a try.
const WORTHWHILE: usize = 5;

/// Paints one row, in the shortest of some ways: with the rest of it erased from some cell on, or from none.
pub(super) fn paint_row(brush: &mut Brush<'_>, y: usize, shown: &mut [Cell], next: &[Cell]) {
    let Some(first) = (0..next.len()).find(|x| !next[*x].is_shown_by(&shown[*x])) else {
        return;
    };
    let before = Zeroizing::new(shown.to_vec());
    let mut best = try_row(brush, y, shown, next, None);
    for from in starts(first, next, &before) {
        let mut other = before.clone();
        let tried = try_row(brush, y, &mut other, next, Some(from));
        if tried.out.bytes().len() < best.out.bytes().len() {
            best = tried;
            shown.copy_from_slice(&other);
        }
    }
    brush.out.extend(best.out.bytes());
    brush.state = best.state;
}

fn try_row<'a>(
    brush: &Brush<'a>,
    y: usize,
    shown: &mut [Cell],
    next: &[Cell],
    from: Option<usize>,
) -> Brush<'a> {
    let brush = Brush::new(brush.state, brush.abilities, brush.clusters);
    let mut row = Row {
        y: u16::try_from(y).unwrap_or(0),
        shown,
        next,
        brush,
    };
    row.paint(from);
    row.brush
}

/// Where in a row it may spare bytes to erase what is behind: from the first cell on that changes, and where blank cells
/// begin; nowhere where nothing is behind.
fn starts(first: usize, next: &[Cell], shown: &[Cell]) -> Vec<usize> {
    let is_of_use = |x: &usize| {
        let mut rest = shown[*x..].iter();
        rest.any(|cell| !is_erasable(cell) || cell.written)
    };
    let is_start = |x: &usize| {
        let end = (x + WORTHWHILE).min(next.len());
        let begins = *x == 0 || !is_erasable(&next[x - 1]);
        begins && next[*x..end].iter().all(is_erasable) && is_of_use(x)
    };
    let mut starts = Vec::new();
    starts.extend(Some(first).filter(is_of_use));
    starts.extend((first + 1..next.len()).filter(is_start).take(TRIED));
    starts.retain(|x| next[*x].glyph != COVERED.glyph);
    starts
}

/// Whether a cell is like one that was erased with the terminal's own background.
fn is_erasable(cell: &Cell) -> bool {
    cell.is_blank() && cell.style == Style::PLAIN
}

/// One row while it is painted.
struct Row<'a, 'b> {
    y: u16,
    shown: &'b mut [Cell],
    next: &'b [Cell],
    brush: Brush<'a>,
}

impl Row<'_, '_> {
    fn is_shown(&self, x: usize) -> bool {
        self.next[x].is_shown_by(&self.shown[x])
    }

    /// Paints from left to right; at `from` the rest of the row is erased.
    fn paint(&mut self, from: Option<usize>) {
        let mut x = 0;
        while x < self.next.len() {
            if from == Some(x) {
                self.erase_rest(x, Style::PLAIN);
            }
            if self.is_shown(x) {
                x += 1;
            } else if self.next[x].is_blank() && !self.next[x].style.modifiers.intersects(ON_BLANKS)
            {
                x = self.blanks(x);
            } else {
                x = self.character(x);
            }
        }
    }

    /// Erases the rest of the row, which then has the background of this style.
    fn erase_rest(&mut self, x: usize, style: Style) {
        let cell = Cell { style, ..BLANK };
        self.go(x, Some(&cell));
        self.brush.use_pen(&cell, &[]);
        self.brush.out.extend(ERASE_REST);
        let written = false;
        self.shown[x..].fill(Cell { written, ..cell });
    }

    /// Paints the blank cells from here on, and says where they end.
    fn blanks(&mut self, x: usize) -> usize {
        let style = self.next[x].style;
        let is_like = |cell: &Cell| cell.is_blank() && cell.style == style;
        let length = self.next[x..]
            .iter()
            .take_while(|cell| is_like(cell))
            .count();
        let end = x + length;
        let last = (x..end).rev().find(|x| !self.is_shown(*x)).unwrap_or(x);
        let count = last + 1 - x;
        // Spaces that are not wanted, whatever it costs.
        let must = (x..=last).any(|x| !self.next[x].written && !self.is_shown(x));
        let may = must || style == Style::PLAIN;
        if may && end == self.next.len() && (must || count > ERASE_REST.len()) {
            self.erase_rest(x, style);
            return end;
        }
        let erase = Short::control(u16::try_from(count).unwrap_or(0), b'X');
        let jump = (end..self.next.len()).any(|x| !self.is_shown(x));
        let jump = if jump {
            Short::control(u16::try_from(end - x).unwrap_or(0), b'C').len()
        } else {
            0
        };
        if may && self.brush.abilities.erases && (must || erase.len() + jump < count) {
            self.go(x, Some(&self.next[x].clone()));
            self.brush.use_pen(&self.next[x], &[]);
            self.brush.out.extend(erase.bytes());
            let written = false;
            self.shown[x..=last].fill(Cell {
                written,
                ..self.next[x]
            });
            return last + 1;
        }
        for x in x..=last {
            self.character(x);
        }
        last + 1
    }

    /// Writes one cell, and says where the next one is.
    fn character(&mut self, x: usize) -> usize {
        // A wide character is written whole.
        let x = (0..=x)
            .rev()
            .find(|x| self.next[*x].glyph != COVERED.glyph)
            .unwrap_or(x);
        let cell = self.next[x];
        self.go(x, Some(&cell));
        self.brush.use_pen(&cell, &self.next[x..]);
        let behind = x + 1 + usize::from(cell.over);
        let reach = (x + usize::from(cell.most))
            .max(behind)
            .min(self.next.len());
        if cell.most != 0 {
            self.make_room(x..reach);
        }
        let mut room = [0; 4];
        let text = self.brush.clusters.text(cell.glyph, &mut room);
        self.brush.out.extend(text.as_bytes());
        self.shown[x] = Cell {
            written: true,
            ..cell
        };
        self.shown[x + 1..behind].fill(COVERED);
        // A terminal that takes more columns for it has written over what is behind.
        self.shown[behind..reach].fill(UNKNOWN);
        self.brush.state.place = match u16::try_from(behind) {
            _ if cell.most != 0 => Place::Unknown,
            Ok(column) if behind < self.next.len() => Place::At(column, self.y),
            _ if self.brush.abilities.waits() => Place::Behind(self.y),
            _ => Place::Unknown,
        };
        behind
    }

    /// Blanks the cells that a character of a doubtful width might leave as they are, in the style in which it is written.
    /// The cursor comes back.
    fn make_room(&mut self, cells: Range<usize>) {
        let style = self.next[cells.start].style.on_blank();
        let is_blank = |cell: &Cell| cell.is_blank() && cell.style == style;
        let mut shown = self.shown[cells.clone()].iter();
        if shown.all(is_blank) {
            return;
        }
        let spaces = Short::repeated(b' ', u16::try_from(cells.len()).unwrap_or(0));
        self.brush
            .out
            .extend(spaces.unwrap_or(Short::new()).bytes());
        self.shown[cells.clone()].fill(UNKNOWN);
        let end = u16::try_from(cells.end)
            .ok()
            .filter(|_| cells.end < self.next.len());
        self.brush.state.place = end.map_or(Place::Unknown, |x| Place::At(x, self.y));
        self.brush
            .go(u16::try_from(cells.start).unwrap_or(0), self.y);
    }

    /// Brings the cursor to a column of this row. It may write again what it passes.
    fn go(&mut self, x: usize, target: Option<&Cell>) {
        let State { place, pen } = self.brush.state;
        let abilities = self.brush.abilities;
        let Ok(column) = u16::try_from(x) else { return };
        if place == Place::At(column, self.y) {
            return;
        }
        let straight = way(place, (column, self.y), abilities);
        let change = |pen| target.map_or(0, |cell| change(pen, cell));
        let mut best = straight.len() + change(pen);
        let mut passed = None;
        let begins = match place {
            Place::At(from, _) => [Some(usize::from(from)), Some(0)],
            _ => [None, Some(0)],
        };
        for from in begins.into_iter().flatten() {
            let Some(ahead) = x.checked_sub(from).filter(|gap| (1..=GAP).contains(gap)) else {
                continue;
            };
            let first = way(
                place,
                (column - u16::try_from(ahead).unwrap_or(0), self.y),
                abilities,
            );
            if first.len() + ahead >= best {
                continue;
            }
            let Some((cost, pen)) = self.passing(from..x, pen) else {
                continue;
            };
            let cost = first.len() + cost + change(pen);
            if cost < best {
                best = cost;
                passed = Some((from, first));
            }
        }
        match passed {
            None => {
                self.brush.out.extend(straight.bytes());
                self.brush.state.place = Place::At(column, self.y);
            }
            Some((from, first)) => {
                self.brush.out.extend(first.bytes());
                self.brush.state.place = Place::At(u16::try_from(from).unwrap_or(0), self.y);
                let mut at = from;
                while at < x {
                    at = self.character(at);
                }
            }
        }
    }

    /// What it costs to write these cells again as they are, and the style then; nothing where that is not possible.
    fn passing(&self, cells: Range<usize>, pen: Option<Style>) -> Option<(usize, Option<Style>)> {
        let (mut cost, mut pen) = (0, pen);
        let whole = |cell: &Cell| cell.most == 0 && cell.written;
        let cells = &self.next[cells];
        if cells[0].glyph == COVERED.glyph || !cells.iter().all(whole) {
            return None;
        }
        for cell in cells.iter().filter(|cell| cell.glyph != COVERED.glyph) {
            let mut room = [0; 4];
            cost += change(pen, cell) + self.brush.clusters.text(cell.glyph, &mut room).len();
            if !pen.is_some_and(|pen| fits(pen, cell)) {
                pen = Some(cell.style);
            }
        }
        Some((cost, pen))
    }
}
