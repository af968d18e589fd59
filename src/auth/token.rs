//! A secret's text: `<ID>:<standard base64 of 32 bytes>`, of which 24 bytes are random and 8 are a tag that only
//! this database can make. A mistyped or forged secret is told by the tag alone, without a hash.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::auth::random::Random;
use crate::domain::id::KeyId;
use crate::domain::secret::{MAX_BYTES, Secret, received};
use crate::domain::trouble::Trouble;

const RANDOM_LEN: usize = 24;
const TAG_LEN: usize = 8;
const BODY_LEN: usize = RANDOM_LEN + TAG_LEN;
const BASE64_LEN: usize = 44;

/// What ties a secret to its database and key; kept beside the hash, and no secret itself.
pub type Tag = [u8; TAG_LEN];

/// The database's own key for making tags; wiped when dropped.
///
/// Boxed, as everything secret here that changes hands: a move copies a pointer and leaves no bytes behind.
#[derive(Clone)]
pub struct TagKey(Zeroizing<Box<[u8]>>);

impl TagKey {
    /// Takes over the bytes, of which there are 32.
    #[must_use]
    pub fn new(bytes: Zeroizing<Box<[u8]>>) -> TagKey {
        TagKey(bytes)
    }

    fn tag(&self, id: KeyId, random: &[u8]) -> Tag {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes keys of any length");
        mac.update(b"keyward-secret-v1");
        mac.update(&id.0.to_be_bytes());
        mac.update(random);
        let full = mac.finalize().into_bytes();
        let mut tag = Tag::default();
        tag.copy_from_slice(&full[..TAG_LEN]);
        tag
    }
}

impl fmt::Debug for TagKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[tag key]")
    }
}

/// Makes a new secret for a key.
///
/// # Errors
/// [`Trouble::NoRandomness`].
pub fn make(
    id: KeyId,
    tag_key: &TagKey,
    random: &mut dyn Random,
) -> Result<(Secret, Tag), Trouble> {
    let mut body = Zeroizing::new([0_u8; BODY_LEN]);
    random.fill(&mut body[..RANDOM_LEN])?;
    let tag = tag_key.tag(id, &body[..RANDOM_LEN]);
    body[RANDOM_LEN..].copy_from_slice(&tag);
    Ok((Secret::new(text(id, &body)), tag))
}

/// The text of a secret, written straight into the one buffer that will hold it.
fn text(id: KeyId, body: &[u8; BODY_LEN]) -> Zeroizing<Box<[u8]>> {
    let prefix = format!("{}:", id.0);
    let mut text = Zeroizing::new(vec![0; prefix.len() + BASE64_LEN].into_boxed_slice());
    let (head, tail) = text.split_at_mut(prefix.len());
    head.copy_from_slice(prefix.as_bytes());
    // The lengths fit by construction.
    let _ = STANDARD.encode_slice(body, tail);
    text
}

/// What stands behind the ID in a text of the form of a secret. The decoder wants room for whole groups of three
/// bytes, so there is one byte more than `BODY_LEN`.
pub struct Body(Zeroizing<Box<[u8]>>);

impl Body {
    /// Reads canonical base64 of exactly 32 bytes, without the `=` at its end.
    #[must_use]
    pub fn read(encoded: &[u8]) -> Option<Body> {
        if encoded.len() != BASE64_LEN - 1 {
            return None;
        }
        let mut room = Zeroizing::new(vec![0; BODY_LEN + 1].into_boxed_slice());
        let length = STANDARD_NO_PAD.decode_slice(encoded, &mut room).ok()?;
        (length == BODY_LEN).then_some(Body(room))
    }

    /// The tag that the text carries.
    #[must_use]
    pub fn tag(&self) -> Tag {
        let mut tag = Tag::default();
        tag.copy_from_slice(&self.0[RANDOM_LEN..BODY_LEN]);
        tag
    }

    /// Whether the tag was made for this key with this tag key, in constant time.
    #[must_use]
    pub fn genuine(&self, id: KeyId, tag_key: &TagKey) -> bool {
        let expected = tag_key.tag(id, &self.0[..RANDOM_LEN]);
        expected.ct_eq(&self.0[RANDOM_LEN..BODY_LEN]).into()
    }
}

/// A text of the form of a secret. Whether it is one, only [`Token::genuine`] and the hash tell.
pub struct Token<'a> {
    id: KeyId,
    body: Body,
    text: &'a [u8],
}

impl Token<'_> {
    /// The API key that the text claims to be a secret of.
    #[must_use]
    pub fn id(&self) -> KeyId {
        self.id
    }

    /// The tag that the text carries.
    #[must_use]
    pub fn tag(&self) -> Tag {
        self.body.tag()
    }

    /// What is hashed: the text without its line ending.
    #[must_use]
    pub fn text(&self) -> &[u8] {
        self.text
    }

    /// Whether the tag was made with this tag key, in constant time.
    #[must_use]
    pub fn genuine(&self, tag_key: &TagKey) -> bool {
        self.body.genuine(self.id, tag_key)
    }
}

impl fmt::Debug for Token<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[token of key {}]", self.id.0)
    }
}

/// Reads a secret strictly: one ID without sign or leading zeros, canonical base64 of exactly 32 bytes, at most one
/// line ending (`\n` or `\r\n`), at most 256 bytes.
#[must_use]
pub fn parse(bytes: &[u8]) -> Option<Token<'_>> {
    if bytes.len() > MAX_BYTES {
        return None;
    }
    let text = received(bytes);
    let colon = text.iter().position(|byte| *byte == b':')?;
    let id = parse_id(&text[..colon])?;
    let body = Body::read(text[colon + 1..].strip_suffix(b"=")?)?;
    Some(Token { id, body, text })
}

fn parse_id(digits: &[u8]) -> Option<KeyId> {
    let (first, rest) = digits.split_first()?;
    if !matches!(first, b'1'..=b'9') || !rest.iter().all(u8::is_ascii_digit) {
        return None;
    }
    std::str::from_utf8(digits).ok()?.parse().ok().map(KeyId)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    fn tag_key(byte: u8) -> TagKey {
        TagKey::new(Zeroizing::new(vec![byte; 32].into_boxed_slice()))
    }

    fn made(id: i64, seed: u64) -> (Secret, Tag) {
        make(KeyId(id), &tag_key(1), &mut StdRng::seed_from_u64(seed)).expect("random bytes")
    }

    #[test]
    fn an_id_has_no_sign_no_leading_zero_and_fits() {
        let (secret, _) = made(42, 1);
        let body = secret.expose().strip_prefix("42").expect("the ID");
        for id in [
            "0",
            "-42",
            "+42",
            "042",
            " 42",
            "",
            "9223372036854775808",
            "４２",
        ] {
            assert!(parse(format!("{id}{body}").as_bytes()).is_none(), "{id:?}");
        }
        assert!(parse(format!("9223372036854775807{body}").as_bytes()).is_some());
    }

    #[test]
    fn only_canonical_base64_of_32_bytes_is_read() {
        let zeros = "A".repeat(43);
        assert!(parse(format!("1:{zeros}=").as_bytes()).is_some());
        // Bits that a decoder could ignore, no padding, too much, too little, another alphabet.
        let body = "A".repeat(42);
        for bad in [
            format!("1:{body}B="),
            format!("1:{zeros}"),
            format!("1:{zeros}=="),
            format!("1:{body}=="),
            format!("1:{body}-="),
            format!("1:{zeros}A"),
            format!("1:{}=", "A".repeat(47)),
        ] {
            assert!(parse(bad.as_bytes()).is_none(), "{bad}");
        }
    }

    #[test]
    fn one_line_ending_is_stripped_and_no_more() {
        let (secret, _) = made(7, 2);
        for (ending, read) in [
            ("", true),
            ("\n", true),
            ("\r\n", true),
            ("\n\n", false),
            ("\r", false),
            (" ", false),
        ] {
            let text = format!("{}{ending}", secret.expose());
            let token = parse(text.as_bytes());
            assert_eq!(token.is_some(), read, "{ending:?}");
            assert!(token.is_none_or(|token| token.text() == secret.expose().as_bytes()));
        }
        assert!(parse(&[b'1'; MAX_BYTES + 1]).is_none());
    }

    #[test]
    fn debug_shows_no_byte_of_a_token_or_key() {
        let (secret, _) = made(7, 3);
        let token = parse(secret.expose().as_bytes()).expect("parsed");
        assert_eq!(
            format!("{token:?} {:?}", tag_key(9)),
            "[token of key 7] [tag key]"
        );
    }

    proptest! {
        #[test]
        fn what_is_made_is_read_and_genuine(id in 1..=i64::MAX, seed: u64) {
            let (secret, tag) = made(id, seed);
            let token = parse(secret.expose().as_bytes()).expect("parsed");
            prop_assert_eq!(token.id(), KeyId(id));
            prop_assert_eq!(token.tag(), tag);
            prop_assert!(token.genuine(&tag_key(1)));
            prop_assert!(!token.genuine(&tag_key(2)), "another database's");
        }

        #[test]
        fn any_changed_character_is_told_without_a_hash(id in 1..1_000_000i64, seed: u64, at: prop::sample::Index, by in 1..=255u8) {
            let (secret, _) = made(id, seed);
            let mut text = secret.expose().as_bytes().to_vec();
            let at = at.index(text.len());
            text[at] = text[at].wrapping_add(by);
            let told = parse(&text).is_none_or(|token| !token.genuine(&tag_key(1)));
            prop_assert!(told);
        }

        #[test]
        fn no_input_is_too_odd_to_read(bytes: Vec<u8>) {
            let _ = parse(&bytes);
        }
    }
}
