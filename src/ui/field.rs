//! Text fields: one line, and several lines, neither of which ever holds a secret; and one for a secret.

mod area;
mod date;
mod unseen;

use ratatui::buffer::{Buffer, CellWidth};
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use tui_input::{Input, InputRequest};
use unicode_segmentation::UnicodeSegmentation;

use crate::domain::name::{NAME_MAX, printable};
use crate::domain::secret::find_secret_shape;
use crate::ui::keymap::{Chord, TextKey};
use crate::ui::look::{Theme, first, row, skip, width, write};

pub use area::{AreaField, Whole};
pub use date::DateField;
pub use unseen::UnseenField;

/// Rows of a field of several lines on the screen.
pub const AREA_ROWS: usize = 3;

/// What comes from the keyboard.
#[derive(Clone, Copy, Debug)]
pub enum Typed<'a> {
    /// A key that edits text.
    Key(TextKey),
    /// A key that edits none, or that no field had a use for; it is offered before what it means is done.
    Other(Chord),
    Pasted(&'a str),
}

/// What became of an edit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edit {
    /// The field has no use for the key.
    NotTaken,
    Taken,
    /// Something of the shape of a secret was taken out again; holds the ID that it named.
    SecretRefused(String),
    /// Control characters were left out of the pasted text.
    Cleaned,
    /// The field has as many characters as it takes: nothing was typed into it.
    Full(usize),
    /// With what was pasted it would have more characters than it takes: nothing was.
    PasteTooLong(usize),
}

/// The most characters of what is only looked for: a name has no more.
const FIND_MAX: usize = NAME_MAX;

/// A field of one line.
#[derive(Clone)]
pub struct LineField {
    input: Input,
    /// The most characters that it takes.
    most: usize,
    /// First column of the text that is shown; settled by [`LineField::place`].
    scroll: usize,
    /// The text is only suggested: it is selected, and what is typed takes its place.
    suggested: bool,
    refused: Refused,
}

/// The ID of a secret that was just taken out as it was typed: the padding that still follows goes with it.
#[derive(Clone, Default)]
struct Refused(Option<String>);

impl Refused {
    /// Whether a key is that padding; any other ends the waiting for it.
    fn takes(&mut self, key: TextKey) -> Option<String> {
        self.0.take().filter(|_| key == TextKey::Char('='))
    }

    /// Remembers a secret that was typed without its padding so far.
    fn note(&mut self, edit: &Edit) {
        if let Edit::SecretRefused(id) = edit {
            self.0 = Some(id.clone());
        }
    }
}

impl Default for LineField {
    fn default() -> LineField {
        LineField {
            input: Input::default(),
            most: FIND_MAX,
            scroll: 0,
            suggested: false,
            refused: Refused::default(),
        }
    }
}

impl LineField {
    /// A field with the cursor behind its text, which takes as much as a name has.
    #[must_use]
    pub fn new(text: &str) -> LineField {
        LineField {
            input: Input::new(text.to_owned()),
            ..LineField::default()
        }
    }

    /// Makes it a field for at most so many characters.
    #[must_use]
    pub fn at_most(self, most: usize) -> LineField {
        LineField { most, ..self }
    }

    /// Makes it a field whose text is only suggested: it is selected, and what is typed takes its place.
    #[must_use]
    pub fn suggested(mut self) -> LineField {
        self.suggest();
        self
    }

    /// Makes a suggestion of the text that is there.
    pub fn suggest(&mut self) {
        self.input.handle(InputRequest::GoToEnd);
        self.suggested = !self.text().is_empty();
    }

    /// Takes the text that was suggested as one's own, to go on with it.
    pub fn keep(&mut self) {
        self.suggested = false;
    }

    /// Puts another text into the field, as much of it as fits.
    pub fn set(&mut self, text: &str) {
        self.input = Input::new(text.chars().take(self.most).collect());
        self.suggested = false;
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> &str {
        self.input.value()
    }

    /// Puts the text into memory of its own: written over a longer one it would leave the rest of that behind its end.
    #[must_use]
    pub fn copy(&self) -> String {
        String::from(self.text())
    }

    /// Edits by what is typed or pasted.
    pub fn take(&mut self, typed: Typed) -> Edit {
        match typed {
            Typed::Key(key) => self.edit(key),
            Typed::Pasted(text) => self.paste(text),
            Typed::Other(_) => Edit::NotTaken,
        }
    }

    /// Edits by one key.
    pub fn edit(&mut self, key: TextKey) -> Edit {
        if let Some(id) = self.refused.takes(key) {
            return Edit::SecretRefused(id);
        }
        if matches!(key, TextKey::Enter | TextKey::Up | TextKey::Down) {
            return Edit::NotTaken;
        }
        if std::mem::take(&mut self.suggested) {
            match key {
                TextKey::Char(_) => self.input = Input::default(),
                TextKey::Left | TextKey::WordLeft => {
                    self.input.handle(InputRequest::GoToStart);
                    return Edit::Taken;
                }
                TextKey::Backspace
                | TextKey::Delete
                | TextKey::DeleteWord
                | TextKey::DeleteToStart
                | TextKey::DeleteToEnd => {
                    self.input = Input::default();
                    return Edit::Taken;
                }
                _ => {}
            }
        }
        let request = match key {
            TextKey::Char(_) if self.room() == 0 => return Edit::Full(self.most),
            TextKey::Char(c) => InputRequest::InsertChar(c),
            TextKey::Backspace => InputRequest::DeletePrevChar,
            TextKey::Delete => InputRequest::DeleteNextChar,
            TextKey::Left => InputRequest::GoToPrevChar,
            TextKey::Right => InputRequest::GoToNextChar,
            TextKey::Home => InputRequest::GoToStart,
            TextKey::End => InputRequest::GoToEnd,
            TextKey::WordLeft => InputRequest::GoToPrevWord,
            TextKey::WordRight => InputRequest::GoToNextWord,
            TextKey::DeleteWord => InputRequest::DeletePrevWord,
            TextKey::DeleteToStart => InputRequest::DeleteFromStart,
            TextKey::DeleteToEnd => InputRequest::DeleteTillEnd,
            TextKey::Enter | TextKey::Up | TextKey::Down => return Edit::NotTaken,
        };
        self.input.handle(request);
        let edit = self.refuse_secret();
        self.refused.note(&edit);
        edit
    }

    /// Inserts pasted text: line ends and tabs become spaces, other control characters are left out.
    pub fn paste(&mut self, pasted: &str) -> Edit {
        if let Some((_, id)) = find_secret_shape(pasted) {
            return Edit::SecretRefused(id);
        }
        let lines = pasted.trim_end_matches(['\r', '\n']);
        let (clean, cleaned) = without_controls(lines, |c| matches!(c, '\n' | '\t').then_some(' '));
        let room = if self.suggested {
            self.most
        } else {
            self.room()
        };
        if clean.chars().count() > room {
            return Edit::PasteTooLong(self.most);
        }
        if std::mem::take(&mut self.suggested) {
            self.input = Input::default();
        }
        let at = self.input.cursor();
        let mut text: String = self.text().chars().take(at).collect();
        text.push_str(&clean);
        let cursor = text.chars().count();
        text.extend(self.text().chars().skip(at));
        self.input = Input::new(text).with_cursor(cursor);
        match self.refuse_secret() {
            Edit::Taken if cleaned => Edit::Cleaned,
            other => other,
        }
    }

    /// How many characters more it takes.
    fn room(&self) -> usize {
        self.most.saturating_sub(self.text().chars().count())
    }

    fn refuse_secret(&mut self) -> Edit {
        let Some((range, id)) = find_secret_shape(self.text()) else {
            return Edit::Taken;
        };
        let text = self.text();
        // In memory of its own: a text that only grows shorter keeps the rest behind its end.
        let rest = [&text[..range.start], &text[range.end..]].concat();
        self.input = Input::new(rest);
        Edit::SecretRefused(id)
    }

    /// The columns before the cursor, as they are drawn.
    fn cursor_column(&self) -> usize {
        let before: String = self.text().chars().take(self.input.cursor()).collect();
        usize::from(width(&before))
    }

    /// Puts the cursor before the character at this column of the field as it is drawn, or behind the last one.
    pub fn click(&mut self, column: u16) {
        let column = self.scroll + usize::from(column);
        let (mut end, mut cursor) = (0, 0);
        for grapheme in self.text().graphemes(true) {
            end += usize::from(width(grapheme));
            if end > column {
                break;
            }
            cursor += grapheme.chars().count();
        }
        self.input.handle(InputRequest::SetCursor(cursor));
        self.suggested = false;
    }

    /// How many columns of the text are before the first that is shown.
    #[must_use]
    pub fn scrolled(&self) -> u16 {
        u16::try_from(self.scroll).unwrap_or(u16::MAX)
    }

    /// Shows the text from its beginning, as a field without the focus does.
    pub fn place_unfocused(&mut self) {
        self.scroll = 0;
    }

    /// Settles the scroll so that the cursor is within `width` columns, and no more is out of sight than must be.
    pub fn place(&mut self, width: u16) {
        let width = usize::from(width.max(1));
        let cursor = self.cursor_column();
        let whole = usize::from(self.text().cell_width());
        self.scroll = self.scroll.min((whole + 1).saturating_sub(width));
        if cursor < self.scroll {
            self.scroll = cursor;
        } else if cursor >= self.scroll + width {
            self.scroll = cursor + 1 - width;
        }
    }

    /// Draws the field and says where its cursor is.
    pub fn view(&self, buf: &mut Buffer, area: Rect, style: Style) -> Position {
        buf.set_style(area, style);
        let mut skipped = 0;
        let mut shown = String::new();
        for grapheme in self.text().graphemes(true) {
            if skipped < self.scroll {
                skipped += usize::from(grapheme.cell_width());
            } else {
                shown.push_str(grapheme);
            }
        }
        let left = u16::try_from(skipped.saturating_sub(self.scroll)).unwrap_or(0);
        write(buf, skip(area, left), &printable(&shown), style);
        let column = self.cursor_column().saturating_sub(self.scroll);
        let column = u16::try_from(column)
            .unwrap_or(u16::MAX)
            .min(area.width.saturating_sub(1));
        Position {
            x: area.x + column,
            y: area.y,
        }
    }
}

impl LineField {
    /// Draws the field as the one that has the focus: a text that is only suggested is selected.
    pub fn view_focused(&self, buf: &mut Buffer, area: Rect, theme: &Theme) -> Position {
        let cursor = self.view(buf, area, theme.field);
        if self.suggested {
            let shown = usize::from(width(self.text())).saturating_sub(self.scroll);
            let shown = u16::try_from(shown).unwrap_or(u16::MAX);
            buf.set_style(first(area, shown), theme.selected);
        }
        cursor
    }
}

/// The text without control characters, but with those for which `keep` names another; and whether any was left
/// out. Line ends are `\n` before it is asked.
fn without_controls(text: &str, keep: impl Fn(char) -> Option<char>) -> (String, bool) {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut cleaned = false;
    let clean = text
        .chars()
        .filter_map(|c| {
            if !c.is_control() {
                return Some(c);
            }
            let kept = keep(c);
            cleaned |= kept.is_none();
            kept
        })
        .collect();
    (clean, cleaned)
}

/// Draws a value that is not edited here in the place of a field.
pub fn view_value(
    buf: &mut Buffer,
    area: Rect,
    text: &str,
    style: Style,
    theme: &Theme,
) -> Position {
    buf.set_style(row(area, 0), style);
    theme.put(buf, row(area, 0), text, style);
    Position {
        x: area.x,
        y: area.y,
    }
}

#[cfg(test)]
mod tests {
    use ratatui::style::Modifier;

    use super::*;
    use crate::config::settings::{Borders, Settings, ThemeName};
    use crate::domain::name::DESCRIPTION_MAX;

    fn secret() -> String {
        format!("42:{}=", "A".repeat(43))
    }

    #[test]
    fn a_pasted_secret_never_enters_a_field() {
        let mut line = LineField::new("my key");
        let refused = Edit::SecretRefused("42".to_owned());
        assert_eq!(line.paste(&format!("x {} y", secret())), refused);
        assert_eq!(line.text(), "my key");
        let mut area = AreaField::new("about");
        assert_eq!(area.paste(&secret()), refused);
        assert_eq!(area.text(), "about");
    }

    #[test]
    fn a_typed_secret_is_taken_out_when_it_is_whole() {
        let (mut line, mut area) = (LineField::default(), AreaField::new(""));
        let mut refused = (false, false);
        for c in secret().chars() {
            refused = (
                matches!(line.edit(TextKey::Char(c)), Edit::SecretRefused(_)),
                matches!(area.edit(TextKey::Char(c)), Edit::SecretRefused(_)),
            );
        }
        assert_eq!(refused, (true, true), "the padding is a part of it");
        assert_eq!((line.text(), area.text().as_str()), ("", ""));
        line.edit(TextKey::Char('='));
        assert_eq!(line.text(), "=");
    }

    #[test]
    fn a_field_takes_so_many_characters_and_keeps_what_was_typed() {
        let mut line = LineField::new("日本").at_most(4);
        assert_eq!(line.paste("語語語"), Edit::PasteTooLong(4));
        assert_eq!(line.paste("語\n"), Edit::Taken);
        assert_eq!(line.edit(TextKey::Char('語')), Edit::Taken);
        assert_eq!(line.edit(TextKey::Char('x')), Edit::Full(4));
        assert_eq!(line.paste("x"), Edit::PasteTooLong(4));
        assert_eq!(line.text(), "日本語語");
        line.edit(TextKey::Backspace);
        assert_eq!(line.edit(TextKey::Char('x')), Edit::Taken);
        let mut area = AreaField::new(&format!("{}\nx", "日".repeat(DESCRIPTION_MAX - 3)));
        assert_eq!(area.paste("a\nb"), Edit::PasteTooLong(DESCRIPTION_MAX));
        assert_eq!(area.edit(TextKey::Enter), Edit::Taken);
        for key in [TextKey::Enter, TextKey::Char('x')] {
            assert_eq!(area.edit(key), Edit::Full(DESCRIPTION_MAX));
        }
        assert_eq!(area.text().chars().count(), DESCRIPTION_MAX);
        assert_eq!(area.edit(TextKey::Backspace), Edit::Taken);
    }

    #[test]
    fn pasted_control_characters_and_line_ends_do_no_harm() {
        let mut line = LineField::new("a");
        assert_eq!(line.paste("b\r\nc\u{1b}[31m\td\n"), Edit::Cleaned);
        assert_eq!(line.text(), "ab c[31m d");
        let mut area = AreaField::new("");
        assert_eq!(area.paste("one\r\ntwo\u{7}"), Edit::Cleaned);
        assert_eq!(area.text(), "one\ntwo");
    }

    #[test]
    fn what_is_typed_or_pasted_takes_the_place_of_a_suggestion() {
        let typed = |keys: &[TextKey]| {
            let mut line = LineField::new("New Role").suggested();
            for key in keys {
                line.edit(*key);
            }
            line.text().to_owned()
        };
        let x = TextKey::Char('x');
        assert_eq!(typed(&[x, x]), "xx");
        assert_eq!(typed(&[TextKey::Up, TextKey::Enter, x]), "x");
        for keeps in [TextKey::Right, TextKey::End, TextKey::WordRight] {
            assert_eq!(typed(&[keeps, x]), "New Rolex", "{keeps:?}");
        }
        for keeps in [TextKey::Left, TextKey::Home, TextKey::WordLeft] {
            assert_eq!(typed(&[keeps, x]), "xNew Role", "{keeps:?}");
        }
        for clears in [
            TextKey::Backspace,
            TextKey::Delete,
            TextKey::DeleteWord,
            TextKey::DeleteToStart,
            TextKey::DeleteToEnd,
        ] {
            assert_eq!(typed(&[clears]), "", "{clears:?}");
            assert_eq!(typed(&[clears, x, x]), "xx", "{clears:?}");
        }
        let mut line = LineField::new("New Role").suggested();
        assert_eq!(line.paste(&secret()), Edit::SecretRefused("42".to_owned()));
        assert_eq!(line.text(), "New Role");
        line.paste("Reader\n");
        assert_eq!(line.text(), "Reader");
        let mut line = LineField::new("New Role").suggested();
        line.click(3);
        line.edit(x);
        assert_eq!(line.text(), "Newx Role");
    }

    #[test]
    fn a_suggestion_is_drawn_selected_until_it_is_taken_or_kept() {
        let (theme, _) = Theme::of(&Settings {
            theme: ThemeName::Mono.into(),
            borders: Borders::Ascii,
            ..Settings::default()
        });
        let area = Rect::new(0, 0, 12, 1);
        let selected = |line: &LineField| {
            let mut buf = Buffer::empty(area);
            line.view_focused(&mut buf, area, &theme);
            let is = |x: &u16| buf[(*x, 0)].modifier.contains(Modifier::REVERSED);
            (0..area.width).filter(is).count()
        };
        let mut line = LineField::new("日本 x").suggested();
        assert_eq!(selected(&line), 6);
        line.edit(TextKey::End);
        assert_eq!(selected(&line), 0);
        assert_eq!(selected(&LineField::new("own")), 0);
    }

    /// Letters of every kind, with the columns at which the cursor stands before and behind them.
    const MIXED: (&str, [u16; 7]) = ("aか\u{3099}ｶﾞe\u{301}漢z", [0, 1, 3, 5, 6, 8, 9]);

    #[test]
    fn the_cursor_goes_over_characters_as_they_are_seen() {
        let (text, columns) = MIXED;
        let view = Rect::new(0, 0, 20, 3);
        let mut buf = Buffer::empty(view);
        let (mut line, mut area) = (LineField::new(text), AreaField::new(text));
        line.edit(TextKey::Home);
        area.edit(TextKey::Home);
        let mut seen = |key| {
            columns.map(|_| {
                let x = line.view(&mut buf, row(view, 0), Style::new()).x;
                assert_eq!(area.view(&mut buf, view, Style::new(), Whole::All).x, x);
                line.edit(key);
                area.edit(key);
                x
            })
        };
        assert_eq!(seen(TextKey::Right), columns);
        let mut back = seen(TextKey::Left);
        back.reverse();
        assert_eq!(back, columns);
    }

    #[test]
    fn a_letter_is_deleted_with_its_marks() {
        let (text, columns) = MIXED;
        let (mut line, mut area) = (LineField::new(text), AreaField::new(text));
        for left in (0..columns.len() - 1).rev() {
            line.edit(TextKey::Backspace);
            area.edit(TextKey::Backspace);
            assert_eq!(line.text().graphemes(true).count(), left);
            assert_eq!(area.text(), line.text());
        }
        let (mut line, mut area) = (LineField::new(text), AreaField::new(text));
        line.edit(TextKey::Home);
        area.edit(TextKey::Home);
        for _ in 0..columns.len() - 2 {
            line.edit(TextKey::Delete);
            area.edit(TextKey::Delete);
        }
        assert_eq!((line.text(), area.text().as_str()), ("z", "z"));
    }

    #[test]
    fn a_long_text_scrolls_with_the_cursor() {
        let mut line = LineField::new(&"日本語".repeat(10));
        line.place(10);
        let area = Rect::new(0, 0, 10, 1);
        let mut buf = Buffer::empty(area);
        let cursor = line.view(&mut buf, area, Style::new());
        assert_eq!(cursor.x, 9);
        let mut marks = LineField::new("ｶﾞｲﾄﾞ");
        marks.place(10);
        assert_eq!(marks.view(&mut buf, area, Style::new()).x, 5);
        line.edit(TextKey::Home);
        line.place(10);
        assert_eq!(line.view(&mut buf, area, Style::new()).x, 0);
    }

    #[test]
    fn a_shorter_text_is_shown_from_its_beginning() {
        let mut line = LineField::new("2027-03-24xz");
        line.place(12);
        assert_eq!(line.scrolled(), 1);
        line.set("2026-11-27");
        line.place(12);
        assert_eq!(line.scrolled(), 0);
        line.place(5);
        line.place_unfocused();
        assert_eq!(line.scrolled(), 0);
    }
}
