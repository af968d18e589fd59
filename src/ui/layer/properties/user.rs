//! User Properties: the fields, and who may change which.

use crate::domain::authority::{first_to_give, may_manage};
use crate::domain::id::{AUDITOR, RoleId, UserId};
use crate::domain::intent::Intent;
use crate::domain::locale::Locale;
use crate::domain::problem::{Field, Problem, Value};
use crate::domain::rights::Right;
use crate::domain::trouble::Trouble;
use crate::domain::user::{USER_NAME_MAX, UserDraft, UserFields, UserProperties};
use crate::domain::zone;
use crate::text::Text;
use crate::ui::field::LineField;
use crate::ui::form::{Input, Item};
use crate::ui::layer::choice::Choice;
use crate::ui::layer::properties::{Beginning, Properties, Subject, facts};
use crate::ui::layer::{Asks, Ctx, Reply};
use crate::ui::request::{Done, Request};

/// A user.
pub struct User {
    /// Nothing for a new one.
    id: Option<UserId>,
    /// It was not opened from the list of users: what came of it is no row of the screen below.
    by_itself: bool,
    /// What they had when they were read.
    before: Option<UserFields>,
    draft: UserDraft,
    /// What the form began with.
    initial: UserFields,
}

/// The languages that can be chosen; the first is the machine's.
const LOCALES: [Option<Locale>; 3] = [None, Some(Locale::EnUs), Some(Locale::JaJp)];

impl Properties<User> {
    /// For a new user.
    #[must_use]
    pub fn of_new_user() -> Properties<User> {
        Properties::of(User::new(None))
    }

    /// For an existing user.
    #[must_use]
    pub fn of_user(id: UserId) -> Properties<User> {
        Properties::of(User::new(Some(id)))
    }

    /// For the signed-in user, from any screen.
    #[must_use]
    pub fn of_own(id: UserId) -> Properties<User> {
        Properties::of(User {
            by_itself: true,
            ..User::new(Some(id))
        })
    }
}

impl User {
    fn new(id: Option<UserId>) -> User {
        let draft = UserDraft::from(UserFields {
            name: String::new(),
            full_name: String::new(),
            role: AUDITOR,
            locale: None,
            zone: None,
            locked_out: false,
        });
        User {
            id,
            by_itself: false,
            before: None,
            initial: draft.fields.clone(),
            draft,
        }
    }

    /// Whether the actor may change anything, and whether that is their own account.
    fn may(&self, ctx: &Ctx) -> (bool, bool) {
        let own = self.id == Some(ctx.actor.user);
        let may = self.id.is_none() || ctx.actor.may(Right::EditUsers);
        (may || own, own)
    }

    /// Why nothing of an existing user can be changed.
    fn why_not(&self, properties: &UserProperties, ctx: &Ctx) -> Option<String> {
        let (own_role, fields) = (&ctx.actor.role.fields, &properties.fields);
        let role = properties.roles.iter().find(|role| role.id == fields.role);
        let beyond = role.filter(|role| !may_manage(own_role, &role.fields));
        let trouble = match (self.may(ctx), beyond) {
            ((false, _), _) => Trouble::NotAuthorized(Right::EditUsers),
            ((true, false), Some(role)) => Trouble::BeyondOwn {
                name: fields.name.clone(),
                role: role.fields.name.clone(),
            },
            _ => return None,
        };
        Some(ctx.text.trouble(&trouble))
    }

    /// The fields, with what the actor may change in them: everything with the right to edit users, but not the lock
    /// and the role of the own account, and there the rest in any case.
    fn items(&self, ctx: &Ctx) -> Vec<Item> {
        let draft = &self.draft;
        let line = |text: &str| Input::Line(LineField::new(text));
        let choice = || Input::Choice(String::new());
        let name = Input::Line(LineField::new(&draft.name).at_most(USER_NAME_MAX));
        let mut items = vec![
            Item::new(Field::Name, "field.name", name),
            Item::new(Field::FullName, "field.full_name", line(&draft.full_name)),
            Item::new(Field::Role, "field.role", choice()),
            Item::new(Field::Language, "field.language", choice()),
            Item::new(Field::TimeZone, "field.time_zone", choice()),
        ];
        if self.id.is_some() {
            let locked = Input::Tick(draft.locked_out);
            items.push(Item::new(Field::LockedOut, "field.locked_out_user", locked));
        }
        let (may, own) = self.may(ctx);
        for item in &mut items {
            item.enabled = match item.field {
                Field::Name => self.id.is_none(),
                Field::Role | Field::LockedOut => may && !own,
                _ => may,
            };
        }
        items
    }
}

/// A language's name; where there is none it is the machine's.
fn named(locale: Option<Locale>, text: Text) -> &'static str {
    locale.map_or(text.say("user.machine"), |locale| text.locale(locale))
}

impl Subject for User {
    fn load(&self) -> Request {
        self.id.map_or(Request::Roles, Request::UserProperties)
    }

    fn begin(&mut self, done: Done, ctx: &Ctx) -> Option<Beginning> {
        let text = ctx.text;
        match done {
            Done::Roles(roles) => {
                self.draft.role = first_to_give(&roles, &ctx.actor.role);
                self.initial = self.draft.fields.clone();
                Some(Beginning {
                    title: text.say("user.title_new").to_owned(),
                    roles,
                    items: self.items(ctx),
                    facts: Vec::new(),
                    read_only: None,
                })
            }
            Done::UserProperties(properties) => {
                self.draft = UserDraft::from(&properties.fields);
                self.initial = self.draft.fields.clone();
                let facts = facts::of_user(&properties, ctx);
                let read_only = self.why_not(&properties, ctx);
                let name = [("name", &properties.fields.name as &dyn std::fmt::Display)];
                let title = text.fill("form.title_edit", &name);
                self.before = Some(properties.fields);
                Some(Beginning {
                    title,
                    roles: properties.roles,
                    items: self.items(ctx),
                    facts,
                    read_only,
                })
            }
            _ => None,
        }
    }

    fn role(&mut self) -> &mut RoleId {
        &mut self.draft.role
    }

    fn read(&mut self, item: &Item) {
        let draft = &mut self.draft;
        match (&item.input, item.field) {
            (Input::Line(line), Field::Name) => draft.name = line.copy(),
            (Input::Line(line), _) => draft.full_name = line.copy(),
            (Input::Tick(on), _) => draft.locked_out = *on,
            _ => {}
        }
    }

    fn show(&self, item: &mut Item, ctx: &Ctx) {
        match (&mut item.input, item.field) {
            (Input::Choice(shown), Field::Language) => {
                named(self.draft.locale, ctx.text).clone_into(shown);
            }
            (Input::Choice(shown), Field::TimeZone) => {
                *shown = self.draft.zone.map_or_else(
                    || ctx.text.say("user.machine").to_owned(),
                    |zone| format!("{} ({})", zone.name(), zone::offset_text(zone, ctx.now)),
                );
            }
            _ => {}
        }
    }

    fn choice(&self, field: Field, title: &str, typed: &str, ctx: &Ctx) -> Choice {
        if field == Field::Language {
            let names = LOCALES.map(|locale| named(locale, ctx.text).to_owned());
            let is = |locale: &Option<Locale>| *locale == self.draft.locale;
            let at = LOCALES.iter().position(is);
            return Choice::of(title, names.to_vec(), at.unwrap_or(0));
        }
        let machine = ctx.text.say("user.machine").to_owned();
        Choice::zone(title, self.draft.zone, Some(machine), typed, ctx.now)
    }

    fn chosen(&mut self, field: Field, reply: &Reply) {
        match reply {
            Reply::Chosen(index) if field == Field::Language => {
                self.draft.locale = LOCALES[*index];
            }
            Reply::Chosen(_) => self.draft.zone = None,
            Reply::ZoneChosen(zone) => self.draft.zone = Some(*zone),
            _ => {}
        }
    }

    fn problems(&self, _ctx: &Ctx) -> Vec<Problem> {
        let checked = self.draft.check(self.before.as_ref());
        checked.err().unwrap_or_default()
    }

    fn adopt(&mut self, field: Field, theirs: &Value) {
        if let Some(before) = &mut self.before {
            before.adopt(field, theirs);
        }
    }

    fn mean_name(&mut self) {
        self.draft.told_alike = Some(self.draft.name.clone());
    }

    fn is_changed(&self) -> bool {
        self.draft.fields != self.initial
    }

    fn intent(&self) -> Option<Intent> {
        let before = self.before.as_ref()?;
        (before.role != self.draft.role).then_some(Intent::SaveUser {
            id: self.id?,
            before: Box::new(before.clone()),
            draft: Box::new(self.draft.clone()),
        })
    }

    fn save(&self) -> Request {
        let draft = Box::new(self.draft.clone());
        match (self.id, &self.before) {
            (Some(id), Some(before)) => Request::SaveUser {
                id,
                before: Box::new(before.clone()),
                draft,
            },
            _ => Request::CreateUser(draft),
        }
    }

    fn saved(&self, done: Done, ctx: &Ctx, asks: &mut Asks) {
        match done {
            Done::UserCreated(id) => {
                let name = self.draft.name.trim();
                let sentence = ctx.text.fill("user.created", &[("name", &name)]);
                asks.close(Reply::Said(id.0, sentence));
            }
            Done::UserSaved(fields) => {
                let sentence = ctx.text.fill("form.saved", &[("name", &fields.name)]);
                if let Some(id) = self.id.filter(|_| !self.by_itself) {
                    asks.close(Reply::Said(id.0, sentence));
                } else {
                    asks.say(sentence);
                    asks.close(Reply::Cancelled);
                }
            }
            _ => {}
        }
    }
}
