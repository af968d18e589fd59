//! Text that was written in base64: as in `Authorization: Basic`.

use zeroize::Zeroizing;

use super::runs::runs;
use super::{BEFORE, NONE, six_bits};

/// How many groups of four characters that stand for three bytes lie wholly within those of a secret, at least.
const LEAST: usize = 13;
const GROUP: usize = 4;
/// So many groups before those are more than the bytes that are looked at for an ID.
const GROUPS_BEFORE: usize = BEFORE / 3 + 2;

/// Gives the texts that are in a run of base64: stretches that a secret may be in, what is before it and a little
/// behind; with the place where each begins. A run may begin within a group of four.
pub(super) fn texts<E>(
    run: &[u8],
    mut found: impl FnMut(&[u8], usize) -> Result<(), E>,
) -> Result<(), E> {
    for start in 0..GROUP {
        let characters = run.get(start..).unwrap_or_default();
        let (groups, _) = characters.as_chunks::<GROUP>();
        for stretch in runs(groups, LEAST, may_be_of_a_secret) {
            let first = GROUP * stretch.start.saturating_sub(GROUPS_BEFORE);
            let end = characters.len().min(GROUP * (stretch.end + 1));
            found(&decoded(&characters[first..end]), start + first)?;
        }
    }
    Ok(())
}

/// Whether the group stands for three characters of base64, escaped or not.
fn may_be_of_a_secret(group: [u8; GROUP]) -> bool {
    let [a, b, c] = three(&group).map(six_bits);
    // One branch for all of them.
    a | b | c != NONE
}

/// What base64 stands for; what is missing of the last group is taken for zero.
fn decoded(base64: &[u8]) -> Zeroizing<Vec<u8>> {
    let (groups, rest) = base64.as_chunks::<GROUP>();
    let mut text = Zeroizing::new(Vec::with_capacity(3 * (groups.len() + 1)));
    for group in groups {
        text.extend_from_slice(&three(group));
    }
    if !rest.is_empty() {
        text.extend_from_slice(&three(rest));
    }
    text
}

/// The three bytes that up to four characters stand for.
fn three(group: &[u8]) -> [u8; 3] {
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
            let text =
                "these+words/are-long_enough%2Fto&#43;be/a/secret/or/so"[..length].to_owned();
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
