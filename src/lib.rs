//! Keyward: a terminal console for API keys.
//!
//! # The import rule
//!
//! Modules have ranks, and a module sees only lower ranks and its own group. From the lowest up:
//!
//! 1. [`domain`]: plain data and rules. It knows nobody.
//! 2. [`path`]: whether others could change what a path leads to.
//! 3. [`auth`], [`store`], [`clock`]: hashes and tags, `SQLite`, the time. None knows another.
//! 4. [`service`], [`config`], [`clipboard`], [`harden`], [`new_file`], [`handover`]: what can be done, and what the
//!    process has of the machine.
//! 5. [`text`]: every sentence that a person can see. Only what stands above it speaks.
//! 6. [`export`], [`import`]: rows as CSV and JSON, and keys that are to be made of such.
//! 7. [`serve`], [`ui`]: what answers over HTTP; and the console: its parts (forms, fields, tables, the key table, the
//!    terminal), above them the layers, above them what carries requests out and runs it.
//! 8. [`cli`]: the command line.
//!
//! Layers see neither [`service`], [`store`], [`clipboard`] nor [`clock`]: they ask, and never act. `tests/layering.rs`
//! reads the source and enforces all of this, for crates and parts of the standard library, too, and refuses files that
//! see each other in a circle. `ARCHITECTURE.md` has two walks through the code, and the words.

pub mod auth;
pub mod cli;
pub mod clipboard;
pub mod clock;
pub mod config;
pub mod domain;
pub mod export;
pub mod handover;
pub mod harden;
pub mod import;
pub mod new_file;
pub mod path;
pub mod serve;
pub mod service;
pub mod store;
pub mod text;
pub mod ui;
