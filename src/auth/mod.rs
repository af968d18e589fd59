//! The cryptography: a secret's form and tag, its hash and what was proven of it, and where random bytes come from.
//!
//! Knows nothing of the database or of what a key may do.

pub mod hash;
pub mod proof;
pub mod random;
pub mod token;
