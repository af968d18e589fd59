//! What is fuzzed: for each target a function that takes any bytes, and panics where what must hold does not.

mod bytes;

pub mod api;
pub mod config;
pub mod console;
pub mod database;
pub mod dates;
pub mod filter;
pub mod http;
pub mod import;
pub mod scan;
pub mod ssh_key;
pub mod ssh_words;
pub mod terminal;
pub mod token;

/// Takes any bytes.
pub type Target = fn(&[u8]);

/// Every target, by the name of its program and of the directory with its inputs.
pub const TARGETS: &[(&str, Target)] = &[
    ("api", api::run),
    ("config", config::run),
    ("console", console::run),
    ("database", database::run),
    ("dates", dates::run),
    ("filter", filter::run),
    ("http", http::run),
    ("import", import::run),
    ("scan", scan::run),
    ("ssh_key", ssh_key::run),
    ("ssh_words", ssh_words::run),
    ("terminal", terminal::run),
    ("token", token::run),
];
