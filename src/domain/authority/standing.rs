//! Reviving needs holding: whatever lets a key or user do more than it could a moment ago needs every right that it
//! gives; whatever weakens needs only the right to do so.

use crate::domain::address::allows_all_of;
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
    /// From where it can be used ([`crate::domain::address`]); empty is from anywhere.
    pub addresses: &'a str,
    /// How many requests a minute it can make; nothing is as many as it likes.
    pub rate: Option<u32>,
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

    /// Whether it can be used for longer, from more places or more often than `other`.
    fn exceeds(&self, other: &Standing<'_>) -> bool {
        more(self.until, other.until)
            || more(self.rate, other.rate)
            || !allows_all_of(other.addresses, self.addresses)
    }
}

/// Whether a bound lets more through than another; nothing is no bound.
fn more<T: PartialOrd>(own: Option<T>, other: Option<T>) -> bool {
    match (own, other) {
        (None, other) => other.is_some(),
        (Some(_), None) => false,
        (Some(own), Some(other)) => own > other,
    }
}

/// A key or a user: what has a role.
pub trait Holder {
    fn name(&self) -> &str;
    fn role(&self) -> RoleId;
    /// The standing of one that is not deleted and has this role.
    fn standing<'a>(&'a self, role: &'a RoleFields) -> Standing<'a>;
}

impl Holder for ApiKeyFields {
    fn name(&self) -> &str {
        &self.name
    }

    fn role(&self) -> RoleId {
        self.role
    }

    fn standing<'a>(&'a self, role: &'a RoleFields) -> Standing<'a> {
        Standing {
            role,
            stopped: self.locked_out.is_some(),
            until: self.expiry.map(|expiry| expiry.at),
            addresses: &self.addresses,
            rate: self.rate,
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

    fn standing<'a>(&'a self, role: &'a RoleFields) -> Standing<'a> {
        Standing {
            role,
            stopped: self.locked_out.is_some(),
            until: None,
            addresses: "",
            rate: None,
        }
    }
}

/// How a change gives a key or user more than the role of who makes it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Given {
    /// By a role that allows more than the one before.
    Role,
    /// By letting it work again, for longer, from more places or more often than before.
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
    let gives = |before: Option<&RoleFields>| !beyond(own, before, after.role).is_empty();
    if gives(before.map(|before| before.role)) {
        return Some(Given::Role);
    }
    let revived = before.is_some_and(|before| before.stopped || after.exceeds(before));
    (revived && !after.stopped && gives(None)).then_some(Given::Again)
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
            addresses: "",
            rate: None,
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
    fn loosening_the_bounds_of_a_key_gives_it_more() {
        let [full, _] = Role::built_in().map(|role| role.fields);
        let clerk = clerk();
        let key = |addresses, rate| Standing {
            addresses,
            rate,
            ..key(&full, None)
        };
        let inner = "10.1.0.0/16";
        for (before, after, gives) in [
            (key(inner, None), key("", None), true),
            (key(inner, None), key("10.0.0.0/8", None), true),
            (key("10.0.0.0/8", None), key(inner, None), false),
            (key("", None), key(inner, None), false),
            (key("", Some(5)), key("", None), true),
            (key("", Some(5)), key("", Some(6)), true),
            (key("", Some(5)), key("", Some(4)), false),
            (key("", None), key("", Some(4)), false),
        ] {
            let given = given_beyond(&clerk, Some(&before), &after);
            assert_eq!(given, gives.then_some(Given::Again), "{before:?} {after:?}");
            assert_eq!(given_beyond(&full, Some(&before), &after), None);
        }
    }

    #[test]
    fn who_holds_it_gives_it_back() {
        let clerk = clerk();
        let before = key(&clerk, Some(5)).stopped();
        let given = given_beyond(&clerk, Some(&before), &key(&clerk, None));
        assert_eq!(given, None);
    }
}
