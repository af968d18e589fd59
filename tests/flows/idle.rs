//! Nobody at the keys: the countdown, the sign-out, and what becomes of a secret meanwhile.

use crossterm::event::{Event, MouseButton, MouseEventKind};
use keyward::clock::Clock;
use keyward::domain::id::FULL_ACCESS;
use keyward::domain::time::{DAY, HOUR, MINUTE, SECOND};
use keyward::domain::verdict::Refused;
use keyward::ui::app::Effect;

use crate::support::console::Console;
use crate::support::database::{Bench, user_of};

const MINUTES: u32 = 15;
const IDLE: i64 = MINUTES as i64 * MINUTE;

/// A console in which nobody may sit still for longer than that.
fn console() -> Console {
    impatient(Bench::new(), MINUTES)
}

fn impatient(bench: Bench, minutes: u32) -> Console {
    let alice = bench.alice.clone();
    Console::set(bench, alice, (80, 24), |setting| {
        setting.settings.idle_minutes = minutes;
    })
}

/// Goes on until the countdown is there.
fn counting_down() -> Console {
    let mut console = console();
    console.wait(IDLE);
    console.expect("signing out in 60 s. Press any key to stay.");
    console
}

#[test]
fn a_minute_is_counted_down_and_then_the_user_is_signed_out() {
    let mut console = console();
    console.wait(IDLE - 1).expect_not("Signed out");
    console.wait(1);
    console.says_with("countdown.body", &[("seconds", &60)]);
    console.expect_not("will be lost");
    console.wait(18 * SECOND).expect("signing out in 42 s");
    console.wait(42 * SECOND - 1).expect("signing out in 1 s");
    assert_eq!(console.bench.event_numbers(), [600]);
    console.wait(1);
    console.says_with("ended.nobody", &[("minutes", &15)]);
    console.says_not("list.empty_read_only");
    assert_eq!(console.bench.event_numbers(), [600, 602]);
    assert!(!console.done(), "it can be read");
    console.keys("\n");
    assert!(console.done());
    console.end();
    assert_eq!(console.bench.event_numbers(), [600, 602], "noted once");
}

#[test]
fn the_event_tells_why_and_when_the_last_key_was_pressed() {
    let mut console = console();
    console.keys("j");
    let last = console.bench.clock.now();
    console.wait(IDLE);
    console.wait(MINUTE);
    let (number, actor, body) = console.bench.events().pop().expect("an event");
    assert_eq!((number, actor.as_str()), (602, "alice"));
    let body: serde_json::Value = serde_json::from_str(&body).expect("JSON");
    assert_eq!(body["reason"], "idle");
    assert_eq!(body["lastAction"], last.0);
}

#[test]
fn a_sign_out_that_could_not_be_noted_is_noted_at_the_end() {
    let mut console = console();
    console.make_and_store("backup");
    console.fill_disk();
    console.wait(IDLE);
    console.wait(MINUTE).says("ended.nobody");
    console.free_disk();
    console.end();
    assert_eq!(console.bench.event_numbers().last(), Some(&602));
}

#[test]
fn any_key_goes_on_and_does_nothing_else() {
    for key in ["n", "\n", "<Esc>", "q", "<F1>"] {
        let mut console = counting_down();
        console.keys(key).says_not("countdown.body");
        console.says("list.empty_read_only");
        console.says_not("form.title_new");
        assert!(!console.done(), "{key:?}");
        console.wait(IDLE - 1).says_not("countdown.body");
        console.wait(1).expect("signing out in 60 s");
    }
}

#[test]
fn control_c_a_paste_and_the_mouse_go_on_too() {
    let mut console = counting_down();
    console.keys("<Ctrl-C>");
    assert!(!console.done());
    console.says_not("countdown.body");
    console.wait(IDLE).expect("signing out in 60 s");
    console.paste("n\nbanana\n").says_not("countdown.body");
    console.says_not("form.title_new");
    console.wait(IDLE).expect("signing out in 60 s");
    let click = MouseEventKind::Down(MouseButton::Left);
    console.send_mouse(click, (1, 1), console.frames());
    console.settle();
    console.says_not("countdown.body");
}

#[test]
fn of_a_paste_without_brackets_nothing_reaches_what_is_below() {
    let mut console = counting_down();
    console.burst("nbanana\n").says_not("countdown.body");
    console.says_not("form.title_new");
}

#[test]
fn what_a_terminal_says_by_itself_is_nobody() {
    let mut console = counting_down();
    console.send(Event::FocusGained);
    console.resize(100, 30).expect("signing out in 60 s");
    console.resize(20, 5);
    console.wait(MINUTE);
    console.resize(80, 24).says("ended.nobody");
}

#[test]
fn too_small_a_window_hides_the_countdown_and_any_key_still_goes_on() {
    let mut console = console();
    console.resize(20, 5);
    console.wait(IDLE);
    console.keys("q");
    console.resize(80, 24).says_not("countdown.body");
    console.says("list.empty_read_only");
    assert!(!console.done());
}

#[test]
fn zero_is_never() {
    let mut console = impatient(Bench::new(), 0);
    console.wait(1_000 * HOUR).expect_not("Signed out");
}

#[test]
fn it_is_drawn_once_a_second_and_only_during_the_countdown() {
    let mut console = console();
    console.wait(IDLE - 10 * SECOND);
    let before = console.frames();
    for _ in 0..9 {
        console.wait(SECOND);
        assert!(console.sleeps() > 0);
    }
    assert_eq!(console.frames(), before);
    console.wait(SECOND);
    assert_eq!(console.frames(), before + 1);
    for tenth in 1..=300 {
        assert!((1..=SECOND).contains(&console.sleeps()), "{tenth}");
        console.wait(SECOND / 10);
        assert_eq!(console.frames(), before + 1 + tenth / 10, "{tenth}");
    }
    console.wait(MINUTE).says("ended.nobody");
    let before = console.frames();
    console.wait(HOUR);
    assert_eq!(console.frames(), before);
    assert!(console.sleeps() > HOUR, "nothing is waited for any more");
}

#[test]
fn what_was_typed_is_lost_and_the_countdown_says_so_first() {
    let mut console = console();
    console.keys("nhalf typed");
    console.wait(IDLE).says("countdown.typed");
    console.keys("x").expect("half typed ");
    console.wait(IDLE);
    console.wait(MINUTE).says("ended.nobody");
    console.expect_not("half typed");
    assert_eq!(console.bench.event_numbers(), [600, 602]);
}

#[test]
fn it_goes_on_over_whatever_is_open() {
    for (open, shown) in [
        ("?", "Keys"),
        ("t", "Go to"),
        ("f", "Show by state"),
        ("/backup", "backup"),
        ("d", "will be deleted"),
        ("s", "New Secret for"),
        ("\n", "Properties: backup"),
    ] {
        let mut console = console();
        console.make_and_store("backup");
        console.keys(open).expect(shown);
        console.wait(IDLE).expect("signing out in 60 s");
        console.keys("y").says_not("countdown.body").expect(shown);
        console.wait(IDLE);
        console.wait(MINUTE).says("ended.nobody");
        let events = console.bench.event_numbers();
        assert_eq!(events, [600, 656, 9000, 9001, 602], "{open}");
    }
}

#[test]
fn a_secret_is_hidden_at_once_and_shown_again_to_who_comes_in_time() {
    let mut console = console();
    let secret = console.make("backup");
    console.effects.clear();
    console.wait(IDLE - 1);
    assert_eq!(console.secret(), secret);
    console.wait(1).expect_not(&secret[3..20]);
    console.expect(
        "Hidden after 15 min without keyboard activity. Press a key, or it is discarded at 16:20:",
    );
    console.says_not("countdown.body");
    let redrawn = |effect: &Effect| matches!(effect, Effect::FullRedraw);
    assert!(console.effects.iter().any(redrawn));
    console.wait(5 * MINUTE - 1).says("button.stored");
    console.keys("v");
    assert_eq!(console.secret(), secret);
    console.wait(IDLE - 1);
    assert_eq!(console.secret(), secret);
    console.wait(1).expect_not(&secret[3..20]);
    console.keys("a\n");
    assert!(console.works(&secret));
}

#[test]
fn five_minutes_later_it_is_void_and_then_the_user_is_signed_out() {
    for over_it in ["", "?", "p", "w", "x\n", "pguess"] {
        let mut console = console();
        let secret = console.make("backup");
        console.keys(over_it);
        console.wait(IDLE);
        assert!(!console.shows(&secret[3..20]), "{over_it}");
        console.wait(5 * MINUTE - 1);
        assert_eq!(console.bench.event_numbers(), [600, 656, 9000]);
        console.wait(1);
        console.expect("the new secret of “backup” was discarded");
        assert_eq!(console.bench.event_numbers(), [600, 656, 9000, 9002]);
        console.wait(0).expect("signing out in 60 s");
        console.says("state.not_delivered");
        console.wait(MINUTE).says("ended.nobody");
        let events = console.bench.event_numbers();
        assert_eq!(events, [600, 656, 9000, 9002, 602], "{over_it}");
        assert_eq!(console.refusal(&secret), Some(Refused::NotDelivered));
    }
}

#[test]
fn a_replacement_that_is_given_up_leaves_the_present_secret_at_work() {
    let mut console = console();
    let present = console.make_and_store("backup");
    console.keys("s<Down>\n\n");
    let new = console.secret();
    assert!(!new.is_empty() && new != present, "{}", console.screen());
    console.wait(IDLE);
    console.wait(5 * MINUTE).says("secret.given_up");
    assert!(console.works(&present));
    assert!(!console.works(&new));
}

#[test]
fn it_is_given_up_even_where_that_cannot_be_noted() {
    let mut console = console();
    let secret = console.make("backup");
    console.fill_disk();
    console.wait(IDLE);
    console.wait(5 * MINUTE).says("trouble.full");
    console.says_not("button.stored");
    assert_eq!(console.refusal(&secret), Some(Refused::NotDelivered));
    console.wait(0).expect("signing out in 60 s");
}

#[test]
fn a_secret_that_can_never_work_any_more_goes_too() {
    let mut console = console();
    let secret = console.make("backup");
    let key = Console::id_of(&secret);
    console.by_alice(|service, alice| service.issue(alice, key));
    console.keys("a\n").expect("[ Close ]");
    console.wait(IDLE).says_not("secret.nobody");
    console.wait(5 * MINUTE);
    console.wait(0).expect_not("[ Close ]");
    console.expect("signing out in 60 s");
}

#[test]
fn what_is_being_written_is_waited_for() {
    let mut console = console();
    console.keys("nbackup");
    console.hold = true;
    console.keys("<F2>");
    console.wait(IDLE);
    console.wait(HOUR).expect_not("Signed out");
    console.release();
    console.wait(0);
    assert_eq!(console.secret(), "", "nobody was there to see it");
    console.says("button.stored");
    console.hold = true;
    console.wait(0);
    console.release();
    console.wait(0).expect("signing out in 60 s");
}

#[test]
fn a_clock_that_is_set_makes_nobody_wait_longer_and_signs_nobody_out() {
    for ms in [-HOUR, 25 * MINUTE, 400 * DAY] {
        let mut console = console();
        console.set_clock(ms);
        console.wait(IDLE - SECOND - 1).says_not("countdown.body");
        console.wait(1).expect("signing out in 60 s");
        console.set_clock(ms).expect("signing out in 59 s");
        console.set_clock(-ms).expect("signing out in 58 s");
        console.wait(58 * SECOND).says("ended.nobody");
        let (_, _, body) = console.bench.events().pop().expect("an event");
        let body: serde_json::Value = serde_json::from_str(&body).expect("JSON");
        let last = console.bench.clock.now().plus(-IDLE - MINUTE);
        assert_eq!(body["lastAction"], last.0, "as the clock is set now");
    }
}

#[test]
fn a_clock_that_is_set_makes_no_secret_void_that_is_on_the_screen() {
    for ms in [-HOUR, 25 * MINUTE] {
        let mut console = console();
        let secret = console.make("backup");
        console.set_clock(ms);
        assert_eq!(console.secret(), secret);
        console.wait(IDLE - SECOND - 1);
        assert_eq!(console.secret(), secret, "{ms}");
        console.wait(1).expect_not(&secret[3..20]);
        let until = console.bench.clock.now().plus(5 * MINUTE);
        console.expect(&until.utc().format("discarded at %H:%M:%S").to_string());
        console.keys("v");
        assert_eq!(console.secret(), secret, "{ms}");
    }
}

#[test]
fn who_is_locked_out_during_the_countdown_is_told_that() {
    let bench = Bench::new();
    let bob = bench.user("bob", FULL_ACCESS);
    let id = user_of(&bob);
    let mut alices = Console::on(bench.beside());
    let mut bobs = Console::set(bench, bob, (80, 24), |setting| {
        setting.settings.idle_minutes = MINUTES;
    });
    bobs.wait(IDLE).expect("signing out in 60 s");
    alices.by_alice(|service, alice| service.lock_out_user(alice, id, ""));
    bobs.wait(SECOND).expect("bob is locked out");
    bobs.wait(HOUR).expect("bob is locked out");
    bobs.keys("\n");
    assert!(bobs.done(), "the key is for what is seen");
}
