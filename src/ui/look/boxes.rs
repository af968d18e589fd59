//! Boxes: cleared, with an edge and a title.

use ratatui::buffer::{Buffer, Cell, CellWidth};
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::widgets::{Block, Clear, Widget};

use crate::ui::look::WIDE;
use crate::ui::look::areas::{cells, centred, first, row, skip, split_last};
use crate::ui::look::text::{width, wrap};
use crate::ui::look::theme::Theme;

/// A dialog in its place: a box around a margin, what it holds, and below that a row of buttons. In a window of less
/// than [`WIDE`] columns one that wants about as many is a page instead: below its title it has the whole area, without
/// edges, which take many bytes and show nothing there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Dialog {
    /// All of it, with its edges.
    pub whole: Rect,
    /// What it holds.
    pub body: Rect,
    /// Its last row, for buttons or for what is typed; without one it has no height.
    pub bar: Rect,
    /// It has the whole area, and no edges.
    pub is_page: bool,
}

impl Dialog {
    /// Columns for what a dialog in this area holds: at most so many.
    #[must_use]
    pub fn columns(area: Rect, most: u16) -> u16 {
        let edges = if is_page(area, most) { 0 } else { 2 };
        most.min(area.width.saturating_sub(edges + 2 * margin(area).0))
    }

    /// Rows that the edges or the title of a dialog take which holds so many columns.
    #[must_use]
    pub fn edges(area: Rect, columns: u16) -> u16 {
        if is_page(area, columns) { 1 } else { 2 }
    }

    /// A dialog in the middle of an area, for so many columns and rows. With a `bar` there is a row more, which stands
    /// apart from the others where there is room.
    #[must_use]
    pub fn new(area: Rect, columns: u16, rows: u16, bar: bool) -> Dialog {
        if is_page(area, columns) {
            return Dialog::page(area, columns, rows, bar);
        }
        let (side, above) = margin(area);
        let columns = Dialog::columns(area, columns);
        let bars = u16::from(bar);
        let least = rows.saturating_add(bars + 2);
        let spare = area.height.saturating_sub(least);
        let apart = spare.min(bars);
        let above = if spare >= apart + 2 * above { above } else { 0 };
        let height = least.saturating_add(apart + 2 * above);
        let whole = centred(area, columns + 2 * (1 + side), height);
        let inner = Rect {
            x: whole.x + (1 + side).min(whole.width),
            y: whole.y + (1 + above).min(whole.height),
            width: columns,
            height: whole.height.saturating_sub(2 * (1 + above)),
        };
        let (body, bar) = if bar {
            split_last(inner)
        } else {
            (inner, row(inner, inner.height))
        };
        let height = body.height.saturating_sub(apart);
        Dialog {
            whole,
            body: Rect { height, ..body },
            bar,
            is_page: false,
        }
    }

    /// A page: what it holds begins below its title, and the bar is below that.
    fn page(area: Rect, columns: u16, rows: u16, bar: bool) -> Dialog {
        let inner = Rect {
            x: area.x + margin(area).0.min(area.width),
            y: area.y + 1.min(area.height),
            width: Dialog::columns(area, columns),
            height: area.height.saturating_sub(1),
        };
        let bars = u16::from(bar);
        let room = inner.height.saturating_sub(bars);
        let height = rows.min(room);
        let apart = bars.min(room - height);
        let body = Rect { height, ..inner };
        let bar = Rect {
            y: body.bottom() + apart,
            height: bars.min(inner.height),
            ..inner
        };
        Dialog {
            whole: area,
            body,
            bar,
            is_page: true,
        }
    }

    /// A page without a margin, in a window of any width: for what needs every cell of one that is low.
    #[must_use]
    pub fn bare(area: Rect) -> Dialog {
        let body = Rect {
            y: area.y + 1.min(area.height),
            height: area.height.saturating_sub(1),
            ..area
        };
        Dialog {
            whole: area,
            body,
            bar: row(body, body.height),
            is_page: true,
        }
    }

    /// A dialog as high as the area, with a row of buttons.
    #[must_use]
    pub fn filling(area: Rect, columns: u16) -> Dialog {
        let (_, above) = margin(area);
        let apart = u16::from(area.height >= ROOMY);
        let edges = Dialog::edges(area, columns);
        let rows = area
            .height
            .saturating_sub(edges + 1 + apart + 2 * apart * above);
        Dialog::new(area, columns, rows, true)
    }

    /// A dialog for words, and so many rows below them; and the words in lines.
    #[must_use]
    pub fn of(
        area: Rect,
        columns: u16,
        words: &str,
        below: u16,
        bar: bool,
    ) -> (Dialog, Vec<String>) {
        let lines = wrap(words, Dialog::columns(area, columns));
        let rows = cells(lines.len()).saturating_add(below);
        (Dialog::new(area, columns, rows, bar), lines)
    }

    /// The part of what it holds that is below so many rows of a sentence, for so many rows: apart from it where there is
    /// room.
    #[must_use]
    pub fn below(&self, sentence: usize, rows: usize) -> Rect {
        let spare = usize::from(self.body.height).saturating_sub(sentence + rows);
        let above = cells(sentence + spare.min(1)).min(self.body.height);
        Rect {
            y: self.body.y + above,
            height: self.body.height - above,
            ..self.body
        }
    }

    /// The dialog from this row of the area on, or from as far above that as it needs. A page stays where it is.
    #[must_use]
    pub fn from_row(self, top: u16, area: Rect) -> Dialog {
        let last = area.bottom().saturating_sub(self.whole.height);
        let top = top.clamp(area.y, last.max(area.y));
        let moved = |part: Rect| Rect {
            y: part.y - self.whole.y + top,
            ..part
        };
        Dialog {
            whole: moved(self.whole),
            body: moved(self.body),
            bar: moved(self.bar),
            ..self
        }
    }

    /// Clears its place and draws its edges with a title.
    pub fn view(&self, buf: &mut Buffer, title: &str, theme: &Theme) {
        if self.is_page {
            headed(buf, self.whole, title, theme);
        } else {
            boxed(buf, self.whole, title, theme);
        }
    }

    /// Says something at the right end of the lower edge; on a page beside the buttons.
    pub fn say_below(&self, buf: &mut Buffer, said: &str, theme: &Theme) {
        let (below, from_right) = if self.is_page {
            (self.bar, 0)
        } else {
            (split_last(self.whole).1, 1)
        };
        let said = format!(" {said} ");
        let columns = below.width.saturating_sub(width(&said) + from_right + 1);
        theme.put(buf, skip(below, columns), &said, theme.label);
    }
}

/// Columns of a dialog's content from which on it is a page in a window of less than [`WIDE`] columns: it fills one of 80.
const PAGE: u16 = 76;

/// Whether a dialog for so many columns is a page in this area.
fn is_page(area: Rect, columns: u16) -> bool {
    columns >= PAGE && !is_wide(area)
}

/// Rows of an area from which on a dialog that fills it keeps a distance between its parts.
const ROOMY: u16 = 16;

/// Columns and rows between an edge and what is inside it.
fn margin(area: Rect) -> (u16, u16) {
    if is_wide(area) { (2, 1) } else { (1, 0) }
}

/// The box of a list that opens at a field: below it, or above it where there is more room. Where neither has the
/// `least` rows, it covers the field.
#[must_use]
pub fn dropdown(area: Rect, field: Rect, columns: u16, rows: u16, least: u16) -> Rect {
    let (columns, rows) = (columns.min(area.width), rows.min(area.height));
    let below = area.bottom().saturating_sub(field.bottom());
    let above = field.y.saturating_sub(area.y);
    let room = below.max(above);
    let (y, height) = if rows <= below {
        (field.bottom(), rows)
    } else if room < rows.min(least) {
        (area.bottom() - rows, rows)
    } else if below >= above {
        (field.bottom(), below)
    } else {
        (field.y - rows.min(above), rows.min(above))
    };
    Rect {
        x: field.x.clamp(area.x, area.right() - columns),
        y,
        width: columns,
        height,
    }
}

/// Whether there is room here for what costs more than it says: margins, and the edges of fields.
#[must_use]
pub fn is_wide(area: Rect) -> bool {
    area.width >= WIDE
}

/// Takes its colours and its selection from all of an area that a dialog covers, where there is room for it to be seen.
pub fn cover(buf: &mut Buffer, area: Rect, theme: &Theme) {
    if !is_wide(area) {
        return;
    }
    let style = theme.plain.patch(theme.covered);
    buf.set_style(area, Style::reset().patch(style));
}

/// Clears an area, draws a border with a title around it and returns what is inside, one column from the border.
pub fn boxed(buf: &mut Buffer, area: Rect, title: &str, theme: &Theme) -> Rect {
    clear(buf, area, theme);
    Block::bordered()
        .border_set(theme.symbols.border)
        .border_style(theme.focused_edge)
        .render(area, buf);
    let title = theme.cut(title, area.width.saturating_sub(6));
    let edge = first(skip(row(area, 0), 1), area.width.saturating_sub(2));
    if !title.is_empty() {
        let style = theme.focused_edge.patch(theme.title);
        theme.put(buf, edge, &format!(" {title} "), style);
    }
    inside(area)
}

/// Clears an area and draws a title above it, underlined from edge to edge: a line of characters would take three times
/// as many bytes.
fn headed(buf: &mut Buffer, area: Rect, title: &str, theme: &Theme) {
    clear(buf, area, theme);
    let edge = row(area, 0);
    let style = theme.focused_edge.patch(theme.title);
    let style = style.add_modifier(Modifier::UNDERLINED);
    buf.set_style(edge, style);
    theme.put(buf, skip(edge, margin(area).0), title, style);
}

/// Clears an area, and wide characters that reach into it or out of it: a terminal would show them whole.
pub fn clear(buf: &mut Buffer, area: Rect, theme: &Theme) {
    for y in area.top()..area.bottom() {
        let is_wide = |x, buf: &Buffer| {
            buf.cell((x, y))
                .is_some_and(|cell: &Cell| cell.symbol().cell_width() > 1)
        };
        let left = area.x.checked_sub(1).filter(|x| is_wide(*x, buf));
        let right = area.right().checked_sub(1).filter(|x| is_wide(*x, buf));
        if let Some(cell) = left.and_then(|x| buf.cell_mut((x, y))) {
            cell.set_symbol(" ");
        }
        // The cell behind it has no style of its own.
        if let Some(cell) = right.and_then(|x| buf.cell_mut((x + 1, y))) {
            cell.set_style(theme.plain);
        }
    }
    Clear.render(area, buf);
    buf.set_style(area, theme.plain);
}

/// What [`boxed`] leaves inside.
#[must_use]
pub fn inside(area: Rect) -> Rect {
    Rect {
        x: area.x + 2.min(area.width),
        y: area.y + 1.min(area.height),
        width: area.width.saturating_sub(4),
        height: area.height.saturating_sub(2),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_box_over_a_wide_character_keeps_its_border() {
        let theme = Theme::default();
        let area = Rect::new(0, 0, 12, 3);
        let mut buf = Buffer::empty(area);
        for y in 0..3 {
            theme.put(&mut buf, row(area, y), "日本語日本語", Style::new());
        }
        boxed(&mut buf, Rect::new(3, 0, 7, 3), "", &theme);
        assert_eq!(buf[(2, 1)].symbol(), " ");
        assert_eq!(buf[(3, 1)].symbol(), "│");
        assert_eq!(buf[(10, 1)].symbol(), "語");
        let mut buf = Buffer::empty(area);
        theme.put(&mut buf, area, "日本語日本語", Style::new());
        boxed(&mut buf, Rect::new(2, 0, 7, 1), "", &theme);
        assert_eq!(buf[(0, 0)].symbol(), "日", "it ends before the box");
    }

    #[test]
    fn a_dialog_is_in_the_middle_and_loses_its_space_before_its_content() {
        let of = |columns, rows, content| {
            let area = Rect::new(0, 2, columns, rows);
            Dialog::new(area, 50, content, true)
        };
        let dialog = of(120, 36, 10);
        assert_eq!(dialog.whole, Rect::new(32, 12, 56, 16));
        assert_eq!(dialog.body, Rect::new(35, 14, 50, 10));
        assert_eq!(dialog.bar, Rect::new(35, 25, 50, 1), "apart from the body");
        let dialog = of(80, 20, 10);
        assert_eq!(dialog.whole, Rect::new(13, 5, 54, 14));
        for (rows, body, bar) in [(16, 10, 12), (13, 10, 11), (12, 9, 10), (3, 0, 1)] {
            let dialog = of(80, rows, 10);
            let below = dialog.bar.y - dialog.whole.y;
            assert_eq!((dialog.body.height, below), (body, bar), "{rows}");
            assert!(dialog.whole.height <= rows);
        }
        assert_eq!(of(40, 20, 1).body.width, 36, "as wide as there is room");
    }

    #[test]
    fn a_dialog_as_wide_as_a_window_of_80_columns_is_a_page_in_all_narrow_ones() {
        let of = |columns, rows, content| {
            let area = Rect::new(0, 1, columns, rows);
            Dialog::new(area, 76, content, true)
        };
        let page = of(80, 21, 15);
        assert_eq!(page.whole, Rect::new(0, 1, 80, 21));
        assert_eq!(page.body, Rect::new(1, 2, 76, 15));
        assert_eq!(page.bar, Rect::new(1, 18, 76, 1), "apart from the body");
        for (rows, body, bar) in [
            (18, 15, 17),
            (17, 15, 16),
            (16, 14, 15),
            (2, 0, 1),
            (1, 0, 1),
        ] {
            let page = of(80, rows, 15);
            let below = page.bar.y - page.whole.y;
            assert_eq!((page.body.height, below), (body, bar), "{rows}");
            assert!(page.bar.bottom() <= page.whole.bottom(), "{rows}");
        }
        assert!(of(99, 30, 15).is_page && of(40, 8, 15).is_page);
        assert_eq!(of(40, 8, 15).body.width, 38);
        assert!(!of(100, 30, 15).is_page);
        assert!(!Dialog::new(page.whole, 66, 15, true).is_page);
    }

    #[test]
    fn a_page_has_its_title_and_no_edges() {
        let theme = Theme::default();
        let area = Rect::new(0, 0, 80, 6);
        let mut buf = Buffer::filled(area, Cell::new("x"));
        let page = Dialog::filling(area, 76);
        page.view(&mut buf, "Properties", &theme);
        let underlined = |x| buf[(x, 0)].modifier.contains(Modifier::UNDERLINED);
        assert!((0..80).all(underlined));
        assert_eq!(buf[(1, 0)].symbol(), "P");
        assert!((1..6).all(|y| (0..80).all(|x| buf[(x, y)].symbol() == " ")));
    }

    #[test]
    fn a_list_opens_below_its_field_or_above_it_and_covers_it_only_where_it_must() {
        let area = Rect::new(0, 1, 80, 20);
        let at = |y, rows| dropdown(area, Rect::new(70, y, 9, 1), 30, rows, 5);
        assert_eq!(at(5, 8), Rect::new(50, 6, 30, 8));
        assert_eq!(at(18, 8), Rect::new(50, 10, 30, 8));
        assert_eq!(
            at(8, 18),
            Rect::new(50, 9, 30, 12),
            "as high as there is room"
        );
        let low = Rect::new(0, 1, 40, 7);
        let list = dropdown(low, Rect::new(16, 4, 20, 1), 30, 9, 5);
        assert_eq!(list, Rect::new(10, 1, 30, 7));
    }
}
