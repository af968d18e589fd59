//! The same on the command line.

use keyward::domain::intent::{KeyChange, UserChange};
use keyward::domain::problem::Field;
use keyward::domain::secret::Overlap;

use crate::acts::{Act, Then, Typed, lock, right, role};
use crate::support::database::told;
use crate::support::program::{database_of, given, keyward};
use crate::world::World;

/// How the command ends, and what it says on standard error; nothing where there is no such command.
pub fn by_command(world: &World, user: Option<&str>, act: &Act) -> Option<(Option<i32>, String)> {
    let mut words = words(act)?;
    if let Some(user) = user {
        words.extend(["--user".to_owned(), user.to_owned()]);
    }
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let read_back = matches!(act, Act::ReadBack(_));
    let input = if read_back { &world.pending } else { "" };
    let mut command = keyward(world.home.path(), &words);
    command.envs(told(&database_of(world.home.path())));
    let ended = given(command, input);
    let said = String::from_utf8_lossy(&ended.stderr).into_owned();
    Some((ended.status.code(), said))
}

fn words(act: &Act) -> Option<Vec<String>> {
    let mut words: Vec<String> = Vec::new();
    let mut say = |all: &[&str]| words.extend(all.iter().map(|word| (*word).to_owned()));
    match act {
        Act::NewKey(typed) => {
            say(&["key", "new", "--stdout", "--yes"]);
            words.extend(options(typed));
        }
        Act::EditKey(id, typed) => {
            say(&["key", "edit", &id.0.to_string(), "--yes"]);
            words.extend(options(typed));
        }
        Act::Key(change, id) => {
            let id = id.0.to_string();
            match change {
                KeyChange::LockOut { reason } => say(&["key", "lock", "--reason", reason]),
                KeyChange::Unlock => say(&["key", "unlock"]),
                KeyChange::Delete => say(&["key", "delete"]),
                KeyChange::Restore => say(&["key", "restore"]),
                KeyChange::EndOverlap => say(&["key", "end-overlap"]),
                KeyChange::SetRole(role) => say(&["key", "set-role", &role.0.to_string()]),
                KeyChange::SetExpiry(None) => say(&["key", "set-expiry", "never"]),
                KeyChange::SetExpiry(Some(day)) => say(&["key", "set-expiry", &day.to_string()]),
                KeyChange::Edit(_) => return None,
            }
            say(&[&id, "--yes"]);
        }
        Act::NewSecret(id, then) => {
            say(&["key", "new-secret", &id.0.to_string(), "--stdout"]);
            match then {
                Then::Leave => {}
                Then::Store(overlap) => say(&["--deliver-now", "--overlap", word(*overlap)]),
                Then::Discard => return None,
            }
        }
        Act::ReadBack(id) => say(&["key", "delivered", &id.0.to_string(), "--overlap", "none"]),
        Act::NewUser(typed) => {
            let (name, rest) = named(typed);
            say(&["user", "new", &name, "--yes"]);
            words.extend(options(&rest));
        }
        Act::EditUser(id, typed) => {
            say(&["user", "edit", &id.0.to_string(), "--yes"]);
            words.extend(options(typed));
        }
        Act::User(change, id) => {
            let id = id.0.to_string();
            match change {
                UserChange::LockOut { reason } => say(&["user", "lock", "--reason", reason]),
                UserChange::Unlock => say(&["user", "unlock"]),
                UserChange::Delete => say(&["user", "delete"]),
                UserChange::SetRole(role) => say(&["user", "set-role", &role.0.to_string()]),
                UserChange::Edit(_) => return None,
            }
            say(&[&id, "--yes"]);
        }
        Act::NewRole(typed) => {
            let (name, rest) = named(typed);
            say(&["role", "new", &name, "--yes"]);
            words.extend(options(&rest));
        }
        Act::EditRole(id, typed) => {
            say(&["role", "edit", &id.0.to_string(), "--yes"]);
            words.extend(options(typed));
        }
        Act::DeleteRole(id) => say(&["role", "delete", &id.0.to_string(), "--yes"]),
        Act::Policy(typed) => {
            say(&["policy", "set", "--yes"]);
            words.extend(options(typed));
        }
    }
    Some(words)
}

fn word(overlap: Overlap) -> &'static str {
    match overlap {
        Overlap::None => "none",
        Overlap::Hour => "1h",
        Overlap::Day => "24h",
        Overlap::Week => "7d",
    }
}

/// The name, which stands by itself, and the other values.
fn named(typed: &Typed) -> (String, Typed) {
    let is_name = |(field, _): &&(Field, String)| *field == Field::Name;
    let name = typed.iter().find(is_name).map(|(_, name)| name.clone());
    let rest = typed
        .iter()
        .filter(|value| !is_name(value))
        .cloned()
        .collect();
    (name.expect("a name"), rest)
}

/// The values as options.
fn options(typed: &Typed) -> Vec<String> {
    let mut words = Vec::new();
    for (field, text) in typed {
        let option = match field {
            Field::Name => "--name",
            Field::FullName => "--full-name",
            Field::Description => "--description",
            Field::Role => "--role",
            Field::Language => "--locale",
            Field::TimeZone => "--zone",
            Field::ExpiresOn => "--expires-on",
            Field::Owner => "--owner",
            Field::Addresses => "--addresses",
            Field::Rate => "--rate",
            Field::LockedOut => "--locked-out",
            Field::UserInterface => "--allow-user-interface",
            Field::WebService => "--allow-web-service",
            Field::Rights if text.starts_with('-') => "--no-right",
            Field::Rights => "--right",
            Field::EqualOrLess => "--equal-or-less",
            Field::Services => "--services",
            Field::ExpiryRequired => "--expiry-required",
            Field::LongestDays => "--longest-days",
            Field::WarningDays => "--warning-days",
        };
        words.push(option.to_owned());
        match field {
            Field::Role => words.push(role(text).0.to_string()),
            Field::Rights => {
                words.push(right(text.trim_start_matches('-')).name().to_owned());
            }
            Field::LockedOut => match lock(text) {
                None => words.push("no".to_owned()),
                Some(reason) => words.extend(["yes".to_owned(), "--reason".to_owned(), reason]),
            },
            _ => words.push(text.clone()),
        }
    }
    words
}
