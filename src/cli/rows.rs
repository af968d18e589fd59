//! Rows on standard output: as a table for people, as CSV, JSON or JSON Lines for programs. They are written as they are
//! read, part by part, so that a long list needs no more memory than a short one.

mod tables;

use std::fmt::Display;
use std::process::ExitCode;

use crate::cli::args::rows::Format;
use crate::cli::session::Session;
use crate::cli::{Failure, print};
use crate::domain::export::{EXPORT_BATCH, ExportForm, View};
use crate::domain::list::{Anchor, Filter, Order, WindowQuery};
use crate::domain::name::printable;
use crate::export::{self, Record};
use crate::service::export::Whole;
use crate::text::Text;
use crate::ui::look::width;

pub(super) use tables::{Column, Tabled, column};

/// How records are written, and in whose words and zone. Only what people read is in their language: programs get the
/// same words everywhere.
pub(super) struct Rows {
    format: Format,
    text: Text,
    view: View,
    written: usize,
    /// The cells of each column of the table but the last; what is longer moves the rest of its line.
    widths: Vec<usize>,
}

/// What stands between two columns.
const GAP: &str = "  ";

impl Rows {
    pub(super) fn new(format: Format, text: Text, view: View) -> Rows {
        Rows {
            format,
            text,
            view,
            written: 0,
            widths: Vec::new(),
        }
    }

    fn form(&self) -> Option<ExportForm> {
        match self.format {
            Format::Json => Some(ExportForm::Json),
            Format::Csv => Some(ExportForm::Csv),
            Format::Table | Format::Jsonl => None,
        }
    }

    /// What comes before the first record.
    pub(super) fn begin<R: Record>(&self) -> String {
        self.form().map_or_else(String::new, export::begin::<R>)
    }

    /// These records, behind those that were written before.
    pub(super) fn part<R: Tabled>(&mut self, records: &[R]) -> String {
        let before = self.written;
        self.written += records.len();
        match (self.form(), self.format) {
            (Some(form), _) => export::records(form, records, before, self.view),
            (None, Format::Table) => self.table(records, before),
            (None, _) => {
                let lines = records.iter().map(|record| record.json(self.view) + "\n");
                lines.collect()
            }
        }
    }

    /// What comes behind the last record.
    pub(super) fn end(&self) -> &'static str {
        self.form().map_or("", export::end)
    }

    /// The columns are as wide as the first part needs.
    fn table<R: Tabled>(&mut self, records: &[R], before: usize) -> String {
        if records.is_empty() {
            return String::new();
        }
        let mut lines: Vec<Vec<String>> = Vec::with_capacity(records.len() + 1);
        if before == 0 {
            let headings = R::TABLE.iter().map(|column| self.text.say(column.heading));
            lines.push(headings.map(str::to_owned).collect());
        }
        lines.extend(records.iter().map(|record| {
            let cells = R::TABLE.iter().map(|column| {
                let cell = (column.cell)(record, self.text, self.view);
                with_blanks_shown(&printable(&cell))
            });
            cells.collect()
        }));
        if before == 0 {
            self.widths = (0..R::TABLE.len())
                .map(|at| {
                    let cells = lines.iter().map(|line| usize::from(width(&line[at])));
                    cells.max().unwrap_or(0)
                })
                .collect();
        }
        lines.iter().map(|line| self.line(line)).collect()
    }

    fn line(&self, cells: &[String]) -> String {
        let mut line = String::new();
        for (cell, least) in cells.iter().zip(&self.widths) {
            let pad = least.saturating_sub(usize::from(width(cell)));
            line.push_str(cell);
            line.push_str(&" ".repeat(pad));
            line.push_str(GAP);
        }
        line.truncate(line.trim_end().len());
        line + "\n"
    }
}

/// Writes every row that the filter shows, in this order, and says whether there was any.
pub(super) fn list<L>(
    session: &Session,
    filter: Filter<L>,
    order: Order<L::SortBy>,
    format: Format,
) -> Result<bool, Failure>
where
    L: Whole,
    L::Record: Tabled,
{
    let mut rows = Rows::new(format, session.text, session.view()?);
    let mut query = WindowQuery {
        filter,
        order,
        anchor: Anchor::First,
        rows: EXPORT_BATCH,
    };
    let mut before = rows.begin::<L::Record>();
    loop {
        let part = session.service.export(&session.actor, &query)?;
        print(&(before + &rows.part(&part.records)))?;
        before = String::new();
        match part.more_after {
            Some(place) => query.anchor = Anchor::After(place),
            None => break,
        }
    }
    print(rows.end())?;
    Ok(rows.written > 0)
}

/// Tells of a row that was made: in a sentence for people, the row itself for programs.
pub(super) fn made<L: Whole<Record: Tabled>>(
    session: &Session,
    id: i64,
    name: &str,
    format: Format,
) -> Result<ExitCode, Failure> {
    if format == Format::Table {
        let said: [(&str, &dyn Display); 2] = [("name", &name), ("id", &id)];
        return print(&(session.text.fill("cli.made", &said) + "\n"));
    }
    let records = session.service.records::<L>(&session.actor, &[id])?;
    let mut rows = Rows::new(format, session.text, session.view()?);
    let begin = rows.begin::<L::Record>();
    let part = rows.part(&records);
    print(&(begin + &part + rows.end()))
}

/// The mark of white space that could be taken for what is between two columns.
const BLANK: char = '␣';

/// A value in which white space never looks like the end of a column: two blanks in a row, those at its beginning and
/// end, and any that is as wide as two, are shown as marks.
pub(super) fn with_blanks_shown(value: &str) -> String {
    let chars: Vec<char> = value.chars().collect();
    let blank = |at: usize| chars.get(at).is_none_or(|c| c.is_whitespace());
    let shown = chars.iter().enumerate().map(|(at, c)| {
        let beside = at == 0 || blank(at - 1) || blank(at + 1);
        let wide = width(c.encode_utf8(&mut [0; 4])) != 1;
        if c.is_whitespace() && (beside || wide) {
            BLANK
        } else {
            *c
        }
    });
    shown.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_forges_no_column() {
        for (name, shown) in [
            ("a b", "a b"),
            ("a  b", "a␣␣b"),
            (
                "ok  alice  Role: Full Access",
                "ok␣␣alice␣␣Role: Full Access",
            ),
            (" a", "␣a"),
            ("a ", "a␣"),
            ("a\u{3000}b", "a␣b"),
            ("a \u{a0}b", "a␣␣b"),
            ("a\u{a0}b", "a\u{a0}b"),
            ("", ""),
        ] {
            assert_eq!(with_blanks_shown(name), shown, "{name:?}");
        }
    }
}
