//! What somebody is about to do to one row, and what is known of it before they are asked whether they mean it.

use crate::domain::api_key::KeyId;
use crate::domain::role::RoleId;
use crate::domain::time::Timestamp;
use crate::domain::user::UserId;

/// A change of one row that is asked about first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Intent {
    LockOut(KeyId),
    Unlock(KeyId),
    Delete(KeyId),
    Restore(KeyId),
    EndOverlap(KeyId),
    /// A new secret for the key.
    Issue(KeyId),
    LockOutUser(UserId),
    UnlockUser(UserId),
    DeleteUser(UserId),
    DeleteRole(RoleId),
}

/// What stands in the way of a change that is not refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Prospect {
    Clear,
    /// It is locked out already; by whom and since when, as far as the system events still tell it.
    LockedAlready(Option<LockedBy>),
    /// It is not locked out, so that nothing can be unlocked.
    NotLocked,
}

/// Who locked something out, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LockedBy {
    /// Nothing where nobody did it.
    pub name: Option<String>,
    pub at: Timestamp,
}
