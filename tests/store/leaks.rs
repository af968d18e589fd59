//! Secrets that were found where they should not be: whose they are, and what is done about it.

use keyward::domain::id::{FULL_ACCESS, KeyId};
use keyward::domain::leak::{Leak, Worth};
use keyward::domain::secret::scan::{Tags, look_through};
use keyward::domain::secret::{IssuedSecret, Overlap, PENDING_LIFE};
use keyward::domain::state::State;
use keyward::domain::time::HOUR;
use keyward::domain::trouble::Trouble;

use crate::support::database::{Bench, fresh, service};

/// What is found in a text, as alice.
fn leaks(bench: &Bench, text: &str) -> Vec<Leak> {
    let (service, alice) = (&bench.service, &bench.alice);
    let mut tags = Tags::default();
    let issued = service.tags_after(alice, None).expect("tags");
    tags.add(issued.into_iter().map(|(_, tag)| tag));
    let mut leaks: Vec<Leak> = Vec::new();
    look_through(text.as_bytes(), &tags, &mut |piece, _| {
        leaks.extend(service.leak(alice, &piece)?);
        Ok::<_, Trouble>(())
    })
    .expect("looked through");
    leaks.dedup();
    leaks
}

#[track_caller]
fn is_worth(bench: &Bench, issued: &IssuedSecret, worth: Worth) -> Leak {
    let found = leaks(bench, issued.secret.expose());
    let [leak] = &found[..] else {
        panic!("{found:?}");
    };
    assert_eq!((leak.key, leak.worth), (issued.key, worth));
    leak.clone()
}

#[test]
fn what_a_secret_is_worth_is_told_through_its_whole_life() {
    let mut bench = Bench::new();
    let first = bench.create("backup");
    is_worth(&bench, &first, Worth::Pending);
    bench.deliver(&first, None);
    let leak = is_worth(&bench, &first, Worth::Current);
    assert_eq!(
        (leak.name.as_str(), leak.state),
        ("backup", Some(State::Active))
    );
    let second = bench.issue(first.key);
    bench.deliver(&second, Some(Overlap::Hour));
    is_worth(&bench, &first, Worth::Retiring);
    is_worth(&bench, &second, Worth::Current);
    bench.clock.advance(HOUR);
    is_worth(&bench, &first, Worth::Replaced);
    let third = bench.issue(first.key);
    bench.clock.advance(PENDING_LIFE);
    is_worth(&bench, &third, Worth::Void);
    bench.by_alice(|service, alice| service.lock_out_key(alice, first.key, ""));
    let leak = is_worth(&bench, &second, Worth::Current);
    assert_eq!(leak.state, Some(State::LockedOut));
    assert!(leak.is_living(), "it works again when it is unlocked");
    bench.by_alice(|service, alice| service.delete_key(alice, first.key));
    let leak = is_worth(&bench, &second, Worth::Current);
    assert_eq!(leak.state, Some(State::Deleted));
    assert!(!leak.is_living());
}

#[test]
fn a_forgery_is_no_find_whatever_of_it_is_true() {
    let mut bench = Bench::new();
    let (own, other) = (bench.delivered("own"), bench.delivered("other"));
    let text = own.secret.expose();
    let (id, body) = text.split_once(':').expect("a colon");
    // Another random part with the tag of a real one.
    let flipped = if body.starts_with('A') { "B" } else { "A" };
    let tampered = format!("{id}:{flipped}{}", &body[1..]);
    assert_eq!(leaks(&bench, &tampered), []);
    // The ID of another key: it is the one that it was made for, and only that.
    let found = leaks(&bench, &format!("{}:{body}", other.key.0));
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].key, own.key);
    // Of another database.
    let place = fresh();
    let _made = service(&place, &bench.clock, &bench.hasher, 7);
    let mut elsewhere = Bench::on(place);
    elsewhere.delivered("own");
    assert_eq!(leaks(&elsewhere, text), []);
}

#[test]
fn a_secret_is_known_without_its_id_and_behind_other_digits() {
    let mut bench = Bench::new();
    let issued = bench.delivered("backup");
    let text = issued.secret.expose();
    let body = text.split_once(':').expect("a colon").1;
    for text in [format!("2026{text}"), format!("sk_{body}"), body.to_owned()] {
        let found = leaks(&bench, &text);
        assert_eq!(found.len(), 1, "{text}");
        assert_eq!(found[0].key, issued.key);
    }
}

#[test]
fn a_key_is_locked_for_a_secret_only_while_that_is_in_use() {
    let mut bench = Bench::new();
    let first = bench.delivered("backup");
    let second = bench.issue(first.key);
    let lock = |bench: &mut Bench, secret: &IssuedSecret, reason: &str| {
        bench.by_alice(|service, alice| {
            service.lock_out_leaked_key(alice, secret.key, secret.id, reason)
        })
    };
    let before = bench.dump();
    assert!(!lock(&mut bench, &second, "pending"));
    assert_eq!(bench.dump(), before, "nothing is written");
    bench.deliver(&second, None);
    assert!(!lock(&mut bench, &first, "replaced"));
    assert!(lock(&mut bench, &second, "Found in app.log:3"));
    assert!(lock(&mut bench, &second, "Found in other.log:4"));
    let found = is_worth(&bench, &second, Worth::Current);
    assert_eq!(found.state, Some(State::LockedOut));
    let properties = bench.service.key_properties(&bench.alice, second.key);
    let reason = properties.expect("properties").key.fields.locked_out;
    assert_eq!(reason.as_deref(), Some("Found in app.log:3"));
    // A secret of another key locks none.
    let other = bench.delivered("other");
    let secret = second.id;
    let (service, alice) = (&mut bench.service, &bench.alice);
    let locked = service.lock_out_leaked_key(alice, other.key, secret, "");
    assert_eq!(locked, Ok(false));
    let gone = service.lock_out_leaked_key(alice, KeyId(99), secret, "");
    assert_eq!(gone, Err(Trouble::KeyGone(KeyId(99))));
}

#[test]
fn a_key_as_an_actor_does_not_lock_itself_out() {
    let mut bench = Bench::new();
    let (issued, actor) = bench.key_actor("own", FULL_ACCESS);
    let locked = bench
        .service
        .lock_out_leaked_key(&actor, issued.key, issued.id, "");
    assert_eq!(locked, Err(Trouble::OwnLock));
}

#[test]
fn tags_are_those_that_were_issued_since() {
    let mut bench = Bench::new();
    bench.create("first");
    let service = &bench.service;
    let all = service.tags_after(&bench.alice, None).expect("tags");
    let [(last, _)] = all[..] else {
        panic!("{all:?}");
    };
    let more = service.tags_after(&bench.alice, Some(last));
    assert_eq!(more, Ok(Vec::new()));
    let second = bench.create("second");
    let more = bench.service.tags_after(&bench.alice, Some(last));
    assert_eq!(more.expect("tags")[0].0, second.id);
}
