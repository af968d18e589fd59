//! What a setting can be, and where it comes from.

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
