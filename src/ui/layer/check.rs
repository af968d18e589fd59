//! Check: the secret is pasted back and compared. What is typed here is never shown, and wiped.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::domain::secret::{Pasted, Secret};
use crate::ui::field::{Typed, UnseenField};
use crate::ui::hits::Hits;
use crate::ui::keymap::{Action, Scope};
use crate::ui::layer::{Asks, Can, Cannot, Ctx, Layer, Then};
use crate::ui::look::{Dialog, edge_field, is_wide, paragraph};

/// Columns of the words, where there is room for them.
const COLUMNS: u16 = 60;

/// Takes what is pasted back, unseen.
pub struct Check {
    secret: Secret,
    then: Then<Pasted>,
    typed: UnseenField,
}

impl Check {
    /// A check against this secret.
    #[must_use]
    pub fn new(secret: Secret, then: Then<Pasted>) -> Check {
        Check {
            secret,
            then,
            typed: UnseenField::default(),
        }
    }
}

impl Layer for Check {
    fn scope(&self) -> Scope {
        Scope::Check
    }

    fn can(&self, action: Action, _ctx: &Ctx) -> Can<'_> {
        Cannot::Unused.unless(action != Action::Accept || !self.typed.is_empty())
    }

    fn act(&mut self, action: Action, _ctx: &Ctx, asks: &mut Asks) {
        match action {
            Action::Accept => {
                asks.answer(
                    &self.then,
                    Pasted::compare(self.typed.expose(), &self.secret),
                );
            }
            Action::Cancel => asks.close(),
            _ => {}
        }
    }

    fn edit(&mut self, typed: Typed, _ctx: &Ctx, _asks: &mut Asks) -> bool {
        self.typed.take(typed)
    }

    fn place(&mut self, _area: Rect) {}

    fn view(&self, ctx: &Ctx, buf: &mut Buffer, area: Rect, _hits: &mut Hits) -> Option<Position> {
        let key = ctx.keys.key(self.scope(), Action::Accept);
        let note = ctx.text.fill("check.note", &[("key", &key)]);
        let (dialog, lines) = Dialog::of(area, COLUMNS, &note, 0, true);
        dialog.view(buf, ctx.text.say("check.title"), ctx.theme);
        paragraph(buf, dialog.body, &lines, ctx.theme);
        let field = edge_field(buf, dialog.bar, is_wide(area), true, ctx.theme);
        let theme = ctx.theme.of_fields(is_wide(area));
        Some(self.typed.view(buf, field, ctx.text, &theme))
    }
}
