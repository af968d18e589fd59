//! README and the other pages say what is so: what the code knows is compared with it, and what is to be typed is typed.

mod support;

#[path = "readme/links.rs"]
mod links;
#[path = "readme/pictures.rs"]
mod pictures;

use std::collections::BTreeSet;

use crossterm::event::KeyCode;
use keyward::domain::verdict::Refused;
use keyward::service::demo;
use keyward::text::Text;
use keyward::ui::keymap;

use support::console::Console;
use support::database::Bench;
use support::{page, picture};

const AGAIN: &str = "run `cargo run --example docs`";
/// How many words a page may have that is meant to be read at once.
const MOST_WORDS: [(&str, usize); 2] = [("README.md", 900), ("ARCHITECTURE.md", 1_500)];

/// What stands between backquotes, in order.
fn quoted(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

#[test]
fn the_tables_of_keys_and_settings_are_the_codes_own() {
    for (path, page) in picture::pages() {
        assert!(page::read(path) == page, "{path}: {AGAIN}");
    }
}

#[test]
fn what_is_read_at_the_door_is_short() {
    for (name, most) in MOST_WORDS {
        let words = page::read(name).split_whitespace().count();
        assert!(words <= most, "{name} has {words} words: docs/ has room");
    }
}

#[test]
fn the_pages_that_are_drawn_from_it_alone_have_the_table_of_exit_codes() {
    let drawn = ["docs/commands.md", "docs/exit-codes.md"];
    for name in page::all() {
        let tells = page::read(&name).contains("Exit code | Meaning |");
        assert!(!tells || drawn.contains(&&*name), "{name}");
    }
}

#[test]
fn readme_leads_to_every_page() {
    let readme = page::read("README.md");
    let list = page::section(&readme, "## Documentation");
    let (below, listed): (Vec<String>, Vec<String>) = page::all()
        .into_iter()
        .partition(|page| page.matches('/').count() > 1);
    for page in &listed {
        let is_there = page == "README.md" || list.contains(&format!("]({page})"));
        assert!(is_there, "{page} is not in README's list");
    }
    for page in below {
        let link = format!("]({})", page.trim_start_matches("docs/"));
        let is_there = listed
            .iter()
            .any(|listed| page::read(listed).contains(&link));
        assert!(is_there, "no page of README's list leads to {page}");
    }
}

#[test]
fn every_promise_has_a_limit_and_a_test_that_holds_it() {
    let readme = page::read("README.md");
    let promises = page::rows(page::section(&readme, "## What is promised"));
    assert!(promises.len() >= 10);
    for row in promises {
        let [promise, limit, test] = row[..] else {
            panic!("{row:?}");
        };
        assert!(promise.ends_with('.') && limit.ends_with('.'), "{row:?}");
        let (name, file) = test
            .strip_prefix("[`")
            .and_then(|test| test.strip_suffix(')')?.split_once("`]("))
            .unwrap_or_else(|| panic!("{test}"));
        let source = page::read(file);
        let (before, _) = source
            .split_once(&format!("fn {name}("))
            .unwrap_or_else(|| panic!("{file} has no {name}"));
        assert!(before.trim_end().ends_with("#[test]"), "{name} is no test");
    }
}

#[test]
fn readmes_ten_keys_are_in_the_key_table() {
    let readme = page::read("README.md");
    let ten = page::rows(page::section(&readme, "## Ten keys"));
    assert_eq!(ten.len(), 10);
    let table = keymap::markdown(Text::en_us());
    let table = page::rows(&table);
    let table: BTreeSet<(&str, &str)> = table.iter().map(|row| (row[0], row[2])).collect();
    for row in ten {
        assert!(table.contains(&(row[0], row[1])), "{row:?}");
    }
}

#[test]
fn readmes_sixty_seconds_go_as_it_says() {
    let readme = page::read("README.md");
    let steps = page::section(&readme, "## Sixty seconds");
    assert_eq!(
        quoted(steps),
        [
            "keyward demo",
            "--as auditor",
            "n",
            "F2",
            "p",
            "Enter",
            "a",
            "Enter",
            "l",
            "y",
            "u",
            "y",
            "t",
            "Esc",
            "q"
        ]
    );
    let (bench, user) = Bench::demo(demo::FULL_ACCESS_USER);
    let mut console = Console::of(bench, user, (80, 24));
    console.keys("n");
    console.keys("mine");
    console.press(KeyCode::F(2));
    let secret = console.secret();
    console.keys("p");
    console.paste(&secret);
    console.enter().expect("What you pasted is the secret.");
    assert_eq!(console.refusal(&secret), Some(Refused::NotDelivered));
    console.keys("a");
    console.enter();
    assert!(console.works(&secret));
    console.keys("ly");
    assert_eq!(console.refusal(&secret), Some(Refused::LockedOut));
    console.keys("uy");
    assert!(console.works(&secret));
    console.keys("t").expect("Go to");
    console.press(KeyCode::Esc);
    console.keys("q");
    assert!(console.done());
}

#[test]
fn the_gate_runs_readmes_own_test_command() {
    let readme = page::read("README.md");
    let blocks = page::blocks(page::section(&readme, "## Test"));
    let gate = page::read(".ci/run");
    for command in blocks.iter().flat_map(|block| block.lines()) {
        assert!(gate.lines().any(|line| line == command), "{command}");
    }
    let contributing = page::read("CONTRIBUTING.md");
    let checks = &page::blocks(page::section(&contributing, "## Build and test"))[0];
    assert!(gate.ends_with(checks), "CONTRIBUTING has the gate's checks");
}

#[test]
fn every_dependency_is_in_contributings_table_with_what_it_is_for() {
    let manifest: toml::Table = page::read("Cargo.toml").parse().expect("TOML");
    let tables = ["dependencies", "build-dependencies", "dev-dependencies"];
    let used: BTreeSet<&str> = tables
        .iter()
        .flat_map(|table| manifest[*table].as_table().expect("a table").keys())
        .map(String::as_str)
        .collect();
    let contributing = page::read("CONTRIBUTING.md");
    let rows = page::rows(page::section(&contributing, "## Dependencies"));
    let told: Vec<&str> = rows.iter().map(|row| row[0]).collect();
    assert_eq!(told, used.into_iter().collect::<Vec<_>>());
    assert!(rows.iter().all(|row| row.len() == 2 && !row[1].is_empty()));
}
