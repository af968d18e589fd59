//! A role: a named set of rights.

use crate::domain::rights::Rights;

/// The ID of a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RoleId(pub i64);

/// The built-in role that may do everything; it cannot be changed.
pub const FULL_ACCESS: RoleId = RoleId(1);
/// The built-in role that may view everything.
pub const AUDITOR: RoleId = RoleId(2);

/// A role with what it allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Role {
    pub id: RoleId,
    pub name: String,
    pub description: String,
    /// Cannot be changed or deleted.
    pub immutable: bool,
    /// `Allow Access to ... User Interface`.
    pub user_interface: bool,
    /// `Allow Access to Web Service API`.
    pub web_service: bool,
    pub rights: Rights,
}

impl Role {
    /// The two roles that every database starts with, as the original's.
    #[must_use]
    pub fn built_in() -> [Role; 2] {
        let role = |id, name: &str, immutable, rights| Role {
            id,
            name: name.to_owned(),
            description: String::new(),
            immutable,
            user_interface: true,
            web_service: true,
            rights,
        };
        [
            role(FULL_ACCESS, "Full Access", true, Rights::all()),
            role(AUDITOR, "Auditor", false, Rights::view_only()),
        ]
    }
}
