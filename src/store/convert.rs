//! What a value in the database stands for.

use std::cell::RefCell;

use chrono::NaiveDate;
use rusqlite::ToSql;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSqlOutput, ValueRef};

use crate::domain::event::{EventKind, Level};
use crate::domain::expiry::Expiry;
use crate::domain::id::{KeyId, RoleId, SecretId, UserId};
use crate::domain::locale::Locale;
use crate::domain::rights::Rights;
use crate::domain::secret::Ended;
use crate::domain::state::LockedBy;
use crate::domain::time::Timestamp;
use crate::domain::tz::Tz;
use crate::domain::zone;

/// A calendar day as ISO 8601 writes it.
pub struct Day(pub NaiveDate);

/// A text in which what is not UTF-8 was replaced: whoever changes the trail may write what is no text, and it is
/// shown all the same.
pub struct Lossy(pub String);

/// How many texts of rights a thread remembers; more than most databases have roles.
const TEXTS: usize = 32;

thread_local! {
    /// What texts of rights mean. They are some kilobytes long, and every verdict reads one.
    static READ: RefCell<Vec<(Vec<u8>, Rights)>> = const { RefCell::new(Vec::new()) };
}

macro_rules! numbers {
    ($($number:ident),+) => {$(
        impl FromSql for $number {
            fn column_result(value: ValueRef<'_>) -> FromSqlResult<$number> {
                value.as_i64().map($number)
            }
        }

        impl ToSql for $number {
            fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
                Ok(self.0.into())
            }
        }
    )+};
}

numbers!(KeyId, RoleId, SecretId, Timestamp, UserId);

macro_rules! words {
    ($($of:ident by $word:ident),+) => {$(
        impl ToSql for $of {
            fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
                Ok(self.$word().into())
            }
        }
    )+};
}

words!(Ended by word, EventKind by number, Level by word, Locale by tag, Tz by name);

/// What a text stands for.
fn parsed<T>(value: ValueRef<'_>, parse: impl Fn(&str) -> Option<T>) -> FromSqlResult<T> {
    parse(value.as_str()?).ok_or_else(|| FromSqlError::Other("no such value".into()))
}

impl FromSql for Locale {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Locale> {
        parsed(value, Locale::from_tag)
    }
}

impl FromSql for Tz {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Tz> {
        parsed(value, zone::by_name)
    }
}

impl FromSql for Day {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Day> {
        parsed(value, |text| text.parse().ok()).map(Day)
    }
}

impl ToSql for Day {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.0.to_string().into())
    }
}

impl FromSql for Lossy {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Lossy> {
        Ok(Lossy(
            String::from_utf8_lossy(value.as_bytes()?).into_owned(),
        ))
    }
}

impl FromSql for Rights {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Rights> {
        let ValueRef::Text(text) = value else {
            return Err(FromSqlError::InvalidType);
        };
        READ.with_borrow_mut(|read| {
            if let Some((_, rights)) = read.iter().find(|(known, _)| known == text) {
                return Ok(rights.clone());
            }
            // The table lets nothing but JSON in; what is no list of names gives no right.
            let names: Vec<String> = serde_json::from_slice(text).unwrap_or_default();
            let rights = Rights::from_names(names);
            if read.len() == TEXTS {
                read.clear();
            }
            read.push((text.to_owned(), rights.clone()));
            Ok(rights)
        })
    }
}

impl ToSql for Rights {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let names: Vec<&str> = self.names().collect();
        Ok(serde_json::Value::from(names).to_string().into())
    }
}

/// How many rows are wanted, as `LIMIT` takes it.
pub fn limit(most: usize) -> i64 {
    i64::try_from(most).unwrap_or(i64::MAX)
}

/// Who locked something out from its two columns; nothing where one is not known. An empty name is System.
pub fn locked_by(by: Option<String>, at: Option<Timestamp>) -> Option<LockedBy> {
    let (by, at) = (by?, at?);
    let name = Some(by).filter(|by| !by.is_empty());
    Some(LockedBy { name, at })
}

/// An expiry from its two columns, of which both are set or none.
pub fn expiry(on: Option<Day>, at: Option<Timestamp>) -> FromSqlResult<Option<Expiry>> {
    match (on, at) {
        (Some(Day(on)), Some(at)) => Ok(Some(Expiry { on, at })),
        (None, None) => Ok(None),
        _ => Err(FromSqlError::InvalidType),
    }
}

/// Kind and ID of who did something from their two columns, of which both are set or none.
pub fn who<K>(kind: Option<K>, id: Option<i64>) -> FromSqlResult<Option<(K, i64)>> {
    match (kind, id) {
        (Some(kind), Some(id)) => Ok(Some((kind, id))),
        (None, None) => Ok(None),
        _ => Err(FromSqlError::InvalidType),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_text_of_rights_means_its_own_however_many_were_read() {
        let names: Vec<_> = Rights::all().names().collect();
        for _ in 0..2 {
            for name in &names {
                let text = format!(r#"["{name}", "no.such.right"]"#);
                let read = Rights::column_result(ValueRef::Text(text.as_bytes()));
                let read = read.expect("a text");
                assert_eq!(read.names().collect::<Vec<_>>(), [*name]);
            }
        }
        let none = Rights::column_result(ValueRef::Text(b"{}"));
        assert!(none.expect("a text").is_empty());
    }
}
