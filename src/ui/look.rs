//! The visual language: how everything looks, in every theme and in ASCII. Layers draw with these parts and name a
//! style of [`Theme`] by what it is for; none of them names a colour or a mark.
//!
//! - **Space.** One column stands between an edge and what is inside it, two between the keys of a bar, one between
//!   columns of a list. A dialog is as tall as what it holds, in the middle of the window. From [`WIDE`] columns on, what
//!   it covers is dimmed and fields have edges; below, every cell is used, and what is behind a dialog stays as it was.
//! - **Boxes and panes** have an edge with their title in it. What has the focus has [`Theme::focused_edge`], all others
//!   [`Theme::edge`]. A dialog that fills the width of a window of 80 columns is a page below [`WIDE`]: it fills the
//!   window below its title, which is underlined from edge to edge.
//! - **Fields** have edges from [`WIDE`] columns on; below they are underlined, as far as what is in them.
//! - **Focus** is the cursor, and [`Theme::focused`] on the field or button that has it. A field that is typed in is
//!   underlined to its end in the line that has the cursor.
//! - **Selection** is one bar over the whole row, and `>` before it; in a pane beside the focus a quieter bar, and `-`.
//!   What is under a bar that is reversed gives up its own colours.
//! - **Keys** that work are written before what they do, in [`Theme::key`]. What cannot be done now stands in round
//!   brackets, in [`Theme::disabled`]; a tick that cannot be changed has no brackets at all.
//! - **Scroll bars** are in the right edge of what scrolls: [`Theme::thumb`] in it, as long as what is on the screen. In
//!   a dialog of which less than half as much is hidden, there is only a mark at the end where more is.
//! - **States** have a mark, a word and a colour: [`Theme::good`], [`Theme::warning`], [`Theme::problem`], [`Theme::dim`].
//! - **Problems** begin with `!`.

mod areas;
mod bars;
mod boxes;
mod colour;
mod fields;
mod rows;
pub mod sample;
mod symbols;
mod text;
mod theme;
mod theme_file;

pub use areas::{cells, centred, first, row, skip, split_last};
pub use bars::{BUTTONS_GAP, Button, buttons, footer, more_marks, scroll_bar, tick, toolbar};
pub use boxes::{Dialog, boxed, clear, cover, dropdown, inside, is_wide};
pub use fields::{drawn_line, edge_field, in_field};
pub use rows::{mark, select, select_at};
pub use symbols::{ASCII, Symbols, UNICODE};
pub use text::{NO_BREAK, paragraph, part_marks, width, width_shown, wrap, write};
pub use theme::{STYLES, Theme};

/// The smallest window, in columns and rows, in which anything but a sentence is shown.
pub const SMALLEST: (u16, u16) = (40, 10);

/// Columns of the window from which on what a dialog covers is dimmed and fields have edges: on narrower ones, which
/// are those of slow links too, that would cost more than it shows.
pub const WIDE: u16 = 100;
