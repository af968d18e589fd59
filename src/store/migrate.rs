//! The schema, and bringing an older one up to date. A file that was released is never edited: another follows it.

use rusqlite::{Connection, Transaction, TransactionBehavior};
use zeroize::Zeroizing;

use crate::domain::role::{FULL_ACCESS, Role};
use crate::domain::time::Timestamp;
use crate::domain::trouble::OpenFault;
use crate::store::fault::while_opening;
use crate::store::{Tx, users};

/// `Keyw`: tells our databases from those of other applications.
const APPLICATION_ID: i64 = 0x4B65_7977;

const MIGRATIONS: [&str; 1] = [include_str!("../../assets/migrations/0001_keys.sql")];

/// The version that this program makes.
pub const KNOWN: i64 = 1;

/// What a new database begins with, beside the built-in roles.
pub struct Beginning<'a> {
    /// The first user, who has Full Access.
    pub user: &'a str,
    pub now: Timestamp,
    pub tag_key: Zeroizing<Box<[u8]>>,
}

/// The version of the database; 0 where it is empty. Nothing is changed.
pub fn identify(connection: &Connection) -> Result<i64, OpenFault> {
    // One transaction: another process may be making it just now.
    let tx = Transaction::new_unchecked(connection, TransactionBehavior::Deferred)
        .map_err(while_opening)?;
    let number = |sql| {
        tx.query_row(sql, (), |row| row.get::<_, i64>(0))
            .map_err(while_opening)
    };
    let application = number("PRAGMA application_id")?;
    let found = number("PRAGMA user_version")?;
    let tables = number("SELECT count(*) FROM sqlite_schema")?;
    match application {
        APPLICATION_ID if found > KNOWN => Err(OpenFault::Newer {
            found,
            known: KNOWN,
        }),
        APPLICATION_ID if found > 0 => Ok(found),
        0 if found == 0 && tables == 0 => Ok(0),
        _ => Err(OpenFault::Foreign),
    }
}

/// Brings the database up to date, or makes it: all of it or nothing. Of two processes that come at once the second
/// finds it done.
pub fn migrate(
    connection: &Connection,
    beginning: Option<&Beginning<'_>>,
) -> Result<(), OpenFault> {
    apply(connection, &MIGRATIONS, beginning)
}

fn apply(
    connection: &Connection,
    migrations: &[&str],
    beginning: Option<&Beginning<'_>>,
) -> Result<(), OpenFault> {
    let tx = Transaction::new_unchecked(connection, TransactionBehavior::Immediate)
        .map_err(while_opening)?;
    let found = tx
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .map_err(while_opening)?;
    let mut version: i64 = found;
    for (sql, number) in migrations
        .iter()
        .zip(1..)
        .filter(|(_, number)| *number > found)
    {
        tx.execute_batch(sql).map_err(while_opening)?;
        version = number;
    }
    tx.pragma_update(None, "application_id", APPLICATION_ID)
        .map_err(while_opening)?;
    tx.pragma_update(None, "user_version", version)
        .map_err(while_opening)?;
    let tx = Tx(tx);
    if let Some(beginning) = beginning.filter(|_| found == 0) {
        begin(&tx, beginning).map_err(while_opening)?;
    }
    tx.0.commit().map_err(while_opening)
}

fn begin(tx: &Tx<'_>, beginning: &Beginning<'_>) -> rusqlite::Result<()> {
    tx.0.execute(
        "INSERT INTO meta (id, tag_key, created_at) VALUES (1, ?1, ?2)",
        (beginning.tag_key.as_ref(), beginning.now.0),
    )?;
    for role in Role::built_in() {
        users::insert_role(tx, &role)?;
    }
    users::insert(tx, beginning.user, FULL_ACCESS, beginning.now)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn begun(migrations: &[&str]) -> Connection {
        let connection = Connection::open_in_memory().expect("opened");
        let beginning = Beginning {
            user: "alice",
            now: Timestamp(1),
            tag_key: Zeroizing::new(vec![7; 32].into_boxed_slice()),
        };
        apply(&connection, migrations, Some(&beginning)).expect("made");
        connection
    }

    fn users(connection: &Connection) -> i64 {
        connection
            .query_row("SELECT count(*) FROM users", (), |row| row.get(0))
            .expect("counted")
    }

    #[test]
    fn the_known_version_is_the_last_migrations() {
        assert_eq!(i64::try_from(MIGRATIONS.len()), Ok(KNOWN));
    }

    #[test]
    fn rows_live_through_a_later_migration() {
        let connection = begun(&MIGRATIONS);
        let more = [
            MIGRATIONS[0],
            "ALTER TABLE users ADD COLUMN locked_out INTEGER NOT NULL DEFAULT 0",
        ];
        apply(&connection, &more, None).expect("migrated");
        apply(&connection, &more, None).expect("nothing left to do");
        assert_eq!(users(&connection), 1);
        assert_eq!(
            identify(&connection),
            Err(OpenFault::Newer {
                found: 2,
                known: KNOWN
            })
        );
    }

    #[test]
    fn a_migration_that_fails_half_way_changes_nothing() {
        let connection = begun(&MIGRATIONS);
        let broken = [
            MIGRATIONS[0],
            "DELETE FROM users; SELECT no_such_column FROM users;",
        ];
        assert!(apply(&connection, &broken, None).is_err());
        assert_eq!((users(&connection), identify(&connection)), (1, Ok(KNOWN)));
    }

    #[test]
    fn a_second_beginning_is_left_out() {
        let connection = begun(&MIGRATIONS);
        let again = Beginning {
            user: "mallory",
            now: Timestamp(2),
            tag_key: Zeroizing::default(),
        };
        migrate(&connection, Some(&again)).expect("nothing to do");
        assert_eq!(users(&connection), 1);
    }
}
