//! System events: the audit trail's kinds, and what an event holds.

pub mod chain;
pub mod flaw;
pub mod trail;

use serde_json::Value;

use crate::domain::id::{KeyId, RoleId, UserId};

/// What happened. Numbers below 9000 are the original's; Keyward's own start at 9000.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventKind {
    UserSignedIn,
    UserSignedOut,
    UserTimedOut,
    UserLockedOut,
    UserUnlocked,
    /// Somebody who may not sign in tried to.
    UserSessionValidationFailed,
    UserCreated,
    UserDeleted,
    UserUpdated,
    ApiKeyCreated,
    ApiKeyDeleted,
    ApiKeyUpdated,
    RoleCreated,
    RoleDeleted,
    RoleUpdated,
    ApiKeyLockedOut,
    ApiKeyUnlocked,
    ApiKeySessionValidationFailed,
    ApiKeyExpired,
    SecretIssued,
    SecretDelivered,
    SecretDiscarded,
    OverlapEnded,
    SecretSavedToFile,
    ApiKeyRestored,
    /// Somebody tried what their role does not allow.
    ActionRefused,
    /// The database's owner unlocked a user without being one.
    GlassBroken,
    /// Old events were removed; its body says up to which, and the hash that the chain goes on from.
    EventsPruned,
}

/// How grave an event is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    Info,
    Warning,
    Error,
}

impl Level {
    /// Every level.
    pub const ALL: [Level; 3] = [Level::Info, Level::Warning, Level::Error];

    /// The word in the database and on screen.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Level::Info => "Info",
            Level::Warning => "Warning",
            Level::Error => "Error",
        }
    }
}

impl EventKind {
    /// Every kind.
    pub const ALL: [EventKind; 28] = [
        EventKind::UserSignedIn,
        EventKind::UserSignedOut,
        EventKind::UserTimedOut,
        EventKind::UserLockedOut,
        EventKind::UserUnlocked,
        EventKind::UserSessionValidationFailed,
        EventKind::UserCreated,
        EventKind::UserDeleted,
        EventKind::UserUpdated,
        EventKind::ApiKeyCreated,
        EventKind::ApiKeyDeleted,
        EventKind::ApiKeyUpdated,
        EventKind::RoleCreated,
        EventKind::RoleDeleted,
        EventKind::RoleUpdated,
        EventKind::ApiKeyLockedOut,
        EventKind::ApiKeyUnlocked,
        EventKind::ApiKeySessionValidationFailed,
        EventKind::ApiKeyExpired,
        EventKind::SecretIssued,
        EventKind::SecretDelivered,
        EventKind::SecretDiscarded,
        EventKind::OverlapEnded,
        EventKind::SecretSavedToFile,
        EventKind::ApiKeyRestored,
        EventKind::ActionRefused,
        EventKind::GlassBroken,
        EventKind::EventsPruned,
    ];

    /// The number shown as Event ID.
    #[must_use]
    pub fn number(self) -> i64 {
        match self {
            EventKind::UserSignedIn => 600,
            EventKind::UserSignedOut => 601,
            EventKind::UserTimedOut => 602,
            EventKind::UserLockedOut => 603,
            EventKind::UserUnlocked => 604,
            EventKind::UserSessionValidationFailed => 608,
            EventKind::UserCreated => 650,
            EventKind::UserDeleted => 651,
            EventKind::UserUpdated => 652,
            EventKind::ApiKeyCreated => 656,
            EventKind::ApiKeyDeleted => 657,
            EventKind::ApiKeyUpdated => 658,
            EventKind::RoleCreated => 660,
            EventKind::RoleDeleted => 661,
            EventKind::RoleUpdated => 662,
            EventKind::ApiKeyLockedOut => 673,
            EventKind::ApiKeyUnlocked => 674,
            EventKind::ApiKeySessionValidationFailed => 675,
            EventKind::ApiKeyExpired => 678,
            EventKind::SecretIssued => 9000,
            EventKind::SecretDelivered => 9001,
            EventKind::SecretDiscarded => 9002,
            EventKind::OverlapEnded => 9003,
            EventKind::SecretSavedToFile => 9004,
            EventKind::ApiKeyRestored => 9005,
            EventKind::ActionRefused => 9006,
            EventKind::GlassBroken => 9007,
            EventKind::EventsPruned => 9008,
        }
    }

    /// The kind of this number; none for one that a later version may have.
    #[must_use]
    pub fn of(number: i64) -> Option<EventKind> {
        EventKind::ALL
            .into_iter()
            .find(|kind| kind.number() == number)
    }

    /// The kind in lower-case words joined by hyphens: what a filter finds it by, and programs may name it by.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            EventKind::UserSignedIn => "user-signed-in",
            EventKind::UserSignedOut => "user-signed-out",
            EventKind::UserTimedOut => "user-timed-out",
            EventKind::UserLockedOut => "user-locked-out",
            EventKind::UserUnlocked => "user-unlocked",
            EventKind::UserSessionValidationFailed => "user-session-validation-failed",
            EventKind::UserCreated => "user-created",
            EventKind::UserDeleted => "user-deleted",
            EventKind::UserUpdated => "user-updated",
            EventKind::ApiKeyCreated => "api-key-created",
            EventKind::ApiKeyDeleted => "api-key-deleted",
            EventKind::ApiKeyUpdated => "api-key-updated",
            EventKind::RoleCreated => "role-created",
            EventKind::RoleDeleted => "role-deleted",
            EventKind::RoleUpdated => "role-updated",
            EventKind::ApiKeyLockedOut => "api-key-locked-out",
            EventKind::ApiKeyUnlocked => "api-key-unlocked",
            EventKind::ApiKeySessionValidationFailed => "api-key-session-validation-failed",
            EventKind::ApiKeyExpired => "api-key-expired",
            EventKind::SecretIssued => "secret-issued",
            EventKind::SecretDelivered => "secret-delivered",
            EventKind::SecretDiscarded => "secret-discarded",
            EventKind::OverlapEnded => "overlap-ended",
            EventKind::SecretSavedToFile => "secret-saved-to-file",
            EventKind::ApiKeyRestored => "api-key-restored",
            EventKind::ActionRefused => "action-refused",
            EventKind::GlassBroken => "glass-broken",
            EventKind::EventsPruned => "events-pruned",
        }
    }

    /// The level that the kind always has.
    #[must_use]
    pub fn level(self) -> Level {
        match self {
            EventKind::ApiKeySessionValidationFailed | EventKind::UserSessionValidationFailed => {
                Level::Error
            }
            EventKind::ActionRefused | EventKind::GlassBroken | EventKind::EventsPruned => {
                Level::Warning
            }
            _ => Level::Info,
        }
    }
}

/// The field of a body that holds the time of the event before, where this one's clock is behind it.
pub const BEHIND: &str = "clockBehind";

/// The kind of target that an API key is.
pub const API_KEY: &str = "api-key";
/// The kind of target that a user is.
pub const USER: &str = "user";
/// The kind of target that a role is.
pub const ROLE: &str = "role";
/// The kind of target that Keyward itself is: the trail.
pub const SYSTEM: &str = "system";

/// What an event is about; the name is the one it had then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// `api-key`, `user`, `role` or `system`.
    pub kind: &'static str,
    pub id: i64,
    pub name: String,
}

impl Target {
    /// The system events themselves.
    #[must_use]
    pub fn trail() -> Target {
        Target {
            kind: SYSTEM,
            id: 0,
            name: String::new(),
        }
    }
}

impl From<(KeyId, &str)> for Target {
    fn from((id, name): (KeyId, &str)) -> Target {
        Target {
            kind: API_KEY,
            id: id.0,
            name: name.to_owned(),
        }
    }
}

impl From<(RoleId, &str)> for Target {
    fn from((id, name): (RoleId, &str)) -> Target {
        Target {
            kind: ROLE,
            id: id.0,
            name: name.to_owned(),
        }
    }
}

impl From<(UserId, &str)> for Target {
    fn from((id, name): (UserId, &str)) -> Target {
        Target {
            kind: USER,
            id: id.0,
            name: name.to_owned(),
        }
    }
}

/// An event that is about to be recorded.
#[derive(Clone, Debug, PartialEq)]
pub struct NewEvent {
    pub kind: EventKind,
    /// The user's name; `None` is `System`.
    pub actor: Option<String>,
    pub target: Target,
    /// What changed, never a secret. The store adds the version of the format, and [`BEHIND`] where it is so.
    pub body: Value,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_kinds_have_one_number() {
        for (i, kind) in EventKind::ALL.iter().enumerate() {
            let others = &EventKind::ALL[i + 1..];
            assert!(
                others.iter().all(|other| other.number() != kind.number()),
                "{kind:?}"
            );
            assert_eq!(EventKind::of(kind.number()), Some(*kind));
        }
        assert_eq!(EventKind::of(1), None);
    }
}
