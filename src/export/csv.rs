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
/// split at, where blanks and quotes do not count. Lines stay lines; other control characters are replaced.
#[must_use]
pub fn cell(text: &str) -> String {
    let mut cell = String::with_capacity(text.len() + 2);
    cell.push('"');
    let mut begins = true;
    let lines: Vec<String> = text.split('\n').map(printable).collect();
    for c in lines.join("\n").chars() {
        if begins && FORMULA.contains(&c) {
            cell.push('\'');
        }
        begins = SEPARATORS.contains(&c) || begins && (c.is_whitespace() || c == '"');
        if c == '"' {
            cell.push('"');
        }
        cell.push(c);
    }
    cell.push('"');
    cell
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
