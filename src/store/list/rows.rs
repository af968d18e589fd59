//! Which rows a term asks for, as sets of IDs: each read from an index alone, and put together in memory. However many
//! terms a filter has, all its rows are known after one look at the ranges of the indexes that they name.

use std::sync::Arc;

use crate::domain::trouble::Fault;
use crate::store::list::Source;
use crate::store::list::ids::Ids;
use crate::store::sql::Named;
use crate::store::{Tx, dialect};

/// How rows are found that are few: by an index, of which this is the range, or by the table's integer key.
#[derive(Clone, Debug)]
pub struct Driver {
    pub index: Option<&'static str>,
    pub condition: String,
    /// The question for their IDs, where it is of another kind.
    pub ids: Option<String>,
    /// How many rows there are, where that is known.
    pub rows: Option<usize>,
}

impl Driver {
    /// By a range of an index.
    pub fn by(index: &'static str, condition: impl Into<String>) -> Driver {
        Driver {
            index: Some(index),
            condition: condition.into(),
            ids: None,
            rows: None,
        }
    }

    /// By the table's integer key.
    pub fn by_id(condition: impl Into<String>) -> Driver {
        Driver {
            index: None,
            condition: condition.into(),
            ids: None,
            rows: None,
        }
    }

    /// By a question for their IDs.
    pub fn by_ids<L: Source>(ids: &str) -> Driver {
        Driver {
            ids: Some(ids.to_owned()),
            ..Driver::by_id(format!("{} IN ({ids})", L::ID))
        }
    }

    /// From where and which rows are read.
    pub fn from<L: Source>(&self) -> String {
        let (table, condition) = (L::TABLE, &self.condition);
        let hint = dialect::by(self.index);
        format!("FROM {table} {hint} WHERE ({condition})")
    }

    /// A question for the IDs that are found, and for a kept one.
    pub fn ids<L: Source>(&self, kept: Option<&str>) -> String {
        let ids = match &self.ids {
            Some(ids) => ids.clone(),
            None => format!("SELECT {} {}", L::ID, self.from::<L>()),
        };
        match kept {
            Some(kept) => format!("{ids} UNION ALL SELECT {kept}"),
            None => ids,
        }
    }
}

/// The rows that a term asks for, of what indexes have.
#[derive(Clone, Debug)]
pub enum Rows {
    /// Those that are found so.
    By(Driver),
    /// Those of them that the term holds for.
    Among(Driver),
    /// Those whose IDs this question answers with, of another table.
    Of(String),
    /// Those with an ID from the first on and before the second; found so, where they are few.
    Between(i64, i64, Driver),
    /// These.
    These(Arc<Ids>),
    Either(Vec<Rows>),
    Both(Vec<Rows>),
    Not(Box<Rows>),
}

impl Rows {
    /// By a range of an index.
    pub fn by(index: &'static str, condition: impl Into<String>) -> Rows {
        Rows::By(Driver::by(index, condition))
    }

    /// All others.
    pub fn not(rows: Rows) -> Rows {
        Rows::Not(Box::new(rows))
    }

    /// By what all of them are found, and perhaps some others.
    pub fn driver<L: Source>(&self) -> Option<Driver> {
        match self {
            Rows::By(driver) | Rows::Among(driver) | Rows::Between(.., driver) => {
                Some(driver.clone())
            }
            Rows::Of(ids) => Some(Driver::by_ids::<L>(ids)),
            Rows::Either(parts) => {
                let drivers: Option<Vec<_>> = parts.iter().map(Rows::driver::<L>).collect();
                let ids = drivers?
                    .iter()
                    .map(|driver| driver.ids::<L>(None))
                    .collect::<Vec<_>>();
                Some(Driver::by_ids::<L>(&ids.join(" UNION ALL "))).filter(|_| !parts.is_empty())
            }
            Rows::Both(parts) => parts.iter().find_map(Rows::driver::<L>),
            Rows::These(_) | Rows::Not(_) => None,
        }
    }
}

/// The sets of one question.
pub struct Sets<'a> {
    tx: &'a Tx<'a>,
    values: &'a Named,
}

impl<'a> Sets<'a> {
    /// With these values for what the SQL names.
    pub fn new(tx: &'a Tx<'a>, values: &'a Named) -> Sets<'a> {
        Sets { tx, values }
    }

    /// The rows of a term, of which this is the test.
    pub fn of<L: Source>(&self, rows: &Rows, test: &str) -> Result<Arc<Ids>, Fault> {
        Ok(match rows {
            Rows::By(driver) => self.read(&driver.ids::<L>(None))?,
            Rows::Among(driver) => self.read(&format!("{} AND {test}", driver.ids::<L>(None)))?,
            Rows::Of(ids) => self.read(ids)?,
            Rows::Between(from, before, _) => {
                let mut ids = Ids::clone(&*self.all::<L>()?);
                ids.keep_between(*from, *before);
                Arc::new(ids)
            }
            Rows::These(ids) => Arc::clone(ids),
            Rows::Either(parts) => {
                let mut ids = Ids::default();
                for part in parts {
                    ids.add(&*self.of::<L>(part, test)?);
                }
                Arc::new(ids)
            }
            Rows::Both(parts) => {
                let mut ids = None;
                for part in parts {
                    self.keep::<L>(&mut ids, part, test)?;
                }
                self.or_all::<L>(ids)?
            }
            Rows::Not(_) => {
                let mut ids = None;
                self.keep::<L>(&mut ids, rows, test)?;
                self.or_all::<L>(ids)?
            }
        })
    }

    /// Leaves those of a set that a term asks for, too; where there is none yet, of all rows.
    pub fn keep<L: Source>(
        &self,
        ids: &mut Option<Arc<Ids>>,
        rows: &Rows,
        test: &str,
    ) -> Result<(), Fault> {
        let (others, those_in) = match rows {
            Rows::Not(others) => (&**others, false),
            rows => (rows, true),
        };
        let others = self.of::<L>(others, test)?;
        let before = match ids.take() {
            None if those_in => {
                *ids = Some(others);
                return Ok(());
            }
            None => self.all::<L>()?,
            Some(before) => before,
        };
        let kept = ids.insert(before);
        Arc::make_mut(kept).keep(&others, those_in);
        Ok(())
    }

    /// A set, or all rows where there is none.
    pub fn or_all<L: Source>(&self, ids: Option<Arc<Ids>>) -> Result<Arc<Ids>, Fault> {
        ids.map_or_else(|| self.all::<L>(), Ok)
    }

    fn all<L: Source>(&self) -> Result<Arc<Ids>, Fault> {
        if L::IN_MEMORY
            && let Some(all) = self.tx.finder.all(self.tx)?
        {
            return Ok(all);
        }
        // SQLite takes the smallest index.
        self.read(&format!("SELECT {} FROM {}", L::ID, L::TABLE))
    }

    fn read(&self, sql: &str) -> Result<Arc<Ids>, Fault> {
        let named = self.values.iter().filter(|(name, _)| sql.contains(name));
        let question = format!("{sql} {:?}", named.collect::<Vec<_>>());
        self.tx.finder.read_once(self.tx, question, || {
            let mut ids = Ids::default();
            self.tx.each(sql, self.values, |mut columns| {
                ids.insert(columns.value()?);
                Ok(false)
            })?;
            Ok(Arc::new(ids))
        })
    }
}
