//! Where quotation marks stand in CSV.

/// What came before a character.
#[derive(Clone, Copy)]
enum Seen {
    /// The beginning of a cell.
    Start,
    /// Characters of a cell without quotation marks around it.
    Bare,
    /// Those of one with them, which begins at this byte.
    Quoted(usize),
    /// A quotation mark in it: the last one, or the first of two.
    Mark(usize),
}

/// The byte of a quotation mark that is not closed, or of the first character that cannot stand where it does (RFC 4180).
pub(super) fn misplaced(text: &str) -> Option<usize> {
    let mut seen = Seen::Start;
    for (at, byte) in text.bytes().enumerate() {
        seen = match (seen, byte) {
            (Seen::Start, b'"') => Seen::Quoted(at),
            (Seen::Quoted(from), b'"') => Seen::Mark(from),
            (Seen::Mark(from), b'"') | (Seen::Quoted(from), _) => Seen::Quoted(from),
            (_, b',' | b'\r' | b'\n') => Seen::Start,
            (Seen::Bare, b'"') | (Seen::Mark(_), _) => return Some(at),
            (Seen::Start | Seen::Bare, _) => Seen::Bare,
        };
    }
    match seen {
        Seen::Quoted(from) => Some(from),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quotation_mark_stands_around_a_cell_or_twice_in_it() {
        for good in [
            "",
            "a,b",
            "\"a\",\"\"\r\n\"\"\"\",b\n",
            "\"a\nb\"\r\"c\"",
            "\"\"\"\"\"\"",
        ] {
            assert_eq!(misplaced(good), None, "{good}");
        }
        for (bad, at) in [
            ("a,\"cut off", 2),
            ("a,\"b\"\"", 2),
            ("\"", 0),
            ("\"x\" y", 3),
            ("x\"y", 1),
            ("x\"y\"", 1),
            (" \"x\"", 1),
            ("\"x\"y\",a", 3),
        ] {
            assert_eq!(misplaced(bad), Some(at), "{bad}");
        }
    }
}
