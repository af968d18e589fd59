//! Makes what a terminal shows what it is to show: rows are moved, and those that are then not as they should be painted.

use crate::ui::terminal::screen::brush::Brush;
use crate::ui::terminal::screen::cursor::{Place, way};
use crate::ui::terminal::screen::grid::{BLANK, Grid};
use crate::ui::terminal::screen::moves::Move;
use crate::ui::terminal::screen::row::paint_row;
use crate::ui::terminal::screen::short::Short;

/// `ESC [ r`: the whole screen is the region again.
const WHOLE: &[u8] = b"\x1b[r";

/// Moves rows, and notes what is shown then.
pub(super) fn move_rows(brush: &mut Brush<'_>, one: Move, shown: &mut Grid) {
    let [top, bottom, count] =
        [one.top, one.bottom, one.up.unsigned_abs()].map(|n| u16::try_from(n).unwrap_or(0));
    // What becomes free has the background that would be written.
    brush.use_pen(&BLANK, &[]);
    let in_region = usize::from(bottom) + 1 < shown.rows();
    if in_region {
        // It begins above the rows that move: what leaves a region at its top, some programs around the console
        // keep to be scrolled back to.
        let mut region = Short::new();
        region.add(format_args!("\x1b[;{}r", bottom + 1));
        brush.out.extend(region.bytes());
        brush.state.place = Place::Unknown;
    }
    brush
        .out
        .extend(way(brush.state.place, (0, top), brush.abilities).bytes());
    let last = if one.up > 0 { b'M' } else { b'L' };
    brush.out.extend(Short::control(count, last).bytes());
    if in_region {
        brush.out.extend(WHOLE);
    }
    brush.state.place = Place::Unknown;
    shown.move_rows(one.top, one.bottom, one.up);
}

/// Paints all that is not shown yet.
pub(super) fn paint(brush: &mut Brush<'_>, shown: &mut Grid, next: &Grid) {
    for y in 0..next.rows() {
        paint_row(brush, y, shown.row_mut(y), next.row(y));
    }
}
