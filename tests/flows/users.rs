//! The Users screen and a user's Properties.

use crossterm::event::KeyCode;
use keyward::domain::id::FULL_ACCESS;
use keyward::domain::rights::Rights;
use keyward::domain::role::{RoleDraft, RoleFields};

use crate::support::console::Console;
use crate::support::database::{Bench, in_memory};

/// alice's console on the Users screen, with bob beside her.
fn users() -> Console {
    let bench = Bench::new(in_memory());
    bench.user("bob", FULL_ACCESS);
    let mut console = Console::on(bench);
    console.keys("t");
    console.press(KeyCode::Home);
    console.enter();
    console
}

#[test]
fn a_user_is_made_and_is_in_the_list() {
    let mut console = users();
    console.keys("n");
    console.expect("New User");
    console.keys("carol");
    console.press(KeyCode::Tab);
    console.keys("Carol C.");
    console.press(KeyCode::Tab);
    console.keys(" full");
    console.enter();
    console.press(KeyCode::F(2));
    console.expect("“carol” was made.");
    assert!(console.selected().contains("carol"), "{}", console.screen());
    assert!(console.selected().contains("Full Access"));
    assert!(console.bench.event_numbers().contains(&650));
}

#[test]
fn a_name_that_is_no_user_name_is_told_and_what_was_typed_stays() {
    let mut console = users();
    console.keys("n");
    console.keys("car ol");
    console.press(KeyCode::F(2));
    console.expect("A user name begins with a letter or _");
    console.expect("car ol");
    console.press(KeyCode::Home);
    console.keys("\n\n\n\n\n");
    console.expect("New User");
}

#[test]
fn a_taken_name_is_refused_in_any_case() {
    let mut console = users();
    console.keys("n");
    console.keys("BOB");
    console.press(KeyCode::F(2));
    console.expect("Another user is named “bob” already.");
}

#[test]
fn a_user_is_locked_out_and_unlocked_after_a_confirmation() {
    let mut console = users();
    console.keys("j");
    assert!(console.selected().contains("bob"));
    console.keys("l");
    console.expect("denied permission to sign in");
    console.enter();
    assert!(
        console.selected().contains("Active"),
        "Cancel has the focus"
    );
    console.keys("ly");
    assert!(
        console.selected().contains("Locked Out"),
        "{}",
        console.screen()
    );
    console.keys("uy");
    assert!(console.selected().contains("Active"));
}

#[test]
fn locking_a_locked_user_says_who_did_it_and_undoes_nothing() {
    let mut console = users();
    console.keys("jlyl");
    console.expect("“bob” is locked out already: alice did it at 2026-11-22");
    console.keys("y");
    assert!(console.selected().contains("Locked Out"));
    console.keys("uyu");
    console.expect("“bob” is not locked out.");
    assert!(console.selected().contains("Active"));
}

#[test]
fn the_tick_in_properties_locks_out_too() {
    let mut console = users();
    console.keys("j\n");
    console.expect("Locked Out (Denied permission to sign in)");
    console.press(KeyCode::BackTab);
    console.press(KeyCode::BackTab);
    console.press(KeyCode::BackTab);
    console.keys(" ");
    console.press(KeyCode::F(2));
    console.expect("“bob” was saved.");
    assert!(
        console.selected().contains("Locked Out"),
        "{}",
        console.screen()
    );
    assert!(console.bench.event_numbers().contains(&603));
}

#[test]
fn nobody_locks_out_deletes_or_demotes_oneself() {
    let mut console = users();
    assert!(console.selected().contains("alice"));
    console.keys("l");
    console.expect("You cannot lock yourself out.");
    console.keys("d");
    console.expect("You cannot delete yourself.");
    console.enter();
    console.expect("Properties: alice");
    console.keys("Alice A.");
    // Role and lock are left out: the next stops are the language and the time zone.
    console.press(KeyCode::Tab);
    console.keys(" jap");
    console.enter();
    console.press(KeyCode::Tab);
    console.keys("tokyo");
    console.enter();
    console.expect("Asia/Tokyo");
    console.press(KeyCode::F(2));
    console.wait(1_000);
    assert!(
        console.selected().contains("Alice A."),
        "{}",
        console.screen()
    );
}

#[test]
fn a_deleted_user_is_gone_from_the_list() {
    let mut console = users();
    console.keys("jdy");
    console.expect("“bob” was deleted.");
    assert!(console.selected().contains("alice"));
    assert!(console.bench.event_numbers().contains(&651));
}

#[test]
fn the_consoles_times_are_in_the_users_own_zone() {
    let mut console = users();
    console.resize(120, 24);
    console.expect("2026-11-22 16:00");
    console.enter();
    console.press(KeyCode::Tab);
    console.press(KeyCode::Tab);
    console.keys("tokyo");
    console.enter();
    console.press(KeyCode::F(2));
    console.wait(1_000);
    console.expect("2026-11-23 01:00");
}

#[test]
fn leaving_a_changed_user_asks() {
    let mut console = users();
    console.keys("n");
    console.keys("carol");
    console.press(KeyCode::Esc);
    console.expect("Leave the form?");
    console.enter();
    console.expect("carol");
    console.press(KeyCode::Esc);
    console.keys("y");
    console.expect_not("carol");
}

#[test]
fn nobody_is_called_what_events_call_nobody() {
    let mut console = users();
    console.keys("n");
    console.keys("system");
    console.press(KeyCode::F(2));
    console.expect("Events tell of what nobody did under this name.");
}

#[test]
fn everybody_reaches_their_own_account_even_without_the_right_to_view_users() {
    let mut bench = Bench::new(in_memory());
    let alice = bench.alice.clone();
    let draft = RoleDraft::from(RoleFields {
        name: "Nothing".to_owned(),
        rights: Rights::default(),
        ..RoleFields::default()
    });
    let role = bench.service.create_role(&alice, &draft).expect("made");
    let bob = bench.user("bob", role);
    let mut console = Console::of(bench, bob, (80, 24));
    console.expect("Not authorized to view API keys.");
    console.keys("j");
    console.expect("Not authorized to view API keys.");
    console.keys("m");
    console.expect("Properties: bob");
    console.keys("Bob B.");
    console.press(KeyCode::F(2));
    console.expect("“bob” was saved.");
    console.expect("Not authorized to view API keys.");
}

#[test]
fn a_role_is_made_in_the_list_of_a_users_roles() {
    let mut console = users();
    console.keys("ncarol");
    console.press(KeyCode::Tab);
    console.press(KeyCode::Tab);
    console.keys(" new\n");
    console.expect("New Role");
    console.keys("helpers");
    console.press(KeyCode::F(2));
    console.expect("New User");
    console.expect("helpers");
    console.press(KeyCode::F(2));
    console.expect("“carol” was made.");
    assert!(
        console.selected().contains("helpers"),
        "{}",
        console.screen()
    );
}
