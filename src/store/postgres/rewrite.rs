//! A statement as `PostgreSQL` takes it: values have numbers, and what only tells `SQLite` how rows are to be found goes.

/// Which value a statement asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// By its number; the first one is 1.
    Number(usize),
    /// By its name, which begins with a colon.
    Name(String),
}

/// A statement, and the values that it asks for as `$1`, `$2` and so on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rewritten {
    pub sql: String,
    pub asked: Vec<Asked>,
}

/// Where `PostgreSQL` has a table for what `SQLite` computes from an event: the function there, the column here.
const TEXTS: [(&str, &str); 2] = [("event_text", "search"), ("event_target", "target_key")];

/// Rewrites a statement. What stands in quotes or in a comment stays as it is.
pub fn rewrite(text: &str) -> Rewritten {
    let mut rewriting = Rewriting {
        text,
        at: 0,
        sql: String::with_capacity(text.len()),
        asked: Vec::new(),
    };
    while rewriting.step() {}
    let Rewriting { sql, asked, .. } = rewriting;
    Rewritten { sql, asked }
}

struct Rewriting<'t> {
    text: &'t str,
    at: usize,
    sql: String,
    asked: Vec<Asked>,
}

fn is_part(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

impl<'t> Rewriting<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// The next part of the text; false at its end.
    fn step(&mut self) -> bool {
        let rest = self.rest();
        let Some(first) = rest.as_bytes().first().copied() else {
            return false;
        };
        let second = rest.as_bytes().get(1).copied().unwrap_or_default();
        let taken = match first {
            b'\'' | b'"' => quoted(rest, char::from(first)),
            b'-' if second == b'-' => rest.find('\n').unwrap_or(rest.len()),
            b'/' if second == b'*' => rest.find("*/").map_or(rest.len(), |end| end + 2),
            b'?' if second.is_ascii_digit() => return self.number(&rest[1..]),
            b':' if second == b':' => 2,
            b':' if is_part(second) => return self.name(rest),
            b'+' if self.is_hint(second) => {
                self.at += 1;
                return true;
            }
            _ if is_part(first) => return self.word(rest),
            _ => rest.chars().next().map_or(1, char::len_utf8),
        };
        self.copy(taken);
        true
    }

    fn copy(&mut self, bytes: usize) {
        self.sql.push_str(&self.rest()[..bytes]);
        self.at += bytes;
    }

    /// Whether a `+` here stands before a column, and not between two values: those have blanks on both sides.
    fn is_hint(&self, next: u8) -> bool {
        let before = self.text.as_bytes()[..self.at].last();
        let begins = before.is_none_or(|byte| byte.is_ascii_whitespace() || b"(,".contains(byte));
        begins && (next.is_ascii_alphabetic() || next == b'_')
    }

    fn number(&mut self, rest: &str) -> bool {
        let digits = length(rest, |byte| byte.is_ascii_digit());
        self.at += 1 + digits;
        self.ask(Asked::Number(rest[..digits].parse().unwrap_or(0)))
    }

    fn name(&mut self, rest: &str) -> bool {
        let name = 1 + length(&rest[1..], is_part);
        self.at += name;
        self.ask(Asked::Name(rest[..name].to_owned()))
    }

    fn ask(&mut self, asked: Asked) -> bool {
        let known = self.asked.iter().position(|known| *known == asked);
        let number = known.unwrap_or_else(|| {
            self.asked.push(asked);
            self.asked.len() - 1
        });
        self.sql.push('$');
        self.sql.push_str(&(number + 1).to_string());
        true
    }

    fn word(&mut self, rest: &'t str) -> bool {
        let word = length(rest, is_part);
        let (word, behind) = rest.split_at(word);
        if let Some(rest) = follows(word, behind, "NOT", "INDEXED") {
            self.at = self.text.len() - rest.len();
        } else if let Some(rest) = follows(word, behind, "INDEXED", "BY") {
            let rest = rest.trim_start();
            self.at = self.text.len() - rest.len() + length(rest, is_part);
        } else if let Some((_, column)) = TEXTS.iter().find(|(function, _)| *function == word)
            && let Some(values) = bracketed(behind)
        {
            let of = values.split(',').next().unwrap_or_default().trim();
            let text = [
                "(SELECT texts.",
                column,
                " FROM event_texts texts WHERE texts.sequence = ",
                of,
                ")",
            ];
            self.sql.push_str(&text.concat());
            self.at += word.len() + values.len() + 2;
        } else {
            self.copy(word.len());
        }
        true
    }
}

/// How many bytes at the beginning are such ones.
fn length(text: &str, is: impl Fn(u8) -> bool) -> usize {
    let other = text.bytes().position(|byte| !is(byte));
    other.unwrap_or(text.len())
}

/// The length of what is quoted at the beginning; a quote that stands twice is one in it, and both halves are quoted.
fn quoted(text: &str, quote: char) -> usize {
    text[1..].find(quote).map_or(text.len(), |end| end + 2)
}

/// What stands behind two words, if they are these.
fn follows<'t>(word: &str, behind: &'t str, one: &str, other: &str) -> Option<&'t str> {
    let next = behind.trim_start();
    let rest = next.strip_prefix(other).filter(|_| word == one)?;
    (length(rest, is_part) == 0).then_some(rest)
}

/// What stands in the brackets at the beginning.
fn bracketed(text: &str) -> Option<&str> {
    let mut depth = 0_usize;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'(' => depth += 1,
            b')' => depth -= 1,
            _ if depth == 0 => return None,
            _ => {}
        }
        if depth == 0 {
            return text.get(1..at);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sql(text: &str) -> String {
        rewrite(text).sql
    }

    #[test]
    fn values_have_numbers_in_the_order_in_which_they_are_asked_for() {
        let rewritten = rewrite("SELECT ?2, ?1, ?2 WHERE a = :now AND b<:pending_life AND c=:now");
        assert_eq!(
            rewritten.sql,
            "SELECT $1, $2, $1 WHERE a = $3 AND b<$4 AND c=$3"
        );
        let named = |name: &str| Asked::Name(name.to_owned());
        assert_eq!(
            rewritten.asked,
            [
                Asked::Number(2),
                Asked::Number(1),
                named(":now"),
                named(":pending_life")
            ]
        );
        assert_eq!(
            sql("VALUES (?1, ?10, ?11)"),
            "VALUES ($1, $2, $3)",
            "however many digits"
        );
    }

    #[test]
    fn what_is_quoted_or_a_comment_stays() {
        for text in [
            "SELECT ':now', '?1', 'it''s +a', \"user\", \":x\"",
            "SELECT 1 -- :now and ?1\n",
            "SELECT /* ?1 :now +a */ 1",
            "SELECT a::text, b::bigint[]",
            "SELECT '日本 :now'",
            "SELECT 'not closed :now",
        ] {
            let rewritten = rewrite(text);
            assert_eq!(rewritten.sql, text);
            assert!(rewritten.asked.is_empty(), "{text}");
        }
        assert_eq!(sql("SELECT 'it''s', ?1"), "SELECT 'it''s', $1");
    }

    #[test]
    fn only_a_plus_before_a_column_goes() {
        assert_eq!(
            sql("WHERE +k.role IN (+k.id,+ k.id) AND NOT +k.x"),
            "WHERE k.role IN (k.id,+ k.id) AND NOT k.x"
        );
        for text in ["SELECT version + 1, a + b, +1, a+b", "SET uses = uses + $1"] {
            assert_eq!(sql(text), text);
        }
    }

    #[test]
    fn where_rows_are_read_is_the_servers_own_choice() {
        assert_eq!(
            sql("FROM events e NOT INDEXED WHERE x"),
            "FROM events e  WHERE x"
        );
        assert_eq!(
            sql("FROM api_keys k INDEXED BY api_keys_by_name WHERE x"),
            "FROM api_keys k  WHERE x"
        );
        assert_eq!(sql("SELECT NOT x, INDEXEDBY"), "SELECT NOT x, INDEXEDBY");
    }

    #[test]
    fn the_texts_of_events_are_in_a_table() {
        let text = "instr(event_text(e.sequence, lower(e.level), e.body), ?1) > 0";
        assert_eq!(
            sql(text),
            "instr((SELECT texts.search FROM event_texts texts WHERE texts.sequence = e.sequence), $1) > 0"
        );
        assert_eq!(
            sql("event_target(e.sequence, e.target_name) = :v1"),
            "(SELECT texts.target_key FROM event_texts texts WHERE texts.sequence = e.sequence) = $1"
        );
        assert_eq!(sql("FROM event_texts"), "FROM event_texts");
    }
}
