//! The console: the only place with ratatui and crossterm.

pub mod app;
pub mod field;
pub mod form;
pub mod frame;
pub mod keymap;
pub mod layer;
pub mod request;
pub mod table;
pub mod theme;
