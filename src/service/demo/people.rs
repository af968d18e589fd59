//! The demo's roles and users, and what they have been doing.

use serde_json::{Value, json};

use crate::domain::event::{EventKind, Signature, Target};
use crate::domain::id::{UserId, Who};
use crate::domain::rights::{Right, Rights};
use crate::domain::role::RoleFields;
use crate::domain::time::{DAY, HOUR, MINUTE, Timestamp};
use crate::domain::trouble::Fault;
use crate::domain::user::{SignOut, UserFields};
use crate::service::change::lock_in_event;
use crate::service::demo::Seeding;
use crate::service::demo::samples::{KEY_OPERATORS, ROLES, RoleSample, USERS, UserSample};
use crate::service::{roles as role_use, users as user_use};
use crate::store::{roles, users};

/// The account that everybody in the demo comes by.
const ACCOUNT: &str = "keyward";

/// Why a user of the demo is locked out.
const LOCK_REASON: &str = "The rollout has ended";

impl Seeding<'_> {
    /// Makes them all.
    pub(super) fn people(&mut self) -> Result<(), Fault> {
        for sample in &ROLES {
            self.role(sample)?;
        }
        // Where the first user has the name of one of them, they are that one.
        let first = self.actor.name.as_str();
        let others = (0..).zip(&USERS).filter(|(_, sample)| sample.0 != first);
        for (index, sample) in others {
            self.user(index, sample)?;
        }
        if let Some(own) = self.actor.user() {
            users::signed_in(self.tx, own, self.now)?;
            self.sign_in(self.now, (own, first));
        }
        Ok(())
    }

    fn role(&mut self, sample: &RoleSample) -> Result<(), Fault> {
        let &(id, name, description, user_interface, web_service, rights, equal_or_less, age) =
            sample;
        let more = Rights::from_names(rights.iter().map(|name| (*name).to_owned()));
        let fields = RoleFields {
            name: name.to_owned(),
            description: description.to_owned(),
            user_interface,
            web_service,
            rights: Rights::view_only().with(&more),
            equal_or_less,
            services: String::new(),
        };
        roles::insert(self.tx, &fields)?;
        let body = role_use::created_in_event(&fields);
        self.administrator(
            self.ago(age * DAY),
            EventKind::RoleCreated,
            (id, name),
            body,
        );
        if id == KEY_OPERATORS {
            let added = [Right::DeleteApiKeys.name()];
            let body = json!({ "changes": { "rights": { "added": added, "removed": [] } } });
            let at = self.ago(300 * DAY);
            self.administrator(at, EventKind::RoleUpdated, (id, name), body);
        }
        Ok(())
    }

    fn user(&mut self, index: i64, sample: &UserSample) -> Result<(), Fault> {
        let &(name, full_name, role, locale, zone, age, signed_in, locked) = sample;
        let mut fields = UserFields {
            name: name.to_owned(),
            full_name: full_name.to_owned(),
            role,
            locale,
            zone,
            locked_out: None,
        };
        let made = self.ago(age * DAY + (index + 1) * 7 * MINUTE);
        let id = users::insert(self.tx, &fields, &self.actor.name, made)?;
        let body = user_use::created_in_event(self.tx, &fields)?;
        self.administrator(made, EventKind::UserCreated, (id, name), body);
        if role == KEY_OPERATORS {
            self.makers.push((made, signature(id, name)));
        }
        if let Some(minutes) = signed_in {
            let at = self.ago(minutes * MINUTE);
            users::signed_in(self.tx, id, at)?;
            self.sign_in(at, (id, name));
            if minutes > 60 {
                let body = json!({ "reason": SignOut::Left.word() });
                let by = Some(signature(id, name));
                let out = at.plus(41 * MINUTE);
                self.tell_of(out, EventKind::UserSignedOut, by, (id, name), body);
            }
        }
        if let Some(days) = locked {
            let at = self.ago(days * DAY);
            fields.locked_out = Some(LOCK_REASON.to_owned());
            users::update(self.tx, id, &fields, &self.actor.name, at)?;
            let body = lock_in_event(LOCK_REASON);
            self.administrator(at, EventKind::UserLockedOut, (id, name), body);
            let body = json!({ "reason": "locked-out", "unproven": unproven() });
            let kind = EventKind::UserSessionValidationFailed;
            self.tell_of(at.plus(9 * HOUR), kind, None, (id, name), body);
        }
        if role == KEY_OPERATORS && signed_in.is_some_and(|minutes| minutes < 60) {
            let right = Right::EditRoles.name();
            let body = json!({ "action": "save", "reason": "not-authorized", "right": right });
            let target = (KEY_OPERATORS, "Key Operators");
            let by = Some(signature(id, name));
            self.tell_of(
                self.ago(21 * MINUTE),
                EventKind::ActionRefused,
                by,
                target,
                body,
            );
        }
        Ok(())
    }

    fn sign_in(&mut self, at: Timestamp, (id, name): (UserId, &str)) {
        let body = json!({ "unproven": unproven() });
        let by = Some(signature(id, name));
        self.tell_of(at, EventKind::UserSignedIn, by, (id, name), body);
    }

    /// What the user with Full Access did.
    fn administrator(
        &mut self,
        at: Timestamp,
        kind: EventKind,
        target: impl Into<Target>,
        body: Value,
    ) {
        let by = Some(self.actor.signature());
        self.tell_of(at, kind, by, target, body);
    }

    fn ago(&self, ms: i64) -> Timestamp {
        self.now.plus(-ms)
    }
}

fn signature(id: UserId, name: &str) -> Signature {
    Signature {
        who: Who::User(id),
        name: name.to_owned(),
    }
}

fn unproven() -> Value {
    json!({ "account": ACCOUNT, "sudoUser": null, "sshConnection": "192.0.2.7 50022 192.0.2.1 22" })
}
