//! Secrets that were taken apart: over several fields or lines, quoted, or written in another form.
//!
//! Once spaces are left out, any sentence has 43 base64 characters in a row. So what is found here only may be a
//! secret; whether it is one, the database's own tag proves.

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

use crate::domain::id::KeyId;

/// The base64 characters of a secret's 32 bytes, without the `=` behind them.
pub const BODY_LEN: usize = 43;
/// The digits of the greatest ID.
const ID_LEN: usize = 19;
/// How often what was escaped may have been escaped again.
const ESCAPES: usize = 3;

/// Reads base64 wherever it begins and ends.
const ANY_BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// What may be a secret.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Piece<'a> {
    /// The digits right before the base64, if there was a colon between the two.
    pub(super) digits: &'a str,
    /// [`BODY_LEN`] base64 characters.
    pub body: &'a str,
}

impl Piece<'_> {
    /// The IDs that the digits can mean: others may stand before them.
    pub fn ids(&self) -> impl Iterator<Item = KeyId> {
        let starts = self.digits.len().saturating_sub(ID_LEN)..self.digits.len();
        let ids = starts.map(|start| &self.digits[start..]);
        ids.filter(|id| !id.starts_with('0'))
            .filter_map(|id| id.parse().ok().map(KeyId))
    }
}

/// Every order of one or more of so many texts, the fewest first.
#[must_use]
pub fn orders(count: usize) -> Vec<Vec<usize>> {
    let mut orders = vec![Vec::new()];
    let mut from = 0;
    for _ in 0..count {
        let shorter = orders[from..].to_vec();
        from = orders.len();
        for order in shorter {
            for next in (0..count).filter(|next| !order.contains(next)) {
                orders.push([&order[..], &[next]].concat());
            }
        }
    }
    orders.split_off(1)
}

/// The texts one after the other in the forms in which a secret in them would be in one piece: with and without what
/// looks like a label, with `-` and `_` as characters of base64url and as none, and what each is the base64 of. All that
/// no secret has is left out.
#[must_use]
pub fn joined(texts: &[&str]) -> Vec<Zeroizing<String>> {
    let mut forms: Vec<Zeroizing<String>> = Vec::new();
    for labels in [true, false] {
        let room = texts.iter().copied().map(str::len).sum::<usize>() + 1;
        let mut all = Zeroizing::new(String::with_capacity(3 * room));
        for line in texts.iter().copied().flat_map(str::lines) {
            let line = if labels { line } else { unlabelled(line) };
            all.extend(line.nfkc().filter(char::is_ascii_graphic));
        }
        for _ in 0..ESCAPES {
            let Some(plain) = unescaped(&all) else { break };
            all = plain;
        }
        for url in [true, false] {
            let mut form = Zeroizing::new(String::with_capacity(all.len()));
            form.extend(all.chars().filter_map(|c| match c {
                '-' if url => Some('+'),
                '_' if url => Some('/'),
                ':' | '+' | '/' => Some(c),
                _ => c.is_ascii_alphanumeric().then_some(c),
            }));
            if !forms.contains(&form) {
                forms.push(form);
            }
        }
    }
    let written: Vec<_> = forms.iter().flat_map(|form| decoded(form)).collect();
    forms.extend(written);
    forms
}

/// What a text is the base64 of, which may begin at any character of the four in a group.
fn decoded(form: &str) -> impl Iterator<Item = Zeroizing<String>> {
    (0..4).map(|start| {
        let mut text = Zeroizing::new(String::with_capacity(form.len()));
        for run in form.split(':') {
            for group in run.as_bytes().get(start..).unwrap_or_default().chunks(4) {
                let mut bytes = [0; 3];
                let length = ANY_BASE64.decode_slice(group, &mut bytes).unwrap_or(0);
                let characters = bytes[..length].iter().copied().map(char::from);
                text.extend(
                    characters
                        .filter(|c| c.is_ascii_alphanumeric() || matches!(c, ':' | '+' | '/')),
                );
            }
        }
        text
    })
}

/// What may be a secret in one of the texts of [`joined`].
pub fn pieces(text: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut digits = "";
    text.split(':').flat_map(move |run| {
        let before = digits;
        let others = run.trim_end_matches(|c: char| c.is_ascii_digit());
        digits = &run[others.len()..];
        let last = (run.len() + 1).saturating_sub(BODY_LEN);
        (0..last).filter_map(move |start| {
            let body = &run[start..start + BODY_LEN];
            let digits = if start == 0 { before } else { "" };
            ends_a_body(body).then_some(Piece { digits, body })
        })
    })
}

/// 32 bytes leave the last two bits of 43 characters unused, and they are zero.
fn ends_a_body(body: &str) -> bool {
    body.ends_with(|c| "AEIMQUYcgkosw048".contains(c))
}

/// A line without what stands before its last colon and space.
fn unlabelled(line: &str) -> &str {
    line.rsplit(": ").next().unwrap_or(line)
}

/// The text with `%2B` and `\u002b` as the characters that they stand for, if there are any.
fn unescaped(text: &str) -> Option<Zeroizing<String>> {
    let mut plain = Zeroizing::new(String::with_capacity(text.len()));
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let mut marks = [("%", 2), ("\\u", 4)].into_iter();
        let stands_for = marks.find_map(|(mark, length)| {
            let hex = rest.strip_prefix(mark)?.get(..length)?;
            let code = u32::from_str_radix(hex, 16).ok()?;
            Some((char::from_u32(code)?, mark.len() + length))
        });
        let (c, length) = stands_for.unwrap_or((c, c.len_utf8()));
        plain.push(c);
        rest = &rest[length..];
    }
    (*plain != *text).then_some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &str = "VHQ9xeJNKkE7FZWEwSJt9uzPxMqozXtjVGwza0w/6ug";

    /// Whether the body, and the ID where one is wanted, is among what these texts may hold in this order.
    fn found(texts: &[&str], id: Option<i64>) -> bool {
        joined(texts).iter().any(|text| {
            pieces(text).any(|piece| {
                piece.body == BODY
                    && id.is_none_or(|id| piece.ids().any(|found| found == KeyId(id)))
            })
        })
    }

    fn basic(text: &str) -> String {
        base64::prelude::BASE64_STANDARD.encode(text)
    }

    #[test]
    fn a_secret_is_found_however_it_was_wrapped() {
        let (one, two) = BODY.split_at(20);
        let escaped = BODY.replace('/', "%2F");
        let url = BODY.replace('/', "_");
        for text in [
            format!("42:{BODY}="),
            format!("api-secret-key: 42:{BODY}="),
            format!("key 7 42:{one}\n      {two}= and more"),
            format!("“42:{one}”\n“{two}=”"),
            format!("'42:{one}' \\\n\t'{two}='"),
            format!("│ 42:{one} │\n│ {two}= │"),
            format!("42 : {one}\u{200b}{two}"),
            format!("42%3A{escaped}%3D"),
            format!("42%253A{}%253D", escaped.replace('%', "%25")),
            format!("42\\u003a{}", BODY.replace('/', "\\u002F")),
            format!("42:{}", BODY.replace('/', "\\/")),
            format!("42:{url}"),
            format!("first half: 42:{one}\nsecond half: {two}="),
            format!("42:{one}-\n{two}"),
            format!("２０２４４２：{one}{two}"),
            basic(&format!("42:{BODY}=")),
            format!("Authorization: Basic {}", basic(&format!("42:{BODY}="))),
            format!("xx{} and more", basic(&format!("key 42:{BODY}"))),
        ] {
            assert!(found(&[&text], Some(42)), "{text}");
        }
        assert!(found(&[one, two], None) && !found(&[two, one], None));
        assert!(found(&["42:", BODY], Some(42)));
        assert!(!found(&[&format!("42:{}", &BODY[1..])], None));
    }

    #[test]
    fn the_digits_before_an_id_do_not_hide_it() {
        let text = format!("key 2026 7:{BODY}");
        let ids: Vec<i64> = joined(&[&text])
            .iter()
            .flat_map(|text| pieces(text).flat_map(|piece| piece.ids().collect::<Vec<_>>()))
            .map(|id| id.0)
            .collect();
        for id in [7, 67, 267, 20_267] {
            assert!(ids.contains(&id), "{id}: {ids:?}");
        }
        assert!(!ids.contains(&267_000));
    }

    #[test]
    fn every_order_of_a_few_texts_is_tried_and_the_fewest_first() {
        assert_eq!(orders(0), Vec::<Vec<usize>>::new());
        assert_eq!(orders(2), [vec![0], vec![1], vec![0, 1], vec![1, 0]]);
        assert_eq!(orders(3).len(), 15);
    }
}
