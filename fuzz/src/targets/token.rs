//! Texts that may be secrets: reading one, finding one in another text, comparing one.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use keyward::auth::random::Random;
use keyward::auth::token::{TagKey, make, parse};
use keyward::domain::id::KeyId;
use keyward::domain::secret::{MAX_BYTES, Pasted, find_secret_shape, pieces};
use keyward::domain::trouble::Trouble;
use zeroize::Zeroizing;

use super::bytes::Bytes;

/// What the input has in place of random bytes.
pub struct Given(pub [u8; 24]);

impl Random for Given {
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), Trouble> {
        bytes.copy_from_slice(&self.0[..bytes.len()]);
        Ok(())
    }
}

pub fn run(data: &[u8]) {
    let tag_key = TagKey::new(Zeroizing::new(vec![7; 32].into_boxed_slice()));
    if let Some(token) = parse(data) {
        let text = std::str::from_utf8(token.text()).expect("a secret is ASCII");
        let (id, body) = text.split_once(':').expect("a colon");
        let bytes = BASE64_STANDARD.decode(body).expect("base64");
        assert!(data.len() <= MAX_BYTES && bytes.len() == 32, "{text}");
        assert_eq!(BASE64_STANDARD.encode(bytes), body, "there is one form");
        assert_eq!(token.id().0.to_string(), id, "there is one form");
        assert!(token.id().0 > 0 && !token.genuine(&tag_key), "{text}");
        assert!(find_secret_shape(text).is_some(), "{text}");
    }
    made(&mut Bytes::of(data), &tag_key);
    let text = String::from_utf8_lossy(data);
    if let Some((at, id)) = find_secret_shape(&text) {
        assert!(text[at].starts_with(&id));
    }
    let lines: Vec<&str> = text.lines().take(3).collect();
    for form in pieces::joined(&lines) {
        for piece in pieces::pieces(&form) {
            assert_eq!(piece.body.len(), pieces::BODY_LEN);
            assert!(piece.ids().all(|id| id.0 > 0));
        }
    }
}

/// A secret that was made is found wherever it stands, and no other is taken for it.
fn made(input: &mut Bytes, tag_key: &TagKey) {
    let id = KeyId(i64::from(u32::from_le_bytes(input.array())) + 1);
    let mut given = Given(input.array());
    let (secret, tag) = make(id, tag_key, &mut given).expect("made");
    let token = parse(secret.expose().as_bytes()).expect("read");
    assert!(token.genuine(tag_key) && (token.id(), token.tag()) == (id, tag));
    let (at, to) = (input.below(secret.expose().len()), input.byte());
    let mut changed = secret.expose().as_bytes().to_vec();
    let before = std::mem::replace(&mut changed[at], to);
    if let Some(token) = parse(&changed).filter(|_| before != to) {
        assert!(!token.genuine(tag_key), "another is no secret");
    }
    let beside = input.text();
    let (before, behind) = beside.split_at(beside.ceil_char_boundary(beside.len() / 2));
    let around = format!("{before} {} {behind}", secret.expose());
    assert!(find_secret_shape(&around).is_some());
    let compared = Pasted::compare(&around, &secret);
    assert!(matches!(compared, Pasted::With(_)), "{compared:?}");
    let other = Pasted::compare(&beside, &secret);
    assert_ne!(other, Pasted::Same);
}
