//! As many of the demo's keys as somebody asks for beside the samples: each with a secret, its life in the trail, and the
//! same in every run but for the dates.

mod words;

use std::cell::RefCell;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

use serde_json::{Value, json};

use crate::domain::api_key::ApiKeyFields;
use crate::domain::event::{EventKind, NewEvent, Signature};
use crate::domain::expiry::Expiry;
use crate::domain::id::{AUDITOR, FULL_ACCESS, KeyId, RoleId, SecretId};
use crate::domain::locale::Locale;
use crate::domain::secret::Ended;
use crate::domain::time::{DAY, HOUR, MINUTE, Timestamp};
use crate::domain::trouble::{Fault, Trouble};
use crate::domain::tz::Tz;
use crate::service::change::lock_in_event;
use crate::service::demo::many::words::{DOES, ENDS, JOBS, LOCKS, PLACES, TEAMS, WHERE};
use crate::service::demo::samples::{AUTOMATION, HELP_DESK, KEY_OPERATORS, MONITORING};
use crate::service::demo::{HASH, Making, Seeding};
use crate::store::api_keys::Since;
use crate::store::events::Appending;
use crate::store::load::without_indexes;
use crate::store::{api_keys, secrets, sweep};

/// The oldest of them was made so long ago, in milliseconds; after the demo's database and before most samples.
const SPAN: i64 = 990 * DAY;
/// The youngest is this old.
const YOUNGEST: i64 = HOUR;
/// How long after a key its secret was stored.
const STORED_AFTER: i64 = 2 * MINUTE;
/// How often it is told how far it is.
const TOLD_EVERY: u32 = 5_000;
/// More than are ever to be erased at once.
const ALL: u32 = u32::MAX;

/// What is still to come of a key, in the order of a trail, and which of those who make keys does it.
type ToCome = Reverse<(Timestamp, u32, Step, usize)>;

/// What is told of a key after it was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Delivered,
    Expired,
    LockedOut,
    Deleted,
}

/// Numbers that look like chance, and are the same for the same key: the steps of `splitmix64`.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below this one.
    fn below(&mut self, end: u32) -> u32 {
        u32::try_from(self.next() % u64::from(end.max(1))).unwrap_or_default()
    }

    fn of<T: Copy>(&mut self, all: &[T]) -> T {
        let end = u64::try_from(all.len()).unwrap_or(1);
        all[usize::try_from(self.next() % end).unwrap_or_default()]
    }

    /// An instant between two.
    fn between(&mut self, from: Timestamp, until: Timestamp) -> Timestamp {
        let span = until.since(from).max(1).unsigned_abs();
        from.plus(i64::try_from(self.next() % span).unwrap_or_default())
    }
}

/// A key, and what became of it.
struct Key {
    fields: ApiKeyFields,
    /// Which of those who make keys made it.
    maker: usize,
    made: Timestamp,
    is_stored: bool,
    locked: Option<(Timestamp, &'static str)>,
    deleted: Option<Timestamp>,
    used: Option<Timestamp>,
}

/// The roles of a hundred keys.
fn role(of_hundred: u32) -> RoleId {
    match of_hundred {
        0..45 => AUDITOR,
        45..70 => AUTOMATION,
        70..85 => MONITORING,
        85..93 => FULL_ACCESS,
        93..98 => KEY_OPERATORS,
        _ => HELP_DESK,
    }
}

/// How many of a thousand keys are locked out, deleted, or have a secret that nobody stored.
const LOCKED: u32 = 25;
const DELETED: u32 = 30;
const NOT_STORED: u32 = 5;

/// Makes the keys, and records their lives among what the trail tells already.
struct Loading<'a, 's> {
    seeding: &'s Seeding<'a>,
    /// Those who make keys, each with the instant from which on they do.
    makers: Vec<(Timestamp, Signature)>,
    all: u32,
    /// IDs of the first key and of its secret; those of the others follow.
    first: (i64, i64),
    to_come: BinaryHeap<ToCome>,
    /// What the trail tells of others, the last first.
    others: Vec<(Timestamp, NewEvent)>,
    trail: Appending,
}

impl Seeding<'_> {
    /// Adds so many keys, and records all events of the demo in the order of their times.
    pub(super) fn many(
        mut self,
        keys: u32,
        told: &mut dyn FnMut(Making) -> Result<(), Trouble>,
    ) -> Result<(), Trouble> {
        self.events.sort_by_key(|(at, _)| Reverse(*at));
        let others = std::mem::take(&mut self.events);
        let mut makers = std::mem::take(&mut self.makers);
        makers.insert(0, (Timestamp(0), self.actor.signature()));
        let tx = self.tx;
        let (told, mut done) = (RefCell::new(told), 0);
        without_indexes(
            tx,
            || {
                let mut loading = Loading {
                    seeding: &self,
                    makers,
                    all: keys,
                    first: (0, 0),
                    to_come: BinaryHeap::new(),
                    others,
                    trail: Appending::at_the_end(tx)?,
                };
                for index in 0..keys {
                    if index % TOLD_EVERY == 0 {
                        (told.borrow_mut())(Making::Keys {
                            made: index,
                            all: keys,
                        })?;
                    }
                    loading.load(index)?;
                }
                let last = loading.first.0 + i64::from(keys) - 1;
                api_keys::reserved_until(tx, KeyId(last))?;
                loading.tell_until(Timestamp(i64::MAX))?;
                sweep::erase(tx, self.now, ALL)?;
                Ok(())
            },
            || {
                done += 1;
                (told.borrow_mut())(Making::Index(done))
            },
        )
    }
}

impl Loading<'_, '_> {
    fn key(&self, index: u32) -> Key {
        let now = self.seeding.now;
        let mut chance = Chance(u64::from(index));
        let ((_, japanese), place) = (chance.of(&JOBS), chance.of(&PLACES));
        let mut chance = Chance(!u64::from(index));
        let span = (SPAN - YOUNGEST) * i64::from(index) / i64::from(self.all);
        let made = now.plus(span - SPAN);
        let team = chance.of(&TEAMS);
        let owner = match chance.below(20) {
            0..3 => String::new(),
            3..9 => format!("{team} {}", place.1),
            _ => team.to_owned(),
        };
        let description = match chance.below(10) {
            0 => String::new(),
            1 => format!("{}\nOn call: {team}", chance.of(&DOES)),
            _ => format!("{} {} {}", chance.of(&DOES), chance.of(&WHERE), place.1),
        };
        let zone = japanese.map_or(place.2, |_| Tz::Asia__Tokyo);
        let days = [
            None,
            None,
            None,
            Some(365),
            Some(730),
            Some(1_095),
            Some(1_460),
            Some(1_460),
        ];
        let expiry = chance.of(&days).map(|days: i64| {
            let ahead = days + i64::from(chance.below(90));
            Expiry::of(made.plus(ahead * DAY).day_in(zone), zone)
        });
        let makers = self.makers.partition_point(|(since, _)| *since <= made);
        let maker = usize::try_from(chance.below(u32::try_from(makers).unwrap_or(1)));
        let fate = chance.below(1_000);
        let is_stored = fate >= NOT_STORED;
        let stored = made.plus(STORED_AFTER);
        let later = chance.between(stored.plus(MINUTE), now);
        let reason = chance.of(&LOCKS);
        let locked = (NOT_STORED..NOT_STORED + LOCKED)
            .contains(&fate)
            .then_some((later, reason));
        let fate = fate.saturating_sub(NOT_STORED + LOCKED);
        let deleted = (1..=DELETED).contains(&fate).then_some(later);
        let expired = expiry.map(|expiry| expiry.at).filter(|at| *at <= now);
        let ended = [locked.map(|(at, _)| at), deleted, expired];
        let until = ended.into_iter().flatten().min().unwrap_or(now);
        let is_used = chance.below(10) < 7 && is_stored;
        // Most were used lately.
        let span = until.since(stored).max(0) / 1_000;
        let lately = i64::from(chance.below(1_000)).pow(3) * span / 1_000_000;
        let used = is_used
            .then_some(until.plus(-lately))
            .filter(|at| *at > stored);
        Key {
            fields: ApiKeyFields {
                name: name(index),
                description,
                owner,
                role: role(chance.below(100)),
                locale: japanese.map_or(Locale::EnUs, |_| Locale::JaJp),
                zone,
                expiry,
                addresses: String::new(),
                rate: None,
                locked_out: None,
            },
            maker: maker.unwrap_or_default(),
            made,
            is_stored,
            locked,
            deleted,
            used,
        }
    }

    fn load(&mut self, index: u32) -> Result<(), Fault> {
        let (tx, now) = (self.seeding.tx, self.seeding.now);
        let mut key = self.key(index);
        self.tell_until(key.made)?;
        let maker = key.maker;
        let by = self.makers[maker].1.name.clone();
        let id = match index {
            0 => api_keys::reserve(tx)?,
            _ => KeyId(self.first.0 + i64::from(index)),
        };
        let made = (by.as_str(), key.made);
        let stored = key.is_stored.then_some(key.made.plus(STORED_AFTER));
        let expired = key.fields.expiry.map(|expiry| expiry.at);
        let expired =
            expired.filter(|at| *at <= now && key.deleted.is_none_or(|deleted| *at < deleted));
        let since = Since {
            delivered: key.is_stored,
            used: key.used,
            expiry_noted: expired.is_some(),
        };
        api_keys::insert_since(tx, id, &key.fields, made, since)?;
        // Any eight bytes will do, as long as no two secrets of a key share them.
        let tag = Chance(u64::from(index) << 32).next().to_be_bytes();
        let secret = secrets::insert_used(tx, id, &tag, HASH, made, (stored, key.used))?;
        if index == 0 {
            self.first = (id.0, secret.0);
        }
        let body = json!({ "fields": { "name": key.fields.name } });
        self.append(
            (key.made, EventKind::ApiKeyCreated),
            index,
            &key.fields.name,
            maker,
            body,
        )?;
        let body = json!({ "secret": secret.0 });
        self.append(
            (key.made, EventKind::SecretIssued),
            index,
            &key.fields.name,
            maker,
            body,
        )?;
        let mut later = |at: Timestamp, step| self.to_come.push(Reverse((at, index, step, maker)));
        match stored {
            Some(at) => later(at, Step::Delivered),
            None => secrets::end(tx, secret, key.made.plus(HOUR), Ended::NotDeliveredInTime)?,
        }
        if let Some((at, reason)) = key.locked {
            key.fields.locked_out = Some(reason.to_owned());
            api_keys::update(tx, id, &key.fields, &by, at)?;
            later(at, Step::LockedOut);
        }
        if let Some(at) = key.deleted {
            api_keys::set_deleted(tx, id, at)?;
            later(at, Step::Deleted);
        }
        if let Some(at) = expired {
            later(at, Step::Expired);
        }
        Ok(())
    }

    /// Records what was until then.
    fn tell_until(&mut self, until: Timestamp) -> Result<(), Fault> {
        loop {
            let next = self.to_come.peek().map(|Reverse((at, ..))| *at);
            let other = self.others.last().map(|(at, _)| *at);
            match (next, other) {
                (next, Some(at)) if at <= until && next.is_none_or(|next| at <= next) => {
                    let Some((at, event)) = self.others.pop() else {
                        return Ok(());
                    };
                    self.trail.append(self.seeding.tx, at, event)?;
                }
                (Some(at), _) if at <= until => {
                    let Some(Reverse((at, index, step, maker))) = self.to_come.pop() else {
                        return Ok(());
                    };
                    self.step(at, index, step, maker)?;
                }
                _ => return Ok(()),
            }
        }
    }

    fn step(&mut self, at: Timestamp, index: u32, step: Step, maker: usize) -> Result<(), Fault> {
        let secret = SecretId(self.first.1 + i64::from(index));
        let (kind, body) = match step {
            Step::Delivered => (EventKind::SecretDelivered, json!({ "secret": secret.0 })),
            Step::Expired => (EventKind::ApiKeyExpired, json!({ "expiredAt": at.0 })),
            Step::LockedOut => {
                let reason = self.key(index).locked.map_or("", |(_, reason)| reason);
                (EventKind::ApiKeyLockedOut, lock_in_event(reason))
            }
            Step::Deleted => (EventKind::ApiKeyDeleted, json!({})),
        };
        self.append((at, kind), index, &name(index), maker, body)
    }

    /// Records an event of a key. That an expiry has come is noticed, and nobody's deed.
    fn append(
        &mut self,
        (at, kind): (Timestamp, EventKind),
        index: u32,
        name: &str,
        maker: usize,
        body: Value,
    ) -> Result<(), Fault> {
        let key = KeyId(self.first.0 + i64::from(index));
        let event = NewEvent {
            kind,
            actor: (kind != EventKind::ApiKeyExpired).then(|| self.makers[maker].1.clone()),
            target: (key, name).into(),
            body,
        };
        self.trail.append(self.seeding.tx, at, event)
    }
}

/// What the key with this number is called.
fn name(index: u32) -> String {
    let mut chance = Chance(u64::from(index));
    let (job, place, end) = (chance.of(&JOBS), chance.of(&PLACES), chance.of(&ENDS));
    let number = index + 1;
    match job {
        (job, None) => format!("{job}-{}-{end}-{number:07}", place.0),
        (_, Some(job)) => format!("{job} {number:07}"),
    }
}
