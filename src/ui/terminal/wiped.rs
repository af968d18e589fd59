//! Bytes that leave no trace: wiped when they are dropped, and where they lay when they had to grow.

use zeroize::{Zeroize, Zeroizing};

/// A growing row of bytes.
#[derive(Default)]
pub(super) struct Wiped(Zeroizing<Vec<u8>>);

impl Wiped {
    /// Room for so many bytes to begin with.
    pub fn with_capacity(bytes: usize) -> Wiped {
        Wiped(Zeroizing::new(Vec::with_capacity(bytes)))
    }

    pub fn extend(&mut self, bytes: &[u8]) {
        let needed = self.0.len() + bytes.len();
        if needed > self.0.capacity() {
            // A vector that grows by itself leaves its old bytes behind; the one replaced here is wiped.
            let mut larger = Zeroizing::new(Vec::with_capacity(needed.next_power_of_two()));
            larger.extend_from_slice(&self.0);
            self.0 = larger;
        }
        self.0.extend_from_slice(bytes);
    }

    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// Wipes what is there; the room stays.
    pub fn clear(&mut self) {
        // Only the part in use: the rest was wiped when it was last in use.
        self.0.as_mut_slice().zeroize();
        self.0.clear();
    }

    /// The first so many bytes, in the place where they lie.
    pub fn into_first(mut self, count: usize) -> Vec<u8> {
        if let Some(rest) = self.0.get_mut(count..) {
            rest.zeroize();
        }
        self.0.truncate(count);
        std::mem::take(&mut *self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_grows_and_is_emptied_and_handed_over() {
        let mut bytes = Wiped::with_capacity(4);
        for part in ["abc", "defghijkl", "m"] {
            bytes.extend(part.as_bytes());
        }
        assert_eq!(bytes.bytes(), b"abcdefghijklm");
        bytes.clear();
        assert!(bytes.bytes().is_empty());
        bytes.extend(b"0123456789");
        assert_eq!(bytes.into_first(3), b"012");
    }
}
