//! `keyward themes`: what each theme looks like, and its file.

use std::io::{self, IsTerminal};
use std::process::ExitCode;

use crate::cli::{Failure, print};
use crate::config::settings::{Origin, Settings, ThemeName};
use crate::ui::look::sample;

/// Prints the names of the themes; at a terminal each with its styles, in its own colours.
pub(super) fn print_all(settings: &Settings) -> Result<ExitCode, Failure> {
    // By the environment a theme is set only where it rules colours out.
    let colourless = matches!(settings.origins.get("theme"), Some(Origin::Environment(_)));
    let in_colour = io::stdout().is_terminal() && !colourless;
    let all = ThemeName::ALL.map(|name| {
        if in_colour {
            sample::in_colour(name, settings.colours)
        } else {
            format!("{}\n", name.word())
        }
    });
    print(&all.join(if in_colour { "\n" } else { "" }))
}

/// Prints the theme's file.
pub(super) fn print_file(name: ThemeName) -> Result<ExitCode, Failure> {
    print(&sample::explained(name))
}
