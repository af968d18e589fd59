//! The columns of a list: what each shows, how wide it is, what one sorts by it; and which of them are on the screen.

use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::domain::list::{ChosenColumn, Listed, Order};
use crate::domain::state::{AsOf, age_changes_at};
use crate::domain::time::Timestamp;
use crate::ui::layer::columns::{ColumnsPage, Usual};
use crate::ui::layer::list::{List, Table};
use crate::ui::layer::panes::{has_edges, lasting};
use crate::ui::layer::sorting::{Entry, Sorting};
use crate::ui::layer::{Asks, Ctx, Then};
use crate::ui::look::{width, width_shown};
use crate::ui::request::{Done, Outcome, Read, Ticket, Write};
use crate::ui::table::{Room, Width, fit};

/// Columns of the mark before each row.
pub(super) const MARK: u16 = 2;

/// A column of a list.
pub struct Column<L: Listed> {
    /// Name of the heading.
    pub heading: &'static str,
    /// Cells without which it is not shown, and those that it takes at most, whatever it has to show.
    width: (u16, u16),
    pub sort: Option<Sort<L::SortBy>>,
    pub cell: fn(&L, &Ctx) -> (String, Style),
    /// What is shown where there is no room for that.
    shorter: Option<fn(&L, &Ctx) -> String>,
    /// When time alone changes what is shown, if it does.
    changes: Option<fn(&L, AsOf) -> Option<Timestamp>>,
}

impl<L: Listed> Column<L> {
    /// The column with words that are shown where there is no room for its own.
    #[must_use]
    pub const fn or_shorter(mut self, shorter: fn(&L, &Ctx) -> String) -> Column<L> {
        self.shorter = Some(shorter);
        self
    }

    /// The column of something that time alone changes, with when it next does.
    #[must_use]
    pub const fn changing(mut self, changes: fn(&L, AsOf) -> Option<Timestamp>) -> Column<L> {
        self.changes = Some(changes);
        self
    }

    /// When time alone changes what is shown of a row, if it does.
    pub(super) fn changes_at(&self, row: &L, as_of: AsOf) -> Option<Timestamp> {
        self.changes.and_then(|changes| changes(row, as_of))
    }

    /// The words of a row in so many cells, as short as they have to be, and their style.
    #[must_use]
    pub fn words(&self, row: &L, wide: u16, ctx: &Ctx) -> (String, Style) {
        let (words, style) = (self.cell)(row, ctx);
        match self.shorter {
            Some(shorter) if width(&words) > wide => (shorter(row, ctx), style),
            _ => (words, style),
        }
    }
}

/// What one sorts by a column.
#[derive(Clone, Copy)]
pub struct Sort<S> {
    /// The letter for it on the page where one chooses an order, the same in every language.
    pub letter: char,
    pub by: S,
}

/// A cell that needs no style.
#[must_use]
pub fn plain(words: impl Into<String>) -> (String, Style) {
    (words.into(), Style::new())
}

/// When what is told of how long ago this was next changes.
#[must_use]
pub fn aging(at: Option<Timestamp>, as_of: AsOf) -> Option<Timestamp> {
    at.map(|at| age_changes_at(at, as_of.now))
}

/// A column with its least and its greatest width in cells, its letter and what one sorts by it.
pub const fn column<L: Listed>(
    heading: &'static str,
    width: (u16, u16),
    (letter, by): (char, L::SortBy),
    cell: fn(&L, &Ctx) -> (String, Style),
) -> Column<L> {
    Column {
        heading,
        width,
        sort: Some(Sort { letter, by }),
        cell,
        shorter: None,
        changes: None,
    }
}

/// A column of a list so long that it cannot be sorted by it.
pub const fn unsorted<L: Listed>(
    heading: &'static str,
    width: (u16, u16),
    cell: fn(&L, &Ctx) -> (String, Style),
) -> Column<L> {
    Column {
        heading,
        width,
        sort: None,
        cell,
        shorter: None,
        changes: None,
    }
}

/// The columns that are shown.
pub(super) struct Shown<L: Listed> {
    /// From the left, with their widths.
    pub columns: Vec<(&'static Column<L>, u16)>,
    /// Cells between two of them.
    pub gap: u16,
}

/// The columns that the user wants.
pub(super) struct Chosen<L: Listed> {
    /// From the left, with the widths that they chose; nothing where they have not chosen.
    columns: Option<Vec<(&'static Column<L>, Option<u16>)>>,
    /// They are on their way. Until they are there the list has its usual ones.
    asked: Option<Ticket>,
    keeping: Option<Ticket>,
}

impl<L: Table> Default for Chosen<L> {
    fn default() -> Chosen<L> {
        Chosen {
            columns: None,
            asked: None,
            keeping: None,
        }
    }
}

impl<L: Table> Chosen<L> {
    /// Asks for them.
    pub fn ask(&mut self, asks: &mut Asks) {
        self.asked = Some(asks.request(Read::Columns(L::LIST)));
    }

    /// Asks again for what has not come.
    pub fn ask_again(&mut self, asks: &mut Asks) {
        if self.asked.is_some() {
            self.ask(asks);
        }
    }

    /// Takes those that this version knows; the first one is always there.
    fn take(&mut self, chosen: Option<&[ChosenColumn]>) {
        self.columns = chosen.map(|chosen| {
            let mut columns: Vec<(&Column<L>, Option<u16>)> = Vec::new();
            let first = ChosenColumn {
                name: L::COLUMNS[0].heading.to_owned(),
                width: None,
            };
            for wanted in chosen.iter().chain([&first]) {
                let column = L::COLUMNS.iter().find(|one| one.heading == wanted.name);
                let is_new = |column: &&Column<L>| {
                    let mut before = columns.iter();
                    !before.any(|(one, _)| one.heading == column.heading)
                };
                if let Some(column) = column.filter(is_new) {
                    columns.push((column, wanted.width));
                }
            }
            columns.sort_by_key(|(column, _)| column.heading != L::COLUMNS[0].heading);
            columns
        });
    }

    /// The columns by importance, each with its width.
    fn by_importance(&self, list: &List<L>, ctx: &Ctx) -> Vec<(&'static Column<L>, Width)> {
        let all = L::COLUMNS.iter().map(|column| (column, None));
        let columns = self.columns.clone().unwrap_or_else(|| all.collect());
        let widths = columns.into_iter().map(|(column, chosen)| {
            let usual = list.wide(column, ctx);
            let width = match chosen {
                Some(chosen) => Width {
                    needed: usual.needed,
                    ..Width::of(chosen)
                },
                None => usual,
            };
            (column, width)
        });
        widths.collect()
    }

    /// The headings from the left.
    fn headings(&self) -> Vec<&'static str> {
        match &self.columns {
            Some(columns) => columns.iter().map(|(column, _)| column.heading).collect(),
            None => L::from_the_left(),
        }
    }
}

impl<L: Table> List<L> {
    /// Whether the list is sorted by this column.
    pub(super) fn is_sorted_by(&self, column: &Column<L>) -> bool {
        column.sort.is_some_and(|sort| sort.by == self.order.by)
    }

    /// Measures what the columns show of the rows that are loaded. While one only moves or filters no column gets
    /// narrower, so that nothing jumps; where no row is left they stay as they are.
    pub(super) fn measure(&mut self, may_shrink: bool, ctx: &Ctx) {
        if self.rows.loaded().next().is_none() && !self.contents.is_empty() {
            return;
        }
        let before = std::mem::take(&mut self.contents);
        let widest = |column: &Column<L>| {
            let rows = self.rows.loaded();
            let widths = rows.map(|row| {
                let whole = width_shown(&(column.cell)(row, ctx).0);
                let shorter = column
                    .shorter
                    .map(|shorter| width_shown(&shorter(row, ctx)));
                (shorter.map_or(whole, |shorter| shorter.min(whole)), whole)
            });
            // Where there was no row yet they are as narrow as they get.
            let both = |a: (u16, u16), b: (u16, u16)| (a.0.max(b.0), a.1.max(b.1));
            widths
                .reduce(both)
                .unwrap_or((column.width.0, column.width.0))
        };
        let measured = L::COLUMNS.iter().map(widest);
        let before = before
            .into_iter()
            .filter(|_| !may_shrink)
            .chain(std::iter::repeat((0, 0)));
        self.contents = measured
            .zip(before)
            .map(|(now, before)| (now.0.max(before.0), now.1.max(before.1)))
            .collect();
    }

    /// A column's width: what its rows show is whole in it as far as the column may grow, and its heading in every language,
    /// with the mark of the order where it is sorted by.
    fn wide(&self, column: &Column<L>, ctx: &Ctx) -> Width {
        let is_sorted = self.is_sorted_by(column);
        let heading = width(ctx.text.say(column.heading)) + if is_sorted { 2 } else { 0 };
        let mut columns = L::COLUMNS.iter().zip(&self.contents);
        let content = columns.find(|(one, _)| one.heading == column.heading);
        let (least, most) = column.width;
        let (short, whole) = content.map_or((least, least), |(_, content)| *content);
        Width {
            least: least.min(short).max(heading),
            short: short.min(most).max(heading),
            whole: whole.min(most).max(heading),
            needed: is_sorted || column.heading == L::COLUMNS[0].heading,
        }
    }

    /// Columns that the list keeps free for its scroll bar, whether there is one now or not: columns that came and went
    /// with it would write every row anew. Where there is an edge, it is in that.
    pub(super) fn bar(ctx: &Ctx) -> u16 {
        (!has_edges(ctx.columns)).into()
    }

    /// Cells that a list in this area has for its columns.
    fn room(area: Rect, ctx: &Ctx) -> Room {
        let beside = MARK + Self::bar(ctx);
        Room {
            lasting: lasting(area, ctx).saturating_sub(beside),
            now: area.width.saturating_sub(beside),
        }
    }

    /// The columns that there is room for, from the left: always the first one and the one that the list is sorted by,
    /// and of the others the most important; where the user has chosen, those that are first from the left.
    pub(super) fn shown(&self, area: Rect, ctx: &Ctx) -> Shown<L> {
        let columns = self.chosen.by_importance(self, ctx);
        let widths: Vec<Width> = columns.iter().map(|(_, width)| *width).collect();
        let fit = fit(&widths, Self::room(area, ctx));
        let columns = columns.iter().zip(fit.widths);
        let mut columns: Vec<(&Column<L>, u16)> = columns
            .filter_map(|((column, _), wide)| Some((*column, wide?)))
            .collect();
        let from_the_left = self.chosen.headings();
        columns.sort_by_key(|(column, _)| {
            let mut headings = from_the_left.iter();
            headings.position(|heading| *heading == column.heading)
        });
        Shown {
            columns,
            gap: fit.gap,
        }
    }

    /// Takes what came of asking for the columns or keeping them, and gives back what is not about them.
    pub(super) fn columns_answered(
        &mut self,
        ticket: Ticket,
        outcome: Outcome,
        ctx: &Ctx,
        asks: &mut Asks,
    ) -> Option<Outcome> {
        if self.chosen.asked == Some(ticket) {
            if let Ok(Done::Columns(chosen)) = outcome {
                self.chosen.asked = None;
                self.chosen.take(chosen.as_deref());
            }
            return None;
        }
        if self
            .chosen
            .keeping
            .take_if(|keeping| *keeping == ticket)
            .is_some()
        {
            if let Err(trouble) = outcome {
                asks.complain(ctx.text.trouble(&trouble));
            }
            return None;
        }
        Some(outcome)
    }

    /// Has these columns from now on, or the usual ones again, and has that kept. An order by what is no column any more
    /// gives way to the first one.
    pub fn choose_columns(&mut self, chosen: Option<Vec<ChosenColumn>>, asks: &mut Asks) {
        let list = L::LIST;
        self.chosen.take(chosen.as_deref());
        self.chosen.asked = None;
        self.chosen.keeping = Some(asks.request(Write::ChooseColumns { list, chosen }));
        let columns = self.chosen.columns.iter().flatten();
        let sorted = columns.filter(|(column, _)| self.is_sorted_by(column));
        if self.chosen.columns.is_some() && sorted.count() == 0 {
            self.sort(L::FIRST_ORDER, asks);
        }
    }

    /// The page on which the columns are chosen.
    pub(super) fn columns_page(
        &self,
        then: Then<Option<Vec<ChosenColumn>>>,
        ctx: &Ctx,
    ) -> ColumnsPage {
        let usual = L::from_the_left();
        let usual: Vec<Usual> = usual
            .into_iter()
            .filter_map(|heading| {
                let importance = L::COLUMNS.iter().position(|one| one.heading == heading)?;
                let width = self.wide(&L::COLUMNS[importance], ctx);
                Some(Usual {
                    heading,
                    importance,
                    width,
                })
            })
            .collect();
        let chosen = self.chosen.columns.as_ref().map(|columns| {
            let columns = columns.iter();
            columns
                .map(|(column, width)| (column.heading, *width))
                .collect()
        });
        let room = Self::room(self.area, ctx);
        ColumnsPage::new(usual, chosen, room, then, ctx.text)
    }

    /// The order by the next of the columns on the screen, from the left.
    pub(super) fn next_order(&self, ctx: &Ctx) -> Order<L::SortBy> {
        let shown = self.shown(self.area, ctx).columns.into_iter();
        let sorts = shown.filter_map(|(column, _)| Some(column.sort?.by));
        self.order.next(&sorts.collect::<Vec<_>>())
    }

    /// The page on which a column is chosen to sort by: of all that the user wants, whether there is room for it now or not.
    pub(super) fn sorting(&self, then: Then<Order<L::SortBy>>, ctx: &Ctx) -> Sorting<L::SortBy> {
        let headings = self.chosen.headings().into_iter();
        let entries = headings.filter_map(|heading| {
            let column = L::COLUMNS.iter().find(|one| one.heading == heading)?;
            let Sort { letter, by } = column.sort?;
            Some(Entry {
                letter,
                heading,
                by,
            })
        });
        Sorting::new(entries.collect(), self.order, then, ctx.text)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::domain::event::trail::EventRow;
    use crate::domain::list::{KeyRow, RoleRow, UserRow};

    /// How many columns of a list cannot be sorted by.
    fn unsorted_columns<L: Table>() -> usize {
        let sorts = L::COLUMNS.iter().filter_map(|column| column.sort);
        let sorts: Vec<Sort<L::SortBy>> = sorts.collect();
        let by: Vec<L::SortBy> = sorts.iter().map(|sort| sort.by).collect();
        let same = L::SORTS.iter().all(|one| by.contains(one)) && by.len() == L::SORTS.len();
        assert!(same, "{by:?}");
        let letters: BTreeSet<char> = sorts.iter().map(|sort| sort.letter).collect();
        assert_eq!(letters.len(), sorts.len(), "{letters:?}");
        assert!(letters.iter().all(char::is_ascii_lowercase), "{letters:?}");
        L::COLUMNS.len() - sorts.len()
    }

    #[test]
    fn every_column_has_its_own_order_and_letter_but_for_the_long_list_of_events() {
        assert_eq!(unsorted_columns::<KeyRow>(), 0);
        assert_eq!(unsorted_columns::<UserRow>(), 0);
        assert_eq!(unsorted_columns::<RoleRow>(), 0);
        assert_eq!(unsorted_columns::<EventRow>(), 6);
    }
}
