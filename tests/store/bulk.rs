//! One change of many rows, as the console makes it: looked at first, then row by row, each as it was seen. Two
//! administrators do so at once, against a model.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use keyward::domain::api_key::ApiKeyDraft;
use keyward::domain::date::parse_date;
use keyward::domain::edit::KeyEdit;
use keyward::domain::id::{AUDITOR, FULL_ACCESS, KeyId, RoleId};
use keyward::domain::intent::{Intent, KeyChange, Prospect};
use keyward::domain::trouble::Trouble;
use keyward::domain::user::Actor;
use keyward::service::Service;
use proptest::prelude::*;
use proptest::sample::subsequence;

use crate::support::database::{Bench, cases};

const KEYS: i64 = 6;

/// What the model knows of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Model {
    locked_out: Option<String>,
    deleted: bool,
    role: RoleId,
    expires: Option<NaiveDate>,
    description: String,
    /// Goes up with every change.
    version: i64,
}

/// What one administrator does to one key in Properties, or by a key of the list.
#[derive(Clone, Debug)]
enum Other {
    Change(KeyChange),
    Describe(String),
}

#[derive(Clone, Debug)]
struct Bulk {
    /// Whether alice makes it, or bob; the other one edits meanwhile.
    by_alice: bool,
    change: KeyChange,
    marked: Vec<i64>,
    /// What the other one does before so many rows were changed.
    meanwhile: Vec<(usize, i64, Other)>,
}

fn day(text: &str) -> NaiveDate {
    parse_date(text).expect("a day")
}

fn change() -> impl Strategy<Value = KeyChange> {
    prop_oneof![
        "[a-z]{0,3}".prop_map(|reason| KeyChange::LockOut { reason }),
        Just(KeyChange::Unlock),
        Just(KeyChange::Delete),
        Just(KeyChange::Restore),
        prop_oneof![Just(AUDITOR), Just(FULL_ACCESS)].prop_map(KeyChange::SetRole),
        prop_oneof![
            Just(None),
            Just(Some(day("2027-01-31"))),
            Just(Some(day("2028-02-29")))
        ]
        .prop_map(KeyChange::SetExpiry),
        (
            "[a-c]",
            prop_oneof![
                Just(None),
                Just(Some(None)),
                Just(Some(Some(day("2027-01-31"))))
            ]
        )
            .prop_map(|(description, expires_on)| {
                KeyChange::Edit(Box::new(KeyEdit {
                    description: Some(description),
                    expires_on,
                    ..KeyEdit::default()
                }))
            }),
    ]
}

fn other() -> impl Strategy<Value = Other> {
    prop_oneof![
        change().prop_map(Other::Change),
        "[a-c]".prop_map(Other::Describe)
    ]
}

fn bulk() -> impl Strategy<Value = Bulk> {
    let ids: Vec<i64> = (1..=KEYS).collect();
    let meanwhile = (0..6_usize, 1..=KEYS, other());
    let parts = (
        any::<bool>(),
        change(),
        subsequence(ids, 1..=6),
        prop::collection::vec(meanwhile, 0..4),
    );
    parts.prop_map(|(by_alice, change, marked, meanwhile)| Bulk {
        by_alice,
        change,
        marked,
        meanwhile,
    })
}

impl Model {
    /// What a change makes of it; nothing where it changes nothing or is refused.
    fn after(&self, what: &Other) -> Option<Model> {
        let mut then = self.clone();
        match what {
            Other::Change(KeyChange::Restore) => then.deleted = false,
            _ if self.deleted => return None,
            Other::Change(KeyChange::LockOut { reason }) => {
                let kept = self.locked_out.clone();
                then.locked_out = Some(kept.unwrap_or_else(|| reason.clone()));
            }
            Other::Change(KeyChange::Unlock) => then.locked_out = None,
            Other::Change(KeyChange::Delete) => then.deleted = true,
            Other::Change(KeyChange::SetRole(role)) => then.role = *role,
            Other::Change(KeyChange::SetExpiry(on)) => then.expires = *on,
            Other::Change(KeyChange::Edit(edit)) => {
                let describe = edit.description.as_ref();
                then.description
                    .clone_from(describe.expect("a description"));
                then.expires = edit.expires_on.unwrap_or(then.expires);
            }
            Other::Change(KeyChange::EndOverlap) => return None,
            Other::Describe(text) => text.clone_into(&mut then.description),
        }
        then.version += 1;
        (Model {
            version: self.version,
            ..then.clone()
        } != *self)
            .then_some(then)
    }
}

fn carry_out(service: &mut Service, actor: &Actor, id: KeyId, what: &Other) -> Result<(), Trouble> {
    match what {
        Other::Change(change) => service.change_key(actor, change.clone(), id),
        Other::Describe(text) => {
            let before = service.key_properties(actor, id)?.key.fields;
            let draft = ApiKeyDraft {
                description: text.clone(),
                ..ApiKeyDraft::from(&before)
            };
            service.save_key(actor, id, &before, &draft).map(drop)
        }
    }
}

/// The keys as the database has them.
fn keys(bench: &mut Bench) -> BTreeMap<i64, Model> {
    let read = |id| {
        let found = bench.by_alice(|service, alice| service.key_properties(alice, KeyId(id)));
        let intent = Intent::Key(KeyChange::Delete, KeyId(id));
        let seen = bench.by_alice(|service, alice| service.foresee_each(alice, &intent, &[id]));
        let model = Model {
            locked_out: found.key.fields.locked_out,
            deleted: found.key.facts.deleted,
            role: found.key.fields.role,
            expires: found.key.fields.expiry.map(|expiry| expiry.on),
            description: found.key.fields.description,
            version: seen[0].version,
        };
        (id, model)
    };
    (1..=KEYS).map(read).collect()
}

fn run(bulks: &[Bulk]) {
    let mut bench = Bench::new();
    for n in 1..=KEYS {
        bench.delivered(&format!("key {n}"));
    }
    let bob = bench.user("bob", FULL_ACCESS);
    let alice = bench.alice.clone();
    let mut services = [bench.another(), bench.another()];
    let mut model = keys(&mut bench);
    let before = bench.events().len();
    let mut changes = 0;
    for bulk in bulks {
        let [mine, others] = &mut services;
        let (me, other) = if bulk.by_alice {
            (&alice, &bob)
        } else {
            (&bob, &alice)
        };
        let prototype = Intent::Key(bulk.change.clone(), KeyId(0));
        let plan = mine
            .foresee_each(me, &prototype, &bulk.marked)
            .expect("seen");
        let seen = model.clone();
        let mine_does = Other::Change(bulk.change.clone());
        for row in &plan {
            let expected = seen[&row.intent.id()].after(&mine_does).is_some();
            assert_eq!(row.is_open(), expected, "{row:?}");
        }
        for (at, row) in plan.iter().filter(|row| row.is_open()).enumerate() {
            for (_, id, what) in bulk.meanwhile.iter().filter(|(when, ..)| *when == at) {
                let done = carry_out(others, other, KeyId(*id), what);
                if let Some(then) = model[id].after(what) {
                    assert_eq!(done, Ok(()), "{what:?}");
                    model.insert(*id, then);
                    changes += 1;
                }
            }
            let id = row.intent.id();
            let done = mine.unless_changed(row.version, |service| {
                service.change_key(me, bulk.change.clone(), KeyId(id))
            });
            if model[&id].version == seen[&id].version {
                assert_eq!(done, Ok(()), "{row:?}");
                let then = model[&id].after(&mine_does).expect("it was open");
                model.insert(id, then);
                changes += 1;
            } else {
                assert_eq!(done, Err(Trouble::ChangedSinceSeen), "{row:?}");
            }
        }
    }
    let events = bench.events();
    assert_eq!(keys(&mut bench), model);
    assert_eq!(
        events.len() - before,
        changes,
        "one event for each change: {events:?}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases(64)))]

    #[test]
    fn two_administrators_change_many_keys_at_once_and_nothing_is_lost(
        bulks in prop::collection::vec(bulk(), 1..6),
    ) {
        run(&bulks);
    }
}

#[test]
fn what_would_come_of_each_is_seen_as_of_one_moment_and_of_what_is_not_there_too() {
    let mut bench = Bench::new();
    let key = bench.delivered("alpha").key;
    let intent = Intent::Key(KeyChange::Restore, KeyId(0));
    let seen = bench.by_alice(|service, alice| service.foresee_each(alice, &intent, &[key.0, 99]));
    assert_eq!(seen[0].prospect, Ok(Prospect::NotDeleted));
    assert_eq!(seen[1].prospect, Err(Trouble::KeyGone(KeyId(99))));
    assert_eq!(seen[1].name, "");
}

#[test]
fn a_change_of_what_was_seen_needs_it_as_it_was() {
    let mut bench = Bench::new();
    let key = bench.delivered("alpha").key;
    let delete = |bench: &mut Bench, version| {
        let alice = bench.alice.clone();
        bench.service.unless_changed(version, |service| {
            service.change_key(&alice, KeyChange::Delete, key)
        })
    };
    let events = bench.events().len();
    assert_eq!(delete(&mut bench, 77), Err(Trouble::ChangedSinceSeen));
    assert_eq!(
        bench.events().len(),
        events,
        "nothing was refused to anybody"
    );
    let intent = Intent::Key(KeyChange::Delete, key);
    let seen = bench.by_alice(|service, alice| service.foresee_each(alice, &intent, &[key.0]));
    assert_eq!(delete(&mut bench, seen[0].version), Ok(()));
    // What was expected of the row is forgotten with that.
    bench.by_alice(|service, alice| service.restore_key(alice, key));
}
