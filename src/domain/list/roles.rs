//! The list of roles.

use crate::domain::filter::{Field, Kind};
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

/// What a term can ask of a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RoleField {
    /// How many undeleted API keys have it.
    Keys,
    /// How many users have it.
    Users,
    Id,
    Name,
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
    /// The services that its keys open; empty opens all.
    pub services: String,
    /// How many users have it.
    pub users: i64,
    /// How many undeleted API keys have it.
    pub keys: i64,
    /// Cannot be changed or deleted.
    pub immutable: bool,
}

impl Listed for RoleRow {
    type SortBy = RoleSort;
    type Field = RoleField;

    const NEEDS: Right = Right::ViewRoles;
    const FIELDS: &'static [Field<RoleField>] = &[
        Field::new(RoleField::Keys, "keys", Kind::Number, "filter_field.keys"),
        Field::new(
            RoleField::Users,
            "users",
            Kind::Number,
            "filter_field.users",
        ),
        Field::new(RoleField::Id, "id", Kind::Number, "filter_field.id"),
        Field::new(RoleField::Name, "name", Kind::Text, "filter_field.name"),
        Field::new(
            RoleField::Description,
            "description",
            Kind::Text,
            "filter_field.description",
        ),
    ];
    const LIST: &'static str = "roles";
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
