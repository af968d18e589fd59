//! A list's filter as SQL. What is compared with is bound, and never a part of the text.

use rusqlite::CachedStatement;
use rusqlite::types::Value as Bound;

use crate::domain::filter::{Comparison, Term, Test, Value};
use crate::domain::list::Filter;
use crate::domain::moment::Range;
use crate::domain::secret::PENDING_LIFE;
use crate::domain::state::AsOf;
use crate::domain::time::Timestamp;
use crate::domain::trouble::Fault;
use crate::store::Tx;
use crate::store::list::Source;

/// Values by the names that they have in SQL.
pub type Values = Vec<(String, Bound)>;

/// What terms become, with the values that they name.
pub struct Asked<'a> {
    pub tx: &'a Tx<'a>,
    pub now: Timestamp,
    values: Values,
}

/// The filter as SQL. A row that is kept is shown whatever the rest says; the `+` keeps `SQLite` from looking it up
/// on its own and sorting afterwards.
pub fn condition<L: Source>(
    tx: &Tx<'_>,
    filter: &Filter<L>,
    as_of: AsOf,
) -> Result<(String, Values), Fault> {
    let id = L::ID;
    let mut asked = Asked {
        tx,
        now: as_of.now,
        values: vec![
            (":now".to_owned(), as_of.now.0.into()),
            (":warning".to_owned(), as_of.warning.ms().into()),
            (":pending_life".to_owned(), PENDING_LIFE.into()),
        ],
    };
    let mut parts = vec![L::looks_at(filter).to_owned()];
    for term in &filter.terms {
        parts.push(asked.term::<L>(term)?);
    }
    let all = parts.join(" AND ");
    Ok(match filter.keep {
        Some(kept) => {
            let kept = asked.bind(kept);
            let kept = format!("+{id} = {kept} AND {}", L::EXISTS);
            (format!("({all} OR {kept})"), asked.values)
        }
        None => (all, asked.values),
    })
}

impl Asked<'_> {
    fn term<L: Source>(&mut self, term: &Term<L::Field>) -> Result<String, Fault> {
        let test = match &term.test {
            Test::Word(word) => {
                let (search, id, word) = (L::SEARCH, L::ID, self.bind(word.clone()));
                format!("(instr({search}, {word}) > 0 OR instr(CAST({id} AS TEXT), {word}) = 1)")
            }
            Test::Field(field, value) => L::test(*field, value, self)?,
        };
        // What is not known is not so.
        Ok(if term.not {
            format!("({test}) IS NOT TRUE")
        } else {
            format!("({test})")
        })
    }

    /// The name of a value.
    pub fn bind(&mut self, value: impl Into<Bound>) -> String {
        let name = format!(":v{}", self.values.len());
        self.values.push((name.clone(), value.into()));
        name
    }

    /// Whether a text is this one; both are folded.
    pub fn is(&mut self, expression: &str, text: &str) -> String {
        let text = self.bind(text.to_owned());
        format!("{expression} = {text}")
    }

    /// Whether this one is in a text, or that is empty where this one is; both are folded.
    pub fn has(&mut self, expression: &str, text: &str) -> String {
        if text.is_empty() {
            return format!("{expression} = ''");
        }
        let text = self.bind(text.to_owned());
        format!("instr({expression}, {text}) > 0")
    }

    /// Whether a number compares so.
    pub fn number(&mut self, expression: &str, comparison: Comparison, number: i64) -> String {
        let number = self.bind(number);
        format!("{expression} {} {number}", comparison.sign())
    }

    /// Whether an instant is in a range.
    pub fn range(&mut self, expression: &str, (from, before): Range) -> String {
        let mut parts = Vec::new();
        if let Some(from) = from {
            parts.push(format!("{expression} >= {}", self.bind(from.0)));
        }
        if let Some(before) = before {
            parts.push(format!("{expression} < {}", self.bind(before.0)));
        }
        parts.join(" AND ")
    }

    /// What every value of a field that is no special one is compared by: a number, an instant of the past, or a text
    /// that is to be found.
    pub fn usual(&mut self, expression: &str, value: &Value) -> String {
        match value {
            Value::Word(word) => self.is(expression, word),
            Value::Text(text) => self.has(expression, text),
            Value::Number(comparison, number) => self.number(expression, *comparison, *number),
            Value::When(when) => match when.past(self.now) {
                Some(range) => self.range(expression, range),
                None => format!("{expression} IS NULL"),
            },
        }
    }

    /// When something was used that may never have been: what is older than this may also never have been used, and be
    /// there since then.
    pub fn used(&mut self, used: &str, there_since: &str, value: &Value) -> String {
        match value {
            Value::When(when) => match when.past(self.now) {
                Some((None, before)) => {
                    let since = format!("coalesce({used}, {there_since})");
                    self.range(&since, (None, before))
                }
                _ => self.usual(used, value),
            },
            _ => self.usual(used, value),
        }
    }
}

/// Binds those values that the SQL names.
pub fn bind(query: &mut CachedStatement<'_>, values: &Values) -> rusqlite::Result<()> {
    for (name, value) in values {
        if let Some(index) = query.parameter_index(name)? {
            query.raw_bind_parameter(index, value)?;
        }
    }
    Ok(())
}
