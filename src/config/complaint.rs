//! What can be wrong with the config file. None of it keeps Keyward from starting: the default counts instead.

use crate::domain::trouble::PathFault;

/// More bytes than a config file has: a hundred lines for each setting and key.
pub const CONFIG_FILE_MAX: usize = 256 * 1024;

/// Something in the config file that does not count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complaint {
    /// Counted from 1; nothing where it is about the whole file.
    pub line: Option<usize>,
    pub why: Why,
}

/// Why something in the config file does not count. Names and keys are as they stand in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// The file could not be read, in the operating system's words.
    Unreadable(String),
    /// Others could change it, or what its path leads to.
    Unsafe(PathFault),
    /// A directory, a device, a pipe.
    NotAFile,
    TooLong,
    /// Not UTF-8.
    NotText,
    /// Not TOML, in the parser's words.
    NotToml(String),
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

/// What a setting takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expected {
    OneOf(Vec<&'static str>),
    Flag,
    /// A whole number from 0 to this one.
    UpTo(u32),
    Zone,
    Keys,
    Table,
}
