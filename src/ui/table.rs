//! The list's table: which columns fit, and a window of rows with a cursor in it.

use crate::domain::api_key::KeyId;
use crate::domain::list::{Anchor, KeyRow, Place, SortBy, Window};

/// A column of the list of API keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    pub kind: Kind,
    /// Name of the heading.
    pub heading: &'static str,
    /// Least width in cells.
    pub width: u16,
    /// Share of the space that is left over.
    pub grows: u16,
    pub sort: Option<SortBy>,
}

/// What a column shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Name,
    State,
    Role,
    Expires,
    LastSignIn,
    Id,
    Created,
    CreatedBy,
    Description,
}

const fn column(
    kind: Kind,
    heading: &'static str,
    width: u16,
    grows: u16,
    sort: Option<SortBy>,
) -> Column {
    Column {
        kind,
        heading,
        width,
        grows,
        sort,
    }
}

/// The columns in order of importance; those at the end are the first to go when the window is narrow.
const COLUMNS: [Column; 9] = [
    column(Kind::Name, "column.name", 20, 2, Some(SortBy::Name)),
    column(Kind::State, "column.state", 15, 0, Some(SortBy::State)),
    column(Kind::Role, "column.role", 11, 0, None),
    column(
        Kind::Expires,
        "column.expires",
        10,
        0,
        Some(SortBy::Expires),
    ),
    column(
        Kind::LastSignIn,
        "column.last_sign_in",
        16,
        0,
        Some(SortBy::LastSignIn),
    ),
    column(Kind::Id, "column.id", 5, 0, Some(SortBy::Id)),
    column(
        Kind::Created,
        "column.created",
        16,
        0,
        Some(SortBy::Created),
    ),
    column(Kind::CreatedBy, "column.created_by", 12, 0, None),
    column(Kind::Description, "column.description", 16, 3, None),
];

/// The name of the heading of what the list is sorted by.
#[must_use]
pub fn heading(by: SortBy) -> &'static str {
    let column = COLUMNS.iter().find(|column| column.sort == Some(by));
    column.map_or("", |column| column.heading)
}

/// Space between two columns.
pub const GAP: u16 = 1;

/// The columns that fit into a width, with their widths. The name is always among them.
#[must_use]
pub fn columns(width: u16) -> Vec<(Column, u16)> {
    let mut used = 0;
    let mut shown: Vec<(Column, u16)> = Vec::new();
    for column in COLUMNS {
        let more = if shown.is_empty() {
            column.width.min(width)
        } else {
            column.width + GAP
        };
        if used + more > width {
            break;
        }
        used += more;
        shown.push((column, if shown.is_empty() { more } else { column.width }));
    }
    let shares: u16 = shown.iter().map(|(column, _)| column.grows).sum();
    let spare = width - used;
    let mut left = spare;
    for (column, width) in shown.iter_mut().rev() {
        let grown = if column.kind == Kind::Name {
            left
        } else {
            spare * column.grows / shares
        };
        *width += grown;
        left -= grown;
    }
    shown
}

/// A movement of the cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move {
    /// So many rows down, or up when negative.
    By(i64),
    First,
    Last,
}

/// The rows that are loaded, the one that is selected, and the part that is on the screen.
#[derive(Debug, Default)]
pub struct Rows {
    loaded: Vec<KeyRow>,
    more_before: bool,
    more_after: bool,
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
/// How many rows are asked for at a time.
pub const ASKED: usize = 200;

impl Rows {
    /// The selected row.
    #[must_use]
    pub fn selected(&self) -> Option<&KeyRow> {
        self.loaded.get(self.selected)
    }

    /// The rows on the screen, each with whether it is selected.
    pub fn on_screen(&self) -> impl Iterator<Item = (&KeyRow, bool)> {
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
    pub fn find(&self, id: KeyId) -> Option<&KeyRow> {
        self.loaded.iter().find(|row| row.id() == id)
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
                            Anchor::Before(self.loaded[0].place.clone()),
                            Move::By(-rest),
                        ));
                    }
                } else {
                    self.selected += steps;
                    if rest > 0 && self.more_after {
                        return Some((
                            Anchor::After(self.loaded[last].place.clone()),
                            Move::By(rest),
                        ));
                    }
                }
            }
        }
        None
    }

    /// Where the selected row is, to ask for the same part of the list again.
    #[must_use]
    pub fn around(&self) -> Anchor {
        let place = self.selected().map(|row| &row.place).or(self.last.as_ref());
        place.map_or(Anchor::First, |place| self.around_place(place.clone()))
    }

    /// The same, for another row at the selected one's screen line.
    #[must_use]
    pub fn around_place(&self, place: Place) -> Anchor {
        Anchor::Around {
            place,
            above: (ASKED / 2).min(self.selected).max(self.height),
        }
    }

    /// Takes a window that was asked for around the selected row, keeping that row selected, or the one that took
    /// its place. False, and nothing is taken, where another row has been selected meanwhile and is not in the
    /// window.
    #[must_use]
    pub fn take_keeping(&mut self, anchor: &Anchor, mut window: Window) -> bool {
        if let (Anchor::Around { place, .. }, Some(row)) = (anchor, self.selected()) {
            let id = row.id();
            match window.rows.iter().position(|row| row.id() == id) {
                Some(at) => window.at = at,
                None if place.id != id => return false,
                None => {}
            }
        }
        self.take(anchor, window);
        true
    }

    /// Takes a window that was asked for; with [`Anchor::Around`], the row it is around becomes the selected one.
    pub fn take(&mut self, anchor: &Anchor, window: Window) {
        if let Some(row) = self.selected() {
            self.last = Some(row.place.clone());
        }
        match anchor {
            Anchor::After(_) => {
                self.loaded.extend(window.rows);
                self.more_after = window.more_after;
                let excess = self.loaded.len().saturating_sub(KEPT).min(self.selected);
                if excess > 0 {
                    self.loaded.drain(..excess);
                    self.more_before = true;
                    self.selected -= excess;
                    self.top = self.top.saturating_sub(excess);
                }
            }
            Anchor::Before(_) => {
                let added = window.rows.len();
                self.loaded.splice(0..0, window.rows);
                self.more_before = window.more_before;
                self.selected += added;
                self.top += added;
                let keep = KEPT.max(self.selected + 1);
                if self.loaded.len() > keep {
                    self.loaded.truncate(keep);
                    self.more_after = true;
                }
            }
            Anchor::First | Anchor::Last | Anchor::Around { .. } => {
                let line = self.selected.saturating_sub(self.top);
                self.selected = match anchor {
                    Anchor::Last => window.rows.len().saturating_sub(1),
                    _ => window.at.min(window.rows.len().saturating_sub(1)),
                };
                self.top = self.selected.saturating_sub(line);
                self.loaded = window.rows;
                self.more_before = window.more_before;
                self.more_after = window.more_after;
            }
        }
        self.place(u16::try_from(self.height).unwrap_or(u16::MAX));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::list::SortValue;
    use crate::domain::state::Facts;
    use crate::domain::time::Timestamp;

    fn row(id: i64) -> KeyRow {
        KeyRow {
            place: Place {
                value: SortValue::Number(id),
                id: KeyId(id),
            },
            name: format!("key {id}"),
            description: String::new(),
            role: String::new(),
            zone: chrono_tz::UTC,
            facts: Facts {
                deleted: false,
                locked_out: false,
                expires_at: None,
                delivered: true,
            },
            expiry: None,
            last_sign_in_at: None,
            created_at: Timestamp(0),
            created_by: String::new(),
            retiring: None,
            pending: false,
        }
    }

    fn window(ids: std::ops::Range<i64>, more_before: bool, more_after: bool) -> Window {
        Window {
            rows: ids.map(row).collect(),
            more_before,
            more_after,
            at: 0,
        }
    }

    #[test]
    fn narrow_windows_lose_the_least_important_columns_and_never_the_name() {
        let kinds = |width| {
            columns(width)
                .iter()
                .map(|(c, _)| c.kind)
                .collect::<Vec<_>>()
        };
        assert_eq!(kinds(10), [Kind::Name]);
        assert_eq!(kinds(36), [Kind::Name, Kind::State]);
        assert_eq!(kinds(78).last(), Some(&Kind::LastSignIn));
        assert_eq!(kinds(160).len(), 9);
        for width in 1..200 {
            let shown = columns(width);
            let gaps = GAP * u16::try_from(shown.len() - 1).expect("few");
            assert_eq!(
                shown.iter().map(|(_, w)| w).sum::<u16>() + gaps,
                width,
                "{width}"
            );
        }
    }

    #[test]
    fn the_cursor_asks_for_more_at_the_edge_and_goes_on_from_there() {
        let mut rows = Rows::default();
        rows.place(5);
        rows.take(&Anchor::First, window(0..10, false, true));
        let (anchor, rest) = rows.go(Move::By(12)).expect("more is needed");
        assert_eq!(rest, Move::By(3));
        rows.take(&anchor, window(10..20, true, false));
        assert_eq!(rows.go(rest), None);
        assert_eq!(rows.selected().expect("a row").id(), KeyId(12));
        assert_eq!(rows.go(Move::By(100)), None);
        assert_eq!(rows.selected().expect("a row").id(), KeyId(19));
    }

    #[test]
    fn the_selection_keeps_its_screen_line_through_a_refresh() {
        let mut rows = Rows::default();
        rows.place(5);
        rows.take(&Anchor::First, window(0..10, false, false));
        rows.go(Move::By(7));
        rows.place(5);
        rows.go(Move::By(-2));
        let line = rows.selected - rows.top;
        let anchor = rows.around();
        rows.take(
            &anchor,
            Window {
                at: 8,
                ..window(-3..10, false, false)
            },
        );
        assert_eq!(rows.selected().expect("a row").id(), KeyId(5));
        assert_eq!(rows.selected - rows.top, line);
    }

    #[test]
    fn a_cursor_that_moved_while_a_refresh_was_under_way_stays_where_it_is() {
        let mut rows = Rows::default();
        rows.place(5);
        rows.take(&Anchor::First, window(0..10, false, false));
        let anchor = rows.around();
        rows.go(Move::By(4));
        assert!(rows.take_keeping(&anchor, window(0..10, false, false)));
        assert_eq!(rows.selected().expect("a row").id(), KeyId(4));
        assert!(
            !rows.take_keeping(&anchor, window(0..3, false, true)),
            "the row is beyond it"
        );
        assert_eq!(rows.selected().expect("a row").id(), KeyId(4));
        let gone = rows.around();
        assert!(rows.take_keeping(
            &gone,
            Window {
                at: 2,
                ..window(5..9, false, false)
            }
        ));
        assert_eq!(rows.selected().expect("a row").id(), KeyId(7));
    }

    #[test]
    fn rows_far_from_the_cursor_are_let_go() {
        let mut rows = Rows::default();
        rows.place(5);
        rows.take(&Anchor::First, window(0..200, false, true));
        for start in [200, 400, 600, 800] {
            rows.go(Move::By(10_000));
            let anchor = Anchor::After(rows.loaded.last().expect("rows").place.clone());
            rows.take(&anchor, window(start..start + 200, true, true));
        }
        assert!(rows.loaded.len() <= KEPT && rows.more_before);
        assert!(rows.selected().is_some());
    }
}
