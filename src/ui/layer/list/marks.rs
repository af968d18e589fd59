//! Marks: the rows to which one thing is done at once. They are kept by their IDs, whatever is shown.

use std::collections::BTreeSet;

use crate::domain::list::{Filter, MARKS_MAX};
use crate::ui::keymap::Action;
use crate::ui::layer::list::{List, Table};
use crate::ui::layer::{Asks, Ctx};
use crate::ui::request::{Done, Outcome, Ticket};
use crate::ui::table::Move;

/// The rows of a list that are marked.
#[derive(Default)]
pub struct Marks {
    ids: BTreeSet<i64>,
    /// So many of them the filter does not show, as of the last count.
    hidden: usize,
    /// The row on which the last key was pressed, if that marked it or took its mark off. Where the list ends the cursor
    /// stays, and the key held down would do the opposite.
    touched: Option<i64>,
    /// The rows that the filter shows are on their way.
    asked: Option<Ticket>,
}

impl Marks {
    /// The IDs of the marked rows, in their order.
    #[must_use]
    pub fn ids(&self) -> Vec<i64> {
        self.ids.iter().copied().collect()
    }

    /// How many rows are marked.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether no row is marked.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// Whether this row is marked.
    #[must_use]
    pub fn has(&self, id: i64) -> bool {
        self.ids.contains(&id)
    }

    /// Takes the marks of these rows off.
    pub fn remove(&mut self, ids: &[i64]) {
        for id in ids {
            self.ids.remove(id);
        }
        self.hidden = self.hidden.min(self.ids.len());
    }

    /// Takes how many of them the filter shows.
    pub fn counted(&mut self, shown: i64) {
        let shown = usize::try_from(shown).unwrap_or(0);
        self.hidden = self.ids.len().saturating_sub(shown);
    }

    /// Whether an answer decides which rows are marked.
    #[must_use]
    pub fn waits(&self) -> bool {
        self.asked.is_some()
    }

    /// How many there are, and how many of them are not among the rows that the filter shows; empty where there is none.
    #[must_use]
    pub fn told(&self, ctx: &Ctx) -> String {
        let all = self.ids.len();
        match (all, self.hidden) {
            (0, _) => String::new(),
            (_, 0) => ctx.text.fill("marks.marked", &[("n", &all)]),
            (_, hidden) => {
                let numbers: [(&str, &dyn std::fmt::Display); 2] =
                    [("n", &all), ("hidden", &hidden)];
                ctx.text.fill("marks.hidden", &numbers)
            }
        }
    }
}

impl<L: Table> List<L> {
    /// The IDs of the rows to which something is done: those that are marked, or else the selected one.
    #[must_use]
    pub fn targets(&self) -> Vec<i64> {
        if self.marks.is_empty() {
            self.selected_id().into_iter().collect()
        } else {
            self.marks.ids()
        }
    }

    /// Marks rows or takes marks off, as a key says; any other key only ends what was said of the last one.
    pub(super) fn mark_by(&mut self, action: Action, asks: &mut Asks) {
        let touched = self.marks.touched.take();
        match action {
            Action::Mark => {
                let Some(id) = self.selected_id() else { return };
                if touched != Some(id) && !self.marks.ids.remove(&id) {
                    self.marks.ids.insert(id);
                }
                self.marks.touched = Some(id);
                self.go(Move::By(1), asks);
            }
            Action::MarkAll => {
                self.ask_matches(asks);
            }
            Action::UnmarkAll => self.marks = Marks::default(),
            _ => {}
        }
    }

    /// Asks again which rows the filter shows, where that was asked: the screen was left meanwhile.
    pub(super) fn ask_matches_again(&mut self, asks: &mut Asks) {
        if self.marks.waits() {
            self.ask_matches(asks);
        }
    }

    fn ask_matches(&mut self, asks: &mut Asks) {
        // A row that was acted on may be there only because it is kept.
        let filter = self.filter().map(|filter| Filter {
            keep: None,
            ..filter.clone()
        });
        self.marks.asked = filter.map(|filter| asks.request(L::ask_matches(filter)));
    }

    /// Takes the rows that the filter shows, if that is what was asked for under this ticket.
    pub(super) fn matched(
        &mut self,
        ticket: Ticket,
        outcome: Outcome,
        ctx: &Ctx,
        asks: &mut Asks,
    ) -> Option<Outcome> {
        if self.marks.asked.take_if(|asked| *asked == ticket).is_none() {
            return Some(outcome);
        }
        match outcome {
            Ok(Done::Matches(found)) => {
                let mut all = self.marks.ids.clone();
                all.extend(found);
                if all.len() > MARKS_MAX {
                    asks.complain(ctx.text.fill("marks.too_many", &[("most", &MARKS_MAX)]));
                } else {
                    self.marks.ids = all;
                    asks.say(self.marks.told(ctx));
                }
            }
            Ok(_) => {}
            Err(trouble) => asks.complain(ctx.text.trouble(&trouble)),
        }
        None
    }
}
