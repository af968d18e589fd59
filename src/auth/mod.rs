//! The cryptography: a secret's form and tag, its hash, and where random bytes come from.
//!
//! Knows nothing of the database or of what a key may do.

pub mod hash;
pub mod random;
pub mod token;
