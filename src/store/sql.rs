//! Asking the database: what a statement is given, what is read from its rows, and what an engine does with it. What a
//! SELECT lists and what is read from it is one declaration.
//!
//! The values of a statement have numbers (`?1`), those of a list's names (`:now`). A `+` before a column only tells how rows
//! are to be found: without it every answer is the same. What an engine says in words of its own is in `store::dialect`.
//!
//! A statement is one text for all engines. It compares no flag with a number and no number with a text, computes with no two
//! values (`:now + :warning`) without saying their type (`CAST(:now AS BIGINT)`), has no empty list and no `LIMIT` in a
//! recursive question, sorts by nothing that can be NULL, and calls no function that is not in every engine's schema.

use std::fmt::Debug;

use crate::domain::event::chain::Head;
use crate::domain::event::flaw::Flaw;
use crate::domain::time::Timestamp;
use crate::domain::trouble::Fault;
use crate::store::Tx;

/// A value, as a statement is given it or a row has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value<'v> {
    Null,
    Bool(bool),
    Int(i64),
    Text(&'v str),
    /// Bytes; of a text that is no UTF-8, too.
    Bytes(&'v [u8]),
}

/// A value that is kept until a statement is given it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Bound {
    Int(i64),
    Text(String),
}

/// Values by the names that statements have for them.
pub type Named = Vec<(String, Bound)>;

/// The values of a statement.
#[derive(Clone, Copy, Debug)]
pub enum Values<'v> {
    /// In the order of their numbers.
    Numbered(&'v [Value<'v>]),
    /// Those of these that the statement names.
    Named(&'v [(String, Bound)]),
}

/// What a transaction does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It only reads, all from one moment.
    Read,
    /// It is the only one that writes.
    Write,
}

/// Calls what it is given with the values of each row, one after the other.
pub type Rows<'a> = &'a mut dyn FnMut(Put<'_>) -> Result<(), Fault>;

/// Takes the values of a row.
pub type Put<'a> = &'a mut dyn FnMut(&[Value<'_>]) -> Result<(), Fault>;

/// A part of a schema: its kind, its name, and the statement that makes it.
pub type Part = (String, String, String);

/// A transaction that was not committed, as far as the engine knows.
#[derive(Debug)]
pub struct Uncommitted {
    pub fault: Fault,
    /// It may hold all the same.
    pub in_doubt: bool,
}

/// A connection to a database.
pub trait Engine: Debug {
    /// Begins a transaction.
    fn begin(&self, kind: Kind) -> Result<(), Fault>;

    /// Ends the transaction: all of it holds.
    fn commit(&self) -> Result<(), Uncommitted>;

    /// Ends the transaction, if there is one: nothing of it holds.
    fn roll_back(&self);

    /// Runs one statement, and calls `take` with its rows until that has enough; gives how many rows were changed.
    fn run(
        &self,
        sql: &str,
        values: Values<'_>,
        take: &mut dyn FnMut(&dyn Row) -> Result<bool, Fault>,
    ) -> Result<usize, Fault>;

    /// A number that changes when another connection has committed (and now and then when none has).
    fn data_version(&self) -> Result<i64, Fault>;

    /// Has the next ID of a table follow this one, where rows brought IDs along; an engine that counts those, too, has
    /// nothing to do.
    fn set_last_id(&self, _table: &str, _last: i64) -> Result<(), Fault> {
        Ok(())
    }

    /// Looks, between two transactions, whether the database is still the one that was opened.
    fn look(&self) -> Result<(), Fault> {
        Ok(())
    }

    /// What of the database is not as Keyward makes it: the first flaw of each kind, the chain of events apart.
    fn flaws(&self, tx: &Tx<'_>) -> Result<Vec<Flaw>, Fault>;

    /// The indexes and triggers of keys, secrets and events that can go while much is loaded: each one's kind, name and
    /// definition. None where they stay.
    fn apart(&self, _tx: &Tx<'_>) -> Result<Vec<Part>, Fault> {
        Ok(Vec::new())
    }

    /// The time by the server's clock, where there is a server.
    fn now(&self) -> Result<Option<Timestamp>, Fault> {
        Ok(None)
    }

    /// Takes down the last event that this connection has written.
    fn knows(&self, _last: Head) {}

    /// Writes something as it was: what a commit that failed may have left behind does not come back after the next one.
    fn write_the_same(&self) -> Result<(), Fault> {
        Ok(())
    }

    /// Keeps of a new event the text in which the filter looks for words, and the folded name of its target; where the
    /// statements can have both computed from the event's row, there is nothing to do.
    fn keep_text(&self, _sequence: i64, _texts: &dyn Fn() -> [String; 2]) -> Result<(), Fault> {
        Ok(())
    }

    /// The next ID of a table, which is never given again.
    fn next_id(&self, table: &str) -> Result<i64, Fault>;

    /// The last ID that was given in a table, or 0.
    fn last_id(&self, table: &str) -> Result<i64, Fault>;
}

/// A row that was found.
pub trait Row {
    /// The value in a column; the first one is 0.
    fn value(&self, at: usize) -> Result<Value<'_>, Fault>;
}

/// What a statement can be given.
pub trait ToValue {
    fn to_value(&self) -> Value<'_>;
}

/// What a value of a row can be read as.
pub trait FromValue: Sized {
    /// # Errors
    /// [`Fault::Corrupt`]: no row of ours can have this.
    fn from_value(value: Value<'_>) -> Result<Self, Fault>;
}

/// What is given a statement as a whole: a tuple, an array, or what [`values!`] makes.
pub trait ToValues {
    fn with<T>(self, run: impl FnOnce(Values<'_>) -> T) -> T;
}

/// What is read from a row.
pub trait FromRow<'r>: Sized {
    /// Reads the columns in the order in which they are listed.
    ///
    /// # Errors
    /// [`Fault::Corrupt`]: no row of ours can have this.
    fn read(columns: &mut Columns<'r>) -> Result<Self, Fault>;
}

/// What is read from a row, by [`columns!`].
pub trait Selected<'r>: FromRow<'r> {
    /// The columns, as a SELECT lists them.
    const COLUMNS: &'static str;
}

/// The columns of a row, read one after the other.
#[derive(Clone, Copy)]
pub struct Columns<'r> {
    row: &'r dyn Row,
    next: usize,
}

impl<'r> Columns<'r> {
    fn next(&mut self) -> Result<Value<'r>, Fault> {
        let at = self.next;
        self.next += 1;
        self.row.value(at)
    }

    /// The next value.
    pub fn value<T: FromValue>(&mut self) -> Result<T, Fault> {
        T::from_value(self.next()?)
    }

    /// All values, so many.
    pub fn all(&mut self, columns: usize) -> Result<Vec<Value<'r>>, Fault> {
        (0..columns).map(|_| self.next()).collect()
    }

    /// The next value, a text that stays where it is.
    pub fn text(&mut self) -> Result<&'r str, Fault> {
        self.some_text()?.ok_or(Fault::Corrupt)
    }

    /// The next value, a text that stays where it is, or NULL.
    pub fn some_text(&mut self) -> Result<Option<&'r str>, Fault> {
        match self.next()? {
            Value::Null => Ok(None),
            Value::Text(text) => Ok(Some(text)),
            _ => Err(Fault::Corrupt),
        }
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
        }

        impl<'r> $crate::store::sql::FromRow<'r> for $row {
            fn read(
                columns: &mut $crate::store::sql::Columns<'r>,
            ) -> Result<Self, $crate::domain::trouble::Fault> {
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

/// Many values for one statement.
macro_rules! values {
    ($($value:expr),+ $(,)?) => {
        [$($crate::store::sql::ToValue::to_value(&$value)),+]
    };
}

/// The SQL for rows that are read as `T`. A verdict makes several: nothing is formatted.
fn select<T: for<'r> Selected<'r>>(from: &str) -> String {
    ["SELECT ", T::COLUMNS, " ", from].concat()
}

impl Tx<'_> {
    /// Calls a function with the rows that are found until it has enough; gives how many rows were changed.
    pub(super) fn each(
        &self,
        sql: &str,
        values: impl ToValues,
        mut take: impl FnMut(Columns<'_>) -> Result<bool, Fault>,
    ) -> Result<usize, Fault> {
        values.with(|values| {
            self.engine
                .run(sql, values, &mut |row| take(Columns { row, next: 0 }))
        })
    }

    /// The first row that is found.
    pub(super) fn row<T>(&self, sql: &str, values: impl ToValues) -> Result<Option<T>, Fault>
    where
        T: for<'r> FromRow<'r>,
    {
        let mut found = None;
        self.each(sql, values, |mut columns| {
            found = Some(T::read(&mut columns)?);
            Ok(true)
        })?;
        Ok(found)
    }

    /// Every row that is found.
    pub(super) fn rows<T>(&self, sql: &str, values: impl ToValues) -> Result<Vec<T>, Fault>
    where
        T: for<'r> FromRow<'r>,
    {
        let mut found = Vec::new();
        self.each(sql, values, |mut columns| {
            found.push(T::read(&mut columns)?);
            Ok(false)
        })?;
        Ok(found)
    }

    /// The first row that is found, of which all columns are read.
    pub(super) fn select_first<T>(
        &self,
        from: &str,
        values: impl ToValues,
    ) -> Result<Option<T>, Fault>
    where
        T: for<'r> Selected<'r>,
    {
        self.row(&select::<T>(from), values)
    }

    /// Every row that is found, of which all columns are read.
    pub(super) fn select_all<T>(&self, from: &str, values: impl ToValues) -> Result<Vec<T>, Fault>
    where
        T: for<'r> Selected<'r>,
    {
        self.rows(&select::<T>(from), values)
    }

    /// The value of a question that always has one.
    pub(super) fn value<T: FromValue>(&self, sql: &str, values: impl ToValues) -> Result<T, Fault> {
        self.find(sql, values)?.ok_or(Fault::Corrupt)
    }

    /// The first value that is found.
    pub(super) fn find<T: FromValue>(
        &self,
        sql: &str,
        values: impl ToValues,
    ) -> Result<Option<T>, Fault> {
        let found: Option<(T,)> = self.row(sql, values)?;
        Ok(found.map(|(value,)| value))
    }

    /// Every value that is found.
    pub(super) fn values<T: FromValue>(
        &self,
        sql: &str,
        values: impl ToValues,
    ) -> Result<Vec<T>, Fault> {
        let found: Vec<(T,)> = self.rows(sql, values)?;
        Ok(found.into_iter().map(|(value,)| value).collect())
    }

    /// Changes exactly one row, or adds one. Where it is another number, somebody has written to the database past
    /// Keyward: this fails, and with it everything else of the transaction.
    pub(super) fn change_one(&self, sql: &str, values: impl ToValues) -> Result<(), Fault> {
        match self.change(sql, values)? {
            1 => Ok(()),
            _ => Err(Fault::NotTaken),
        }
    }

    /// Adds exactly one row, and gives what the statement returns of it. It fails as [`Tx::change_one`] does.
    pub(super) fn insert<T: FromValue>(
        &self,
        sql: &str,
        values: impl ToValues,
    ) -> Result<T, Fault> {
        self.find(sql, values)?.ok_or(Fault::NotTaken)
    }

    /// Changes, adds or removes rows; gives how many.
    pub(super) fn change(&self, sql: &str, values: impl ToValues) -> Result<usize, Fault> {
        self.each(sql, values, |_| Ok(false))
    }
}

impl From<Uncommitted> for Fault {
    fn from(uncommitted: Uncommitted) -> Fault {
        uncommitted.fault
    }
}

impl From<i64> for Bound {
    fn from(number: i64) -> Bound {
        Bound::Int(number)
    }
}

impl From<usize> for Bound {
    fn from(number: usize) -> Bound {
        Bound::Int(whole(number))
    }
}

impl From<String> for Bound {
    fn from(text: String) -> Bound {
        Bound::Text(text)
    }
}

/// How many rows are wanted, as `LIMIT` takes it.
fn whole(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// What a statement is given for a value of a type.
macro_rules! given {
    ($($type:ty: $this:ident => $value:expr;)+) => {$(
        impl $crate::store::sql::ToValue for $type {
            fn to_value(&self) -> $crate::store::sql::Value<'_> {
                let $this = self;
                $value
            }
        }
    )+};
}

/// What a value of a row is read as, if it is one that a row of ours can have.
macro_rules! read {
    ($($type:ty: $($value:pat => $read:expr),+;)+) => {$(
        impl $crate::store::sql::FromValue for $type {
            fn from_value(value: $crate::store::sql::Value<'_>) -> Result<Self, Fault> {
                let read: Option<Self> = match value {
                    $($value => $read,)+
                    _ => None,
                };
                read.ok_or(Fault::Corrupt)
            }
        }
    )+};
}

pub(in crate::store) use {columns, given, read, values};

given! {
    Value<'_>: value => *value;
    bool: is => Value::Bool(*is);
    u16: number => Value::Int(i64::from(*number));
    u32: number => Value::Int(i64::from(*number));
    i64: number => Value::Int(*number);
    usize: number => Value::Int(whole(*number));
    str: text => Value::Text(text);
    String: text => Value::Text(text);
    [u8]: bytes => Value::Bytes(bytes);
    Bound: bound => match bound {
        Bound::Int(number) => Value::Int(*number),
        Bound::Text(text) => Value::Text(text),
    };
}

read! {
    bool: Value::Bool(is) => Some(is), Value::Int(number) => Some(number != 0);
    u16: Value::Int(number) => number.try_into().ok();
    u32: Value::Int(number) => number.try_into().ok();
    i64: Value::Int(number) => Some(number);
    String: Value::Text(text) => Some(text.to_owned());
    Vec<u8>: Value::Bytes(bytes) => Some(bytes.to_vec());
}

impl<const N: usize> ToValue for [u8; N] {
    fn to_value(&self) -> Value<'_> {
        Value::Bytes(self)
    }
}

impl<const N: usize> FromValue for [u8; N] {
    fn from_value(value: Value<'_>) -> Result<[u8; N], Fault> {
        match value {
            Value::Bytes(bytes) => bytes.try_into().map_err(|_| Fault::Corrupt),
            _ => Err(Fault::Corrupt),
        }
    }
}

impl<T: ToValue + ?Sized> ToValue for &T {
    fn to_value(&self) -> Value<'_> {
        (**self).to_value()
    }
}

impl<T: ToValue> ToValue for Option<T> {
    fn to_value(&self) -> Value<'_> {
        self.as_ref().map_or(Value::Null, T::to_value)
    }
}

impl<T: FromValue> FromValue for Option<T> {
    fn from_value(value: Value<'_>) -> Result<Option<T>, Fault> {
        match value {
            Value::Null => Ok(None),
            value => T::from_value(value).map(Some),
        }
    }
}

impl ToValues for () {
    fn with<T>(self, run: impl FnOnce(Values<'_>) -> T) -> T {
        run(Values::Numbered(&[]))
    }
}

impl<V: ToValue, const N: usize> ToValues for [V; N] {
    fn with<T>(self, run: impl FnOnce(Values<'_>) -> T) -> T {
        run(Values::Numbered(&self.each_ref().map(V::to_value)))
    }
}

impl ToValues for &Named {
    fn with<T>(self, run: impl FnOnce(Values<'_>) -> T) -> T {
        run(Values::Named(self))
    }
}

macro_rules! tuples {
    ($($name:ident)+) => {
        impl<$($name: ToValue),+> ToValues for ($($name,)+) {
            fn with<Done>(self, run: impl FnOnce(Values<'_>) -> Done) -> Done {
                #[expect(non_snake_case, reason = "named after their types")]
                let ($($name,)+) = &self;
                run(Values::Numbered(&[$($name.to_value()),+]))
            }
        }

        impl<'r, $($name: FromValue),+> FromRow<'r> for ($($name,)+) {
            fn read(columns: &mut Columns<'r>) -> Result<($($name,)+), Fault> {
                Ok(($(columns.value::<$name>()?,)+))
            }
        }
    };
}

tuples!(A);
tuples!(A B);
tuples!(A B C);
tuples!(A B C D);
tuples!(A B C D E);
tuples!(A B C D E F);
tuples!(A B C D E F G);
tuples!(A B C D E F G H);
