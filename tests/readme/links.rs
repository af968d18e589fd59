//! Every relative link of the pages leads to something, with its anchor, and every path that they name is there.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use super::support::page;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// The folders whose files a page may name in backquotes.
const FOLDERS: [&str; 8] = [
    "src/",
    "tests/",
    "assets/",
    "docs/",
    "examples/",
    "benches/",
    ".ci/",
    ".github/",
];

/// The page without its blocks and comments, in which nothing is a link or heading.
fn prose(page: &str) -> String {
    let mut inside = false;
    let lines = page.lines().filter(|line| {
        let fence = line.trim_start().starts_with("```");
        inside ^= fence;
        !inside && !fence && !line.starts_with("<!--")
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Where the links and pictures of a text lead.
fn links(prose: &str) -> Vec<&str> {
    let mut links = Vec::new();
    let mut rest = prose;
    while let Some((_, from)) = rest.split_once("](") {
        let (link, after) = from.split_once(')').expect("a link has an end");
        links.push(link);
        rest = after;
    }
    links
}

/// The anchors of a page, as GitHub and others make them of its headings.
fn anchors(prose: &str) -> Vec<String> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let headings = prose.lines().filter_map(|line| {
        let text = line.trim_start_matches('#').strip_prefix(' ')?;
        line.starts_with('#').then_some(text)
    });
    let anchor = |heading: &str| -> String {
        let lower = heading.to_lowercase();
        let kept = lower
            .chars()
            .filter(|c| c.is_alphanumeric() || " -_".contains(*c));
        kept.map(|c| if c == ' ' { '-' } else { c }).collect()
    };
    headings
        .map(|heading| {
            let anchor = anchor(heading);
            let times = seen.entry(anchor.clone()).or_default();
            *times += 1;
            match *times {
                1 => anchor,
                times => format!("{anchor}-{}", times - 1),
            }
        })
        .collect()
}

/// The path without `.` and `..`.
fn straight(path: &Path) -> PathBuf {
    let mut straight = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => assert!(straight.pop(), "{} leaves", path.display()),
            Component::CurDir => {}
            other => straight.push(other),
        }
    }
    straight
}

/// What is wrong with a link on a page, if anything.
fn broken(from: &str, link: &str) -> Option<String> {
    if link.contains("://") || link.starts_with("mailto:") {
        return None;
    }
    let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
    let target = match file {
        "" => PathBuf::from(from),
        file => straight(&Path::new(from).with_file_name("").join(file)),
    };
    if !Path::new(ROOT).join(&target).exists() {
        return Some(format!("{from}: {link} leads nowhere"));
    }
    let target = target.to_string_lossy();
    let is_there =
        anchor.is_empty() || anchors(&prose(&page::read(&target))).contains(&anchor.to_owned());
    (!is_there).then(|| format!("{from}: {target} has no #{anchor}"))
}

#[test]
fn every_relative_link_and_anchor_leads_somewhere() {
    let pages = page::all();
    assert!(pages.len() > 10, "{pages:?}");
    let mut wrong = Vec::new();
    for name in &pages {
        let page = prose(&page::read(name));
        wrong.extend(
            links(&page)
                .into_iter()
                .filter_map(|link| broken(name, link)),
        );
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

#[test]
fn every_path_that_a_page_names_is_there() {
    let mut wrong = Vec::new();
    for name in page::all() {
        let page = prose(&page::read(&name));
        for path in page.split('`').skip(1).step_by(2) {
            let is_path = FOLDERS.iter().any(|folder| path.starts_with(folder));
            if is_path && !path.contains('*') && !Path::new(ROOT).join(path).exists() {
                wrong.push(format!("{name}: there is no {path}"));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

#[test]
fn a_link_that_leads_nowhere_is_found() {
    let wrong = |link| broken("docs/keys.md", link).is_some();
    assert!(!wrong("configuration.md#settings") && !wrong("../README.md#run") && !wrong("#typing"));
    assert!(wrong("README.md") && wrong("../README.md#ran") && wrong("#tipping"));
    assert!(links("[a](b.md#c), ![d](e.svg)") == ["b.md#c", "e.svg"]);
    assert!(anchors("# What, not\n## Twice\n## Twice\n#none") == ["what-not", "twice", "twice-1"]);
    assert!(prose("a\n```\n[b](c)\n```\nd") == "a\nd");
}
