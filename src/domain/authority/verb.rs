//! What may be done to a key or user that is there: what greys a verb, and what refuses it.

use crate::domain::authority::{Standing, given_beyond, may_manage};
use crate::domain::rights::Right;
use crate::domain::role::RoleFields;
use crate::domain::state::Facts;

/// What can be done to an API key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyVerb {
    /// Properties: whatever is changed there has rules of its own.
    Edit,
    LockOut,
    Unlock,
    Delete,
    Restore,
    /// A new secret.
    Issue,
    EndOverlap,
}

/// What can be done to a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserVerb {
    Edit,
    LockOut,
    Unlock,
    Delete,
}

/// Why whoever has a role may not do it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The right is missing.
    NotAuthorized(Right),
    /// One's own role is bound to equal or less access, and the other one allows more.
    BeyondOwn,
    /// It would give back rights that one's own role does not hold.
    GivesBeyondOwn,
    /// The secret would give its holder more than one's own role allows.
    SecretBeyondOwn,
}

impl KeyVerb {
    /// Every verb.
    pub const ALL: [KeyVerb; 7] = [
        KeyVerb::Edit,
        KeyVerb::LockOut,
        KeyVerb::Unlock,
        KeyVerb::Delete,
        KeyVerb::Restore,
        KeyVerb::Issue,
        KeyVerb::EndOverlap,
    ];

    /// The right that it needs.
    #[must_use]
    pub fn needs(self) -> Right {
        match self {
            KeyVerb::Delete | KeyVerb::Restore => Right::DeleteApiKeys,
            _ => Right::EditApiKeys,
        }
    }
}

impl UserVerb {
    /// Every verb.
    pub const ALL: [UserVerb; 4] = [
        UserVerb::Edit,
        UserVerb::LockOut,
        UserVerb::Unlock,
        UserVerb::Delete,
    ];

    /// The right that it needs, but for what everybody may do with the own account.
    #[must_use]
    pub fn needs(self) -> Right {
        match self {
            UserVerb::Delete => Right::DeleteUsers,
            _ => Right::EditUsers,
        }
    }
}

/// What keeps whoever has the role `own` from doing it to a key with this role and these facts.
#[must_use]
pub fn key_refusal(
    own: &RoleFields,
    verb: KeyVerb,
    role: &RoleFields,
    facts: &Facts,
) -> Option<Refusal> {
    if !own.rights.has(verb.needs()) {
        return Some(Refusal::NotAuthorized(verb.needs()));
    }
    let before = Standing {
        role,
        stopped: facts.locked_out || facts.deleted,
        until: facts.expires_at,
    };
    let after = |facts: Facts| Standing {
        stopped: facts.locked_out || facts.deleted,
        ..before
    };
    let gives = |after| given_beyond(own, Some(&before), &after).is_some();
    match verb {
        // A new secret gives its holder everything, whatever bound there is.
        KeyVerb::Issue => given_beyond(own, None, &before).map(|_| Refusal::SecretBeyondOwn),
        _ if !may_manage(own, role) => Some(Refusal::BeyondOwn),
        KeyVerb::Unlock => gives(after(Facts {
            locked_out: false,
            ..*facts
        }))
        .then_some(Refusal::GivesBeyondOwn),
        KeyVerb::Restore => gives(after(Facts {
            deleted: false,
            ..*facts
        }))
        .then_some(Refusal::GivesBeyondOwn),
        KeyVerb::Edit | KeyVerb::LockOut | KeyVerb::Delete | KeyVerb::EndOverlap => None,
    }
}

/// What keeps whoever has the role `own` from doing it to another user with this role.
#[must_use]
pub fn user_refusal(
    own: &RoleFields,
    verb: UserVerb,
    role: &RoleFields,
    locked_out: bool,
) -> Option<Refusal> {
    if !own.rights.has(verb.needs()) {
        return Some(Refusal::NotAuthorized(verb.needs()));
    }
    if !may_manage(own, role) {
        return Some(Refusal::BeyondOwn);
    }
    let unlocked = Standing {
        role,
        stopped: false,
        until: None,
    };
    let before = unlocked.stopped();
    let gives = verb == UserVerb::Unlock
        && locked_out
        && given_beyond(own, Some(&before), &unlocked).is_some();
    gives.then_some(Refusal::GivesBeyondOwn)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::rights::Rights;
    use crate::domain::role::Role;

    const LOCKED: Facts = Facts {
        deleted: false,
        locked_out: true,
        expires_at: None,
        delivered: true,
        api_access: true,
    };

    #[test]
    fn a_clerk_weakens_a_full_access_key_and_revives_none() {
        let [full, _] = Role::built_in().map(|role| role.fields);
        let every = KeyVerb::ALL.map(|verb| verb.needs().name().to_owned());
        let clerk = RoleFields {
            rights: Rights::from_names(every),
            ..full.clone()
        };
        let refusal = |verb, facts| key_refusal(&clerk, verb, &full, &facts);
        for verb in [
            KeyVerb::Edit,
            KeyVerb::LockOut,
            KeyVerb::Delete,
            KeyVerb::EndOverlap,
        ] {
            assert_eq!(refusal(verb, LOCKED), None, "{verb:?}");
        }
        let gives = Some(Refusal::GivesBeyondOwn);
        assert_eq!(refusal(KeyVerb::Unlock, LOCKED), gives);
        let deleted = Facts {
            deleted: true,
            locked_out: false,
            ..LOCKED
        };
        assert_eq!(refusal(KeyVerb::Restore, deleted), gives);
        let both = Facts {
            locked_out: true,
            ..deleted
        };
        assert_eq!(refusal(KeyVerb::Restore, both), None, "it stays locked out");
        let issue = refusal(KeyVerb::Issue, LOCKED);
        assert_eq!(issue, Some(Refusal::SecretBeyondOwn));
        for verb in KeyVerb::ALL {
            assert_eq!(key_refusal(&full, verb, &full, &LOCKED), None, "{verb:?}");
            let bound = RoleFields {
                equal_or_less: true,
                ..full.clone()
            };
            assert!(key_refusal(&bound, verb, &full, &LOCKED).is_some());
        }
    }

    #[test]
    fn a_user_is_unlocked_by_who_holds_as_much() {
        let [full, auditor] = Role::built_in().map(|role| role.fields);
        let clerk = RoleFields {
            rights: auditor
                .rights
                .with(&Rights::from_names([Right::EditUsers.name().to_owned()])),
            ..full.clone()
        };
        let refusal = |verb, role| user_refusal(&clerk, verb, role, true);
        assert_eq!(refusal(UserVerb::Unlock, &auditor), None);
        let gives = Some(Refusal::GivesBeyondOwn);
        assert_eq!(refusal(UserVerb::Unlock, &full), gives);
        assert_eq!(refusal(UserVerb::LockOut, &full), None);
        let missing = Some(Refusal::NotAuthorized(Right::DeleteUsers));
        assert_eq!(refusal(UserVerb::Delete, &auditor), missing);
    }
}
