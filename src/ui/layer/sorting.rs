//! The page on which the order of a list is chosen: one letter does it.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use crate::domain::list::Order;
use crate::text::Text;
use crate::ui::field::Typed;
use crate::ui::hits::{Hit, Hits, Mouse};
use crate::ui::keymap::{Action, Scope, TextKey};
use crate::ui::layer::{Asks, Ctx, Layer, Then};
use crate::ui::look::{Dialog, cells, paragraph, row, select, skip, width};
use crate::ui::scroll::Scroll;

/// Columns inside the box, where there is room: the sentence in it has two lines then.
const WIDEST: u16 = 36;
/// Columns before a heading: the mark of the selected line, and the letter.
const LETTER: u16 = 5;

/// A column that can be sorted by.
pub struct Entry<S> {
    /// With it one sorts by the column, and with its capital the other way round.
    pub letter: char,
    /// Name of the heading.
    pub heading: &'static str,
    pub by: S,
}

/// The page.
pub struct Sorting<S: 'static> {
    text: Text,
    entries: Vec<Entry<S>>,
    present: Order<S>,
    selected: usize,
    scroll: Scroll,
    then: Then<Order<S>>,
}

impl<S: Copy + PartialEq + 'static> Sorting<S> {
    /// A choice among these columns; the present one is selected.
    #[must_use]
    pub fn new(
        entries: Vec<Entry<S>>,
        present: Order<S>,
        then: Then<Order<S>>,
        text: Text,
    ) -> Sorting<S> {
        let selected = entries.iter().position(|entry| entry.by == present.by);
        Sorting {
            text,
            entries,
            present,
            selected: selected.unwrap_or(0),
            scroll: Scroll::default(),
            then,
        }
    }

    /// The box, and the sentence above the columns in lines.
    fn dialog(&self, area: Rect) -> (Dialog, Vec<String>) {
        let hint = self.text.say("sorting.hint");
        Dialog::of(area, WIDEST, hint, cells(self.entries.len() + 1), false)
    }

    /// The order by the selected column: the present one stays as it is.
    fn chosen(&self) -> Order<S> {
        match self.entries.get(self.selected) {
            Some(entry) if entry.by != self.present.by => Order::upwards(entry.by),
            _ => self.present,
        }
    }
}

impl<S: Copy + PartialEq + 'static> Layer for Sorting<S> {
    fn scope(&self) -> Scope {
        Scope::Sorting
    }

    fn act(&mut self, action: Action, _ctx: &Ctx, asks: &mut Asks) {
        match action {
            Action::Accept => asks.answer(&self.then, self.chosen()),
            Action::Cancel => asks.close(),
            _ => {
                let last = self.entries.len().saturating_sub(1);
                self.selected = self.scroll.moved(action, self.selected, last);
                self.scroll.follow();
            }
        }
    }

    fn mouse(&mut self, does: Mouse, _ctx: &Ctx, _asks: &mut Asks) -> Option<Action> {
        match does {
            Mouse::Click(click) => {
                let mut rows = 0..;
                let mut entries = self.entries.iter();
                self.selected =
                    entries.position(|_| rows.next().map(Hit::Row) == Some(click.hit))?;
                Some(Action::Accept)
            }
            Mouse::Wheel(_) | Mouse::To(_) => {
                self.scroll.mouse(does);
                None
            }
        }
    }

    fn edit(&mut self, typed: Typed, _ctx: &Ctx, asks: &mut Asks) -> bool {
        let Typed::Key(TextKey::Char(typed)) = typed else {
            return false;
        };
        let letter = typed.to_ascii_lowercase();
        let Some(entry) = self.entries.iter().find(|entry| entry.letter == letter) else {
            return false;
        };
        let upwards = Order::upwards(entry.by);
        let order = if typed == letter {
            upwards
        } else {
            upwards.reversed()
        };
        asks.answer(&self.then, order);
        true
    }

    fn place(&mut self, area: Rect) {
        let (dialog, hint) = self.dialog(area);
        let room = dialog.below(hint.len(), self.entries.len()).height;
        self.scroll.settle(self.entries.len(), room);
        self.scroll.keep(self.selected..self.selected + 1);
    }

    fn view(&self, ctx: &Ctx, buf: &mut Buffer, area: Rect, hits: &mut Hits) -> Option<Position> {
        let (text, theme) = (self.text, ctx.theme);
        let (dialog, hint) = self.dialog(area);
        dialog.view(buf, text.say("sorting.title"), theme);
        let (whole, area) = (dialog.whole, dialog.body);
        self.scroll.view(buf, (whole, area), theme, hits);
        paragraph(buf, area, &hint, theme);
        let mut cursor = None;
        let list = dialog.below(hint.len(), self.entries.len());
        for (line, index) in (0..).zip(self.scroll.shown()) {
            let entry = &self.entries[index];
            let at = row(list, line);
            theme.put(buf, skip(at, 2), &entry.letter.to_string(), theme.label);
            let heading = text.say(entry.heading);
            theme.put(buf, skip(at, LETTER), heading, Style::new());
            if entry.by == self.present.by {
                let mark = theme.symbols.direction(self.present.descending);
                let behind = skip(at, LETTER + width(heading) + 1);
                theme.put(buf, behind, mark, Style::new());
            }
            if index == self.selected {
                cursor = Some(at.as_position());
                select(buf, at, theme);
            }
            hits.add(at, Hit::Row(i64::try_from(index).unwrap_or(i64::MAX)));
        }
        cursor
    }
}
