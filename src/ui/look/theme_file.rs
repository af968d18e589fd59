//! A theme's file: TOML with a line for each style. Keyward's own are in `assets/themes` and name all; somebody's own
//! names those that are to differ from its base.

use ratatui::style::{Modifier, Style};
use toml::de::{DeTable, DeValue};

use crate::config::complaint::{Complaint, Expected, Why, line_of};
use crate::config::settings::{Colours, Settings, ThemeName, ThemeSetting};
use crate::ui::look::colour::{self, drawn};
use crate::ui::look::symbols::Symbols;
use crate::ui::look::theme::{STYLES, Theme};

/// Names the theme from which the styles come that a file does not have.
const BASE: &str = "base";

/// The attributes of a style, by their names.
const ATTRIBUTES: [(&str, Modifier); 5] = [
    ("bold", Modifier::BOLD),
    ("dim", Modifier::DIM),
    ("italic", Modifier::ITALIC),
    ("underlined", Modifier::UNDERLINED),
    ("reversed", Modifier::REVERSED),
];

/// The file of the theme of this name.
pub(super) fn file(name: ThemeName) -> &'static str {
    match name {
        ThemeName::Default => include_str!("../../../assets/themes/default.toml"),
        ThemeName::Light => include_str!("../../../assets/themes/light.toml"),
        ThemeName::HighContrast => include_str!("../../../assets/themes/high-contrast.toml"),
        ThemeName::Mono => include_str!("../../../assets/themes/mono.toml"),
        ThemeName::Solarized => include_str!("../../../assets/themes/solarized.toml"),
        ThemeName::Catppuccin => include_str!("../../../assets/themes/catppuccin.toml"),
        ThemeName::Gruvbox => include_str!("../../../assets/themes/gruvbox.toml"),
        ThemeName::Nord => include_str!("../../../assets/themes/nord.toml"),
    }
}

impl Theme {
    /// The theme that is set, and what in its file does not count.
    #[must_use]
    pub fn of(settings: &Settings) -> (Theme, Vec<Complaint>) {
        let (mut theme, complaints) = match (&settings.theme, &settings.theme_file) {
            (ThemeSetting::BuiltIn(name), _) => (built_in(*name), Vec::new()),
            (ThemeSetting::File(_), Ok(text)) => read(text),
            (ThemeSetting::File(_), Err(why)) => {
                let (line, why) = (None, why.clone());
                (built_in(ThemeName::Default), vec![Complaint { line, why }])
            }
        };
        theme.symbols = Symbols::of(settings.borders);
        (theme.with_colours(settings.colours), complaints)
    }

    /// The theme of this name, in as many colours.
    #[must_use]
    pub fn named(name: ThemeName, colours: Colours) -> Theme {
        built_in(name).with_colours(colours)
    }

    /// The theme with those colours of the terminal that are nearest to its own.
    fn with_colours(mut self, colours: Colours) -> Theme {
        for (name, _) in STYLES {
            if let Some(style) = self.style_mut(name) {
                style.fg = style.fg.map(|colour| drawn(colour, colours));
                style.bg = style.bg.map(|colour| drawn(colour, colours));
            }
        }
        self
    }
}

/// The theme of this name, as its file has it.
fn built_in(name: ThemeName) -> Theme {
    // That each can be read is tested.
    read_on(Theme::default(), file(name)).0
}

/// The theme that somebody's file makes, and what in it does not count. Of what is not TOML nothing does.
fn read(text: &str) -> (Theme, Vec<Complaint>) {
    read_on(built_in(ThemeName::Default), text)
}

/// A theme with what a file changes of it or, where the file names a base, of that.
fn read_on(start: Theme, text: &str) -> (Theme, Vec<Complaint>) {
    let table = match DeTable::parse(text) {
        Ok(table) => table,
        Err(error) => return (start, vec![Complaint::of_parser(text, &error)]),
    };
    let table = table.get_ref();
    let mut reading = Reading {
        theme: base_of(table).map_or(start, built_in),
        complaints: Vec::new(),
    };
    for (key, value) in table {
        let line = line_of(text, key.span().start);
        reading.line(key.get_ref(), value.get_ref(), line);
    }
    // A table has them by name.
    reading.complaints.sort_by_key(|complaint| complaint.line);
    (reading.theme, reading.complaints)
}

fn base_of(table: &DeTable<'_>) -> Option<ThemeName> {
    let named = table.get(BASE)?.get_ref().as_str()?;
    let mut known = ThemeName::ALL.into_iter();
    known.find(|name| name.word() == named)
}

struct Reading {
    theme: Theme,
    complaints: Vec<Complaint>,
}

impl Reading {
    /// Puts in force what a line of the file says: all of it, or nothing.
    fn line(&mut self, name: &str, value: &DeValue<'_>, line: usize) {
        let wrong = if name == BASE {
            let known = value
                .as_str()
                .is_some_and(|word| ThemeName::WORDS.contains(&word));
            let expected = Expected::OneOf(ThemeName::WORDS.to_vec());
            (!known).then(|| value_of(name, expected))
        } else if let Some(style) = self.theme.style_mut(name) {
            style_of(name, value).map(|read| *style = read).err()
        } else {
            Some(Why::UnknownStyle(name.to_owned()))
        };
        let line = Some(line);
        self.complaints
            .extend(wrong.map(|why| Complaint { line, why }));
    }
}

fn value_of(name: &str, expected: Expected) -> Why {
    let name = name.to_owned();
    Why::Value { name, expected }
}

/// A style as a file has it: a table with `fg`, `bg` and `attributes`.
fn style_of(name: &str, value: &DeValue<'_>) -> Result<Style, Why> {
    let not_a_style = || value_of(name, Expected::Style);
    let mut style = Style::new();
    for (key, value) in value.as_table().ok_or_else(not_a_style)? {
        let inner = format!("{name}.{}", key.get_ref());
        let colour = || {
            let colour = value.get_ref().as_str().and_then(colour::named);
            colour.ok_or_else(|| value_of(&inner, Expected::Colour))
        };
        match &**key.get_ref() {
            "fg" => style.fg = Some(colour()?),
            "bg" => style.bg = Some(colour()?),
            "attributes" => {
                let attributes = attributes(value.get_ref());
                let attributes =
                    attributes.ok_or_else(|| value_of(&inner, Expected::Attributes))?;
                style = style.add_modifier(attributes);
            }
            _ => return Err(not_a_style()),
        }
    }
    Ok(style)
}

fn attributes(value: &DeValue<'_>) -> Option<Modifier> {
    let attribute = |word: &DeValue<'_>| {
        let mut known = ATTRIBUTES.into_iter();
        known.find_map(|(name, attribute)| (Some(name) == word.as_str()).then_some(attribute))
    };
    let words = value.as_array()?.iter();
    words.map(|word| attribute(word.get_ref())).collect()
}

#[cfg(test)]
mod tests {
    use ratatui::style::Color;

    use super::*;
    use crate::ui::look::colour::contrast;

    /// The lines of complaints, each with its reason.
    fn complaints(text: &str) -> Vec<(Option<usize>, Why)> {
        let complaints = read(text).1.into_iter();
        complaints
            .map(|complaint| (complaint.line, complaint.why))
            .collect()
    }

    #[test]
    fn every_theme_of_ours_names_every_style_in_order_and_no_other() {
        let names: Vec<&str> = STYLES.iter().map(|(name, _)| *name).collect();
        for name in ThemeName::ALL {
            let text = file(name);
            assert_eq!(complaints(text), [], "{name:?}");
            let lines = text.lines().filter(|line| !line.starts_with('#'));
            let set = lines.filter_map(|line| Some(line.split_once('=')?.0.trim_end()));
            assert_eq!(set.collect::<Vec<_>>(), names, "{name:?}");
        }
    }

    #[test]
    fn what_a_file_leaves_out_is_as_in_its_base_and_one_line_is_a_theme() {
        let (theme, complaints) = read("label = { fg = '#2aa198' }");
        assert_eq!(complaints, []);
        let base = built_in(ThemeName::Default);
        for ((name, style), (_, of_base)) in theme.styles().into_iter().zip(base.styles()) {
            assert_eq!(style == of_base, name != "label", "{name}");
        }
        let (theme, complaints) = read("title = {}\nbase = 'nord'");
        assert_eq!(complaints, []);
        assert_eq!(theme.good, built_in(ThemeName::Nord).good);
        assert_eq!(theme.title, Style::new());
        assert_eq!(read("").0.styles(), base.styles());
    }

    #[test]
    fn what_is_wrong_in_a_file_is_told_with_its_line_and_the_rest_counts() {
        let text = "base = 'pink'\n\nshadow = {}\ngood = { fg = 'pink' }\nwarning = { attributes = ['hidden'] }\n\
                    key = 'red'\nlabel = { fg = '#010203', colour = 'red' }\nproblem = { bg = 'red' }";
        let value = |name: &str, expected| value_of(name, expected);
        let expected = [
            (1, value("base", Expected::OneOf(ThemeName::WORDS.to_vec()))),
            (3, Why::UnknownStyle("shadow".to_owned())),
            (4, value("good.fg", Expected::Colour)),
            (5, value("warning.attributes", Expected::Attributes)),
            (6, value("key", Expected::Style)),
            (7, value("label", Expected::Style)),
        ];
        assert_eq!(
            complaints(text),
            expected.map(|(line, why)| (Some(line), why))
        );
        let (theme, base) = (read(text).0, built_in(ThemeName::Default));
        assert_eq!(theme.problem, Style::new().bg(Color::Red));
        assert_eq!((theme.good, theme.label), (base.good, base.label));
    }

    #[test]
    fn of_what_is_not_toml_nothing_counts_and_the_default_theme_stays() {
        let text = "base = 'nord'\nlabel = {";
        let [(line, Why::NotToml(_))] = &complaints(text)[..] else {
            panic!("{:?}", complaints(text));
        };
        assert_eq!(*line, Some(2));
        let base = built_in(ThemeName::Default);
        assert_eq!(read(text).0.styles(), base.styles());
    }

    #[test]
    fn mono_has_no_colour_and_high_contrast_leaves_none_to_the_terminal() {
        let mono = built_in(ThemeName::Mono);
        for (name, style) in mono.styles() {
            assert_eq!((style.fg, style.bg), (None, None), "{name}");
        }
        let plain = built_in(ThemeName::HighContrast).plain;
        assert!(plain.fg.is_some() && plain.bg.is_some());
    }

    #[test]
    fn a_theme_has_only_colours_that_the_terminal_draws() {
        for name in ThemeName::ALL {
            let of = |colours| Theme::named(name, colours).styles();
            for colours in [Colours::Indexed, Colours::Ansi] {
                for (style, drawn) in of(colours) {
                    for colour in drawn.fg.into_iter().chain(drawn.bg) {
                        let allowed = match colour {
                            Color::Rgb(..) => false,
                            Color::Indexed(_) => colours == Colours::Indexed,
                            _ => true,
                        };
                        assert!(allowed, "{name:?}: {style}");
                    }
                }
            }
        }
    }

    #[test]
    fn what_is_written_can_be_read_in_every_theme_that_brings_its_colours_and_its_ground() {
        let mut worse: Vec<String> = Vec::new();
        for name in ThemeName::ALL {
            for colours in Colours::ALL {
                let theme = Theme::named(name, colours);
                let (Some(fg), Some(bg)) = (theme.plain.fg, theme.plain.bg) else {
                    continue;
                };
                for (style, of) in theme.styles() {
                    let mut cell = (of.fg.unwrap_or(fg), of.bg.unwrap_or(bg));
                    if of.add_modifier.contains(Modifier::REVERSED) {
                        cell = (cell.1, cell.0);
                    }
                    let least = match style {
                        // What only divides, or stands behind something.
                        "edge" | "covered" => 1.5,
                        "dim" | "disabled" | "focused_edge" | "thumb" => 3.0,
                        // What the nearest of few colours looks like is the terminal's.
                        _ if colours != Colours::True => 3.0,
                        _ => 4.5,
                    };
                    let contrast = contrast(cell.0, cell.1);
                    if contrast < least {
                        worse.push(format!("{name:?} {colours:?} {style}: {contrast:.2}"));
                    }
                }
            }
        }
        assert_eq!(worse, [""; 0]);
    }
}
