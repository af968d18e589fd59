//! The list of roles.

use crate::domain::list::{RoleRow, RoleSort};
use crate::store::list::Source;
use crate::store::list::filter::Values;
use crate::store::query::columns;

columns! {
    RoleRow [place] {
        name,
        description = "substr(r.description, 1, instr(r.description || char(10), char(10)) - 1)",
        user_interface,
        web_service,
        users = "(SELECT count(*) FROM users u WHERE u.role = r.id)",
        keys = "(SELECT count(*) FROM api_keys k WHERE k.role = r.id AND k.deleted_at IS NULL)",
        immutable,
    } => RoleRow { place, name, description, user_interface, web_service, users, keys, immutable }
}

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

    fn shows((): &(), _values: &mut Values) -> String {
        RoleRow::EXISTS.to_owned()
    }
}
