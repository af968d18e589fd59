//! What a person may set, with the defaults, and where each setting in force comes from.

use std::collections::BTreeMap;

use chrono_tz::Tz;

use crate::domain::api_key::Locale;
use crate::domain::state::Warning;

/// The settings in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    pub theme: ThemeName,
    pub borders: Borders,
    /// The zone in which times are shown, where the user has none of their own.
    pub zone: Tz,
    /// The language, where the user has none of their own.
    pub language: Locale,
    /// How early one is warned of an expiry.
    pub warning: Warning,
    /// Where those come from that are not the default, by name.
    pub origins: BTreeMap<&'static str, Origin>,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            theme: ThemeName::Default,
            borders: Borders::Unicode,
            zone: Tz::UTC,
            language: Locale::EnUs,
            warning: Warning::default(),
            origins: BTreeMap::new(),
        }
    }
}

/// One setting with its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value {
    Theme(ThemeName),
    Borders(Borders),
    Zone(Tz),
    Language(Locale),
}

impl Value {
    /// The setting's name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Value::Theme(_) => "theme",
            Value::Borders(_) => "borders",
            Value::Zone(_) => "zone",
            Value::Language(_) => "language",
        }
    }
}

/// Where a setting in force comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Origin {
    #[default]
    Default,
    /// How the machine is set up.
    Machine,
    /// An environment variable.
    Environment(&'static str),
    CommandLine,
}

impl Settings {
    /// Sets a value; what was set before does not count any more.
    pub fn set(&mut self, value: Value, origin: Origin) {
        match value {
            Value::Theme(theme) => self.theme = theme,
            Value::Borders(borders) => self.borders = borders,
            Value::Zone(zone) => self.zone = zone,
            Value::Language(language) => self.language = language,
        }
        self.origins.insert(value.name(), origin);
    }
}

/// The themes, each a file in `assets/themes`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ThemeName {
    Default,
    Light,
    HighContrast,
    Mono,
}

impl ThemeName {
    pub const ALL: [ThemeName; 4] = [
        ThemeName::Default,
        ThemeName::Light,
        ThemeName::HighContrast,
        ThemeName::Mono,
    ];

    /// The theme of this name.
    #[must_use]
    pub fn named(word: &str) -> Option<ThemeName> {
        ThemeName::ALL.into_iter().find(|name| name.word() == word)
    }

    /// The name as it is written.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            ThemeName::Default => "default",
            ThemeName::Light => "light",
            ThemeName::HighContrast => "high-contrast",
            ThemeName::Mono => "mono",
        }
    }
}

/// What boxes, lines and marks are drawn with, and quotation marks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Borders {
    Unicode,
    /// For terminals that do not show UTF-8.
    Ascii,
}
