//! Check: the secret is pasted back and compared. What is typed here is never shown, and wiped.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, Zeroizing};

use crate::domain::secret::{MAX_BYTES, Secret};
use crate::ui::frame::{boxed, centred, paragraph, row, skip, wrap};
use crate::ui::hits::Hits;
use crate::ui::keymap::{Action, Scope, TextKey};
use crate::ui::layer::{Asks, Ctx, Layer, Reply};

/// The layer.
pub struct Check {
    secret: Secret,
    /// Never grows beyond what it was made with, so that no copy is left behind.
    typed: Zeroizing<String>,
}

/// More than any secret, so that a text that is too long does not match either.
const ROOM: usize = MAX_BYTES + 8;

impl Check {
    /// A check against this secret.
    #[must_use]
    pub fn new(secret: Secret) -> Check {
        Check {
            secret,
            typed: Zeroizing::new(String::with_capacity(ROOM)),
        }
    }

    fn push(&mut self, text: &str) {
        for c in text.chars().filter(|c| !c.is_control()) {
            if self.typed.len() + c.len_utf8() <= ROOM {
                self.typed.push(c);
            }
        }
    }

    fn matches(&self) -> bool {
        let typed = self.typed.trim();
        let typed = typed
            .strip_prefix("api-secret-key:")
            .unwrap_or(typed)
            .trim_start();
        typed
            .as_bytes()
            .ct_eq(self.secret.expose().as_bytes())
            .into()
    }
}

impl Layer for Check {
    fn scope(&self) -> Scope {
        Scope::Entry
    }

    fn allows(&self, action: Action, _ctx: &Ctx) -> bool {
        action != Action::Accept || !self.typed.is_empty()
    }

    fn act(&mut self, action: Action, _ctx: &Ctx, asks: &mut Asks) {
        match action {
            Action::Accept => asks.close(Reply::Checked(self.matches())),
            Action::Cancel => asks.close(Reply::Cancelled),
            _ => {}
        }
    }

    fn edit(&mut self, key: TextKey, _ctx: &Ctx, _asks: &mut Asks) -> bool {
        match key {
            TextKey::Char(c) => self.push(c.encode_utf8(&mut [0; 4])),
            TextKey::Backspace => _ = self.typed.pop(),
            TextKey::DeleteToStart => {
                self.typed.zeroize();
                self.typed.reserve(ROOM);
            }
            _ => return false,
        }
        true
    }

    fn paste(&mut self, pasted: &Zeroizing<String>, _ctx: &Ctx, _asks: &mut Asks) {
        self.push(pasted);
    }

    fn place(&mut self, _area: Rect) {}

    fn view(&self, ctx: &Ctx, buf: &mut Buffer, area: Rect, _hits: &mut Hits) -> Option<Position> {
        let width = area.width.min(64);
        let key = ctx.keys.key(self.scope(), Action::Accept);
        let note = ctx.text.fill("check.note", &[("key", &key)]);
        let lines = wrap(&note, width.saturating_sub(4));
        let height = u16::try_from(lines.len())
            .unwrap_or(u16::MAX)
            .saturating_add(3);
        let area = boxed(
            buf,
            centred(area, width, height),
            ctx.text.say("check.title"),
            ctx.theme,
        );
        paragraph(buf, area, &lines, ctx.theme);
        let field = row(area, area.height.saturating_sub(1));
        let count = self.typed.chars().count();
        let used = ctx.theme.put(
            buf,
            field,
            &ctx.text.fill("check.typed", &[("count", &count)]),
            Style::new(),
        );
        Some(Position {
            x: skip(field, used).x.min(field.right().saturating_sub(1)),
            y: field.y,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pasted: &str) -> bool {
        let secret = Secret::new(Zeroizing::new(b"42:abc=".to_vec().into_boxed_slice()));
        let mut check = Check::new(secret);
        check.push(pasted);
        check.matches()
    }

    #[test]
    fn only_the_secret_itself_or_its_header_matches() {
        assert!(check("42:abc=") && check("42:abc=\r\n") && check("api-secret-key: 42:abc="));
        assert!(!check("42:abc") && !check("42:abd=") && !check(""));
        assert!(!check(&format!("42:abc={}", "x".repeat(400))));
    }
}
