//! What is done, and by the service's own functions.

use chrono::NaiveDate;
use keyward::domain::api_key::{ApiKeyDraft, ApiKeyFields};
use keyward::domain::authority::cut;
use keyward::domain::date::parse_date;
use keyward::domain::expiry::end_of_day;
use keyward::domain::fold::name_key;
use keyward::domain::id::{AUDITOR, KeyId, RoleId, UserId};
use keyward::domain::intent::{KeyChange, UserChange};
use keyward::domain::locale::Locale;
use keyward::domain::policy::PolicyDraft;
use keyward::domain::problem::Field;
use keyward::domain::rights::Right;
use keyward::domain::role::{RoleDraft, RoleFields};
use keyward::domain::secret::Overlap;
use keyward::domain::time::Timestamp;
use keyward::domain::trouble::Trouble;
use keyward::domain::tz::Tz;
use keyward::domain::user::{Actor, UserDraft, UserFields};
use keyward::domain::zone;
use keyward::service::Service;
use keyward::store::{api_keys, roles, users};

use crate::world::ROLES;

/// What is put into which fields, as somebody types it.
pub type Typed = Vec<(Field, String)>;

/// Something that is done.
#[derive(Clone, Debug)]
pub enum Act {
    NewKey(Typed),
    EditKey(KeyId, Typed),
    Key(KeyChange, KeyId),
    NewSecret(KeyId, Then),
    /// The pending secret of a key is read back.
    ReadBack(KeyId),
    NewUser(Typed),
    EditUser(UserId, Typed),
    User(UserChange, UserId),
    NewRole(Typed),
    EditRole(RoleId, Typed),
    DeleteRole(RoleId),
    Policy(Typed),
}

/// What becomes of a new secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    /// Nothing so far.
    Leave,
    Store(Overlap),
    Discard,
}

/// The role of this name.
pub fn role(name: &str) -> RoleId {
    let found = ROLES.into_iter().find(|(known, _)| *known == name);
    found.expect("a role").1
}

/// The right of this name in the code.
pub fn right(name: &str) -> Right {
    let found = Right::ALL
        .into_iter()
        .find(|right| format!("{right:?}") == name);
    found.expect("a right")
}

/// The reason that a lock is typed with; nothing for none.
pub fn lock(typed: &str) -> Option<String> {
    (typed != "no").then(|| {
        typed
            .trim_start_matches("yes")
            .trim_start_matches(' ')
            .to_owned()
    })
}

/// The language that is typed; nothing is the machine's.
fn locale(typed: &str) -> Option<Locale> {
    Locale::from_tag(typed)
}

impl Act {
    /// The ID of the row that it is done to; 0 where it makes one.
    pub fn row(&self) -> i64 {
        match self {
            Act::EditKey(id, _) | Act::Key(_, id) | Act::NewSecret(id, _) | Act::ReadBack(id) => {
                id.0
            }
            Act::EditUser(id, _) | Act::User(_, id) => id.0,
            Act::EditRole(id, _) | Act::DeleteRole(id) => id.0,
            Act::NewKey(_) | Act::NewUser(_) | Act::NewRole(_) | Act::Policy(_) => 0,
        }
    }

    /// Whether nothing can be made of a value, which the command line says before it asks who it is.
    pub fn is_unreadable(&self) -> bool {
        let Act::EditKey(_, typed) = self else {
            return false;
        };
        let is_day = |text: &str| text == "never" || parse_date(text).is_ok();
        typed
            .iter()
            .any(|(field, text)| *field == Field::ExpiresOn && !is_day(text))
    }

    /// The use cases of the service that it goes through, in one way or another.
    pub fn use_cases(&self) -> &'static [&'static str] {
        match self {
            Act::NewKey(_) => &[
                "create_key",
                "check_new_keys",
                "create_keys",
                "create_delivered_key",
            ],
            Act::EditKey(..) => &["save_key", "edit_key"],
            Act::Key(change, _) => match change {
                KeyChange::LockOut { .. } => &["change_key", "lock_out_key"],
                KeyChange::Unlock => &["unlock_key"],
                KeyChange::Delete => &["delete_key"],
                KeyChange::Restore => &["restore_key"],
                KeyChange::EndOverlap => &["end_overlap"],
                KeyChange::SetRole(_) | KeyChange::SetExpiry(_) | KeyChange::Edit(_) => &[],
            },
            Act::NewSecret(_, then) => match then {
                Then::Leave => &["issue", "new_secret"],
                Then::Store(_) => &["deliver", "replace_secret"],
                Then::Discard => &["discard"],
            },
            Act::ReadBack(_) => &["confirm_read_back"],
            Act::NewUser(_) => &["create_user"],
            Act::EditUser(..) => &["save_user"],
            Act::User(change, _) => match change {
                UserChange::LockOut { .. } => &["change_user", "lock_out_user"],
                UserChange::Unlock => &["unlock_user"],
                UserChange::Delete => &["delete_user"],
                UserChange::SetRole(_) | UserChange::Edit(_) => &[],
            },
            Act::NewRole(_) => &["create_role"],
            Act::EditRole(..) => &["save_role", "edit_role"],
            Act::DeleteRole(_) => &["delete_role"],
            Act::Policy(_) => &["save_policy"],
        }
    }

    /// Does it by the service alone. `delivered` is as the API has it: what is issued works at once.
    pub fn by_service(
        &self,
        service: &mut Service,
        who: &Actor,
        (now, pending, delivered): (Timestamp, &str, bool),
    ) -> Result<(), Trouble> {
        match self {
            Act::NewKey(typed) => {
                let mut draft = ApiKeyDraft::blank(AUDITOR, Tz::UTC);
                let today = now.day_in(Tz::UTC);
                draft.expires_on = service
                    .policy(who)?
                    .proposed(today)
                    .map(|day| day.to_string());
                put_key(&mut draft, typed, delivered);
                let issued = service.create_key(who, &draft)?;
                if delivered {
                    service.deliver(who, issued.id, None)?;
                }
                Ok(())
            }
            Act::EditKey(id, typed) => {
                let before = service.store().read(|tx| api_keys::get(tx, *id))?;
                let before = before.map_or_else(no_key, |key| key.fields);
                let mut draft = ApiKeyDraft::from(&before);
                put_key(&mut draft, typed, delivered);
                service.save_key(who, *id, &before, &draft).map(drop)
            }
            Act::Key(change, id) => service.change_key(who, change.clone(), *id),
            Act::NewSecret(key, then) => {
                let issued = service.issue(who, *key)?;
                match then {
                    Then::Leave => Ok(()),
                    Then::Store(overlap) => {
                        service.deliver(who, issued.id, Some(*overlap)).map(drop)
                    }
                    Then::Discard => service.discard(who, issued.id),
                }
            }
            Act::ReadBack(key) => {
                let sent = pending.as_bytes();
                service
                    .confirm_read_back(who, *key, sent, Some(Overlap::None))
                    .map(drop)
            }
            Act::NewUser(typed) => {
                let mut draft = UserDraft::from(no_user());
                put_user(&mut draft, typed);
                service.create_user(who, &draft).map(drop)
            }
            Act::EditUser(id, typed) => {
                let before = service.store().read(|tx| users::get(tx, *id))?;
                let before = before.map_or_else(no_user, |user| user.fields);
                let mut draft = UserDraft::from(&before);
                put_user(&mut draft, typed);
                service.save_user(who, *id, &before, &draft).map(drop)
            }
            Act::User(change, id) => service.change_user(who, change.clone(), *id),
            Act::NewRole(typed) => {
                let own = service.look_again(who)?.role;
                let mut draft = RoleDraft::from(cut(&RoleFields::default(), &own.fields));
                put_role(&mut draft, typed);
                service.create_role(who, &draft).map(drop)
            }
            Act::EditRole(id, typed) => {
                let before = service.store().read(|tx| roles::undeleted(tx, *id))?;
                let before = before.map_or_else(RoleFields::default, |role| role.fields);
                let mut draft = RoleDraft::from(&before);
                put_role(&mut draft, typed);
                service.save_role(who, *id, &before, &draft).map(drop)
            }
            Act::DeleteRole(id) => service.delete_role(who, *id),
            Act::Policy(typed) => {
                let before = service.policy(who)?;
                let mut draft = PolicyDraft::from(&before);
                for (field, text) in typed {
                    match field {
                        Field::ExpiryRequired => draft.expiry_required = text == "yes",
                        Field::LongestDays => draft.longest_days.clone_from(text),
                        _ => draft.warning_days.clone_from(text),
                    }
                }
                service.save_policy(who, &before, &draft).map(drop)
            }
        }
    }
}

/// Puts values into the form of a key; a day in its exact instant, where that is how it is told.
fn put_key(draft: &mut ApiKeyDraft, typed: &Typed, exactly: bool) {
    for (field, text) in typed {
        let text = text.clone();
        match field {
            Field::Name => {
                draft.told_alike = Some(text.clone());
                draft.name = text;
            }
            Field::Description => draft.description = text,
            Field::Role => draft.role = role(&text),
            Field::Language => draft.locale = locale(&text).expect("a language"),
            Field::TimeZone => draft.zone = zone::by_name(&text).expect("a zone"),
            Field::ExpiresOn => draft.expires_on = (name_key(&text) != "never").then_some(text),
            Field::Owner => draft.owner = text,
            Field::Addresses => draft.addresses = text,
            Field::Rate => draft.rate = text,
            Field::LockedOut => put_lock(&mut draft.locked_out, &text),
            other => panic!("no field of a key: {other:?}"),
        }
    }
    if exactly {
        let day = draft
            .expires_on
            .as_deref()
            .and_then(|day| parse_date(day).ok());
        draft.expires_at = day.map(|day: NaiveDate| end_of_day(day, draft.zone));
    }
}

/// A lock without a reason leaves the one that is there.
fn put_lock(there: &mut Option<String>, typed: &str) {
    let wanted = lock(typed);
    if there.is_none() || wanted.as_deref() != Some("") {
        *there = wanted;
    }
}

fn put_user(draft: &mut UserDraft, typed: &Typed) {
    for (field, text) in typed {
        match field {
            Field::Name => {
                draft.told_alike = Some(text.clone());
                draft.name.clone_from(text);
            }
            Field::FullName => draft.full_name.clone_from(text),
            Field::Role => draft.role = role(text),
            Field::Language => draft.locale = locale(text),
            Field::TimeZone => draft.zone = zone::by_name(text),
            Field::LockedOut => put_lock(&mut draft.locked_out, text),
            other => panic!("no field of a user: {other:?}"),
        }
    }
}

fn put_role(draft: &mut RoleDraft, typed: &Typed) {
    for (field, text) in typed {
        match field {
            Field::Name => {
                draft.told_alike = Some(text.clone());
                draft.name.clone_from(text);
            }
            Field::Description => draft.description.clone_from(text),
            Field::UserInterface => draft.user_interface = text == "yes",
            Field::WebService => draft.web_service = text == "yes",
            Field::Services => draft.services.clone_from(text),
            Field::EqualOrLess => draft.equal_or_less = text == "yes",
            Field::Rights => match text.strip_prefix('-') {
                Some(name) => draft.rights.set(right(name).name(), false),
                None => draft.rights.set(right(text).name(), true),
            },
            other => panic!("no field of a role: {other:?}"),
        }
    }
}

/// In place of a key that is not there: that is refused before anything is looked at.
fn no_key() -> ApiKeyFields {
    let draft = ApiKeyDraft {
        name: "none".to_owned(),
        ..ApiKeyDraft::blank(AUDITOR, Tz::UTC)
    };
    draft.check(None, Timestamp(0)).expect("a key")
}

fn no_user() -> UserFields {
    UserFields {
        name: "none".to_owned(),
        full_name: String::new(),
        role: AUDITOR,
        locale: None,
        zone: None,
        locked_out: None,
    }
}
