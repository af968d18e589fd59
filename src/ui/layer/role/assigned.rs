//! Assigned To: the users and API keys that have the role.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use crate::domain::role::Assigned;
use crate::text::Text;
use crate::ui::hits::{Hit, Hits};
use crate::ui::keymap::Action;
use crate::ui::look::{Theme, row, select, skip, wrap};
use crate::ui::scroll::Scroll;

/// The list.
#[derive(Default)]
pub(super) struct AssignedTo {
    entries: Vec<Assigned>,
    /// How many more there are.
    more: i64,
    selected: usize,
    pub(super) scroll: Scroll,
}

impl AssignedTo {
    /// Shows these; the selection stays where it was.
    pub(super) fn set(&mut self, entries: Vec<Assigned>, more: i64) {
        let before = self.selected().cloned();
        let again = entries
            .iter()
            .position(|entry| Some(entry) == before.as_ref());
        self.selected = again
            .unwrap_or(self.selected)
            .min(entries.len().saturating_sub(1));
        self.entries = entries;
        self.more = more;
    }

    /// The entry with the cursor.
    pub(super) fn selected(&self) -> Option<&Assigned> {
        self.entries.get(self.selected)
    }

    /// Moves the selection.
    pub(super) fn go(&mut self, action: Action) {
        let last = self.entries.len().saturating_sub(1);
        self.selected = self.scroll.moved(action, self.selected, last);
        self.scroll.follow();
    }

    /// Selects the entry with this number; false where there is none.
    pub(super) fn select(&mut self, wanted: i64) -> bool {
        let at = self.entries.iter().position(|one| number(one) == wanted);
        self.selected = at.unwrap_or(self.selected);
        at.is_some()
    }

    /// Settles the scroll for the area in which the list will be drawn.
    pub(super) fn place(&mut self, area: Rect) {
        let rows = self.entries.len() + usize::from(self.more > 0);
        // With the last entry comes what is said below it.
        let last = self.selected + 1 == self.entries.len();
        let end = if last { rows } else { self.selected + 1 };
        self.scroll.settle(rows, area.height);
        self.scroll.keep(self.selected..end);
    }

    /// Draws the list; says where the cursor is.
    pub(super) fn view(
        &self,
        buf: &mut Buffer,
        area: Rect,
        focused: bool,
        (text, theme): (Text, &Theme),
        hits: &mut Hits,
    ) -> Position {
        let mut cursor = area.as_position();
        let beside = theme.beside();
        if self.entries.is_empty() && self.more == 0 {
            for (line, words) in (0..).zip(wrap(text.say("role.nobody"), area.width)) {
                theme.put(buf, row(area, line), &words, theme.dim);
            }
            return cursor;
        }
        let more = (self.more > 0).then(|| text.fill("role.more", &[("count", &self.more)]));
        let shown = self.entries.iter().map(|one| entry(one, text)).chain(more);
        let on_screen = shown.enumerate().skip(self.scroll.shown().start);
        for (line, (index, words)) in (0..area.height).zip(on_screen) {
            let at = row(area, line);
            let style = if index == self.entries.len() {
                theme.dim
            } else {
                Style::new()
            };
            theme.put(buf, skip(at, 2), &words, style);
            if index == self.selected && index < self.entries.len() {
                cursor = at.as_position();
                select(buf, at, if focused { theme } else { &beside });
            }
            if let Some(one) = self.entries.get(index) {
                hits.add(at, Hit::Row(number(one)));
            }
        }
        cursor
    }
}

/// The number of an entry, which no other has: users and keys are counted apart.
fn number(one: &Assigned) -> i64 {
    match one {
        Assigned::User(id, _) => id.0,
        Assigned::Key { id, .. } => -id.0,
    }
}

fn entry(one: &Assigned, text: Text) -> String {
    match one {
        Assigned::User(_, name) => text.fill("role.user_entry", &[("name", name)]),
        Assigned::Key { id, name, deleted } => {
            let sentence = if *deleted {
                "role.deleted_entry"
            } else {
                "role.key_entry"
            };
            text.fill(sentence, &[("name", name), ("id", &id.0)])
        }
    }
}
