//! What a person may set: one table of the settings, with their defaults and where each in force comes from.

use std::collections::BTreeMap;
use std::path::PathBuf;

use toml::Value;
use toml::de::DeValue;

use crate::config::complaint::{Complaint, Expected, Why};
use crate::config::environment::Environment;
use crate::domain::clipboard::ClipboardSetting;
use crate::domain::locale::Locale;
use crate::domain::state::Warning;
use crate::domain::tz::Tz;
use crate::domain::user::Actor;
use crate::domain::zone;

pub use crate::config::values::{Borders, Colours, Origin, ThemeName, ThemeSetting};

/// The settings in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    pub theme: ThemeSetting,
    /// What the theme's file holds, where it is a file and was read.
    pub theme_file: Result<String, Why>,
    pub colours: Colours,
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
    /// Where those settings come from that are not the default, by name.
    pub origins: BTreeMap<&'static str, Origin>,
    /// The config file, whether or not there is one; nothing without a home directory.
    pub file: Option<PathBuf>,
    /// What is wrong with the config file, but for its keys, in the order of its lines.
    pub complaints: Vec<Complaint>,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            theme: ThemeName::Default.into(),
            theme_file: Ok(String::new()),
            colours: Colours::True,
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

/// The keys that the config file gives an action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeySetting {
    /// The action's name.
    pub action: String,
    /// Names of keys, at least one.
    pub keys: Vec<String>,
    /// Counted from 1.
    pub line: usize,
}

/// A line of the table of settings.
pub struct Setting {
    /// The setting's name in the config file; a dot in it divides a table of the file from a name in that table.
    pub name: &'static str,
    /// The name of the sentence that explains the setting.
    pub help: &'static str,
    /// Takes over the value that the config file has.
    read: fn(&mut Settings, &DeValue<'_>) -> Result<(), Expected>,
    /// The value in force, as the config file would have it.
    written: fn(&Settings) -> String,
    /// Takes over what the environment says, and tells which part of it did. Where there is this, the config file can
    /// say `auto`.
    by_environment: Option<fn(&mut Settings, &Environment<'_>) -> Option<Origin>>,
}

/// Every setting but the keys, in the order in which they are shown.
pub static SETTINGS: &[Setting] = &[
    Setting {
        name: THEME,
        help: "setting.theme",
        read: |s, value| {
            let theme = value.as_str().and_then(ThemeSetting::parse);
            theme.map(|it| s.theme = it).ok_or(Expected::Theme)
        },
        written: |s| Value::String(s.theme.written()).to_string(),
        by_environment: None,
    },
    Setting {
        name: "colours",
        help: "setting.colours",
        read: |s, value| one_of(&Colours::ALL, Colours::word, value).map(|it| s.colours = it),
        written: |s| quoted(s.colours.word()),
        by_environment: Some(|s, environment| put(&mut s.colours, Some(environment.colours()))),
    },
    Setting {
        name: "borders",
        help: "setting.borders",
        read: |s, value| one_of(&Borders::ALL, Borders::word, value).map(|it| s.borders = it),
        written: |s| quoted(s.borders.word()),
        by_environment: Some(|s, environment| put(&mut s.borders, Some(environment.borders()))),
    },
    Setting {
        name: "mouse",
        help: "setting.mouse",
        read: |s, value| flag(value).map(|it| s.mouse = it),
        written: |s| s.mouse.to_string(),
        by_environment: None,
    },
    Setting {
        name: "clipboard",
        help: "setting.clipboard",
        read: |s, value| {
            one_of(&ClipboardSetting::ALL, ClipboardSetting::word, value).map(|it| s.clipboard = it)
        },
        written: |s| quoted(s.clipboard.word()),
        by_environment: None,
    },
    Setting {
        name: "secret.hidden",
        help: "setting.secret_hidden",
        read: |s, value| flag(value).map(|it| s.secret_hidden = it),
        written: |s| s.secret_hidden.to_string(),
        by_environment: None,
    },
    Setting {
        name: "idle_minutes",
        help: "setting.idle_minutes",
        // A day at the most.
        read: |s, value| up_to(24 * 60, value).map(|it| s.idle_minutes = it),
        written: |s| s.idle_minutes.to_string(),
        by_environment: None,
    },
    Setting {
        name: "zone",
        help: "setting.zone",
        read: |s, value| {
            let zone = value.as_str().and_then(zone::by_name);
            zone.map(|it| s.zone = it).ok_or(Expected::Zone)
        },
        written: |s| quoted(s.zone.name()),
        by_environment: Some(|s, environment| put(&mut s.zone, environment.zone())),
    },
    Setting {
        name: "language",
        help: "setting.language",
        read: |s, value| one_of(&Locale::ALL, Locale::tag, value).map(|it| s.language = it),
        written: |s| quoted(s.language.tag()),
        by_environment: Some(|s, environment| put(&mut s.language, environment.language())),
    },
    Setting {
        name: "warning_days",
        help: "setting.warning_days",
        // A year at the most.
        read: |s, value| up_to(365, value).map(|days| s.warning = Warning { days }),
        written: |s| s.warning.days.to_string(),
        by_environment: None,
    },
];

const THEME: &str = "theme";
/// The word in the config file for a setting that goes by the environment.
const AUTO: &str = "auto";

impl Setting {
    /// The value in force, as the config file would have it.
    #[must_use]
    pub fn written(&self, settings: &Settings) -> String {
        (self.written)(settings)
    }

    /// The value of a setting that is not set, as the config file would have it.
    #[must_use]
    pub fn written_unset(&self) -> String {
        match self.by_environment {
            Some(_) => quoted(AUTO),
            None => self.written(&Settings::default()),
        }
    }

    /// Takes over the value that a line of the config file has.
    ///
    /// # Errors
    ///
    /// What the setting takes, where that is no such value.
    pub(super) fn read(
        &self,
        settings: &mut Settings,
        value: &DeValue<'_>,
        line: usize,
    ) -> Result<(), Expected> {
        let auto = self.by_environment.map(|_| AUTO);
        if auto.is_some() && value.as_str() == auto {
            return Ok(());
        }
        (self.read)(settings, value).map_err(|expected| match expected {
            Expected::OneOf(words) => Expected::OneOf(auto.into_iter().chain(words).collect()),
            other => other,
        })?;
        settings.origins.insert(self.name, Origin::File(line));
        Ok(())
    }
}

impl Settings {
    /// The settings where there is no config file.
    pub(super) fn without_file(environment: &Environment<'_>) -> Settings {
        let mut settings = Settings::default();
        for setting in SETTINGS {
            let take = setting.by_environment;
            if let Some(origin) = take.and_then(|take| take(&mut settings, environment)) {
                settings.origins.insert(setting.name, origin);
            }
        }
        settings
    }

    /// Puts another theme in force than the one that was set.
    pub fn override_theme(&mut self, theme: impl Into<ThemeSetting>, origin: Origin) {
        self.theme = theme.into();
        self.origins.insert(THEME, origin);
    }

    /// The language in which a user is spoken to: their own, or else the one that is set.
    #[must_use]
    pub fn language_for(&self, user: &Actor) -> Locale {
        user.locale.unwrap_or(self.language)
    }

    /// The zone in which times are shown to a user: their own, or else the one that is set.
    #[must_use]
    pub fn zone_for(&self, user: &Actor) -> Tz {
        user.zone.unwrap_or(self.zone)
    }

    /// Where a setting comes from.
    #[must_use]
    pub fn origin(&self, setting: &Setting) -> Origin {
        self.origins.get(setting.name).copied().unwrap_or_default()
    }

    /// All values as the config file would have them.
    #[cfg(test)]
    pub(super) fn values(&self) -> Vec<String> {
        let all = SETTINGS.iter().map(|setting| setting.written(self));
        all.collect()
    }
}

fn put<T>(field: &mut T, found: Option<(T, Origin)>) -> Option<Origin> {
    let (value, origin) = found?;
    *field = value;
    Some(origin)
}

fn quoted(word: &str) -> String {
    format!("\"{word}\"")
}

fn flag(value: &DeValue<'_>) -> Result<bool, Expected> {
    value.as_bool().ok_or(Expected::Flag)
}

fn up_to<N: TryFrom<u32>>(most: u32, value: &DeValue<'_>) -> Result<N, Expected> {
    value
        .as_integer()
        .and_then(|number| u32::from_str_radix(number.as_str(), number.radix()).ok())
        .filter(|number| *number <= most)
        .and_then(|number| N::try_from(number).ok())
        .ok_or(Expected::UpTo(most))
}

fn one_of<T: Copy>(
    all: &[T],
    word: fn(T) -> &'static str,
    value: &DeValue<'_>,
) -> Result<T, Expected> {
    let mut known = all.iter().copied();
    known
        .find(|one| Some(word(*one)) == value.as_str())
        .ok_or_else(|| Expected::OneOf(all.iter().copied().map(word).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_can_be_set() {
        let mut settings = Settings::default();
        let text = "theme = 'my themes/\"dark\".toml'\ncolours = '16'\nborders = 'ascii'\nmouse = false\nclipboard = 'off'\nidle_minutes = 0\n\
             zone = 'Asia/Tokyo'\nlanguage = 'ja-JP'\nwarning_days = 30\n[secret]\nhidden = true";
        settings.apply(text);
        assert_eq!(settings.complaints, []);
        let set = [
            "'my themes/\"dark\".toml'",
            "\"16\"",
            "\"ascii\"",
            "false",
            "\"off\"",
            "true",
            "0",
            "\"Asia/Tokyo\"",
            "\"ja-JP\"",
            "30",
        ];
        assert_eq!(settings.values(), set);
        let origins: Vec<Origin> = SETTINGS.iter().map(|one| settings.origin(one)).collect();
        assert_eq!(origins, [1, 2, 3, 4, 5, 11, 6, 7, 8, 9].map(Origin::File));
        let defaults = Settings::default().values();
        for (set, default) in set.iter().zip(&defaults) {
            assert_ne!(set, default, "the default proves nothing");
        }
    }
}
