//! What is wrong with a role, beside its field and on the tab that has it.

use crate::domain::merge::{Settled, Side};
use crate::domain::problem::{Field, Problem, Rule};
use crate::domain::rights::{Tab, groups};
use crate::ui::layer::merge::Merge;
use crate::ui::layer::role::RoleDialog;
use crate::ui::layer::role::focus::Focus;
use crate::ui::layer::role::general::is_unfinished;
use crate::ui::layer::role::tabs::Page;
use crate::ui::layer::{Asks, Ctx, Then};

impl RoleDialog {
    /// Says what is wrong with the field of General that has the focus, unless it is only not finished.
    pub(super) fn check_focused(&mut self, ctx: &Ctx) {
        let Some(field) = self.general.focused().map(|item| item.field) else {
            return;
        };
        let draft = self.drafted();
        let problems = draft.check().err().unwrap_or_default();
        let problem = problems
            .iter()
            .find(|problem| problem.field == field && !is_unfinished(&draft, problem));
        let sentence = problem.map(|problem| ctx.text.problem(problem, &[]));
        self.general.set_problem(field, sentence);
    }

    pub(super) fn show_problems(&mut self, problems: &[Problem], ctx: &Ctx, asks: &mut Asks) {
        for item in &mut self.general.items {
            item.problem = None;
        }
        self.problems.clear();
        for problem in problems {
            let sentence = ctx.text.problem(problem, &[]);
            match (problem.field, &problem.rule) {
                (Field::Rights, Rule::RightsBeyondOwn { rights }) => {
                    for tab in tabs_of(rights) {
                        self.problems.push((tab, sentence.clone()));
                    }
                }
                (Field::Rights | Field::EqualOrLess, _) => {
                    self.problems.push((Tab::User, sentence));
                }
                (field, _) => self.general.set_problem(field, Some(sentence)),
            }
            if matches!(problem.rule, Rule::LooksLike { .. }) {
                self.draft.told_alike = Some(self.drafted().fields.name);
            }
        }
        if let Some(page) = Page::ALL.into_iter().find(|page| self.is_marked(*page)) {
            self.focus = Focus::Page;
            self.show(page);
            if let Some(boxes) = self.boxes_mut() {
                boxes.show_notes();
            } else {
                self.general.focus_on_problem();
            }
        }
        let then = Then::new(|dialog: &mut RoleDialog, chosen: Vec<Settled>, ctx, asks| {
            dialog.settle(&chosen, ctx, asks);
        });
        match Merge::of(problems, &[], &self.general.items, then, ctx.text) {
            Some(merge) => asks.push(merge),
            None => asks.complain(ctx.text.not_saved(problems)),
        }
    }

    /// Takes whose value was chosen for each field that two changed, and saves that.
    fn settle(&mut self, chosen: &[Settled], ctx: &Ctx, asks: &mut Asks) {
        for Settled {
            field,
            theirs,
            keeps,
        } in chosen
        {
            self.general.set_problem(*field, None);
            if *keeps == Side::Theirs {
                self.general.set_value(*field, theirs);
                self.draft.adopt(*field, theirs);
            }
            if let Some(before) = &mut self.before {
                before.adopt(*field, theirs);
            }
        }
        self.save(ctx, asks);
    }

    /// Whether a tab has a problem on it.
    pub(super) fn is_marked(&self, page: Page) -> bool {
        match page {
            Page::General => self.general.items.iter().any(|item| item.problem.is_some()),
            Page::Rights(tab) => self.problems.iter().any(|(on, _)| *on == tab),
            Page::AssignedTo => false,
        }
    }
}

/// The tabs on which these rights stand.
fn tabs_of(rights: &[String]) -> Vec<Tab> {
    let has = |tab: &Tab| {
        let own = groups().iter().filter(|group| group.tab == *tab);
        let mut leaves = own.flat_map(|group| group.rights);
        leaves.any(|leaf| rights.iter().any(|right| right == leaf.name))
    };
    Tab::ALL.into_iter().filter(has).collect()
}
