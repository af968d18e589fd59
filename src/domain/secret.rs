//! A secret's form, its life, and the buffer that holds one in memory.

mod pasted;
pub mod pieces;
pub mod scan;

use std::fmt;
use std::sync::Arc;

use zeroize::Zeroizing;

use crate::domain::id::{KeyId, SecretId};
use crate::domain::state::Facts;
use crate::domain::time::{DAY, HOUR, Timestamp};
use crate::domain::words::words;

pub use pasted::{Beside, Pasted, Side};

/// A secret that was issued and not delivered is void after this long, in milliseconds.
pub const PENDING_LIFE: i64 = HOUR;
/// The most bytes that are read where a secret is expected.
pub const MAX_BYTES: usize = 256;
/// Length of the base64 part: 32 bytes.
const BASE64_LEN: usize = 44;

/// What counts of a text that was sent as a secret: all of it but one line ending (`\n` or `\r\n`).
#[must_use]
pub fn received(text: &[u8]) -> &[u8] {
    text.strip_suffix(b"\n")
        .map_or(text, |line| line.strip_suffix(b"\r").unwrap_or(line))
}

/// How many characters behind the colon are taken for the beginning of a secret; the others, 31 at least, cannot be
/// guessed from them.
const BEGUN: usize = 12;

/// A secret's text, `<ID>:<base64>`, or another that is handled like one, in one place in memory: sharing it copies no byte, and the last owner's end
/// wipes it.
#[derive(Clone)]
pub struct Secret(Arc<Zeroizing<Box<[u8]>>>);

impl Secret {
    /// Takes over the buffer; the caller keeps no copy.
    #[must_use]
    pub fn new(text: Zeroizing<Box<[u8]>>) -> Secret {
        Secret(Arc::new(text))
    }

    /// The text itself. Whoever asks must neither keep nor log it.
    #[must_use]
    pub fn expose(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl From<String> for Secret {
    /// A text that need not be a secret.
    fn from(text: String) -> Secret {
        Secret::new(Zeroizing::new(text.into_bytes().into_boxed_slice()))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

/// A secret that was just issued, on its way to the one dialog that shows it.
#[derive(Clone, Debug)]
pub struct IssuedSecret {
    pub key: KeyId,
    pub key_name: String,
    pub id: SecretId,
    pub secret: Secret,
    pub issued_at: Timestamp,
    /// The key has a current secret, which delivery will replace.
    pub replaces: bool,
    /// When a secret that still works from an earlier replacement would stop; delivery ends it at once.
    pub retiring_until: Option<Timestamp>,
    /// What decides whether it will authenticate once it is delivered, the key's expiry among it.
    pub facts: Facts,
}

/// What came of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Delivered {
    pub key: KeyId,
    pub secret: SecretId,
    pub at: Timestamp,
    /// The replaced secret works until then; nothing where none was replaced or it stopped at once.
    pub overlap_until: Option<Timestamp>,
    /// The key's facts then: a delivered secret of a key that is locked or expired, or whose role does not allow the Web
    /// Service API, is refused all the same.
    pub facts: Facts,
}

/// How long the replaced secret goes on working, counted from delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overlap {
    None,
    Hour,
    Day,
    Week,
}

impl Overlap {
    /// All choices, shortest first.
    pub const ALL: [Overlap; 4] = [Overlap::None, Overlap::Hour, Overlap::Day, Overlap::Week];

    /// The length in milliseconds.
    #[must_use]
    pub fn ms(self) -> i64 {
        match self {
            Overlap::None => 0,
            Overlap::Hour => HOUR,
            Overlap::Day => DAY,
            Overlap::Week => 7 * DAY,
        }
    }

    /// When the replaced secret stops: never beyond the key's own expiry.
    #[must_use]
    pub fn ends_at(self, delivered_at: Timestamp, key_expires_at: Option<Timestamp>) -> Timestamp {
        let end = delivered_at.plus(self.ms());
        key_expires_at.map_or(end, |expiry| end.min(expiry.max(delivered_at)))
    }
}

/// Where a secret is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Issued, and nobody has confirmed that it was stored: it does not authenticate.
    Pending,
    /// Delivered; the one that clients use.
    Current,
    /// Replaced, and still working until its time is reached.
    Retiring,
    /// Worked once and does no more.
    Dead,
    /// Never delivered, and never will be.
    Void,
}

/// The instants of a secret's life, from which its phase follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Life {
    pub issued_at: Timestamp,
    pub delivered_at: Option<Timestamp>,
    pub retires_at: Option<Timestamp>,
    pub ended_at: Option<Timestamp>,
}

impl Life {
    /// The phase at `now`. Time alone moves pending to void and retiring to dead, at the exact instant, whether or
    /// not the row has been swept yet. A pending secret that is said to have been issued an hour ahead of now or more
    /// was issued by a clock that was wrong, and is void too.
    #[must_use]
    pub fn phase(&self, now: Timestamp) -> Phase {
        let ended = self.ended_at.is_some();
        match (self.delivered_at, self.retires_at) {
            (None, _) if ended || !now.is_near(self.issued_at, PENDING_LIFE) => Phase::Void,
            (None, _) => Phase::Pending,
            (Some(_), _) if ended => Phase::Dead,
            (Some(_), Some(at)) if at <= now => Phase::Dead,
            (Some(_), Some(_)) => Phase::Retiring,
            (Some(_), None) => Phase::Current,
        }
    }
}

words! {
    /// Why a secret's life ended.
    pub enum Ended: /** The word in the database. */ word {
        Discarded = "discarded",
        IssuedAgain = "issued-again",
        KeyDeleted = "key-deleted",
        NotDeliveredInTime = "not-delivered-in-time",
        OverlapOver = "overlap-over",
        OverlapEndedByHand = "overlap-ended",
        ReplacedAgain = "replaced-again",
    }
}

/// What Properties shows of a secret; never the secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SecretFacts {
    pub id: SecretId,
    pub life: Life,
    pub last_used_at: Option<Timestamp>,
    pub uses_refused: i64,
}

/// Where a text holds something of the shape of a secret (`<digits>:<43 base64 characters>`, `=` or not), and the
/// ID that it names.
#[must_use]
pub fn find_secret_shape(text: &str) -> Option<(std::ops::Range<usize>, String)> {
    let bytes = text.as_bytes();
    for (colon, _) in text.match_indices(':') {
        let digits = bytes[..colon]
            .iter()
            .rev()
            .take_while(|b| b.is_ascii_digit())
            .count();
        let body = bytes[colon + 1..]
            .iter()
            .take_while(|b| is_base64(**b))
            .count();
        if digits == 0 || body < BASE64_LEN - 1 {
            continue;
        }
        let mut end = colon + 1 + body;
        while bytes.get(end) == Some(&b'=') {
            end += 1;
        }
        let start = colon - digits;
        return Some((start..end, text[start..colon].to_owned()));
    }
    None
}

/// Whether a text holds the beginning of a secret, which may be typed by hand right now: so much of one that it is not
/// handed on as what it may not be.
#[must_use]
pub fn is_secret_begun(text: &str) -> bool {
    text.match_indices(':').any(|(colon, _)| {
        let (before, behind) = (&text[..colon], &text.as_bytes()[colon + 1..]);
        let body = behind.iter().take_while(|b| is_base64(**b)).count();
        before.ends_with(|c: char| c.is_ascii_digit()) && body >= BEGUN
    })
}

fn is_base64(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b == b'+' || b == b'/'
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::tests::with;

    #[test]
    fn no_two_ends_have_one_word() {
        let words = Ended::ALL.map(Ended::word);
        for (i, word) in words.iter().enumerate() {
            assert!(!words[..i].contains(word), "{word}");
        }
    }

    #[test]
    fn debug_shows_no_byte_of_a_secret() {
        let secret = Secret::new(Zeroizing::new(b"7:hidden".to_vec().into_boxed_slice()));
        assert_eq!(format!("{secret:?}"), "[secret]");
        assert_eq!(secret.expose(), "7:hidden");
    }

    #[test]
    fn a_secret_is_found_inside_other_text() {
        let text = format!("header 42:{}= end", "Ab+/".repeat(10) + "xyz");
        let (range, id) = find_secret_shape(&text).expect("found");
        assert_eq!(id, "42");
        assert!(text[range.clone()].starts_with("42:") && text[range].ends_with('='));
        assert!(find_secret_shape(&format!("42:{}", "A".repeat(42))).is_none());
        assert!(find_secret_shape(&format!(":{}=", "A".repeat(43))).is_none());
        assert!(find_secret_shape("日本語 12:30").is_none());
    }

    #[test]
    fn the_beginning_of_a_secret_is_told_from_a_time_and_an_id() {
        let begun = |length| is_secret_begun(&format!("my 42:{}", "A".repeat(length)));
        assert!(!begun(11) && begun(12) && begun(43));
        for text in ["", "id:42", "10:30", ":AAAAAAAAAAAAA", "日本:AAAAAAAAAAAAA"] {
            assert!(!is_secret_begun(text), "{text}");
        }
    }

    #[test]
    fn an_overlap_never_outlives_the_key() {
        let now = Timestamp(1_000);
        assert_eq!(Overlap::Hour.ends_at(now, None), now.plus(HOUR));
        assert_eq!(Overlap::Week.ends_at(now, Some(now.plus(5))), now.plus(5));
        assert_eq!(Overlap::Day.ends_at(now, Some(now.plus(-5))), now);
        assert_eq!(Overlap::None.ends_at(now, None), now);
    }

    #[test]
    fn a_phase_ends_at_the_exact_instant() {
        let issued = Life {
            issued_at: Timestamp(0),
            delivered_at: None,
            retires_at: None,
            ended_at: None,
        };
        assert_eq!(issued.phase(Timestamp(PENDING_LIFE - 1)), Phase::Pending);
        assert_eq!(issued.phase(Timestamp(PENDING_LIFE)), Phase::Void);
        assert_eq!(issued.phase(Timestamp(1 - PENDING_LIFE)), Phase::Pending);
        assert_eq!(issued.phase(Timestamp(-PENDING_LIFE)), Phase::Void);
        let current = with(&issued, |life| life.delivered_at = Some(Timestamp(5)));
        assert_eq!(current.phase(Timestamp(i64::MAX)), Phase::Current);
        let retiring = with(&current, |life| life.retires_at = Some(Timestamp(50)));
        assert_eq!(retiring.phase(Timestamp(49)), Phase::Retiring);
        assert_eq!(retiring.phase(Timestamp(50)), Phase::Dead);
        let ended = with(&retiring, |life| life.ended_at = Some(Timestamp(9)));
        assert_eq!(ended.phase(Timestamp(10)), Phase::Dead);
    }
}
