//! A connection of the test's own, to look behind the product's back and to write there what the product never would.

use std::fmt;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use keyward::domain::id::{KeyId, RoleId, SecretId, UserId};
use keyward::store::Place;

use super::{NOW, account, create_or_open, postgres};

/// A connection past the product; each change is a transaction of its own, of which other connections are told.
pub enum Raw {
    Sqlite(rusqlite::Connection),
    Postgres(postgres::Client),
}

/// A value of a row, where flags are numbers; or one that a statement is given.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Value {
    Null,
    Bool(bool),
    Int(i64),
    Text(String),
    Bytes(Vec<u8>),
}

/// What the database said to a statement.
#[derive(Debug, PartialEq, Eq)]
pub struct Refused(pub String);

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<rusqlite::Error> for Refused {
    fn from(error: rusqlite::Error) -> Refused {
        Refused(error.to_string())
    }
}

/// Connects, whichever engine it is.
pub fn raw(place: &Place) -> Raw {
    match place {
        Place::Server(address) => Raw::Postgres(postgres::Client::connect(address)),
        _ => Raw::Sqlite(sqlite(place)),
    }
}

/// Connects to a database of `SQLite`'s, for tests that are about what it alone has.
pub fn sqlite(place: &Place) -> rusqlite::Connection {
    let opened = match place {
        Place::File(path) => rusqlite::Connection::open(path),
        Place::Memory(name) => rusqlite::Connection::open(format!("file:/{name}?vfs=memdb")),
        Place::Server(_) => panic!("not SQLite's"),
    };
    opened.expect("opened")
}

fn vacuum_into(connection: &rusqlite::Connection, path: &str) {
    connection
        .execute("VACUUM INTO ?1", [path])
        .expect("copied");
}

impl Raw {
    /// Runs one statement; gives how many rows it changed. Values have numbers (`?1`).
    pub fn execute(&self, sql: &str, values: impl Values) -> Result<usize, Refused> {
        let values = values.values();
        match self {
            Raw::Sqlite(connection) => {
                let values = rusqlite::params_from_iter(values);
                Ok(connection.execute(sql, values)?)
            }
            Raw::Postgres(client) => client.execute(sql, &values),
        }
    }

    /// Runs statements that are given no values: all of them or none.
    pub fn execute_batch(&self, sql: &str) -> Result<(), Refused> {
        match self {
            Raw::Sqlite(connection) => Ok(connection.execute_batch(sql)?),
            Raw::Postgres(client) => client.execute_batch(sql),
        }
    }

    /// Every row that is found.
    pub fn rows<T: FromRow>(&self, sql: &str, values: impl Values) -> Result<Vec<T>, Refused> {
        let values = values.values();
        let found = match self {
            Raw::Sqlite(connection) => {
                let mut query = connection.prepare(sql)?;
                let width = query.column_count();
                let row = |row: &rusqlite::Row| (0..width).map(|at| row.get(at)).collect();
                let found = query.query_map(rusqlite::params_from_iter(values), row)?;
                found.collect::<Result<Vec<Vec<Value>>, _>>()?
            }
            Raw::Postgres(client) => client.rows(sql, &values)?,
        };
        Ok(found.into_iter().map(T::from_row).collect())
    }

    /// The first row that is found; there must be one.
    #[track_caller]
    pub fn row<T: FromRow>(&self, sql: &str, values: impl Values) -> T {
        let found = self.rows(sql, values).expect(sql);
        found.into_iter().next().expect(sql)
    }

    /// The columns of a table that are not computed from others, as a statement names them.
    pub fn columns(&self, table: &str) -> Vec<String> {
        let columns = match self {
            Raw::Sqlite(_) => "SELECT name FROM pragma_table_info(?1)",
            Raw::Postgres(_) => {
                "SELECT quote_ident(attname) FROM pg_attribute
                 WHERE attrelid = ?1::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
                 ORDER BY attnum"
            }
        };
        self.rows(columns, [table]).expect("the columns")
    }

    /// Whether there are tables of the product's.
    pub fn has_tables(&self) -> bool {
        let meta = match self {
            Raw::Sqlite(_) => "SELECT count(*) FROM sqlite_schema WHERE name = 'meta'",
            Raw::Postgres(_) => "SELECT count(*) FROM pg_class WHERE oid = to_regclass('meta')",
        };
        self.row::<i64>(meta, ()) > 0
    }

    /// The last ID that was given to a row of a table.
    pub fn last_id(&self, table: &str) -> i64 {
        let last = match self {
            Raw::Sqlite(_) => "SELECT seq FROM sqlite_sequence WHERE name = ?1",
            Raw::Postgres(_) => {
                "SELECT last_value FROM pg_sequences WHERE schemaname = current_schema() AND sequencename = ?1 || '_id_seq'"
            }
        };
        self.row(last, [table])
    }

    /// Every row of every table, with its table's name.
    pub fn dump(&self) -> Vec<String> {
        let tables = match self {
            Raw::Sqlite(_) => "SELECT name FROM sqlite_schema WHERE type = 'table'",
            Raw::Postgres(_) => {
                "SELECT table_name::text FROM information_schema.tables WHERE table_schema = current_schema()"
            }
        };
        let tables: Vec<String> = self.rows(tables, ()).expect("the tables");
        let rows = |table: String| -> Vec<Vec<Value>> {
            // What a server counts there is no row's content.
            let mut columns = self.columns(&table);
            columns.retain(|column| (&*table, &**column) != ("meta", "changes"));
            let columns = columns.join(", ");
            let sql = format!("SELECT '{table}', {columns} FROM {table}");
            self.rows(&sql, ()).expect(&sql)
        };
        let rows = tables.into_iter().flat_map(rows);
        let mut rows: Vec<String> = rows.map(|row| format!("{row:?}")).collect();
        rows.sort();
        rows
    }

    /// Runs statements that leave rows behind which refer to nothing.
    #[track_caller]
    pub fn past_references(&self, sql: &str) {
        let done = match self {
            Raw::Sqlite(_) => self.execute_batch(&format!(
                "PRAGMA foreign_keys = OFF; BEGIN IMMEDIATE; {sql}; COMMIT; PRAGMA foreign_keys = ON"
            )),
            Raw::Postgres(_) => self.execute_batch(&format!(
                "SET LOCAL session_replication_role = replica; {sql}"
            )),
        };
        done.expect(sql);
    }

    /// Takes away what guards the rows of a table.
    pub fn unguard(&self, table: &str) {
        match self {
            Raw::Sqlite(_) => {
                let triggers =
                    "SELECT name FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = ?1";
                let triggers: Vec<String> = self.rows(triggers, [table]).expect("the triggers");
                for trigger in triggers {
                    let drop = format!("DROP TRIGGER {trigger}");
                    self.execute_batch(&drop).expect("dropped");
                }
            }
            Raw::Postgres(_) => {
                let off = format!("ALTER TABLE {table} DISABLE TRIGGER ALL");
                self.execute_batch(&off).expect("disabled");
            }
        }
    }

    /// Has changes of this kind (`INSERT`, `UPDATE`, `DELETE`) of rows for which this is so come to nothing.
    pub fn swallow(&self, kind: &str, table: &str, which: &str) {
        let begin = format!("CREATE TRIGGER swallow BEFORE {kind} ON {table} FOR EACH ROW");
        let sql = match self {
            Raw::Sqlite(_) => {
                format!("{begin} WHEN {which} BEGIN SELECT raise(IGNORE); END")
            }
            Raw::Postgres(_) => format!(
                "CREATE OR REPLACE FUNCTION swallowed() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
                 {begin} WHEN ({which}) EXECUTE FUNCTION swallowed()"
            ),
        };
        self.execute_batch(&sql).expect("made");
    }

    /// Has a server say of every new event what it says where its disk is full.
    pub fn fill_disk(&self) {
        let sql = "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS
                 'BEGIN RAISE EXCEPTION SQLSTATE ''53100''; END';
             CREATE TRIGGER swallow BEFORE INSERT ON events EXECUTE FUNCTION full_disk()";
        self.execute_batch(sql).expect("made");
    }

    /// Takes back what [`Raw::swallow`] and [`Raw::fill_disk`] did.
    pub fn swallow_no_more(&self, table: &str) {
        let sql = match self {
            Raw::Sqlite(_) => "DROP TRIGGER swallow".to_owned(),
            Raw::Postgres(_) => format!("DROP TRIGGER swallow ON {table}"),
        };
        self.execute_batch(&sql).expect("gone");
    }

    /// Copies the whole database to a place where none is.
    pub fn copy_to(&self, place: &Place) {
        match (self, place) {
            (Raw::Sqlite(connection), Place::File(path)) => {
                vacuum_into(connection, path.to_str().expect("UTF-8"));
                let private = fs::Permissions::from_mode(0o600);
                fs::set_permissions(path, private).expect("set");
            }
            (Raw::Sqlite(connection), Place::Memory(name)) => {
                vacuum_into(connection, &format!("file:/{name}?vfs=memdb"));
            }
            (Raw::Postgres(client), Place::Server(address)) => {
                drop(create_or_open(place, &account(), NOW, &mut |_| Ok(())));
                client.copy_to(address);
            }
            (_, place) => panic!("not from here to {place:?}"),
        }
    }

    /// Keeps everybody else from writing, until [`Raw::release`].
    pub fn hold(&self) {
        match self {
            Raw::Sqlite(_) => self.execute_batch("BEGIN IMMEDIATE").expect("held"),
            Raw::Postgres(client) => client.hold(),
        }
    }

    /// Whether somebody keeps everybody else from writing.
    pub fn is_held(&self) -> bool {
        match self {
            Raw::Sqlite(connection) => {
                connection.busy_timeout(Duration::ZERO).expect("set");
                self.execute_batch("BEGIN IMMEDIATE; ROLLBACK").is_err()
            }
            Raw::Postgres(_) => self
                .rows::<Value>("SELECT id FROM meta FOR UPDATE NOWAIT", ())
                .is_err(),
        }
    }

    /// Has the tables be of this version.
    pub fn set_version(&self, version: i64) {
        match self {
            Raw::Sqlite(connection) => connection
                .pragma_update(None, "user_version", version)
                .expect("set"),
            Raw::Postgres(_) => {
                let set = "UPDATE meta SET version = ?1";
                self.execute(set, [version]).expect("set");
            }
        }
    }

    pub fn is_sqlite(&self) -> bool {
        matches!(self, Raw::Sqlite(_))
    }

    /// Lets others write again; what was written meanwhile holds.
    pub fn release(&self) {
        match self {
            Raw::Sqlite(_) => self.execute_batch("COMMIT").expect("released"),
            Raw::Postgres(client) => client.release(),
        }
    }
}

/// What a statement can be given.
pub trait ToValue {
    fn value(&self) -> Value;
}

/// The values that a statement is given: a tuple or an array.
pub trait Values {
    fn values(self) -> Vec<Value>;
}

/// What a value can be read as.
pub trait FromValue {
    fn from_value(value: Value) -> Self;
}

/// What a row can be read as: its one value, or a tuple.
pub trait FromRow {
    fn from_row(row: Vec<Value>) -> Self;
}

macro_rules! numbers {
    ($($number:ty),+) => {$(
        impl ToValue for $number {
            fn value(&self) -> Value {
                Value::Int((*self).into())
            }
        }

        impl FromValue for $number {
            #[track_caller]
            fn from_value(value: Value) -> $number {
                match value {
                    Value::Int(number) => number.try_into().expect("in its range"),
                    other => panic!("no number: {other:?}"),
                }
            }
        }
    )+};
}

numbers!(i64, i32, u32, u16, u8);

macro_rules! ids {
    ($($id:ty),+) => {$(
        impl ToValue for $id {
            fn value(&self) -> Value {
                Value::Int(self.0)
            }
        }
    )+};
}

ids!(KeyId, RoleId, SecretId, UserId);

impl ToValue for Value {
    fn value(&self) -> Value {
        self.clone()
    }
}

impl ToValue for bool {
    fn value(&self) -> Value {
        Value::Bool(*self)
    }
}

impl FromValue for bool {
    fn from_value(value: Value) -> bool {
        i64::from_value(value) != 0
    }
}

impl ToValue for str {
    fn value(&self) -> Value {
        Value::Text(self.to_owned())
    }
}

impl ToValue for String {
    fn value(&self) -> Value {
        Value::Text(self.clone())
    }
}

impl FromValue for String {
    #[track_caller]
    fn from_value(value: Value) -> String {
        match value {
            Value::Text(text) => text,
            other => panic!("no text: {other:?}"),
        }
    }
}

impl ToValue for [u8] {
    fn value(&self) -> Value {
        Value::Bytes(self.to_owned())
    }
}

impl<const N: usize> ToValue for [u8; N] {
    fn value(&self) -> Value {
        self[..].value()
    }
}

impl FromValue for Vec<u8> {
    #[track_caller]
    fn from_value(value: Value) -> Vec<u8> {
        match value {
            Value::Bytes(bytes) => bytes,
            other => panic!("no bytes: {other:?}"),
        }
    }
}

impl<T: ToValue + ?Sized> ToValue for &T {
    fn value(&self) -> Value {
        (*self).value()
    }
}

impl<T: ToValue> ToValue for Option<T> {
    fn value(&self) -> Value {
        self.as_ref().map_or(Value::Null, ToValue::value)
    }
}

impl<T: FromValue> FromValue for Option<T> {
    fn from_value(value: Value) -> Option<T> {
        (value != Value::Null).then(|| T::from_value(value))
    }
}

impl FromValue for Value {
    fn from_value(value: Value) -> Value {
        value
    }
}

impl FromRow for Vec<Value> {
    fn from_row(row: Vec<Value>) -> Vec<Value> {
        row
    }
}

impl<T: FromValue> FromRow for T {
    #[track_caller]
    fn from_row(row: Vec<Value>) -> T {
        let [value] = row.try_into().expect("one column");
        T::from_value(value)
    }
}

impl Values for () {
    fn values(self) -> Vec<Value> {
        Vec::new()
    }
}

impl<T: ToValue, const N: usize> Values for [T; N] {
    fn values(self) -> Vec<Value> {
        self.iter().map(ToValue::value).collect()
    }
}

macro_rules! tuples {
    ($($($name:ident)+;)+) => {$(
        impl<$($name: ToValue),+> Values for ($($name,)+) {
            #[expect(non_snake_case, reason = "named after its type")]
            fn values(self) -> Vec<Value> {
                let ($($name,)+) = self;
                vec![$($name.value()),+]
            }
        }

        impl<$($name: FromValue),+> FromRow for ($($name,)+) {
            #[track_caller]
            fn from_row(row: Vec<Value>) -> Self {
                let mut row = row.into_iter();
                let read = ($($name::from_value(row.next().expect("a column")),)+);
                assert!(row.next().is_none(), "more columns");
                read
            }
        }
    )+};
}

tuples! {
    A;
    A B;
    A B C;
    A B C D;
    A B C D E;
    A B C D E F;
    A B C D E F G;
}

impl rusqlite::ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> {
        use rusqlite::types::ValueRef;
        Ok(rusqlite::types::ToSqlOutput::Borrowed(match self {
            Value::Null => ValueRef::Null,
            Value::Bool(is) => ValueRef::Integer((*is).into()),
            Value::Int(number) => ValueRef::Integer(*number),
            Value::Text(text) => ValueRef::Text(text.as_bytes()),
            Value::Bytes(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

impl rusqlite::types::FromSql for Value {
    fn column_result(
        value: rusqlite::types::ValueRef<'_>,
    ) -> rusqlite::types::FromSqlResult<Value> {
        use rusqlite::types::{FromSqlError, ValueRef};
        Ok(match value {
            ValueRef::Null => Value::Null,
            ValueRef::Integer(number) => Value::Int(number),
            ValueRef::Text(text) => Value::Text(String::from_utf8_lossy(text).into_owned()),
            ValueRef::Blob(bytes) => Value::Bytes(bytes.to_owned()),
            ValueRef::Real(_) => return Err(FromSqlError::InvalidType),
        })
    }
}
