//! Changes on behalf of a user: each is one transaction, and an attempt that is refused is an event.

use serde_json::{Map, Value, json};

use crate::domain::event::{EventKind, Target};
use crate::domain::id::{KeyId, RoleId, SecretId, UserId};
use crate::domain::intent::Prospect;
use crate::domain::name::{check_name, check_reason};
use crate::domain::problem::{Field, Problem, Rule};
use crate::domain::reference::RowKind;
use crate::domain::rights::Right;
use crate::domain::role::Role;
use crate::domain::state::LockedBy;
use crate::domain::time::Timestamp;
use crate::domain::trouble::{Fault, Trouble};
use crate::domain::user::Actor;
use crate::service::Service;
use crate::service::admission::authorize;
use crate::service::record::{NOTING, Writing};
use crate::service::sign_in::Entry;
use crate::store::names;
use crate::store::patience::give_way;
use crate::store::{Tx, api_keys, events, roles, secrets, users};

/// The kinds of events that tell of fields that were changed, of a lock that was set and of one that was taken off.
pub(super) type Edits = [EventKind; 3];

/// What a use case has at hand, once the lock is held.
pub(super) struct Change<'a> {
    pub tx: &'a Tx<'a>,
    pub actor: &'a Actor,
    /// The actor's role as it is in the same transaction.
    pub own: &'a Role,
    pub now: Timestamp,
}

impl Change<'_> {
    /// Records what the actor did.
    pub(super) fn record(
        &self,
        kind: EventKind,
        target: impl Into<Target>,
        body: Value,
    ) -> Result<(), Trouble> {
        let writing = Writing {
            tx: self.tx,
            actor: Some(self.actor),
            now: self.now,
        };
        writing.record(kind, target, body)
    }

    /// Records an edit: the fields that differ, if there are such, and a lock that was set or taken off.
    pub(super) fn record_edit(
        &self,
        [updated, locked_out, unlocked]: Edits,
        target: &Target,
        mut differences: Map<String, Value>,
        lock: (Option<&str>, Option<&str>),
    ) -> Result<(), Trouble> {
        if let (Some(before), Some(after)) = lock
            && before != after
        {
            let reason = json!({ "before": before, "after": after });
            differences.insert("lockReason".to_owned(), reason);
        }
        if !differences.is_empty() {
            let body = json!({ "changes": differences });
            self.record(updated, target.clone(), body)?;
        }
        match lock {
            (None, Some(reason)) => self.record(locked_out, target.clone(), lock_in_event(reason)),
            (Some(_), None) => self.record(unlocked, target.clone(), json!({})),
            _ => Ok(()),
        }
    }

    /// The lock that is wanted of what has this one: a locked one stays as it is, with the reason that it has.
    pub(super) fn lock(
        present: Option<&String>,
        wanted: Option<&str>,
    ) -> Result<Option<String>, Trouble> {
        match (present, wanted) {
            (Some(reason), Some(_)) => Ok(Some(reason.clone())),
            (None, Some(typed)) => match check_reason(typed) {
                Ok(reason) => Ok(Some(reason)),
                Err(rule) => {
                    let problem = Problem::new(Field::LockedOut, rule);
                    Err(Trouble::Problems(vec![problem]))
                }
            },
            (_, None) => Ok(None),
        }
    }

    /// Refuses clashes with what somebody else has saved, with the name of whoever changed the field last.
    pub(super) fn refuse_clashes<T>(
        &self,
        merged: Result<T, Vec<Problem>>,
        target: &Target,
        edits: Edits,
    ) -> Result<T, Trouble> {
        let mut clashes = match merged {
            Ok(merged) => return Ok(merged),
            Err(clashes) => clashes,
        };
        for clash in &mut clashes {
            if let Rule::ChangedMeanwhile { by, .. } = &mut clash.rule {
                *by = events::last_editor(self.tx, target, edits, clash.field.in_events())?;
            }
        }
        Err(Trouble::Problems(clashes))
    }
}

/// The body of the event of a lock, without a reason where none was given.
pub(super) fn lock_in_event(reason: &str) -> Value {
    match reason {
        "" => json!({}),
        reason => json!({ "reason": reason }),
    }
}

/// Whether what has this lock is locked out already.
pub(super) fn locked_already(lock: Option<String>, by: Option<LockedBy>) -> Prospect {
    match lock {
        Some(reason) => Prospect::LockedAlready { by, reason },
        None => Prospect::Clear,
    }
}

/// Whether there is nothing to unlock.
pub(super) fn not_locked(lock: Option<&String>) -> Prospect {
    match lock {
        Some(_) => Prospect::Clear,
        None => Prospect::NotLocked,
    }
}

/// What somebody sets about to do.
#[derive(Clone, Copy)]
pub(super) struct Attempt<'a> {
    /// The word in the event of a refusal.
    verb: &'static str,
    on: On<'a>,
    /// The rights of which one is enough; where there are none, none is needed.
    needs: &'a [Right],
}

impl<'a> Attempt<'a> {
    pub(super) const fn new(verb: &'static str, on: On<'a>, needs: &'a [Right]) -> Attempt<'a> {
        Attempt { verb, on, needs }
    }
}

/// What it is to be done to.
#[derive(Clone, Copy)]
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
    /// A change on behalf of a user who has one of the rights that it needs: all of it or nothing. A sign-in that is
    /// not recorded yet is recorded before it, or nothing is changed. A refusal is noted.
    pub(super) fn change<T>(
        &mut self,
        actor: &Actor,
        attempt: Attempt<'_>,
        work: impl FnOnce(&Change<'_>) -> Result<T, Trouble>,
    ) -> Result<T, Trouble> {
        let seen = self.seen;
        let done = self.write_for(actor, Entry::Strict, |writing| {
            let (tx, now) = (writing.tx, writing.now);
            let own = &authorize(tx, actor, attempt.needs, now)?;
            if let Some(version) = seen {
                attempt.on.refuse_unless(version, tx)?;
            }
            work(&Change {
                tx,
                actor,
                own,
                now,
            })
        });
        self.note_refusal(actor, attempt, done)
    }

    /// Makes changes of a row only while it is of this version: where somebody has changed it since it was seen they are
    /// refused with [`Trouble::ChangedSinceSeen`]. As many may follow each other, whoever else waits to write has a turn
    /// behind each.
    pub fn unless_changed<T>(&mut self, version: i64, work: impl FnOnce(&mut Service) -> T) -> T {
        self.seen = Some(version);
        let done = work(self);
        self.seen = None;
        give_way();
        done
    }

    /// Looks at the database as a change would find it now. Nothing is noted.
    pub(super) fn look_ahead<T>(
        &self,
        actor: &Actor,
        needs: &[Right],
        work: impl FnOnce(&Change<'_>) -> Result<T, Trouble>,
    ) -> Result<T, Trouble> {
        self.ask(actor, needs, |tx, own| {
            work(&Change {
                tx,
                actor,
                own,
                now: self.now(),
            })
        })
    }

    /// Looks at what a change would find, before it or in place of one. A refusal is noted.
    pub(super) fn look_first<T>(
        &mut self,
        actor: &Actor,
        attempt: Attempt<'_>,
        work: impl FnOnce(&Change<'_>) -> Result<T, Trouble>,
    ) -> Result<T, Trouble> {
        let done = self.look_ahead(actor, attempt.needs, work);
        self.note_refusal(actor, attempt, done)
    }

    /// Notes it where what was done is a refusal, in a transaction of its own: that of the attempt was given up. What
    /// hinders the note never hides the refusal itself.
    pub(super) fn note_refusal<T>(
        &mut self,
        actor: &Actor,
        attempt: Attempt<'_>,
        done: Result<T, Trouble>,
    ) -> Result<T, Trouble> {
        let Err(trouble) = &done else { return done };
        let Some(reason) = trouble.refusal() else {
            return done;
        };
        let mut body = json!({ "action": attempt.verb, "reason": reason });
        if let Trouble::NotAuthorized(right) = trouble {
            body["right"] = right.name().into();
        }
        let _ = self.within(NOTING, |service| {
            service.write_for(actor, Entry::Lenient, |writing| {
                let target = attempt.on.target(writing.tx)?;
                writing.record(EventKind::ActionRefused, target, body)
            })
        });
        done
    }
}

impl On<'_> {
    /// Refuses where the row is no longer of this version, or is not there any more.
    fn refuse_unless(self, version: i64, tx: &Tx<'_>) -> Result<(), Trouble> {
        let (named, id) = match self {
            On::Key(id) => (RowKind::ApiKey, id.0),
            On::User(id) => (RowKind::User, id.0),
            On::Role(id) => (RowKind::Role, id.0),
            // What is made anew was not seen before.
            On::Secret(_) | On::NewKey(_) | On::NewUser(_) | On::NewRole(_) | On::Trail => {
                return Ok(());
            }
        };
        match names::seen(tx, named, id)? {
            Some(seen) if seen.version != version => Err(Trouble::ChangedSinceSeen),
            // The change itself says that it is gone.
            _ => Ok(()),
        }
    }

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
