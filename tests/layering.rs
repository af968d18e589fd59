//! Reads `src` and enforces the import rule: which module may see which, which crate belongs where, and that no files
//! see each other in a circle.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

mod support {
    pub mod source;
}

use support::source::paths;

/// The ranks, lowest first. A module sees only lower ranks and its own group; a group is one line in here.
const RANKS: &[&[&[&str]]] = &[
    &[&["domain"]],
    &[&["path"]],
    &[&["auth"], &["store"], &["clock"]],
    &[
        &["service"],
        &["clipboard"],
        &["config"],
        &["harden"],
        &["new_file", "handover"],
    ],
    &[&["text"]],
    &[&["export", "import"]],
    &[
        &[
            "ui::extent",
            "ui::form",
            "ui::field",
            "ui::table",
            "ui::hits",
            "ui::keymap",
            "ui::request",
            "ui::look",
            "ui::scroll",
            "ui::terminal",
        ],
        &["serve"],
    ],
    &[&["ui::layer"]],
    &[&["ui::perform", "ui::app", "ui::run"]],
    &[&["cli"]],
    &[&["main"]],
];

/// Modules that see less than their rank allows.
const BLIND: &[(&str, &[&str])] = &[
    ("text", &["store", "clipboard", "clock"]),
    ("ui::layer", &["service", "store", "clipboard", "clock"]),
    ("ui::app", &["service", "store"]),
    ("ui::perform", &["store"]),
];

/// Every crate of `Cargo.toml`, with the only modules that may name it.
const CRATES: &[(&str, &[&str])] = &[
    ("age", &["handover"]),
    ("arboard", &["clipboard"]),
    ("argon2", &["auth::hash"]),
    ("base64", &["auth", "cli", "domain::secret", "ui::terminal"]),
    ("bytes", &["store::postgres"]),
    ("caseless", &["domain::fold"]),
    (
        "chrono",
        &[
            "cli",
            "domain",
            "export",
            "import",
            "serve",
            "service::demo",
            "store::convert",
            "text",
            "ui",
        ],
    ),
    ("clap", &["cli"]),
    ("clap_complete", &["cli"]),
    ("clap_mangen", &["cli"]),
    ("crossterm", &["ui"]),
    // export has a module of this name.
    ("csv", &["export", "import"]),
    ("etcetera", &["config"]),
    ("futures_core", &["store::postgres"]),
    ("futures_sink", &["store::postgres"]),
    ("hmac", &["auth::proof", "auth::token"]),
    ("http_body_util", &["serve"]),
    ("hyper", &["serve"]),
    ("hyper_util", &["serve"]),
    ("iana_time_zone", &["config"]),
    ("ipnet", &["domain::address"]),
    ("listenfd", &["serve"]),
    ("memchr", &["domain::secret", "store::list::words"]),
    (
        "nix",
        &[
            "cli",
            "clipboard",
            "clock",
            "config",
            "harden",
            "path",
            "serve::listen",
            "store::postgres",
            "store::sqlite",
            "ui::terminal",
        ],
    ),
    ("rand", &["auth::random"]),
    ("ratatui", &["ui"]),
    ("ratatui_textarea", &["ui::field"]),
    ("rusqlite", &["store::sqlite"]),
    ("rustix", &["handover", "store::postgres", "ui::terminal"]),
    ("rustls", &["store::postgres"]),
    ("sd_notify", &["serve"]),
    ("serde", &["cli", "export", "import", "serve", "ui::look"]),
    (
        "serde_json",
        &[
            "cli", "domain", "export", "import", "serve", "service", "store", "text",
        ],
    ),
    (
        "sha2",
        &["auth::proof", "auth::token", "domain::event::chain"],
    ),
    ("shlex", &["cli::backup", "cli::restore", "cli::ssh_words"]),
    ("signal_hook", &["cli", "harden", "serve", "ui::terminal"]),
    ("subtle", &["auth", "domain::secret"]),
    ("tokio", &["serve", "store::postgres"]),
    ("tokio_postgres", &["store::postgres"]),
    ("tokio_postgres_rustls", &["store::postgres"]),
    ("toml", &["cli", "config", "ui::look"]),
    ("tui_input", &["ui::field"]),
    ("unicode_joining_type", &["domain::name"]),
    (
        "unicode_normalization",
        &["domain::fold", "domain::name", "domain::secret"],
    ),
    ("unicode_properties", &["domain::name"]),
    ("unicode_segmentation", &["ui"]),
    // Only its version is given: another crate uses it.
    ("unicode_width", &[]),
    (
        "zeroize",
        &[
            "auth",
            "cli",
            "clipboard",
            "domain::secret",
            "handover",
            "serve",
            "store",
            "ui",
        ],
    ),
    ("zeroizing_alloc", &["harden"]),
];

/// The parts of the standard library with which a program reaches out, and what tells the time, with the only modules that
/// may name them.
const STD: &[(&str, &[&str])] = &[
    ("std::env", &["config"]),
    (
        "std::fs",
        &[
            "cli",
            "config",
            "handover",
            "new_file",
            "path",
            "serve",
            "store::postgres",
            "store::sqlite",
            "ui::terminal",
        ],
    ),
    (
        "std::net",
        &["cli::args", "domain", "serve", "store::postgres"],
    ),
    (
        "std::process",
        &["cli", "clipboard", "main", "store::sqlite::left"],
    ),
    (
        "std::thread",
        &[
            "cli",
            "clipboard",
            "serve",
            "store::sqlite::doctor",
            "store::patience",
            "store::postgres::nearest",
            "ui::run",
            "ui::terminal",
        ],
    ),
    ("std::time::Instant", &["clock"]),
    ("std::time::SystemTime", &["clock"]),
    ("tokio::time::Instant", &["clock"]),
];

/// Modules that only list others.
const LISTS: &[&str] = &["", "ui"];

/// Where the ranks are told to people: in ARCHITECTURE from the highest down, in lib.rs from the lowest up.
#[test]
fn the_ranks_are_told_as_they_are() {
    let page = |name| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
        fs::read_to_string(path).expect("page")
    };
    let architecture = page("ARCHITECTURE.md");
    let picture = architecture.split("```").nth(1).expect("the picture");
    let drawn = picture.lines().rev().map(|line| line.split("   ").next());
    let library = page("src/lib.rs");
    let items = library.lines().filter(|line| line.contains(". [`"));
    let listed = items.map(|line| line.split("]:").next());
    let told = |lines: Vec<Option<&str>>, module: &str| {
        let whole = module.split("::").next().unwrap_or(module);
        let parts = format!("{whole}::...");
        [module, &parts, whole].into_iter().find_map(|name| {
            let of_names = |c: char| c.is_alphanumeric() || "_:.".contains(c);
            lines.iter().flatten().position(|line| {
                let mut words = line.split(|c| !of_names(c));
                words.any(|word| word == name)
            })
        })
    };
    for lines in [drawn.collect::<Vec<_>>(), listed.collect()] {
        let mut below = 0;
        // `main` only calls the library.
        for rank in &RANKS[..RANKS.len() - 1] {
            let places: Vec<usize> = rank
                .iter()
                .flat_map(|group| *group)
                .map(|module| {
                    told(lines.clone(), module).unwrap_or_else(|| panic!("{module} is not told"))
                })
                .collect();
            assert!(places.iter().all(|place| *place >= below), "{rank:?}");
            below = *places.iter().max().expect("a module");
        }
    }
}

#[test]
fn every_module_keeps_the_import_rule() {
    let broken: Vec<String> = sources()
        .iter()
        .flat_map(|(module, source)| check(module, source))
        .collect();
    assert!(broken.is_empty(), "\n{}\n", broken.join("\n"));
}

#[test]
fn every_crate_is_listed() {
    let manifest: toml::Table = include_str!("../Cargo.toml").parse().expect("TOML");
    let dependencies = manifest["dependencies"].as_table().expect("a table");
    let there: BTreeSet<_> = dependencies
        .keys()
        .map(|name| name.replace('-', "_"))
        .collect();
    let listed: BTreeSet<_> = CRATES.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(there, listed);
}

#[test]
fn only_the_visual_language_names_colours_and_draws_edges() {
    // What makes bytes of a frame writes its colours, whatever they are for.
    let free = ["ui::look", "ui::terminal::screen"];
    let of_ui = |module: &str| is_in(module, "ui") && !free.iter().any(|free| is_in(module, free));
    for (module, source) in sources() {
        let words = ["Color::", "Modifier::", "│", "─", "╭", "▐"];
        let named = words.map(|word| production(&source).contains(word) && of_ui(&module));
        assert_eq!(named, [false; 6], "{module}: {words:?}");
    }
}

#[test]
fn no_files_see_each_other_in_a_circle() {
    let found = circles(&sources());
    assert!(found.is_empty(), "{found:?}");
}

/// Every file of `src` by its module.
fn sources() -> BTreeMap<String, String> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    collect(&src, &mut files);
    assert!(files.len() > 20, "src was not found");
    let read = |file: &PathBuf| {
        let path = file.strip_prefix(&src).expect("below src");
        (module_of(path), fs::read_to_string(file).expect("source"))
    };
    // Unit tests in a file of their own are no part of the program.
    let is_program =
        |(module, _): &(String, String)| !module.split("::").any(|part| part == "tests");
    files.iter().map(read).filter(is_program).collect()
}

/// What is compiled into the program: a file without its unit tests.
fn production(source: &str) -> &str {
    source
        .split("#[cfg(test)]\nmod tests")
        .next()
        .unwrap_or_default()
}

/// The files that see each other in a circle, each circle by the names of its modules. What a file takes from a module
/// that it lies in is no part of one: the two are one module.
fn circles(sources: &BTreeMap<String, String>) -> Vec<Vec<String>> {
    let file_of = |seen: &str| {
        let mut file = seen;
        while !sources.contains_key(file) {
            file = file.rsplit_once("::")?.0;
        }
        Some(file.to_owned())
    };
    let seen_by = |module: &String, source: &String| -> BTreeSet<String> {
        let whole = |path: &String| match path.strip_prefix("crate::") {
            Some(path) => path.to_owned(),
            None => format!("{module}::{path}"),
        };
        let paths = paths(module, production(source));
        let seen = paths.iter().filter_map(|path| file_of(&whole(path)));
        seen.filter(|seen| !is_in(module, seen)).collect()
    };
    let sees: BTreeMap<&String, BTreeSet<String>> = sources
        .iter()
        .map(|(module, source)| (module, seen_by(module, source)))
        .collect();
    let reached = |from: &String| {
        let (mut reached, mut next) = (BTreeSet::new(), vec![from]);
        while let Some(module) = next.pop() {
            next.extend(
                sees[module]
                    .iter()
                    .filter(|seen| reached.insert((*seen).clone())),
            );
        }
        reached
    };
    let reach: BTreeMap<&String, BTreeSet<String>> = sources
        .keys()
        .map(|module| (module, reached(module)))
        .collect();
    let circle = |module: &&String| -> Vec<String> {
        let there_and_back = reach[*module]
            .iter()
            .filter(|seen| reach[*seen].contains(*module));
        there_and_back.cloned().collect()
    };
    let circles: BTreeSet<_> = sources.keys().map(|module| circle(&module)).collect();
    circles
        .into_iter()
        .filter(|circle| !circle.is_empty())
        .collect()
}

fn collect(directory: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).expect("directory") {
        let path = entry.expect("entry").path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|end| end == "rs") {
            files.push(path);
        }
    }
}

/// `ui/layer/mod.rs` is `ui::layer`, and `lib.rs` is the empty name.
fn module_of(path: &Path) -> String {
    let text = path.with_extension("");
    let mut parts: Vec<_> = text.iter().map(|part| part.to_string_lossy()).collect();
    if matches!(parts.last().map(AsRef::as_ref), Some("mod" | "lib")) {
        parts.pop();
    }
    parts.join("::")
}

fn is_in(module: &str, part: &str) -> bool {
    module
        .strip_prefix(part)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

/// The rank, and the group in it.
fn place(module: &str) -> Option<(usize, usize)> {
    RANKS.iter().enumerate().find_map(|(rank, groups)| {
        let group = groups
            .iter()
            .position(|group| group.iter().any(|part| is_in(module, part)))?;
        Some((rank, group))
    })
}

/// What in this source breaks the rule.
fn check(module: &str, source: &str) -> Vec<String> {
    let mut broken = Vec::new();
    let own = place(module);
    if own.is_none() && !LISTS.contains(&module) {
        broken.push(format!("{module} has no rank"));
    }
    for path in paths(module, source) {
        if let Some(seen) = path.strip_prefix("crate::") {
            let allowed = match (own, place(seen)) {
                (Some(own), Some(other)) => own == other || other.0 < own.0,
                _ => false,
            };
            let blind = BLIND
                .iter()
                .any(|(who, what)| is_in(module, who) && what.iter().any(|part| is_in(seen, part)));
            if !allowed || blind {
                broken.push(format!("{module} must not see {seen}"));
            }
        }
    }
    for path in paths(module, production(source)) {
        for (name, homes) in CRATES.iter().chain(STD) {
            if is_in(&path, name) && !homes.iter().any(|home| is_in(module, home)) {
                broken.push(format!("{module} must not use {name}"));
            }
        }
    }
    broken
}

mod the_checker {
    use super::*;

    #[track_caller]
    fn breaks(module: &str, source: &str) {
        assert!(!check(module, source).is_empty(), "{module}: {source}");
    }

    #[track_caller]
    fn keeps(module: &str, source: &str) {
        let broken = check(module, source);
        assert!(broken.is_empty(), "{module}: {source}\n{broken:?}");
    }

    #[test]
    fn sees_an_import_from_above_however_it_is_written() {
        for source in [
            "use crate::service::Service;",
            "use crate::{domain::name, service};",
            "use crate::{\n    domain::{name, list::{self, Order as O}},\n    service as s,\n};",
            "fn f() { crate::service::go(); }",
            "fn f(c: char) -> bool { c == '\"' || c == '\\'' || crate::service::go() }",
            "use super::service::Service;",
            "mod tests { use super::super::service; }",
            "mod a { mod b {} } use super::service;",
            "const S: &str = r#\"\"\"#; use crate::service;",
        ] {
            breaks("store", source);
        }
        keeps(
            "store",
            "use crate::{domain::name, domain::list as service};",
        );
        keeps(
            "store",
            "// crate::service\n/* crate::service */ const S: &str = \"crate::service::x\";",
        );
        keeps(
            "store::open",
            "use super::file; use crate::store::order; mod tests { use super::*; }",
        );
    }

    #[test]
    fn knows_the_ranks() {
        breaks("config", "use crate::text::Text;");
        breaks("service", "use crate::text::Text;");
        keeps("ui::form", "use crate::text::Text;");
        breaks("domain::name", "use crate::text::Text;");
        breaks("ui::form", "use crate::ui::layer::list;");
        breaks("ui::layer::list", "use super::super::app::App;");
        keeps("ui::form", "use crate::ui::{field::Field, look};");
        keeps(
            "ui::run",
            "use crate::{clipboard, clock::Clock, service::Service, ui::app};",
        );
        keeps("main", "fn main() { keyward::cli::run() }");
    }

    #[test]
    fn layers_see_nothing_that_acts() {
        for seen in ["service", "store", "clipboard", "clock"] {
            breaks("ui::layer::secret", &format!("use crate::{seen}::x;"));
        }
        keeps(
            "ui::layer::secret",
            "use crate::{domain::secret, ui::request};",
        );
    }

    #[test]
    fn every_crate_has_its_place() {
        breaks("service", "use rusqlite::Connection;");
        breaks("service", "use {rusqlite as sql};");
        breaks("service", "use rusqlite;");
        breaks("service", "use ::rusqlite::Row;");
        breaks("store::secrets", "use rusqlite::params;");
        breaks("store::secrets", "use std::fs;");
        keeps("store::sqlite::log", "use rusqlite::Connection;");
        breaks(
            "auth::token",
            "fn f() -> argon2::Result<()> { ::argon2::go() }",
        );
        breaks("text", "use std::{env, io};");
        breaks("text", "fn f() { std::env::args(); }");
        breaks("store", "use std::net::TcpStream;");
        breaks("service", "use std::{fs, io};");
        breaks("domain::name", "fn f() { std::thread::spawn(f); }");
        breaks("serve::api", "use tokio::time::{Instant, timeout};");
        breaks("serve", "fn f() { tokio::time::Instant::now(); }");
        breaks("ui::run", "use std::time::{Duration, Instant};");
        keeps(
            "serve",
            "use std::time::Duration; use tokio::time::timeout;",
        );
        breaks("cli", "use ratatui::Terminal;");
        keeps("auth::hash", "use argon2::Argon2;");
        keeps("service", "#[cfg(test)]\nmod tests { use std::fs; }");
        keeps(
            "ui::layer::list",
            "use ratatui::{buffer::Buffer, layout::Rect};",
        );
        keeps(
            "text",
            "use std::io; const V: &str = env!(\"CARGO_PKG_VERSION\");",
        );
    }

    #[test]
    fn a_module_of_an_unknown_name_fails() {
        breaks("helpers", "");
        breaks("ui::widgets", "");
        breaks("ui::app", "use crate::helpers::x;");
        breaks("ui", "use crate::domain::name;");
        keeps("ui", "pub mod terminal;");
    }

    #[test]
    fn a_circle_is_found_however_long_it_is() {
        let sources = |files: &[(&str, &str)]| {
            let owned = files
                .iter()
                .map(|(module, source)| ((*module).to_owned(), (*source).to_owned()));
            circles(&owned.collect())
        };
        let four = [
            ("a", "use crate::b::x;"),
            ("b", "use super::c::{x, y};"),
            ("c", "pub use d::f;"),
            ("c::d", "fn f() { crate::a::f(); }"),
            ("e", "use crate::a::f;"),
        ];
        assert_eq!(sources(&four), [["a", "b", "c", "c::d"]]);
        assert_eq!(sources(&four[1..]), [[""; 0]; 0]);
        // A module and what lies in it are one.
        let within = [
            ("a", "use self::b::x;"),
            ("a::b", "use super::A; use crate::a::x;"),
        ];
        assert_eq!(sources(&within), [[""; 0]; 0]);
    }

    #[test]
    fn a_file_is_its_module() {
        for (file, module) in [
            ("lib.rs", ""),
            ("main.rs", "main"),
            ("ui/mod.rs", "ui"),
            ("ui/layer/list.rs", "ui::layer::list"),
        ] {
            assert_eq!(module_of(Path::new(file)), module);
        }
    }
}
