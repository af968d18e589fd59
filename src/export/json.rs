//! JSON that can be printed at a terminal.

use std::fmt::Write as _;

use serde::Serialize;

use crate::domain::name::is_invisible;

/// A value as one line of JSON that steers no terminal.
#[must_use]
pub fn line(value: &impl Serialize) -> String {
    // Strings and numbers can always be written.
    printable(&serde_json::to_string(value).unwrap_or_default())
}

/// JSON in which what could steer a terminal is written as `\u....`. JSON itself asks that only of the first 32
/// characters, and nothing of the kind stands outside a string.
fn printable(json: &str) -> String {
    let mut safe = String::with_capacity(json.len());
    for c in json.chars() {
        if c.is_control() || is_invisible(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(safe, "\\u{unit:04x}");
            }
        } else {
            safe.push(c);
        }
    }
    safe
}
