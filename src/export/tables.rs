//! The columns of keys, users and roles.

use crate::domain::export::{KeyRecord, RoleRecord, UserRecord};
use crate::domain::locale::Locale;
use crate::domain::tz::Tz;
use crate::export::{Cell, Column, Record};
use crate::text::Text;

/// Why somebody or something is locked out, where that was said.
fn reason(given: Option<&str>) -> Cell {
    let said = given.filter(|reason| !reason.is_empty());
    said.map_or(Cell::Unset, Cell::text)
}

impl Record for KeyRecord {
    const COLUMNS: &'static [Column<KeyRecord>] = &[
        ("keyName", |key, _| Cell::text(&key.fields.name)),
        ("description", |key, _| Cell::text(&key.fields.description)),
        ("owner", |key, _| Cell::text(&key.fields.owner)),
        ("addresses", |key, _| Cell::text(&key.fields.addresses)),
        ("requestsPerMinute", |key, _| {
            let rate = key.fields.rate;
            rate.map_or(Cell::Unset, |rate| Cell::Number(rate.into()))
        }),
        ("state", |key, view| {
            Cell::Text(Text::en_us().state(key.row.state(view.as_of)))
        }),
        ("active", |key, _| {
            Cell::Flag(key.fields.locked_out.is_none())
        }),
        ("lockReason", |key, _| {
            reason(key.fields.locked_out.as_deref())
        }),
        ("roleID", |key, _| Cell::Number(key.fields.role.0)),
        ("role", |key, _| Cell::text(&key.row.role)),
        ("services", |key, _| Cell::text(&key.row.services)),
        ("locale", |key, _| Cell::text(key.fields.locale.tag())),
        ("timeZone", |key, _| Cell::text(key.fields.zone.name())),
        ("expiresOn", |key, _| {
            let expiry = key.fields.expiry;
            expiry.map_or(Cell::Unset, |expiry| Cell::Text(expiry.on.to_string()))
        }),
        ("expiryDate", |key, _| {
            Cell::instant(key.fields.expiry.map(|expiry| expiry.at))
        }),
        ("created", |key, _| Cell::At(key.row.created_at)),
        ("createdBy", |key, _| Cell::text(&key.row.created_by)),
        ("lastSignIn", |key, _| {
            Cell::instant(key.row.last_sign_in_at)
        }),
        ("unsuccessfulSignInAttempts", |key, _| {
            Cell::Number(key.attempts)
        }),
        ("deleted", |key, _| Cell::instant(key.deleted_at)),
        ("ID", |key, _| Cell::Number(key.row.place.id)),
    ];
}

impl Record for UserRecord {
    const COLUMNS: &'static [Column<UserRecord>] = &[
        ("username", |user, _| Cell::text(&user.fields.name)),
        ("fullName", |user, _| Cell::text(&user.fields.full_name)),
        ("state", |user, _| {
            Cell::text(Text::en_us().user_state(user.row.state()))
        }),
        ("active", |user, _| {
            Cell::Flag(user.fields.locked_out.is_none())
        }),
        ("lockReason", |user, _| {
            reason(user.fields.locked_out.as_deref())
        }),
        ("roleID", |user, _| Cell::Number(user.fields.role.0)),
        ("role", |user, _| Cell::text(&user.row.role)),
        ("locale", |user, _| {
            user.fields
                .locale
                .map(Locale::tag)
                .map_or(Cell::Unset, Cell::text)
        }),
        ("timeZone", |user, _| {
            user.fields
                .zone
                .map(Tz::name)
                .map_or(Cell::Unset, Cell::text)
        }),
        ("created", |user, _| Cell::At(user.row.created_at)),
        ("lastSignIn", |user, _| {
            Cell::instant(user.row.last_sign_in_at)
        }),
        ("ID", |user, _| Cell::Number(user.row.place.id)),
    ];
}

impl Record for RoleRecord {
    const COLUMNS: &'static [Column<RoleRecord>] = &[
        ("name", |role, _| Cell::text(&role.fields.name)),
        ("description", |role, _| {
            Cell::text(&role.fields.description)
        }),
        ("allowUserInterface", |role, _| {
            Cell::Flag(role.fields.user_interface)
        }),
        ("allowWebService", |role, _| {
            Cell::Flag(role.fields.web_service)
        }),
        (
            "canOnlyManipulateUsersWithEqualOrLesserRights",
            |role, _| Cell::Flag(role.fields.equal_or_less),
        ),
        ("services", |role, _| Cell::text(&role.fields.services)),
        ("immutable", |role, _| Cell::Flag(role.row.immutable)),
        ("users", |role, _| Cell::Number(role.row.users)),
        ("apiKeys", |role, _| Cell::Number(role.row.keys)),
        ("rights", |role, _| {
            let rights = &role.fields.rights;
            let names: Vec<&str> = rights.names().collect();
            Cell::Tree(
                serde_json::to_value(rights.tree()).unwrap_or_default(),
                names.join(" "),
            )
        }),
        ("ID", |role, _| Cell::Number(role.row.place.id)),
    ];
}
