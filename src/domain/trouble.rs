//! Why something could not be done. Facts only: `text` makes the sentences.

use std::io::{self, ErrorKind};
use std::path::PathBuf;

use crate::domain::event::flaw::Flaw;
use crate::domain::id::{KeyId, RoleId, UserId};
use crate::domain::import::ImportFault;
use crate::domain::problem::Problem;
use crate::domain::reference::RowKind;
use crate::domain::rights::Right;
use crate::domain::role::Assigned;
use crate::domain::verdict::Refused;

/// A refusal or a failure of a use case. Nothing was changed, but for what [`Trouble::is_unsure`] tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The actor's role does not allow it.
    NotAuthorized(Right),
    /// The actor is not (or no longer) a user of this database.
    NoSuchUser(String),
    /// A secret stands where a name or a path was asked for.
    SecretNamed,
    /// The user is locked out; their name.
    LockedOut(String),
    /// The user's role does not allow access to the user interface.
    NoUserInterface { user: String, role: String },
    /// The key on whose behalf it was to be done is refused by now.
    KeyRefused(Refused),
    /// The user or key in question has a role that allows more than the actor's own, who is bound to equal or less.
    BeyondOwn { name: String, role: String },
    /// The role in question allows more than the actor's own, who is bound to equal or less; its name.
    RoleBeyondOwn(String),
    /// The secret of a key whose role allows more than the actor's own.
    SecretBeyondOwn { name: String, role: String },
    /// The change would let a key or user do again, or for longer, what its role allows and the actor's does not.
    GivesBeyondOwn { name: String, role: String },
    /// Nobody locks out the own account.
    OwnLock,
    /// Nobody deletes the own account.
    OwnDeletion,
    /// Nobody would remain who can edit users and roles.
    LastManager,
    /// The role cannot be changed or deleted; its name.
    RoleImmutable(String),
    /// The role cannot be deleted while somebody or something has it; as many as are named, and how many more.
    RoleInUse {
        name: String,
        by: Vec<Assigned>,
        more: i64,
    },
    /// The form has to be mended first.
    Problems(Vec<Problem>),
    /// The key was deleted, or never was.
    KeyGone(KeyId),
    /// The user was deleted, or never was.
    UserGone(UserId),
    /// The role was deleted, or never was.
    RoleGone(RoleId),
    /// The key was deleted too long ago to be restored.
    NotRestorable(KeyId),
    /// The name of a key that is to be restored was given to another one meanwhile.
    NameTakenMeanwhile { id: KeyId, name: String },
    /// The row is no longer as it was seen.
    ChangedSinceSeen,
    /// The pending secret can never work any more: issued again, discarded, the key deleted, or an hour went by.
    SecretVoid,
    /// The secret was delivered already, so it cannot be discarded.
    SecretDelivered,
    /// What was read back is not the pending secret of the key.
    NotReadBack(NotReadBack),
    /// A secret that works would be replaced, and nobody said how long it works on.
    OverlapNeeded,
    /// There is no retiring secret.
    NoOverlap,
    /// No memory for computing a hash.
    OutOfMemory,
    /// A stored hash was made in another way than this version makes them.
    UnknownHash,
    /// The operating system gave no random bytes.
    NoRandomness,
    /// Only who holds every right may prune the trail.
    MayNotPrune,
    /// The database is not as Keyward left it, and nothing of the trail is let go.
    Flawed(Vec<Flaw>),
    /// What was asked about was never there: it is in no table, and no event tells of it.
    NoSuchTarget(String),
    /// Nobody of this name is a user, or has done anything that is an event.
    NoSuchActor(String),
    /// No row of this kind has this name.
    NoneNamed(RowKind, String),
    /// No row of this kind has this ID, or ever had it.
    NoneWithId(RowKind, String),
    /// Several deleted keys had this name: their IDs.
    SeveralNamed { name: String, ids: Vec<KeyId> },
    /// Somebody else has pruned the trail meanwhile.
    PrunedMeanwhile,
    /// The database could not do it.
    Storage(Fault),
    /// The database could not be opened.
    Open(PathBuf, OpenFault),
    /// The console is somebody's who came with `--user`: the host's files are not theirs to write.
    NoFiles,
    /// A file could not be written.
    File(PathBuf, FileFault),
    /// A file of new keys cannot be read, or this line of it.
    Import { line: usize, fault: ImportFault },
    /// A text is no public key that a secret can be encrypted to.
    NotARecipient(NoRecipient),
    /// What was to be handed over could not be encrypted, in the words of the library.
    NotEncrypted(String),
    /// The file descriptor of this number did not take a secret.
    Descriptor(i32, DescriptorFault),
    /// What was to be exported to the clipboard is longer than that takes.
    ExportTooLong,
    /// Copying is off.
    ClipboardOff,
    /// The local display's clipboard did not take the text; its words, or nothing when it did not answer in time.
    DisplayRefused(Option<String>),
    /// tmux did not take the text; its words, or nothing when it did not answer in time.
    TmuxRefused(Option<String>),
    /// The local display's clipboard may still hold the secret; its words, or nothing when it did not answer in time.
    DisplayKeeps(Option<String>),
    /// The buffer of tmux that still holds the secret; tmux's words, or nothing when it did not answer in time.
    TmuxKeeps {
        buffer: String,
        words: Option<String>,
    },
}

impl Trouble {
    /// The word in events, where somebody tried what they may not.
    #[must_use]
    pub fn refusal(&self) -> Option<&'static str> {
        match self {
            Trouble::NotAuthorized(_) | Trouble::MayNotPrune => Some("not-authorized"),
            Trouble::NoSuchUser(_) => Some("no-such-user"),
            Trouble::SecretNamed => Some("secret"),
            Trouble::LockedOut(_) => Some("locked-out"),
            Trouble::KeyRefused(reason) => Some(reason.word()),
            Trouble::NoUserInterface { .. } => Some("no-user-interface"),
            Trouble::BeyondOwn { .. }
            | Trouble::RoleBeyondOwn(_)
            | Trouble::SecretBeyondOwn { .. }
            | Trouble::GivesBeyondOwn { .. } => Some("beyond-own-role"),
            Trouble::OwnLock | Trouble::OwnDeletion => Some("oneself"),
            Trouble::LastManager => Some("last-manager"),
            Trouble::RoleImmutable(_) => Some("immutable"),
            Trouble::RoleInUse { .. } => Some("in-use"),
            Trouble::Problems(problems) => problems.iter().find_map(|p| p.rule.refusal()),
            _ => None,
        }
    }

    /// Whether the change that was asked for may hold all the same.
    #[must_use]
    pub fn is_unsure(&self) -> bool {
        matches!(
            self,
            Trouble::Storage(Fault::Unsure | Fault::Unconfirmed)
                | Trouble::File(_, FileFault::Unsure)
        )
    }

    /// Whether a question may still be answered where nothing can be written.
    #[must_use]
    pub fn hinders_writing_only(&self) -> bool {
        match self {
            Trouble::Storage(fault) | Trouble::Open(_, OpenFault::Fault(fault)) => {
                fault.hinders_writing_only()
            }
            Trouble::Open(_, fault) => {
                matches!(
                    fault,
                    OpenFault::ReadOnly
                        | OpenFault::ReadOnlyMount
                        | OpenFault::Server(ServerFault::NoRights { .. })
                )
            }
            _ => false,
        }
    }

    /// Whether what was copied is still where it was sent.
    #[must_use]
    pub fn keeps_copy(&self) -> bool {
        matches!(self, Trouble::TmuxKeeps { .. } | Trouble::DisplayKeeps(_))
    }

    /// Whether an open console ends, because its user may not be signed in.
    #[must_use]
    pub fn ends_console(&self) -> bool {
        matches!(
            self,
            Trouble::NoSuchUser(_) | Trouble::LockedOut(_) | Trouble::NoUserInterface { .. }
        )
    }
}

/// What the database said while it was in use. But for [`Fault::Unsure`] and [`Fault::Unconfirmed`] nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Another process held the lock for longer than we wait.
    Busy,
    /// No space is left.
    Full,
    /// The account's quota, or a limit of how long a file may be, is reached.
    OverLimit,
    /// The account may not write the file or its directory (any more).
    ReadOnly,
    /// The file system is mounted for reading only, or became so after an error.
    ReadOnlyMount,
    /// The file is no longer where it was opened, another one is there, or it was overwritten: what is written would
    /// be lost.
    Moved,
    /// The log was removed, replaced or cut short; whether all that was saved is in the database.
    LogGone {
        kept: bool,
    },
    /// A newer Keyward has brought the database up to date meanwhile: its rows may mean what this one does not know.
    Newer,
    /// The database was moved to a server meanwhile.
    OnServer,
    /// The file cannot be seen any more, in the operating system's words: a directory on the way was closed to us.
    Unseen(String),
    /// The file was damaged.
    Corrupt,
    /// A change of one row changed none, or several: somebody has written to the database past Keyward.
    NotTaken,
    /// The operating system failed to read.
    Unreadable,
    /// The operating system failed to write.
    Unwritable,
    /// The disk failed while a change was being saved, or the line to the server broke, and again when that was looked
    /// at: the change may hold or not.
    Unsure,
    /// The change holds on the primary, but a standby that has to confirm it has not done so: it may know nothing of it.
    Unconfirmed,
    /// The database or a file beside it could not be opened.
    CannotOpen,
    /// The process or the machine has too many files open.
    TooManyFiles,
    /// The file system cannot lock files.
    NoLocks,
    NoMemory,
    /// A newer question was asked; not a failure.
    Superseded,
    /// The database's server does not answer, is shut down or is starting, or the line to it broke; in the operating
    /// system's or the server's words. Nothing was changed.
    Away(String),
    /// The server is a standby, on which nothing can be changed.
    OnlyReads,
    /// The server is a standby that has heard nothing from its primary for too long to be believed.
    Stale,
    /// The role at the server lacks a right; the server's words.
    Denied(String),
    /// The server has no connection left.
    TooManyConnections,
    /// Anything else that the server said: its code (SQLSTATE) and message.
    Server(String, String),
    /// Anything else, which only an error of ours explains: `SQLite`'s extended result code and words (which hold no
    /// value of any row).
    Other(i32, String),
}

impl Fault {
    /// Whether nothing but opening the database anew can help.
    #[must_use]
    pub fn lasts(&self) -> bool {
        matches!(
            self,
            Fault::Moved | Fault::LogGone { .. } | Fault::Newer | Fault::OnServer
        )
    }

    /// Whether a question may still be answered where nothing can be written.
    #[must_use]
    pub fn hinders_writing_only(&self) -> bool {
        matches!(
            self,
            Fault::Full
                | Fault::OnlyReads
                | Fault::OverLimit
                | Fault::ReadOnly
                | Fault::ReadOnlyMount
                | Fault::Unwritable
                | Fault::CannotOpen
        )
    }
}

/// Why a database could not be opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OpenFault {
    /// There is no such file, and none is to be made.
    Missing,
    /// Something is there, where a new one is to be made.
    Exists,
    IsDirectory,
    /// The database is on a server, and this is done with files alone.
    OnServer,
    /// The database is in a file, and this is done with servers alone.
    InFile,
    /// The database was moved to the server with this address.
    Moved {
        to: String,
    },
    /// Some part of the path is no directory, or cannot be entered.
    Unreachable(String),
    /// Another account owns it.
    NotOwner {
        owner: String,
    },
    /// Others could change it, or where the path leads.
    Unsafe(PathFault),
    /// The file holds nothing, as no database of ours ever does.
    Empty,
    /// The log beside the database is another one's.
    ForeignLog,
    /// The journal beside the database is another one's.
    ForeignJournal,
    /// There is no database, but the log or journal of one, which a new one would take for its own.
    OrphanedLog(PathBuf),
    /// Neither the file nor its directory may be read-only.
    ReadOnly,
    /// The file system is mounted for reading only.
    ReadOnlyMount,
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
    /// Another process has it open, where nobody may.
    InUse,
    /// The copy that is made before it is brought up to date could not be made.
    NoBackup(Box<Trouble>),
    /// Root by way of sudo may not become the first user.
    RootBySudo,
    /// What stands in the way of a database on a server alone.
    Server(ServerFault),
    /// Anything else that the database said.
    Fault(Fault),
}

/// Why a database on a server could not be opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ServerFault {
    /// A password stands in its address.
    Password,
    /// The address cannot be understood.
    Address,
    /// The address has a parameter of this name, which Keyward does not take.
    Parameter(String),
    /// This build knows no servers.
    NotBuilt,
    /// The server is older than any that Keyward knows; its version.
    TooOld(String),
    /// There is no database of this name.
    NoDatabase(String),
    /// The database has no schema of the name that is asked for.
    NoSchema,
    /// The schema has a database already, where a new one is to be made.
    NotEmpty,
    /// The schema is empty, and this role may not make anything in it.
    NotMade { role: String },
    /// The schema is an older one, and it is not this role's to bring it up to date.
    NotOwner { role: String, owner: String },
    /// This role lacks rights in the schema for what is to be done.
    NoRights { role: String },
    /// The server did not let this role in; the server's words.
    NotLetIn { role: String, words: String },
    /// The server asks for a password, and none is kept for it in this file; what a line there begins with.
    NoPassword {
        role: String,
        file: PathBuf,
        line: String,
    },
    /// The server does not take the password that is kept in this file.
    WrongPassword { role: String, file: PathBuf },
    /// Group or others can read the file of passwords.
    OpenPasswords(PathBuf),
    /// A file that the address names cannot be read, in the operating system's words.
    Unreadable(PathBuf, String),
    /// Others could read along: the server has no TLS.
    Plain,
    /// There is no certificate of an authority to judge the server's by.
    NoRoots(PathBuf),
    /// The server's certificate is not of one of these authorities.
    Authority(PathBuf),
    /// The server's certificate is for another name than this one.
    Name(String),
    /// The server's certificate is not valid yet or any more.
    Time,
    /// The server's certificate is an authority's own, with which no server proves who it is.
    OfAuthority,
    /// The line could not be secured for another reason; its words.
    Tls(String),
    /// The server does not take the certificate in this file; what it says of it in the terms of TLS.
    OwnCertificate(PathBuf, String),
    /// This is not the private key of this certificate.
    OtherKey { key: PathBuf, certificate: PathBuf },
    /// Others can read the private key.
    OpenKey(PathBuf),
    /// The clocks of the server and of this machine differ by so many seconds.
    Clocks(i64),
}

impl ServerFault {
    /// Whether somebody is refused, and nothing is out of order.
    #[must_use]
    pub fn is_refusal(&self) -> bool {
        matches!(
            self,
            ServerFault::NotMade { .. }
                | ServerFault::NotOwner { .. }
                | ServerFault::NoRights { .. }
                | ServerFault::NotLetIn { .. }
                | ServerFault::NoPassword { .. }
                | ServerFault::WrongPassword { .. }
                | ServerFault::OwnCertificate(..)
        )
    }
}

/// What others could change on the way to a file, or beside it. Each names what is to be mended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PathFault {
    /// It belongs to neither root nor the account; both by name.
    Owner {
        path: PathBuf,
        owner: String,
        account: String,
    },
    /// Group or others can write it.
    Writable { path: PathBuf, mode: u32 },
    /// A directory such as `/tmp`, in which anybody makes files, would hold the database's.
    Shared(PathBuf),
    /// The file has more names than one.
    HardLinks { path: PathBuf, links: u64 },
    /// A link, directory, pipe or device is where `SQLite` would open a file.
    NotAFile(PathBuf),
}

/// Why a new file could not be written, or recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileFault {
    /// Something is there already; it is left as it is.
    Exists,
    Denied,
    ReadOnlyMount,
    NoDirectory,
    /// The name is one that `SQLite` has for a file of its own beside the database.
    Reserved,
    Full,
    /// The account's quota, or a limit of how long a file may be, is reached.
    OverLimit,
    /// It was written and is left where it is: it may have been recorded or not, as of [`Fault::Unsure`].
    Unsure,
    Other(String),
}

impl FileFault {
    /// What the operating system said when a new file was made or written.
    #[must_use]
    pub fn of(error: &io::Error) -> FileFault {
        match error.kind() {
            ErrorKind::AlreadyExists => FileFault::Exists,
            ErrorKind::NotFound | ErrorKind::NotADirectory => FileFault::NoDirectory,
            ErrorKind::PermissionDenied => FileFault::Denied,
            ErrorKind::ReadOnlyFilesystem => FileFault::ReadOnlyMount,
            ErrorKind::StorageFull => FileFault::Full,
            ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => FileFault::OverLimit,
            _ => FileFault::Other(error.to_string()),
        }
    }
}

/// What was read back in place of a pending secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotReadBack {
    /// No text of the form of a secret.
    Malformed,
    /// A secret, but with blanks or more line ends around it.
    Blanks,
    /// This database has not made it, or not so.
    Forged,
    /// A secret of another key.
    OfAnother(KeyId),
    /// It was made here, and the key never had it: what made it did not come to its end.
    Unknown,
    /// It worked once, and was replaced.
    Replaced,
}

/// Why a text is no public key that a secret can be encrypted to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoRecipient {
    /// Neither a public key of age nor one of SSH, or a damaged one.
    Form,
    /// A private key. Nothing of it is repeated.
    Private,
    /// A key of another kind; its name.
    Unsupported(String),
    /// So weak that others could open it.
    Weak,
    /// An RSA key longer than can be used.
    TooLong,
}

/// Why a file descriptor did not take a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DescriptorFault {
    /// Standard input, output or error.
    Standard,
    Closed,
    /// It is open for reading alone.
    ReadOnly,
    /// A terminal keeps what it shows.
    Terminal,
    /// The null device: what is written there is gone.
    Null,
    /// Nobody reads the other end (any more).
    NoReader,
    /// The operating system's words.
    Other(String),
}

impl From<Fault> for Trouble {
    fn from(fault: Fault) -> Trouble {
        Trouble::Storage(fault)
    }
}
