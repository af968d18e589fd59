//! Parts of an area: its rows, its ends, its middle.

use ratatui::layout::Rect;

/// The row `index` of an area, empty beyond its end.
#[must_use]
pub fn row(area: Rect, index: u16) -> Rect {
    let height = u16::from(index < area.height);
    Rect {
        y: area.y + index.min(area.height),
        height,
        ..area
    }
}

/// The area without its first `columns` columns.
#[must_use]
pub fn skip(area: Rect, columns: u16) -> Rect {
    let columns = columns.min(area.width);
    Rect {
        x: area.x + columns,
        width: area.width - columns,
        ..area
    }
}

/// The first columns of an area, at most as many as it has.
#[must_use]
pub fn first(area: Rect, columns: u16) -> Rect {
    Rect {
        width: columns.min(area.width),
        ..area
    }
}

/// An area of at most this size in the middle of another.
#[must_use]
pub fn centred(area: Rect, width: u16, height: u16) -> Rect {
    let (width, height) = (width.min(area.width), height.min(area.height));
    Rect {
        x: area.x + (area.width - width) / 2,
        y: area.y + (area.height - height) / 2,
        width,
        height,
    }
}

/// A count as rows or columns, of which there are never more than this holds.
#[must_use]
pub fn cells(count: usize) -> u16 {
    u16::try_from(count).unwrap_or(u16::MAX)
}

/// An area without its last row, and that row, where a dialog has its buttons.
#[must_use]
pub fn split_last(area: Rect) -> (Rect, Rect) {
    let above = area.height.saturating_sub(1);
    let last = row(area, above);
    (
        Rect {
            height: above,
            ..area
        },
        last,
    )
}
