//! The mouse in dialogs: buttons, fields with their cursor, choices, the tabs and boxes of a role, what scrolls.

use keyward::domain::id::{AUDITOR, RoleId};
use keyward::domain::rights::Right;

use crate::role::last_role;
use crate::support::console::Console;
use crate::support::database::{Bench, role_draft, user_of};

/// A click so many columns behind the beginning of a text.
#[track_caller]
fn click_behind(console: &mut Console, text: &str, columns: u16) {
    let (x, y) = console.find_text(text);
    console.click((x + columns, y));
}

/// The column of the cursor within a text on the screen.
#[track_caller]
fn cursor_in(console: &mut Console, text: &str) -> u16 {
    let at = console.find_text(text);
    let cursor = console.cursor();
    assert_eq!(cursor.1, at.1, "{}", console.screen());
    cursor.0 - at.0
}

#[test]
fn a_question_is_answered_by_its_buttons() {
    let mut console = Console::new();
    let secret = console.make_and_store("backup");
    console.keys("d");
    console.click_on("[ Cancel ]");
    assert!(console.works(&secret));
    console.keys("d");
    // Beside the dialog, and on its words.
    console.click((0, 4));
    console.click_on("It has never").expect("[ Cancel ]");
    console.click_on("[ y Delete ]").expect_not("[ Cancel ]");
    assert!(!console.works(&secret));
}

#[test]
fn a_key_is_made_by_mouse_alone() {
    let mut console = Console::new();
    console.click_on("n New...");
    console.keys("backup");
    click_behind(&mut console, "Description", 16);
    console.keys("nightly");
    console.click_on("Auditor  ").expect("Full Access");
    console.click_on("Full Access    ").expect("Full Access ▼");
    console.click_on("[ ] Expires on").expect("[x] Expires on");
    console.keys("2027-03-01");
    console.click_on("[ OK ]");
    console.keys("a\n").expect("2027-03-01");
    console.double_click_on("backup").expect("nightly");
    console.expect("Full Access ▼");
}

#[test]
fn a_click_in_a_text_puts_the_cursor_before_that_character() {
    let mut console = Console::new();
    console.keys("n");
    let name = "日本ｶﾞe\u{301}x";
    console.paste(name);
    // The first cell of a character, then its second; half-width with its mark; a letter with its accent.
    for (column, before) in [
        (0, 0),
        (1, 0),
        (2, 2),
        (3, 2),
        (4, 4),
        (5, 4),
        (6, 6),
        (7, 7),
        (30, 8),
    ] {
        click_behind(&mut console, "日本", column);
        assert_eq!(cursor_in(&mut console, "日本"), before, "{column}");
    }
    click_behind(&mut console, "日本", 2);
    console.keys("-").expect("日-本");
}

#[test]
fn a_click_in_a_text_of_several_lines_finds_line_and_character() {
    let mut console = Console::new();
    console.keys("nbackup\t");
    console.paste("one\n日本ｶﾞe\u{301}x\nthree\nfour");
    console.keys("<Down>");
    // Its last three lines are on the screen.
    for (column, before) in [
        (0, 0),
        (1, 0),
        (2, 2),
        (4, 4),
        (5, 4),
        (6, 6),
        (7, 7),
        (30, 8),
    ] {
        click_behind(&mut console, "日本", column);
        assert_eq!(cursor_in(&mut console, "日本"), before, "{column}");
    }
    console.click_on("backup");
    click_behind(&mut console, "three", 2);
    console.keys("-").expect("th-ree");
}

#[test]
fn a_click_in_a_long_name_counts_what_is_scrolled_away() {
    let mut console = Console::new();
    console.resize(40, 12);
    console.keys("n");
    console.paste(&"abcdefghij".repeat(6));
    let (x, y) = console.find_text("Name");
    console.click((x + 16 + 3, y));
    console.keys("-");
    let shown = console.screen();
    let line = shown.lines().nth(usize::from(y)).expect("a line");
    let before: String = line.chars().skip(usize::from(x) + 16).take(3).collect();
    assert!(shown.contains(&format!("{before}-")), "{before}\n{shown}");
}

#[test]
fn leaving_a_date_by_mouse_checks_it_as_tab_does() {
    let mut console = Console::new();
    console.keys("nbackup");
    console.click_on("[ ] Expires on");
    click_behind(&mut console, "[x] Expires on", 16);
    console.keys("2027").expect_not("! ");
    console.click_on("backup").expect("! ");
}

#[test]
fn what_cannot_be_changed_cannot_be_clicked() {
    let (bench, user) = Bench::demo(keyward::service::demo::AUDITOR_USER);
    let mut console = Console::of(bench, user, (80, 24));
    console.keys("/webhook\n\n");
    let before = console.screen();
    console.click_on("-  Locked Out");
    click_behind(&mut console, "Role ", 16);
    assert_eq!(console.screen(), before);
    console.click_on("[ Close ]").expect_not("Properties: ");
}

#[test]
fn a_form_that_is_left_asks_and_its_buttons_answer() {
    let mut console = Console::new();
    console.keys("nbackup");
    console.click_on("[ Cancel ]").expect("Leave");
    console.click_on("[ Stay ]").expect("backup");
    console.click_on("Esc Cancel").expect("Esc Stay");
    console.click_on("[ y Leave").says_not("form.title_new");
}

#[test]
fn what_is_beside_a_dialog_is_not_clicked() {
    let mut console = Console::new();
    console.resize(120, 40);
    console.keys("nbackup");
    let below = console.find_text("[ OK ]");
    console.keys("<Esc>").expect("y Leave");
    assert_eq!(console.find_text("[ OK ]"), below, "it can be seen");
    console.click(below).expect("y Leave");
}

#[test]
fn the_wheel_scrolls_a_form_and_the_focus_stays() {
    let mut console = Console::new();
    console.make_and_store("backup");
    console.resize(60, 12);
    console.keys("\n").expect("Description");
    console.wheel(2).expect_not("Description");
    console.wheel(-2).expect("Description");
    console.wheel(1);
    console.keys("-2").expect("backup-2");
}

#[test]
fn an_entry_is_chosen_among_those_that_the_wheel_brings() {
    let mut console = Console::new();
    console.keys("nbackup");
    console.click_on("UTC (UTC+00:00)");
    console.keys("america");
    console.wheel(4).expect_top(12);
    let shown = console.find_text("America/");
    console.wheel(1);
    let line = |console: &Console| {
        let screen = console.screen();
        let line = screen.lines().nth(usize::from(shown.1)).expect("a line");
        let zone = line.split_whitespace().find(|word| word.contains('/'));
        zone.expect("a zone").to_owned()
    };
    let zone = line(&console);
    console.click(shown).expect(&format!("{zone} (UTC"));
    console.expect("▼");
}

#[test]
fn a_new_secret_is_asked_for_by_mouse() {
    let mut console = Console::new();
    let first = console.make_and_store("backup");
    console.click_on("s New Secret");
    console.click_on("( OK )").says("new_secret.choose");
    console.click_on("( ) 24 hours").expect("(•) 24 hours");
    console.click_on("[ OK ]");
    let second = console.secret();
    assert_ne!(first, second);
    console.keys("a\n");
    assert!(console.works(&second) && console.works(&first));
}

#[test]
fn help_and_details_scroll_and_close() {
    let mut console = Console::new();
    console.resize(60, 15);
    console.click_on("F1 Help").expect_top(0);
    console.wheel(1).expect_top(3);
    console.wheel(-5).expect_top(0);
    console.click_on("F5 States").says("state.locked_out");
    console.click_on("Esc Close");
    console.go("System Events");
    console.double_click_on("User Signed In").expect_top(0);
    console.wheel(1).expect_top(3);
    console.click_on("Esc Close").expect("User Signed In");
}

#[test]
fn a_time_is_entered_with_the_cursor_where_it_was_clicked() {
    let mut console = Console::new();
    console.go("System Events");
    console.click_on("d Time");
    console.keys("3h");
    click_behind(&mut console, "3h", 1);
    console.keys("4");
    console.click_on("Enter OK").expect("/time:<=34h");
}

/// A role of no rights.
fn operators(console: &mut Console) -> RoleId {
    console.bench.role(&role_draft("Operators", &[]))
}

fn open_role(console: &mut Console, id: RoleId) {
    console.go("Roles");
    console.find(id.0);
    console.keys("\n");
}

#[test]
fn a_role_is_edited_by_its_tabs_boxes_and_radio_buttons() {
    let mut console = Console::new();
    let id = operators(&mut console);
    open_role(&mut console, id);
    click_behind(&mut console, "Operators ", 9);
    console.keys(" 2");
    console.click_on("[ ] Allow Access to Web");
    console.click_on("Users/Keys").expect("[Users/Keys]");
    console.click_on("( ) Have full").expect("(•) Have full");
    console.click_on("( ) Change own");
    console.click_on("Other");
    console.click_on("General").expect("Operators 2");
    console.click_on("[ OK ]").click_on("[ y Save ]");
    let saved = last_role(&mut console);
    assert_eq!(saved.name, "Operators 2");
    assert!(saved.web_service);
}

#[test]
fn the_tabs_that_a_narrow_bar_leaves_out_are_behind_its_ends() {
    let mut console = Console::new();
    let id = operators(&mut console);
    open_role(&mut console, id);
    console.resize(40, 12).expect("[General]");
    console.expect_not("Assigned");
    console.click_on("> ").expect("[Users/Keys]");
    console.click_on("< ").expect_not("[Users/Keys]");
    console.click_on("> ");
    console.click_on("> ").expect("[Assigned]");
}

#[test]
fn a_box_is_ticked_where_it_was_found_and_ok_ends_the_search() {
    let mut console = Console::new();
    let id = operators(&mut console);
    open_role(&mut console, id);
    console.click_on("Users/Keys");
    console.keys("/can view api");
    console.click_on("Can View API");
    console.click_on("can view api");
    console.keys("<Ctrl-E><Ctrl-U>can view roles");
    console.click_on("Can View Roles");
    console.keys("/");
    console.click_on("[ OK ]").click_on("[ y Save ]");
    let rights = last_role(&mut console).rights;
    let held = Right::ALL.into_iter().filter(|right| rights.has(*right));
    assert_eq!(
        held.collect::<Vec<_>>(),
        [Right::ViewApiKeys, Right::ViewRoles]
    );
}

#[test]
fn what_a_role_does_not_allow_is_said_at_the_box_too() {
    let mut console = Console::new();
    open_role(&mut console, keyward::domain::id::FULL_ACCESS);
    console.click_on("Users/Keys");
    console.keys(" ");
    let message = |console: &Console| {
        let screen = console.screen();
        let line = screen.lines().rev().nth(1).expect("a message line");
        line.trim_end().to_owned()
    };
    let why = message(&console);
    assert!(why.contains("cannot be changed"), "{why}");
    console.keys("<Down>");
    assert_eq!(message(&console), "");
    console.click_on("( ) Custom");
    assert_eq!(message(&console), why);
}

#[test]
fn whoever_has_a_role_is_opened_by_a_second_click() {
    let mut console = Console::new();
    console.make_and_store("backup");
    open_role(&mut console, AUDITOR);
    console.click_on("Assigned");
    console.double_click_on("backup");
    console.says_with("form.title_edit", &[("name", &"backup")]);
}

#[test]
fn the_wheel_scrolls_the_boxes_and_a_box_stays_where_it_is_clicked() {
    let mut console = Console::new();
    let id = operators(&mut console);
    open_role(&mut console, id);
    console.click_on("Users/Keys");
    console.wheel(1);
    console.keys("<Down>");
    // Above the first radio button there are sentences, which the selection of it brings.
    let at = console.find_text("(•) Change own");
    console.click(at);
    assert_eq!(
        console.find_text("(•) Change own"),
        at,
        "{}",
        console.screen()
    );
    console.wheel(3);
    let at = console.find_text("[ ] Can");
    console.click(at);
    assert_eq!(console.find_text("[x] Can"), at, "{}", console.screen());
    console.click(at);
    assert_eq!(console.find_text("[ ] Can"), at, "{}", console.screen());
}

#[test]
fn the_end_of_a_session_is_left_by_its_button() {
    let (bench, user) = Bench::demo(keyward::service::demo::AUDITOR_USER);
    let mut other = bench.beside();
    let bob = user_of(&user);
    let mut console = Console::of(bench, user, (80, 24));
    other.by_alice(|service, alice| service.lock_out_user(alice, bob, ""));
    console.wait(1_000);
    console.click_on("[ Quit");
    assert!(console.done());
}
