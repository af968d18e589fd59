//! The tour of the demonstration, in the real console: every step, back, and the presenter's own keys between them.

use keyward::domain::locale::Locale;
use keyward::domain::verdict::Refused;
use keyward::service::demo::FULL_ACCESS_USER;
use keyward::text::Text;
use keyward::ui::keymap::Scope;

use crate::support::console::{Console, Part};
use crate::support::database::Bench;

/// What is on the screen at each step, beside the caption.
const STEPS: [(&str, &str); 14] = [
    ("tour.list", "39 of 41"),
    ("tour.new", "New API Key"),
    ("tour.name", "nightly-report"),
    ("tour.role", "> Auditor"),
    ("tour.language", "> English (US)"),
    ("tour.zone", "> Asia/Tokyo"),
    ("tour.expiry", "(in 90 days)"),
    ("tour.secret", "42:"),
    ("tour.copy", "Sent to your terminal's clipboard"),
    ("tour.stored", "works now"),
    ("tour.valid", "“nightly-report” (ID 42)"),
    (
        "tour.lock",
        "[x] Locked Out (Denied permission to authenticate)",
    ),
    ("tour.locked", "40 of 42"),
    ("tour.denied", "Refused: the key is locked out."),
];

fn tour(text: Text, size: (u16, u16), seals: bool) -> Console {
    let (bench, user) = Bench::demo(FULL_ACCESS_USER);
    let mut console = Console::set(bench, user, size, |setting| {
        setting.settings.language = text.language();
        setting.demo = true;
        setting.show.tour = true;
        setting.show.seals = seals;
    });
    typed(&mut console);
    console
}

fn begun() -> Console {
    tour(Text::en_us(), (80, 24), false)
}

/// Lets the tour type what it has to type.
fn typed(console: &mut Console) -> &mut Console {
    // Nothing else is due so often.
    while console.sleeps() <= 30 {
        console.wait(30);
    }
    console
}

/// Presses keys of the tour, and lets it type.
fn press<'a>(console: &'a mut Console, keys: &str) -> &'a mut Console {
    for key in keys.split_inclusive('>') {
        typed(console.keys(key));
    }
    console
}

fn go_to(console: &mut Console, step: usize) {
    for _ in 0..step {
        press(console, " ");
    }
    console.says(STEPS[step].0);
}

/// The screen without what differs when the same is done again: the secret, and when.
fn lasting(console: &mut Console) -> String {
    let screen = console.picture(Part::Body);
    let passes = |line: &&str| !["42:", "issued 20"].iter().any(|part| line.contains(part));
    screen.lines().filter(passes).collect::<Vec<_>>().join("\n")
}

#[test]
fn it_walks_from_new_to_a_secret_that_is_denied() {
    let mut console = begun();
    for (index, (caption, seen)) in STEPS.into_iter().enumerate() {
        console.says(caption).expect(seen);
        console.says_with("tour.step", &[("n", &(index + 1)), ("all", &STEPS.len())]);
        press(&mut console, " ");
    }
    console.says("tour.denied");
    let copied = console.clipboard();
    let [secret] = copied.as_slice() else {
        panic!("copied once");
    };
    assert_eq!(console.refusal(secret), Some(Refused::LockedOut));
}

#[test]
fn back_is_what_was_there_before_at_every_step() {
    let mut console = begun();
    let mut before = Vec::new();
    for _ in 0..STEPS.len() {
        before.push(lasting(&mut console));
        press(&mut console, " ");
    }
    for (index, picture) in before.iter().enumerate().rev().skip(1) {
        press(&mut console, "<Backspace>");
        console.says(STEPS[index].0);
        assert_eq!(lasting(&mut console), *picture, "step {}", index + 1);
    }
    press(&mut console, "<Backspace>").says("tour.list");
    // It goes on from there as it did the first time.
    go_to(&mut console, 13);
}

#[test]
fn whoever_takes_the_keys_has_all_of_them_until_they_are_given_back() {
    let mut console = begun();
    go_to(&mut console, 2);
    let before = lasting(&mut console);
    console
        .keys("s of us")
        .expect("Reads for the nightly reports of us");
    console.says_with("tour.taken", &[("resume", &"Ctrl-T")]);
    console.keys("<Ctrl-T>");
    console.says_with("tour.strayed", &[("next", &"Space")]);
    // Nothing is typed into what is no longer where the step left it.
    console.expect("reports of us");
    press(&mut console, " ").says("tour.name");
    assert_eq!(lasting(&mut console), before);
    press(&mut console, " ")
        .says("tour.role")
        .expect("> Auditor");
}

#[test]
fn what_the_presenter_has_done_to_the_database_is_undone_with_the_step() {
    let mut console = begun();
    console.keys("ly").expect("4 locked out");
    console.keys("<Ctrl-T>");
    press(&mut console, " ")
        .says("tour.list")
        .expect("3 locked out");
    press(&mut console, " ").says("tour.new");
}

#[test]
fn a_click_takes_the_console_too() {
    let mut console = begun();
    console.click_on("chatops");
    console.says_with("tour.taken", &[("resume", &"Ctrl-T")]);
    console.keys(" ").expect("*chatops");
}

#[test]
fn where_something_else_lies_over_the_console_nothing_is_typed_into_it() {
    let mut console = begun();
    go_to(&mut console, 2);
    console.keys("<Ctrl-C>").says("quit.title");
    console.says_with("tour.taken", &[("resume", &"Ctrl-T")]);
    console.keys("<Ctrl-T>");
    press(&mut console, " ")
        .says_not("quit.title")
        .says("tour.name");
}

#[test]
fn esc_leaves_the_console_as_it_is_and_the_keys_to_whoever_is_there() {
    let mut console = begun();
    go_to(&mut console, 9);
    press(&mut console, "<Esc>").says_not("tour.stored");
    console.expect("nightly-report").expect_not("of 14");
    console.keys(" ").expect("*nightly-report");
}

#[test]
fn a_secret_is_on_no_screen_of_a_tour_that_hides_them() {
    let mut console = tour(Text::en_us(), (80, 24), true);
    let mut screens = String::new();
    for _ in 0..STEPS.len() {
        screens += &console.screen();
        press(&mut console, " ");
    }
    let secret = console.clipboard().pop().expect("copied");
    assert!(!screens.contains(&secret[3..9]), "{screens}");
    console.says("tour.denied");
}

#[test]
fn it_goes_as_well_in_a_small_window_and_in_japanese() {
    for text in [Text::en_us(), Text::of(Locale::JaJp)] {
        for size in [(120, 40), (60, 15), (40, 10)] {
            let mut console = tour(text, size, false);
            for (step, (caption, _)) in STEPS.into_iter().enumerate() {
                let said = text.fill("tour.step", &[("n", &(step + 1)), ("all", &STEPS.len())]);
                assert!(console.shows(&said), "{}", console.screen());
                console.expect_whole_characters();
                if size != (40, 10) {
                    console.says(caption);
                }
                press(&mut console, " ");
            }
            assert_eq!(console.hits().1, Scope::Try);
            let secret = console.clipboard().pop().expect("copied");
            assert_eq!(console.refusal(&secret), Some(Refused::LockedOut));
        }
    }
}
