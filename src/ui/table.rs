//! A list's table: which columns fit, and a window of rows with a cursor in it.

use crate::domain::list::{Anchor, Listed, Place, Window};
use crate::ui::extent::Extent;
use crate::ui::look::cells;

/// Space between two columns.
pub const GAP: u16 = 1;

/// How wide a column is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Width {
    /// Cells without which it is not shown.
    pub least: u16,
    /// Cells that all it has to show takes in its shorter words, where it has any.
    pub short: u16,
    /// Cells that all it has to show takes, at least as many.
    pub whole: u16,
    /// It is shown, before the others, even where it has less than its least.
    pub needed: bool,
}

impl Width {
    /// A column of just so many cells.
    #[must_use]
    pub fn of(cells: u16) -> Width {
        Width {
            least: cells,
            short: cells,
            whole: cells,
            needed: false,
        }
    }

    /// Cells of so many that it has a use for: between its shorter words and its whole ones it shows no more.
    fn used(self, cells: u16) -> u16 {
        if (self.short..self.whole).contains(&cells) {
            self.short
        } else {
            cells
        }
    }
}

/// Cells that a list has for its columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Room {
    /// Those that it keeps when the window grows: in them it chooses which columns it shows.
    pub lasting: u16,
    pub now: u16,
}

/// What a list shows of its columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fit {
    /// Of each column, where it is shown.
    pub widths: Vec<Option<u16>>,
    /// Cells between two of them.
    pub gap: u16,
}

/// So many columns are worth more than the end of a name, and so many cells of a name more than the other columns.
const IMPORTANT: (usize, u16) = (5, 28);
/// Cells of the first column that are left to it beside another one that is needed.
const FIRST: u16 = 8;

/// Which of these columns, by importance, a list shows, and how wide: those that are needed, and then the first ones. They
/// stand further apart where there is room for it.
#[must_use]
pub fn fit(columns: &[Width], room: Room) -> Fit {
    let mut order: Vec<usize> = (0..columns.len()).collect();
    order.sort_by_key(|at| !columns[*at].needed);
    let divided = |all: u16, most: usize| {
        let mut widths: Vec<Width> = order.iter().take(most).map(|at| columns[*at]).collect();
        if let [first, second, ..] = widths.as_mut_slice()
            && second.needed
        {
            second.least = second.least.min(all.saturating_sub(FIRST + GAP));
            first.least = first.least.min(all.saturating_sub(second.least + GAP));
        }
        divide(widths, all)
    };
    let many = divided(room.lasting, order.len()).len();
    let fitting = divided(room.now, many);
    let used: u16 = fitting.iter().map(|wide| wide + GAP).sum();
    let gaps = cells(fitting.len().saturating_sub(1));
    let further = gaps > 0 && room.now >= used + gaps;
    let mut widths = vec![None; columns.len()];
    for (at, wide) in order.into_iter().zip(fitting) {
        widths[at] = Some(wide);
    }
    let gap = GAP + u16::from(further);
    Fit { widths, gap }
}

/// The widths of those columns, from the first on, that fit into `all` cells. The first one always does. What they leave
/// over goes cell by cell to those that need more; no column gets more than it needs.
fn divide(columns: Vec<Width>, all: u16) -> Vec<u16> {
    let mut spare = all;
    let mut shown: Vec<Width> = Vec::new();
    for column in columns {
        if shown.len() == IMPORTANT.0 {
            let usual = shown[0].whole.min(IMPORTANT.1);
            let more = usual.saturating_sub(shown[0].least).min(spare);
            shown[0].least += more;
            spare -= more;
        }
        let (least, gap) = match shown.len() {
            0 => (column.least.min(all), 0),
            _ => (column.least, GAP),
        };
        let Some(left) = spare.checked_sub(least + gap) else {
            break;
        };
        spare = left;
        shown.push(Width { least, ..column });
    }
    let mut widths: Vec<u16> = shown.iter().map(|column| column.least).collect();
    spare = give(&mut widths, &shown, spare);
    // What does not make the whole of it readable is for the others.
    for (wide, column) in widths.iter_mut().zip(&mut shown) {
        let used = column.used(*wide);
        if used < *wide {
            spare += *wide - used;
            (*wide, column.whole) = (used, used);
        }
    }
    give(&mut widths, &shown, spare);
    widths
}

/// Gives cells to those that need more, one to each in turn, and gives back what nobody needs.
fn give(widths: &mut [u16], columns: &[Width], mut spare: u16) -> u16 {
    let mut given = true;
    while given {
        given = false;
        for (wide, column) in widths.iter_mut().zip(columns) {
            if spare > 0 && *wide < column.whole {
                *wide += 1;
                spare -= 1;
                given = true;
            }
        }
    }
    spare
}

/// A movement of the cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move {
    /// So many rows down, or up when negative.
    By(i64),
    First,
    Last,
    /// To the row with this ID, where it is loaded.
    To(i64),
    /// The row with so many before it becomes the first on the screen.
    Top(usize),
    /// What is on the screen moves by so many rows, and the cursor only as far as it must to stay on it.
    Scroll(i64),
}

/// The rows that are loaded, the one that is selected, and the part that is on the screen.
#[derive(Debug)]
pub struct Rows<L> {
    loaded: Vec<L>,
    more_before: bool,
    more_after: bool,
    /// How many there are before the loaded ones, as far as that is known.
    before: Option<usize>,
    /// How many there are in all, when they were counted last.
    counted: Option<usize>,
    selected: usize,
    /// Where the selected row was, for when no row is left.
    last: Option<Place>,
    /// Index of the first row on the screen.
    top: usize,
    /// Rows on the screen.
    height: usize,
}

/// The most rows that are kept; those far from the cursor are let go.
const KEPT: usize = 600;
/// How many rows are asked for at a time, or twice those on the screen where that is more. The first time it is not known yet
/// how many those are.
const ASKED: usize = 100;

impl<L> Default for Rows<L> {
    fn default() -> Rows<L> {
        Rows {
            loaded: Vec::new(),
            more_before: false,
            more_after: false,
            before: None,
            counted: None,
            selected: 0,
            last: None,
            top: 0,
            height: 0,
        }
    }
}

impl<L: Listed> Rows<L> {
    /// The selected row.
    #[must_use]
    pub fn selected(&self) -> Option<&L> {
        self.loaded.get(self.selected)
    }

    /// All rows that are loaded.
    pub fn loaded(&self) -> impl Iterator<Item = &L> {
        self.loaded.iter()
    }

    /// Whether there is more above what is on the screen, and below.
    #[must_use]
    pub fn beyond(&self) -> (bool, bool) {
        let above = self.more_before || self.top > 0;
        let below = self.more_after || self.loaded.len() > self.top + self.height;
        (above, below)
    }

    /// Takes how many rows there are.
    pub fn counted(&mut self, rows: i64) {
        self.counted = usize::try_from(rows).ok();
    }

    /// Forgets how many there are: they are counted anew.
    pub fn uncounted(&mut self) {
        self.counted = None;
    }

    /// The place of the first row that is loaded, where it is not known how many come before it.
    #[must_use]
    pub fn unplaced(&self) -> Option<Place> {
        let is_between = self.more_before && self.more_after && self.before.is_none();
        let first = self.loaded.first().filter(|_| is_between)?;
        Some(first.place().clone())
    }

    /// Takes how many rows come before a place.
    pub fn placed(&mut self, place: &Place, before: i64) {
        if self.unplaced().as_ref() == Some(place) {
            self.before = usize::try_from(before).ok();
        }
    }

    /// How many rows there are and which are on the screen, as far as that is known: nothing is read to draw it.
    #[must_use]
    pub fn extent(&self) -> Extent {
        let loaded = self.loaded.len();
        let least = loaded + usize::from(self.more_before) + usize::from(self.more_after);
        let lines = match self.counted {
            Some(counted) if least > loaded => counted.max(least),
            // What else there is has about the size of a window.
            _ => loaded + (least - loaded) * self.asked(),
        };
        let others = lines - loaded;
        let before = match (self.more_before, self.more_after) {
            (false, _) => 0,
            (true, false) => others,
            (true, true) => self.before.unwrap_or(others / 2).clamp(1, others - 1),
        };
        Extent {
            top: before + self.top,
            height: self.height,
            lines,
        }
    }

    /// The rows on the screen, each with whether it is selected.
    pub fn on_screen(&self) -> impl Iterator<Item = (&L, bool)> {
        let rows = self
            .loaded
            .iter()
            .enumerate()
            .skip(self.top)
            .take(self.height);
        rows.map(|(index, row)| (row, index == self.selected))
    }

    /// The row with this ID, when it is loaded.
    #[must_use]
    pub fn find(&self, id: i64) -> Option<&L> {
        self.loaded.iter().find(|row| row.place().id == id)
    }

    /// Lets all rows go, but not where the selected one was.
    pub fn forget(&mut self) {
        let last = self.selected().map(|row| row.place().clone());
        *self = Rows {
            last: last.or_else(|| self.last.take()),
            counted: self.counted,
            height: self.height,
            ..Rows::default()
        };
    }

    /// Rows on the screen.
    #[must_use]
    pub fn height(&self) -> usize {
        self.height
    }

    /// Settles the part that is on the screen.
    pub fn place(&mut self, height: u16) {
        self.height = usize::from(height);
        if self.height == 0 {
            return;
        }
        if self.selected < self.top {
            self.top = self.selected;
        } else if self.selected >= self.top + self.height {
            self.top = self.selected + 1 - self.height;
        }
        let fill = self.loaded.len().saturating_sub(self.height);
        if !self.more_after {
            self.top = self.top.min(fill);
        }
    }

    /// Moves the cursor as far as the loaded rows go. What is left is the window that has to be asked for, and the
    /// movement to go on with when it is there.
    pub fn go(&mut self, movement: Move) -> Option<(Anchor, Move)> {
        let last = self.loaded.len().saturating_sub(1);
        match movement {
            Move::First if self.more_before => return Some((Anchor::First, Move::First)),
            Move::Last if self.more_after => return Some((Anchor::Last, Move::Last)),
            Move::First => self.selected = 0,
            Move::Last => self.selected = last,
            Move::To(id) => {
                let at = self.loaded.iter().position(|row| row.place().id == id);
                self.selected = at.unwrap_or(self.selected);
            }
            Move::Top(row) => return self.show_from(row),
            Move::Scroll(rows) => return self.scroll(rows),
            Move::By(rows) => {
                let way = usize::try_from(rows.unsigned_abs()).unwrap_or(usize::MAX);
                let room = if rows < 0 {
                    self.selected
                } else {
                    last - self.selected
                };
                let steps = way.min(room);
                let rest = i64::try_from(way - steps).unwrap_or(i64::MAX);
                if rows < 0 {
                    self.selected -= steps;
                    if rest > 0 && self.more_before {
                        return Some((
                            Anchor::Before(self.loaded[0].place().clone()),
                            Move::By(-rest),
                        ));
                    }
                } else {
                    self.selected += steps;
                    if rest > 0 && self.more_after {
                        return Some((
                            Anchor::After(self.loaded[last].place().clone()),
                            Move::By(rest),
                        ));
                    }
                }
            }
        }
        None
    }

    fn show_from(&mut self, row: usize) -> Option<(Anchor, Move)> {
        let extent = self.extent();
        let before = extent.top - self.top;
        let row = row.min(extent.lines.saturating_sub(self.height));
        let last_top = self.loaded.len().saturating_sub(self.height);
        match row.checked_sub(before) {
            Some(top) if top <= last_top => self.top = top,
            // The window brings it there.
            _ => return Some((Anchor::Row(row), Move::By(0))),
        }
        self.keep_on_screen();
        None
    }

    fn scroll(&mut self, rows: i64) -> Option<(Anchor, Move)> {
        let by = isize::try_from(rows).unwrap_or(0);
        let last_top = self.loaded.len().saturating_sub(self.height);
        if by < 0 && self.more_before && self.top < by.unsigned_abs() {
            let first = self.loaded.first()?.place().clone();
            return Some((Anchor::Before(first), Move::Scroll(rows)));
        }
        if by > 0 && self.more_after && self.top.saturating_add_signed(by) > last_top {
            let last = self.loaded.last()?.place().clone();
            return Some((Anchor::After(last), Move::Scroll(rows)));
        }
        self.top = self.top.saturating_add_signed(by).min(last_top);
        self.keep_on_screen();
        None
    }

    /// Moves the cursor as far as it must to be on the screen.
    fn keep_on_screen(&mut self) {
        let end = (self.top + self.height).min(self.loaded.len());
        self.selected = self
            .selected
            .clamp(self.top, end.saturating_sub(1).max(self.top));
    }

    /// How many rows to ask for.
    #[must_use]
    pub fn asked(&self) -> usize {
        ASKED.max(2 * self.height)
    }

    /// Where the selected row is, to ask for the same part of the list again.
    #[must_use]
    pub fn around(&self) -> Anchor {
        let place = self.selected().map(Listed::place).or(self.last.as_ref());
        place.map_or(Anchor::First, |place| self.around_place(place.clone()))
    }

    /// Where another row is, to ask for the part of the list that has it at the selected one's screen line.
    #[must_use]
    pub fn around_place(&self, place: Place) -> Anchor {
        Anchor::Around {
            place,
            above: (self.asked() / 2).min(self.selected).max(self.height),
        }
    }

    /// Takes a window that was asked for around the selected row, keeping that row selected, or the one that took
    /// its place. False, and nothing is taken, where another row has been selected meanwhile and is not in the
    /// window.
    #[must_use]
    pub fn take_keeping(&mut self, anchor: &Anchor, mut window: Window<L>) -> bool {
        if let (Anchor::Around { place, .. }, Some(row)) = (anchor, self.selected()) {
            let id = row.place().id;
            match window.rows.iter().position(|row| row.place().id == id) {
                Some(at) => window.at = at,
                None if place.id != id => return false,
                None => {}
            }
        }
        self.take(anchor, window);
        true
    }

    /// Takes a window that was asked for; with [`Anchor::Around`], the row it is around becomes the selected one.
    pub fn take(&mut self, anchor: &Anchor, window: Window<L>) {
        if let Some(row) = self.selected() {
            self.last = Some(row.place().clone());
        }
        let before = if self.more_before {
            self.before
        } else {
            Some(0)
        };
        match anchor {
            Anchor::After(_) => {
                self.loaded.extend(window.rows);
                self.more_after = window.more_after;
                let excess = self.loaded.len().saturating_sub(KEPT).min(self.selected);
                if excess > 0 {
                    self.loaded.drain(..excess);
                    self.more_before = true;
                    self.before = before.map(|before| before + excess);
                    self.selected -= excess;
                    self.top = self.top.saturating_sub(excess);
                }
            }
            Anchor::Before(_) => {
                let added = window.rows.len();
                self.loaded.splice(0..0, window.rows);
                self.more_before = window.more_before;
                self.before = before.map(|before| before.saturating_sub(added));
                self.selected += added;
                self.top += added;
                let keep = KEPT.max(self.selected + 1);
                if self.loaded.len() > keep {
                    self.loaded.truncate(keep);
                    self.more_after = true;
                }
            }
            Anchor::First | Anchor::Last | Anchor::Row(_) | Anchor::Around { .. } => {
                let mut line = self.selected.saturating_sub(self.top);
                // The same row is where it was, or near.
                let selected = before.map(|before| before + self.selected);
                self.selected = match anchor {
                    Anchor::Last => window.rows.len().saturating_sub(1),
                    _ => window.at.min(window.rows.len().saturating_sub(1)),
                };
                self.before = selected.map(|row| row.saturating_sub(window.at));
                if let Anchor::Row(row) = anchor {
                    self.before = Some(row.saturating_sub(window.at));
                    line = 0;
                }
                self.top = self.selected.saturating_sub(line);
                self.loaded = window.rows;
                self.more_before = window.more_before;
                self.more_after = window.more_after;
            }
        }
        self.place(cells(self.height));
    }
}

#[cfg(test)]
mod tests {
    use std::ops::Range;

    use super::*;
    use crate::domain::id::KeyId;
    use crate::domain::list::{KeyRow, SortValue};
    use crate::domain::state::Facts;
    use crate::domain::time::Timestamp;

    fn row(id: i64) -> KeyRow {
        KeyRow {
            place: Place {
                value: SortValue::Number(id),
                id,
            },
            name: format!("key {id}"),
            description: String::new(),
            owner: String::new(),
            role: String::new(),
            zone: crate::domain::tz::Tz::UTC,
            facts: Facts {
                deleted: false,
                locked_out: false,
                expires_at: None,
                delivered: true,
                api_access: true,
            },
            expiry: None,
            last_sign_in_at: None,
            created_at: Timestamp(0),
            created_by: String::new(),
            retiring: None,
            pending: false,
            bounded: false,
            services: String::new(),
        }
    }

    #[test]
    fn as_many_rows_are_asked_for_first_as_later_so_that_no_column_gets_another_width() {
        let mut rows = Rows::<KeyRow>::default();
        let first = rows.asked();
        rows.place(30);
        assert_eq!(rows.asked(), first);
    }

    fn window(ids: Range<i64>, more_before: bool, more_after: bool) -> Window<KeyRow> {
        Window {
            rows: ids.map(row).collect(),
            more_before,
            more_after,
            at: 0,
        }
    }

    /// Five lines high, with these rows and none above them.
    fn rows(ids: Range<i64>, more_after: bool) -> Rows<KeyRow> {
        let mut rows = Rows::default();
        rows.place(5);
        rows.take(&Anchor::First, window(ids, false, more_after));
        rows
    }

    fn selected(rows: &Rows<KeyRow>) -> KeyId {
        rows.selected().expect("a row").id()
    }

    fn width(least: u16, short: u16, whole: u16) -> Width {
        Width {
            least,
            short,
            whole,
            needed: false,
        }
    }

    #[test]
    fn no_column_is_wider_than_what_it_shows_while_another_is_cut() {
        // The second one has shorter words: it has room for all of the whole ones, or for the shorter ones alone.
        let widths = |all| divide(vec![width(18, 40, 40), width(9, 18, 30), Width::of(9)], all);
        assert_eq!(widths(50), [24, 15, 9], "there is no room for either");
        assert_eq!(widths(60), [31, 18, 9]);
        assert_eq!(widths(70), [40, 18, 9]);
        assert_eq!(widths(81), [40, 30, 9]);
        let fitting = |now| {
            let columns = [width(18, 24, 24), Width::of(10), Width::of(40)];
            fit(&columns, Room { lasting: now, now })
        };
        assert_eq!(fitting(36).gap, 1);
        assert_eq!(fitting(37).gap, 2, "not a wider column");
        assert_eq!(fitting(37).widths, [Some(24), Some(10), None]);
    }

    #[test]
    fn narrow_windows_lose_the_least_important_columns_and_never_the_name() {
        let widths = |all| {
            let columns = [(20, 24), (15, 15), (11, 11), (16, 40)];
            let columns = columns.map(|(least, whole)| width(least, whole, whole));
            divide(columns.to_vec(), all)
        };
        assert_eq!(widths(10), [10]);
        assert_eq!(widths(36), [20, 15]);
        assert_eq!(widths(48), [20, 15, 11]);
        assert_eq!(widths(65), [20, 15, 11, 16]);
        assert_eq!(
            widths(75),
            [24, 15, 11, 22],
            "what is left goes to each that needs it"
        );
        assert_eq!(widths(200), [24, 15, 11, 40], "none is wider than it needs");
        let many = |all| {
            let mut columns = vec![width(20, 40, 40)];
            columns.extend([Width::of(9); 6]);
            divide(columns, all)
        };
        assert_eq!(many(60), [20, 9, 9, 9, 9]);
        assert_eq!(many(77), [37, 9, 9, 9, 9]);
        assert_eq!(many(78), [28, 9, 9, 9, 9, 9]);
        for all in 1..200 {
            let shown = widths(all);
            let gaps = GAP * u16::try_from(shown.len() - 1).expect("few");
            assert!(shown.iter().sum::<u16>() + gaps <= all, "{all}");
        }
    }

    #[test]
    fn the_cursor_asks_for_more_at_the_edge_and_goes_on_from_there() {
        let mut rows = rows(0..10, true);
        let (anchor, rest) = rows.go(Move::By(12)).expect("more is needed");
        assert_eq!(rest, Move::By(3));
        rows.take(&anchor, window(10..20, true, false));
        assert_eq!(rows.go(rest), None);
        assert_eq!(selected(&rows), KeyId(12));
        assert_eq!(rows.go(Move::By(100)), None);
        assert_eq!(selected(&rows), KeyId(19));
    }

    #[test]
    fn the_selection_keeps_its_screen_line_through_a_refresh() {
        let mut rows = rows(0..10, false);
        rows.go(Move::By(7));
        rows.place(5);
        rows.go(Move::By(-2));
        let line = rows.selected - rows.top;
        let anchor = rows.around();
        let mut later = window(-3..10, false, false);
        later.at = 8;
        rows.take(&anchor, later);
        assert_eq!(selected(&rows), KeyId(5));
        assert_eq!(rows.selected - rows.top, line);
    }

    #[test]
    fn a_cursor_that_moved_while_a_refresh_was_under_way_stays_where_it_is() {
        let mut rows = rows(0..10, false);
        let anchor = rows.around();
        rows.go(Move::By(4));
        assert!(rows.take_keeping(&anchor, window(0..10, false, false)));
        assert_eq!(selected(&rows), KeyId(4));
        let kept = rows.take_keeping(&anchor, window(0..3, false, true));
        assert!(!kept, "the row is beyond it");
        assert_eq!(selected(&rows), KeyId(4));
        let gone = rows.around();
        let mut later = window(5..9, false, false);
        later.at = 2;
        assert!(rows.take_keeping(&gone, later));
        assert_eq!(selected(&rows), KeyId(7));
    }

    #[test]
    fn scrolling_moves_the_cursor_only_as_far_as_it_must_and_asks_for_what_is_not_there() {
        let mut rows = rows(0..12, true);
        rows.go(Move::By(4));
        let seen = |rows: &Rows<KeyRow>| (rows.top, rows.selected().map(|row| row.place.id));
        assert_eq!(rows.go(Move::Scroll(3)), None);
        assert_eq!(seen(&rows), (3, Some(4)));
        assert_eq!(rows.go(Move::Scroll(3)), None);
        assert_eq!(seen(&rows), (6, Some(6)));
        let (anchor, rest) = rows.go(Move::Scroll(3)).expect("more is needed");
        assert_eq!(rest, Move::Scroll(3));
        rows.take(&anchor, window(12..14, true, false));
        assert_eq!(rows.go(rest), None);
        assert_eq!(seen(&rows), (9, Some(9)), "the last row is on the screen");
        assert_eq!(rows.go(Move::Scroll(-20)), None);
        assert_eq!(seen(&rows), (0, Some(4)));
    }

    #[test]
    fn rows_far_from_the_cursor_are_let_go() {
        let mut rows = rows(0..200, true);
        for start in [200, 400, 600, 800] {
            rows.go(Move::By(10_000));
            let anchor = Anchor::After(rows.loaded.last().expect("rows").place.clone());
            rows.take(&anchor, window(start..start + 200, true, true));
        }
        assert!(rows.loaded.len() <= KEPT && rows.more_before);
        assert!(rows.selected().is_some());
    }
}
