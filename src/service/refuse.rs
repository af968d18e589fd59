//! Attempts to do what one may not: each is an event, in a transaction of its own, as the attempt's was given up.

use std::time::Duration;

use serde_json::json;

use crate::domain::event::{EventKind, Target};
use crate::domain::id::{KeyId, RoleId, SecretId, UserId};
use crate::domain::name::check_name;
use crate::domain::rights::Right;
use crate::domain::role::Role;
use crate::domain::time::Timestamp;
use crate::domain::trouble::{Fault, Trouble};
use crate::domain::user::Actor;
use crate::service::sign_in::Entry;
use crate::service::{Service, authorize_any, record};
use crate::store::{Tx, api_keys, roles, secrets, users};

/// How long a refusal may wait to be noted.
pub(super) const NOTING: Duration = Duration::from_millis(500);

/// What somebody sets about to do.
#[derive(Clone, Copy, Debug)]
pub(super) struct Attempt<'a> {
    /// The word in the event.
    pub verb: &'static str,
    pub on: On<'a>,
}

/// What it is to be done to.
#[derive(Clone, Copy, Debug)]
pub(super) enum On<'a> {
    Key(KeyId),
    /// The key whose secret it is.
    Secret(SecretId),
    User(UserId),
    Role(RoleId),
    /// One that is to be made, with the name that was typed.
    NewKey(&'a str),
    NewUser(&'a str),
    NewRole(&'a str),
    /// The system events.
    Trail,
}

impl Service {
    /// A change on behalf of a user who has one of these rights (or needs none): all of it or nothing. The closure is
    /// given the user's role as it is in the same transaction, and the time at which the lock was held. A sign-in that
    /// is not recorded yet is recorded before it, or nothing is changed. A refusal is noted.
    pub(super) fn change<T>(
        &mut self,
        actor: &Actor,
        needs: &[Right],
        attempt: Attempt<'_>,
        work: impl FnOnce(&Tx<'_>, &Role, Timestamp) -> Result<T, Trouble>,
    ) -> Result<T, Trouble> {
        let done = self.write_for(actor, Entry::Strict, |tx, now| {
            let role = authorize_any(tx, actor, needs)?;
            work(tx, &role, now)
        });
        if let Err(trouble) = &done {
            self.note(actor, attempt, trouble);
        }
        done
    }

    /// Notes a refusal. What hinders that never hides the refusal itself.
    pub(super) fn note(&mut self, actor: &Actor, attempt: Attempt<'_>, trouble: &Trouble) {
        let Some(reason) = trouble.refusal() else {
            return;
        };
        let mut body = json!({ "action": attempt.verb, "reason": reason });
        if let Trouble::NotAuthorized(right) = trouble {
            body["right"] = right.name().into();
        }
        let _ = self.within(NOTING, |service| {
            service.write_for(actor, Entry::Lenient, |tx, now| {
                let target = attempt.on.target(tx)?;
                let kind = EventKind::ActionRefused;
                Ok(record(tx, now, kind, Some(actor), target, body)?)
            })
        });
    }
}

impl On<'_> {
    fn target(self, tx: &Tx<'_>) -> Result<Target, Fault> {
        // What may not be a name has not become one, and may be a secret.
        let typed = |name| check_name(name).unwrap_or_default();
        Ok(match self {
            On::Key(id) => {
                let key = api_keys::get(tx, id)?.map(|key| key.fields.name);
                (id, key.unwrap_or_default().as_str()).into()
            }
            On::Secret(id) => match secrets::get(tx, id)? {
                Some(secret) => return On::Key(secret.key).target(tx),
                None => (KeyId(0), "").into(),
            },
            On::User(id) => {
                let user = users::get(tx, id)?.map(|user| user.fields.name);
                (id, user.unwrap_or_default().as_str()).into()
            }
            On::Role(id) => {
                let role = roles::get(tx, id)?.map(|role| role.fields.name);
                (id, role.unwrap_or_default().as_str()).into()
            }
            On::NewKey(name) => (KeyId(0), typed(name).as_str()).into(),
            On::NewUser(name) => (UserId(0), typed(name).as_str()).into(),
            On::NewRole(name) => (RoleId(0), typed(name).as_str()).into(),
            On::Trail => Target::trail(),
        })
    }
}
