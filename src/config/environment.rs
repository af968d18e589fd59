//! What the environment says of settings: variables that POSIX, SSH and terminals know, and what follows from them.

use chrono_tz::Tz;

use crate::config::settings::{Borders, Value};
use crate::domain::locale::Locale;
use crate::domain::zone;

/// The environment: the text that a variable is set to.
pub(super) type Variables<'a> = &'a dyn Fn(&'static str) -> Option<String>;

/// The first of these variables that is set, by POSIX the one that counts for its part of the locale. SSH forwards
/// them.
fn locale(text: Variables, part: &'static str) -> Option<(&'static str, String)> {
    let mut names = ["LC_ALL", part, "LANG"].into_iter();
    names.find_map(|name| Some((name, text(name)?)))
}

/// The borders for the locale's characters, and the variable that says so.
pub(super) fn borders(text: Variables) -> (Borders, &'static str) {
    match locale(text, "LC_CTYPE") {
        Some((name, value)) if is_utf8(&value) => (Borders::Unicode, name),
        Some((name, _)) => (Borders::Ascii, name),
        // That is the locale C.
        None => (Borders::Ascii, "LANG"),
    }
}

/// Whether a locale names UTF-8 as its encoding: `en_US.UTF-8`, `C.utf8`, and `UTF-8` alone, as macOS sends it.
fn is_utf8(name: &str) -> bool {
    let name = name.split('@').next().unwrap_or_default();
    let encoding = name.rsplit('.').next().unwrap_or_default();
    encoding.replace('-', "").eq_ignore_ascii_case("utf8")
}

/// What the environment sets, and which variable does.
pub(super) fn said(text: Variables) -> Vec<(Value, &'static str)> {
    let zone = text("TZ").and_then(|name| self::zone(&name));
    let language = locale(text, "LC_MESSAGES");
    let language = language.and_then(|(name, value)| Some((name, language_of(&value)?)));
    // What is written is UTF-8, and only English looks the same in other encodings.
    let shown = |locale| locale == Locale::EnUs || borders(text).0 == Borders::Unicode;
    let language = language.filter(|(_, language)| shown(*language));
    [
        zone.map(|zone| (Value::Zone(zone), "TZ")),
        language.map(|(name, language)| (Value::Language(language), name)),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The variable that rules colours out.
pub(super) fn colourless(text: Variables) -> Option<&'static str> {
    match (text("NO_COLOR"), text("TERM")) {
        // By no-color.org.
        (Some(_), _) => Some("NO_COLOR"),
        (None, term) => (!term.is_some_and(|term| has_colour(&term))).then_some("TERM"),
    }
}

/// Whether a terminal of this type has colours, by its name alone. Makers' terminals of the years before colour have
/// none, nor have variants for screens without (`-m`, by term(7)). All others do.
fn has_colour(term: &str) -> bool {
    const WITHOUT: [&str; 10] = [
        "adm", "dumb", "h19", "hp", "network", "regent", "tvi", "unknown", "vt", "wy",
    ];
    let mut parts = term.split('-');
    let family = parts.next().unwrap_or_default();
    // The one vt that has them.
    if term.contains("color") || family == "vt525" {
        return true;
    }
    let without = parts.any(|variant| matches!(variant, "m" | "mono"));
    !without && !WITHOUT.iter().any(|name| family.starts_with(name))
}

/// Whether a terminal of this type is one that tmux or screen make, by its name: `tmux-256color`, `screen`,
/// `screen.xterm-256color`.
pub(super) fn is_inner(term: &str) -> bool {
    matches!(term.split(['-', '.']).next(), Some("tmux" | "screen"))
}

/// Whether a terminal of this type can move its cursor: these are terminfo's names for one that cannot.
pub(super) fn can_draw(term: &str) -> bool {
    !matches!(term, "dumb" | "unknown")
}

/// The zone of an IANA name, also as POSIX writes it in TZ: with a colon before it.
pub(super) fn zone(name: &str) -> Option<Tz> {
    zone::by_name(name.strip_prefix(':').unwrap_or(name))
}

/// The language of a POSIX locale, if it is one of ours: `ja`, `ja_JP`, `ja_JP.UTF-8` are Japanese.
fn language_of(name: &str) -> Option<Locale> {
    let language = name.split(['_', '.', '@']).next().unwrap_or_default();
    let is = |known: &str| language.eq_ignore_ascii_case(known);
    if is("ja") {
        return Some(Locale::JaJp);
    }
    is("en").then_some(Locale::EnUs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_locale_is_japanese_when_its_language_is() {
        for name in [
            "ja",
            "ja_JP",
            "ja_JP.UTF-8",
            "ja_JP.utf8",
            "ja.UTF-8",
            "ja_JP@x",
        ] {
            assert_eq!(language_of(name), Some(Locale::JaJp), "{name}");
        }
        for name in ["", "C", "C.UTF-8", "POSIX", "de_DE", "jam_JM"] {
            assert_eq!(language_of(name), None, "{name}");
        }
        for name in ["en", "en_GB.UTF-8", "en_US.ISO8859-1"] {
            assert_eq!(language_of(name), Some(Locale::EnUs), "{name}");
        }
    }

    #[test]
    fn japanese_is_spoken_only_where_utf_8_can_be_shown() {
        let spoken = |variables: &[(&str, &str)]| {
            let text = |name: &'static str| {
                let mut set = variables.iter();
                set.find_map(|(set, value)| (*set == name).then(|| (*value).to_owned()))
            };
            let mut values = said(&text).into_iter().map(|(value, _)| value);
            values.next_back()
        };
        let japanese = Some(Value::Language(Locale::JaJp));
        let messages = ("LC_MESSAGES", "ja_JP.UTF-8");
        assert_eq!(spoken(&[("LANG", "ja_JP.UTF-8")]), japanese);
        assert_eq!(spoken(&[("LANG", "en_US.UTF-8"), messages]), japanese);
        assert_eq!(spoken(&[("LC_CTYPE", "UTF-8"), messages]), japanese);
        for other in ["C", "POSIX", "ja_JP", "ja_JP.eucJP", "ja_JP.SJIS"] {
            assert_eq!(spoken(&[("LANG", other)]), None, "{other}");
            assert_eq!(spoken(&[("LANG", other), messages]), None, "{other}");
        }
        let english = Some(Value::Language(Locale::EnUs));
        assert_eq!(spoken(&[("LANG", "en_US.ISO8859-1")]), english);
    }

    #[test]
    fn a_terminal_without_colour_is_known_by_its_name() {
        for term in [
            "xterm",
            "xterm-256color",
            "screen.xterm-256color",
            "tmux",
            "linux",
            "ansi",
            "alacritty",
            "st-mouse",
            "hpterm-color",
            "vt525",
        ] {
            assert!(has_colour(term), "{term}");
        }
        for term in [
            "",
            "dumb",
            "unknown",
            "vt52",
            "vt100",
            "vt220-w",
            "wy60",
            "tvi925",
            "linux-m",
            "xterm-mono",
        ] {
            assert!(term.is_empty() || !has_colour(term), "{term}");
        }
    }

    #[test]
    fn a_locale_of_utf_8_is_known_by_its_encoding() {
        for name in ["UTF-8", "C.utf8", "de_DE.utf-8@euro"] {
            assert!(is_utf8(name), "{name}");
        }
        for name in [
            "",
            "ja_JP",
            "ja_JP.eucJP",
            "en_US.ISO8859-15@euro",
            "C.UTF-16",
        ] {
            assert!(!is_utf8(name), "{name}");
        }
    }
}
