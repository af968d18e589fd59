//! The list of users.

use crate::domain::list::{UserRow, UserSort};
use crate::store::list::Source;
use crate::store::list::filter::Values;
use crate::store::query::columns;

columns! {
    UserRow [place] {
        name,
        full_name,
        role = "(SELECT name FROM roles WHERE id = u.role)",
        locked_out,
        created_at,
        last_sign_in_at,
        user_interface = "(SELECT user_interface FROM roles WHERE id = u.role)",
    } => UserRow { place, name, full_name, role, locked_out, user_interface, created_at, last_sign_in_at }
}

impl Source for UserRow {
    const TABLE: &'static str = "users u";
    const ID: &'static str = "u.id";
    const SEARCH: &'static str = "u.search";

    fn column(by: UserSort) -> String {
        match by {
            UserSort::Name => "u.name_sort",
            UserSort::State => {
                "CASE WHEN u.locked_out THEN 0
                     WHEN NOT (SELECT user_interface FROM roles WHERE id = u.role) THEN 1 ELSE 2 END"
            }
            UserSort::Role => "(SELECT name_sort FROM roles WHERE id = u.role)",
            UserSort::FullName => "text_sort(u.full_name)",
            UserSort::Created => "u.created_at",
            UserSort::LastSignIn => "u.sign_in_sort",
            UserSort::Id => "u.id",
        }
        .to_owned()
    }

    fn shows((): &(), _values: &mut Values) -> String {
        "TRUE".to_owned()
    }
}
