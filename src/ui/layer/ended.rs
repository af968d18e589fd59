//! The session is over: why, and nothing else to do but to leave.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::ui::hits::Hits;
use crate::ui::keymap::{Action, Scope};
use crate::ui::layer::{Asks, Can, Cannot, Ctx, Layer};
use crate::ui::look::{Button, Dialog, buttons, paragraph};

/// Columns of the words, where there is room for them.
const COLUMNS: u16 = 66;

/// Says why the session is over.
pub struct Ended {
    why: String,
}

impl Ended {
    /// Says why the session is over.
    #[must_use]
    pub fn new(why: String) -> Ended {
        Ended { why }
    }
}

impl Layer for Ended {
    fn scope(&self) -> Scope {
        Scope::Ended
    }

    fn can(&self, action: Action, _ctx: &Ctx) -> Can<'_> {
        Cannot::Unused.unless(action == Action::Quit)
    }

    fn label(&self, action: Action, ctx: &Ctx) -> Option<&str> {
        (action == Action::Quit).then(|| ctx.text.say("ended.leave"))
    }

    fn act(&mut self, _action: Action, _ctx: &Ctx, asks: &mut Asks) {
        asks.quit();
    }

    fn place(&mut self, _area: Rect) {}

    fn view(&self, ctx: &Ctx, buf: &mut Buffer, area: Rect, hits: &mut Hits) -> Option<Position> {
        let (dialog, lines) = Dialog::of(area, COLUMNS, &self.why, 0, true);
        dialog.view(buf, ctx.text.say("ended.title"), ctx.theme);
        paragraph(buf, dialog.body, &lines, ctx.theme);
        let leave = [Button::new(ctx.text.say("ended.leave"), Action::Quit)];
        let x = buttons(buf, dialog.bar, &leave, Some(0), ctx.theme, hits)?;
        Some(Position { x, y: dialog.bar.y })
    }
}
