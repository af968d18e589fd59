//! Reviving needs holding: whatever lets a key or user do more than it could a moment ago needs every right that it
//! gives; whatever weakens needs only the right to do so.

use crate::domain::api_key::ApiKeyFields;
use crate::domain::authority::beyond;
use crate::domain::id::RoleId;
use crate::domain::role::RoleFields;
use crate::domain::time::Timestamp;
use crate::domain::user::UserFields;

/// How far a key or user can do what its role allows.
///
/// The present time is left out: who unlocks an expired key gives it back too, as the clock may be wrong.
#[derive(Clone, Copy, Debug)]
pub struct Standing<'a> {
    pub role: &'a RoleFields,
    /// Locked out or deleted: it can do nothing.
    pub stopped: bool,
    /// The first instant at which it can do nothing; nothing is for ever.
    pub until: Option<Timestamp>,
}

impl<'a> Standing<'a> {
    /// The standing while the key or user is locked out or deleted.
    #[must_use]
    pub fn stopped(self) -> Standing<'a> {
        Standing {
            stopped: true,
            ..self
        }
    }

    fn outlasts(&self, other: &Standing<'_>) -> bool {
        match (self.until, other.until) {
            (None, until) => until.is_some(),
            (Some(_), None) => false,
            (Some(own), Some(until)) => own > until,
        }
    }
}

/// A key or a user: what has a role.
pub trait Holder {
    fn name(&self) -> &str;
    fn role(&self) -> RoleId;
    /// The standing of one that is not deleted and has this role.
    fn standing<'a>(&self, role: &'a RoleFields) -> Standing<'a>;
}

impl Holder for ApiKeyFields {
    fn name(&self) -> &str {
        &self.name
    }

    fn role(&self) -> RoleId {
        self.role
    }

    fn standing<'a>(&self, role: &'a RoleFields) -> Standing<'a> {
        Standing {
            role,
            stopped: self.locked_out.is_some(),
            until: self.expiry.map(|expiry| expiry.at),
        }
    }
}

impl Holder for UserFields {
    fn name(&self) -> &str {
        &self.name
    }

    fn role(&self) -> RoleId {
        self.role
    }

    fn standing<'a>(&self, role: &'a RoleFields) -> Standing<'a> {
        Standing {
            role,
            stopped: self.locked_out.is_some(),
            until: None,
        }
    }
}

/// How a change gives a key or user more than the role of who makes it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Given {
    /// By a role that allows more than the one before.
    Role,
    /// By letting it work again, or for longer than before.
    Again,
}

/// How a change gives more than the role `own` holds; nothing where it only weakens, or gives what `own` holds.
///
/// `before` is nothing where the key, the user or the secret is new. The roles of who is stopped are compared, too: they
/// may be revived one day.
#[must_use]
pub fn given_beyond(
    own: &RoleFields,
    before: Option<&Standing<'_>>,
    after: &Standing<'_>,
) -> Option<Given> {
    let more = |before: Option<&RoleFields>| !beyond(own, before, after.role).is_empty();
    if more(before.map(|before| before.role)) {
        return Some(Given::Role);
    }
    let revived = before.is_some_and(|before| before.stopped || after.outlasts(before));
    (revived && !after.stopped && more(None)).then_some(Given::Again)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::rights::{Right, Rights};
    use crate::domain::role::Role;

    fn key(role: &RoleFields, until: Option<i64>) -> Standing<'_> {
        Standing {
            role,
            stopped: false,
            until: until.map(Timestamp),
        }
    }

    fn clerk() -> RoleFields {
        let [full, _] = Role::built_in().map(|role| role.fields);
        let rights = [Right::EditApiKeys, Right::DeleteApiKeys];
        RoleFields {
            rights: Rights::from_names(rights.map(|right| right.name().to_owned())),
            ..full
        }
    }

    #[test]
    fn who_does_not_hold_it_gives_nothing_back() {
        let [full, _] = Role::built_in().map(|role| role.fields);
        let clerk = clerk();
        let beyond = |before, after| given_beyond(&clerk, Some(&before), &after);
        let again = Some(Given::Again);
        assert_eq!(beyond(key(&full, None).stopped(), key(&full, None)), again);
        assert_eq!(beyond(key(&full, Some(5)), key(&full, None)), again);
        assert_eq!(beyond(key(&full, Some(5)), key(&full, Some(6))), again);
        let role = Some(Given::Role);
        assert_eq!(beyond(key(&clerk, None), key(&full, None)), role);
        let stopped = (key(&clerk, None).stopped(), key(&full, None).stopped());
        assert_eq!(beyond(stopped.0, stopped.1), role);
        assert_eq!(given_beyond(&clerk, None, &key(&full, None)), role);
    }

    #[test]
    fn what_weakens_needs_nothing_held() {
        let [full, auditor] = Role::built_in().map(|role| role.fields);
        let clerk = clerk();
        for (before, after) in [
            (key(&full, None), key(&full, None)),
            (key(&full, None), key(&full, None).stopped()),
            (key(&full, None), key(&full, Some(5))),
            (key(&full, Some(5)), key(&full, Some(4))),
            (key(&full, Some(5)).stopped(), key(&full, None).stopped()),
            (key(&full, None), key(&auditor, None)),
        ] {
            let given = given_beyond(&clerk, Some(&before), &after);
            assert_eq!(given, None, "{before:?} {after:?}");
        }
    }

    #[test]
    fn a_smaller_role_does_not_make_up_for_more_time() {
        let [full, auditor] = Role::built_in().map(|role| role.fields);
        let (before, after) = (key(&full, Some(5)), key(&auditor, None));
        let by = |own: &RoleFields| given_beyond(own, Some(&before), &after);
        assert_eq!(by(&clerk()), Some(Given::Again));
        assert_eq!(by(&full), None);
    }

    #[test]
    fn who_holds_it_gives_it_back() {
        let clerk = clerk();
        let before = key(&clerk, Some(5)).stopped();
        let given = given_beyond(&clerk, Some(&before), &key(&clerk, None));
        assert_eq!(given, None);
    }
}
