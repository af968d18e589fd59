//! Keyward: a terminal console for API keys.

pub mod auth;
pub mod clock;
pub mod domain;
pub mod service;
pub mod store;
