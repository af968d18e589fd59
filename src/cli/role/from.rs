//! A role out of a file, as `keyward role show --format json` prints one.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use serde_json::{Map, Value};

use crate::cli::Failure;
use crate::cli::args::values::right;
use crate::cli::exit::Exit;
use crate::cli::session::Session;
use crate::domain::edit::RoleEdit;
use crate::domain::rights::Rights;
use crate::domain::trouble::Trouble;

/// The most bytes of a file; a role with all its rights has fewer than a tenth of it.
const MOST: u64 = 1024 * 1024;
/// Members that say what a role is, and not what it is to be.
const FACTS: [&str; 4] = ["ID", "immutable", "users", "apiKeys"];

/// The fields in the file, or on standard input.
pub(super) fn read(session: &Session, path: &Path) -> Result<RoleEdit, Failure> {
    let mut text = String::new();
    let read = if path == Path::new("-") {
        io::stdin().lock().take(MOST).read_to_string(&mut text)
    } else if session.files {
        File::open(path).and_then(|file| file.take(MOST).read_to_string(&mut text))
    } else {
        return Err(Trouble::NoFiles.into());
    };
    read.map_err(|error| Failure::System("cli.role_file", error))?;
    parse(&text).map_err(|why| {
        let told = session.text.fill("cli.no_role_file", &[("why", &why)]);
        Failure::Words(told, Exit::Usage)
    })
}

/// The fields in this text, or what is no such field.
fn parse(text: &str) -> Result<RoleEdit, String> {
    let object: Map<String, Value> =
        serde_json::from_str(text).map_err(|error| error.to_string())?;
    let mut edit = RoleEdit::default();
    for (name, value) in &object {
        let text = || value.as_str().map(str::to_owned);
        let understood = match name.as_str() {
            "name" => put(&mut edit.name, text()),
            "description" => put(&mut edit.description, text()),
            "services" => put(&mut edit.services, text()),
            "allowUserInterface" => put(&mut edit.user_interface, value.as_bool()),
            "allowWebService" => put(&mut edit.web_service, value.as_bool()),
            "canOnlyManipulateUsersWithEqualOrLesserRights" => {
                put(&mut edit.equal_or_less, value.as_bool())
            }
            "rights" => {
                let mut held = Vec::new();
                collect("", value, &mut held)?;
                put(&mut edit.rights, Some(Rights::from_names(held)))
            }
            name => FACTS.contains(&name),
        };
        if !understood {
            return Err(name.clone());
        }
    }
    Ok(edit)
}

fn put<T>(place: &mut Option<T>, value: Option<T>) -> bool {
    *place = value;
    place.is_some()
}

/// The full names of the rights that are held.
fn collect(prefix: &str, value: &Value, held: &mut Vec<String>) -> Result<(), String> {
    match value {
        Value::Object(members) => members.iter().try_for_each(|(name, value)| {
            let name = if prefix.is_empty() {
                name.clone()
            } else {
                format!("{prefix}.{name}")
            };
            collect(&name, value, held)
        }),
        Value::Bool(is_held) => {
            let name = right(prefix).map_err(|_| prefix.to_owned())?;
            if *is_held {
                held.push(name);
            }
            Ok(())
        }
        _ => Err(format!("rights.{prefix}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::rights::Right;

    #[test]
    fn a_role_file_with_what_no_role_has_is_refused_by_its_name() {
        for (text, why) in [
            (r#"{"nmae": "x"}"#, "nmae"),
            (r#"{"name": 1}"#, "name"),
            (r#"{"allowWebService": "yes"}"#, "allowWebService"),
            (r#"{"rights": {"a": {"b": {"c": true}}}}"#, "a.b.c"),
            (r#"{"rights": {"a": 1}}"#, "rights.a"),
        ] {
            assert_eq!(parse(text).map(drop), Err(why.to_owned()), "{text}");
        }
        assert!(parse("[]").is_err() && parse("").is_err());
    }

    #[test]
    fn a_role_file_says_each_right_for_itself() {
        let (view, edit) = (Right::ViewUsers.name(), Right::EditUsers.name());
        let tree = Rights::from_names([view.to_owned()]).tree();
        let text = serde_json::json!({ "ID": 3, "rights": tree });
        let read = parse(&text.to_string()).expect("a role");
        let rights = read.rights.expect("rights");
        assert!(rights.contains(view) && !rights.contains(edit));
    }
}
