//! What the preview says of each kind of row, what matters most first.

use std::fmt::Display;

use ratatui::style::Style;

use crate::domain::api_key::ApiKeyLife;
use crate::domain::bounds::Bounds;
use crate::domain::event::trail::{EventRow, SYSTEM_NAME};
use crate::domain::preview::{KeyPreview, LastEvent, Preview, RoleHeld, RolePreview, UserPreview};
use crate::domain::rights::{Tab, groups};
use crate::domain::secret::{Phase, SecretFacts};
use crate::domain::state::{State, UserState, age_changes_at, age_in_ms, span_changes_at};
use crate::domain::time::{MINUTE, Timestamp};
use crate::ui::layer::Ctx;
use crate::ui::layer::events::{details, level_style};
use crate::ui::layer::preview::{Entry, Sheet};
use crate::ui::look::NO_BREAK;

/// What is said of a row.
pub(super) fn of(shown: &Preview, ctx: &Ctx) -> Sheet {
    match shown {
        Preview::Key(key) => of_key(key, ctx),
        Preview::User(user) => of_user(user, ctx),
        Preview::Role(role) => of_role(role, ctx),
        Preview::Event(event) => of_event(event, ctx),
    }
}

/// Words that stay on one line where a number is in them: it and its unit.
fn kept(words: &str) -> String {
    if words.contains(|c: char| c.is_ascii_digit()) {
        words.replacen(' ', NO_BREAK, 2)
    } else {
        words.to_owned()
    }
}

/// A sheet that is being written.
struct Writing<'a> {
    ctx: &'a Ctx<'a>,
    sheet: Sheet,
}

impl<'a> Writing<'a> {
    fn new(title: &str, ctx: &'a Ctx<'a>) -> Writing<'a> {
        let sheet = Sheet {
            title: title.to_owned(),
            entries: Vec::new(),
            changes_at: None,
        };
        Writing { ctx, sheet }
    }

    fn entry(&mut self, label: String, words: String, style: Style) {
        self.sheet.entries.push(Entry {
            label,
            words,
            style,
        });
    }

    fn fact(&mut self, label: &'static str, words: String) {
        let label = self.ctx.text.say(label).to_owned();
        self.entry(label, words, Style::new());
    }

    /// What follows stands apart from what is before it.
    fn apart(&mut self) {
        if !self.sheet.entries.is_empty() {
            self.entry(String::new(), String::new(), Style::new());
        }
    }

    /// Some words of somebody's own, if there are any.
    fn description(&mut self, words: &str) {
        if !words.is_empty() {
            self.entry(String::new(), words.to_owned(), Style::new());
            self.apart();
        }
    }

    fn changes(&mut self, at: Timestamp) {
        let so_far = self.sheet.changes_at;
        self.sheet.changes_at = Some(so_far.map_or(at, |before| before.min(at)));
    }

    /// How long ago something was, as the list tells it.
    fn ago(&mut self, at: Timestamp) -> String {
        let now = self.ctx.now;
        self.changes(age_changes_at(at, now));
        kept(&self.ctx.text.ago(age_in_ms(at, now)))
    }

    fn day(&self, at: Timestamp) -> String {
        kept(&self.ctx.text.day(at.day_in(self.ctx.zone)))
    }

    fn moment(&self, at: Timestamp) -> String {
        let Ctx { zone, now, .. } = *self.ctx;
        kept(&self.ctx.text.short_moment(at, zone, now).0)
    }

    /// When something was made, and by whom.
    fn created(&mut self, at: Timestamp, by: Option<&str>) {
        let day = self.day(at);
        let words = match by {
            Some(by) => {
                let words: [(&str, &dyn Display); 2] = [("at", &day), ("by", &by)];
                self.ctx.text.fill("fact.created_by", &words)
            }
            None => day,
        };
        self.fact("fact.created", words);
    }

    fn last_sign_in(&mut self, at: Option<Timestamp>) {
        let words = match at {
            Some(at) => self.ago(at),
            None => self.ctx.text.say("preview.never").to_owned(),
        };
        self.fact("fact.last_sign_in", words);
    }

    /// The last events, a day that is repeated only once.
    fn events(&mut self, events: Option<&[LastEvent]>) {
        let Some(events) = events.filter(|events| !events.is_empty()) else {
            return;
        };
        self.apart();
        let (text, zone) = (self.ctx.text, self.ctx.zone);
        let mut before = None;
        for event in events {
            let at = event.at.in_zone(zone);
            let (when, day_alone) = text.short_moment(event.at, zone, self.ctx.now);
            let day = at.date_naive();
            let label = if before != Some(day) {
                when
            } else if day_alone {
                " ".to_owned()
            } else {
                let time = at.format("%H:%M").to_string();
                let columns = usize::from(crate::ui::look::width(&when));
                format!("{time:>columns$}")
            };
            before = Some(day);
            let by = event.by.as_deref().unwrap_or(SYSTEM_NAME);
            let name = text.event(event.number);
            let words = text.fill("preview.event", &[("event", &name), ("by", &by)]);
            self.entry(label, words, Style::new());
        }
    }

    /// The role, and what it allows where: in the user interface, through the API.
    fn role(&mut self, role: &RoleHeld, (user_interface, web_service): (bool, bool)) {
        let text = self.ctx.text;
        let told = match &role.rights {
            Some(rights) => {
                let allows = text.allows(rights, user_interface, web_service);
                let words: [(&str, &dyn Display); 2] = [("role", &role.name), ("allows", &allows)];
                text.fill("preview.role", &words)
            }
            None => role.name.clone(),
        };
        self.fact("column.role", told);
    }
}

fn of_key(preview: &KeyPreview, ctx: &Ctx) -> Sheet {
    let text = ctx.text;
    let KeyPreview { key, role, events } = preview;
    let mut sheet = Writing::new(&key.fields.name, ctx);
    sheet.description(&key.fields.description);
    let state = key.facts.state(ctx.as_of());
    if let Some(at) = key.facts.changes_at(ctx.as_of()) {
        sheet.changes(at);
    }
    let mut words = text.state(state);
    if key.facts.authenticates(ctx.now) {
        words = text.bounded(&words, &key.fields.bounds(&role.services));
    }
    if state == State::LockedOut {
        let reason = key.fields.locked_out.as_deref().unwrap_or("");
        words += &text.lock(key.locked_by.as_ref(), reason, &|at| sheet.moment(at));
    }
    let label = text.say("fact.state").to_owned();
    sheet.entry(label, ctx.state(state, &words), ctx.theme.state(state));
    if !key.fields.owner.is_empty() {
        sheet.fact("column.owner", key.fields.owner.clone());
    }
    sheet.role(role, (false, role.web_service));
    let expires = expires(key, &mut sheet);
    sheet.fact("column.expires", expires);
    for secret in &key.secrets {
        of_secret(secret, &mut sheet);
    }
    sheet.last_sign_in(key.last_sign_in_at);
    if key.attempts > 0 {
        let name = match key.last_sign_in_at {
            Some(_) => "fact.attempts_since",
            None => "fact.attempts_none",
        };
        sheet.fact(
            "fact.attempts",
            text.fill(name, &[("count", &key.attempts)]),
        );
    }
    sheet.created(key.created_at, Some(&key.created_by));
    sheet.events(events.as_deref());
    sheet.sheet
}

/// When a key stops, in words.
fn expires(key: &ApiKeyLife, sheet: &mut Writing) -> String {
    let (text, now) = (sheet.ctx.text, sheet.ctx.now);
    let Some(expiry) = key.fields.expiry else {
        return text.say("preview.never").to_owned();
    };
    let day = kept(&text.day(expiry.on));
    if expiry.at > now {
        sheet.changes(span_changes_at(expiry.at, now));
        let until = kept(&text.until(expiry.at, key.fields.zone, now));
        let words: [(&str, &dyn Display); 2] = [("until", &until), ("day", &day)];
        text.fill("preview.expires", &words)
    } else {
        let ago = sheet.ago(expiry.at);
        text.fill("preview.expired", &[("ago", &ago), ("day", &day)])
    }
}

/// Where a secret is in its life. One that is over is not told of.
fn of_secret(secret: &SecretFacts, sheet: &mut Writing) {
    let (text, now) = (sheet.ctx.text, sheet.ctx.now);
    let life = secret.life;
    let label = match life.phase(now) {
        Phase::Pending => "fact.pending",
        Phase::Current => "fact.current",
        Phase::Retiring => "fact.retiring",
        Phase::Dead | Phase::Void => return,
    };
    let issued = sheet.day(life.issued_at);
    let mut told = vec![text.fill("fact.issued", &[("at", &issued)])];
    if let Some(at) = life.delivered_at {
        told.push(match at.since(life.issued_at) {
            ..MINUTE => text.say("preview.delivered_at_once").to_owned(),
            ms => text.fill("preview.delivered", &[("span", &kept(&text.span(ms)))]),
        });
        told.push(match secret.last_used_at {
            Some(at) => {
                let ago = sheet.ago(at);
                text.fill("preview.used", &[("ago", &ago)])
            }
            None => text.say("preview.unused").to_owned(),
        });
    } else {
        told.push(text.say("fact.not_confirmed").to_owned());
    }
    if let Some(until) = life.retires_at {
        sheet.changes(until);
        let at = sheet.moment(until);
        told.push(text.fill("fact.valid_until", &[("at", &at)]));
    }
    if secret.uses_refused > 0 {
        told.push(text.fill("preview.refused", &[("count", &secret.uses_refused)]));
    }
    sheet.fact(label, told.join(text.say("preview.and")));
}

fn of_user(user: &UserPreview, ctx: &Ctx) -> Sheet {
    let text = ctx.text;
    let fields = &user.fields;
    let mut sheet = Writing::new(&fields.name, ctx);
    sheet.description(&fields.full_name);
    let state = UserState::of(fields.locked_out.is_some(), user.role.user_interface);
    let mut words = text.user_state(state).to_owned();
    if let Some(reason) = &fields.locked_out {
        words += &text.lock(user.locked_by.as_ref(), reason, &|at| sheet.moment(at));
    }
    let label = text.say("fact.state").to_owned();
    let words = ctx.user_state(state, &words);
    sheet.entry(label, words, ctx.theme.user_state(state));
    sheet.role(&user.role, (user.role.user_interface, false));
    sheet.last_sign_in(user.last_sign_in_at);
    let machine = || text.say("event_body.machine").to_owned();
    let language = fields.locale.map(|locale| text.locale(locale).to_owned());
    sheet.fact("field.language", language.unwrap_or_else(machine));
    let zone = fields.zone.map(|zone| zone.name().to_owned());
    sheet.fact("field.time_zone", zone.unwrap_or_else(machine));
    sheet.created(user.created_at, None);
    if let Some(keys) = user.keys {
        let words: [(&str, &dyn Display); 2] = [("made", &keys.made), ("owned", &keys.owned)];
        sheet.fact("column.keys", text.fill("preview.keys", &words));
    }
    sheet.events(user.events.as_deref());
    sheet.sheet
}

fn of_role(role: &RolePreview, ctx: &Ctx) -> Sheet {
    let text = ctx.text;
    let fields = &role.fields;
    let mut sheet = Writing::new(&fields.name, ctx);
    sheet.description(&fields.description);
    let allows = text.allows(&fields.rights, fields.user_interface, fields.web_service);
    sheet.fact("preview.allows", allows);
    let bounds = Bounds {
        services: &fields.services,
        ..Bounds::default()
    };
    if bounds.are_set() {
        sheet.fact("fact.services", text.bounds(&bounds));
    }
    if fields.equal_or_less {
        sheet.fact("preview.limited", text.say("role.equal_or_less").to_owned());
    }
    for tab in Tab::ALL {
        let rights = groups().iter().filter(|group| group.tab == tab);
        let rights: Vec<_> = rights.flat_map(|group| group.rights).collect();
        let held = rights
            .iter()
            .filter(|right| fields.rights.contains(right.name));
        let words: [(&str, &dyn Display); 2] = [("held", &held.count()), ("all", &rights.len())];
        let label = match tab {
            Tab::Computer => "role.computer_short",
            Tab::Policy => "role.policy_short",
            Tab::User => "role.user_short",
            Tab::Other => "role.other_short",
        };
        sheet.fact(label, text.fill("preview.rights", &words));
    }
    sheet.apart();
    sheet.fact("column.users", role.users.to_string());
    sheet.fact("column.keys", role.keys.to_string());
    let built_in = if role.built_in {
        "roles.built_in"
    } else {
        "roles.defined"
    };
    sheet.fact("column.built_in", text.say(built_in).to_owned());
    sheet.events(role.events.as_deref());
    sheet.sheet
}

fn of_event(event: &EventRow, ctx: &Ctx) -> Sheet {
    let mut sheet = Writing::new(&ctx.text.event(event.number), ctx);
    for (label, value) in details::entries(event, ctx) {
        let is_level = value == event.level;
        let style = if is_level {
            level_style(event, ctx)
        } else {
            Style::new()
        };
        sheet.entry(label, value, style);
    }
    sheet.sheet
}
