//! Events as text, CSV and JSON, one to a line.

use chrono::SecondsFormat;
use chrono_tz::Tz;
use serde::Serialize;
use serde_json::Value;

use crate::cli::args::Format;
use crate::cli::json;
use crate::domain::event::chain::hex;
use crate::domain::event::trail::{EventRow, SYSTEM_NAME};
use crate::domain::name::printable;
use crate::domain::time::Timestamp;
use crate::text::Text;
use crate::ui::frame::width;

/// How events are written, and in whose words and zone.
#[derive(Clone, Copy)]
pub(super) struct Writing {
    text: Text,
    zone: Tz,
    format: Format,
}

/// Cells of the text's columns but the last; what is longer moves the rest of its line.
const LEVEL: u16 = 7;
const NUMBER: u16 = 4;
const EVENT: u16 = 33;
const TARGET: u16 = 30;
const ACTOR: u16 = 12;

const CSV_HEADER: &str =
    "sequence,time,level,event_id,event,target_kind,target_id,target,performed_by,description\r\n";

impl Writing {
    /// In this format. Only what people read is in their language: programs get the same words everywhere.
    pub(super) fn new(format: Format, text: Text, zone: Tz) -> Writing {
        let text = match format {
            Format::Text => text,
            Format::Csv | Format::Json => Text::en_us(),
        };
        Writing { text, zone, format }
    }

    /// What comes before the first event.
    pub(super) fn header(self) -> &'static str {
        match self.format {
            Format::Csv => CSV_HEADER,
            Format::Text | Format::Json => "",
        }
    }

    /// An event with its line end.
    pub(super) fn line(self, event: &EventRow) -> String {
        match self.format {
            Format::Text => self.text_line(event),
            Format::Csv => self.csv_line(event),
            Format::Json => json_line(event),
        }
    }

    fn description(self, event: &EventRow) -> String {
        self.text
            .event_description(event.number, &event.body, self.zone)
    }

    fn text_line(self, event: &EventRow) -> String {
        let columns = [
            (self.text.instant(event.at, self.zone), 0),
            (with_blanks_shown(&printable(&event.level)), LEVEL),
            (format!("{:>1$}", event.number, usize::from(NUMBER)), NUMBER),
            (self.text.event(event.number), EVENT),
            (
                with_blanks_shown(&self.text.event_target(&event.target)),
                TARGET,
            ),
            (with_blanks_shown(&printable(actor(event))), ACTOR),
            (with_blanks_shown(&self.description(event)), 0),
        ];
        let mut line = String::new();
        for (value, least) in columns {
            let pad = usize::from(least.saturating_sub(width(&value)));
            line.push_str(&value);
            line.push_str(&" ".repeat(pad + 2));
        }
        line.truncate(line.trim_end().len());
        line.push('\n');
        line
    }

    fn csv_line(self, event: &EventRow) -> String {
        let cells = [
            event.sequence().to_string(),
            utc(event.at),
            cell(&event.level),
            event.number.to_string(),
            cell(&self.text.event(event.number)),
            cell(&event.target.kind),
            event.target.id.to_string(),
            cell(&event.target.name),
            cell(actor(event)),
            cell(&self.description(event)),
        ];
        cells.join(",") + "\r\n"
    }
}

fn actor(event: &EventRow) -> &str {
    event.actor.as_deref().unwrap_or(SYSTEM_NAME)
}

fn utc(at: Timestamp) -> String {
    at.utc().to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// The mark of white space that could be taken for what is between two columns.
const BLANK: char = '␣';

/// A value in which white space never looks like the end of a column: two blanks in a row, those at its beginning and
/// end, and any that is as wide as two, are shown as marks.
fn with_blanks_shown(value: &str) -> String {
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

/// What a spreadsheet takes for the beginning of a formula; the full-width and small signs count in Japanese ones.
const FORMULA: [char; 12] = [
    '=', '+', '-', '@', '＝', '＋', '－', '＠', '﹦', '﹢', '﹣', '﹫',
];

/// What some spreadsheets take for the end of a cell, whatever the file says.
const SEPARATORS: [char; 5] = [',', ';', '|', '\t', '\u{fffd}'];

/// A text as RFC 4180 has it, always quoted. What a spreadsheet would take for a formula gets an apostrophe before it,
/// as OWASP advises against CSV injection: at the beginning, and also behind what one with other separators would
/// split at, where blanks and quotes do not count.
fn cell(text: &str) -> String {
    let mut cell = String::with_capacity(text.len() + 2);
    cell.push('"');
    let mut begins = true;
    for c in printable(text).chars() {
        if begins && FORMULA.contains(&c) {
            cell.push('\'');
        }
        begins = SEPARATORS.contains(&c) || begins && (c.is_whitespace() || c == '"');
        if c == '"' {
            cell.push('"');
        }
        cell.push(c);
    }
    cell.push('"');
    cell
}

/// All fields, in the order in which they are printed.
#[derive(Serialize)]
struct Line<'a> {
    sequence: i64,
    /// Milliseconds since the epoch.
    at: i64,
    time: String,
    number: i64,
    event: String,
    level: &'a str,
    /// Null is `System`.
    actor: Option<&'a str>,
    target: Target<'a>,
    body: Value,
    previous: String,
    hash: String,
}

#[derive(Serialize)]
struct Target<'a> {
    kind: &'a str,
    id: i64,
    name: &'a str,
}

/// An event as a line of JSON Lines.
pub(super) fn json_line(event: &EventRow) -> String {
    let line = Line {
        sequence: event.sequence(),
        at: event.at.0,
        time: utc(event.at),
        number: event.number,
        event: Text::en_us().event(event.number),
        level: &event.level,
        actor: event.actor.as_deref(),
        target: Target {
            kind: &event.target.kind,
            id: event.target.id,
            name: &event.target.name,
        },
        // The table lets nothing but JSON in.
        body: serde_json::from_str(&event.body)
            .unwrap_or_else(|_| Value::String(event.body.clone())),
        previous: hex(&event.previous),
        hash: hex(&event.hash),
    };
    json::line(&line) + "\n"
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

    #[test]
    fn no_cell_runs_as_a_formula_whatever_it_is_split_at() {
        for (text, written) in [
            ("a", r#""a""#),
            ("", r#""""#),
            ("=1+1", r#""'=1+1""#),
            (" =1+1", r#"" '=1+1""#),
            ("a;=1+1", r#""a;'=1+1""#),
            ("a; =1", r#""a; '=1""#),
            ("a;\"=1+1\"", r#""a;""'=1+1""""#),
            ("a\t@x", "\"a\u{fffd}'@x\""),
            ("a\r-x", "\"a\u{fffd}'-x\""),
            ("a,+x|-y", r#""a,'+x|'-y""#),
            ("＝1", r#""'＝1""#),
            ("a-b = c", r#""a-b = c""#),
            ("Name: a -> b", r#""Name: a -> b""#),
        ] {
            assert_eq!(cell(text), written, "{text:?}");
        }
    }
}
