//! Where a layer wants to go.

use crate::domain::event::Target;
use crate::ui::layer::tree::Screen;

/// A screen to go to, and what of it.
#[derive(Clone, Debug)]
pub struct Destination {
    pub screen: Screen,
    /// Where the screen is wanted about something, and not as it was left.
    pub about: Option<About>,
    /// The ID of a row to go to.
    pub row: Option<i64>,
}

/// What a screen is about that shows no more than that.
#[derive(Clone, Debug)]
pub struct About {
    /// Its name, for the header.
    pub name: String,
    /// The text that the list is filtered by. It is this screen's whole list: dropping the filter leads back to it.
    pub filter: String,
}

impl From<Screen> for Destination {
    /// The screen as it was left.
    fn from(screen: Screen) -> Destination {
        Destination {
            screen,
            about: None,
            row: None,
        }
    }
}

impl Destination {
    /// A screen of its own with what a filter shows, which is about what has this name.
    #[must_use]
    pub fn about(screen: Screen, name: &str, filter: String) -> Destination {
        Destination {
            about: Some(About {
                name: name.to_owned(),
                filter,
            }),
            ..Destination::from(screen)
        }
    }

    /// A row of a screen, whatever that is filtered by.
    #[must_use]
    pub fn row(screen: Screen, id: i64) -> Destination {
        Destination {
            row: Some(id),
            ..Destination::from(screen)
        }
    }

    /// The system events about something.
    #[must_use]
    pub fn events_about(target: &Target) -> Destination {
        let filter = format!("target:{}:{}", target.kind, target.id);
        Destination::about(Screen::SystemEvents, &target.name, filter)
    }
}
