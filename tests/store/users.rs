//! Creating, saving, locking out and deleting users.

use keyward::domain::id::{AUDITOR, FULL_ACCESS, UserId};
use keyward::domain::locale::Locale;
use keyward::domain::problem::{Field, Problem, Rule, Value};
use keyward::domain::rights::Right;
use keyward::domain::role::RoleDraft;
use keyward::domain::trouble::Trouble;
use keyward::domain::tz::Tz;
use keyward::domain::user::{Actor, UserDraft, UserFields};
use serde_json::json;

use crate::support::database::{Bench, rights, role_draft, user_draft, user_of};

impl Bench {
    fn user_fields(&self, id: UserId) -> UserFields {
        let read = self.service.user_properties(&self.alice, id);
        read.expect("read").fields
    }

    /// Saves one change of somebody's against what is there.
    pub fn save_user(
        &mut self,
        actor: &Actor,
        id: UserId,
        change: impl FnOnce(&mut UserDraft),
    ) -> Result<UserFields, Trouble> {
        let before = self.user_fields(id);
        let mut draft = UserDraft::from(&before);
        change(&mut draft);
        self.service.save_user(actor, id, &before, &draft)
    }
}

fn problem<T: std::fmt::Debug>(done: Result<T, Trouble>) -> Problem {
    match done {
        Err(Trouble::Problems(problems)) if problems.len() == 1 => problems[0].clone(),
        other => panic!("not one problem: {other:?}"),
    }
}

#[test]
fn a_name_is_one_users_own_in_any_case_and_never_changes() {
    let mut bench = Bench::new();
    let alice = bench.alice.clone();
    let mut create = |name| {
        let draft = user_draft(name, AUDITOR);
        bench.service.create_user(&alice, &draft)
    };
    let bob = create("bob").expect("created");
    let again = create("BOB");
    let name = "bob".to_owned();
    let taken = Problem::new(Field::Name, Rule::UserNameTaken { name: name.clone() });
    assert_eq!(problem(again), taken);
    for bad in ["b b", "", "9", "é"] {
        assert_eq!(problem(create(bad)).field, Field::Name, "{bad}");
    }
    let renamed = bench.save_user(&alice, bob, |draft| draft.name = "Bob".to_owned());
    let stays = Problem::new(Field::Name, Rule::NameStays { name });
    assert_eq!(problem(renamed), stays);
}

#[test]
fn a_deleted_user_is_gone_and_the_id_is_never_used_again() {
    let mut bench = Bench::new();
    let alice = bench.alice.clone();
    let bob = bench.user("bob", FULL_ACCESS);
    bench.by_alice(|service, alice| service.delete_user(alice, user_of(&bob)));
    let gone = Trouble::UserGone(user_of(&bob));
    let refused = bench.service.delete_user(&alice, user_of(&bob));
    assert_eq!(refused, Err(gone.clone()));
    assert_eq!(
        bench.service.user_properties(&alice, user_of(&bob)),
        Err(gone)
    );
    let other = bench.user("bob", AUDITOR);
    assert!(user_of(&other) > user_of(&bob));
    // The old one's console does not become the new one's.
    let no_user = Trouble::NoSuchUser("bob".to_owned());
    assert_eq!(bench.service.look_again(&bob), Err(no_user.clone()));
    assert_eq!(
        bench.service.lock_out_user(&bob, user_of(&alice), ""),
        Err(no_user)
    );
}

#[test]
fn one_cannot_lock_out_delete_or_demote_oneself() {
    let mut bench = Bench::new();
    let alice = bench.alice.clone();
    bench.user("carol", FULL_ACCESS);
    let locked = bench.service.lock_out_user(&alice, user_of(&alice), "");
    assert_eq!(locked, Err(Trouble::OwnLock));
    let deleted = bench.service.delete_user(&alice, user_of(&alice));
    assert_eq!(deleted, Err(Trouble::OwnDeletion));
    let locked = bench.save_user(&alice, user_of(&alice), |draft| {
        draft.locked_out = Some(String::new());
    });
    let own_lock = Problem::new(Field::LockedOut, Rule::OwnLock);
    assert_eq!(problem(locked), own_lock);
    let demoted = bench.save_user(&alice, user_of(&alice), |draft| draft.role = AUDITOR);
    let own_demotion = Problem::new(Field::Role, Rule::OwnDemotion);
    assert_eq!(problem(demoted), own_demotion);
    assert_eq!(bench.event_numbers(), [9006; 4]);
    assert!(bench.service.look_again(&alice).is_ok());

    // Another role that allows the same is no demotion.
    let mut like = role_draft("Like it", &Right::ALL);
    like.rights = alice.role.fields.rights.clone();
    like.web_service = true;
    let like = bench.role(&like);
    let same = bench.save_user(&alice, user_of(&alice), |draft| draft.role = like);
    same.expect("the same");
}

#[test]
fn nobody_raises_themselves() {
    let mut bench = Bench::new();
    let ops = role_draft("Ops", &[Right::ViewUsers, Right::EditUsers]);
    let ops = bench.role(&ops);
    let bob = bench.user("bob", ops);
    let raised = bench.save_user(&bob, user_of(&bob), |draft| draft.role = FULL_ACCESS);
    let beyond = Problem::new(Field::Role, Rule::RoleBeyondOwn);
    assert_eq!(problem(raised), beyond);
    let (number, body) = bench.last_body();
    assert_eq!((number, &body["reason"]), (9006, &json!("beyond-own-role")));
}

#[test]
fn the_last_who_can_edit_users_and_roles_stays_whoever_it_is_that_tries() {
    let mut bench = Bench::new();
    let alice = bench.alice.clone();
    // Bob may do everything to users, and to roles everything but edit them.
    let mut deputy = role_draft("Deputy", &Right::ALL);
    deputy.rights.remove(Right::EditRoles.name());
    let deputy = bench.role(&deputy);
    let bob = bench.user("bob", deputy);
    let last = Err(Trouble::LastManager);
    assert_eq!(bench.service.lock_out_user(&bob, user_of(&alice), ""), last);
    assert_eq!(bench.service.delete_user(&bob, user_of(&alice)), last);
    let demoted = bench.save_user(&bob, user_of(&alice), |draft| draft.role = deputy);
    assert_eq!(demoted.map(|_| ()), last);
    let locked = bench.save_user(&bob, user_of(&alice), |draft| {
        draft.locked_out = Some(String::new());
    });
    assert_eq!(locked.map(|_| ()), last);

    // A second one who is locked out does not count; one who is not, does.
    let carol = bench.user("carol", FULL_ACCESS);
    bench.by_alice(|service, alice| service.lock_out_user(alice, user_of(&carol), ""));
    assert_eq!(bench.service.delete_user(&bob, user_of(&alice)), last);
    bench.by_alice(|service, alice| service.unlock_user(alice, user_of(&carol)));
    let deleted = bench.service.delete_user(&bob, user_of(&alice));
    deleted.expect("deleted");
}

#[test]
fn the_role_of_the_last_managers_is_not_taken_apart() {
    let mut bench = Bench::new();
    let alice = bench.alice.clone();
    let held = [
        Right::ViewRoles,
        Right::EditRoles,
        Right::ViewUsers,
        Right::EditUsers,
    ];
    let managers = bench.role(&role_draft("Managers", &held));
    let editors = bench.role(&role_draft("Editors", &held[..2]));
    let dave = bench.user("dave", managers);
    let erin = bench.user("erin", editors);
    let locked = bench.service.lock_out_user(&dave, user_of(&alice), "");
    locked.expect("dave is one too");
    let read = bench.service.role_properties(&erin, managers);
    let before = read.expect("read").fields;
    let changes: [fn(&mut RoleDraft); 3] = [
        |draft| draft.user_interface = false,
        |draft| draft.rights = rights(&[Right::EditRoles]),
        |draft| draft.rights = rights(&[Right::EditUsers]),
    ];
    for change in changes {
        let mut draft = (&before).into();
        change(&mut draft);
        let refused = bench.service.save_role(&erin, managers, &before, &draft);
        assert_eq!(refused.map(|_| ()), Err(Trouble::LastManager));
    }
}

#[test]
fn everybody_changes_the_own_full_name_language_and_zone_and_nothing_else() {
    let mut bench = Bench::new();
    let nothing = bench.role(&role_draft("Nothing", &[]));
    let bob = bench.user("bob", nothing);
    let own = bench.service.user_properties(&bob, user_of(&bob));
    let own = own.expect("one's own");
    let known = std::slice::from_ref(&bob.role);
    assert_eq!(own.roles, known, "no more than one knows already");
    let wanted = UserDraft::from(UserFields {
        full_name: "Bob".to_owned(),
        locale: Some(Locale::JaJp),
        zone: Some(Tz::Asia__Tokyo),
        ..own.fields.clone()
    });
    let saved = bench
        .service
        .save_user(&bob, user_of(&bob), &own.fields, &wanted);
    let saved = saved.expect("saved");
    let again = bench.service.look_again(&bob).expect("there");
    let own = (again.full_name.as_str(), again.locale);
    assert_eq!(own, ("Bob", Some(Locale::JaJp)));
    assert_eq!(again.zone, Some(Tz::Asia__Tokyo));
    let (number, body) = bench.last_body();
    assert_eq!(number, 652);
    let zone = json!({ "before": null, "after": "Asia/Tokyo" });
    assert_eq!(body["changes"]["timeZone"], zone);
    let changes: [fn(&mut UserDraft); 2] = [
        |draft| draft.role = AUDITOR,
        |draft| draft.locked_out = Some(String::new()),
    ];
    for change in changes {
        let mut more = UserDraft::from(&saved);
        more.full_name = "Robert".to_owned();
        change(&mut more);
        let refused = bench.service.save_user(&bob, user_of(&bob), &saved, &more);
        assert_eq!(refused, Err(Trouble::NotAuthorized(Right::EditUsers)));
    }
    let other = user_of(&bench.alice);
    let refused = bench.service.user_properties(&bob, other).map(|_| ());
    assert_eq!(refused, Err(Trouble::NotAuthorized(Right::ViewUsers)));
}

#[test]
fn two_people_changing_one_field_is_told_with_who_it_was() {
    let mut bench = Bench::new();
    let alice = bench.alice.clone();
    let carol = bench.user("carol", FULL_ACCESS);
    let bob = user_of(&bench.user("bob", AUDITOR));
    let before = bench.user_fields(bob);
    let saved = bench.save_user(&carol, bob, |draft| draft.role = FULL_ACCESS);
    saved.expect("saved");
    let named = UserDraft::from(UserFields {
        full_name: "Bob".to_owned(),
        ..before.clone()
    });
    let merged = bench.by_alice(|service, alice| service.save_user(alice, bob, &before, &named));
    let merged = (merged.role, merged.full_name.as_str());
    assert_eq!(merged, (FULL_ACCESS, "Bob"));
    let other = bench.role(&role_draft("Other", &[]));
    let clash = UserDraft::from(UserFields {
        role: other,
        ..before.clone()
    });
    let refused = bench.service.save_user(&alice, bob, &before, &clash);
    let rule = Rule::ChangedMeanwhile {
        mine: Value::Role(other),
        theirs: Value::Role(FULL_ACCESS),
        by: Some("carol".to_owned()),
    };
    let changed = Problem::new(Field::Role, rule);
    assert_eq!(problem(refused), changed, "alice changed another field");
}

#[test]
fn a_lock_has_events_of_its_own_and_one_that_is_there_stays() {
    let mut bench = Bench::new();
    let alice = bench.alice.clone();
    let bob = user_of(&bench.user("bob", AUDITOR));
    for _ in 0..2 {
        bench.by_alice(|service, alice| service.lock_out_user(alice, bob, ""));
    }
    for _ in 0..2 {
        bench.by_alice(|service, alice| service.unlock_user(alice, bob));
    }
    let both = bench.save_user(&alice, bob, |draft| {
        draft.locked_out = Some(String::new());
        draft.full_name = "Bob".to_owned();
    });
    both.expect("saved");
    bench.by_alice(|service, alice| service.delete_user(alice, bob));
    let mut locked = user_draft("lou", AUDITOR);
    locked.locked_out = Some(String::new());
    bench.by_alice(|service, alice| service.create_user(alice, &locked));
    assert_eq!(bench.event_numbers(), [603, 604, 652, 603, 651, 650, 603]);
}
