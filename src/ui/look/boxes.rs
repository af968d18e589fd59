//! Boxes: cleared, with an edge and a title.

use ratatui::buffer::{Buffer, Cell, CellWidth};
use ratatui::layout::Rect;
use ratatui::widgets::{Block, Clear, Widget};

use crate::ui::look::areas::{cells, centred};
use crate::ui::look::text::wrap;
use crate::ui::look::theme::Theme;

/// A box in the middle of an area, at most so many columns wide, for words and so many rows below them; and the words
/// in lines.
#[must_use]
pub fn around(area: Rect, columns: u16, words: &str, below: u16) -> (Rect, Vec<String>) {
    let columns = columns.min(area.width);
    let lines = wrap(words, columns.saturating_sub(4));
    let rows = cells(lines.len()).saturating_add(below + 2);
    (centred(area, columns, rows), lines)
}

/// Clears an area, draws a border with a title around it and returns what is inside, one column from the border.
pub fn boxed(buf: &mut Buffer, area: Rect, title: &str, theme: &Theme) -> Rect {
    clear(buf, area, theme);
    let title = theme.cut(title, area.width.saturating_sub(6));
    Block::bordered()
        .border_set(theme.symbols.border)
        .border_style(theme.focused_edge)
        .title(format!(" {title} "))
        .title_style(theme.title)
        .render(area, buf);
    inside(area)
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
    use ratatui::style::Style;

    use super::*;
    use crate::ui::look::areas::row;

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
}
