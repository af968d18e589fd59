//! The filter of the trail as SQL.

use rusqlite::Connection;
use rusqlite::functions::FunctionFlags;
use serde_json::Value as Json;

use crate::domain::event::Level;
use crate::domain::event::trail::{ActorFilter, EventFilter, TargetFilter};
use crate::domain::name::name_key;
use crate::store::filter::Values;

/// More words than this are not looked at: `SQLite`'s expressions have a depth.
const MAX_WORDS: usize = 100;

/// Adds what filters ask for and `SQLite` has not: comparing as names are compared, and the values in a body.
pub fn add_functions(connection: &Connection) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    connection.create_scalar_function("folded", 1, flags, |values| {
        Ok(name_key(&lossy(values.get_raw(0).as_bytes())))
    })?;
    connection.create_scalar_function("folded_values", 1, flags, |values| {
        let body = lossy(values.get_raw(0).as_bytes());
        let mut text = String::new();
        if let Ok(body) = serde_json::from_str(&body) {
            collect(&body, &mut text);
        }
        Ok(name_key(&text))
    })
}

fn lossy<E>(bytes: Result<&[u8], E>) -> String {
    String::from_utf8_lossy(bytes.unwrap_or_default()).into_owned()
}

/// Every text and number in the JSON, one to a line; the names of its fields are not what people look for.
fn collect(json: &Json, text: &mut String) {
    match json {
        Json::Null | Json::Bool(_) => {}
        Json::Number(number) => {
            text.push_str(&number.to_string());
            text.push('\n');
        }
        Json::String(value) => {
            text.push_str(value);
            text.push('\n');
        }
        Json::Array(values) => values.iter().for_each(|value| collect(value, text)),
        Json::Object(fields) => fields.values().for_each(|value| collect(value, text)),
    }
}

/// The filter as SQL.
pub fn condition(filter: &EventFilter) -> (String, Values) {
    let mut parts = vec!["TRUE".to_owned()];
    let mut values = Values::new();
    for (index, word) in filter.text.split_whitespace().take(MAX_WORDS).enumerate() {
        let name = format!(":word{index}");
        parts.push(format!(
            "(instr(folded(e.target_name), {name}) > 0 OR instr(folded(e.actor), {name}) > 0
              OR instr(CAST(e.number AS TEXT), {name}) = 1 OR instr(folded_values(e.body), {name}) > 0)"
        ));
        values.push((name, name_key(word).into()));
    }
    let mut is = |sql: &str, name: &str, value: rusqlite::types::Value| {
        parts.push(format!("{sql} {name}"));
        values.push((name.to_owned(), value));
    };
    if let Some(level) = filter.level {
        is("e.level =", ":level", level.word().to_owned().into());
    }
    if let Some(number) = filter.number {
        is("e.number =", ":number", number.into());
    }
    if let Some(since) = filter.since {
        is("e.at >=", ":since", since.0.into());
    }
    if let Some(until) = filter.until {
        is("e.at <", ":until", until.0.into());
    }
    match &filter.actor {
        Some(ActorFilter::System) => is("e.actor =", ":actor", String::new().into()),
        Some(ActorFilter::User(name)) => is("e.actor =", ":actor", name.clone().into()),
        None => {}
    }
    match &filter.target {
        Some(TargetFilter::Is { kind, id }) => {
            is("e.target_kind =", ":kind", (*kind).to_owned().into());
            is("e.target_id =", ":target", (*id).into());
        }
        Some(TargetFilter::Named { kind, name }) => {
            if let Some(kind) = kind {
                is("e.target_kind =", ":kind", (*kind).to_owned().into());
            }
            is("folded(e.target_name) =", ":target", name_key(name).into());
        }
        None => {}
    }
    if filter.level.is_some_and(|level| level != Level::Info) {
        // As the index says it, or it would not be used.
        parts.push("e.level <> 'Info'".to_owned());
    }
    (parts.join(" AND "), values)
}
