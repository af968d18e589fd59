//! Creating, saving, locking out and deleting keys, and who may.

use keyward::clock::Clock;
use keyward::domain::api_key::{ApiKeyDraft, ApiKeyFields};
use keyward::domain::id::{AUDITOR, FULL_ACCESS, KeyId, RoleId};
use keyward::domain::intent::{Intent, KeyChange, Prospect};
use keyward::domain::list::{Filter, KeyRow};
use keyward::domain::name::REASON_MAX;
use keyward::domain::problem::{Field, Problem, Rule, Value};
use keyward::domain::rights::Right;
use keyward::domain::state::{LockedBy, RESTORABLE};
use keyward::domain::time::{DAY, MINUTE};
use keyward::domain::trouble::Trouble;
use keyward::domain::user::{Actor, Arrival};
use keyward::domain::verdict::Refused;
use keyward::store::api_keys;

use crate::support::database::{Bench, draft, everything, raw, role_draft};

impl Bench {
    pub fn fields(&self, id: KeyId) -> ApiKeyFields {
        self.service
            .key_properties(&self.alice, id)
            .expect("read")
            .key
            .fields
    }

    /// Saves one change of alice's against what she read.
    pub fn save(
        &mut self,
        id: KeyId,
        before: &ApiKeyFields,
        change: impl FnOnce(&mut ApiKeyDraft),
    ) -> Result<ApiKeyFields, Trouble> {
        let alice = self.alice.clone();
        self.save_as(&alice, id, before, change)
    }

    /// Saves one change of somebody's against what they read.
    fn save_as(
        &mut self,
        actor: &Actor,
        id: KeyId,
        before: &ApiKeyFields,
        change: impl FnOnce(&mut ApiKeyDraft),
    ) -> Result<ApiKeyFields, Trouble> {
        let mut draft = ApiKeyDraft::from(before);
        change(&mut draft);
        self.service.save_key(actor, id, before, &draft)
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
    let mut bench = Bench::new();
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
    let upper = |draft: &mut ApiKeyDraft| draft.name = "ÉQUIPE".to_owned();
    let found = problems(bench.save(second, &before, upper));
    assert_eq!(found[0].field, Field::Name);
    bench.by_alice(|service, alice| service.delete_key(alice, first));
    assert!(bench.save(second, &before, upper).is_ok());
    let before = bench.fields(second);
    let renamed = bench.save(second, &before, |draft| draft.name = "équipe".to_owned());
    let renamed = renamed.expect("a key may change its own case");
    assert_eq!(renamed.name, "équipe");
}

#[test]
fn bad_names_never_reach_the_database() {
    let mut bench = Bench::new();
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
    let all = Filter::<KeyRow>::default();
    let counts = bench.by_alice(|service, alice| service.counts(alice, &all));
    assert_eq!(counts.all, 1);
}

#[test]
fn a_role_that_does_not_exist_is_a_problem_beside_the_others() {
    let mut bench = Bench::new();
    bench.create("a");
    let wrong = ApiKeyDraft {
        role: RoleId(99),
        ..draft("A")
    };
    let found = problems(bench.service.create_key(&bench.alice, &wrong));
    let fields: Vec<Field> = found.into_iter().map(|problem| problem.field).collect();
    assert_eq!(fields, [Field::Name, Field::Role]);
}

#[test]
fn two_people_saving_different_fields_lose_nothing() {
    let mut bench = Bench::new();
    let bob = bench.user("bob", FULL_ACCESS);
    let id = bench.create("a").key;
    let before = bench.fields(id);
    let theirs = bench.save_as(&bob, id, &before, |draft| draft.role = FULL_ACCESS);
    theirs.expect("saved");
    let mine = bench.save(id, &before, |draft| draft.description = "mine".to_owned());
    let merged = mine.expect("saved");
    assert_eq!(merged.role, FULL_ACCESS);
    assert_eq!(merged.description, "mine");
    assert_eq!(bench.fields(id), merged);
}

#[test]
fn two_people_saving_one_field_are_told_by_whom() {
    let mut bench = Bench::new();
    let bob = bench.user("bob", FULL_ACCESS);
    let id = bench.create("a").key;
    let before = bench.fields(id);
    let theirs = bench.save_as(&bob, id, &before, |draft| {
        draft.description = "theirs".to_owned();
    });
    theirs.expect("saved");
    let found = problems(bench.save(id, &before, |draft| draft.description = "mine".to_owned()));
    let rule = Rule::ChangedMeanwhile {
        mine: Value::Text("mine".to_owned()),
        theirs: Value::Text("theirs".to_owned()),
        by: Some("bob".to_owned()),
    };
    assert_eq!(found, [Problem::new(Field::Description, rule)]);
}

#[test]
fn an_event_tells_each_changed_field_and_the_lock_has_its_own() {
    let mut bench = Bench::new();
    let id = bench.create("a").key;
    let before = bench.fields(id);
    bench
        .save(id, &before, |draft| {
            draft.name = "b".to_owned();
            draft.expires_on = Some("2026-12-31".to_owned());
            draft.locked_out = Some(String::new());
        })
        .expect("saved");
    let events = bench.events();
    assert_eq!(bench.event_numbers(), [656, 9000, 658, 673]);
    let body: serde_json::Value = serde_json::from_str(&events[2].2).expect("JSON");
    assert_eq!(body["version"], 1);
    let changes = body["changes"].as_object().expect("changes");
    let name = serde_json::json!({ "before": "a", "after": "b" });
    assert_eq!(changes["name"], name);
    assert_eq!(changes["expires"]["after"]["on"], "2026-12-31");
    assert_eq!(changes.len(), 2);
    assert_eq!(events[2].1, "alice");
}

#[test]
fn what_changes_nothing_writes_nothing() {
    let mut bench = Bench::new();
    let id = bench.create("a").key;
    bench.by_alice(|service, alice| service.lock_out_key(alice, id, ""));
    let watcher = bench.another();
    let events = bench.events();
    let (rows, version) = (bench.dump(), watcher.store().data_version());
    bench.by_alice(|service, alice| service.lock_out_key(alice, id, ""));
    let before = bench.fields(id);
    bench.save(id, &before, |_| {}).expect("nothing to save");
    assert_eq!((bench.events(), bench.dump()), (events, rows));
    bench.by_alice(|service, alice| service.unlock_key(alice, id));
    assert_eq!(bench.event_numbers(), [656, 9000, 673, 674]);
    assert_ne!(watcher.store().data_version(), version);
}

#[test]
fn who_locked_a_key_out_when_and_why_is_kept_until_it_is_unlocked() {
    let mut bench = Bench::new();
    let bob = bench.user("bob", FULL_ACCESS);
    let id = bench.create("a").key;
    let properties =
        |bench: &mut Bench| bench.by_alice(|service, alice| service.key_properties(alice, id));
    let of = |name: &str, at| {
        let name = Some(name.to_owned());
        Some(LockedBy { name, at })
    };
    bench.by_alice(|service, alice| service.lock_out_key(alice, id, " contract ended "));
    let at = bench.clock.now();
    bench.clock.advance(MINUTE);
    // Whoever comes second changes neither the reason nor who it was.
    let again = bench.service.lock_out_key(&bob, id, "leaked");
    assert_eq!(again, Ok(()));
    let found = properties(&mut bench);
    assert_eq!(
        found.key.fields.locked_out.as_deref(),
        Some("contract ended")
    );
    assert_eq!(found.key.locked_by, of("alice", at));
    let lock = KeyChange::LockOut {
        reason: String::new(),
    };
    let already = Prospect::LockedAlready {
        by: of("alice", at),
        reason: "contract ended".to_owned(),
    };
    let foreseen = bench.service.foresee(&bob, &Intent::Key(lock, id));
    assert_eq!(foreseen, Ok(already));
    // Nor does another reason, nor another name.
    let before = bench.fields(id);
    let saved = bench.save_as(&bob, id, &before, |draft| {
        draft.name = "b".to_owned();
        draft.locked_out = Some("leaked".to_owned());
    });
    assert!(saved.is_ok());
    assert_eq!(properties(&mut bench).key.locked_by, of("alice", at));
    bench.by_alice(|service, alice| service.unlock_key(alice, id));
    let found = properties(&mut bench);
    assert_eq!(
        (found.key.fields.locked_out, found.key.locked_by),
        (None, None)
    );
    let locked = bench.service.lock_out_key(&bob, id, "");
    assert_eq!(locked, Ok(()));
    let found = properties(&mut bench);
    assert_eq!(found.key.fields.locked_out.as_deref(), Some(""));
    assert_eq!(found.key.locked_by, of("bob", bench.clock.now()));
}

#[test]
fn a_reason_for_a_lock_keeps_to_the_rules_of_texts() {
    let mut bench = Bench::new();
    let made = bench.delivered("a");
    let id = made.key;
    let secret = made.secret.expose().to_owned();
    let (begin, end) = secret.split_at(20);
    let apart = format!("{begin} {end}");
    let long = "x".repeat(REASON_MAX + 1);
    for (reason, rule) in [
        (
            "a\nb",
            Rule::ControlCharacter {
                position: 2,
                code: 10,
            },
        ),
        (&secret, Rule::LooksLikeSecret),
        (&apart, Rule::LooksLikeSecret),
        (
            &long,
            Rule::TooLong {
                max: REASON_MAX,
                count: REASON_MAX + 1,
            },
        ),
    ] {
        let alice = bench.alice.clone();
        let refused = bench.service.lock_out_key(&alice, id, reason);
        let problem = Problem::new(Field::LockedOut, rule);
        assert_eq!(refused, Err(Trouble::Problems(vec![problem])), "{reason}");
        let before = bench.fields(id);
        let lock = Some(reason.to_owned());
        assert!(
            bench
                .save(id, &before, |draft| draft.locked_out = lock)
                .is_err()
        );
    }
    assert_eq!(bench.fields(id).locked_out, None);
}

#[test]
fn a_deleted_key_is_shown_and_changed_no_more() {
    let mut bench = Bench::new();
    let id = bench.create("a").key;
    let before = bench.fields(id);
    bench.by_alice(|service, alice| service.delete_key(alice, id));
    let shown = bench.by_alice(|service, alice| service.key_properties(alice, id));
    assert!(shown.key.facts.deleted);
    let gone = Err(Trouble::KeyGone(id));
    let renamed = bench.save(id, &before, |draft| draft.name = "b".to_owned());
    assert_eq!(renamed.map(drop), gone);
    let (service, alice) = (&mut bench.service, &bench.alice);
    assert_eq!(service.delete_key(alice, id), gone);
    assert_eq!(service.lock_out_key(alice, id, ""), gone);
    assert_eq!(service.issue(alice, id).map(drop), gone);
    let never = KeyId(id.0 + 1);
    let read = service.key_properties(alice, never);
    assert_eq!(read.map(drop), Err(Trouble::KeyGone(never)));
}

#[test]
fn an_id_is_never_used_again() {
    let mut bench = Bench::new();
    let id = bench.create("a").key;
    let sql = "DELETE FROM api_keys; DELETE FROM api_key_secrets;";
    raw(&bench.place).past_references(sql);
    assert!(bench.create("a").key > id);
}

#[test]
fn an_auditor_is_refused_every_change() {
    let mut bench = Bench::new();
    let auditor = bench.user("auditor", AUDITOR);
    let issued = bench.create("a");
    let (key, id) = (issued.key, issued.id);
    let (before, fields) = (bench.events(), bench.fields(key));
    let (s, who) = (&mut bench.service, &auditor);
    let [create, edit, delete] = [
        Right::CreateApiKeys,
        Right::EditApiKeys,
        Right::DeleteApiKeys,
    ];
    let tries = [
        (create, s.create_key(who, &draft("new")).map(drop)),
        (edit, s.save_key(who, key, &fields, &draft("x")).map(drop)),
        (edit, s.lock_out_key(who, key, "")),
        (edit, s.unlock_key(who, key)),
        (delete, s.delete_key(who, key)),
        (edit, s.issue(who, key).map(drop)),
        (edit, s.deliver(who, id, None).map(drop)),
        (edit, s.discard(who, id)),
        (edit, s.end_overlap(who, key)),
        (edit, s.saved_to_file(who, id, "secret.txt", &[])),
    ];
    for (at, (right, refused)) in tries.iter().enumerate() {
        let expected = Err(Trouble::NotAuthorized(*right));
        assert_eq!(*refused, expected, "try {at}");
    }
    let events = bench.events();
    let (known, refused) = events.split_at(before.len());
    assert_eq!(known, before);
    let refused = refused
        .iter()
        .map(|(number, who, _)| (*number, who.as_str()));
    let refused: Vec<_> = refused.collect();
    assert_eq!(refused, [(9006, "auditor"); 10]);
    assert_eq!(bench.fields(key), fields);
    let computations = bench.hasher.computations();
    assert_eq!(computations, 1, "a refused issue costs no hash");
    assert!(bench.service.key_properties(&auditor, key).is_ok());
}

#[test]
fn a_right_that_was_taken_away_counts_at_once() {
    let mut bench = Bench::new();
    let bob = bench.user("bob", FULL_ACCESS);
    let connection = raw(&bench.place);
    let demote = "UPDATE users SET role = 2 WHERE name = 'bob'";
    connection.execute(demote, ()).expect("demoted");
    let refused = bench.service.create_key(&bob, &draft("a")).map(|_| ());
    assert_eq!(refused, Err(Trouble::NotAuthorized(Right::CreateApiKeys)));
    let remove = "DELETE FROM users WHERE name = 'bob'";
    connection.execute(remove, ()).expect("removed");
    let gone = Trouble::NoSuchUser("bob".to_owned());
    let created = bench.service.create_key(&bob, &draft("a")).map(|_| ());
    assert_eq!(created, Err(gone.clone()));
    assert_eq!(bench.service.sign_in("bob", &Arrival::default()), Err(gone));
}

#[test]
fn who_may_not_view_sees_nothing() {
    let bench = Bench::new();
    raw(&bench.place)
        .execute("UPDATE roles SET rights = '[]' WHERE id = 1", ())
        .expect("emptied");
    let refused = Err(Trouble::NotAuthorized(Right::ViewApiKeys));
    let (service, alice, query) = (&bench.service, &bench.alice, everything());
    assert_eq!(service.window(alice, &query).map(drop), refused);
    assert_eq!(service.counts(alice, &query.filter).map(drop), refused);
    let properties = service.key_properties(alice, KeyId(1));
    assert_eq!(properties.map(drop), refused);
    assert_eq!(service.roles(alice).map(drop), refused);
}

#[test]
fn a_deleted_key_comes_back_within_7_days_with_its_secret_and_not_with_a_pending_one() {
    let mut bench = Bench::new();
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
    let mut bench = Bench::new();
    let held = [Right::ViewApiKeys, Right::EditApiKeys, Right::CreateApiKeys];
    let desk = bench.role(&role_draft("Desk", &held));
    let bob = bench.user("bob", desk);
    let full = ApiKeyDraft {
        role: FULL_ACCESS,
        ..draft("a")
    };
    let key = bench.by_alice(|service, alice| service.create_key(alice, &full));
    let read = bench.service.key_properties(&bob, key.key);
    let before = read.expect("read").key.fields;
    let described = bench.save_as(&bob, key.key, &before, |draft| {
        draft.description = "x".to_owned();
    });
    described.expect("its role stays");
    let beyond = Trouble::SecretBeyondOwn {
        name: "a".to_owned(),
        role: "Full Access".to_owned(),
    };
    let hashes = bench.hasher.computations();
    let issued = bench.service.issue(&bob, key.key).map(|_| ());
    assert_eq!(issued, Err(beyond.clone()));
    let computations = bench.hasher.computations();
    assert_eq!(computations, hashes, "a refused issue costs no hash");
    let delivered = bench.service.deliver(&bob, key.id, None).map(|_| ());
    assert_eq!(delivered, Err(beyond));
    let discarded = bench.service.discard(&bob, key.id);
    discarded.expect("what gives nothing may be done");
    let second = ApiKeyDraft {
        role: FULL_ACCESS,
        ..draft("b")
    };
    let refused = problems(bench.service.create_key(&bob, &second));
    assert_eq!(refused, [Problem::new(Field::Role, Rule::RoleBeyondOwn)]);
}

#[test]
fn an_id_that_was_reserved_and_not_used_is_never_given_again() {
    let mut bench = Bench::new();
    let first = bench.create("a").key;
    let reserved = bench.store().write(api_keys::reserve).expect("reserved");
    let second = bench.create("b").key;
    assert_eq!((first.0, reserved.0, second.0), (1, 2, 3));
    // Nor by who adds a row without one.
    let raw = raw(&bench.place);
    let mut columns = raw.columns("api_keys");
    columns.retain(|column| !["id", "name_key"].contains(&&**column));
    let columns = columns.join(", ");
    let sql = format!(
        "INSERT INTO api_keys ({columns}, name_key) SELECT {columns}, 'c' FROM api_keys WHERE id = 1 RETURNING id"
    );
    let kept = bench.store().write(api_keys::reserve).expect("reserved");
    assert_eq!((kept.0, raw.row::<i64>(&sql, ())), (4, 5));
}

#[test]
fn a_refused_key_takes_no_id() {
    let mut bench = Bench::new();
    let alice = bench.alice.clone();
    assert!(bench.service.create_key(&alice, &draft("")).is_err());
    assert_eq!(bench.create("a").key.0, 1);
    assert!(bench.service.create_key(&alice, &draft("a")).is_err());
    assert_eq!(bench.create("b").key.0, 2);
}
