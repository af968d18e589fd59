//! Who is let in, what is noted of it, and how somebody who is no longer welcome is told.

use std::time::Duration;

use keyward::domain::id::{AUDITOR, FULL_ACCESS};
use keyward::domain::rights::Right;
use keyward::domain::time::MINUTE;
use keyward::domain::trouble::{Fault, Trouble};
use keyward::domain::user::{Arrival, SignOut};
use serde_json::json;

use crate::support::database::{
    Bench, NOW, at, draft, on_disk, raw, role_draft, user_draft, user_of,
};

#[test]
fn a_sign_in_is_noted_with_how_one_came_and_reading_alone_writes_nothing() {
    let mut bench = Bench::new();
    let arrival = Arrival {
        account: "keyward".to_owned(),
        sudo_user: Some("alice\u{1b}[2J".to_owned()),
        ssh_connection: Some(format!("7:{}=", "A".repeat(43))),
    };
    bench.service.sign_in("alice", &arrival).expect("in");
    assert!(bench.events().is_empty());
    bench.clock.advance(MINUTE);
    bench.by_alice(|service, alice| service.note_sign_in(alice, &arrival));
    let unproven =
        json!({ "account": "keyward", "sudoUser": "alice\u{1b}[2J", "sshConnection": "" });
    let (number, body) = bench.last_body();
    assert_eq!((number, &body["unproven"]), (600, &unproven));
    let properties =
        bench.by_alice(|service, alice| service.user_properties(alice, user_of(alice)));
    assert_eq!(properties.last_sign_in_at, Some(NOW.plus(MINUTE)));
    bench.by_alice(|service, alice| service.note_sign_out(alice, SignOut::Left));
    assert_eq!(
        (bench.last_body().0, &bench.last_body().1["reason"]),
        (601, &json!("left"))
    );
}

#[test]
fn a_refused_sign_in_is_an_event_with_the_reason_also_of_somebody_who_does_not_exist() {
    let mut bench = Bench::new();
    let mut closed = role_draft("API only", &[]);
    closed.user_interface = false;
    let closed = bench.role(&closed);
    let bob = bench.user("bob", AUDITOR);
    bench.by_alice(|service, alice| service.lock_out_user(alice, user_of(&bob), ""));
    bench.by_alice(|service, alice| service.create_user(alice, &user_draft("eve", closed)));
    let known = bench.events().len();
    let mut sign_in = |name: &str| bench.service.sign_in(name, &Arrival::default()).map(|_| ());
    assert_eq!(sign_in("bob"), Err(Trouble::LockedOut("bob".to_owned())));
    let no_screen = Trouble::NoUserInterface {
        user: "eve".to_owned(),
        role: "API only".to_owned(),
    };
    assert_eq!(sign_in("eve"), Err(no_screen));
    assert_eq!(sign_in("BOB"), Err(Trouble::NoSuchUser("BOB".to_owned())));
    // He was let in, and locked out before it was noted.
    let refused = bench.service.note_sign_in(&bob, &Arrival::default());
    assert_eq!(refused, Err(Trouble::LockedOut("bob".to_owned())));
    let events = &bench.events()[known..];
    let reason = |event: &(i64, String, String)| {
        let body: serde_json::Value = serde_json::from_str(&event.2).expect("JSON");
        (
            event.0,
            event.1.clone(),
            body["reason"].as_str().map(str::to_owned),
        )
    };
    let found: Vec<_> = events.iter().map(reason).collect();
    let wanted = [
        "locked-out",
        "no-user-interface",
        "no-such-user",
        "locked-out",
    ];
    assert_eq!(
        found,
        wanted.map(|reason| (608, String::new(), Some(reason.to_owned())))
    );
}

#[test]
fn the_owner_unlocks_past_all_roles_and_an_event_names_the_account() {
    let mut bench = Bench::new();
    let alice = bench.alice.clone();
    let carol = bench.user("carol", FULL_ACCESS);
    bench
        .service
        .lock_out_user(&carol, user_of(&alice), "")
        .expect("locked");
    let mut break_glass = |name| bench.service.break_glass("keyward", name);
    assert_eq!(break_glass("alice"), Ok(true));
    assert_eq!(break_glass("alice"), Ok(false));
    let refused = break_glass("mallory");
    assert_eq!(refused, Err(Trouble::NoSuchUser("mallory".to_owned())));
    assert!(bench.service.look_again(&alice).is_ok());
    assert_eq!(bench.event_numbers(), [603, 9007, 9006]);
    let (_, refused) = bench.last_body();
    assert_eq!(refused["reason"], "no-such-user");
    assert_eq!(refused["account"], "keyward");
}

#[test]
fn of_two_consoles_the_one_whose_user_is_demoted_by_the_other_is_refused_at_its_next_action() {
    let mut bench = Bench::new();
    let alice = bench.alice.clone();
    let bob = bench.user("bob", FULL_ACCESS);
    let mut other = bench.another();
    let key = other.create_key(&bob, &draft("a")).expect("bob may");
    bench
        .save_user(&alice, user_of(&bob), |draft| draft.role = AUDITOR)
        .expect("demoted");
    let right = Right::CreateApiKeys;
    let created = other.create_key(&bob, &draft("b")).map(|_| ());
    assert_eq!(created, Err(Trouble::NotAuthorized(right)));
    let delivered = other.deliver(&bob, key.id, None).map(|_| ());
    assert_eq!(delivered, Err(Trouble::NotAuthorized(Right::EditApiKeys)));
    assert_eq!(other.look_again(&bob).expect("still in").role.id, AUDITOR);
    bench.by_alice(|service, alice| service.lock_out_user(alice, user_of(&bob), ""));
    let locked = Trouble::LockedOut("bob".to_owned());
    let read = other.key_properties(&bob, key.key).map(|_| ());
    assert_eq!(read, Err(locked.clone()));
    assert_eq!(other.look_again(&bob), Err(locked));
}

#[test]
fn no_change_is_let_through_before_the_sign_in_is_recorded() {
    let (_directory, path) = on_disk();
    let mut bench = Bench::on(at(&path));
    let key = bench.create("a").key;
    let arrival = Arrival::default();
    let mut service = bench.another();
    let alice = service.sign_in("alice", &arrival).expect("in");
    let before = bench.event_numbers();
    service.store().patience().set(Duration::from_millis(10));
    let other = raw(&bench.place);
    other.hold();
    let busy = Err(Trouble::Storage(Fault::Busy));
    assert_eq!(service.lock_out_key(&alice, key, ""), busy);
    other.release();
    // A trigger that lets no sign-in be recorded lets nothing be changed.
    other.swallow("INSERT", "events", "NEW.number = 600");
    let not_taken = Err(Trouble::Storage(Fault::NotTaken));
    assert_eq!(service.lock_out_key(&alice, key, ""), not_taken);
    assert_eq!(service.note_sign_in(&alice, &arrival), not_taken);
    assert_eq!(bench.event_numbers(), before);
    assert!(
        service.key_properties(&alice, key).is_ok(),
        "reading goes on"
    );
    other.swallow_no_more("events");
    service.lock_out_key(&alice, key, "").expect("locked out");
    assert_eq!(service.note_sign_in(&alice, &arrival), Ok(()));
    assert_eq!(bench.event_numbers()[before.len()..], [600, 673]);
}

#[test]
fn a_refused_attempt_and_a_sign_out_come_after_the_sign_in_too() {
    let mut bench = Bench::new();
    bench.user("bob", AUDITOR);
    let mut service = bench.another();
    let bob = service.sign_in("bob", &Arrival::default()).expect("in");
    let refused = service.create_key(&bob, &draft("a")).map(drop);
    assert_eq!(refused, Err(Trouble::NotAuthorized(Right::CreateApiKeys)));
    assert_eq!(bench.event_numbers(), [600, 9006]);
    let mut service = bench.another();
    let bob = service.sign_in("bob", &Arrival::default()).expect("in");
    bench.by_alice(|service, alice| service.lock_out_user(alice, user_of(&bob), ""));
    service.note_sign_out(&bob, SignOut::Left).expect("noted");
    assert_eq!(bench.event_numbers()[2..], [603, 601]);
}
