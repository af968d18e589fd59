//! Where one term ends and the next begins.

use std::ops::Range;

use crate::domain::filter::{Comparison, Field};

/// Whether a value stands in quotation marks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quote {
    None,
    /// The closing one is not there yet.
    Open,
    Closed,
}

/// A term as it stands in the text, before its value is looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Bytes of the text.
    pub span: Range<usize>,
    /// It begins with `-`.
    pub not: bool,
    /// Index of its field in the table; a plain word has none.
    pub field: Option<usize>,
    pub comparison: Option<Comparison>,
    /// Where the value begins, in bytes: its quotation mark is a part of it.
    pub value_at: usize,
    /// The value without its quotation marks.
    pub value: String,
    pub quote: Quote,
}

/// The terms of a text, in order. What is before a colon is a field only if the table has it: `host:8080` is a word.
pub fn pieces<F>(fields: &[Field<F>], text: &str) -> Vec<Piece> {
    let mut scan = Scan { text, at: 0 };
    let mut found = Vec::new();
    while scan.skip_blanks() {
        found.push(scan.piece(fields));
    }
    found
}

/// The first word that looks like a field with its colon where the table has no such field: what it calls the field, and
/// where the word stands, in bytes. In quotation marks it is a text and nothing else.
pub fn unknown_field<F>(fields: &[Field<F>], text: &str) -> Option<(String, Range<usize>)> {
    let plain = |piece: &Piece| piece.field.is_none() && piece.quote == Quote::None;
    pieces(fields, text)
        .into_iter()
        .filter(plain)
        .find_map(|piece| {
            let (name, _) = piece.value.split_once([':', '\u{ff1a}'])?;
            let begins = name.chars().next().is_some_and(char::is_alphabetic);
            let goes_on = |c: char| c.is_alphanumeric() || "-_".contains(narrow(c));
            (begins && name.chars().all(goes_on)).then(|| (name.to_owned(), piece.span))
        })
}

struct Scan<'a> {
    text: &'a str,
    at: usize,
}

impl Scan<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn skip(&mut self) {
        self.at += self.peek().map_or(0, char::len_utf8);
    }

    /// Goes over this character, if it is there, also in its full-width form.
    fn takes(&mut self, wanted: char) -> bool {
        let is = self.peek().map(narrow) == Some(wanted);
        if is {
            self.skip();
        }
        is
    }

    /// Whether anything follows.
    fn skip_blanks(&mut self) -> bool {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
        self.at < self.text.len()
    }

    fn piece<F>(&mut self, fields: &[Field<F>]) -> Piece {
        let start = self.at;
        let not = self.takes('-');
        let not = not && self.peek().is_some_and(|next| !next.is_whitespace());
        if !not {
            self.at = start;
        }
        let field = self.field(fields);
        let compares = field.is_some_and(|index| fields[index].kind.compares());
        let comparison = compares.then(|| self.comparison()).flatten();
        let value_at = self.at;
        let (value, quote) = if self.takes('"') {
            self.quoted()
        } else {
            (self.plain(), Quote::None)
        };
        Piece {
            span: start..self.at,
            not,
            field,
            comparison,
            value_at,
            value,
            quote,
        }
    }

    /// Goes over the name of a field and its colon.
    fn field<F>(&mut self, fields: &[Field<F>]) -> Option<usize> {
        let rest = self.rest();
        let (end, colon) = rest.char_indices().find(|(_, c)| narrow(*c) == ':')?;
        let name: String = rest[..end].chars().map(narrow).collect();
        let is = |field: &Field<F>| field.name.eq_ignore_ascii_case(&name);
        let index = fields.iter().position(is)?;
        self.at += end + colon.len_utf8();
        Some(index)
    }

    fn comparison(&mut self) -> Option<Comparison> {
        if self.takes('<') {
            let or_equal = self.takes('=');
            Some(if or_equal {
                Comparison::AtMost
            } else {
                Comparison::Less
            })
        } else if self.takes('>') {
            let or_equal = self.takes('=');
            Some(if or_equal {
                Comparison::AtLeast
            } else {
                Comparison::More
            })
        } else {
            self.takes('=').then_some(Comparison::Equal)
        }
    }

    fn plain(&mut self) -> String {
        let rest = self.rest();
        let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
        let value = rest[..end].to_owned();
        self.at += end;
        value
    }

    /// To the closing quotation mark; two of them are one that belongs to the value.
    fn quoted(&mut self) -> (String, Quote) {
        let mut value = String::new();
        while let Some(c) = self.peek() {
            if !self.takes('"') {
                value.push(c);
                self.skip();
            } else if self.takes('"') {
                value.push('"');
            } else {
                return (value, Quote::Closed);
            }
        }
        (value, Quote::Open)
    }
}

/// What is not narrow in East Asian typing, as ASCII has it.
fn narrow(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        _ => c,
    }
}
