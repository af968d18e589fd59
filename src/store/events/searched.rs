//! The text of an event in which the filter looks for words.

use serde_json::Value;

use crate::domain::event::EventKind;
use crate::domain::fold::name_key;

/// That text: number and word of its kind, the target by its ID, these other texts, and what its body says; folded.
pub fn searched(number: i64, target: (&str, i64), texts: [&str; 3], body: &str) -> String {
    let word = EventKind::of(number).map_or("", EventKind::word);
    let (kind, id) = target;
    let mut found = format!("{number}\n{word}\n{kind}:{id}\n");
    for text in texts {
        found.push_str(text);
        found.push('\n');
    }
    if let Ok(body) = serde_json::from_str(body) {
        collect(&body, &mut found);
    }
    name_key(&found)
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
