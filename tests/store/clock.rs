//! What holds where the machine's clock was wrong: events are in the order of their numbers, and nothing is silenced or
//! frozen by a time in the future.

use keyward::domain::event::trail::EventRow;
use keyward::domain::time::{DAY, HOUR, MINUTE};
use keyward::domain::trouble::Trouble;
use keyward::domain::verdict::Refused;
use keyward::text::Text;
use serde_json::Value;

use crate::support::database::{Bench, NOW, all_of, draft, in_memory};

/// Number and body of every event.
fn bodies(bench: &Bench) -> Vec<(i64, Value)> {
    let events = bench.events();
    let body = |body: &str| serde_json::from_str(body).expect("JSON");
    let events = events.iter().map(|(number, _, text)| (*number, body(text)));
    events.collect()
}

#[test]
fn an_event_whose_clock_is_behind_the_one_before_says_so_and_none_is_clamped() {
    let mut bench = Bench::new(in_memory());
    bench.clock.advance(400 * DAY);
    let alice = bench.alice.clone();
    let key = bench.create("ahead").key;
    bench.clock.advance(-400 * DAY);
    bench.service.lock_out_key(&alice, key).expect("locked");
    bench.service.unlock_key(&alice, key).expect("unlocked");
    let events = bodies(&bench);
    let behind: Vec<_> = events
        .iter()
        .map(|(_, body)| body.get("clockBehind").and_then(Value::as_i64))
        .collect();
    assert_eq!(behind, [None, None, Some(NOW.plus(400 * DAY).0), None]);
    let shown: Vec<EventRow> = bench
        .service
        .window(&alice, &all_of::<EventRow>())
        .expect("read")
        .rows;
    let times: Vec<_> = shown.iter().map(|event| event.at).collect();
    let ahead = NOW.plus(400 * DAY);
    assert_eq!(times, [NOW, NOW, ahead, ahead], "the newest comes first");
    let locked = shown.iter().find(|event| event.number == 673);
    let body = &locked.expect("there").body;
    let told = Text::en_us().event_description(673, body, chrono_tz::UTC);
    assert_eq!(
        told,
        "Clock Behind the Event Before: 2027-12-27 16:00:00 +00:00"
    );
}

#[test]
fn a_refusal_is_told_again_after_a_clock_that_was_ahead() {
    let mut bench = Bench::new(in_memory());
    let issued = bench.delivered("a");
    let alice = bench.alice.clone();
    bench
        .service
        .lock_out_key(&alice, issued.key)
        .expect("locked");
    let told = |bench: &mut Bench| {
        let before = bench.events().len();
        assert_eq!(bench.refusal(&issued), Some(Refused::LockedOut));
        bench.events().len() - before
    };
    bench.clock.advance(400 * DAY);
    assert_eq!(told(&mut bench), 1);
    bench.clock.advance(-400 * DAY);
    assert_eq!(told(&mut bench), 1);
    assert_eq!(told(&mut bench), 0);
    bench.clock.advance(HOUR);
    assert_eq!(told(&mut bench), 1);
}

#[test]
fn last_sign_in_goes_on_after_a_clock_that_was_ahead() {
    let mut bench = Bench::new(in_memory());
    let issued = bench.delivered("a");
    let alice = bench.alice.clone();
    bench.clock.advance(400 * DAY);
    assert_eq!(bench.refusal(&issued), None);
    bench.clock.advance(-400 * DAY + MINUTE);
    assert_eq!(bench.refusal(&issued), None);
    let properties = bench
        .service
        .key_properties(&alice, issued.key)
        .expect("read");
    assert_eq!(properties.last_sign_in_at, Some(NOW.plus(MINUTE)));
}

#[test]
fn an_expiry_that_a_clock_ahead_has_told_is_told_when_it_comes() {
    let mut bench = Bench::new(in_memory());
    let alice = bench.alice.clone();
    let mut expiring = draft("a");
    expiring.expires_on = Some("2026-12-31".to_owned());
    bench
        .service
        .create_key(&alice, &expiring)
        .expect("created");
    let told = |bench: &mut Bench| {
        while bench.service.sweep().expect("swept") > 0 {}
        let numbers = bench.event_numbers();
        numbers.iter().filter(|number| **number == 678).count()
    };
    bench.clock.advance(400 * DAY);
    assert_eq!(told(&mut bench), 1);
    bench.clock.advance(-400 * DAY);
    assert_eq!(told(&mut bench), 1);
    bench.clock.advance(60 * DAY);
    assert_eq!(told(&mut bench), 2);
    assert_eq!(told(&mut bench), 2);
}

#[test]
fn a_pending_secret_of_a_clock_that_was_ahead_is_void_and_stays_so() {
    let mut bench = Bench::new(in_memory());
    let alice = bench.alice.clone();
    bench.clock.advance(DAY);
    let issued = bench.create("a");
    bench.clock.advance(-DAY);
    let deliver = |bench: &mut Bench| bench.service.deliver(&alice, issued.id, None).map(drop);
    assert_eq!(deliver(&mut bench), Err(Trouble::SecretVoid));
    assert_eq!(bench.service.sweep(), Ok(1));
    bench.clock.advance(DAY);
    assert_eq!(deliver(&mut bench), Err(Trouble::SecretVoid));
}

#[test]
fn pruning_lets_go_what_is_old_also_after_a_clock_that_was_wrong() {
    let mut bench = Bench::new(in_memory());
    let alice = bench.alice.clone();
    let key = bench.create("a").key;
    let lock = |bench: &mut Bench, times: usize| {
        for _ in 0..times {
            bench.service.lock_out_key(&alice, key).expect("locked");
            bench.service.unlock_key(&alice, key).expect("unlocked");
        }
    };
    bench.clock.advance(400 * DAY);
    lock(&mut bench, 1);
    bench.clock.advance(-400 * DAY);
    lock(&mut bench, 2);
    let through = |bench: &mut Bench, before| {
        let found = bench.service.prunable_events(&alice, before);
        found.expect("may").map(|prefix| prefix.through.sequence)
    };
    // Two that were made, two ahead, four after that.
    assert_eq!(through(&mut bench, NOW.plus(MINUTE)), Some(8));
    assert_eq!(through(&mut bench, NOW), None);
    bench.clock.advance(HOUR);
    lock(&mut bench, 3);
    bench.clock.advance(-800 * DAY);
    lock(&mut bench, 1);
    bench.clock.advance(800 * DAY);
    lock(&mut bench, 1);
    // A clock that was behind for a while takes nothing away that is young.
    assert_eq!(through(&mut bench, NOW.plus(MINUTE)), Some(8));
}
