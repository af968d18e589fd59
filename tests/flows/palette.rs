//! The palette: everything that can be done, found by typing.

use keyward::service::demo::AUDITOR_USER;

use crate::support::console::Console;
use crate::support::database::Bench;

fn keys() -> Console {
    Console::with_keys(&["alpha", "beta"])
}

/// What is said in the line above the footer.
fn message(console: &Console) -> String {
    let screen = console.screen();
    let line = screen.lines().rev().nth(1).unwrap_or_default();
    line.trim().to_owned()
}

#[test]
fn what_is_chosen_is_done_as_its_key_does_it() {
    let mut console = keys();
    console.keys(":").says("palette.title");
    console.keys("lock sel\n").says("confirm.lock_title");
    console.keys("<Esc>").expect_not("Locked Out");
    console
        .keys("u")
        .says_with("list.not_locked", &[("name", &"alpha")]);
    // By its key, by words in any order, and into another layer.
    console.keys(":n\n").says("form.title_new");
    console.keys("<Esc>:beg del\n").says("palette.title");
    console
        .keys("<Esc>:key delete\n")
        .says("confirm.delete_title");
    console.keys("<Esc>:system ev\n").expect("System Events");
    console.keys(":back\n").expect("User Management > API Keys");
    console.keys(":quit\n");
    assert!(console.done());
}

#[test]
fn what_cannot_be_done_now_says_why_and_the_palette_stays() {
    let mut console = keys();
    let why = "“alpha” is not locked out.";
    console.keys(":unlock").expect(why);
    console.keys("\n").says("palette.title");
    assert_eq!(message(&console), why);
    let (bench, auditor) = Bench::demo(AUDITOR_USER);
    let mut console = Console::of(bench, auditor, (80, 24));
    console.keys(":new\n").says("palette.title");
    console.says("right.create_api_keys");
}

#[test]
fn it_opens_from_a_form_where_a_colon_is_no_text_and_saves_there() {
    let mut console = keys();
    console.keys("\n:").expect("alpha:");
    console.keys("<Backspace>s<Up>:").says("palette.title");
    console.keys("ok\n").expect_selected("alphas");
}

#[test]
fn over_a_question_it_answers_only_by_hand() {
    let mut console = keys();
    console.keys("l");
    for burst in [":\n", ":lock\n", ":lock out\n\n"] {
        console.burst(burst).says("confirm.lock_title");
        console.says("message.pasting").expect_not("Locked Out ");
        console.keys(" ");
    }
    console
        .keys(":lock\n")
        .says_with("list.locked", &[("name", &"alpha")]);
}

#[test]
fn what_is_pasted_without_brackets_does_not_open_it() {
    let mut console = keys();
    console.burst("zz:lock\n").says("message.pasting");
    console.expect_not("Find:");
}

#[test]
fn moving_is_not_among_it_and_typed_text_keeps_its_colon() {
    let mut console = keys();
    console.keys(":one page up").says("choice.nothing");
    console.keys("<Esc>/a:").expect("/a:");
    console.keys("<Esc><F1>:").says("help.title");
}

#[test]
fn a_click_does_what_enter_does() {
    let mut console = keys();
    console.keys(":the system events");
    console
        .click_on("the system events about")
        .expect("System Events > alpha");
    console.keys("<Esc>:u");
    console.click_on("Unlock  ").says("palette.title");
    assert_eq!(message(&console), "“alpha” is not locked out.");
}
