//! How a row is named by somebody who types: by its ID or by its name.

use std::fmt::{self, Display};

/// What has IDs and names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowKind {
    ApiKey,
    User,
    Role,
}

/// A row, as somebody named it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reference {
    Id(i64),
    Name(String),
}

impl Reference {
    /// Digits alone are always an ID; `name:42` is the row whose name is 42, and everything else is a name.
    #[must_use]
    pub fn parse(typed: &str) -> Reference {
        if let Some(name) = typed.strip_prefix("name:") {
            return Reference::Name(name.to_owned());
        }
        let digits = !typed.is_empty() && typed.bytes().all(|byte| byte.is_ascii_digit());
        if digits {
            // No row has an ID that is larger than this.
            return Reference::Id(typed.parse().unwrap_or(i64::MAX));
        }
        Reference::Name(typed.to_owned())
    }
}

impl Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reference::Id(id) => write!(f, "{id}"),
            Reference::Name(name) => f.write_str(name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_alone_are_an_id_and_nothing_else_is() {
        for (typed, id) in [("42", 42), ("007", 7), ("99999999999999999999", i64::MAX)] {
            assert_eq!(Reference::parse(typed), Reference::Id(id));
        }
        for (typed, name) in [
            ("name:42", "42"),
            ("ci", "ci"),
            ("", ""),
            ("-1", "-1"),
            ("4 2", "4 2"),
            ("４２", "４２"),
            ("id:42", "id:42"),
            ("name:name:x", "name:x"),
        ] {
            assert_eq!(Reference::parse(typed), Reference::Name(name.to_owned()));
        }
    }
}
