//! THE table of hints: what is said of the field that has the focus, while there is nothing else to say.

use std::fmt::Display;

use crate::domain::api_key::RATE_MAX;
use crate::domain::name::{DESCRIPTION_MAX, NAME_MAX, REASON_MAX};
use crate::domain::policy::{LONGEST_MAX, WARNING_MAX};
use crate::domain::problem::Field;
use crate::domain::rights::{Access, Rights};
use crate::domain::role::Role;
use crate::domain::user::USER_NAME_MAX;
use crate::text::Text;
use crate::ui::form::{Form, Input};
use crate::ui::keymap::{Action, Scope};
use crate::ui::layer::{Ctx, Hint};

/// What a form is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    Key,
    User,
    Role,
    Policy,
}

use About::{Key, Policy, User};

/// The names of a hint, and of the same for the narrowest window.
type Names = [&'static str; 2];

/// The hint of each field; the role says what it grants, and a date and a reason stand in the field of their box.
#[rustfmt::skip]
const HINTS: &[(About, Field, Names)] = &[
    (Key,         Field::Name,           ["hint.key_name",         "hint_short.key_name"]),
    (Key,         Field::Description,    ["hint.description",      "hint_short.description"]),
    (Key,         Field::Owner,          ["hint.owner",            "hint_short.owner"]),
    (Key,         Field::Addresses,      ["hint.addresses",        "hint_short.addresses"]),
    (Key,         Field::Rate,           ["hint.rate",             "hint_short.rate"]),
    (Key,         Field::Language,       ["hint.key_language",     "hint_short.key_language"]),
    (Key,         Field::TimeZone,       ["hint.key_zone",         "hint_short.key_zone"]),
    (Key,         Field::ExpiresOn,      ["hint.expires_on",       "hint_short.expires_on"]),
    (Key,         Field::LockedOut,      ["hint.key_locked",       "hint_short.key_locked"]),
    (User,        Field::Name,           ["hint.user_name",        "hint_short.user_name"]),
    (User,        Field::FullName,       ["hint.full_name",        "hint_short.full_name"]),
    (User,        Field::Language,       ["hint.user_language",    "hint_short.user_language"]),
    (User,        Field::TimeZone,       ["hint.user_zone",        "hint_short.user_zone"]),
    (User,        Field::LockedOut,      ["hint.user_locked",      "hint_short.user_locked"]),
    (About::Role, Field::Name,           ["hint.role_name",        "hint_short.role_name"]),
    (About::Role, Field::Description,    ["hint.description",      "hint_short.description"]),
    (About::Role, Field::UserInterface,  ["hint.user_interface",   "hint_short.user_interface"]),
    (About::Role, Field::WebService,     ["hint.web_service",      "hint_short.web_service"]),
    (About::Role, Field::Services,       ["hint.services",         "hint_short.services"]),
    (Policy,      Field::ExpiryRequired, ["hint.expiry_required",  "hint_short.expiry_required"]),
    (Policy,      Field::LongestDays,    ["hint.longest_days",     "hint_short.longest_days"]),
    (Policy,      Field::WarningDays,    ["hint.warning_days",     "hint_short.warning_days"]),
];
const DATE: Names = ["hint.date", "hint_short.date"];
/// How long the secret works that is replaced.
const OVERLAP: Names = ["hint.overlap", "hint_short.overlap"];
/// What the secret dialog has no room for in a low window.
const SECRET: Names = ["hint.secret", "hint_short.secret"];
const REASON: Names = ["hint.lock_reason", "hint_short.lock_reason"];

/// The hint of the field that has the focus. `role` is the one that is chosen in the form.
#[must_use]
pub fn of(about: About, form: &Form, role: Option<&Role>, ctx: &Ctx) -> Option<Hint> {
    let item = form.focused()?;
    let names = match (item.field, &item.input) {
        (Field::Role, _) => return role.map(|role| of_role(about, role, ctx.text)),
        (Field::LockedOut, Input::Line(_)) => &REASON,
        (_, Input::Date(_)) => &DATE,
        _ => {
            let is =
                |(own, field, _): &&(About, Field, Names)| (*own, *field) == (about, item.field);
            &HINTS.iter().find(is)?.2
        }
    };
    let key = ctx.keys.key(Scope::Date, Action::Tick);
    Some(said(names, &key, ctx.text))
}

/// The hint of the line for a reason, below a question.
#[must_use]
pub fn of_reason(text: Text) -> Hint {
    said(&REASON, &"", text)
}

/// A hint of the table; `key` is the one that opens the calendar.
fn said(names: &Names, key: &dyn Display, text: Text) -> Hint {
    let values: [(&str, &dyn Display); 8] = [
        ("name", &NAME_MAX),
        ("user_name", &USER_NAME_MAX),
        ("description", &DESCRIPTION_MAX),
        ("reason", &REASON_MAX),
        ("rate", &RATE_MAX),
        ("longest", &LONGEST_MAX),
        ("warning", &WARNING_MAX),
        ("key", key),
    ];
    let [long, short] = names.map(|name| text.fill(name, &values));
    Hint { long, short }
}

/// The hint of New Secret, while the overlap is chosen.
#[must_use]
pub fn of_overlap(text: Text) -> Hint {
    let [long, short] = OVERLAP.map(|name| text.say(name).to_owned());
    Hint { long, short }
}

/// The hint of the secret dialog, where the window is too low for its sentences.
#[must_use]
pub fn of_secret(text: Text) -> Hint {
    said(&SECRET, &"", text)
}

/// What a role grants, and what follows where it lacks what its holder is for.
fn of_role(about: About, role: &Role, text: Text) -> Hint {
    let fields = &role.fields;
    let (held, all) = (fields.rights.names().count(), Rights::all().names().count());
    let name = match fields.rights.access() {
        _ if held == all => "hint.grants_all",
        Access::None => "hint.grants_nothing",
        Access::Read if fields.rights == Rights::view_only() => "hint.grants_views",
        Access::Read => "hint.grants_some_views",
        Access::ReadWrite => "hint.grants_some",
    };
    let values: [(&str, &dyn Display); 3] =
        [("role", &fields.name), ("held", &held), ("all", &all)];
    let grants = text.fill(name, &values);
    let lacks = match about {
        Key if !fields.web_service => Some("hint.no_web_service"),
        User if !fields.user_interface => Some("hint.no_user_interface"),
        _ => None,
    };
    match lacks.map(|name| text.say(name)) {
        Some(lacks) => Hint {
            long: text.joined(&[&grants, lacks]),
            short: lacks.to_owned(),
        },
        None => Hint::alike(grants),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::locale::Locale;
    use crate::ui::look::{SMALLEST, width};

    #[test]
    fn hints_fit_in_a_line_of_80_columns_and_in_one_of_40() {
        let names = HINTS.iter().map(|(_, _, names)| *names);
        for text in Locale::ALL.map(Text::of) {
            for names in names.clone().chain([DATE, REASON, OVERLAP, SECRET]) {
                let Hint { long, short } = said(&names, &"Space", text);
                assert!(width(&long) <= 80, "{long}");
                assert!(width(&short) <= SMALLEST.0, "{short}");
            }
        }
    }

    #[test]
    fn a_role_says_what_its_rights_are_and_not_what_its_name_is() {
        let text = Text::en_us();
        let [mut role, auditor] = Role::built_in();
        let said = |about, role: &Role| of_role(about, role, text).long;
        assert_eq!(
            said(Key, &role),
            "Full Access: can view and change everything."
        );
        assert_eq!(
            said(Key, &auditor),
            "Auditor: can view everything and change nothing."
        );
        role.fields
            .rights
            .remove("platformRights.administratorRights.canViewAdministrators");
        role.fields.web_service = false;
        let few = role.fields.rights.names().count();
        let hint = of_role(Key, &role, text);
        assert!(
            hint.long
                .starts_with(&format!("Full Access: {few} of 173 rights.")),
            "{hint:?}"
        );
        assert_eq!(hint.short, text.say("hint.no_web_service"));
        assert!(!said(User, &role).contains("authenticate"));
        role.fields.rights = Rights::default();
        assert!(said(User, &role).contains("no rights"));
    }
}
