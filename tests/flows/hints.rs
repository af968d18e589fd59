//! What the message line says of the field that has the focus.

use keyward::domain::rights::Right;

use crate::support::console::Console;
use crate::support::database::{Bench, role_draft};

#[test]
fn a_hint_is_said_of_the_field_in_focus_and_gives_way_to_a_message() {
    let mut console = Console::new();
    console
        .keys("n")
        .expect("At most 100 characters; no other API key has this name");
    console.keys("<F2>").says("trouble.problems");
    console.expect_not("no other API key has this name");
    console.keys("x").expect("no other API key has this name");
    console.keys("\t").expect("Enter starts a new line.");
    console
        .keys("\t")
        .expect("Auditor: can view everything and change nothing.");
    console
        .keys("\n full\n")
        .expect("Full Access: can view and change everything.");
    console.keys("\t").says("hint.key_language");
    console.keys("\t").says("hint.key_zone");
    console.keys("\t").says("hint.expires_on");
    console
        .keys(" ")
        .expect("A date, or 90d, 6m, 1y, end of year.");
    console.keys("\t").expect_not("A date, or");
}

#[test]
fn what_a_day_of_the_calendar_means_is_said_whole_or_shorter() {
    let mut console = Console::new();
    console.keys("nx\t\t\t\t\n europe/lisbon\n\t ");
    console.keys("2031-07-01 ");
    let screen = console.screen();
    let hint = screen.lines().nth(22).map(str::trim_end);
    let shorter = "Stops 2031-07-02 00:00 Europe/Lisbon (in 4 years), Wednesday";
    assert_eq!(hint, Some(shorter), "{screen}");
}

#[test]
fn a_role_that_lets_a_key_do_nothing_says_so() {
    let mut bench = Bench::new();
    let mut draft = role_draft("Console only", &[Right::ViewUsers]);
    draft.web_service = false;
    bench.role(&draft);
    let mut console = Console::on(bench);
    console.keys("nx\t\t console\n").says("hint.no_web_service");
    console.resize(120, 24);
    console.expect("Console only: 1 of 173 rights, only to view.");
    console
        .resize(60, 15)
        .says("hint.no_web_service")
        .expect_not("1 of 173");
    console.resize(80, 24).keys("<Esc>y");
    console.go("Users").keys("nbob\t\t console\n");
    console
        .expect("Console only: 1 of 173")
        .expect_not("authenticate");
}

#[test]
fn users_roles_and_new_secrets_have_hints_too_and_a_narrow_window_shorter_ones() {
    let mut console = Console::new();
    console.make_and_store("backup");
    console
        .keys("\n<Shift-Tab><Shift-Tab><Shift-Tab>")
        .says("hint.key_locked");
    console.resize(60, 15).says("hint_short.key_locked");
    console.keys("<Esc>s").says("hint_short.overlap");
    console.resize(80, 24).says("hint.overlap");
    console.keys("<Esc>");
    console
        .go("Users")
        .keys("n")
        .expect("It cannot be changed later.");
    console.keys("\t").says("hint.full_name");
    console.keys("<Esc>");
    console
        .go("Roles")
        .keys("n")
        .expect("no other role has this name");
    console.keys("\t\t").says("hint.user_interface");
    console.keys("\t").says("hint.web_service");
    console.keys("<F4>").says_not("hint.web_service");
}

#[test]
fn the_policy_and_the_reason_of_a_lock_have_hints_and_an_owner_has_one() {
    let mut console = Console::with_keys(&["alpha"]);
    console.keys("p").says("hint.expiry_required");
    console
        .keys("\t")
        .expect("1 to 36500 days, counted in each key's own time zone; empty: no limit.");
    console
        .keys("\t")
        .expect("0 to 365 days, instead of each user's own setting; 0: no warning.");
    console.keys("\t").expect_not("0 to 365");
    console.resize(60, 15).keys("<Shift-Tab>");
    console.expect("0 to 365 days; 0: no warning.");
    console.resize(80, 24).keys("<Esc>l");
    let reason = "Why, for your colleagues: optional, one line, at most";
    console.expect_not(reason);
    console.keys("\t").expect(reason);
    console.keys("\n").expect_not(reason);
    console.keys("<Esc>n").keys("\t\t\t\t\t\t");
    console.says("hint.owner");
}
