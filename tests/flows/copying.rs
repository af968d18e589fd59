//! Copying from the secret dialog: what is said, what is taken back, and when it is off.

use keyward::domain::clipboard::{ClipboardSetting, ClipboardWay};
use keyward::domain::trouble::Trouble;
use keyward::domain::verdict::Refused;
use keyward::ui::app::{Effect, Setting};

use crate::support::console::Console;
use crate::support::database::{Bench, raw};

/// A console with something of its setting changed.
fn set(change: impl FnOnce(&mut Setting)) -> Console {
    let bench = Bench::new();
    let alice = bench.alice.clone();
    Console::set(bench, alice, (80, 24), change)
}

const WAYS: [(ClipboardWay, &str); 4] = [
    (
        ClipboardWay::Tmux,
        "Sent to tmux, and through it to your terminal's clipboard.",
    ),
    (
        ClipboardWay::Osc52,
        "Sent to your terminal's clipboard (OSC 52).",
    ),
    (
        ClipboardWay::Screen,
        "Sent through screen to your terminal's clipboard (OSC 52).",
    ),
    (
        ClipboardWay::Native,
        "Sent to the display's clipboard, where Keyward holds it until this dialog closes.",
    ),
];

#[test]
fn the_message_says_which_way_it_went_and_that_only_pasting_shows_it() {
    let mut console = Console::new();
    let secret = console.make("backup");
    for (way, sentence) in WAYS {
        console.effects.clear();
        console.clipboard_answers(Ok(way));
        console.keys("c");
        console.expect(&format!("{sentence} Press p and paste to check."));
        console.expect_not("Copied");
        let sent = console.effects.iter().find_map(|effect| match effect {
            Effect::Copy(way, text) => Some((*way, text.expose().to_owned())),
            _ => None,
        });
        assert_eq!(sent, way.is_terminal().then(|| (way, secret.clone())));
    }
}

#[test]
fn what_was_copied_is_taken_back_however_the_dialog_closes() {
    type Close = fn(&mut Console) -> &mut Console;
    let ways: [(&str, Close); 4] = [
        ("stored", |console| console.keys("a\n")),
        ("discarded", |console| console.keys("x\ny")),
        ("too late", |console| {
            console.wait(keyward::domain::time::HOUR);
            console.keys("\n")
        }),
        ("signed out", |console| {
            let behind = raw(&console.bench.place);
            let lock = "UPDATE users SET locked_out = TRUE WHERE name = 'alice'";
            behind.execute(lock, ()).expect("locked out");
            console.wait(2_000)
        }),
    ];
    for (how, close) in ways {
        let mut console = Console::new();
        let secret = console.make("backup");
        console.keys("c");
        assert_eq!(console.held(), Some(secret.clone()));
        console.keys("h");
        assert_eq!(console.held(), Some(format!("api-secret-key: {secret}")));
        close(&mut console);
        console.says_not("secret.title");
        assert_eq!(console.held(), None, "{how}");
    }
}

#[test]
fn of_a_terminals_clipboard_it_is_said_that_it_cannot_be_cleared() {
    for (way, _) in WAYS {
        let mut console = Console::new();
        let secret = console.make("backup");
        console.clipboard_answers(Ok(way));
        console.keys("ca\n");
        console.says_with("secret.delivered", &[("name", &"backup")]);
        let said = console.has_said("secret.osc52_stays", &[]);
        assert_eq!(said, way != ClipboardWay::Native, "{way:?}");
        assert!(console.works(&secret));
    }
    let mut console = Console::new();
    console.make_and_store("backup");
    console.says_not("secret.osc52_stays");
}

#[test]
fn what_cannot_be_taken_back_is_told() {
    let buffer = "keyward-1".to_owned();
    let words = None;
    let cases = [
        (
            Trouble::TmuxKeeps { buffer, words },
            "Delete it: tmux delete-buffer -b keyward-1",
        ),
        (
            Trouble::DisplayKeeps(Some("gone".to_owned())),
            "The display's clipboard may still hold the secret: gone",
        ),
    ];
    for (trouble, sentence) in cases {
        let mut console = Console::new();
        let secret = console.make("backup");
        console.keys("c");
        console.clipboard_keeps(trouble);
        console.keys("a\n");
        console.says_with("secret.delivered", &[("name", &"backup")]);
        console.expect(sentence);
        assert!(console.works(&secret));
    }
}

#[test]
fn a_way_that_fails_is_named_and_no_other_is_tried() {
    let cases = [
        (
            Trouble::TmuxRefused(Some("no server running".to_owned())),
            "tmux did not accept it (no server running",
        ),
        (
            Trouble::TmuxRefused(None),
            "tmux did not accept it (no answer within a second)",
        ),
        (
            Trouble::DisplayRefused(None),
            "The display's clipboard did not accept it (no answer within a second)",
        ),
    ];
    for (trouble, sentence) in cases {
        let mut console = Console::new();
        console.make("backup");
        console.clipboard_answers(Err(trouble));
        console.keys("c").expect(sentence);
        assert!(console.clipboard().is_empty());
        let sent = |effect: &Effect| matches!(effect, Effect::Copy(..));
        assert!(!console.effects.iter().any(sent));
    }
}

#[test]
fn a_copy_that_failed_is_told_though_check_is_on_top() {
    for (way, sentence) in [
        (Err(Trouble::TmuxRefused(None)), "tmux did not accept it"),
        (
            Ok(ClipboardWay::Osc52),
            "Sent to your terminal's clipboard (OSC 52).",
        ),
    ] {
        let mut console = Console::new();
        console.make("backup");
        let failed = way.is_err();
        console.clipboard_answers(way);
        console.hold = true;
        console.keys("cp").says("check.note");
        console.release();
        console.says("check.note");
        console.expect(sentence);
        // In that dialog p is a letter.
        console.expect_not("Press p");
        console.keys("x\n").says("secret.differs");
        assert_eq!(console.has_said("trouble.tmux", &[]), failed);
    }
}

#[test]
fn a_copy_that_failed_before_check_was_opened_is_told_there_again() {
    let mut console = Console::new();
    console.make("backup");
    console.clipboard_answers(Err(Trouble::TmuxRefused(None)));
    console.keys("c").says("trouble.tmux");
    console.keys("p").says("check.note").says("trouble.tmux");
}

#[test]
fn where_tmux_or_screen_may_drop_a_copy_that_is_said_with_the_other_ways() {
    for (files, other) in [
        (true, "Press p and paste to check; or w saves to a file."),
        (false, "Press p and paste to check; or select it on screen."),
    ] {
        let mut console = set(|setting| setting.files = files);
        let secret = console.make("backup");
        console.clipboard_answers(Ok(ClipboardWay::Doubtful));
        console.keys("c");
        for size in [(80, 24), (120, 40), (60, 15), (40, 10)] {
            console.resize(size.0, size.1).says("secret.sent_doubtful");
            console.expect(other);
        }
        let sent = console.effects.iter().any(|effect| {
            matches!(effect, Effect::Copy(ClipboardWay::Doubtful, text) if text.expose() == secret)
        });
        assert!(sent);
    }
}

#[test]
fn while_a_clipboard_is_silent_the_other_keys_work() {
    let mut console = Console::new();
    let secret = console.make("backup");
    console.hold = true;
    console.keys("cv").expect_not(&secret[3..20]);
    console.keys("v");
    console.release();
    console.says("secret.sent_osc52");
    assert_eq!(console.secret(), secret);
}

#[test]
fn when_copying_is_off_its_verbs_say_so_and_send_nothing() {
    let mut console = set(|setting| setting.settings.clipboard = ClipboardSetting::Off);
    let secret = console.make("backup");
    // Enter is for the button that has the focus at first, which is Copy.
    for key in ["c", "h", "\n"] {
        console.keys(key).says("trouble.clipboard_off");
    }
    console.expect("( c Copy ) ( h Copy header )");
    console.keys("<F1>");
    console.expect("copy the secret (not now). Copying is off");
    console.keys("<Esc>");
    assert!(console.clipboard().is_empty());
    console.keys("a\n");
    assert!(console.works(&secret));
}

#[test]
fn set_to_be_hidden_a_secret_is_shown_only_when_asked_for() {
    let mut console = set(|setting| setting.settings.secret_hidden = true);
    console.make("backup");
    console.says_with("secret.hidden", &[("key", &"v")]);
    console.expect_not("api-secret-key: 1:");
    assert_eq!(console.secret(), "");
    console.keys("v");
    let secret = console.secret();
    assert_eq!(console.refusal(&secret), Some(Refused::NotDelivered));
    console.keys("v");
    console.says_with("secret.hidden", &[("key", &"v")]);
}
