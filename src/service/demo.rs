//! The keys of the demo: believable ones in every state, the same in every run but for the dates.

use chrono::TimeDelta;
use chrono_tz::Tz;
use serde_json::{Value, json};

use crate::domain::api_key::{ApiKeyFields, KeyId, Locale};
use crate::domain::event::EventKind;
use crate::domain::expiry::Expiry;
use crate::domain::role::{AUDITOR, FULL_ACCESS, RoleId};
use crate::domain::secret::{Ended, Overlap, SecretId};
use crate::domain::time::{DAY, HOUR, MINUTE, Timestamp};
use crate::domain::trouble::{Fault, Trouble};
use crate::domain::user::{Actor, Arrival, UserFields};
use crate::domain::verdict::Refused;
use crate::service::{Service, record};
use crate::store::{Tx, api_keys, secrets, sweep, users, uses};

/// The user with Full Access: the account that the demo's database is made for.
pub const FULL_ACCESS_USER: &str = "demo";
/// The user who may only look.
pub const AUDITOR_USER: &str = "auditor";

/// The hash of every seeded secret. Its bytes were made up, so no secret has it.
const HASH: &str = "$argon2id$v=19$m=19456,t=2,p=1$fiuUbFa1Y69UnbFklzGGNQ$alakSLJq6vQJFf5jfHGnCjSgGyRJxPwLwqUprmJm8Do";

/// What became of a key.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Story {
    /// Delivered, and nothing since.
    InUse,
    LockedOut,
    /// Its first secret is pending.
    JustMade,
    /// Its first secret was never stored.
    NeverStored,
    /// A new secret was delivered; the old one still works.
    BeingReplaced,
    /// A new secret is pending; the old one works.
    NewSecretPending,
    /// Somebody uses a secret that was replaced.
    OldSecretUsed,
    Deleted,
}

use Story::{
    BeingReplaced, Deleted, InUse, JustMade, LockedOut, NeverStored, NewSecretPending,
    OldSecretUsed,
};

/// Name, description, role, zone, age in days, expiry in days from now, last use in minutes before now, story.
type Sample = (
    &'static str,
    &'static str,
    RoleId,
    Tz,
    i64,
    Option<i64>,
    Option<i64>,
    Story,
);

#[rustfmt::skip]
const SAMPLES: [Sample; 41] = [
    ("backup-nightly", "Reads the inventory before the nightly backup.\nOwner: storage team", AUDITOR, Tz::Europe__Berlin, 412, None, Some(611), InUse),
    ("siem-export", "Sends events to the SIEM", AUDITOR, Tz::UTC, 380, Some(202), Some(1), InUse),
    ("deploy-pipeline", "Used by the release jobs", FULL_ACCESS, Tz::America__New_York, 355, Some(96), Some(4), InUse),
    ("deploy-pipeline-staging", "The same for staging", FULL_ACCESS, Tz::America__New_York, 355, Some(96), Some(37), InUse),
    ("terraform", "Policies as code", FULL_ACCESS, Tz::UTC, 301, Some(31), Some(52), InUse),
    ("ansible-tower", "Enrols new servers", FULL_ACCESS, Tz::Europe__London, 290, None, Some(233), InUse),
    ("grafana", "Dashboards on the wall of the operations room", AUDITOR, Tz::Europe__Paris, 288, None, Some(2), InUse),
    ("asset-inventory", "CMDB import, every six hours", AUDITOR, Tz::UTC, 270, Some(180), Some(174), InUse),
    ("vulnerability-report", "Monthly report for the board", AUDITOR, Tz::America__Chicago, 251, Some(5), Some(21_600), InUse),
    ("pci-audit-2026", "External auditors; ends with the audit", AUDITOR, Tz::Europe__Zurich, 60, Some(11), Some(2_890), InUse),
    ("contractor-rollout", "Until the end of the contract", AUDITOR, Tz::Europe__Stockholm, 88, Some(0), Some(190), InUse),
    ("load-test", "May be deleted after the tests", FULL_ACCESS, Tz::UTC, 12, Some(2), Some(40), InUse),
    ("pager-bridge", "Opens incidents", AUDITOR, Tz::Asia__Kolkata, 199, None, Some(318), InUse),
    ("chatops", "The bot in #security", FULL_ACCESS, Tz::America__Los_Angeles, 187, Some(365), Some(9), InUse),
    ("licence-counter", "", AUDITOR, Tz::UTC, 640, None, Some(43_000), InUse),
    ("old-reporting", "Replaced by grafana?", AUDITOR, Tz::Europe__Madrid, 700, None, Some(262_800), InUse),
    ("mobile-app-backend", "Behind the on-call app", AUDITOR, Tz::America__Sao_Paulo, 144, Some(55), Some(3), InUse),
    ("branch-office-lisbon", "", AUDITOR, Tz::Europe__Lisbon, 130, Some(120), Some(1_300), InUse),
    ("branch-office-são-paulo", "", AUDITOR, Tz::America__Sao_Paulo, 129, Some(120), Some(1_421), InUse),
    ("Équipe sécurité", "Clé de l'équipe de nuit", AUDITOR, Tz::Europe__Paris, 95, Some(300), Some(77), InUse),
    ("the key of the integration that keeps the ticket system and the asset register of both sites in step", "A name as long as they may be", AUDITOR, Tz::UTC, 77, Some(250), Some(15), InUse),
    ("監査レポート", "月次の監査レポートを作成する", AUDITOR, Tz::Asia__Tokyo, 210, Some(140), Some(2_000), InUse),
    ("東京データセンター連携", "東京データセンターの監視システムから読み取る\n担当: 運用グループ", AUDITOR, Tz::Asia__Tokyo, 208, None, Some(6), InUse),
    ("ﾊﾞｯｸｱｯﾌﾟ夜間", "半角カタカナの名前", AUDITOR, Tz::Asia__Tokyo, 150, Some(9), Some(540), InUse),
    ("カ\u{3099}イト\u{3099}ライン検証", "結合文字の濁点を含む名前", FULL_ACCESS, Tz::Asia__Tokyo, 33, Some(60), None, InUse),
    ("new-dashboard", "Not in use yet", AUDITOR, Tz::UTC, 3, None, None, InUse),
    ("dr-exercise", "For the exercise in spring", FULL_ACCESS, Tz::UTC, 20, Some(160), None, InUse),
    ("ci-runner-legacy", "Locked until the owner is found", FULL_ACCESS, Tz::America__New_York, 900, None, Some(129_600), LockedOut),
    ("contractor-laptop", "The laptop was lost; see the incident report", AUDITOR, Tz::Europe__Berlin, 160, Some(40), Some(10_100), LockedOut),
    ("partner-feed", "Locked and expired", AUDITOR, Tz::UTC, 420, Some(-30), Some(60_000), LockedOut),
    ("pentest-2025", "Ended", FULL_ACCESS, Tz::Europe__London, 400, Some(-210), Some(310_000), InUse),
    ("migration-2026", "Moving to the new console", FULL_ACCESS, Tz::America__Denver, 120, Some(-1), Some(1_900), InUse),
    ("trial-connector", "", AUDITOR, Tz::Australia__Sydney, 45, Some(-15), None, InUse),
    ("edge-collector", "Waiting for its owner to store the secret", AUDITOR, Tz::UTC, 0, Some(90), None, JustMade),
    ("kubernetes-admission", "The dialog was closed too early", FULL_ACCESS, Tz::UTC, 6, None, None, NeverStored),
    ("webhook-relay", "Old secret works for a day after the change", AUDITOR, Tz::America__Toronto, 230, Some(130), Some(2), BeingReplaced),
    ("payments-monitor", "Yearly change of the secret", AUDITOR, Tz::Europe__Dublin, 365, Some(365), Some(12), BeingReplaced),
    ("log-shipper", "A new secret waits to be stored", AUDITOR, Tz::UTC, 310, None, Some(1), NewSecretPending),
    ("cron-on-old-host", "One host still sends the old secret", AUDITOR, Tz::UTC, 500, None, Some(28), OldSecretUsed),
    ("prototype", "Deleted after the demonstration", FULL_ACCESS, Tz::UTC, 50, None, Some(14_000), Deleted),
    ("contractor-akhan", "Contract ended", AUDITOR, Tz::Asia__Kolkata, 240, Some(20), Some(30_000), Deleted),
];

/// Fills a new database, made for the user [`FULL_ACCESS_USER`], and adds [`AUDITOR_USER`].
///
/// # Errors
/// What the database said.
pub fn seed(service: &mut Service) -> Result<(), Trouble> {
    let now = service.now();
    let actor = service.sign_in(FULL_ACCESS_USER, &Arrival::default())?;
    service.store.write(|tx| {
        let auditor = UserFields {
            name: AUDITOR_USER.to_owned(),
            full_name: String::new(),
            role: AUDITOR,
            locale: None,
            zone: None,
            locked_out: false,
        };
        users::insert(tx, &auditor, now.plus(-400 * DAY))?;
        let mut seeding = Seeding {
            tx,
            actor: &actor,
            now,
            events: Vec::new(),
        };
        for (index, sample) in (0..).zip(&SAMPLES) {
            seeding.key(index, sample)?;
        }
        Ok(seeding.record_events()?)
    })
}

struct Seeding<'a> {
    tx: &'a Tx<'a>,
    actor: &'a Actor,
    now: Timestamp,
    /// The trail is in order of time, the keys are not.
    events: Vec<(Timestamp, EventKind, KeyId, &'static str, Value)>,
}

impl Seeding<'_> {
    fn key(&mut self, index: i64, sample: &Sample) -> Result<(), Fault> {
        let &(name, description, role, zone, age, expires, used, story) = sample;
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
            role,
            locale: if zone == Tz::Asia__Tokyo {
                Locale::JaJp
            } else {
                Locale::EnUs
            },
            zone,
            expiry,
            locked_out: story == LockedOut,
        };
        // No two at the same minute; the youngest was made minutes ago.
        let made = self.now.plus(-age * DAY - (index % 7 + 2) * 3 * MINUTE);
        let id = api_keys::insert(self.tx, &fields, &self.actor.name, made)?;
        self.event(
            made,
            EventKind::ApiKeyCreated,
            id,
            name,
            json!({ "fields": { "name": name } }),
        );
        if let Some(expiry) = expiry.filter(|expiry| expiry.at <= self.now) {
            sweep::note_expired(self.tx, id)?;
            let body = json!({ "expiredAt": expiry.at.0 });
            self.event(expiry.at, EventKind::ApiKeyExpired, id, name, body);
        }
        let first = self.issue(id, name, made)?;
        match story {
            JustMade => return Ok(()),
            NeverStored => {
                return secrets::end(self.tx, first, made.plus(HOUR), Ended::NotDeliveredInTime);
            }
            _ => self.deliver(id, name, first, made.plus(2 * MINUTE))?,
        }
        let used = used.map(|minutes| self.now.plus(-minutes * MINUTE));
        if let Some(at) = used {
            uses::accepted(self.tx, id, first, at)?;
        }
        self.tell(story, id, name, first, used)
    }

    fn tell(
        &mut self,
        story: Story,
        id: KeyId,
        name: &'static str,
        first: SecretId,
        used: Option<Timestamp>,
    ) -> Result<(), Fault> {
        let now = self.now;
        let ago = |ms: i64| now.plus(-ms);
        match story {
            InUse | JustMade | NeverStored => {}
            LockedOut => self.event(
                ago(6 * DAY),
                EventKind::ApiKeyLockedOut,
                id,
                name,
                json!({}),
            ),
            Deleted => {
                api_keys::set_deleted(self.tx, id, ago(2 * DAY))?;
                self.event(ago(2 * DAY), EventKind::ApiKeyDeleted, id, name, json!({}));
            }
            NewSecretPending => {
                self.issue(id, name, ago(10 * MINUTE))?;
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
                let second = self.issue(id, name, at.plus(-MINUTE))?;
                self.deliver(id, name, second, at)?;
                if let Some(at) = used {
                    uses::accepted(self.tx, id, second, at)?;
                }
                if story == OldSecretUsed {
                    let (at, reason) = (ago(26 * MINUTE), Refused::Replaced.word());
                    uses::refused(self.tx, id, first, reason, at)?;
                    let body = json!({ "secret": first.0, "reason": reason, "count": 1 });
                    self.event(at, EventKind::ApiKeySessionValidationFailed, id, name, body);
                }
            }
        }
        Ok(())
    }

    fn issue(&mut self, id: KeyId, name: &'static str, at: Timestamp) -> Result<SecretId, Fault> {
        // Any eight bytes will do, as long as no two secrets of a key share them.
        let secret = secrets::insert(self.tx, id, &at.0.to_be_bytes(), HASH, &self.actor.name, at)?;
        self.event(
            at,
            EventKind::SecretIssued,
            id,
            name,
            json!({ "secret": secret.0 }),
        );
        Ok(secret)
    }

    fn deliver(
        &mut self,
        id: KeyId,
        name: &'static str,
        secret: SecretId,
        at: Timestamp,
    ) -> Result<(), Fault> {
        secrets::deliver(self.tx, secret, at)?;
        api_keys::set_delivered(self.tx, id)?;
        self.event(
            at,
            EventKind::SecretDelivered,
            id,
            name,
            json!({ "secret": secret.0 }),
        );
        Ok(())
    }

    fn event(
        &mut self,
        at: Timestamp,
        kind: EventKind,
        id: KeyId,
        name: &'static str,
        body: Value,
    ) {
        self.events.push((at, kind, id, name, body));
    }

    fn record_events(mut self) -> Result<(), Fault> {
        self.events.sort_by_key(|(at, ..)| *at);
        for (at, kind, id, name, body) in self.events {
            let noticed = matches!(
                kind,
                EventKind::ApiKeySessionValidationFailed | EventKind::ApiKeyExpired
            );
            let actor = (!noticed).then_some(self.actor);
            record(self.tx, at, kind, actor, (id, name), body)?;
        }
        Ok(())
    }
}
