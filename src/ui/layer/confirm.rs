//! A question with a consequence: Cancel has the focus, `y` confirms.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::domain::intent::Affected;
use crate::text::Text;
use crate::ui::field::Typed;
use crate::ui::hits::{Hit, Hits, Mouse};
use crate::ui::keymap::{Action, Scope};
use crate::ui::layer::hint;
use crate::ui::layer::reason::Reason;
use crate::ui::layer::{Asks, Can, Cannot, Ctx, Hint, Layer, Then};
use crate::ui::look::{Button, Dialog, buttons, cells, is_wide, paragraph};
use crate::ui::scroll::Scroll;

/// Columns of the question, where there is room for them.
const COLUMNS: u16 = 66;

/// The question, and what happens on yes.
pub struct Confirm {
    title: String,
    /// What follows, in sentences.
    body: String,
    /// What `y` is called.
    verb: String,
    /// Name of the button that changes nothing.
    no: &'static str,
    /// Takes the reason, empty where none is asked for or given.
    yes: Then<String>,
    reason: Option<Reason>,
    /// What can be done instead: what its button says, and what it does.
    other: Option<(String, Then<()>)>,
    focus: Focus,
    scroll: Scroll,
}

/// Where the focus is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Focus {
    Cancel,
    Yes,
    Other,
    Reason,
}

impl Confirm {
    /// A question; `verb` is the label of the button that does what is asked about.
    #[must_use]
    pub fn new(title: &str, body: String, verb: &str, yes: Then<()>) -> Confirm {
        Confirm::giving(title, body, verb, Then::whatever(yes))
    }

    /// A question that gives on yes what was typed for a reason.
    #[must_use]
    pub fn giving(title: &str, body: String, verb: &str, yes: Then<String>) -> Confirm {
        Confirm {
            title: title.to_owned(),
            body,
            verb: verb.to_owned(),
            no: "button.cancel",
            yes,
            reason: None,
            other: None,
            focus: Focus::Cancel,
            scroll: Scroll::default(),
        }
    }

    /// The question with a line for a reason, which may be left empty.
    #[must_use]
    pub fn with_reason(self, text: Text) -> Confirm {
        Confirm {
            reason: Some(Reason::new(text)),
            ..self
        }
    }

    /// The question with something else that can be done instead.
    #[must_use]
    pub fn offering(self, label: &str, does: Then<()>) -> Confirm {
        Confirm {
            other: Some((label.to_owned(), does)),
            ..self
        }
    }

    /// A question whether to leave: who does not, stays.
    #[must_use]
    pub fn leaving(title: &str, body: String, verb: &str, yes: Then<()>) -> Confirm {
        Confirm {
            no: "button.stay",
            ..Confirm::new(title, body, verb, yes)
        }
    }

    /// Asks before a form is left with what was typed in it.
    #[must_use]
    pub fn leaves(text: Text) -> Confirm {
        let body = text.say("leave.body").to_owned();
        Confirm::leaving(
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

    /// Rows of the reason, and of the space above it.
    fn reason_rows(&self) -> u16 {
        self.reason.as_ref().map_or(0, |reason| 1 + reason.rows())
    }

    fn dialog(&self, area: Rect) -> (Dialog, Vec<String>) {
        Dialog::of(area, COLUMNS, &self.body, self.reason_rows(), true)
    }

    /// The rows of the body and of the reason; the space between them goes first.
    fn parts(&self, above: Rect, lines: usize) -> (Rect, Rect) {
        let wanted = self.reason_rows();
        let tight = wanted > 0 && above.height < cells(lines).saturating_add(wanted);
        let reason = above.height.min(wanted - u16::from(tight));
        let body = Rect {
            height: above.height - reason,
            ..above
        };
        let space = u16::from(wanted > 0 && !tight);
        let reason = Rect {
            y: above.y + body.height + space,
            height: reason - space,
            ..above
        };
        (body, reason)
    }

    fn answer_yes(&mut self, ctx: &Ctx, asks: &mut Asks) {
        let given = match &mut self.reason {
            Some(reason) => reason.given(ctx),
            None => Some(String::new()),
        };
        match given {
            Some(reason) => asks.answer(&self.yes, reason),
            None => self.focus = Focus::Reason,
        }
    }

    fn show(&self, asks: &mut Asks) {
        if let Some((_, does)) = &self.other {
            asks.answer(does, ());
        }
    }

    /// The buttons, in their order.
    fn buttons(&self) -> &'static [Focus] {
        match self.other {
            Some(_) => &[Focus::Cancel, Focus::Yes, Focus::Other],
            None => &[Focus::Cancel, Focus::Yes],
        }
    }

    /// Goes to the next button or the one before, round and round.
    fn turn(&mut self, forward: bool) {
        let buttons = self.buttons();
        if let Some(at) = buttons.iter().position(|button| *button == self.focus) {
            let by = if forward { 1 } else { buttons.len() - 1 };
            self.focus = buttons[(at + by) % buttons.len()];
        }
    }

    /// Goes on to the reason and back to the buttons; where none is asked for, from one button to another.
    fn step(&mut self, forward: bool) {
        match (self.focus, &self.reason) {
            (Focus::Reason, _) => self.focus = Focus::Cancel,
            (_, Some(_)) => self.focus = Focus::Reason,
            (_, None) => self.turn(forward),
        }
    }
}

impl Layer for Confirm {
    fn scope(&self) -> Scope {
        Scope::Confirmation
    }

    fn can(&self, action: Action, _ctx: &Ctx) -> Can<'_> {
        let is_letter = self.focus == Focus::Reason;
        Cannot::Unused.unless(match action {
            Action::Yes => !is_letter,
            Action::Show => !is_letter && self.other.is_some(),
            _ => !action.turns_pages() || self.scroll.has_more(),
        })
    }

    fn label(&self, action: Action, ctx: &Ctx) -> Option<&str> {
        match (action, &self.other) {
            (Action::Yes, _) => Some(&self.verb),
            (Action::Cancel, _) => Some(ctx.text.say(self.no)),
            (Action::Show, Some((label, _))) => Some(label),
            _ => None,
        }
    }

    fn act(&mut self, action: Action, ctx: &Ctx, asks: &mut Asks) {
        match action {
            Action::Yes => self.answer_yes(ctx, asks),
            Action::Press if self.focus == Focus::Yes => self.answer_yes(ctx, asks),
            Action::Press if self.focus == Focus::Reason => self.step(true),
            Action::Press if self.focus == Focus::Other => self.show(asks),
            Action::Show => self.show(asks),
            Action::Press | Action::Cancel => asks.close(),
            Action::Left | Action::Right => self.turn(action == Action::Right),
            Action::Next | Action::Previous => self.step(action == Action::Next),
            Action::Up | Action::Down => {
                let line = if action == Action::Down { 1 } else { -1 };
                // The buttons are beyond the last line, and before the first.
                if self.focus == Focus::Reason || !self.scroll.by(line) {
                    self.step(action == Action::Down);
                }
            }
            _ => self.scroll.act(action),
        }
    }

    fn edit(&mut self, typed: Typed, ctx: &Ctx, asks: &mut Asks) -> bool {
        match &mut self.reason {
            Some(reason) if self.focus == Focus::Reason => {
                asks.edited(typed, &reason.take(typed), ctx.text)
            }
            _ => false,
        }
    }

    fn mouse(&mut self, does: Mouse, _ctx: &Ctx, _asks: &mut Asks) -> Option<Action> {
        match does {
            Mouse::Wheel(_) | Mouse::To(_) => self.scroll.mouse(does),
            Mouse::Click(click) if click.hit == Hit::Line => {
                self.focus = Focus::Reason;
                if let Some(reason) = &mut self.reason {
                    reason.click(click);
                }
            }
            Mouse::Click(_) if self.focus == Focus::Reason => self.focus = Focus::Cancel,
            Mouse::Click(_) => {}
        }
        does.button()
    }

    fn hint(&self, ctx: &Ctx) -> Option<Hint> {
        (self.focus == Focus::Reason).then(|| hint::of_reason(ctx.text))
    }

    fn place(&mut self, area: Rect) {
        let (dialog, lines) = self.dialog(area);
        let (body, _) = self.parts(dialog.body, lines.len());
        self.scroll.settle(lines.len(), body.height);
        if let Some(reason) = &mut self.reason {
            reason.place(body.width, is_wide(area));
        }
    }

    fn view(&self, ctx: &Ctx, buf: &mut Buffer, area: Rect, hits: &mut Hits) -> Option<Position> {
        let (dialog, lines) = self.dialog(area);
        dialog.view(buf, &self.title, ctx.theme);
        let (body, below) = self.parts(dialog.body, lines.len());
        paragraph(buf, body, &lines[self.scroll.shown()], ctx.theme);
        self.scroll.view(buf, (dialog.whole, body), ctx.theme, hits);
        let on_reason = self.focus == Focus::Reason;
        let in_reason = self.reason.as_ref().and_then(|reason| {
            let at = (&mut *buf, below);
            reason.view(on_reason, Scope::Confirmation, ctx, at, hits)
        });
        let keyed = |label, action| {
            let key = ctx.keys.key(Scope::Confirmation, action);
            Button::new(label, action).keyed(key)
        };
        let mut labels = vec![
            Button::new(ctx.text.say(self.no), Action::Cancel),
            keyed(&self.verb, Action::Yes),
        ];
        let other = self.other.iter();
        labels.extend(other.map(|(label, _)| keyed(label, Action::Show)));
        let mut buttons_here = self.buttons().iter();
        let focus = buttons_here.position(|button| *button == self.focus);
        let x = buttons(buf, dialog.bar, &labels, focus, ctx.theme, hits);
        in_reason.or(x.map(|x| Position { x, y: dialog.bar.y }))
    }
}
