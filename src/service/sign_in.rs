//! Who may be signed in, and what is noted of their coming and going.

use std::time::Duration;

use serde_json::{Value, json};

use crate::domain::event::EventKind;
use crate::domain::id::UserId;
use crate::domain::name::check_name;
use crate::domain::time::Timestamp;
use crate::domain::trouble::{Fault, Trouble};
use crate::domain::user::{Actor, Arrival, SignOut};
use crate::service::refuse::NOTING;
use crate::service::typed::missing;
use crate::service::{Service, record};
use crate::store::users::StoredUser;
use crate::store::{Tx, roles, users};

/// What is known of the sign-in on this connection.
#[derive(Debug, Default)]
pub(super) enum SignIn {
    /// Nobody has signed in on it.
    #[default]
    Nobody,
    /// Somebody has, and it is not recorded yet.
    Due(UserId, Arrival),
    Recorded(UserId),
}

impl SignIn {
    fn due(&self, actor: &Actor) -> Option<&Arrival> {
        match self {
            SignIn::Due(user, arrival) if *user == actor.user => Some(arrival),
            _ => None,
        }
    }
}

/// What becomes of a sign-in that is not recorded yet, and by now would be refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Entry {
    /// Nothing else is done.
    Strict,
    /// The rest is done without it: nobody is too little to be refused, or to leave.
    Lenient,
}

impl Service {
    /// The user with this name, on whose behalf things are done from now on. Of a success nothing is written yet:
    /// [`Service::note_sign_in`] does that, or else the first change of all. A refused sign-in is an event, as far as
    /// the database can be written.
    ///
    /// # Errors
    /// [`Trouble::NoSuchUser`], [`Trouble::LockedOut`], [`Trouble::NoUserInterface`].
    pub fn sign_in(&mut self, name: &str, arrival: &Arrival) -> Result<Actor, Trouble> {
        let (id, admitted) = self.store.read(|tx| {
            Ok::<_, Trouble>(match users::by_name(tx, name)? {
                Some(user) => (user.id, admit(tx, user)),
                None => (UserId(0), Err(missing(tx, name, Trouble::NoSuchUser)?)),
            })
        })?;
        match &admitted {
            Ok(actor) => self.sign_in = SignIn::Due(actor.user, arrival.clone()),
            Err(trouble) => self.note_refused_sign_in(id, name, arrival, trouble),
        }
        admitted
    }

    /// Whether there is a user of this name. Not asked on anybody's behalf, but by the owner of the database.
    ///
    /// # Errors
    /// [`Trouble::NoSuchUser`]; [`Trouble::Storage`].
    pub fn known_user(&self, name: &str) -> Result<(), Trouble> {
        self.store.read(|tx| match users::by_name(tx, name)? {
            Some(_) => Ok(()),
            None => Err(missing(tx, name, Trouble::NoSuchUser)?),
        })
    }

    /// The actor as they are now.
    ///
    /// # Errors
    /// As of [`Service::sign_in`]: the actor may not be signed in any more.
    pub fn look_again(&self, actor: &Actor) -> Result<Actor, Trouble> {
        self.store.read(|tx| admitted(tx, actor))
    }

    /// Records that the actor has signed in, and how they came, unless the first change has recorded it before; they
    /// may have been locked out since. Waits for no more than a moment: it can be asked for again.
    ///
    /// # Errors
    /// As of [`Service::sign_in`]; [`Trouble::Storage`].
    pub fn note_sign_in(&mut self, actor: &Actor, arrival: &Arrival) -> Result<(), Trouble> {
        if matches!(self.sign_in, SignIn::Recorded(user) if user == actor.user) {
            return Ok(());
        }
        self.sign_in = SignIn::Due(actor.user, arrival.clone());
        let done = self.within(NOTING, |service| {
            service.write_for(actor, Entry::Strict, |_, _| Ok(()))
        });
        if let Err(trouble) = &done {
            self.note_refused_sign_in(actor.user, &actor.name, arrival, trouble);
        }
        done
    }

    /// Records that the actor's console has ended. Nobody is too little to leave.
    ///
    /// # Errors
    /// What the database said.
    pub fn note_sign_out(&mut self, actor: &Actor, why: SignOut) -> Result<(), Trouble> {
        let mut body = json!({ "reason": why.word() });
        let mut kind = EventKind::UserSignedOut;
        if let SignOut::TimedOut { last_action } = why {
            kind = EventKind::UserTimedOut;
            body["lastAction"] = last_action.0.into();
        }
        self.write_for(actor, Entry::Lenient, |tx, now| {
            let target = (actor.user, actor.name.as_str());
            Ok(record(tx, now, kind, Some(actor), target, body)?)
        })
    }

    /// A transaction that writes, and the time at which its lock was held.
    pub(super) fn write<T>(
        &mut self,
        work: impl FnOnce(&Tx<'_>, Timestamp) -> Result<T, Trouble>,
    ) -> Result<T, Trouble> {
        let clock = &self.clock;
        self.store.write(|tx| work(tx, clock.now()))
    }

    /// The same on behalf of somebody, whose sign-in is recorded before it if it was not.
    pub(super) fn write_for<T>(
        &mut self,
        actor: &Actor,
        entry: Entry,
        work: impl FnOnce(&Tx<'_>, Timestamp) -> Result<T, Trouble>,
    ) -> Result<T, Trouble> {
        let due = self.sign_in.due(actor).cloned();
        let (done, recorded) = self.write(|tx, now| {
            let recorded = match &due {
                None => false,
                Some(arrival) => match enter(tx, actor, arrival, now) {
                    Err(trouble) if entry == Entry::Lenient && trouble.ends_console() => false,
                    done => done.map(|()| true)?,
                },
            };
            Ok((work(tx, now)?, recorded))
        })?;
        if recorded {
            self.sign_in = SignIn::Recorded(actor.user);
        }
        Ok(done)
    }

    /// Does it with no more patience for another process's lock than this.
    pub(super) fn within<T>(
        &mut self,
        budget: Duration,
        work: impl FnOnce(&mut Service) -> T,
    ) -> T {
        let patience = self.store.patience();
        patience.within(budget, || work(self))
    }

    /// Unlocks a user on behalf of the account that owns the database, which is no user: the way back in. Says
    /// whether the user was locked out.
    ///
    /// # Errors
    /// [`Trouble::NoSuchUser`]; [`Trouble::Storage`].
    pub fn break_glass(&mut self, account: &str, name: &str) -> Result<bool, Trouble> {
        let done = self.write(|tx, now| {
            let Some(user) = users::by_name(tx, name)? else {
                return Err(missing(tx, name, Trouble::NoSuchUser)?);
            };
            if !user.fields.locked_out {
                return Ok(false);
            }
            let mut fields = user.fields;
            fields.locked_out = false;
            users::update(tx, user.id, &fields)?;
            let target = (user.id, fields.name.as_str());
            let body = json!({ "account": account });
            record(tx, now, EventKind::GlassBroken, None, target, body)?;
            Ok(true)
        });
        if let Err(Trouble::NoSuchUser(_) | Trouble::SecretNamed) = &done {
            let name = told_name(name);
            let body =
                json!({ "action": "break-glass", "reason": "no-such-user", "account": account });
            let _ = self.within(NOTING, |service| {
                service.write(|tx, now| {
                    let (kind, target) = (EventKind::ActionRefused, (UserId(0), name.as_str()));
                    Ok(record(tx, now, kind, None, target, body)?)
                })
            });
        }
        done
    }

    /// Best effort: the refusal stands whether or not it can be written down.
    fn note_refused_sign_in(
        &mut self,
        id: UserId,
        name: &str,
        arrival: &Arrival,
        trouble: &Trouble,
    ) {
        let Some(reason) = trouble.refusal() else {
            return;
        };
        let body = json!({ "reason": reason, "unproven": unproven(arrival) });
        let kind = EventKind::UserSessionValidationFailed;
        let name = told_name(name);
        let _ = self.within(NOTING, |service| {
            service.write(|tx, now| Ok(record(tx, now, kind, None, (id, name.as_str()), body)?))
        });
    }
}

/// A user's name as it was given, for an event. What may not be a name may be a secret.
fn told_name(name: &str) -> String {
    check_name(name).unwrap_or_default()
}

/// Records a sign-in, if they still may.
fn enter(tx: &Tx<'_>, actor: &Actor, arrival: &Arrival, now: Timestamp) -> Result<(), Trouble> {
    let actor = admitted(tx, actor)?;
    users::signed_in(tx, actor.user, now)?;
    let target = (actor.user, actor.name.as_str());
    let body = json!({ "unproven": unproven(arrival) });
    let kind = EventKind::UserSignedIn;
    Ok(record(tx, now, kind, Some(&actor), target, body)?)
}

fn unproven(arrival: &Arrival) -> Value {
    let noted = |variable: &Option<String>| variable.as_deref().map(Arrival::noted);
    json!({
        "account": arrival.account,
        "sudoUser": noted(&arrival.sudo_user),
        "sshConnection": noted(&arrival.ssh_connection),
    })
}

/// The actor as they are now, by ID: another user may have their name by now.
pub(super) fn admitted(tx: &Tx<'_>, actor: &Actor) -> Result<Actor, Trouble> {
    let user =
        users::get(tx, actor.user)?.ok_or_else(|| Trouble::NoSuchUser(actor.name.clone()))?;
    admit(tx, user)
}

/// The user as an actor.
fn admit(tx: &Tx<'_>, user: StoredUser) -> Result<Actor, Trouble> {
    let fields = user.fields;
    if fields.locked_out {
        return Err(Trouble::LockedOut(fields.name));
    }
    // The table lets no user be without a role.
    let role = roles::get(tx, fields.role)?.ok_or(Trouble::Storage(Fault::Corrupt))?;
    if !role.fields.user_interface {
        return Err(Trouble::NoUserInterface {
            user: fields.name,
            role: role.fields.name,
        });
    }
    Ok(Actor {
        user: user.id,
        name: fields.name,
        full_name: fields.full_name,
        role,
        locale: fields.locale,
        zone: fields.zone,
    })
}
