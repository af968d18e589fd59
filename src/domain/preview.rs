//! What the preview of a list shows of the row that the cursor is on. Of what somebody may not read there is nothing.

use crate::domain::api_key::ApiKeyLife;
use crate::domain::event::trail::EventRow;
use crate::domain::rights::Rights;
use crate::domain::role::RoleFields;
use crate::domain::state::LockedBy;
use crate::domain::time::Timestamp;
use crate::domain::user::UserFields;

/// How many of its last events are shown of a row.
pub const LAST_EVENTS: usize = 5;

/// The preview of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Preview {
    Key(KeyPreview),
    User(UserPreview),
    Role(RolePreview),
    /// An event, as the list has it.
    Event(EventRow),
}

/// What is shown of an API key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyPreview {
    pub key: ApiKeyLife,
    pub role: RoleHeld,
    pub events: Option<Vec<LastEvent>>,
}

/// The role that a key or a user has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleHeld {
    pub name: String,
    pub user_interface: bool,
    pub web_service: bool,
    /// The services that its keys open; empty opens all.
    pub services: String,
    /// What it allows, for whoever may view roles.
    pub rights: Option<Rights>,
}

/// What is shown of a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserPreview {
    pub fields: UserFields,
    pub role: RoleHeld,
    pub created_at: Timestamp,
    /// Who locked them out, as far as it is known.
    pub locked_by: Option<LockedBy>,
    pub last_sign_in_at: Option<Timestamp>,
    pub keys: Option<KeysOfUser>,
    pub events: Option<Vec<LastEvent>>,
}

/// How many undeleted keys are a user's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeysOfUser {
    /// That they made.
    pub made: i64,
    /// That have them as their owner, under their name or full name.
    pub owned: i64,
}

/// What is shown of a role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RolePreview {
    pub fields: RoleFields,
    pub built_in: bool,
    /// How many users have it.
    pub users: i64,
    /// How many undeleted keys have it.
    pub keys: i64,
    pub events: Option<Vec<LastEvent>>,
}

/// One of the last events about a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastEvent {
    pub at: Timestamp,
    pub number: i64,
    /// The user's name; nothing is System.
    pub by: Option<String>,
}
