//! Reading what stands behind a field's colon.

use crate::domain::event::EventKind;
use crate::domain::filter::{Comparison, Field, Kind, Piece, Quote, Test, Value, When, Why, when};
use crate::domain::fold::name_key;
use crate::domain::tz::Tz;

/// The word that asks for what never was or will be.
pub(super) const NEVER: &str = "never";

/// Reads what a piece asks for.
pub(super) fn read<F: Copy>(fields: &[Field<F>], piece: &Piece, zone: Tz) -> Result<Test<F>, Why> {
    if piece.quote == Quote::Open {
        return Err(Why::Unclosed);
    }
    let folded = name_key(&piece.value);
    let field = piece.field.map(|index| &fields[index]);
    let is_text = field.is_some_and(|field| field.kind == Kind::Text);
    if folded.is_empty() && !(is_text && piece.quote == Quote::Closed) {
        return Err(Why::Missing);
    }
    let Some(field) = field else {
        return Ok(Test::Word(folded));
    };
    let value = match field.kind {
        Kind::Words(words) => {
            let word = words.iter().find(|word| word.eq_ignore_ascii_case(&folded));
            Value::Word(word.ok_or(Why::NoSuchWord(words))?)
        }
        Kind::Name | Kind::Text => Value::Text(folded),
        Kind::Target => Value::Text(piece.value.clone()),
        Kind::Number => {
            let comparison = piece.comparison.unwrap_or(Comparison::Equal);
            Value::Number(comparison, number(&folded).ok_or(Why::NotANumber)?)
        }
        Kind::Event => {
            let kind = EventKind::ALL.iter().find(|kind| kind.word() == folded);
            let event = kind.map(|kind| kind.number()).or_else(|| number(&folded));
            Value::Number(Comparison::Equal, event.ok_or(Why::NoSuchEvent)?)
        }
        Kind::Past { never: true } | Kind::Ahead
            if folded == NEVER && piece.comparison.is_none() =>
        {
            Value::When(When::Never)
        }
        Kind::Past { .. } | Kind::Ahead => {
            let typed = piece.value.trim();
            let typed = if typed.is_ascii() { typed } else { &folded };
            Value::When(when::read(typed, piece.comparison, zone)?)
        }
    };
    Ok(Test::Field(field.is, value))
}

/// A whole number; one that is larger than any ID is the largest.
fn number(typed: &str) -> Option<i64> {
    let digits = !typed.is_empty() && typed.bytes().all(|b| b.is_ascii_digit());
    digits.then(|| typed.parse().unwrap_or(i64::MAX))
}
