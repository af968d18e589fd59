//! The list of users.

use crate::domain::filter::{UserStateWord, Value};
use crate::domain::list::{UserField, UserRow, UserSort};
use crate::domain::trouble::Fault;
use crate::store::list::Source;
use crate::store::list::filter::Asked;
use crate::store::list::keys::roles_of;
use crate::store::sql::columns;

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
            UserSort::FullName => "u.full_name_sort",
            UserSort::Created => "u.created_at",
            UserSort::LastSignIn => "u.sign_in_sort",
            UserSort::Id => "u.id",
        }
        .to_owned()
    }

    fn known() -> Vec<(&'static str, String)> {
        vec![("role", roles_of("users"))]
    }

    fn test(field: UserField, value: &Value, asked: &mut Asked<'_>) -> Result<String, Fault> {
        Ok(match (field, value) {
            (UserField::State, Value::Word(word)) => state(word).to_owned(),
            (UserField::Role, Value::Text(name)) => {
                let is = asked.is("name_key", name);
                format!("+u.role IN (SELECT id FROM roles WHERE {is})")
            }
            (UserField::Used, _) => asked.used("u.last_sign_in_at", "+u.created_at", value),
            (UserField::Created, _) => asked.usual("+u.created_at", value),
            (UserField::Name, _) => asked.usual("+u.name_key", value),
            (UserField::Id | UserField::State | UserField::Role, _) => asked.usual("u.id", value),
        })
    }
}

/// `domain::filter::UserStateWord::holds`; a test compares the two.
fn state(word: &str) -> &'static str {
    match UserStateWord::of(word) {
        Some(UserStateWord::Active) => {
            "NOT u.locked_out AND +u.role IN (SELECT id FROM roles WHERE user_interface)"
        }
        Some(UserStateWord::NoAccess) => {
            "+u.role IN (SELECT id FROM roles WHERE NOT user_interface)"
        }
        Some(UserStateWord::Locked) => "u.locked_out",
        Some(UserStateWord::Any) | None => "TRUE",
    }
}
