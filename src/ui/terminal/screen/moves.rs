//! Rows that are still to be seen, but further up or down.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::ui::terminal::screen::grid::{BLANK, Cell, Grid};

/// The most distances that are looked at closely.
const DISTANCES: usize = 3;
/// What it costs about to begin writing in another place, in bytes.
const JUMP: usize = 6;
/// What a move costs about, in bytes.
const MOVE: isize = 16;

/// Rows that are to be moved: those from `top` to `bottom`, by so many rows up, or down where that is negative.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Move {
    pub top: usize,
    pub bottom: usize,
    pub up: isize,
}

/// Moves that may spare bytes, in the order of how many. The first row is never moved: some programs around the console
/// keep what leaves the screen there, to be scrolled back to.
pub(super) fn candidates(shown: &Grid, next: &Grid) -> Vec<Move> {
    let mut found: Vec<(isize, Move)> = distances(shown, next)
        .into_iter()
        .filter_map(|up| best_of(shown, next, up))
        .collect();
    found.sort_by_key(|(gain, _)| -gain);
    found.into_iter().map(|(_, one)| one).collect()
}

/// By how many rows those have moved that changed, most of them first.
fn distances(shown: &Grid, next: &Grid) -> Vec<isize> {
    let is_other = |y: &usize| !looks_like(next.row(*y), shown.row(*y));
    let others: Vec<usize> = (1..next.rows()).filter(is_other).collect();
    if others.len() < 2 {
        return Vec::new();
    }
    let mut places: HashMap<u64, Vec<usize>> = HashMap::new();
    for y in 1..shown.rows() {
        if shown.row(y).iter().any(|cell| !cell.is_blank()) {
            places.entry(hash(shown.row(y))).or_default().push(y);
        }
    }
    let mut counts: HashMap<isize, usize> = HashMap::new();
    for y in others {
        for from in places.get(&hash(next.row(y))).into_iter().flatten() {
            *counts
                .entry(from.cast_signed() - y.cast_signed())
                .or_default() += 1;
        }
    }
    let mut counts: Vec<(isize, usize)> = counts.into_iter().collect();
    counts.sort_by_key(|(up, count)| (std::cmp::Reverse(*count), up.unsigned_abs(), *up));
    counts.truncate(DISTANCES);
    counts.into_iter().map(|(up, _)| up).collect()
}

/// Of all moves by this distance the one that spares most, if one does: how many bytes about, and which.
fn best_of(shown: &Grid, next: &Grid, up: isize) -> Option<(isize, Move)> {
    let rows = next.rows();
    let distance = up.unsigned_abs();
    let blank = vec![Cell::default(); next.columns()];
    let cost = |from: &[Cell], y: usize| weight(from, next.row(y)).cast_signed();
    // What is spared in each row if it comes from elsewhere, and what it costs more if it is erased before.
    let (mut spared, mut erased) = (vec![0; rows], vec![0; rows]);
    for y in 1..rows {
        let stays = cost(shown.row(y), y);
        let from = y
            .checked_add_signed(up)
            .filter(|from| (1..rows).contains(from));
        spared[y] = from.map_or(0, |from| stays - cost(shown.row(from), y));
        erased[y] = cost(&blank, y) - stays;
    }
    // Rows are looked at from where they go to: what moves down is what moves up, seen from below.
    let order: Vec<usize> = if up > 0 {
        (1..rows).collect()
    } else {
        (1..rows).rev().collect()
    };
    let (mut best, mut begin, mut sum) = (None, 0, 0_isize);
    for (at, y) in order
        .iter()
        .enumerate()
        .take(order.len().saturating_sub(distance))
    {
        if sum <= 0 {
            (begin, sum) = (at, 0);
        }
        sum += spared[*y];
        let left = &order[at + 1..=at + distance];
        let gain = sum - left.iter().map(|y| erased[*y]).sum::<isize>() - MOVE;
        if gain > best.map_or(0, |(gain, _)| gain) {
            let ends = (order[begin], order[at + distance]);
            let (top, bottom) = (ends.0.min(ends.1), ends.0.max(ends.1));
            best = Some((gain, Move { top, bottom, up }));
        }
    }
    best
}

fn hash(row: &[Cell]) -> u64 {
    let mut hasher = DefaultHasher::new();
    for cell in row {
        let written = true;
        Cell { written, ..*cell }.hash(&mut hasher);
    }
    hasher.finish()
}

fn looks_like(one: &[Cell], other: &[Cell]) -> bool {
    one.iter()
        .zip(other)
        .all(|(one, other)| one.is_shown_by(other))
}

/// What it costs about to make one row of another, in bytes.
fn weight(shown: &[Cell], next: &[Cell]) -> usize {
    let end = next
        .iter()
        .rposition(|cell| *cell != BLANK)
        .map_or(0, |at| at + 1);
    let (mut weight, mut gap) = (0, JUMP);
    for (next, shown) in next[..end].iter().zip(shown) {
        if next.is_shown_by(shown) {
            gap += 1;
        } else {
            weight += 1 + gap.min(JUMP);
            gap = 0;
        }
    }
    let rest = next[end..].iter().zip(&shown[end..]);
    let is_left = rest
        .into_iter()
        .any(|(next, shown)| !next.is_shown_by(shown));
    weight + if is_left { JUMP.min(3 + gap) } else { 0 }
}

#[cfg(test)]
mod tests {
    use ratatui::buffer::Buffer;
    use ratatui::layout::Position;

    use super::*;
    use crate::ui::terminal::screen::glyphs::Clusters;

    fn grid(lines: &[&str]) -> Grid {
        let buffer = Buffer::with_lines(lines.iter().copied());
        let mut grid = Grid::new(buffer.area.width, buffer.area.height);
        for Position { x, y } in buffer.area.positions() {
            grid.put((x, y), &buffer[(x, y)], &mut Clusters::default());
        }
        grid
    }

    const LIST: [&str; 8] = [
        "the head of all         ",
        "a name, and what it is  ",
        "before the one that is  ",
        "cut off by the console  ",
        "did not say what it was ",
        "every row is another one",
        "five more and it is over",
        "the foot stays          ",
    ];

    #[track_caller]
    fn expect(after: [usize; 8], expected: Option<(usize, usize, isize)>) {
        let after = after.map(|at| LIST.get(at).copied().unwrap_or("something that is new   "));
        let found = candidates(&grid(&LIST), &grid(&after)).into_iter().next();
        let expected = expected.map(|(top, bottom, up)| Move { top, bottom, up });
        assert_eq!(found, expected);
    }

    #[test]
    fn rows_that_moved_are_found() {
        expect([0, 1, 2, 3, 4, 5, 6, 7], None);
        expect([0, 2, 3, 4, 5, 6, 9, 7], Some((1, 6, 1)));
        expect([0, 9, 1, 2, 3, 4, 5, 7], Some((1, 6, -1)));
        expect([0, 4, 5, 6, 9, 9, 9, 7], Some((1, 6, 3)));
        expect([0, 1, 9, 9, 2, 3, 6, 7], Some((2, 5, -2)));
        expect([0, 9, 9, 9, 9, 9, 9, 7], None);
        expect([0, 2, 9, 4, 5, 6, 9, 7], Some((1, 6, 1)));
    }

    #[test]
    fn the_first_row_is_never_moved() {
        expect([1, 2, 3, 4, 5, 6, 7, 9], Some((1, 7, 1)));
        expect([9, 0, 1, 2, 3, 4, 5, 6], Some((1, 7, -1)));
    }
}
