//! System events: the audit trail's kinds, and what an event holds.

pub mod chain;
pub mod flaw;
pub mod trail;

use serde_json::Value;

use crate::domain::id::{KeyId, RoleId, UserId, Who};
use crate::domain::words::words;

words! {
    /// How grave an event is.
    pub enum Level: /** The word in the database and on screen. */ word {
        Info = "Info",
        Warning = "Warning",
        Error = "Error",
    }
}

/// Declares the kinds: what each is called, its number, its level and its word.
macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident $number:literal $level:ident $word:literal;)+) => {
        /// What happened. Numbers below 9000 are the original's; Keyward's own start at 9000.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum EventKind {
            $($(#[$doc])* $kind = $number,)+
        }

        impl EventKind {
            /// Every kind.
            pub const ALL: &[EventKind] = &[$(EventKind::$kind),+];

            /// The level that the kind always has.
            #[must_use]
            pub fn level(self) -> Level {
                match self {
                    $(EventKind::$kind => Level::$level,)+
                }
            }

            /// The kind in lower-case words joined by hyphens: what a filter finds it by, and programs may name it by.
            #[must_use]
            pub fn word(self) -> &'static str {
                match self {
                    $(EventKind::$kind => $word,)+
                }
            }

            /// The name of the sentence that names the kind to people.
            #[must_use]
            pub fn sentence(self) -> &'static str {
                match self {
                    $(EventKind::$kind => concat!("event.", $word),)+
                }
            }
        }
    };
}

kinds! {
    /// The policy was changed.
    SystemSettingsSaved             150 Info    "system-settings-saved";
    UserSignedIn                    600 Info    "user-signed-in";
    UserSignedOut                   601 Info    "user-signed-out";
    UserTimedOut                    602 Info    "user-timed-out";
    UserLockedOut                   603 Info    "user-locked-out";
    UserUnlocked                    604 Info    "user-unlocked";
    /// Somebody who may not sign in tried to.
    UserSessionValidationFailed     608 Error   "user-session-validation-failed";
    UserCreated                     650 Info    "user-created";
    UserDeleted                     651 Info    "user-deleted";
    UserUpdated                     652 Info    "user-updated";
    ApiKeyCreated                   656 Info    "api-key-created";
    ApiKeyDeleted                   657 Info    "api-key-deleted";
    ApiKeyUpdated                   658 Info    "api-key-updated";
    RoleCreated                     660 Info    "role-created";
    RoleDeleted                     661 Info    "role-deleted";
    RoleUpdated                     662 Info    "role-updated";
    ApiKeyLockedOut                 673 Info    "api-key-locked-out";
    ApiKeyUnlocked                  674 Info    "api-key-unlocked";
    ApiKeySessionValidationFailed   675 Error   "api-key-session-validation-failed";
    ApiKeyExpired                   678 Info    "api-key-expired";
    SecretIssued                   9000 Info    "secret-issued";
    SecretDelivered                9001 Info    "secret-delivered";
    SecretDiscarded                9002 Info    "secret-discarded";
    OverlapEnded                   9003 Info    "overlap-ended";
    SecretSavedToFile              9004 Info    "secret-saved-to-file";
    ApiKeyRestored                 9005 Info    "api-key-restored";
    /// Somebody tried what their role does not allow.
    ActionRefused                  9006 Warning "action-refused";
    /// The database's owner unlocked a user without being one.
    GlassBroken                    9007 Warning "glass-broken";
    /// Old events were removed; its body says up to which, and the hash that the chain goes on from.
    EventsPruned                   9008 Warning "events-pruned";
    /// The database's owner made a copy of it; its body says where, and the last event that the copy has.
    BackupCreated                  9009 Info    "backup-created";
    /// The database's owner put a copy in the database's place; its body says which, and what was there before.
    BackupRestored                 9010 Warning "backup-restored";
    /// The database's owner moved all of it from a file to a server; its body says from where and to where.
    DatabaseMoved                  9011 Warning "database-moved";
}

impl EventKind {
    /// The number shown as Event ID.
    #[must_use]
    pub fn number(self) -> i64 {
        self as i64
    }

    /// The kind of this number; none for one that a later version may have.
    #[must_use]
    pub fn of(number: i64) -> Option<EventKind> {
        let mut kinds = EventKind::ALL.iter().copied();
        kinds.find(|kind| kind.number() == number)
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

/// Whose deed an event is: a user's or a key's, and the name under which they sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    pub who: Who,
    pub name: String,
}

impl Signature {
    /// The kind and ID that an event keeps beside the name; nobody is [`SYSTEM`].
    #[must_use]
    pub fn row(signature: Option<&Signature>) -> (&'static str, i64) {
        match signature.map(|signature| signature.who) {
            Some(Who::User(id)) => (USER, id.0),
            Some(Who::Key { key, .. }) => (API_KEY, key.0),
            None => (SYSTEM, 0),
        }
    }
}

/// An event that is about to be recorded.
#[derive(Clone, Debug, PartialEq)]
pub struct NewEvent {
    pub kind: EventKind,
    /// `None` is `System`.
    pub actor: Option<Signature>,
    pub target: Target,
    /// What changed, never a secret. The store adds the version of the format, and [`BEHIND`] where it is so.
    pub body: Value,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_found_by_its_number() {
        for kind in EventKind::ALL {
            assert_eq!(EventKind::of(kind.number()), Some(*kind));
        }
        assert_eq!(EventKind::of(1), None);
    }
}
