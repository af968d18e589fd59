//! The repository's own pages: what they say, and what they tell one to type.

use std::fs;
use std::path::{Path, PathBuf};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// What stands between fences.
pub struct Block {
    /// The line of the page in which it begins.
    pub line: usize,
    /// What stands behind its first fence.
    pub language: String,
    pub text: String,
}

/// Every page, by its path in the repository.
pub fn all() -> Vec<String> {
    let mut pages = Vec::new();
    let mut folders = vec![PathBuf::new(), PathBuf::from("docs")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(Path::new(ROOT).join(&folder)).expect("a folder") {
            let entry = entry.expect("an entry");
            let path = folder.join(entry.file_name());
            if path.extension().is_some_and(|end| end == "md") {
                pages.push(path.to_string_lossy().into_owned());
            } else if folder.starts_with("docs") && entry.path().is_dir() {
                folders.push(path);
            }
        }
    }
    pages.sort();
    pages
}

/// The text of a page, named by its path in the repository.
pub fn read(page: &str) -> String {
    let path = Path::new(ROOT).join(page);
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{page}: {error}"))
}

/// What stands under a heading, which is given with its `#`s, up to the next heading of its level.
pub fn section<'a>(page: &'a str, heading: &str) -> &'a str {
    let start = format!("\n{heading}\n");
    let (_, rest) = page.split_once(&start).expect(heading);
    let level = heading.split(' ').next().unwrap_or_default();
    let next = format!("\n{level} ");
    rest.split(next.as_str()).next().unwrap_or_default()
}

/// What stands between fences, in order.
pub fn fenced(text: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    for (line, content) in (1..).zip(text.lines()) {
        match (content.strip_prefix("```"), &mut open) {
            (Some(language), None) => {
                let language = language.to_owned();
                open = Some(Block {
                    line,
                    language,
                    text: String::new(),
                });
            }
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (None, Some(block)) => block.text.extend([content, "\n"]),
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "a block has no end");
    blocks
}

/// The lines between fences, one text for each block.
pub fn blocks(text: &str) -> Vec<String> {
    fenced(text).into_iter().map(|block| block.text).collect()
}

/// The cells of each row of the tables in a text, without their headings.
pub fn rows(text: &str) -> Vec<Vec<&str>> {
    let mut rows = Vec::new();
    let mut below_heading = false;
    for line in text.lines() {
        let cells = line
            .strip_prefix("| ")
            .and_then(|row| row.strip_suffix(" |"));
        match cells {
            Some(cells) if cells.starts_with("---") => below_heading = true,
            Some(cells) if below_heading => rows.push(cells.split(" | ").collect()),
            Some(_) => {}
            None => below_heading = false,
        }
    }
    rows
}
