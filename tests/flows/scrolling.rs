//! Ctrl-D, Ctrl-U, Ctrl-F and Ctrl-B, where no text is edited.

use keyward::service::demo::FULL_ACCESS_USER;

use crate::support::console::Console;
use crate::support::database::Bench;

fn many() -> Console {
    let mut bench = Bench::new();
    for n in 0..60 {
        bench.create(&format!("key {n:02}"));
    }
    Console::on(bench)
}

#[test]
fn lists_move_by_pages_and_halves_of_them() {
    let mut console = many();
    console.expect_selected("key 00");
    // There are 18 rows on the screen.
    for (keys, row) in [
        ("<Ctrl-D>", "key 09"),
        ("<Ctrl-D>", "key 18"),
        ("<Ctrl-U>", "key 09"),
        ("<Ctrl-F>", "key 26"),
        ("<PgDn>", "key 43"),
        ("<Ctrl-B>", "key 26"),
        ("<Ctrl-B><Ctrl-B>", "key 00"),
        ("<Ctrl-F><Ctrl-F><Ctrl-F><Ctrl-F>", "key 59"),
    ] {
        console.keys(keys).expect_selected(row);
    }
}

#[test]
fn details_choices_and_the_tree_scroll_too() {
    let (bench, user) = Bench::demo(FULL_ACCESS_USER);
    let mut console = Console::of(bench, user, (60, 15));
    let mut scrolls = |opens: &str, there: &str, back: &str, closes: &str| {
        console.keys(opens);
        let first = console.screen();
        console.keys(there);
        assert_ne!(console.screen(), first, "{opens} {there}");
        console.keys(back);
        assert_eq!(console.screen(), first, "{opens} {back}");
        console.keys(closes);
    };
    for (there, back) in [("<Ctrl-D>", "<Ctrl-U>"), ("<Ctrl-F>", "<Ctrl-B>")] {
        scrolls(":", there, back, "<Esc>");
        scrolls("4\n", there, back, "<Esc><Esc>");
        scrolls("tg", there, back, "<Esc>");
        scrolls("3/id:2\n\n<F4><F4><F4>", there, back, "<Esc><Esc><Esc>");
    }
}

#[test]
fn help_scrolls_by_pages_and_halves_of_them() {
    let mut console = many();
    console.resize(60, 15).keys("<F1>").expect_top(0);
    console.keys("<Ctrl-D>").expect_top(5);
    console.keys("<Ctrl-U><Ctrl-U>").expect_top(0);
    console.keys("<Ctrl-F>").expect_top(10);
    console.keys("<Ctrl-B>").expect_top(0);
}

#[test]
fn a_question_scrolls_where_it_is_longer_than_the_window() {
    let mut console = many();
    console.resize(40, 10).keys("l");
    let first = console.screen();
    console.expect_top(0);
    console.keys("<Ctrl-D>");
    assert_ne!(console.screen(), first);
    console.keys("<Ctrl-B>");
    assert_eq!(console.screen(), first);
    console.keys("<Esc>").expect_not("Locked");
}

#[test]
fn where_text_is_edited_they_edit_it() {
    let mut console = many();
    console
        .keys("/key 5<Ctrl-U>4<Ctrl-D><Ctrl-F>2\n")
        .expect("/42");
    console.keys("<Esc>:loc<Ctrl-U>unl").expect("Find: unl");
}
