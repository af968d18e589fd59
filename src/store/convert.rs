//! What a value in the database stands for.

use std::cell::RefCell;

use chrono::NaiveDate;

use crate::domain::event::EventKind;
use crate::domain::expiry::Expiry;
use crate::domain::id::{KeyId, RoleId, SecretId, UserId};
use crate::domain::locale::Locale;
use crate::domain::rights::Rights;
use crate::domain::secret::Ended;
use crate::domain::state::LockedBy;
use crate::domain::time::Timestamp;
use crate::domain::trouble::Fault;
use crate::domain::tz::Tz;
use crate::domain::zone;
use crate::store::sql::{FromValue, Value, given, read};

/// A calendar day as ISO 8601 writes it.
pub struct Day(pub NaiveDate);

/// A text in which what is not UTF-8 was replaced: whoever changes the trail may write what is no text, and it is
/// shown all the same.
pub struct Lossy(pub String);

/// How many texts of rights a thread remembers; more than most databases have roles.
const TEXTS: usize = 32;

thread_local! {
    /// What texts of rights mean. They are some kilobytes long, and every verdict reads one.
    static READ: RefCell<Vec<(String, Rights)>> = const { RefCell::new(Vec::new()) };
}

given! {
    KeyId: id => Value::Int(id.0);
    RoleId: id => Value::Int(id.0);
    SecretId: id => Value::Int(id.0);
    UserId: id => Value::Int(id.0);
    Timestamp: at => Value::Int(at.0);
    EventKind: kind => Value::Int(kind.number());
    Ended: why => Value::Text(why.word());
    Locale: locale => Value::Text(locale.tag());
    Tz: zone => Value::Text(zone.name());
}

read! {
    KeyId: Value::Int(id) => Some(KeyId(id));
    RoleId: Value::Int(id) => Some(RoleId(id));
    SecretId: Value::Int(id) => Some(SecretId(id));
    UserId: Value::Int(id) => Some(UserId(id));
    Timestamp: Value::Int(at) => Some(Timestamp(at));
    Locale: Value::Text(tag) => Locale::from_tag(tag);
    Tz: Value::Text(name) => zone::by_name(name);
    Day: Value::Text(day) => day.parse().ok().map(Day);
    Lossy: Value::Text(text) => Some(Lossy(text.to_owned())),
        Value::Bytes(bytes) => Some(Lossy(String::from_utf8_lossy(bytes).into_owned()));
}

impl FromValue for Rights {
    fn from_value(value: Value<'_>) -> Result<Rights, Fault> {
        let Value::Text(text) = value else {
            return Err(Fault::Corrupt);
        };
        READ.with_borrow_mut(|read| {
            if let Some((_, rights)) = read.iter().find(|(known, _)| known == text) {
                return Ok(rights.clone());
            }
            // The table lets nothing but JSON in; what is no list of names gives no right.
            let names: Vec<String> = serde_json::from_str(text).unwrap_or_default();
            let rights = Rights::from_names(names);
            if read.len() == TEXTS {
                read.clear();
            }
            read.push((text.to_owned(), rights.clone()));
            Ok(rights)
        })
    }
}

/// Rights as they are kept.
pub fn listed(rights: &Rights) -> String {
    let names: Vec<&str> = rights.names().collect();
    serde_json::Value::from(names).to_string()
}

/// Who locked something out from its two columns; nothing where one is not known. An empty name is System.
pub fn locked_by(by: Option<String>, at: Option<Timestamp>) -> Option<LockedBy> {
    let (by, at) = (by?, at?);
    let name = Some(by).filter(|by| !by.is_empty());
    Some(LockedBy { name, at })
}

/// An expiry from its two columns, of which both are set or none.
pub fn expiry(on: Option<Day>, at: Option<Timestamp>) -> Result<Option<Expiry>, Fault> {
    match (on, at) {
        (Some(Day(on)), Some(at)) => Ok(Some(Expiry { on, at })),
        (None, None) => Ok(None),
        _ => Err(Fault::Corrupt),
    }
}

/// Kind and ID of who did something from their two columns, of which both are set or none.
pub fn who<K>(kind: Option<K>, id: Option<i64>) -> Result<Option<(K, i64)>, Fault> {
    match (kind, id) {
        (Some(kind), Some(id)) => Ok(Some((kind, id))),
        (None, None) => Ok(None),
        _ => Err(Fault::Corrupt),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_text_of_rights_means_its_own_however_many_were_read() {
        let names: Vec<_> = Rights::all().names().collect();
        for _ in 0..2 {
            for name in &names {
                let text = format!(r#"["{name}", "no.such.right"]"#);
                let read = Rights::from_value(Value::Text(&text));
                let read = read.expect("a text");
                assert_eq!(read.names().collect::<Vec<_>>(), [*name]);
            }
        }
        let none = Rights::from_value(Value::Text("{}"));
        assert!(none.expect("a text").is_empty());
    }
}
