//! What holds where the machine's clock was wrong: events are in the order of their numbers, and nothing is silenced or
//! frozen by a time in the future.

use std::sync::{Arc, Mutex};

use keyward::clock::Clock;
use keyward::domain::event::trail::EventRow;
use keyward::domain::id::AUDITOR;
use keyward::domain::role::RoleDraft;
use keyward::domain::time::{DAY, HOUR, MINUTE, SECOND, Timestamp, Uptime};
use keyward::domain::trouble::Trouble;
use keyward::domain::tz::Tz;
use keyward::domain::user::{Arrival, SignOut};
use keyward::domain::verdict::Refused;
use keyward::service::Service;
use keyward::text::Text;
use rand::SeedableRng;
use rand::rngs::StdRng;
use serde_json::Value;

use crate::support::database::{
    Bench, NOW, Raw, SetClock, all_of, draft, raw, user_draft, user_of,
};

/// Number and body of every event.
fn bodies(bench: &Bench) -> Vec<(i64, Value)> {
    let events = bench.events();
    let body = |body: &str| serde_json::from_str(body).expect("JSON");
    let events = events.iter().map(|(number, _, text)| (*number, body(text)));
    events.collect()
}

#[test]
fn an_event_whose_clock_is_behind_the_one_before_says_so_and_none_is_clamped() {
    let mut bench = Bench::new();
    bench.clock.advance(400 * DAY);
    let alice = bench.alice.clone();
    let key = bench.create("ahead").key;
    bench.clock.advance(-400 * DAY);
    bench.by_alice(|service, alice| service.lock_out_key(alice, key, ""));
    bench.by_alice(|service, alice| service.unlock_key(alice, key));
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
    let told = Text::en_us().event_description(673, body, Tz::UTC);
    assert_eq!(
        told,
        "Clock Behind Previous Event: 2027-12-27 16:00:00 +00:00"
    );
}

#[test]
fn a_refusal_is_told_again_after_a_clock_that_was_ahead() {
    let mut bench = Bench::new();
    let issued = bench.delivered("a");
    bench.by_alice(|service, alice| service.lock_out_key(alice, issued.key, ""));
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
    let mut bench = Bench::new();
    let issued = bench.delivered("a");
    bench.clock.advance(400 * DAY);
    assert_eq!(bench.refusal(&issued), None);
    bench.clock.advance(-400 * DAY + MINUTE);
    assert_eq!(bench.refusal(&issued), None);
    let properties = bench.by_alice(|service, alice| service.key_properties(alice, issued.key));
    assert_eq!(properties.key.last_sign_in_at, Some(NOW.plus(MINUTE)));
}

#[test]
fn an_expiry_that_a_clock_ahead_has_told_is_told_when_it_comes() {
    let mut bench = Bench::new();
    let mut expiring = draft("a");
    expiring.expires_on = Some("2026-12-31".to_owned());
    bench.by_alice(|service, alice| service.create_key(alice, &expiring));
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
    let mut bench = Bench::new();
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
    let mut bench = Bench::new();
    let key = bench.create("a").key;
    let lock = |bench: &mut Bench, times: usize| {
        for _ in 0..times {
            bench.by_alice(|service, alice| service.lock_out_key(alice, key, ""));
            bench.by_alice(|service, alice| service.unlock_key(alice, key));
        }
    };
    bench.clock.advance(400 * DAY);
    lock(&mut bench, 1);
    bench.clock.advance(-400 * DAY);
    lock(&mut bench, 2);
    let through = |bench: &mut Bench, before| {
        bench
            .by_alice(|service, alice| service.prunable_events(alice, before))
            .map(|prefix| prefix.through.sequence)
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

/// A clock that looks, whenever it is asked, whether somebody holds the lock of the database.
struct Witness {
    behind: Mutex<Raw>,
    held: Mutex<Vec<bool>>,
}

impl Clock for Witness {
    fn now(&self) -> Timestamp {
        let behind = self.behind.lock().expect("whole");
        self.held.lock().expect("whole").push(behind.is_held());
        NOW
    }

    fn uptime(&self) -> Uptime {
        Uptime(0)
    }
}

#[test]
fn the_time_of_a_change_is_taken_when_its_lock_is_held() {
    let mut bench = Bench::new();
    let (issued, alice) = (bench.create("a"), bench.alice.clone());
    let behind = raw(&bench.place);
    let witness = Arc::new(Witness {
        behind: Mutex::new(behind),
        held: Mutex::default(),
    });
    witness.now();
    assert_eq!(*witness.held.lock().expect("whole"), [false]);
    witness.held.lock().expect("whole").clear();
    let random = Box::new(StdRng::seed_from_u64(3));
    let service = Service::new(bench.store(), witness.clone(), random, bench.hasher.clone());
    let mut service = service.expect("a service");
    let mut asked = |times, what: &str, done: &mut dyn FnMut(&mut Service) -> bool| {
        assert!(done(&mut service), "{what}");
        let held = std::mem::take(&mut *witness.held.lock().expect("whole"));
        assert_eq!(held, vec![true; times], "{what}");
    };
    let (key, role) = (issued.key, RoleDraft::default());
    let (user, renamed) = (user_draft("bob", AUDITOR), draft("b"));
    let before = draft("a").check(None, NOW).expect("valid");
    let path = "/a/file";
    asked(1, "sign in", &mut |s| {
        s.note_sign_in(&alice, &Arrival::default()).is_ok()
    });
    asked(2, "create", &mut |s| {
        s.create_key(&alice, &draft("new")).is_ok()
    });
    asked(1, "save", &mut |s| {
        s.save_key(&alice, key, &before, &renamed).is_ok()
    });
    asked(1, "lock out", &mut |s| {
        s.lock_out_key(&alice, key, "").is_ok()
    });
    asked(1, "unlock", &mut |s| s.unlock_key(&alice, key).is_ok());
    asked(1, "file", &mut |s| {
        s.saved_to_file(&alice, issued.id, path, &[]).is_ok()
    });
    asked(1, "deliver", &mut |s| {
        s.deliver(&alice, issued.id, None).is_ok()
    });
    asked(1, "delete", &mut |s| s.delete_key(&alice, key).is_ok());
    asked(1, "restore", &mut |s| s.restore_key(&alice, key).is_ok());
    asked(1, "a user", &mut |s| s.create_user(&alice, &user).is_ok());
    asked(1, "a role", &mut |s| s.create_role(&alice, &role).is_ok());
    asked(1, "unlock bob", &mut |s| {
        s.break_glass("root", "bob").is_ok()
    });
    asked(2, "refusal", &mut |s| {
        s.lock_out_user(&alice, user_of(&alice), "") == Err(Trouble::OwnLock)
    });
    asked(1, "sign out", &mut |s| {
        s.note_sign_out(&alice, SignOut::Left).is_ok()
    });
}

#[test]
fn setting_a_clock_lets_no_time_pass() {
    let clock = SetClock::new(Timestamp(5 * SECOND));
    clock.set(-SECOND);
    assert_eq!((clock.now().0, clock.uptime().0), (4 * SECOND, 0));
    clock.advance(SECOND);
    assert_eq!((clock.now().0, clock.uptime().0), (5 * SECOND, SECOND));
}
