//! From screen to screen, and back.

use keyward::domain::rights::Right;
use keyward::service::demo::FULL_ACCESS_USER;

use crate::support::console::Console;
use crate::support::database::Bench;
use crate::tree::{set_rights, with_rights};

fn keys() -> Console {
    Console::with_keys(&["alpha", "alps", "beta"])
}

#[test]
fn digits_lead_to_the_screens_each_as_it_was_left() {
    let mut console = keys();
    console.keys("j").expect_selected("alps");
    for (key, screen) in [
        ("2", "Administration > User Management > Users"),
        ("3", "Administration > User Management > Roles"),
        ("4", "Administration > System Events"),
        ("1", "Administration > User Management > API Keys"),
    ] {
        console.keys(key).expect(screen);
    }
    console.expect_selected("alps");
    console.keys("1").expect_selected("alps");
}

#[test]
fn a_digit_of_a_screen_that_the_role_does_not_allow_says_so() {
    let mut bench = Bench::new();
    let bob = with_rights(&mut bench, &[Right::ViewApiKeys]);
    let mut console = Console::of(bench, bob, (80, 24));
    for (key, right) in [
        ("2", "right.view_users"),
        ("3", "right.view_roles"),
        ("4", "right.view_events"),
    ] {
        console.keys(key).says(right);
        console.expect("User Management > API Keys");
    }
}

#[test]
fn one_key_leads_back_from_a_keys_events_to_that_key_and_its_filter() {
    for back in ["<Esc>", "<Backspace>", "<Ctrl-H>"] {
        let mut console = keys();
        console.keys("/al\nj").expect_selected("alps");
        console.keys("e").expect("System Events > alps");
        console.expect_not("alpha");
        console.keys(back).expect("User Management > API Keys");
        console
            .expect_selected("alps")
            .expect("/al")
            .expect_not("beta");
    }
}

#[test]
fn esc_drops_what_was_added_to_what_a_screen_is_about_and_then_goes_back() {
    let mut console = keys();
    console.keys("jj").expect_selected("beta");
    console
        .keys("e/issued\n")
        .expect("1 of 10")
        .expect("Esc Show all");
    console.keys("<Esc>").expect("System Events > beta");
    console
        .expect("3 of 10")
        .expect_not("alpha")
        .expect("Esc Back");
    console.keys("<Esc>").expect_selected("beta");
    // Backspace takes the filter for what it is: a way that one was on.
    console
        .keys("e/issued\n<Backspace>")
        .expect_selected("beta");
}

#[test]
fn esc_goes_back_screen_by_screen_and_ends_where_one_began() {
    let mut console = keys();
    console.keys("<Esc>").expect("User Management > API Keys");
    console.expect_not("Esc Back");
    console.keys("2<Esc>").expect("User Management > API Keys");
    console.keys("234<Esc>").expect("User Management > Roles");
    console.keys("<Esc>").expect("User Management > Users");
    // What one went back from is where one left it.
    console.keys("3/audit\n<Esc>").expect("Full Access");
    console
        .keys("<Esc><Esc>")
        .expect("User Management > API Keys");
    console.keys("<Esc>").expect("User Management > API Keys");
    console.expect_not("Esc Back");
    // Each screen is on the way once: where one came from last.
    console
        .keys("21212<Esc>")
        .expect("User Management > API Keys");
    console.keys("<Esc>").expect("User Management > API Keys");
}

#[test]
fn events_about_something_are_a_screen_of_their_own() {
    let mut console = keys();
    console.keys("4/locked-out\n").says("list.nothing_found");
    console.keys("1e").expect("System Events > alpha");
    console
        .keys("4")
        .expect("System Events ")
        .expect("/locked-out");
    console.keys("<Esc><Esc>").expect("System Events > alpha");
    console.keys("<Esc>").expect_selected("alpha");
    // Those about another key come in place of them.
    console.keys("e1je").expect("System Events > alps");
    console.keys("<Esc>").expect_selected("alps");
    console.keys("<Esc>").expect("User Management > API Keys");
}

#[test]
fn what_the_role_no_longer_allows_is_not_gone_back_to() {
    let mut bench = Bench::new();
    let held = [Right::ViewUsers, Right::ViewApiKeys];
    let bob = with_rights(&mut bench, &held);
    let role = bob.role.id;
    let mut other = bench.beside();
    let mut console = Console::of(bench, bob, (80, 24));
    console.keys("2").expect("Esc Back");
    set_rights(&mut other, role, &[Right::ViewUsers]);
    console.wait(1_000).expect_not("Esc Back");
    console
        .keys("<Backspace>")
        .expect("User Management > Users");
}

#[test]
fn the_header_tells_as_much_of_the_way_as_there_is_room_for() {
    let (bench, user) = Bench::demo(FULL_ACCESS_USER);
    let mut console = Console::of(bench, user, (80, 24));
    console
        .keys("e")
        .expect("Administration > System Events > ");
    console.resize(60, 15).expect("System Events > ");
    console.expect_not("Administration");
}

#[test]
fn to_go_to_the_keys_from_the_events_of_one_leaves_no_events_from_which_nothing_leads_back() {
    let mut console = keys();
    console.keys("je").expect("System Events > alps");
    console.keys("1").expect_selected("alps");
    console.keys("<Backspace><Esc>").expect("API Keys");
    console.expect_not("System Events > alps");
    console.keys("e2").expect("> Users");
    console.keys("1").expect_selected("alps");
    console.keys("<Esc>").expect("> Users");
    console.keys("<Esc>").expect("> Users");
    console.keys("1e<Esc>").expect_selected("alps");
}
