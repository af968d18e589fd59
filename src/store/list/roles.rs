//! The list of roles.

use rusqlite::Row;

use crate::domain::list::{Place, RoleRow, RoleSort};
use crate::store::list::Source;
use crate::store::list::filter::Values;

impl Source for RoleRow {
    const TABLE: &'static str = "roles r";
    const ID: &'static str = "r.id";
    const SEARCH: &'static str = "r.search";
    const EXISTS: &'static str = "r.deleted_at IS NULL";

    fn column(by: RoleSort) -> String {
        match by {
            RoleSort::Name => "r.name_sort",
            RoleSort::Id => "r.id",
        }
        .to_owned()
    }

    fn columns() -> String {
        "r.name, substr(r.description, 1, instr(r.description || char(10), char(10)) - 1), r.user_interface,
         r.web_service, (SELECT count(*) FROM users u WHERE u.role = r.id),
         (SELECT count(*) FROM api_keys k WHERE k.role = r.id AND k.deleted_at IS NULL), r.immutable"
            .to_owned()
    }

    fn shows((): &(), _values: &mut Values) -> String {
        RoleRow::EXISTS.to_owned()
    }

    fn read(place: Place, row: &Row<'_>) -> rusqlite::Result<RoleRow> {
        Ok(RoleRow {
            place,
            name: row.get(2)?,
            description: row.get(3)?,
            user_interface: row.get(4)?,
            web_service: row.get(5)?,
            users: row.get(6)?,
            keys: row.get(7)?,
            immutable: row.get(8)?,
        })
    }
}
