//! The policy: who changes it, what it holds keys to, and what goes on all the same.

use keyward::domain::api_key::ApiKeyDraft;
use keyward::domain::id::{FULL_ACCESS, KeyId};
use keyward::domain::list::{KeyRow, WindowQuery};
use keyward::domain::policy::{Policy, PolicyDraft};
use keyward::domain::problem::{Field, Problem, Rule, Value};
use keyward::domain::trouble::Trouble;

use crate::support::database::{Bench, all_of, draft, filter};

fn typed(expiry_required: bool, longest_days: &str, warning_days: &str) -> PolicyDraft {
    PolicyDraft {
        expiry_required,
        longest_days: longest_days.to_owned(),
        warning_days: warning_days.to_owned(),
    }
}

/// Sets the policy, as alice.
fn set(bench: &mut Bench, draft: &PolicyDraft) {
    bench.by_alice(|service, alice| {
        let before = service.policy(alice)?;
        service.save_policy(alice, &before, draft)
    });
}

fn until(name: &str, day: Option<&str>) -> ApiKeyDraft {
    ApiKeyDraft {
        expires_on: day.map(str::to_owned),
        ..draft(name)
    }
}

/// Whether the policy refuses it, beside the expiry and for nothing else.
fn refused<T: std::fmt::Debug>(done: Result<T, Trouble>) -> bool {
    match done {
        Ok(_) => false,
        Err(Trouble::Problems(problems)) => {
            let [Problem { field, rule }] = &problems[..] else {
                panic!("{problems:?}");
            };
            assert_eq!(*field, Field::ExpiresOn);
            matches!(
                rule,
                Rule::ExpiryRequired { .. } | Rule::LivesTooLong { .. }
            )
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_new_key_keeps_to_the_policy() {
    let mut bench = Bench::new();
    let alice = bench.alice.clone();
    let create =
        |bench: &mut Bench, name, day| refused(bench.service.create_key(&alice, &until(name, day)));
    set(&mut bench, &typed(true, "", ""));
    assert!(create(&mut bench, "never", None));
    assert!(!create(&mut bench, "far", Some("2090-01-01")));
    set(&mut bench, &typed(false, "30", ""));
    assert!(create(&mut bench, "never", None), "that is longer");
    assert!(create(&mut bench, "a day too long", Some("2026-12-23")));
    assert!(!create(&mut bench, "as long as it may", Some("2026-12-22")));
    set(&mut bench, &typed(false, "", ""));
    assert!(!create(&mut bench, "never", None));
}

#[test]
fn a_key_that_the_policy_would_refuse_goes_on_until_its_expiry_is_changed() {
    let mut bench = Bench::new();
    let made = bench.delivered("a");
    let id: KeyId = made.key;
    set(&mut bench, &typed(true, "30", ""));

    let before = bench.fields(id);
    let renamed = bench.save(id, &before, |draft| draft.owner = "ann".to_owned());
    assert!(!refused(renamed));
    bench.by_alice(|service, alice| {
        service.lock_out_key(alice, id, "")?;
        service.unlock_key(alice, id)?;
        service.delete_key(alice, id)?;
        service.restore_key(alice, id)
    });
    let before = bench.fields(id);
    let mut expire = |day: &str| {
        let day = Some(day.to_owned());
        refused(bench.save(id, &before, |draft| draft.expires_on = day))
    };
    assert!(expire("2027-06-01"));
    assert!(!expire("2026-12-01"));
    let before = bench.fields(id);
    let never = bench.save(id, &before, |draft| draft.expires_on = None);
    assert!(refused(never));
}

#[test]
fn the_filter_finds_the_keys_that_the_policy_would_refuse_today() {
    let mut bench = Bench::new();
    let alice = bench.alice.clone();
    for (name, day) in [
        ("never", None),
        ("near", Some("2026-12-22")),
        ("far", Some("2026-12-23")),
    ] {
        let made = bench.service.create_key(&alice, &until(name, day));
        made.expect("made");
    }
    for (policy, broken) in [
        (typed(false, "", ""), &[][..]),
        (typed(true, "", ""), &["never"][..]),
        (typed(false, "30", ""), &["far", "never"][..]),
    ] {
        set(&mut bench, &policy);
        let query = WindowQuery::<KeyRow> {
            filter: filter("policy:broken"),
            ..all_of()
        };
        let found = bench.by_alice(|service, alice| service.window(alice, &query));
        let names: Vec<_> = found.rows.iter().map(|row| row.name.as_str()).collect();
        assert_eq!(names, broken);
    }
}

#[test]
fn what_changed_is_an_event_and_nothing_changed_is_none() {
    let mut bench = Bench::new();
    set(&mut bench, &typed(true, "90", ""));
    set(&mut bench, &typed(true, "90", ""));
    let events = bench.events();
    assert_eq!(bench.event_numbers(), [150]);
    assert_eq!(events[0].1, "alice");
    assert!(
        events[0]
            .2
            .contains(r#""longestDays":{"after":90,"before":null}"#)
    );
    assert!(!events[0].2.contains("warningDays"));
}

#[test]
fn two_administrators_change_the_policy_and_none_overwrites_the_other() {
    let mut bench = Bench::new();
    let bob = bench.user("bob", FULL_ACCESS);
    let before = Policy::default();
    let save = |bench: &mut Bench, who: &_, draft: &PolicyDraft| {
        bench.service.save_policy(who, &before, draft)
    };
    let alice = bench.alice.clone();
    let both = save(&mut bench, &alice, &typed(true, "", ""))
        .and_then(|_| save(&mut bench, &bob, &typed(false, "90", "")));
    let merged = Policy {
        expiry_required: true,
        longest_days: Some(90),
        warning: None,
    };
    assert_eq!(both, Ok(merged));
    let rule = Rule::ChangedMeanwhile {
        mine: Value::Text("30".to_owned()),
        theirs: Value::Text("90".to_owned()),
        by: Some("bob".to_owned()),
    };
    let clash = Err(Trouble::Problems(vec![Problem::new(
        Field::LongestDays,
        rule,
    )]));
    assert_eq!(save(&mut bench, &alice, &typed(false, "30", "")), clash);
}
