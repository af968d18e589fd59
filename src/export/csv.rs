//! Cells of CSV (RFC 4180), as no spreadsheet takes them for a formula.

use crate::domain::name::printable;

/// What a spreadsheet takes for the beginning of a formula; the full-width and small signs count in Japanese ones.
const FORMULA: [char; 12] = [
    '=', '+', '-', '@', '＝', '＋', '－', '＠', '﹦', '﹢', '﹣', '﹫',
];

/// What some spreadsheets take for the end of a cell, whatever the file says.
const SEPARATORS: [char; 6] = [',', ';', '|', '\t', '\n', '\u{fffd}'];

/// A text as RFC 4180 has it, always quoted. What a spreadsheet would take for a formula gets an apostrophe before it,
/// as OWASP advises against CSV injection: at the beginning, and also behind what one with other separators would
/// split at, where blanks and quotes do not count. So does what looks like one that has got it already: [`undefused`]
/// gives the text as it was. Lines stay lines; other control characters are replaced.
#[must_use]
pub fn cell(text: &str) -> String {
    let mut cell = String::with_capacity(text.len() + 2);
    cell.push('"');
    let mut begins = true;
    let lines: Vec<String> = text.split('\n').map(printable).collect();
    let text = lines.join("\n");
    for (at, c) in text.char_indices() {
        if begins && is_formula(&text[at..]) {
            cell.push('\'');
        }
        begins = goes_on(begins, c);
        if c == '"' {
            cell.push('"');
        }
        cell.push(c);
    }
    cell.push('"');
    cell
}

/// A cell's text without the apostrophes that [`cell`] has put before formulas.
#[must_use]
pub fn undefused(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut begins = true;
    for (at, c) in text.char_indices() {
        let is_added = begins && c == '\'' && is_formula(&text[at..]);
        begins = goes_on(begins, c);
        if !is_added {
            plain.push(c);
        }
    }
    plain
}

/// Whether a formula begins here, behind apostrophes or at once.
fn is_formula(text: &str) -> bool {
    text.trim_start_matches('\'').starts_with(FORMULA)
}

/// Whether a cell begins behind this character, for one spreadsheet or another.
fn goes_on(begins: bool, c: char) -> bool {
    SEPARATORS.contains(&c) || begins && (c.is_whitespace() || c == '"')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_runs_as_a_formula_whatever_it_is_split_at() {
        for (text, written) in [
            ("a", r#""a""#),
            ("", r#""""#),
            ("=1+1", r#""'=1+1""#),
            (" =1+1", r#"" '=1+1""#),
            ("a;=1+1", r#""a;'=1+1""#),
            ("a; =1", r#""a; '=1""#),
            ("a;\"=1+1\"", r#""a;""'=1+1""""#),
            ("a\n=x", "\"a\n'=x\""),
            ("a\t@x", "\"a\u{fffd}'@x\""),
            ("a\r-x", "\"a\u{fffd}'-x\""),
            ("a,+x|-y", r#""a,'+x|'-y""#),
            ("＝1", r#""'＝1""#),
            ("a-b = c", r#""a-b = c""#),
            ("Name: a -> b", r#""Name: a -> b""#),
        ] {
            assert_eq!(cell(text), written, "{text:?}");
        }
    }
}
