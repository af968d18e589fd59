//! Text on the screen: how wide it is, cut or broken into lines to fit, and written cell by cell.

use ratatui::buffer::{Buffer, CellWidth};
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use unicode_segmentation::UnicodeSegmentation;

use crate::domain::name::printable;
use crate::ui::look::areas::{cells, row, skip};
use crate::ui::look::theme::Theme;

/// The width of a text in cells, as ratatui will draw it.
#[must_use]
pub fn width(text: &str) -> u16 {
    simple_width(text).unwrap_or_else(|| {
        text.graphemes(true).fold(0u16, |sum, grapheme| {
            sum.saturating_add(grapheme.cell_width())
        })
    })
}

/// The width of a text with what cannot be seen replaced, as [`Theme::cut`] leaves it.
#[must_use]
pub fn width_shown(text: &str) -> u16 {
    simple_width(text).unwrap_or_else(|| width(&printable(text)))
}

/// The width of a text of simple characters, of which none has to be looked up.
fn simple_width(text: &str) -> Option<u16> {
    let mut count = 0u16;
    for c in text.chars() {
        if !is_simple(c) {
            return None;
        }
        count = count.saturating_add(1);
    }
    Some(count)
}

/// Whether a character takes one cell and joins with no other of its kind: most of what a list shows, in Latin letters
/// and its own signs.
fn is_simple(c: char) -> bool {
    matches!(c, ' '..='~' | '\u{a1}'..='\u{ac}' | '\u{ae}'..='\u{2ff}' | '\u{2010}'..='\u{2027}'
        | '\u{2190}'..='\u{2193}' | '\u{2500}'..='\u{25fc}')
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

/// A space at which no line ends; in lines it is a space like others.
pub const NO_BREAK: &str = "\u{a0}";

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
    for line in &mut lines {
        *line = line.replace(NO_BREAK, " ");
    }
    lines
}

/// What stands at the beginning of no line in Japanese.
const NOT_FIRST: &str = "、。，．・：；？！」』）】〕〉》］｝ーぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ々ゝゞヽヾ間,.:;?!)]}%…";
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
            // A number stays with its unit.
            _ if before.as_bytes()[0].is_ascii_digit() => false,
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

/// Draws lines of text from the top of an area.
pub fn paragraph(buf: &mut Buffer, area: Rect, lines: &[String], theme: &Theme) {
    for (index, line) in lines.iter().enumerate() {
        let at = row(area, cells(index));
        theme.put(buf, at, line, Style::new());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_plain_ascii_is_as_wide_as_it_is_drawn() {
        for c in ' '..='~' {
            for text in [format!("{c}"), format!("a{c}b"), format!("{c}\u{301}")] {
                let drawn: u16 = text.graphemes(true).map(CellWidth::cell_width).sum();
                assert_eq!(width(&text), drawn, "{text:?}");
            }
        }
    }

    #[test]
    fn what_is_simple_takes_one_cell_for_each_character_beside_any_other() {
        for c in ('\0'..='\u{ffff}').filter(|c| is_simple(*c)) {
            for text in [format!("{c}"), format!("{c}{c}"), format!("●{c}a{c}é")] {
                let drawn: u16 = text.graphemes(true).map(CellWidth::cell_width).sum();
                assert_eq!(width(&text), drawn, "{text:?}");
                assert_eq!(width_shown(&text), drawn, "{text:?}");
                assert_eq!(printable(&text), text);
            }
        }
    }

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
        assert_eq!(wrap("used 3\u{a0}h\u{a0}ago", 8), ["used", "3 h ago"]);
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
        assert_eq!(wrap("使用 21日前", 7), ["使用", "21日前"]);
        assert_eq!(wrap("使用 3時間後", 7), ["使用", "3時間後"]);
        assert_eq!(wrap("コピーしました", 5), ["コ", "ピー", "しま", "した"]);
    }
}
