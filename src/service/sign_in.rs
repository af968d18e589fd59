//! Who may be signed in, and what is noted of their coming and going.

use serde_json::{Value, json};

use crate::domain::event::EventKind;
use crate::domain::id::UserId;
use crate::domain::name::check_name;
use crate::domain::rights::Right;
use crate::domain::role::Role;
use crate::domain::trouble::Trouble;
use crate::domain::user::{Actor, Arrival, SignOut};
use crate::service::admission::{admit_user, admitted, authorize};
use crate::service::record::{NOTING, Writing};
use crate::service::typed::missing;
use crate::service::{Service, SignIn};
use crate::store::{Tx, users};

/// What becomes of a write on behalf of somebody whose sign-in is not recorded yet, and by now would be refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Entry {
    /// Nothing is written.
    Strict,
    /// The rest is written without the sign-in: a refusal, and that somebody left, are recorded of everybody.
    Lenient,
}

impl Service {
    /// The user with this name, on whose behalf things are done from now on. Of a success nothing is written yet:
    /// [`Service::note_sign_in`] does that, or else the first change of all. A refused sign-in is an event, as far as
    /// the database can be written.
    pub fn sign_in(&mut self, name: &str, arrival: &Arrival) -> Result<Actor, Trouble> {
        let (id, admitted) = self.store.read(|tx| {
            Ok::<_, Trouble>(match users::by_name(tx, name)? {
                Some(user) => (user.id, admit_user(tx, user)),
                None => (UserId(0), Err(missing(tx, name, Trouble::NoSuchUser)?)),
            })
        })?;
        match &admitted {
            Ok(_) => self.sign_in = SignIn::Due(id, arrival.clone()),
            Err(trouble) => self.note_refused_sign_in(id, name, arrival, trouble),
        }
        admitted
    }

    /// Whether there is a user of this name. Not asked on anybody's behalf, but by the owner of the database.
    pub fn known_user(&self, name: &str) -> Result<(), Trouble> {
        self.store.read(|tx| match users::by_name(tx, name)? {
            Some(_) => Ok(()),
            None => Err(missing(tx, name, Trouble::NoSuchUser)?),
        })
    }

    /// The actor as they are now, if they may still be signed in.
    pub fn look_again(&self, actor: &Actor) -> Result<Actor, Trouble> {
        self.store.read(|tx| admitted(tx, actor, self.now()))
    }

    /// Records that the actor has signed in, and how they came, unless the first change has recorded it before; they
    /// may have been locked out since. Waits for no more than a moment: it can be asked for again. A key does not sign in.
    pub fn note_sign_in(&mut self, actor: &Actor, arrival: &Arrival) -> Result<(), Trouble> {
        let Some(user) = actor.user() else {
            return Ok(());
        };
        if matches!(self.sign_in, SignIn::Recorded(recorded) if recorded == user) {
            return Ok(());
        }
        self.sign_in = SignIn::Due(user, arrival.clone());
        let done = self.within(NOTING, |service| {
            service.write_for(actor, Entry::Strict, |_| Ok(()))
        });
        if let Err(trouble) = &done {
            self.note_refused_sign_in(user, &actor.name, arrival, trouble);
        }
        done
    }

    /// Records that the actor's console has ended, whether or not they may still be signed in. A key has none.
    pub fn note_sign_out(&mut self, actor: &Actor, why: SignOut) -> Result<(), Trouble> {
        let Some(user) = actor.user() else {
            return Ok(());
        };
        let mut body = json!({ "reason": why.word() });
        let mut kind = EventKind::UserSignedOut;
        if let SignOut::TimedOut { last_action } = why {
            kind = EventKind::UserTimedOut;
            body["lastAction"] = last_action.0.into();
        }
        self.write_for(actor, Entry::Lenient, |writing| {
            let target = (user, actor.name.as_str());
            writing.record(kind, target, body)
        })
    }

    /// Writes on behalf of somebody, whose sign-in is recorded before it if it was not.
    pub(super) fn write_for<T>(
        &mut self,
        actor: &Actor,
        entry: Entry,
        work: impl FnOnce(&Writing<'_>) -> Result<T, Trouble>,
    ) -> Result<T, Trouble> {
        let due = self
            .sign_in
            .due(actor)
            .map(|(user, arrival)| (user, arrival.clone()));
        let (done, recorded) = self.write(|writing| {
            let recorded = match &due {
                None => false,
                Some((user, arrival)) => match enter(writing, (*user, actor), arrival) {
                    Err(trouble) if entry == Entry::Lenient && trouble.ends_console() => false,
                    done => done.map(|()| true)?,
                },
            };
            let writing = Writing {
                actor: Some(actor),
                ..*writing
            };
            Ok((work(&writing)?, recorded))
        })?;
        if let Some((user, _)) = due.filter(|_| recorded) {
            self.sign_in = SignIn::Recorded(user);
        }
        Ok(done)
    }

    /// Reads on behalf of an actor who has one of these rights, with the role that they have in the same transaction.
    pub(super) fn ask<T>(
        &self,
        actor: &Actor,
        needs: &[Right],
        work: impl FnOnce(&Tx<'_>, &Role) -> Result<T, Trouble>,
    ) -> Result<T, Trouble> {
        let own = |tx: &Tx<'_>| authorize(tx, actor, needs, self.now());
        self.store.read(|tx| work(tx, &own(tx)?))
    }

    /// Unlocks a user on behalf of the account that owns the database, which is no user: the way back in. Says
    /// whether the user was locked out.
    pub fn break_glass(&mut self, account: &str, name: &str) -> Result<bool, Trouble> {
        let done = self.write(|writing| {
            let Some(user) = users::by_name(writing.tx, name)? else {
                return Err(missing(writing.tx, name, Trouble::NoSuchUser)?);
            };
            if user.fields.locked_out.is_none() {
                return Ok(false);
            }
            let mut fields = user.fields;
            fields.locked_out = None;
            users::update(writing.tx, user.id, &fields, "", writing.now)?;
            let target = (user.id, fields.name.as_str());
            let body = json!({ "account": account });
            writing.record(EventKind::GlassBroken, target, body)?;
            Ok(true)
        });
        if let Err(Trouble::NoSuchUser(_) | Trouble::SecretNamed) = &done {
            let name = told_name(name);
            let body =
                json!({ "action": "break-glass", "reason": "no-such-user", "account": account });
            self.try_to_write(NOTING, |writing| {
                let target = (UserId(0), name.as_str());
                writing.record(EventKind::ActionRefused, target, body)
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
        self.try_to_write(NOTING, |writing| {
            writing.record(kind, (id, name.as_str()), body)
        });
    }
}

/// A user's name as it was given, for an event. What may not be a name may be a secret.
fn told_name(name: &str) -> String {
    check_name(name).unwrap_or_default()
}

/// Records a sign-in, if they still may.
fn enter(
    writing: &Writing<'_>,
    (user, actor): (UserId, &Actor),
    arrival: &Arrival,
) -> Result<(), Trouble> {
    let actor = &admitted(writing.tx, actor, writing.now)?;
    users::signed_in(writing.tx, user, writing.now)?;
    let writing = Writing {
        actor: Some(actor),
        ..*writing
    };
    let target = (user, actor.name.as_str());
    let body = json!({ "unproven": unproven(arrival) });
    writing.record(EventKind::UserSignedIn, target, body)
}

fn unproven(arrival: &Arrival) -> Value {
    let noted = |variable: &Option<String>| variable.as_deref().map(Arrival::noted);
    json!({
        "account": arrival.account,
        "sudoUser": noted(&arrival.sudo_user),
        "sshConnection": noted(&arrival.ssh_connection),
    })
}
