//! Where the parts of a form are: how many rows they take, and which of them are on the screen.

use std::ops::Range;

use ratatui::layout::Rect;

use crate::ui::form::{DATE, Focus, Form, Input, Item, MARK, WIDEST};
use crate::ui::look::{Dialog, cells, in_field, is_wide, skip, wrap};

impl Form {
    /// Columns of the labels among so many: at most half of them.
    pub(super) fn labels(&self, columns: u16) -> u16 {
        self.labels.min(columns / 2)
    }

    /// Columns of what is typed of a date.
    pub(super) fn date_columns(&self) -> u16 {
        DATE - MARK - 2 * u16::from(self.edged)
    }

    /// The facts in lines that fit: the label on the first one of each, and words.
    pub(super) fn fact_lines(&self, columns: u16) -> impl Iterator<Item = (&str, String)> {
        let columns = columns.saturating_sub(self.labels(columns)).max(1);
        self.facts.iter().flat_map(move |(label, fact)| {
            let labels = std::iter::once(label.as_str()).chain(std::iter::repeat(""));
            labels.zip(wrap(fact, columns))
        })
    }

    fn item_rows(&self, item: &Item, columns: u16) -> u16 {
        item.rows(columns.saturating_sub(self.labels(columns)))
    }

    /// Rows that it takes in so many columns.
    #[must_use]
    pub fn rows(&self, columns: u16) -> u16 {
        let items = self.items.iter();
        let items: u16 = items.map(|item| self.item_rows(item, columns)).sum();
        let facts = cells(self.fact_lines(columns).count());
        items + facts + u16::from(facts > 0)
    }

    /// The rows of the focused item.
    fn focused_rows(&self, columns: u16) -> Option<Range<usize>> {
        let Focus::Item(focused) = self.focus else {
            return None;
        };
        let before = self.items[..focused].iter();
        let before: u16 = before.map(|item| self.item_rows(item, columns)).sum();
        let item = &self.items[focused];
        // A date stands in the row of the tick before it, above that one's notes.
        let start = if matches!(item.input, Input::Date(_)) {
            before.saturating_sub(1)
        } else {
            before
        };
        Some(start.into()..usize::from(before + self.item_rows(item, columns)))
    }

    /// The dialog in the area that it may fill. It stays where it began when it grows.
    pub(super) fn dialog(&self, area: Rect) -> Dialog {
        let rows = self.rows(Dialog::columns(area, WIDEST));
        let dialog = Dialog::new(area, WIDEST, rows, true);
        match self.placed {
            Some((before, top)) if before == area => dialog.from_row(top, area),
            _ => dialog,
        }
    }

    /// Settles the scroll for the area that the dialog may fill.
    pub fn place(&mut self, area: Rect) {
        let dialog = self.dialog(area);
        self.placed = Some((area, dialog.whole.y));
        self.place_page(dialog.body, is_wide(area));
    }

    /// Settles the scroll for the area that the fields fill, which have edges or not.
    pub fn place_page(&mut self, page: Rect, edged: bool) {
        self.edged = edged;
        let columns = page.width;
        let rows = self.rows(columns).into();
        self.scroll.settle(rows, page.height);
        let field = skip(page, self.labels(columns));
        if let Some(focused) = self.focused_rows(columns) {
            self.scroll.keep(focused.clone());
            let heading = self.focused().is_some_and(|item| item.heading.is_some());
            let row = focused.start + usize::from(heading);
            let above = row.saturating_sub(self.scroll.shown().start);
            self.field_at.set(Rect {
                y: page.y + cells(above),
                height: 1,
                ..field
            });
        }
        let date = self.date_columns();
        for (index, item) in self.items.iter_mut().enumerate() {
            let (line, width) = match &mut item.input {
                Input::Line(line) => (line, in_field(field, edged).width),
                Input::Date(field) => (&mut field.line, date),
                _ => continue,
            };
            if self.focus == Focus::Item(index) {
                line.place(width);
            } else {
                line.place_unfocused();
            }
        }
    }
}
