//! The targets, for the programs of `fuzz_targets/`, which run one of them with inputs that libFuzzer makes up.
//!
//! `tests/corpus.rs` of the main package includes them too, and runs all of them with the inputs that are kept in
//! `seeds/`.

#[path = "../../tests/support"]
mod support {
    #![allow(dead_code, reason = "a part of what the tests use")]
    pub mod console;
    pub mod database;
    pub mod process;
    pub mod sentence;
}

pub mod targets;
