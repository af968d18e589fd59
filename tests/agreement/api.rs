//! The same over the management API, as far as that has it.

use keyward::domain::date::parse_date;
use keyward::domain::expiry::end_of_day;
use keyward::domain::intent::KeyChange;
use keyward::domain::problem::Field;
use keyward::domain::secret::Overlap;
use keyward::domain::tz::Tz;
use keyward::domain::user::Actor;
use keyward::domain::zone;
use keyward::serve::api::call::Call;
use keyward::serve::api::carry_out::carry_out;
use keyward::serve::api::reply::Refusal;
use keyward::service::Service;
use serde_json::{Map, Value, json};

use crate::acts::{Act, Then, Typed, lock, right, role};
use crate::world::ROBOT;

/// What the API answers a key; nothing where it has no such call.
pub fn by_api(service: &mut Service, who: &Actor, act: &Act) -> Option<Result<(), Refusal>> {
    let (call, body) = call(act)?;
    let body = body.to_string();
    Some(carry_out(service, who, call, body.as_bytes(), &|| true).map(drop))
}

fn call(act: &Act) -> Option<(Call, Value)> {
    Some(match act {
        Act::NewKey(typed) => (Call::CreateKey, members(typed, true)?),
        // What a key does to itself is another matter.
        Act::EditKey(ROBOT, _) | Act::Key(_, ROBOT) | Act::NewSecret(ROBOT, _) => return None,
        // There an expiry is an instant, which is the same in every zone.
        Act::EditKey(_, typed) if typed.iter().any(|(field, _)| *field == Field::TimeZone) => {
            return None;
        }
        Act::EditKey(id, typed) => (Call::EditKey(*id), members(typed, true)?),
        Act::Key(change, id) => match change {
            KeyChange::Delete => (Call::DeleteKey(*id), json!({})),
            KeyChange::LockOut { reason } if reason.is_empty() => {
                (Call::EditKey(*id), json!({ "active": false }))
            }
            KeyChange::Unlock => (Call::EditKey(*id), json!({ "active": true })),
            KeyChange::SetRole(role) => (Call::EditKey(*id), json!({ "roleID": role.0 })),
            KeyChange::SetExpiry(None) => (Call::EditKey(*id), json!({ "expiryDate": 0 })),
            _ => return None,
        },
        Act::NewSecret(id, Then::Store(Overlap::None)) => (Call::ReplaceSecret(*id), json!({})),
        Act::NewRole(typed) => (Call::CreateRole, members(typed, false)?),
        Act::EditRole(id, typed) => (Call::EditRole(*id), members(typed, false)?),
        Act::DeleteRole(id) => (Call::DeleteRole(*id), json!({})),
        // Of these it has no call.
        Act::NewSecret(..)
        | Act::ReadBack(_)
        | Act::NewUser(_)
        | Act::EditUser(..)
        | Act::User(..)
        | Act::Policy(_) => return None,
    })
}

/// The values as members; nothing where one of them is none of the API's.
fn members(typed: &Typed, of_a_key: bool) -> Option<Value> {
    let mut members = Map::new();
    let in_zone = typed.iter().find(|(field, _)| *field == Field::TimeZone);
    let zone = in_zone
        .and_then(|(_, name)| zone::by_name(name))
        .unwrap_or(Tz::UTC);
    for (field, text) in typed {
        let (name, value) = match field {
            Field::Name if of_a_key => ("keyName", json!(text)),
            Field::Name => ("name", json!(text)),
            Field::Description => ("description", json!(text)),
            Field::Role => ("roleID", json!(role(text).0)),
            Field::Language => ("locale", json!(text)),
            Field::TimeZone => ("timeZone", json!(text)),
            Field::ExpiresOn if text == "never" => ("expiryDate", json!(0)),
            Field::ExpiresOn => {
                let day = parse_date(text).ok()?;
                ("expiryDate", json!(end_of_day(day, zone).0))
            }
            Field::LockedOut if lock(text).is_none_or(|reason| reason.is_empty()) => {
                ("active", json!(lock(text).is_none()))
            }
            Field::UserInterface => ("allowUserInterface", json!(text == "yes")),
            Field::WebService => ("allowWebService", json!(text == "yes")),
            Field::EqualOrLess => {
                let name = "canOnlyManipulateUsersWithEqualOrLesserRights";
                (name, json!(text == "yes"))
            }
            Field::Rights => {
                let name = right(text.trim_start_matches('-')).name();
                let mut path = name.split('.');
                let (section, group) = (path.next()?, path.next()?);
                let held = !text.starts_with('-');
                members
                    .entry("rights")
                    .or_insert(json!({}))
                    .as_object_mut()?
                    .entry(section)
                    .or_insert(json!({}))
                    .as_object_mut()?
                    .entry(group)
                    .or_insert(json!({}))[path.next()?] = json!(held);
                continue;
            }
            _ => return None,
        };
        members.insert(name.to_owned(), value);
    }
    Some(Value::Object(members))
}
