//! The line in which a reason may be given, below a question. It is optional, and has not the focus of its own accord.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::domain::name::{REASON_MAX, check_reason};
use crate::domain::problem::{Field, Problem};
use crate::text::Text;
use crate::ui::field::{Edit, LineField, Typed, view_value};
use crate::ui::hits::{Click, Hit, Hits};
use crate::ui::keymap::{Action, Scope};
use crate::ui::layer::Ctx;
use crate::ui::look::{drawn_line, edge_field, in_field, row, skip, width};

/// Columns between the label and the line.
const LABEL_GAP: u16 = 2;

/// The line.
pub struct Reason {
    field: LineField,
    /// Why what was typed is refused.
    problem: Option<String>,
    /// The line has edges.
    edged: bool,
    label: &'static str,
}

impl Reason {
    /// An empty line.
    #[must_use]
    pub fn new(text: Text) -> Reason {
        Reason {
            field: LineField::default().at_most(REASON_MAX),
            problem: None,
            edged: false,
            label: text.say("lock.why"),
        }
    }

    /// Rows of the line and of what is wrong with it.
    #[must_use]
    pub fn rows(&self) -> u16 {
        1 + u16::from(self.problem.is_some())
    }

    /// The part of a line that is typed in.
    fn field(&self, line: Rect) -> Rect {
        skip(line, width(self.label) + LABEL_GAP)
    }

    /// Edits by what is typed or pasted.
    pub fn take(&mut self, typed: Typed) -> Edit {
        let edit = self.field.take(typed);
        if edit != Edit::NotTaken {
            self.problem = None;
        }
        edit
    }

    /// Puts the cursor where a click was.
    pub fn click(&mut self, click: Click) {
        self.field.click(click.cell.0);
    }

    /// The reason, empty where none was typed; nothing, and said below the line, where it breaks a rule.
    pub fn given(&mut self, ctx: &Ctx) -> Option<String> {
        match check_reason(self.field.text()) {
            Ok(reason) => Some(reason),
            Err(rule) => {
                let problem = Problem::new(Field::LockedOut, rule);
                self.problem = Some(ctx.text.problem(&problem, &[]));
                None
            }
        }
    }

    /// Settles what is seen of a long reason, for the columns that the line has, with its edges or without.
    pub fn place(&mut self, columns: u16, edged: bool) {
        self.edged = edged;
        let field = self.field(Rect::new(0, 0, columns, 1));
        self.field.place(in_field(field, edged).width);
    }

    /// Draws the line; says where the cursor is if it has the focus. `scope` is where the key that leads to it is.
    pub fn view(
        &self,
        focused: bool,
        scope: Scope,
        ctx: &Ctx,
        (buf, area): (&mut Buffer, Rect),
        hits: &mut Hits,
    ) -> Option<Position> {
        let (text, theme) = (ctx.text, &ctx.theme.of_fields(self.edged));
        let line = row(area, 0);
        theme.put(buf, line, self.label, theme.label);
        let field = edge_field(buf, self.field(line), self.edged, focused, theme);
        hits.add(field, Hit::Line);
        if let Some(problem) = &self.problem {
            let said = format!("! {problem}");
            theme.put(buf, row(area, 1), &said, theme.problem);
        }
        if focused {
            return Some(self.field.view_focused(buf, field, theme));
        }
        if self.field.text().is_empty() {
            let key = ctx.keys.key(scope, Action::Next);
            let how = text.fill("lock.where", &[("key", &key)]);
            view_value(buf, field, &how, theme.dim, theme);
        } else {
            let drawn = drawn_line(field, width(self.field.text()), self.edged);
            self.field.view(buf, drawn, theme.field);
        }
        None
    }
}
