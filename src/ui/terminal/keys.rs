//! What a terminal sends, taken apart into keys, pastes and the mouse. It keeps nothing of what went through.
//!
//! crossterm has a parser too, but takes an escape sequence that was cut on its way for Esc and letters, and leaves
//! what was pasted behind in its buffers. Which sequence is which key: see `sequences`.

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};

use crate::ui::terminal::paste::{End, Paste};
use crate::ui::terminal::sequences::{self, Meaning, UNREADABLE};
use crate::ui::terminal::wiped::Wiped;
use crate::ui::terminal::{Heard, reports};

const NONE: KeyModifiers = KeyModifiers::NONE;
const ESC: u8 = 0x1b;
/// A sequence longer than this, in bytes, is none that is known.
const LONGEST: usize = 32;

/// What has come of something that is not complete yet.
#[derive(Default)]
pub struct Parser {
    begun: Wiped,
    paste: Option<Paste>,
    /// The last byte was the key Enter.
    entered: bool,
}

/// How a sequence goes on after one more byte.
enum Step {
    /// The byte belongs to the sequence, and more is to come.
    Wait,
    /// The byte belongs to the sequence and need not be kept; more is to come.
    Skip,
    /// The sequence is complete, whether or not it is known.
    Done,
    /// The sequence was cut off: the byte begins something else.
    Cut,
    /// The sequence was cut off by another that begins with these bytes, to which the byte belongs.
    Anew(&'static [u8]),
    /// What has come is another way to write these bytes, with which a sequence begins.
    Begin(&'static [u8]),
}

/// What the parser waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Awaited {
    /// Anything: nothing has begun.
    Anything,
    /// The rest of a sequence, if the byte ESC was not the key Esc.
    AfterEsc,
    /// The rest of a sequence or a character, without doubt.
    Rest,
    /// The rest of a paste.
    Paste,
    /// The rest of a paste, if its last byte was not the key Ctrl-C.
    AfterCtrlC,
}

impl Parser {
    /// Takes bytes that were read at once, and hands over what is complete.
    pub fn read(&mut self, bytes: &[u8], hand_over: &mut dyn FnMut(Heard)) {
        self.entered = false;
        for byte in bytes {
            self.take(*byte, hand_over);
        }
    }

    /// Takes one more byte.
    fn take(&mut self, byte: u8, hand_over: &mut dyn FnMut(Heard)) {
        if let Some(paste) = &mut self.paste {
            if paste.take(byte) {
                self.end_paste(End::Marked, hand_over);
            }
            return;
        }
        let begun = self.begun.bytes();
        // A terminal in "new line mode" sends two bytes for Enter.
        if std::mem::take(&mut self.entered) && byte == b'\n' {
            return;
        }
        self.entered = begun.is_empty() && byte == b'\r';
        match step(begun, byte, hand_over) {
            Step::Wait => self.begun.extend(&[byte]),
            Step::Skip => {}
            Step::Done => {
                if begun.ends_with(b"\x1b[200") && byte == b'~' {
                    self.paste = Some(Paste::default());
                }
                self.begun.clear();
            }
            Step::Cut => {
                self.begun.clear();
                self.take(byte, hand_over);
            }
            Step::Anew(bytes) => {
                self.begun.clear();
                self.begun.extend(bytes);
                self.take(byte, hand_over);
            }
            Step::Begin(bytes) => {
                self.begun.clear();
                self.begun.extend(bytes);
            }
        }
    }

    fn end_paste(&mut self, end: End, hand_over: &mut dyn FnMut(Heard)) {
        if let Some(heard) = self.paste.take().and_then(|paste| paste.end(end)) {
            hand_over(heard);
        }
    }

    /// What the parser waits for now.
    #[must_use]
    pub fn awaits(&self) -> Awaited {
        match (&self.paste, self.begun.bytes()) {
            (Some(paste), _) if paste.is_interrupted() => Awaited::AfterCtrlC,
            (Some(_), _) => Awaited::Paste,
            (None, []) => Awaited::Anything,
            (None, [ESC] | [ESC, ESC]) => Awaited::AfterEsc,
            _ => Awaited::Rest,
        }
    }

    /// Ends what has begun because nothing more came in time: it was the key Esc, Ctrl-C, a paste without an end, or
    /// nothing that is known.
    pub fn give_up(&mut self, hand_over: &mut dyn FnMut(Heard)) {
        if let Some(paste) = &mut self.paste {
            if paste.is_interrupted() {
                paste.interrupt().into_iter().for_each(&mut *hand_over);
                hand_over(key(KeyCode::Char('c'), KeyModifiers::CONTROL));
            } else {
                self.end_paste(End::Silence, hand_over);
            }
            return;
        }
        match self.begun.bytes() {
            [ESC, ESC] => {
                hand_over(key(KeyCode::Esc, NONE));
                hand_over(key(KeyCode::Esc, NONE));
            }
            [ESC] | [ESC, ESC, ..] => hand_over(key(KeyCode::Esc, NONE)),
            // What begins a sequence is a key too.
            [ESC, begins] => hand_over(single(*begins, KeyModifiers::ALT)),
            [0x80..=0xff, ..] => hand_over(key(UNREADABLE, NONE)),
            _ => {}
        }
        self.begun.clear();
    }
}

fn step(begun: &[u8], byte: u8, hand_over: &mut dyn FnMut(Heard)) -> Step {
    match begun {
        [] => match byte {
            ESC | 0xc2..=0xf4 => return Step::Wait,
            // One byte for `ESC [`, from a terminal that was told to send 8 bits.
            0x9b => return Step::Begin(b"\x1b["),
            _ => hand_over(single(byte, NONE)),
        },
        [ESC] => match byte {
            ESC | b'[' | b'O' | b']' | b'P' | b'X' | b'^' | b'_' | 0xc2..=0xf4 => {
                return Step::Wait;
            }
            // Shift-Tab of the Linux console.
            b'\t' => hand_over(key(KeyCode::BackTab, KeyModifiers::SHIFT)),
            _ => hand_over(single(byte, KeyModifiers::ALT)),
        },
        [ESC, ESC] => match byte {
            b'[' | b'O' => return Step::Wait,
            ESC => {
                hand_over(key(KeyCode::Esc, NONE));
                return Step::Skip;
            }
            _ => {
                hand_over(key(KeyCode::Esc, NONE));
                return Step::Anew(&[ESC]);
            }
        },
        // Some terminals put ESC before the sequence of a key that is pressed together with Alt.
        [ESC, ESC, rest @ ..] => return sequence(rest, byte, true, hand_over),
        [ESC, b'[' | b'O', ..] => return sequence(&begun[1..], byte, false, hand_over),
        [ESC, b']' | b'P' | b'X' | b'^' | b'_', rest @ ..] => return answer(rest, byte),
        [ESC, rest @ ..] => return character(rest, byte, KeyModifiers::ALT, hand_over),
        _ => return character(begun, byte, NONE, hand_over),
    }
    Step::Done
}

/// What begins with `[` or `O`; `alt` when there were two ESC before it.
fn sequence(begun: &[u8], byte: u8, alt: bool, hand_over: &mut dyn FnMut(Heard)) -> Step {
    let meaning = match begun {
        [b'[', before @ ..] => control(before, byte),
        [_, before @ ..] => match byte {
            b'0'..=b'9' | b';' if before.len() < LONGEST => Err(Step::Wait),
            b'0'..=b'9' | b';' => Err(Step::Skip),
            b' ' | 0x40..=0x7e => Ok(sequences::single_shift(text(before), byte)),
            _ => Err(Step::Cut),
        },
        [] => Err(Step::Cut),
    };
    let is_key = matches!(meaning, Ok(Meaning::Key(_)) | Err(Step::Wait | Step::Skip));
    if alt && !is_key {
        // The first ESC was a key of its own.
        hand_over(key(KeyCode::Esc, NONE));
    }
    match meaning {
        Ok(Meaning::Key(Some(mut key))) => {
            if alt {
                key.modifiers |= KeyModifiers::ALT;
            }
            hand_over(Heard::Event(Event::Key(key)));
        }
        Ok(Meaning::Text(characters)) => {
            for c in characters {
                hand_over(typed(c, NONE));
            }
        }
        Ok(Meaning::Mouse(event)) => hand_over(Heard::Event(Event::Mouse(event))),
        Ok(Meaning::Key(None) | Meaning::Other) => {}
        Err(step) => return step,
    }
    Step::Done
}

/// What follows `ESC [`: what it means once it is whole.
fn control(before: &[u8], byte: u8) -> Result<Meaning, Step> {
    match (before, byte) {
        // After `[` comes one of the Linux console's first function keys; after `M` the mouse as old terminals report
        // it, in three bytes.
        ([], b'[' | b'M') | ([b'M'] | [b'M', _], 0 | 0x20..) => Err(Step::Wait),
        ([b'M', button, column], 0 | 0x20..) => Ok(Meaning::of_mouse(reports::in_bytes([
            *button, *column, byte,
        ]))),
        ([b'['], 0x20..=0x7e) => Ok(sequences::linux_console(byte)),
        // In rxvt it is a last byte; in an answer of the terminal there is more before it than a number.
        ([b'0'..=b'9', rest @ ..], b'$') if rest.iter().all(u8::is_ascii_digit) => {
            Ok(sequences::control(text(before), byte))
        }
        (_, 0x20..=0x3f) if before.len() < LONGEST => Err(Step::Wait),
        (_, 0x20..=0x3f) => Err(Step::Skip),
        (_, 0x40..=0x7e) if before.len() >= LONGEST => Ok(Meaning::Other),
        (_, 0x40..=0x7e) => Ok(sequences::control(text(before), byte)),
        _ => Err(Step::Cut),
    }
}

/// An answer of the terminal, which nobody has asked for. It ends with BEL or with ESC and a backslash.
fn answer(before: &[u8], byte: u8) -> Step {
    match (before, byte) {
        ([.., ESC], b'\\') | (_, 0x07) => Step::Done,
        ([.., ESC], _) => Step::Anew(&[ESC]),
        (_, ESC) => Step::Wait,
        // No answer has these in it: it is cut, and a key follows.
        (_, ..0x20) => Step::Cut,
        ([], _) => Step::Wait,
        _ => Step::Skip,
    }
}

/// A character of more than one byte.
fn character(
    begun: &[u8],
    byte: u8,
    modifiers: KeyModifiers,
    hand_over: &mut dyn FnMut(Heard),
) -> Step {
    let mut bytes = [0; 4];
    let (Some(place), 0x80..=0xbf) = (bytes.get_mut(..=begun.len()), byte) else {
        hand_over(key(UNREADABLE, modifiers));
        return Step::Cut;
    };
    place[..begun.len()].copy_from_slice(begun);
    place[begun.len()] = byte;
    match std::str::from_utf8(place) {
        Ok(text) => {
            for c in text.chars() {
                if let Some(beginning) = sequences::eight_bits(c) {
                    return Step::Begin(beginning);
                }
                hand_over(typed(c, modifiers));
            }
        }
        Err(error) if error.error_len().is_none() => return Step::Wait,
        Err(_) => hand_over(key(UNREADABLE, modifiers)),
    }
    Step::Done
}

/// These bytes were looked at one by one: they are ASCII.
fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap_or_default()
}

/// A key that is one byte.
fn single(byte: u8, modifiers: KeyModifiers) -> Heard {
    let control = |c: u8| key(KeyCode::Char(c.into()), modifiers | KeyModifiers::CONTROL);
    match byte {
        b'\r' => key(KeyCode::Enter, modifiers),
        b'\t' => key(KeyCode::Tab, modifiers),
        ESC => key(KeyCode::Esc, modifiers),
        0x7f => key(KeyCode::Backspace, modifiers),
        0 => control(b' '),
        0x01..=0x1a => control(byte - 1 + b'a'),
        0x1c..=0x1f => control(byte - 0x1c + b'4'),
        0x20..=0x7e => typed(byte.into(), modifiers),
        0x80.. => key(UNREADABLE, modifiers),
    }
}

fn typed(c: char, modifiers: KeyModifiers) -> Heard {
    let shift = if c.is_uppercase() {
        KeyModifiers::SHIFT
    } else {
        NONE
    };
    let code = if c.is_control() {
        UNREADABLE
    } else {
        KeyCode::Char(c)
    };
    key(code, modifiers | shift)
}

fn key(code: KeyCode, modifiers: KeyModifiers) -> Heard {
    Heard::Event(Event::Key(KeyEvent::new(code, modifiers)))
}

#[cfg(test)]
mod tests;
