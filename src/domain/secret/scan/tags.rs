//! The tags of a database's secrets, to be asked for many times.

/// A tag, which is as good as random: its first bits spread it evenly.
type Tag = u64;

/// How many places there are for each tag: so seldom is another taken for one at the first look.
const SPREAD: usize = 32;
const FEWEST: usize = 1 << 15;

/// The tags of all secrets that a database ever issued: 8 bytes and some bits for each.
#[derive(Debug)]
pub struct Tags {
    sorted: Vec<Tag>,
    /// One bit for each value of a tag's first bits: whether any tag begins with them.
    begun: Vec<u64>,
    /// How many bits of a tag are not among those.
    shift: u32,
}

impl Default for Tags {
    fn default() -> Tags {
        let mut tags = Tags {
            sorted: Vec::new(),
            begun: Vec::new(),
            shift: 0,
        };
        tags.spread();
        tags
    }
}

impl Tags {
    /// Takes more tags.
    pub fn add(&mut self, tags: impl IntoIterator<Item = [u8; 8]>) {
        let before = self.sorted.len();
        self.sorted.extend(tags.into_iter().map(Tag::from_be_bytes));
        if self.sorted.len() == before {
            return;
        }
        self.sorted.sort_unstable();
        self.sorted.dedup();
        self.spread();
    }

    /// Whether there is this tag.
    pub(super) fn may_have(&self, tag: Tag) -> bool {
        let (word, bit) = self.place(tag);
        self.begun[word] & bit != 0 && self.sorted.binary_search(&tag).is_ok()
    }

    fn place(&self, tag: Tag) -> (usize, u64) {
        let first = tag >> self.shift;
        let word = usize::try_from(first / 64).unwrap_or_default();
        (word, 1 << (first % 64))
    }

    fn spread(&mut self) {
        let places = (self.sorted.len() * SPREAD).next_power_of_two().max(FEWEST);
        self.shift = Tag::BITS - places.trailing_zeros();
        self.begun = vec![0; places / 64];
        for at in 0..self.sorted.len() {
            let (word, bit) = self.place(self.sorted[at]);
            self.begun[word] |= bit;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_there_when_it_was_added_and_no_other_is() {
        let mut tags = Tags::default();
        assert!(!tags.may_have(0) && !tags.may_have(u64::MAX));
        let tag = |n: u64| n.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        for n in 0..50 {
            tags.add([tag(2 * n).to_be_bytes(), tag(0).to_be_bytes()]);
            assert!(tags.may_have(tag(2 * n)) && !tags.may_have(tag(2 * n + 1)));
        }
        tags.add((50..5_000).map(|n| tag(2 * n).to_be_bytes()));
        for n in 0..5_000 {
            assert!(tags.may_have(tag(2 * n)) && !tags.may_have(tag(2 * n + 1)));
        }
    }
}
