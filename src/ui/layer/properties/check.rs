//! From what was typed to what is wrong with it.

use crate::domain::problem::{Field, Problem, Rule};
use crate::ui::form::{Input, Item};
use crate::ui::layer::properties::Properties;
use crate::ui::layer::{Asks, Ctx};

impl Properties {
    /// Reads the text fields into the draft.
    pub(super) fn read(&mut self) {
        for item in &self.form.items {
            match (&item.input, item.field) {
                (Input::Line(line), Field::Name) => line.text().clone_into(&mut self.draft.name),
                (Input::Area(area), _) => self.draft.description = area.text(),
                (Input::Tick(on), Field::ExpiresOn) => {
                    self.draft.expires_on = on.then(String::new);
                    self.draft.expiry_edited |= item.edited;
                }
                (Input::Date(date), _) => {
                    if let Some(typed) = &mut self.draft.expires_on {
                        date.text().clone_into(typed);
                    }
                    self.draft.expiry_edited |= item.edited;
                }
                (Input::Tick(on), _) => self.draft.locked_out = *on,
                _ => {}
            }
        }
    }

    /// After an edit: what is wrong with that field is said at once, unless it is only not finished.
    pub(super) fn edited(&mut self, field: Field, ctx: &Ctx) {
        self.check(field, false, ctx);
    }

    /// Goes to another field.
    pub(super) fn step(&mut self, forward: bool, ctx: &Ctx) {
        self.leave_field(ctx);
        self.form.step(forward);
    }

    /// A date that is not finished is one no more when it is left.
    pub(super) fn leave_field(&mut self, ctx: &Ctx) {
        if let Some(Item {
            field: Field::ExpiresOn,
            input: Input::Date(date),
            ..
        }) = self.form.focused()
            && !date.text().is_empty()
        {
            self.check(Field::ExpiresOn, true, ctx);
        }
    }

    fn check(&mut self, field: Field, finished: bool, ctx: &Ctx) {
        self.read();
        let problems = self
            .draft
            .check(self.before.as_ref(), ctx.now)
            .err()
            .unwrap_or_default();
        let unfinished = |problem: &Problem| match problem.rule {
            Rule::Empty => true,
            Rule::NotADate if !finished => self
                .draft
                .expires_on
                .as_ref()
                .is_some_and(|date| date.trim().len() < 10),
            _ => false,
        };
        // A date is over or not in a zone, so the two are looked at together.
        let fields: &[Field] = match field {
            Field::TimeZone => &[Field::TimeZone, Field::ExpiresOn],
            _ => &[field],
        };
        for field in fields {
            let problem = problems
                .iter()
                .find(|p| p.field == *field && !unfinished(p));
            let sentence = problem.map(|problem| ctx.text.problem(problem, &self.roles));
            self.form.set_problem(*field, sentence);
        }
        self.show_values(ctx);
    }

    pub(super) fn show_problems(&mut self, problems: &[Problem], ctx: &Ctx, asks: &mut Asks) {
        for item in &mut self.form.items {
            item.problem = None;
        }
        for problem in problems {
            self.form
                .set_problem(problem.field, Some(ctx.text.problem(problem, &self.roles)));
            if let (Rule::ChangedMeanwhile { theirs, .. }, Some(before)) =
                (&problem.rule, &mut self.before)
            {
                before.adopt(problem.field, theirs);
            }
        }
        self.form.focus_on_problem();
        self.show_values(ctx);
        asks.complain(ctx.text.say("trouble.problems"));
    }
}
