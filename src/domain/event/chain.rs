//! The chain that ties one event to the one before, and what is found by walking it.

use std::fmt::{self, Display, Write as _};

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::domain::time::Timestamp;

/// The SHA-256 of an event.
pub type Hash = [u8; 32];

/// The fields of an event that its hash covers, in this order.
#[derive(Clone, Copy, Debug)]
pub struct Hashed<'a> {
    pub sequence: i64,
    pub at: Timestamp,
    pub number: i64,
    pub level: &'a str,
    /// Empty for `System`.
    pub actor: &'a str,
    /// Kind and ID of who did it; nothing in events of versions that did not keep them.
    pub who: Option<(&'a str, i64)>,
    pub target_kind: &'a str,
    pub target_id: i64,
    pub target_name: &'a str,
    pub body: &'a str,
}

/// The hash before the first event: 32 zero bytes.
pub const CHAIN_START: Hash = [0; 32];

/// SHA-256 over the previous hash and every field, each text with its length before it, so that no two different
/// events give the same bytes. Those that tell who did them begin with another word than those that do not.
#[must_use]
pub fn chain(previous: &Hash, event: &Hashed<'_>) -> Hash {
    let mut hash = Sha256::new();
    hash.update(match event.who {
        None => b"keyward-event-v1",
        Some(_) => b"keyward-event-v2",
    });
    hash.update(previous);
    for number in [event.sequence, event.at.0, event.number, event.target_id] {
        hash.update(number.to_be_bytes());
    }
    for text in [
        event.level,
        event.actor,
        event.target_kind,
        event.target_name,
        event.body,
    ] {
        hash.update((text.len() as u64).to_be_bytes());
        hash.update(text.as_bytes());
    }
    if let Some((kind, id)) = event.who {
        hash.update(id.to_be_bytes());
        hash.update((kind.len() as u64).to_be_bytes());
        hash.update(kind.as_bytes());
    }
    hash.finalize().into()
}

/// A hash as 64 hexadecimal digits.
#[must_use]
pub fn hex(hash: &Hash) -> String {
    hash.iter()
        .fold(String::with_capacity(64), |mut digits, byte| {
            let _ = write!(digits, "{byte:02x}");
            digits
        })
}

fn unhex(digits: &str) -> Option<Hash> {
    let mut hash = CHAIN_START;
    if digits.len() != 64 || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    for (byte, pair) in hash.iter_mut().zip(digits.as_bytes().chunks_exact(2)) {
        *byte = u8::from_str_radix(str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(hash)
}

/// An event's place in the chain and its hash: of the last event it stands for the whole trail up to there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// 0 stands for the beginning, before the first event.
    pub sequence: i64,
    pub hash: Hash,
}

impl Head {
    /// Before the first event.
    pub const START: Head = Head {
        sequence: 0,
        hash: CHAIN_START,
    };
}

impl Display for Head {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}", self.sequence, hex(&self.hash))
    }
}

/// A head that was kept elsewhere, as it is given back: `sequence:hash` or the hash alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeptHead {
    pub sequence: Option<i64>,
    pub hash: Hash,
}

impl KeptHead {
    /// Reads a head; nothing where the text is none.
    #[must_use]
    pub fn parse(typed: &str) -> Option<KeptHead> {
        let typed = typed.trim();
        let (sequence, digits) = match typed.split_once(':') {
            Some((sequence, digits)) => {
                let plain = sequence.bytes().all(|b| b.is_ascii_digit());
                (Some(sequence.parse().ok().filter(|_| plain)?), digits)
            }
            None => (None, typed),
        };
        let hash = unhex(digits)?;
        Some(KeptHead { sequence, hash })
    }

    /// Whether this is the head that was kept.
    #[must_use]
    pub fn is(&self, head: &Head) -> bool {
        self.hash == head.hash && self.sequence.is_none_or(|at| at == head.sequence)
    }
}

/// What the body of [`EventsPruned`](super::EventKind::EventsPruned) says: how far the events are gone, and the hash
/// that the chain goes on from. Nothing where it is no such body.
#[must_use]
pub fn checkpoint(body: &str) -> Option<Head> {
    let body: Value = serde_json::from_str(body).ok()?;
    Some(Head {
        sequence: body.get("through")?.as_i64()?,
        hash: unhex(body.get("hash")?.as_str()?)?,
    })
}

/// A chain in which every event follows from the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Whole {
    /// How many events there are.
    pub events: i64,
    /// Up to which event they were pruned: where the chain that is there begins.
    pub start: Head,
    /// The last event.
    pub head: Head,
    /// What became of the head that was asked for.
    pub kept: Option<Kept>,
}

/// What a whole chain says about a head that was kept elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// This event is there, unchanged, and so is everything that the chain holds before it.
    There(Head),
    /// The event was pruned, and a checkpoint holds its hash: nothing before it had been rewritten.
    Checkpoint(Head),
    /// The event was pruned, so nothing can be said of it any more.
    Pruned,
    /// The chain ends before it: the end was cut off.
    CutOff,
    /// Another event has its place.
    Rewritten,
    /// No event that is there has this hash (given without its place).
    Nowhere,
}

/// The number of the first event in a chain that does not follow from the one before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Break(pub i64);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::tests::with;

    #[test]
    fn a_head_is_read_as_it_is_written() {
        let head = Head {
            sequence: 42,
            hash: std::array::from_fn(|i| u8::try_from(i * 8).unwrap_or_default()),
        };
        let written = head.to_string();
        assert!(written.starts_with("42:0008101820"), "{written}");
        let read = KeptHead::parse(&format!(" {written}\n")).expect("a head");
        assert!(read.is(&head) && !read.is(&Head::START));
        let bare = KeptHead::parse(&hex(&head.hash).to_uppercase()).expect("a hash");
        assert_eq!((bare.sequence, bare.hash), (None, head.hash));
        for bad in [
            "",
            "42",
            "42:",
            "x:00",
            &format!("-{written}"),
            &written[..written.len() - 1],
            &format!("{written}0"),
        ] {
            assert_eq!(KeptHead::parse(bad), None, "{bad}");
        }
        assert_eq!(KeptHead::parse(&"é".repeat(32)), None);
    }

    #[test]
    fn only_a_whole_checkpoint_is_one() {
        let hash = hex(&[7; 32]);
        let body = format!("{{\"through\":40,\"hash\":\"{hash}\",\"count\":40}}");
        let found = Head {
            sequence: 40,
            hash: [7; 32],
        };
        assert_eq!(checkpoint(&body), Some(found));
        for bad in [
            "{}",
            "[]",
            "",
            r#"{"through":"40","hash":""}"#,
            r#"{"through":40,"hash":"07"}"#,
        ] {
            assert_eq!(checkpoint(bad), None, "{bad}");
        }
    }

    #[test]
    fn every_field_changes_the_hash() {
        let event = Hashed {
            sequence: 1,
            at: Timestamp(2),
            number: 656,
            level: "Info",
            actor: "ab",
            who: Some(("user", 5)),
            target_kind: "api-key",
            target_id: 3,
            target_name: "c",
            body: "{}",
        };
        let hash = |change: fn(&mut Hashed<'static>)| chain(&CHAIN_START, &with(&event, change));
        let hashes = [
            hash(|_| ()),
            chain(&[1; 32], &event),
            hash(|event| event.sequence = 2),
            hash(|event| event.at = Timestamp(3)),
            hash(|event| event.number = 657),
            hash(|event| event.level = "Error"),
            hash(|event| (event.actor, event.target_kind) = ("a", "bapi-key")),
            hash(|event| event.who = None),
            hash(|event| event.who = Some(("user", 6))),
            hash(|event| event.who = Some(("api-key", 5))),
            hash(|event| event.target_id = 4),
            hash(|event| event.target_name = "d"),
            hash(|event| event.body = "{ }"),
        ];
        for (i, one) in hashes.iter().enumerate() {
            assert!(hashes[i + 1..].iter().all(|other| other != one), "{i}");
        }
    }
}
