//! What the administrator sees: the only place with ratatui and crossterm.

pub mod app;
pub mod extent;
pub mod field;
pub mod form;
pub mod hits;
pub mod keymap;
pub mod layer;
pub mod look;
pub mod perform;
pub mod request;
pub mod run;
pub mod scroll;
pub mod table;
pub mod terminal;
