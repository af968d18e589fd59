//! Keyward: a terminal console for API keys.

pub mod clipboard;
pub mod clock;
pub mod config;
pub mod domain;
pub mod harden;
pub mod text;
pub mod ui;
