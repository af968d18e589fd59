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
    /// A number that is larger than any ID, as it was typed.
    Beyond(String),
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
            return typed
                .parse()
                .map_or_else(|_| Reference::Beyond(typed.to_owned()), Reference::Id);
        }
        Reference::Name(typed.to_owned())
    }
}

impl Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reference::Id(id) => write!(f, "{id}"),
            Reference::Beyond(typed) | Reference::Name(typed) => f.write_str(typed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_alone_are_an_id_and_nothing_else_is() {
        for (typed, id) in [("42", 42), ("007", 7)] {
            assert_eq!(Reference::parse(typed), Reference::Id(id));
        }
        let beyond = "99999999999999999999";
        let is = Reference::Beyond(beyond.to_owned());
        assert_eq!(Reference::parse(beyond), is);
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
