//! The System Events screen.

use keyward::domain::id::AUDITOR;
use keyward::domain::rights::Right;
use keyward::domain::time::{DAY, SECOND};

use crate::support::console::Console;
use crate::support::database::{Bench, raw, role_draft};
use crate::tree::set_rights;

/// Two keys with their secrets, the second a day younger, one of them locked out by bob; then a refused use.
fn trail() -> Console {
    let mut bench = Bench::new();
    let bob = bench.user("bob", keyward::domain::id::FULL_ACCESS);
    let backup = bench.delivered("backup");
    bench.clock.advance(DAY);
    bench.delivered("deploy");
    let locked = bench.service.lock_out_key(&bob, backup.key, "");
    locked.expect("locked");
    bench.refusal(&backup);
    let mut console = Console::on(bench);
    console.go("System Events");
    console
}

/// The events on the screen, the uppermost first, each from its level on.
fn shown(console: &Console) -> Vec<String> {
    let screen = console.screen();
    let rows = screen
        .lines()
        .filter(|line| line.get(2..5) == Some("202"))
        .map(|line| line[22..].split_whitespace().collect::<Vec<_>>().join(" "));
    rows.collect()
}

#[test]
fn the_suggested_target_gives_way_to_what_is_typed() {
    let mut console = Console::new();
    console.make_and_store("backup");
    console.go("System Events");
    console.keys("a").expect("user:");
    console.keys("api-key:1\n").expect("/target:api-key:1");
}

#[test]
fn the_newest_event_is_first_and_time_level_event_and_target_are_told() {
    let console = trail();
    assert_eq!(
        shown(&console),
        [
            "Info 600 User Signed In alice alice",
            "Error 675 API Key Session Validatio… backup System",
            "Info 673 API Key Locked Out backup bob",
            "Info 9001 Secret Delivered deploy alice",
            "Info 9000 Secret Issued deploy alice",
            "Info 656 API Key Created deploy alice",
            "Info 9001 Secret Delivered backup alice",
            "Info 9000 Secret Issued backup alice",
            "Info 656 API Key Created backup alice",
        ]
    );
    console.expect("Administration > System Events");
    console.expect("9 shown");
}

#[test]
fn each_filter_shows_what_it_says_and_esc_shows_all_again() {
    let mut console = trail();
    let mut only = |keys: &str, says: &str, events: &[&str]| {
        console.keys(keys).expect(says);
        assert_eq!(shown(&console), events, "{keys}");
        console.keys("<Esc>").expect("9 shown");
    };
    let refused = "Error 675 API Key Session Validatio… backup System";
    let locked = "Info 673 API Key Locked Out backup bob";
    only("lerr\n", "/level:Error", &[refused]);
    only("f673\n", "/event:api-key-locked-out", &[locked]);
    only("flocked out\n", "/event:user-locked-out", &[]);
    only("pbob\n", "/by:bob", &[locked]);
    only("psystem\n", "/by:System", &[refused]);
    only("/locked-out\n", "2 of 9", &[refused, locked]);
    let backup = "Info 9000 Secret Issued backup alice";
    let deploy = "Info 9000 Secret Issued deploy alice";
    let day = "d2026-11-23..2026-11-23\nf9000\n";
    only(day, "time:>=2026-11-23", &[deploy]);
    let until = "d..2026-11-22\nf9000\n";
    only(until, "time:<=2026-11-22", &[backup]);
    // What the selected event is about is offered.
    only("f9000\nga\n", "target:api-key:2", &[deploy]);
}

#[test]
fn a_filter_is_taken_away_by_the_first_entry_of_its_choice() {
    let mut console = trail();
    for (key, word) in [("l", "error"), ("f", "675"), ("p", "system")] {
        console.keys(&format!("{key}{word}\n"));
        assert_eq!(shown(&console).len(), 1, "{key}");
        console.keys(&format!("{key}ever\n"));
        assert_eq!(shown(&console).len(), 9, "{key}");
    }
}

#[test]
fn a_time_that_is_none_is_told_and_can_be_mended() {
    let mut console = trail();
    console.keys("dyesterday\n");
    console.expect("“yesterday” is not a time");
    console.expect("yesterday");
    console.keys("<Ctrl-U>1d..7d\n");
    console.expect("ends before it starts");
    console.keys("<Ctrl-U>1h\n");
    assert_eq!(shown(&console).len(), 6);
}

#[test]
fn enter_shows_all_of_an_event() {
    let mut console = trail();
    console.resize(80, 30);
    console.keys("/backup key-created\n\n");
    for part in [
        // Once: the user's zone is UTC.
        "\n UTC                  2026-11-22T16:00:00.000Z",
        "2026-11-22T16:00:00.000Z",
        "Event ID 656",
        "api-key:1 backup",
        "Action Performed By alice",
        "Role Auditor",
        "Number in the Chain 1",
        "Previous Hash 00000000",
    ] {
        console.expect(part);
    }
    console.expect_not("+00:00 (UTC)");
    console.keys("<Esc>").expect_not("Previous Hash");
}

#[test]
fn what_no_administrator_could_type_steers_no_screen() {
    let mut console = trail();
    let connection = raw(&console.bench.place);
    connection.unguard("events");
    let sql =
        "UPDATE events SET level = ?1, actor = ?2, target_kind = ?3, target_name = ?4, body = ?5";
    let body = r#"{"\u001b[2J":"\u001b[2J\n\u202e"}"#;
    let name = "evil\u{1b}\r\n\u{202e}";
    let values = ("x\u{1b}\n", "\u{1b}[2J", "\u{9b}\n", name, body);
    connection.execute(sql, values).expect("changed");
    console.wait(2 * SECOND);
    let tame = |screen: &str| {
        let bad = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
        assert!(!screen.chars().any(bad), "{screen:?}");
    };
    tame(&console.screen());
    console.expect("evil");
    console.keys("\n");
    tame(&console.screen());
    console.expect("evil");
}

#[test]
fn e_on_a_list_shows_the_events_about_the_selected_row() {
    let mut console = trail();
    console.go("API Keys");
    console.keys("/deploy\ne");
    console.expect("Administration > System Events");
    console.expect("/target:api-key:2");
    assert_eq!(shown(&console).len(), 3);
    console.go("Users");
    console.keys("/alice\ne").expect("/target:user:1");
    assert_eq!(shown(&console), ["Info 600 User Signed In alice alice"]);
    console.keys("e").expect("/target:user:1");
    console.go("Roles");
    console.keys("e").expect("/target:role:2");
    console.expect("No matches.").expect_not("Press Esc");
    console.keys("4").expect("9 shown");
    console.keys("1").expect_selected("deploy");
}

#[test]
fn what_others_do_appears_and_the_selection_stays() {
    let mut console = trail();
    console.keys("jj").expect_selected("Locked Out");
    console.bench.create("another");
    console.wait(2 * SECOND);
    assert_eq!(
        shown(&console)[..2],
        [
            "Info 9000 Secret Issued another alice",
            "Info 656 API Key Created another alice"
        ]
    );
    console.expect_selected("Locked Out");
    console.expect("11 shown");
}

#[test]
fn whoever_may_not_view_events_sees_neither_screen_nor_verb() {
    let mut bench = Bench::new();
    bench.delivered("backup");
    let role = bench.role(&role_draft("Keys", &[Right::ViewApiKeys]));
    let bob = bench.user("bob", role);
    let mut console = Console::of(bench, bob, (80, 24));
    console.expect_not("e Events");
    console.keys("e").says("right.view_events");
    console.keys("t").expect_not("System Events");
}

#[test]
fn the_screen_goes_when_its_right_does() {
    let bench = Bench::new();
    let bob = bench.user("bob", AUDITOR);
    let mut other = bench.beside();
    let mut console = Console::of(bench, bob, (80, 24));
    console.go("System Events");
    console.keys("p").expect("Everybody");
    console.keys("<Esc>");
    set_rights(&mut other, AUDITOR, &[Right::ViewApiKeys]);
    console.wait(2 * SECOND).expect("API Keys");
    console.says_not("event.user-signed-in");
}
