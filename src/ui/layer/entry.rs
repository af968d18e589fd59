//! A line of text to enter: the path of a file, a time.

use std::borrow::Cow;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::ui::field::{LineField, Typed};
use crate::ui::hits::{Hit, Hits, Mouse};
use crate::ui::keymap::{Action, Scope};
use crate::ui::layer::{Asks, Can, Cannot, Ctx, Layer, Then};
use crate::ui::look::{Dialog, edge_field, in_field, is_wide, paragraph};

/// The most characters: Linux takes no longer path.
const PATH_MAX: usize = 4_096;

/// Columns of the words and of the line, where there is room for them.
const COLUMNS: u16 = 66;

/// Asks for the text.
pub struct Entry {
    title: String,
    note: String,
    /// Why the text was refused before.
    problem: Option<String>,
    field: LineField,
    then: Then<String>,
}

impl Entry {
    /// An entry with a text that is suggested, and a note on what will be done with it.
    #[must_use]
    pub fn new(title: &str, note: &str, suggested: &str, then: Then<String>) -> Entry {
        Entry {
            title: title.to_owned(),
            note: note.to_owned(),
            problem: None,
            field: LineField::new(suggested).at_most(PATH_MAX).suggested(),
            then,
        }
    }

    /// The entry with the text that was refused before, to be mended, saying why.
    #[must_use]
    pub fn refused(mut self, problem: String) -> Entry {
        self.problem = Some(problem);
        self.field.keep();
        self
    }

    /// Why the text was refused, or else what will be done with it.
    fn said(&self) -> Cow<'_, str> {
        match &self.problem {
            Some(problem) => Cow::Owned(format!("! {problem}")),
            None => Cow::Borrowed(&self.note),
        }
    }

    fn dialog(&self, area: Rect) -> Dialog {
        Dialog::of(area, COLUMNS, &self.said(), 0, true).0
    }
}

impl Layer for Entry {
    fn scope(&self) -> Scope {
        Scope::Entry
    }

    fn can(&self, action: Action, _ctx: &Ctx) -> Can<'_> {
        Cannot::Unused.unless(action != Action::Accept || !self.field.text().trim().is_empty())
    }

    fn act(&mut self, action: Action, _ctx: &Ctx, asks: &mut Asks) {
        match action {
            Action::Accept => asks.answer(&self.then, self.field.text().trim().to_owned()),
            Action::Cancel => asks.close(),
            _ => {}
        }
    }

    fn edit(&mut self, typed: Typed, ctx: &Ctx, asks: &mut Asks) -> bool {
        let edit = self.field.take(typed);
        asks.edited(typed, &edit, ctx.text)
    }

    fn mouse(&mut self, does: Mouse, _ctx: &Ctx, _asks: &mut Asks) -> Option<Action> {
        if let Mouse::Click(click) = does {
            self.field.click(click.cell.0);
        }
        None
    }

    fn place(&mut self, area: Rect) {
        let field = in_field(self.dialog(area).bar, is_wide(area));
        self.field.place(field.width);
    }

    fn view(&self, ctx: &Ctx, buf: &mut Buffer, area: Rect, hits: &mut Hits) -> Option<Position> {
        let dialog = self.dialog(area);
        dialog.view(buf, &self.title, ctx.theme);
        // In a low window the field comes before words.
        let above = dialog.body;
        let room = usize::from(above.height);
        let lines = ctx.theme.wrap_cut(&self.said(), above.width, room);
        paragraph(buf, above, &lines, ctx.theme);
        let field = edge_field(buf, dialog.bar, is_wide(area), true, ctx.theme);
        hits.add(field, Hit::Line);
        let theme = ctx.theme.of_fields(is_wide(area));
        Some(self.field.view_focused(buf, field, &theme))
    }
}
