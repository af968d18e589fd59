//! Carrying out what was asked for, through the same use cases as the console.

use hyper::StatusCode;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::domain::authority::cut;
use crate::domain::id::{KeyId, RoleId, UserId};
use crate::domain::role::{Role as StoredRole, RoleDraft, RoleFields};
use crate::domain::trouble::Trouble;
use crate::domain::user::Actor;
use crate::serve::api::administrator::Administrator;
use crate::serve::api::call::Call;
use crate::serve::api::key::{self, Key};
use crate::serve::api::members::Members;
use crate::serve::api::reply::{Failure, Refusal, Reply};
use crate::serve::api::role::{self, Role};
use crate::serve::api::search::{MOST, Search};
use crate::service::Service;
use crate::service::records::WithSecret;

/// How many rows are read at a time.
const WINDOW: usize = 500;

/// Carries out a call on behalf of a key, while somebody waits for it.
///
/// # Errors
/// Why it was refused, or could not be done.
pub fn carry_out(
    service: &mut Service,
    actor: &Actor,
    call: Call,
    body: &[u8],
    goes_on: &dyn Fn() -> bool,
) -> Result<Reply, Refusal> {
    let done = object(body).map_err(Failure::from);
    let done = done.and_then(|body| act(service, actor, call, &body, goes_on));
    done.map_err(|failure| match (call.needs(), failure) {
        // Who may not do it is not told how it would be done.
        (Some(right), Failure::Wrong(_) | Failure::Refusal(_)) if !actor.may(right) => {
            Refusal::of(Trouble::NotAuthorized(right), call)
        }
        (_, failure) => failure.refusal(call),
    })
}

/// The members of a body, none where there is no body.
fn object(bytes: &[u8]) -> Result<Map<String, Value>, Refusal> {
    if bytes.trim_ascii().is_empty() {
        return Ok(Map::new());
    }
    let sentence = match serde_json::from_slice(bytes) {
        Ok(Value::Object(object)) => return Ok(object),
        Err(error) if error.to_string().starts_with("recursion limit") => "api.too_deep",
        _ => "api.not_an_object_body",
    };
    Err(Refusal::new(StatusCode::BAD_REQUEST, sentence))
}

fn act(
    service: &mut Service,
    actor: &Actor,
    call: Call,
    body: &Map<String, Value>,
    goes_on: &dyn Fn() -> bool,
) -> Result<Reply, Failure> {
    let body = Members::of(body);
    match call {
        Call::ListKeys => keys(service, actor, &Search::default(), goes_on),
        Call::SearchKeys => keys(service, actor, &Search::read(&body, key::FIELDS)?, goes_on),
        Call::CreateKey => {
            let change = key::change(&body)?;
            if !body.has_any(&["roleID"]) {
                return Err(body.wrong("roleID", "api.missing").into());
            }
            let mut draft = key::begun(actor);
            change(&mut draft);
            Ok(with_secret(&service.create_delivered_key(actor, &draft)?))
        }
        Call::OwnKey => Ok(Reply::of(&Key::of(&service.own_key(actor)?, None))),
        Call::EditOwnKey => {
            let own = service.own_key(actor)?.id;
            let key = service.edit_key(actor, own, key::own_change(&body)?)?;
            Ok(Reply::of(&Key::of(&key, None)))
        }
        Call::ReplaceOwnSecret => {
            let own = service.own_key(actor)?.id;
            Ok(with_secret(&service.replace_secret(actor, own)?))
        }
        Call::Key(id) => Ok(Reply::of(&Key::of(&service.key_record(actor, id)?, None))),
        Call::EditKey(id) => {
            let key = service.edit_key(actor, id, key::change(&body)?)?;
            Ok(Reply::of(&Key::of(&key, None)))
        }
        Call::DeleteKey(id) => {
            service.delete_key(actor, id)?;
            Ok(Reply::nothing())
        }
        Call::ReplaceSecret(id) => Ok(with_secret(&service.replace_secret(actor, id)?)),
        Call::ListRoles => roles(service, actor, &Search::default(), goes_on),
        Call::SearchRoles => roles(service, actor, &Search::read(&body, role::FIELDS)?, goes_on),
        Call::CreateRole => {
            let change = role::change(&body)?;
            // What a new role has of itself, as far as it may be given.
            let begun = RoleFields {
                name: String::new(),
                ..cut(&RoleFields::default(), &actor.role.fields)
            };
            let mut draft = RoleDraft::from(begun);
            change(&mut draft);
            let id = service.create_role(actor, &draft)?;
            let made = StoredRole {
                id,
                immutable: false,
                fields: draft.check().unwrap_or(draft.fields),
            };
            Ok(Reply::of(&Role::of(&made)))
        }
        Call::Role(id) => Ok(Reply::of(&Role::of(&service.role_record(actor, id)?))),
        Call::EditRole(id) => {
            let role = service.edit_role(actor, id, role::change(&body)?)?;
            Ok(Reply::of(&Role::of(&role)))
        }
        Call::DeleteRole(id) => {
            service.delete_role(actor, id)?;
            Ok(Reply::nothing())
        }
        Call::ListAdministrators => {
            let read = |id| service.users_after(actor, UserId(id), WINDOW);
            let told = |user: &_| serde_json::to_value(Administrator::of(user));
            list(
                "administrators",
                (&Search::default(), goes_on),
                read,
                |user| user.id.0,
                told,
            )
        }
    }
}

fn with_secret(made: &WithSecret) -> Reply {
    Reply::of(&Key::of(&made.key, Some(made.secret.expose())))
}

fn keys(
    service: &Service,
    actor: &Actor,
    search: &Search,
    goes_on: &dyn Fn() -> bool,
) -> Result<Reply, Failure> {
    let read = |id| service.keys_after(actor, KeyId(id), WINDOW);
    let told = |key: &_| serde_json::to_value(Key::of(key, None));
    list("apiKeys", (search, goes_on), read, |key| key.id.0, told)
}

fn roles(
    service: &Service,
    actor: &Actor,
    search: &Search,
    goes_on: &dyn Fn() -> bool,
) -> Result<Reply, Failure> {
    let read = |id| service.roles_after(actor, RoleId(id), WINDOW);
    let told = |role: &_| serde_json::to_value(Role::of(role));
    list("roles", (search, goes_on), read, |role| role.id.0, told)
}

/// The rows that are wanted, a window at a time, until there are enough, or it must not go on.
fn list<R>(
    name: &'static str,
    (search, goes_on): (&Search, &dyn Fn() -> bool),
    read: impl Fn(i64) -> Result<Vec<R>, Trouble>,
    id: impl Fn(&R) -> i64,
    told: impl Fn(&R) -> serde_json::Result<Value>,
) -> Result<Reply, Failure> {
    let (mut after, through) = search.bounds();
    let mut found = Vec::new();
    loop {
        let window = read(after)?;
        let Some(last) = window.last() else { break };
        after = id(last);
        for row in window.iter().filter(|row| id(row) <= through) {
            if !goes_on() {
                let status = StatusCode::SERVICE_UNAVAILABLE;
                return Err(Refusal::new(status, "api.too_long_search").retry(1).into());
            }
            // Texts, numbers and flags are always JSON.
            let row = told(row).unwrap_or_default();
            if search.wants(&row) {
                found.push(row);
            }
            if found.len() == search.most() {
                return Ok(Reply::of(&Listed(name, found)));
            }
        }
        if window.len() < WINDOW || after > through {
            break;
        }
    }
    debug_assert!(found.len() <= MOST);
    Ok(Reply::of(&Listed(name, found)))
}

/// An object of one list.
struct Listed(&'static str, Vec<Value>);

impl Serialize for Listed {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map([(self.0, &self.1)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_that_nobody_waits_for_or_that_takes_too_long_ends_at_the_next_row() {
        let rows_until = |goes_on: &dyn Fn() -> bool| {
            let read = |after: i64| Ok((after + 1..=after + 500).collect());
            let told = |row: &i64| serde_json::to_value(row);
            list(
                "rows",
                (&Search::default(), goes_on),
                read,
                |row| *row,
                told,
            )
        };
        assert!(rows_until(&|| true).is_ok());
        let looks = std::cell::Cell::new(0);
        let few = || {
            looks.set(looks.get() + 1);
            looks.get() < 7
        };
        let ended = rows_until(&few).map(drop);
        let Err(Failure::Refusal(refusal)) = ended else {
            panic!("{ended:?}")
        };
        assert_eq!(
            (refusal.status, looks.get()),
            (StatusCode::SERVICE_UNAVAILABLE, 7)
        );
    }
}
