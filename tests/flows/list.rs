//! The list: filter, state filter, sort, selection, other people's changes.

use keyward::clock::Clock;
use keyward::domain::time::{DAY, HOUR, MINUTE, SECOND};
use keyward::domain::trouble::{Fault, Trouble};

use crate::support::console::Console;
use crate::support::database::{Bench, draft};

#[test]
fn typing_filters_by_name_description_and_id() {
    let mut console = Console::with_keys(&["backup", "deploy", "日本語キー"]);
    console.keys("/DEP").expect("deploy").expect_not("backup");
    console.says_with("list.hides", &[("shown", &1), ("all", &3)]);
    console.keys("\nj").expect("/DEP");
    console.keys("<Esc>").expect("backup");
    console.keys("/本語").expect_not("backup");
    console.keys("<Ctrl-U>1").expect("backup");
    console.expect_not("deploy");
}

#[test]
fn a_secret_pasted_into_the_filter_becomes_its_id() {
    let mut console = Console::new();
    let secret = console.make_and_store("backup");
    console.make_and_store("deploy");
    console.keys("/");
    console.paste(&secret).expect("/id:1");
    console.expect_not(&secret[3..20]);
    console.expect_not("deploy ");
    console.keys("<Ctrl-U>");
    console.burst(&secret).expect("/id:1");
    console.expect_not(&secret[3..20]);
}

#[test]
fn the_state_filter_asks_for_the_facts() {
    let mut console = Console::with_keys(&["alpha", "beta"]);
    console.keys("lyf").says("list.state_filter");
    console
        .keys("locked\n")
        .expect("alpha")
        .expect("/state:locked");
    console.expect_not("beta  ");
    console.says_with("list.hides", &[("shown", &1), ("all", &2)]);
}

#[test]
fn the_states_page_counts_what_else_is_asked_for_and_writes_a_term() {
    let (bench, user) = Bench::demo(keyward::service::demo::FULL_ACCESS_USER);
    let mut console = Console::of(bench, user, (80, 24));
    console.keys("f");
    for (name, count) in [
        ("All but deleted", 39),
        ("Active", 30),
        ("Expires within 14 days", 5),
        ("Not used for 90 days", 3),
        ("Two secrets work", 2),
        ("Locked Out", 3),
        ("Deleted", 2),
    ] {
        let screen = console.screen();
        let line = screen
            .lines()
            .find(|line| line.contains(&format!(" {name}  ")));
        let line = line.unwrap_or_else(|| panic!("{name} is not on {screen}"));
        let at = line.find(name).expect("the name");
        let cell = line[at..].split('│').next().expect("a box");
        let last = cell.split_whitespace().last();
        assert_eq!(last, Some(count.to_string().as_str()), "{line}");
    }
    console
        .keys("not used\n")
        .expect("/used:>90d")
        .expect("3 of 41");
    console
        .keys("flocked\n")
        .expect("/state:locked")
        .expect("3 of 41");
    console.expect_not("used:");
    // What else is asked for stays, and only of that there are counts.
    console.keys("<Esc>/role:auditor x -state:expired\nflocked");
    console.expect("Locked Out").expect("1");
    console
        .keys("\n")
        .expect("/role:auditor x -state:expired state:locked");
    console
        .keys("fall but\n")
        .expect("/role:auditor x -state:expired ");
    console.expect_not("state:locked");
    console.go("Users");
    console.keys("f").expect("Not signed in for 90 days");
    console
        .keys("locked\n")
        .expect("/state:locked")
        .expect("1 of 9");
}

#[test]
fn a_term_is_completed_from_fields_words_and_names() {
    let (bench, user) = Bench::demo(keyward::service::demo::FULL_ACCESS_USER);
    let mut console = Console::of(bench, user, (80, 24));
    console.keys("/").expect("Tab state:  role:  expires:");
    console.keys("s").expect("Tab state:  service:  secrets:");
    console
        .keys("<Tab>")
        .expect("/state:")
        .expect("Tab active  soon");
    console
        .keys("lo<Tab>")
        .expect("/state:locked ")
        .expect("3 of 41");
    console.keys("role:f").expect("Tab \"Full Access\"");
    console
        .keys("<Tab>")
        .expect("/state:locked role:\"Full Access\"");
    console.keys("expires:<").expect("<30d within 30 days");
    console.keys("<Esc>").expect("Name ▲");
}

#[test]
fn the_corner_tells_what_matters_as_far_as_it_fits() {
    let (bench, user) = Bench::demo(keyward::service::demo::FULL_ACCESS_USER);
    let mut console = Console::of(bench, user, (80, 24));
    console.expect("39 of 41 · 5 expire soon · 3 locked out");
    console.resize(40, 12).expect("39 of 41 · 5 expire soon");
    console.expect_not("locked out");
    console.resize(80, 24);
    // What is so of all or none says nothing.
    console
        .keys("/state:locked\n")
        .expect("3 of 41")
        .expect_not("locked out");
    console
        .keys("<Esc>/vuln\n")
        .expect("1 of 41")
        .expect_not("soon");
}

#[test]
fn a_term_that_is_none_shows_no_row_until_it_is_mended() {
    let mut console = Console::with_keys(&["alpha", "beta", "gamma"]);
    console.keys("jl").keys("y/state:lo").expect_not("beta");
    console.expect("“lo” is not one of: active");
    console.keys("cked").expect_selected("beta");
    console.says_with("list.hides", &[("shown", &1), ("all", &3)]);
    // Kept with a mistake in it there is nothing to act on, whatever was shown before.
    console.keys("<Backspace>\n").expect_not("beta");
    console.keys("dy").expect("is not one of");
    console.keys("<Enter>").expect("is not one of");
    console.wait(2 * SECOND).expect("is not one of");
    console.expect_not("beta");
    console.keys("<Esc>").expect_selected("beta");
    assert_eq!(
        console
            .bench
            .event_numbers()
            .iter()
            .filter(|n| **n == 657)
            .count(),
        0
    );
}

#[test]
fn a_new_key_is_shown_in_place_of_a_filter_that_says_nothing() {
    let mut console = Console::with_keys(&["alpha"]);
    console.keys("/expires:<\n").says("filter_mistake.missing");
    console.make_and_store("beta");
    console.expect_selected("beta");
    console.expect_not("/expires");
}

#[test]
fn terms_and_words_must_all_hold() {
    let (bench, user) = Bench::demo(keyward::service::demo::FULL_ACCESS_USER);
    let mut console = Console::of(bench, user, (80, 40));
    console
        .keys("/contractor -state:active")
        .expect("contractor-laptop");
    console.expect_not("contractor-akhan").expect("1 of 41");
    console
        .keys("<Ctrl-U>contractor state:any")
        .expect("contractor-akhan");
    console
        .keys("<Ctrl-U>role:\"full access\" used:>90d")
        .expect("ci-runner-legacy");
    console.expect_not("kubernetes-admission");
    console
        .keys("<Ctrl-U>expires:<30d host:8080")
        .says("list.nothing_found");
}

#[test]
fn a_change_by_somebody_else_is_seen_within_two_seconds() {
    let mut console = Console::with_keys(&["backup"]);
    console.by_alice(|service, alice| service.create_key(alice, &draft("another")));
    console.wait(SECOND).expect("another");
    console.expect_selected("backup");
}

#[test]
fn a_selected_row_that_is_gone_leaves_its_neighbour_and_a_message() {
    let mut console = Console::with_keys(&["alpha", "beta", "gamma"]);
    console.keys("j");
    console.by_alice(|service, alice| service.delete_key(alice, keyward::domain::id::KeyId(2)));
    console.wait(SECOND);
    console.says_with("list.gone", &[("name", &"beta")]);
    console.expect_selected("gamma");
}

/// A list with one key, which expires in two days.
fn with_one_that_expires() -> Console {
    let mut console = Console::new();
    let mut expiring = draft("short");
    expiring.expires_on = Some("2026-11-23".to_owned());
    let issued = console.by_alice(|service, alice| service.create_key(alice, &expiring));
    console.bench.deliver(&issued, None);
    console.wait(SECOND);
    console.wait(SECOND).expect("Expires in 2 d");
    console
}

#[test]
fn a_clock_that_is_set_makes_a_key_expire_on_the_screen_and_back() {
    let mut console = with_one_that_expires();
    console.set_clock(2 * DAY).expect("Expired");
    console.set_clock(-2 * DAY).expect("Expires in 2 d");
}

#[test]
fn time_alone_makes_a_key_expire_on_the_screen() {
    let mut console = with_one_that_expires();
    console.wait(DAY).expect("Expires in 8 h");
    console.wait(DAY).expect("Expired");
}

#[test]
fn how_long_ago_something_was_changes_at_the_minute_and_nothing_is_drawn_before() {
    let mut console = Console::with_keys(&["alpha"]);
    console.wait(SECOND).wait(SECOND).expect("now");
    let frames = console.frames();
    let second = |console: &Console| console.bench.clock.now().0 / SECOND % 60;
    while second(&console) != 59 {
        console.wait(SECOND).expect("now");
    }
    assert_eq!(console.frames(), frames);
    console.wait(SECOND).expect("1 min").expect_not("now");
    assert_eq!(console.frames(), frames + 1);
    // An hour is told by the hour, and what has no room on the screen wakes nobody.
    console.wait(HOUR).expect("1 h").expect_not(" min");
    let frames = console.frames();
    console.wait(20 * MINUTE);
    assert_eq!(console.frames(), frames);
    console.resize(40, 10).expect_not("1 h");
    let frames = console.frames();
    console.wait(HOUR);
    assert_eq!(console.frames(), frames);
}

#[test]
fn columns_are_as_wide_as_what_they_show_and_moving_changes_none() {
    let mut console = Console::with_keys(&["a", "b"]);
    let headings = |console: &Console| {
        let screen = console.screen();
        let line = screen.lines().find(|line| line.contains("Name"));
        line.expect("headings").to_owned()
    };
    let short = headings(&console);
    let place = |line: &str, heading: &str| line.find(heading).expect("a heading");
    assert_eq!(
        place(&short, "State") - place(&short, "Name"),
        "Name ▲ ".len()
    );
    let long = "a key with a name of length";
    console.bench.delivered(long);
    console.wait(2 * SECOND).expect(long);
    let wide = headings(&console);
    assert!(place(&wide, "State") > long.len());
    assert!(wide.contains("Last Sign-In"), "none is missing for it");
    console.keys("jjk/b\n");
    assert_eq!(
        headings(&console),
        wide,
        "nothing jumps while one moves or filters"
    );
    // Where there is less room the others come before the whole of the name.
    console
        .keys("<Esc>")
        .resize(40, 10)
        .expect("a key with a name o…")
        .expect("Role");
}

#[test]
fn a_thousand_keys_are_walked_without_loading_them_all() {
    let mut console = Console::new();
    for n in 0..1_000 {
        console.bench.create(&format!("key {n:04}"));
    }
    console.wait(SECOND);
    console.wait(SECOND);
    console.keys("<Home>").expect_selected("key 0000");
    console.keys("<End>").expect_selected("key 0999");
    console.keys("<Up>").expect_selected("key 0998");
    console.keys("<Home>");
    console.burst(&"j".repeat(500)).expect_selected("key 0500");
    console.burst(&"k".repeat(450)).expect_selected("key 0050");
    console.expect("1000 shown");
}

#[test]
fn help_tells_which_keys_do_not_work_now() {
    let mut console = Console::new();
    console.keys("?").says("help.new");
    console
        .keys("/selected key")
        .expect("delete the selected key (not now).");
    console.keys("<Esc><Esc>");
    console.make_and_store("backup");
    console.keys("?").says("help.delete");
    console.expect_not("delete the selected key (not now)");
}

#[test]
fn a_paste_without_brackets_confirms_nothing() {
    let mut console = Console::with_keys(&["alpha", "beta"]);
    console.burst("Zdy").says("message.pasting");
    console.keys("<Esc>");
    console.burst("word ly");
    console.keys("<Esc>").expect_selected("Active");
    console.expect("2 shown");
}

#[test]
fn a_filter_that_finds_nothing_keeps_the_selection() {
    let mut console = Console::with_keys(&["alpha", "beta", "gamma"]);
    console.keys("jj/zzz").says("choice.nothing");
    console.keys("<Esc>").expect_selected("gamma");
}

#[test]
fn a_key_without_use_says_nothing_untrue() {
    let mut console = Console::with_keys(&["alpha"]);
    console.keys("<Esc>").expect_not("it was deleted");
    console.keys("x").says("trouble.no_overlap");
}

#[test]
fn while_the_filter_is_typed_the_footer_names_its_keys_only() {
    let mut console = Console::with_keys(&["alpha"]);
    console.keys("/").expect("Enter Keep  Esc Clear");
    console.expect("(New...)");
    console.expect_not("q Quit");
}

#[test]
fn a_window_too_small_says_which_size_is_needed_and_loses_nothing() {
    let mut console = Console::new();
    console.keys("nhalf typed");
    console.resize(20, 5).expect("at least 40");
    console.keys("unseen<F2>");
    console.resize(80, 24).expect("half typed ");
}

#[test]
fn a_deleted_key_can_be_restored_with_its_secret() {
    let mut console = Console::new();
    let secret = console.make_and_store("backup");
    console.keys("dy");
    assert!(!console.works(&secret));
    console.keys("s");
    console.says_with("list.is_deleted", &[("name", &"backup")]);
    console.keys("r").says("confirm.restore");
    console.keys("y");
    console.says_with("list.restored", &[("name", &"backup")]);
    assert!(console.works(&secret));
    console.keys("r").says("list.not_deleted");
}

#[test]
fn the_list_says_whether_there_is_more_above_and_below() {
    let (bench, user) = Bench::demo(keyward::service::demo::FULL_ACCESS_USER);
    let mut console = Console::of(bench, user, (80, 24));
    console.expect(" ↓ 39 of 41");
    console.keys("<PgDn><Down>").expect(" ↑↓ 39 of 41");
    console.keys("<End>").expect(" ↑ 39 of 41");
    console.resize(80, 60).expect("  39 of 41");
}

#[test]
fn a_clock_that_is_set_back_does_not_stop_the_look_at_what_others_do() {
    let mut console = Console::with_keys(&["alpha"]);
    console.set_clock(-HOUR);
    console.bench.delivered("beta");
    console.wait(SECOND).expect("beta");
}

#[test]
fn a_secret_in_the_filter_of_another_list_shows_nobody_elses_row() {
    let mut console = Console::new();
    let secret = console.make_and_store("backup");
    console.go("Users");
    console.keys("/ali");
    console.paste(&secret).says("problem.secret").expect("/ali");
    console.expect_not("id:1");
}

#[test]
fn rows_of_an_older_filter_say_so_and_nothing_is_done_to_them() {
    let mut console = Console::with_keys(&["alpha", "beta"]);
    console.expect_selected("alpha").expect("2 shown");
    let at = console.find_text("alpha");
    let bar = console.buffer()[at].style();
    let late = console.answered_late(|console| console.keys("/beta\n"));
    console
        .wait(100)
        .says("list.searching")
        .expect_not("2 shown");
    console.expect("alpha");
    console.expect_not("> alpha");
    // They are told by their look, and are no place for a click.
    assert_ne!(console.buffer()[at].style(), bar);
    console.click(at).expect_not("> alpha").says("lost.click");
    // A verb waits until it is known what it would be done to, and looks so.
    console.expect("(Lock)").expect("(Properties...)");
    console.keys("l").wait(100).expect_not("“alpha”");
    console.late_answers(late);
    console.says_not("list.searching").expect_not("“alpha”");
    console.expect("“beta”");
    console.keys("<Esc>").expect("l Lock");
}

#[test]
fn a_filter_that_is_dropped_while_it_is_looked_for_is_looked_for_no_more() {
    let mut console = Console::with_keys(&["alpha", "beta"]);
    let first = console.answered_late(|console| console.keys("/beta"));
    let second = console.answered_late(|console| console.keys("<Esc>"));
    console.wait(100);
    console.late_answers(first);
    console.says_not("choice.nothing").expect("alpha");
    console.late_answers(second);
    console.expect_selected("alpha").expect("2 shown");
}

#[test]
fn a_verb_is_not_lost_when_an_older_question_gives_way() {
    let mut console = Console::with_keys(&["alpha", "beta"]);
    console.unreadable = Some(Trouble::Storage(Fault::Superseded));
    let first = console.answered_late(|console| console.keys("/b"));
    console.unreadable = None;
    let second = console.answered_late(|console| console.keys("e\nl"));
    console.late_answers(first);
    console.late_answers(second);
    console.expect("“beta”");
}

#[test]
fn the_number_of_an_older_filter_is_not_shown_beside_the_rows_of_the_newer() {
    let mut console = Console::with_keys(&["alpha", "beta"]);
    console.expect("2 shown");
    let late = console.answered_late(|console| console.keys("/beta\n"));
    console.hold = true;
    console.late_answers(late);
    console.expect_selected("beta").expect_not("2 shown");
    // What is marked meanwhile is counted, too.
    console.keys(" ").expect("1 marked");
    console.release();
    console.expect("1 of 2").expect("1 marked");
    console.expect_not("1 not shown");
}
