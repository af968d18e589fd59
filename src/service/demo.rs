//! The demo's roles, users and keys: believable ones in every state, the same in every run but for the dates.

mod many;
mod people;
mod samples;

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::domain::api_key::ApiKeyFields;
use crate::domain::event::{EventKind, NewEvent, Signature, Target};
use crate::domain::expiry::Expiry;
use crate::domain::id::{KeyId, SecretId};
use crate::domain::locale::Locale;
use crate::domain::secret::{Ended, Overlap};
use crate::domain::time::{DAY, HOUR, MINUTE, Timestamp};
use crate::domain::trouble::{Fault, Trouble};
use crate::domain::tz::Tz;
use crate::domain::user::{Actor, Arrival};
use crate::domain::verdict::Refused;
use crate::service::change::lock_in_event;
use crate::service::demo::samples::{
    BeingReplaced, Deleted, InUse, JustMade, LockedOut, NeverStored, NewSecretPending,
    OldSecretUsed, SAMPLES, Sample, Story,
};
use crate::service::{Service, SignIn};
use crate::store::events::Appending;
use crate::store::{Tx, api_keys, mark_demonstration, secrets, sweep, uses};

/// The user with Full Access: the account that the demo's database is made for where it is in memory.
pub const FULL_ACCESS_USER: &str = "demo";
/// The user who may only look.
pub const AUDITOR_USER: &str = "auditor";

/// A role in which the demo can be looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct View {
    /// What it is called on a command line.
    pub word: &'static str,
    /// What it may do.
    pub about: &'static str,
    /// Who has it; nobody is the demo's first user.
    pub user: Option<&'static str>,
}

/// Every role of the demo.
#[rustfmt::skip]
pub const VIEWS: [View; 6] = [
    View { word: "full-access", about: "May view and change everything", user: None },
    View { word: "auditor", about: "May view everything", user: Some(AUDITOR_USER) },
    View { word: "key-operators", about: "May create, edit and delete API keys with equal or less access", user: Some("key-desk") },
    View { word: "monitoring", about: "May view everything; in Japanese", user: Some("tokyo-ops") },
    View { word: "help-desk", about: "May view everything; its API keys may not use the API", user: Some("help-desk") },
    View { word: "automation", about: "May not use the console, and is told so", user: Some("wallboard") },
];

impl Default for View {
    fn default() -> View {
        VIEWS[0]
    }
}

/// The instant at which a recording of the demo begins: 5 November 2026, 09:30 UTC.
pub const RECORDED_AT: Timestamp = Timestamp(1_793_871_000_000);

/// The hash of every seeded secret. Its bytes were made up, so no secret has it.
const HASH: &str = "$argon2id$v=19$m=19456,t=2,p=1$fiuUbFa1Y69UnbFklzGGNQ$alakSLJq6vQJFf5jfHGnCjSgGyRJxPwLwqUprmJm8Do";

/// When the demo's database is said to have been made.
#[must_use]
pub fn began(now: Timestamp) -> Timestamp {
    now.plus(-1_000 * DAY)
}

/// How many keys the demo has where no number is asked for.
pub const KEYS: u32 = 41;

/// The most keys that a demo in memory has: `SQLite` keeps no more than 1 GiB there.
pub const KEYS_IN_MEMORY: u32 = 100_000;

/// How far the making of many keys has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Making {
    /// So many of all are there.
    Keys { made: u32, all: u32 },
    /// The index or trigger with this number is made.
    Index(u32),
}

/// Fills a new database, made for this user, and marks it as a demonstration. Adds [`AUDITOR_USER`] and others, and so many
/// keys in all, of which the first [`KEYS`] are told one by one. How far it has come is told to `told`, which can stop it.
pub fn seed(
    service: &mut Service,
    first: &str,
    keys: u32,
    told: &mut dyn FnMut(Making) -> Result<(), Trouble>,
) -> Result<(), Trouble> {
    let actor = service.sign_in(first, &Arrival::default())?;
    // What the people of the demo did is told of them; this is not.
    service.sign_in = SignIn::Nobody;
    service.write(|writing| {
        let mut seeding = Seeding {
            tx: writing.tx,
            actor: &actor,
            now: writing.now,
            events: Vec::new(),
            makers: Vec::new(),
        };
        mark_demonstration(writing.tx)?;
        seeding.people()?;
        let samples = usize::try_from(keys.min(KEYS)).unwrap_or_default();
        for (index, sample) in (0..).zip(&SAMPLES[..samples]) {
            seeding.key(index, sample)?;
        }
        match keys.saturating_sub(KEYS) {
            0 => Ok(seeding.record_events()?),
            more => seeding.many(more, told),
        }
    })
}

/// A key with its name.
type Key = (KeyId, &'static str);

struct Seeding<'a> {
    tx: &'a Tx<'a>,
    actor: &'a Actor,
    now: Timestamp,
    /// The trail is in order of time, the keys are not.
    events: Vec<(Timestamp, NewEvent)>,
    /// Those who make keys beside the actor, each with when they came, the first one first.
    makers: Vec<(Timestamp, Signature)>,
}

impl Seeding<'_> {
    fn key(&mut self, index: i64, sample: &Sample) -> Result<(), Fault> {
        let &(name, description, owner, role, zone, age, expires, used, story) = sample;
        let expiry = expires.map(|days| {
            let today = self.now.day_in(zone);
            let on = today
                .checked_add_signed(TimeDelta::days(days))
                .unwrap_or(today);
            Expiry::of(on, zone)
        });
        let fields = ApiKeyFields {
            name: name.to_owned(),
            description: description.to_owned(),
            owner: owner.to_owned(),
            role,
            locale: if zone == Tz::Asia__Tokyo {
                Locale::JaJp
            } else {
                Locale::EnUs
            },
            zone,
            expiry,
            addresses: String::new(),
            rate: None,
            locked_out: None,
        };
        // No two at the same minute; the youngest was made minutes ago.
        let made = self.now.plus(-age * DAY - (index % 7 + 2) * 3 * MINUTE);
        let id = api_keys::reserve(self.tx)?;
        let key = (id, name);
        api_keys::insert(self.tx, id, &fields, &self.actor.name, made)?;
        let body = json!({ "fields": { "name": name } });
        self.event(made, EventKind::ApiKeyCreated, key, body);
        if let Some(expiry) = expiry.filter(|expiry| expiry.at <= self.now) {
            sweep::note_expired(self.tx, id)?;
            let body = json!({ "expiredAt": expiry.at.0 });
            self.event(expiry.at, EventKind::ApiKeyExpired, key, body);
        }
        let first = self.issue(key, made)?;
        match story {
            JustMade => return Ok(()),
            NeverStored => {
                return secrets::end(self.tx, first, made.plus(HOUR), Ended::NotDeliveredInTime);
            }
            _ => self.deliver(key, first, made.plus(2 * MINUTE))?,
        }
        let used = used.map(|minutes| self.now.plus(-minutes * MINUTE));
        if let Some(at) = used {
            uses::accepted(self.tx, id, first, at)?;
        }
        self.tell(story, (key, fields), first, used)
    }

    fn tell(
        &mut self,
        story: Story,
        (key, mut fields): (Key, ApiKeyFields),
        first: SecretId,
        used: Option<Timestamp>,
    ) -> Result<(), Fault> {
        let (now, id) = (self.now, key.0);
        let ago = |ms: i64| now.plus(-ms);
        match story {
            InUse | JustMade | NeverStored => {}
            LockedOut(reason) => {
                fields.locked_out = Some(reason.to_owned());
                api_keys::update(self.tx, id, &fields, &self.actor.name, ago(6 * DAY))?;
                let body = lock_in_event(reason);
                self.event(ago(6 * DAY), EventKind::ApiKeyLockedOut, key, body);
            }
            Deleted => {
                api_keys::set_deleted(self.tx, id, ago(2 * DAY))?;
                self.event(ago(2 * DAY), EventKind::ApiKeyDeleted, key, json!({}));
            }
            NewSecretPending => {
                self.issue(key, ago(10 * MINUTE))?;
            }
            BeingReplaced | OldSecretUsed => {
                let (at, overlap) = if story == BeingReplaced {
                    (ago(3 * HOUR), Overlap::Day)
                } else {
                    (ago(9 * DAY), Overlap::Hour)
                };
                let until = at.plus(overlap.ms());
                secrets::retire(self.tx, first, until)?;
                if until <= self.now {
                    secrets::end(self.tx, first, until, Ended::OverlapOver)?;
                }
                let second = self.issue(key, at.plus(-MINUTE))?;
                self.deliver(key, second, at)?;
                if let Some(at) = used {
                    uses::accepted(self.tx, id, second, at)?;
                }
                if story == OldSecretUsed {
                    let (at, reason) = (ago(26 * MINUTE), Refused::Replaced.word());
                    uses::refused(self.tx, id, first, reason, 1, at)?;
                    let body = json!({ "secret": first.0, "reason": reason, "count": 1 });
                    self.event(at, EventKind::ApiKeySessionValidationFailed, key, body);
                }
            }
        }
        Ok(())
    }

    fn issue(&mut self, key: Key, at: Timestamp) -> Result<SecretId, Fault> {
        // Any eight bytes will do, as long as no two secrets of a key share them.
        let tag = at.0.to_be_bytes();
        let secret = secrets::insert(self.tx, key.0, &tag, HASH, &self.actor.name, at)?;
        let body = json!({ "secret": secret.0 });
        self.event(at, EventKind::SecretIssued, key, body);
        Ok(secret)
    }

    fn deliver(&mut self, key: Key, secret: SecretId, at: Timestamp) -> Result<(), Fault> {
        secrets::deliver(self.tx, secret, at)?;
        api_keys::set_delivered(self.tx, key.0)?;
        let body = json!({ "secret": secret.0 });
        self.event(at, EventKind::SecretDelivered, key, body);
        Ok(())
    }

    /// What the actor did to a key, or `System` noticed of it.
    fn event(&mut self, at: Timestamp, kind: EventKind, key: Key, body: Value) {
        let noticed = matches!(
            kind,
            EventKind::ApiKeySessionValidationFailed | EventKind::ApiKeyExpired
        );
        let by = (!noticed).then(|| self.actor.signature());
        self.tell_of(at, kind, by, key, body);
    }

    fn tell_of(
        &mut self,
        at: Timestamp,
        kind: EventKind,
        actor: Option<Signature>,
        target: impl Into<Target>,
        body: Value,
    ) {
        let event = NewEvent {
            kind,
            actor,
            target: target.into(),
            body,
        };
        self.events.push((at, event));
    }

    fn record_events(mut self) -> Result<(), Fault> {
        self.events.sort_by_key(|(at, _)| *at);
        let mut trail = Appending::at_the_end(self.tx)?;
        for (at, event) in self.events {
            trail.append(self.tx, at, event)?;
        }
        Ok(())
    }
}
