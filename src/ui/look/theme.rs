//! How everything is drawn: colours and attributes from `assets/themes`, and the marks. Whatever a colour says, a word,
//! a mark or an attribute says too.

use ratatui::style::{Color, Modifier, Style};
use serde::{Deserialize, Deserializer};

use crate::config::settings::{Borders, ThemeName};
use crate::domain::state::{State, UserState};
use crate::ui::look::symbols::Symbols;

/// Makes the theme of its styles, each with what it is for.
macro_rules! theme {
    ($($(#[$for:meta])+ $name:ident,)+) => {
        /// The styles of everything on screen. One without a style is as the terminal writes by itself.
        #[derive(Clone, Debug, Default, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct Theme {
            $($(#[$for])+ #[serde(deserialize_with = "style")] pub $name: Style,)+
            #[serde(skip)]
            pub symbols: &'static Symbols,
            /// What is drawn is a pane beside the one that has the focus.
            #[serde(skip)]
            beside: bool,
        }

        impl Theme {
            /// Every style with its name, in the order in which themes have them.
            #[must_use]
            pub fn styles(&self) -> Vec<(&'static str, Style)> {
                vec![$((stringify!($name), self.$name)),+]
            }
        }
    };
}

theme! {
    /// What is below all others: the whole window.
    plain,
    /// The name of a box, a pane or a page.
    title,
    /// The heading of a column.
    heading,
    /// What a value is: its name before it.
    label,
    /// What matters less than what is around it.
    dim,
    /// What cannot be done or changed now.
    disabled,
    /// A key that can be pressed.
    key,
    /// The product's name in the header.
    product,
    /// What must not be overlooked in the header: a demonstration, a console that may only look.
    banner,
    /// The edge of a box or a pane, and the lines between its parts.
    edge,
    /// The edge of what has the focus.
    focused_edge,
    /// A field in which text can be typed.
    field,
    /// The selected row, over its whole width, in the pane that has the focus.
    selected,
    /// The selected row of a pane beside that one.
    selected_beside,
    /// The sign of a row that is marked.
    marked,
    /// A field or button that has the focus.
    focused,
    /// What is wrong, and what does not authenticate.
    problem,
    /// What needs somebody before long.
    warning,
    /// What is well.
    good,
    /// The secret key value.
    secret,
    /// All that a dialog covers, where there is room for it to be seen.
    covered,
    /// The part of a scroll bar that stands for what is on the screen.
    thumb,
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
            focused_edge: self.edge,
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

    /// The style of a cell of the selected row that has this one of its own. What is under a reversed bar gives up its
    /// own colours, of which the bar would be made.
    #[must_use]
    pub fn on_bar(&self, own: Style) -> Style {
        let bar = if self.beside {
            self.selected_beside
        } else {
            self.selected
        };
        if bar.add_modifier.contains(Modifier::REVERSED) {
            bar
        } else {
            own.patch(bar)
        }
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
        ThemeName::Default => include_str!("../../../assets/themes/default.toml"),
        ThemeName::Light => include_str!("../../../assets/themes/light.toml"),
        ThemeName::HighContrast => include_str!("../../../assets/themes/high-contrast.toml"),
        ThemeName::Mono => include_str!("../../../assets/themes/mono.toml"),
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
            let lines: Vec<&str> = text.lines().filter(|line| line.contains(" = {")).collect();
            let without = |left: &str| {
                let others = text.lines().filter(|line| *line != left);
                others.collect::<Vec<_>>().join("\n")
            };
            for line in lines {
                assert!(read(&without(line)).is_err(), "{name:?}: {line}");
            }
        }
    }

    #[test]
    fn mono_has_no_colour_and_high_contrast_leaves_none_to_the_terminal() {
        let mono = Theme::of(ThemeName::Mono, Borders::Unicode);
        for (name, style) in mono.styles() {
            assert_eq!((style.fg, style.bg), (None, None), "{name}");
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
