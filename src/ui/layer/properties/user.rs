//! User Properties: the fields, and who may change which.

use crate::domain::authority::first_to_give;
use crate::domain::id::{AUDITOR, RoleId, UserId};
use crate::domain::intent::Intent;
use crate::domain::locale::Locale;
use crate::domain::merge::{Settled, Side};
use crate::domain::problem::{Field, Problem};
use crate::domain::rights::Right;
use crate::domain::role::RoleFor;
use crate::domain::trouble::Trouble;
use crate::domain::tz::Tz;
use crate::domain::user::{USER_NAME_MAX, UserDraft, UserFields, UserProperties};
use crate::ui::field::LineField;
use crate::ui::form::{Input, Item};
use crate::ui::layer::hint::About;
use crate::ui::layer::properties::{Beginning, Properties, Subject, beyond_own, facts, lock};
use crate::ui::layer::{Ctx, Then};
use crate::ui::request::{Done, Read, Write};

/// A user.
pub struct User {
    /// Nothing for a new one.
    id: Option<UserId>,
    /// What they had when they were read.
    before: Option<UserFields>,
    draft: UserDraft,
    /// What the form began with.
    initial: UserFields,
}

impl Properties<User> {
    /// For a new user.
    #[must_use]
    pub fn of_new_user(then: Then<i64>) -> Properties<User> {
        Properties::of(User::new(None), then)
    }

    /// For an existing user.
    #[must_use]
    pub fn of_user(id: UserId, then: Then<i64>) -> Properties<User> {
        Properties::of(User::new(Some(id)), then)
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
            locked_out: None,
        });
        User {
            id,
            before: None,
            initial: draft.fields.clone(),
            draft,
        }
    }

    /// Whether the actor may change anything, and whether that is their own account.
    fn may(&self, ctx: &Ctx) -> (bool, bool) {
        let own = self.id.is_some_and(|id| ctx.actor.is_user(id));
        let may = self.id.is_none() || ctx.actor.may(Right::EditUsers);
        (may || own, own)
    }

    /// Why nothing of an existing user can be changed.
    fn why_not(&self, properties: &UserProperties, ctx: &Ctx) -> Option<String> {
        let fields = &properties.fields;
        let trouble = match self.may(ctx) {
            (false, _) => Trouble::NotAuthorized(Right::EditUsers),
            (true, true) => return None,
            (true, false) => beyond_own(&fields.name, fields.role, &properties.roles, ctx)?,
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
            items.extend(lock::items(
                "field.locked_out_user",
                draft.locked_out.as_deref(),
            ));
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

impl Subject for User {
    const ABOUT: About = About::User;

    fn load(&self) -> Read {
        self.id.map_or(Read::Roles, Read::UserProperties)
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

    fn role(&self) -> RoleId {
        self.draft.role
    }

    fn set_role(&mut self, role: RoleId) {
        self.draft.role = role;
    }

    fn read(&mut self, item: &Item) {
        let draft = &mut self.draft;
        match (&item.input, item.field) {
            (Input::Line(line), Field::Name) => draft.name = line.copy(),
            (_, Field::LockedOut) => lock::read(&mut draft.locked_out, &item.input),
            (Input::Line(line), _) => draft.full_name = line.copy(),
            _ => {}
        }
    }

    fn show(&self, item: &mut Item, _ctx: &Ctx) {
        lock::show(item, self.draft.locked_out.as_ref());
    }

    const ROLE_FOR: RoleFor = RoleFor::User;

    const UNSET: Option<&'static str> = Some("user.machine");

    fn language(&self) -> Option<Locale> {
        self.draft.locale
    }

    fn set_language(&mut self, language: Option<Locale>) {
        self.draft.locale = language;
    }

    fn zone(&self) -> Option<Tz> {
        self.draft.zone
    }

    fn set_zone(&mut self, zone: Option<Tz>) {
        self.draft.zone = zone;
    }

    fn problems(&self, _ctx: &Ctx) -> Vec<Problem> {
        let checked = self.draft.check(self.before.as_ref());
        checked.err().unwrap_or_default()
    }

    fn settle(
        &mut self,
        Settled {
            field,
            theirs,
            keeps,
        }: &Settled,
    ) {
        if let Some(before) = &mut self.before {
            before.adopt(*field, theirs);
        }
        if *keeps == Side::Theirs {
            self.draft.adopt(*field, theirs);
        }
    }

    fn mean_name(&mut self) {
        self.draft.told_alike = Some(self.draft.name.clone());
    }

    fn is_changed(&self) -> bool {
        self.draft.fields != self.initial
    }

    fn changes_role(&self) -> bool {
        let before = self.before.as_ref();
        before.is_some_and(|before| before.role != self.draft.role)
    }

    fn save(&self) -> Write {
        let draft = Box::new(self.draft.clone());
        match (self.id, &self.before) {
            (Some(id), Some(before)) => Write::Change(Intent::SaveUser {
                id,
                before: Box::new(before.clone()),
                draft,
            }),
            _ => Write::CreateUser(draft),
        }
    }

    fn saved(&self, done: Done, ctx: &Ctx) -> Option<(i64, Option<String>)> {
        let (id, sentence) = match done {
            Done::UserCreated(id) => {
                let name = self.draft.name.trim();
                (id, ctx.text.fill("user.created", &[("name", &name)]))
            }
            Done::UserSaved(fields) => {
                let before = self.before.as_ref()?;
                let told = if *before == *fields || self.draft.fields == self.initial {
                    "form.unchanged"
                } else {
                    let locked = [&before.locked_out, &self.draft.fields.locked_out];
                    lock::saved(locked.map(Option::is_some))
                };
                (self.id?, ctx.text.fill(told, &[("name", &fields.name)]))
            }
            _ => return None,
        };
        Some((id.0, Some(sentence)))
    }
}
