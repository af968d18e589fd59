//! What somebody is about to do to one row, and what is known of it before they are asked whether they mean it.

use crate::domain::api_key::{ApiKeyDraft, ApiKeyFields};
use crate::domain::id::{KeyId, RoleId, UserId};
use crate::domain::rights::Right;
use crate::domain::role::{RoleDraft, RoleFields};
use crate::domain::secret::Overlap;
use crate::domain::time::Timestamp;
use crate::domain::user::{UserDraft, UserFields};

/// A change of an API key that takes effect at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyChange {
    LockOut,
    Unlock,
    Delete,
    Restore,
    EndOverlap,
}

impl KeyChange {
    /// The right that it needs.
    #[must_use]
    pub const fn needs(self) -> &'static [Right] {
        match self {
            KeyChange::LockOut | KeyChange::Unlock | KeyChange::EndOverlap => &[Right::EditApiKeys],
            KeyChange::Delete | KeyChange::Restore => &[Right::DeleteApiKeys],
        }
    }
}

/// A change of a user that takes effect at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserChange {
    LockOut,
    Unlock,
    Delete,
}

impl UserChange {
    /// The right that it needs.
    #[must_use]
    pub const fn needs(self) -> &'static [Right] {
        match self {
            UserChange::LockOut | UserChange::Unlock => &[Right::EditUsers],
            UserChange::Delete => &[Right::DeleteUsers],
        }
    }
}

/// A change of one row, which can be looked at before it is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Intent {
    Key(KeyChange, KeyId),
    SaveKey {
        id: KeyId,
        before: Box<ApiKeyFields>,
        draft: Box<ApiKeyDraft>,
    },
    /// A new secret; how long the present one works after that may not be known yet.
    IssueSecret(KeyId, Option<Overlap>),
    User(UserChange, UserId),
    SaveUser {
        id: UserId,
        before: Box<UserFields>,
        draft: Box<UserDraft>,
    },
    DeleteRole(RoleId),
    SaveRole {
        id: RoleId,
        before: Box<RoleFields>,
        draft: Box<RoleDraft>,
    },
}

/// What stands in the way of a change that is not refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Prospect {
    Clear,
    /// The key or user is locked out already; by whom and since when, as far as the system events still tell it.
    LockedAlready(Option<LockedBy>),
    /// The key or user is not locked out: there is nothing to unlock.
    NotLocked,
    /// The change stops or revives these.
    Affects(Affected),
}

/// Which keys and users a change of roles stops, and which it revives.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Affected {
    pub keys_stopped: Named,
    pub keys_revived: Named,
    pub users_stopped: Named,
    pub users_revived: Named,
}

/// The first names of several, and how many there are. Who may not view them is told no names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Named {
    pub first: Vec<String>,
    pub all: i64,
}

impl Named {
    /// One of this name alone.
    #[must_use]
    pub fn one(name: &str) -> Named {
        Named {
            first: vec![name.to_owned()],
            all: 1,
        }
    }
}

impl Affected {
    /// What is asked before the change: nothing where it stops and revives nobody.
    #[must_use]
    pub fn prospect(self) -> Prospect {
        let all = [
            &self.keys_stopped,
            &self.keys_revived,
            &self.users_stopped,
            &self.users_revived,
        ];
        if all.iter().any(|named| named.all > 0) {
            Prospect::Affects(self)
        } else {
            Prospect::Clear
        }
    }
}

/// Who locked something out, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LockedBy {
    /// Nothing where the event names nobody.
    pub name: Option<String>,
    pub at: Timestamp,
}
