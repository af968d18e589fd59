//! What a person may set, with the defaults, and where each setting in force comes from.

use std::collections::BTreeMap;
use std::path::PathBuf;

use chrono_tz::Tz;

use crate::domain::clipboard::ClipboardSetting;
use crate::domain::locale::Locale;
use crate::domain::setting::{Complaint, KeySetting};
use crate::domain::state::Warning;

/// The settings in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    pub theme: ThemeName,
    pub borders: Borders,
    /// Whether the mouse is used.
    pub mouse: bool,
    pub clipboard: ClipboardSetting,
    /// Secrets are hidden until somebody asks to see them.
    pub secret_hidden: bool,
    /// After so many minutes without a key the user is signed out; never with 0.
    pub idle_minutes: u32,
    /// The zone in which times are shown, where the user has none of their own.
    pub zone: Tz,
    /// The language, where the user has none of their own.
    pub language: Locale,
    /// How early one is warned of an expiry.
    pub warning: Warning,
    /// What the config file has of keys, in the order of its lines; the table of keys says which of it counts.
    pub keys: Vec<KeySetting>,
    /// Where those come from that are not the default, by name.
    pub origins: BTreeMap<&'static str, Origin>,
    /// The config file, whether or not there is one; nothing without a home directory.
    pub file: Option<PathBuf>,
    /// What is wrong with it, but for its keys, in the order of its lines.
    pub complaints: Vec<Complaint>,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            theme: ThemeName::Default,
            borders: Borders::Unicode,
            mouse: true,
            clipboard: ClipboardSetting::Auto,
            secret_hidden: false,
            idle_minutes: 15,
            zone: Tz::UTC,
            language: Locale::EnUs,
            warning: Warning::default(),
            keys: Vec::new(),
            origins: BTreeMap::new(),
            file: None,
            complaints: Vec::new(),
        }
    }
}

/// The word for a setting that goes by the environment, as all do that have it unless they are set.
pub const AUTO: &str = "auto";

/// The table of the config file that the setting is in which is about secrets; a setting's name in two pieces.
pub const SECRET: &str = "secret";
const SECRET_HIDDEN: &str = concat!("secret", ".hidden");

/// One setting with its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value {
    Theme(ThemeName),
    Borders(Borders),
    Mouse(bool),
    Clipboard(ClipboardSetting),
    SecretHidden(bool),
    IdleMinutes(u32),
    Zone(Tz),
    Language(Locale),
    WarningDays(u16),
}

impl Value {
    /// The setting's name, as the config file has it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Value::Theme(_) => "theme",
            Value::Borders(_) => "borders",
            Value::Mouse(_) => "mouse",
            Value::Clipboard(_) => "clipboard",
            Value::SecretHidden(_) => SECRET_HIDDEN,
            Value::IdleMinutes(_) => "idle_minutes",
            Value::Zone(_) => "zone",
            Value::Language(_) => "language",
            Value::WarningDays(_) => "warning_days",
        }
    }

    /// The value as the config file has it.
    #[must_use]
    pub fn written(self) -> String {
        let word = match self {
            Value::Mouse(flag) | Value::SecretHidden(flag) => return flag.to_string(),
            Value::IdleMinutes(minutes) => return minutes.to_string(),
            Value::WarningDays(days) => return days.to_string(),
            Value::Theme(theme) => theme.word(),
            Value::Borders(borders) => borders.word(),
            Value::Clipboard(clipboard) => clipboard.word(),
            Value::Zone(zone) => zone.name(),
            Value::Language(language) => language.tag(),
        };
        format!("\"{word}\"")
    }

    /// The same for one that is not set.
    #[must_use]
    pub fn written_unset(self) -> String {
        match self {
            Value::Borders(_) | Value::Zone(_) | Value::Language(_) => format!("\"{AUTO}\""),
            other => other.written(),
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
    /// This line of the config file, counted from 1.
    File(usize),
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
            Value::Mouse(mouse) => self.mouse = mouse,
            Value::Clipboard(clipboard) => self.clipboard = clipboard,
            Value::SecretHidden(hidden) => self.secret_hidden = hidden,
            Value::IdleMinutes(minutes) => self.idle_minutes = minutes,
            Value::Zone(zone) => self.zone = zone,
            Value::Language(language) => self.language = language,
            Value::WarningDays(days) => self.warning = Warning { days },
        }
        self.origins.insert(value.name(), origin);
    }

    /// All settings but the keys, in the order in which they are shown.
    #[must_use]
    pub fn values(&self) -> [Value; 9] {
        [
            Value::Theme(self.theme),
            Value::Borders(self.borders),
            Value::Mouse(self.mouse),
            Value::Clipboard(self.clipboard),
            Value::SecretHidden(self.secret_hidden),
            Value::IdleMinutes(self.idle_minutes),
            Value::Zone(self.zone),
            Value::Language(self.language),
            Value::WarningDays(self.warning.days),
        ]
    }

    /// Where a setting comes from.
    #[must_use]
    pub fn origin(&self, value: Value) -> Origin {
        self.origins.get(value.name()).copied().unwrap_or_default()
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

impl Borders {
    pub const ALL: [Borders; 2] = [Borders::Unicode, Borders::Ascii];

    /// The name as it is written.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Borders::Unicode => "unicode",
            Borders::Ascii => "ascii",
        }
    }
}
