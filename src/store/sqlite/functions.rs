//! The functions that statements and migrations ask for and `SQLite` has not.

use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::{Connection, Result};

use crate::domain::fold::name_key;
use crate::domain::name::{name_look, name_sort, text_sort};
use crate::store::events::searched;
use crate::store::list::Finder;
use crate::store::names::first_line;

type Compute = fn(&str) -> String;

/// Those of one text: `folded`, as names are compared; `name_sort` and `name_look`, by which migrations compute the columns
/// of that name; `text_sort` and `first_line`, for what lists show and are sorted by without a column.
const OF_TEXTS: [(&str, Compute); 5] = [
    ("folded", name_key),
    ("name_sort", name_sort),
    ("name_look", name_look),
    ("text_sort", text_sort),
    ("first_line", |text| first_line(text).to_owned()),
];

/// Adds them, and `event_text`, in which the filter looks for words.
pub fn add(connection: &Connection) -> Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    for (name, compute) in OF_TEXTS {
        connection
            .create_scalar_function(name, 1, flags, move |values| Ok(compute(&text(values, 0))))?;
    }
    connection.create_scalar_function("event_text", 7, flags, |values| {
        let (level, actor, kind) = (text(values, 1), text(values, 2), text(values, 3));
        let (name, body) = (text(values, 5), text(values, 6));
        let target = (kind.as_str(), values.get(4)?);
        Ok(searched(
            values.get(0)?,
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
