//! The mouse on the screens: rows, headings, verbs, the tree, the wheel; and which clicks do not count.

use crossterm::event::{KeyCode, MouseButton, MouseEventKind};
use keyward::domain::time::SECOND;
use keyward::ui::app::Effect;

use crate::support::console::Console;
use crate::support::database::{Bench, draft};

const LEFT: MouseEventKind = MouseEventKind::Down(MouseButton::Left);

/// The first row of a list below header, toolbar, filter line and headings.
const FIRST: u16 = 4;

#[test]
fn a_click_selects_a_row_and_a_second_one_opens_its_properties() {
    let mut console = Console::with_keys(&["alpha", "beta", "gamma"]);
    console.click_on("beta").expect_selected("> beta");
    console.expect_not("Properties:");
    console.double_click_on("gamma");
    console.says_with("form.title_edit", &[("name", &"gamma")]);
}

#[test]
fn two_clicks_that_are_slow_or_on_two_rows_open_nothing() {
    let mut console = Console::with_keys(&["alpha", "beta"]);
    let (alpha, beta) = (console.find_text("alpha"), console.find_text("beta"));
    console.click(beta);
    console.click_after(400, beta);
    console.click_after(100, alpha);
    console.click_after(100, beta).expect_not("Properties:");
    console.expect_selected("> beta");
}

#[test]
fn two_clicks_in_one_packet_are_a_double_click() {
    let mut console = Console::with_keys(&["alpha", "beta"]);
    let (at, frame) = (console.find_text("beta"), console.frames());
    console.bench.clock.advance(SECOND);
    console.send_mouse(LEFT, at, frame);
    console.send_mouse(LEFT, at, frame);
    console.settle();
    console.says_with("form.title_edit", &[("name", &"beta")]);
}

#[test]
fn a_heading_sorts_and_a_second_click_reverses() {
    let mut console = Console::with_keys(&["alpha", "beta", "gamma"]);
    console.click_on("Expires").expect("Expires ▲");
    console.click_on("Expires ▲").expect("Expires ▼");
    console.click_on("Name").expect("Name ▲");
    console.keys("j");
    console.click_on("Role").expect("Role ▲");
    console.expect_selected("> alpha");
}

#[test]
fn the_wheel_scrolls_by_three_rows_and_the_selection_stays_while_it_is_on_the_screen() {
    let mut console = Console::new();
    for n in 0..1_000 {
        console.bench.create(&format!("key {n:04}"));
    }
    console.wait(SECOND);
    console.wait(SECOND);
    console.keys("<Home>jjjj");
    console.wheel(1);
    assert_eq!(
        console.find_text("key 0003").1,
        FIRST,
        "{}",
        console.screen()
    );
    console.expect_selected("> key 0004");
    console.wheel(1).expect_selected("> key 0006");
    console.wheel(-9);
    assert_eq!(console.find_text("key 0000").1, FIRST);
    console.expect_selected("> key 0006");
    // Beyond the rows that were read first, and back.
    console.wheel(300).expect("key 0900");
    console.wheel(400).expect("key 0999");
    console.wheel(-400);
    assert_eq!(console.find_text("key 0000").1, FIRST);
}

#[test]
fn the_verbs_and_the_footer_do_what_their_keys_do() {
    let mut console = Console::with_keys(&["alpha"]);
    console.click_on("l Lock").expect("Cancel ]");
    console.click_on("Esc Cancel").expect_not("Cancel ]");
    console.click_on("New...").says("form.title_new");
    console.keys("<Esc>");
    console.click_on("/ Filter");
    console.keys("zzz").says("choice.nothing");
    console.click_on("Esc Clear").expect("alpha");
    console.click_on("q Quit");
    assert!(console.done());
}

#[test]
fn a_greyed_verb_says_why_as_its_key_does() {
    let mut console = Console::with_keys(&["alpha"]);
    console.keys("dys");
    let why = "“alpha” is deleted.";
    console.expect(why);
    console.keys("k").expect_not(why);
    console.click_on("(New Secret").expect(why);
}

#[test]
fn a_click_on_a_row_leaves_the_filter_line_and_one_in_it_moves_its_cursor() {
    let mut console = Console::with_keys(&["alpha", "alps", "beta"]);
    console.keys("/al");
    let (x, y) = console.find_text("/al");
    console.click((x + 2, y));
    console.keys("x").expect("/axl");
    console.keys("<Backspace>");
    console.click_on("alps").expect_selected("> alps");
    console.keys("k").expect_selected("> alpha").expect("/al");
    console.click((x + 1, y));
    console.keys("ps").expect("/alps");
}

#[test]
fn the_tree_leads_to_a_screen_docked_and_on_top() {
    let mut console = Console::with_keys(&["alpha"]);
    console.keys("t");
    console.click_on("Users").expect("User Management > Users");
    console.resize(120, 24).keys("P");
    console.click_on("API Keys");
    console.expect("User Management > API Keys");
    let users = console.find_text("Users  ");
    // Not from below a dialog.
    console.keys("n");
    console.click(users);
    console.keys("<Esc>").expect("User Management > API Keys");
    console.keys("/al");
    console.click_on("Roles").expect("User Management > Roles");
}

#[test]
fn other_buttons_and_letting_go_do_nothing() {
    let mut console = Console::with_keys(&["alpha", "beta"]);
    console.expect_selected("> alpha");
    let at = console.find_text("beta");
    console.bench.clock.advance(SECOND);
    for kind in [
        MouseEventKind::Down(MouseButton::Right),
        MouseEventKind::Down(MouseButton::Middle),
        MouseEventKind::Up(MouseButton::Left),
        MouseEventKind::Drag(MouseButton::Left),
        MouseEventKind::Moved,
    ] {
        console.send_mouse(kind, at, console.frames());
        console.settle();
        console.expect_selected("> alpha");
    }
}

#[test]
fn a_click_on_nothing_leaves_the_message_as_it_is() {
    let mut console = Console::with_keys(&["alpha"]);
    console.keys("x");
    let message = "This key has no previous secret that still works.";
    console.expect(message);
    console.click((40, 12)).expect(message);
    console.click_on("alpha").expect_not(message);
}

#[test]
fn a_click_made_before_the_rows_moved_hits_no_other_row() {
    let mut console = Console::with_keys(&["beta", "delta", "gamma"]);
    let (at, before) = (console.find_text("gamma"), console.frames());
    console.by_alice(|service, alice| service.create_key(alice, &draft("alpha")));
    console.wait(SECOND);
    assert_eq!(console.find_text("delta"), at, "another row is there now");
    console.send_mouse(LEFT, at, before);
    console.settle();
    console.expect_selected("> beta");
    console.click(at).expect_selected("> delta");
}

#[test]
fn a_click_made_before_a_frame_that_shows_the_same_counts() {
    let mut console = Console::with_keys(&["alpha", "beta", "gamma"]);
    let (at, before) = (console.find_text("gamma"), console.frames());
    console.keys("j");
    assert!(console.frames() > before);
    console.send_mouse(LEFT, at, before);
    console.settle();
    console.expect_selected("> gamma");
}

#[test]
fn a_click_made_before_a_dialog_was_drawn_does_nothing_in_it() {
    let mut console = Console::with_keys(&["alpha"]);
    console.keys("l");
    let at = console.find_text("y Lock Out ]");
    console.keys("<Esc>");
    let frame = console.frames();
    console.bench.clock.advance(SECOND);
    console.burst("l");
    console.bench.clock.advance(SECOND);
    console.send_mouse(LEFT, at, frame);
    console.settle();
    console.expect("y Lock Out ]");
}

#[test]
fn a_click_that_comes_behind_a_key_is_not_for_the_layer_below() {
    let mut console = Console::with_keys(&["alpha", "beta"]);
    console.keys("/al\nn");
    let (at, frame) = (console.find_text("Esc Cancel"), console.frames());
    console.bench.clock.advance(SECOND);
    console.together(KeyCode::Esc, LEFT, at);
    assert!(console.frames() > frame);
    // Esc has another meaning in the list: it would show all keys.
    console.says_not("form.title_new");
    console.expect_not("beta");
}

#[test]
fn a_double_click_presses_nothing_in_the_dialog_that_it_opened() {
    let mut console = Console::with_keys(&["alpha"]);
    console.keys("l");
    let at = console.find_text("y Lock Out ]");
    console.keys("n").click(at);
    // It is there already when the second click comes.
    console.keys("l");
    console.click_after(399 - 200, at).expect("y Lock Out ]");
    console.click_after(400, at).expect("was locked out");
}

#[test]
fn a_click_on_a_dialog_counts_as_soon_as_that_is_there() {
    let mut console = Console::with_keys(&["alpha"]);
    console.click_on("l Lock");
    let at = console.find_text("y Lock Out ]");
    console.click_after(1, at).expect("was locked out");
}

#[test]
fn a_click_waits_for_the_answer_that_a_key_would_wait_for() {
    let mut console = Console::with_keys(&["alpha", "beta"]);
    let at = console.find_text("beta");
    console.hold = true;
    console.keys("n");
    // The first frame of the dialog is not drawn: its roles are on their way.
    console.click(at);
    console.release();
    console.says("form.title_new");
    console.keys("<Esc>").expect_selected("> alpha");
}

#[test]
fn a_paste_with_a_click_in_it_confirms_nothing() {
    let mut console = Console::with_keys(&["alpha"]);
    console.keys("d");
    let at = console.find_text("y Delete ]");
    console.bench.clock.advance(SECOND);
    console.burst("Z");
    // As if the bytes of a click stood in what was pasted.
    console.click_after(5, at).says("message.pasting");
    console.burst("y").expect("y Delete ]");
    console.click(at).expect("“alpha” was deleted");
}

#[test]
fn the_mouse_is_the_terminals_while_a_secret_is_shown() {
    let mut console = Console::with_keys(&["alpha"]);
    let mouse = |console: &Console| {
        let effects = console.effects.iter();
        let on = effects.filter_map(|effect| match effect {
            Effect::Mouse(on) => Some(*on),
            _ => None,
        });
        on.collect::<Vec<_>>()
    };
    assert_eq!(mouse(&console), [true]);
    console.make("beta");
    assert_eq!(mouse(&console), [true, false]);
    let copied = console.clipboard().len();
    console.click_on("[ c Copy ]");
    console.keys("x\n");
    console.click_on("y Discard");
    console.keys("<Esc>p");
    console.click_on("Esc").expect("Check");
    console.keys("<Esc>");
    assert_eq!(console.clipboard().len(), copied);
    assert_eq!(mouse(&console), [true, false]);
    console.keys("a\n");
    assert_eq!(mouse(&console), [true, false, true]);
    console.click_on("alpha").expect_selected("> alpha");
}

#[test]
fn without_the_mouse_it_is_not_reported_and_nothing_is_clicked() {
    let mut bench = Bench::new();
    bench.delivered("alpha");
    bench.delivered("beta");
    let alice = bench.alice.clone();
    let mut console = Console::set(bench, alice, (80, 24), |setting| {
        setting.settings.mouse = false;
    });
    console.double_click_on("beta").expect_selected("> alpha");
    let is_mouse = |effect: &Effect| matches!(effect, Effect::Mouse(_));
    assert!(!console.effects.iter().any(is_mouse));
}

#[test]
fn in_a_window_that_is_too_small_nothing_is_clicked() {
    let mut console = Console::with_keys(&["alpha", "beta"]);
    let at = console.find_text("beta");
    console.resize(39, 10);
    console.click(at);
    console.resize(80, 24).expect_selected("> alpha");
}
