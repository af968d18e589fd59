//! How everything is drawn: colours and attributes from `assets/themes`, and the marks. Whatever a colour says, a word,
//! a mark or an attribute says too.

use ratatui::style::{Modifier, Style};

use crate::domain::state::{State, UserState};
use crate::ui::look::WIDE;
use crate::ui::look::symbols::Symbols;

/// Makes the theme of its styles, each with what it is for.
macro_rules! theme {
    ($($(#[doc = $for:literal])+ $name:ident,)+) => {
        /// The styles of everything on screen. One without a style is as the terminal writes by itself.
        #[derive(Clone, Debug, Default)]
        pub struct Theme {
            $($(#[doc = $for])+ pub $name: Style,)+
            pub symbols: &'static Symbols,
            /// What is drawn is a pane beside the one that has the focus.
            beside: bool,
        }

        /// Every style's name with what it is for, in the order in which themes have them.
        pub const STYLES: &[(&str, &str)] = &[$((stringify!($name), concat!($($for),+))),+];

        impl Theme {
            /// Every style with its name, in the order in which themes have them.
            #[must_use]
            pub fn styles(&self) -> Vec<(&'static str, Style)> {
                vec![$((stringify!($name), self.$name)),+]
            }

            /// The style of this name, to be set.
            pub(super) fn style_mut(&mut self, name: &str) -> Option<&mut Style> {
                match name {
                    $(stringify!($name) => Some(&mut self.$name),)+
                    _ => None,
                }
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
    /// The theme of what a dialog covers in a window of so many columns: nothing in it looks as if it had the focus. Below
    /// [`WIDE`] its edges stay as they are, since drawing them anew would take more bytes than the dialog.
    #[must_use]
    pub fn covered(&self, columns: u16) -> Theme {
        let edge = if columns < WIDE {
            self.focused_edge
        } else {
            self.edge
        };
        Theme {
            selected: Style::new(),
            focused: Style::new(),
            focused_edge: edge,
            ..self.clone()
        }
    }

    /// The theme of a pane beside the one that has the focus: its selection is marked otherwise, too.
    #[must_use]
    pub fn beside(&self) -> Theme {
        Theme {
            beside: true,
            ..self.covered(WIDE)
        }
    }

    /// The theme of fields with edges or without: a line below one that has edges would be too much.
    #[must_use]
    pub fn of_fields(&self, edged: bool) -> Theme {
        let mut theme = self.clone();
        if edged {
            theme.field.add_modifier.remove(Modifier::UNDERLINED);
        }
        theme
    }

    /// The mark before what is selected.
    #[must_use]
    pub(super) fn mark(&self) -> &'static str {
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
