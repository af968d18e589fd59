//! What the tests share.

pub mod console;
pub mod database;
