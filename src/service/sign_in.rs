//! Who may be signed in, and what is noted of their coming and going.

use std::time::Duration;

use serde_json::{Value, json};

use crate::domain::event::EventKind;
use crate::domain::trouble::{Fault, Trouble};
use crate::domain::user::{Actor, Arrival, SignOut, UserId};
use crate::service::{Service, record};
use crate::store::users::StoredUser;
use crate::store::{Tx, roles, users};

/// How long a refused sign-in may wait to be noted.
const NOTING: Duration = Duration::from_millis(500);

impl Service {
    /// The user with this name, on whose behalf things are done from now on. Of a success nothing is written;
    /// [`Service::note_sign_in`] does that. A refused sign-in of a user there is, is an event, as far as the database
    /// can be written.
    ///
    /// # Errors
    /// [`Trouble::NoSuchUser`], [`Trouble::LockedOut`], [`Trouble::NoUserInterface`].
    pub fn sign_in(&mut self, name: &str, arrival: &Arrival) -> Result<Actor, Trouble> {
        let (id, admitted) = self.store.read(|tx| {
            let user =
                users::by_name(tx, name)?.ok_or_else(|| Trouble::NoSuchUser(name.to_owned()))?;
            Ok::<_, Trouble>((user.id, admit(tx, user)))
        })?;
        if let Err(trouble) = &admitted {
            self.note_refused_sign_in(id, name, arrival, trouble);
        }
        admitted
    }

    /// Whether there is a user of this name. Not asked on anybody's behalf, but by the owner of the database.
    ///
    /// # Errors
    /// [`Trouble::NoSuchUser`]; [`Trouble::Storage`].
    pub fn known_user(&self, name: &str) -> Result<(), Trouble> {
        let user = self.store.read(|tx| users::by_name(tx, name))?;
        user.map(drop)
            .ok_or_else(|| Trouble::NoSuchUser(name.to_owned()))
    }

    /// The actor as they are now.
    ///
    /// # Errors
    /// As of [`Service::sign_in`]: the actor may not be signed in any more.
    pub fn look_again(&self, actor: &Actor) -> Result<Actor, Trouble> {
        self.store.read(|tx| admitted(tx, actor))
    }

    /// Records that the actor has signed in, and how they came; they may have been locked out since.
    ///
    /// # Errors
    /// As of [`Service::sign_in`]; [`Trouble::Storage`].
    pub fn note_sign_in(&mut self, actor: &Actor, arrival: &Arrival) -> Result<(), Trouble> {
        let now = self.now();
        let done = self.store.write(|tx| {
            let actor = admitted(tx, actor)?;
            users::signed_in(tx, actor.user, now)?;
            let target = (actor.user, actor.name.as_str());
            let body = json!({ "unproven": unproven(arrival) });
            record(tx, now, EventKind::UserSignedIn, Some(&actor), target, body)?;
            Ok(())
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
        let now = self.now();
        let mut body = json!({ "reason": why.word() });
        let mut kind = EventKind::UserSignedOut;
        if let SignOut::TimedOut { last_action } = why {
            kind = EventKind::UserTimedOut;
            body["lastAction"] = last_action.0.into();
        }
        self.store.write(|tx| {
            let target = (actor.user, actor.name.as_str());
            Ok(record(tx, now, kind, Some(actor), target, body)?)
        })
    }

    /// Unlocks a user on behalf of the account that owns the database, which is no user: the way back in. Says
    /// whether the user was locked out.
    ///
    /// # Errors
    /// [`Trouble::NoSuchUser`]; [`Trouble::Storage`].
    pub fn break_glass(&mut self, account: &str, name: &str) -> Result<bool, Trouble> {
        let now = self.now();
        self.store.write(|tx| {
            let user =
                users::by_name(tx, name)?.ok_or_else(|| Trouble::NoSuchUser(name.to_owned()))?;
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
        })
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
        let now = self.now();
        let body = json!({ "reason": reason, "unproven": unproven(arrival) });
        let kind = EventKind::UserSessionValidationFailed;
        let _ = self
            .store
            .write_within(NOTING, |tx| record(tx, now, kind, None, (id, name), body));
    }
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
