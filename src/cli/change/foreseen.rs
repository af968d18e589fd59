//! What would become of a row, for programs.

use serde_json::{Map, Value};

use crate::cli::rows::{Column, Tabled};
use crate::export::{Cell, Record, View};
use crate::text::Text;

/// What would become of a row.
pub(super) struct Foreseen {
    pub(super) id: i64,
    /// Empty where there is no such row.
    pub(super) name: String,
    pub(super) would: bool,
    /// Why it would not be changed.
    pub(super) why: Option<String>,
    /// The fields that would get other values, as events tell them.
    pub(super) changes: Map<String, Value>,
}

impl Record for Foreseen {
    const COLUMNS: &'static [(&'static str, fn(&Foreseen, View) -> Cell)] = &[
        ("ID", |row, _| Cell::Number(row.id)),
        ("name", |row, _| Cell::Text(row.name.clone())),
        ("would", |row, _| Cell::Flag(row.would)),
        ("why", |row, _| {
            row.why.clone().map_or(Cell::Unset, Cell::Text)
        }),
        ("changes", |row, _| {
            if row.changes.is_empty() {
                return Cell::Unset;
            }
            let told = Text::en_us().changes(&row.changes).join("\n");
            Cell::Tree(row.changes.clone().into(), told)
        }),
    ];
}

/// People are told in sentences.
impl Tabled for Foreseen {
    const TABLE: &'static [Column<Foreseen>] = &[];
}
