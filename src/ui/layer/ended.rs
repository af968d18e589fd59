//! The session is over: why, and nothing else to do but to leave.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::ui::hits::Hits;
use crate::ui::keymap::{Action, Scope};
use crate::ui::layer::{Asks, Can, Cannot, Ctx, Layer};
use crate::ui::look::{around, boxed, buttons, paragraph, split_last};

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
        let (area, lines) = around(area, 70, &self.why, 2);
        let area = boxed(buf, area, ctx.text.say("ended.title"), ctx.theme);
        paragraph(buf, area, &lines, ctx.theme);
        let (_, bar) = split_last(area);
        let labels = [(ctx.text.say("ended.leave"), true, Action::Quit)];
        let x = buttons(buf, bar, &labels, Some(0), ctx.theme, hits)?;
        Some(Position { x, y: bar.y })
    }
}
