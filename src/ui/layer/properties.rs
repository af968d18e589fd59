//! Properties of an API key or a user, in one dialog for a new one and an existing one.

mod api_key;
mod facts;
mod locale;
mod lock;
mod role;
mod user;

use chrono::NaiveDate;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::domain::authority::may_manage;
use crate::domain::id::RoleId;
use crate::domain::intent::Prospect;
use crate::domain::locale::Locale;
use crate::domain::merge::{Settled, Side};
use crate::domain::problem::{Field, Problem, Rule};
use crate::domain::role::{Role, RoleFor};
use crate::domain::trouble::Trouble;
use crate::domain::tz::Tz;
use crate::ui::field::{DateField, Edit, Typed};
use crate::ui::form::{Focus, Form, Input, Item};
use crate::ui::hits::{Hits, Mouse};
use crate::ui::keymap::{Action, Scope, TextKey};
use crate::ui::layer::calendar::{Calendar, Judge};
use crate::ui::layer::confirm::Confirm;
use crate::ui::layer::hint::{self, About};
use crate::ui::layer::merge::Merge;
use crate::ui::layer::{Asks, Can, Cannot, Ctx, Hint, Layer, Status, Then};
use crate::ui::request::{Done, Outcome, Read, Ticket, Write};

/// An API key or user in its Properties: what it had when it was read, and what it is to have.
pub trait Subject: 'static {
    /// What the form is about.
    const ABOUT: About;

    /// Asks for what the dialog begins with: the roles, or what is there already.
    fn load(&self) -> Read;

    /// Takes what was loaded; nothing where that is something else.
    fn begin(&mut self, done: Done, ctx: &Ctx) -> Option<Beginning>;

    /// The role that it is to have.
    fn role(&self) -> RoleId;

    fn set_role(&mut self, role: RoleId);

    /// Takes what a field holds.
    fn read(&mut self, item: &Item);

    /// Brings what follows from the other fields onto a field.
    fn show(&self, _item: &mut Item, _ctx: &Ctx) {}

    /// What a role is made for from its list of roles.
    const ROLE_FOR: RoleFor;

    /// Name of what can be chosen instead of a language or a time zone, where neither has to be set.
    const UNSET: Option<&'static str>;

    fn language(&self) -> Option<Locale>;

    fn set_language(&mut self, language: Option<Locale>);

    fn zone(&self) -> Option<Tz>;

    fn set_zone(&mut self, zone: Option<Tz>);

    /// What is wrong with what the fields hold.
    fn problems(&self, ctx: &Ctx) -> Vec<Problem>;

    /// The fields that are right or wrong together with this one.
    fn beside(&self, _field: Field) -> &'static [Field] {
        &[]
    }

    /// Whether a problem is only that somebody is not done with typing.
    fn is_unfinished(&self, _problem: &Problem) -> bool {
        false
    }

    /// What is said of the days on which it can expire, and of those on which it cannot; nothing where it never does.
    fn judge(&self) -> Option<Judge> {
        None
    }

    /// Takes what somebody else has made of a field meanwhile for what it was before, and for what it is to be where that
    /// was chosen.
    fn settle(&mut self, settled: &Settled);

    /// Takes the name for meant, though it was told to look like another's, when it is saved once more.
    fn mean_name(&mut self);

    /// Whether anything is not as it was.
    fn is_changed(&self) -> bool;

    /// Whether an existing key or user gets another role, which may stop or revive it: that is asked about first.
    fn changes_role(&self) -> bool;

    /// The request that saves the draft.
    fn save(&self) -> Write;

    /// The ID of what was saved, and what is said of it.
    fn saved(&self, done: Done, ctx: &Ctx) -> Option<(i64, Option<String>)>;
}

/// What a dialog begins with.
pub struct Beginning {
    title: String,
    roles: Vec<Role>,
    items: Vec<Item>,
    facts: Vec<(String, String)>,
    /// Why nothing can be changed.
    read_only: Option<String>,
}

/// Why somebody with this name and role is not the actor's to change, if that is so.
fn beyond_own(name: &str, role: RoleId, roles: &[Role], ctx: &Ctx) -> Option<Trouble> {
    let role = roles.iter().find(|one| one.id == role)?;
    let may = may_manage(&ctx.actor.role.fields, &role.fields);
    (!may).then(|| Trouble::BeyondOwn {
        name: name.to_owned(),
        role: role.fields.name.clone(),
    })
}

/// What the dialog waits for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Awaited {
    /// What the form begins with.
    Beginning,
    /// The roles, to choose this one that was just made.
    Roles(RoleId),
    /// What saving would bring about.
    Prospect,
    /// Whether the draft was saved.
    Saved,
}

/// The dialog.
pub struct Properties<S> {
    subject: S,
    roles: Vec<Role>,
    form: Form,
    title: String,
    awaited: Option<(Ticket, Awaited)>,
    /// The role that was just made is to be chosen, and why it could not be read.
    unread: Option<(RoleId, String)>,
    /// Why nothing can be changed.
    read_only: Option<String>,
    /// Takes the ID of what was saved.
    then: Then<i64>,
}

impl<S: Subject> Properties<S> {
    fn of(subject: S, then: Then<i64>) -> Properties<S> {
        Properties {
            subject,
            roles: Vec::new(),
            form: Form::default(),
            title: String::new(),
            awaited: None,
            unread: None,
            read_only: None,
            then,
        }
    }

    fn begin(&mut self, beginning: Beginning, ctx: &Ctx) {
        self.title = beginning.title;
        self.roles = beginning.roles;
        let read_only = beginning.read_only.is_some();
        self.form = Form::new(beginning.items, beginning.facts, read_only, ctx.text);
        // Why is said where one looks first, as in Role Properties.
        if let Some(name) = self.form.items.first_mut() {
            name.notes.extend(beginning.read_only.clone());
        }
        self.read_only = beginning.read_only;
        self.show_values(ctx);
    }

    /// Brings what is chosen and what follows from it onto the form.
    fn show_values(&mut self, ctx: &Ctx) {
        let role = self.subject.role();
        let role = self.roles.iter().find(|one| one.id == role);
        let name = role.map_or(ctx.text.say("form.no_role"), |role| &role.fields.name);
        for item in &mut self.form.items {
            match (&mut item.input, item.field) {
                (Input::Choice(shown), Field::Role) => name.clone_into(shown),
                (Input::Choice(shown), Field::Language) => {
                    *shown = locale::language(self.subject.language(), S::UNSET, ctx);
                }
                (Input::Choice(shown), Field::TimeZone) => {
                    *shown = locale::zone(self.subject.zone(), S::UNSET, ctx);
                }
                _ => self.subject.show(item, ctx),
            }
            item.enabled &= !self.form.read_only;
        }
    }

    fn read(&mut self) {
        for item in &self.form.items {
            self.subject.read(item);
        }
    }

    /// Says at once what is wrong with a field that was edited, unless it is only not finished.
    fn edited(&mut self, field: Field, ctx: &Ctx) {
        self.check(field, false, ctx);
    }

    /// Goes to another field.
    fn step(&mut self, forward: bool, ctx: &Ctx) {
        self.leave_field(ctx);
        self.form.step(forward);
    }

    /// Writes out a day that is left, and says what is wrong with it, or with addresses that are left.
    fn leave_field(&mut self, ctx: &Ctx) {
        let today = self.today(ctx);
        self.form.leave_date(today);
        if self.form.date().is_some_and(|date| !date.text().is_empty()) {
            self.check(Field::ExpiresOn, true, ctx);
        }
        let on_addresses = |item: &Item| item.field == Field::Addresses && item.edited;
        if self.form.focused().is_some_and(on_addresses) {
            self.check(Field::Addresses, true, ctx);
        }
    }

    /// The day that it is in its zone.
    fn today(&self, ctx: &Ctx) -> NaiveDate {
        ctx.now.day_in(self.subject.zone().unwrap_or(ctx.zone))
    }

    /// Changes the date that has the focus.
    fn change_date(&mut self, change: impl FnOnce(&mut DateField), ctx: &Ctx) {
        self.form.change_date(change);
        self.check(Field::ExpiresOn, true, ctx);
    }

    /// Opens the month at the date that has the focus.
    fn open_calendar(&self, ctx: &Ctx, asks: &mut Asks) {
        if let (Some(date), Some(judge)) = (self.form.date(), self.subject.judge()) {
            let today = self.today(ctx);
            let then = Then::new(|form: &mut Properties<S>, day, ctx, _| {
                form.change_date(|date| date.set(day), ctx);
            });
            let (at, selected) = (self.form.field_at(), date.day(today));
            asks.push(Calendar::new(at, today, selected, judge, then));
        }
    }

    fn check(&mut self, field: Field, finished: bool, ctx: &Ctx) {
        self.read();
        let subject = &self.subject;
        let mut problems = subject.problems(ctx);
        problems.retain(|problem| {
            problem.rule != Rule::Empty && (finished || !subject.is_unfinished(problem))
        });
        for field in subject.beside(field).iter().copied().chain([field]) {
            let problem = problems.iter().find(|problem| problem.field == field);
            let sentence = problem.map(|problem| ctx.text.problem(problem, &self.roles));
            self.form.set_problem(field, sentence);
        }
        self.show_values(ctx);
    }

    fn show_problems(&mut self, problems: &[Problem], ctx: &Ctx, asks: &mut Asks) {
        for item in &mut self.form.items {
            item.problem = None;
        }
        for problem in problems {
            let sentence = ctx.text.problem(problem, &self.roles);
            self.form.set_problem(problem.field, Some(sentence));
            if matches!(problem.rule, Rule::LooksLike { .. }) {
                self.subject.mean_name();
            }
        }
        self.form.focus_on_problem();
        self.show_values(ctx);
        let then = Then::new(
            |form: &mut Properties<S>, chosen: Vec<Settled>, ctx, asks| {
                form.settle(&chosen, ctx, asks);
            },
        );
        match Merge::of(problems, &self.roles, &self.form.items, then, ctx.text) {
            Some(merge) => asks.push(merge),
            None => asks.complain(ctx.text.not_saved(problems)),
        }
    }

    /// Takes whose value was chosen for each field that two changed, and saves that.
    fn settle(&mut self, chosen: &[Settled], ctx: &Ctx, asks: &mut Asks) {
        for settled in chosen {
            self.form.set_problem(settled.field, None);
            if settled.keeps == Side::Theirs {
                self.form.set_value(settled.field, &settled.theirs);
            }
            self.subject.settle(settled);
        }
        self.show_values(ctx);
        self.save(ctx, asks);
    }

    fn save(&mut self, ctx: &Ctx, asks: &mut Asks) {
        self.form.leave_date(self.today(ctx));
        self.read();
        let problems = self.subject.problems(ctx);
        if !problems.is_empty() {
            self.show_problems(&problems, ctx, asks);
            return;
        }
        self.awaited = Some(match self.subject.save() {
            Write::Change(intent) if self.subject.changes_role() => {
                (asks.request(Read::Foresee(intent)), Awaited::Prospect)
            }
            write => (asks.request(write), Awaited::Saved),
        });
    }

    fn send(&mut self, asks: &mut Asks) {
        self.awaited = Some((asks.request(self.subject.save()), Awaited::Saved));
    }

    fn leave(&mut self, ctx: &Ctx, asks: &mut Asks) {
        if self.subject.is_changed() {
            asks.push(Confirm::leaves(ctx.text));
        } else {
            asks.close();
        }
    }

    fn open_choice(&mut self, typed: &str, ctx: &Ctx, asks: &mut Asks) {
        let Some(item) = self.form.focused() else {
            return;
        };
        let title = ctx.text.say(item.label);
        match item.field {
            Field::Role => self.choose_role(title, ctx, asks),
            Field::Language => self.choose_language(title, ctx, asks),
            _ => self.choose_zone(title, typed, ctx, asks),
        }
    }

    fn press(&mut self, action: Action, ctx: &Ctx, asks: &mut Asks) {
        match self.form.focus {
            Focus::Ok => self.save(ctx, asks),
            Focus::Cancel => self.leave(ctx, asks),
            Focus::Item(_) => {
                let Some(item) = self.form.focused() else {
                    return;
                };
                match &item.input {
                    Input::Choice(_) => self.open_choice("", ctx, asks),
                    Input::Tick(_) if action == Action::Tick => {
                        let field = item.field;
                        self.form.tick();
                        self.edited(field, ctx);
                    }
                    Input::Date(_) if action == Action::Tick => self.open_calendar(ctx, asks),
                    _ => self.step(true, ctx),
                }
            }
        }
    }
}

impl<S: Subject> Layer for Properties<S> {
    fn scope(&self) -> Scope {
        match self.form.date() {
            Some(_) => Scope::Date,
            None => Scope::Form,
        }
    }

    fn open(&mut self, ctx: &Ctx, asks: &mut Asks) {
        ctx.text.say("form.loading").clone_into(&mut self.title);
        self.awaited = Some((asks.request(self.subject.load()), Awaited::Beginning));
    }

    fn can(&self, action: Action, _ctx: &Ctx) -> Can<'_> {
        match (action, &self.read_only) {
            (Action::Accept, Some(why)) => Err(Cannot::Said(why.into())),
            (Action::Accept | Action::Tick, _) => Cannot::Unused.unless(!self.form.read_only),
            (Action::PageUp | Action::PageDown, _) if self.form.date().is_none() => {
                Cannot::Unused.unless(self.form.scroll.has_more())
            }
            (Action::Next | Action::Previous, _) => {
                Cannot::Unused.unless(!self.form.read_only || self.form.scroll.has_more())
            }
            _ => Ok(()),
        }
    }

    fn label(&self, action: Action, ctx: &Ctx) -> Option<&str> {
        let closes = action == Action::Cancel && self.form.read_only;
        closes.then(|| ctx.text.say("button.close"))
    }

    fn act(&mut self, action: Action, ctx: &Ctx, asks: &mut Asks) {
        match action {
            Action::Accept => self.save(ctx, asks),
            Action::Cancel => self.leave(ctx, asks),
            Action::Next | Action::Right => self.step(true, ctx),
            Action::Previous | Action::Left => self.step(false, ctx),
            Action::Up | Action::Down | Action::PageUp | Action::PageDown
                if self.form.date().is_some() =>
            {
                let today = self.today(ctx);
                self.change_date(|date| date.go(action, today), ctx);
            }
            Action::PageUp | Action::PageDown => self.form.page(action),
            Action::Press | Action::Tick => self.press(action, ctx, asks),
            _ => {}
        }
    }

    fn mouse(&mut self, does: Mouse, ctx: &Ctx, _asks: &mut Asks) -> Option<Action> {
        if let Mouse::Click(click) = does
            && !self.form.is_on(click.hit)
        {
            self.leave_field(ctx);
        }
        self.form.mouse(does)
    }

    fn edit(&mut self, typed: Typed, ctx: &Ctx, asks: &mut Asks) -> bool {
        if self.awaited.is_some() {
            return false;
        }
        let field = self.form.focused().map(|item| item.field);
        if let (Typed::Key(TextKey::Char(c)), Some(Field::TimeZone)) = (typed, field)
            && c != ' '
        {
            self.open_choice(&c.to_string(), ctx, asks);
            return true;
        }
        // Enter is a new line in the description and nothing else; in a line it goes to the next field.
        let edit = self.form.take(typed);
        if let Some(field) = field.filter(|_| edit != Edit::NotTaken) {
            self.edited(field, ctx);
        }
        asks.edited(typed, &edit, ctx.text)
    }

    fn answer(&mut self, ticket: Ticket, outcome: Outcome, ctx: &Ctx, asks: &mut Asks) {
        let awaited = self.awaited.take_if(|(asked, _)| *asked == ticket);
        let Some((_, awaited)) = awaited else {
            return;
        };
        match (awaited, outcome) {
            (Awaited::Beginning, Ok(done)) => {
                if let Some(beginning) = self.subject.begin(done, ctx) {
                    self.begin(beginning, ctx);
                }
            }
            (Awaited::Roles(made), Ok(Done::Roles(roles))) => self.choose_made(roles, made, ctx),
            (Awaited::Roles(made), Err(trouble)) => {
                self.unread = Some((made, ctx.text.trouble(&trouble)));
            }
            (Awaited::Prospect, Ok(Done::Foreseen(Prospect::Affects(affected)))) => {
                let yes = Then::new(|form: &mut Properties<S>, (), _, asks| form.send(asks));
                asks.push(Confirm::affects(&affected, ctx.text, yes));
            }
            (Awaited::Prospect, Ok(_)) => self.send(asks),
            (Awaited::Saved, Ok(done)) => match self.subject.saved(done, ctx) {
                Some((id, said)) => {
                    if let Some(sentence) = said {
                        asks.say(sentence);
                    }
                    asks.answer(&self.then, id);
                }
                None => asks.close(),
            },
            (Awaited::Roles(_), Ok(_)) => {}
            (_, Err(Trouble::Problems(problems))) => self.show_problems(&problems, ctx, asks),
            (awaited, Err(trouble)) => {
                asks.complain(ctx.text.trouble(&trouble));
                if awaited == Awaited::Beginning {
                    asks.close();
                }
            }
        }
    }

    fn refresh(&mut self, _ctx: &Ctx, asks: &mut Asks) {
        if self.awaited.is_none()
            && let Some((id, _)) = self.unread.take()
        {
            self.role_made(id, asks);
        }
    }

    fn status(&self) -> Status<'_> {
        Status {
            waits: self.awaited.is_some(),
            unread: self.unread.as_ref().map(|(_, why)| why.as_str()),
            ..Status::default()
        }
    }

    fn hint(&self, ctx: &Ctx) -> Option<Hint> {
        let chosen = self.subject.role();
        let role = self.roles.iter().find(|role| role.id == chosen);
        hint::of(S::ABOUT, &self.form, role, ctx)
    }

    fn is_changed(&self) -> bool {
        self.subject.is_changed()
    }

    fn place(&mut self, area: Rect) {
        self.form.place(area);
    }

    fn view(&self, ctx: &Ctx, buf: &mut Buffer, area: Rect, hits: &mut Hits) -> Option<Position> {
        let said = (ctx.text, ctx.theme);
        self.form.view(buf, area, &self.title, said, hits)
    }
}
