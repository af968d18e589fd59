//! Whole sequences of keys, clicks, pastes and pauses into the console, in windows of any size.

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEventKind};
use keyward::clock::Clock;
use keyward::domain::id::{AUDITOR, FULL_ACCESS};
use keyward::domain::time::{HOUR, MINUTE, SECOND};
use keyward::ui::keymap::Scope;

use super::bytes::Bytes;
use crate::support::console::Console;
use crate::support::database::{Bench, raw};

/// The most that one person does.
const STEPS: usize = 200;

/// What a byte below the characters of ASCII stands for, and one behind them.
#[derive(Clone, Copy)]
enum Step {
    Press(KeyCode),
    Ctrl(char),
    /// A character that takes two cells, none, or is told from others with difficulty.
    Odd(char),
    Resize,
    Click,
    Wheel,
    /// Everything up to the end of the line, as a paste with or without marks.
    Paste,
    Burst,
    /// So many seconds or minutes go by.
    Wait,
    Minutes,
    /// Answers are held back until the next of these.
    Hold,
}

const CONTROL: [Step; 32] = [
    Step::Resize,
    Step::Click,
    Step::Wheel,
    Step::Ctrl('c'),
    Step::Paste,
    Step::Burst,
    Step::Wait,
    Step::Minutes,
    Step::Press(KeyCode::Backspace),
    Step::Press(KeyCode::Tab),
    Step::Press(KeyCode::Enter),
    Step::Press(KeyCode::Up),
    Step::Press(KeyCode::Down),
    Step::Press(KeyCode::Enter),
    Step::Press(KeyCode::Left),
    Step::Press(KeyCode::Right),
    Step::Press(KeyCode::BackTab),
    Step::Press(KeyCode::PageUp),
    Step::Press(KeyCode::PageDown),
    Step::Press(KeyCode::Home),
    Step::Press(KeyCode::End),
    Step::Ctrl('u'),
    Step::Press(KeyCode::Delete),
    Step::Press(KeyCode::F(1)),
    Step::Press(KeyCode::F(2)),
    Step::Hold,
    Step::Ctrl('s'),
    Step::Press(KeyCode::Esc),
    Step::Ctrl('w'),
    Step::Ctrl('k'),
    Step::Ctrl('z'),
    Step::Ctrl('l'),
];

const ODD: [Step; 8] = [
    Step::Odd('日'),
    Step::Odd('ｶ'),
    Step::Odd('ﾞ'),
    Step::Odd('\u{301}'),
    Step::Odd('é'),
    Step::Odd('🔑'),
    Step::Odd('\u{200d}'),
    Step::Odd('\u{202e}'),
];

/// A byte each for who it is and the size of the window, then steps.
pub fn run(data: &[u8]) {
    let mut input = Bytes::of(data);
    let (who, width, height) = (input.byte(), input.byte(), input.byte());
    let mut console = begin(who, size(width, height));
    for _ in 0..STEPS {
        if input.is_empty() || console.done() {
            break;
        }
        step(&mut console, &mut input);
        console.expect_whole_characters();
    }
    if console.hold {
        console.release();
    }
    keeps_the_secret(&mut console);
    // They are read with the chain, which must be whole.
    console.bench.events();
}

/// From a window in which nothing fits to a large one.
fn size(width: u8, height: u8) -> (u16, u16) {
    (u16::from(width % 160) + 1, u16::from(height % 60) + 1)
}

fn begin(who: u8, size: (u16, u16)) -> Console {
    let mut bench = Bench::new();
    if who & 1 != 0 {
        bench.delivered("backup");
        let locked = bench.delivered("日本 key");
        bench.by_alice(|service, alice| service.lock_out_key(alice, locked.key, "lost"));
        let deleted = bench.delivered("nightly");
        bench.by_alice(|service, alice| service.delete_key(alice, deleted.key));
    }
    let actor = match who >> 1 & 3 {
        0 => bench.user("bob", AUDITOR),
        1 => bench.user("carol", FULL_ACCESS),
        _ => bench.alice.clone(),
    };
    Console::of(bench, actor, size)
}

fn step(console: &mut Console, input: &mut Bytes) {
    let byte = input.byte();
    let step = match byte {
        ..0x20 => CONTROL[usize::from(byte)],
        0x20..0x7f => Step::Press(KeyCode::Char(byte.into())),
        _ => ODD[usize::from(byte) % ODD.len()],
    };
    match step {
        Step::Press(code) => {
            console.press(code);
        }
        Step::Ctrl(c) => console.ctrl(c),
        Step::Odd(c) => {
            console.press(KeyCode::Char(c));
        }
        Step::Resize => {
            let (width, height) = (input.byte(), input.byte());
            let (width, height) = size(width, height);
            console.resize(width, height);
        }
        Step::Click => {
            let (column, row) = (input.byte(), input.byte());
            console.bench.clock.advance(SECOND);
            let left = MouseButton::Left;
            for kind in [MouseEventKind::Down(left), MouseEventKind::Up(left)] {
                let frame = console.frames();
                console.send_mouse(kind, (column.into(), row.into()), frame);
            }
            console.settle();
        }
        Step::Wheel => {
            let notches = i32::from(input.byte() % 8) - 4;
            console.wheel(notches);
        }
        Step::Paste => {
            let text = String::from_utf8_lossy(input.line()).into_owned();
            console.paste(&text);
        }
        Step::Burst => {
            let text = String::from_utf8_lossy(input.line()).into_owned();
            // No terminal's key is a control character: see the target `terminal`.
            for c in text.chars().filter(|c| !c.is_control()) {
                let key = KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE);
                console.send(Event::Key(key));
            }
            console.settle();
        }
        Step::Wait => {
            console.wait(i64::from(input.byte()) * SECOND / 4);
        }
        Step::Minutes => {
            console.wait(i64::from(input.byte() % 16) * MINUTE);
        }
        Step::Hold if console.hold => console.release(),
        Step::Hold => console.hold = true,
    }
}

/// A secret that was issued and not delivered is on the screen: only its two ways out take it from there.
fn keeps_the_secret(console: &mut Console) {
    let pending = |console: &Console| {
        let since = console.bench.clock.now().plus(-HOUR).0;
        let sql = "SELECT count(*) FROM api_key_secrets
                   WHERE delivered_at IS NULL AND ended_at IS NULL AND issued_at > ?1";
        let connection = raw(&console.bench.place);
        connection.row::<i64>(sql, [since])
    };
    if pending(console) == 0 {
        return;
    }
    assert!(
        !console.done(),
        "nobody leaves a secret that is on the screen"
    );
    console.resize(120, 40);
    for _ in 0..30 {
        match console.hits().1 {
            Scope::Secret => {
                // Somebody may have hidden it.
                let secret = console.secret();
                assert!(secret.is_empty() || !console.works(&secret));
                return;
            }
            Scope::Confirmation => console.press(KeyCode::Char('y')),
            _ => console.press(KeyCode::Esc),
        };
    }
    assert_eq!(pending(console), 0, "it is gone:\n{}", console.screen());
}
