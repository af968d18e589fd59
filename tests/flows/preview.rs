//! The preview: beside the list it follows the cursor when that rests, and asks for nothing that the person may not read.

use keyward::domain::id::KeyId;
use keyward::domain::intent::KeyChange;
use keyward::domain::rights::Right;
use keyward::domain::time::{DAY, HOUR, MINUTE, SECOND};
use keyward::domain::trouble::{Fault, Trouble};
use keyward::ui::request::{Read, Request};

use crate::support::console::Console;
use crate::support::database::{Bench, role_draft};

/// Three keys in a window that has room for the preview, which is of the first.
fn beside() -> Console {
    let mut console = Console::with_keys(&["alpha", "beta", "gamma"]);
    console.resize(120, 40).rest();
    console
}

/// What is between the pane's edges, its title and its lines.
fn pane(console: &Console) -> String {
    let screen = console.screen();
    let lines = screen.lines().skip(2).map(|line| {
        let cells: Vec<char> = line.chars().collect();
        cells[79..].iter().collect::<String>()
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[track_caller]
fn expect_pane(console: &Console, text: &str) {
    let pane = pane(console);
    assert!(pane.contains(text), "{text}, not:\n{pane}");
}

#[test]
fn the_row_that_the_cursor_rests_on_is_shown_beside_the_list() {
    let mut console = beside();
    expect_pane(&console, "╭ alpha ─");
    console.keys("j");
    // Until it rests the pane is as it was, under the name of the row that it is of.
    expect_pane(&console, "╭ alpha ─");
    console.rest();
    expect_pane(&console, "╭ beta ─");
    for line in [
        "State         ● Active",
        "Role          Auditor: reads through",
        "              the API",
        "Expires       never",
        "Secret        issued 22 Nov 2026,",
        "Created       22 Nov 2026 by alice",
        "22 Nov 16:00  Secret Delivered, alice",
        "       16:00  Secret Issued, alice",
        "       16:00  API Key Created, alice",
    ] {
        expect_pane(&console, line);
    }
}

#[test]
fn while_rows_are_moving_nothing_is_asked_and_a_newer_wish_is_the_only_one() {
    let mut console = beside();
    console.hold = true;
    for _ in 0..5 {
        console.keys("jk").wait(100);
    }
    let previews = |console: &Console| {
        let asked = console.held.iter();
        let is = |request: &Request| matches!(request, Request::Read(Read::Preview(..)));
        asked.filter(|asked| is(&asked.request)).count()
    };
    assert_eq!(previews(&console), 0);
    console.keys("j").rest();
    assert_eq!(previews(&console), 1);
    // What comes of it is not shown under another name.
    console.keys("j").release();
    expect_pane(&console, "╭ alpha ─");
    console.rest();
    expect_pane(&console, "╭ gamma ─");
}

#[test]
fn what_is_shown_of_another_row_goes_where_nothing_comes_in_its_place() {
    let mut console = beside();
    console.hold = true;
    console.keys("j").wait(SECOND / 2);
    assert!(!pane(&console).contains("alpha"), "{}", console.screen());
    console.release();
    expect_pane(&console, "╭ beta ─");
}

#[test]
fn the_lists_own_reads_come_first_and_nothing_says_that_the_preview_is_awaited() {
    let mut console = beside();
    let late = console.answered_late(|console| console.keys("O").wait(SECOND / 2));
    console.wait(SECOND / 10);
    console.late_answers(late);
    console.rest();
    expect_pane(&console, "╭ gamma ─");
    let late = console.answered_late(|console| console.keys("j").rest());
    console.wait(100).says_not("message.working");
    console.late_answers(late);
    expect_pane(&console, "╭ beta ─");
}

#[test]
fn what_one_does_oneself_is_shown_beside_the_list_as_soon_as_in_it() {
    let mut console = beside();
    console.keys("ly").wait(1);
    expect_pane(&console, "Locked Out by alice");
}

#[test]
fn another_administrators_change_and_the_clock_are_followed_and_the_time_between_draws_nothing() {
    let mut console = beside();
    console.by_alice(|service, alice| {
        let lock = KeyChange::LockOut {
            reason: "contract ended".to_owned(),
        };
        service.change_key(alice, lock, KeyId(1))
    });
    console.wait(2 * SECOND).rest();
    expect_pane(&console, "Locked Out by alice");
    expect_pane(&console, "22 Nov 16:00: contract");
    console.keys("uy").wait(2 * SECOND);
    console.keys("s\n").keys("a\n").wait(2 * SECOND).rest();
    console.keys("jk").rest();
    let frames = console.frames();
    console.wait(SECOND).wait(SECOND);
    assert_eq!(console.frames(), frames, "nothing has changed");
}

#[test]
fn how_long_ago_something_was_changes_by_itself() {
    let mut console = Console::new();
    let secret = console.make_and_store("alpha");
    assert!(console.works(&secret));
    console.wait(2 * SECOND).resize(120, 40).rest();
    expect_pane(&console, "last used now");
    let frames = console.frames();
    console.wait(30 * SECOND);
    assert_eq!(console.frames(), frames);
    console.wait(30 * SECOND);
    expect_pane(&console, "Last Sign-In  1 min ago");
    console.wait(2 * HOUR);
    expect_pane(&console, "Last Sign-In  2 h ago");
    console.wait(3 * DAY);
    expect_pane(&console, "Last Sign-In  3 d ago");
    assert!(console.sleeps() <= MINUTE);
}

#[test]
fn p_hides_the_preview_for_all_lists_and_the_columns_are_back() {
    let mut console = beside();
    console.keys("P").expect_not("╭ alpha ─").expect("Owner");
    console.keys("2P").rest();
    expect_pane(&console, "╭ alice ─");
    expect_pane(&console, "Role          Full Access: reads and");
    console.keys("3").rest();
    console.expect("Allows");
    expect_pane(&console, "2 of 12 rights");
    console.keys("4").rest();
    expect_pane(&console, "Action Performed By");
}

#[test]
fn in_a_narrow_window_p_opens_the_preview_as_a_dialog_that_scrolls() {
    let mut console = Console::with_keys(&["alpha", "beta"]);
    console
        .keys("jP")
        .expect("╭ beta ─")
        .expect("Auditor: reads through the API");
    console.keys("P").expect_not("╭ beta ─");
    console.resize(40, 10).keys("P").expect("╭ beta ─");
    console.expect_not("API Key Created");
    console.keys("<End>").expect("API Key Created");
    console.keys("q").expect_selected("beta");
    console.keys("/nothing\n");
    console.keys("P").says("list.nothing_found");
}

#[test]
fn a_pane_that_is_too_low_says_that_there_is_more() {
    let mut console = beside();
    assert!(!pane(&console).contains(" ↓ "));
    console.resize(120, 12).rest();
    expect_pane(&console, "─ ↓ ─╯");
    expect_pane(&console, "State");
}

#[test]
fn nothing_that_the_person_may_not_read_is_asked_for_and_moving_over_rows_records_nothing() {
    let mut bench = Bench::new();
    for name in ["alpha", "beta"] {
        bench.delivered(name);
    }
    let role = bench.role(&role_draft("Keys", &[Right::ViewApiKeys]));
    let bob = bench.user("bob", role);
    let mut console = Console::of(bench, bob, (120, 40));
    console.rest();
    expect_pane(&console, "╭ alpha ─");
    assert!(!pane(&console).contains("Created, alice"), "no events");
    // The right to see them is taken away while the list is on the screen.
    let before = console.bench.dump();
    console.hold = true;
    console.keys("j").rest();
    console.by_alice(|service, alice| {
        let before = role_draft("Keys", &[Right::ViewApiKeys]).fields;
        let draft = role_draft("Keys", &[]);
        service.save_role(alice, role, &before, &draft).map(drop)
    });
    let saved = console.bench.dump();
    assert_ne!(before, saved);
    console.release();
    console.keys("kjkj").rest();
    assert_eq!(console.bench.dump(), saved, "no attempt is recorded");
    assert!(!pane(&console).contains("beta"));
}

#[test]
fn what_cannot_be_read_now_is_read_later() {
    let mut console = beside();
    console.unreadable = Some(Trouble::Storage(Fault::Busy));
    console.keys("j").rest();
    assert!(!pane(&console).contains("alpha") && !pane(&console).contains("beta"));
    console.unreadable = None;
    console.wait(SECOND).rest();
    expect_pane(&console, "╭ beta ─");
}

#[test]
fn where_no_row_is_selected_the_pane_says_so() {
    let mut console = Console::new();
    console.resize(120, 40).rest();
    expect_pane(&console, "╭ Preview ─");
    console.says("preview.nothing");
    let mut console = beside();
    console.says_not("preview.nothing");
    console.keys("/zzz<Enter>").rest().says("preview.nothing");
}

#[test]
fn a_preview_that_is_a_dialog_closes_where_it_is_beside_the_list() {
    let mut console = Console::with_keys(&["alpha", "beta"]);
    console.keys("P").expect("Esc Close");
    console.resize(109, 24).expect("Esc Close");
    console.resize(110, 24).rest();
    console.expect_not("Esc Close").expect_selected("alpha");
    console
        .keys("P")
        .resize(80, 24)
        .keys("P")
        .expect("Esc Close");
    console.resize(120, 24).expect("Esc Close");
}

#[test]
fn the_preview_writes_dates_in_one_way_and_breaks_no_line_between_a_number_and_its_unit() {
    let mut console = Console::with_keys(&["alpha"]);
    console.by_alice(|service, alice| service.lock_out_key(alice, KeyId(1), ""));
    console.resize(120, 40).wait(2 * SECOND).rest();
    expect_pane(&console, "Locked Out by alice,  ");
    expect_pane(&console, "  22 Nov 16:00  ");
    expect_pane(&console, "Expires       never");
    expect_pane(&console, "Last Sign-In  never");
    for columns in 110..150 {
        console.resize(columns, 40).rest();
        let screen = console.screen();
        let mut lines = screen.lines().map(|line| line.trim_end_matches([' ', '│']));
        let torn = lines.find(|line| line.ends_with("issued 22") || line.ends_with("22 Nov"));
        assert_eq!(torn, None, "{screen}");
    }
}
