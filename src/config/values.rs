//! What a setting can be, and where it comes from.

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
