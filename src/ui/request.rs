//! What a layer asks for, and what came of it.

use std::mem::discriminant;
use std::path::PathBuf;

use crate::domain::api_key::{ApiKeyDraft, ApiKeyFields, ApiKeyProperties};
use crate::domain::clipboard::ClipboardWay;
use crate::domain::event::trail::EventRow;
use crate::domain::export::{ExportForm, ExportTo, View};
use crate::domain::filter::Known;
use crate::domain::id::{KeyId, RoleId, SecretId, UserId};
use crate::domain::intent::{Intent, Outlook, Prospect};
use crate::domain::list::{
    ChosenColumn, Counts, Filter, KeyRow, Listed, Order, Place, RoleRow, UserRow, Window,
    WindowQuery,
};
use crate::domain::policy::{Policy, PolicyDraft};
use crate::domain::preview::Preview;
use crate::domain::role::{Role, RoleDraft, RoleFields, RoleProperties};
use crate::domain::secret::{Delivered, IssuedSecret, Overlap, Secret};
use crate::domain::state::Warning;
use crate::domain::trouble::Trouble;
use crate::domain::user::{Actor, Arrival, SignOut, UserDraft, UserFields, UserProperties};
use crate::domain::verdict::Tried;

/// Work for one of the threads beside the main one.
#[derive(Clone, Debug)]
pub enum Request {
    /// For the reader, on a connection that only reads.
    Read(Read),
    /// For the writer, which may have to wait for others.
    Write(Write),
    /// For the clipboard's thread: a copy must not have to wait for the database, and must go when that is not to be
    /// had.
    Aside(Aside),
}

/// A question.
#[derive(Clone, Debug)]
pub enum Read {
    List(ListRead),
    /// The columns that the user wants in the list of this name.
    Columns(&'static str),
    /// The IDs of the rows that a filter shows, as far as they can all be marked; nothing supersedes it.
    Matches(Matches),
    /// The names that rows of a list have.
    Known(Listing),
    /// What filters by words are answered with is read ahead, as far as no question to a list comes between.
    Ahead,
    /// Those who did anything that is an event.
    EventActors,
    /// Every role, to choose one.
    Roles,
    /// Every role, and what a new key is held to.
    NewKey,
    Policy,
    KeyProperties(KeyId),
    RoleProperties(RoleId),
    UserProperties(UserId),
    /// What is shown beside a list of the row with this ID; a newer wish supersedes it.
    Preview(Listing, i64),
    /// A name for a new role: this one, or with a number where it is taken.
    NewRoleName(String),
    /// A part of an export.
    Export(Export),
    /// Whether a secret would authenticate, and whose it is; nothing is noted of it.
    Try(Secret),
    /// What would come of a change; it is asked about only where nothing stands in its way.
    Foresee(Intent),
    /// What would come of a change of each of these rows.
    ForeseeEach(Intent, Vec<i64>),
    /// Whether anybody has changed the database since it was at this version; fails when the actor may not be signed in any
    /// more.
    Look {
        known: i64,
    },
}

/// What is to be done of an export; the reader has one at a time.
#[derive(Clone, Debug)]
pub enum Export {
    /// Begins one, and writes its first part.
    Begin(Box<ExportBegin>),
    /// Writes the next part.
    Next,
    /// Gives up what was written.
    Stop,
}

/// What is exported, how and where to.
#[derive(Clone, Debug)]
pub struct ExportBegin {
    /// Its first window.
    pub list: ListRead,
    pub form: ExportForm,
    pub to: ExportTo,
    pub view: View,
}

/// Where a whole export is.
#[derive(Clone, Debug)]
pub enum Exported {
    /// In a file; its whole path.
    File(PathBuf),
    /// Here, on its way to the clipboard.
    Text(Secret),
}

/// A list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listing {
    Keys,
    Users,
    Roles,
    Events,
}

/// A question to a list; a newer one to the same list supersedes it.
#[derive(Clone, Debug)]
pub enum ListRead {
    Keys(ListQuery<KeyRow>),
    Users(ListQuery<UserRow>),
    Roles(ListQuery<RoleRow>),
    Events(ListQuery<EventRow>),
}

/// Of which list every row is asked for that its filter shows.
#[derive(Clone, Debug)]
pub enum Matches {
    Keys(Filter<KeyRow>),
    Users(Filter<UserRow>),
    Roles(Filter<RoleRow>),
    Events(Filter<EventRow>),
}

/// What is asked of a list.
#[derive(Clone, Debug)]
pub enum ListQuery<L: Listed> {
    /// A part of it.
    Window(WindowQuery<L>),
    /// How many rows each of these shows.
    Tally(Vec<Filter<L>>),
    /// How many rows there are, how many of those with these IDs the filter shows, and how many come before a place.
    Count(Filter<L>, Vec<i64>, Option<(Order<L::SortBy>, Place)>),
}

/// A change.
#[derive(Clone, Debug)]
pub enum Write {
    /// Records that the actor has signed in; the first request of all.
    SignIn(Arrival),
    /// Records that the console is being left; the last one.
    SignOut(SignOut),
    CreateKey(ApiKeyDraft),
    CreateRole(Box<RoleDraft>),
    CreateUser(Box<UserDraft>),
    /// Keeps the columns that the user wants in the list of this name, or that they have not chosen.
    ChooseColumns {
        list: &'static str,
        chosen: Option<Vec<ChosenColumn>>,
    },
    /// Changes one row.
    Change(Intent),
    /// Changes one row, where it is as it was seen.
    ChangeSeen {
        intent: Intent,
        version: i64,
    },
    SavePolicy {
        before: Policy,
        draft: PolicyDraft,
    },
    DeliverSecret {
        secret: SecretId,
        overlap: Option<Overlap>,
    },
    DiscardSecret(SecretId),
    /// Writes a secret to a new file, encrypted for a recipient where there is one.
    SaveSecret {
        path: PathBuf,
        secret: Secret,
        id: SecretId,
        /// As it was typed.
        recipient: Option<String>,
    },
    /// Records what only time has brought about.
    Sweep,
    /// Remembers what a database in memory holds.
    Remember,
    /// Sets the database back to what was remembered.
    Rewind,
    /// Asks whether the last change holds of which the disk left that open.
    Settle,
}

/// Work beside the database.
#[derive(Clone, Debug)]
pub enum Aside {
    Copy(Secret),
    /// Copies a text that is no secret, and is not taken back.
    Leave(Secret),
    /// Takes back what was copied.
    Forget,
}

impl Request {
    /// Whether it changes something; a layer with such a request under way cannot close.
    #[must_use]
    pub fn is_write(&self) -> bool {
        !matches!(self, Request::Read(_))
    }

    /// Whether it makes an earlier one pointless, asked by the same layer and not carried out yet.
    #[must_use]
    pub fn supersedes(&self, earlier: &Request) -> bool {
        match (self, earlier) {
            (Request::Read(Read::List(list)), Request::Read(Read::List(before))) => {
                discriminant(list) == discriminant(before)
            }
            (Request::Read(Read::Preview(..)), Request::Read(Read::Preview(..))) => true,
            _ => false,
        }
    }
}

impl Read {
    /// Whether it makes earlier questions pointless that can be. The preview does not: it is asked for after what a list
    /// reads, and gives way to it.
    #[must_use]
    pub fn supersedes(&self) -> bool {
        matches!(self, Read::List(_))
    }

    /// Whether a newer question makes it pointless.
    #[must_use]
    pub fn is_superseded(&self) -> bool {
        matches!(self, Read::List(_) | Read::Preview(..) | Read::Ahead)
    }
}

impl From<Read> for Request {
    fn from(read: Read) -> Request {
        Request::Read(read)
    }
}

impl From<Write> for Request {
    fn from(write: Write) -> Request {
        Request::Write(write)
    }
}

impl From<Aside> for Request {
    fn from(aside: Aside) -> Request {
        Request::Aside(aside)
    }
}

/// What came of a request.
pub type Outcome = Result<Done, Trouble>;

/// A request that was carried out.
#[derive(Clone, Debug)]
pub enum Done {
    Keys(Window<KeyRow>),
    Users(Window<UserRow>),
    RoleList(Window<RoleRow>),
    Events(Window<EventRow>),
    /// How many rows there are, how many of the marked ones are shown, and how many come before the place.
    Count(Counts, i64, Option<i64>),
    /// As much as could be was read ahead.
    Ahead,
    Matches(Vec<i64>),
    /// The names that rows have.
    Known(Known),
    /// How many rows each of the filters shows.
    Tally(Vec<i64>),
    /// Nothing where they have not chosen.
    Columns(Option<Vec<ChosenColumn>>),
    EventActors(Vec<String>),
    Roles(Vec<Role>),
    NewKey(Vec<Role>, Policy),
    Policy(Policy),
    PolicySaved,
    KeyProperties(Box<ApiKeyProperties>),
    RoleProperties(Box<RoleProperties>),
    UserProperties(Box<UserProperties>),
    /// Nothing where the row is gone.
    Preview(Option<Box<Preview>>),
    RoleName(String),
    Tried(Tried),
    /// So many rows are written so far, and there are more.
    Exporting(usize),
    Exported {
        rows: usize,
        to: Exported,
    },
    ExportStopped,
    Foreseen(Prospect),
    ForeseenEach(Vec<Outlook>),
    /// The version of the database now; the actor anew when it differs.
    Looked {
        version: i64,
        actor: Option<Actor>,
        /// The warning time of the policy, if it has one; anew with the actor.
        warning: Option<Warning>,
    },
    SignedIn,
    Remembered,
    Rewound,
    SignedOut,
    /// A key was created or a new secret issued. Only the App sees this one: it opens the secret dialog, and the
    /// layer that asked is told `SecretIssued`.
    Secret {
        issued: IssuedSecret,
        overlap: Option<Overlap>,
    },
    SecretIssued(KeyId),
    SecretDelivered(Delivered),
    /// A secret was written to a file; its whole path.
    SecretSaved(PathBuf),
    KeySaved(Box<ApiKeyFields>),
    RoleCreated(RoleId),
    RoleSaved(Box<RoleFields>),
    UserCreated(UserId),
    UserSaved(Box<UserFields>),
    Changed,
    /// Time's part was written down; the length of the database's log in bytes, where that is too long.
    Swept {
        long_log: Option<u64>,
    },
    /// Whether it holds; nothing where that was not open.
    Settled(Option<bool>),
    /// A text was sent towards the clipboard; with OSC 52 the App has it written to the terminal.
    Copied {
        way: ClipboardWay,
        text: Secret,
    },
    Forgotten,
}

/// Tells which answer belongs to which question; never used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Ticket(pub u64);

/// A list that can be asked for.
pub trait Asked: Listed {
    /// Which one it is.
    const LISTING: Listing;

    /// The question to it.
    fn ask(query: ListQuery<Self>) -> Read;

    /// The question to it which rows a filter shows.
    fn ask_matches(filter: Filter<Self>) -> Read;

    /// The part that was asked for.
    fn found(done: Done) -> Option<Window<Self>>;
}

macro_rules! asked {
    ($($row:ident $asked:ident $found:ident;)+) => {
        $(impl Asked for $row {
            const LISTING: Listing = Listing::$asked;

            fn ask(query: ListQuery<$row>) -> Read {
                Read::List(ListRead::$asked(query))
            }

            fn ask_matches(filter: Filter<$row>) -> Read {
                Read::Matches(Matches::$asked(filter))
            }

            fn found(done: Done) -> Option<Window<$row>> {
                match done {
                    Done::$found(window) => Some(window),
                    _ => None,
                }
            }
        })+
    };
}

asked! {
    KeyRow Keys Keys;
    UserRow Users Users;
    RoleRow Roles RoleList;
    EventRow Events Events;
}
