//! Rows as CSV and JSON, for programs and spreadsheets. The words are English, whoever asks; what could steer a terminal
//! is written as an escape or as U+FFFD.

pub mod csv;
pub mod events;
pub mod json;
mod leaks;
mod tables;

use chrono::SecondsFormat;
use serde_json::{Map, Value};

use crate::domain::export::ExportForm;
use crate::domain::time::Timestamp;

pub use crate::domain::export::View;

/// A kind of record as it is exported.
pub trait Record: Sized + 'static {
    /// Its columns: the name, as the original's API has it where that knows it, and the value.
    const COLUMNS: &'static [Column<Self>];

    /// The record as an object on one line.
    fn json(&self, view: View) -> String {
        json::line(&self.object(view))
    }

    /// The members of the record.
    fn object(&self, view: View) -> Map<String, Value> {
        let cells = Self::COLUMNS.iter();
        let cells = cells.filter_map(|(name, cell)| Some((*name, cell(self, view).json()?)));
        cells
            .map(|(name, value)| (name.to_owned(), value))
            .collect()
    }
}

/// A column: its name and what a record has in it.
pub type Column<R> = (&'static str, fn(&R, View) -> Cell);

/// A value of a record.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    Text(String),
    Number(i64),
    Flag(bool),
    At(Timestamp),
    /// A part of JSON, and the same as a text.
    Tree(Value, String),
    /// It is left out of JSON, and empty in CSV.
    Unset,
}

impl Cell {
    fn text(text: impl Into<String>) -> Cell {
        Cell::Text(text.into())
    }

    fn instant(at: Option<Timestamp>) -> Cell {
        at.map_or(Cell::Unset, Cell::At)
    }

    /// Instants as the original's API has them: in milliseconds since the epoch.
    fn json(self) -> Option<Value> {
        Some(match self {
            Cell::Text(text) => text.into(),
            Cell::Number(number) => number.into(),
            Cell::Flag(on) => on.into(),
            Cell::At(at) => at.0.into(),
            Cell::Tree(tree, _) => tree,
            Cell::Unset => return None,
        })
    }

    /// Instants as RFC 3339 has them, in UTC.
    fn csv(self) -> String {
        match self {
            Cell::Text(text) | Cell::Tree(_, text) => csv::cell(&text),
            Cell::Number(number) => number.to_string(),
            Cell::Flag(on) => on.to_string(),
            Cell::At(at) => utc(at),
            Cell::Unset => String::new(),
        }
    }
}

/// An instant in UTC, to the millisecond.
#[must_use]
pub fn utc(at: Timestamp) -> String {
    at.utc().to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// What comes before the first record.
#[must_use]
pub fn begin<R: Record>(form: ExportForm) -> String {
    match form {
        ExportForm::Csv => {
            let names: Vec<&str> = R::COLUMNS.iter().map(|(name, _)| *name).collect();
            names.join(",") + "\r\n"
        }
        ExportForm::Json => "[".to_owned(),
    }
}

/// Records behind so many others.
#[must_use]
pub fn records<R: Record>(form: ExportForm, records: &[R], before: usize, view: View) -> String {
    let mut written = String::new();
    for (index, record) in (before..).zip(records) {
        match form {
            ExportForm::Csv => {
                let cells = R::COLUMNS.iter().map(|(_, cell)| cell(record, view).csv());
                written += &(cells.collect::<Vec<_>>().join(",") + "\r\n");
            }
            ExportForm::Json => {
                written += if index == 0 { "\n" } else { ",\n" };
                written += &record.json(view);
            }
        }
    }
    written
}

/// What comes behind the last record.
#[must_use]
pub fn end(form: ExportForm) -> &'static str {
    match form {
        ExportForm::Csv => "",
        ExportForm::Json => "\n]\n",
    }
}
