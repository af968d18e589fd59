//! Text in which characters were escaped, as URLs, JSON, JavaScript and HTML have it.

use std::ops::Range;

use memchr::memchr3;
use zeroize::Zeroizing;

/// Where the bytes of a text were before its escapes became what they stand for.
pub(super) struct Places {
    /// Behind each escape: the place in the text, and where that was.
    behind: Vec<(usize, usize)>,
}

impl Places {
    /// Where the byte with this index was.
    pub(super) fn of(&self, index: usize) -> usize {
        let escapes = self.behind.partition_point(|(at, _)| *at <= index);
        let last = escapes.checked_sub(1).map(|last| self.behind[last]);
        last.map_or(index, |(at, was)| was + index - at)
    }
}

/// The text with what its escapes stand for, those that were escaped again among them, and where each byte of it was;
/// nothing where there is no escape.
pub(super) fn unescaped(bytes: &[u8]) -> Option<(Zeroizing<Vec<u8>>, Places)> {
    if !may_have_escapes(bytes) {
        return None;
    }
    let mut escapes = escapes(bytes).peekable();
    escapes.peek()?;
    let mut text = Zeroizing::new(Vec::with_capacity(bytes.len()));
    let mut behind = Vec::new();
    let mut plain = 0;
    for (at, byte) in escapes {
        text.extend_from_slice(&bytes[plain..at.start]);
        text.push(byte);
        behind.push((text.len(), at.end));
        plain = at.end;
    }
    text.extend_from_slice(&bytes[plain..]);
    Some((text, Places { behind }))
}

/// Whether there may be an escape that stands for a character of a secret or a colon: all of these are from `+` to `z`.
/// The bytes are looked at many at a time.
fn may_have_escapes(bytes: &[u8]) -> bool {
    let begins = |first: u8, second: u8, third: u8| {
        let percent = is(first == b'%') & is(matches!(second, b'2'..=b'7'));
        let backslash = is(first == b'\\') & is(matches!(second, b'x' | b'/' | b'+' | b':'));
        let four_digits = is(first == b'u') & is(second == b'0') & is(third == b'0');
        let reference = is(first == b'&') & is(second == b'#');
        percent | backslash | four_digits | reference
    };
    let [.., first, second] = *bytes else {
        return false;
    };
    let last = begins(first, second, 0);
    let within = bytes.array_windows();
    within.fold(last, |any, [first, second, third]| {
        any | begins(*first, *second, *third)
    }) != 0
}

/// A number, of which many are reckoned with at a time.
fn is(so: bool) -> u8 {
    u8::from(so)
}

/// Where an escape is, and what it stands for.
fn escapes(bytes: &[u8]) -> impl Iterator<Item = (Range<usize>, u8)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let rest = &bytes[at..];
            let (escape, length) = match rest.first()? {
                b'%' => percent(rest),
                b'\\' => backslash(rest),
                b'&' => reference(rest),
                _ => {
                    at += memchr3(b'%', b'\\', b'&', rest)?;
                    continue;
                }
            };
            let start = at;
            at += length;
            if let Some(byte) = escape {
                return Some((start..at, byte));
            }
        }
    })
}

/// What an escape stands for, and how long it is; or how many bytes begin none.
type Escape = (Option<u8>, usize);

/// `%2F`, and `%252F`.
fn percent(text: &[u8]) -> Escape {
    let mut at = 1;
    while text[at..].starts_with(b"25") && text.len() >= at + 4 {
        at += 2;
    }
    match text.get(at..at + 2).and_then(hex) {
        Some(byte) => (Some(byte), at + 2),
        None => (None, 1),
    }
}

/// `\/`, `\u002f` and `\x2f`, behind one backslash or several.
fn backslash(text: &[u8]) -> Escape {
    let Some(at) = text.iter().position(|byte| *byte != b'\\') else {
        return (None, text.len());
    };
    let digits = |count: usize| hex(text.get(at + 1..at + 1 + count)?);
    let (escape, length) = match text[at] {
        b'u' => (digits(4), 5),
        b'x' => (digits(2), 3),
        byte @ (b'/' | b'+' | b'=' | b':') => (Some(byte), 1),
        _ => (None, 0),
    };
    // Every backslash of several would have the same behind it.
    (escape, at + if escape.is_some() { length } else { 0 })
}

/// `&#47;` and `&#x2F;`.
fn reference(text: &[u8]) -> Escape {
    let Some(number) = text.strip_prefix(b"&#") else {
        return (None, 1);
    };
    let end = number
        .iter()
        .take(8)
        .position(|byte| !byte.is_ascii_alphanumeric());
    let end = end.unwrap_or(0);
    if number.get(end) != Some(&b';') {
        return (None, 2);
    }
    let byte = match &number[..end] {
        [b'x' | b'X', digits @ ..] => hex(digits),
        digits => value(digits, 10),
    };
    (byte, end + 3)
}

/// The byte that hexadecimal digits are.
fn hex(digits: &[u8]) -> Option<u8> {
    value(digits, 16)
}

fn value(digits: &[u8], radix: u32) -> Option<u8> {
    let mut value = None;
    for digit in digits {
        let digit = char::from(*digit).to_digit(radix)?;
        value = Some(value.unwrap_or(0) * radix + digit);
    }
    value?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_become_what_they_stand_for() {
        for (escaped, text) in [
            ("a%2Fb", "a/b"),
            ("a%2fb%3A", "a/b:"),
            ("%25252Bx", "+x"),
            ("100% of %25 and %zz", "100% of %25 and %zz"),
            ("%", "%"),
            ("%2", "%2"),
            ("a\\/b\\\\/c", "a/b/c"),
            ("\\u002B\\x3d\\\\u003a", "+=:"),
            ("\\n\\u30a2\\", "\\n\\u30a2\\"),
            ("&#43;&#x2F;&#X3d;", "+/="),
            ("&amp; &#; &#x; &#999; &#47", "&amp; &#; &#x; &#999; &#47"),
        ] {
            let Some((found, places)) = unescaped(escaped.as_bytes()) else {
                assert_eq!(escaped, text);
                continue;
            };
            assert_eq!(String::from_utf8_lossy(&found), text, "{escaped}");
            assert_eq!(places.of(found.len()), escaped.len());
        }
    }

    #[test]
    fn the_place_of_each_character_is_known() {
        let (_, places) = unescaped(b"a%2Fb\\u002fc").expect("escapes");
        let all = (0..6).map(|index| places.of(index));
        assert!(all.eq([0, 1, 4, 5, 11, 12]));
    }
}
