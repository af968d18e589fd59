//! Lock Out and Unlock: two keys, none of which does the opposite of what it did a moment ago.

use keyward::domain::api_key::ApiKeyDraft;
use keyward::domain::id::FULL_ACCESS;
use keyward::domain::time::{MINUTE, SECOND};
use keyward::domain::verdict::Refused;
use keyward::service::demo::FULL_ACCESS_USER;

use crate::support::console::Console;
use crate::support::database::{Bench, raw};

/// What the last event of this number says.
fn told(console: &Console, number: i64) -> String {
    let events = console.bench.events();
    let of = events.iter().rev().find(|event| event.0 == number);
    of.map(|event| event.2.clone()).expect("the event")
}

#[test]
fn y_answers_at_once_and_no_reason_is_kept() {
    let mut console = Console::new();
    console.make_and_store("backup");
    console.keys("l").expect("Tab to enter one");
    console.keys("y").expect_selected("Locked Out");
    assert!(!told(&console, 673).contains("reason"));
}

#[test]
fn a_reason_is_typed_below_the_question_and_told_wherever_the_lock_is() {
    let mut console = Console::new();
    console.make_and_store("backup");
    // There y and n are letters, and Enter confirms nothing.
    console
        .keys("l\tany contract ended\n")
        .says("confirm.lock_title");
    console.expect("any contract ended");
    console.keys("\n").expect_selected("Active");
    console.keys("l\tany contract ended\ny");
    console.expect_selected("Locked Out");
    assert!(told(&console, 673).contains(r#""reason":"any contract ended""#));
    console.keys("l");
    console.expect("Already locked out by alice, 2026-11-22 16:00: any contract ended.");
    console.keys("\n");
    console.expect("Locked Out by alice, 2026-11-22 16:00: any contract ended");
    console.keys("<Esc>e\n").expect("any contract ended");
    console.keys("<Esc>");
    console.go("API Keys");
    console.keys("uyly\n");
    console.expect("Locked Out by alice, 2026-11-22 16:00");
    console.expect_not("contract");
}

#[test]
fn a_reason_that_may_not_be_is_refused_and_stays_to_be_mended() {
    let mut console = Console::new();
    let secret = console.make_and_store("backup");
    console.keys("l\t").paste(&secret);
    console.says("problem.secret");
    console.paste("a\u{202e}b").keys("\n<Right>\n");
    console.expect("Character 2 is invisible (U+202E).");
    console
        .keys("<Backspace><Backspace>\ny")
        .expect_selected("Locked Out");
    assert!(told(&console, 673).contains(r#""reason":"a""#));
}

#[test]
fn the_box_in_properties_takes_a_reason_and_lets_it_be_changed() {
    let mut console = Console::new();
    console.make_and_store("backup");
    console.keys("\n").says_not("field.lock_reason");
    console
        .keys("<Shift-Tab><Shift-Tab><Shift-Tab> ")
        .says("field.lock_reason");
    console
        .keys("contract ended<F2>")
        .expect_selected("Locked Out");
    assert!(told(&console, 673).contains("contract ended"));
    console.keys("\n<Shift-Tab><Shift-Tab><Shift-Tab> in May<F2>");
    let changed = told(&console, 658);
    assert!(
        changed.contains(r#""lockReason":{"after":"contract ended in May""#),
        "{changed}"
    );
    console.keys("l").expect("contract ended in May");
    console.keys("\n<Shift-Tab><Shift-Tab><Shift-Tab><Shift-Tab> ");
    console.says_not("field.lock_reason");
    console.keys("<F2>").expect_selected("Active");
}

#[test]
fn a_reason_that_another_one_changed_meanwhile_is_told() {
    let mut console = Console::new();
    let id = Console::id_of(&console.make_and_store("backup"));
    console.keys("ly\n<Shift-Tab><Shift-Tab><Shift-Tab>mine");
    let mut other = console.bench.beside();
    let before = other.by_alice(|service, alice| service.key_properties(alice, id));
    let mut theirs = ApiKeyDraft::from(&before.key.fields);
    theirs.locked_out = Some("theirs".to_owned());
    other.by_alice(|service, alice| service.save_key(alice, id, &before.key.fields, &theirs));
    console.keys("<F2>").expect("ticked (theirs)");
}

#[test]
fn the_key_that_locks_never_unlocks_and_says_who_locked_and_when() {
    let mut console = Console::new();
    let secret = console.make_and_store("backup");
    console.keys("lyl");
    console.expect("Already locked out by alice, 2026-11-22 16:00.");
    console.keys("y");
    assert_eq!(console.refusal(&secret), Some(Refused::LockedOut));
    console.wait(MINUTE);
    console.keys("uy");
    assert!(console.works(&secret));
    console.keys("u");
    console.says_with("list.not_locked", &[("name", &"backup")]);
    console.keys("y");
    assert!(console.works(&secret));
    console.keys("lyl");
    console.expect("by alice, 2026-11-22 16:01.");
}

#[test]
fn a_click_on_lock_says_who_locked_too() {
    let mut console = Console::new();
    console.make_and_store("backup");
    console.keys("ly");
    console.click_on("(Lock)");
    console.expect("Already locked out by alice");
    console.click_on("u Unlock").says("confirm.unlock");
}

#[test]
fn where_nobody_is_known_to_have_locked_only_that_it_is_locked_is_said() {
    let mut console = Console::new();
    console.make_and_store("backup");
    let behind = raw(&console.bench.place);
    let set = |locked: bool| behind.execute("UPDATE api_keys SET locked_out = ?1", [locked]);
    set(true).expect("locked");
    console.wait(2 * SECOND);
    console.keys("l");
    console.expect("Already locked out.");
    console.keys("uyly");
    set(false).expect("unlocked");
    console.wait(2 * SECOND);
    console.keys("u");
    console.says_with("list.not_locked", &[("name", &"backup")]);
}

#[test]
fn what_was_done_is_told_with_the_name_that_was_asked_about() {
    let mut console = Console::new();
    let id = Console::id_of(&console.make_and_store("backup"));
    console.keys("/backup\nl");
    console.expect("“backup” (ID 1) will be locked out immediately");
    let mut other = console.bench.beside();
    let before = other.by_alice(|service, alice| service.key_properties(alice, id));
    let mut renamed = ApiKeyDraft::from(&before.key.fields);
    renamed.name = "nightly".to_owned();
    other.by_alice(|service, alice| service.save_key(alice, id, &before.key.fields, &renamed));
    console.wait(2 * SECOND);
    console.keys("y").expect("“backup” was locked out:");
}

#[test]
fn s_and_x_change_nothing_however_long_they_are_held_and_neither_do_their_capitals() {
    let (bench, user) = Bench::demo(FULL_ACCESS_USER);
    let mut console = Console::of(bench, user, (80, 24));
    console.keys("/webhook\n").expect_selected("webhook");
    let before = console.bench.event_numbers();
    for key in ["s", "x", "S", "X"] {
        for _ in 0..2 {
            console.burst(&key.repeat(20));
            console.keys(&key.repeat(20));
        }
        console.keys("<Esc><Esc><Esc><Esc>/<Ctrl-U>webhook\n");
        console.expect_selected("webhook");
        assert_eq!(console.bench.event_numbers(), before, "{key}");
    }
}

#[test]
fn what_a_key_has_locked_out_is_told_with_that_key_and_not_with_a_user_of_its_name() {
    let mut bench = Bench::new();
    let (_, key) = bench.key_actor("alice", FULL_ACCESS);
    let other = bench.delivered("backup").key;
    let locked = bench.service.lock_out_key(&key, other, "lost");
    locked.expect("locked out");
    let mut console = Console::on(bench);
    console.keys("j\n<PgDn>");
    console.expect("Locked Out by API key 1 (alice), 2026-11-22 16:00");
    console.keys("<Esc>e\n").expect("API key 1 (alice)");
}
