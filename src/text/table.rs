//! The sentences as `build/sentences.rs` makes them of `assets/text`: nothing of them is parsed when the program starts.
#![expect(clippy::unreadable_literal, reason = "nobody reads what is made")]

use crate::text::hash::hash;

// Every text in one (`ALL`); the sentences' names, by where they are looked for (`PLACES`) and in order (`NAMES`); and the
// sentences of each language in the same order.
include!(concat!(env!("OUT_DIR"), "/sentences.rs"));

/// Texts, each by where it begins and ends in all.
struct Table(&'static [[u32; 2]]);

impl Table {
    fn get(&self, at: usize) -> &'static str {
        text(self.0[at])
    }
}

fn text([start, end]: [u32; 2]) -> &'static str {
    &ALL[start as usize..end as usize]
}

/// The sentences of a language, in one way of writing it.
#[derive(Clone, Copy)]
pub(super) struct Sentences(&'static Table);

impl Sentences {
    pub(super) const EN_US: Sentences = Sentences(&EN_US);
    /// The English ones with ASCII quotation marks; of a language's name, what is ASCII.
    pub(super) const EN_US_ASCII: Sentences = Sentences(&EN_US_ASCII);
    pub(super) const JA_JP: Sentences = Sentences(&JA_JP);

    /// The sentence of this name, if there is one.
    pub(super) fn get(self, name: &str) -> Option<&'static str> {
        let mut place = hash(name) % PLACES.len();
        loop {
            let at = usize::from(PLACES[place]).checked_sub(1)?;
            if NAMES.get(at) == name {
                return Some(self.0.get(at));
            }
            place = (place + 1) % PLACES.len();
        }
    }

    /// The names of all sentences.
    #[cfg(test)]
    pub(super) fn names() -> impl Iterator<Item = &'static str> {
        NAMES.0.iter().map(|place| text(*place))
    }
}
