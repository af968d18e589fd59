//! What bounds the use of a key that works: which services it opens, from where, and how often.

/// The bounds of a key. What is empty or nothing bounds nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bounds<'a> {
    /// The only services that it opens ([`crate::domain::services`]).
    pub services: &'a str,
    /// The only addresses from which it can be used ([`crate::domain::address`]).
    pub addresses: &'a str,
    /// How many requests a minute it can make.
    pub rate: Option<u32>,
}

impl Bounds<'_> {
    /// Whether anything bounds the key.
    #[must_use]
    pub fn are_set(&self) -> bool {
        *self != Bounds::default()
    }
}
