//! The list of roles.

use crate::domain::filter::Value;
use crate::domain::id::{AUDITOR, FULL_ACCESS};
use crate::domain::list::{RoleField, RoleRow, RoleSort};
use crate::domain::trouble::Fault;
use crate::store::list::Source;
use crate::store::list::filter::Asked;
use crate::store::sql::columns;

columns! {
    RoleRow [place] {
        name,
        description = "first_line(r.description)",
        user_interface,
        web_service,
        services,
        users = "(SELECT count(*) FROM users u WHERE u.role = r.id)",
        keys = "(SELECT count(*) FROM api_keys k WHERE k.role = r.id AND k.deleted_at IS NULL)",
        immutable,
    } => RoleRow { place, name, description, user_interface, web_service, services, users, keys, immutable }
}

impl Source for RoleRow {
    const TABLE: &'static str = "roles r";
    const ID: &'static str = "r.id";
    const SEARCH: &'static str = "r.search";
    const EXISTS: &'static str = "r.deleted_at IS NULL";

    fn column(by: RoleSort) -> String {
        match by {
            RoleSort::Name => "r.name_sort".to_owned(),
            RoleSort::Access => "r.user_interface + 2 * r.web_service".to_owned(),
            RoleSort::Users => "(SELECT count(*) FROM users u WHERE u.role = r.id)".to_owned(),
            RoleSort::Keys => {
                "(SELECT count(*) FROM api_keys k WHERE k.role = r.id AND k.deleted_at IS NULL)"
                    .to_owned()
            }
            RoleSort::BuiltIn => format!("r.id NOT IN ({}, {})", FULL_ACCESS.0, AUDITOR.0),
            RoleSort::Id => "r.id".to_owned(),
            RoleSort::Description => "text_sort(first_line(r.description))".to_owned(),
        }
    }

    fn test(field: RoleField, value: &Value, asked: &mut Asked<'_>) -> Result<String, Fault> {
        let expression = match field {
            RoleField::Keys => {
                "(SELECT count(*) FROM api_keys k WHERE k.role = r.id AND k.deleted_at IS NULL)"
            }
            RoleField::Users => "(SELECT count(*) FROM users u WHERE u.role = r.id)",
            RoleField::Id => "r.id",
            RoleField::Name => "r.name_key",
            RoleField::Description => "folded(r.description)",
        };
        Ok(asked.usual(expression, value))
    }
}
