//! Keys and their names, as toolbar, footer, help and `docs/keys.md` write them, and as a person may write them in a
//! file.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::buffer::CellWidth;

/// A key with its modifiers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chord(pub KeyCode, pub KeyModifiers);

/// What is held down, in the order in which it is named.
const HELD: [(KeyModifiers, &str); 2] = [
    (KeyModifiers::CONTROL, "Ctrl-"),
    (KeyModifiers::ALT, "Alt-"),
];

/// The keys that are no characters and have a name.
const NAMED: [(KeyCode, &str); 16] = [
    (KeyCode::Char(' '), "Space"),
    (KeyCode::PageUp, "PgUp"),
    (KeyCode::PageDown, "PgDn"),
    (KeyCode::BackTab, "Shift-Tab"),
    (KeyCode::Tab, "Tab"),
    (KeyCode::Enter, "Enter"),
    (KeyCode::Esc, "Esc"),
    (KeyCode::Backspace, "Backspace"),
    (KeyCode::Insert, "Insert"),
    (KeyCode::Delete, "Delete"),
    (KeyCode::Home, "Home"),
    (KeyCode::End, "End"),
    (KeyCode::Up, "Up"),
    (KeyCode::Down, "Down"),
    (KeyCode::Left, "Left"),
    (KeyCode::Right, "Right"),
];

impl Chord {
    /// The key that was pressed. Shift is part of the character that it makes, and Ctrl-H is Backspace, for which some
    /// terminals send it. A full-width character, of an input
    /// method that was left on, is the key that it stands for, but for `y`: nobody confirms what they did not mean to
    /// type.
    #[must_use]
    pub fn of(event: &KeyEvent) -> Chord {
        let modifiers = event.modifiers - KeyModifiers::SHIFT;
        match event.code {
            KeyCode::Char('h') if modifiers == KeyModifiers::CONTROL => {
                Chord(KeyCode::Backspace, KeyModifiers::NONE)
            }
            KeyCode::Char(c) => Chord(KeyCode::Char(half_width(c)), modifiers),
            other => Chord(other, modifiers),
        }
    }

    /// The key's name.
    #[must_use]
    pub fn name(self) -> String {
        let Chord(code, modifiers) = self;
        let named = NAMED.iter().find(|(known, _)| *known == code);
        let key = match (named, code) {
            (Some((_, name)), _) => (*name).to_owned(),
            (None, KeyCode::Char(c)) if modifiers.is_empty() => c.to_string(),
            (None, KeyCode::Char(c)) => c.to_ascii_uppercase().to_string(),
            (None, KeyCode::F(n)) => format!("F{n}"),
            (None, other) => format!("{other:?}"),
        };
        let held = HELD.iter().filter(|(held, _)| modifiers.contains(*held));
        held.map(|(_, name)| *name).collect::<String>() + &key
    }

    /// The key of this name, however it is capitalised; but `o` and `O` are two keys. Nothing where terminals send no
    /// such key: Ctrl-H, Ctrl-I and Ctrl-M are Backspace, Tab and Enter on their way, Ctrl has no other characters than letters, keys of
    /// one byte are the same with Ctrl, and what begins a sequence of bytes after ESC is no key with Alt.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Chord> {
        let mut key = name;
        let mut held = KeyModifiers::NONE;
        for (modifier, prefix) in HELD {
            let starts = |part: &str| part.eq_ignore_ascii_case(prefix);
            if key.get(..prefix.len()).is_some_and(starts) && key.len() > prefix.len() {
                key = &key[prefix.len()..];
                held |= modifier;
            }
        }
        let code = code(key)?;
        let (ctrl, alt) = (
            held.contains(KeyModifiers::CONTROL),
            held.contains(KeyModifiers::ALT),
        );
        let KeyCode::Char(c) = code else {
            let plain = [KeyCode::Enter, KeyCode::Esc, KeyCode::Tab, KeyCode::BackTab];
            let is_plain = plain.contains(&code) || code == KeyCode::Backspace && ctrl;
            return (held.is_empty() || !is_plain).then_some(Chord(code, held));
        };
        let sent = (!ctrl || c.is_ascii_alphabetic() && !"him".contains(c.to_ascii_lowercase()))
            && !(alt && "[]^_".contains(c));
        // With something held down the names of characters are capitals.
        let c = if held.is_empty() {
            c
        } else {
            c.to_ascii_lowercase()
        };
        sent.then_some(Chord(KeyCode::Char(c), held))
    }
}

/// The ASCII character of a full-width one (U+3000, U+FF01 to U+FF5E); any other, and `y`, as it is.
fn half_width(c: char) -> char {
    match c {
        '\u{3000}' => ' ',
        'ｙ' => c,
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        _ => c,
    }
}

fn code(name: &str) -> Option<KeyCode> {
    let mut characters = name.chars();
    if let (Some(c), None) = (characters.next(), characters.next()) {
        // What cannot be seen cannot be named.
        let is_seen = !c.is_control() && name.cell_width() > 0;
        return (is_seen && c != ' ').then_some(KeyCode::Char(c));
    }
    let mut named = NAMED.iter();
    if let Some((code, _)) = named.find(|(_, known)| known.eq_ignore_ascii_case(name)) {
        return Some(*code);
    }
    let number = name.strip_prefix(['F', 'f'])?;
    let n = number.parse().ok().filter(|n| (1..=12).contains(n))?;
    (!number.starts_with(['0', '+'])).then_some(KeyCode::F(n))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::keymap::BINDINGS;

    #[test]
    fn a_key_is_named_with_what_is_held_down() {
        let name = |code, modifiers| Chord(code, modifiers).name();
        let ctrl = KeyModifiers::CONTROL;
        assert_eq!(name(KeyCode::Char('s'), ctrl), "Ctrl-S");
        assert_eq!(name(KeyCode::Char('s'), KeyModifiers::NONE), "s");
        assert_eq!(name(KeyCode::PageUp, ctrl), "Ctrl-PgUp");
        assert_eq!(name(KeyCode::F(2), ctrl | KeyModifiers::ALT), "Ctrl-Alt-F2");
    }

    #[test]
    fn every_key_of_the_table_is_found_by_its_name_however_that_is_capitalised() {
        for chord in BINDINGS.iter().flat_map(|binding| binding.keys.iter()) {
            let name = chord.name();
            assert_eq!(Chord::of_name(&name), Some(*chord), "{name}");
            if name.len() > 1 {
                assert_eq!(Chord::of_name(&name.to_uppercase()), Some(*chord), "{name}");
                assert_eq!(Chord::of_name(&name.to_lowercase()), Some(*chord), "{name}");
            }
        }
    }

    #[test]
    fn other_keys_are_found_and_what_no_terminal_sends_is_not() {
        let found = |name| Chord::of_name(name).map(Chord::name);
        for name in [
            "n",
            "N",
            "あ",
            "-",
            "Insert",
            "F12",
            "Alt-X",
            "Ctrl-Left",
            "Ctrl-Alt-D",
        ] {
            assert_eq!(found(name).as_deref(), Some(name));
        }
        assert_ne!(Chord::of_name("o"), Chord::of_name("O"));
        for name in [
            "",
            " ",
            "nn",
            "F0",
            "F13",
            "F+1",
            "F01",
            "Ctrl-",
            "Ctrl-H",
            "Ctrl-I",
            "ctrl-m",
            "Ctrl-1",
            "Ctrl-Space",
            "Shift-a",
            "\n",
            "Ctrl-é",
            "Ctrl-Enter",
            "Ctrl-Tab",
            "Alt-Esc",
            "Ctrl-Backspace",
            "Alt-[",
            "\u{202e}",
            "\u{200b}",
            "\u{301}",
            "Enter ",
        ] {
            assert_eq!(found(name), None, "{name:?}");
        }
    }
}
