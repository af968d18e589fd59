//! What is around a list: the header, the toolbar, the edge of its pane.

use crossterm::event::KeyCode;
use keyward::domain::id::AUDITOR;
use keyward::domain::time::SECOND;
use keyward::service::demo::FULL_ACCESS_USER;
use keyward::ui::terminal::Meter;

use crate::support::console::{Console, Part, SIZES};
use crate::support::database::Bench;

#[test]
fn from_110_columns_on_a_list_has_an_edge_with_its_title_its_filter_and_its_counts_in_it() {
    let mut console = Console::with_keys(&["alpha", "beta"]);
    console.resize(109, 24).expect_not("╭").expect("2 shown");
    console.resize(110, 24).expect("╭ API Keys ─");
    console.expect("─ 2 shown ╮").expect_selected("> alpha");
    console.keys("/al\n").expect("╭ API Keys /al ─");
    console.expect("─ 1 of 2 ╮");
    console.keys("/zz\n").says("list.nothing_found");
    console.keys("<Esc>").expect("─ 2 shown ╮");
    console.go("Users").expect("╭ Users ─");
}

#[test]
fn the_header_names_account_host_and_database_where_there_is_room_and_in_printable_characters() {
    let bench = Bench::new();
    let alice = bench.alice.clone();
    let mut console = Console::set(bench, alice, (120, 24), |setting| {
        setting.place = Some("keys@vault\u{1b}01 keyward.db".to_owned());
    });
    console.expect("keys@vault\u{fffd}01 keyward.db  alice (Full Access)");
    // The first parts of the way go before it does.
    console.resize(80, 24).expect_not("User Management");
    console.expect("API Keys").expect("01 keyward.db  alice");
    console.resize(60, 15).expect_not("keyward.db");
    console.expect("API Keys");
}

#[test]
fn a_demonstration_and_a_console_that_may_only_look_say_so_in_every_window() {
    for size in SIZES {
        let bench = Bench::new();
        let bob = bench.user("bob", AUDITOR);
        let console = Console::set(bench, bob, size, |setting| setting.demo = true);
        console.says("header.demo").says("header.read_only");
        console.expect("API Keys");
        let (bench, user) = Bench::demo(FULL_ACCESS_USER);
        let console = Console::of(bench, user, size);
        console.says_not("header.read_only").says_not("header.demo");
    }
}

#[test]
fn a_narrow_toolbar_says_how_many_verbs_it_leaves_out() {
    let mut console = Console::with_keys(&["alpha"]);
    console.expect("(Unlock)").expect_not(" in ?");
    console
        .resize(60, 15)
        .expect("d Delete...")
        .expect("+3 in ?");
    console.expect_not("s New Secret");
    console
        .resize(40, 14)
        .expect("Enter Properties...")
        .expect("+4 in ?");
    console.click_on("+4 in ?").says("help.title");
}

#[test]
fn an_empty_list_says_what_it_is_for_and_the_one_key_to_press() {
    let mut console = Console::new();
    console.says_with("list.empty", &[("key", &"n")]);
    console.resize(60, 15).expect("Press n");
}

/// A console that shows what its link carries.
fn metered(size: (u16, u16)) -> Console {
    let (bench, demo) = Bench::demo(FULL_ACCESS_USER);
    Console::set(bench, demo, size, |setting| setting.show.link = true)
}

#[test]
fn what_the_link_carries_is_shown_at_every_size_and_hides_no_key() {
    let mut console = metered((80, 24));
    console.expect("q Quit");
    console.expect("    0 B of 0 B,    - ms");
    let frame = Meter {
        frame: 171,
        total: 2_137,
        took: Some(3),
    };
    console.measured(frame).press(KeyCode::Down);
    let footer = console.picture(Part::Footer);
    let header = |console: &Console| console.screen().lines().next().map(str::to_owned);
    let ends = |console: &Console, end: &str| header(console).is_some_and(|it| it.ends_with(end));
    assert!(
        ends(&console, "  171 B of 2137 B,    3 ms"),
        "{}",
        console.screen()
    );
    for columns in 40..=120 {
        let mut console = metered((columns, 15));
        console.measured(frame).press(KeyCode::Down);
        assert!(
            ends(&console, " ms") || ends(&console, "  171 B"),
            "{}",
            console.screen()
        );
        // What is about one key has its name in the header.
        console.keys("e").expect("171 B");
    }
    let mut without = Console::new();
    let (bench, demo) = Bench::demo(FULL_ACCESS_USER);
    let mut plain = Console::set(bench, demo, (80, 24), |_| ());
    plain.press(KeyCode::Down);
    assert_eq!(plain.picture(Part::Footer), footer);
    assert!(!without.resize(80, 24).shows(" B of "));
}

#[test]
fn the_first_frame_has_the_first_rows_and_until_then_nothing_is_looked_at() {
    let bench = Bench::new();
    let alice = bench.alice.clone();
    let mut console = Console::begun(bench, alice, (80, 24), |_| {});
    // Whoever waited for no time at all would take the processor from who reads the rows.
    assert!((100..=SECOND).contains(&console.sleeps()));
    assert_eq!(console.frames(), 0);
    console.settle().expect("No API keys yet.");
    assert_eq!(console.frames(), 1);
    assert!((1..=SECOND).contains(&console.wait(1).sleeps()));
}
