//! Stretches that are all of a kind.

use std::ops::Range;

/// How many are looked at together, without a branch for each.
const TOGETHER: usize = 16;

/// The longest stretches of at least so many bytes that are all of a kind. Only about one in so many bytes is looked at
/// where there are none.
pub(super) fn runs<T: Copy>(
    bytes: &[T],
    least: usize,
    is_of_kind: impl Fn(T) -> bool,
) -> impl Iterator<Item = Range<usize>> {
    // The next stretch begins here or later, and what is before `known` is of the kind.
    let (mut from, mut known) = (0, 0);
    std::iter::from_fn(move || {
        loop {
            let probe = from + least - 1;
            let unknown = bytes.get(known..=probe)?;
            if let Some(at) = unknown.iter().rposition(|byte| !is_of_kind(*byte)) {
                (from, known) = (known + at + 1, probe + 1);
                continue;
            }
            let start = from;
            let end = probe + length(&bytes[probe..], &is_of_kind);
            (from, known) = (end + 1, end + 1);
            return Some(start..end);
        }
    })
}

/// How many at the beginning are of a kind.
fn length<T: Copy>(bytes: &[T], is_of_kind: impl Fn(T) -> bool) -> usize {
    let (parts, _) = bytes.as_chunks::<TOGETHER>();
    let are_all = |part: &&[T; TOGETHER]| part.iter().fold(true, |all, b| all & is_of_kind(*b));
    let sure = TOGETHER * parts.iter().take_while(are_all).count();
    let end = bytes[sure..].iter().position(|byte| !is_of_kind(*byte));
    end.map_or(bytes.len(), |at| sure + at)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn runs_are_found_whole_and_short_ones_are_none() {
        let text = b"aaa bbbbb  cccc ddddd";
        let of = |least| runs(text, least, |b| b != b' ').collect::<Vec<_>>();
        assert_eq!(of(5), [4..9, 16..21]);
        assert_eq!(of(4), [4..9, 11..15, 16..21]);
        assert_eq!(of(1), [0..3, 4..9, 11..15, 16..21]);
        assert_eq!(of(6), [0..0; 0]);
    }

    proptest! {
        #[test]
        fn runs_are_those_that_are_counted_one_by_one(text in "[ab ]{0,200}", least in 1..9usize) {
            let by_hand: Vec<Range<usize>> = text
                .split(' ')
                .filter(|run| run.len() >= least)
                .map(|run| {
                    let start = run.as_ptr() as usize - text.as_ptr() as usize;
                    start..start + run.len()
                })
                .collect();
            let found: Vec<_> = runs(text.as_bytes(), least, |b| b != b' ').collect();
            prop_assert_eq!(found, by_hand);
        }
    }
}
