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
            RoleSort::Access => {
                "CASE WHEN r.user_interface THEN 1 ELSE 0 END + CASE WHEN r.web_service THEN 2 ELSE 0 END"
                    .to_owned()
            },
            RoleSort::Users => "(SELECT count(*) FROM users u WHERE u.role = r.id)".to_owned(),
            RoleSort::Keys => {
                "(SELECT count(*) FROM api_keys k WHERE k.role = r.id AND k.deleted_at IS NULL)"
                    .to_owned()
            }
            RoleSort::BuiltIn => {
                let (one, other) = (FULL_ACCESS.0, AUDITOR.0);
                format!("CASE WHEN r.id IN ({one}, {other}) THEN 0 ELSE 1 END")
            },
            RoleSort::Id => "r.id".to_owned(),
            RoleSort::Description => "r.description_sort".to_owned(),
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
            RoleField::Description => "substr(r.search, length(r.name_key) + 2)",
        };
        Ok(asked.usual(expression, value))
    }
}
