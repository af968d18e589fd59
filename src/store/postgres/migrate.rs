//! The schema on a server, and bringing an older one up to date. A file that was released is never edited: another follows
//! it, under the number that `SQLite`'s has, too.

use crate::domain::trouble::{Fault, OpenFault, ServerFault};
use crate::store::list::Finder;
use crate::store::postgres::Postgres;
use crate::store::waiting::{UntilOver, Work, tell};
use crate::store::{Tx, sql::Kind};

pub const MIGRATIONS: [(i64, &str); 1] = [(13, include_str!("../../../assets/postgres/0013.sql"))];

/// The version that this program makes.
pub const KNOWN: i64 = 13;

/// What is in a schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The version of the database; 0 where the schema is empty.
    pub version: i64,
    /// Who owns it, if it is not the role of this connection, nor one that it is a member of.
    pub others: Option<String>,
    /// This role may make a database here.
    pub may_make: bool,
    /// It may change the rows of the one that is there.
    pub may_change: bool,
}

/// What a schema of ours is told by, and what this role may do with it.
const LOOK: &str = "
    SELECT s.oid IS NOT NULL,
        (SELECT count(*) FROM pg_catalog.pg_class c WHERE c.relnamespace = s.oid AND c.relkind IN ('r', 'p', 'v', 'm', 'f')),
        coalesce(pg_catalog.obj_description(m.oid, 'pg_class') = 'Keyward', FALSE),
        coalesce(pg_catalog.has_table_privilege(m.oid, 'SELECT'), FALSE),
        CASE WHEN NOT pg_catalog.pg_has_role(m.relowner, 'USAGE') THEN pg_catalog.pg_get_userbyid(m.relowner) END,
        coalesce(pg_catalog.has_schema_privilege(s.oid, 'CREATE'), FALSE),
        coalesce(pg_catalog.has_table_privilege(k.oid, 'INSERT'), FALSE)
    FROM (SELECT 1) AS one
        LEFT JOIN pg_catalog.pg_namespace s ON s.nspname = pg_catalog.current_schema()
        LEFT JOIN pg_catalog.pg_class m ON m.relnamespace = s.oid AND m.relname = 'meta' AND m.relkind = 'r'
        LEFT JOIN pg_catalog.pg_class k ON k.relnamespace = s.oid AND k.relname = 'api_keys' AND k.relkind = 'r'";

/// Looks what is in the schema. Nothing is changed.
pub fn identify(postgres: &Postgres) -> Result<Found, OpenFault> {
    let row = postgres.command(LOOK).map_err(OpenFault::Fault)?;
    let row = row.unwrap_or_default();
    let text = |at: usize| row.get(at).cloned().flatten();
    let is = |at| text(at).as_deref() == Some("t");
    if !is(0) {
        return Err(OpenFault::Server(ServerFault::NoSchema));
    }
    let found = Found {
        version: 0,
        others: text(4),
        may_make: is(5),
        may_change: is(6),
    };
    if text(1).as_deref() == Some("0") {
        return Ok(found);
    }
    if !is(2) {
        return Err(OpenFault::Foreign);
    }
    if !is(3) {
        let role = postgres.wanted().address.role().to_owned();
        return Err(OpenFault::Server(ServerFault::NoRights { role }));
    }
    let version = postgres.number("SELECT version FROM meta");
    let version = version.map_err(OpenFault::Fault)?;
    if version > KNOWN {
        return Err(OpenFault::Newer {
            found: version,
            known: KNOWN,
        });
    }
    Ok(Found { version, ..found })
}

/// Makes a database in the empty schema, and fills it: all of it or nothing.
///
/// # Errors
/// [`ServerFault::NotEmpty`] where somebody else has made one meanwhile; what `fill` says.
pub fn make<E: From<Opening>>(
    postgres: &Postgres,
    fill: &mut dyn FnMut(&Tx<'_>) -> Result<(), E>,
) -> Result<(), E> {
    alone(postgres, |tx, found| {
        if found > 0 {
            return Err(Opening(OpenFault::Server(ServerFault::NotEmpty)).into());
        }
        apply(postgres, tx, found)?;
        fill(tx)
    })
}

/// Brings an older one up to date: all of it or nothing. Of two that come at once the second finds it done.
pub fn update(postgres: &Postgres) -> Result<(), OpenFault> {
    let updated = alone(postgres, |tx, found| apply(postgres, tx, found));
    updated.map_err(|Opening(fault)| fault)
}

/// What stands in the way of a database.
#[derive(Debug)]
pub struct Opening(pub OpenFault);

impl From<Fault> for Opening {
    fn from(fault: Fault) -> Opening {
        Opening(OpenFault::Fault(fault))
    }
}

/// A transaction in which nobody else changes the schema, with the version that is there.
fn alone<E: From<Opening>>(
    postgres: &Postgres,
    work: impl FnOnce(&Tx<'_>, i64) -> Result<(), E>,
) -> Result<(), E> {
    postgres.begin_alone().map_err(Opening::from)?;
    let tx = Tx {
        engine: postgres,
        finder: Finder::default(),
    };
    let found = identify(postgres).map_err(Opening)?;
    work(&tx, found.version)?;
    tx.commit().map_err(|uncommitted| {
        let is_unsure = uncommitted.in_doubt;
        let fault = if is_unsure {
            Fault::Unsure
        } else {
            uncommitted.fault
        };
        Opening(OpenFault::Fault(fault)).into()
    })
}

fn apply(postgres: &Postgres, tx: &Tx<'_>, found: i64) -> Result<(), Opening> {
    let _told = UntilOver;
    for (version, sql) in MIGRATIONS {
        if version <= found {
            continue;
        }
        if found > 0 {
            let known = KNOWN;
            tell(Work::Updating { version, known });
        }
        postgres.command(sql)?;
        if found > 0 {
            let now = format!("UPDATE meta SET version = {version}");
            tx.change_one(&now, ())?;
        }
    }
    Ok(())
}

impl Postgres {
    /// Begins a change of the schema, which nobody else changes meanwhile. What is made in it looks for its tables there
    /// alone: never among the temporary ones of whoever uses it.
    fn begin_alone(&self) -> Result<(), Fault> {
        let commands = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE;
            SELECT pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtext('keyward'),
                pg_catalog.hashtext(pg_catalog.current_schema()));
            SELECT pg_catalog.set_config('search_path',
                pg_catalog.quote_ident(pg_catalog.current_schema()) || ', pg_temp', TRUE)";
        let begun = self.command(commands);
        self.set_begun(Kind::Write);
        begun.map(|_| ()).inspect_err(|_| {
            use crate::store::sql::Engine;
            self.roll_back();
        })
    }
}
