//! Terms written into a text.

use std::borrow::Cow;

use crate::domain::filter::{Field, pieces};

/// A value as it is typed behind a colon: in quotation marks where it needs them.
#[must_use]
pub fn quoted(value: &str) -> Cow<'_, str> {
    let plain = !value.is_empty()
        && !value.starts_with(['"', '＂', '<', '>', '=', '＜', '＞', '＝'])
        && !value.contains(char::is_whitespace);
    if plain {
        Cow::Borrowed(value)
    } else {
        Cow::Owned(format!("\"{}\"", value.replace('"', "\"\"")))
    }
}

/// A text without the terms that ask for this field's values; those that ask for others than a value stay.
#[must_use]
pub fn without_terms<F: Copy + PartialEq>(fields: &[Field<F>], text: &str, field: F) -> String {
    let rest = pieces(fields, text).into_iter().filter(|piece| {
        let own = piece.field.is_some_and(|index| fields[index].is == field);
        piece.not || !own
    });
    let rest: Vec<&str> = rest.map(|piece| &text[piece.span]).collect();
    rest.join(" ")
}

/// A text in which these terms stand in place of those that asked for this field's values.
#[must_use]
pub fn with_terms<F: Copy + PartialEq>(
    fields: &[Field<F>],
    text: &str,
    field: F,
    terms: &str,
) -> String {
    let rest = without_terms(fields, text, field);
    [rest.as_str(), terms].join(" ").trim().to_owned()
}

/// A text as it is typed on: behind a term a new one begins, and a word goes on.
#[must_use]
pub fn to_go_on<F>(fields: &[Field<F>], text: &str) -> String {
    let ends_in_term = pieces(fields, text)
        .last()
        .is_some_and(|last| last.field.is_some() && last.span.end == text.len());
    let blank = if ends_in_term { " " } else { "" };
    format!("{text}{blank}")
}
