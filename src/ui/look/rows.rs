//! Rows of a list: the selected one is drawn as the others, and then made a bar.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::ui::look::areas::{first, skip};
use crate::ui::look::theme::Theme;

/// Makes what is drawn in an area the selected row: the mark in its first cell, and the bar over all of it.
pub fn select(buf: &mut Buffer, area: Rect, theme: &Theme) {
    select_at(buf, area, 0, theme);
}

/// Makes what is drawn in an area the selected row, with the mark before words that begin so many columns further on.
pub fn select_at(buf: &mut Buffer, area: Rect, indent: u16, theme: &Theme) {
    theme.put(
        buf,
        first(skip(area, indent), 1),
        theme.mark(),
        Style::new(),
    );
    for position in area.intersection(buf.area).positions() {
        let cell = &mut buf[position];
        let bar = theme.plain.patch(theme.on_bar(cell.style()));
        cell.set_style(Style::reset().patch(bar));
    }
}

/// Draws the sign of a row that is marked.
pub fn mark(buf: &mut Buffer, area: Rect, theme: &Theme) {
    theme.put(buf, first(area, 1), "*", theme.marked);
}

#[cfg(test)]
mod tests {
    use ratatui::style::{Color, Modifier};

    use super::*;
    use crate::config::settings::{Colours, ThemeName};
    use crate::ui::look::{ASCII, UNICODE};

    /// A row of two columns in the list's own styles, as it is drawn.
    fn drawn(selected: bool, marked: bool, theme: &Theme) -> Buffer {
        let area = Rect::new(0, 0, 20, 1);
        let mut buf = Buffer::empty(area);
        buf.set_style(area, theme.plain);
        if marked {
            mark(&mut buf, skip(area, 1), theme);
        }
        theme.put(&mut buf, skip(area, 2), "backup", Style::new());
        theme.put(&mut buf, skip(area, 10), "日本語", theme.problem);
        if selected {
            select(&mut buf, area, theme);
        }
        buf
    }

    fn words(buf: &Buffer) -> String {
        buf.content()
            .iter()
            .map(ratatui::buffer::Cell::symbol)
            .collect()
    }

    #[test]
    fn a_selected_row_is_one_bar_over_its_whole_width_in_every_theme() {
        for name in ThemeName::ALL {
            let theme = Theme::named(name, Colours::True);
            for theme in [theme.beside(), theme] {
                let bar = theme.on_bar(Style::new());
                for cell in drawn(true, false, &theme).content() {
                    assert!(cell.modifier.contains(bar.add_modifier), "{name:?}");
                    assert!(bar.bg.is_none_or(|bg| cell.bg == bg), "{name:?}");
                    if bar.add_modifier.contains(Modifier::REVERSED) {
                        let own = bar.fg.or(theme.plain.fg).unwrap_or(Color::Reset);
                        assert_eq!(cell.fg, own, "{name:?}");
                    }
                }
                assert!(!bar.add_modifier.is_empty() || bar.bg.is_some(), "{name:?}");
            }
        }
    }

    #[test]
    fn what_is_selected_and_what_is_marked_can_be_told_without_any_colour() {
        for symbols in [&UNICODE, &ASCII] {
            for name in ThemeName::ALL {
                let mut theme = Theme::named(name, Colours::Ansi);
                theme.symbols = symbols;
                let begins = |selected, marked, theme: &Theme| {
                    let words = words(&drawn(selected, marked, theme));
                    words.chars().take(2).collect::<String>()
                };
                assert_eq!(begins(false, false, &theme), "  ");
                assert_eq!(begins(true, false, &theme), "> ");
                assert_eq!(begins(false, true, &theme), " *");
                assert_eq!(begins(true, true, &theme), ">*");
                assert_eq!(begins(true, false, &theme.beside()), "- ");
            }
        }
    }
}
