//! Carrying out what was asked for, through the same use cases as the console.

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
use crate::serve::api::reply::{Refusal, Reply};
use crate::serve::api::role::{self, Role};
use crate::serve::api::search::{MOST, Search};
use crate::service::Service;
use crate::service::records::WithSecret;

/// How many rows are read at a time.
const WINDOW: usize = 500;

/// Carries out a call on behalf of a key.
///
/// # Errors
/// Why it was refused, or could not be done.
pub fn carry_out(
    service: &mut Service,
    actor: &Actor,
    call: Call,
    body: &Map<String, Value>,
) -> Result<Reply, Refusal> {
    let body = Members::of(body);
    match call {
        Call::ListKeys => keys(service, actor, &Search::default()),
        Call::SearchKeys => keys(service, actor, &Search::read(&body, key::FIELDS)?),
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
        Call::ListRoles => roles(service, actor, &Search::default()),
        Call::SearchRoles => roles(service, actor, &Search::read(&body, role::FIELDS)?),
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
                &Search::default(),
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

fn keys(service: &Service, actor: &Actor, search: &Search) -> Result<Reply, Refusal> {
    let read = |id| service.keys_after(actor, KeyId(id), WINDOW);
    let told = |key: &_| serde_json::to_value(Key::of(key, None));
    list("apiKeys", search, read, |key| key.id.0, told)
}

fn roles(service: &Service, actor: &Actor, search: &Search) -> Result<Reply, Refusal> {
    let read = |id| service.roles_after(actor, RoleId(id), WINDOW);
    let told = |role: &_| serde_json::to_value(Role::of(role));
    list("roles", search, read, |role| role.id.0, told)
}

/// The rows that are wanted, a window at a time, until there are enough.
fn list<R>(
    name: &'static str,
    search: &Search,
    read: impl Fn(i64) -> Result<Vec<R>, Trouble>,
    id: impl Fn(&R) -> i64,
    told: impl Fn(&R) -> serde_json::Result<Value>,
) -> Result<Reply, Refusal> {
    let (mut after, through) = search.bounds();
    let mut found = Vec::new();
    loop {
        let window = read(after)?;
        let Some(last) = window.last() else { break };
        after = id(last);
        for row in window.iter().filter(|row| id(row) <= through) {
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
