//! The list of users.

use crate::domain::filter::{Field, Kind, Sight, UserStateWord};
use crate::domain::id::UserId;
use crate::domain::list::{Listed, Order, Place};
use crate::domain::rights::Right;
use crate::domain::state::UserState;
use crate::domain::time::Timestamp;

/// What the list of users can be sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserSort {
    Name,
    State,
    Role,
    FullName,
    LastSignIn,
    Created,
    Id,
}

/// What a term can ask of a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserField {
    State,
    Role,
    Created,
    /// When they last signed in; where they never did, when they were created.
    Used,
    Id,
    Name,
}

/// One user in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserRow {
    pub place: Place,
    pub name: String,
    pub full_name: String,
    pub role: String,
    pub locked_out: bool,
    /// The role allows access to the user interface.
    pub user_interface: bool,
    pub created_at: Timestamp,
    pub last_sign_in_at: Option<Timestamp>,
}

impl Listed for UserRow {
    type SortBy = UserSort;
    type Field = UserField;

    const NEEDS: Right = Right::ViewUsers;
    const FIELDS: &'static [Field<UserField>] = &[
        Field::new(
            UserField::State,
            "state",
            Kind::Words(UserStateWord::WORDS),
            "filter_field.user_state",
        ),
        Field::new(UserField::Role, "role", Kind::Name, "filter_field.role"),
        Field::new(
            UserField::Used,
            "used",
            Kind::Past { never: true },
            "filter_field.signed_in",
        ),
        Field::new(
            UserField::Created,
            "created",
            Kind::Past { never: false },
            "filter_field.created",
        ),
        Field::new(UserField::Id, "id", Kind::Number, "filter_field.id"),
        Field::new(
            UserField::Name,
            "name",
            Kind::Text,
            "filter_field.user_name",
        ),
    ];
    const SIGHTS: &'static [Sight] = &[
        Sight::of("", "filter.all_users"),
        Sight::of("state:active", "filter.active"),
        Sight::of("used:>90d", "filter.not_signed_in"),
        Sight::of("used:never", "filter.never_signed_in"),
        Sight::of("state:no-access", "filter.no_ui_access"),
        Sight::told("state:locked", "filter.locked_out", "told.locked"),
    ];
    const LIST: &'static str = "users";
    const SORTS: &'static [UserSort] = &[
        UserSort::Name,
        UserSort::State,
        UserSort::Role,
        UserSort::FullName,
        UserSort::LastSignIn,
        UserSort::Created,
        UserSort::Id,
    ];
    const FIRST_ORDER: Order<UserSort> = Order {
        by: UserSort::Name,
        descending: false,
    };

    fn place(&self) -> &Place {
        &self.place
    }
}

impl UserRow {
    /// The user's ID.
    #[must_use]
    pub fn id(&self) -> UserId {
        UserId(self.place.id)
    }

    /// The user's state.
    #[must_use]
    pub fn state(&self) -> UserState {
        UserState::of(self.locked_out, self.user_interface)
    }
}
