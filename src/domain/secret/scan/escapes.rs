//! Text in which characters were escaped, as URLs, JSON, JavaScript and HTML have it.

use zeroize::Zeroizing;

/// The text with what its escapes stand for, those that were escaped again among them, and where each byte of it was.
pub(super) fn unescaped(bytes: &[u8]) -> (Zeroizing<Vec<u8>>, Vec<usize>) {
    let mut text = Zeroizing::new(Vec::with_capacity(bytes.len()));
    let mut places = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let rest = &bytes[at..];
        let escape = match byte {
            b'%' => percent(rest),
            b'\\' => backslash(rest),
            b'&' => reference(rest),
            _ => None,
        };
        let (byte, length) = escape.unwrap_or((*byte, 1));
        text.push(byte);
        places.push(at);
        at += length;
    }
    (text, places)
}

/// `%2F`, and `%252F`.
fn percent(text: &[u8]) -> Option<(u8, usize)> {
    let mut at = 1;
    while text[at..].starts_with(b"25") && text.len() >= at + 4 {
        at += 2;
    }
    let byte = hex(text.get(at..at + 2)?)?;
    Some((byte, at + 2))
}

/// `\/`, `\u002f` and `\x2f`, behind one backslash or several.
fn backslash(text: &[u8]) -> Option<(u8, usize)> {
    let at = text.iter().position(|byte| *byte != b'\\')?;
    let digits = |count: usize| hex(text.get(at + 1..at + 1 + count)?);
    match text[at] {
        b'u' => Some((digits(4)?, at + 5)),
        b'x' => Some((digits(2)?, at + 3)),
        byte @ (b'/' | b'+' | b'=' | b':') => Some((byte, at + 1)),
        _ => None,
    }
}

/// `&#47;` and `&#x2F;`.
fn reference(text: &[u8]) -> Option<(u8, usize)> {
    let end = text.iter().take(10).position(|byte| *byte == b';')?;
    let number = str::from_utf8(text[..end].strip_prefix(b"&#")?).ok()?;
    let byte = match number.strip_prefix(['x', 'X']) {
        Some(digits) => hex(digits.as_bytes())?,
        None => number.parse().ok()?,
    };
    Some((byte, end + 1))
}

/// The byte that hexadecimal digits are.
fn hex(digits: &[u8]) -> Option<u8> {
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    u8::from_str_radix(str::from_utf8(digits).ok()?, 16).ok()
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
            let (found, places) = unescaped(escaped.as_bytes());
            assert_eq!(String::from_utf8_lossy(&found), text, "{escaped}");
            assert_eq!(places.len(), found.len());
        }
    }

    #[test]
    fn the_place_of_each_character_is_known() {
        assert_eq!(unescaped(b"a%2Fb\\u002f").1, [0, 1, 4, 5]);
    }
}
