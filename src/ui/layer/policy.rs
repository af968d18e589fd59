//! The policy that the keys of this database are held to.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::domain::policy::{Policy, PolicyDraft};
use crate::domain::problem::{Field, Problem, Rule};
use crate::domain::rights::Right;
use crate::domain::trouble::Trouble;
use crate::ui::field::{Edit, LineField, Typed};
use crate::ui::form::{Focus, Form, Input, Item};
use crate::ui::hits::{Hits, Mouse};
use crate::ui::keymap::{Action, Scope};
use crate::ui::layer::confirm::Confirm;
use crate::ui::layer::hint::{self, About};
use crate::ui::layer::{Asks, Can, Cannot, Ctx, Hint, Layer, Status};
use crate::ui::request::{Done, Outcome, Read, Ticket, Write};

/// The most digits of a number of days.
const DIGITS: usize = 5;

/// Who changes the policy needs both.
const NEEDS: [Right; 2] = [Right::EditUsers, Right::EditRoles];

/// Whether the actor may change the policy.
///
/// # Errors
/// Rights are missing: the sentence says which.
pub fn can_open(ctx: &Ctx) -> Can<'static> {
    let may = NEEDS.into_iter().all(|right| ctx.actor.may(right));
    Cannot::Said(ctx.text.say("policy.not_authorized").to_owned().into()).unless(may)
}

/// The dialog.
pub struct PolicyDialog {
    form: Form,
    /// The policy as it was read, and what the form began with.
    before: Policy,
    draft: PolicyDraft,
    awaited: Option<Ticket>,
}

impl PolicyDialog {
    /// The dialog, which reads the policy when it opens.
    #[must_use]
    pub fn new() -> PolicyDialog {
        PolicyDialog {
            form: Form::default(),
            before: Policy::default(),
            draft: PolicyDraft::default(),
            awaited: None,
        }
    }

    fn begin(&mut self, policy: Policy, ctx: &Ctx) {
        self.before = policy;
        self.draft = PolicyDraft::from(&policy);
        let days = |days: &str| Input::Line(LineField::new(days).at_most(DIGITS));
        let required = Input::Tick(self.draft.expiry_required);
        let longest = days(&self.draft.longest_days);
        let warning = days(&self.draft.warning_days);
        let noted = |mut item: Item, note| {
            item.notes = vec![ctx.text.say(note).to_owned()];
            item
        };
        let items = vec![
            Item::new(Field::ExpiryRequired, "field.expiry_required", required),
            noted(
                Item::new(Field::LongestDays, "field.longest_days", longest),
                "policy.longest",
            ),
            noted(
                Item::new(Field::WarningDays, "field.warning_days", warning),
                "policy.warning",
            ),
        ];
        let goes_on = (String::new(), ctx.text.say("policy.goes_on").to_owned());
        self.form = Form::new(items, vec![goes_on], false, ctx.text);
    }

    /// What the fields hold.
    fn typed(&self) -> PolicyDraft {
        let mut draft = PolicyDraft::default();
        for item in &self.form.items {
            match (&item.input, item.field) {
                (Input::Tick(on), _) => draft.expiry_required = *on,
                (Input::Line(line), Field::LongestDays) => draft.longest_days = line.copy(),
                (Input::Line(line), _) => draft.warning_days = line.copy(),
                _ => {}
            }
        }
        draft
    }

    fn show_problems(&mut self, problems: &[Problem], ctx: &Ctx, asks: &mut Asks) {
        for item in &mut self.form.items {
            item.problem = None;
        }
        for problem in problems {
            let sentence = ctx.text.problem(problem, &[]);
            self.form.set_problem(problem.field, Some(sentence));
            if let Rule::ChangedMeanwhile { theirs, .. } = &problem.rule {
                self.before.adopt(problem.field, theirs);
            }
        }
        self.form.focus_on_problem();
        asks.complain(ctx.text.not_saved(problems));
    }

    fn save(&mut self, ctx: &Ctx, asks: &mut Asks) {
        let draft = self.typed();
        if let Err(problems) = draft.check() {
            self.show_problems(&problems, ctx, asks);
            return;
        }
        let before = self.before;
        self.awaited = Some(asks.request(Write::SavePolicy { before, draft }));
    }

    fn leave(&self, ctx: &Ctx, asks: &mut Asks) {
        if self.is_changed() {
            asks.push(Confirm::leaves(ctx.text));
        } else {
            asks.close();
        }
    }
}

impl Default for PolicyDialog {
    fn default() -> PolicyDialog {
        PolicyDialog::new()
    }
}

impl Layer for PolicyDialog {
    fn scope(&self) -> Scope {
        Scope::Form
    }

    fn open(&mut self, _ctx: &Ctx, asks: &mut Asks) {
        self.awaited = Some(asks.request(Read::Policy));
    }

    fn can(&self, action: Action, _ctx: &Ctx) -> Can<'_> {
        match action {
            Action::PageUp | Action::PageDown => Cannot::Unused.unless(self.form.scroll.has_more()),
            _ => Ok(()),
        }
    }

    fn act(&mut self, action: Action, ctx: &Ctx, asks: &mut Asks) {
        match action {
            Action::Accept => self.save(ctx, asks),
            Action::Cancel => self.leave(ctx, asks),
            Action::Next | Action::Right => self.form.step(true),
            Action::Previous | Action::Left => self.form.step(false),
            Action::PageUp | Action::PageDown => self.form.page(action),
            Action::Press | Action::Tick => match self.form.focus {
                Focus::Ok => self.save(ctx, asks),
                Focus::Cancel => self.leave(ctx, asks),
                Focus::Item(_) if action == Action::Tick => self.form.tick(),
                Focus::Item(_) => self.form.step(true),
            },
            _ => {}
        }
    }

    fn mouse(&mut self, does: Mouse, _ctx: &Ctx, _asks: &mut Asks) -> Option<Action> {
        self.form.mouse(does)
    }

    fn edit(&mut self, typed: Typed, ctx: &Ctx, asks: &mut Asks) -> bool {
        if self.awaited.is_some() {
            return false;
        }
        let edit = self.form.take(typed);
        if edit != Edit::NotTaken
            && let Some(item) = self.form.focused_mut()
        {
            item.problem = None;
        }
        asks.edited(typed, &edit, ctx.text)
    }

    fn answer(&mut self, ticket: Ticket, outcome: Outcome, ctx: &Ctx, asks: &mut Asks) {
        if self.awaited.take_if(|asked| *asked == ticket).is_none() {
            return;
        }
        match outcome {
            Ok(Done::Policy(policy)) => self.begin(policy, ctx),
            Ok(_) => {
                asks.say(ctx.text.say("policy.saved"));
                asks.close();
            }
            Err(Trouble::Problems(problems)) => self.show_problems(&problems, ctx, asks),
            Err(trouble) => {
                asks.complain(ctx.text.trouble(&trouble));
                if self.form.items.is_empty() {
                    asks.close();
                }
            }
        }
    }

    fn status(&self) -> Status<'_> {
        Status {
            waits: self.awaited.is_some(),
            ..Status::default()
        }
    }

    fn hint(&self, ctx: &Ctx) -> Option<Hint> {
        hint::of(About::Policy, &self.form, None, ctx)
    }

    fn is_changed(&self) -> bool {
        !self.form.items.is_empty() && self.typed() != self.draft
    }

    fn place(&mut self, area: Rect) {
        self.form.place(area);
    }

    fn view(&self, ctx: &Ctx, buf: &mut Buffer, area: Rect, hits: &mut Hits) -> Option<Position> {
        let title = ctx.text.say("policy.title");
        let said = (ctx.text, ctx.theme);
        self.form.view(buf, area, title, said, hits)
    }
}
