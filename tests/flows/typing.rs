//! What is typed and pasted: how much of it, how fast, and what no key may lift.

use crossterm::event::{
    Event, KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind,
};
use keyward::domain::list::FILTER_MAX;
use keyward::domain::name::{DESCRIPTION_MAX, NAME_MAX};
use keyward::domain::time::MINUTE;
use keyward::domain::verdict::Refused;
use keyward::ui::request::{ListQuery, ListRead, Read, Request};
use keyward::ui::terminal::Lost;

use crate::support::console::Console;
use crate::support::database::{Bench, filter};

fn key(code: KeyCode) -> Event {
    Event::Key(KeyEvent::new(code, KeyModifiers::NONE))
}

fn ctrl(c: char) -> Event {
    Event::Key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::CONTROL))
}

fn typed(text: &str) -> Vec<Event> {
    let code = |c| match c {
        '\n' => KeyCode::Enter,
        c => KeyCode::Char(c),
    };
    text.chars().map(code).map(key).collect()
}

/// Everything is read before anything is drawn.
fn rush(console: &mut Console, parts: &[Vec<Event>]) {
    for event in parts.iter().flatten() {
        console.send(event.clone());
    }
    console.settle();
}

#[test]
fn no_key_lifts_the_guard_against_a_paste_without_brackets() {
    let click = |kind| {
        Event::Mouse(MouseEvent {
            kind,
            column: 3,
            row: 3,
            modifiers: KeyModifiers::NONE,
        })
    };
    let left = MouseButton::Left;
    for between in [
        vec![ctrl('c')],
        vec![ctrl('c'), ctrl('c')],
        vec![ctrl('z')],
        vec![key(KeyCode::Esc)],
        vec![key(KeyCode::F(1)), key(KeyCode::Esc)],
        vec![Event::Resize(80, 24)],
        vec![Event::FocusLost, Event::FocusGained],
        vec![
            click(MouseEventKind::Down(left)),
            click(MouseEventKind::Up(left)),
        ],
        vec![click(MouseEventKind::ScrollDown)],
        vec![Event::Paste("x".to_owned())],
        vec![key(KeyCode::Tab), key(KeyCode::BackTab)],
        vec![],
    ] {
        let mut console = Console::new();
        let secret = console.make("backup");
        rush(&mut console, &[typed("zzz"), between.clone(), typed("a\n")]);
        let refusal = console.refusal(&secret);
        assert_eq!(refusal, Some(Refused::NotDelivered), "{between:?}");
        // The same by hand.
        console.keys("a\n");
        assert!(console.works(&secret), "{between:?}\n{}", console.screen());
    }
}

#[test]
fn what_follows_a_paste_with_brackets_in_one_rush_does_nothing() {
    let mut console = Console::new();
    let secret = console.make("backup");
    // The mark of its end was in what was pasted.
    let paste = vec![Event::Paste("x".to_owned())];
    rush(&mut console, &[paste, typed("a\n")]);
    assert_eq!(console.refusal(&secret), Some(Refused::NotDelivered));
}

#[test]
fn text_that_goes_on_where_it_was_not_typed_does_nothing() {
    let mut console = Console::new();
    let secret = console.make("backup");
    let help = vec![key(KeyCode::F(1))];
    let esc = vec![key(KeyCode::Esc)];
    rush(&mut console, &[help, typed("banana"), esc, typed("a\n")]);
    assert_eq!(console.refusal(&secret), Some(Refused::NotDelivered));
    console.keys("p");
    rush(&mut console, &[typed(&secret), typed("\n"), typed("a\n")]);
    assert_eq!(console.refusal(&secret), Some(Refused::NotDelivered));
    rush(&mut console, &[typed("paws\na\n")]);
    assert_eq!(console.refusal(&secret), Some(Refused::NotDelivered));
}

#[test]
fn keys_that_only_end_the_countdown_are_the_beginning_of_their_rush() {
    let bench = Bench::new();
    let alice = bench.alice.clone();
    let mut console = Console::set(bench, alice, (80, 24), |setting| {
        setting.settings.idle_minutes = 1;
    });
    console.make_and_store("backup");
    console.keys("d").says("confirm.delete");
    console.wait(MINUTE).says("countdown.body");
    rush(&mut console, &[typed("zzz")]);
    console.says_not("countdown.body");
    rush(&mut console, &[typed("y")]);
    console.expect("arrived together");
    console.keys("y").says_not("confirm.delete");
}

#[test]
fn full_width_letters_are_keys_but_never_confirm() {
    let mut console = Console::new();
    console.make_and_store("backup");
    console.make_and_store("nightly");
    console.keys("ｇ");
    let first = console.selected();
    console.keys("ｊ");
    assert_ne!(console.selected(), first);
    console.keys("ｄ").says("confirm.delete");
    console.keys("ｙ").says("confirm.delete");
    console.keys("ｎ").says_not("confirm.delete");
    // In a field they are what was typed; what is no key at all stays none.
    console.keys("か／ｂａ").expect("ｂａ");
}

#[test]
fn a_character_that_cannot_be_read_is_told_and_goes_nowhere() {
    let mut console = Console::new();
    for keys in ["", "/"] {
        console.keys(keys);
        console.keys("\u{fffd}").says("lost.character");
        console.expect_not("\u{fffd}");
    }
}

#[test]
fn what_is_lost_of_a_paste_is_told() {
    let mut console = Console::new();
    for (lost, sentence) in [
        (
            Lost::PasteUnfinished,
            "The end of the pasted text did not arrive.",
        ),
        (Lost::PasteTooLong, "More than 16 KiB were pasted"),
        (Lost::PasteUnreadable, "is not UTF-8"),
        (Lost::Keys, "Too many keys arrived together"),
    ] {
        console.lost(lost);
        console.expect(sentence);
    }
    // What comes in the same rush is a part of it.
    let secret = console.make("backup");
    rush(&mut console, &[typed("a")]);
    console.lost(Lost::PasteUnfinished);
    rush(&mut console, &[typed("\n")]);
    assert_eq!(console.refusal(&secret), Some(Refused::NotDelivered));
}

#[test]
fn every_field_has_a_limit_and_keeps_what_was_typed() {
    let mut console = Console::new();
    console.keys("/");
    console.burst(&"x".repeat(9 * FILTER_MAX));
    console.expect("No more than 200 characters fit here");
    console.keys("<Esc>n");
    console.burst(&"x".repeat(NAME_MAX)).expect_not("fit here");
    console.keys("y");
    console.says_with("message.full", &[("max", &100)]);
    console.paste("more").says("message.paste_too_long");
    console.keys("\t");
    console.burst(&"xx\n".repeat(DESCRIPTION_MAX));
    console.expect("No more than 2000 characters fit here");
    console.keys("<F2>");
    assert!(!console.secret().is_empty(), "{}", console.screen());
    console.keys("w");
    console.paste(&"x".repeat(4_097));
    console.expect("No more than 4096 characters fit here");
}

#[test]
fn of_what_is_asked_while_one_types_only_the_last_goes_out() {
    let mut console = Console::new();
    console.keys("/");
    console.hold = true;
    console.burst("backup");
    let asked = |asked: &Request| match asked {
        Request::Read(Read::List(ListRead::Keys(ListQuery::Window(query)))) => query.filter.clone(),
        other => panic!("{other:?}"),
    };
    let held = console.held.iter().map(|held| asked(&held.request));
    assert_eq!(held.collect::<Vec<_>>(), [filter("backup")]);
    console.release();
    console.expect("No matches");
}

#[test]
fn what_is_said_of_a_secret_is_not_taken_away_by_what_came_with_it() {
    let mut console = Console::new();
    let secret = console.make_and_store("backup");
    console.keys("n\t");
    rush(&mut console, &[typed(&format!("before {secret} after"))]);
    console.expect("before  after");
    console.says("problem.secret");
    console.keys("x").says_not("problem.secret");
}
