//! A list's filter as SQL. What is compared with is bound, and never a part of the text.

use std::sync::Arc;

use rusqlite::CachedStatement;
use rusqlite::types::Value as Bound;

use crate::domain::filter::{Comparison, Term, Test, Value};
use crate::domain::list::{Filter, SortValue};
use crate::domain::moment::Range;
use crate::domain::secret::PENDING_LIFE;
use crate::domain::state::AsOf;
use crate::domain::time::Timestamp;
use crate::domain::trouble::Fault;
use crate::store::Tx;
use crate::store::convert::limit;
use crate::store::list::Source;
use crate::store::list::ids::Ids;
use crate::store::list::words::Part as InText;

/// Values by the names that they have in SQL.
pub type Values = Vec<(String, Bound)>;

/// What terms become, with the values that they name.
pub struct Asked<'a> {
    pub tx: &'a Tx<'a>,
    pub now: Timestamp,
    values: Values,
    /// The rows that the present term was found to have, if it was looked for in memory.
    found: Option<Arc<Ids>>,
    /// All rows that are in memory.
    all: Option<Arc<Ids>>,
}

/// How rows are found that are few: by an index, of which this is the range, or by the table's integer key.
#[derive(Clone, Debug)]
pub struct Driver {
    pub index: Option<&'static str>,
    pub condition: String,
    /// How many rows there are, where that is known.
    rows: Option<usize>,
}

impl Driver {
    /// By a range of an index.
    pub fn by(index: &'static str, condition: impl Into<String>) -> Driver {
        Driver {
            index: Some(index),
            condition: condition.into(),
            rows: None,
        }
    }

    /// By the table's integer key.
    pub fn by_id(condition: impl Into<String>) -> Driver {
        Driver {
            index: None,
            condition: condition.into(),
            rows: None,
        }
    }

    /// From where and which rows are read.
    fn from<L: Source>(&self) -> String {
        let (table, condition) = (L::TABLE, &self.condition);
        match self.index {
            Some(index) => format!("FROM {table} INDEXED BY {index} WHERE ({condition})"),
            None => format!("FROM {table} NOT INDEXED WHERE ({condition})"),
        }
    }

    /// A question for the IDs that are found, and for a kept one.
    pub fn ids<L: Source>(&self, kept: Option<&str>) -> String {
        let ids = format!("SELECT {} {}", L::ID, self.from::<L>());
        match kept {
            Some(kept) => format!("{ids} UNION ALL SELECT {kept}"),
            None => ids,
        }
    }
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
    /// By what they are found, where they are few.
    pub driver: Option<Driver>,
}

/// A filter as SQL, and what else is known of it.
pub struct Conditions {
    /// Which rows it shows.
    pub all: String,
    pub values: Values,
    /// The name of the value that a kept row has.
    pub kept: Option<String>,
    /// By each of these every row that it shows is found, but for a kept one.
    pub drivers: Vec<Driver>,
    /// It shows not just all rows.
    pub is_narrow: bool,
    /// The rows that it shows, among them what it hides of its own accord, where all of it was looked for in memory.
    exact: Option<Ids>,
    /// The filter in words.
    pub question: String,
}

/// The filter as SQL. A row that is kept is shown whatever the rest says; the `+` keeps `SQLite` from looking it up
/// on its own and sorting afterwards.
pub fn conditions<L: Source>(
    tx: &Tx<'_>,
    filter: &Filter<L>,
    as_of: AsOf,
) -> Result<Conditions, Fault> {
    let id = L::ID;
    let mut asked = Asked {
        tx,
        now: as_of.now,
        values: vec![
            (":now".to_owned(), as_of.now.0.into()),
            (":warning".to_owned(), as_of.warning.ms().into()),
            (":pending_life".to_owned(), PENDING_LIFE.into()),
        ],
        found: None,
        all: None,
    };
    let mut parts = vec![L::looks_at(filter).to_owned()];
    let mut drivers = Vec::new();
    let mut exact = filter.keep.is_none();
    let mut words: Option<Ids> = None;
    for term in &filter.terms {
        asked.found = None;
        parts.push(asked.term::<L>(term)?);
        if let (Some(found), Some(all)) = (asked.found.take(), asked.all.clone()) {
            let words = words.get_or_insert_with(|| Ids::clone(&all));
            words.keep(&found, !term.not);
            if !term.not {
                drivers.extend(asked.driver_of_set::<L>(&found));
            }
            continue;
        }
        exact = false;
        if let (false, Test::Field(field, value)) = (term.not, &term.test) {
            drivers.extend(L::driver(*field, value, filter, &mut asked)?);
        }
    }
    let all = parts.join(" AND ");
    let kept = filter.keep.map(|kept| asked.bind(kept));
    let all = match &kept {
        Some(kept) => format!("({all} OR +{id} = {kept} AND {})", L::EXISTS),
        None => all,
    };
    Ok(Conditions {
        all,
        values: asked.values,
        kept,
        drivers,
        is_narrow: !filter.terms.is_empty(),
        exact: words.filter(|_| exact),
        question: format!("{filter:?} {:?}", as_of.warning),
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
                let from = driver.from::<L>();
                let sql = format!("SELECT count(*) FROM (SELECT 1 {from} LIMIT :few)");
                let few = (":few".to_owned(), limit(least).into());
                usize::try_from(self.number(tx, &sql, &[few])?).unwrap_or(usize::MAX)
            };
            if rows < least {
                (best, least) = (Some(driver), rows);
            }
        }
        Ok(best.map(|driver| (driver, least)))
    }

    fn number(&self, tx: &Tx<'_>, sql: &str, more: &[(String, Bound)]) -> Result<i64, Fault> {
        let mut query = tx.0.prepare_cached(sql)?;
        bind(&mut query, &self.values)?;
        for (name, value) in more {
            if let Some(index) = query.parameter_index(name)? {
                query.raw_bind_parameter(index, value)?;
            }
        }
        Ok(query.raw_query().next()?.map_or(Ok(0), |row| row.get(0))?)
    }

    /// From where the rows are read that it shows of a part, and the condition; by an index if they are not too many.
    fn from<L: Source>(&self, tx: &Tx<'_>, part: Option<&Part>) -> Result<String, Fault> {
        let (table, all) = (L::TABLE, &self.all);
        let drivers = part.and_then(|part| part.driver.as_ref()).into_iter();
        let within = part.map_or("TRUE", |part| &part.condition);
        Ok(match (self.best::<L>(tx, drivers, COUNTED)?, &self.kept) {
            (Some((driver, _)), None) => {
                format!("{} AND {within} AND {all}", driver.from::<L>())
            }
            (Some((driver, _)), Some(kept)) => {
                let (id, among) = (L::ID, driver.ids::<L>(Some(kept)));
                format!("FROM {table} NOT INDEXED WHERE {id} IN ({among}) AND {within} AND {all}")
            }
            (None, _) => format!("FROM {table} WHERE {within} AND {all}"),
        })
    }

    /// How many rows of a part it shows that fulfil this, too, which names a place's values.
    pub fn count<L: Source>(
        &self,
        tx: &Tx<'_>,
        part: Option<&Part>,
        also: &str,
        place: &[(String, Bound)],
    ) -> Result<i64, Fault> {
        if let (Some(_), None, "TRUE") = (&self.exact, part, also) {
            let mut shown = 0;
            self.each::<L>(tx, None, |_| shown += 1)?;
            return Ok(shown);
        }
        let from = self.from::<L>(tx, part)?;
        self.number(tx, &format!("SELECT count(*) {from} AND {also}"), place)
    }

    /// How many rows it shows of those whose IDs are in the bound list.
    pub fn count_of<L: Source>(&self, tx: &Tx<'_>, ids: (String, Bound)) -> Result<i64, Fault> {
        let (table, id, all) = (L::TABLE, L::ID, &self.all);
        let among = format!("{id} IN (SELECT value FROM json_each({}))", ids.0);
        let sql = format!("SELECT count(*) FROM {table} WHERE {among} AND {all}");
        self.number(tx, &sql, &[ids])
    }

    /// Calls `add` with the ID of every row of a part that it shows.
    pub fn each<L: Source>(
        &self,
        tx: &Tx<'_>,
        part: Option<&Part>,
        mut add: impl FnMut(i64),
    ) -> Result<(), Fault> {
        if let (Some(exact), None) = (&self.exact, part) {
            let mut ids = exact.clone();
            if let Some(hidden) = L::HIDES {
                let sql = format!("SELECT {} FROM {} WHERE {hidden}", L::ID, L::TABLE);
                for id in tx.values(&sql, ())? {
                    ids.remove(id);
                }
            }
            ids.iter().for_each(add);
            return Ok(());
        }
        let sql = format!("SELECT {} {}", L::ID, self.from::<L>(tx, part)?);
        let mut query = tx.0.prepare_cached(&sql)?;
        bind(&mut query, &self.values)?;
        let mut found = query.raw_query();
        while let Some(row) = found.next()? {
            add(row.get(0)?);
        }
        Ok(())
    }
}

impl Asked<'_> {
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
        // What is not known is not so.
        Ok(if term.not {
            format!("({test}) IS NOT TRUE")
        } else {
            format!("({test})")
        })
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
        let Some((mut ids, all)) = self.tx.1.with_word(self.tx, part, word)? else {
            return Ok(None);
        };
        if part == InText::Any {
            add_ids_that_begin(word, &all, &mut ids);
        }
        let Some(number) = self.tx.1.number(Arc::clone(&ids)) else {
            return Ok(None);
        };
        self.found = Some(ids);
        self.all = Some(all);
        let number = self.bind(number);
        Ok(Some(format!("found({number}, {})", L::ID)))
    }

    /// Finds the rows of a set, where they are not many.
    fn driver_of_set<L: Source>(&mut self, ids: &Ids) -> Option<Driver> {
        let rows = ids.len();
        (rows <= self.tx.1.reach().sorted).then(|| {
            let listed: serde_json::Value = ids.iter().collect();
            let listed = self.bind(listed.to_string());
            let condition = format!("{} IN (SELECT value FROM json_each({listed}))", L::ID);
            Driver {
                index: None,
                condition,
                rows: Some(rows),
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

/// Binds those values that the SQL names.
pub fn bind(query: &mut CachedStatement<'_>, values: &Values) -> rusqlite::Result<()> {
    for (name, value) in values {
        if let Some(index) = query.parameter_index(name)? {
            query.raw_bind_parameter(index, value)?;
        }
    }
    Ok(())
}
