//! A field for a secret: what is typed or pasted into it is never shown, never in an editor that keeps copies, and wiped.

use crossterm::event::KeyCode;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use zeroize::{Zeroize, Zeroizing};

use crate::domain::secret::{MAX_BYTES, Secret};
use crate::text::Text;
use crate::ui::field::Typed;
use crate::ui::keymap::TextKey;
use crate::ui::look::{Theme, skip};

/// More than any secret, so that a text that is too long is none either.
const ROOM: usize = MAX_BYTES + 8;

/// The field.
pub struct UnseenField(
    /// Never grows beyond what it was made with, so that no copy is left behind.
    Zeroizing<String>,
);

impl Default for UnseenField {
    fn default() -> UnseenField {
        UnseenField(Zeroizing::new(String::with_capacity(ROOM)))
    }
}

impl UnseenField {
    /// Takes what was typed out of the field, which is empty then, without the blanks and line ends around it: they come
    /// with what is copied, and no client sends them.
    pub fn take_out(&mut self) -> Secret {
        let text = Zeroizing::new(Box::from(self.0.trim_ascii().as_bytes()));
        self.clear();
        Secret::new(text)
    }

    /// What was typed. Whoever asks must neither keep nor log it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Edits by what is typed or pasted; false where that is of no use here.
    pub fn take(&mut self, typed: Typed) -> bool {
        match typed {
            Typed::Key(TextKey::Char(c)) => self.push(c.encode_utf8(&mut [0; 4])),
            Typed::Key(TextKey::Backspace) => _ = self.0.pop(),
            Typed::Key(TextKey::DeleteToStart) => self.clear(),
            // In a paste without brackets a tab comes as its key.
            Typed::Other(chord) if chord.0 == KeyCode::Tab => self.push("\t"),
            Typed::Pasted(text) => self.push(text),
            Typed::Key(_) | Typed::Other(_) => return false,
        }
        true
    }

    /// Nothing is left out of what is typed or pasted.
    fn push(&mut self, text: &str) {
        for c in text.chars() {
            if self.0.len() + c.len_utf8() <= ROOM {
                self.0.push(c);
            }
        }
    }

    fn clear(&mut self) {
        self.0.zeroize();
        self.0.reserve(ROOM);
    }

    /// Says how many characters were typed; returns where the cursor is.
    pub fn view(&self, buf: &mut Buffer, area: Rect, text: Text, theme: &Theme) -> Position {
        let count = self.0.chars().count();
        let typed = text.fill("check.typed", &[("count", &count)]);
        buf.set_style(area, theme.field);
        let used = theme.put(buf, area, &typed, theme.field);
        Position {
            x: skip(area, used).x.min(area.right().saturating_sub(1)),
            y: area.y,
        }
    }
}
