//! One change of many rows: what is asked before it, a line of progress that can be stopped, and what came of it.
//!
//! The rows are changed one after the other, each by a request of its own: nobody else waits longer for the database than
//! for one row, and to stop is to ask for no other.

use std::collections::VecDeque;
use std::fmt::Display;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::domain::intent::Outlook;
use crate::domain::trouble::Trouble;
use crate::text::bulk::{Plan, named, why};
use crate::ui::hits::{Hits, Mouse};
use crate::ui::keymap::{Action, Scope};
use crate::ui::layer::{Asks, Can, Cannot, Ctx, Layer, Status, Then};
use crate::ui::look::{Button, Dialog, buttons, paragraph};
use crate::ui::request::{Outcome, Ticket, Write};
use crate::ui::scroll::Scroll;

/// Columns of the pages, where there is room for them.
const COLUMNS: u16 = 66;

/// What came of a change of many rows.
pub struct Came {
    /// The IDs of the rows that were changed, and of those that are no longer there.
    pub settled: Vec<i64>,
    /// What is said of it.
    pub said: String,
}

/// Carries it out, and shows what came of it where that is not all that was asked for.
pub struct Bulk {
    plan: Plan,
    /// Where in the plan the rows are that are still to be changed, and the one that is under way.
    due: VecDeque<usize>,
    under_way: Option<(Ticket, usize)>,
    done: Vec<usize>,
    failed: Vec<(usize, Trouble)>,
    /// Somebody has said that it is enough.
    stopped: bool,
    /// What came of it, once no more will be done.
    told: Option<String>,
    scroll: Scroll,
    then: Then<Came>,
}

impl Bulk {
    /// Changes the rows of the plan of which something will come. A reason is kept with each.
    #[must_use]
    pub fn new(mut plan: Plan, reason: &str, then: Then<Came>) -> Bulk {
        for row in &mut plan.rows {
            if let Some(kept) = row.intent.reason() {
                reason.clone_into(kept);
            }
        }
        let open = plan
            .rows
            .iter()
            .enumerate()
            .filter(|(_, row)| row.is_open());
        let due = open.map(|(at, _)| at).collect();
        Bulk {
            plan,
            due,
            under_way: None,
            done: Vec::new(),
            failed: Vec::new(),
            stopped: false,
            told: None,
            scroll: Scroll::default(),
            then,
        }
    }

    /// Shows what will happen to none of the rows, and why.
    #[must_use]
    pub fn in_vain(plan: Plan, ctx: &Ctx, then: Then<Came>) -> Bulk {
        let told = plan.told(ctx.text, ctx.now);
        Bulk {
            told: Some(told),
            ..Bulk::new(plan, "", then)
        }
    }

    /// Goes on with the next row, or ends.
    fn go_on(&mut self, ctx: &Ctx, asks: &mut Asks) {
        match self.due.pop_front() {
            Some(at) if !self.stopped => {
                let row = &self.plan.rows[at];
                let write = Write::ChangeSeen {
                    intent: row.intent.clone(),
                    version: row.version,
                };
                self.under_way = Some((asks.request(write), at));
            }
            next => {
                self.due.extend(next);
                if self.failed.is_empty() && self.due.is_empty() {
                    self.leave(ctx, asks);
                } else {
                    self.told = Some(self.came(ctx));
                }
            }
        }
    }

    /// Closes, and says what came of it.
    fn leave(&self, ctx: &Ctx, asks: &mut Asks) {
        let rows = &self.plan.rows;
        let gone = |row: &&Outlook| row.name.is_empty();
        let done = self.done.iter().map(|at| &rows[*at]);
        let settled = done.chain(rows.iter().filter(gone));
        let settled: Vec<i64> = settled.map(|row| row.intent.id()).collect();
        let text = ctx.text;
        let done = self.plan.fill(self.plan.many.done, self.done.len(), text);
        let left = match rows.len() - self.done.len() {
            0 => String::new(),
            left => self.plan.fill("bulk.left", left, text),
        };
        let said = if self.done.is_empty() {
            String::new()
        } else {
            text.joined(&[&done, &left])
        };
        asks.answer(&self.then, Came { settled, said });
    }

    /// What was done and what not: in numbers, and then row by row.
    fn came(&self, ctx: &Ctx) -> String {
        let (text, rows) = (ctx.text, &self.plan.rows);
        let numbers = [
            (self.plan.many.done, self.done.len()),
            ("bulk.failed", self.failed.len()),
            ("bulk.not_begun", self.due.len()),
        ];
        let numbers = numbers.into_iter().filter(|(_, n)| *n > 0);
        let numbers = numbers.map(|(name, n)| self.plan.fill(name, n, text));
        let failed = self.failed.iter();
        let failed = failed.map(|(at, trouble)| named(&rows[*at], &why(trouble, text), text));
        let line = |name: &'static str, at: &usize| named(&rows[*at], text.say(name), text);
        let due = self.due.iter().map(|at| line("bulk.row_left", at));
        let done = self.done.iter().map(|at| line("bulk.row_done", at));
        let blank = std::iter::once(String::new());
        let lines: Vec<String> = numbers
            .chain(blank)
            .chain(failed)
            .chain(due)
            .chain(done)
            .collect();
        lines.join("\n")
    }

    /// The line of progress, or what came of it.
    fn words(&self, ctx: &Ctx) -> String {
        if let Some(told) = &self.told {
            return told.clone();
        }
        let all = self.done.len() + self.failed.len() + self.due.len();
        let all = all + usize::from(self.under_way.is_some());
        let verb = ctx.text.say(self.plan.many.verb);
        let key = ctx.keys.key(Scope::Bulk, Action::Cancel);
        let words: [(&str, &dyn Display); 4] = [
            ("verb", &verb),
            ("done", &self.done.len()),
            ("all", &all),
            ("key", &key),
        ];
        ctx.text.fill("bulk.progress", &words)
    }

    fn dialog(&self, area: Rect) -> (Dialog, Vec<String>) {
        // One line of words until there are more.
        let words = self.told.as_deref().unwrap_or_default();
        Dialog::of(area, COLUMNS, words, 0, true)
    }
}

impl Layer for Bulk {
    fn scope(&self) -> Scope {
        Scope::Bulk
    }

    fn open(&mut self, ctx: &Ctx, asks: &mut Asks) {
        if self.told.is_none() {
            self.go_on(ctx, asks);
        }
    }

    fn can(&self, action: Action, _ctx: &Ctx) -> Can<'_> {
        let has_use = match action {
            Action::Cancel => !self.stopped || self.told.is_some(),
            Action::Press => self.told.is_some(),
            Action::Help => true,
            _ => self.scroll.has_more(),
        };
        Cannot::Unused.unless(has_use)
    }

    fn label(&self, action: Action, ctx: &Ctx) -> Option<&str> {
        let closes = action == Action::Cancel && self.told.is_some();
        closes.then(|| ctx.text.say("button.close"))
    }

    fn act(&mut self, action: Action, ctx: &Ctx, asks: &mut Asks) {
        match action {
            Action::Cancel | Action::Press if self.told.is_some() => self.leave(ctx, asks),
            Action::Cancel => self.stopped = true,
            _ => self.scroll.act(action),
        }
    }

    fn mouse(&mut self, does: Mouse, _ctx: &Ctx, _asks: &mut Asks) -> Option<Action> {
        self.scroll.mouse(does);
        does.button()
    }

    fn answer(&mut self, ticket: Ticket, outcome: Outcome, ctx: &Ctx, asks: &mut Asks) {
        let Some((_, at)) = self.under_way.take_if(|(asked, _)| *asked == ticket) else {
            return;
        };
        match outcome {
            Ok(_) => self.done.push(at),
            Err(trouble) => {
                // What hinders one row would hinder every other, too.
                self.stopped |= matches!(trouble, Trouble::Storage(_));
                self.failed.push((at, trouble));
            }
        }
        self.go_on(ctx, asks);
    }

    fn status(&self) -> Status<'_> {
        Status::default()
    }

    fn place(&mut self, area: Rect) {
        let (dialog, lines) = self.dialog(area);
        self.scroll.settle(lines.len(), dialog.body.height);
    }

    fn view(&self, ctx: &Ctx, buf: &mut Buffer, area: Rect, hits: &mut Hits) -> Option<Position> {
        let (dialog, lines) = self.dialog(area);
        dialog.view(buf, &self.plan.title(ctx.text), ctx.theme);
        let (whole, body, bar) = (dialog.whole, dialog.body, dialog.bar);
        if self.told.is_some() {
            paragraph(buf, body, &lines[self.scroll.shown()], ctx.theme);
            self.scroll.view(buf, (whole, body), ctx.theme, hits);
        } else {
            paragraph(buf, body, &[self.words(ctx)], ctx.theme);
        }
        let label = match (&self.told, self.stopped) {
            (Some(_), _) => "button.close",
            _ => "key.stop_bulk",
        };
        let button = Button::new(ctx.text.say(label), Action::Cancel);
        let button = button.enabled(!self.stopped || self.told.is_some());
        let x = buttons(buf, bar, &[button], Some(0), ctx.theme, hits)?;
        Some(Position { x, y: bar.y })
    }
}
