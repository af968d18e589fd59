//! Check: the secret is pasted back and compared. What is typed here is never shown, and wiped.

use crossterm::event::KeyCode;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use zeroize::{Zeroize, Zeroizing};

use crate::domain::secret::{MAX_BYTES, Pasted, Secret};
use crate::ui::field::Typed;
use crate::ui::frame::{around, boxed, paragraph, skip, split_last};
use crate::ui::hits::Hits;
use crate::ui::keymap::{Action, Scope, TextKey};
use crate::ui::layer::{Asks, Can, Cannot, Ctx, Layer, Then};

/// Takes what is pasted back, unseen.
pub struct Check {
    secret: Secret,
    then: Then<Pasted>,
    /// Never grows beyond what it was made with, so that no copy is left behind.
    typed: Zeroizing<String>,
}

/// More than any secret, so that a text that is too long does not match either.
const ROOM: usize = MAX_BYTES + 8;

impl Check {
    /// A check against this secret.
    #[must_use]
    pub fn new(secret: Secret, then: Then<Pasted>) -> Check {
        Check {
            secret,
            then,
            typed: Zeroizing::new(String::with_capacity(ROOM)),
        }
    }

    /// Nothing is left out: what a client would send too much counts here as there.
    fn push(&mut self, text: &str) {
        for c in text.chars() {
            if self.typed.len() + c.len_utf8() <= ROOM {
                self.typed.push(c);
            }
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
                asks.answer(&self.then, Pasted::compare(&self.typed, &self.secret));
            }
            Action::Cancel => asks.close(),
            _ => {}
        }
    }

    fn edit(&mut self, typed: Typed, _ctx: &Ctx, _asks: &mut Asks) -> bool {
        match typed {
            Typed::Key(TextKey::Char(c)) => self.push(c.encode_utf8(&mut [0; 4])),
            Typed::Key(TextKey::Backspace) => _ = self.typed.pop(),
            Typed::Key(TextKey::DeleteToStart) => {
                self.typed.zeroize();
                self.typed.reserve(ROOM);
            }
            // In a paste without brackets a tab comes as its key.
            Typed::Other(chord) if chord.0 == KeyCode::Tab => self.push("\t"),
            Typed::Pasted(text) => self.push(text),
            Typed::Key(_) | Typed::Other(_) => return false,
        }
        true
    }

    fn place(&mut self, _area: Rect) {}

    fn view(&self, ctx: &Ctx, buf: &mut Buffer, area: Rect, _hits: &mut Hits) -> Option<Position> {
        let key = ctx.keys.key(self.scope(), Action::Accept);
        let note = ctx.text.fill("check.note", &[("key", &key)]);
        let (area, lines) = around(area, 64, &note, 1);
        let area = boxed(buf, area, ctx.text.say("check.title"), ctx.theme);
        paragraph(buf, area, &lines, ctx.theme);
        let (_, field) = split_last(area);
        let count = self.typed.chars().count();
        let typed = ctx.text.fill("check.typed", &[("count", &count)]);
        let used = ctx.theme.put(buf, field, &typed, Style::new());
        Some(Position {
            x: skip(field, used).x.min(field.right().saturating_sub(1)),
            y: field.y,
        })
    }
}
