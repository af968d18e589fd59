//! Bytes that are looked through for secrets, in parts of any size.

use std::convert::Infallible;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use keyward::auth::token::{TagKey, make};
use keyward::domain::id::KeyId;
use keyward::domain::secret::scan::{Spot, Stream, Tags};
use zeroize::Zeroizing;

use super::bytes::Bytes;
use super::token::Given;

/// A byte each for the form of the secret and the size of the parts, the secret's random bytes, then what is around it.
pub fn run(data: &[u8]) {
    let mut input = Bytes::of(data);
    let (form, size) = (input.byte(), input.below(5_000) + 1);
    let tag_key = TagKey::new(Zeroizing::new(vec![7; 32].into_boxed_slice()));
    let id = KeyId(i64::from(input.byte()) + 1);
    let (secret, tag) = make(id, &tag_key, &mut Given(input.array())).expect("made");
    let mut tags = Tags::default();
    tags.add([tag]);
    let around = input.rest();
    is_sound(&found(around, size, &tags), around);
    if around.starts_with(b"\xff\xfe") || around.starts_with(b"\xfe\xff") {
        return;
    }
    let (before, behind) = around.split_at(around.len() / 2);
    let written = written(secret.expose(), form);
    let whole = [before, &written, behind].concat();
    let found = found(&whole, size, &tags);
    is_sound(&found, &whole);
    let (_, body) = secret.expose().split_once(':').expect("a colon");
    let body = body.trim_end_matches('=');
    let there = found.iter().any(|(one, spot)| {
        let at = spot.offset.expect("bytes");
        let end = u64::try_from(before.len() + written.len()).expect("64 bits");
        one == body && at < end
    });
    assert!(there, "{form} {:?}", String::from_utf8_lossy(&whole));
}

/// The secret as it may stand in a file: as it is, or in a line of its own in one of the forms that are looked for.
fn written(secret: &str, form: u8) -> Vec<u8> {
    let escaped = |escape: fn(char) -> String| {
        let each = secret.chars().map(|c| match c {
            '+' | '/' | '=' | ':' => escape(c),
            other => other.to_string(),
        });
        each.collect::<String>()
    };
    let text = match form % 6 {
        0 => return secret.as_bytes().to_vec(),
        1 => escaped(|c| format!("%{:02X}", u32::from(c))),
        2 => escaped(|c| format!("\\u{:04x}", u32::from(c))),
        3 => escaped(|c| format!("&#{};", u32::from(c))),
        4 => secret.replace('+', "-").replace('/', "_"),
        _ => BASE64_STANDARD.encode(format!("api-secret-key: {secret}")),
    };
    format!("\n{text}\n").into_bytes()
}

/// What may be a secret, and where, where so many bytes come at a time.
fn found(bytes: &[u8], size: usize, tags: &Tags) -> Vec<(String, Spot)> {
    let (mut stream, mut all) = (Stream::default(), Vec::new());
    for part in bytes.chunks(size) {
        stream.room()[..part.len()].copy_from_slice(part);
        let taken = stream.take(part.len(), tags, |piece, spot| {
            all.push((piece.body.to_owned(), spot));
            Ok::<(), Infallible>(())
        });
        taken.expect("nothing goes wrong");
    }
    all
}

/// Each find is where it is said to be.
fn is_sound(found: &[(String, Spot)], bytes: &[u8]) {
    for (body, spot) in found {
        assert_eq!(body.len(), 43);
        let Some(offset) = spot.offset else {
            continue;
        };
        let before = &bytes[..usize::try_from(offset).expect("64 bits")];
        let lines = before.split(|byte| *byte == b'\n').count();
        assert_eq!(
            spot.line,
            u64::try_from(lines).expect("64 bits"),
            "{spot:?}"
        );
    }
}
