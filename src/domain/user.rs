//! People who may open the console.

use crate::domain::rights::{Right, Rights};

/// Longest user name, in characters.
pub const USER_NAME_MAX: usize = 32;

/// The ID of a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UserId(pub i64);

/// The user on whose behalf something is done, with the role as it was when it was read.
///
/// The rights in here only grey verbs; every use case reads the role again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    pub user: UserId,
    pub name: String,
    pub role_name: String,
    pub rights: Rights,
}

impl Actor {
    /// Whether the verb is worth offering.
    #[must_use]
    pub fn may(&self, right: Right) -> bool {
        self.rights.has(right)
    }
}

/// Whether a text is a user name: `[A-Za-z_][A-Za-z0-9_.@-]{0,31}`.
#[must_use]
pub fn is_user_name(name: &str) -> bool {
    let mut chars = name.chars();
    name.len() <= USER_NAME_MAX
        && chars
            .next()
            .is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && chars.all(|c| c.is_ascii_alphanumeric() || "_.@-".contains(c))
}

/// The operating system's account that the process runs as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OsAccount {
    /// Effective user ID.
    pub uid: u32,
    /// Its name in the account database.
    pub name: String,
    /// Root that came by way of sudo: it may not become the first user of a database.
    pub root_by_sudo: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn user_names_are_those_of_accounts() {
        for good in ["alice", "_svc", "a.b@c-d", "Z9", &"a".repeat(32)] {
            assert!(is_user_name(good), "{good}");
        }
        for bad in ["", "9a", "-x", "a b", "Zoë", &"a".repeat(33), "a\n"] {
            assert!(!is_user_name(bad), "{bad:?}");
        }
    }
}
