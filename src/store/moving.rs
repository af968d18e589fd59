//! Moving a database from a file to a server: every row as it is, compared when it is there.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use crate::domain::event::chain::Head;
use crate::domain::fold::name_key;
use crate::domain::trouble::{Fault, OpenFault, Trouble};
use crate::domain::user::OsAccount;
use crate::store::events::searched;
use crate::store::postgres::Postgres;
use crate::store::sql::Value;
use crate::store::sqlite::moved;
use crate::store::{Place, Store, Tx, checked, events, postgres};

/// The tables, each with the columns by which its rows are in order; what a row refers to comes before it.
const TABLES: [(&str, &str); 9] = [
    ("meta", "id"),
    ("roles", "id"),
    ("users", "id"),
    ("api_keys", "id"),
    ("api_key_secrets", "id"),
    ("refused_uses", "secret, reason"),
    ("policy", "id"),
    ("list_columns", "\"user\", list"),
    ("events", "sequence"),
];

/// Those whose IDs are never given again.
const NUMBERED: [&str; 4] = ["roles", "users", "api_keys", "api_key_secrets"];

/// What is asked of whoever has a database moved.
pub trait Mover {
    /// Records the move, in the last moment of the file.
    fn note(&mut self, from: &Tx<'_>) -> Result<(), Trouble>;

    /// The rows of this table are copied now, unless somebody has stopped it.
    fn copying(&mut self, table: &str) -> Result<(), Trouble>;
}

/// Why a database was not moved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotMoved {
    /// Nothing was changed.
    Trouble(Trouble),
    /// Whether the copy on the server holds is not known; the file is as it was.
    Unsure,
    /// The copy holds, and the file is as it was.
    NotMarked(Trouble),
}

impl Store {
    /// Moves this database, which is in a file, to an empty schema on a server. Nobody changes anything meanwhile. Where the
    /// copy is whole, and holds, the file opens for nobody any more. Gives the last event.
    ///
    /// # Errors
    /// [`NotMoved`] says what there is then.
    pub fn move_to(
        &mut self,
        to: &Place,
        account: &OsAccount,
        mover: &mut dyn Mover,
    ) -> Result<Head, NotMoved> {
        let Place::Server(address) = to else {
            return Err(Trouble::Open(to.told(), OpenFault::InFile).into());
        };
        if self.base.sqlite().is_none() {
            return Err(Trouble::Open(to.told(), OpenFault::OnServer).into());
        }
        let told = |fault| Trouble::Open(to.told(), fault);
        let mut holds = false;
        let done = self.write(|from| {
            checked(from, None)?.map_err(Trouble::Flawed)?;
            mover.note(from)?;
            postgres::open::make_filled(address, account, &told, &mut |to, server| {
                copy(from, (to, server), mover)
            })?;
            holds = true;
            moved::mark(from)?;
            Ok(events::head(from)?)
        });
        done.map_err(|trouble| match trouble {
            Trouble::Open(_, OpenFault::Fault(Fault::Unsure)) => NotMoved::Unsure,
            trouble if holds => NotMoved::NotMarked(trouble),
            trouble => trouble.into(),
        })
    }
}

/// How much a database holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// API keys, the deleted ones apart.
    pub keys: i64,
    pub users: i64,
    pub events: i64,
}

/// How much this one holds.
pub fn size(tx: &Tx<'_>) -> Result<Size, Fault> {
    Ok(Size {
        keys: tx.value("SELECT count(*) FROM api_keys WHERE deleted_at IS NULL", ())?,
        users: tx.value("SELECT count(*) FROM users", ())?,
        events: tx.value("SELECT count(*) FROM events", ())?,
    })
}

impl From<Trouble> for NotMoved {
    fn from(trouble: Trouble) -> NotMoved {
        NotMoved::Trouble(trouble)
    }
}

/// Copies every row, and looks whether it arrived.
fn copy(
    from: &Tx<'_>,
    (to, server): (&Tx<'_>, &Postgres),
    mover: &mut dyn Mover,
) -> Result<(), Trouble> {
    // A new schema has its one row already.
    to.change("DELETE FROM policy", ())?;
    for (table, order) in TABLES {
        mover.copying(table)?;
        let columns = columns(from, table)?;
        let quoted: Vec<String> = columns.iter().map(|name| format!("\"{name}\"")).collect();
        let sql = format!("SELECT {} FROM {table} ORDER BY {order}", quoted.join(", "));
        let mut sum = Sum::default();
        server.load(table, &quoted, &mut |put| {
            from.each(&sql, (), |mut row| {
                let values = row.all(columns.len())?;
                sum.add(&values);
                put(&values).map(|()| false)
            })
            .map(|_| ())
        })?;
        let mut there = Sum::default();
        to.each(&sql, (), |mut row| {
            there.add(&row.all(columns.len())?);
            Ok(false)
        })?;
        if there != sum {
            return Err(Fault::NotTaken.into());
        }
    }
    load_texts(from, server)?;
    for table in NUMBERED {
        to.engine.set_last_id(table, from.engine.last_id(table)?)?;
    }
    checked(to, None)?.map_err(Trouble::Flawed)?;
    if events::head(to)? != events::head(from)? {
        return Err(Fault::NotTaken.into());
    }
    Ok(())
}

/// The columns of a table in a file that are no other columns' doing.
fn columns(from: &Tx<'_>, table: &str) -> Result<Vec<String>, Fault> {
    from.values("SELECT name FROM pragma_table_info(?1)", [table])
}

/// The texts of events in which filters look.
fn load_texts(from: &Tx<'_>, server: &Postgres) -> Result<(), Fault> {
    let columns = ["sequence", "search", "target_key"].map(str::to_owned);
    let sql = "SELECT sequence, number, level, actor, target_kind, target_id, target_name, body
               FROM events ORDER BY sequence";
    server.load("event_texts", &columns, &mut |put| {
        from.each(sql, (), |mut row| {
            let (sequence, number) = (row.value()?, row.value()?);
            let (level, actor, kind) = (row.text()?, row.text()?, row.text()?);
            let (id, name, body) = (row.value()?, row.text()?, row.text()?);
            let search = searched(number, (kind, id), [level, actor, name], body);
            let target = name_key(name);
            let values = [
                Value::Int(sequence),
                Value::Text(&search),
                Value::Text(&target),
            ];
            put(&values).map(|()| false)
        })
        .map(|_| ())
    })
}

/// How many rows there are, and what is in all of them.
#[derive(Default)]
struct Sum {
    rows: u64,
    hasher: DefaultHasher,
}

impl Sum {
    fn add(&mut self, values: &[Value<'_>]) {
        self.rows += 1;
        for value in values {
            // A flag is a number in one engine, and none in the other.
            match *value {
                Value::Null => 0_u8.hash(&mut self.hasher),
                Value::Bool(is) => (1_u8, i64::from(is)).hash(&mut self.hasher),
                Value::Int(number) => (1_u8, number).hash(&mut self.hasher),
                Value::Text(text) => (2_u8, text).hash(&mut self.hasher),
                Value::Bytes(bytes) => (3_u8, bytes).hash(&mut self.hasher),
            }
        }
    }
}

impl PartialEq for Sum {
    fn eq(&self, other: &Sum) -> bool {
        self.rows == other.rows && self.hasher.finish() == other.hasher.finish()
    }
}
