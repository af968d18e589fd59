//! API Key Properties: the fields, and what follows from them.

use crate::domain::address::{self, ADDRESSES_MAX};
use crate::domain::api_key::{ApiKeyDraft, ApiKeyFields, ApiKeyProperties};
use crate::domain::authority::first_to_give;
use crate::domain::date::may_go_on;
use crate::domain::id::{AUDITOR, KeyId, RoleId};
use crate::domain::intent::Intent;
use crate::domain::locale::Locale;
use crate::domain::merge::Settled;
use crate::domain::policy::Policy;
use crate::domain::problem::{Field, Problem};
use crate::domain::rights::Right;
use crate::domain::role::RoleFor;
use crate::domain::trouble::Trouble;
use crate::domain::tz::Tz;
use crate::ui::field::{AreaField, DateField, LineField};
use crate::ui::form::{Input, Item};
use crate::ui::layer::calendar::Judge;
use crate::ui::layer::hint::About;
use crate::ui::layer::properties::{Beginning, Properties, Subject, beyond_own, facts, lock};
use crate::ui::layer::{Ctx, Hint, Then};
use crate::ui::request::{Done, Read, Write};

/// The most characters of the list of addresses: as many as it can have as it is kept, and some more.
const ADDRESSES_TEXT_MAX: usize =
    ADDRESSES_MAX * "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128, ".len();

/// A key.
pub struct ApiKey {
    /// Nothing for a new one.
    id: Option<KeyId>,
    /// A new one begins as this one is.
    like: Option<KeyId>,
    /// What it had when it was read.
    before: Option<ApiKeyFields>,
    draft: ApiKeyDraft,
    /// What the form began with.
    initial: ApiKeyDraft,
    /// What the expiry is held to when it is changed.
    policy: Policy,
}

impl Properties<ApiKey> {
    /// For a new key.
    #[must_use]
    pub fn of_new_key(then: Then<i64>) -> Properties<ApiKey> {
        Properties::of(ApiKey::new(None), then)
    }

    /// For a new key that begins with everything of another one but the name, the expiry and the lock.
    #[must_use]
    pub fn of_copied_key(id: KeyId, then: Then<i64>) -> Properties<ApiKey> {
        let like = Some(id);
        let key = ApiKey {
            like,
            ..ApiKey::new(None)
        };
        Properties::of(key, then)
    }

    /// For an existing key.
    #[must_use]
    pub fn of_key(id: KeyId, then: Then<i64>) -> Properties<ApiKey> {
        Properties::of(ApiKey::new(Some(id)), then)
    }
}

impl ApiKey {
    fn new(id: Option<KeyId>) -> ApiKey {
        let draft = ApiKeyDraft::blank(AUDITOR, Tz::UTC);
        ApiKey {
            id,
            like: None,
            before: None,
            policy: Policy::default(),
            initial: draft.clone(),
            draft,
        }
    }

    /// Begins a new key with an expiry that fits, where one is required.
    fn propose_expiry(&mut self, ctx: &Ctx) {
        let proposed = self.policy.proposed(ctx.now.day_in(self.draft.zone));
        self.draft.expires_on = proposed.map(|day| day.to_string());
    }

    fn items(&self, read_only: bool) -> Vec<Item> {
        let draft = &self.draft;
        let line = |text: &str| Input::Line(LineField::new(text));
        let choice = || Input::Choice(String::new());
        let description = Input::Area(Box::new(AreaField::new(&draft.description)));
        let expires = Input::Tick(draft.expires_on.is_some());
        let date = draft.expires_on.as_deref().unwrap_or_default();
        let date = Input::Date(DateField::new(date));
        let addresses = LineField::new(&draft.addresses).at_most(ADDRESSES_TEXT_MAX);
        let addresses = Input::Line(addresses);
        let mut items = vec![
            Item::new(Field::Name, "field.name", line(&draft.name)),
            Item::new(Field::Description, "field.description", description),
            Item::new(Field::Role, "field.role", choice()),
            Item::new(Field::Language, "field.language", choice()),
            Item::new(Field::TimeZone, "field.time_zone", choice()),
            Item::new(Field::ExpiresOn, "field.expires_on", expires),
            Item::new(Field::ExpiresOn, "field.expires_on", date),
            Item::new(Field::Owner, "field.owner", line(&draft.owner)),
            Item::new(Field::Addresses, "field.addresses", addresses),
            Item::new(Field::Rate, "field.rate", line(&draft.rate)),
        ];
        if self.id.is_some() {
            items.extend(lock::items("field.locked_out", draft.locked_out.as_deref()));
        }
        for item in &mut items {
            item.enabled = !read_only;
        }
        items
    }
}

/// Why nothing of an existing key can be changed.
fn why_not(properties: &ApiKeyProperties, ctx: &Ctx) -> Option<String> {
    let fields = &properties.key.fields;
    if properties.key.facts.deleted {
        let name = [("name", &fields.name as &dyn std::fmt::Display)];
        return Some(ctx.text.fill("list.is_deleted", &name));
    }
    let trouble = if ctx.actor.may(Right::EditApiKeys) {
        beyond_own(&fields.name, fields.role, &properties.roles, ctx)?
    } else {
        Trouble::NotAuthorized(Right::EditApiKeys)
    };
    Some(ctx.text.trouble(&trouble))
}

impl Subject for ApiKey {
    const ABOUT: About = About::Key;

    fn load(&self) -> Read {
        let of = self.id.or(self.like);
        of.map_or(Read::NewKey, Read::KeyProperties)
    }

    fn begin(&mut self, done: Done, ctx: &Ctx) -> Option<Beginning> {
        let text = ctx.text;
        match done {
            Done::NewKey(roles, policy) => {
                self.policy = policy;
                self.draft.role = first_to_give(&roles, &ctx.actor.role);
                self.draft.zone = ctx.zone;
                self.propose_expiry(ctx);
                self.initial = self.draft.clone();
                Some(Beginning {
                    title: text.say("form.title_new").to_owned(),
                    roles,
                    items: self.items(false),
                    facts: Vec::new(),
                    read_only: None,
                })
            }
            Done::KeyProperties(properties) if self.like.is_some() => {
                self.draft = ApiKeyDraft {
                    name: String::new(),
                    expires_on: None,
                    locked_out: None,
                    ..ApiKeyDraft::from(&properties.key.fields)
                };
                self.policy = properties.policy;
                self.propose_expiry(ctx);
                self.initial = self.draft.clone();
                let name = [(
                    "name",
                    &properties.key.fields.name as &dyn std::fmt::Display,
                )];
                Some(Beginning {
                    title: text.fill("form.title_like", &name),
                    roles: properties.roles,
                    items: self.items(false),
                    facts: Vec::new(),
                    read_only: None,
                })
            }
            Done::KeyProperties(properties) => {
                self.policy = properties.policy;
                self.draft = ApiKeyDraft::from(&properties.key.fields);
                self.initial = self.draft.clone();
                let read_only = why_not(&properties, ctx);
                let role = properties.key.fields.role;
                let role = properties.roles.iter().find(|one| one.id == role);
                let services = role.map_or("", |role| &role.fields.services);
                let facts = facts::of_key(&properties.key, services, ctx);
                let name = [(
                    "name",
                    &properties.key.fields.name as &dyn std::fmt::Display,
                )];
                let title = text.fill("form.title_edit", &name);
                self.before = Some(properties.key.fields);
                Some(Beginning {
                    title,
                    roles: properties.roles,
                    items: self.items(read_only.is_some()),
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
            (Input::Line(line), Field::Owner) => draft.owner = line.copy(),
            (Input::Line(line), Field::Addresses) => draft.addresses = line.copy(),
            (Input::Line(line), Field::Rate) => draft.rate = line.copy(),
            (_, Field::LockedOut) => lock::read(&mut draft.locked_out, &item.input),
            (Input::Area(area), _) => draft.description = area.text(),
            (Input::Tick(on), Field::ExpiresOn) => {
                draft.expires_on = on.then(String::new);
                draft.expiry_edited = item.edited;
            }
            (Input::Date(date), _) => {
                if let Some(typed) = &mut draft.expires_on {
                    date.text().clone_into(typed);
                }
                draft.expiry_edited |= item.edited;
            }
            _ => {}
        }
    }

    fn show(&self, item: &mut Item, ctx: &Ctx) {
        lock::show(item, self.draft.locked_out.as_ref());
        if matches!(item.input, Input::Date(_)) {
            item.enabled = self.draft.expires_on.is_some();
            item.notes = facts::of_expiry(&self.draft, self.before.as_ref(), ctx);
        }
    }

    const ROLE_FOR: RoleFor = RoleFor::Key;

    const UNSET: Option<&'static str> = None;

    fn language(&self) -> Option<Locale> {
        Some(self.draft.locale)
    }

    fn set_language(&mut self, language: Option<Locale>) {
        self.draft.locale = language.unwrap_or(self.draft.locale);
    }

    fn zone(&self) -> Option<Tz> {
        Some(self.draft.zone)
    }

    fn set_zone(&mut self, zone: Option<Tz>) {
        self.draft.zone = zone.unwrap_or(self.draft.zone);
    }

    fn problems(&self, ctx: &Ctx) -> Vec<Problem> {
        let before = self.before.as_ref();
        let mut problems = self.draft.check(before, ctx.now).err().unwrap_or_default();
        if let Ok(expiry) = self.draft.expiry(before, ctx.now) {
            let before = before.map(|before| before.expiry);
            let held = self
                .policy
                .problem(before, expiry, self.draft.zone, ctx.now);
            problems.extend(held);
        }
        problems
    }

    fn beside(&self, field: Field) -> &'static [Field] {
        // A date is over or not in a zone.
        match field {
            Field::TimeZone => &[Field::ExpiresOn],
            _ => &[],
        }
    }

    fn is_unfinished(&self, problem: &Problem) -> bool {
        match problem.field {
            Field::ExpiresOn => {
                (self.draft.expires_on.as_ref()).is_some_and(|typed| may_go_on(typed))
            }
            Field::Addresses => address::may_go_on(&self.draft.addresses),
            _ => false,
        }
    }

    fn judge(&self) -> Option<Judge> {
        let (draft, before, policy) = (self.draft.clone(), self.before.clone(), self.policy);
        Some(Box::new(move |day, ctx| {
            let chosen = ApiKeyDraft {
                expires_on: Some(day.to_string()),
                expiry_edited: true,
                ..draft.clone()
            };
            let (expiry, problem) = match chosen.expiry(before.as_ref(), ctx.now) {
                Ok(expiry) => {
                    let before = before.as_ref().map(|before| before.expiry);
                    let held = policy.problem(before, expiry, chosen.zone, ctx.now);
                    (expiry, held)
                }
                Err(rule) => (None, Some(Problem::new(Field::ExpiresOn, rule))),
            };
            if let Some(problem) = problem {
                return Err(ctx.text.problem(&problem, &[]));
            }
            let stops = |expiry| facts::stops("form.stops", expiry, chosen.zone, ctx);
            let told = expiry.map(stops).unwrap_or_default();
            Ok(Hint {
                long: told.join(" "),
                short: told.into_iter().next().unwrap_or_default(),
            })
        }))
    }

    fn settle(&mut self, settled: &Settled) {
        if let Some(before) = &mut self.before {
            self.draft.settle(before, settled);
        }
    }

    fn mean_name(&mut self) {
        self.draft.told_alike = Some(self.draft.name.clone());
        self.initial.told_alike.clone_from(&self.draft.told_alike);
    }

    fn is_changed(&self) -> bool {
        self.draft
            != ApiKeyDraft {
                expiry_edited: self.draft.expiry_edited,
                ..self.initial.clone()
            }
    }

    fn changes_role(&self) -> bool {
        let before = self.before.as_ref();
        before.is_some_and(|before| before.role != self.draft.role)
    }

    fn save(&self) -> Write {
        let draft = self.draft.clone();
        match (self.id, &self.before) {
            (Some(id), Some(before)) => Write::Change(Intent::SaveKey {
                id,
                before: Box::new(before.clone()),
                draft: Box::new(draft),
            }),
            _ => Write::CreateKey(draft),
        }
    }

    fn saved(&self, done: Done, ctx: &Ctx) -> Option<(i64, Option<String>)> {
        match (done, self.id) {
            // The secret's dialog says the rest.
            (Done::SecretIssued(id), _) => Some((id.0, None)),
            (Done::KeySaved(fields), Some(id)) => {
                let before = self.before.as_ref()?;
                let told = if *before == *fields || self.draft == self.initial {
                    "form.unchanged"
                } else {
                    let locked = [&before.locked_out, &self.draft.locked_out];
                    lock::saved(locked.map(Option::is_some))
                };
                let sentence = ctx.text.fill(told, &[("name", &fields.name)]);
                Some((id.0, Some(sentence)))
            }
            _ => None,
        }
    }
}
