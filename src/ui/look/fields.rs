//! Fields: what shows that something can be typed or chosen there.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::ui::look::areas::{first, row, skip};
use crate::ui::look::theme::Theme;

/// Columns of a field without edges, as long as what is in it is no longer.
const SHORT: u16 = 16;

/// What is between the edges of a field, where it has any.
#[must_use]
pub fn in_field(field: Rect, edged: bool) -> Rect {
    let edge = u16::from(edged);
    first(skip(field, edge), field.width.saturating_sub(2 * edge))
}

/// Draws the edges of a field, where it has any, and returns what is between them.
pub fn edge_field(
    buf: &mut Buffer,
    field: Rect,
    edged: bool,
    focused: bool,
    theme: &Theme,
) -> Rect {
    let style = if focused {
        theme.focused_edge
    } else {
        theme.edge
    };
    let lines = if edged { field.height } else { 0 };
    for line in 0..lines {
        let line = row(field, line);
        theme.put(buf, first(line, 1), theme.symbols.field.0, style);
        let right = skip(line, line.width.saturating_sub(1));
        theme.put(buf, right, theme.symbols.field.1, style);
    }
    in_field(field, edged)
}

/// The part of one line of a field that is drawn in [`Theme::field`]. Where fields have no edges it ends with the text,
/// which takes so many columns, and is never shorter than that of an empty one; only the line that the cursor is in is
/// drawn to its end. No terminal erases with a line below, so that each column is sent.
#[must_use]
pub fn drawn_line(line: Rect, text: u16, whole: bool) -> Rect {
    if whole {
        line
    } else {
        first(line, text.max(SHORT))
    }
}
