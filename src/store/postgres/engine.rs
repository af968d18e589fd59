//! What a server does with a statement.

use std::cell::{Cell, RefCell};
use std::fmt::{self, Debug, Formatter};
use std::time::Duration;

use crate::domain::event::flaw::Flaw;
use crate::domain::time::{Timestamp, Uptime};
use crate::domain::trouble::Fault;
use crate::store::Tx;
use crate::store::patience::Patience;
use crate::store::postgres::connect::{Reached, Wanted, first_row};
use crate::store::postgres::flaws::flaws;
use crate::store::postgres::link::{Hindrance, Link};
use crate::store::postgres::migrate::KNOWN;
use crate::store::postgres::side::Side;
use crate::store::sql::{Engine, Kind, Row, Uncommitted, Value, Values};

/// For how many milliseconds a change may lie still before the server takes it back: nobody else can change anything.
const STILL: u32 = 60_000;

/// Whether what is asked for is wanted no more.
type IsSuperseded = Box<dyn Fn() -> bool + Send>;

/// A connection to a server, which is made again where it broke.
pub struct Postgres {
    asked: Side,
    /// Where changes are made if the server that is asked takes none. Nothing where it must take them itself.
    primary: Option<Box<Side>>,
    /// The transaction is at the primary.
    on_primary: Cell<bool>,
    patience: Patience,
    is_superseded: Option<IsSuperseded>,
    only_reads: bool,
    /// The transaction that has begun.
    begun: Cell<Option<Kind>>,
    /// It has changed something; and had when it was begun to do something in vain.
    changed: Cell<bool>,
    changed_before: Cell<bool>,
    /// What a statement of it was refused for: the server does nothing more for it.
    refused: RefCell<Option<Fault>>,
}

impl Debug for Postgres {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        let address = &self.asked.wanted.address;
        out.debug_struct("Postgres")
            .field("role", &address.role())
            .field("database", &address.database())
            .finish_non_exhaustive()
    }
}

impl Postgres {
    pub fn new(wanted: Wanted, reached: Reached) -> Postgres {
        Postgres {
            asked: Side::new(wanted, Some(reached)),
            primary: None,
            on_primary: Cell::new(false),
            patience: Patience::default(),
            is_superseded: None,
            only_reads: false,
            begun: Cell::new(None),
            changed: Cell::new(false),
            changed_before: Cell::new(false),
            refused: RefCell::new(None),
        }
    }

    /// What it may spend on waiting.
    pub fn patience(&self) -> Patience {
        self.patience.clone()
    }

    /// What is wanted of which servers.
    pub(super) fn wanted(&self) -> &Wanted {
        &self.asked.wanted
    }

    /// Has it make changes at the primary where the server that it asks takes none.
    pub(super) fn change_at(&mut self, primary: Wanted) {
        self.primary = Some(Box::new(Side::new(primary, None)));
    }

    /// Has it read from the first server that answers and is no standby that knows nothing newer than this.
    pub fn deny_stale(&self, after: Duration, uptime: impl Fn() -> Uptime + Send + 'static) {
        self.asked.deny_stale(after, Box::new(uptime));
    }

    /// Where the transaction is.
    fn side(&self) -> &Side {
        let primary = self.primary.as_deref().filter(|_| self.on_primary.get());
        primary.unwrap_or(&self.asked)
    }

    /// The line, while there is one.
    pub(super) fn with_link<T>(&self, work: impl FnOnce(&mut Link) -> T) -> Option<T> {
        self.side().with_link(work)
    }

    /// Takes down that the transaction is over.
    fn set_over(&self) {
        self.begun.set(None);
        self.on_primary.set(false);
    }

    /// Has it only read from here on.
    pub fn only_read(&mut self) {
        self.only_reads = true;
    }

    /// Has what it is asked for end as soon as this says so.
    pub fn end_when(&mut self, is_superseded: impl Fn() -> bool + Send + 'static) {
        self.is_superseded = Some(Box::new(is_superseded));
    }

    fn is_superseded(&self) -> bool {
        self.is_superseded.as_ref().is_some_and(|is| is())
    }

    /// Does something on the line, which is made anew where there is none and nothing has begun.
    pub(super) fn on_line<T>(
        &self,
        work: impl FnOnce(&mut Link) -> Result<T, Hindrance>,
    ) -> Result<T, Fault> {
        let has_begun = self.begun.get().is_some();
        self.side().on_line(has_begun, work).map_err(|undone| {
            if undone.is_refusal && has_begun {
                *self.refused.borrow_mut() = Some(undone.fault.clone());
            }
            undone.fault
        })
    }

    /// Does something outside of a transaction; once more where the line broke meanwhile, as nothing has happened.
    fn outside<T>(
        &self,
        mut work: impl FnMut(&mut Link) -> Result<T, Hindrance>,
    ) -> Result<T, Fault> {
        let had = self.with_link(|_| ()).is_some();
        match self.on_line(&mut work) {
            Err(Fault::Away(_)) if had => self.on_line(work),
            done => done,
        }
    }

    /// Takes down that a transaction has begun, and that something was changed in it.
    pub(super) fn set_begun(&self, kind: Kind) {
        self.begun.set(Some(kind));
        self.changed.set(true);
    }

    /// Commands in one go; gives the first row of what they answer.
    pub(super) fn command(&self, sql: &str) -> Result<Option<Vec<Option<String>>>, Fault> {
        let command = |link: &mut Link| {
            let found = link.reached.command(sql).map_err(Hindrance::Said)?;
            Ok(first_row(&found))
        };
        if self.begun.get().is_some() {
            self.on_line(command)
        } else {
            self.outside(command)
        }
    }
}

impl Engine for Postgres {
    fn begin(&self, kind: Kind) -> Result<(), Fault> {
        if self.only_reads && kind == Kind::Write {
            return Err(Fault::ReadOnly);
        }
        // Nothing would be for ever.
        let wait = self.patience.left().as_millis().max(1);
        let sql = match kind {
            Kind::Read => format!(
                "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL lock_timeout = {wait};
                 SELECT version FROM meta"
            ),
            // The row that is changed here is what others wait for. Who waited reads what those before them have written:
            // no snapshot is taken before the lock is held.
            Kind::Write => format!(
                "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; SET LOCAL lock_timeout = {wait};
                 SET LOCAL idle_in_transaction_session_timeout = {STILL};
                 UPDATE meta SET changes = changes + 1 RETURNING version,
                     CAST(extract(epoch FROM clock_timestamp() - statement_timestamp()) * 1000000 AS bigint)"
            ),
        };
        let takes_changes = self.with_link(|link| !link.reached.only_reads);
        self.on_primary
            .set(kind == Kind::Write && takes_changes != Some(true));
        let begun = self.command(&sql);
        self.begun.set(Some(kind));
        self.changed.set(false);
        let known = begun.and_then(|row| {
            let mut values = row.into_iter().flatten().flatten();
            let mut number = || values.next()?.parse::<i64>().ok();
            let version = number().ok_or(Fault::Corrupt)?;
            let waited = number().and_then(|waited| u64::try_from(waited).ok());
            self.patience
                .spend(Duration::from_micros(waited.unwrap_or(0)));
            if version > KNOWN {
                return Err(Fault::Newer);
            }
            Ok(())
        });
        if known == Err(Fault::Busy) {
            self.patience.spend(self.patience.left());
        }
        known.inspect_err(|_| self.roll_back())
    }

    fn commit(&self) -> Result<(), Uncommitted> {
        if let Some(fault) = self.refused.take() {
            self.roll_back();
            return Err(Uncommitted {
                fault,
                in_doubt: false,
            });
        }
        let kind = self.begun.get();
        let is_change = kind == Some(Kind::Write) && self.changed.get();
        // Where the line broke before, nothing is asked for.
        let is_asked = is_change && self.with_link(|_| ()).is_some();
        // Others look anew whenever somebody has committed.
        let done = if is_change {
            self.on_line(|link| link.reached.commit().map_err(Hindrance::Said))
        } else {
            self.command("ROLLBACK").map(|_| true)
        };
        let fault = match done {
            Ok(true) => {
                self.set_over();
                return Ok(());
            }
            Ok(false) => {
                self.set_over();
                return Err(Uncommitted {
                    fault: Fault::Unconfirmed,
                    in_doubt: false,
                });
            }
            Err(fault) => fault,
        };
        let is_refused = self.refused.take().is_some();
        self.roll_back();
        Err(Uncommitted {
            fault,
            in_doubt: is_asked && !is_refused,
        })
    }

    fn roll_back(&self) {
        if self.begun.get().is_some() {
            let done = self.command("ROLLBACK");
            if done.is_err() {
                // The server does it where the line ends.
                self.side().hang_up();
            }
        }
        self.set_over();
        self.refused.take();
    }

    fn run(
        &self,
        sql: &str,
        values: Values<'_>,
        take: &mut dyn FnMut(&dyn Row) -> Result<bool, Fault>,
    ) -> Result<usize, Fault> {
        let is_superseded = || self.is_superseded();
        let done = self.on_line(|link| link.run(sql, values, &is_superseded, take));
        match sql.split_ascii_whitespace().next() {
            Some("INSERT" | "UPDATE" | "DELETE") if done != Ok(0) => self.changed.set(true),
            Some("SAVEPOINT") => self.changed_before.set(self.changed.get()),
            Some("ROLLBACK") if done.is_ok() => {
                self.changed.set(self.changed_before.get());
                self.refused.take();
            }
            _ => {}
        }
        done
    }

    fn data_version(&self) -> Result<i64, Fault> {
        self.number("SELECT changes FROM meta")
    }

    fn set_last_id(&self, table: &str, last: i64) -> Result<(), Fault> {
        let (given, is_given) = (last.max(1), last > 0);
        let sql = format!("SELECT setval('{table}_id_seq', {given}, {is_given})");
        self.command(&sql).map(|_| ())
    }

    fn now(&self) -> Result<Option<Timestamp>, Fault> {
        let now = "SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000 AS bigint)";
        self.number(now).map(|now| Some(Timestamp(now)))
    }

    fn flaws(&self, tx: &Tx<'_>) -> Result<Vec<Flaw>, Fault> {
        flaws(tx)
    }

    fn keep_text(&self, sequence: i64, texts: &dyn Fn() -> [String; 2]) -> Result<(), Fault> {
        let [search, target] = texts();
        let values = [
            Value::Int(sequence),
            Value::Text(&search),
            Value::Text(&target),
        ];
        let sql = "INSERT INTO event_texts (sequence, search, target_key) VALUES (?1, ?2, ?3)";
        let kept = self.run(sql, Values::Numbered(&values), &mut |_| Ok(true))?;
        (kept == 1).then_some(()).ok_or(Fault::NotTaken)
    }

    fn next_id(&self, table: &str) -> Result<i64, Fault> {
        self.number(&format!("SELECT nextval('{table}_id_seq')"))
    }

    fn last_id(&self, table: &str) -> Result<i64, Fault> {
        self.number(&format!(
            "SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {table}_id_seq"
        ))
    }
}

impl Postgres {
    /// The number that is the answer.
    pub(super) fn number(&self, sql: &str) -> Result<i64, Fault> {
        let ask = |link: &mut Link| {
            let mut found = None;
            link.run(sql, Values::Numbered(&[]), &|| false, &mut |row| {
                if let Value::Int(number) = row.value(0)? {
                    found = Some(number);
                }
                Ok(true)
            })?;
            found.ok_or(Hindrance::Taker(Fault::Corrupt))
        };
        if self.begun.get().is_some() {
            self.on_line(ask)
        } else {
            self.outside(ask)
        }
    }
}
