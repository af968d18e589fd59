//! A text field of several lines.

use ratatui::buffer::{Buffer, CellWidth};
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::widgets::Widget;
use ratatui_textarea::{CursorMove, DataCursor, TextArea, WrapMode};
use unicode_segmentation::UnicodeSegmentation;

use crate::domain::name::DESCRIPTION_MAX;
use crate::domain::secret::find_secret_shape;
use crate::ui::field::{AREA_ROWS, Edit, Refused, Typed, without_controls};
use crate::ui::keymap::TextKey;
use crate::ui::look::{drawn_line, part_marks};

/// A field of several lines, for as many characters as a description has.
pub struct AreaField {
    area: TextArea<'static>,
    refused: Refused,
}

impl AreaField {
    /// A field with this text.
    #[must_use]
    pub fn new(text: &str) -> AreaField {
        let mut area = TextArea::new(text.split('\n').map(str::to_owned).collect());
        area.set_wrap_mode(WrapMode::WordOrGlyph);
        area.set_cursor_line_style(Style::new());
        area.set_cursor_style(Style::new());
        // No copy of what was typed is kept.
        area.set_max_histories(0);
        // At the end, to go on; where that would hide the beginning, there.
        if area.lines().len() <= AREA_ROWS {
            area.move_cursor(CursorMove::Bottom);
            area.move_cursor(CursorMove::End);
        }
        AreaField {
            area,
            refused: Refused::default(),
        }
    }

    /// How many lines the text has.
    #[must_use]
    pub fn lines(&self) -> usize {
        self.area.lines().len()
    }

    /// The text, its lines joined by `\n`.
    #[must_use]
    pub fn text(&self) -> String {
        self.area.lines().join("\n")
    }

    /// The places in the cursor's line, in `char`s, where it may stand: not between a letter and its marks.
    fn stops(&self) -> Vec<usize> {
        let line = self.area.lines().get(self.area.cursor().0);
        let graphemes = line.map_or("", String::as_str).graphemes(true);
        let mut stops = vec![0];
        stops.extend(graphemes.scan(0, |end, grapheme| {
            *end += grapheme.chars().count();
            Some(*end)
        }));
        stops
    }

    /// The place where the cursor may stand, at it or behind it.
    fn whole(&self) -> (usize, usize) {
        let DataCursor(row, at) = self.area.cursor();
        let stop = self.stops().into_iter().find(|stop| *stop >= at);
        (row, stop.unwrap_or(at))
    }

    /// The place before the cursor; at the beginning of a line, the end of the one above.
    fn before(&self) -> (usize, usize) {
        let DataCursor(row, at) = self.area.cursor();
        if at == 0 && row > 0 {
            return (row - 1, self.area.lines()[row - 1].chars().count());
        }
        let stop = self.stops().into_iter().rev().find(|stop| *stop < at);
        (row, stop.unwrap_or(0))
    }

    /// The place behind the cursor; at the end of a line, the beginning of the one below.
    fn behind(&self) -> (usize, usize) {
        let DataCursor(row, at) = self.area.cursor();
        match self.stops().into_iter().find(|stop| *stop > at) {
            Some(stop) => (row, stop),
            None if row + 1 < self.area.lines().len() => (row + 1, 0),
            None => (row, at),
        }
    }

    fn go(&mut self, (row, at): (usize, usize)) {
        if let (Ok(row), Ok(at)) = (u16::try_from(row), u16::try_from(at)) {
            self.area.move_cursor(CursorMove::Jump(row, at));
        }
    }

    /// Deletes backwards as far as this. Not as a selection: of that the area would keep a copy.
    fn delete_to(&mut self, to: (usize, usize)) {
        let DataCursor(row, at) = self.area.cursor();
        let chars = if row == to.0 { at - to.1 } else { 1 };
        for _ in 0..chars {
            self.area.delete_char();
        }
    }

    /// Puts the cursor before the character at this column and row of the field as it is drawn, or at the end of the
    /// line.
    pub fn click(&mut self, (column, row): (u16, u16)) {
        let (top, left) = self.area.scroll_offset();
        let (column, row) = (usize::from(left + column), usize::from(top + row));
        let DataCursor(line, at) = self.area.screen_to_data(row, column);
        self.go((line, at));
        self.go(self.whole());
        if self.area.screen_cursor().col > column {
            self.go(self.before());
        }
    }

    /// Edits by what is typed or pasted.
    pub fn take(&mut self, typed: Typed) -> Edit {
        match typed {
            Typed::Key(key) => self.edit(key),
            Typed::Pasted(text) => self.paste(text),
            Typed::Other(_) => Edit::NotTaken,
        }
    }

    /// Edits by one key. Up on the first line and Down on the last are not taken: they leave the field.
    pub fn edit(&mut self, key: TextKey) -> Edit {
        if let Some(id) = self.refused.takes(key) {
            return Edit::SecretRefused(id);
        }
        let start = self.area.cursor();
        match key {
            TextKey::Char(_) | TextKey::Enter if self.room() == 0 => {
                return Edit::Full(DESCRIPTION_MAX);
            }
            TextKey::Char(c) => self.area.insert_char(c),
            TextKey::Enter => self.area.insert_newline(),
            TextKey::Backspace => self.delete_to(self.before()),
            TextKey::Delete => {
                self.go(self.behind());
                self.delete_to((start.0, start.1));
            }
            TextKey::Left => self.go(self.before()),
            TextKey::Right => self.go(self.behind()),
            TextKey::Home => self.area.move_cursor(CursorMove::Head),
            TextKey::End => self.area.move_cursor(CursorMove::End),
            TextKey::WordLeft => self.area.move_cursor(CursorMove::WordBack),
            TextKey::WordRight => self.area.move_cursor(CursorMove::WordForward),
            TextKey::DeleteWord => _ = self.area.delete_word(),
            TextKey::DeleteToStart => _ = self.area.delete_line_by_head(),
            TextKey::DeleteToEnd => _ = self.area.delete_line_by_end(),
            TextKey::Up | TextKey::Down => {
                let up = key == TextKey::Up;
                self.area
                    .move_cursor(if up { CursorMove::Up } else { CursorMove::Down });
                if self.area.cursor() == start {
                    return Edit::NotTaken;
                }
                self.go(self.whole());
                return Edit::Taken;
            }
        }
        let edit = self.refuse_secret();
        self.refused.note(&edit);
        edit
    }

    /// Inserts pasted text with its lines; tabs become spaces, other control characters are left out.
    pub fn paste(&mut self, pasted: &str) -> Edit {
        if let Some((_, id)) = find_secret_shape(pasted) {
            return Edit::SecretRefused(id);
        }
        let (clean, cleaned) = without_controls(pasted, |c| match c {
            '\t' => Some(' '),
            '\n' => Some('\n'),
            _ => None,
        });
        if clean.chars().count() > self.room() {
            return Edit::PasteTooLong(DESCRIPTION_MAX);
        }
        self.area.insert_str(&clean);
        match self.refuse_secret() {
            Edit::Taken if cleaned => Edit::Cleaned,
            other => other,
        }
    }

    /// How many characters more it takes.
    fn room(&self) -> usize {
        let lines = self.area.lines().iter();
        let used: usize = lines.map(|line| line.chars().count() + 1).sum();
        (DESCRIPTION_MAX + 1).saturating_sub(used)
    }

    fn refuse_secret(&mut self) -> Edit {
        let text = self.text();
        let Some((range, id)) = find_secret_shape(&text) else {
            return Edit::Taken;
        };
        *self = AreaField::new(&[&text[..range.start], &text[range.end..]].concat());
        Edit::SecretRefused(id)
    }

    /// Draws the field and says where its cursor is. `whole` are the lines that are drawn to their ends: all of them, or
    /// at most the one with the cursor.
    pub fn view(&self, buf: &mut Buffer, area: Rect, style: Style, whole: Whole) -> Position {
        self.area.render(area, buf);
        part_marks(buf, area);
        let cursor = self.cursor(area);
        for line in area.rows() {
            let is_whole = match whole {
                Whole::All => true,
                Whole::Cursor => line.y == cursor.y,
                Whole::None => false,
            };
            buf.set_style(drawn_line(line, used(buf, line), is_whole), style);
        }
        cursor
    }

    /// Where the cursor is in the field as it is drawn.
    fn cursor(&self, area: Rect) -> Position {
        let (top, left) = self.area.scroll_offset();
        let cursor = self.area.screen_cursor();
        let at = |value: usize, scrolled: u16, size: u16| {
            let value = u16::try_from(value).unwrap_or(u16::MAX);
            value.saturating_sub(scrolled).min(size.saturating_sub(1))
        };
        Position {
            x: area.x + at(cursor.col, left, area.width),
            y: area.y + at(cursor.row, top, area.height),
        }
    }
}

/// Which lines of a field of several are drawn to their ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whole {
    All,
    /// The one with the cursor.
    Cursor,
    None,
}

/// Columns of what is written in a line.
fn used(buf: &Buffer, line: Rect) -> u16 {
    let is_written = |at: &Position| buf[*at].symbol() != " ";
    let last = line.positions().filter(is_written).last();
    last.map_or(0, |at| at.x + buf[at].symbol().cell_width() - line.x)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrows_leave_a_field_of_several_lines_at_its_edges_only() {
        let mut area = AreaField::new("one\ntwo");
        assert_eq!(area.edit(TextKey::Down), Edit::NotTaken);
        assert_eq!(area.edit(TextKey::Up), Edit::Taken);
        assert_eq!(area.edit(TextKey::Up), Edit::NotTaken);
    }

    #[test]
    fn at_the_ends_of_a_line_the_cursor_goes_to_the_next() {
        let mut area = AreaField::new("か\u{3099}\nｶﾞ");
        area.edit(TextKey::Home);
        area.edit(TextKey::Left);
        area.edit(TextKey::Char('x'));
        area.edit(TextKey::Delete);
        assert_eq!(area.text(), "か\u{3099}xｶﾞ");
        area.edit(TextKey::Backspace);
        area.edit(TextKey::Backspace);
        assert_eq!(area.text(), "ｶﾞ");
    }

    #[test]
    fn up_and_down_never_stand_between_a_letter_and_its_marks() {
        let mut area = AreaField::new("abc\nか\u{3099}x\nabc");
        area.edit(TextKey::Up);
        area.edit(TextKey::Left);
        area.edit(TextKey::Up);
        area.edit(TextKey::Home);
        for _ in 0..2 {
            area.edit(TextKey::Right);
        }
        area.edit(TextKey::Down);
        area.edit(TextKey::Char('!'));
        assert_eq!(area.text(), "abc\nか\u{3099}!x\nabc");
    }
}
