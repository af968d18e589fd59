//! Where dialogs are, what they leave to be seen, and what they look like.

use keyward::domain::locale::Locale;
use keyward::service::demo::AUDITOR_USER;
use keyward::text::Text;
use ratatui::style::{Color, Modifier};

use crate::support::console::Console;
use crate::support::database::Bench;

/// A console of this size, with one key in it.
fn console(columns: u16, rows: u16) -> Console {
    let mut console = Console::new();
    console.make_and_store("backup");
    console.resize(columns, rows);
    console
}

/// How a cell of a text looks: its colour and its attributes.
fn look(console: &Console, text: &str) -> (Color, Modifier) {
    let cell = &console.buffer()[console.find_text(text)];
    (cell.fg, cell.modifier)
}

#[test]
fn all_that_a_dialog_covers_is_dimmed_from_100_columns_on() {
    let dimmed = (Color::DarkGray, Modifier::empty());
    for (columns, dims) in [(99, false), (100, true)] {
        let mut console = console(columns, 30);
        let before = ["Keyward", "Name ▲", "backup"].map(|text| look(&console, text));
        assert!(!before.contains(&dimmed));
        console.keys("l");
        assert_eq!(look(&console, "Name ▲") == dimmed, dims, "at {columns}");
        assert_eq!(look(&console, "Keyward"), before[0], "not behind it");
        assert_ne!(look(&console, "[ Cancel ]"), dimmed);
        console.keys("<Esc>");
        let after = ["Keyward", "Name ▲", "backup"].map(|text| look(&console, text));
        assert_eq!(before, after);
    }
}

#[test]
fn a_dialog_on_a_dialog_dims_that_too() {
    let mut console = console(120, 40);
    console.keys("nnightly<Esc>").says("leave.title");
    assert_eq!(look(&console, "New API Key").0, Color::DarkGray);
    assert_eq!(look(&console, "[ OK ]").0, Color::DarkGray);
    console.keys("<Esc>");
    assert_ne!(look(&console, "New API Key").0, Color::DarkGray);
}

#[test]
fn a_list_opens_at_its_field_and_the_field_stays_to_be_seen() {
    for size in [(80, 24), (120, 40), (200, 50), (60, 20)] {
        let mut console = Console::new();
        console.resize(size.0, size.1);
        console.keys("nnightly\t");
        for value in ["Auditor", "English (US)", "UTC (UTC+00:00)"] {
            console.keys("\t");
            let field = console.find_text(value);
            console.keys(" ").expect("Find:");
            let line = console.screen();
            let line = line.lines().nth(field.1.into()).expect("its line");
            assert!(line.contains(value), "{size:?}: {value}");
            let list = console.find_text("Find:");
            let below = list.1 == field.1 + 2;
            let above = {
                let (x, y) = (list.0 - 2, field.1 - 1);
                console.buffer()[(x, y)].symbol() == "╰"
            };
            assert!(below || above, "{size:?}: {value}");
            assert!(list.0 <= field.0 + 2, "{size:?}: {value}");
            console.keys("<Esc>");
        }
    }
}

#[test]
fn fields_have_edges_from_100_columns_on_within_their_own_columns() {
    let mut narrow = console(99, 40);
    narrow.keys("nnightly").expect_not("▏");
    let mut wide = console(100, 40);
    wide.keys("nnightly").expect("▏nightly ").expect("▏Auditor");
    let underlined = |console: &Console| look(console, "nightly").1 == Modifier::UNDERLINED;
    assert!(underlined(&narrow) && !underlined(&wide), "one of the two");
    let label = narrow.find_text("Time Zone");
    let distance = |console: &Console, label: (u16, u16), text| console.find_text(text).0 - label.0;
    let bare = distance(&narrow, label, "nightly");
    let label = wide.find_text("Time Zone");
    assert_eq!(distance(&wide, label, "▏nightly"), bare);
    assert_eq!(distance(&wide, label, "nightly"), bare + 1);
    // A long name scrolls between the edges, and a click meets its letter.
    wide.keys(&"y".repeat(90)).expect("y ▕");
    let at = wide.find_text("yyy");
    wide.click((at.0 + 1, at.1));
    assert_eq!(wide.cursor(), (at.0 + 1, at.1));
}

#[test]
fn a_field_without_edges_is_underlined_as_far_as_its_text_and_where_one_types_to_its_end() {
    let mut console = console(80, 24);
    // What is underlined of the row of a label: from which column on, and how many.
    let of = |console: &Console, label: &str, below: u16| {
        let y = console.find_text(label).1 + below;
        let is = |x: &u16| {
            let modifier = console.buffer()[(*x, y)].modifier;
            modifier.contains(Modifier::UNDERLINED)
        };
        let all: Vec<u16> = (0..80).filter(is).collect();
        assert!(all.windows(2).all(|two| two[0] + 1 == two[1]), "{label}");
        (all.first().copied().unwrap_or(0), all.len())
    };
    let long = "a description that takes more";
    console.keys(&format!("nnight\t{long}\n\t"));
    let at = of(&console, "Name", 0).0;
    let rest = usize::from(77 - at);
    assert_eq!(of(&console, "Name", 0), (at, 16), "short");
    assert_eq!(of(&console, "Description", 0), (at, long.len()));
    assert_eq!(of(&console, "Description", 1), (at, 16));
    assert_eq!(of(&console, "Owner", 0), (at, 16), "empty");
    console.keys("<Shift-Tab>");
    assert_eq!(of(&console, "Description", 0), (at, long.len()));
    assert_eq!(of(&console, "Description", 1), (at, rest), "the cursor's");
    assert_eq!(of(&console, "Description", 2), (at, 16));
    console.keys("<Shift-Tab>");
    assert_eq!(of(&console, "Name", 0), (at, rest));
}

#[test]
fn a_form_that_grows_stays_where_it_began() {
    let mut console = console(120, 40);
    console.keys("nbackup");
    let before = console.find_text("New API Key");
    console.keys("<F2>").expect("! ");
    assert_eq!(console.find_text("New API Key"), before);
}

#[test]
fn the_lines_of_a_secret_have_nothing_beside_them_from_edge_to_edge() {
    for size in [(40, 10), (60, 15), (80, 24), (120, 40), (200, 50)] {
        let mut console = console(size.0, size.1);
        console.keys("nnightly<F2>");
        let screen = console.screen();
        let lines: Vec<&str> = screen.lines().map(str::trim_end).collect();
        let header = lines.iter().find(|line| line.contains("api-secret-key: "));
        let secret: String = if size.0 < 56 {
            let at = lines.iter().position(|line| line.starts_with("2:"));
            let at = at.expect("the secret, from the first column on");
            lines[at..at + 2].concat()
        } else {
            let line = lines.iter().find(|line| line.starts_with("2:"));
            (*line.expect("the secret, from the first column on")).to_owned()
        };
        assert!(
            !secret.contains([' ', '│']),
            "{size:?}: a part of something else"
        );
        assert_eq!(header.is_some(), size.0 >= 80, "{size:?}");
        if let Some(header) = header {
            assert_eq!(*header, format!("api-secret-key: {secret}"));
        }
        console.keys("a\n").expect_not(&secret);
        assert!(console.works(&secret), "{size:?}");
    }
}

#[test]
fn a_button_shows_a_letter_only_where_that_letter_presses_it() {
    let mut console = console(80, 24);
    console.keys("d").expect("[ Cancel ] [ y Delete ]");
    console.keys("<Esc>n").expect("[ OK ] [ Cancel ]");
    console.keys("nightly<F2>");
    console.expect("[ c Copy ] [ h Copy header ] [ w Save to file ] [ v Hide ] [ p Check ]");
    console.expect("[ I have stored it ] [ Discard ]");
    let (x, y) = console.find_text("[ h Copy header ]");
    let colour = |x| console.buffer()[(x, y)].fg;
    assert_ne!(colour(x + 2), colour(x + 4), "it is drawn as a key");
}

#[test]
fn what_cannot_be_changed_is_shown_whole_and_as_readable_as_other_facts() {
    let (bench, auditor) = Bench::demo(AUDITOR_USER);
    let mut console = Console::of(bench, auditor, (80, 40));
    console.keys("\n").expect("[ Close ]").expect("Esc Close");
    assert_eq!(look(&console, "Enrols new").0, look(&console, "(Denied").0);
    assert_ne!(look(&console, "Enrols new").0, Color::DarkGray);
    console.expect_not("▼");
}

#[test]
fn no_label_is_cut_in_any_language() {
    for language in Locale::ALL {
        let bench = Bench::new();
        let alice = bench.alice.clone();
        let text = Text::of(language);
        let mut console = Console::speaking(text, bench, alice, (80, 24));
        console.keys("n");
        for label in ["field.name", "field.description", "field.time_zone"] {
            console.expect(text.say(label));
        }
    }
}
