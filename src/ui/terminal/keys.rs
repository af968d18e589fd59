//! What a terminal sends, taken apart into keys, pastes and the mouse. It keeps nothing of what went through.
//!
//! crossterm has a parser too, but takes an escape sequence that was cut on its way for Esc and letters, and leaves
//! what was pasted behind in its buffers. Sequences: xterm's ctlseqs, `console_codes(4)`.

use crossterm::event::{
    Event, KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind,
};

use crate::ui::terminal::wiped::Wiped;

const NONE: KeyModifiers = KeyModifiers::NONE;
const ESC: u8 = 0x1b;
/// What ends a bracketed paste.
const PASTE_END: &[u8] = b"\x1b[201~";
/// A sequence longer than this, in bytes, is none that is known.
const LONGEST: usize = 32;

/// What has come of something that is not complete yet.
#[derive(Default)]
pub(super) struct Parser {
    begun: Wiped,
    paste: Option<Paste>,
}

struct Paste {
    text: Wiped,
    /// How much of the end has come.
    ended: usize,
}

/// How it goes on after one more byte.
enum Step {
    /// The byte belongs to it, and more is to come.
    Wait,
    /// The same, and nobody needs to know the byte.
    Skip,
    /// It is complete, whether or not it is known.
    Done(Option<Event>),
    /// It was cut off: the byte begins something else.
    Cut(Option<Event>),
}

/// What is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Awaited {
    /// Anything: nothing has begun, or a paste, which may take its time.
    Anything,
    /// The rest of a sequence, if the byte ESC was not the key Esc.
    AfterEsc,
    /// The rest of a sequence or a character, without doubt.
    Rest,
}

impl Parser {
    /// Takes one more byte, and hands over what is complete.
    pub fn take(&mut self, byte: u8, mut hand_over: impl FnMut(Event)) {
        if let Some(paste) = &mut self.paste {
            if paste.take(byte) {
                self.paste
                    .take()
                    .map(Paste::event)
                    .into_iter()
                    .for_each(hand_over);
            }
            return;
        }
        let step = step(self.begun.bytes(), byte);
        match step {
            Step::Wait => self.begun.extend(&[byte]),
            Step::Skip => {}
            Step::Done(event) => {
                let begins_paste = self.begun.bytes() == b"\x1b[200" && byte == b'~';
                self.paste = begins_paste.then(Paste::default);
                self.begun.clear();
                event.into_iter().for_each(hand_over);
            }
            Step::Cut(event) => {
                self.begun.clear();
                event.into_iter().for_each(&mut hand_over);
                self.take(byte, hand_over);
            }
        }
    }

    /// What is waited for now.
    pub fn awaits(&self) -> Awaited {
        match self.begun.bytes() {
            [] => Awaited::Anything,
            [ESC] => Awaited::AfterEsc,
            _ => Awaited::Rest,
        }
    }

    /// Nothing more has come for too long: the key Esc, or nothing that is known.
    pub fn give_up(&mut self) -> Option<Event> {
        let is_esc = self.awaits() == Awaited::AfterEsc;
        self.begun.clear();
        is_esc.then(|| key(KeyCode::Esc, NONE))
    }
}

impl Default for Paste {
    fn default() -> Paste {
        Paste {
            text: Wiped::with_capacity(512),
            ended: 0,
        }
    }
}

impl Paste {
    /// Takes one more byte; true when that was the last.
    fn take(&mut self, byte: u8) -> bool {
        self.text.extend(&[byte]);
        self.ended = match self.ended {
            ended if byte == PASTE_END[ended] => ended + 1,
            _ => usize::from(byte == ESC),
        };
        self.ended == PASTE_END.len()
    }

    fn event(self) -> Event {
        let length = self.text.bytes().len() - PASTE_END.len();
        let text = String::from_utf8(self.text.into_first(length));
        Event::Paste(text.unwrap_or_else(|error| {
            let mut bytes = Wiped::default();
            bytes.extend(error.as_bytes());
            String::from_utf8_lossy(bytes.bytes()).into_owned()
        }))
    }
}

fn step(begun: &[u8], byte: u8) -> Step {
    match begun {
        [] => match byte {
            ESC | 0xc2..=0xf4 => Step::Wait,
            _ => Step::Done(single(byte).map(Event::Key)),
        },
        [ESC] => match byte {
            b'[' | b'O' | b']' | b'P' | b'X' | b'^' | b'_' | 0xc2..=0xf4 => Step::Wait,
            ESC => Step::Cut(Some(key(KeyCode::Esc, NONE))),
            _ => Step::Done(single(byte).map(with_alt)),
        },
        [ESC, b'[', rest @ ..] => control(rest, byte),
        [ESC, b'O', ..] => match byte {
            b'0'..=b'9' | b';' => Step::Skip,
            0x40..=0x7e => Step::Done(function(byte).map(|code| key(code, NONE))),
            _ => Step::Cut(None),
        },
        // Answers of the terminal, which nobody has asked for; they end with BEL or with ESC and another byte.
        [ESC, b']' | b'P' | b'X' | b'^' | b'_', ..] => match byte {
            0x07 => Step::Done(None),
            ESC => Step::Cut(None),
            _ => Step::Skip,
        },
        [ESC, rest @ ..] => character(rest, byte, KeyModifiers::ALT),
        _ => character(begun, byte, NONE),
    }
}

/// A character of more than one byte.
fn character(begun: &[u8], byte: u8, modifiers: KeyModifiers) -> Step {
    let mut bytes = [0; 4];
    let (Some(place), 0x80..=0xbf) = (bytes.get_mut(..=begun.len()), byte) else {
        return Step::Cut(None);
    };
    place[..begun.len()].copy_from_slice(begun);
    place[begun.len()] = byte;
    match std::str::from_utf8(place) {
        Ok(text) => Step::Done(
            text.chars()
                .next()
                .map(|c| typed(c, modifiers))
                .map(Event::Key),
        ),
        Err(error) if error.error_len().is_none() => Step::Wait,
        Err(_) => Step::Done(None),
    }
}

/// What follows ESC and `[`.
fn control(begun: &[u8], byte: u8) -> Step {
    match (begun, byte) {
        // After `[` comes one of the Linux console's first function keys; after `M` the mouse as old terminals report
        // it, in three bytes that may be any.
        ([], b'[' | b'M') | ([b'M'] | [b'M', _], _) => Step::Wait,
        ([b'['], b'A'..=b'E') => Step::Done(Some(key(KeyCode::F(byte - b'A' + 1), NONE))),
        ([b'['], 0x40..=0x7e) => Step::Done(None),
        ([b'M', button, column], row) => {
            let [button, column, row] =
                [*button, *column, row].map(|byte| u16::from(byte.saturating_sub(32)));
            Step::Done(mouse(button, column, row, true))
        }
        (_, 0x20..=0x3f) if begun.len() < LONGEST => Step::Wait,
        (_, 0x20..=0x3f) => Step::Skip,
        (_, 0x40..=0x7e) => Step::Done(sequence(begun, byte)),
        _ => Step::Cut(None),
    }
}

/// A whole sequence: what stood between `ESC [` and its last byte.
fn sequence(parameters: &[u8], last: u8) -> Option<Event> {
    let text = std::str::from_utf8(parameters).ok()?;
    if let (Some(text), b'M' | b'm') = (text.strip_prefix('<'), last) {
        let [button, column, row] = numbers(text)[..] else {
            return None;
        };
        return mouse(button, column, row, last == b'M');
    }
    // Neither an answer of the terminal nor something that is longer than any key.
    if text.starts_with(|c| matches!(c, '<'..='?')) || parameters.len() >= LONGEST {
        return None;
    }
    let numbers = numbers(text);
    let number = |at| numbers.get(at).copied().unwrap_or(1);
    let code = match last {
        b'~' => numbered(number(0))?,
        b'Z' => return Some(key(KeyCode::BackTab, KeyModifiers::SHIFT)),
        b'u' => return spelled(number(0), held(number(1))),
        _ => function(last)?,
    };
    Some(key(code, held(number(1))))
}

/// The numbers between semicolons; what follows a colon says more than is asked.
fn numbers(text: &str) -> Vec<u16> {
    let number = |part: &str| part.split(':').next()?.parse().ok();
    text.split(';').map_while(number).collect()
}

/// The modifiers in a parameter: one more than the sum of those that are held.
fn held(parameter: u16) -> KeyModifiers {
    let sum = parameter.saturating_sub(1);
    let all = [
        (1, KeyModifiers::SHIFT),
        (2, KeyModifiers::ALT),
        (4, KeyModifiers::CONTROL),
        (8, KeyModifiers::SUPER),
    ];
    let held = all.into_iter().filter(|(one, _)| sum & one != 0);
    held.fold(NONE, |all, (_, one)| all | one)
}

/// A key that is one byte.
fn single(byte: u8) -> Option<KeyEvent> {
    let control = |c: u8| KeyEvent::new(KeyCode::Char(c.into()), KeyModifiers::CONTROL);
    Some(match byte {
        b'\r' => KeyCode::Enter.into(),
        b'\t' => KeyCode::Tab.into(),
        0x7f => KeyCode::Backspace.into(),
        0 => control(b' '),
        0x01..=0x1a => control(byte - 1 + b'a'),
        0x1c..=0x1f => control(byte - 0x1c + b'4'),
        0x20..=0x7e => typed(byte.into(), NONE),
        _ => return None,
    })
}

fn typed(c: char, modifiers: KeyModifiers) -> KeyEvent {
    let shift = if c.is_uppercase() {
        KeyModifiers::SHIFT
    } else {
        NONE
    };
    KeyEvent::new(KeyCode::Char(c), modifiers | shift)
}

fn with_alt(mut key: KeyEvent) -> Event {
    key.modifiers |= KeyModifiers::ALT;
    Event::Key(key)
}

fn key(code: KeyCode, modifiers: KeyModifiers) -> Event {
    Event::Key(KeyEvent::new(code, modifiers))
}

/// A key named by the last byte of its sequence.
fn function(last: u8) -> Option<KeyCode> {
    Some(match last {
        b'A' => KeyCode::Up,
        b'B' => KeyCode::Down,
        b'C' => KeyCode::Right,
        b'D' => KeyCode::Left,
        b'F' => KeyCode::End,
        b'H' => KeyCode::Home,
        b'P'..=b'S' => KeyCode::F(last - b'P' + 1),
        _ => return None,
    })
}

/// A key named by a number before `~`.
fn numbered(number: u16) -> Option<KeyCode> {
    let f = |first: u8, number: u16, of: u16| {
        u8::try_from(number - of)
            .map(|n| KeyCode::F(first + n))
            .ok()
    };
    match number {
        1 | 7 => Some(KeyCode::Home),
        2 => Some(KeyCode::Insert),
        3 => Some(KeyCode::Delete),
        4 | 8 => Some(KeyCode::End),
        5 => Some(KeyCode::PageUp),
        6 => Some(KeyCode::PageDown),
        11..=15 => f(1, number, 11),
        17..=21 => f(6, number, 17),
        23..=26 => f(11, number, 23),
        _ => None,
    }
}

/// A key that is told by its character's number, as some terminals do where it has no byte of its own.
fn spelled(number: u16, modifiers: KeyModifiers) -> Option<Event> {
    let shift = modifiers.contains(KeyModifiers::SHIFT);
    let code = match char::from_u32(number.into())? {
        '\r' => KeyCode::Enter,
        '\t' if shift => KeyCode::BackTab,
        '\t' => KeyCode::Tab,
        '\x1b' => KeyCode::Esc,
        '\x7f' => KeyCode::Backspace,
        c if c.is_control() => return None,
        c if shift => KeyCode::Char(c.to_ascii_uppercase()),
        c => KeyCode::Char(c),
    };
    Some(key(code, modifiers))
}

/// A report of the mouse. Bits of `button`: which one (0, 1, 6, 7), shift, alt, control, that it was moved.
fn mouse(button: u16, column: u16, row: u16, pressed: bool) -> Option<Event> {
    let which = match button & 3 {
        0 => MouseButton::Left,
        1 => MouseButton::Middle,
        _ => MouseButton::Right,
    };
    let kind = match (button & 0b1100_0011, button & 0b10_0000 != 0) {
        (3, true) => MouseEventKind::Moved,
        (3, false) => MouseEventKind::Up(MouseButton::Left),
        (0..3, true) => MouseEventKind::Drag(which),
        (0..3, false) if pressed => MouseEventKind::Down(which),
        (0..3, false) => MouseEventKind::Up(which),
        (64, _) => MouseEventKind::ScrollUp,
        (65, _) => MouseEventKind::ScrollDown,
        (66, _) => MouseEventKind::ScrollLeft,
        (67, _) => MouseEventKind::ScrollRight,
        _ => return None,
    };
    let modifiers = held((button >> 2 & 0b111) + 1);
    Some(Event::Mouse(MouseEvent {
        kind,
        column: column.checked_sub(1)?,
        row: row.checked_sub(1)?,
        modifiers,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What comes of these bytes, when nothing more follows.
    fn events(bytes: &[u8]) -> Vec<Event> {
        let mut parser = Parser::default();
        let mut events = Vec::new();
        for byte in bytes {
            parser.take(*byte, |event| events.push(event));
        }
        events.extend(parser.give_up());
        events
    }

    fn named(bytes: &str) -> Vec<String> {
        let events = events(bytes.as_bytes());
        let name = |event| match event {
            Event::Key(key) => {
                let code = match key.code {
                    KeyCode::Char(c) => c.to_string(),
                    code => format!("{code:?}"),
                };
                let held = (key.modifiers - KeyModifiers::SHIFT).iter_names();
                let held: Vec<_> = held.map(|(name, _)| name).collect();
                format!("{}{code}", held.concat())
            }
            Event::Paste(text) => format!("<{text}>"),
            other => format!("{other:?}"),
        };
        events.into_iter().map(name).collect()
    }

    #[test]
    fn keys_of_xterm_the_linux_console_and_rxvt_are_known() {
        for (bytes, name) in [
            ("a", "a"),
            ("A", "A"),
            (" ", " "),
            ("\r", "Enter"),
            ("\t", "Tab"),
            ("\x7f", "Backspace"),
            ("\x08", "CONTROLh"),
            ("\x0a", "CONTROLj"),
            ("\x1a", "CONTROLz"),
            ("\0", "CONTROL "),
            ("日", "日"),
            ("\u{1f511}", "\u{1f511}"),
            ("\x1b", "Esc"),
            ("\x1b[A", "Up"),
            ("\x1bOB", "Down"),
            ("\x1b[1;5C", "CONTROLRight"),
            ("\x1b[D", "Left"),
            ("\x1b[H", "Home"),
            ("\x1bOF", "End"),
            ("\x1b[1~", "Home"),
            ("\x1b[8~", "End"),
            ("\x1b[3~", "Delete"),
            ("\x1b[5~", "PageUp"),
            ("\x1b[6;5~", "CONTROLPageDown"),
            ("\x1b[Z", "BackTab"),
            ("\x1bOQ", "F(2)"),
            ("\x1b[[A", "F(1)"),
            ("\x1b[12~", "F(2)"),
            ("\x1b[17~", "F(6)"),
            ("\x1b[24~", "F(12)"),
            ("\x1b[1;2P", "F(1)"),
            ("\x1bx", "ALTx"),
            ("\x1bé", "ALTé"),
            ("\x1b[122;5u", "CONTROLz"),
            ("\x1b[97;2u", "A"),
            ("\x1b[27u", "Esc"),
        ] {
            assert_eq!(named(bytes), [name], "{bytes:?}");
        }
    }

    #[test]
    fn what_is_not_known_means_nothing_and_takes_no_key_with_it() {
        for bytes in [
            "\x1b[",
            "\x1b[99~",
            "\x1b[?62;1c",
            "\x1b[>0;276;0c",
            "\x1b[200",
            "\x1bO",
            "\x1bOk",
            "\x1b]11;rgb:0000/0000/0000\x07",
            "\x1b[[Z",
            "\x1b[<0;0;0M",
        ] {
            let after = named(&format!("{bytes}\x1b[A"));
            assert_eq!(after, ["Up"], "{bytes:?}");
        }
        assert_eq!(named(&format!("\x1b[{}Ax", "1;".repeat(99))), ["x"]);
        assert_eq!(named("\x1b\x1b[A"), ["Esc", "Up"]);
        assert_eq!(named("\x1bP1$r0m\x1b\\d"), ["ALT\\", "d"]);
        assert_eq!(events(b"\xe6\x97x\xffy\x80").len(), 2);
        assert_eq!(events(b"\xf0\x9f\x94"), []);
    }

    #[test]
    fn a_paste_is_what_stands_between_its_marks_whatever_it_is() {
        assert_eq!(
            named("\x1b[200~a\r\x1b[A\x1b[201\x1b[201~b"),
            ["<a\r\x1b[A\x1b[201>", "b"]
        );
        assert_eq!(named("\x1b[200~\x1b[201~"), ["<>"]);
        assert_eq!(
            named(&format!("\x1b[200~{}\x1b[201~", "日".repeat(999))),
            [format!("<{}>", "日".repeat(999))]
        );
        assert_eq!(
            events(b"\x1b[200~a\xffb\x1b[201~"),
            [Event::Paste("a\u{fffd}b".to_owned())]
        );
        // Its end has not come: nothing of it is a key.
        assert_eq!(named("\x1b[200~dy\r"), [] as [&str; 0]);
    }

    #[test]
    fn the_mouse_is_reported_in_both_forms() {
        let mouse = |bytes: &[u8]| match events(bytes)[..] {
            [
                Event::Mouse(MouseEvent {
                    kind,
                    column,
                    row,
                    modifiers,
                }),
            ] => (kind, column, row, modifiers),
            _ => panic!("{bytes:?}"),
        };
        let down = MouseEventKind::Down(MouseButton::Left);
        assert_eq!(mouse(b"\x1b[<0;200;3M"), (down, 199, 2, NONE));
        assert_eq!(mouse(b"\x1b[M !\xff"), (down, 0, 222, NONE));
        let up = MouseEventKind::Up(MouseButton::Right);
        assert_eq!(mouse(b"\x1b[<2;1;1m"), (up, 0, 0, NONE));
        assert_eq!(mouse(b"\x1b[<65;1;1M").0, MouseEventKind::ScrollDown);
        assert_eq!(mouse(b"\x1b[<16;1;1M").3, KeyModifiers::CONTROL);
    }

    #[test]
    fn only_esc_itself_is_in_doubt() {
        let awaits = |bytes: &[u8]| {
            let mut parser = Parser::default();
            for byte in bytes {
                parser.take(*byte, |_| {});
            }
            parser.awaits()
        };
        assert_eq!(awaits(b"x"), Awaited::Anything);
        assert_eq!(awaits(b"x\x1b"), Awaited::AfterEsc);
        assert_eq!(awaits(b"\x1b["), Awaited::Rest);
        assert_eq!(awaits(b"\xe6"), Awaited::Rest);
        assert_eq!(awaits(b"\x1b[200~abc"), Awaited::Anything);
    }
}
