//! What the environment says of settings: variables that POSIX, SSH and terminals know, and what follows from them.

use crate::config::values::{Borders, Colours, Origin};
use crate::domain::locale::Locale;
use crate::domain::tz::Tz;
use crate::domain::zone;

/// What the environment and the machine say.
pub(super) struct Environment<'a> {
    /// The text that a variable is set to.
    pub(super) text: &'a dyn Fn(&'static str) -> Option<String>,
    /// The IANA name of the machine's zone.
    pub(super) zone: Option<&'a str>,
}

impl Environment<'_> {
    /// The first of these variables that is set, by POSIX the one that counts for its part of the locale. SSH forwards
    /// them.
    fn locale(&self, part: &'static str) -> Option<(&'static str, String)> {
        let mut names = ["LC_ALL", part, "LANG"].into_iter();
        names.find_map(|name| Some((name, (self.text)(name)?)))
    }

    /// The borders for the locale's characters.
    pub(super) fn borders(&self) -> (Borders, Origin) {
        // Where nothing is set, that is the locale C.
        let (name, value) = self.locale("LC_CTYPE").unwrap_or(("LANG", String::new()));
        let borders = if is_utf8(&value) {
            Borders::Unicode
        } else {
            Borders::Ascii
        };
        (borders, Origin::Environment(name))
    }

    /// The language of the locale, if it is one of ours.
    pub(super) fn language(&self) -> Option<(Locale, Origin)> {
        let (name, value) = self.locale("LC_MESSAGES")?;
        let language = language_of(&value)?;
        // What is written is UTF-8, and only English looks the same in other encodings.
        let is_shown = language == Locale::EnUs || self.borders().0 == Borders::Unicode;
        is_shown.then_some((language, Origin::Environment(name)))
    }

    /// The zone that `TZ` names, or else the machine's.
    pub(super) fn zone(&self) -> Option<(Tz, Origin)> {
        let by_variable = || {
            let zone = zone_of(&(self.text)("TZ")?)?;
            Some((zone, Origin::Environment("TZ")))
        };
        by_variable().or_else(|| Some((zone_of(self.zone?)?, Origin::Machine)))
    }

    /// How many colours the terminal says that it has.
    pub(super) fn colours(&self) -> (Colours, Origin) {
        let said = (self.text)("COLORTERM").unwrap_or_default();
        // What terminals agreed on: github.com/termstandard/colors.
        if matches!(&*said, "truecolor" | "24bit") {
            return (Colours::True, Origin::Environment("COLORTERM"));
        }
        let term = (self.text)("TERM").unwrap_or_default();
        (colours_of(&term), Origin::Environment("TERM"))
    }

    /// The variable that rules colours out.
    pub(super) fn colourless(&self) -> Option<&'static str> {
        // By no-color.org.
        if (self.text)("NO_COLOR").is_some() {
            return Some("NO_COLOR");
        }
        let has_colour = (self.text)("TERM").is_some_and(|term| has_colour(&term));
        (!has_colour).then_some("TERM")
    }
}

/// Whether a locale names UTF-8 as its encoding: `en_US.UTF-8`, `C.utf8`, and `UTF-8` alone, as macOS sends it.
fn is_utf8(name: &str) -> bool {
    let name = name.split('@').next().unwrap_or_default();
    let encoding = name.rsplit('.').next().unwrap_or_default();
    encoding.replace('-', "").eq_ignore_ascii_case("utf8")
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

/// How many colours a terminal of this type has, by its name alone, which SSH forwards.
fn colours_of(term: &str) -> Colours {
    /// Terminals with names of their own that have never had fewer.
    const TRUE: [&str; 6] = [
        "alacritty",
        "contour",
        "foot",
        "wezterm",
        "xterm-ghostty",
        "xterm-kitty",
    ];
    // By terminfo's names for those that are told colours by their red, green and blue.
    if term.contains("-direct") || TRUE.contains(&term) {
        return Colours::True;
    }
    if term.contains("256color") {
        Colours::Indexed
    } else {
        Colours::Ansi
    }
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
fn zone_of(name: &str) -> Option<Tz> {
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
            let environment = Environment {
                text: &text,
                zone: None,
            };
            environment.language().map(|(language, _)| language)
        };
        let japanese = Some(Locale::JaJp);
        let messages = ("LC_MESSAGES", "ja_JP.UTF-8");
        assert_eq!(spoken(&[("LANG", "ja_JP.UTF-8")]), japanese);
        assert_eq!(spoken(&[("LANG", "en_US.UTF-8"), messages]), japanese);
        assert_eq!(spoken(&[("LC_CTYPE", "UTF-8"), messages]), japanese);
        for other in ["C", "POSIX", "ja_JP", "ja_JP.eucJP", "ja_JP.SJIS"] {
            assert_eq!(spoken(&[("LANG", other)]), None, "{other}");
            assert_eq!(spoken(&[("LANG", other), messages]), None, "{other}");
        }
        let english = Some(Locale::EnUs);
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
    fn how_many_colours_a_terminal_has_is_what_it_says_by_colorterm_or_its_name() {
        let colours = |variable: &'static str, value: &str| {
            let text = |name| (name == variable).then(|| value.to_owned());
            let environment = Environment {
                text: &text,
                zone: None,
            };
            environment.colours().0
        };
        for said in ["truecolor", "24bit"] {
            assert_eq!(colours("COLORTERM", said), Colours::True, "{said}");
        }
        assert_eq!(colours("COLORTERM", "yes"), Colours::Ansi);
        for (term, expected) in [
            ("xterm-direct", Colours::True),
            ("xterm-kitty", Colours::True),
            ("xterm-256color", Colours::Indexed),
            ("screen.xterm-256color", Colours::Indexed),
            ("xterm", Colours::Ansi),
            ("linux", Colours::Ansi),
            ("", Colours::Ansi),
        ] {
            assert_eq!(colours("TERM", term), expected, "{term}");
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
