//! The Users screen and a user's Properties.

use keyward::domain::api_key::ApiKeyDraft;
use keyward::domain::id::{FULL_ACCESS, KeyId};

use crate::support::console::Console;
use crate::support::database::{Bench, draft, role_draft};

/// alice's console on the Users screen, with bob beside her.
fn users() -> Console {
    let bench = Bench::new();
    bench.user("bob", FULL_ACCESS);
    let mut console = Console::on(bench);
    console.keys("t<Home>\n");
    console
}

#[test]
fn a_user_is_made_and_is_in_the_list() {
    let mut console = users();
    console.keys("n").says("user.title_new");
    console.keys("carol\tCarol C.\t full\n<F2>");
    console.expect("“carol” was created.");
    console.expect_selected("carol");
    console.expect_selected("Full Access");
    assert!(console.bench.event_numbers().contains(&650));
}

#[test]
fn a_name_that_is_no_user_name_is_told_and_what_was_typed_stays() {
    let mut console = users();
    console.keys("ncar ol<F2>").says("problem.user_name");
    console.expect("car ol");
    console.keys("<Home>\n\n\n\n\n").says("user.title_new");
}

#[test]
fn a_taken_name_is_refused_in_any_case() {
    let mut console = users();
    console.keys("nBOB<F2>");
    console.says_with("problem.user_name_taken", &[("name", &"bob")]);
}

#[test]
fn a_user_is_locked_out_and_unlocked_after_a_confirmation() {
    let mut console = users();
    console.keys("j").expect_selected("bob");
    console.keys("l").expect("denied permission to sign in");
    console.keys("\n");
    let active = console.selected().contains("Active");
    assert!(active, "Cancel has the focus");
    console.keys("ly").expect_selected("Locked Out");
    console.keys("uy").expect_selected("Active");
}

#[test]
fn locking_a_locked_user_says_who_did_it_and_undoes_nothing() {
    let mut console = users();
    console.keys("jlyl");
    console.expect("Already locked out by alice, 2026-11-22 16:00.");
    console.keys("y").expect_selected("Locked Out");
    console.keys("uyu");
    console.says_with("list.not_locked", &[("name", &"bob")]);
    console.expect_selected("Active");
}

#[test]
fn why_somebody_is_locked_out_is_kept_until_they_are_unlocked() {
    let mut console = users();
    console.keys("jl\tleft us\nyl");
    console.expect("Already locked out by alice, 2026-11-22 16:00: left us.");
    console.keys("\n");
    console.expect("Locked Out by alice, 2026-11-22 16:00: left us");
    console.keys("<Shift-Tab><Shift-Tab><Shift-Tab><Shift-Tab> <F2>");
    console.expect_selected("Active");
    console
        .keys("lyl")
        .expect("Already locked out by alice, 2026-11-22 16:00.");
}

#[test]
fn who_deletes_a_user_is_told_of_the_keys_that_go_on_and_can_look_at_them() {
    let mut bench = Bench::new();
    let bob = bench.user("bob", FULL_ACCESS);
    for name in ["one", "two", "stopped"] {
        let made = bench.service.create_key(&bob, &draft(name)).expect("made");
        bench.deliver(&made, None);
    }
    bench.by_alice(|service, alice| service.lock_out_key(alice, KeyId(3), ""));
    let owned = ApiKeyDraft {
        owner: "BOB".to_owned(),
        ..draft("given")
    };
    let owned = bench.by_alice(|service, alice| service.create_key(alice, &owned));
    bench.deliver(&owned, None);
    let mut console = Console::on(bench);
    console.go("Users");
    console.keys("/bob\nd");
    console.says_with("affected.keys_made", &[("count", &2), ("name", &"bob")]);
    console.says_with("affected.keys_owned", &[("count", &1), ("name", &"bob")]);
    console.keys("<Esc>d<Tab><Tab>").expect("[ s Show them ]");
    console.keys("\n");
    console.expect("API Keys").says_not("affected.show");
    // Nothing was deleted, and one comes back to the user.
    console.keys("<Backspace>").expect_selected("bob");
    console.keys("dy").expect("“bob” was deleted.");
}

#[test]
fn the_tick_in_properties_locks_out_too() {
    let mut console = users();
    console.keys("j\n").says("field.locked_out_user");
    console.keys("<Shift-Tab><Shift-Tab><Shift-Tab> <F2>");
    console.says_with("form.saved_locked", &[("name", &"bob")]);
    console.expect_selected("Locked Out");
    assert!(console.bench.event_numbers().contains(&603));
}

#[test]
fn nobody_locks_out_deletes_or_demotes_oneself() {
    let mut console = users();
    console.expect_selected("alice");
    console.keys("l").says("trouble.own_lock");
    console.keys("d").says("trouble.own_deletion");
    console.keys("\n");
    console.says_with("form.title_edit", &[("name", &"alice")]);
    console.keys("Alice A.");
    // Role and lock are left out: the next stops are the language and the time zone.
    console.keys("\t jap\n\ttokyo\n").expect("Asia/Tokyo");
    console.keys("<F2>");
    console.wait(1_000).expect_selected("Alice A.");
}

#[test]
fn a_deleted_user_is_gone_from_the_list() {
    let mut console = users();
    console.keys("jdy");
    console.says_with("users.deleted", &[("name", &"bob")]);
    console.expect_selected("alice");
    assert!(console.bench.event_numbers().contains(&651));
}

#[test]
fn the_consoles_times_are_in_the_users_own_zone() {
    let mut console = users();
    console.keys("4").expect("2026-11-22 16:00");
    console.keys("2\n\t\ttokyo\n<F2>").wait(1_000);
    console.keys("4").expect("2026-11-23 01:00");
}

#[test]
fn leaving_a_changed_user_asks() {
    let mut console = users();
    console.keys("ncarol<Esc>").says("leave.title");
    console.keys("\n").expect("carol");
    console.keys("<Esc>y").expect_not("carol");
}

#[test]
fn nobody_is_called_what_events_call_nobody() {
    let mut console = users();
    console.keys("nsystem<F2>").says("problem.system_name");
}

#[test]
fn everybody_reaches_their_own_account_even_without_the_right_to_view_users() {
    let mut bench = Bench::new();
    let role = bench.role(&role_draft("Nothing", &[]));
    let bob = bench.user("bob", role);
    let mut console = Console::of(bench, bob, (80, 24));
    console.says("right.view_api_keys");
    console.keys("j").says("right.view_api_keys");
    console.keys("m");
    console.says_with("form.title_edit", &[("name", &"bob")]);
    console.keys("Bob B.<F2>");
    console.says_with("form.saved", &[("name", &"bob")]);
    console.says("right.view_api_keys");
}

#[test]
fn a_role_is_made_in_the_list_of_a_users_roles() {
    let mut console = users();
    console.keys("ncarol\t\t new\n").says("role.title_new");
    console.keys("helpers<F2>").says("user.title_new");
    console.expect("helpers");
    console.keys("<F2>").expect("“carol” was created.");
    console.expect_selected("helpers");
}
