//! A question with a consequence: Cancel has the focus, `y` confirms.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::domain::intent::Affected;
use crate::text::Text;
use crate::ui::frame::{around, boxed, buttons, inside, paragraph, split_last};
use crate::ui::hits::{Hits, Mouse};
use crate::ui::keymap::{Action, Scope};
use crate::ui::layer::{Asks, Ctx, Layer, Then};
use crate::ui::scroll::Scroll;

/// The question, and what happens on yes.
pub struct Confirm {
    title: String,
    /// What follows, in sentences.
    body: String,
    /// What `y` is called.
    verb: String,
    yes: Then<()>,
    on_yes: bool,
    scroll: Scroll,
}

impl Confirm {
    /// A question; `verb` is the label of the button that does what is asked about.
    #[must_use]
    pub fn new(title: &str, body: String, verb: &str, yes: Then<()>) -> Confirm {
        Confirm {
            title: title.to_owned(),
            body,
            verb: verb.to_owned(),
            yes,
            on_yes: false,
            scroll: Scroll::default(),
        }
    }

    /// Asks before a form is left with what was typed in it.
    #[must_use]
    pub fn leaves(text: Text) -> Confirm {
        let body = text.say("leave.body").to_owned();
        Confirm::new(
            text.say("leave.title"),
            body,
            text.say("leave.verb"),
            Then::close(),
        )
    }

    /// Asks before a change that stops or revives others.
    #[must_use]
    pub fn affects(affected: &Affected, text: Text, yes: Then<()>) -> Confirm {
        let body = text.affected(affected);
        Confirm::new(
            text.say("affected.title"),
            body,
            text.say("affected.verb"),
            yes,
        )
    }

    fn area(&self, area: Rect) -> (Rect, Vec<String>) {
        around(area, 70, &self.body, 2)
    }
}

impl Layer for Confirm {
    fn scope(&self) -> Scope {
        Scope::Confirmation
    }

    fn label(&self, action: Action, _ctx: &Ctx) -> Option<&str> {
        (action == Action::Yes).then_some(&self.verb)
    }

    fn act(&mut self, action: Action, _ctx: &Ctx, asks: &mut Asks) {
        match action {
            Action::Yes => asks.answer(&self.yes, ()),
            Action::Press if self.on_yes => asks.answer(&self.yes, ()),
            Action::Press | Action::Cancel => asks.close(),
            Action::Next | Action::Previous => {
                let line = if action == Action::Next { 1 } else { -1 };
                // The buttons are beyond the last line, and before the first.
                if !self.scroll.by(line) {
                    self.on_yes = !self.on_yes;
                }
            }
            _ => {}
        }
    }

    fn mouse(&mut self, does: Mouse, _ctx: &Ctx, _asks: &mut Asks) -> Option<Action> {
        if let Mouse::Wheel(lines) = does {
            self.scroll.by(lines);
        }
        does.button()
    }

    fn place(&mut self, area: Rect) {
        let (area, lines) = self.area(area);
        let (body, _) = split_last(inside(area));
        self.scroll.settle(lines.len(), body.height);
    }

    fn view(&self, ctx: &Ctx, buf: &mut Buffer, area: Rect, hits: &mut Hits) -> Option<Position> {
        let (whole, lines) = self.area(area);
        let (body, bar) = split_last(boxed(buf, whole, &self.title, ctx.theme));
        paragraph(buf, body, &lines[self.scroll.shown()], ctx.theme);
        self.scroll.view(buf, whole, ctx.text, ctx.theme);
        let key = ctx.keys.key(Scope::Confirmation, Action::Yes);
        let verb = format!("{key} {}", self.verb);
        let labels = [
            (ctx.text.say("button.cancel"), true, Action::Cancel),
            (verb.as_str(), true, Action::Yes),
        ];
        let focus = usize::from(self.on_yes);
        let x = buttons(buf, bar, &labels, Some(focus), ctx.theme, hits)?;
        Some(Position { x, y: bar.y })
    }
}
