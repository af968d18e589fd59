//! Looks through bytes of any kind for what may be a secret of one database, as fast as they can be read: nearly all of
//! them are none.
//!
//! What is looked for is the base64 of a secret's 32 bytes: 43 characters in a row, of which the last 11 are the tag that
//! only the database can make. It is found by that tag wherever it begins, and behind an ID and a colon whatever its tag:
//! also percent-encoded, escaped as JSON, JavaScript and HTML have it, in the alphabet of base64url, and within text that
//! was itself written in base64. Whether it is a secret, only the database's own key proves.

mod escapes;
#[cfg(test)]
mod reference;
mod runs;
mod stream;
mod tags;
mod wrapped;

use std::ops::Range;

use zeroize::Zeroizing;

use crate::domain::secret::pieces::{BODY_LEN, Piece};
use runs::runs;

pub use stream::{Spot, Stream};
pub use tags::Tags;

/// More bytes than a secret takes in any form that is looked for, the ID with its colon before it.
pub const LONGEST: usize = 1_024;
/// How many bytes before a run of characters are looked at for an ID and its colon.
const BEFORE: usize = 128;
/// The most digits before a colon that are looked at: those of the greatest ID.
const DIGITS: usize = 19;
/// Where the tag begins in a secret's base64: behind 24 bytes.
const TAG_AT: usize = 32;

/// A character of an escape that stands for a character of base64.
const ESCAPE: u8 = 64;
const NONE: u8 = 255;

/// What each byte stands for in base64 or base64url; [`ESCAPE`] or [`NONE`] where it stands for nothing.
const SIX_BITS: [u8; 256] = {
    let mut table = [NONE; 256];
    let mut value = 0;
    while value < 64 {
        table[LETTERS[value as usize] as usize] = value;
        value += 1;
    }
    table[b'-' as usize] = 62;
    table[b'_' as usize] = 63;
    let mut at = 0;
    while at < MARKS.len() {
        table[MARKS[at] as usize] = ESCAPE;
        at += 1;
    }
    table
};

/// The alphabet of base64.
const LETTERS: [u8; 64] = *b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// The characters of escapes that stand for nothing in base64.
const MARKS: [u8; 5] = *b"%\\&#;";

fn six_bits(byte: u8) -> u8 {
    SIX_BITS[usize::from(byte)]
}

fn is_base64(byte: u8) -> bool {
    six_bits(byte) < ESCAPE
}

/// Whether the last two bits are zero: 32 bytes leave them unused in 43 characters.
fn ends_a_body(byte: u8) -> bool {
    six_bits(byte).trailing_zeros() >= 2
}

/// Takes what may be a secret, and where it is.
type Take<'a, E> = &'a mut dyn FnMut(Piece<'_>, Range<usize>) -> Result<(), E>;

/// Gives everything in the bytes that may be a secret, and where it is; the same one more than once, where it can be
/// read in more than one way.
pub fn look_through<E>(bytes: &[u8], tags: &Tags, found: Take<'_, E>) -> Result<(), E> {
    in_bytes(bytes, tags, Depth::Wrapped, found)
}

/// Whether text is looked at that was itself written in base64.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Depth {
    Wrapped,
    Plain,
}

fn in_bytes<E>(bytes: &[u8], tags: &Tags, depth: Depth, found: Take<'_, E>) -> Result<(), E> {
    for run in runs(bytes, BODY_LEN, |byte| six_bits(byte) != NONE) {
        let part = &bytes[run.clone()];
        // Only behind a colon is what comes before looked at.
        let behind_colon = bytes[..run.start].ends_with(b":");
        // No branch for each of them, of which most runs have none.
        let marked = part.iter().fold(false, |any, b| any | MARKS.contains(b));
        if !marked && !behind_colon {
            in_base64(bytes, run, tags, depth, found)?;
            continue;
        }
        let before = if behind_colon { BEFORE } else { 0 };
        let from = run.start.saturating_sub(before);
        if let Some((text, places)) = escapes::unescaped(&bytes[from..run.end]) {
            let place = |index: usize| from + places.of(index);
            in_text(&text, 0..text.len(), tags, depth, &mut |piece, within| {
                let (start, end) = (place(within.start), place(within.end));
                if end > run.start {
                    found(piece, start..end)?;
                }
                Ok(())
            })?;
        }
        in_text(bytes, run, tags, depth, found)?;
    }
    Ok(())
}

/// What may be a secret in a part of a text in which nothing is escaped.
fn in_text<E>(
    text: &[u8],
    part: Range<usize>,
    tags: &Tags,
    depth: Depth,
    found: Take<'_, E>,
) -> Result<(), E> {
    let from = part.start;
    for run in runs(&text[part], BODY_LEN, is_base64) {
        in_base64(text, from + run.start..from + run.end, tags, depth, found)?;
    }
    Ok(())
}

/// What may be a secret in a run of base64, before which an ID may be.
fn in_base64<E>(
    text: &[u8],
    run: Range<usize>,
    tags: &Tags,
    depth: Depth,
    found: Take<'_, E>,
) -> Result<(), E> {
    let (first, end) = (run.start, run.end);
    let digits = digits_before(&text[..first]);
    let behind_id = !digits.is_empty() && ends_a_body(text[first + BODY_LEN - 1]);
    if behind_id {
        give(text, digits, first..first + BODY_LEN, found)?;
    }
    for at in tags.places(&text[first + TAG_AT..end]) {
        if at > 0 || !behind_id {
            let start = first + at;
            give(text, 0..0, start..start + BODY_LEN, found)?;
        }
    }
    if depth == Depth::Plain {
        return Ok(());
    }
    wrapped::texts(&text[run], |inner, at| {
        in_bytes(inner, tags, Depth::Plain, &mut |piece, within| {
            let place = |index: usize| first + at + index / 3 * 4;
            found(piece, place(within.start)..(place(within.end) + 4).min(end))
        })
    })
}

/// Where the digits are that stand before a colon at the end of a text.
fn digits_before(text: &[u8]) -> Range<usize> {
    let Some(before) = text.strip_suffix(b":") else {
        return 0..0;
    };
    let digits = before.iter().rev().take_while(|b| b.is_ascii_digit());
    before.len() - digits.take(DIGITS).count()..before.len()
}

fn give<E>(text: &[u8], id: Range<usize>, body: Range<usize>, found: Take<'_, E>) -> Result<(), E> {
    let start = if id.is_empty() { body.start } else { id.start };
    let place = start..body.end;
    let standard = |byte: &u8| match byte {
        b'-' => '+',
        b'_' => '/',
        other => char::from(*other),
    };
    let mut base64 = Zeroizing::new(String::with_capacity(BODY_LEN));
    base64.extend(text[body].iter().map(standard));
    let digits = str::from_utf8(&text[id]).unwrap_or_default();
    let piece = Piece {
        digits,
        body: &base64,
    };
    found(piece, place)
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use base64::Engine as _;
    use base64::prelude::{BASE64_STANDARD, BASE64_STANDARD_NO_PAD};
    use proptest::prelude::*;

    use super::*;
    use crate::domain::id::KeyId;

    const BODY: &str = "VHQ9xeJNKkE7FZWEwSJt9uzPxMqozXtjVGwza0w/6ug";

    pub(super) fn tag_of(body: &str) -> [u8; 8] {
        let bytes = BASE64_STANDARD_NO_PAD.decode(body).expect("base64");
        bytes[24..].try_into().expect("8 bytes")
    }

    fn tags(bodies: &[&str]) -> Tags {
        let mut tags = Tags::default();
        tags.add(bodies.iter().map(|body| tag_of(body)));
        tags
    }

    /// What is found: the body, the IDs that it may be of, and where.
    fn found(text: &str, tags: &Tags) -> Vec<(String, Vec<i64>, Range<usize>)> {
        let mut all = Vec::new();
        let done = look_through(text.as_bytes(), tags, &mut |piece, at| {
            let ids = piece.ids().map(|KeyId(id)| id).collect();
            all.push((piece.body.to_owned(), ids, at));
            Ok::<_, Infallible>(())
        });
        let Ok(()) = done;
        all
    }

    #[track_caller]
    fn is_found(text: &str, id: Option<i64>) {
        let all = found(text, &tags(&[BODY]));
        let is_it = |(body, ids, _): &(String, Vec<i64>, _)| {
            body == BODY && id.is_none_or(|id| ids.contains(&id))
        };
        assert!(all.iter().any(is_it), "{text}: {all:?}");
    }

    #[test]
    fn a_secret_is_found_however_it_is_written() {
        let encoded = BODY.replace('/', "%2F");
        let basic = |text: &str| BASE64_STANDARD.encode(text);
        for text in [
            format!("42:{BODY}="),
            format!("42:{BODY}"),
            format!("sk=42:{BODY}="),
            format!("api-secret-key:42:{BODY}="),
            format!("api-secret-key: 42:{BODY}="),
            format!("\"42:{BODY}=\","),
            format!("-42:{BODY}="),
            format!("2026-11-27 1042:{BODY}="),
            format!("42:{}=", BODY.replace('/', "_")),
            format!("key=42%3A{encoded}%3D&x"),
            format!("key=42%3a{}%3d", BODY.replace('/', "%2f")),
            format!("42%253A{}%253D", BODY.replace('/', "%252F")),
            format!("{{\"key\":\"42:{}=\"}}", BODY.replace('/', "\\/")),
            format!("42\\u003a{}\\u003d", BODY.replace('/', "\\u002F")),
            format!("\\\"42:{}=\\\"", BODY.replace('/', "\\\\/")),
            format!("42:{}=", BODY.replace('/', "\\x2f")),
            format!("42&#58;{}&#61;", BODY.replace('/', "&#x2F;")),
            format!("42:{}&#x3D;", BODY.replace('/', "&#47;")),
            format!("Authorization: Basic {}", basic(&format!("42:{BODY}="))),
            format!("Basic {}", basic(&format!("somebody:42:{BODY}="))),
            format!("x{}", basic(&format!("a 42:{BODY}"))),
        ] {
            is_found(&text, Some(42));
        }
    }

    #[test]
    fn its_tag_gives_a_secret_away_without_its_id() {
        for text in [
            BODY.to_owned(),
            format!("token_{BODY}="),
            format!("{BODY}{BODY}"),
            format!("%{BODY}"),
            format!("a:b:{BODY}"),
            BODY.replace('/', "%2F"),
            BASE64_STANDARD.encode(BODY),
            format!("{}{BODY}{}", "A".repeat(5_000), "z".repeat(99)),
        ] {
            is_found(&text, None);
            let other = tags(&[&format!("{}A", "A".repeat(42))]);
            let bodies = found(&text, &other);
            assert!(bodies.iter().all(|(body, ..)| body != BODY), "{text}");
        }
    }

    #[test]
    fn behind_an_id_it_may_be_one_that_the_database_does_not_know() {
        let none = Tags::default();
        assert_eq!(found(&format!("x 7:{BODY}="), &none).len(), 1);
        for text in [
            format!("x:{BODY}="),
            format!("7: {BODY}="),
            format!("7:{}", &BODY[1..]),
            BODY.to_owned(),
        ] {
            assert!(found(&text, &none).is_empty(), "{text}");
        }
    }

    #[test]
    fn the_place_is_that_of_the_id_or_of_the_first_character() {
        let tags = tags(&[BODY]);
        let place = |text: &str| found(text, &tags)[0].2.clone();
        assert_eq!(place(&format!("ab 42:{BODY}=")), 3..6 + BODY_LEN);
        assert_eq!(place(&format!("ab {BODY}=")), 3..3 + BODY_LEN);
        let escaped = format!("é 42%3A{}", BODY.replace('/', "%2F"));
        assert_eq!(place(&escaped), 3..escaped.len());
        let wrapped = format!("Basic {}", BASE64_STANDARD.encode(format!("1:{BODY}=")));
        assert_eq!(place(&wrapped).start, 6);
    }

    proptest! {
        #[test]
        fn a_secret_is_found_among_any_bytes(before: Vec<u8>, behind: Vec<u8>, random: [u8; 32], id in 1..=i64::MAX) {
            let body = BASE64_STANDARD_NO_PAD.encode(random);
            let mut text = before;
            // One that ends in an escape could take the ID for a part of it.
            text.extend(format!(" {id}:{body}=").bytes());
            text.extend(behind);
            let mut all = Vec::new();
            let done = look_through(&text, &tags(&[&body]), &mut |piece, _| {
                all.push((piece.body.to_owned(), piece.ids().any(|found| found == KeyId(id))));
                Ok::<_, Infallible>(())
            });
            let Ok(()) = done;
            prop_assert!(all.contains(&(body, true)));
        }

        #[test]
        fn no_bytes_are_too_odd_to_look_through(text in "[%\\\\&#;ux0-9a-f:/+=AZ-]{0,400}") {
            found(&text, &Tags::default());
        }
    }
}
