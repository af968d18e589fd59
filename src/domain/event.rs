//! System events: the audit trail's kinds, and the chain that ties one event to the one before.

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::domain::time::Timestamp;

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

/// What an event is about; the name is the one it had then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// `api-key`, `user`, `role` or `system`.
    pub kind: &'static str,
    pub id: i64,
    pub name: String,
}

/// An event that is about to be recorded.
#[derive(Clone, Debug, PartialEq)]
pub struct NewEvent {
    pub kind: EventKind,
    /// The user's name; `None` is `System`.
    pub actor: Option<String>,
    pub target: Target,
    /// What changed, never a secret. The store adds the version of the format.
    pub body: Value,
}

/// The fields of an event that its hash covers, in this order.
#[derive(Clone, Copy, Debug)]
pub struct Hashed<'a> {
    pub sequence: i64,
    pub at: Timestamp,
    pub number: i64,
    pub level: &'a str,
    /// Empty for `System`.
    pub actor: &'a str,
    pub target_kind: &'a str,
    pub target_id: i64,
    pub target_name: &'a str,
    pub body: &'a str,
}

/// The hash before the first event: 32 zero bytes.
pub const CHAIN_START: [u8; 32] = [0; 32];

/// SHA-256 over the previous hash and every field, each text with its length before it, so that no two different
/// events give the same bytes.
#[must_use]
pub fn chain(previous: &[u8; 32], event: &Hashed<'_>) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(b"keyward-event-v1");
    hash.update(previous);
    for number in [event.sequence, event.at.0, event.number, event.target_id] {
        hash.update(number.to_be_bytes());
    }
    for text in [
        event.level,
        event.actor,
        event.target_kind,
        event.target_name,
        event.body,
    ] {
        hash.update((text.len() as u64).to_be_bytes());
        hash.update(text.as_bytes());
    }
    hash.finalize().into()
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
        }
    }

    #[test]
    fn every_field_changes_the_hash() {
        let event = Hashed {
            sequence: 1,
            at: Timestamp(2),
            number: 656,
            level: "Info",
            actor: "ab",
            target_kind: "api-key",
            target_id: 3,
            target_name: "c",
            body: "{}",
        };
        let hashes = [
            chain(&CHAIN_START, &event),
            chain(&[1; 32], &event),
            chain(
                &CHAIN_START,
                &Hashed {
                    sequence: 2,
                    ..event
                },
            ),
            chain(
                &CHAIN_START,
                &Hashed {
                    at: Timestamp(3),
                    ..event
                },
            ),
            chain(
                &CHAIN_START,
                &Hashed {
                    number: 657,
                    ..event
                },
            ),
            chain(
                &CHAIN_START,
                &Hashed {
                    level: "Error",
                    ..event
                },
            ),
            chain(
                &CHAIN_START,
                &Hashed {
                    actor: "a",
                    target_kind: "bapi-key",
                    ..event
                },
            ),
            chain(
                &CHAIN_START,
                &Hashed {
                    target_id: 4,
                    ..event
                },
            ),
            chain(
                &CHAIN_START,
                &Hashed {
                    target_name: "d",
                    ..event
                },
            ),
            chain(
                &CHAIN_START,
                &Hashed {
                    body: "{ }",
                    ..event
                },
            ),
        ];
        for (i, one) in hashes.iter().enumerate() {
            assert!(hashes[i + 1..].iter().all(|other| other != one), "{i}");
        }
    }
}
