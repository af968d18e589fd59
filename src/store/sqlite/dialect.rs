//! What lists say to `SQLite` in its own words.

/// Behind a table: its rows are read by this index, or by none.
pub fn by(index: Option<&str>) -> String {
    index.map_or("NOT INDEXED".to_owned(), |index| {
        format!("INDEXED BY {index}")
    })
}

/// Whether the set with this number has an ID.
pub fn found(set: &str, id: &str) -> String {
    format!("found({set}, {id})")
}

/// A question for all numbers in a list, which is JSON.
pub fn numbers(list: &str) -> String {
    format!("SELECT CAST(value AS BIGINT) FROM json_each(CAST({list} AS TEXT))")
}

/// A question for all texts in a list, which is JSON.
pub fn texts(list: &str) -> String {
    format!("SELECT value FROM json_each(CAST({list} AS TEXT))")
}
