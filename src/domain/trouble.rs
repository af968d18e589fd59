//! Why something could not be done. Facts only: `text` makes the sentences.

use std::path::PathBuf;

use crate::domain::api_key::KeyId;
use crate::domain::problem::Problem;
use crate::domain::rights::Right;

/// A refusal or a failure of a use case. Nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The actor's role does not allow it.
    NotAuthorized(Right),
    /// The actor is not (or no longer) a user of this database.
    NoSuchUser(String),
    /// The form has to be mended first.
    Problems(Vec<Problem>),
    /// The key was deleted, or never was.
    KeyGone(KeyId),
    /// The pending secret can never work any more: issued again, discarded, the key deleted, or an hour went by.
    SecretVoid,
    /// The secret was delivered already, so it cannot be discarded.
    SecretDelivered,
    /// There is no retiring secret.
    NoOverlap,
    /// No memory for computing a hash.
    OutOfMemory,
    /// A stored hash was made in another way than this version makes them.
    UnknownHash,
    /// The operating system gave no random bytes.
    NoRandomness,
    /// The database could not do it.
    Storage(Fault),
    /// The database could not be opened.
    Open(PathBuf, OpenFault),
    /// A file could not be written.
    File(PathBuf, FileFault),
    /// The local display's clipboard did not take the text; its words, or nothing when it did not answer in time.
    Clipboard(Option<String>),
}

/// What the database said while it was in use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Another process held the lock for longer than we wait.
    Busy,
    /// No space is left, or a size limit is reached.
    Full,
    /// The file or file system is read-only (now).
    ReadOnly,
    /// The file is no longer where it was opened, or another one is there: what is written would be lost.
    Moved,
    /// The file was damaged.
    Corrupt,
    /// The operating system failed to read or write; `SQLite`'s extended result code.
    InputOutput(i32),
    /// A newer question was asked; not a failure.
    Superseded,
    /// Anything else: `SQLite`'s extended result code and words (which hold no value of any row).
    Other(i32, String),
}

/// Why a database could not be opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OpenFault {
    /// There is no such file, and none is to be made.
    Missing,
    IsDirectory,
    /// Some part of the path is no directory, or cannot be entered.
    Unreachable(String),
    /// Another account owns it.
    NotOwner {
        owner: String,
    },
    /// Group or others can write the file or its directory; the path that is to be mended.
    Writable {
        path: PathBuf,
        mode: u32,
    },
    /// Neither the file nor its directory may be read-only.
    ReadOnly,
    NotADatabase,
    /// A database of another application.
    Foreign,
    /// Made by a newer Keyward.
    Newer {
        found: i64,
        known: i64,
    },
    /// Made by an older Keyward, and not to be migrated now.
    Older {
        found: i64,
        known: i64,
    },
    /// A network file system, on which `SQLite`'s log does not work.
    NetworkFileSystem,
    /// The write-ahead log could not be turned on.
    NoWal,
    /// Root by way of sudo may not become the first user.
    RootBySudo,
    /// The account's name cannot be a user's name.
    BadAccountName(String),
    /// Anything else that the database said.
    Fault(Fault),
}

/// Why a file could not be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileFault {
    /// Something is there already; it is left as it is.
    Exists,
    Denied,
    NoDirectory,
    Full,
    Other(String),
}

impl From<Fault> for Trouble {
    fn from(fault: Fault) -> Trouble {
        Trouble::Storage(fault)
    }
}
