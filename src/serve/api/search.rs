//! Searching as the original's clients do: criteria that all have to hold, of rows in the order of their IDs.

use serde_json::Value;

use crate::domain::fold::name_key;
use crate::serve::api::members::{Members, Wrong};

/// The most rows of an answer, and as many as there are where no number is asked for.
pub const MOST: usize = 5_000;
/// The most criteria.
const CRITERIA: usize = 16;
/// The longest text that is looked for, in characters.
const PATTERN: usize = 256;

/// A field that can be searched by, and of what type it is.
pub type Field = (&'static str, Kind);

/// Of what type a field is; dates are numbers, of milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Text,
    Number,
    Flag,
}

/// What is searched for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Search {
    criteria: Vec<Criterion>,
    most: Option<usize>,
}

#[derive(Clone, Debug, PartialEq)]
struct Criterion {
    field: &'static str,
    test: Test,
}

#[derive(Clone, Debug, PartialEq)]
enum Test {
    Text {
        pattern: Pattern,
        equal: bool,
    },
    Number(Comparison, f64),
    Flag(bool),
    /// From one instant to another, each with whether it is itself among them.
    Between(Option<(f64, bool)>, Option<(f64, bool)>),
    /// Whether the row has nothing there.
    Nothing(bool),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Comparison {
    Less,
    LessOrEqual,
    Equal,
    GreaterOrEqual,
    Greater,
    NotEqual,
}

impl Comparison {
    fn of(word: &str) -> Option<Comparison> {
        Some(match word {
            "less-than" => Comparison::Less,
            "less-than-or-equal" => Comparison::LessOrEqual,
            "equal" => Comparison::Equal,
            "greater-than-or-equal" => Comparison::GreaterOrEqual,
            "greater-than" => Comparison::Greater,
            "not-equal" => Comparison::NotEqual,
            _ => return None,
        })
    }

    #[expect(clippy::float_cmp, reason = "both are whole numbers, or one is none")]
    fn holds(self, one: f64, other: f64) -> bool {
        match self {
            Comparison::Less => one < other,
            Comparison::LessOrEqual => one <= other,
            Comparison::Equal => one == other,
            Comparison::GreaterOrEqual => one >= other,
            Comparison::Greater => one > other,
            Comparison::NotEqual => one != other,
        }
    }
}

/// A text that is looked for, folded as names are compared.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Pattern(Vec<Piece>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Piece {
    Char(char),
    One,
    Any,
}

impl Pattern {
    fn new(text: &str, wildcards: bool) -> Pattern {
        let mut pieces = Vec::new();
        let is_wild = |c: char| wildcards && (c == '%' || c == '_');
        for part in text.split_inclusive(is_wild) {
            let wild = part.chars().next_back().filter(|c| is_wild(*c));
            let literal = wild.map_or(part, |wild| &part[..part.len() - wild.len_utf8()]);
            pieces.extend(name_key(literal).chars().map(Piece::Char));
            pieces.extend(wild.map(|wild| if wild == '%' { Piece::Any } else { Piece::One }));
        }
        Pattern(pieces)
    }

    /// Whether the whole text is like this. What a `%` stands for is tried anew from the last one alone: that is enough,
    /// and bounds the work.
    fn is(&self, text: &str) -> bool {
        let text: Vec<char> = name_key(text).chars().collect();
        let (mut at, mut piece) = (0, 0);
        let mut again = None;
        while at < text.len() {
            match self.0.get(piece) {
                Some(Piece::Any) => {
                    again = Some((at, piece));
                    piece += 1;
                }
                Some(found) if *found == Piece::One || *found == Piece::Char(text[at]) => {
                    at += 1;
                    piece += 1;
                }
                _ => match again {
                    Some((from, any)) => {
                        again = Some((from + 1, any));
                        at = from + 1;
                        piece = any + 1;
                    }
                    None => return false,
                },
            }
        }
        self.0[piece..].iter().all(|piece| *piece == Piece::Any)
    }
}

impl Search {
    /// Reads what is searched for among rows of these fields.
    ///
    /// # Errors
    /// The first member that is wrong: of another type, no field, or a test that the field cannot be put to.
    pub fn read(body: &Members<'_>, fields: &'static [Field]) -> Result<Search, Wrong> {
        let most = body.integer("maxItems")?;
        if most.is_some_and(|most| most < 1) {
            return Err(body.wrong("maxItems", "api.not_positive"));
        }
        // The order is by ID whatever is asked for.
        body.flag("sortByObjectID")?;
        let criteria = body.objects("searchCriteria")?;
        if criteria.len() > CRITERIA {
            return Err(body.wrong("searchCriteria", "api.too_many_criteria"));
        }
        let criteria = criteria.iter().map(|members| criterion(members, fields));
        Ok(Search {
            criteria: criteria.collect::<Result<_, _>>()?,
            most: most.map(|most| usize::try_from(most).unwrap_or(MOST)),
        })
    }

    /// How many rows are wanted at most.
    #[must_use]
    pub fn most(&self) -> usize {
        self.most.map_or(MOST, |most| most.min(MOST))
    }

    /// No row with an ID up to this one is wanted, and none above the other.
    #[must_use]
    pub fn bounds(&self) -> (i64, i64) {
        let (mut after, mut through) = (0.0_f64, f64::MAX);
        for criterion in self.criteria.iter().filter(|of| of.field == "ID") {
            if let Test::Number(comparison, id) = criterion.test {
                match comparison {
                    Comparison::Greater | Comparison::GreaterOrEqual => after = after.max(id - 1.0),
                    Comparison::Less | Comparison::LessOrEqual => through = through.min(id),
                    Comparison::Equal => {
                        after = after.max(id - 1.0);
                        through = through.min(id);
                    }
                    Comparison::NotEqual => {}
                }
            }
        }
        #[expect(
            clippy::cast_possible_truncation,
            reason = "it is cut to what there is"
        )]
        let whole = |id: f64| id as i64;
        (whole(after.floor()), whole(through))
    }

    /// Whether a row is wanted.
    #[must_use]
    pub fn wants(&self, row: &Value) -> bool {
        self.criteria.iter().all(|criterion| criterion.holds(row))
    }
}

impl Criterion {
    fn holds(&self, row: &Value) -> bool {
        let value = row.get(self.field);
        match (&self.test, value) {
            (Test::Nothing(wanted), value) => value.is_none() == *wanted,
            (Test::Text { pattern, equal }, Some(Value::String(text))) => {
                pattern.is(text) == *equal
            }
            (Test::Flag(wanted), Some(Value::Bool(on))) => on == wanted,
            (Test::Number(comparison, wanted), Some(number)) => {
                let number = number.as_f64();
                number.is_some_and(|number| comparison.holds(number, *wanted))
            }
            (Test::Between(first, last), Some(at)) => {
                let Some(at) = at.as_f64() else { return false };
                first.is_none_or(|(first, itself)| at > first || itself && at >= first)
                    && last.is_none_or(|(last, itself)| at < last || itself && at <= last)
            }
            // What has nothing there is neither equal to anything nor different.
            _ => false,
        }
    }
}

fn criterion(members: &Members<'_>, fields: &'static [Field]) -> Result<Criterion, Wrong> {
    let by_id = members.has_any(&["idValue", "idTest"]);
    let name = match members.text("fieldName")? {
        Some(name) => name,
        None if by_id => "ID",
        None => return Err(members.wrong("fieldName", "api.missing")),
    };
    let field = fields.iter().find(|(field, _)| *field == name);
    let (field, kind) = *field.ok_or_else(|| members.wrong("fieldName", "api.no_field"))?;
    let tests: [&[&str]; 7] = [
        &["idValue", "idTest"],
        &["stringValue", "stringTest"],
        &["choiceValue", "choiceTest"],
        &["numericValue", "numericTest"],
        &["firstDateValue", "lastDateValue"],
        &["nullTest"],
        &["booleanTest"],
    ];
    if tests.iter().filter(|test| members.has_any(test)).count() > 1 {
        return Err(members.wrong("fieldName", "api.two_tests"));
    }
    let unfit = |member| Err(members.wrong(member, "api.unfit_test"));
    let test = if by_id {
        if kind != Kind::Number {
            return unfit("idTest");
        }
        number(members, ["idTest", "idValue"])?
    } else if members.has_any(&["stringValue", "stringTest"]) {
        if kind != Kind::Text {
            return unfit("stringTest");
        }
        let wildcards = members.flag("stringWildcards")?.unwrap_or(true);
        text(members, ["stringTest", "stringValue"], wildcards)?
    } else if members.has_any(&["choiceValue", "choiceTest"]) {
        if kind != Kind::Text {
            return unfit("choiceTest");
        }
        text(members, ["choiceTest", "choiceValue"], false)?
    } else if members.has_any(&["numericValue", "numericTest"]) {
        if kind != Kind::Number {
            return unfit("numericTest");
        }
        number(members, ["numericTest", "numericValue"])?
    } else if members.has_any(&["firstDateValue", "lastDateValue"]) {
        if kind != Kind::Number {
            return unfit("firstDateValue");
        }
        let end = |value, itself| -> Result<Option<(f64, bool)>, Wrong> {
            let itself = members.flag(itself)?.unwrap_or(true);
            Ok(members.number(value)?.map(|at| (at, itself)))
        };
        Test::Between(
            end("firstDateValue", "firstDateInclusive")?,
            end("lastDateValue", "lastDateInclusive")?,
        )
    } else if let Some(nothing) = members.flag("nullTest")? {
        Test::Nothing(nothing)
    } else {
        let wanted = members.flag("booleanTest")?;
        if kind != Kind::Flag {
            return Err(members.wrong("fieldName", "api.no_test"));
        }
        Test::Flag(wanted.unwrap_or(true))
    };
    Ok(Criterion { field, test })
}

fn number(members: &Members<'_>, [test, value]: [&str; 2]) -> Result<Test, Wrong> {
    let comparison = members.text(test)?.unwrap_or("equal");
    let comparison = Comparison::of(comparison);
    let comparison = comparison.ok_or_else(|| members.wrong(test, "api.no_such_test"))?;
    let value = members
        .number(value)?
        .ok_or_else(|| members.wrong(value, "api.missing"))?;
    Ok(Test::Number(comparison, value))
}

fn text(members: &Members<'_>, [test, value]: [&str; 2], wildcards: bool) -> Result<Test, Wrong> {
    let equal = match members.text(test)? {
        None | Some("equal") => true,
        Some("not-equal") => false,
        Some(_) => return Err(members.wrong(test, "api.no_such_test")),
    };
    let typed = members.text(value)?;
    let typed = typed.ok_or_else(|| members.wrong(value, "api.missing"))?;
    if typed.chars().count() > PATTERN {
        return Err(members.wrong(value, "api.long_pattern"));
    }
    Ok(Test::Text {
        pattern: Pattern::new(typed, wildcards),
        equal,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::serve::api::key::FIELDS;

    fn search(body: &Value) -> Result<Search, Wrong> {
        Search::read(&Members::of(body.as_object().expect("an object")), FIELDS)
    }

    /// Whether a criterion holds of a key that was never used.
    fn holds(criterion: &Value) -> bool {
        let row = json!({
            "keyName": "Backup_1", "description": "", "roleID": 2, "active": true, "created": 1_000,
            "expiryDate": 2_000, "ID": 7,
        });
        let body = json!({ "searchCriteria": [criterion] });
        search(&body).expect("a search").wants(&row)
    }

    #[test]
    fn texts_are_compared_as_names_are_and_wildcards_stand_for_what_they_do_in_sql() {
        let equal = |text: &str| holds(&json!({ "fieldName": "keyName", "stringValue": text }));
        for like in [
            "backup_1", "BACKUP%", "%", "_______1", "%_1", "%kup%", "b%a%c%1",
        ] {
            assert!(equal(like), "{like}");
        }
        for unlike in ["", "backup", "_", "%2", "backup_1_", "b%z%1"] {
            assert!(!equal(unlike), "{unlike}");
        }
        let plain = |text: &str| {
            holds(
                &json!({ "fieldName": "keyName", "stringTest": "equal", "stringValue": text,
                "stringWildcards": false }),
            )
        };
        assert!(plain("backup_1") && !plain("backup%") && !plain("backup11"));
        assert!(holds(
            &json!({ "fieldName": "keyName", "stringTest": "not-equal", "stringValue": "x%" })
        ));
        assert!(holds(
            &json!({ "fieldName": "keyName", "choiceValue": "backup_1" })
        ));
    }

    #[test]
    fn numbers_flags_dates_and_what_is_not_there_are_tested() {
        let number = |test: &str, value: i64| {
            holds(&json!({ "fieldName": "roleID", "numericTest": test, "numericValue": value }))
        };
        for (test, holding) in [
            ("less-than", [false, false, true]),
            ("less-than-or-equal", [false, true, true]),
            ("equal", [false, true, false]),
            ("greater-than-or-equal", [true, true, false]),
            ("greater-than", [true, false, false]),
            ("not-equal", [true, false, true]),
        ] {
            assert_eq!(
                [1, 2, 3].map(|value| number(test, value)),
                holding,
                "{test}"
            );
        }
        assert!(holds(&json!({ "idValue": 6, "idTest": "greater-than" })));
        assert!(holds(&json!({ "idValue": "7" })));
        assert!(holds(&json!({ "fieldName": "active" })));
        assert!(!holds(
            &json!({ "fieldName": "active", "booleanTest": false })
        ));
        let between = |first: Value, last: Value, itself: bool| {
            holds(
                &json!({ "fieldName": "created", "firstDateValue": first, "lastDateValue": last,
                "firstDateInclusive": itself, "lastDateInclusive": itself }),
            )
        };
        assert!(between(json!(1_000), json!(1_000), true));
        assert!(!between(json!(1_000), Value::Null, false));
        assert!(!between(Value::Null, json!(1_000), false));
        assert!(between(json!(999), json!(1_001), false));
        assert!(holds(
            &json!({ "fieldName": "lastSignIn", "nullTest": true })
        ));
        assert!(!holds(
            &json!({ "fieldName": "expiryDate", "nullTest": true })
        ));
        assert!(!holds(
            &json!({ "fieldName": "lastSignIn", "numericTest": "not-equal", "numericValue": 1 })
        ));
    }

    #[test]
    fn what_cannot_be_searched_by_is_told() {
        for (criterion, sentence) in [
            (
                json!({ "fieldName": "secretKey", "stringValue": "x" }),
                "api.no_field",
            ),
            (json!({ "stringValue": "x" }), "api.missing"),
            (json!({ "fieldName": "keyName" }), "api.no_test"),
            (
                json!({ "fieldName": "keyName", "stringTest": "like", "stringValue": "x" }),
                "api.no_such_test",
            ),
            (
                json!({ "fieldName": "keyName", "stringTest": "equal" }),
                "api.missing",
            ),
            (
                json!({ "fieldName": "roleID", "stringValue": "x" }),
                "api.unfit_test",
            ),
            (
                json!({ "fieldName": "keyName", "numericValue": 1 }),
                "api.unfit_test",
            ),
            (
                json!({ "idValue": 1, "idTest": "above" }),
                "api.no_such_test",
            ),
            (json!({ "idValue": true }), "api.not_a_number"),
            (json!({ "idValue": "NaN" }), "api.not_a_number"),
            (
                json!({ "fieldName": "roleID", "numericValue": 1, "nullTest": true }),
                "api.two_tests",
            ),
            (
                json!({ "fieldName": "keyName", "stringValue": "x".repeat(257) }),
                "api.long_pattern",
            ),
        ] {
            let wrong = search(&json!({ "searchCriteria": [criterion] }));
            assert_eq!(
                wrong.map_err(|wrong| wrong.sentence),
                Err(sentence),
                "{criterion}"
            );
        }
        let none = search(&json!({ "maxItems": 0 })).map_err(|wrong| wrong.told());
        assert_eq!(none, Err("maxItems must be 1 or more.".to_owned()));
        assert_eq!(
            search(&json!({ "maxItems": 100_000 })).map(|of| of.most()),
            Ok(MOST)
        );
        assert_eq!(search(&json!({})), Ok(Search::default()));
        let many = |count| {
            let criteria = vec![json!({ "idValue": 1 }); count];
            let read = search(&json!({ "searchCriteria": criteria }));
            read.map(drop).map_err(|wrong| wrong.sentence)
        };
        assert_eq!([many(16), many(17)], [Ok(()), Err("api.too_many_criteria")]);
    }

    #[test]
    fn an_id_bounds_what_is_read() {
        let bounds = |criteria: Value| {
            let body = json!({ "searchCriteria": criteria });
            search(&body).expect("a search").bounds()
        };
        let id = |test: &str, id: i64| json!({ "idValue": id, "idTest": test });
        assert_eq!(bounds(json!([])), (0, i64::MAX));
        assert_eq!(bounds(json!([id("greater-than", 7)])), (6, i64::MAX));
        assert_eq!(bounds(json!([id("equal", 7)])), (6, 7));
        assert_eq!(
            bounds(json!([id("less-than", 9), id("greater-than-or-equal", 3)])),
            (2, 9)
        );
    }
}
