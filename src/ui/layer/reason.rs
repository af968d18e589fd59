//! The line in which a reason may be given, below a question. It is optional, and has not the focus of its own accord.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::domain::name::{REASON_MAX, check_reason};
use crate::domain::problem::{Field, Problem};
use crate::ui::field::{Edit, LineField, Typed, view_value};
use crate::ui::hits::{Click, Hit, Hits};
use crate::ui::keymap::{Action, Scope};
use crate::ui::layer::Ctx;
use crate::ui::look::{field_edges, first, in_field, row, skip};

/// Rows of the line and of what is wrong with it.
pub const ROWS: u16 = 2;

/// Columns of the label, with the space behind it.
const LABEL: u16 = 18;

/// The line.
pub struct Reason {
    field: LineField,
    /// Why what was typed is refused.
    problem: Option<String>,
    /// The line has edges.
    edged: bool,
}

impl Default for Reason {
    fn default() -> Reason {
        Reason {
            field: LineField::default().at_most(REASON_MAX),
            problem: None,
            edged: false,
        }
    }
}

impl Reason {
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
        let line = Rect::new(0, 0, columns.saturating_sub(LABEL), 1);
        self.field.place(in_field(line, edged).width);
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
        let (text, theme) = (ctx.text, ctx.theme);
        let label = text.say("lock.why");
        theme.put(buf, first(row(area, 0), LABEL - 1), label, theme.label);
        let field = skip(row(area, 0), LABEL);
        if self.edged {
            field_edges(buf, field, focused, theme);
        }
        let field = in_field(field, self.edged);
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
            self.field.view(buf, field, theme.field);
        }
        None
    }
}
