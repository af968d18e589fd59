//! Loading many rows at once, by COPY (<https://www.postgresql.org/docs/15/sql-copy.html>).

use std::fmt::Write as _;
use std::future::poll_fn;
use std::io::Cursor;
use std::mem;
use std::pin::pin;

use futures_sink::Sink;
use tokio_postgres::Error;

use crate::domain::trouble::Fault;
use crate::store::postgres::Postgres;
use crate::store::postgres::connect::Reached;
use crate::store::postgres::fault::fault;
use crate::store::postgres::line::PACE;
use crate::store::postgres::link::{Hindrance, Link};
use crate::store::sql::{Rows, Value};

/// So many bytes are sent at once.
const CHUNK: usize = 64 << 10;

impl Postgres {
    /// Adds rows to an empty table, with values for these columns. The trail's guards stand aside meanwhile: what is loaded
    /// may begin behind a checkpoint.
    pub fn load(&self, table: &str, columns: &[String], rows: Rows<'_>) -> Result<(), Fault> {
        let sql = format!("COPY {table} ({}) FROM STDIN", columns.join(", "));
        let guards =
            |stand: &str| self.command(&format!("ALTER TABLE {table} {stand} TRIGGER USER"));
        guards("DISABLE")?;
        self.on_line(|link| link.load(&sql, rows))?;
        guards("ENABLE").map(|_| ())
    }
}

impl Link {
    fn load(&mut self, sql: &str, rows: Rows<'_>) -> Result<(), Hindrance> {
        let Reached {
            client, waiting, ..
        } = &mut self.reached;
        let begun = waiting.wait(PACE, &mut || (), client.copy_in::<_, Cursor<Vec<u8>>>(sql));
        let mut sink = pin!(begun.map_err(Hindrance::Said)?);
        let mut said: Option<Error> = None;
        let mut lines = String::with_capacity(CHUNK + CHUNK / 4);
        let loaded = rows(&mut |values| {
            line(values, &mut lines);
            if lines.len() < CHUNK {
                return Ok(());
            }
            let full = mem::replace(&mut lines, String::with_capacity(CHUNK + CHUNK / 4));
            let sent = waiting.wait(PACE, &mut || (), async {
                poll_fn(|context| sink.as_mut().poll_ready(context)).await?;
                sink.as_mut().start_send(Cursor::new(full.into_bytes()))
            });
            sent.map_err(|error| {
                let fault = fault(&error);
                said = Some(error);
                fault
            })
        });
        match (loaded, said) {
            (_, Some(error)) => return Err(Hindrance::Said(error)),
            (Err(fault), None) => return Err(Hindrance::Taker(fault)),
            (Ok(()), None) => {}
        }
        let ended = waiting.wait(PACE, &mut || (), async {
            poll_fn(|context| sink.as_mut().poll_ready(context)).await?;
            sink.as_mut().start_send(Cursor::new(lines.into_bytes()))?;
            sink.as_mut().finish().await
        });
        ended.map(|_| ()).map_err(Hindrance::Said)
    }
}

/// A row in the text format of COPY, which needs no types.
fn line(values: &[Value<'_>], lines: &mut String) {
    for (at, value) in values.iter().enumerate() {
        if at > 0 {
            lines.push('\t');
        }
        match *value {
            Value::Null => lines.push_str("\\N"),
            Value::Bool(is) => lines.push(if is { 't' } else { 'f' }),
            Value::Int(number) => {
                let _ = write!(lines, "{number}");
            }
            Value::Text(text) => {
                for sign in text.chars() {
                    match sign {
                        '\\' => lines.push_str("\\\\"),
                        '\n' => lines.push_str("\\n"),
                        '\r' => lines.push_str("\\r"),
                        '\t' => lines.push_str("\\t"),
                        sign => lines.push(sign),
                    }
                }
            }
            Value::Bytes(bytes) => {
                lines.push_str("\\\\x");
                for byte in bytes {
                    let _ = write!(lines, "{byte:02x}");
                }
            }
        }
    }
    lines.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_written_so_that_nothing_in_it_ends_a_value_or_a_line() {
        let mut lines = String::new();
        let values = [
            Value::Null,
            Value::Bool(true),
            Value::Int(-7),
            Value::Text("a\tb\\N\r\n日"),
            Value::Text(""),
            Value::Bytes(&[0, 0xff]),
        ];
        line(&values, &mut lines);
        assert_eq!(lines, "\\N\tt\t-7\ta\\tb\\\\N\\r\\n日\t\t\\\\x00ff\n");
    }
}
