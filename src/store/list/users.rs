//! The list of users.

use rusqlite::Row;

use crate::domain::list::{Place, UserRow, UserSort};
use crate::domain::time::Timestamp;
use crate::store::api_keys::instant;
use crate::store::list::Source;
use crate::store::list::filter::Values;

impl Source for UserRow {
    const TABLE: &'static str = "users u";
    const ID: &'static str = "u.id";
    const SEARCH: &'static str = "u.search";

    fn column(by: UserSort) -> String {
        match by {
            UserSort::Name => "u.name_sort",
            UserSort::Created => "u.created_at",
            UserSort::LastSignIn => "u.sign_in_sort",
            UserSort::Id => "u.id",
        }
        .to_owned()
    }

    fn columns() -> String {
        "u.name, u.full_name, (SELECT name FROM roles WHERE id = u.role), u.locked_out, u.created_at,
         u.last_sign_in_at, (SELECT user_interface FROM roles WHERE id = u.role)"
            .to_owned()
    }

    fn shows((): &(), _values: &mut Values) -> String {
        "TRUE".to_owned()
    }

    fn read(place: Place, row: &Row<'_>) -> rusqlite::Result<UserRow> {
        Ok(UserRow {
            place,
            name: row.get(2)?,
            full_name: row.get(3)?,
            role: row.get(4)?,
            locked_out: row.get(5)?,
            created_at: Timestamp(row.get(6)?),
            last_sign_in_at: instant(row, 7)?,
            user_interface: row.get(8)?,
        })
    }
}
