//! Themes: what is selected, focused, disabled or wrong can be told in every one, also without its colours.

use keyward::config::settings::ThemeName;
use keyward::domain::locale::Locale;
use ratatui::buffer::{Buffer, CellWidth};
use ratatui::style::{Color, Modifier};

use crate::scenes::{self, Seed};
use crate::support::console::Console;

/// The demo in this theme.
fn console(theme: ThemeName, seed: Seed) -> Console {
    seed.console(Locale::EnUs, |setting| {
        setting.settings.theme = theme.into();
    })
}

/// A screen without its colours: what stands in each cell, with which attributes, and where the cursor is.
type Seen = (Vec<(String, Modifier)>, (u16, u16));

fn without_colour(console: &mut Console) -> Seen {
    let cells = console.buffer().content().iter();
    let cells = cells.map(|cell| (cell.symbol().to_owned(), cell.modifier));
    (cells.collect(), console.cursor())
}

/// The attributes of the cells of a row that holds this text, where the text stands.
fn attributes(buffer: &Buffer, text: &str) -> Vec<Modifier> {
    for row in buffer.area.rows() {
        let cells: Vec<_> = row.columns().map(|at| &buffer[(at.x, at.y)]).collect();
        let line: String = cells.iter().map(|cell| cell.symbol()).collect();
        if let Some(at) = line.find(text) {
            let at = line[..at].chars().count();
            let found = &cells[at..at + text.chars().count()];
            return found.iter().map(|cell| cell.modifier).collect();
        }
    }
    panic!("“{text}” is not on the screen");
}

#[test]
fn the_selection_is_marked_in_every_theme() {
    for theme in ThemeName::ALL {
        let mut console = console(theme, Seed::Demo);
        let name = "asset-inventory";
        let before = attributes(console.buffer(), name);
        assert!(!console.selected().contains(name));
        console.keys("<Down>").expect_selected(name);
        assert_ne!(attributes(console.buffer(), name), before, "{theme:?}");
    }
}

#[test]
fn every_place_of_the_focus_looks_different_in_every_theme() {
    for theme in ThemeName::ALL {
        for opens in ["n", "/webhook\n\n", "s", "l"] {
            let mut console = console(theme, Seed::Demo);
            console.keys(opens);
            let mut seen = vec![without_colour(&mut console)];
            loop {
                console.keys("\t");
                let now = without_colour(&mut console);
                if now == seen[0] {
                    break;
                }
                assert!(!seen.contains(&now), "{theme:?} {opens}");
                seen.push(now);
            }
            assert!(seen.len() > 1, "{theme:?} {opens}");
        }
    }
}

#[test]
fn only_what_is_on_top_looks_focused() {
    for theme in ThemeName::ALL {
        let mut console = console(theme, Seed::Demo);
        let on_bar = |console: &Console, text: &str| {
            let (x, y) = console.find_text(text);
            (0..u16::try_from(text.len()).expect("short")).all(|at| console.is_on_bar((x + at, y)))
        };
        let row = "ansible-tower";
        assert!(on_bar(&console, row), "{theme:?}");
        console.keys("d");
        assert!(!on_bar(&console, row) && on_bar(&console, "[ Cancel ]"));
        console.keys("n");
        assert!(on_bar(&console, row), "{theme:?}");
        console.keys("nx<F2>");
        assert!(on_bar(&console, "[ c Copy ]"), "{theme:?}");
        console.resize(80, 40);
        console.keys("w");
        assert!(!on_bar(&console, "[ c") && on_bar(&console, "api-key-42.secret"));
    }
}

#[test]
fn a_verb_that_is_not_allowed_now_is_marked_in_every_theme() {
    for theme in ThemeName::ALL {
        console(theme, Seed::Demo).expect("n New...");
        let auditor = console(theme, Seed::Auditor);
        auditor.expect("(New...)");
        auditor.expect_not("n New...");
    }
}

#[test]
fn a_problem_is_marked_in_every_theme() {
    for theme in ThemeName::ALL {
        let mut console = console(theme, Seed::Auditor);
        console.keys("n");
        let sentence = "Not authorized to create API keys.";
        let problem = attributes(console.buffer(), sentence);
        assert!(problem.iter().all(|a| !a.is_empty()), "{theme:?}");
        console.paste("a");
        let plain = attributes(console.buffer(), "there is no text field here");
        assert!(plain.iter().all(Modifier::is_empty), "{theme:?}");

        let mut console = self::console(theme, Seed::Demo);
        console.keys("n<F2>").expect("! Enter a name.");
    }
}

/// Looks at the cells of every scene in this theme.
fn each_screen(theme: ThemeName, look: impl Fn(&Buffer, &str)) {
    scenes::each(|scene| {
        let mut console = scene.open(Locale::EnUs, |setting| {
            setting.settings.theme = theme.into();
        });
        for (width, height) in [(120, 40), (60, 15), (30, 5)] {
            console.resize(width, height);
            look(console.buffer(), scene.name);
        }
    });
}

#[test]
fn mono_draws_no_colour() {
    each_screen(ThemeName::Mono, |buffer, opened| {
        let plain =
            |cell: &ratatui::buffer::Cell| (cell.fg, cell.bg) == (Color::Reset, Color::Reset);
        assert!(buffer.content().iter().all(plain), "{opened}");
    });
}

#[test]
fn high_contrast_leaves_no_cell_to_the_terminals_own_colours() {
    each_screen(ThemeName::HighContrast, |buffer, opened| {
        for row in buffer.area.rows() {
            let mut covered = 0;
            for at in row.columns() {
                let cell = &buffer[(at.x, at.y)];
                // The second cell of a wide character is not drawn by itself.
                if covered == 0 {
                    let own = [cell.fg, cell.bg].contains(&Color::Reset);
                    assert!(!own, "{opened}: {at:?} {:?}", cell.symbol());
                    covered = cell.symbol().cell_width();
                }
                covered = covered.saturating_sub(1);
            }
        }
    });
}
