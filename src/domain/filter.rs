//! The grammar of filters: words, and terms such as `state:locked`, `expires:<30d` or `-by:alice`, all of which must
//! hold. Each kind of list has a table of [`Field`]s, which everything reads that has to do with terms.

mod complete;
mod lex;
mod sight;
mod state;
mod value;
mod when;
mod write;

use std::ops::Range;

use crate::domain::tz::Tz;

pub use complete::{Completion, Known, complete};
pub use lex::{Piece, Quote, pieces, unknown_field};
pub use sight::{Sight, without_sights};
pub use state::{StateWord, UserStateWord};
pub use when::When;
pub use write::{quoted, to_go_on, with_terms, without_terms};

/// The most terms of a filter: a statement of `SQLite` has a depth.
pub const TERMS_MAX: usize = 100;

/// A field of a list's rows, which a term can ask for.
#[derive(Debug)]
pub struct Field<F: 'static> {
    pub is: F,
    /// The name before the colon. It is the same in every language.
    pub name: &'static str,
    pub kind: Kind,
    /// Name of the sentence that says what it asks for.
    pub about: &'static str,
}

impl<F> Field<F> {
    /// A field of this name and kind, with the name of the sentence about it.
    pub const fn new(is: F, name: &'static str, kind: Kind, about: &'static str) -> Field<F> {
        Field {
            is,
            name,
            kind,
            about,
        }
    }
}

/// What a field's values are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One of these words.
    Words(&'static [&'static str]),
    /// The whole name of somebody or something, compared as names are.
    Name,
    /// A text in which the value is found, compared as names are; `""` is no text at all.
    Text,
    /// A whole number.
    Number,
    /// An event's number or word.
    Event,
    /// What an event is about: `api-key:42`, `user:alice` or a name.
    Target,
    /// When something was.
    Past {
        /// It may never have been, which is asked for by `never`.
        never: bool,
    },
    /// When something will be, or never.
    Ahead,
}

impl Kind {
    /// Whether values can be compared by `<` and `>`.
    #[must_use]
    pub fn compares(self) -> bool {
        matches!(self, Kind::Number | Kind::Past { .. } | Kind::Ahead)
    }
}

/// How a row's value is compared with the typed one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    Less,
    AtMost,
    Equal,
    AtLeast,
    More,
}

impl Comparison {
    /// The sign, as it is typed and as SQL has it.
    #[must_use]
    pub fn sign(self) -> &'static str {
        match self {
            Comparison::Less => "<",
            Comparison::AtMost => "<=",
            Comparison::Equal => "=",
            Comparison::AtLeast => ">=",
            Comparison::More => ">",
        }
    }
}

/// What a field is compared with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// One of the field's words.
    Word(&'static str),
    /// A name or a text, folded; of a target, as it was typed.
    Text(String),
    Number(Comparison, i64),
    When(When),
}

/// What a term asks of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Test<F> {
    /// This folded text is in what the row says, or is the beginning of its ID.
    Word(String),
    Field(F, Value),
}

/// A term of a filter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term<F> {
    /// The rows are wanted for which the test does not hold.
    pub not: bool,
    pub test: Test<F>,
}

impl<F> Term<F> {
    /// A term that asks for a field's value.
    #[must_use]
    pub fn of(field: F, value: Value) -> Term<F> {
        let test = Test::Field(field, value);
        Term { not: false, test }
    }
}

/// A term that is none, or not yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// Where it stands in the text, in bytes.
    pub span: Range<usize>,
    /// What was typed as the value.
    pub typed: String,
    pub why: Why,
}

/// Why a term is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// The value is not there yet.
    Missing,
    /// The closing quotation mark is not there yet.
    Unclosed,
    /// The field has only these words.
    NoSuchWord(&'static [&'static str]),
    NotANumber,
    /// Neither the number nor the word of an event.
    NoSuchEvent,
    /// Neither an age nor a day nor a time.
    NotATime,
    /// The form of a day or a time that no calendar or clock has, or after the last year that can be typed.
    NoSuchTime,
    /// An age or a time of a day says nothing without `<` or `>`.
    NeedsComparison,
    /// There are more terms than [`TERMS_MAX`].
    TooMany,
}

/// Takes a text apart into its terms. Days are days in `zone`.
///
/// # Errors
/// Every term that is none, in the order of the text. Such a text asks for no rows.
pub fn parse<F: Copy>(
    fields: &'static [Field<F>],
    text: &str,
    zone: Tz,
) -> Result<Vec<Term<F>>, Vec<Mistake>> {
    let (mut terms, mut mistakes) = (Vec::new(), Vec::new());
    for piece in pieces(fields, text) {
        let read = if terms.len() == TERMS_MAX {
            Err(Why::TooMany)
        } else {
            value::read(fields, &piece, zone)
        };
        match read {
            Ok(asks) => terms.push(Term {
                not: piece.not,
                test: asks,
            }),
            Err(why) => mistakes.push(Mistake {
                span: piece.span,
                typed: piece.value,
                why,
            }),
        }
    }
    if mistakes.is_empty() {
        Ok(terms)
    } else {
        Err(mistakes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::{DAY, HOUR, MINUTE, Timestamp};

    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    enum Of {
        State,
        Role,
        Owner,
        Expires,
        Used,
        Id,
    }

    const FIELDS: &[Field<Of>] = &[
        Field::new(Of::State, "state", Kind::Words(&["active", "locked"]), ""),
        Field::new(Of::Role, "role", Kind::Name, ""),
        Field::new(Of::Owner, "owner", Kind::Text, ""),
        Field::new(Of::Expires, "expires", Kind::Ahead, ""),
        Field::new(Of::Used, "used", Kind::Past { never: true }, ""),
        Field::new(Of::Id, "id", Kind::Number, ""),
    ];

    fn read(text: &str) -> Result<Vec<Term<Of>>, Vec<Mistake>> {
        parse(FIELDS, text, Tz::Asia__Tokyo)
    }

    #[track_caller]
    fn terms(text: &str) -> Vec<Term<Of>> {
        read(text).expect(text)
    }

    fn word(word: &str) -> Term<Of> {
        let test = Test::Word(word.to_owned());
        Term { not: false, test }
    }

    fn of(field: Of, value: &str) -> Term<Of> {
        Term::of(field, Value::Text(value.to_owned()))
    }

    fn not(term: Term<Of>) -> Term<Of> {
        Term { not: true, ..term }
    }

    #[test]
    fn words_and_terms_are_told_apart() {
        assert_eq!(terms(" \u{3000}"), []);
        assert_eq!(terms("  Two　ＷＯＲＤＳ "), [word("two"), word("words")]);
        assert_eq!(
            terms("\"two words\"-x"),
            [word("two words"), not(word("x"))]
        );
        assert_eq!(terms("host:8080 a:b:c"), [word("host:8080"), word("a:b:c")]);
        assert_eq!(terms("5\" say\"hi"), [word("5\""), word("say\"hi")]);
        assert_eq!(terms("- a"), [word("-"), word("a")]);
        assert_eq!(terms("--a"), [not(word("-a"))]);
        assert_eq!(terms("-\"state:locked\""), [not(word("state:locked"))]);
        assert_eq!(terms("<30d"), [word("<30d")]);
        let role = of(Of::Role, "full access");
        assert_eq!(terms("Role:\"Full Access\" x"), [role.clone(), word("x")]);
        assert_eq!(terms("ｒｏｌｅ：＂Full Access＂"), [role]);
        assert_eq!(terms("-role:ops"), [not(of(Of::Role, "ops"))]);
        assert_eq!(terms("role:\"a \"\"b\"\"\""), [of(Of::Role, "a \"b\"")]);
        assert_eq!(terms("owner:\"\""), [of(Of::Owner, "")]);
        assert_eq!(terms("role:<b>"), [of(Of::Role, "<b>")]);
        let locked = Term::of(Of::State, Value::Word("locked"));
        assert_eq!(terms("STATE:Locked"), [locked]);
        let id = |comparison, id| Term::of(Of::Id, Value::Number(comparison, id));
        assert_eq!(terms("id:42"), [id(Comparison::Equal, 42)]);
        assert_eq!(terms("id:>=４２"), [id(Comparison::AtLeast, 42)]);
        let beyond = "99999999999999999999";
        assert_eq!(
            terms(&format!("id:<{beyond}")),
            [id(Comparison::Less, i64::MAX)]
        );
    }

    #[test]
    fn a_word_with_a_colon_that_is_no_field_is_known_unless_it_is_quoted() {
        let unknown = |text: &str| {
            unknown_field(FIELDS, text).map(|(name, span)| (name, text[span].to_owned()))
        };
        let is = |name: &str, word: &str| Some((name.to_owned(), word.to_owned()));
        assert_eq!(unknown("a sate:locked b"), is("sate", "sate:locked"));
        assert_eq!(unknown("state:locked -foo:bar"), is("foo", "-foo:bar"));
        assert_eq!(unknown("ｓａｔｅ：x"), is("ｓａｔｅ", "ｓａｔｅ：x"));
        assert_eq!(unknown("host:8080"), is("host", "host:8080"));
        assert_eq!(unknown("sign-ins:"), is("sign-ins", "sign-ins:"));
        assert_eq!(unknown("foo:\"b c\""), is("foo", "foo:\"b"));
        for text in [
            "",
            "\"sate:locked\"",
            "-\"a:b\"",
            "12:30",
            "::1",
            "state:active",
            "owner:a:b",
            "a b",
        ] {
            assert_eq!(unknown(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_no_term_says_where_it_is_and_why() {
        let why = |text: &str| {
            let mistakes = read(text).expect_err(text);
            let said = |m: &Mistake| (text[m.span.clone()].to_owned(), m.why);
            mistakes.iter().map(said).collect::<Vec<_>>()
        };
        let words = Why::NoSuchWord(&["active", "locked"]);
        for (term, is) in [
            ("state:", Why::Missing),
            ("state:\"\"", Why::Missing),
            ("\"\"", Why::Missing),
            ("role:", Why::Missing),
            ("owner:", Why::Missing),
            ("id:<", Why::Missing),
            ("expires:<", Why::Missing),
            ("role:\"full acc", Why::Unclosed),
            ("\"two", Why::Unclosed),
            ("owner:\"", Why::Unclosed),
            ("state:lokced", words),
            ("-state:any", words),
            ("state:<locked", words),
            ("id:x", Why::NotANumber),
            ("id:-1", Why::NotANumber),
            ("used:soon", Why::NotATime),
            ("used:<never", Why::NotATime),
            ("used:>90", Why::NotATime),
            ("used:>3m", Why::NotATime),
            ("used:>-3d", Why::NotATime),
            ("used:90d", Why::NeedsComparison),
            ("used:=90d", Why::NeedsComparison),
            ("used:\"2026-01-01 12:00\"", Why::NeedsComparison),
            ("expires:2026-02-30", Why::NoSuchTime),
            ("expires:<2100-01-01", Why::NoSuchTime),
            ("expires:<30days", Why::NotATime),
        ] {
            let text = term.to_owned();
            assert_eq!(why(&text), [(text.clone(), is)], "{text}");
            if is != Why::Unclosed {
                let text = format!("日本 {term} x");
                assert_eq!(why(&text), [(term.to_owned(), is)], "{text}");
            }
        }
        assert_eq!(why("id:x ok state:").len(), 2);
        assert!(read(&"a ".repeat(TERMS_MAX)).is_ok());
        assert_eq!(why(&"a ".repeat(TERMS_MAX + 1))[0].1, Why::TooMany);
    }

    #[test]
    fn an_age_is_counted_from_now_and_a_day_is_that_of_the_zone() {
        const NOW: Timestamp = Timestamp(1_795_363_200_000);
        let when = |text: &str| match terms(text).remove(0).test {
            Test::Field(_, Value::When(when)) => when,
            other => panic!("{text}: {other:?}"),
        };
        let ago = |ms: i64| Some(NOW.plus(-ms));
        for (text, range) in [
            ("used:>90d", (None, ago(90 * DAY))),
            ("used:>=2w", (None, ago(14 * DAY - 1))),
            ("used:<1y", (ago(365 * DAY - 1), None)),
            ("used:<=12H", (ago(12 * HOUR), None)),
            ("used:<15min", (ago(15 * MINUTE - 1), None)),
            ("used:>90s", (None, ago(90_000))),
        ] {
            assert_eq!(when(text).past(NOW), Some(range), "{text}");
        }
        let ahead = |ms: i64| Some(NOW.plus(ms));
        for (text, range) in [
            ("expires:<30d", (ahead(1), ahead(30 * DAY))),
            ("expires:<=30d", (ahead(1), ahead(30 * DAY + 1))),
            ("expires:>30d", (ahead(30 * DAY + 1), None)),
            ("expires:>=30d", (ahead(30 * DAY), None)),
        ] {
            assert_eq!(when(text).ahead(NOW), Some(range), "{text}");
        }
        let eons = when("used:>99999999999999999999d").past(NOW);
        assert!(matches!(eons, Some((None, Some(at))) if at < Timestamp(0)));
        // A day of Tokyo begins at 15:00 UTC.
        let at = |text: &str| {
            let at = chrono::DateTime::parse_from_rfc3339(text).expect(text);
            Some(Timestamp::from(at))
        };
        let (first, after) = (at("2026-11-21T15:00:00Z"), at("2026-11-22T15:00:00Z"));
        for (text, range) in [
            ("used:2026-11-22", (first, after)),
            ("used:=2026-11-22", (first, after)),
            ("used:>2026-11-22", (after, None)),
            ("used:>=2026-11-22", (first, None)),
            ("used:<2026-11-22", (None, first)),
            ("used:<=2026-11-22", (None, after)),
            ("used:>=\"2026-11-22 00:00\"", (first, None)),
            ("used:<2026-11-21T15:00:00Z", (None, first)),
            ("expires:<２０２６-11-22", (None, first)),
        ] {
            assert_eq!(when(text).past(NOW), Some(range), "{text}");
        }
        assert_eq!(when("expires:Never"), When::Never);
        assert_eq!(when("used:never").past(NOW), None);
    }

    #[test]
    fn a_term_takes_the_place_of_those_of_its_field_and_of_no_others() {
        let put = |text, term| with_terms(FIELDS, text, Of::State, term);
        assert_eq!(put("", "state:locked"), "state:locked");
        let text = "a state:active -state:locked \"b  c\" state:";
        let changed = "a -state:locked \"b  c\" state:locked";
        assert_eq!(put(text, "state:locked"), changed);
        assert_eq!(put("state:active", ""), "");
        assert_eq!(
            put("role:\"x state:active\"", ""),
            "role:\"x state:active\""
        );
    }

    #[test]
    fn whatever_a_name_holds_is_found_as_it_is_written() {
        for name in [
            "ops",
            "full access",
            "\"a\"",
            "a\"b c",
            "<b",
            "-x",
            "host:8080",
            "日本　語",
        ] {
            let text = format!("role:{}", quoted(name));
            let folded = crate::domain::fold::name_key(name);
            assert_eq!(terms(&text), [of(Of::Role, &folded)], "{text}");
        }
    }
}
