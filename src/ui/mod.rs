//! What the administrator sees: the only place with ratatui and crossterm.

pub mod terminal;
