//! The pages of `assets/help`, taken apart: help prints them as they are written, manual and docs draw each part anew.

/// A part of a page, up to the next one.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::cli) enum Block {
    /// Sentences, from one blank line to the next.
    Text(String),
    /// A term, and what it means: two columns, with at least two blanks between them.
    Row(String, String),
    /// A line that is typed or read as it stands.
    Code(String),
}

/// The parts of a page, in order.
pub(in crate::cli) fn blocks(page: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut goes_on = false;
    for line in page.lines() {
        let words = line.trim();
        match (line.len() - line.trim_start().len(), blocks.last_mut()) {
            _ if words.is_empty() => {}
            (0, Some(Block::Text(text))) if goes_on => *text = format!("{text} {words}"),
            (0, _) => blocks.push(Block::Text(words.to_owned())),
            (3.., Some(Block::Row(_, meaning))) => *meaning = format!("{meaning} {words}"),
            (_, _) => blocks.push(match words.split_once("  ") {
                Some((term, meaning)) => Block::Row(term.to_owned(), meaning.trim().to_owned()),
                None => Block::Code(words.to_owned()),
            }),
        }
        goes_on = !words.is_empty();
    }
    blocks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_taken_apart_into_sentences_columns_and_lines_to_type() {
        let page = "One sentence,\nand its end.\n\nThese are:\n  one    the first,\n         and its end\n  two, 3 more\n";
        let text = |words: &str| Block::Text(words.to_owned());
        assert_eq!(
            blocks(page),
            [
                text("One sentence, and its end."),
                text("These are:"),
                Block::Row("one".to_owned(), "the first, and its end".to_owned()),
                Block::Code("two, 3 more".to_owned()),
            ]
        );
    }
}
