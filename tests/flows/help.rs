//! Help: keys found by a word or by pressing one, and what each state means.

use crossterm::event::{KeyCode, KeyModifiers};

use crate::support::console::Console;

const F1: KeyCode = KeyCode::F(1);
const F5: KeyCode = KeyCode::F(5);

/// Help on the form of a new key.
fn on_a_form() -> Console {
    let mut console = Console::new();
    console.keys("n");
    console.press(F1).says("help.title");
    console
}

#[test]
fn a_word_finds_keys_by_what_they_do_and_by_what_they_are_called() {
    let mut console = Console::new();
    console.make_and_store("backup");
    console.keys("?/Reverse").expect("O reverse the order");
    console.says_not("help.new");
    console.keys("<Ctrl-U>").says("help.new");
    // The label of the toolbar, which the sentence does not hold.
    console.keys("new sec");
    console.expect("s a new secret for the selected key");
    console.keys("<Ctrl-U>pgdn").expect("one page down");
    console.keys("x").says("choice.nothing");
}

#[test]
fn the_key_that_is_typed_comes_first() {
    let mut console = Console::new();
    console.resize(80, 60);
    console.keys("?/O");
    let screen = console.screen();
    let place = |words: &str| screen.find(words).expect(words);
    assert!(
        place("reverse the order") < place("sort by the next column"),
        "{screen}"
    );
}

#[test]
fn a_key_that_is_no_text_is_looked_up_at_once_and_does_nothing_else() {
    let mut console = on_a_form();
    console.keys("<F2>").expect("F2: OK: save");
    console.keys("<Ctrl-S>").expect("Ctrl-S: OK: save");
    console.keys("\n");
    console.expect("Enter: open the list or press the button");
    console.keys("<F9>");
    console.says_with("help.nothing_done", &[("key", &"F9")]);
    console.press_with(KeyCode::PageUp, KeyModifiers::CONTROL);
    console.says_with("help.nothing_done", &[("key", &"Ctrl-PgUp")]);
    // Typing goes on as if nothing had been asked.
    console.keys("/save").expect_not("does nothing");
    console.expect("F2, Ctrl-S OK: save");
    console.keys("<Esc><Esc>").says("form.title_new");
    console.says_not("problem.empty");
}

#[test]
fn keys_that_scroll_are_told_as_well() {
    let mut console = Console::new();
    console.resize(60, 15);
    console.press(F1).expect_top(0);
    console.keys("<PgDn>").expect_top(10);
    console.keys("<Home>").expect_top(0);
    console.keys("<End>").expect("(not now)");
}

#[test]
fn escape_and_f1_close_it() {
    for close in [KeyCode::Esc, F1] {
        let mut console = on_a_form();
        console.keys("n");
        console.press(close).expect_not("Find:");
        console.says("form.title_new");
    }
}

#[test]
fn what_can_be_done_now_comes_first_and_q_closes() {
    let mut console = Console::new();
    console.make_and_store("backup");
    console.resize(80, 60);
    console.keys("?");
    let screen = console.screen();
    let place = |words: &str| screen.find(words).expect(words);
    assert!(place("to the last") < place("(not now)"), "{screen}");
    // In a word it is a letter like others; Esc leaves the word first.
    console.keys("/quit").expect("Find: quit");
    console.keys("<Esc>").expect("lock out the selected key");
    console.keys("l").expect("l: lock out the selected key");
    console.keys("q").expect_not("Find:");
}

#[test]
fn one_page_tells_what_each_state_means() {
    let mut console = on_a_form();
    console.keys("save");
    console.press(F5).says("help.title_states");
    for state in [
        "Deleted",
        "Locked Out",
        "Expired",
        "Not delivered",
        "No API access",
        "Expires in 14 d",
        "Active",
        "Active, old 24 h",
    ] {
        console.expect(state);
    }
    console.expect("7 days after");
    console.press(F5).expect("F2, Ctrl-S OK: save");
    console.expect("Shift-Tab, Up");
}

#[test]
fn what_cannot_be_done_now_is_found_with_the_reason() {
    let mut console = Console::new();
    console.make_and_store("backup");
    console.keys("?/restore");
    console.expect(
        "r restore the selected deleted key (not now). Only a deleted key can be restored.",
    );
    console.keys("<Ctrl-U>unlock");
    console.expect("u unlock the selected key (not now). “backup” is not locked out.");
    console.keys("<Esc>");
    let bench = console.bench;
    let auditor = bench.user("paula", keyward::domain::id::AUDITOR);
    let mut console = Console::of(bench, auditor, (80, 24));
    console.keys("?/new api");
    console.expect("n a new API key (not now). Not authorized to create API keys.");
}

#[test]
fn the_help_of_the_other_screens_speaks_of_no_keys() {
    let mut console = Console::new();
    for screen in ["Users", "Roles", "System Events"] {
        console.go(screen);
        console.press(F1);
        for page in [KeyCode::PageDown; 5] {
            for words in ["selected key", "keys again", "API key"] {
                // One of what the events can be about.
                let named = words == "API key" || !console.shows("key, user or role");
                assert!(!console.shows(words) || !named, "{}", console.screen());
            }
            console.press(page);
        }
        console.press(F5).expect_not("API key");
        console.keys("<Esc><Esc>");
    }
}

#[test]
fn the_states_of_users_are_told_on_their_screen() {
    let mut console = Console::new();
    console.go("Users");
    console.press(F1);
    console.press(F5).says("states.intro_users");
    console.says("state.no_user_interface");
}
