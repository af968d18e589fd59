//! Keys to be made, read from CSV or JSON with the columns of the exports. Nothing here asks the database.

mod columns;
mod members;
mod quotes;

use serde_json::Value;
use serde_json::value::RawValue;

use crate::domain::import::{IMPORT_BYTES, IMPORT_MOST, ImportFault, ImportForm, WantedKey};
use crate::domain::secret::find_secret_shape;
use crate::domain::trouble::Trouble;
use crate::export::csv::undefused;
use crate::import::columns::{Named, column};
use crate::import::members::Members;

pub use columns::{known, name_of};

/// What a file in UTF-8 can begin with (Unicode 23.8).
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The number of a line, counted from 1, and what it wants.
pub type Line = (usize, Result<WantedKey, Trouble>);

/// The keys that a file wants, line by line, in the form that it is said to have, or else seems to have.
///
/// # Errors
/// [`Trouble::Import`] where the file as a whole cannot be read.
pub fn read(bytes: &[u8], form: Option<ImportForm>) -> Result<Vec<Line>, Trouble> {
    let bytes = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
    if bytes.len() > IMPORT_BYTES {
        return Err(fault(1, ImportFault::TooLong));
    }
    let text = str::from_utf8(bytes).map_err(|error| {
        let before = &bytes[..error.valid_up_to()];
        fault(line_at(before), ImportFault::NotText)
    })?;
    let begins = text.trim_start();
    let lines = match form.unwrap_or(seems(begins)) {
        _ if begins.is_empty() => Vec::new(),
        ImportForm::Csv => csv(text)?,
        ImportForm::Json if begins.starts_with('[') => array(text)?,
        ImportForm::Json => json_lines(text),
    };
    if lines.len() > IMPORT_MOST {
        return Err(fault(lines[IMPORT_MOST].0, ImportFault::TooMany));
    }
    Ok(lines)
}

fn seems(begins: &str) -> ImportForm {
    if begins.starts_with(['{', '[']) {
        ImportForm::Json
    } else {
        ImportForm::Csv
    }
}

fn fault(line: usize, fault: ImportFault) -> Trouble {
    Trouble::Import { line, fault }
}

/// The number of the line that follows so much.
fn line_at(before: &[u8]) -> usize {
    before.split(|byte| *byte == b'\n').count()
}

/// Counts lines from one place of a text to the next.
struct Lines<'a> {
    text: &'a str,
    at: usize,
    line: usize,
}

impl Lines<'_> {
    fn new(text: &str) -> Lines<'_> {
        Lines {
            text,
            at: 0,
            line: 1,
        }
    }

    /// The number of the line that what begins at this byte is on, line ends before it left out.
    fn at(&mut self, byte: usize) -> usize {
        let rest = self.text.get(byte..).unwrap_or_default();
        let start = self.text.len() - rest.trim_start_matches(['\r', '\n']).len();
        let passed = self.text.get(self.at..start).unwrap_or_default();
        self.line += line_at(passed.as_bytes()) - 1;
        self.at = start;
        self.line
    }
}

fn csv(text: &str) -> Result<Vec<Line>, Trouble> {
    if let Some(at) = quotes::misplaced(text) {
        let before = &text.as_bytes()[..at];
        return Err(fault(line_at(before), ImportFault::Quotation));
    }
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut header: Option<Vec<Named>> = None;
    let mut lines = Vec::new();
    let mut places = Lines::new(text);
    for record in reader.records() {
        // All of it is text and in memory: nothing else can be wrong.
        let record = record.map_err(|_| fault(1, ImportFault::NotText))?;
        let byte = record.position().map_or(0, csv::Position::byte);
        let line = places.at(usize::try_from(byte).unwrap_or(usize::MAX));
        let Some(columns) = &header else {
            let names = record.iter().map(str::trim);
            let columns = names.map(|name| column(name).map_err(|why| fault(line, why)));
            let columns = columns.collect::<Result<Vec<_>, _>>()?;
            columns::refuse_twice(&columns, record.iter()).map_err(|why| fault(line, why))?;
            header = Some(columns);
            continue;
        };
        let wanted = row(columns, &record);
        lines.push((line, wanted.map_err(|why| fault(line, why))));
        if lines.len() > IMPORT_MOST {
            break;
        }
    }
    Ok(lines)
}

fn row(columns: &[Named], record: &csv::StringRecord) -> Result<WantedKey, ImportFault> {
    if record.iter().any(|cell| find_secret_shape(cell).is_some()) {
        return Err(ImportFault::Secret);
    }
    let (found, wanted) = (record.len(), columns.len());
    if found != wanted {
        return Err(ImportFault::Uneven { found, wanted });
    }
    let mut key = WantedKey::default();
    let mut locked = columns::Lock::default();
    for ((name, column), cell) in columns.iter().zip(record) {
        column.put(name, &undefused(cell), &mut key, &mut locked)?;
    }
    key.locked_out = locked.settled();
    Ok(key)
}

fn json_lines(text: &str) -> Vec<Line> {
    let lines = (1..).zip(text.lines());
    let lines = lines.filter(|(_, line)| !line.trim().is_empty());
    let lines = lines.take(IMPORT_MOST + 1);
    let read = lines.map(|(number, line)| (number, object(line).map_err(|why| fault(number, why))));
    read.collect()
}

fn array(text: &str) -> Result<Vec<Line>, Trouble> {
    let parts: Vec<&RawValue> = serde_json::from_str(text).map_err(|error| {
        let column = error.column();
        fault(error.line(), ImportFault::NotJson { column })
    })?;
    let mut places = Lines::new(text);
    let read = parts.into_iter().take(IMPORT_MOST + 1).map(|part| {
        let line = places.at(part.get().as_ptr().addr() - text.as_ptr().addr());
        (line, object(part.get()).map_err(|why| fault(line, why)))
    });
    Ok(read.collect())
}

fn object(json: &str) -> Result<WantedKey, ImportFault> {
    if find_secret_shape(json).is_some() {
        return Err(ImportFault::Secret);
    }
    let not_json = |error: serde_json::Error| ImportFault::NotJson {
        column: error.column(),
    };
    let value: Value = serde_json::from_str(json).map_err(not_json)?;
    if !value.is_object() {
        return Err(ImportFault::NotAnObject);
    }
    let Members(members) = serde_json::from_str(json).map_err(not_json)?;
    let columns = members.iter().map(|(name, _)| column(name));
    let columns = columns.collect::<Result<Vec<_>, _>>()?;
    columns::refuse_twice(&columns, members.iter().map(|(name, _)| name.as_str()))?;
    let mut key = WantedKey::default();
    let mut locked = columns::Lock::default();
    for ((name, column), (_, value)) in columns.iter().zip(&members) {
        let text = match value {
            Value::Null => continue,
            Value::String(text) => text.clone(),
            // Escapes can hide it.
            other => other.to_string(),
        };
        if find_secret_shape(&text).is_some() {
            return Err(ImportFault::Secret);
        }
        column.put(name, &text, &mut key, &mut locked)?;
    }
    key.locked_out = locked.settled();
    Ok(key)
}

#[cfg(test)]
mod tests;
