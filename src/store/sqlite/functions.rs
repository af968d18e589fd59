//! The functions that statements and migrations ask for and `SQLite` has not.

use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::{Connection, Result};

use crate::domain::fold::name_key;
use crate::domain::name::{name_look, name_sort, text_sort};
use crate::store::events::searched;
use crate::store::list::Finder;
use crate::store::names::first_line;

type Compute = fn(&str) -> String;

/// Those of one text: `first_line`, which lists show; and `folded`, `name_sort`, `name_look` and `text_sort`, by which migrations
/// compute columns.
const OF_TEXTS: [(&str, Compute); 5] = [
    ("folded", name_key),
    ("name_sort", name_sort),
    ("name_look", name_look),
    ("text_sort", text_sort),
    ("first_line", |text| first_line(text).to_owned()),
];

/// Adds them, and what the filter asks for of an event by its number and its row: `event_text`, in which it looks for words,
/// and `event_target`, the name of the target as names are compared.
pub fn add(connection: &Connection) -> Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    for (name, compute) in OF_TEXTS {
        connection
            .create_scalar_function(name, 1, flags, move |values| Ok(compute(&text(values, 0))))?;
    }
    connection.create_scalar_function("event_target", 2, flags, |values| {
        Ok(name_key(&text(values, 1)))
    })?;
    connection.create_scalar_function("event_text", 8, flags, |values| {
        let (level, actor, kind) = (text(values, 2), text(values, 3), text(values, 4));
        let (name, body) = (text(values, 6), text(values, 7));
        let target = (kind.as_str(), values.get(5)?);
        Ok(searched(
            values.get(1)?,
            target,
            [&level, &actor, &name],
            &body,
        ))
    })
}

/// Adds `found`: whether the set with a number has an ID.
pub fn add_found(connection: &Connection, finder: Finder) -> Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DIRECTONLY;
    connection.create_scalar_function("found", 2, flags, move |values| {
        let set = usize::try_from(values.get::<i64>(0)?).unwrap_or(usize::MAX);
        Ok(finder.has(set, values.get(1)?))
    })
}

/// A text in which what is not UTF-8 was replaced.
fn text(values: &Context<'_>, index: usize) -> String {
    let bytes = values.get_raw(index).as_bytes().unwrap_or_default();
    String::from_utf8_lossy(bytes).into_owned()
}
