//! What questions to the trail ask for and `SQLite` has not.

use rusqlite::Connection;
use rusqlite::functions::{Context, FunctionFlags};
use serde_json::Value;

use crate::domain::event::EventKind;
use crate::domain::fold::name_key;

/// Adds `folded`, a text as names are compared, and `event_text`, in which the filter looks for words.
pub fn add(connection: &Connection) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    connection
        .create_scalar_function("folded", 1, flags, |values| Ok(name_key(&text(values, 0))))?;
    connection.create_scalar_function("event_text", 7, flags, |values| {
        let number: i64 = values.get(0)?;
        let (kind, id) = (text(values, 3), values.get::<i64>(4)?);
        let word = EventKind::of(number).map_or("", EventKind::word);
        let mut found = format!("{number}\n{word}\n{kind}:{id}\n");
        for index in [1, 2, 5] {
            found.push_str(&text(values, index));
            found.push('\n');
        }
        if let Ok(body) = serde_json::from_str(&text(values, 6)) {
            collect(&body, &mut found);
        }
        Ok(name_key(&found))
    })
}

fn text(values: &Context<'_>, index: usize) -> String {
    let bytes = values.get_raw(index).as_bytes().unwrap_or_default();
    String::from_utf8_lossy(bytes).into_owned()
}

/// Every text and number in the JSON, one to a line; the names of its fields are not what people look for.
fn collect(json: &Value, found: &mut String) {
    match json {
        Value::Null | Value::Bool(_) => {}
        Value::Number(number) => {
            found.push_str(&number.to_string());
            found.push('\n');
        }
        Value::String(value) => {
            found.push_str(value);
            found.push('\n');
        }
        Value::Array(values) => values.iter().for_each(|value| collect(value, found)),
        Value::Object(fields) => fields.values().for_each(|value| collect(value, found)),
    }
}
