//! What can be wrong with the config file and with a theme's. None of it keeps Keyward from starting: the default counts instead.

use toml::de::Error;

use crate::domain::trouble::PathFault;

/// More bytes than a config file has: a hundred lines for each setting and key.
pub const CONFIG_FILE_MAX: usize = 256 * 1024;

/// Something in a file that does not count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complaint {
    /// Counted from 1; nothing where it is about the whole file.
    pub line: Option<usize>,
    pub why: Why,
}

impl Complaint {
    /// What the parser says of a text that is not TOML.
    #[must_use]
    pub fn of_parser(text: &str, error: &Error) -> Complaint {
        let words: Vec<&str> = error.message().split_whitespace().collect();
        Complaint {
            line: error.span().map(|span| line_of(text, span.start)),
            why: Why::NotToml(words.join(" ")),
        }
    }
}

/// The line in which this byte of a text is, counted from 1.
#[must_use]
pub fn line_of(text: &str, at: usize) -> usize {
    1 + text.bytes().take(at).filter(|byte| *byte == b'\n').count()
}

/// Why something in a file does not count. Names and keys are as they stand in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// The file could not be read, in the operating system's words.
    Unreadable(String),
    /// A file that was named is not there.
    Missing,
    /// Others could change it, or what its path leads to.
    Unsafe(PathFault),
    /// A directory, a device, a pipe.
    NotAFile,
    TooLong,
    /// Not UTF-8.
    NotText,
    /// Not TOML, in the parser's words.
    NotToml(String),
    /// No theme has a style of this name.
    UnknownStyle(String),
    /// There is no setting of this name.
    Unknown(String),
    Value {
        name: String,
        expected: Expected,
    },
    /// Under the keys of actions stands a setting of this name.
    UnderKeys(String),
    /// There is no action of this name.
    UnknownAction(String),
    /// The keys of this action cannot be changed.
    FixedAction(String),
    /// The action was given keys before, with the name written in another way.
    Twice(String),
    /// No terminal sends such a key.
    NotAKey {
        action: String,
        key: String,
    },
    /// The key is kept for leaving, stopping or confirming.
    Reserved {
        action: String,
        key: String,
    },
    /// Where the action can be done, the key is taken for text.
    Typed {
        action: String,
        key: String,
    },
    /// Another action has the key on the same screen.
    Clash {
        action: String,
        key: String,
        other: String,
    },
}

impl Why {
    /// Whether for this nothing of the file counts.
    #[must_use]
    pub fn is_of_file(&self) -> bool {
        matches!(
            self,
            Why::Unreadable(_)
                | Why::Missing
                | Why::Unsafe(_)
                | Why::NotAFile
                | Why::TooLong
                | Why::NotText
                | Why::NotToml(_)
        )
    }
}

/// What a setting takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expected {
    OneOf(Vec<&'static str>),
    /// The name of a theme, or the path of a theme's file.
    Theme,
    /// A table with the parts of a style.
    Style,
    Colour,
    Attributes,
    Flag,
    /// A whole number from 0 to this one.
    UpTo(u32),
    Zone,
    Keys,
    Table,
}
