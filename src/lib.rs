//! Keyward: a terminal console for API keys.

pub mod auth;
pub mod cli;
pub mod clipboard;
pub mod clock;
pub mod config;
pub mod domain;
pub mod harden;
pub mod new_file;
pub mod path;
pub mod service;
pub mod store;
pub mod text;
pub mod ui;
