//! What is asked on the line to a server.

use std::cell::Cell;
use std::collections::HashMap;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;

use futures_core::Stream;
use tokio_postgres::{Error, Statement};

use crate::domain::trouble::Fault;
use crate::store::postgres::connect::Reached;
use crate::store::postgres::line::PACE;
use crate::store::postgres::rewrite::{Asked, rewrite};
use crate::store::postgres::standby::Known;
use crate::store::postgres::values::Given;
use crate::store::sql::{Row, ToValue, Value, Values};

/// After so many rows that nobody wants any more the server is told again.
const UNWANTED: usize = 10_000;

/// How many statements a connection keeps prepared; more than the use cases have.
pub(super) const STATEMENTS: usize = 200;

/// A server that was reached, and the statements that it knows.
pub(super) struct Link {
    pub(super) reached: Reached,
    /// What a standby knows.
    pub(super) fresh: Known,
    known: HashMap<String, Prepared>,
    asked: u64,
}

/// A statement that the server knows.
struct Prepared {
    statement: Statement,
    asks: Arc<[Asked]>,
    /// When it was asked for last, in statements.
    last: u64,
}

/// What hindered a statement.
pub(super) enum Hindrance {
    /// The server, or the line.
    Said(Error),
    /// What took its rows, or wants something else by now.
    Taker(Fault),
}

impl Link {
    pub(super) fn new(reached: Reached) -> Link {
        Link {
            reached,
            fresh: Known::default(),
            known: HashMap::new(),
            asked: 0,
        }
    }

    /// The statement, as the server knows it.
    fn prepared(&mut self, sql: &str) -> Result<(Statement, Arc<[Asked]>), Error> {
        self.asked += 1;
        if let Some(known) = self.known.get_mut(sql) {
            known.last = self.asked;
            return Ok((known.statement.clone(), Arc::clone(&known.asks)));
        }
        if self.known.len() >= STATEMENTS {
            let oldest = self.known.iter().min_by_key(|(_, known)| known.last);
            if let Some(oldest) = oldest.map(|(sql, _)| sql.clone()) {
                self.known.remove(&oldest);
            }
        }
        let rewritten = rewrite(sql);
        let Reached {
            client, waiting, ..
        } = &mut self.reached;
        let statement = waiting.wait(PACE, &mut || (), client.prepare(&rewritten.sql))?;
        let asks: Arc<[Asked]> = rewritten.asked.into();
        let known = Prepared {
            statement: statement.clone(),
            asks: Arc::clone(&asks),
            last: self.asked,
        };
        self.known.insert(sql.to_owned(), known);
        Ok((statement, asks))
    }

    /// Runs a statement, until its rows are enough or nobody wants them any more.
    pub(super) fn run(
        &mut self,
        sql: &str,
        values: Values<'_>,
        is_superseded: &dyn Fn() -> bool,
        take: &mut dyn FnMut(&dyn Row) -> Result<bool, Fault>,
    ) -> Result<usize, Hindrance> {
        let superseded = || Hindrance::Taker(Fault::Superseded);
        if is_superseded() {
            return Err(superseded());
        }
        let (statement, asks) = self.prepared(sql).map_err(Hindrance::Said)?;
        let given: Result<Vec<_>, _> = asks.iter().map(|asked| given(values, asked)).collect();
        let given = given.map_err(Hindrance::Taker)?;
        let Reached {
            client,
            waiting,
            cancelling,
            ..
        } = &mut self.reached;
        let cancelled = Cell::new(false);
        // Again and again: one that came before the statement was begun has ended nothing.
        let mut look = || {
            if cancelled.get() || is_superseded() {
                cancelled.set(true);
                cancelling.cancel();
            }
        };
        let asked = waiting.wait(PACE, &mut look, client.query_raw(&statement, given));
        let found = match asked {
            Err(_) if cancelled.get() => return Err(superseded()),
            found => found.map_err(Hindrance::Said)?,
        };
        let mut rows = pin!(found);
        let mut taken = Ok(false);
        let mut unwanted = 0;
        loop {
            let next = poll_fn(|context| rows.as_mut().poll_next(context));
            let next = waiting.wait(PACE, &mut look, next);
            if matches!(next, Some(Ok(_))) {
                if unwanted % UNWANTED == 0 {
                    look();
                }
                unwanted += usize::from(cancelled.get());
            }
            match next {
                None => break,
                // What is cancelled is waited for to its end: nothing else must be cancelled in its place.
                Some(Ok(_)) if cancelled.get() => {}
                Some(Err(_)) if cancelled.get() => break,
                Some(Err(error)) => return Err(Hindrance::Said(error)),
                Some(Ok(row)) => taken = take(&row),
            }
            // Whatever comes yet is read and thrown away before the next answer.
            if !cancelled.get() && !matches!(taken, Ok(false)) {
                break;
            }
        }
        if cancelled.get() {
            return Err(superseded());
        }
        taken.map_err(Hindrance::Taker)?;
        // It is not told where the rows were enough before their end.
        let changed = rows.rows_affected().unwrap_or(1);
        Ok(usize::try_from(changed).unwrap_or(usize::MAX))
    }
}

/// The value that a statement asks for. What has no name among them is nothing.
fn given<'v>(values: Values<'v>, asked: &Asked) -> Result<Given<'v>, Fault> {
    let value = match (values, asked) {
        (Values::Numbered(values), Asked::Number(number)) => {
            let value = number.checked_sub(1).and_then(|at| values.get(at));
            value.copied()
        }
        (Values::Named(values), Asked::Name(name)) => {
            let value = values.iter().find(|(given, _)| given == name);
            Some(value.map_or(Value::Null, |(_, value)| value.to_value()))
        }
        _ => None,
    };
    let missing = || Fault::Server("-".to_owned(), "a value is missing".to_owned());
    value.map(Given).ok_or_else(missing)
}
