//! Drawing parts that every screen shares: cutting text to a width, boxes, the rows around the body.

use ratatui::buffer::{Buffer, Cell, CellWidth};
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::widgets::{Block, Clear, Widget};
use unicode_segmentation::UnicodeSegmentation;

use crate::domain::name::printable;
use crate::ui::hits::{Hit, Hits};
use crate::ui::keymap::{Action, Binding, Shown};
use crate::ui::theme::Theme;

/// Columns between two keys of the toolbar or the footer.
const KEYS_GAP: u16 = 2;

/// The smallest window, in columns and rows, in which anything but a sentence is shown.
pub const SMALLEST: (u16, u16) = (40, 10);

/// The width of a text in cells, as ratatui will draw it.
#[must_use]
pub fn width(text: &str) -> u16 {
    text.graphemes(true).fold(0u16, |sum, grapheme| {
        sum.saturating_add(grapheme.cell_width())
    })
}

impl Theme {
    /// The text cut to `max` cells, with an ellipsis where something is left out. Control characters become U+FFFD.
    #[must_use]
    pub fn cut(&self, text: &str, max: u16) -> String {
        let text = printable(text);
        if width(&text) <= max {
            return text;
        }
        let mut kept = String::new();
        let mut used = 0;
        for grapheme in text.graphemes(true) {
            used += grapheme.cell_width();
            if used + 1 > max {
                break;
            }
            kept.push_str(grapheme);
        }
        if max > 0 {
            kept.push_str(self.symbols.ellipsis);
        }
        kept
    }

    /// The text in at most so many lines of `max` cells; the last one is cut where that is not enough.
    #[must_use]
    pub fn wrap_cut(&self, text: &str, max: u16, lines: usize) -> Vec<String> {
        let mut wrapped = wrap(text, max);
        if wrapped.len() > lines {
            let rest = wrapped.split_off(lines.saturating_sub(1)).join(" ");
            wrapped.extend((lines > 0).then(|| self.cut(&rest, max)));
        }
        wrapped
    }

    /// Writes one line of text, cut to the area's width; returns the columns used.
    pub fn put(&self, buf: &mut Buffer, area: Rect, text: &str, style: Style) -> u16 {
        if area.width == 0 || area.height == 0 {
            return 0;
        }
        let text = self.cut(text, area.width);
        write(buf, area, &text, style);
        width(&text)
    }
}

/// Breaks a text into lines of at most `max` cells: at spaces, between Japanese characters, and within a word only
/// where it is longer than a line.
#[must_use]
pub fn wrap(text: &str, max: u16) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in text.split('\n') {
        let mut line = String::new();
        for word in words(&printable(paragraph)) {
            if width(&line) + width(word.trim_end()) > max && !line.is_empty() {
                lines.push(std::mem::take(&mut line).trim_end().to_owned());
                if word.trim().is_empty() {
                    continue;
                }
            }
            for grapheme in word.graphemes(true) {
                if width(&line) + grapheme.cell_width() > max && !grapheme.trim().is_empty() {
                    lines.push(std::mem::take(&mut line));
                }
                line.push_str(grapheme);
            }
        }
        lines.push(line.trim_end().to_owned());
    }
    lines
}

/// What stands at the beginning of no line in Japanese.
const NOT_FIRST: &str = "、。，．・：；？！」』）】〕〉》］｝ーぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ々ゝゞヽヾ,.:;?!)]}%…";
/// What stands at the end of no line.
const NOT_LAST: &str = "「『（【〔〈《［｛([{";

/// A text in parts that a line may end behind. Spaces belong to what is before them.
fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut start = 0;
    let mut before: Option<&str> = None;
    for (at, grapheme) in text.grapheme_indices(true) {
        let ends = before.is_some_and(|before| match (before, grapheme) {
            (_, " ") => false,
            (" ", _) => true,
            _ if NOT_LAST.contains(before) || NOT_FIRST.contains(grapheme) => false,
            _ => before.cell_width() > 1 || grapheme.cell_width() > 1,
        });
        if ends {
            words.push(&text[start..at]);
            start = at;
        }
        before = Some(grapheme);
    }
    words.push(&text[start..]);
    words
}

/// Writes a text as it is. Half-width sound marks get cells of their own: terminals draw them so, and would keep
/// them when a cell of two columns is overwritten.
pub fn write(buf: &mut Buffer, area: Rect, text: &str, style: Style) {
    let mut rest = text;
    let mut at = area;
    while !rest.is_empty() && at.width > 0 && at.height > 0 {
        let mark = rest.char_indices().skip(1).find(|(_, c)| is_mark(*c));
        let (part, later) = rest.split_at(mark.map_or(rest.len(), |(index, _)| index));
        let (x, _) = buf.set_stringn(at.x, at.y, part, usize::from(at.width), style);
        at = skip(at, x - at.x);
        rest = later;
    }
}

/// Gives half-width sound marks that somebody else has drawn cells of their own, for the same reason.
pub fn part_marks(buf: &mut Buffer, area: Rect) {
    for Position { x, y } in area.positions() {
        let (symbol, style) = (buf[(x, y)].symbol().to_owned(), buf[(x, y)].style());
        if symbol.chars().skip(1).any(is_mark) {
            let cells = Rect::new(x, y, symbol.cell_width(), 1);
            write(buf, cells.intersection(area), &symbol, style);
        }
    }
}

fn is_mark(c: char) -> bool {
    matches!(c, '\u{FF9E}' | '\u{FF9F}')
}

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

/// A box in the middle of an area, at most so many columns wide, for words and so many rows below them; and the words
/// in lines.
#[must_use]
pub fn around(area: Rect, columns: u16, words: &str, below: u16) -> (Rect, Vec<String>) {
    let columns = columns.min(area.width);
    let lines = wrap(words, columns.saturating_sub(4));
    let rows = cells(lines.len()).saturating_add(below + 2);
    (centred(area, columns, rows), lines)
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

/// Clears an area, draws a border with a title around it and returns what is inside, one column from the border.
pub fn boxed(buf: &mut Buffer, area: Rect, title: &str, theme: &Theme) -> Rect {
    clear(buf, area, theme);
    let title = theme.cut(title, area.width.saturating_sub(6));
    Block::bordered()
        .border_set(theme.symbols.border)
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

/// Draws lines of text from the top of an area.
pub fn paragraph(buf: &mut Buffer, area: Rect, lines: &[String], theme: &Theme) {
    for (index, line) in lines.iter().enumerate() {
        let at = row(area, cells(index));
        theme.put(buf, at, line, Style::new());
    }
}

/// A button: its label, whether it can be pressed now, and what it does.
pub type Button<'a> = (&'a str, bool, Action);

/// A row of buttons; returns the column of the focused one, for the cursor.
pub fn buttons(
    buf: &mut Buffer,
    area: Rect,
    buttons: &[Button],
    focus: Option<usize>,
    theme: &Theme,
    hits: &mut Hits,
) -> Option<u16> {
    let mut at = area;
    let mut cursor = None;
    for (index, (label, enabled, action)) in buttons.iter().enumerate() {
        let focused = focus == Some(index);
        let style = match (focused, enabled) {
            (true, _) => theme.focused,
            (false, true) => Style::new(),
            (false, false) => theme.dim,
        };
        if focused {
            cursor = Some(at.x + 1);
        }
        let label = if *enabled {
            format!("[ {label} ]")
        } else {
            format!("( {label} )")
        };
        let used = theme.put(buf, at, &label, style);
        hits.add(first(at, used), Hit::Button(*action));
        at = skip(at, used + 1);
    }
    cursor
}

/// The verbs of a screen, with their keys; those that are not allowed now are greyed and in round brackets. `called` is
/// what a key's action is called and whether it is allowed, and nothing where it has no place here.
pub fn toolbar<'a>(
    buf: &mut Buffer,
    area: Rect,
    keys: impl Iterator<Item = &'a Binding>,
    called: &dyn Fn(&Binding) -> Option<(String, bool)>,
    theme: &Theme,
    hits: &mut Hits,
) {
    let mut at = area;
    for binding in keys {
        let Some((label, allowed)) = called(binding) else {
            continue;
        };
        let written = if allowed {
            keyed(buf, at, &binding.shown_key(), &label, theme)
        } else {
            word(buf, at, &format!("({label})"), theme.dim, theme)
        };
        let Some(written) = written else { break };
        hits.add(written, Hit::Key(binding.action));
        at = skip(at, written.width + KEYS_GAP);
    }
}

/// Writes a key and what it does; where, or nothing where it does not fit.
fn keyed(buf: &mut Buffer, area: Rect, key: &str, label: &str, theme: &Theme) -> Option<Rect> {
    let written = word(buf, area, &format!("{key} {label}"), Style::new(), theme)?;
    theme.put(buf, first(area, width(key)), key, theme.label);
    Some(written)
}

/// Writes a word of a row of them; where, or nothing where it does not fit.
fn word(buf: &mut Buffer, area: Rect, word: &str, style: Style, theme: &Theme) -> Option<Rect> {
    if width(word) > area.width {
        return None;
    }
    let used = theme.put(buf, area, word, style);
    Some(first(area, used))
}

/// The keys that work now, as many as fit; the one for help has its place first. `called` is what a key's action is
/// called here, and nothing while it is not allowed.
pub fn footer<'a>(
    buf: &mut Buffer,
    area: Rect,
    keys: impl Iterator<Item = &'a Binding>,
    called: &dyn Fn(&Binding) -> Option<&'a str>,
    theme: &Theme,
    hits: &mut Hits,
) {
    let keys = keys.filter(|binding| binding.shown == Shown::Footer);
    let mut keys: Vec<_> = keys
        .filter_map(|binding| Some((binding, called(binding)?)))
        .collect();
    keys.sort_by_key(|(binding, _)| binding.action != Action::Help);
    let mut at = area;
    for (binding, label) in keys {
        let key = binding.shown_key();
        let Some(written) = keyed(buf, at, &key, label, theme) else {
            break;
        };
        hits.add(written, Hit::Key(binding.action));
        at = skip(at, written.width + KEYS_GAP);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_cut_by_cells_not_by_characters() {
        let theme = Theme::default();
        assert_eq!(theme.cut("backup", 6), "backup");
        assert_eq!(theme.cut("backups", 6), "backu…");
        assert_eq!(theme.cut("日本語キー", 7), "日本語…");
        assert_eq!(theme.cut("日本語キー", 6), "日本…");
        assert_eq!(theme.cut("a\u{1b}[2J", 20), "a\u{fffd}[2J");
        assert_eq!(theme.cut("x", 0), "");
        assert_eq!(theme.cut("日本", 2), "…", "no half of a wide character");
        assert_eq!(
            theme.cut("ｶﾞｲﾄﾞ", 4),
            "ｶﾞｲ…",
            "a sound mark has a cell of its own"
        );
        assert_eq!(theme.cut("か\u{3099}e\u{301}x", 4), "か\u{3099}e\u{301}x");
        assert_eq!(theme.cut("か\u{3099}e\u{301}xx", 4), "か\u{3099}e\u{301}…");
        assert_eq!(width("ｶﾞ"), 2);
        assert_eq!(width("e\u{301}"), 1);
    }

    #[test]
    fn text_is_wrapped_at_spaces_and_long_words_are_broken() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("abcdefgh", 3), ["abc", "def", "gh"]);
        assert_eq!(wrap("a\n\nb", 9), ["a", "", "b"]);
        assert_eq!(wrap("日本語です", 4), ["日本", "語で", "す"]);
    }

    #[test]
    fn japanese_is_broken_between_characters_but_not_before_a_full_stop_or_within_a_latin_word() {
        assert_eq!(
            wrap("Enterを押してください。", 10),
            ["Enterを押", "してくださ", "い。"]
        );
        assert_eq!(
            wrap("「keyward」(ID 6)は有効", 11),
            ["「keyward」", "(ID 6)は有", "効"]
        );
        assert_eq!(wrap("! 「grafana」という", 13), ["! 「grafana」", "という"]);
        assert_eq!(wrap("あいう「え」", 8), ["あいう", "「え」"]);
        assert_eq!(wrap("コピーしました", 5), ["コ", "ピー", "しま", "した"]);
    }

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
