//! What is looked for, said plainly and slowly: at every place, in every way to read the bytes. What is found as fast as
//! can be is compared with it.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_STANDARD_NO_PAD};
use proptest::prelude::*;

use super::tests::tag_of;
use super::{BODY_LEN, Stream, Tags, look_through};

/// Each body that is found, with the IDs that it may be of.
type Found = BTreeMap<String, BTreeSet<i64>>;

const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn value(byte: u8) -> Option<u32> {
    let byte = match byte {
        b'-' => b'+',
        b'_' => b'/',
        other => other,
    };
    let at = ALPHABET.bytes().position(|letter| letter == byte)?;
    u32::try_from(at).ok()
}

fn plainly(bytes: &[u8], tags: &BTreeSet<[u8; 8]>) -> Found {
    let mut found = Found::new();
    for text in [bytes.to_vec(), unescaped(bytes)] {
        in_text(&text, tags, &mut found);
        for run in text.split(|byte| value(*byte).is_none()) {
            for start in 0..run.len().min(4) {
                let inner = decoded(&run[start..]);
                in_text(&inner, tags, &mut found);
                in_text(&unescaped(&inner), tags, &mut found);
            }
        }
    }
    found
}

fn in_text(text: &[u8], tags: &BTreeSet<[u8; 8]>, found: &mut Found) {
    for (at, part) in text.windows(BODY_LEN).enumerate() {
        let values: Option<Vec<u32>> = part.iter().map(|byte| value(*byte)).collect();
        let Some(values) = values.filter(|values| values[BODY_LEN - 1].is_multiple_of(4)) else {
            continue;
        };
        let body: String = values
            .iter()
            .map(|value| char::from(ALPHABET.as_bytes()[*value as usize]))
            .collect();
        let before = text[..at].strip_suffix(b":").unwrap_or_default();
        let digits = before
            .iter()
            .rev()
            .take_while(|byte| byte.is_ascii_digit())
            .count();
        if digits > 0 || tags.contains(&tag_of(&body)) {
            let ids = found.entry(body).or_default();
            for length in 1..=digits.min(19) {
                let id = str::from_utf8(&before[before.len() - length..]).expect("digits");
                if !id.starts_with('0') {
                    ids.extend(id.parse::<i64>());
                }
            }
        }
    }
}

fn decoded(run: &[u8]) -> Vec<u8> {
    let bits = run.iter().flat_map(|byte| {
        let value = value(*byte).expect("base64");
        (0..6).rev().map(move |bit| value >> bit & 1)
    });
    let bits: Vec<u32> = bits.collect();
    let bytes = bits.chunks(8).map(|bits| {
        let byte = bits.iter().fold(0, |byte, bit| byte << 1 | bit) << (8 - bits.len());
        u8::try_from(byte).expect("a byte")
    });
    bytes.collect()
}

fn unescaped(bytes: &[u8]) -> Vec<u8> {
    let mut text = Vec::new();
    let mut rest = bytes;
    while let [first, others @ ..] = rest {
        let escape = escape(rest);
        text.push(escape.map_or(*first, |(byte, _)| byte));
        rest = escape.map_or(others, |(_, rest)| rest);
    }
    text
}

/// What the escape stands for that a text begins with, and what is behind it.
fn escape(text: &[u8]) -> Option<(u8, &[u8])> {
    let hex = |digits: &[u8], rest| {
        let digits = str::from_utf8(digits).ok()?;
        let all = !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        Some((u8::from_str_radix(digits, 16).ok().filter(|_| all)?, rest))
    };
    match text {
        [b'%', b'2', b'5', rest @ ..] if rest.len() >= 2 => {
            let again = [b"%", rest].concat();
            let (byte, behind) = escape(&again)?;
            Some((byte, &rest[rest.len() - behind.len()..]))
        }
        [b'%', a, b, rest @ ..] | [b'\\', b'x', a, b, rest @ ..] => hex(&[*a, *b], rest),
        [b'\\', b'\\', ..] => escape(&text[1..]),
        [b'\\', b'u', a, b, c, d, rest @ ..] => hex(&[*a, *b, *c, *d], rest),
        [b'\\', byte @ (b'/' | b'+' | b'=' | b':'), rest @ ..] => Some((*byte, rest)),
        [b'&', b'#', number @ ..] => {
            let end = number.iter().take(8).position(|byte| *byte == b';')?;
            let (number, rest) = (&number[..end], &number[end + 1..]);
            match number {
                [b'x' | b'X', digits @ ..] => hex(digits, rest),
                _ if number.starts_with(b"+") => None,
                _ => Some((str::from_utf8(number).ok()?.parse().ok()?, rest)),
            }
        }
        _ => None,
    }
}

fn fast(bytes: &[u8], tags: &Tags) -> Found {
    let mut found = Found::new();
    let done = look_through(bytes, tags, &mut |piece, at| {
        assert!(at.start < at.end && at.end <= bytes.len());
        let ids = piece.ids().map(|id| id.0);
        found.entry(piece.body.to_owned()).or_default().extend(ids);
        Ok::<_, Infallible>(())
    });
    let Ok(()) = done;
    found
}

fn in_parts(bytes: &[u8], tags: &Tags, parts: &[usize]) -> Found {
    let (mut stream, mut found) = (Stream::default(), Found::new());
    let (mut rest, mut parts) = (bytes, parts.iter().cycle());
    while !rest.is_empty() {
        let count = rest.len().min(*parts.next().expect("a part"));
        stream.room()[..count].copy_from_slice(&rest[..count]);
        rest = &rest[count..];
        let taken = stream.take(count, tags, |piece, _| {
            let ids = piece.ids().map(|id| id.0);
            found.entry(piece.body.to_owned()).or_default().extend(ids);
            Ok::<_, Infallible>(())
        });
        let Ok(()) = taken;
    }
    found
}

/// A secret as it may stand somewhere, its body and its ID.
fn secrets() -> impl Strategy<Value = (String, String, i64)> {
    let styles = prop::collection::vec(0..12usize, 1..70);
    (
        any::<[u8; 32]>(),
        0..1_000_000_i64,
        styles,
        0..8,
        "[ -$'-\\[\\]-~]{0,7}",
    )
        .prop_map(|(random, id, styles, form, label)| {
            let body = BASE64_STANDARD_NO_PAD.encode(random);
            let text = if id % 3 == 0 {
                body.clone()
            } else {
                format!("{id}:{body}=")
            };
            let escaped = || {
                text.chars()
                    .zip(styles.iter().cycle())
                    .map(|(c, style)| {
                        let code = u32::from(c);
                        match style {
                            0 => format!("%{code:02x}"),
                            1 => format!("%25{code:02X}"),
                            2 => format!("\\u{code:04x}"),
                            3 => format!("\\\\x{code:02X}"),
                            4 => format!("&#{code};"),
                            5 => format!("&#x{code:x};"),
                            _ => c.to_string(),
                        }
                    })
                    .collect::<String>()
            };
            let url = |text: &str| text.replace('+', "-").replace('/', "_");
            let written = match form {
                0 | 1 => text,
                2 => url(&text),
                3 => escaped(),
                4 => BASE64_STANDARD.encode(format!("{label}{text}")),
                5 => url(&BASE64_STANDARD.encode(format!("{label}{text}{label}"))),
                6 => BASE64_STANDARD_NO_PAD.encode(format!("{label}{}", url(&text))),
                _ => BASE64_STANDARD.encode(format!("{label}{}", escaped())),
            };
            (written, body, id)
        })
}

/// What may be around secrets.
fn noise() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        2 => Just(Vec::new()),
        2 => "[A-Za-z0-9+/]{0,99}".prop_map(String::into_bytes),
        1 => "[A-Za-z0-9_-]{0,99}".prop_map(String::into_bytes),
        2 => "[0-9a-f]{0,200}".prop_map(String::into_bytes),
        1 => "[0-9A-F%\\\\&#;ux:=+/]{0,50}".prop_map(String::into_bytes),
        1 => "[ -~]{0,50}".prop_map(|text| BASE64_STANDARD.encode(text).into_bytes()),
        1 => prop::collection::vec(any::<u8>(), 0..50),
        1 => "[ \n\":=]".prop_map(String::into_bytes),
    ]
}

fn tags_of<'a>(bodies: impl Iterator<Item = &'a String>) -> (Tags, BTreeSet<[u8; 8]>) {
    let all: BTreeSet<[u8; 8]> = bodies.map(|body| tag_of(body)).collect();
    let mut tags = Tags::default();
    tags.add(all.iter().copied());
    (tags, all)
}

proptest! {
    #[test]
    fn nothing_is_missed_that_can_be_read(
        parts in prop::collection::vec((noise(), secrets(), any::<bool>()), 1..6),
        last in noise(),
    ) {
        let known = parts.iter().filter(|(.., is_known)| *is_known);
        let (tags, all) = tags_of(known.map(|(_, (_, body, _), _)| body));
        let mut bytes = Vec::new();
        for (noise, (written, ..), _) in &parts {
            bytes.extend(noise);
            bytes.extend(written.bytes());
        }
        bytes.extend(last);
        let (found, plainly) = (fast(&bytes, &tags), plainly(&bytes, &all));
        for (_, (_, body, id), _) in &parts {
            let Some(ids) = plainly.get(body) else {
                continue;
            };
            let found = found.get(body);
            let has = found.is_some_and(|found| found.contains(id) || !ids.contains(id));
            prop_assert!(has, "{body} {id} {}", bytes.escape_ascii());
        }
    }

    #[test]
    fn nothing_is_missed_where_one_part_ends_and_the_next_begins(
        texts in prop::collection::vec((noise(), secrets()), 1..9),
        parts in prop::collection::vec(1..700usize, 1..9),
    ) {
        let (tags, _) = tags_of(texts.iter().map(|(_, (_, body, _))| body));
        let mut bytes = Vec::new();
        for (noise, (written, ..)) in &texts {
            bytes.extend([noise, &b"\n"[..], written.as_bytes(), b"\n"].concat());
        }
        let found = in_parts(&bytes, &tags, &parts);
        for (_, (_, body, _)) in &texts {
            prop_assert!(found.contains_key(body), "{}", bytes.escape_ascii());
        }
    }
}
