//! A secret that was pasted back: whether it is the secret alone, as a client must send it, and what else is with it.

use subtle::ConstantTimeEq;

use crate::domain::name::visible::is_invisible;
use crate::domain::secret::{Secret, received};

/// How a text compares with a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pasted {
    /// It is the secret, and nothing else.
    Same,
    /// The secret is in it whole, and so is this. A client that sends it all is refused.
    With(Vec<(Side, Beside)>),
    /// The secret is not in it.
    Other,
}

/// Where something stands that is not the secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Before,
    Within,
    Behind,
}

/// What stands there. Never the text itself: that may be another secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beside {
    Space,
    Tab,
    LineBreak,
    Quote,
    /// The name of a header, with its colon.
    Header,
    /// A character that cannot be told from a space or from nothing, such as the no-break space.
    Unseen(char),
    More,
}

impl Pasted {
    /// Compares a text with a secret as strictly as a client's is compared.
    #[must_use]
    pub fn compare(text: &str, secret: &Secret) -> Pasted {
        let secret = secret.expose().as_bytes();
        let text = &text[..received(text.as_bytes()).len()];
        if is_same(text.as_bytes(), secret) {
            return Pasted::Same;
        }
        let mut parts = text.as_bytes().windows(secret.len().max(1));
        if let Some(at) = parts.position(|part| is_same(part, secret)) {
            // A secret is ASCII, so both ends are between two characters.
            let (before, behind) = (&text[..at], &text[at + secret.len()..]);
            let before = before_secret(before).map(|one| (Side::Before, one));
            let behind = kinds(behind).map(|one| (Side::Behind, one));
            return Pasted::With(before.into_iter().chain(behind).collect());
        }
        broken(text, secret).map_or(Pasted::Other, Pasted::With)
    }
}

fn is_same(text: &[u8], secret: &[u8]) -> bool {
    text.ct_eq(secret).into()
}

/// What breaks the secret into parts, if that is all that is wrong.
fn broken(text: &str, secret: &[u8]) -> Option<Vec<(Side, Beside)>> {
    let (mut at, mut found) = (0, Vec::new());
    for c in text.chars() {
        if secret.get(at).copied().map(char::from) == Some(c) {
            at += 1;
            continue;
        }
        let one = Beside::of(c).filter(|one| *one != Beside::Quote)?;
        let side = match at {
            0 => Side::Before,
            at if at == secret.len() => Side::Behind,
            _ => Side::Within,
        };
        if !found.contains(&(side, one)) {
            found.push((side, one));
        }
    }
    (at == secret.len()).then_some(found)
}

/// What stands before the secret; a header's name is told as one.
fn before_secret(before: &str) -> impl Iterator<Item = Beside> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
    let name = before.trim_end().strip_suffix(':');
    let start = name.map(|name| name.trim_end_matches(is_name).len());
    let start = start.filter(|start| name.is_some_and(|name| *start < name.len()));
    let other = kinds(start.map_or(before, |start| &before[..start]));
    other.into_iter().chain(start.map(|_| Beside::Header))
}

/// The kinds of characters in a text, each once.
fn kinds(text: &str) -> impl Iterator<Item = Beside> {
    let mut kinds = Vec::new();
    for c in text.chars() {
        let one = Beside::of(c).unwrap_or(Beside::More);
        if !kinds.contains(&one) {
            kinds.push(one);
        }
    }
    kinds.into_iter()
}

impl Beside {
    /// What a character is that is not part of any word.
    fn of(c: char) -> Option<Beside> {
        Some(match c {
            ' ' => Beside::Space,
            '\t' => Beside::Tab,
            '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => {
                Beside::LineBreak
            }
            '"' | '\'' | '`' | '‘' | '’' | '“' | '”' | '„' | '«' | '»' | '「' | '」' => {
                Beside::Quote
            }
            c if c.is_whitespace() || c.is_control() || is_invisible(c) => Beside::Unseen(c),
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use zeroize::Zeroizing;

    use super::Beside::{Header, LineBreak, More, Quote, Space, Tab, Unseen};
    use super::Side::{Before, Behind, Within};
    use super::*;

    fn compare(text: &str) -> Pasted {
        let secret = Secret::new(Zeroizing::new(b"42:abc/de=".to_vec().into_boxed_slice()));
        Pasted::compare(text, &secret)
    }

    #[test]
    fn only_the_secret_with_one_line_ending_is_the_same() {
        for same in ["42:abc/de=", "42:abc/de=\n", "42:abc/de=\r\n"] {
            assert_eq!(compare(same), Pasted::Same, "{same:?}");
        }
        for other in [
            "",
            " ",
            "\n",
            "42:abc/de",
            "42:abc/dE=",
            "1:abc/de=",
            "日本",
        ] {
            assert_eq!(compare(other), Pasted::Other, "{other:?}");
        }
    }

    #[test]
    fn what_stands_beside_the_secret_is_told_and_where() {
        for (text, beside) in [
            ("42:abc/de= ", vec![(Behind, Space)]),
            (" 42:abc/de=\n", vec![(Before, Space)]),
            ("42:abc/de=\u{a0}", vec![(Behind, Unseen('\u{a0}'))]),
            ("\u{feff}42:abc/de=", vec![(Before, Unseen('\u{feff}'))]),
            ("42:abc/de=\u{3000}\n", vec![(Behind, Unseen('\u{3000}'))]),
            ("42:abc/de=\u{0}", vec![(Behind, Unseen('\u{0}'))]),
            ("42:abc/de=\n\n", vec![(Behind, LineBreak)]),
            ("42:abc/de=\r", vec![(Behind, LineBreak)]),
            (
                "42:abc/de= \t\r\n\n",
                vec![(Behind, Space), (Behind, Tab), (Behind, LineBreak)],
            ),
            ("\"42:abc/de=\"", vec![(Before, Quote), (Behind, Quote)]),
            (
                "'42:abc/de=',",
                vec![(Before, Quote), (Behind, Quote), (Behind, More)],
            ),
            ("api-secret-key: 42:abc/de=", vec![(Before, Header)]),
            (
                "API_KEY:42:abc/de= ",
                vec![(Before, Header), (Behind, Space)],
            ),
            (
                "-H 'api-secret-key: 42:abc/de='",
                vec![
                    (Before, More),
                    (Before, Space),
                    (Before, Quote),
                    (Before, Header),
                    (Behind, Quote),
                ],
            ),
            (": 42:abc/de=", vec![(Before, More), (Before, Space)]),
            ("142:abc/de=", vec![(Before, More)]),
            ("42:abc/de=42:abc/de=", vec![(Behind, More)]),
            ("42:abc\n/de=", vec![(Within, LineBreak)]),
            (
                " 42:ab c/de=\u{200b}\n",
                vec![
                    (Before, Space),
                    (Within, Space),
                    (Behind, Unseen('\u{200b}')),
                ],
            ),
        ] {
            assert_eq!(compare(text), Pasted::With(beside), "{text:?}");
        }
    }
}
