//! Public keys that secrets are encrypted to.

use std::fmt;

use age::ssh::{self, ParseRecipientKeyError};
use age::x25519;

use crate::domain::trouble::{NoRecipient, Trouble};

/// What a private key's text has in it, in capitals.
const PRIVATE: [&str; 3] = ["AGE-SECRET-KEY-", "AGE-PLUGIN-", "PRIVATE KEY"];
/// What every key of age begins with; a plugin's has the plugin's name behind it.
const AGE: &str = "age1";
/// The most characters of the name of a kind of key.
const KIND_MAX: usize = 40;
/// The most characters of a public key: as many as `ssh-keygen` writes for 16,384 bits, and more.
const LONGEST: usize = 8_192;

/// Whom a secret is encrypted to.
#[derive(Clone, Debug)]
pub struct Recipient(Key);

#[derive(Clone, Debug)]
enum Key {
    Age(x25519::Recipient),
    Ssh(ssh::Recipient),
}

impl fmt::Display for Recipient {
    /// The public key alone.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Key::Age(key) => key.fmt(f),
            Key::Ssh(key) => key.fmt(f),
        }
    }
}

impl Recipient {
    /// Reads one public key of age (`age1...`) or SSH (`ssh-ed25519`, or `ssh-rsa` of 2048 bits or more), with or without
    /// a comment behind it.
    ///
    /// # Errors
    /// [`Trouble::NotARecipient`], which repeats nothing of a private key.
    pub fn parse(typed: &str) -> Result<Recipient, Trouble> {
        read(typed).map(Recipient).map_err(Trouble::NotARecipient)
    }

    pub(super) fn key(&self) -> &dyn age::Recipient {
        match &self.0 {
            Key::Age(key) => key,
            Key::Ssh(key) => key,
        }
    }
}

fn read(typed: &str) -> Result<Key, NoRecipient> {
    let capitals = typed.to_ascii_uppercase();
    if PRIVATE.iter().any(|sign| capitals.contains(sign)) {
        return Err(NoRecipient::Private);
    }
    let typed = typed.trim();
    if typed.len() > LONGEST || typed.contains(['\n', '\r']) {
        return Err(NoRecipient::Form);
    }
    let mut words = typed.split_whitespace();
    let (first, second) = (words.next().unwrap_or_default(), words.next());
    match second {
        None if first.starts_with(AGE) => read_age(first).map(Key::Age),
        None => Err(NoRecipient::Form),
        Some(second) => read_ssh(&format!("{first} {second}")).map(Key::Ssh),
    }
}

fn read_age(text: &str) -> Result<x25519::Recipient, NoRecipient> {
    if let Ok(key) = text.parse::<x25519::Recipient>() {
        return if is_weak(text) {
            Err(NoRecipient::Weak)
        } else {
            Ok(key)
        };
    }
    // What stands before the last 1 is the kind (BIP 173).
    let kind = text.rsplit_once('1').map_or("", |(kind, _)| kind);
    Err(unsupported(kind, AGE))
}

fn read_ssh(text: &str) -> Result<ssh::Recipient, NoRecipient> {
    let key = text.parse::<ssh::Recipient>().map_err(|why| match why {
        ParseRecipientKeyError::RsaModulusTooSmall => NoRecipient::Weak,
        ParseRecipientKeyError::RsaModulusTooLarge => NoRecipient::TooLong,
        ParseRecipientKeyError::Unsupported(kind) => unsupported(&kind, ""),
        _ => NoRecipient::Form,
    })?;
    // The reader of the crate stops where it has enough.
    if key.to_string() != text {
        return Err(NoRecipient::Form);
    }
    match &key {
        ssh::Recipient::SshEd25519(_, point) if point.is_small_order() => Err(NoRecipient::Weak),
        _ => Ok(key),
    }
}

/// A kind of key that is not known, told by its name where it can be one.
fn unsupported(kind: &str, begins: &str) -> NoRecipient {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.@".contains(c);
    let is_name = kind.len() <= KIND_MAX && kind.chars().all(plain);
    if is_name && kind.len() > begins.len() && kind.starts_with(begins) {
        NoRecipient::Unsupported(kind.to_owned())
    } else {
        NoRecipient::Form
    }
}

/// The digits of Bech32 (BIP 173).
const DIGITS: &str = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";

/// Points of small order but those of the first and last numbers of the field, as Bernstein lists them
/// (<https://cr.yp.to/ecdh.html#validate>).
const SMALL_ORDER: [[u8; 32]; 2] = [
    [
        0xe0, 0xeb, 0x7a, 0x7c, 0x3b, 0x41, 0xb8, 0xae, 0x16, 0x56, 0xe3, 0xfa, 0xf1, 0x9f, 0xc4,
        0x6a, 0xda, 0x09, 0x8d, 0xeb, 0x9c, 0x32, 0xb1, 0xfd, 0x86, 0x62, 0x05, 0x16, 0x5f, 0x49,
        0xb8, 0x00,
    ],
    [
        0x5f, 0x9c, 0x95, 0xbc, 0xa3, 0x50, 0x8c, 0x24, 0xb1, 0xd0, 0xb1, 0x55, 0x9c, 0x83, 0xef,
        0x5b, 0x04, 0x44, 0x5c, 0xc4, 0x58, 0x1c, 0x8e, 0x86, 0xd8, 0x22, 0x4e, 0xdd, 0xd0, 0x9f,
        0x11, 0x57,
    ],
];

/// Whether anybody could open what is encrypted to this key of age: its point is of small order, and the crate ends the
/// process when it encrypts to one.
fn is_weak(text: &str) -> bool {
    let mut point = point(text);
    point[31] &= 0x7f;
    let [first, middle @ .., last] = &point;
    let is_first = *first <= 1 && *last == 0 && middle.iter().all(|byte| *byte == 0);
    let is_last = *first >= 0xec && *last == 0x7f && middle.iter().all(|byte| *byte == 0xff);
    is_first || is_last || SMALL_ORDER.contains(&point)
}

/// The bytes of a key of age that was read.
fn point(text: &str) -> [u8; 32] {
    let mut point = [0; 32];
    let mut bits = 0_u32;
    let mut held = 0;
    let mut at = 0;
    for digit in text[AGE.len()..].chars().filter_map(|c| DIGITS.find(c)) {
        bits = (bits << 5 | u32::try_from(digit).unwrap_or_default()) & 0xfff;
        held += 5;
        if held >= 8 && at < point.len() {
            held -= 8;
            point[at] = u8::try_from(bits >> held & 0xff).unwrap_or_default();
            at += 1;
        }
    }
    point
}

#[cfg(test)]
mod tests {
    use super::*;

    const AGE_KEY: &str = "age1t7rxyev2z3rw82stdlrrepyc39nvn86l5078zqkf5uasdy86jp6svpy7pa";
    const ED25519: &str =
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHsKLqeplhpW+uObz5dvMgjz1OxfM/XXUB+VHtZ6isGN";

    fn refusal(text: &str) -> NoRecipient {
        read(text).expect_err(text)
    }

    #[test]
    fn public_keys_of_age_and_ssh_are_read_with_or_without_a_comment() {
        for (text, key) in [
            (AGE_KEY.to_owned(), AGE_KEY),
            (format!(" {AGE_KEY}\n"), AGE_KEY),
            (ED25519.to_owned(), ED25519),
            (format!("{ED25519} alice@host, her laptop"), ED25519),
        ] {
            let recipient = Recipient::parse(&text).expect(&text);
            assert_eq!(recipient.to_string(), key);
        }
    }

    #[test]
    fn a_private_key_is_refused_and_nothing_of_it_is_repeated() {
        for text in [
            "AGE-SECRET-KEY-1GQ9778VQXMMJVE8SK7J6VT8UJ4HDQAJUVSFCWCM02D8GEWQ72PVQ2Y5J33",
            "age-secret-key-1gq9778vqxmmjve8sk7j6vt8uj4hdqajuvsfcwcm02d8gewq72pvq2y5j33",
            "AGE-PLUGIN-YUBIKEY-1QQQ",
            "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjE=\n",
        ] {
            let trouble = Recipient::parse(text).expect_err(text);
            assert_eq!(trouble, Trouble::NotARecipient(NoRecipient::Private));
        }
    }

    #[test]
    fn other_kinds_of_keys_are_told_by_their_names() {
        let ecdsa = "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBLI0olkHIVyOpQZl2AzT7OtH9ZxtbW3TR3qXzcVLbw10DV/AEE+LtIuRaK2zi19gIwqUXBW4lPAb5/F8G8yEV88=";
        for (text, kind) in [
            (
                "age1yubikey1qwt50d05nh5vutpdzmlg5wn80xq5negm4uj9ghv0snvdd3yysf5yw3rhl3t",
                "age1yubikey",
            ),
            (
                "age1tag1qt8lw0ual6avlwmwatk888yqnmdamm7xfd0wak53ut6elz5c4swx2yqdj4e",
                "age1tag",
            ),
            ("age1pq1qqq", "age1pq"),
            (ecdsa, "ecdsa-sha2-nistp256"),
        ] {
            assert_eq!(
                refusal(text),
                NoRecipient::Unsupported(kind.to_owned()),
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_damaged_or_more_than_one_key_is_none() {
        let mistyped = AGE_KEY.replace("t7r", "t7q");
        let longer = format!("{ED25519}AA");
        let cut = &ED25519[..ED25519.len() - 1];
        let two = format!("{ED25519}\n{ED25519}");
        let options = format!("no-pty {ED25519}");
        for text in [
            "", " ", "alice", "age1", &mistyped, &longer, cut, &two, &options,
        ] {
            assert_eq!(refusal(text), NoRecipient::Form, "{text}");
        }
    }

    #[test]
    fn a_key_that_anybody_could_open_is_refused() {
        // The points 0, 1, p - 1, p, p + 1, that with the bit that is ignored, and the two of order 8.
        for text in [
            "age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq5cu47z",
            "age1qyqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqj7vrya",
            "age1anlllllllllllllllllllllllllllllllllllllllllllllllals4n2t7m",
            "age1ahlllllllllllllllllllllllllllllllllllllllllllllllalsn46ayy",
            "age1amlllllllllllllllllllllllllllllllllllllllllllllllalselrwrv",
            "age1amlllllllllllllllllllllllllllllllllllllllllllllllllsam3fc4",
            "age1ur4h5lpmgxu2u9jku0a0r87ydtdqnr0tnsetrlvxvgz3vh6fhqqqzyt4v9",
            "age1t7wft09r2zxzfvwsk92eeql0tvzyghxytqwgapkcyf8dm5ylz9ts6wm9s8",
        ] {
            assert_eq!(refusal(text), NoRecipient::Weak);
        }
        let small =
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
        assert_eq!(refusal(small), NoRecipient::Weak);
    }
}
