//! Check: the secret is pasted back and compared. What is typed here is never shown, and wiped.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::domain::secret::{Pasted, Secret};
use crate::ui::field::{Typed, UnseenField};
use crate::ui::hits::Hits;
use crate::ui::keymap::{Action, Scope};
use crate::ui::layer::{Asks, Can, Cannot, Ctx, Layer, Then};
use crate::ui::look::{around, boxed, paragraph, split_last};

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
        let (area, lines) = around(area, 64, &note, 1);
        let area = boxed(buf, area, ctx.text.say("check.title"), ctx.theme);
        paragraph(buf, area, &lines, ctx.theme);
        let (_, field) = split_last(area);
        Some(self.typed.view(buf, field, ctx.text, ctx.theme))
    }
}
