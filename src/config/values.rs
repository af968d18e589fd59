//! What a setting can be, and where it comes from.

use std::path::{Path, PathBuf};

use crate::domain::words::words;

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

words! {
    /// The themes, each a file in `assets/themes`.
    pub enum ThemeName:
        /// The name as it is written.
        word
    {
        Default = "default",
        Light = "light",
        HighContrast = "high-contrast",
        Mono = "mono",
        Solarized = "solarized",
        Catppuccin = "catppuccin",
        Gruvbox = "gruvbox",
        Nord = "nord",
    }
}

/// The theme that is set: one of Keyward's, or a file of somebody's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ThemeSetting {
    BuiltIn(ThemeName),
    File(PathBuf),
}

impl ThemeSetting {
    /// Reads what is written for a theme: a name, or, with a slash or `.toml` in it, the path of a file.
    #[must_use]
    pub fn parse(written: &str) -> Option<ThemeSetting> {
        let is_file = |path: &str| {
            path.contains('/') || Path::new(path).extension().is_some_and(|end| end == "toml")
        };
        let mut names = ThemeName::ALL.into_iter();
        match names.find(|name| name.word() == written) {
            Some(name) => Some(name.into()),
            None => is_file(written).then(|| ThemeSetting::File(PathBuf::from(written))),
        }
    }

    /// The theme as the config file has it.
    #[must_use]
    pub fn written(&self) -> String {
        match self {
            ThemeSetting::BuiltIn(name) => name.word().to_owned(),
            ThemeSetting::File(path) => path.display().to_string(),
        }
    }
}

impl From<ThemeName> for ThemeSetting {
    fn from(name: ThemeName) -> ThemeSetting {
        ThemeSetting::BuiltIn(name)
    }
}

words! {
    /// How many colours the terminal draws.
    pub enum Colours:
        /// The name as it is written.
        word
    {
        /// Every colour of 24 bits.
        True = "true",
        /// The 256 of xterm, of which the first 16 are the terminal's own.
        Indexed = "256",
        /// The 16 of ANSI, as the terminal has them.
        Ansi = "16",
    }
}

words! {
    /// What boxes, lines and marks are drawn with, and quotation marks.
    pub enum Borders:
        /// The name as it is written.
        word
    {
        Unicode = "unicode",
        /// For terminals that do not show UTF-8.
        Ascii = "ascii",
    }
}
