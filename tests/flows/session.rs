//! Signing in and out, and what becomes of an open console when its user is changed.

use std::time::Duration;

use crossterm::event::KeyCode;
use keyward::domain::id::{AUDITOR, FULL_ACCESS, RoleId, UserId};
use keyward::domain::locale::Locale;
use keyward::domain::rights::Right;
use keyward::domain::time::SECOND;
use keyward::domain::trouble::Trouble;
use keyward::domain::user::UserDraft;
use keyward::text::Text;
use keyward::ui::app::Effect;

use crate::support::console::Console;
use crate::support::database::{Bench, at, on_disk, raw, role_draft, user_of};

/// A console of alice's, and one of bob's beside it on the same database. Both may do everything.
fn two() -> (Console, Console, UserId) {
    let bench = Bench::new();
    let bob = bench.user("bob", FULL_ACCESS);
    let id = user_of(&bob);
    let bobs = Console::of(bench.beside(), bob, (80, 24));
    (Console::on(bench), bobs, id)
}

#[test]
fn signing_in_is_an_event() {
    let console = Console::new();
    assert_eq!(console.bench.event_numbers(), [600]);
}

#[test]
fn a_locked_out_users_console_says_so_and_ends() {
    let (mut alices, mut bobs, bob) = two();
    bobs.keys("nhalf typed");
    alices.by_alice(|service, alice| service.lock_out_user(alice, bob, ""));
    bobs.keys("<F2>");
    bobs.says_with("trouble.locked_out", &[("name", &"bob")]);
    bobs.expect_not("half typed");
    assert!(!bobs.done(), "it can be read");
    bobs.keys("nx");
    assert!(!bobs.done());
    bobs.keys("\n");
    assert!(bobs.done());
    alices.wait(1_000).says("list.empty_read_only");
}

#[test]
fn a_deleted_users_console_ends_without_a_key_and_shows_no_secret_any_more() {
    let (mut alices, mut bobs, bob) = two();
    let secret = bobs.make("backup");
    assert!(bobs.shows(&secret));
    alices.by_alice(|service, alice| service.delete_user(alice, bob));
    bobs.wait(1_000);
    bobs.says_with("trouble.no_user", &[("name", &"bob")]);
    assert!(!bobs.shows(&secret));
    bobs.keys("<Ctrl-C>");
    assert!(bobs.done());
}

/// Alice locks bob out, and his console notices.
fn lock_out(alices: &mut Console, bobs: &mut Console, bob: UserId) {
    alices.by_alice(|service, alice| service.lock_out_user(alice, bob, ""));
    bobs.wait(1_000);
    bobs.says_with("trouble.locked_out", &[("name", &"bob")]);
}

#[test]
fn a_secret_that_is_issued_when_the_console_has_ended_is_shown_to_nobody_and_never_works() {
    let (mut alices, mut bobs, bob) = two();
    bobs.keys("nbackup");
    let late = bobs.answered_late(|bobs| bobs.press(KeyCode::F(2)));
    lock_out(&mut alices, &mut bobs, bob);
    bobs.late_answers(late);
    bobs.expect("bob is locked out");
    bobs.says_not("secret.title");
    assert_eq!(bobs.secret(), "");
    bobs.keys("\n");
    assert!(bobs.done());
    alices.wait(1_000).says("state.not_delivered");
}

#[test]
fn a_text_on_its_way_to_the_clipboard_is_taken_back_when_the_console_has_ended() {
    let (mut alices, mut bobs, bob) = two();
    bobs.make("backup");
    let late = bobs.answered_late(|bobs| bobs.keys("c"));
    bobs.effects.clear();
    lock_out(&mut alices, &mut bobs, bob);
    bobs.late_answers(late);
    let copies = |effect: &Effect| matches!(effect, Effect::Copy(..));
    assert!(!bobs.effects.iter().any(copies), "{:?}", bobs.effects);
    assert_eq!(bobs.held(), None, "it was taken back");
    bobs.expect("bob is locked out");
    bobs.expect_not("Sent to");
    bobs.keys("\n");
    assert!(bobs.done());
}

#[test]
fn a_copy_that_is_not_taken_back_is_told_though_the_console_has_ended() {
    let (mut alices, mut bobs, bob) = two();
    bobs.make("backup");
    bobs.keys("c");
    bobs.clipboard_keeps(Trouble::DisplayKeeps(None));
    lock_out(&mut alices, &mut bobs, bob);
    let sentence = Text::en_us().trouble(&Trouble::DisplayKeeps(None));
    bobs.expect(&sentence);
}

#[test]
fn who_is_demoted_at_another_console_may_only_look_from_then_on() {
    let (mut alices, mut bobs, bob) = two();
    alices.make_and_store("backup");
    bobs.wait(1_000);
    bobs.keys("nsecond");
    give_role(&mut alices, bob, AUDITOR);
    bobs.keys("<F2>").says("right.create_api_keys");
    bobs.expect("second");
    bobs.keys("<Esc>y");
    bobs.wait(1_000).expect("bob (Auditor)");
    bobs.keys("l").says("right.edit_api_keys");
    assert!(bobs.shows("backup"));
}

#[test]
fn the_console_speaks_the_users_language_and_else_the_machines() {
    let of = |machine, own| {
        let bench = Bench::new();
        let mut alice = bench.alice.clone();
        alice.locale = own;
        Console::speaking(Text::of(machine), bench, alice, (80, 24))
    };
    let (english, japanese) = ("No API keys yet.", "APIキーはまだありません。");
    of(Locale::EnUs, None).expect(english);
    of(Locale::JaJp, None).expect(japanese);
    of(Locale::EnUs, Some(Locale::JaJp)).expect(japanese);
    of(Locale::JaJp, Some(Locale::EnUs)).expect(english);
}

#[test]
fn what_a_role_no_longer_allows_to_see_goes_from_the_screen_with_the_dialogs_on_it() {
    let (mut alices, mut bobs, bob) = two();
    bobs.go("System Events");
    bobs.keys("\n").says("event.user-signed-in");
    may_only_view_users(&mut alices, bob);
    bobs.wait(1_000).says_not("event.user-signed-in");
    bobs.expect("User Management > Users");
    bobs.says("right.view_events");
}

#[test]
fn a_secret_that_never_works_goes_with_its_copy_when_the_role_no_longer_allows_to_see_it() {
    let (mut alices, mut bobs, bob) = two();
    let secret = bobs.make("backup");
    bobs.keys("c");
    alices.by_alice(|service, alice| service.issue(alice, Console::id_of(&secret)));
    bobs.keys("a\n").expect("[ Close ]");
    bobs.effects.clear();
    may_only_view_users(&mut alices, bob);
    bobs.wait(1_000).expect("User Management > Users");
    assert_eq!(bobs.held(), None);
    let redrawn = |effect: &Effect| matches!(effect, Effect::FullRedraw);
    assert!(bobs.effects.iter().any(redrawn), "{:?}", bobs.effects);
}

/// Alice gives bob a role that lets him see users and nothing else.
fn may_only_view_users(alices: &mut Console, bob: UserId) {
    let draft = role_draft("Viewers", &[Right::ViewUsers]);
    let role = alices.bench.role(&draft);
    give_role(alices, bob, role);
}

/// Alice gives bob another role.
fn give_role(alices: &mut Console, bob: UserId, role: RoleId) {
    let before = alices.by_alice(|service, alice| service.user_properties(alice, bob));
    let mut draft = UserDraft::from(&before.fields);
    draft.role = role;
    alices.by_alice(|service, alice| service.save_user(alice, bob, &before.fields, &draft));
}

#[test]
fn nothing_is_changed_before_the_sign_in_is_recorded_and_the_console_says_why() {
    let (_directory, path) = on_disk();
    let place = at(&path);
    let mut bench = Bench::on(place.clone());
    bench.delivered("backup");
    let before = bench.event_numbers();
    let other = raw(&place);
    other.hold();
    let mut console = Console::on(bench);
    console.says("message.sign_in_missing");
    console.says("trouble.busy");
    console.expect("backup");
    console.set_patience(Duration::from_millis(20));
    console.keys("ly").says("trouble.busy");
    other.release();
    console.keys("ly").expect("was locked out");
    let events = console.bench.event_numbers();
    assert_eq!(events[before.len()..], [600, 673]);
    console.wait(5 * SECOND).says("message.signed_in");
    assert_eq!(console.bench.event_numbers(), events);
}
