//! Some fields of a row, to be changed whatever the others are by then.

use chrono::NaiveDate;

use crate::domain::api_key::ApiKeyDraft;
use crate::domain::id::RoleId;
use crate::domain::locale::Locale;
use crate::domain::rights::{Preset, Rights};
use crate::domain::role::RoleDraft;
use crate::domain::tz::Tz;
use crate::domain::user::UserDraft;

/// The fields of an API key that are to be changed. Nothing stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyEdit {
    pub name: Option<String>,
    pub description: Option<String>,
    pub owner: Option<String>,
    pub role: Option<RoleId>,
    pub locale: Option<Locale>,
    pub zone: Option<Tz>,
    /// The last day, in the key's own time zone; nothing in it is never.
    pub expires_on: Option<Option<NaiveDate>>,
    pub addresses: Option<String>,
    pub rate: Option<String>,
    /// Why it is to be locked out; nothing in it unlocks.
    pub locked_out: Option<Option<String>>,
    /// A name that can be taken for another's is meant all the same.
    pub alike: bool,
}

/// Puts what is to be changed in the place of what is there.
fn put<T: Clone>(there: &mut T, wanted: Option<&T>) {
    if let Some(wanted) = wanted {
        there.clone_from(wanted);
    }
}

/// Puts a lock in the place of what is there. Who is locked out stays so, with the reason that there is, where no other is
/// given.
fn put_lock(there: &mut Option<String>, wanted: Option<&Option<String>>) {
    let gives_none = wanted.is_some_and(|wanted| wanted.as_deref() == Some(""));
    if !(gives_none && there.is_some()) {
        put(there, wanted);
    }
}

impl KeyEdit {
    /// Changes the fields of a key.
    pub fn apply(&self, draft: &mut ApiKeyDraft) {
        put(&mut draft.name, self.name.as_ref());
        put(&mut draft.description, self.description.as_ref());
        put(&mut draft.owner, self.owner.as_ref());
        put(&mut draft.role, self.role.as_ref());
        put(&mut draft.locale, self.locale.as_ref());
        put(&mut draft.zone, self.zone.as_ref());
        put(&mut draft.addresses, self.addresses.as_ref());
        put(&mut draft.rate, self.rate.as_ref());
        put_lock(&mut draft.locked_out, self.locked_out.as_ref());
        if let Some(day) = self.expires_on {
            draft.expires_on = day.map(|day| day.to_string());
            draft.expires_at = None;
        }
        if self.alike {
            draft.told_alike = Some(draft.name.clone());
        }
    }
}

/// The fields of a user that are to be changed. Nothing stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserEdit {
    pub full_name: Option<String>,
    pub role: Option<RoleId>,
    /// Nothing in it is as the machine says.
    pub locale: Option<Option<Locale>>,
    /// Nothing in it is as the machine says.
    pub zone: Option<Option<Tz>>,
    /// Why they are to be locked out; nothing in it unlocks.
    pub locked_out: Option<Option<String>>,
}

impl UserEdit {
    /// Changes the fields of a user.
    pub fn apply(&self, draft: &mut UserDraft) {
        put(&mut draft.full_name, self.full_name.as_ref());
        put(&mut draft.role, self.role.as_ref());
        put(&mut draft.locale, self.locale.as_ref());
        put(&mut draft.zone, self.zone.as_ref());
        put_lock(&mut draft.locked_out, self.locked_out.as_ref());
    }
}

/// What a role is given to begin with, before single rights are added and taken away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RightsPreset {
    /// Every right to view, and no other.
    Auditor,
    /// Every right, and no limit.
    FullAccess,
    /// A radio button of User and API Key Rights: the twelve of these rights, and the limit.
    Of(Preset),
}

impl RightsPreset {
    fn apply(self, draft: &mut RoleDraft) {
        let fields = &mut draft.fields;
        match self {
            RightsPreset::Auditor => fields.rights = Rights::view_only(),
            RightsPreset::FullAccess => {
                fields.rights = Rights::all();
                fields.equal_or_less = false;
            }
            RightsPreset::Of(preset) => {
                preset.apply(&mut fields.rights, &mut fields.equal_or_less);
            }
        }
    }
}

/// The fields of a role that are to be changed. Nothing stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RoleEdit {
    pub name: Option<String>,
    pub description: Option<String>,
    pub user_interface: Option<bool>,
    pub web_service: Option<bool>,
    pub preset: Option<RightsPreset>,
    /// All that it is to have, in place of what it has.
    pub rights: Option<Rights>,
    pub added: Rights,
    pub removed: Rights,
    pub equal_or_less: Option<bool>,
    pub services: Option<String>,
    /// A name that can be taken for another's is meant all the same.
    pub alike: bool,
}

impl RoleEdit {
    /// Changes the fields of a role: of the rights first all, then the preset's, then single ones.
    pub fn apply(&self, draft: &mut RoleDraft) {
        put(&mut draft.name, self.name.as_ref());
        put(&mut draft.description, self.description.as_ref());
        put(&mut draft.user_interface, self.user_interface.as_ref());
        put(&mut draft.web_service, self.web_service.as_ref());
        put(&mut draft.services, self.services.as_ref());
        put(&mut draft.rights, self.rights.as_ref());
        if let Some(preset) = self.preset {
            preset.apply(draft);
        }
        draft.rights = draft.rights.with(&self.added).without(&self.removed);
        put(&mut draft.equal_or_less, self.equal_or_less.as_ref());
        if self.alike {
            draft.told_alike = Some(draft.name.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::AUDITOR;
    use crate::domain::rights::Right;
    use crate::domain::role::RoleFields;

    #[test]
    fn only_the_fields_that_are_given_change() {
        let before = ApiKeyDraft {
            name: "ci".to_owned(),
            owner: "ops".to_owned(),
            expires_on: Some("2030-01-05".to_owned()),
            locked_out: Some("leaked".to_owned()),
            ..ApiKeyDraft::blank(AUDITOR, Tz::UTC)
        };
        let mut draft = before.clone();
        KeyEdit::default().apply(&mut draft);
        assert_eq!(draft, before);
        let edit = KeyEdit {
            owner: Some(String::new()),
            expires_on: Some(None),
            ..KeyEdit::default()
        };
        edit.apply(&mut draft);
        let wanted = ApiKeyDraft {
            owner: String::new(),
            expires_on: None,
            ..before
        };
        assert_eq!(draft, wanted);
    }

    #[test]
    fn single_rights_are_added_to_a_preset_and_taken_from_it() {
        let one = |right: Right| Rights::from_names([right.name().to_owned()]);
        let edit = RoleEdit {
            preset: Some(RightsPreset::Auditor),
            added: one(Right::EditUsers),
            removed: one(Right::ViewEvents),
            ..RoleEdit::default()
        };
        let mut draft = RoleDraft::from(RoleFields {
            rights: Rights::all(),
            ..RoleFields::default()
        });
        edit.apply(&mut draft);
        let wanted = Rights::view_only()
            .with(&one(Right::EditUsers))
            .without(&one(Right::ViewEvents));
        assert_eq!(draft.rights, wanted);
    }
}
