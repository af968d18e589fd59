//! Which characters of a text can be seen where they stand. Names that hide something, or show nothing, are refused.
//!
//! Joiners and variation selectors have no shape of their own, but Persian, the scripts of India, Japanese and emoji
//! cannot be written without them: they are allowed where they change what is seen (UAX #31 2.3, RFC 5892 A.1 and
//! A.2, UTS #51), and nowhere else.

use unicode_joining_type::{JoiningType, get_joining_type};
use unicode_normalization::char::canonical_combining_class;
use unicode_properties::{
    EmojiStatus, GeneralCategory, GeneralCategoryGroup, UnicodeEmoji, UnicodeGeneralCategory,
};

use crate::domain::problem::Rule;

/// Canonical combining class of the signs that take the vowel of a letter of India away (UAX #44).
const VIRAMA: u8 = 9;

/// Whether a character has no shape of its own or changes the order of those around it: format characters (Unicode
/// category Cf), fillers and blanks that are no spaces, and line or paragraph separators. `is_seen` tells where one
/// is allowed.
#[must_use]
pub fn is_invisible(c: char) -> bool {
    matches!(u32::from(c),
        0x00AD | 0x034F | 0x0600..=0x0605 | 0x061C | 0x06DD | 0x070F | 0x0890..=0x0891 | 0x08E2
        | 0x115F..=0x1160 | 0x17B4..=0x17B5 | 0x180B..=0x180F | 0x200B..=0x200F | 0x2028..=0x202E
        | 0x2060..=0x206F | 0x2800 | 0x3164 | 0xFE00..=0xFE0F | 0xFEFF | 0xFFA0 | 0xFFF0..=0xFFFC
        | 0x110BD | 0x110CD | 0x13430..=0x13442 | 0x16FE4 | 0x1BCA0..=0x1BCA3 | 0x1D159
        | 0x1D173..=0x1D17A | 0xE0000..=0xE0FFF)
}

/// A text without what steers a terminal or cannot be seen; U+FFFD stands in its place.
#[must_use]
pub fn printable(text: &str) -> String {
    // Most texts are plain ASCII, and that is soon seen.
    let is_plain = || text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    if is_plain() || !text.chars().any(|c| c.is_control() || is_invisible(c)) {
        return text.to_owned();
    }
    let chars: Vec<char> = text.chars().collect();
    let shown = chars.iter().enumerate().map(|(at, c)| {
        if c.is_control() || !is_seen(&chars, at) {
            '\u{FFFD}'
        } else {
            *c
        }
    });
    shown.collect()
}

/// The first rule that a text breaks by what it hides; `lines` allows line ends.
pub(super) fn check_nothing_hidden(text: &str, lines: bool) -> Result<(), Rule> {
    let chars: Vec<char> = text.chars().collect();
    for (at, c) in chars.iter().enumerate() {
        let (position, code) = (at + 1, u32::from(*c));
        if c.is_control() && !(lines && *c == '\n') {
            return Err(Rule::ControlCharacter { position, code });
        }
        if !is_seen(&chars, at) {
            return Err(Rule::InvisibleCharacter { position, code });
        }
    }
    Ok(())
}

/// The first rule that a name breaks beside [`check_nothing_hidden`]: characters for which no font has a shape, and
/// marks that stand on nothing.
pub(super) fn check_drawn(name: &str) -> Result<(), Rule> {
    let mut before = None;
    for (at, c) in name.chars().enumerate() {
        let (position, code) = (at + 1, u32::from(c));
        match c.general_category() {
            GeneralCategory::Unassigned | GeneralCategory::PrivateUse => {
                return Err(Rule::UnknownCharacter { position, code });
            }
            _ if is_mark(c) && before.is_none_or(char::is_whitespace) => {
                return Err(Rule::LoneMark { position, code });
            }
            _ => before = Some(c),
        }
    }
    Ok(())
}

fn is_mark(c: char) -> bool {
    c.general_category_group() == GeneralCategoryGroup::Mark
}

/// Whether the character at this place has a shape, or changes that of those beside it.
fn is_seen(chars: &[char], at: usize) -> bool {
    let c = chars[at];
    if !is_invisible(c) {
        return true;
    }
    let Some(before) = at.checked_sub(1).map(|before| chars[before]) else {
        return false;
    };
    let after_virama = || canonical_combining_class(before) == VIRAMA;
    match c {
        '\u{200C}' => after_virama() || parts_joined_letters(chars, at),
        '\u{200D}' => after_virama() || joins_emoji(chars, at),
        // Text or emoji presentation; a digit has one only as a keycap.
        '\u{FE0E}' | '\u{FE0F}' => {
            let keycap = || chars.get(at + 1) == Some(&'\u{20E3}');
            before.is_emoji_char() && (!before.is_ascii() || keycap())
        }
        // Forms of one ideograph: standardized, and of the Ideographic Variation Database (UTS #37).
        '\u{FE00}'..='\u{FE02}' | '\u{E0100}'..='\u{E01EF}' => is_ideograph(before),
        // Forms of one Mongolian letter.
        '\u{180B}'..='\u{180D}' | '\u{180F}' => matches!(before, '\u{1820}'..='\u{18AA}'),
        _ => false,
    }
}

/// Whether letters on both sides would be joined without what is between them (RFC 5892 A.1).
fn parts_joined_letters(chars: &[char], at: usize) -> bool {
    let kind = |c: &char| get_joining_type(*c);
    let joins = |kind: &JoiningType| *kind != JoiningType::Transparent;
    let left = chars[..at].iter().rev().map(kind).find(joins);
    let right = chars[at + 1..].iter().map(kind).find(joins);
    matches!(
        left,
        Some(JoiningType::LeftJoining | JoiningType::DualJoining)
    ) && matches!(
        right,
        Some(JoiningType::RightJoining | JoiningType::DualJoining)
    )
}

/// Whether pictures on both sides become one (UTS #51, ED-16).
fn joins_emoji(chars: &[char], at: usize) -> bool {
    let belongs = |c: &&char| **c == '\u{FE0F}' || is_skin_tone(**c);
    let mut before = chars[..at].iter().rev().skip_while(belongs);
    let pictures = [before.next(), chars.get(at + 1)];
    pictures.iter().all(|c| c.is_some_and(|c| is_picture(*c)))
}

fn is_picture(c: char) -> bool {
    matches!(
        c.emoji_status(),
        EmojiStatus::EmojiPresentation
            | EmojiStatus::EmojiModifierBase
            | EmojiStatus::EmojiPresentationAndModifierBase
            | EmojiStatus::EmojiOther
    )
}

fn is_skin_tone(c: char) -> bool {
    matches!(c, '\u{1F3FB}'..='\u{1F3FF}')
}

fn is_ideograph(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}'
        | '\u{20000}'..='\u{3FFFD}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::name::{check_description, check_name};

    fn code_at(text: &str, position: usize) -> u32 {
        let character = text.chars().nth(position - 1);
        u32::from(character.expect("a character"))
    }

    #[test]
    fn joiners_that_a_script_or_an_emoji_needs_are_allowed() {
        for name in [
            "می\u{200C}خواهم",
            "نامه\u{200C}ها",
            "क\u{94D}\u{200D}ष",
            "ශ\u{DCA}\u{200D}රී ලංකා",
            "\u{1F468}\u{200D}\u{1F469}\u{200D}\u{1F467}",
            "\u{1F9D1}\u{1F3FD}\u{200D}\u{1F4BB} laptops",
            "\u{1F3F3}\u{FE0F}\u{200D}\u{1F308}",
            "\u{2764}\u{FE0F}",
            "1\u{FE0F}\u{20E3} first",
            "葛\u{E0100}城",
            "\u{1F1EF}\u{1F1F5} Tokyo",
        ] {
            assert_eq!(check_name(name), Ok(name.to_owned()), "{name:?}");
            assert_eq!(printable(name), name);
        }
    }

    #[test]
    fn what_hides_in_a_name_is_refused_with_its_place_and_code() {
        for (name, position) in [
            // Joiners that join nothing.
            ("prod\u{200D}", 5),
            ("\u{200C}prod", 1),
            ("pr\u{200C}od", 3),
            ("ا\u{200C}ب", 2),
            ("prod\u{200D}\u{1F4BB}", 5),
            ("\u{1F4BB}\u{200D}", 2),
            // Selectors that select nothing.
            ("prod\u{FE0F}", 5),
            ("1\u{FE0F}", 2),
            ("\u{FE0F}", 1),
            ("a\u{E0100}", 2),
            ("葛\u{E0100}\u{E0101}", 3),
            ("a\u{180B}", 2),
            // Blanks and fillers, tags, controls of direction.
            ("\u{2800}", 1),
            ("a\u{3164}", 2),
            ("\u{115F}", 1),
            ("\u{1160}", 1),
            ("\u{FFA0}", 1),
            ("a\u{34F}", 2),
            ("\u{1D159}", 1),
            ("\u{FFFC}", 1),
            ("\u{1F3F4}\u{E0067}", 2),
            ("a\u{202E}b", 2),
            ("a\u{2066}b", 2),
            ("a\u{AD}b", 2),
        ] {
            let code = code_at(name, position);
            let rule = Rule::InvisibleCharacter { position, code };
            assert_eq!(check_name(name), Err(rule.clone()), "{name:?}");
            assert_eq!(check_description(name), Err(rule), "{name:?}");
            assert!(printable(name).contains('\u{FFFD}'), "{name:?}");
        }
    }

    #[test]
    fn a_mark_on_nothing_is_refused_and_one_on_a_letter_is_not() {
        for (name, position) in [
            ("\u{301}", 1),
            ("a \u{301}", 3),
            ("\u{20E3}", 1),
            ("\u{3099}x", 1),
        ] {
            let code = code_at(name, position);
            let rule = Rule::LoneMark { position, code };
            assert_eq!(check_name(name), Err(rule), "{name:?}");
        }
        for name in ["e\u{301}", "か\u{3099}", "กำ", "שָׁלוֹם"] {
            assert!(check_name(name).is_ok(), "{name:?}");
        }
    }

    #[test]
    fn characters_that_unicode_does_not_know_are_no_name() {
        for c in [
            '\u{378}',
            '\u{E000}',
            '\u{FFFE}',
            '\u{F0000}',
            '\u{10FFFF}',
            '\u{FDD0}',
        ] {
            let (position, code) = (2, u32::from(c));
            let rule = Rule::UnknownCharacter { position, code };
            assert_eq!(check_name(&format!("a{c}")), Err(rule), "{c:?}");
        }
    }

    #[test]
    fn a_description_refuses_only_what_hides() {
        for text in [
            "\u{301}",
            "a\n\u{301}",
            "\u{E000}",
            "می\u{200C}خواهم",
            "1.\n\u{1F468}\u{200D}\u{1F469}",
        ] {
            assert_eq!(check_description(text), Ok(text.to_owned()), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn an_accepted_name_shows_every_character(name in "\\PC{1,12}") {
            if let Ok(name) = check_name(&name) {
                prop_assert_eq!(printable(&name), name.clone());
                let first = name.chars().next().expect("not empty");
                prop_assert!(!first.is_whitespace() && !is_mark(first));
            }
        }
    }
}
