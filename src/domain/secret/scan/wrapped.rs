//! Text that was written in base64: as in `Authorization: Basic`.

use std::ops::Range;

use zeroize::Zeroizing;

use super::{runs, six_bits};

/// How many groups of four characters that stand for three bytes lie wholly within those of a secret, at least.
const LEAST: usize = 13;
const GROUP: usize = 4;

/// Gives the texts that are in a run of base64: stretches of ASCII, and a little more on both sides; with the place
/// where each begins. A run may begin within a group of four.
pub(super) fn texts<E>(
    run: &[u8],
    mut found: impl FnMut(&[u8], usize) -> Result<(), E>,
) -> Result<(), E> {
    for start in 0..GROUP {
        let groups = run.get(start..).unwrap_or_default();
        for stretch in ascii(groups) {
            let first = stretch.start.saturating_sub(1);
            let part = groups.chunks(GROUP).skip(first);
            let part = part.take(stretch.end + 1 - first);
            let mut text = Zeroizing::new(Vec::with_capacity(3 * (stretch.len() + 2)));
            text.extend(part.flat_map(decoded));
            found(&text, start + GROUP * first)?;
        }
    }
    Ok(())
}

/// The stretches of whole groups that stand for ASCII. Seldom more than one group in [`LEAST`] is looked at.
fn ascii(groups: &[u8]) -> impl Iterator<Item = Range<usize>> {
    let (groups, _) = groups.as_chunks::<GROUP>();
    runs(groups, LEAST, |[a, b, c, _]| {
        six_bits(a) & 0x20 == 0 && six_bits(b) & 0x08 == 0 && six_bits(c) & 0x02 == 0
    })
}

/// The three bytes that up to four characters stand for; what is missing is taken for zero.
fn decoded(group: &[u8]) -> [u8; 3] {
    let bits = |at: usize| group.get(at).map_or(0, |byte| u32::from(six_bits(*byte)));
    let all = bits(0) << 18 | bits(1) << 12 | bits(2) << 6 | bits(3);
    let [_, bytes @ ..] = all.to_be_bytes();
    bytes
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use base64::Engine as _;
    use base64::prelude::BASE64_STANDARD_NO_PAD;

    use super::*;

    fn all(run: &str) -> Vec<(String, usize)> {
        let mut all = Vec::new();
        let done = texts(run.as_bytes(), |text, at| {
            all.push((String::from_utf8_lossy(text).into_owned(), at));
            Ok::<_, Infallible>(())
        });
        let Ok(()) = done;
        all
    }

    #[test]
    fn a_text_is_found_wherever_its_base64_begins_and_ends() {
        for length in 43..50 {
            let text = "some words that are long enough to be a secret, or so"[..length].to_owned();
            let written = BASE64_STANDARD_NO_PAD.encode(&text);
            for before in ["", "_", "__", "___", "____"] {
                let found = all(&format!("{before}{written}"));
                assert!(
                    found.iter().any(|(found, _)| found.contains(&text)),
                    "{length} {before}: {found:?}"
                );
            }
        }
    }

    #[test]
    fn what_stands_for_no_text_is_not_decoded() {
        let bytes: Vec<u8> = (0..4_000_u32).map(|n| (n * n % 251) as u8).collect();
        assert_eq!(all(&BASE64_STANDARD_NO_PAD.encode(bytes)), []);
    }
}
