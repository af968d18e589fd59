//! Rules for text that people type: what a name may hold, and when two names are the same.

use unicode_normalization::UnicodeNormalization;

use crate::domain::problem::Rule;
use crate::domain::secret::find_secret_shape;

/// Longest name of a key or role and longest full name, in characters.
pub const NAME_MAX: usize = 100;
/// Longest description, in characters.
pub const DESCRIPTION_MAX: usize = 2_000;

/// The form in which names are compared: NFKC and Unicode full case folding (UAX #15, Unicode 3.13 D145).
///
/// Two names with the same key are the same name to a person: `Équipe` and `éQUIPE`, composed or not, and
/// full-width and half-width letters.
#[must_use]
pub fn name_key(name: &str) -> String {
    if name.is_ascii() {
        // The same, many times faster.
        return name.trim().to_ascii_lowercase();
    }
    let composed: String = name.trim().nfkc().collect();
    caseless::default_case_fold_str(&composed).nfkc().collect()
}

/// Checks a name as it was typed; the spaces around it do not count.
///
/// # Errors
/// The first rule that the name breaks.
pub fn check_name(typed: &str) -> Result<String, Rule> {
    let name = typed.trim();
    if name.is_empty() {
        return Err(Rule::Empty);
    }
    check_text(name, NAME_MAX, false)?;
    Ok(name.to_owned())
}

/// Checks one line that may be left empty, as a full name; the spaces around it do not count.
///
/// # Errors
/// The first rule that the text breaks.
pub fn check_label(typed: &str) -> Result<String, Rule> {
    let text = typed.trim();
    check_text(text, NAME_MAX, false)?;
    Ok(text.to_owned())
}

/// Checks a description as it was typed; line ends become `\n`, and blank space at the end is left out.
///
/// # Errors
/// The first rule that the description breaks.
pub fn check_description(typed: &str) -> Result<String, Rule> {
    let text = typed.replace("\r\n", "\n").replace('\r', "\n");
    let text = text.trim_end();
    check_text(text, DESCRIPTION_MAX, true)?;
    Ok(text.to_owned())
}

fn check_text(text: &str, max: usize, lines: bool) -> Result<(), Rule> {
    let count = text.chars().count();
    if count > max {
        return Err(Rule::TooLong { max, count });
    }
    for (index, c) in text.chars().enumerate() {
        let position = index + 1;
        if c.is_control() && !(lines && c == '\n') {
            return Err(Rule::ControlCharacter { position });
        }
        if is_invisible(c) {
            return Err(Rule::InvisibleCharacter {
                position,
                code: u32::from(c),
            });
        }
    }
    if find_secret_shape(text).is_some() {
        return Err(Rule::LooksLikeSecret);
    }
    Ok(())
}

/// Whether a character has no shape of its own or changes the order of those around it: format characters
/// (Unicode category Cf), fillers, and line or paragraph separators. With them two names can look alike.
#[must_use]
pub fn is_invisible(c: char) -> bool {
    matches!(u32::from(c),
        0x00AD | 0x034F | 0x0600..=0x0605 | 0x061C | 0x06DD | 0x070F | 0x0890..=0x0891 | 0x08E2
        | 0x115F..=0x1160 | 0x17B4..=0x17B5 | 0x180B..=0x180F | 0x200B..=0x200F | 0x2028..=0x202E
        | 0x2060..=0x206F | 0x3164 | 0xFE00..=0xFE0F | 0xFEFF | 0xFFA0 | 0xFFF0..=0xFFFB
        | 0x110BD | 0x110CD | 0x13430..=0x1343F | 0x1BCA0..=0x1BCA3 | 0x1D173..=0x1D17A
        | 0xE0000..=0xE0FFF)
}

/// A text without control and invisible characters; they become U+FFFD, so that data can never steer a terminal.
#[must_use]
pub fn printable(text: &str) -> String {
    text.chars()
        .map(|c| {
            if c.is_control() || is_invisible(c) {
                '\u{FFFD}'
            } else {
                c
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_differ_in_case_or_composition_are_one_name() {
        assert_eq!(name_key("Équipe"), name_key("éQUIPE"));
        assert_eq!(name_key("E\u{301}quipe"), name_key("équipe"));
        assert_eq!(name_key("Straße"), name_key("STRASSE"));
        assert_eq!(name_key("ｶﾞｲﾄﾞ"), name_key("ガイド"));
        assert_ne!(name_key("deploy-1"), name_key("deploy-2"));
        assert_eq!(name_key(" \tＡＢ-Z "), name_key("ab-z"));
    }

    #[test]
    fn blank_long_and_control_character_names_are_refused() {
        assert_eq!(check_name(""), Err(Rule::Empty));
        assert_eq!(check_name(" \u{3000}\t"), Err(Rule::Empty));
        assert_eq!(
            check_name(&"x".repeat(1_000)),
            Err(Rule::TooLong {
                max: NAME_MAX,
                count: 1_000
            })
        );
        assert_eq!(
            check_name("a\u{1b}[31m"),
            Err(Rule::ControlCharacter { position: 2 })
        );
        assert_eq!(
            check_name("a\nb"),
            Err(Rule::ControlCharacter { position: 2 })
        );
        assert_eq!(check_name("  backup  "), Ok("backup".to_owned()));
    }

    #[test]
    fn direction_overrides_and_zero_width_characters_are_refused_but_hebrew_is_not() {
        assert_eq!(
            check_name("ab\u{202e}c"),
            Err(Rule::InvisibleCharacter {
                position: 3,
                code: 0x202e
            })
        );
        assert_eq!(
            check_name("ab\u{200b}"),
            Err(Rule::InvisibleCharacter {
                position: 3,
                code: 0x200b
            })
        );
        assert_eq!(check_name("גיבוי"), Ok("גיבוי".to_owned()));
    }

    #[test]
    fn a_secret_is_refused_as_a_name() {
        let secret = format!("42:{}=", "A".repeat(43));
        assert_eq!(
            check_name(&format!("my {secret}")),
            Err(Rule::LooksLikeSecret)
        );
        assert_eq!(check_description(&secret), Err(Rule::LooksLikeSecret));
    }

    #[test]
    fn a_description_keeps_its_lines() {
        assert_eq!(
            check_description("one\r\ntwo\r\n"),
            Ok("one\ntwo".to_owned())
        );
        assert_eq!(
            check_description("a\tb"),
            Err(Rule::ControlCharacter { position: 2 })
        );
    }
}
