//! API keys as the original's API tells them, and as its clients change them.

use serde::Serialize;

use crate::domain::api_key::ApiKeyDraft;
use crate::domain::id::{FULL_ACCESS, RoleId};
use crate::domain::locale::Locale;
use crate::domain::time::Timestamp;
use crate::domain::tz::Tz;
use crate::domain::user::Actor;
use crate::domain::zone;
use crate::serve::api::members::{Members, Wrong};
use crate::serve::api::search::Field;
use crate::serve::api::search::Kind::{Flag, Number, Text};
use crate::store::api_keys::StoredKey;

/// What can be searched by.
pub const FIELDS: &[Field] = &[
    ("keyName", Text),
    ("description", Text),
    ("locale", Text),
    ("roleID", Number),
    ("timeZone", Text),
    ("active", Flag),
    ("created", Number),
    ("lastSignIn", Number),
    ("unlockTime", Number),
    ("unsuccessfulSignInAttempts", Number),
    ("expiryDate", Number),
    ("serviceAccount", Flag),
    ("ID", Number),
];

/// A key; what is not set is left out.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Key<'a> {
    #[serde(rename = "keyName")]
    name: &'a str,
    description: &'a str,
    locale: &'static str,
    #[serde(rename = "roleID")]
    role: i64,
    time_zone: &'static str,
    active: bool,
    created: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_sign_in: Option<i64>,
    unsuccessful_sign_in_attempts: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    expiry_date: Option<i64>,
    #[serde(rename = "secretKey", skip_serializing_if = "Option::is_none")]
    secret: Option<&'a str>,
    /// Keys that the original makes for itself; there are none here.
    service_account: bool,
    #[serde(rename = "ID")]
    id: i64,
}

impl<'a> Key<'a> {
    /// A key, and its secret where this answer delivers it.
    #[must_use]
    pub fn of(key: &'a StoredKey, secret: Option<&'a str>) -> Key<'a> {
        let fields = &key.fields;
        Key {
            name: &fields.name,
            description: &fields.description,
            locale: fields.locale.tag(),
            role: fields.role.0,
            time_zone: fields.zone.name(),
            active: fields.locked_out.is_none(),
            created: key.created_at.0,
            last_sign_in: key.last_sign_in_at.map(|at| at.0),
            unsuccessful_sign_in_attempts: key.attempts,
            expiry_date: fields.expiry.map(|expiry| expiry.at.0),
            secret,
            service_account: false,
            id: key.id.0,
        }
    }
}

/// What a new key begins with: the zone is that of the key that makes it.
#[must_use]
pub fn begun(by: &Actor) -> ApiKeyDraft {
    ApiKeyDraft::blank(FULL_ACCESS, by.zone.unwrap_or(Tz::UTC))
}

/// What a key asks to be otherwise of itself: nothing else can be written there.
///
/// # Errors
/// As of [`change`].
pub fn own_change(body: &Members<'_>) -> Result<impl FnOnce(&mut ApiKeyDraft) + use<>, Wrong> {
    change(&body.only(&["keyName", "description", "locale", "timeZone"]))
}

/// What is asked to be otherwise; what was left out stays.
///
/// # Errors
/// The first member that is of the wrong type, or has a value that none has.
pub fn change(body: &Members<'_>) -> Result<impl FnOnce(&mut ApiKeyDraft) + use<>, Wrong> {
    let name = body.text("keyName")?.map(str::to_owned);
    let description = body.text("description")?.map(str::to_owned);
    let locale = body.text("locale")?.map(Locale::from_tag);
    if locale == Some(None) {
        return Err(body.wrong("locale", "api.no_locale"));
    }
    let role = body.integer("roleID")?.map(RoleId);
    let zone = body.text("timeZone")?.map(zone::by_name);
    if zone == Some(None) {
        return Err(body.wrong("timeZone", "api.no_zone"));
    }
    let active = body.flag("active")?;
    let expiry = body.integer("expiryDate")?;
    Ok(move |draft: &mut ApiKeyDraft| {
        if let Some(name) = name {
            // Nobody is there who could be asked whether it is meant.
            draft.told_alike = Some(name.clone());
            draft.name = name;
        }
        draft.description = description.unwrap_or_else(|| draft.description.clone());
        draft.locale = locale.flatten().unwrap_or(draft.locale);
        draft.role = role.unwrap_or(draft.role);
        draft.zone = zone.flatten().unwrap_or(draft.zone);
        match active {
            Some(true) => draft.locked_out = None,
            Some(false) if draft.locked_out.is_none() => draft.locked_out = Some(String::new()),
            _ => {}
        }
        if let Some(at) = expiry {
            draft.expires_on = None;
            draft.expires_at = (at != 0).then_some(Timestamp(at));
        }
    })
}
