//! The tags of a database's secrets, to be looked for in much text.

use super::{LETTERS, ends_a_body, six_bits};

type Tag = u64;

/// How many characters of base64 a tag is.
const CHARACTERS: usize = 11;
/// How many of them are looked at together.
const WINDOW: usize = 8;
/// How far it is from one look to the next: each tag is looked at once, in one of as many windows.
const STRIDE: usize = CHARACTERS - WINDOW + 1;

type Window = [u8; WINDOW];

/// How many places there are for each tag: so seldom is something else taken for a part of one at the first look.
const SPREAD: usize = 64;
const FEWEST: usize = 1 << 18;
/// Spreads what is multiplied by it over the first bits of the product.
const SPREADING: u64 = 0x9e37_79b9_7f4a_7c15;

/// The tags of all secrets that a database ever issued: 8 bytes and some bits for each.
#[derive(Debug)]
pub struct Tags {
    sorted: Vec<Tag>,
    /// One bit for each place, whether a window of any tag has it.
    marks: Vec<u64>,
    /// How many bits of a product are not those of a place.
    shift: u32,
}

impl Default for Tags {
    fn default() -> Tags {
        let mut tags = Tags {
            sorted: Vec::new(),
            marks: Vec::new(),
            shift: 0,
        };
        tags.make_room();
        tags
    }
}

impl Tags {
    /// Takes more tags.
    pub fn add(&mut self, tags: impl IntoIterator<Item = [u8; 8]>) {
        let before = self.sorted.len();
        self.sorted.extend(tags.into_iter().map(Tag::from_be_bytes));
        let fresh = if self.make_room() { 0 } else { before };
        for at in fresh..self.sorted.len() {
            for window in characters(self.sorted[at]).array_windows() {
                self.mark(*window, 0);
            }
        }
        if self.sorted.len() > before {
            self.sorted.sort_unstable();
            self.sorted.dedup();
        }
    }

    /// Where in a run of base64 one of the tags is.
    pub(super) fn places(&self, run: &[u8]) -> impl Iterator<Item = usize> {
        let (parts, _) = run.as_chunks::<STRIDE>();
        let looks = parts.array_windows().enumerate();
        let marked = looks.filter(|(_, [first, second])| {
            let mut window = [0; WINDOW];
            window[..STRIDE].copy_from_slice(first);
            window[STRIDE..].copy_from_slice(second);
            self.may_have(window)
        });
        marked.flat_map(move |(part, _)| {
            let at = STRIDE * part;
            (at.saturating_sub(STRIDE - 1)..=at).filter(|at| self.is_at(*at, run))
        })
    }

    /// Whether one of the tags begins there.
    fn is_at(&self, at: usize, run: &[u8]) -> bool {
        let Some(characters) = run.get(at..at + CHARACTERS) else {
            return false;
        };
        let mut windows = characters.array_windows();
        windows.all(|window| self.may_have(*window)) && self.has(characters)
    }

    fn has(&self, characters: &[u8]) -> bool {
        let bits = characters
            .iter()
            .fold(0, |bits, byte| bits << 6 | u128::from(six_bits(*byte)));
        let tag = Tag::try_from(bits >> 2).unwrap_or_default();
        characters.last().is_some_and(|last| ends_a_body(*last))
            && self.sorted.binary_search(&tag).is_ok()
    }

    /// Whether the characters may be a part of a tag.
    fn may_have(&self, window: Window) -> bool {
        let (word, bit) = self.place(window);
        self.marks[word] & bit != 0
    }

    fn place(&self, window: Window) -> (usize, u64) {
        let place = u64::from_le_bytes(window).wrapping_mul(SPREADING) >> self.shift;
        let word = usize::try_from(place / 64).unwrap_or_default();
        (word, 1 << (place % 64))
    }

    /// Whether all tags are to be marked anew, in more places.
    fn make_room(&mut self) -> bool {
        let places = (self.sorted.len() * SPREAD).next_power_of_two().max(FEWEST);
        let more = places / 64 > self.marks.len();
        if more {
            self.shift = u64::BITS - places.trailing_zeros();
            self.marks = vec![0; places / 64];
        }
        more
    }

    /// Marks the windows with these characters, each as in base64 and as in base64url. Those before `sure` stay as they are.
    fn mark(&mut self, mut window: Window, sure: usize) {
        let two_ways = |at: &usize| matches!(window[*at], b'+' | b'/');
        if let Some(at) = (sure..WINDOW).find(two_ways) {
            self.mark(window, at + 1);
            window[at] = if window[at] == b'+' { b'-' } else { b'_' };
            self.mark(window, at + 1);
        } else {
            let (word, bit) = self.place(window);
            self.marks[word] |= bit;
        }
    }
}

/// A tag in base64: the last two of 66 bits are zero.
fn characters(tag: Tag) -> [u8; CHARACTERS] {
    let bits = u128::from(tag) << 2;
    std::array::from_fn(|at| {
        let value = bits >> (6 * (CHARACTERS - 1 - at)) & 0x3f;
        LETTERS[usize::try_from(value).unwrap_or_default()]
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tag(n: u64) -> Tag {
        n.wrapping_mul(SPREADING)
    }

    fn has(tags: &Tags, tag: Tag) -> bool {
        tags.places(&characters(tag)).eq([0])
    }

    #[test]
    fn a_tag_is_there_when_it_was_added_and_no_other_is() {
        let mut tags = Tags::default();
        assert!(!has(&tags, 0) && !has(&tags, u64::MAX));
        for n in 0..50 {
            tags.add([tag(2 * n).to_be_bytes(), tag(0).to_be_bytes()]);
            assert!(has(&tags, tag(2 * n)) && !has(&tags, tag(2 * n + 1)));
        }
        tags.add((50..20_000).map(|n| tag(2 * n).to_be_bytes()));
        for n in 0..20_000 {
            assert!(has(&tags, tag(2 * n)) && !has(&tags, tag(2 * n + 1)));
        }
    }
}
