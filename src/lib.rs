//! Keyward: a terminal console for API keys.

pub mod clipboard;
pub mod clock;
pub mod domain;
pub mod text;
pub mod ui;
