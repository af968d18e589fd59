//! The list of roles.

use crate::domain::id::RoleId;
use crate::domain::list::{Listed, Order, Place};
use crate::domain::rights::Right;

/// What the list of roles can be sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RoleSort {
    Name,
    /// None, the user interface, the Web Service API, both.
    Access,
    Users,
    Keys,
    BuiltIn,
    Id,
    Description,
}

/// One role in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleRow {
    pub place: Place,
    pub name: String,
    /// The first line is enough for a list.
    pub description: String,
    pub user_interface: bool,
    pub web_service: bool,
    /// How many users have it.
    pub users: i64,
    /// How many undeleted API keys have it.
    pub keys: i64,
    /// Cannot be changed or deleted.
    pub immutable: bool,
}

impl Listed for RoleRow {
    type SortBy = RoleSort;
    type Facets = ();

    const NEEDS: Right = Right::ViewRoles;
    const SORTS: &'static [RoleSort] = &[
        RoleSort::Name,
        RoleSort::Access,
        RoleSort::Users,
        RoleSort::Keys,
        RoleSort::BuiltIn,
        RoleSort::Id,
        RoleSort::Description,
    ];
    const FIRST_ORDER: Order<RoleSort> = Order {
        by: RoleSort::Name,
        descending: false,
    };

    fn place(&self) -> &Place {
        &self.place
    }
}

impl RoleRow {
    /// The role's ID.
    #[must_use]
    pub fn id(&self) -> RoleId {
        RoleId(self.place.id)
    }

    /// Whether every database has it from its beginning.
    #[must_use]
    pub fn is_built_in(&self) -> bool {
        self.id().is_built_in()
    }
}
