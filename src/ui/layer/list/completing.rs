//! Completing the term that is typed in the filter line.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::domain::filter::{Completion, Known, complete};
use crate::domain::list::FILTER_MAX;
use crate::ui::field::LineField;
use crate::ui::keymap::{Action, Scope};
use crate::ui::layer::list::columns::MARK;
use crate::ui::layer::list::{List, Table};
use crate::ui::layer::{Asks, Ctx};
use crate::ui::look::{first, skip, width};
use crate::ui::request::{Done, Outcome, Read, Ticket};

/// What terms are completed with.
#[derive(Default)]
pub struct Completing {
    /// The names that rows have, as of when the line was opened.
    known: Known,
    asked: Option<Ticket>,
    /// Index of the candidate that is taken next.
    chosen: usize,
}

impl Completing {
    /// Something was typed: the best candidate is taken next.
    pub fn first(&mut self) {
        self.chosen = 0;
    }

    /// Takes the names, if they come under this ticket. Without them there is less to offer, which is no trouble.
    pub fn takes(&mut self, ticket: Ticket, outcome: &Outcome) -> bool {
        let own = self.asked.take_if(|asked| *asked == ticket).is_some();
        if let (true, Ok(Done::Known(known))) = (own, outcome) {
            self.known.clone_from(known);
        }
        own
    }
}

impl<L: Table> List<L> {
    /// Asks for the names that rows have.
    pub(super) fn begin_completing(&mut self, asks: &mut Asks) {
        self.completing.first();
        self.completing.asked = Some(asks.request(Read::Known(L::LISTING)));
    }

    fn completion(&self) -> Completion {
        self.typing
            .as_ref()
            .map_or_else(Completion::default, |field| {
                complete(L::FIELDS, &self.completing.known, field.text())
            })
    }

    /// What can follow where one types, the best first.
    pub(super) fn candidates(&self) -> Vec<String> {
        self.completion().candidates
    }

    /// Another candidate is the one to be taken.
    pub(super) fn next_candidate(&mut self) {
        let many = self.candidates().len().max(1);
        self.completing.chosen = (self.completing.chosen + 1) % many;
    }

    /// Takes the candidate. Behind a value a new term begins.
    pub(super) fn complete(&mut self, ctx: &Ctx, asks: &mut Asks) {
        let Completion {
            span, candidates, ..
        } = self.completion();
        let chosen = candidates.get(self.completing.chosen);
        let (Some(candidate), Some(field)) = (chosen, &self.typing) else {
            return;
        };
        let blank = if candidate.ends_with(':') { "" } else { " " };
        let text = format!("{}{candidate}{blank}", &field.text()[..span.start]);
        self.typing = Some(LineField::new(&text).at_most(FILTER_MAX));
        self.completing.first();
        self.set_text(&text, ctx.zone, asks);
    }

    /// Draws what can follow in place of the headings; false where there is nothing to say.
    pub(super) fn view_completion(&self, ctx: &Ctx, buf: &mut Buffer, line: Rect) -> bool {
        let Completion {
            candidates, about, ..
        } = self.completion();
        let mut at = skip(line, MARK);
        let theme = ctx.theme;
        if !candidates.is_empty() {
            let key = ctx.keys.key(Scope::Filter, Action::Next);
            let used = theme.put(buf, at, &key, theme.label);
            at = skip(at, used + 1);
        }
        // Those before the chosen one go where it would not be seen.
        let before = &candidates[..self.completing.chosen.min(candidates.len())];
        let mut room = at.width;
        let kept = before.iter().rev().take_while(|candidate| {
            let needs = width(candidate) + 2;
            let fits = room > needs + 24;
            room = room.saturating_sub(needs);
            fits
        });
        let from = before.len() - kept.count();
        for (index, candidate) in candidates.iter().enumerate().skip(from) {
            let style = if index == self.completing.chosen {
                theme.selected
            } else {
                theme.plain
            };
            let used = theme.put(buf, at, candidate, style);
            at = skip(at, used + 2);
        }
        if let Some(about) = about {
            let words = theme.cut(ctx.text.say(about), at.width);
            theme.put(buf, first(at, width(&words)), &words, theme.dim);
        }
        !candidates.is_empty() || about.is_some()
    }
}
