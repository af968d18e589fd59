//! What a layer asks for, and what came of it.

use std::mem::discriminant;
use std::path::PathBuf;

use crate::domain::api_key::{ApiKeyDraft, ApiKeyFields, ApiKeyProperties};
use crate::domain::clipboard::ClipboardWay;
use crate::domain::event::trail::{ActorFilter, EventRow};
use crate::domain::id::{KeyId, RoleId, SecretId, UserId};
use crate::domain::intent::{Intent, Prospect};
use crate::domain::list::{Counts, Filter, KeyRow, Listed, RoleRow, UserRow, Window, WindowQuery};
use crate::domain::role::{Role, RoleDraft, RoleFields, RoleProperties};
use crate::domain::secret::{Delivered, IssuedSecret, Overlap, Secret};
use crate::domain::trouble::Trouble;
use crate::domain::user::{Actor, Arrival, SignOut, UserDraft, UserFields, UserProperties};

/// Work for the reader or the writer thread.
#[derive(Clone, Debug)]
pub enum Request {
    // reads
    /// A window of a list. A newer one, or a newer count, supersedes it.
    Keys(WindowQuery<KeyRow>),
    CountKeys(Filter<KeyRow>),
    Users(WindowQuery<UserRow>),
    CountUsers(Filter<UserRow>),
    RoleList(WindowQuery<RoleRow>),
    CountRoles(Filter<RoleRow>),
    Events(WindowQuery<EventRow>),
    CountEvents(Filter<EventRow>),
    /// Those who did anything that is an event.
    EventActors,
    Properties(KeyId),
    Roles,
    RoleProperties(RoleId),
    /// A name for a new role: this one, or with a number where it is taken.
    NewRoleName(String),
    UserProperties(UserId),
    /// What would come of a change; a question is put only where nothing stands in its way.
    Foresee(Intent),
    /// Whether anybody has changed the database since it was at this version; fails when the actor may not be signed in any
    /// more.
    Look {
        known: i64,
    },
    // changes
    /// Whether the last change holds of which the disk left that open.
    Settle,
    /// Records that the actor has signed in; the first request of all.
    SignIn(Arrival),
    /// Records that the console is being left; the last one.
    SignOut {
        reason: SignOut,
    },
    Create(ApiKeyDraft),
    Save {
        id: KeyId,
        before: Box<ApiKeyFields>,
        draft: Box<ApiKeyDraft>,
    },
    LockOut(KeyId),
    Unlock(KeyId),
    Delete(KeyId),
    Restore(KeyId),
    /// Issues a new secret; the overlap is for its delivery.
    Issue {
        key: KeyId,
        overlap: Option<Overlap>,
    },
    Deliver {
        secret: SecretId,
        overlap: Option<Overlap>,
    },
    Discard(SecretId),
    EndOverlap(KeyId),
    CreateRole(Box<RoleDraft>),
    SaveRole {
        id: RoleId,
        before: Box<RoleFields>,
        draft: Box<RoleDraft>,
    },
    DeleteRole(RoleId),
    CreateUser(Box<UserDraft>),
    SaveUser {
        id: UserId,
        before: Box<UserFields>,
        draft: Box<UserDraft>,
    },
    LockOutUser(UserId),
    UnlockUser(UserId),
    DeleteUser(UserId),
    /// Records what only time has brought about.
    Sweep,
    // beside the database
    Copy {
        text: Secret,
    },
    /// Takes back what was copied.
    Forget,
    SaveToFile {
        path: PathBuf,
        secret: Secret,
        id: SecretId,
    },
}

/// The thread that carries a request out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Worker {
    /// On a connection that only reads.
    Reader,
    /// On the connection that changes things, which may have to wait for others.
    Writer,
    /// Beside the database: a copy must not have to wait for it, and must go when it is not to be had.
    Clipboard,
}

impl Request {
    /// Whether it changes something; a layer with such a request under way cannot close.
    #[must_use]
    pub fn is_write(&self) -> bool {
        self.worker() != Worker::Reader
    }

    /// Who carries it out.
    #[must_use]
    pub fn worker(&self) -> Worker {
        match self {
            Request::Copy { .. } | Request::Forget => Worker::Clipboard,
            Request::Keys(_)
            | Request::CountKeys(_)
            | Request::Users(_)
            | Request::CountUsers(_)
            | Request::RoleList(_)
            | Request::CountRoles(_)
            | Request::Events(_)
            | Request::CountEvents(_)
            | Request::EventActors
            | Request::Properties(_)
            | Request::Roles
            | Request::RoleProperties(_)
            | Request::NewRoleName(_)
            | Request::UserProperties(_)
            | Request::Foresee(_)
            | Request::Look { .. } => Worker::Reader,
            _ => Worker::Writer,
        }
    }

    /// Whether a newer request of this kind makes it pointless.
    #[must_use]
    pub fn is_superseded(&self) -> bool {
        matches!(
            self,
            Request::Keys(_)
                | Request::CountKeys(_)
                | Request::Users(_)
                | Request::CountUsers(_)
                | Request::RoleList(_)
                | Request::CountRoles(_)
                | Request::Events(_)
                | Request::CountEvents(_)
        )
    }
}

impl Request {
    /// Whether it makes an earlier one pointless, asked by the same layer and not carried out yet.
    #[must_use]
    pub fn supersedes(&self, earlier: &Request) -> bool {
        self.is_superseded() && discriminant(self) == discriminant(earlier)
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
    EventActors(Vec<ActorFilter>),
    Count(Counts),
    Properties(Box<ApiKeyProperties>),
    Roles(Vec<Role>),
    RoleProperties(Box<RoleProperties>),
    RoleName(String),
    UserProperties(Box<UserProperties>),
    Foreseen(Prospect),
    /// The version of the database now; the actor anew when it differs.
    Looked {
        version: i64,
        actor: Option<Actor>,
    },
    /// A key was created or a new secret issued. Only the App sees this one: it opens the secret dialog, and the
    /// layer that asked is told `Issued`.
    Secret {
        issued: IssuedSecret,
        overlap: Option<Overlap>,
    },
    Issued(KeyId),
    Saved(Box<ApiKeyFields>),
    RoleCreated(RoleId),
    RoleSaved(Box<RoleFields>),
    UserCreated(UserId),
    UserSaved(Box<UserFields>),
    SignedIn,
    SignedOut,
    Delivered(Delivered),
    Changed,
    /// Whether it holds; nothing where that was not open.
    Settled(Option<bool>),
    Swept,
    /// A text was sent towards the clipboard; with OSC 52 the App has it written to the terminal.
    Sent {
        way: ClipboardWay,
        text: Secret,
    },
    Forgotten,
    /// A file was written; its whole path.
    Written(PathBuf),
}

/// Tells which answer belongs to which question; never used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Ticket(pub u64);

/// A list that can be asked for.
pub trait Asked: Listed {
    /// The request for a part of it.
    fn window(query: WindowQuery<Self>) -> Request;

    /// The request for how many rows there are.
    fn count(filter: Filter<Self>) -> Request;

    /// The part that was asked for.
    fn found(done: Done) -> Option<Window<Self>>;
}

macro_rules! asked {
    ($row:ident, $window:ident, $count:ident) => {
        impl Asked for $row {
            fn window(query: WindowQuery<$row>) -> Request {
                Request::$window(query)
            }

            fn count(filter: Filter<$row>) -> Request {
                Request::$count(filter)
            }

            fn found(done: Done) -> Option<Window<$row>> {
                match done {
                    Done::$window(window) => Some(window),
                    _ => None,
                }
            }
        }
    };
}

asked!(KeyRow, Keys, CountKeys);
asked!(UserRow, Users, CountUsers);
asked!(RoleRow, RoleList, CountRoles);
asked!(EventRow, Events, CountEvents);
