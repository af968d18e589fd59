//! OSC 52, the escape sequence that sets the terminal's clipboard.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use zeroize::Zeroizing;

use crate::domain::clipboard::ClipboardWay;

/// The sequence that sets the clipboard to `text`. Not crossterm's, which leaves the base64 behind in freed memory.
pub(super) fn sequence(way: ClipboardWay, text: &[u8]) -> Zeroizing<Vec<u8>> {
    let (start, end): (&[u8], &[u8]) = match way {
        // screen sends on what stands in a device control string. That ends with ESC \, so the one inside it ends
        // with BEL. screen drops what is longer than 768 bytes; a secret's header is far from it.
        ClipboardWay::Screen => (b"\x1bP\x1b]52;c;", b"\x07\x1b\\"),
        _ => (b"\x1b]52;c;", b"\x1b\\"),
    };
    let body = start.len()..start.len() + text.len().div_ceil(3) * 4;
    let mut bytes = Zeroizing::new(vec![0; body.end + end.len()]);
    bytes[..body.start].copy_from_slice(start);
    let written = BASE64_STANDARD.encode_slice(text, &mut bytes[body.clone()]);
    debug_assert_eq!(written, Ok(body.len()));
    bytes[body.end..].copy_from_slice(end);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::secret::MAX_BYTES;

    #[test]
    fn it_is_the_base64_of_the_text_and_nothing_else() {
        for text in ["", "f", "fo", "foo", "7:QUJD+/=="] {
            let base64 = BASE64_STANDARD.encode(text);
            let plain = format!("\x1b]52;c;{base64}\x1b\\");
            let bytes = sequence(ClipboardWay::Osc52, text.as_bytes());
            assert_eq!(*bytes, plain.as_bytes(), "{text}");
            let wrapped = format!("\x1bP\x1b]52;c;{base64}\x07\x1b\\");
            let bytes = sequence(ClipboardWay::Screen, text.as_bytes());
            assert_eq!(*bytes, wrapped.as_bytes(), "{text}");
        }
    }

    #[test]
    fn the_longest_header_is_one_piece_for_screen() {
        let header = vec![b'A'; "api-secret-key: ".len() + MAX_BYTES];
        assert!(sequence(ClipboardWay::Screen, &header).len() < 768);
    }
}
