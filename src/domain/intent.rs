//! What somebody is about to do to one row, and what is known of it before they are asked whether they mean it.

use chrono::NaiveDate;
use serde_json::{Map, Value};

use crate::domain::api_key::{ApiKeyDraft, ApiKeyFields};
use crate::domain::edit::{KeyEdit, RoleEdit, UserEdit};
use crate::domain::id::{KeyId, RoleId, UserId};
use crate::domain::rights::Right;
use crate::domain::role::{RoleDraft, RoleFields};
use crate::domain::secret::Overlap;
use crate::domain::state::LockedBy;
use crate::domain::time::Timestamp;
use crate::domain::trouble::Trouble;
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
    SetRole(RoleId),
    /// The last day, in the key's own time zone; nothing is never.
    SetExpiry(Option<NaiveDate>),
    Edit(Box<KeyEdit>),
}

impl KeyChange {
    /// Whether it gives fields of the key other values, which is told field by field.
    #[must_use]
    pub const fn edits(&self) -> bool {
        matches!(
            self,
            KeyChange::SetRole(_) | KeyChange::SetExpiry(_) | KeyChange::Edit(_)
        )
    }

    /// The right that it needs.
    #[must_use]
    pub const fn needs(&self) -> &'static [Right] {
        match self {
            KeyChange::LockOut { .. }
            | KeyChange::Unlock
            | KeyChange::EndOverlap
            | KeyChange::SetRole(_)
            | KeyChange::SetExpiry(_)
            | KeyChange::Edit(_) => &[Right::EditApiKeys],
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
    SetRole(RoleId),
    Edit(Box<UserEdit>),
}

impl UserChange {
    /// The right that it needs.
    #[must_use]
    pub const fn needs(&self) -> &'static [Right] {
        match self {
            UserChange::LockOut { .. }
            | UserChange::Unlock
            | UserChange::SetRole(_)
            | UserChange::Edit(_) => &[Right::EditUsers],
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
    EditRole(Box<RoleEdit>, RoleId),
}

impl Intent {
    /// The rights of which one is enough for this user, or for a key, to make the change; where there are none, none is needed.
    #[must_use]
    pub fn needs(&self, actor: Option<UserId>) -> &'static [Right] {
        match self {
            Intent::Key(change, _) => change.needs(),
            Intent::IssueSecret(..) | Intent::SaveKey { .. } => &[Right::EditApiKeys],
            Intent::User(UserChange::Edit(_), id) if Some(*id) == actor => &[],
            Intent::User(change, _) => change.needs(),
            Intent::SaveUser { id, .. } if Some(*id) == actor => &[],
            Intent::SaveUser { .. } => &[Right::EditUsers],
            Intent::SaveRole { .. } | Intent::EditRole(..) => &[Right::EditRoles],
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
    /// The key is not deleted: there is nothing to restore.
    NotDeleted,
    /// It has already what it is to have.
    Same,
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

/// Which keys and users a change of roles stops, which it revives, and which keys open less after it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Affected {
    pub keys_stopped: Named,
    pub keys_revived: Named,
    /// They authenticate as before, and some services that they open now refuse them.
    pub keys_narrowed: Named,
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
    /// Whether it stops anybody or anything.
    #[must_use]
    pub fn stops(&self) -> bool {
        self.keys_stopped.all + self.users_stopped.all > 0
    }

    /// Whether it revives anybody or anything.
    #[must_use]
    pub fn revives(&self) -> bool {
        self.keys_revived.all + self.users_revived.all > 0
    }

    /// What is asked before the change: nothing where it stops, revives and narrows nobody.
    #[must_use]
    pub fn prospect(self) -> Prospect {
        if self.stops() || self.revives() || self.keys_narrowed.all > 0 {
            Prospect::Affects(self)
        } else {
            Prospect::Clear
        }
    }
}

impl Intent {
    /// The same change of another row.
    #[must_use]
    pub fn on(&self, row: i64) -> Intent {
        let mut other = self.clone();
        match &mut other {
            Intent::Key(_, id) | Intent::SaveKey { id, .. } | Intent::IssueSecret(id, _) => {
                id.0 = row;
            }
            Intent::User(_, id) | Intent::SaveUser { id, .. } => id.0 = row,
            Intent::DeleteRole(id) | Intent::SaveRole { id, .. } | Intent::EditRole(_, id) => {
                id.0 = row;
            }
        }
        other
    }

    /// The ID of the row that it changes.
    #[must_use]
    pub fn id(&self) -> i64 {
        match self {
            Intent::Key(_, id) | Intent::SaveKey { id, .. } | Intent::IssueSecret(id, _) => id.0,
            Intent::User(_, id) | Intent::SaveUser { id, .. } => id.0,
            Intent::DeleteRole(id) | Intent::SaveRole { id, .. } | Intent::EditRole(_, id) => id.0,
        }
    }
}

/// What would come of a change of one row among several, with what the row is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outlook {
    pub intent: Intent,
    /// The row's name; empty where there is no such row.
    pub name: String,
    /// The change is made only of the row as it is now.
    pub version: i64,
    /// When the key or user last signed in; nothing for a role.
    pub last_sign_in_at: Option<Timestamp>,
    /// What stands in the way, or why it would be refused.
    pub prospect: Result<Prospect, Trouble>,
    /// The fields that would get other values, each before and after, as events tell them; none unless they were asked for,
    /// and none of a row that the actor may not view.
    pub changes: Map<String, Value>,
}

impl Outlook {
    /// Whether the change would be made and change anything.
    #[must_use]
    pub fn is_open(&self) -> bool {
        matches!(
            self.prospect,
            Ok(Prospect::Clear | Prospect::Affects(_) | Prospect::LeavesKeys(_))
        )
    }
}
