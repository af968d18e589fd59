//! Texts in one, each known by its place: a pointer to each would have to be mended whenever the program starts.

use std::collections::BTreeMap;

/// All texts in one.
#[derive(Default)]
pub struct Texts {
    pub all: String,
    /// Where each of them begins and ends.
    places: BTreeMap<String, [usize; 2]>,
}

impl Texts {
    /// Where this text is, which is added if it is a new one.
    pub fn place(&mut self, text: &str) -> [usize; 2] {
        if let Some(place) = self.places.get(text) {
            return *place;
        }
        let start = self.all.len();
        self.all += text;
        let place = [start, self.all.len()];
        self.places.insert(text.to_owned(), place);
        place
    }
}
