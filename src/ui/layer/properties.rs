//! Properties: one form for a new key and an existing one.

mod check;
mod facts;
mod role;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use zeroize::Zeroizing;

use crate::domain::api_key::{ApiKeyDraft, ApiKeyFields, ApiKeyProperties, KeyId, Locale};
use crate::domain::authority::first_to_give;
use crate::domain::problem::Field;
use crate::domain::rights::Right;
use crate::domain::role::{AUDITOR, Role, RoleId};
use crate::domain::trouble::Trouble;
use crate::domain::zone;
use crate::ui::field::{AreaField, Edit, LineField};
use crate::ui::form::{Focus, Form, Input, Item};
use crate::ui::hits::{Click, Hits};
use crate::ui::keymap::{Action, Scope, TextKey};
use crate::ui::layer::choice::Choice;
use crate::ui::layer::confirm::Confirm;
use crate::ui::layer::{Asks, Ctx, Layer, Loss, Reply};
use crate::ui::request::{Done, Outcome, Request, Ticket};

/// The layer.
pub struct Properties {
    /// The key, or nothing for a new one.
    key: Option<KeyId>,
    /// What the key had when it was read.
    before: Option<ApiKeyFields>,
    roles: Vec<Role>,
    draft: ApiKeyDraft,
    /// What the form began with.
    initial: ApiKeyDraft,
    form: Form,
    title: String,
    loading: Option<Ticket>,
    /// The roles are read again, to choose this one that was just made.
    choosing: Option<(Ticket, RoleId)>,
    saving: Option<Ticket>,
    question: Option<Question>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Question {
    Role,
    /// Role Properties of a new role is on top.
    NewRole,
    Language,
    TimeZone,
    Leave,
}

impl Properties {
    /// For a new key.
    #[must_use]
    pub fn of_new_key() -> Properties {
        Properties::opened(None)
    }

    /// For an existing key.
    #[must_use]
    pub fn of_key(id: KeyId) -> Properties {
        Properties::opened(Some(id))
    }

    fn opened(key: Option<KeyId>) -> Properties {
        let draft = ApiKeyDraft {
            name: String::new(),
            description: String::new(),
            role: AUDITOR,
            locale: Locale::default(),
            time_zone: "UTC".to_owned(),
            expires_on: None,
            expiry_edited: false,
            locked_out: false,
        };
        Properties {
            key,
            before: None,
            roles: Vec::new(),
            initial: draft.clone(),
            draft,
            form: Form::new(Vec::new(), Vec::new(), true),
            title: String::new(),
            loading: None,
            choosing: None,
            saving: None,
            question: None,
        }
    }

    fn fill(&mut self, facts: Vec<(String, String)>, read_only: bool, ctx: &Ctx) {
        let draft = &self.draft;
        let line = |text: &str| Input::Line(LineField::new(text));
        let choice = || Input::Choice(String::new());
        let date = draft.expires_on.as_deref().unwrap_or_default();
        let mut items = vec![
            Item::new(Field::Name, "field.name", line(&draft.name)),
            Item::new(
                Field::Description,
                "field.description",
                Input::Area(Box::new(AreaField::new(&draft.description))),
            ),
            Item::new(Field::Role, "field.role", choice()),
            Item::new(Field::Language, "field.language", choice()),
            Item::new(Field::TimeZone, "field.time_zone", choice()),
            Item::new(
                Field::ExpiresOn,
                "field.expires_on",
                Input::Tick(draft.expires_on.is_some()),
            ),
            Item::new(
                Field::ExpiresOn,
                "field.expires_on",
                Input::Date(LineField::new(date)),
            ),
        ];
        if self.key.is_some() {
            let locked = Input::Tick(draft.locked_out);
            items.push(Item::new(Field::LockedOut, "field.locked_out", locked));
        }
        for item in &mut items {
            item.enabled = !read_only;
        }
        self.form = Form::new(items, facts, read_only);
        self.show_values(ctx);
    }

    /// Brings what is chosen and what follows from it onto the form.
    fn show_values(&mut self, ctx: &Ctx) {
        let text = ctx.text;
        let role = self.roles.iter().find(|role| role.id == self.draft.role);
        let role = role.map_or_else(
            || text.say("form.no_role").to_owned(),
            |role| role.fields.name.clone(),
        );
        let zone = zone::by_name(&self.draft.time_zone).map_or_else(
            || self.draft.time_zone.clone(),
            |zone| format!("{} ({})", zone.name(), zone::offset_text(zone, ctx.now)),
        );
        let language = text.locale(self.draft.locale).to_owned();
        let notes = self.expiry_notes(ctx);
        let (expires, read_only) = (self.draft.expires_on.is_some(), self.form.read_only);
        for item in &mut self.form.items {
            match (&mut item.input, item.field) {
                (Input::Choice(shown), Field::Role) => shown.clone_from(&role),
                (Input::Choice(shown), Field::Language) => shown.clone_from(&language),
                (Input::Choice(shown), Field::TimeZone) => shown.clone_from(&zone),
                (Input::Date(_), _) => {
                    item.enabled = expires && !read_only;
                    item.notes.clone_from(&notes);
                }
                _ => {}
            }
        }
    }

    fn begin(&mut self, properties: ApiKeyProperties, ctx: &Ctx) {
        self.draft = ApiKeyDraft::from(&properties.fields);
        self.initial = self.draft.clone();
        let read_only = properties.facts.deleted || !ctx.actor.may(Right::EditApiKeys);
        let facts = Properties::facts(&properties, ctx);
        self.title = ctx
            .text
            .fill("form.title_edit", &[("name", &properties.fields.name)]);
        self.before = Some(properties.fields);
        self.roles = properties.roles;
        self.fill(facts, read_only, ctx);
    }

    fn save(&mut self, ctx: &Ctx, asks: &mut Asks) {
        self.read();
        if let Err(problems) = self.draft.check(self.before.as_ref(), ctx.now) {
            self.show_problems(&problems, ctx, asks);
            return;
        }
        let draft = self.draft.clone();
        let request = match (self.key, &self.before) {
            (Some(id), Some(before)) => Request::Save {
                id,
                before: Box::new(before.clone()),
                draft: Box::new(draft),
            },
            _ => Request::Create(draft),
        };
        self.saving = Some(asks.request(request));
    }

    fn changed(&mut self) -> bool {
        self.read();
        self.draft
            != ApiKeyDraft {
                expiry_edited: self.draft.expiry_edited,
                ..self.initial.clone()
            }
    }

    fn leave(&mut self, ctx: &Ctx, asks: &mut Asks) {
        if self.changed() {
            let text = ctx.text;
            let body = text.say("leave.body").to_owned();
            asks.push(Confirm::new(
                text.say("leave.title"),
                body,
                text.say("leave.verb"),
            ));
            self.question = Some(Question::Leave);
        } else {
            asks.close(Reply::Cancelled);
        }
    }

    fn open_choice(&mut self, typed: &str, ctx: &Ctx, asks: &mut Asks) {
        let Some(item) = self.form.focused() else {
            return;
        };
        let title = ctx.text.say(item.label);
        let (choice, question) = match item.field {
            Field::Role => (self.role_choice(title, ctx), Question::Role),
            Field::Language => {
                let names = Locale::ALL.map(|locale| ctx.text.locale(locale).to_owned());
                let at = Locale::ALL
                    .iter()
                    .position(|locale| *locale == self.draft.locale);
                (
                    Choice::of(title, names.to_vec(), at.unwrap_or(0)),
                    Question::Language,
                )
            }
            _ => {
                let present = zone::by_name(&self.draft.time_zone);
                (
                    Choice::zone(title, present, None, typed, ctx.now),
                    Question::TimeZone,
                )
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
                        let field = item.field;
                        self.edited(field, ctx);
                    }
                    _ => self.step(true, ctx),
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

impl Layer for Properties {
    fn scope(&self) -> Scope {
        Scope::Form
    }

    fn open(&mut self, ctx: &Ctx, asks: &mut Asks) {
        let request = self.key.map_or(Request::Roles, Request::Properties);
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
            Action::Next | Action::Down => self.step(true, ctx),
            Action::Previous | Action::Up => self.step(false, ctx),
            Action::PageUp => self.form.page(-1),
            Action::PageDown => self.form.page(1),
            Action::Press | Action::Open => self.press(action, ctx, asks),
            _ => {}
        }
    }

    fn click(&mut self, click: &Click, ctx: &Ctx, _asks: &mut Asks) -> Option<Action> {
        self.leave_field(ctx);
        self.form.click(click)
    }

    fn scroll(&mut self, lines: i32, _asks: &mut Asks) {
        self.form.scroll(lines);
    }

    fn edit(&mut self, key: TextKey, ctx: &Ctx, asks: &mut Asks) -> bool {
        if self.waits() {
            return false;
        }
        if let (
            Some(Item {
                field: Field::TimeZone,
                ..
            }),
            TextKey::Char(c),
        ) = (self.form.focused(), key)
            && c != ' '
        {
            self.open_choice(&c.to_string(), ctx, asks);
            return true;
        }
        // Enter is a new line in the description and nothing else; in a line it goes to the next field.
        let edit = self.form.edit(key);
        self.tell(&edit, ctx, asks);
        edit != Edit::NotTaken
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
        let made = self.choosing.take_if(|(asked, _)| *asked == ticket);
        match outcome {
            Ok(Done::Roles(roles)) if let Some((_, id)) = made => self.choose_made(roles, id, ctx),
            Err(trouble) if made.is_some() => asks.complain(ctx.text.trouble(&trouble)),
            _ if !loaded && !saved => {}
            Ok(Done::Roles(roles)) => {
                self.draft.role = first_to_give(&roles, &ctx.actor.role);
                self.roles = roles;
                ctx.zone.name().clone_into(&mut self.draft.time_zone);
                self.initial = self.draft.clone();
                ctx.text.say("form.title_new").clone_into(&mut self.title);
                self.fill(Vec::new(), false, ctx);
            }
            Ok(Done::Properties(properties)) => self.begin(*properties, ctx),
            Ok(Done::Issued(id)) => asks.close(Reply::Done(id.0)),
            Ok(Done::Saved(fields)) => {
                let sentence = ctx.text.fill("form.saved", &[("name", &fields.name)]);
                asks.close(
                    self.key
                        .map_or(Reply::Cancelled, |id| Reply::Said(id.0, sentence)),
                );
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
            (Reply::Chosen(index), Some(Question::Role)) => self.role_chosen(index, ctx, asks),
            (Reply::Said(id, sentence), Some(Question::NewRole)) => {
                asks.say(sentence);
                self.role_made(RoleId(id), asks);
            }
            (Reply::Chosen(index), Some(Question::Language)) => {
                self.draft.locale = Locale::ALL[index];
                self.edited(Field::Language, ctx);
            }
            (Reply::ZoneChosen(zone), _) => {
                zone.name().clone_into(&mut self.draft.time_zone);
                self.edited(Field::TimeZone, ctx);
                // In a low window the notes may be out of sight.
                asks.say(self.expiry_notes(ctx).join("  "));
            }
            _ => {}
        }
    }

    fn waits(&self) -> bool {
        self.loading.is_some() || self.saving.is_some() || self.choosing.is_some()
    }

    fn loss(&self) -> Loss {
        // Whatever was edited counts; whether it came back to what it was is not worth a question less.
        let touched = self.form.items.iter().any(|item| item.edited);
        let chosen = (self.draft.role, self.draft.locale, &self.draft.time_zone)
            != (
                self.initial.role,
                self.initial.locale,
                &self.initial.time_zone,
            );
        if touched || chosen {
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
