//! Reads `src` and enforces the import rule: which module may see which, and which crate belongs where.

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
        &["new_file"],
    ],
    &[&["text"]],
    &[&[
        "ui::form",
        "ui::field",
        "ui::table",
        "ui::frame",
        "ui::hits",
        "ui::theme",
        "ui::keymap",
        "ui::request",
        "ui::scroll",
        "ui::symbols",
        "ui::terminal",
    ]],
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

/// Crates, and a part of the standard library, with the only modules that may name them.
const CRATES: &[(&str, &[&str])] = &[
    ("arboard", &["clipboard"]),
    ("argon2", &["auth::hash"]),
    ("clap", &["cli"]),
    ("crossterm", &["ui"]),
    ("etcetera", &["config"]),
    ("hmac", &["auth::token"]),
    ("iana_time_zone", &["config"]),
    (
        "nix",
        &[
            "cli",
            "clipboard",
            "clock",
            "config",
            "harden",
            "path",
            "store",
            "ui::terminal",
        ],
    ),
    ("rand", &["auth"]),
    ("ratatui", &["ui"]),
    ("ratatui_textarea", &["ui"]),
    ("rusqlite", &["store"]),
    ("rustix", &["ui::terminal"]),
    ("signal_hook", &["cli", "harden", "ui::terminal"]),
    ("tui_input", &["ui"]),
    ("zeroizing_alloc", &["harden"]),
    ("std::env", &["config"]),
];

/// Modules that only list others.
const LISTS: &[&str] = &["", "ui"];

#[test]
fn every_module_keeps_the_import_rule() {
    let mut broken = Vec::new();
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    collect(&src, &mut files);
    assert!(files.len() > 20, "src was not found");
    for file in files {
        let source = fs::read_to_string(&file).expect("source");
        let path = file.strip_prefix(&src).expect("below src");
        broken.extend(check(&module_of(path), &source));
    }
    assert!(broken.is_empty(), "\n{}\n", broken.join("\n"));
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
        for (name, homes) in CRATES {
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
        breaks("text", "use crate::clock::Clock;");
        breaks("config", "use crate::text::Text;");
        breaks("domain::name", "use crate::text::Text;");
        breaks("ui::form", "use crate::ui::layer::list;");
        breaks("ui::layer::list", "use super::super::app::App;");
        keeps("ui::form", "use crate::ui::{field::Field, theme};");
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
        breaks(
            "auth::token",
            "fn f() -> argon2::Result<()> { ::argon2::go() }",
        );
        breaks("text", "use std::{env, io};");
        breaks("text", "fn f() { std::env::args(); }");
        breaks("cli", "use ratatui::Terminal;");
        keeps("auth::hash", "use argon2::Argon2;");
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
