//! What can follow where one types: names of fields, and the values of the field whose term it is.

use std::ops::Range;

use crate::domain::event::EventKind;
use crate::domain::filter::{Field, Kind, Quote, pieces, quoted};
use crate::domain::fold::name_key;

/// The names that rows have, for the fields whose values they are: of each field with its name in the table.
pub type Known = Vec<(&'static str, Vec<String>)>;

/// What can follow where one types.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Completion {
    /// The bytes that it takes the place of.
    pub span: Range<usize>,
    /// As it is written, the best first.
    pub candidates: Vec<String>,
    /// Name of the sentence about the field that the term asks for.
    pub about: Option<&'static str>,
}

/// What can follow at the end of a text. Of a plain word, the fields that begin with it; of a term, its values.
#[must_use]
pub fn complete<F>(fields: &[Field<F>], known: &Known, text: &str) -> Completion {
    let last = pieces(fields, text).pop();
    let last = last.filter(|piece| piece.span.end == text.len());
    let end = text.len();
    let Some(piece) = last else {
        let names = fields.iter().map(|field| format!("{}:", field.name));
        return Completion {
            span: end..end,
            candidates: names.collect(),
            about: None,
        };
    };
    let Some(field) = piece.field.map(|index| &fields[index]) else {
        if piece.quote != Quote::None {
            return Completion::default();
        }
        let begun = name_key(&piece.value);
        let names = fields.iter().map(|field| field.name);
        let begins = |name: &&str| name.starts_with(&begun);
        return Completion {
            span: piece.value_at..end,
            candidates: names
                .filter(begins)
                .map(|name| format!("{name}:"))
                .collect(),
            about: None,
        };
    };
    let begun = name_key(&piece.value);
    let begins = |word: &&str| name_key(word).starts_with(&begun);
    let words = |words: &[&str]| {
        words
            .iter()
            .copied()
            .filter(begins)
            .map(str::to_owned)
            .collect()
    };
    let candidates: Vec<String> = match field.kind {
        Kind::Words(all) => words(all),
        Kind::Event => {
            let all: Vec<&str> = EventKind::ALL.iter().map(|kind| kind.word()).collect();
            words(&all)
        }
        Kind::Name | Kind::Text => {
            let own = known.iter().find(|(name, _)| *name == field.name);
            let names = own.into_iter().flat_map(|(_, names)| names);
            let found = names.filter(|name| begins(&name.as_str()));
            found.map(|name| quoted(name).into_owned()).collect()
        }
        _ => Vec::new(),
    };
    // What is there already need not be offered.
    let done = |candidate: &String| *candidate != text[piece.value_at..];
    Completion {
        span: piece.value_at..end,
        candidates: candidates.into_iter().filter(done).collect(),
        about: Some(field.about),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::trail::EventRow;
    use crate::domain::list::{KeyRow, Listed};

    #[test]
    fn what_can_follow_is_fields_and_then_their_values() {
        let known: Known = vec![
            ("role", vec!["Auditor".to_owned(), "Full Access".to_owned()]),
            ("by", vec!["alice".to_owned()]),
        ];
        let follows = |text: &str| {
            let found = complete(KeyRow::FIELDS, &known, text);
            let candidates = found.candidates.iter();
            let whole =
                candidates.map(|candidate| format!("{}{candidate}", &text[..found.span.start]));
            whole.collect::<Vec<_>>()
        };
        assert_eq!(follows("").len(), KeyRow::FIELDS.len());
        assert_eq!(follows("x ").len(), KeyRow::FIELDS.len());
        assert_eq!(follows("S"), ["state:", "service:", "secrets:"]);
        assert_eq!(follows("x -ro"), ["x -role:"]);
        assert_eq!(follows("zzz"), [""; 0]);
        assert_eq!(follows("\"st"), [""; 0]);
        assert_eq!(follows("state:ex"), ["state:expired"]);
        assert_eq!(follows("state:expired"), [""; 0]);
        assert_eq!(follows("role:"), ["role:Auditor", "role:\"Full Access\""]);
        assert_eq!(follows("-role:\"full a"), ["-role:\"Full Access\""]);
        assert_eq!(follows("by:AL"), ["by:alice"]);
        assert_eq!(follows("expires:<"), [""; 0]);
        let events = complete(EventRow::FIELDS, &known, "event:api-key-l").candidates;
        assert_eq!(events, ["api-key-locked-out"]);
        let about = complete(KeyRow::FIELDS, &known, "expires:<").about;
        assert_eq!(about, Some("filter_field.expires"));
    }
}
