//! Marks: which rows are marked, and that nothing loses them but what takes them off.

use keyward::domain::id::KeyId;
use keyward::domain::intent::KeyChange;
use keyward::domain::time::SECOND;

use crate::support::console::Console;

#[test]
fn space_marks_and_goes_down_and_on_a_marked_row_takes_the_mark_off() {
    let mut console = Console::with_keys(&["alpha", "beta", "gamma"]);
    console
        .keys(" ")
        .expect(" *alpha")
        .expect_selected("> beta");
    console.keys(" ").expect("2 marked");
    console
        .keys("<Home> ")
        .expect_not("*alpha")
        .expect("1 marked");
    console.expect(">*beta");
    console.keys("-").expect_not("*beta").expect_not("marked");
}

#[test]
fn space_held_down_at_the_end_of_the_list_does_not_take_the_mark_off_again() {
    let mut console = Console::with_keys(&["alpha", "beta"]);
    console
        .keys("      ")
        .expect("2 marked")
        .expect_selected(">*beta");
    console.keys("k<Down> ").expect("1 marked");
    console.expect_selected("> beta");
}

#[test]
fn every_match_is_marked_also_what_is_not_loaded() {
    let mut console = Console::new();
    for n in 0..700 {
        console.bench.create(&format!("key {n:04}"));
    }
    console.bench.create("other");
    console.wait(SECOND);
    console.wait(SECOND);
    console.keys("/key\n*").expect("700 marked");
    console.keys("<Esc>").expect("700 marked");
    console.keys("<End>").expect_selected("> other");
    console.keys("<Up>").expect_selected(">*key 0699");
}

#[test]
fn marks_stay_through_filter_order_refresh_and_another_screen_and_say_how_many_are_not_shown() {
    let mut console = Console::with_keys(&["alpha", "beta", "gamma"]);
    console.keys("  ").expect("2 marked");
    console
        .keys("/alp")
        .expect("2 marked (1 not shown) · 1 of 3");
    console.keys("\n").expect("2 marked (1 not shown)");
    console.keys("<Esc>").expect("2 marked");
    console.expect_not("not shown");
    console.keys("O").expect("*alpha").expect("*beta");
    console.bench.create("another");
    console.wait(SECOND).expect("another").expect("2 marked");
    console.go("Users").expect_not("marked");
    console.keys(" ").expect("1 marked");
    console.go("API Keys").expect("2 marked").expect("*beta");
}

#[test]
fn a_row_that_is_shown_only_because_it_was_just_changed_is_no_match() {
    let mut console = Console::with_keys(&["alpha", "beta"]);
    console.keys("/alp\n");
    let id = keyward::domain::id::KeyId(1);
    let before = console.by_alice(|service, alice| service.key_properties(alice, id));
    console.keys("\n").says("form.title_edit");
    console.keys("<Ctrl-U>other<F2>").expect("other");
    assert_eq!(before.key.fields.name, "alpha");
    console.keys("*").expect_not("marked");
}

#[test]
fn what_has_no_marks_says_nothing_of_them() {
    let mut console = Console::with_keys(&["alpha"]);
    console.go("System Events");
    console.keys(" *-").expect_not("marked");
}

#[test]
fn what_can_be_done_to_none_of_the_marked_rows_is_greyed_and_no_key_is_named_twice() {
    let mut console = Console::with_keys(&["alpha", "beta", "gamma"]);
    console.resize(160, 24).keys("  ");
    console.expect("l Lock Out 2 marked...");
    console
        .expect("(Unlock 2 marked...)")
        .expect("(Restore 2 marked...)")
        .expect_not("r Restore");
    console.by_alice(|service, alice| service.lock_out_key(alice, KeyId(1), ""));
    console.wait(SECOND).expect("u Unlock 2 marked...");
    console.by_alice(|service, alice| service.change_key(alice, KeyChange::Delete, KeyId(2)));
    console.keys("fA\n").wait(SECOND);
    console.expect("r Restore 2 marked...");
    console.expect_not("r Restore...");
}

#[test]
fn of_marked_rows_that_are_not_loaded_anything_may_be_possible() {
    let mut console = Console::with_keys(&["alpha", "beta"]);
    console.resize(160, 24).keys("*/alp\n");
    console.expect("2 marked (1 not shown)");
    console.expect("u Unlock 2 marked...");
}
