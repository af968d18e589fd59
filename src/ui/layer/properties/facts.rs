//! What Properties tells besides the fields: when a key stops, and the facts of a life.

use std::fmt::Display;

use chrono::{Datelike, NaiveDateTime};

use crate::domain::api_key::{ApiKeyDraft, ApiKeyFields, ApiKeyLife};
use crate::domain::expiry::Expiry;
use crate::domain::secret::{Phase, SecretFacts};
use crate::domain::state::{State, UserState};
use crate::domain::time::{MINUTE, SECOND, Timestamp};
use crate::domain::tz::Tz;
use crate::domain::user::UserProperties;
use crate::domain::zone::is_utc;
use crate::ui::layer::Ctx;

/// When the key stops, as it is and as it will be.
pub(super) fn of_expiry(
    draft: &ApiKeyDraft,
    before: Option<&ApiKeyFields>,
    ctx: &Ctx,
) -> Vec<String> {
    let will = draft.expiry(before, ctx.now).ok().flatten();
    let will = will.map(|expiry| (expiry, draft.zone));
    let was = before.and_then(|before| Some((before.expiry?, before.zone)));
    let mut notes = Vec::new();
    if let Some((was, zone)) = was.filter(|was| will != Some(*was)) {
        notes.extend(stops("form.stops_until_saved", was, zone, ctx));
    }
    if let Some((will, zone)) = will {
        let name = if notes.is_empty() {
            "form.stops"
        } else {
            "form.stops_when_saved"
        };
        notes.extend(stops(name, will, zone, ctx));
        let today = Expiry::of(will.on, zone);
        if today.at != will.at {
            notes.extend(stops("form.day_ends", today, zone, ctx).into_iter().next());
        }
    }
    notes
}

/// When a key stops: in its zone, with how far away that is; and in UTC, where that is another time.
pub(super) fn stops(name: &'static str, expiry: Expiry, zone: Tz, ctx: &Ctx) -> Vec<String> {
    let text = ctx.text;
    let (there, utc) = (expiry.at.in_zone(zone), expiry.at.utc());
    // An exact expiry is shown as exactly as it is.
    let form = match expiry.at.0 {
        ms if ms % MINUTE == 0 => "%Y-%m-%d %H:%M",
        ms if ms % SECOND == 0 => "%Y-%m-%d %H:%M:%S",
        _ => "%Y-%m-%d %H:%M:%S%.3f",
    };
    let shown = |time: NaiveDateTime| time.format(form).to_string();
    let local = shown(there.naive_local());
    let facts: [(&str, &dyn Display); 4] = [
        ("local", &local),
        ("zone", &if is_utc(zone) { "UTC" } else { zone.name() }),
        ("until", &text.until(expiry.at, zone, ctx.now)),
        ("weekday", &text.weekday(there.weekday())),
    ];
    let moment = text.fill("form.moment", &facts);
    let mut notes = vec![text.fill(name, &[("moment", &moment)])];
    let utc = shown(utc.naive_utc());
    if utc != local {
        notes.push(text.fill("form.in_utc", &[("utc", &utc)]));
    }
    notes
}

/// The key's state, with whoever locked it out, or what bounds it; its role opens these services.
fn state(key: &ApiKeyLife, services: &str, ctx: &Ctx) -> String {
    let state = key.facts.state(ctx.as_of());
    let mut retiring = key.secrets.iter();
    let retiring = retiring.find(|secret| secret.life.phase(ctx.now) == Phase::Retiring);
    let until = retiring.and_then(|secret| secret.life.retires_at);
    let until = until.filter(|_| key.facts.authenticates(ctx.now));
    let mut words = ctx.text.key_state(state, until, ctx.zone);
    if key.facts.authenticates(ctx.now) {
        words = ctx.text.bounded(&words, &key.fields.bounds(services));
    }
    if state == State::LockedOut {
        let reason = key.fields.locked_out.as_deref().unwrap_or("");
        words += &ctx
            .text
            .lock(key.locked_by.as_ref(), reason, &|at| ctx.minute(Some(at)));
    }
    ctx.state(state, &words)
}

/// The facts of the life of a key whose role opens these services.
pub(super) fn of_key(key: &ApiKeyLife, services: &str, ctx: &Ctx) -> Vec<(String, String)> {
    let text = ctx.text;
    let when = |at: Option<Timestamp>| ctx.second(at);
    let fact = |name, value: String| (text.say(name).to_owned(), value);
    let created = text.fill(
        "fact.created_by",
        &[("at", &when(Some(key.created_at))), ("by", &key.created_by)],
    );
    let mut facts = vec![
        fact("fact.id", key.id.0.to_string()),
        fact("fact.state", state(key, services, ctx)),
        fact("fact.created", created),
        fact("fact.last_sign_in", when(key.last_sign_in_at)),
        fact(
            "fact.attempts",
            text.fill(
                match key.last_sign_in_at {
                    Some(_) => "fact.attempts_since",
                    None => "fact.attempts_none",
                },
                &[("count", &key.attempts)],
            ),
        ),
    ];
    for secret in &key.secrets {
        let phase = secret.life.phase(ctx.now);
        let label = match phase {
            Phase::Pending => "fact.pending",
            Phase::Current => "fact.current",
            Phase::Retiring => "fact.retiring",
            Phase::Dead | Phase::Void => continue,
        };
        facts.push(fact(
            label,
            text.fill("fact.issued", &[("at", &when(Some(secret.life.issued_at)))]),
        ));
        facts.extend(of_secret(secret, phase, &when, ctx));
    }
    facts
}

fn of_secret(
    secret: &SecretFacts,
    phase: Phase,
    when: &dyn Fn(Option<Timestamp>) -> String,
    ctx: &Ctx,
) -> Vec<(String, String)> {
    let text = ctx.text;
    if phase == Phase::Pending {
        return vec![(String::new(), text.say("fact.not_confirmed").to_owned())];
    }
    let life = secret.life;
    let used: [(&str, &dyn Display); 2] = [
        ("at", &when(secret.last_used_at)),
        ("refused", &secret.uses_refused),
    ];
    let was_used = match secret.last_used_at {
        Some(_) => "fact.used",
        None => "fact.never_used",
    };
    let mut facts = vec![
        (
            String::new(),
            text.fill("fact.delivered", &[("at", &when(life.delivered_at))]),
        ),
        (String::new(), text.fill(was_used, &used)),
    ];
    if life.retires_at.is_some() {
        facts.push((
            String::new(),
            text.fill("fact.valid_until", &[("at", &when(life.retires_at))]),
        ));
    }
    facts
}
/// The facts of a user's life.
pub(super) fn of_user(properties: &UserProperties, ctx: &Ctx) -> Vec<(String, String)> {
    let fact = |name, value| (ctx.text.say(name).to_owned(), value);
    let locked = properties.fields.locked_out.as_ref().map(|reason| {
        let lock = ctx.text.lock(properties.locked_by.as_ref(), reason, &|at| {
            ctx.minute(Some(at))
        });
        let state = UserState::LockedOut;
        let words = ctx.text.user_state(state).to_owned() + &lock;
        fact("fact.state", ctx.user_state(state, &words))
    });
    let mut facts = vec![fact("fact.id", properties.id.0.to_string())];
    facts.extend(locked);
    facts.extend([
        fact("fact.created", ctx.second(Some(properties.created_at))),
        fact("fact.last_sign_in", ctx.second(properties.last_sign_in_at)),
    ]);
    facts
}
