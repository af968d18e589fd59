//! The languages that a key, a user or the console can have.

use chrono::Weekday;

/// A key's or a user's language.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Locale {
    #[default]
    EnUs,
    JaJp,
}

impl Locale {
    /// All languages, as they are offered.
    pub const ALL: [Locale; 2] = [Locale::EnUs, Locale::JaJp];

    /// The day with which a week begins.
    #[must_use]
    pub fn first_weekday(self) -> Weekday {
        match self {
            Locale::EnUs | Locale::JaJp => Weekday::Sun,
        }
    }

    /// The tag in the database and the API.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Locale::EnUs => "en-US",
            Locale::JaJp => "ja-JP",
        }
    }

    /// The language with this tag.
    #[must_use]
    pub fn from_tag(tag: &str) -> Option<Locale> {
        Locale::ALL.into_iter().find(|locale| locale.tag() == tag)
    }
}
