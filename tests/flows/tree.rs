//! The tree of screens.

use keyward::config::settings::{Borders, ThemeName};
use keyward::domain::id::RoleId;
use keyward::domain::locale::Locale;
use keyward::domain::rights::Right;
use keyward::domain::role::RoleDraft;
use keyward::service::demo::FULL_ACCESS_USER;
use keyward::text::Text;

use crate::support::console::Console;
use crate::support::database::{Bench, rights, role_draft};

#[test]
fn the_tree_leads_to_another_screen_and_each_remembers_where_one_was() {
    let mut console = Console::new();
    for name in ["backup", "deploy", "grafana"] {
        console.make_and_store(name);
    }
    console.keys("k").expect_selected("deploy");
    console.keys("t").expect("Go to").expect("Esc Close");
    console.keys("<Home>\n");
    console.expect("Administration > User Management > Users");
    console.expect_selected("alice");
    console.keys("t<Esc>").expect("User Management > Users");
    console.keys("tjj\n").expect("User Management > API Keys");
    console.expect_selected("deploy");
}

#[test]
fn in_wide_windows_the_tree_is_always_there() {
    let mut console = Console::new();
    console.resize(143, 24).expect_not("Administration\n");
    console.resize(144, 24).expect("- API Keys");
    console.resize(120, 24).keys("P");
    console.resize(116, 24).expect_not("Administration\n");
    console.resize(117, 24).expect("- API Keys");
    console.keys("t").expect("> API Keys").expect("Esc To list");
    console.keys("<Home>").expect("> Users");
    console.keys("\n").expect("User Management > Users");
}

/// The headings of the columns on the screen, of these.
fn headings(console: &Console, all: &[&'static str]) -> Vec<&'static str> {
    let screen = console.screen();
    let line = screen.lines().nth(3).expect("the headings").to_owned();
    let shown = all.iter().filter(|heading| line.contains(**heading));
    shown.copied().collect()
}

#[test]
fn the_tree_is_hidden_and_shown_where_it_has_room_and_costs_no_column_that_a_narrower_window_shows()
{
    let (bench, user) = Bench::demo(FULL_ACCESS_USER);
    let mut console = Console::of(bench, user, (80, 24));
    let all = ["Name", "State", "Role", "Expires", "Last Sign-In", "Owner"];
    let words: [(&str, &dyn std::fmt::Display); 3] =
        [("with", &144), ("columns", &117), ("key", &"P")];
    console.keys("T").says_with("tree.no_room_yet", &words);
    console.resize(120, 40).keys("T");
    console.says_with("tree.no_room_yet", &words);
    console.resize(80, 24);
    let narrow = headings(&console, &all);
    console.resize(120, 40).keys("P").expect("- API Keys");
    let beside = headings(&console, &all);
    assert!(narrow.iter().all(|heading| beside.contains(heading)));
    console.keys("T").expect_not("- API Keys").expect("Created");
    // It can still be gone to, and is there again on every screen.
    console.keys("tg\n").expect("User Management > Users");
    console.expect_not("- Users");
    console.keys("T").expect("- Users");
    console.keys("1").expect("- API Keys");
    assert_eq!(headings(&console, &all), beside);
    console.click_on("Roles").expect("User Management > Roles");
    // Hidden it keeps nothing from a window that would have no room for it.
    console.resize(116, 24);
    let capped = headings(&console, &all).len();
    console.resize(120, 24).keys("1T");
    console.resize(116, 24);
    assert!(
        headings(&console, &all).len() > capped,
        "{}",
        console.screen()
    );
}

#[test]
fn the_tree_beside_the_list_looks_focused_when_it_is_and_the_list_does_not() {
    for theme in ThemeName::ALL {
        for borders in [Borders::Unicode, Borders::Ascii] {
            let (bench, user) = Bench::demo(keyward::service::demo::FULL_ACCESS_USER);
            let mut console = Console::set(bench, user, (120, 40), |setting| {
                setting.settings.theme = theme.into();
                setting.settings.borders = borders;
            });
            let on_bar = |console: &Console, at| console.is_on_bar(at);
            console.keys("P");
            let (_, row) = console.cursor();
            let (x, y) = console.find_text("- API Keys");
            let (in_tree, in_list) = ((x + 2, y), (26, row));
            assert!(on_bar(&console, in_list) && !on_bar(&console, in_tree));
            console.expect("- API Keys");
            console.keys("t");
            let focused = !on_bar(&console, in_list) && on_bar(&console, in_tree);
            assert!(focused, "{theme:?}");
            console.expect("> API Keys");
            assert_eq!(console.cursor(), in_tree);
            let screen = console.screen();
            let marks = screen.lines().filter(|line| line.contains("> "));
            // The other is the way to the screen, in the header.
            assert_eq!(marks.count(), 2, "{screen}");
            console.keys("<Esc>");
            assert!(on_bar(&console, in_list) && !on_bar(&console, in_tree));
        }
    }
}

#[test]
fn a_window_that_grows_loses_no_column() {
    for text in [Text::en_us(), Text::of(Locale::JaJp)] {
        let (bench, user) = Bench::demo(FULL_ACCESS_USER);
        let mut console = Console::speaking(text, bench, user, (80, 24));
        let names = "name state role expires last_sign_in id created created_by description full_name access users \
                     keys built_in time level event target performed_by";
        let names = names.split_whitespace();
        let columns: Vec<_> = names
            .map(|name| text.say(format!("column.{name}").leak()))
            .collect();
        for screen in 0..16 {
            console.resize(160, 24);
            // With and without the tree, and that with and without the preview, which needs room as soon as there is some.
            let hides = ["", "T", "PT", "T"][screen / 4];
            console.keys(if screen % 4 == 0 { hides } else { "" });
            console.keys("tg");
            console.keys(&"j".repeat(screen % 4));
            console.keys("\n");
            let mut before: Vec<&str> = Vec::new();
            for width in 40..=180 {
                console.resize(width, 24);
                let picture = console.screen();
                let line = picture.lines().nth(3).expect("the headings");
                let mut shown = columns.clone();
                shown.retain(|heading| line.contains(heading));
                let lost = before.iter().find(|heading| !shown.contains(heading));
                assert_eq!(lost, None, "at {width} columns:\n{picture}");
                before = if width == 109 && screen < 8 {
                    Vec::new()
                } else {
                    shown
                };
            }
            assert!(before.len() > 5 || screen < 8, "{}", console.screen());
        }
    }
}

#[test]
fn only_what_the_role_allows_to_view_is_in_the_tree() {
    let mut bench = Bench::new();
    let bob = with_rights(&mut bench, &[Right::ViewUsers]);
    let mut console = Console::of(bench, bob, (80, 24));
    console.expect("User Management > Users");
    console.keys("t").expect("> Users").expect_not("API Keys");
}

#[test]
fn a_screen_that_the_role_no_longer_allows_is_left() {
    let mut bench = Bench::new();
    let bob = with_rights(&mut bench, &[Right::ViewUsers, Right::ViewApiKeys]);
    let role = bob.role.id;
    let mut other = bench.beside();
    let mut console = Console::of(bench, bob, (80, 24));
    console.expect("User Management > API Keys");
    set_rights(&mut other, role, &[Right::ViewUsers]);
    console.wait(1_000).expect("User Management > Users");
    console.says("right.view_api_keys");
    console.keys("t").expect_not("> API Keys");
}

/// A user whose role has just these rights.
pub fn with_rights(bench: &mut Bench, rights: &[Right]) -> keyward::domain::user::Actor {
    let role = bench.role(&role_draft("Some", rights));
    bench.user("bob", role)
}

/// Alice leaves a role just these rights.
pub fn set_rights(bench: &mut Bench, role: RoleId, held: &[Right]) {
    let before = bench.by_alice(|service, alice| service.role_properties(alice, role));
    let mut draft = RoleDraft::from(&before.fields);
    draft.rights = rights(held);
    bench.by_alice(|service, alice| service.save_role(alice, role, &before.fields, &draft));
}

#[test]
fn in_a_low_window_the_tree_scrolls_to_what_is_selected() {
    let mut console = Console::new();
    console.resize(40, 10);
    console.keys("tG").expect("> System Events");
    console.expect_not(" Administration ").expect("↑");
    console.keys("g").expect("> Users").expect("Administration");
}
