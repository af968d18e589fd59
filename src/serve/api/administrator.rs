//! Users as the original's API tells them: there they are administrators.

use serde::Serialize;

use crate::domain::locale::Locale;
use crate::domain::tz::Tz;
use crate::store::users::StoredUser;

/// A user; what is not set is left out.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Administrator<'a> {
    username: &'a str,
    full_name: &'a str,
    description: &'static str,
    #[serde(rename = "roleID")]
    role: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    locale: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    time_zone: Option<&'static str>,
    active: bool,
    created: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_sign_in: Option<i64>,
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(rename = "ID")]
    id: i64,
}

impl<'a> Administrator<'a> {
    /// A user.
    #[must_use]
    pub fn of(user: &'a StoredUser) -> Administrator<'a> {
        let fields = &user.fields;
        Administrator {
            username: &fields.name,
            full_name: &fields.full_name,
            description: "",
            role: fields.role.0,
            locale: fields.locale.map(Locale::tag),
            time_zone: fields.zone.map(Tz::name),
            active: fields.locked_out.is_none(),
            created: user.created_at.0,
            last_sign_in: user.last_sign_in_at.map(|at| at.0),
            kind: "normal",
            id: user.id.0,
        }
    }
}
