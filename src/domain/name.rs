//! Rules for text that people type: what a name may hold, when two names are the same or look so, and their order.

mod alike;
mod order;
pub(in crate::domain) mod visible;

use crate::domain::problem::Rule;
use crate::domain::secret::find_secret_shape;

pub use alike::name_look;
pub use order::{name_sort, text_sort};
pub use visible::{is_invisible, printable};

/// Longest name of a key or role and longest full name, in characters.
pub const NAME_MAX: usize = 100;
/// Longest description, in characters.
pub const DESCRIPTION_MAX: usize = 2_000;
/// Longest reason for a lock, in characters.
pub const REASON_MAX: usize = 200;

/// Checks a name as it was typed; the spaces around it do not count.
///
/// # Errors
/// The first rule that the name breaks.
pub fn check_name(typed: &str) -> Result<String, Rule> {
    let name = typed.trim();
    if name.is_empty() {
        return Err(Rule::Empty);
    }
    check_line(name, NAME_MAX)?;
    Ok(name.to_owned())
}

/// Checks one line that may be left empty, as a full name; the spaces around it do not count.
///
/// # Errors
/// The first rule that the text breaks.
pub fn check_label(typed: &str) -> Result<String, Rule> {
    let text = typed.trim();
    check_line(text, NAME_MAX)?;
    Ok(text.to_owned())
}

/// Checks the reason for a lock, which may be left empty; the spaces around it do not count.
///
/// # Errors
/// The first rule that the reason breaks.
pub fn check_reason(typed: &str) -> Result<String, Rule> {
    let reason = typed.trim();
    check_line(reason, REASON_MAX)?;
    Ok(reason.to_owned())
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

fn check_line(line: &str, max: usize) -> Result<(), Rule> {
    check_text(line, max, false)?;
    visible::check_drawn(line)
}

fn check_text(text: &str, max: usize, lines: bool) -> Result<(), Rule> {
    let count = text.chars().count();
    if count > max {
        return Err(Rule::TooLong { max, count });
    }
    visible::check_nothing_hidden(text, lines)?;
    if find_secret_shape(text).is_some() {
        return Err(Rule::LooksLikeSecret);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn control(position: usize, code: u32) -> Rule {
        Rule::ControlCharacter { position, code }
    }

    #[test]
    fn blank_long_and_control_character_names_are_refused() {
        assert_eq!(check_name(""), Err(Rule::Empty));
        assert_eq!(check_name(" \u{3000}\t"), Err(Rule::Empty));
        let (max, count) = (NAME_MAX, 1_000);
        let long = check_name(&"x".repeat(count));
        assert_eq!(long, Err(Rule::TooLong { max, count }));
        assert_eq!(check_name("a\u{1b}[31m"), Err(control(2, 0x1b)));
        assert_eq!(check_name("a\nb"), Err(control(2, 0x0a)));
        assert_eq!(check_name("  backup  "), Ok("backup".to_owned()));
    }

    #[test]
    fn direction_overrides_and_zero_width_characters_are_refused_but_hebrew_is_not() {
        for (name, code) in [("ab\u{202e}c", 0x202e), ("ab\u{200b}", 0x200b)] {
            let rule = Rule::InvisibleCharacter { position: 3, code };
            assert_eq!(check_name(name), Err(rule), "{name:?}");
        }
        assert_eq!(check_name("גיבוי"), Ok("גיבוי".to_owned()));
    }

    #[test]
    fn a_secret_is_refused_as_a_name() {
        let secret = format!("42:{}=", "A".repeat(43));
        let name = format!("my {secret}");
        assert_eq!(check_name(&name), Err(Rule::LooksLikeSecret));
        assert_eq!(check_description(&secret), Err(Rule::LooksLikeSecret));
    }

    #[test]
    fn a_description_keeps_its_lines() {
        let kept = check_description("one\r\ntwo\r\n");
        assert_eq!(kept, Ok("one\ntwo".to_owned()));
        assert_eq!(check_description("a\tb"), Err(control(2, 0x09)));
    }
}
