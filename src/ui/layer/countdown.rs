//! The last minute before somebody who presses no key is signed out. Any key ends it: the App takes it.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::domain::time::{SECOND, Uptime};
use crate::ui::hits::Hits;
use crate::ui::keymap::{Action, Scope};
use crate::ui::layer::{Asks, Can, Cannot, Ctx, Layer};
use crate::ui::look::{Dialog, paragraph};

/// Columns of the words, where there is room for them.
const COLUMNS: u16 = 66;

/// Counts the seconds down.
pub struct Countdown {
    over: Uptime,
    /// Something that was typed will be lost.
    typed: bool,
}

impl Countdown {
    /// A countdown to when the machine has been on for so long.
    #[must_use]
    pub fn new(over: Uptime, typed: bool) -> Countdown {
        Countdown { over, typed }
    }

    /// The milliseconds that are left.
    fn left(&self, ctx: &Ctx) -> i64 {
        self.over.since(ctx.uptime).max(0)
    }

    /// The seconds that are left, rounded up.
    fn seconds(&self, ctx: &Ctx) -> i64 {
        let left = self.left(ctx);
        (left + SECOND - 1) / SECOND
    }
}

impl Layer for Countdown {
    fn scope(&self) -> Scope {
        Scope::Countdown
    }

    fn can(&self, _action: Action, _ctx: &Ctx) -> Can<'_> {
        Err(Cannot::Unused)
    }

    fn act(&mut self, _action: Action, _ctx: &Ctx, _asks: &mut Asks) {}

    fn wakes_in(&self, ctx: &Ctx) -> Option<i64> {
        let later = self.seconds(ctx) - 1;
        (later > 0).then(|| self.left(ctx) - later * SECOND)
    }

    fn place(&mut self, _area: Rect) {}

    fn view(&self, ctx: &Ctx, buf: &mut Buffer, area: Rect, _hits: &mut Hits) -> Option<Position> {
        let seconds = self.seconds(ctx);
        let mut words = ctx.text.fill("countdown.body", &[("seconds", &seconds)]);
        if self.typed {
            words.push('\n');
            words.push_str(ctx.text.say("countdown.typed"));
        }
        let (dialog, lines) = Dialog::of(area, COLUMNS, &words, 0, false);
        dialog.view(buf, ctx.text.say("countdown.title"), ctx.theme);
        paragraph(buf, dialog.body, &lines, ctx.theme);
        Some(dialog.body.as_position())
    }
}
