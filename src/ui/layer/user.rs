//! A user's Properties: one form for a new user and an existing one.

use chrono_tz::Tz;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use zeroize::Zeroizing;

use crate::domain::api_key::Locale;
use crate::domain::authority::first_to_give;
use crate::domain::problem::{Field, Problem, Rule};
use crate::domain::rights::Right;
use crate::domain::role::{AUDITOR, Role};
use crate::domain::trouble::Trouble;
use crate::domain::user::{UserDraft, UserFields, UserId, UserProperties};
use crate::domain::zone;
use crate::ui::field::{Edit, LineField};
use crate::ui::form::{Focus, Form, Input, Item};
use crate::ui::hits::{Click, Hits};
use crate::ui::keymap::{Action, Scope, TextKey};
use crate::ui::layer::choice::Choice;
use crate::ui::layer::confirm::Confirm;
use crate::ui::layer::{Asks, Ctx, Layer, Loss, Reply};
use crate::ui::request::{Done, Outcome, Request, Ticket};

/// The layer.
pub struct UserDialog {
    /// The user, or nothing for a new one.
    user: Option<UserId>,
    /// It was not opened from the list of users: what came of it is no row of the screen below.
    by_itself: bool,
    /// What the user had when they were read.
    before: Option<UserFields>,
    roles: Vec<Role>,
    draft: UserDraft,
    /// What the form began with.
    initial: UserDraft,
    form: Form,
    title: String,
    loading: Option<Ticket>,
    saving: Option<Ticket>,
    question: Option<Question>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Question {
    Role,
    Language,
    TimeZone,
    Leave,
}

/// The languages that can be chosen; the first is the machine's.
const LOCALES: [Option<Locale>; 3] = [None, Some(Locale::EnUs), Some(Locale::JaJp)];

impl UserDialog {
    /// For a new user.
    #[must_use]
    pub fn of_new_user() -> UserDialog {
        UserDialog::opened(None)
    }

    /// For an existing user.
    #[must_use]
    pub fn of_user(id: UserId) -> UserDialog {
        UserDialog::opened(Some(id))
    }

    /// For the signed-in user, from any screen.
    #[must_use]
    pub fn of_own(id: UserId) -> UserDialog {
        UserDialog {
            by_itself: true,
            ..UserDialog::opened(Some(id))
        }
    }

    fn opened(user: Option<UserId>) -> UserDialog {
        let draft = UserDraft {
            name: String::new(),
            full_name: String::new(),
            role: AUDITOR,
            locale: None,
            time_zone: None,
            locked_out: false,
        };
        UserDialog {
            user,
            by_itself: false,
            before: None,
            roles: Vec::new(),
            initial: draft.clone(),
            draft,
            form: Form::new(Vec::new(), Vec::new(), true),
            title: String::new(),
            loading: None,
            saving: None,
            question: None,
        }
    }

    /// The form, with what the actor may change in it: everything with the right to edit users, but not the lock
    /// and the role of the own account, and there the rest in any case.
    fn fill(&mut self, facts: Vec<(String, String)>, ctx: &Ctx) {
        let draft = &self.draft;
        let line = |text: &str| Input::Line(LineField::new(text));
        let choice = || Input::Choice(String::new());
        let own = self.user == Some(ctx.actor.user);
        let may = self.user.is_none() || ctx.actor.may(Right::EditUsers);
        let mut items = vec![
            Item::new(Field::Name, "field.name", line(&draft.name)),
            Item::new(Field::FullName, "field.full_name", line(&draft.full_name)),
            Item::new(Field::Role, "field.role", choice()),
            Item::new(Field::Language, "field.language", choice()),
            Item::new(Field::TimeZone, "field.time_zone", choice()),
        ];
        if self.user.is_some() {
            let locked = Input::Tick(draft.locked_out);
            items.push(Item::new(Field::LockedOut, "field.locked_out_user", locked));
        }
        for item in &mut items {
            item.enabled = match item.field {
                Field::Name => self.user.is_none(),
                Field::Role | Field::LockedOut => may && !own,
                _ => may || own,
            };
        }
        self.form = Form::new(items, facts, !may && !own);
        self.show_values(ctx);
    }

    /// Brings what is chosen onto the form.
    fn show_values(&mut self, ctx: &Ctx) {
        let text = ctx.text;
        let role = self.roles.iter().find(|role| role.id == self.draft.role);
        let role = role.map_or_else(
            || text.say("form.no_role").to_owned(),
            |role| role.fields.name.clone(),
        );
        let machine = || text.say("user.machine").to_owned();
        let zone = self.zone().map_or_else(machine, |zone| {
            format!("{} ({})", zone.name(), zone::offset_text(zone, ctx.now))
        });
        let language = self
            .draft
            .locale
            .map_or_else(machine, |locale| text.locale(locale).to_owned());
        for item in &mut self.form.items {
            match (&mut item.input, item.field) {
                (Input::Choice(shown), Field::Role) => shown.clone_from(&role),
                (Input::Choice(shown), Field::Language) => shown.clone_from(&language),
                (Input::Choice(shown), Field::TimeZone) => shown.clone_from(&zone),
                _ => {}
            }
        }
    }

    fn zone(&self) -> Option<Tz> {
        zone::by_name(self.draft.time_zone.as_deref()?)
    }

    fn begin(&mut self, properties: UserProperties, ctx: &Ctx) {
        let text = ctx.text;
        self.draft = UserDraft::from(&properties.fields);
        self.initial = self.draft.clone();
        self.title = text.fill("form.title_edit", &[("name", &properties.fields.name)]);
        let fact = |name, value| (text.say(name).to_owned(), value);
        let facts = vec![
            fact("fact.id", properties.id.0.to_string()),
            fact("fact.created", ctx.second(Some(properties.created_at))),
            fact("fact.last_sign_in", ctx.second(properties.last_sign_in_at)),
        ];
        self.before = Some(properties.fields);
        self.roles = properties.roles;
        self.fill(facts, ctx);
    }

    /// Reads the text fields into the draft.
    fn read(&mut self) {
        for item in &self.form.items {
            match (&item.input, item.field) {
                (Input::Line(line), Field::Name) => line.text().clone_into(&mut self.draft.name),
                (Input::Line(line), _) => line.text().clone_into(&mut self.draft.full_name),
                (Input::Tick(on), _) => self.draft.locked_out = *on,
                _ => {}
            }
        }
    }

    /// After an edit: what is wrong with that field is said at once, unless it is only not finished.
    fn edited(&mut self, field: Field, ctx: &Ctx) {
        self.read();
        let problems = self.draft.check(self.before.as_ref()).err();
        let problem = problems
            .iter()
            .flatten()
            .find(|problem| problem.field == field && problem.rule != Rule::Empty);
        let sentence = problem.map(|problem| ctx.text.problem(problem, &self.roles));
        self.form.set_problem(field, sentence);
        self.show_values(ctx);
    }

    fn show_problems(&mut self, problems: &[Problem], ctx: &Ctx, asks: &mut Asks) {
        for item in &mut self.form.items {
            item.problem = None;
        }
        for problem in problems {
            let sentence = ctx.text.problem(problem, &self.roles);
            self.form.set_problem(problem.field, Some(sentence));
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

    fn save(&mut self, ctx: &Ctx, asks: &mut Asks) {
        self.read();
        if let Err(problems) = self.draft.check(self.before.as_ref()) {
            self.show_problems(&problems, ctx, asks);
            return;
        }
        let draft = Box::new(self.draft.clone());
        let request = match (self.user, &self.before) {
            (Some(id), Some(before)) => Request::SaveUser {
                id,
                before: Box::new(before.clone()),
                draft,
            },
            _ => Request::CreateUser(draft),
        };
        self.saving = Some(asks.request(request));
    }

    fn leave(&mut self, ctx: &Ctx, asks: &mut Asks) {
        self.read();
        if self.draft == self.initial {
            asks.close(Reply::Cancelled);
        } else {
            let text = ctx.text;
            let body = text.say("leave.body").to_owned();
            asks.push(Confirm::new(
                text.say("leave.title"),
                body,
                text.say("leave.verb"),
            ));
            self.question = Some(Question::Leave);
        }
    }

    fn open_choice(&mut self, typed: &str, ctx: &Ctx, asks: &mut Asks) {
        let Some(item) = self.form.focused() else {
            return;
        };
        let title = ctx.text.say(item.label);
        let machine = || ctx.text.say("user.machine").to_owned();
        let (choice, question) = match item.field {
            Field::Role => {
                let names = self.roles.iter().map(|role| role.fields.name.clone());
                let at = self
                    .roles
                    .iter()
                    .position(|role| role.id == self.draft.role);
                let choice = Choice::of(title, names.collect(), at.unwrap_or(0));
                (choice, Question::Role)
            }
            Field::Language => {
                let names = LOCALES.map(|locale| {
                    locale.map_or_else(machine, |locale| ctx.text.locale(locale).to_owned())
                });
                let at = LOCALES
                    .iter()
                    .position(|locale| *locale == self.draft.locale);
                let choice = Choice::of(title, names.to_vec(), at.unwrap_or(0));
                (choice, Question::Language)
            }
            _ => {
                let choice = Choice::zone(title, self.zone(), Some(machine()), typed, ctx.now);
                (choice, Question::TimeZone)
            }
        };
        self.question = Some(question);
        asks.push(choice);
    }

    fn press(&mut self, action: Action, ctx: &Ctx, asks: &mut Asks) {
        match self.form.focus {
            Focus::Ok => self.save(ctx, asks),
            Focus::Cancel => self.leave(ctx, asks),
            Focus::Item(_) => {
                let Some(item) = self.form.focused_mut() else {
                    return;
                };
                match &mut item.input {
                    Input::Choice(_) => self.open_choice("", ctx, asks),
                    Input::Tick(on) if action == Action::Open => {
                        *on = !*on;
                        item.edited = true;
                        self.edited(Field::LockedOut, ctx);
                    }
                    _ => self.form.step(true),
                }
            }
        }
    }

    fn tell(&mut self, edit: &Edit, ctx: &Ctx, asks: &mut Asks) {
        let field = self.form.focused().map(|item| item.field);
        if let (Some(field), false) = (field, *edit == Edit::NotTaken) {
            self.edited(field, ctx);
        }
        match edit {
            Edit::SecretRefused(_) => asks.complain(ctx.text.say("problem.secret")),
            Edit::Cleaned => asks.say(ctx.text.say("message.cleaned")),
            Edit::Taken | Edit::NotTaken => {}
        }
    }
}

impl Layer for UserDialog {
    fn scope(&self) -> Scope {
        Scope::Form
    }

    fn open(&mut self, ctx: &Ctx, asks: &mut Asks) {
        let request = self.user.map_or(Request::Roles, Request::UserProperties);
        ctx.text.say("form.loading").clone_into(&mut self.title);
        self.loading = Some(asks.request(request));
    }

    fn allows(&self, action: Action, _ctx: &Ctx) -> bool {
        match action {
            Action::Accept | Action::Open => !self.form.read_only,
            Action::PageUp | Action::PageDown => self.form.scrolls(),
            Action::Next | Action::Previous => !self.form.read_only || self.form.scrolls(),
            _ => true,
        }
    }

    fn act(&mut self, action: Action, ctx: &Ctx, asks: &mut Asks) {
        match action {
            Action::Accept => self.save(ctx, asks),
            Action::Cancel => self.leave(ctx, asks),
            Action::Next | Action::Down => self.form.step(true),
            Action::Previous | Action::Up => self.form.step(false),
            Action::PageUp => self.form.page(-1),
            Action::PageDown => self.form.page(1),
            Action::Press | Action::Open => self.press(action, ctx, asks),
            _ => {}
        }
    }

    fn click(&mut self, click: &Click, _ctx: &Ctx, _asks: &mut Asks) -> Option<Action> {
        self.form.click(click)
    }

    fn scroll(&mut self, lines: i32, _asks: &mut Asks) {
        self.form.scroll(lines);
    }

    fn edit(&mut self, key: TextKey, ctx: &Ctx, asks: &mut Asks) -> bool {
        if self.waits() {
            return false;
        }
        let zone = self.form.focused().map(|item| item.field) == Some(Field::TimeZone);
        match key {
            TextKey::Char(c) if zone && c != ' ' => {
                self.open_choice(&c.to_string(), ctx, asks);
                true
            }
            _ => {
                let edit = self.form.edit(key);
                self.tell(&edit, ctx, asks);
                edit != Edit::NotTaken
            }
        }
    }

    fn paste(&mut self, pasted: &Zeroizing<String>, ctx: &Ctx, asks: &mut Asks) {
        let edit = self.form.paste(pasted);
        self.tell(&edit, ctx, asks);
        if edit == Edit::NotTaken {
            asks.say(ctx.text.say("message.paste_ignored"));
        }
    }

    fn answer(&mut self, ticket: Ticket, outcome: Outcome, ctx: &Ctx, asks: &mut Asks) {
        let loaded = self.loading.take_if(|asked| *asked == ticket).is_some();
        let saved = self.saving.take_if(|asked| *asked == ticket).is_some();
        match outcome {
            _ if !loaded && !saved => {}
            Ok(Done::Roles(roles)) => {
                self.draft.role = first_to_give(&roles, &ctx.actor.role);
                self.initial = self.draft.clone();
                self.roles = roles;
                ctx.text.say("user.title_new").clone_into(&mut self.title);
                self.fill(Vec::new(), ctx);
            }
            Ok(Done::UserProperties(properties)) => self.begin(*properties, ctx),
            Ok(Done::UserCreated(id)) => {
                let name = self.draft.name.trim();
                let sentence = ctx.text.fill("user.created", &[("name", &name)]);
                asks.close(Reply::Said(id.0, sentence));
            }
            Ok(Done::UserSaved(fields)) => {
                let sentence = ctx.text.fill("form.saved", &[("name", &fields.name)]);
                if let Some(id) = self.user.filter(|_| !self.by_itself) {
                    asks.close(Reply::Said(id.0, sentence));
                } else {
                    asks.say(sentence);
                    asks.close(Reply::Cancelled);
                }
            }
            Ok(_) => {}
            Err(Trouble::Problems(problems)) => self.show_problems(&problems, ctx, asks),
            Err(trouble) => {
                asks.complain(ctx.text.trouble(&trouble));
                if loaded {
                    asks.close(Reply::Cancelled);
                }
            }
        }
    }

    fn reply(&mut self, reply: Reply, ctx: &Ctx, asks: &mut Asks) {
        let question = self.question.take();
        match (reply, question) {
            (Reply::Yes, Some(Question::Leave)) => asks.close(Reply::Cancelled),
            (Reply::Chosen(index), Some(Question::Role)) => {
                self.draft.role = self.roles[index].id;
                self.edited(Field::Role, ctx);
            }
            (Reply::Chosen(index), Some(Question::Language)) => {
                self.draft.locale = LOCALES[index];
                self.edited(Field::Language, ctx);
            }
            (Reply::Chosen(_), Some(Question::TimeZone)) => {
                self.draft.time_zone = None;
                self.edited(Field::TimeZone, ctx);
            }
            (Reply::ZoneChosen(zone), _) => {
                self.draft.time_zone = Some(zone.name().to_owned());
                self.edited(Field::TimeZone, ctx);
            }
            _ => {}
        }
    }

    fn waits(&self) -> bool {
        self.loading.is_some() || self.saving.is_some()
    }

    fn loss(&self) -> Loss {
        let touched = self.form.items.iter().any(|item| item.edited);
        let chosen = |draft: &UserDraft| (draft.role, draft.locale, draft.time_zone.clone());
        if touched || chosen(&self.draft) != chosen(&self.initial) {
            Loss::Typed
        } else {
            Loss::Nothing
        }
    }

    fn place(&mut self, area: Rect) {
        self.form.place(area);
    }

    fn view(&self, ctx: &Ctx, buf: &mut Buffer, area: Rect, hits: &mut Hits) -> Option<Position> {
        let said = (ctx.text, ctx.theme);
        self.form.view(buf, area, &self.title, said, hits)
    }
}
