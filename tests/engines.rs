//! Tests run on both engines unless `tests/sqlite_alone` names them: what stands there is there, and who needs to stand there
//! does.

use std::fs;
use std::path::{Path, PathBuf};

/// What only a test says that is about `SQLite`.
const WORDS: [&str; 5] = [
    "rusqlite",
    " sqlite(",
    "in_memory()",
    "Place::File",
    "Place::Memory",
];

/// A file of tests, with what names each of its tests in what is run, and the source from there to the next one.
struct Suite {
    name: String,
    tests: Vec<(String, String)>,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests")
}

/// Every Rust file of a folder, by name; none where there is no folder.
fn sources(folder: &Path) -> Vec<(String, String)> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let paths = paths.filter(|path| path.extension().is_some_and(|end| end == "rs"));
    let read = |path: PathBuf| {
        let name = path.file_stem().expect("a name").to_string_lossy();
        let source = fs::read_to_string(&path).expect("a source");
        (name.into_owned(), source)
    };
    let mut read: Vec<_> = paths.map(read).collect();
    read.sort();
    read
}

/// The tests of a source, under the module that it is; what stands before the first is named after the module alone.
fn tests(module: &str, source: &str, found: &mut Vec<(String, String)>) {
    let mut parts = source.split("#[test]\n");
    let before = parts.next().unwrap_or_default();
    found.push((module.to_owned(), before.to_owned()));
    for part in parts {
        let (_, from) = part.split_once("fn ").expect("a function");
        let (name, _) = from.split_once('(').expect("a function");
        found.push((format!("{module}{name}"), part.to_owned()));
    }
}

fn suites() -> Vec<Suite> {
    let suite = |(name, source): (String, String)| {
        let mut found = Vec::new();
        tests("", &source, &mut found);
        for (module, source) in sources(&folder().join(&name)) {
            tests(&format!("{module}::"), &source, &mut found);
        }
        Suite { name, tests: found }
    };
    sources(&folder()).into_iter().map(suite).collect()
}

/// The names of the table: a file, and what the names of tests in it contain; all of them where that is empty.
fn alone() -> Vec<(String, String)> {
    let table = fs::read_to_string(folder().join("sqlite_alone")).expect("the table");
    let lines = table
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    let row = |line: &str| {
        let (name, why) = line.split_once(' ').expect("a reason");
        assert!(!why.trim().is_empty(), "why {name}?");
        let (file, tests) = name.split_once("::").unwrap_or((name, ""));
        (file.to_owned(), tests.to_owned())
    };
    lines.map(row).collect()
}

#[test]
fn what_the_table_names_is_there_and_nothing_else_is_meant() {
    let suites = suites();
    for (file, named) in alone() {
        let suite = suites.iter().find(|suite| suite.name == file);
        let suite = suite.unwrap_or_else(|| panic!("there is no tests/{file}.rs"));
        let mut meant = suite.tests.iter().filter(|(name, _)| name.contains(&named));
        let first = meant.next();
        assert!(first.is_some(), "{file} has no {named}");
        let other = first
            .into_iter()
            .chain(meant)
            .find(|(name, _)| !name.starts_with(&named));
        assert!(
            other.is_none(),
            "{named} is in {:?}, too",
            other.map(|(name, _)| name)
        );
    }
}

#[test]
fn whoever_needs_sqlite_is_in_the_table() {
    let alone = alone();
    let mut missing = Vec::new();
    for suite in suites().iter().filter(|suite| suite.name != "engines") {
        for (name, source) in &suite.tests {
            let word = WORDS.into_iter().find(|word| source.contains(word));
            let is_named = alone
                .iter()
                .any(|(file, tests)| *file == suite.name && name.starts_with(tests));
            if let Some(word) = word.filter(|_| !is_named) {
                missing.push(format!("{}::{name} has {word}", suite.name));
            }
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
}
