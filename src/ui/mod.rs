//! What the administrator sees: the only place with ratatui and crossterm.

pub mod run;
pub mod terminal;
