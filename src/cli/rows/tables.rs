//! The columns of the tables: what people look at first. Programs get everything, in the other formats.

use crate::domain::export::{KeyRecord, RoleRecord, UserRecord, View};
use crate::domain::time::{MINUTE, Timestamp};
use crate::export::Record;
use crate::text::Text;

/// A column: the name of its heading, and what a record has in it.
pub(in crate::cli) struct Column<R> {
    pub(in crate::cli) heading: &'static str,
    pub(in crate::cli) cell: fn(&R, Text, View) -> String,
}

/// A record that can be a line of a table.
pub(in crate::cli) trait Tabled: Record {
    const TABLE: &'static [Column<Self>];
}

/// A column of this heading.
pub(in crate::cli) const fn column<R>(
    heading: &'static str,
    cell: fn(&R, Text, View) -> String,
) -> Column<R> {
    Column { heading, cell }
}

/// How long ago an instant was, or that there was none. One that a wrong clock told is shown as it is.
fn age(at: Option<Timestamp>, text: Text, view: View) -> String {
    let now = view.as_of.now;
    match at {
        None => text.say("list.never").to_owned(),
        Some(at) if at <= now.plus(MINUTE) => text.age(at, now),
        Some(at) => text.instant(at, view.zone),
    }
}

impl Tabled for KeyRecord {
    const TABLE: &'static [Column<KeyRecord>] = &[
        column("column.id", |key, _, _| key.row.place.id.to_string()),
        column("column.name", |key, _, _| key.row.name.clone()),
        column("column.state", |key, text, view| {
            let now = view.as_of.now;
            let state = key.row.state(view.as_of);
            let words = text.key_state(state, key.row.overlap_until(now), view.zone);
            if key.row.is_limited(now) {
                text.limited(&words)
            } else {
                words
            }
        }),
        column("column.role", |key, _, _| key.row.role.clone()),
        column("column.expires", |key, text, _| {
            let on = key.row.expiry.map(|expiry| expiry.on.to_string());
            on.unwrap_or_else(|| text.say("list.never").to_owned())
        }),
        column("column.last_sign_in", |key, text, view| {
            age(key.row.last_sign_in_at, text, view)
        }),
        column("column.owner", |key, _, _| key.row.owner.clone()),
    ];
}

impl Tabled for UserRecord {
    const TABLE: &'static [Column<UserRecord>] = &[
        column("column.id", |user, _, _| user.row.place.id.to_string()),
        column("column.name", |user, _, _| user.row.name.clone()),
        column("column.state", |user, text, _| {
            text.user_state(user.row.state()).to_owned()
        }),
        column("column.role", |user, _, _| user.row.role.clone()),
        column("column.last_sign_in", |user, text, view| {
            age(user.row.last_sign_in_at, text, view)
        }),
        column("column.full_name", |user, _, _| user.row.full_name.clone()),
    ];
}

impl Tabled for RoleRecord {
    const TABLE: &'static [Column<RoleRecord>] = &[
        column("column.id", |role, _, _| role.row.place.id.to_string()),
        column("column.name", |role, _, _| role.row.name.clone()),
        column("column.access", |role, text, _| text.role_access(&role.row)),
        column("column.users", |role, _, _| role.row.users.to_string()),
        column("column.keys", |role, _, _| role.row.keys.to_string()),
        column("column.description", |role, _, _| {
            role.fields
                .description
                .lines()
                .next()
                .unwrap_or_default()
                .to_owned()
        }),
    ];
}
