//! What somebody is about to do to one row, and what is known of it before they are asked whether they mean it.

use crate::domain::api_key::{ApiKeyDraft, ApiKeyFields};
use crate::domain::id::{KeyId, RoleId, UserId};
use crate::domain::rights::Right;
use crate::domain::role::{RoleDraft, RoleFields};
use crate::domain::secret::Overlap;
use crate::domain::state::LockedBy;
use crate::domain::user::{UserDraft, UserFields};

/// A change of an API key that takes effect at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyChange {
    /// The reason is empty where none is given.
    LockOut {
        reason: String,
    },
    Unlock,
    Delete,
    Restore,
    EndOverlap,
}

impl KeyChange {
    /// The right that it needs.
    #[must_use]
    pub const fn needs(&self) -> &'static [Right] {
        match self {
            KeyChange::LockOut { .. } | KeyChange::Unlock | KeyChange::EndOverlap => {
                &[Right::EditApiKeys]
            }
            KeyChange::Delete | KeyChange::Restore => &[Right::DeleteApiKeys],
        }
    }
}

/// A change of a user that takes effect at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UserChange {
    /// The reason is empty where none is given.
    LockOut {
        reason: String,
    },
    Unlock,
    Delete,
}

impl UserChange {
    /// The right that it needs.
    #[must_use]
    pub const fn needs(&self) -> &'static [Right] {
        match self {
            UserChange::LockOut { .. } | UserChange::Unlock => &[Right::EditUsers],
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

impl Intent {
    /// The rights of which one is enough for this user to make the change; where there are none, none is needed.
    #[must_use]
    pub fn needs(&self, actor: UserId) -> &'static [Right] {
        match self {
            Intent::Key(change, _) => change.needs(),
            Intent::IssueSecret(..) | Intent::SaveKey { .. } => &[Right::EditApiKeys],
            Intent::User(change, _) => change.needs(),
            Intent::SaveUser { id, .. } if *id == actor => &[],
            Intent::SaveUser { .. } => &[Right::EditUsers],
            Intent::SaveRole { .. } => &[Right::EditRoles],
            Intent::DeleteRole(_) => &[Right::DeleteRoles],
        }
    }

    /// The reason that is kept with the change, where it is of a kind that has one; empty so far.
    pub fn reason(&mut self) -> Option<&mut String> {
        match self {
            Intent::Key(KeyChange::LockOut { reason }, _)
            | Intent::User(UserChange::LockOut { reason }, _) => Some(reason),
            _ => None,
        }
    }
}

/// What stands in the way of a change that is not refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Prospect {
    Clear,
    /// The key or user is locked out already.
    LockedAlready {
        /// By whom and since when, as far as it is known.
        by: Option<LockedBy>,
        /// Empty where none was given.
        reason: String,
    },
    /// The key or user is not locked out: there is nothing to unlock.
    NotLocked,
    /// The change stops or revives these.
    Affects(Affected),
    /// The user who is to be deleted leaves API keys behind.
    LeavesKeys(LeftKeys),
}

/// The API keys that go on authenticating without the user who is to be deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LeftKeys {
    /// How many they made.
    pub made: i64,
    /// How many have them as their owner, under their name or full name.
    pub owned: i64,
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
