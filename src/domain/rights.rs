//! Rights: what a role allows, under the JSON names of the original's API.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

const TREE: &str = include_str!("../../assets/rights.toml");

/// Every right there is, as `section.group.right`.
static CATALOGUE: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
    let tree: BTreeMap<String, BTreeMap<String, Vec<String>>> =
        toml::from_str(TREE).unwrap_or_default();
    let mut names = BTreeSet::new();
    for (section, groups) in &tree {
        for (group, rights) in groups {
            names.extend(
                rights
                    .iter()
                    .map(|right| format!("{section}.{group}.{right}")),
            );
        }
    }
    names
});

/// The rights that Keyward itself enforces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Right {
    ViewUsers,
    CreateUsers,
    EditUsers,
    DeleteUsers,
    ViewApiKeys,
    CreateApiKeys,
    EditApiKeys,
    DeleteApiKeys,
    ViewRoles,
    CreateRoles,
    EditRoles,
    DeleteRoles,
    /// The original's "events and alerts not related to computers": the system events.
    ViewEvents,
}

impl Right {
    /// Every enforced right.
    pub const ALL: [Right; 13] = [
        Right::ViewUsers,
        Right::CreateUsers,
        Right::EditUsers,
        Right::DeleteUsers,
        Right::ViewApiKeys,
        Right::CreateApiKeys,
        Right::EditApiKeys,
        Right::DeleteApiKeys,
        Right::ViewRoles,
        Right::CreateRoles,
        Right::EditRoles,
        Right::DeleteRoles,
        Right::ViewEvents,
    ];

    /// The full name in the tree.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Right::ViewUsers => "platformRights.administratorRights.canViewAdministrators",
            Right::CreateUsers => "platformRights.administratorRights.canCreateNewAdministrators",
            Right::EditUsers => "platformRights.administratorRights.canEditAdministratorProperties",
            Right::DeleteUsers => "platformRights.administratorRights.canDeleteAdministrators",
            Right::ViewApiKeys => "platformRights.apikeyRights.canViewApiKeys",
            Right::CreateApiKeys => "platformRights.apikeyRights.canCreateNewApiKeys",
            Right::EditApiKeys => "platformRights.apikeyRights.canEditApiKeyProperties",
            Right::DeleteApiKeys => "platformRights.apikeyRights.canDeleteApiKeys",
            Right::ViewRoles => "platformRights.administratorRoleRights.canViewAdministratorRoles",
            Right::CreateRoles => {
                "platformRights.administratorRoleRights.canCreateNewAdministratorRoles"
            }
            Right::EditRoles => {
                "platformRights.administratorRoleRights.canEditAdministratorRoleProperties"
            }
            Right::DeleteRoles => {
                "platformRights.administratorRoleRights.canDeleteAdministratorRoles"
            }
            Right::ViewEvents => "platformRights.computerRights.canViewNotRelatedToComputers",
        }
    }
}

/// A set of rights.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rights(BTreeSet<String>);

impl Rights {
    /// Every right.
    #[must_use]
    pub fn all() -> Rights {
        Rights(CATALOGUE.clone())
    }

    /// Every right to view: what read-only access means here.
    #[must_use]
    pub fn view_only() -> Rights {
        Rights(
            CATALOGUE
                .iter()
                .filter(|name| is_view(name))
                .cloned()
                .collect(),
        )
    }

    /// The set with these full names; names that are not in the tree are left out.
    #[must_use]
    pub fn from_names(names: impl IntoIterator<Item = String>) -> Rights {
        Rights(
            names
                .into_iter()
                .filter(|name| CATALOGUE.contains(name))
                .collect(),
        )
    }

    /// The full names, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// Whether the right is held.
    #[must_use]
    pub fn has(&self, right: Right) -> bool {
        self.0.contains(right.name())
    }

    /// What a caller of the API may be told in one word.
    #[must_use]
    pub fn access(&self) -> Access {
        if self.0.is_empty() {
            Access::None
        } else if self.0.iter().all(|name| is_view(name)) {
            Access::Read
        } else {
            Access::ReadWrite
        }
    }
}

fn is_view(name: &str) -> bool {
    name.rsplit('.')
        .next()
        .is_some_and(|right| right.starts_with("canView"))
}

/// A role's rights in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// No right at all.
    None,
    /// Only rights to view.
    Read,
    /// At least one right to do more than view.
    ReadWrite,
}

impl Access {
    /// The word in the answer of `keyward verify`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Access::None => "none",
            Access::Read => "read",
            Access::ReadWrite => "read-write",
        }
    }
}

impl Rights {
    /// Whether every right of the other set is held.
    #[must_use]
    pub fn contains_all(&self, other: &Rights) -> bool {
        self.0.is_superset(&other.0)
    }

    /// Both sets together.
    #[must_use]
    pub fn with(&self, other: &Rights) -> Rights {
        Rights(self.0.union(&other.0).cloned().collect())
    }

    /// What the other set does not hold.
    #[must_use]
    pub fn without(&self, other: &Rights) -> Rights {
        Rights(self.0.difference(&other.0).cloned().collect())
    }

    /// Whether no right is held.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tree_has_every_right_of_the_original() {
        assert_eq!(CATALOGUE.len(), 173);
        for right in Right::ALL {
            assert!(CATALOGUE.contains(right.name()), "{right:?}");
        }
    }

    #[test]
    fn access_follows_from_the_rights() {
        assert_eq!(Rights::all().access(), Access::ReadWrite);
        assert_eq!(Rights::view_only().access(), Access::Read);
        assert_eq!(Rights::default().access(), Access::None);
        let edit = Rights::from_names([
            Right::EditApiKeys.name().to_owned(),
            "no.such.right".to_owned(),
        ]);
        assert_eq!(edit.access(), Access::ReadWrite);
        assert_eq!(edit.names().count(), 1);
        assert!(
            !Rights::view_only().has(Right::EditApiKeys)
                && Rights::view_only().has(Right::ViewApiKeys)
        );
    }
}
