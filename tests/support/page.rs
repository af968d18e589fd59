//! The repository's own pages: what they say, and what they tell one to type.

use std::fs;
use std::path::Path;

/// The text of a page, named by its path in the repository.
pub fn read(page: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(page);
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

/// The lines between fences, one text for each block.
pub fn blocks(text: &str) -> Vec<String> {
    let blocks = text.split("```\n").skip(1).step_by(2);
    blocks.map(str::to_owned).collect()
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
