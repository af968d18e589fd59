//! The policy: opened from any list, and held to in the forms.

use keyward::domain::api_key::ApiKeyDraft;
use keyward::domain::id::AUDITOR;
use keyward::domain::policy::{Policy, PolicyDraft};
use keyward::domain::time::SECOND;

use crate::support::console::Console;
use crate::support::database::{Bench, draft};

#[test]
fn a_new_key_begins_with_an_expiry_that_fits_and_is_told_what_does_not() {
    let mut console = Console::new();
    console.keys("p").says("policy.title");
    console.keys(" \t90\t30<F2>").says("policy.saved");
    console.keys("nbackup").expect("2027-02-20");
    console.keys("\t\t\t\t\t ");
    console.says_with("problem.expiry_by", &[("last", &"2027-02-20")]);
    console.keys("<F2>").says("form.title_new");
    console.keys(" 2027-02-21<F2>");
    let words: [(&str, &dyn std::fmt::Display); 2] = [("days", &90), ("last", &"2027-02-20")];
    console.says_with("problem.lives_too_long", &words);
    console.keys("<Backspace>0<F2>").expect("api-secret-key");
}

#[test]
fn the_calendar_refuses_a_day_that_the_policy_refuses() {
    let mut console = Console::new();
    console.keys("p\t90<F2>").says("policy.saved");
    console.keys("nbackup\t\t\t\t\t\t ").keys("1");
    let words: [(&str, &dyn std::fmt::Display); 2] = [("days", &90), ("last", &"2027-02-20")];
    console.says_with("problem.lives_too_long", &words);
    console.keys("9").expect_not("The policy lets");
}

#[test]
fn the_policys_warning_time_is_everybodys() {
    let mut bench = Bench::new();
    let soon = ApiKeyDraft {
        expires_on: Some("2026-12-10".to_owned()),
        ..draft("backup")
    };
    let made = bench.by_alice(|service, alice| service.create_key(alice, &soon));
    bench.deliver(&made, None);
    let mut console = Console::on(bench);
    console.expect_selected("Active");
    console.keys("p\t\t30<F2>").says("policy.saved");
    console.wait(2 * SECOND);
    console.expect_selected("Expires in 19 d");
}

#[test]
fn what_is_no_number_of_days_and_what_another_one_changed_is_told_beside_the_field() {
    let mut console = Console::new();
    console.keys("p\tx\t400<F2>");
    console.says_with("problem.not_days", &[("least", &1), ("most", &36_500)]);
    console.says_with("problem.not_days", &[("least", &0), ("most", &365)]);
    console.keys("<Esc>y").says_not("policy.title");
    console.keys("p\t90");
    let mut other = console.bench.beside();
    let theirs = PolicyDraft {
        longest_days: "30".to_owned(),
        ..PolicyDraft::default()
    };
    other.by_alice(|service, alice| service.save_policy(alice, &Policy::default(), &theirs));
    console
        .keys("<F2>")
        .expect("alice has changed this to: 30.");
    console.keys("<F2>").says("policy.saved");
}

#[test]
fn who_cannot_edit_users_and_roles_does_not_get_there() {
    let bench = Bench::new();
    let auditor = bench.user("paula", AUDITOR);
    let mut console = Console::of(bench, auditor, (80, 24));
    console.keys("p").says("policy.not_authorized");
    console.says_not("policy.title");
}
