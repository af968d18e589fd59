//! What a theme looks like outside the console: its styles in its own colours, and its file with what each is for.

use std::fmt::Write as _;

use crossterm::style::{Attribute, Attributes, ContentStyle};
use ratatui::backend::IntoCrossterm;
use ratatui::style::{Modifier, Style};

use crate::config::settings::{Colours, ThemeName};
use crate::ui::look::text::width;
use crate::ui::look::theme::{STYLES, Theme};
use crate::ui::look::theme_file;

/// Cells of a line of a sample.
const COLUMNS: u16 = 79;

/// A theme's name and its styles, each drawn as it is.
#[must_use]
pub fn in_colour(name: ThemeName, colours: Colours) -> String {
    let theme = Theme::named(name, colours);
    let mut lines = vec![vec![(name.word(), theme.title)]];
    let mut used = COLUMNS;
    for (style, of) in theme.styles() {
        used += width(style) + 1;
        if used >= COLUMNS {
            used = width(style) + 2;
            lines.push(Vec::new());
        }
        if let Some(line) = lines.last_mut() {
            line.push((style, of));
        }
    }
    let mut all = String::new();
    for line in lines {
        let mut left = COLUMNS;
        for (words, style) in line {
            paint(" ", theme.plain, &mut all);
            paint(words, theme.plain.patch(style), &mut all);
            left = left.saturating_sub(width(words) + 1);
        }
        paint(&" ".repeat(left.into()), theme.plain, &mut all);
        all.push('\n');
    }
    all
}

/// Words in this style, in the terminal's sequences.
fn paint(words: &str, style: Style, to: &mut String) {
    let has = |(modifier, attribute)| style.add_modifier.contains(modifier).then_some(attribute);
    let attributes = [
        (Modifier::BOLD, Attribute::Bold),
        (Modifier::DIM, Attribute::Dim),
        (Modifier::ITALIC, Attribute::Italic),
        (Modifier::UNDERLINED, Attribute::Underlined),
        (Modifier::REVERSED, Attribute::Reverse),
    ];
    let attributes: Vec<Attribute> = attributes.into_iter().filter_map(has).collect();
    let style = ContentStyle {
        foreground_color: style.fg.map(IntoCrossterm::into_crossterm),
        background_color: style.bg.map(IntoCrossterm::into_crossterm),
        underline_color: None,
        attributes: Attributes::from(&attributes[..]),
    };
    let _ = write!(to, "{}", style.apply(words));
}

/// A theme's file, with what each style is for above it.
#[must_use]
pub fn explained(name: ThemeName) -> String {
    let mut all = String::new();
    for line in theme_file::file(name).lines() {
        let set = line.split_whitespace().next().unwrap_or_default();
        let mut known = STYLES.iter();
        if let Some((_, purpose)) = known.find(|(style, _)| *style == set) {
            let _ = writeln!(all, "#{purpose}");
        }
        let _ = writeln!(all, "{line}");
    }
    all
}
