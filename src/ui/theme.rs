//! How everything is drawn: colours and attributes from `assets/themes`, and the marks. Whatever a colour says, a word,
//! a mark or an attribute says too.

use ratatui::style::{Color, Modifier, Style};
use serde::{Deserialize, Deserializer};

use crate::config::settings::{Borders, ThemeName};
use crate::domain::state::{State, UserState};
use crate::ui::symbols::Symbols;

/// The styles of everything on screen. One without a style is as the terminal writes by itself.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Theme {
    /// What is below all others: the whole window.
    #[serde(deserialize_with = "style")]
    pub plain: Style,
    #[serde(deserialize_with = "style")]
    pub title: Style,
    #[serde(deserialize_with = "style")]
    pub dim: Style,
    #[serde(deserialize_with = "style")]
    pub label: Style,
    /// A field in which text can be typed.
    #[serde(deserialize_with = "style")]
    pub field: Style,
    #[serde(deserialize_with = "style")]
    pub selected: Style,
    #[serde(deserialize_with = "style")]
    pub focused: Style,
    #[serde(deserialize_with = "style")]
    pub problem: Style,
    #[serde(deserialize_with = "style")]
    pub good: Style,
    #[serde(deserialize_with = "style")]
    pub warning: Style,
    #[serde(deserialize_with = "style")]
    pub secret: Style,
    #[serde(skip)]
    pub symbols: &'static Symbols,
    /// What is drawn is a pane beside the one that has the focus.
    #[serde(skip)]
    beside: bool,
}

impl Theme {
    /// The theme of this name, with these borders.
    #[must_use]
    pub fn of(name: ThemeName, borders: Borders) -> Theme {
        // That each can be read is tested.
        let theme: Theme = toml::from_str(file(name)).unwrap_or_default();
        Theme {
            symbols: Symbols::of(borders),
            ..theme
        }
    }

    /// The theme of what a dialog covers: nothing in it looks as if it had the focus.
    #[must_use]
    pub fn covered(&self) -> Theme {
        Theme {
            selected: Style::new(),
            focused: Style::new(),
            ..self.clone()
        }
    }

    /// The theme of a pane beside the one that has the focus: its selection is marked otherwise, too.
    #[must_use]
    pub fn beside(&self) -> Theme {
        Theme {
            beside: true,
            ..self.covered()
        }
    }

    /// The mark before what is selected.
    #[must_use]
    pub fn mark(&self) -> &'static str {
        if self.beside { "-" } else { ">" }
    }

    /// The style of a state's word.
    #[must_use]
    pub fn state(&self, state: State) -> Style {
        match state {
            State::Active => self.good,
            State::LockedOut | State::Expired | State::NoApiAccess => self.problem,
            State::NotDelivered | State::ExpiresSoon(_) => self.warning,
            State::Deleted => self.dim,
        }
    }

    /// A user's state, in the same colours.
    #[must_use]
    pub fn user_state(&self, state: UserState) -> Style {
        match state {
            UserState::Active => self.good,
            UserState::LockedOut | UserState::NoUserInterface => self.problem,
        }
    }
}

fn file(name: ThemeName) -> &'static str {
    match name {
        ThemeName::Default => include_str!("../../assets/themes/default.toml"),
        ThemeName::Light => include_str!("../../assets/themes/light.toml"),
        ThemeName::HighContrast => include_str!("../../assets/themes/high-contrast.toml"),
        ThemeName::Mono => include_str!("../../assets/themes/mono.toml"),
    }
}

/// A style as a theme's file has it.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Written {
    fg: Option<Colour>,
    bg: Option<Colour>,
    attributes: Vec<Attribute>,
}

/// The 16 ANSI colours by their names.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Colour {
    Black,
    Red,
    Green,
    Yellow,
    Blue,
    Magenta,
    Cyan,
    White,
    BrightBlack,
    BrightRed,
    BrightGreen,
    BrightYellow,
    BrightBlue,
    BrightMagenta,
    BrightCyan,
    BrightWhite,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Attribute {
    Bold,
    Dim,
    Italic,
    Underlined,
    Reversed,
}

fn style<'de, D: Deserializer<'de>>(source: D) -> Result<Style, D::Error> {
    let written = Written::deserialize(source)?;
    let attributes = written.attributes.into_iter().map(Modifier::from);
    Ok(Style {
        fg: written.fg.map(Color::from),
        bg: written.bg.map(Color::from),
        ..Style::new().add_modifier(attributes.collect())
    })
}

impl From<Colour> for Color {
    fn from(colour: Colour) -> Color {
        match colour {
            Colour::Black => Color::Black,
            Colour::Red => Color::Red,
            Colour::Green => Color::Green,
            Colour::Yellow => Color::Yellow,
            Colour::Blue => Color::Blue,
            Colour::Magenta => Color::Magenta,
            Colour::Cyan => Color::Cyan,
            Colour::White => Color::Gray,
            Colour::BrightBlack => Color::DarkGray,
            Colour::BrightRed => Color::LightRed,
            Colour::BrightGreen => Color::LightGreen,
            Colour::BrightYellow => Color::LightYellow,
            Colour::BrightBlue => Color::LightBlue,
            Colour::BrightMagenta => Color::LightMagenta,
            Colour::BrightCyan => Color::LightCyan,
            Colour::BrightWhite => Color::White,
        }
    }
}

impl From<Attribute> for Modifier {
    fn from(attribute: Attribute) -> Modifier {
        match attribute {
            Attribute::Bold => Modifier::BOLD,
            Attribute::Dim => Modifier::DIM,
            Attribute::Italic => Modifier::ITALIC,
            Attribute::Underlined => Modifier::UNDERLINED,
            Attribute::Reversed => Modifier::REVERSED,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Theme, toml::de::Error> {
        toml::from_str(text)
    }

    #[test]
    fn every_theme_names_every_style_and_no_other() {
        for name in ThemeName::ALL {
            let text = file(name);
            assert!(read(text).is_ok(), "{name:?}: {:?}", read(text).err());
            assert!(read(&format!("{text}\nshadow = {{}}")).is_err(), "{name:?}");
            let styles = text.lines().filter(|line| line.contains(" = {"));
            for line in styles {
                assert!(read(&text.replace(line, "")).is_err(), "{name:?}: {line}");
            }
        }
    }

    #[test]
    fn mono_has_no_colour_and_high_contrast_leaves_none_to_the_terminal() {
        let mono = Theme::of(ThemeName::Mono, Borders::Unicode);
        let Theme {
            plain,
            title,
            dim,
            label,
            field,
            selected,
            focused,
            problem,
            good,
            warning,
            secret,
            symbols: _,
            beside: _,
        } = mono;
        for style in [
            plain, title, dim, label, field, selected, focused, problem, good, warning, secret,
        ] {
            assert_eq!((style.fg, style.bg), (None, None));
        }
        let plain = Theme::of(ThemeName::HighContrast, Borders::Unicode).plain;
        assert!(plain.fg.is_some() && plain.bg.is_some());
    }

    #[test]
    fn a_colour_or_attribute_that_there_is_not_is_refused() {
        let text = file(ThemeName::Default);
        for (good, bad) in [("\"red\"", "\"pink\""), ("\"reversed\"", "\"hidden\"")] {
            assert!(text.contains(good) && read(&text.replace(good, bad)).is_err());
        }
    }
}
