//! What would become of a row, for programs.

use crate::cli::rows::{Column, Tabled};
use crate::export::{Cell, Record, View};

/// What would become of a row.
pub(super) struct Foreseen {
    pub(super) id: i64,
    /// Empty where there is no such row.
    pub(super) name: String,
    pub(super) would: bool,
    /// Why it would not be changed.
    pub(super) why: Option<String>,
}

impl Record for Foreseen {
    const COLUMNS: &'static [(&'static str, fn(&Foreseen, View) -> Cell)] = &[
        ("ID", |row, _| Cell::Number(row.id)),
        ("name", |row, _| Cell::Text(row.name.clone())),
        ("would", |row, _| Cell::Flag(row.would)),
        ("why", |row, _| {
            row.why.clone().map_or(Cell::Unset, Cell::Text)
        }),
    ];
}

/// People are told in sentences.
impl Tabled for Foreseen {
    const TABLE: &'static [Column<Foreseen>] = &[];
}
