//! What `SQLite` does with a statement.

use std::str;

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, ToSql, params_from_iter};

use crate::domain::event::flaw::Flaw;
use crate::domain::trouble::Fault;
use crate::store::Tx;
use crate::store::sql::{Engine, Kind, Part, Row, ToValue, Uncommitted, Value, Values};
use crate::store::sqlite::fault::{forget_system_error, leaves_in_doubt};
use crate::store::sqlite::flaws;

impl Engine for Connection {
    fn begin(&self, kind: Kind) -> Result<(), Fault> {
        forget_system_error();
        let begin = match kind {
            Kind::Read => "BEGIN DEFERRED",
            Kind::Write => "BEGIN IMMEDIATE",
        };
        self.prepare_cached(begin)?.execute(())?;
        Ok(())
    }

    fn commit(&self) -> Result<(), Uncommitted> {
        let done = self
            .prepare_cached("COMMIT")
            .and_then(|mut commit| commit.execute(()));
        done.map(|_| ()).map_err(|error| Uncommitted {
            in_doubt: leaves_in_doubt(&error),
            fault: error.into(),
        })
    }

    fn roll_back(&self) {
        if !self.is_autocommit() {
            let _ = self.execute_batch("ROLLBACK");
        }
    }

    fn run(
        &self,
        sql: &str,
        values: Values<'_>,
        take: &mut dyn FnMut(&dyn Row) -> Result<bool, Fault>,
    ) -> Result<usize, Fault> {
        let mut query = self.prepare_cached(sql)?;
        let mut rows = match values {
            Values::Numbered(values) => query.query(params_from_iter(values))?,
            Values::Named(values) => {
                for (name, value) in values {
                    if let Some(index) = query.parameter_index(name)? {
                        query.raw_bind_parameter(index, value.to_value())?;
                    }
                }
                query.raw_query()
            }
        };
        while let Some(row) = rows.next()? {
            if take(row)? {
                break;
            }
        }
        Ok(usize::try_from(self.changes()).unwrap_or(usize::MAX))
    }

    fn data_version(&self) -> Result<i64, Fault> {
        let mut query = self.prepare_cached("PRAGMA data_version")?;
        Ok(query.query_row((), |row| row.get(0))?)
    }

    fn flaws(&self, tx: &Tx<'_>) -> Result<Vec<Flaw>, Fault> {
        flaws::flaws(tx)
    }

    fn apart(&self, tx: &Tx<'_>) -> Result<Vec<Part>, Fault> {
        tx.rows(
            "SELECT type, name, sql FROM sqlite_schema
             WHERE type IN ('index', 'trigger') AND tbl_name IN ('api_keys', 'api_key_secrets', 'events')
                 AND sql IS NOT NULL
             ORDER BY rowid",
            (),
        )
    }

    fn next_id(&self, table: &str) -> Result<i64, Fault> {
        // The number that AUTOINCREMENT goes on from (<https://sqlite.org/autoinc.html>); it is there from the first row on.
        let next = self.last_id(table)? + 1;
        let taken = "UPDATE sqlite_sequence SET seq = ?2 WHERE name = ?1";
        if self.prepare_cached(taken)?.execute((table, next))? == 0 {
            let first = "INSERT INTO sqlite_sequence (name, seq) VALUES (?1, ?2)";
            self.prepare_cached(first)?.execute((table, next))?;
        }
        Ok(next)
    }

    fn last_id(&self, table: &str) -> Result<i64, Fault> {
        let last = "SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = ?1";
        Ok(self
            .prepare_cached(last)?
            .query_row([table], |row| row.get(0))?)
    }
}

impl Row for rusqlite::Row<'_> {
    fn value(&self, at: usize) -> Result<Value<'_>, Fault> {
        Ok(match self.get_ref(at)? {
            ValueRef::Null => Value::Null,
            ValueRef::Integer(number) => Value::Int(number),
            ValueRef::Text(text) => str::from_utf8(text).map_or(Value::Bytes(text), Value::Text),
            ValueRef::Blob(bytes) => Value::Bytes(bytes),
            ValueRef::Real(_) => return Err(Fault::Corrupt),
        })
    }
}

impl ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match *self {
            Value::Null => ValueRef::Null,
            Value::Bool(is) => ValueRef::Integer(i64::from(is)),
            Value::Int(number) => ValueRef::Integer(number),
            Value::Text(text) => ValueRef::Text(text.as_bytes()),
            Value::Bytes(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::convert::Lossy;
    use crate::store::sql::{Bound, Named};

    fn filled() -> Connection {
        let connection = Connection::open_in_memory().expect("opened");
        let sql = "CREATE TABLE numbers (id INTEGER PRIMARY KEY AUTOINCREMENT, number INTEGER);
             INSERT INTO numbers (number) VALUES (10), (20), (30)";
        connection.execute_batch(sql).expect("filled");
        connection
    }

    fn numbers(connection: &Connection) -> Vec<i64> {
        let tx = Tx::begin(connection, Kind::Read).expect("begun");
        let numbers = tx.values("SELECT number FROM numbers ORDER BY id", ());
        numbers.expect("read")
    }

    #[test]
    fn every_value_comes_back_as_what_it_was_given() {
        let connection = filled();
        let tx = Tx::begin(&connection, Kind::Read).expect("begun");
        let given = (true, -1_i64, "日本\0x", [1_u8, 0xff], None::<i64>, 7_u16);
        let back = tx.row("SELECT ?1, ?2, ?3, ?4, ?5, ?6", given);
        let text = "日本\0x".to_owned();
        assert_eq!(
            back,
            Ok(Some((true, -1_i64, text, [1, 0xff], None::<i64>, 7_u16)))
        );
    }

    #[test]
    fn what_no_row_of_ours_can_have_is_damage() {
        let connection = filled();
        let tx = Tx::begin(&connection, Kind::Read).expect("begun");
        assert_eq!(tx.value::<String>("SELECT 1", ()), Err(Fault::Corrupt));
        assert_eq!(tx.value::<i64>("SELECT NULL", ()), Err(Fault::Corrupt));
        assert_eq!(tx.value::<i64>("SELECT 1.5", ()), Err(Fault::Corrupt));
        assert_eq!(tx.value::<u16>("SELECT 70000", ()), Err(Fault::Corrupt));
        assert_eq!(tx.value::<[u8; 2]>("SELECT x'00'", ()), Err(Fault::Corrupt));
        assert_eq!(
            tx.value::<i64>("SELECT 1 WHERE FALSE", ()),
            Err(Fault::Corrupt)
        );
        let text = "SELECT CAST(x'61ff' AS TEXT)";
        assert_eq!(tx.value::<String>(text, ()), Err(Fault::Corrupt));
        let lossy: Lossy = tx.value(text, ()).expect("shown all the same");
        assert_eq!(lossy.0, "a\u{fffd}");
    }

    #[test]
    fn only_what_a_statement_names_is_given_it() {
        let connection = filled();
        let tx = Tx::begin(&connection, Kind::Read).expect("begun");
        let named: Named = vec![
            (":least".to_owned(), Bound::from(20_i64)),
            (":other".to_owned(), "x".to_owned().into()),
        ];
        let count = "SELECT count(*) FROM numbers WHERE number >= :least";
        assert_eq!(tx.value(count, &named), Ok(2_i64));
        assert!(
            tx.value::<i64>("SELECT ?1 + ?2", [1_i64]).is_err(),
            "one is missing"
        );
    }

    #[test]
    fn a_walk_ends_where_it_has_enough_and_with_what_its_reader_says() {
        let connection = filled();
        let tx = Tx::begin(&connection, Kind::Read).expect("begun");
        let sql = "SELECT number FROM numbers ORDER BY id";
        let mut seen = Vec::new();
        let walked = tx.each(sql, (), |mut columns| {
            seen.push(columns.value::<i64>()?);
            Ok(seen.len() == 2)
        });
        assert!(walked.is_ok());
        assert_eq!(seen, [10, 20]);
        assert_eq!(
            tx.each(sql, (), |_| Err(Fault::Superseded)),
            Err(Fault::Superseded)
        );
    }

    #[test]
    fn what_is_not_committed_does_not_hold() {
        let connection = filled();
        let change = "UPDATE numbers SET number = number + 1 WHERE number < ?1";
        let tx = Tx::begin(&connection, Kind::Write).expect("begun");
        assert_eq!(tx.change(change, [25_i64]), Ok(2));
        drop(tx);
        assert_eq!(numbers(&connection), [10, 20, 30]);
        let tx = Tx::begin(&connection, Kind::Write).expect("begun");
        assert_eq!(tx.in_vain(|| tx.change(change, [25_i64])), Ok(Ok(2)));
        assert_eq!(tx.change_one(change, [15_i64]), Ok(()));
        assert_eq!(tx.change_one(change, [5_i64]), Err(Fault::NotTaken));
        tx.commit().expect("committed");
        assert_eq!(numbers(&connection), [11, 20, 30]);
    }

    #[test]
    fn an_id_is_given_once() {
        let connection = filled();
        assert_eq!(connection.last_id("numbers"), Ok(3));
        assert_eq!(connection.next_id("numbers"), Ok(4));
        let tx = Tx::begin(&connection, Kind::Write).expect("begun");
        let insert = "INSERT INTO numbers (number) VALUES (?1) RETURNING id";
        assert_eq!(tx.value(insert, [40_i64]), Ok(5_i64));
        assert_eq!(tx.change("DELETE FROM numbers", ()), Ok(4));
        assert_eq!(connection.next_id("numbers"), Ok(6));
        assert_eq!(
            (connection.last_id("none"), connection.next_id("none")),
            (Ok(0), Ok(1))
        );
    }
}
