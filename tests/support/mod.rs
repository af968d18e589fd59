//! What the tests share. Each file of tests uses a part of it.
#![allow(dead_code, reason = "each file of tests uses a part of it")]

pub mod console;
pub mod database;
pub mod files;
pub mod inject;
pub mod page;
pub mod picture;
pub mod process;
pub mod sentence;
