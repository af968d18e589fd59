//! A list's filter as SQL. What is compared with is bound, and never a part of the text.

use std::sync::Arc;

use crate::domain::filter::{Comparison, Term, Test, Value};
use crate::domain::list::{Filter, SortValue};
use crate::domain::moment::Range;
use crate::domain::secret::PENDING_LIFE;
use crate::domain::state::AsOf;
use crate::domain::time::Timestamp;
use crate::domain::trouble::Fault;
use crate::store::list::Source;
use crate::store::list::ids::{HIGHEST, Ids};
use crate::store::list::rows::{Driver, Rows, Sets};
use crate::store::list::words::Part as InText;
use crate::store::sql::{Bound, Named};
use crate::store::{Tx, dialect};

/// What terms become, with the values that they name.
pub struct Asked<'a> {
    pub tx: &'a Tx<'a>,
    pub now: Timestamp,
    values: Named,
    /// The rows that the present term was found to have, if it was looked for in memory.
    found: Option<Arc<Ids>>,
    /// Words are looked for in memory even where they have to be read first.
    reads_words: bool,
    /// A word was not looked for in memory, as they would have had to be.
    lacks_words: bool,
}

/// A part of an order: all of it, or the rows that share a value of it, which are in the order of their IDs.
#[derive(Clone, Debug)]
pub struct Part {
    /// What they share.
    pub value: SortValue,
    /// Which rows they are.
    pub condition: String,
    /// The index that has them in the order of their IDs, and no others; or else the table.
    pub index: Option<&'static str>,
    /// They are these.
    pub rows: Rows,
}

/// A filter as SQL, and what else is known of it.
pub struct Conditions {
    /// Which rows it shows.
    pub all: String,
    pub values: Named,
    /// The name of the value that a kept row has.
    pub kept: Option<String>,
    /// By each of these every row that it shows is found, but for a kept one.
    pub drivers: Vec<Driver>,
    /// It shows not just all rows.
    pub is_narrow: bool,
    /// Words are looked for in the database, until they are in memory.
    pub lacks_words: bool,
    /// What each term asks for and its test, where it is known of all of them.
    rows: Option<Vec<(Rows, String)>>,
    /// What it hides of its own accord.
    hides: Option<Rows>,
    keep: Option<i64>,
    /// The filter in words.
    question: String,
    now: i64,
}

/// The filter as SQL. A row that is kept is shown whatever the rest says; the `+` keeps `SQLite` from looking it up
/// on its own and sorting afterwards.
pub fn conditions<L: Source>(
    tx: &Tx<'_>,
    filter: &Filter<L>,
    as_of: AsOf,
) -> Result<Conditions, Fault> {
    conditions_with(tx, filter, as_of, true)
}

/// [`conditions`]; words that are not in memory yet are read now or, where `reads_words` says no, looked for in the
/// database.
pub fn conditions_with<L: Source>(
    tx: &Tx<'_>,
    filter: &Filter<L>,
    as_of: AsOf,
    reads_words: bool,
) -> Result<Conditions, Fault> {
    let id = L::ID;
    let mut asked = Asked {
        tx,
        now: as_of.now,
        values: vec![
            (":now".to_owned(), as_of.now.0.into()),
            (
                ":soon".to_owned(),
                as_of.now.plus(as_of.warning.ms()).0.into(),
            ),
            (
                ":pending_since".to_owned(),
                as_of.now.plus(-PENDING_LIFE).0.into(),
            ),
            (
                ":pending_before".to_owned(),
                as_of.now.plus(PENDING_LIFE).0.into(),
            ),
        ],
        found: None,
        reads_words,
        lacks_words: false,
    };
    let looks_at = L::looks_at(filter);
    let mut parts = vec![looks_at.to_owned()];
    let mut drivers = Vec::new();
    let mut rows = L::IN_MEMORY.then(Vec::new);
    for term in &filter.terms {
        asked.found = None;
        let test = asked.term::<L>(term)?;
        let of_term = match (asked.found.take(), &term.test) {
            (Some(found), _) => Some(Rows::These(found)),
            (None, Test::Field(field, value)) => L::rows(*field, value, filter, &mut asked)?,
            (None, Test::Word(_)) => None,
        };
        if let (false, Some(of_term)) = (term.not, &of_term) {
            drivers.extend(match of_term {
                Rows::These(found) => asked.driver_of_set::<L>(found),
                of_term => of_term.driver::<L>(),
            });
        }
        rows = rows.zip(of_term).map(|(mut rows, of_term)| {
            let of_term = if term.not {
                Rows::not(of_term)
            } else {
                of_term
            };
            rows.push((of_term, test.clone()));
            rows
        });
        // What is not known is not so.
        parts.push(if term.not {
            format!("{test} IS NOT TRUE")
        } else {
            test
        });
    }
    let all = parts.join(" AND ");
    let kept = filter.keep.map(|kept| asked.bind(kept));
    let all = match &kept {
        Some(kept) => format!("({all} OR +{id} = {kept} AND {})", L::EXISTS),
        None => all,
    };
    Ok(Conditions {
        all,
        kept,
        drivers,
        is_narrow: !filter.terms.is_empty(),
        lacks_words: asked.lacks_words,
        values: asked.values,
        rows,
        hides: L::HIDES
            .filter(|_| looks_at != L::EXISTS)
            .map(|(index, condition)| Rows::not(Rows::by(index, condition))),
        keep: filter.keep,
        question: format!("{} {filter:?} {:?}", L::TABLE, as_of.warning),
        now: as_of.now.0,
    })
}

/// So many rows are counted or found by an index at the most, and not by a look at all of them.
const COUNTED: usize = 100_000;

impl Conditions {
    /// The driver with the fewest rows, if they are no more than `most`, and how many they are.
    pub fn best<'d, L: Source>(
        &'d self,
        tx: &Tx<'_>,
        more: impl Iterator<Item = &'d Driver>,
        most: usize,
    ) -> Result<Option<(&'d Driver, usize)>, Fault> {
        let (mut best, mut least) = (None, most + 1);
        for driver in self.drivers.iter().chain(more) {
            let rows = if let Some(rows) = driver.rows {
                rows
            } else {
                let ids = driver.ids::<L>(None);
                let sql = format!(
                    "SELECT count(*) FROM (SELECT 1 FROM ({ids}) AS ids LIMIT :few) AS few"
                );
                let few = (":few".to_owned(), least.into());
                usize::try_from(self.number(tx, &sql, &[few])?).unwrap_or(usize::MAX)
            };
            if rows < least {
                (best, least) = (Some(driver), rows);
            }
        }
        Ok(best.map(|driver| (driver, least)))
    }

    fn number(&self, tx: &Tx<'_>, sql: &str, more: &[(String, Bound)]) -> Result<i64, Fault> {
        tx.value(sql, &self.values_and(more))
    }

    /// Its values, and more.
    pub fn values_and(&self, more: &[(String, Bound)]) -> Named {
        [&self.values[..], more].concat()
    }

    /// A range of this index outside of which it shows no row.
    pub fn within(&self, index: Option<&str>) -> Option<&str> {
        let of_index = |driver: &&Driver| driver.index.is_some() && driver.index == index;
        let driver = self.drivers.iter().find(of_index);
        let driver = driver.filter(|_| self.kept.is_none());
        driver.map(|driver| driver.condition.as_str())
    }

    /// All rows that it shows, where the connection finds rows by sets and every term is known to be one.
    pub fn exact<L: Source>(&self, tx: &Tx<'_>) -> Result<Option<Arc<Ids>>, Fault> {
        let Some(terms) = &self.rows else {
            return Ok(None);
        };
        if !tx.finder.has_sets() || !holds_all::<L>(tx)? {
            return Ok(None);
        }
        let find = || {
            let sets = Sets::new(tx, &self.values);
            let mut ids = None;
            for (rows, test) in terms {
                sets.keep::<L>(&mut ids, rows, test)?;
            }
            if let Some(hidden) = &self.hides {
                sets.keep::<L>(&mut ids, hidden, "TRUE")?;
            }
            let mut ids = sets.or_all::<L>(ids)?;
            if let Some(keep) = self.keep
                && self.number(tx, &exists::<L>(), &[(":kept".to_owned(), keep.into())])? > 0
            {
                Arc::make_mut(&mut ids).insert(keep);
            }
            Ok(ids)
        };
        tx.finder
            .once(tx, self.question.clone(), self.now, find)
            .map(Some)
    }

    /// All rows of a part, where nothing narrows the list and the connection finds rows by sets.
    pub fn whole_part<L: Source>(
        &self,
        tx: &Tx<'_>,
        part: &Part,
    ) -> Result<Option<Arc<Ids>>, Fault> {
        let is_whole = !self.is_narrow && self.kept.is_none();
        if !is_whole || !tx.finder.has_sets() || !holds_all::<L>(tx)? {
            return Ok(None);
        }
        let sets = Sets::new(tx, &self.values);
        let mut ids = Some(sets.of::<L>(&part.rows, &part.condition)?);
        if let Some(hidden) = &self.hides {
            sets.keep::<L>(&mut ids, hidden, "TRUE")?;
        }
        Ok(ids)
    }

    /// The rows of each of these parts that are in a set.
    pub fn of_parts<'p, L: Source>(
        &'p self,
        tx: &'p Tx<'_>,
        ids: Arc<Ids>,
        parts: impl Iterator<Item = &'p Part>,
    ) -> impl Iterator<Item = Result<(&'p Part, Arc<Ids>), Fault>> {
        let sets = Sets::new(tx, &self.values);
        parts.map(move |part| {
            let mut these = Some(Arc::clone(&ids));
            sets.keep::<L>(&mut these, &part.rows, &part.condition)?;
            Ok((part, sets.or_all::<L>(these)?))
        })
    }

    /// From where the rows are read that it shows of a part, and the condition; by an index if they are not too many.
    fn from<L: Source>(&self, tx: &Tx<'_>, part: Option<&Part>) -> Result<String, Fault> {
        let (table, all) = (L::TABLE, &self.all);
        let driver = part.and_then(|part| part.rows.driver::<L>());
        let within = part.map_or("TRUE", |part| &part.condition);
        let best = self.best::<L>(tx, driver.as_ref().into_iter(), COUNTED)?;
        Ok(match (best, &self.kept) {
            (Some((driver, _)), None) => {
                format!("{} AND {within} AND {all}", driver.from::<L>())
            }
            (Some((driver, _)), Some(kept)) => {
                let (id, among) = (L::ID, driver.ids::<L>(Some(kept)));
                let hint = dialect::by(None);
                format!("FROM {table} {hint} WHERE {id} IN ({among}) AND {within} AND {all}")
            }
            (None, _) => format!("FROM {table} WHERE {within} AND {all}"),
        })
    }

    /// How many rows it shows.
    pub fn count<L: Source>(&self, tx: &Tx<'_>) -> Result<i64, Fault> {
        let few = tx.finder.reach().few;
        if self.is_narrow
            && self.best::<L>(tx, std::iter::empty(), few)?.is_none()
            && let Some(exact) = self.exact::<L>(tx)?
        {
            return Ok(i64::try_from(exact.len()).unwrap_or(i64::MAX));
        }
        self.count_of_part::<L>(tx, None, "TRUE", &[])
    }

    /// How many rows of a part it shows that fulfil this, too, which names a place's values.
    pub fn count_of_part<L: Source>(
        &self,
        tx: &Tx<'_>,
        part: Option<&Part>,
        also: &str,
        place: &[(String, Bound)],
    ) -> Result<i64, Fault> {
        let from = self.from::<L>(tx, part)?;
        self.number(tx, &format!("SELECT count(*) {from} AND {also}"), place)
    }

    /// How many rows of a set fulfil this, which names a place's values.
    pub fn count_in_set<L: Source>(
        &self,
        tx: &Tx<'_>,
        set: i64,
        also: &str,
        place: &[(String, Bound)],
    ) -> Result<i64, Fault> {
        let (table, id) = (L::TABLE, L::ID);
        let found = dialect::found(":set", id);
        let sql = format!("SELECT count(*) FROM {table} WHERE {also} AND {found}");
        let mut values = place.to_vec();
        values.push((":set".to_owned(), set.into()));
        self.number(tx, &sql, &values)
    }

    /// How many rows it shows of those whose IDs are in the bound list.
    pub fn count_of<L: Source>(&self, tx: &Tx<'_>, ids: (String, Bound)) -> Result<i64, Fault> {
        let (table, id, all) = (L::TABLE, L::ID, &self.all);
        let listed = dialect::numbers(&ids.0);
        let sql = format!("SELECT count(*) FROM {table} WHERE {id} IN ({listed}) AND {all}");
        self.number(tx, &sql, &[ids])
    }

    /// All rows of a part that it shows, found one by one.
    pub fn each<L: Source>(&self, tx: &Tx<'_>, part: Option<&Part>) -> Result<Arc<Ids>, Fault> {
        let question = format!("{} {part:?}", self.question);
        tx.finder.once(tx, question, self.now, || {
            let sql = format!("SELECT {} {}", L::ID, self.from::<L>(tx, part)?);
            Sets::new(tx, &self.values).of::<L>(&Rows::Of(sql), "TRUE")
        })
    }
}

/// The question for one row that is there, whatever the list hides.
fn exists<L: Source>() -> String {
    let (id, table, exists) = (L::ID, L::TABLE, L::EXISTS);
    format!("SELECT count(*) FROM {table} WHERE {id} = :kept AND {exists}")
}

/// Whether no ID is too high for a set.
fn holds_all<L: Source>(tx: &Tx<'_>) -> Result<bool, Fault> {
    let highest: Option<i64> = tx.value(&format!("SELECT max({}) FROM {}", L::ID, L::TABLE), ())?;
    Ok(highest.unwrap_or(0) < HIGHEST)
}

impl Asked<'_> {
    /// Whether a row has what a term names, negated or not.
    fn term<L: Source>(&mut self, term: &Term<L::Field>) -> Result<String, Fault> {
        let test = match &term.test {
            Test::Word(word) => {
                if let Some(found) = self.in_memory::<L>(InText::Any, word)? {
                    found
                } else {
                    let (search, id, word) = (L::SEARCH, L::ID, self.bind(word.clone()));
                    format!(
                        "(instr({search}, {word}) > 0 OR instr(CAST({id} AS TEXT), {word}) = 1)"
                    )
                }
            }
            Test::Field(field, value) => L::test(*field, value, self)?,
        };
        Ok(format!("({test})"))
    }

    /// Whether a row has this word in a part of its text, where the words of all rows are in memory; in the whole text, or
    /// at the beginning of its ID.
    pub fn in_memory<L: Source>(
        &mut self,
        part: InText,
        word: &str,
    ) -> Result<Option<String>, Fault> {
        if !L::IN_MEMORY {
            return Ok(None);
        }
        if !self.reads_words && !self.tx.finder.has_words() {
            self.lacks_words = true;
            return Ok(None);
        }
        let Some((mut ids, all)) = self.tx.finder.with_word(self.tx, part, word)? else {
            return Ok(None);
        };
        if part == InText::Any {
            add_ids_that_begin(word, &all, &mut ids);
        }
        let Some(number) = self.tx.finder.number(Arc::clone(&ids)) else {
            return Ok(None);
        };
        self.found = Some(ids);
        let number = self.bind(number);
        Ok(Some(dialect::found(&number, L::ID)))
    }

    /// Finds the rows of a set, where they are not many.
    fn driver_of_set<L: Source>(&mut self, ids: &Ids) -> Option<Driver> {
        let rows = ids.len();
        (rows <= self.tx.finder.reach().sorted).then(|| {
            let listed: serde_json::Value = ids.iter().collect();
            let listed = self.bind(listed.to_string());
            let condition = format!("{} IN ({})", L::ID, dialect::numbers(&listed));
            Driver {
                rows: Some(rows),
                ..Driver::by_id(condition)
            }
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

/// Adds the IDs whose digits begin with this word.
fn add_ids_that_begin(word: &str, all: &Ids, ids: &mut Arc<Ids>) {
    let Some(mut first) = word.parse::<i64>().ok().filter(|first| *first > 0) else {
        return;
    };
    if word != first.to_string() {
        return;
    }
    let mut last = first;
    let ids = Arc::make_mut(ids);
    let highest = all.highest();
    while first <= highest {
        (first..=last.min(highest))
            .filter(|id| all.has(*id))
            .for_each(|id| ids.insert(id));
        first = first.saturating_mul(10);
        last = last.saturating_mul(10).saturating_add(9);
    }
}
