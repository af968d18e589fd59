//! Help: keys found by a word or by pressing one, and what each state means.

use crossterm::event::{KeyCode, KeyModifiers};

use crate::support::console::Console;

const F1: KeyCode = KeyCode::F(1);
const F5: KeyCode = KeyCode::F(5);

/// Help on the form of a new key.
fn on_a_form() -> Console {
    let mut console = Console::new();
    console.keys("n");
    console.press(F1);
    console.expect("type a word, or press a key");
    console
}

#[test]
fn a_word_finds_keys_by_what_they_do_and_by_what_they_are_called() {
    let mut console = Console::new();
    console.make_and_store("backup");
    console.keys("?");
    console.keys("Reverse");
    console.expect("O reverse the order");
    console.expect_not("a new API key");
    console.ctrl('u');
    console.expect("a new API key");
    // The label of the toolbar, which the sentence does not hold.
    console.keys("new sec");
    console.expect("s a new secret for the selected key");
    console.ctrl('u');
    console.keys("pgdn");
    console.expect("PgDn one page down");
    console.keys("x");
    console.expect("Nothing is found.");
}

#[test]
fn the_key_that_is_typed_comes_first() {
    let mut console = Console::new();
    console.resize(80, 60);
    console.keys("?O");
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
    console.press(KeyCode::F(2));
    console.expect("F2: OK: save");
    console.ctrl('s');
    console.expect("Ctrl-S: OK: save");
    console.enter();
    console.expect("Enter: open the list or press the button");
    console.press(KeyCode::Char(' '));
    console.expect("Space: tick the box, open the list");
    console.press(KeyCode::F(9));
    console.expect("F9 does nothing here.");
    console.press_with(KeyCode::PageUp, KeyModifiers::CONTROL);
    console.expect("Ctrl-PgUp does nothing here.");
    // Typing goes on as if nothing had been asked.
    console.keys("save");
    console.expect_not("does nothing");
    console.expect("F2, Ctrl-S OK: save");
    console.press(KeyCode::Esc);
    console.expect("New API Key");
    console.expect_not("A name is needed.");
}

#[test]
fn keys_that_scroll_are_told_as_well() {
    let mut console = Console::new();
    console.resize(60, 15);
    console.press(F1);
    console.expect("1-8 of");
    console.press(KeyCode::PageDown);
    console.expect("PgDn: one page down");
    console.expect_not("1-8 of");
    console.press(KeyCode::Home);
    console.expect("Home: to the first");
    console.press(KeyCode::End);
    console.expect("Ctrl-C");
}

#[test]
fn escape_and_f1_close_it() {
    for close in [KeyCode::Esc, F1] {
        let mut console = on_a_form();
        console.keys("word");
        console.press(close);
        console.expect_not("Find:");
        console.expect("New API Key");
    }
}

#[test]
fn one_page_tells_what_each_state_means() {
    let mut console = on_a_form();
    console.keys("save");
    console.press(F5);
    console.expect("What each state means");
    for state in [
        "Deleted",
        "Locked Out",
        "Expired",
        "Not delivered",
        "No API access",
        "Expires in 14 d",
        "Active",
    ] {
        console.expect(state);
    }
    console.expect("7 days after");
    console.press(F5);
    console.expect("F2, Ctrl-S OK: save");
    console.expect("Shift-Tab, Up");
}

#[test]
fn what_cannot_be_done_now_is_found_with_the_reason() {
    let mut console = Console::new();
    console.make_and_store("backup");
    console.keys("?restore");
    console.expect(
        "r restore the selected deleted key (not now). Only a deleted key can be restored.",
    );
    console.ctrl('u');
    console.keys("unlock");
    console.expect("u unlock the selected key (not now). “backup” is not locked out.");
    console.press(KeyCode::Esc);
    let bench = console.bench;
    let auditor = bench.user("paula", keyward::domain::id::AUDITOR);
    let mut console = Console::of(bench, auditor, (80, 24));
    console.keys("?new api");
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
        console.press(F5);
        console.expect_not("API key");
        console.press(KeyCode::Esc);
        console.press(KeyCode::Esc);
    }
}

#[test]
fn the_states_of_users_are_told_on_their_screen() {
    let mut console = Console::new();
    console.go("Users");
    console.press(F1);
    console.press(F5);
    console.expect("The state of a user is the first of these that holds.");
    console.expect("No UI access");
}
