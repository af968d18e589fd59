//! The words of a command that a client of SSH typed: quotation marks and backslashes are a shell's, and nothing else is.

use crate::cli::holds_secret;

/// The most bytes of a command.
const MOST: usize = 64 * 1024;

/// Why something is no command. Nothing of it is in here: it could hold a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoWords {
    TooLong,
    /// No UTF-8, or with a control character.
    NotText,
    /// A quotation mark is not closed, or a backslash is the last character.
    Quotes,
    /// There is something of the shape of a secret in it.
    Secret,
    /// A word starts with `#`, which a shell takes for a comment.
    Comment,
    /// There is no word, or an empty one.
    Empty,
}

/// Takes a command apart.
///
/// # Errors
/// [`NoWords`].
pub fn words(typed: &[u8]) -> Result<Vec<String>, NoWords> {
    if typed.len() > MOST {
        return Err(NoWords::TooLong);
    }
    let typed = std::str::from_utf8(typed).map_err(|_| NoWords::NotText)?;
    if typed.contains(char::is_control) {
        return Err(NoWords::NotText);
    }
    // A comment would be left out without a word, and one more word behind it, too.
    let longer = shlex::split(&format!("{typed} more"));
    let words = match (shlex::split(typed), longer) {
        (Some(words), Some(longer)) if longer.len() > words.len() => words,
        _ if holds_secret(typed) => return Err(NoWords::Secret),
        (None, _) => return Err(NoWords::Quotes),
        (Some(_), _) => return Err(NoWords::Comment),
    };
    if words.iter().any(|word| holds_secret(word)) {
        return Err(NoWords::Secret);
    }
    if words.is_empty() || words.iter().any(String::is_empty) {
        return Err(NoWords::Empty);
    }
    Ok(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_taken_apart_as_by_a_shell_that_does_nothing() {
        let words = |typed: &str| words(typed.as_bytes()).ok();
        for (typed, apart) in [
            ("key list", &["key", "list"][..]),
            ("  key  'a b'\"c\"\\ d ", &["key", "a bc d"]),
            (
                "a $HOME `id` ; x > y | z && * ~ $(b)",
                &[
                    "a", "$HOME", "`id`", ";", "x", ">", "y", "|", "z", "&&", "*", "~", "$(b)",
                ],
            ),
            ("a 'b # c' d#e \\#f", &["a", "b # c", "d#e", "#f"]),
        ] {
            assert_eq!(
                words(typed).as_deref(),
                Some(&apart.iter().map(|w| (*w).to_owned()).collect::<Vec<_>>()[..])
            );
        }
        let long = "a".repeat(MOST + 1);
        for typed in [
            "", " ", "a ''", "a \"", "a '", "a \\", "a #b", "# a", "more #b", "a\nb", "a\u{1b}b",
            "a\u{9b}b", &long,
        ] {
            assert_eq!(words(typed), None, "{typed:?}");
        }
        assert!(words(&"a".repeat(MOST)).is_some());
    }

    #[test]
    fn a_secret_is_seen_wherever_it_stands_and_the_head_of_a_trail_is_none() {
        let secret = format!("12:{}=", "aB3".repeat(14) + "c");
        for typed in [
            secret.clone(),
            format!("verify {secret}"),
            format!("verify # {secret}"),
            format!("verify ' {secret}"),
            format!("verify --x='{}'\"{}\"", &secret[..9], &secret[9..]),
            format!("verify {}\\{}", &secret[..9], &secret[9..]),
        ] {
            assert_eq!(words(typed.as_bytes()), Err(NoWords::Secret), "{typed}");
        }
        for head in ["--head ", "--head=", "'--head'='"] {
            let end = if head.ends_with('\'') { "'" } else { "" };
            let typed = format!("events --check {head}12:{}{end}", "a1".repeat(32));
            assert!(words(typed.as_bytes()).is_ok(), "{typed}");
        }
    }
}
