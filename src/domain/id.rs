//! The IDs of rows; none is ever used again.

/// The ID of an API key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(pub i64);

/// The ID of a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RoleId(pub i64);

impl RoleId {
    /// Whether every database has the role from its beginning.
    #[must_use]
    pub fn is_built_in(self) -> bool {
        [FULL_ACCESS, AUDITOR].contains(&self)
    }
}

/// The built-in role that may do everything; it cannot be changed.
pub const FULL_ACCESS: RoleId = RoleId(1);
/// The built-in role that may view everything.
pub const AUDITOR: RoleId = RoleId(2);

/// The ID of a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UserId(pub i64);

/// A row of the table of secrets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SecretId(pub i64);

/// Who does something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Who {
    /// A user, in the console or by a command.
    User(UserId),
    /// An API key, and which of its secrets was sent.
    Key { key: KeyId, secret: SecretId },
}
