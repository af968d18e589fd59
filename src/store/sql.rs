//! Asking the database. What a SELECT lists and what is read from its rows is one declaration.

use rusqlite::types::FromSql;
use rusqlite::{Error, OptionalExtension, Params, Row};

use crate::domain::trouble::Fault;
use crate::store::Tx;

/// What is read from a row, by [`columns!`].
pub trait Selected<'r>: Sized {
    /// The columns, as a SELECT lists them.
    const COLUMNS: &'static str;

    /// Reads the columns in the order in which they are listed.
    ///
    /// # Errors
    /// A value is not of the column's type.
    fn read(columns: &mut Columns<'r>) -> rusqlite::Result<Self>;
}

/// The columns of a row, read one after the other.
pub struct Columns<'r> {
    row: &'r Row<'r>,
    next: usize,
}

impl<'r> Columns<'r> {
    /// All columns of the row.
    pub fn of(row: &'r Row<'r>) -> Columns<'r> {
        Columns { row, next: 0 }
    }

    /// The next value.
    pub fn value<T: FromSql>(&mut self) -> rusqlite::Result<T> {
        let at = self.next;
        self.next += 1;
        self.row.get(at)
    }

    /// The next value, a text that stays where it is.
    pub fn text(&mut self) -> rusqlite::Result<&'r str> {
        let at = self.next;
        self.next += 1;
        Ok(self.row.get_ref(at)?.as_str()?)
    }

    /// The next value, a text that stays where it is, or NULL.
    pub fn some_text(&mut self) -> rusqlite::Result<Option<&'r str>> {
        let at = self.next;
        self.next += 1;
        Ok(self.row.get_ref(at)?.as_str_or_null()?)
    }
}

/// Declares what is read from a row: `columns! { Named { id, name = "lower(name)" } => Named { id, name } }`.
///
/// A column is an expression under a name, or only the name. What stands behind a colon is the method of [`Columns`]
/// that reads it, [`Columns::value`] where nothing does; what stands in brackets is read before the listed columns.
macro_rules! columns {
    (
        $row:ty $([$before:ident])? { $($name:ident $(: $how:ident)? $(= $sql:literal)?),+ $(,)? } => $made:expr
    ) => {
        impl<'r> $crate::store::sql::Selected<'r> for $row {
            const COLUMNS: &'static str =
                concat!($(", ", $crate::store::sql::columns!(@sql $name $($sql)?)),+).split_at(2).1;

            fn read(columns: &mut $crate::store::sql::Columns<'r>) -> rusqlite::Result<Self> {
                $(let $before = columns.$before()?;)?
                $(let $name = $crate::store::sql::columns!(@read columns $($how)?)?;)+
                Ok($made)
            }
        }
    };
    (@sql $name:ident) => { stringify!($name) };
    (@sql $name:ident $sql:literal) => { $sql };
    (@read $columns:ident) => { $columns.value() };
    (@read $columns:ident $how:ident) => { $columns.$how() };
}

pub(in crate::store) use columns;

/// The SQL for rows that are read as `T`. A verdict makes several: nothing is formatted.
fn select<T: for<'r> Selected<'r>>(from: &str) -> String {
    ["SELECT ", T::COLUMNS, " ", from].concat()
}

impl Tx<'_> {
    /// The first row that is found.
    pub(super) fn select_first<T>(
        &self,
        from: &str,
        values: impl Params,
    ) -> Result<Option<T>, Fault>
    where
        T: for<'r> Selected<'r>,
    {
        let mut query = self.0.prepare_cached(&select::<T>(from))?;
        let found = query.query_row(values, |row| T::read(&mut Columns::of(row)));
        Ok(found.optional()?)
    }

    /// Every row that is found.
    pub(super) fn select_all<T>(&self, from: &str, values: impl Params) -> Result<Vec<T>, Fault>
    where
        T: for<'r> Selected<'r>,
    {
        let mut query = self.0.prepare_cached(&select::<T>(from))?;
        let found = query.query_map(values, |row| T::read(&mut Columns::of(row)))?;
        Ok(found.collect::<Result<_, _>>()?)
    }

    /// The first row that is found, as a tuple.
    pub(super) fn row<T>(&self, sql: &str, values: impl Params) -> Result<Option<T>, Fault>
    where
        T: for<'r> TryFrom<&'r Row<'r>, Error = Error>,
    {
        let mut query = self.0.prepare_cached(sql)?;
        let found = query.query_row(values, |row| T::try_from(row));
        Ok(found.optional()?)
    }

    /// Every row that is found, as tuples.
    pub(super) fn rows<T>(&self, sql: &str, values: impl Params) -> Result<Vec<T>, Fault>
    where
        T: for<'r> TryFrom<&'r Row<'r>, Error = Error>,
    {
        let mut query = self.0.prepare_cached(sql)?;
        let found = query.query_map(values, |row| T::try_from(row))?;
        Ok(found.collect::<Result<_, _>>()?)
    }

    /// The value of a question that always has one.
    pub(super) fn value<T: FromSql>(&self, sql: &str, values: impl Params) -> Result<T, Fault> {
        let mut query = self.0.prepare_cached(sql)?;
        Ok(query.query_row(values, |row| row.get(0))?)
    }

    /// The first value that is found.
    pub(super) fn find<T: FromSql>(
        &self,
        sql: &str,
        values: impl Params,
    ) -> Result<Option<T>, Fault> {
        let mut query = self.0.prepare_cached(sql)?;
        Ok(query.query_row(values, |row| row.get(0)).optional()?)
    }

    /// Every value that is found.
    pub(super) fn values<T: FromSql>(
        &self,
        sql: &str,
        values: impl Params,
    ) -> Result<Vec<T>, Fault> {
        let mut query = self.0.prepare_cached(sql)?;
        let found = query.query_map(values, |row| row.get(0))?;
        Ok(found.collect::<Result<_, _>>()?)
    }

    /// Changes exactly one row, or adds one. Where it is another number, somebody has written to the database past
    /// Keyward: this fails, and with it everything else of the transaction.
    pub(super) fn change_one(&self, sql: &str, values: impl Params) -> Result<(), Fault> {
        match self.change(sql, values)? {
            1 => Ok(()),
            _ => Err(Fault::NotTaken),
        }
    }

    /// Changes, adds or removes rows; gives how many.
    pub(super) fn change(&self, sql: &str, values: impl Params) -> Result<usize, Fault> {
        Ok(self.0.prepare_cached(sql)?.execute(values)?)
    }
}
