//! New Secret: how long the present secret goes on working, asked and not preset.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use crate::domain::id::KeyId;
use crate::domain::intent::Intent;
use crate::domain::list::KeyRow;
use crate::domain::secret::Overlap;
use crate::domain::state::Facts;
use crate::ui::hits::{Hit, Hits, Mouse};
use crate::ui::keymap::{Action, Scope};
use crate::ui::layer::{Asks, Can, Cannot, Ctx, Hint, Layer, Status, Then, hint};
use crate::ui::look::{Button, Dialog, buttons, cells, first, row, wrap};
use crate::ui::request::{Done, Outcome, Ticket, Write};
use crate::ui::scroll::Scroll;

/// Columns of the words, where there is room for them.
const COLUMNS: u16 = 68;

/// Asks before a secret is issued.
pub struct NewSecret {
    key: KeyId,
    name: String,
    /// There is a current secret, so the overlap has to be chosen.
    replaces: bool,
    retiring: bool,
    /// Another secret waits to be confirmed; this one makes it void.
    pending: bool,
    /// What the key would be with a delivered secret.
    facts: Facts,
    chosen: Option<Overlap>,
    /// The overlaps, then OK, then Cancel.
    focus: usize,
    issuing: Option<Ticket>,
    /// Takes the ID of the key.
    then: Then<i64>,
}

impl NewSecret {
    /// For the key of this row.
    #[must_use]
    pub fn new(row: &KeyRow, then: Then<i64>) -> NewSecret {
        NewSecret {
            key: row.id(),
            name: row.name.clone(),
            replaces: row.facts.delivered,
            retiring: row.retiring.is_some(),
            pending: row.pending,
            facts: Facts {
                delivered: true,
                ..row.facts
            },
            chosen: None,
            focus: 0,
            issuing: None,
            then,
        }
    }

    /// The overlaps that are offered: none where there is nothing to overlap with.
    fn offered(&self) -> &'static [Overlap] {
        if self.replaces { &Overlap::ALL } else { &[] }
    }

    fn ready(&self) -> bool {
        !self.replaces || self.chosen.is_some()
    }

    fn issue(&mut self, asks: &mut Asks) {
        if self.ready() && self.issuing.is_none() {
            let intent = Intent::IssueSecret(self.key, self.chosen);
            self.issuing = Some(asks.request(Write::Change(intent)));
        }
    }

    fn body(&self, ctx: &Ctx, width: u16) -> Vec<String> {
        let text = ctx.text;
        let name = if self.replaces {
            "new_secret.replaces"
        } else {
            "new_secret.first"
        };
        let first = text.fill(name, &[("name", &self.name), ("id", &self.key.0)]);
        let state = text.state(self.facts.state(ctx.as_of()));
        let vain = text.fill("new_secret.in_vain", &[("state", &state)]);
        let mut body = vec![first.as_str()];
        if !self.facts.authenticates(ctx.now) {
            body.push(&vain);
        }
        if self.pending || !self.replaces {
            body.push(text.say("new_secret.pending"));
        }
        if self.retiring {
            body.push(text.say("new_secret.retiring"));
        }
        if self.replaces {
            body.push(text.say("new_secret.question"));
        }
        wrap(&text.joined(&body), width)
    }
}

impl Layer for NewSecret {
    fn scope(&self) -> Scope {
        Scope::Form
    }

    fn can(&self, action: Action, ctx: &Ctx) -> Can<'_> {
        match action {
            Action::Accept if !self.ready() => {
                Err(Cannot::Said(ctx.text.say("new_secret.choose").into()))
            }
            Action::PageUp | Action::PageDown => Err(Cannot::Unused),
            _ => Ok(()),
        }
    }

    fn act(&mut self, action: Action, ctx: &Ctx, asks: &mut Asks) {
        let overlaps = self.offered();
        let stops = overlaps.len() + 2;
        match action {
            Action::Next | Action::Right => self.focus = (self.focus + 1) % stops,
            Action::Previous | Action::Left => self.focus = (self.focus + stops - 1) % stops,
            Action::Accept => self.issue(asks),
            Action::Cancel => asks.close(),
            Action::Press | Action::Tick => match overlaps.get(self.focus) {
                Some(overlap) => {
                    self.chosen = Some(*overlap);
                    if action == Action::Press {
                        self.focus = overlaps.len();
                    }
                }
                None if self.focus > overlaps.len() => asks.close(),
                None if self.ready() => self.issue(asks),
                None => asks.complain(ctx.text.say("new_secret.choose")),
            },
            _ => {}
        }
    }

    fn mouse(&mut self, does: Mouse, _ctx: &Ctx, _asks: &mut Asks) -> Option<Action> {
        if let Mouse::Click(click) = does
            && let Hit::Row(index) = click.hit
        {
            let index = usize::try_from(index).ok();
            self.focus = index.filter(|at| *at < self.offered().len())?;
            return Some(Action::Tick);
        }
        does.button()
    }

    fn answer(&mut self, ticket: Ticket, outcome: Outcome, ctx: &Ctx, asks: &mut Asks) {
        if self.issuing.take_if(|asked| *asked == ticket).is_none() {
            return;
        }
        match outcome {
            Ok(Done::SecretIssued(id)) => asks.answer(&self.then, id.0),
            Ok(_) => {}
            Err(trouble) => asks.complain(ctx.text.trouble(&trouble)),
        }
    }

    fn status(&self) -> Status<'_> {
        Status {
            waits: self.issuing.is_some(),
            ..Status::default()
        }
    }

    fn hint(&self, ctx: &Ctx) -> Option<Hint> {
        let on_choice = self.focus < self.offered().len();
        on_choice.then(|| hint::of_overlap(ctx.text))
    }

    fn place(&mut self, _area: Rect) {}

    fn view(&self, ctx: &Ctx, buf: &mut Buffer, area: Rect, hits: &mut Hits) -> Option<Position> {
        let text = ctx.text;
        let mut lines = self.body(ctx, Dialog::columns(area, COLUMNS));
        // A blank line between the words and the choices, where there is room for it.
        let room = usize::from(area.height).saturating_sub(3);
        if self.replaces && lines.len() + self.offered().len() < room {
            lines.push(String::new());
        }
        let first_choice = lines.len();
        lines.extend(self.offered().iter().map(|overlap| {
            let mark = ctx.theme.symbols.radio(self.chosen == Some(*overlap));
            format!("{mark} {}", text.overlap(*overlap))
        }));
        let all = lines.len();
        let title = text.fill("new_secret.title", &[("name", &self.name)]);
        let dialog = Dialog::new(area, COLUMNS, cells(all), true);
        dialog.view(buf, &title, ctx.theme);
        let (whole, page, bar) = (dialog.whole, dialog.body, dialog.bar);
        // Where the window is low, the lines up to the one with the focus.
        let on_choice = self.focus < self.offered().len();
        let focused = on_choice.then_some(first_choice + self.focus);
        let kept = focused.unwrap_or(all - 1);
        let scroll = Scroll::around(kept..kept + 1, all, page.height);
        let mut cursor = None;
        for (line, index) in (0..).zip(scroll.shown()) {
            let at = row(page, line);
            let style = if focused == Some(index) {
                ctx.theme.focused
            } else {
                Style::new()
            };
            let used = ctx.theme.put(buf, at, &lines[index], style);
            if let Some(choice) = index.checked_sub(first_choice) {
                hits.add(
                    first(at, used),
                    Hit::Row(i64::try_from(choice).unwrap_or(-1)),
                );
            }
            if focused == Some(index) {
                cursor = Some(Position {
                    x: at.x + 1,
                    y: at.y,
                });
            }
        }
        scroll.view(buf, (whole, page), ctx.theme, &mut Hits::default());
        let labels = [
            Button::new(text.say("button.ok"), Action::Accept).enabled(self.ready()),
            Button::new(text.say("button.cancel"), Action::Cancel),
        ];
        let focus = self.focus.checked_sub(self.offered().len());
        let x = buttons(buf, bar, &labels, focus, ctx.theme, hits);
        cursor.or(x.map(|x| Position { x, y: bar.y }))
    }
}
