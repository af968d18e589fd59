//! Creating, saving, locking out and deleting keys, and who may.

use keyward::domain::api_key::{ApiKeyDraft, ApiKeyFields};
use keyward::domain::id::{AUDITOR, FULL_ACCESS, KeyId, RoleId, SecretId};
use keyward::domain::list::{Filter, KeyRow};
use keyward::domain::problem::{Field, Problem, Rule, Value};
use keyward::domain::rights::Right;
use keyward::domain::state::RESTORABLE;
use keyward::domain::time::DAY;
use keyward::domain::trouble::Trouble;
use keyward::domain::user::{Actor, Arrival};
use keyward::domain::verdict::Refused;
use keyward::service::Service;
use keyward::store::api_keys;

use crate::support::database::{Bench, draft, raw, role_draft};

impl Bench {
    pub fn fields(&self, id: KeyId) -> ApiKeyFields {
        self.service
            .key_properties(&self.alice, id)
            .expect("read")
            .fields
    }

    /// Saves one change of alice's against what she read.
    pub fn save(
        &mut self,
        id: KeyId,
        before: &ApiKeyFields,
        change: impl FnOnce(&mut ApiKeyDraft),
    ) -> Result<ApiKeyFields, Trouble> {
        let mut draft = ApiKeyDraft::from(before);
        change(&mut draft);
        self.service.save_key(&self.alice, id, before, &draft)
    }
}

fn problems<T: std::fmt::Debug>(result: Result<T, Trouble>) -> Vec<Problem> {
    match result {
        Err(Trouble::Problems(problems)) => problems,
        other => panic!("no problems: {other:?}"),
    }
}

#[test]
fn a_name_is_taken_in_any_case_and_composition_until_the_key_is_deleted() {
    let mut bench = Bench::in_memory();
    let first = bench.create("Équipe").key;
    for same in ["Équipe", "éQUIPE", "E\u{301}quipe", " équipe "] {
        let found = problems(bench.service.create_key(&bench.alice, &draft(same)));
        let rule = Rule::NameTaken {
            id: first.0,
            name: "Équipe".to_owned(),
        };
        assert_eq!(found, [Problem::new(Field::Name, rule)], "{same}");
    }
    let second = bench.create("other").key;
    let before = bench.fields(second);
    let found = problems(bench.save(second, &before, |draft| draft.name = "ÉQUIPE".to_owned()));
    assert_eq!(found[0].field, Field::Name);
    bench.by_alice(|service, alice| service.delete_key(alice, first));
    assert!(
        bench
            .save(second, &before, |draft| draft.name = "ÉQUIPE".to_owned())
            .is_ok()
    );
    let before = bench.fields(second);
    let renamed = bench.save(second, &before, |draft| draft.name = "équipe".to_owned());
    assert_eq!(
        renamed.expect("a key may change its own case").name,
        "équipe"
    );
}

#[test]
fn bad_names_never_reach_the_database() {
    let mut bench = Bench::in_memory();
    let secret = bench.create("a").secret.expose().to_owned();
    for bad in [
        "",
        "  \u{3000}",
        &"x".repeat(1_000),
        "a\u{1b}[2J",
        "a\nb",
        "ab\u{202e}",
        "ab\u{200b}",
        &secret,
    ] {
        let found = problems(bench.service.create_key(&bench.alice, &draft(bad)));
        assert_eq!(found[0].field, Field::Name);
    }
    let counts = bench
        .service
        .counts(&bench.alice, &Filter::<KeyRow>::default());
    assert_eq!(counts.expect("counted").all, 1);
}

#[test]
fn a_role_that_does_not_exist_is_a_problem_beside_the_others() {
    let mut bench = Bench::in_memory();
    bench.create("a");
    let wrong = ApiKeyDraft {
        role: RoleId(99),
        ..draft("A")
    };
    let fields: Vec<Field> = problems(bench.service.create_key(&bench.alice, &wrong))
        .into_iter()
        .map(|problem| problem.field)
        .collect();
    assert_eq!(fields, [Field::Name, Field::Role]);
}

#[test]
fn two_people_saving_different_fields_lose_nothing() {
    let mut bench = Bench::in_memory();
    let bob = bench.user("bob", FULL_ACCESS);
    let id = bench.create("a").key;
    let before = bench.fields(id);
    let theirs = ApiKeyDraft {
        role: FULL_ACCESS,
        ..ApiKeyDraft::from(&before)
    };
    bench
        .another()
        .save_key(&bob, id, &before, &theirs)
        .expect("saved");
    let merged = bench
        .save(id, &before, |draft| draft.description = "mine".to_owned())
        .expect("saved");
    assert_eq!(
        (merged.role, merged.description.as_str()),
        (FULL_ACCESS, "mine")
    );
    assert_eq!(bench.fields(id), merged);
}

#[test]
fn two_people_saving_one_field_are_told_by_whom() {
    let mut bench = Bench::in_memory();
    let bob = bench.user("bob", FULL_ACCESS);
    let id = bench.create("a").key;
    let before = bench.fields(id);
    let theirs = ApiKeyDraft {
        description: "theirs".to_owned(),
        ..ApiKeyDraft::from(&before)
    };
    bench
        .another()
        .save_key(&bob, id, &before, &theirs)
        .expect("saved");
    let found = problems(bench.save(id, &before, |draft| draft.description = "mine".to_owned()));
    let rule = Rule::ChangedMeanwhile {
        theirs: Value::Text("theirs".to_owned()),
        by: Some("bob".to_owned()),
    };
    assert_eq!(found, [Problem::new(Field::Description, rule)]);
}

#[test]
fn an_event_tells_each_changed_field_and_the_lock_has_its_own() {
    let mut bench = Bench::in_memory();
    let id = bench.create("a").key;
    let before = bench.fields(id);
    bench
        .save(id, &before, |draft| {
            draft.name = "b".to_owned();
            draft.expires_on = Some("2026-12-31".to_owned());
            draft.locked_out = true;
        })
        .expect("saved");
    let events = bench.events();
    assert_eq!(bench.event_numbers(), [656, 9000, 658, 673]);
    let body: serde_json::Value = serde_json::from_str(&events[2].2).expect("JSON");
    assert_eq!(body["version"], 1);
    assert_eq!(
        body["changes"]["name"],
        serde_json::json!({ "before": "a", "after": "b" })
    );
    assert_eq!(body["changes"]["expires"]["after"]["on"], "2026-12-31");
    assert_eq!(
        body["changes"].as_object().map(serde_json::Map::len),
        Some(2)
    );
    assert_eq!(events[2].1, "alice");
}

#[test]
fn what_changes_nothing_writes_nothing() {
    let mut bench = Bench::in_memory();
    let id = bench.create("a").key;
    bench.by_alice(|service, alice| service.lock_out_key(alice, id));
    let watcher = bench.another();
    let events = bench.events();
    let version = watcher.store().data_version().expect("read");
    bench.by_alice(|service, alice| service.lock_out_key(alice, id));
    let before = bench.fields(id);
    bench.save(id, &before, |_| {}).expect("nothing to save");
    assert_eq!(
        (bench.events(), watcher.store().data_version()),
        (events, Ok(version))
    );
    bench.by_alice(|service, alice| service.unlock_key(alice, id));
    assert_eq!(bench.event_numbers(), [656, 9000, 673, 674]);
    assert_ne!(watcher.store().data_version(), Ok(version));
}

#[test]
fn a_deleted_key_is_shown_and_changed_no_more() {
    let mut bench = Bench::in_memory();
    let id = bench.create("a").key;
    let before = bench.fields(id);
    bench.by_alice(|service, alice| service.delete_key(alice, id));
    assert!(
        bench
            .service
            .key_properties(&bench.alice, id)
            .expect("shown")
            .facts
            .deleted
    );
    let gone = Err(Trouble::KeyGone(id));
    assert_eq!(bench.service.delete_key(&bench.alice, id), gone);
    assert_eq!(bench.service.lock_out_key(&bench.alice, id), gone);
    assert_eq!(
        bench
            .save(id, &before, |draft| draft.name = "b".to_owned())
            .map(|_| ()),
        gone
    );
    assert_eq!(bench.service.issue(&bench.alice, id).map(|_| ()), gone);
    let never = KeyId(id.0 + 1);
    assert_eq!(
        bench
            .service
            .key_properties(&bench.alice, never)
            .map(|_| ()),
        Err(Trouble::KeyGone(never))
    );
}

#[test]
fn an_id_is_never_used_again() {
    let mut bench = Bench::in_memory();
    let id = bench.create("a").key;
    let connection = raw(&bench.place);
    connection
        .execute_batch(
            "PRAGMA foreign_keys = OFF; DELETE FROM api_keys; DELETE FROM api_key_secrets;",
        )
        .expect("removed behind our back");
    assert!(bench.create("a").key > id);
}

#[test]
fn an_auditor_is_refused_every_change() {
    type Use = fn(&mut Service, &Actor, KeyId, SecretId, &ApiKeyFields) -> Result<(), Trouble>;
    let uses: [(Right, Use); 10] = [
        (Right::CreateApiKeys, |s, who, _, _, _| {
            s.create_key(who, &draft("new")).map(|_| ())
        }),
        (Right::EditApiKeys, |s, who, key, _, fields| {
            s.save_key(who, key, fields, &draft("x")).map(|_| ())
        }),
        (Right::EditApiKeys, |s, who, key, _, _| {
            s.lock_out_key(who, key)
        }),
        (Right::EditApiKeys, |s, who, key, _, _| {
            s.unlock_key(who, key)
        }),
        (Right::DeleteApiKeys, |s, who, key, _, _| {
            s.delete_key(who, key)
        }),
        (Right::EditApiKeys, |s, who, key, _, _| {
            s.issue(who, key).map(|_| ())
        }),
        (Right::EditApiKeys, |s, who, _, id, _| {
            s.deliver(who, id, None).map(|_| ())
        }),
        (Right::EditApiKeys, |s, who, _, id, _| s.discard(who, id)),
        (Right::EditApiKeys, |s, who, key, _, _| {
            s.end_overlap(who, key)
        }),
        (Right::EditApiKeys, |s, who, _, id, _| {
            s.saved_to_file(who, id, "secret.txt")
        }),
    ];
    let mut bench = Bench::in_memory();
    let auditor = bench.user("auditor", AUDITOR);
    let issued = bench.create("a");
    let (before, fields) = (bench.events(), bench.fields(issued.key));
    for (right, change) in &uses {
        let refused = change(&mut bench.service, &auditor, issued.key, issued.id, &fields);
        assert_eq!(refused, Err(Trouble::NotAuthorized(*right)));
    }
    let (events, noted) = (bench.events(), uses.len());
    assert_eq!(events[..before.len()], before);
    let refused: Vec<_> = events[before.len()..]
        .iter()
        .map(|(number, who, _)| (*number, who.as_str()))
        .collect();
    assert_eq!(refused, vec![(9006, "auditor"); noted]);
    assert_eq!(bench.fields(issued.key), fields);
    assert_eq!(
        bench.hasher.computations(),
        1,
        "a refused issue costs no hash"
    );
    assert!(bench.service.key_properties(&auditor, issued.key).is_ok());
}

#[test]
fn a_right_that_was_taken_away_counts_at_once() {
    let mut bench = Bench::in_memory();
    let bob = bench.user("bob", FULL_ACCESS);
    let connection = raw(&bench.place);
    connection
        .execute("UPDATE users SET role = 2 WHERE name = 'bob'", ())
        .expect("demoted");
    let refused = bench.service.create_key(&bob, &draft("a")).map(|_| ());
    assert_eq!(refused, Err(Trouble::NotAuthorized(Right::CreateApiKeys)));
    connection
        .execute("DELETE FROM users WHERE name = 'bob'", ())
        .expect("removed");
    let gone = Trouble::NoSuchUser("bob".to_owned());
    assert_eq!(
        bench.service.create_key(&bob, &draft("a")).map(|_| ()),
        Err(gone.clone())
    );
    assert_eq!(bench.service.sign_in("bob", &Arrival::default()), Err(gone));
}

#[test]
fn who_may_not_view_sees_nothing() {
    let bench = Bench::in_memory();
    raw(&bench.place)
        .execute("UPDATE roles SET rights = '[]' WHERE id = 1", ())
        .expect("emptied");
    let refused = Trouble::NotAuthorized(Right::ViewApiKeys);
    let query = crate::support::database::everything();
    assert_eq!(
        bench.service.window(&bench.alice, &query).map(|_| ()),
        Err(refused.clone())
    );
    assert_eq!(
        bench
            .service
            .counts(&bench.alice, &query.filter)
            .map(|_| ()),
        Err(refused.clone())
    );
    assert_eq!(
        bench
            .service
            .key_properties(&bench.alice, KeyId(1))
            .map(|_| ()),
        Err(refused.clone())
    );
    assert_eq!(bench.service.roles(&bench.alice).map(|_| ()), Err(refused));
}

#[test]
fn a_deleted_key_comes_back_within_7_days_with_its_secret_and_not_with_a_pending_one() {
    let mut bench = Bench::in_memory();
    let alice = bench.alice.clone();
    let old = bench.delivered("a");
    let new = bench.issue(old.key);
    bench.by_alice(|service, alice| service.delete_key(alice, old.key));
    bench.clock.advance(RESTORABLE - 1);
    bench.service.sweep().expect("swept");
    bench.by_alice(|service, alice| service.restore_key(alice, old.key));
    assert_eq!(bench.refusal(&old), None);
    assert_eq!(bench.refusal(&new), Some(Refused::NotDelivered));
    let numbers = bench.event_numbers();
    bench.by_alice(|service, alice| service.restore_key(alice, old.key));
    assert_eq!(bench.event_numbers(), numbers);
    assert_eq!(numbers.iter().filter(|number| **number == 9005).count(), 1);

    bench.by_alice(|service, alice| service.delete_key(alice, old.key));
    let taken = bench.create("A").key;
    let name = Trouble::NameTakenMeanwhile {
        id: taken,
        name: "A".to_owned(),
    };
    assert_eq!(bench.service.restore_key(&alice, old.key), Err(name));
    bench.by_alice(|service, alice| service.delete_key(alice, taken));
    bench.clock.advance(RESTORABLE);
    let late = Err(Trouble::NotRestorable(old.key));
    assert_eq!(bench.service.restore_key(&alice, old.key), late);
    bench.service.sweep().expect("swept");
    // Not even where the clock goes back: the hashes are gone.
    bench.clock.advance(-DAY);
    assert_eq!(bench.service.restore_key(&alice, old.key), late);
}

#[test]
fn a_key_keeps_a_role_that_is_beyond_whoever_edits_it_and_takes_none_on() {
    let mut bench = Bench::in_memory();
    let held = [Right::ViewApiKeys, Right::EditApiKeys, Right::CreateApiKeys];
    let desk = bench.role(&role_draft("Desk", &held));
    let bob = bench.user("bob", desk);
    let full = ApiKeyDraft {
        role: FULL_ACCESS,
        ..draft("a")
    };
    let key = bench.by_alice(|service, alice| service.create_key(alice, &full));
    let before = bench
        .service
        .key_properties(&bob, key.key)
        .expect("read")
        .fields;
    let described = ApiKeyDraft {
        description: "x".to_owned(),
        ..ApiKeyDraft::from(&before)
    };
    bench
        .service
        .save_key(&bob, key.key, &before, &described)
        .expect("its role stays");
    let beyond = Trouble::SecretBeyondOwn {
        name: "a".to_owned(),
        role: "Full Access".to_owned(),
    };
    let hashes = bench.hasher.computations();
    assert_eq!(
        bench.service.issue(&bob, key.key).map(|_| ()),
        Err(beyond.clone())
    );
    assert_eq!(
        bench.hasher.computations(),
        hashes,
        "a refused issue costs no hash"
    );
    assert_eq!(
        bench.service.deliver(&bob, key.id, None).map(|_| ()),
        Err(beyond)
    );
    bench
        .service
        .discard(&bob, key.id)
        .expect("what gives nothing may be done");
    let refused = bench.service.create_key(
        &bob,
        &ApiKeyDraft {
            role: FULL_ACCESS,
            ..draft("b")
        },
    );
    assert_eq!(
        problems(refused),
        [Problem::new(Field::Role, Rule::RoleBeyondOwn)]
    );
}

#[test]
fn an_id_that_was_reserved_and_not_used_is_never_given_again() {
    let mut bench = Bench::in_memory();
    let first = bench.create("a").key;
    let reserved = bench.store().write(api_keys::reserve).expect("reserved");
    let second = bench.create("b").key;
    assert_eq!((first.0, reserved.0, second.0), (1, 2, 3));
    // Nor by who adds a row without one.
    let raw = raw(&bench.place);
    let sql = "INSERT INTO api_keys (name, name_key, description, search, role, locale, time_zone, locked_out, created_at,
                   created_by) SELECT 'c', 'c', description, search, role, locale, time_zone, locked_out, created_at,
                   created_by FROM api_keys WHERE id = 1";
    let kept = bench.store().write(api_keys::reserve).expect("reserved");
    raw.execute(sql, ()).expect("added");
    assert_eq!((kept.0, raw.last_insert_rowid()), (4, 5));
}

#[test]
fn a_refused_key_takes_no_id() {
    let mut bench = Bench::in_memory();
    let alice = bench.alice.clone();
    assert!(bench.service.create_key(&alice, &draft("")).is_err());
    assert_eq!(bench.create("a").key.0, 1);
    assert!(bench.service.create_key(&alice, &draft("a")).is_err());
    assert_eq!(bench.create("b").key.0, 2);
}
