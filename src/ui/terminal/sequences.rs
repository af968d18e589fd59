//! THE table of what terminals send for keys, and what each of it means. Nothing here knows how bytes come in.
//!
//! Sources: xterm's ctlseqs (cursor keys, `modifyOtherKeys`, keypad), kitty's keyboard protocol, rxvt's reference,
//! `console_codes(4)`, and terminfo for what putty, screen, tmux, foot and others say of themselves.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseEvent};

use crate::ui::terminal::reports;

const NONE: KeyModifiers = KeyModifiers::NONE;

/// The last byte of `ESC [ x`, `ESC [ 1 ; held x`, `ESC O x` and `ESC O held x`.
const LETTERS: [(u8, KeyCode); 10] = [
    (b'A', KeyCode::Up),
    (b'B', KeyCode::Down),
    (b'C', KeyCode::Right),
    (b'D', KeyCode::Left),
    (b'F', KeyCode::End),
    (b'H', KeyCode::Home),
    (b'P', KeyCode::F(1)),
    (b'Q', KeyCode::F(2)),
    (b'R', KeyCode::F(3)),
    (b'S', KeyCode::F(4)),
];

/// The number in `ESC [ n ~`, in rxvt with another byte at the end for what is held down.
const NUMBERS: [(u32, KeyCode); 28] = [
    (1, KeyCode::Home),
    (2, KeyCode::Insert),
    (3, KeyCode::Delete),
    (4, KeyCode::End),
    (5, KeyCode::PageUp),
    (6, KeyCode::PageDown),
    (7, KeyCode::Home),
    (8, KeyCode::End),
    (11, KeyCode::F(1)),
    (12, KeyCode::F(2)),
    (13, KeyCode::F(3)),
    (14, KeyCode::F(4)),
    (15, KeyCode::F(5)),
    (17, KeyCode::F(6)),
    (18, KeyCode::F(7)),
    (19, KeyCode::F(8)),
    (20, KeyCode::F(9)),
    (21, KeyCode::F(10)),
    (23, KeyCode::F(11)),
    (24, KeyCode::F(12)),
    (25, KeyCode::F(13)),
    (26, KeyCode::F(14)),
    (28, KeyCode::F(15)),
    (29, KeyCode::F(16)),
    (31, KeyCode::F(17)),
    (32, KeyCode::F(18)),
    (33, KeyCode::F(19)),
    (34, KeyCode::F(20)),
];

/// What a last byte in place of `~` says is held down, in rxvt.
const RXVT: [(u8, KeyModifiers); 3] = [
    (b'^', KeyModifiers::CONTROL),
    (b'$', KeyModifiers::SHIFT),
    (b'@', KeyModifiers::CONTROL.union(KeyModifiers::SHIFT)),
];

/// The arrows of rxvt with Shift after `ESC [`, with Ctrl after `ESC O`.
const RXVT_ARROWS: [(u8, KeyCode); 4] = [
    (b'a', KeyCode::Up),
    (b'b', KeyCode::Down),
    (b'c', KeyCode::Right),
    (b'd', KeyCode::Left),
];

/// The keypad after `ESC O`, where a program has left it in application mode; and function keys of putty's VT100+ mode,
/// as far as they are no other's.
const KEYPAD: [(u8, KeyCode); 27] = [
    (b'T', KeyCode::F(5)),
    (b'U', KeyCode::F(6)),
    (b'V', KeyCode::F(7)),
    (b'W', KeyCode::F(8)),
    (b'Y', KeyCode::F(10)),
    (b'Z', KeyCode::F(11)),
    (b'[', KeyCode::F(12)),
    (b' ', KeyCode::Char(' ')),
    (b'I', KeyCode::Tab),
    (b'M', KeyCode::Enter),
    (b'X', KeyCode::Char('=')),
    (b'j', KeyCode::Char('*')),
    (b'k', KeyCode::Char('+')),
    (b'l', KeyCode::Char(',')),
    (b'm', KeyCode::Char('-')),
    (b'n', KeyCode::Char('.')),
    (b'o', KeyCode::Char('/')),
    (b'p', KeyCode::Char('0')),
    (b'q', KeyCode::Char('1')),
    (b'r', KeyCode::Char('2')),
    (b's', KeyCode::Char('3')),
    (b't', KeyCode::Char('4')),
    (b'u', KeyCode::Char('5')),
    (b'v', KeyCode::Char('6')),
    (b'w', KeyCode::Char('7')),
    (b'x', KeyCode::Char('8')),
    (b'y', KeyCode::Char('9')),
];

/// The keys that kitty tells by numbers of its own, in `ESC [ n u`. Those that are missing from the range (the locks,
/// the media keys, the keys that are only held down) mean nothing here.
const KITTY: [(u32, KeyCode); 57] = [
    (57344, KeyCode::Esc),
    (57345, KeyCode::Enter),
    (57346, KeyCode::Tab),
    (57347, KeyCode::Backspace),
    (57348, KeyCode::Insert),
    (57349, KeyCode::Delete),
    (57350, KeyCode::Left),
    (57351, KeyCode::Right),
    (57352, KeyCode::Up),
    (57353, KeyCode::Down),
    (57354, KeyCode::PageUp),
    (57355, KeyCode::PageDown),
    (57356, KeyCode::Home),
    (57357, KeyCode::End),
    (57364, KeyCode::F(1)),
    (57365, KeyCode::F(2)),
    (57366, KeyCode::F(3)),
    (57367, KeyCode::F(4)),
    (57368, KeyCode::F(5)),
    (57369, KeyCode::F(6)),
    (57370, KeyCode::F(7)),
    (57371, KeyCode::F(8)),
    (57372, KeyCode::F(9)),
    (57373, KeyCode::F(10)),
    (57374, KeyCode::F(11)),
    (57375, KeyCode::F(12)),
    (57376, KeyCode::F(13)),
    (57377, KeyCode::F(14)),
    (57378, KeyCode::F(15)),
    (57399, KeyCode::Char('0')),
    (57400, KeyCode::Char('1')),
    (57401, KeyCode::Char('2')),
    (57402, KeyCode::Char('3')),
    (57403, KeyCode::Char('4')),
    (57404, KeyCode::Char('5')),
    (57405, KeyCode::Char('6')),
    (57406, KeyCode::Char('7')),
    (57407, KeyCode::Char('8')),
    (57408, KeyCode::Char('9')),
    (57409, KeyCode::Char('.')),
    (57410, KeyCode::Char('/')),
    (57411, KeyCode::Char('*')),
    (57412, KeyCode::Char('-')),
    (57413, KeyCode::Char('+')),
    (57414, KeyCode::Enter),
    (57415, KeyCode::Char('=')),
    (57416, KeyCode::Char(',')),
    (57417, KeyCode::Left),
    (57418, KeyCode::Right),
    (57419, KeyCode::Up),
    (57420, KeyCode::Down),
    (57421, KeyCode::PageUp),
    (57422, KeyCode::PageDown),
    (57423, KeyCode::Home),
    (57424, KeyCode::End),
    (57425, KeyCode::Insert),
    (57426, KeyCode::Delete),
];
/// The range of kitty's own numbers for keys (Unicode's private use area).
const KITTY_OWN: std::ops::RangeInclusive<u32> = 57344..=63743;

/// The bits that say what is held down, one more than their sum being the parameter. The locks come last: they are on,
/// not held.
const HELD: [(u32, KeyModifiers); 6] = [
    (1, KeyModifiers::SHIFT),
    (2, KeyModifiers::ALT),
    (4, KeyModifiers::CONTROL),
    (8, KeyModifiers::SUPER),
    (16, KeyModifiers::HYPER),
    (32, KeyModifiers::META),
];
const CAPS_LOCK: u32 = 64;
/// The kind of an event that is told when a key is let go.
const RELEASED: u32 = 3;
/// The characters that need Shift where kitty's and xterm's ways of telling it cannot be told apart.
const SHIFTED: &str = "!\"#$%&'()*+:<>?@^_{|}~";

/// What a sequence means.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// A key; one that was let go, or only locks or is held down, is none.
    Key(Option<KeyEvent>),
    /// The characters that a key or an input method has made.
    Text(Vec<char>),
    Mouse(MouseEvent),
    /// No key: an answer of the terminal, a change of focus, or nothing that is known.
    Other,
}

impl Meaning {
    /// A report of the mouse, or nothing that is known.
    pub fn of_mouse(event: Option<MouseEvent>) -> Meaning {
        event.map_or(Meaning::Other, Meaning::Mouse)
    }

    fn of_key(key: Option<(KeyCode, KeyModifiers)>) -> Meaning {
        match key {
            Some((code, held)) => Meaning::Key(Some(KeyEvent::new(code, held))),
            None => Meaning::Other,
        }
    }
}

/// What a key is where it cannot be known which: told, and never taken for another.
pub(super) const UNREADABLE: KeyCode = KeyCode::Char(char::REPLACEMENT_CHARACTER);

fn find<K: Copy + PartialEq, V: Copy>(table: &[(K, V)], wanted: K) -> Option<V> {
    let found = table.iter().find(|(known, _)| *known == wanted);
    found.map(|(_, value)| *value)
}

/// The parameters between semicolons, each with those behind colons; what is left out is 0.
struct Parameters(Vec<Vec<u32>>);

impl Parameters {
    fn read(text: &str) -> Parameters {
        let numbers = |part: &str| {
            let numbers = part.split(':').map(|number| number.parse().unwrap_or(0));
            numbers.collect()
        };
        Parameters(text.split(';').map(numbers).collect())
    }

    fn count(&self) -> usize {
        self.0.len()
    }

    fn get(&self, at: usize, part: usize) -> u32 {
        let part = self.0.get(at).and_then(|parts| parts.get(part));
        part.copied().unwrap_or(0)
    }

    /// What is held down, in the parameter at this place.
    fn held(&self, at: usize) -> Held {
        Held(self.get(at, 0).saturating_sub(1))
    }

    fn is_release(&self) -> bool {
        self.get(1, 1) == RELEASED
    }
}

#[derive(Clone, Copy)]
struct Held(u32);

impl Held {
    fn modifiers(self) -> KeyModifiers {
        let held = HELD.iter().filter(|(bit, _)| self.0 & bit != 0);
        held.fold(NONE, |all, (_, one)| all | *one)
    }
}

/// What stands behind `ESC [`: the bytes before the last one, and that one.
pub(super) fn control(before: &str, last: u8) -> Meaning {
    if let (Some(report), b'M' | b'm') = (before.strip_prefix('<'), last) {
        return Meaning::of_mouse(reports::in_decimals(report, last));
    }
    // xterm can be told to mark these so; else it is an answer.
    let is_key = matches!(last, b'~' | b'A'..=b'S');
    let before = before
        .strip_prefix('>')
        .filter(|_| is_key)
        .unwrap_or(before);
    if before.starts_with(|c| matches!(c, '<'..='?')) {
        return Meaning::Other;
    }
    let parameters = Parameters::read(before);
    let key = match last {
        b'~' if parameters.get(0, 0) == 27 && parameters.count() == 3 => {
            let code = parameters.get(2, 0);
            return key_of_number(code, &[], parameters.held(1), Way::Xterm);
        }
        b'~' => {
            find(&NUMBERS, parameters.get(0, 0)).map(|code| (code, parameters.held(1).modifiers()))
        }
        b'^' | b'$' | b'@' => {
            let held = find(&RXVT, last).unwrap_or(NONE);
            find(&NUMBERS, parameters.get(0, 0)).map(|code| (code, held))
        }
        b'u' => return kitty_key(&parameters),
        b'Z' => {
            let held = parameters.held(1).modifiers() | KeyModifiers::SHIFT;
            Some((KeyCode::BackTab, held))
        }
        b'a'..=b'd' if before.is_empty() => {
            find(&RXVT_ARROWS, last).map(|code| (code, KeyModifiers::SHIFT))
        }
        _ => find(&LETTERS, last).zip(held_with_letter(&parameters)),
    };
    if key.is_some() && parameters.is_release() {
        return Meaning::Key(None);
    }
    Meaning::of_key(key)
}

/// What is held down with a key that is told by a letter: nothing, `held`, or `1 ; held`.
fn held_with_letter(parameters: &Parameters) -> Option<KeyModifiers> {
    match (parameters.count(), parameters.get(0, 0)) {
        (1, 0..=1) => Some(NONE),
        (1, 2..=16) => Some(parameters.held(0).modifiers()),
        (2, 0..=1) => Some(parameters.held(1).modifiers()),
        _ => None,
    }
}

/// What stands behind `ESC O`: the digits before the last byte, and that one.
pub(super) fn single_shift(before: &str, last: u8) -> Meaning {
    let parameters = Parameters::read(before);
    let Some(held) = held_with_letter(&parameters) else {
        return Meaning::Other;
    };
    let arrow = find(&RXVT_ARROWS, last).map(|code| (code, held | KeyModifiers::CONTROL));
    let other = || find(&LETTERS, last).or(find(&KEYPAD, last));
    Meaning::of_key(arrow.or_else(|| Some((other()?, held))))
}

/// What a control character of 8 bits, sent as UTF-8, is short for.
pub(super) fn eight_bits(c: char) -> Option<&'static [u8]> {
    Some(match c {
        '\u{8f}' => b"\x1bO",
        '\u{90}' => b"\x1bP",
        '\u{98}' => b"\x1bX",
        '\u{9b}' => b"\x1b[",
        '\u{9d}' => b"\x1b]",
        '\u{9e}' => b"\x1b^",
        '\u{9f}' => b"\x1b_",
        _ => return None,
    })
}

/// One of the first five function keys of the Linux console, `ESC [ [ x`.
pub(super) fn linux_console(last: u8) -> Meaning {
    match last {
        b'A'..=b'E' => Meaning::Key(Some(KeyCode::F(last - b'A' + 1).into())),
        _ => Meaning::Other,
    }
}

/// Who tells a key by its character's number.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    /// kitty, and those that do as it does: the character that the key has without Shift.
    Kitty,
    /// xterm's `modifyOtherKeys`: the character that came of it.
    Xterm,
}

/// A key as kitty tells it: `ESC [ number : with Shift : on a Latin keyboard ; held : kind ; characters u`.
fn kitty_key(parameters: &Parameters) -> Meaning {
    if parameters.is_release() {
        return Meaning::Key(None);
    }
    let held = parameters.held(1);
    let plain = held.modifiers() - KeyModifiers::SHIFT == NONE;
    let typed: Option<Vec<char>> = parameters.0.get(2).filter(|_| plain).map(|characters| {
        let characters = characters
            .iter()
            .filter_map(|number| char::from_u32(*number));
        characters.filter(|c| !c.is_control()).collect()
    });
    match typed {
        Some(typed) if !typed.is_empty() => Meaning::Text(typed),
        _ => key_of_number(
            parameters.get(0, 0),
            &[parameters.get(0, 1), parameters.get(0, 2)],
            held,
            Way::Kitty,
        ),
    }
}

/// A key that is told by its number; `others` are the character that it has with Shift, and the one at its place on a
/// Latin keyboard, where they are known.
fn key_of_number(number: u32, others: &[u32], held: Held, way: Way) -> Meaning {
    let modifiers = held.modifiers();
    let is_held = |one| modifiers.contains(one);
    let (shift, ctrl) = (is_held(KeyModifiers::SHIFT), is_held(KeyModifiers::CONTROL));
    if KITTY_OWN.contains(&number) {
        let code = find(&KITTY, number);
        return Meaning::Key(code.map(|code| KeyEvent::new(code, modifiers)));
    }
    let other = |at: usize| {
        let number = others.get(at).copied().filter(|number| *number != 0);
        let character = number.and_then(char::from_u32);
        character.filter(|c| !c.is_control())
    };
    let Some(mut c) = char::from_u32(number).filter(|_| number != 0) else {
        return Meaning::Other;
    };
    if ctrl && !c.is_ascii() {
        c = other(1).unwrap_or(c);
    }
    let code = match c {
        '\r' => KeyCode::Enter,
        '\t' if shift => KeyCode::BackTab,
        '\t' => KeyCode::Tab,
        '\x1b' => KeyCode::Esc,
        '\x08' | '\x7f' => KeyCode::Backspace,
        // The same keys as where a terminal has one byte for both.
        'i' | 'I' if modifiers == KeyModifiers::CONTROL => return key(KeyCode::Tab),
        'm' | 'M' if modifiers == KeyModifiers::CONTROL => return key(KeyCode::Enter),
        '[' if modifiers == KeyModifiers::CONTROL => return key(KeyCode::Esc),
        c if c.is_control() => return Meaning::Other,
        c if modifiers - KeyModifiers::SHIFT != NONE => KeyCode::Char(c.to_ascii_lowercase()),
        c if shift && way == Way::Kitty => with_shift(c, other(0)),
        c if held.0 & CAPS_LOCK != 0 => KeyCode::Char(upper(c)),
        c => KeyCode::Char(c),
    };
    Meaning::Key(Some(KeyEvent::new(code, modifiers)))
}

fn key(code: KeyCode) -> Meaning {
    Meaning::Key(Some(code.into()))
}

/// The character of a key with Shift. Which one that is on the keyboard at hand is not known of all.
fn with_shift(c: char, shifted: Option<char>) -> KeyCode {
    match shifted {
        Some(shifted) => KeyCode::Char(shifted),
        None if c.is_alphabetic() => KeyCode::Char(upper(c)),
        None if c == ' ' || SHIFTED.contains(c) => KeyCode::Char(c),
        None => UNREADABLE,
    }
}

/// The capital of a letter, where that is one character.
fn upper(c: char) -> char {
    let mut capital = c.to_uppercase();
    match (capital.next(), capital.next()) {
        (Some(one), None) => one,
        _ => c,
    }
}
