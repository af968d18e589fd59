//! Creating, saving and deleting roles, and what follows for those who have them.

use keyward::domain::api_key::ApiKeyDraft;
use keyward::domain::id::{AUDITOR, FULL_ACCESS, KeyId, RoleId};
use keyward::domain::list::KeyRow;
use keyward::domain::problem::{Field, Problem, Rule, Value};
use keyward::domain::rights::Right;
use keyward::domain::role::{Assigned, RoleDraft, RoleFields};
use keyward::domain::state::{RESTORABLE, State};
use keyward::domain::trouble::Trouble;
use keyward::domain::user::Actor;
use keyward::domain::verdict::{Refused, Verdict};
use serde_json::Value as Json;

use crate::support::database::{
    AS_OF, Bench, authenticate, draft, everything, filter, rights, role_draft, user_draft, user_of,
};

impl Bench {
    fn role_fields(&self, id: RoleId) -> RoleFields {
        let read = self.service.role_properties(&self.alice, id);
        read.expect("read").fields
    }

    /// Saves one change of somebody's against what is there.
    pub fn save_role(
        &mut self,
        actor: &Actor,
        id: RoleId,
        change: impl FnOnce(&mut RoleDraft),
    ) -> Result<RoleFields, Trouble> {
        let before = self.role_fields(id);
        let mut draft = RoleDraft::from(&before);
        change(&mut draft);
        self.service.save_role(actor, id, &before, &draft)
    }

    /// The body of the last event.
    pub fn last_body(&self) -> (i64, Json) {
        let (number, _, body) = self.events().pop().expect("an event");
        (number, serde_json::from_str(&body).expect("JSON"))
    }
}

#[test]
fn a_name_is_one_roles_own_until_it_is_deleted() {
    let mut bench = Bench::new();
    let alice = bench.alice.clone();
    let ops = bench.role(&role_draft("Opérations", &[]));
    let upper = role_draft("OPÉRATIONS", &[]);
    let again = bench.service.create_role(&alice, &upper);
    let name = "Opérations".to_owned();
    let taken = vec![Problem::new(Field::Name, Rule::RoleNameTaken { name })];
    assert_eq!(again, Err(Trouble::Problems(taken)));
    let own = bench.save_role(&alice, ops, |draft| draft.name = "opérations".to_owned());
    assert_eq!(own.expect("its own name").name, "opérations");
    bench.by_alice(|service, alice| service.delete_role(alice, ops));
    assert!(bench.role(&upper) > ops);
}

#[test]
fn a_new_role_or_duplicate_is_given_a_name_that_is_free() {
    let mut bench = Bench::new();
    let mut next = |base: &str| {
        let name = bench.by_alice(|service, alice| service.new_role_name(alice, base));
        bench.role(&role_draft(&name, &[]));
        name
    };
    assert_eq!(next("New Role"), "New Role");
    assert_eq!(next("New Role"), "New Role_2");
    assert_eq!(next("new role"), "new role_3");
    assert_eq!(next("Auditor"), "Auditor_2");
    let long = "監".repeat(100);
    assert_eq!(next(&long), long);
    assert_eq!(next(&long), "監".repeat(98) + "_2");
}

#[test]
fn full_access_is_never_changed_or_deleted_and_the_auditor_can_be() {
    let mut bench = Bench::new();
    let alice = bench.alice.clone();
    let refused = Err(Trouble::RoleImmutable("Full Access".to_owned()));
    let changed = bench.save_role(&alice, FULL_ACCESS, |draft| {
        draft.description = "x".to_owned();
    });
    assert_eq!(changed.map(|_| ()), refused);
    assert_eq!(bench.service.delete_role(&alice, FULL_ACCESS), refused);
    assert_eq!(bench.event_numbers(), [9006, 9006]);
    let changed = bench.save_role(&alice, AUDITOR, |draft| draft.web_service = false);
    assert!(!changed.expect("changed").web_service);
    bench.by_alice(|service, alice| service.delete_role(alice, AUDITOR));
    let gone = Trouble::RoleGone(AUDITOR);
    let refused = bench.service.delete_role(&alice, AUDITOR);
    assert_eq!(refused, Err(gone.clone()));
    assert_eq!(bench.service.role_properties(&alice, AUDITOR), Err(gone));
}

#[test]
fn a_role_in_use_names_who_has_it_also_a_key_that_can_be_restored() {
    let mut bench = Bench::new();
    let alice = bench.alice.clone();
    let ops = bench.role(&role_draft("Ops", &[]));
    let bob = bench.user("bob", ops);
    let key = |name: &str| ApiKeyDraft {
        role: ops,
        ..draft(name)
    };
    let mut make = |draft| bench.by_alice(|service, alice| service.create_key(alice, &draft));
    let (live, dead) = (make(key("live")).key, make(key("dead")).key);
    bench.by_alice(|service, alice| service.delete_key(alice, dead));
    let of_key = |id, name: &str, deleted| Assigned::Key {
        id,
        name: name.to_owned(),
        deleted,
    };
    let by = vec![
        Assigned::User(user_of(&bob), "bob".to_owned()),
        of_key(dead, "dead", true),
        of_key(live, "live", false),
    ];
    let name = "Ops".to_owned();
    let in_use = Trouble::RoleInUse {
        name: name.clone(),
        by: by.clone(),
        more: 0,
    };
    assert_eq!(bench.service.delete_role(&alice, ops), Err(in_use));
    let properties = bench.by_alice(|service, alice| service.role_properties(alice, ops));
    let assigned = (properties.assigned, properties.assigned_more);
    assert_eq!(assigned, (by.clone(), 0));

    // Whoever may see neither is told how many there are.
    let held = [Right::ViewRoles, Right::DeleteRoles];
    let blind = bench.role(&role_draft("Blind", &held));
    let blind = bench.user("eve", blind);
    let in_use = Trouble::RoleInUse {
        name,
        by: Vec::new(),
        more: 3,
    };
    assert_eq!(bench.service.delete_role(&blind, ops), Err(in_use));
    let properties = bench.service.role_properties(&blind, ops).expect("read");
    let assigned = (properties.assigned, properties.assigned_more);
    assert_eq!(assigned, (Vec::new(), 3));

    bench.by_alice(|service, alice| service.delete_user(alice, user_of(&bob)));
    bench.by_alice(|service, alice| service.delete_key(alice, live));
    assert!(bench.service.delete_role(&alice, ops).is_err());
    bench.clock.advance(RESTORABLE - 1);
    assert!(bench.service.delete_role(&alice, ops).is_err());
    bench.clock.advance(1);
    bench.by_alice(|service, alice| service.delete_role(alice, ops));
    let restored = bench.service.restore_key(&alice, live);
    assert_eq!(restored, Err(Trouble::NotRestorable(live)));
    // A key that was deleted long ago still names its role.
    let shown = bench.by_alice(|service, alice| service.key_properties(alice, live));
    assert_eq!(shown.key.fields.role, ops);
    assert!(shown.roles.iter().all(|role| role.id != ops));
}

#[test]
fn more_than_200_are_counted_and_not_listed() {
    let mut bench = Bench::new();
    for index in 0..201 {
        let draft = user_draft(&format!("u{index:03}"), AUDITOR);
        bench.by_alice(|service, alice| service.create_user(alice, &draft));
        bench.create(&format!("k{index}"));
    }
    let properties = bench.by_alice(|service, alice| service.role_properties(alice, AUDITOR));
    let counts = (properties.assigned.len(), properties.assigned_more);
    assert_eq!(counts, (200, 202));
    assert!(matches!(&properties.assigned[199], Assigned::User(_, name) if name == "u199"));
}

/// What Properties says of a key; the list says the same.
fn state(bench: &Bench, id: KeyId) -> State {
    let alice = &bench.alice;
    let properties = bench.service.key_properties(alice, id).expect("read");
    let window = bench.service.window(alice, &everything());
    let rows = window.expect("read").rows;
    let row = rows.iter().find(|row| row.id() == id).expect("a row");
    assert_eq!(row.facts, properties.key.facts);
    row.state(AS_OF)
}

/// How many keys are counted as active.
fn active(bench: &Bench) -> i64 {
    let filter = filter::<KeyRow>("state:active");
    let counts = bench.service.counts(&bench.alice, &filter);
    counts.expect("counted").shown
}

#[test]
fn a_changed_role_takes_effect_at_the_next_check() {
    let mut bench = Bench::new();
    let alice = bench.alice.clone();
    let held = [Right::ViewApiKeys, Right::CreateApiKeys];
    let ops = bench.role(&role_draft("Ops", &held));
    let bob = bench.user("bob", ops);
    let key = |name: &str| ApiKeyDraft {
        role: ops,
        ..draft(name)
    };
    let made = bench.service.create_key(&bob, &key("a")).expect("created");
    let delivered = bench.service.deliver(&bob, made.id, None);
    delivered.expect("delivered");
    let verdict = authenticate(&mut bench.service, made.secret.expose());
    assert_eq!(verdict, Ok(Verdict::Refused(Refused::NoApiAccess)));
    assert_eq!(state(&bench, made.key), State::NoApiAccess);
    let counted = active(&bench);
    assert_eq!(counted, 0, "what does not authenticate is not active");
    let saved = bench.save_role(&alice, ops, |draft| draft.web_service = true);
    saved.expect("saved");
    let verdict = authenticate(&mut bench.service, made.secret.expose());
    assert!(matches!(verdict, Ok(Verdict::Valid(_))));
    assert_eq!(state(&bench, made.key), State::Active);
    assert_eq!(active(&bench), 1);
    let saved = bench.save_role(&alice, ops, |draft| draft.rights = rights(&[]));
    saved.expect("saved");
    let refused = bench.service.create_key(&bob, &key("b")).map(|_| ());
    assert_eq!(refused, Err(Trouble::NotAuthorized(Right::CreateApiKeys)));
}

#[test]
fn nobody_changes_what_the_own_role_allows_but_anybody_who_may_its_words() {
    let mut bench = Bench::new();
    let held = [Right::ViewRoles, Right::EditRoles, Right::ViewUsers];
    let ops = bench.role(&role_draft("Ops", &held));
    let bob = bench.user("bob", ops);
    let changes: [fn(&mut RoleDraft); 5] = [
        |draft| draft.rights = draft.rights.with(&rights(&[Right::EditUsers])),
        |draft| draft.rights = draft.rights.without(&rights(&[Right::ViewUsers])),
        |draft| draft.user_interface = false,
        |draft| draft.web_service = true,
        |draft| draft.equal_or_less = true,
    ];
    let rule = vec![Problem::new(Field::Rights, Rule::OwnRole)];
    for change in changes {
        let refused = bench.save_role(&bob, ops, change);
        assert_eq!(refused, Err(Trouble::Problems(rule.clone())));
    }
    let (number, body) = bench.last_body();
    let told = (number, &body["reason"], &body["action"]);
    assert_eq!(told, (9006, &"oneself".into(), &"save".into()));
    let renamed = bench.save_role(&bob, ops, |draft| {
        draft.name = "Operators".to_owned();
        draft.description = "Ours".to_owned();
    });
    assert_eq!(renamed.expect("renamed").name, "Operators");
}

#[test]
fn two_people_ticking_different_boxes_both_win_and_one_name_is_told_with_who_it_was() {
    let mut bench = Bench::new();
    let bob = bench.user("bob", FULL_ACCESS);
    let ops = bench.role(&role_draft("Ops", &[Right::ViewUsers, Right::EditUsers]));
    let before = bench.role_fields(ops);
    let theirs = RoleDraft::from(RoleFields {
        name: "Theirs".to_owned(),
        rights: rights(&[Right::ViewUsers, Right::EditUsers, Right::ViewEvents]),
        ..before.clone()
    });
    let saved = bench.service.save_role(&bob, ops, &before, &theirs);
    saved.expect("saved");
    let mine = RoleDraft::from(RoleFields {
        rights: rights(&[Right::ViewUsers, Right::ViewRoles]),
        ..before.clone()
    });
    let saved = bench.by_alice(|service, alice| service.save_role(alice, ops, &before, &mine));
    let wanted = rights(&[Right::ViewUsers, Right::ViewRoles, Right::ViewEvents]);
    assert_eq!((saved.rights, saved.name.as_str()), (wanted, "Theirs"));
    let clash = RoleDraft::from(RoleFields {
        name: "Mine".to_owned(),
        ..mine.fields
    });
    let rule = Rule::ChangedMeanwhile {
        mine: Value::Text("Mine".to_owned()),
        theirs: Value::Text("Theirs".to_owned()),
        by: Some("bob".to_owned()),
    };
    let refused = bench.service.save_role(&bob, ops, &before, &clash);
    let problems = vec![Problem::new(Field::Name, rule)];
    assert_eq!(refused, Err(Trouble::Problems(problems)));
}

#[test]
fn the_event_of_a_role_tells_each_field_and_each_right() {
    let mut bench = Bench::new();
    let alice = bench.alice.clone();
    let ops = bench.role(&role_draft("Ops", &[Right::ViewUsers, Right::EditUsers]));
    let (number, body) = bench.last_body();
    let names = [Right::EditUsers.name(), Right::ViewUsers.name()];
    let told = (number, &body["fields"]["rights"]);
    assert_eq!(told, (660, &names.to_vec().into()));
    assert_eq!(body["fields"]["userInterface"], true);
    let events = bench.events().len();
    bench.save_role(&alice, ops, |_| ()).expect("nothing to do");
    let now = bench.events().len();
    assert_eq!(now, events, "nothing changed is nothing written");
    bench
        .save_role(&alice, ops, |draft| {
            draft.rights = rights(&[Right::ViewUsers, Right::ViewRoles]);
            draft.equal_or_less = true;
        })
        .expect("saved");
    let (number, body) = bench.last_body();
    let changes = serde_json::json!({
        "equalOrLess": { "before": false, "after": true },
        "rights": { "added": [Right::ViewRoles.name()], "removed": [Right::EditUsers.name()] },
    });
    assert_eq!((number, &body["changes"]), (662, &changes));
    bench.by_alice(|service, alice| service.delete_role(alice, ops));
    assert_eq!(bench.last_body().0, 661);
}

#[test]
fn a_refused_attempt_holds_no_secret_that_was_typed_as_a_name() {
    let mut bench = Bench::new();
    let auditor = bench.user("auditor", AUDITOR);
    let secret = bench.create("a").secret.expose().to_owned();
    let draft = role_draft(&secret, &[]);
    let refused = bench.service.create_role(&auditor, &draft);
    assert_eq!(refused, Err(Trouble::NotAuthorized(Right::CreateRoles)));
    let (number, body) = bench.last_body();
    assert_eq!(number, 9006);
    assert_eq!(body["right"], Right::CreateRoles.name());
    let row = "SELECT target_kind || ' ' || target_id || ' ' || target_name FROM events ORDER BY sequence DESC";
    let row: String = crate::support::database::raw(&bench.place).row(row, ());
    assert_eq!(row, "role 0 ");
}
