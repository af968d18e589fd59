//! The schema, and bringing an older one up to date. A file that was released is never edited: another follows it.

use std::path::Path;

use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::domain::trouble::{Fault, OpenFault};
use crate::store::Tx;
use crate::store::beginning::Beginning;
use crate::store::sql::Kind;
use crate::store::sqlite::before::Before;
use crate::store::sqlite::fault::{of_opening, while_opening};
use crate::store::sqlite::{functions, moved};
use crate::store::waiting::{UntilOver, Work, tell};

/// `Keyw`: tells our databases from those of other applications.
pub const APPLICATION_ID: i64 = 0x4B65_7977;

const MIGRATIONS: [&str; 13] = [
    include_str!("../../../assets/migrations/0001_keys.sql"),
    include_str!("../../../assets/migrations/0002_users_and_roles.sql"),
    include_str!("../../../assets/migrations/0003_events.sql"),
    include_str!("../../../assets/migrations/0004_names.sql"),
    include_str!("../../../assets/migrations/0005_order_of_events.sql"),
    include_str!("../../../assets/migrations/0006_fleet.sql"),
    include_str!("../../../assets/migrations/0007_demonstration.sql"),
    include_str!("../../../assets/migrations/0008_holders.sql"),
    include_str!("../../../assets/migrations/0009_services.sql"),
    include_str!("../../../assets/migrations/0010_actors.sql"),
    include_str!("../../../assets/migrations/0011_many_keys.sql"),
    include_str!("../../../assets/migrations/0012_facts.sql"),
    include_str!("../../../assets/migrations/0013_one_sql.sql"),
];

/// The version that this program makes.
pub const KNOWN: i64 = 13;

/// The memory for pages of the database while it is brought up to date, in KiB: a large one is sorted by every new index.
const MEMORY: i64 = 200_000;
/// The memory that a connection has at other times: `SQLite`'s own default.
const USUAL_MEMORY: i64 = 2_000;

/// The version of the database; 0 where it is empty. Nothing is changed.
pub fn identify(connection: &Connection) -> Result<i64, OpenFault> {
    // One transaction: another process may be making it just now.
    let tx = Transaction::new_unchecked(connection, TransactionBehavior::Deferred)
        .map_err(while_opening)?;
    let application = number(&tx, "PRAGMA application_id")?;
    let found = number(&tx, "PRAGMA user_version")?;
    let tables = number(&tx, "SELECT count(*) FROM sqlite_schema")?;
    match application {
        APPLICATION_ID if moved::is_moved(found) => Err(OpenFault::Moved {
            to: moved::address(&tx),
        }),
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
/// finds it done. Of one in a file, whose path is given, a copy is beside it before anything is changed.
pub fn migrate(
    connection: &Connection,
    beginning: Option<&Beginning>,
    file: Option<&Path>,
) -> Result<(), OpenFault> {
    apply(connection, &MIGRATIONS, beginning, file)
}

/// Within a transaction foreign keys cannot be turned off, and while they are on no table that others refer to can be
/// made anew (<https://sqlite.org/lang_altertable.html#otheralter>). They are checked as a whole before the commit.
fn apply(
    connection: &Connection,
    migrations: &[&str],
    beginning: Option<&Beginning>,
    file: Option<&Path>,
) -> Result<(), OpenFault> {
    let foreign_keys = |on: bool| {
        let set = connection.pragma_update(None, "foreign_keys", on);
        set.map_err(while_opening)
    };
    let memory = |kib: i64| {
        let set = connection.pragma_update(None, "cache_size", -kib);
        set.map_err(while_opening)
    };
    functions::add(connection).map_err(while_opening)?;
    foreign_keys(false)?;
    memory(MEMORY)?;
    let told = UntilOver;
    let applied = apply_unguarded(connection, migrations, beginning, file);
    drop(told);
    memory(USUAL_MEMORY)?;
    foreign_keys(true)?;
    applied
}

fn apply_unguarded(
    connection: &Connection,
    migrations: &[&str],
    beginning: Option<&Beginning>,
    file: Option<&Path>,
) -> Result<(), OpenFault> {
    let tx = Tx::begin(connection, Kind::Write).map_err(of_opening)?;
    let found = connection
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .map_err(while_opening)?;
    let mut version: i64 = found;
    let is_older = found > 0 && usize::try_from(found).is_ok_and(|found| found < migrations.len());
    // Nobody else writes from here on: the copy has all that there is.
    let before = match file {
        Some(file) if is_older => Some(Before::make(file, found)?),
        _ => None,
    };
    for (sql, number) in migrations
        .iter()
        .zip(1..)
        .filter(|(_, number)| *number > found)
    {
        version = number;
        if is_older {
            let known = KNOWN;
            tell(Work::Updating { version, known });
        }
        connection.execute_batch(sql).map_err(while_opening)?;
    }
    connection
        .pragma_update(None, "application_id", APPLICATION_ID)
        .map_err(while_opening)?;
    connection
        .pragma_update(None, "user_version", version)
        .map_err(while_opening)?;
    if let Some(beginning) = beginning.filter(|_| found == 0) {
        beginning.write(&tx).map_err(OpenFault::Fault)?;
    }
    let broken = number(connection, "SELECT count(*) FROM pragma_foreign_key_check")?;
    if broken > 0 {
        return Err(OpenFault::Fault(Fault::Corrupt));
    }
    let done = tx.commit();
    // What holds all the same has its copy.
    if let Some(before) = before
        && done
            .as_ref()
            .err()
            .is_none_or(|uncommitted| uncommitted.in_doubt)
    {
        before.keep();
    }
    done.map_err(|uncommitted| of_opening(uncommitted.fault))
}

fn number(connection: &Connection, sql: &str) -> Result<i64, OpenFault> {
    connection
        .query_row(sql, (), |row| row.get(0))
        .map_err(while_opening)
}

#[cfg(test)]
mod tests {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt;
    use std::sync::{Arc, Mutex};
    use std::thread;

    use zeroize::Zeroizing;

    use super::*;
    use crate::domain::time::Timestamp;
    use crate::store::Store;
    use crate::store::tests::{account, in_a_file, made};
    use crate::store::waiting::tell_with;

    fn begun(migrations: &[&str]) -> Connection {
        let connection = Connection::open_in_memory().expect("opened");
        let beginning = Beginning {
            user: "alice".to_owned(),
            now: Timestamp(1),
            tag_key: Zeroizing::new(vec![7; 32].into_boxed_slice()),
        };
        apply(&connection, migrations, Some(&beginning), None).expect("made");
        connection
    }

    fn users(connection: &Connection) -> i64 {
        number(connection, "SELECT count(*) FROM users").expect("counted")
    }

    #[test]
    fn the_known_version_is_the_last_migrations() {
        assert_eq!(i64::try_from(MIGRATIONS.len()), Ok(KNOWN));
    }

    /// All migrations and one more.
    fn and(more: &'static str) -> Vec<&'static str> {
        MIGRATIONS.into_iter().chain([more]).collect()
    }

    #[test]
    fn rows_live_through_a_later_migration() {
        let connection = begun(&MIGRATIONS);
        let more = and("ALTER TABLE users ADD COLUMN shoe_size INTEGER NOT NULL DEFAULT 42");
        apply(&connection, &more, None, None).expect("migrated");
        apply(&connection, &more, None, None).expect("nothing left to do");
        assert_eq!(users(&connection), 1);
        let (found, known) = (KNOWN + 1, KNOWN);
        let newer = OpenFault::Newer { found, known };
        assert_eq!(identify(&connection), Err(newer));
    }

    #[test]
    fn a_migration_that_fails_half_way_changes_nothing() {
        let connection = begun(&MIGRATIONS);
        for broken in [
            "DELETE FROM users; SELECT no_such_column FROM users;",
            // Found by the check at the end.
            "DELETE FROM roles",
        ] {
            assert!(
                apply(&connection, &and(broken), None, None).is_err(),
                "{broken}"
            );
            assert_eq!((users(&connection), identify(&connection)), (1, Ok(KNOWN)));
            let on = number(&connection, "PRAGMA foreign_keys");
            assert_eq!(on, Ok(1), "foreign keys are on again");
        }
    }

    #[test]
    fn a_second_beginning_is_left_out() {
        let connection = begun(&MIGRATIONS);
        let again = Beginning {
            user: "mallory".to_owned(),
            now: Timestamp(2),
            tag_key: Zeroizing::default(),
        };
        migrate(&connection, Some(&again), None).expect("nothing to do");
        assert_eq!(users(&connection), 1);
    }

    /// Rows of the first version.
    const FIRST: &str = include_str!("../../../tests/store/first_issue.sql");

    #[test]
    fn whatever_the_older_form_a_whole_copy_of_it_is_beside_the_database_that_was_brought_up_to_date()
     {
        for found in 1..KNOWN {
            let (directory, place) = in_a_file();
            let path = directory.path().join("keyward.db");
            let older = usize::try_from(found).expect("a number");
            {
                let connection = Connection::open(&path).expect("opened");
                connection.execute_batch(MIGRATIONS[0]).expect("made");
                connection.execute_batch(FIRST).expect("filled");
                apply(&connection, &MIGRATIONS[..older], None, None).expect("older");
            }
            fs::set_permissions(&path, Permissions::from_mode(0o600)).expect("set");
            drop(Store::bring_up_to_date(&place, &account()).expect("up to date"));
            drop(Store::bring_up_to_date(&place, &account()).expect("nothing to do"));
            let entries = fs::read_dir(directory.path()).expect("read");
            let names = entries.map(|entry| entry.expect("one").path());
            let copies: Vec<_> = names.filter(|name| *name != path).collect();
            let [copy] = &copies[..] else {
                panic!("{found}: {copies:?}");
            };
            let name = copy.display().to_string();
            assert!(
                name.contains(&format!("keyward.db.schema-{found}.")),
                "{name}"
            );
            let facts = fs::metadata(copy).expect("there");
            assert_eq!(facts.permissions().mode() & 0o7777, 0o600);
            let connection = Connection::open(copy).expect("opened");
            assert_eq!(identify(&connection), Ok(found));
            assert_eq!(users(&connection), 3);
            let said = connection.query_row("PRAGMA integrity_check", (), |row| row.get(0));
            assert_eq!(said, Ok("ok".to_owned()));
        }
    }

    #[test]
    fn whoever_waits_is_told_each_step_of_bringing_a_database_up_to_date() {
        let (directory, place) = in_a_file();
        let path = directory.path().join("keyward.db");
        let older = MIGRATIONS.len() - 2;
        {
            let connection = Connection::open(&path).expect("opened");
            connection.execute_batch(MIGRATIONS[0]).expect("made");
            connection.execute_batch(FIRST).expect("filled");
            apply(&connection, &MIGRATIONS[..older], None, None).expect("older");
        }
        fs::set_permissions(&path, Permissions::from_mode(0o600)).expect("set");
        let (told, here) = (Arc::new(Mutex::new(Vec::new())), thread::current().id());
        let tell = Arc::clone(&told);
        tell_with(Some(Arc::new(move |work| {
            // Others are at work beside this one.
            if thread::current().id() == here {
                tell.lock().expect("one").push(work);
            }
        })));
        drop(Store::bring_up_to_date(&place, &account()).expect("up to date"));
        tell_with(None);
        let known = KNOWN;
        let step = |version| Work::Updating { version, known };
        let mut told = told.lock().expect("one").clone();
        told.dedup();
        let wanted = [
            Work::Copying { percent: 100 },
            Work::Over,
            Work::CheckingCopy,
            step(KNOWN - 1),
            step(KNOWN),
            Work::Over,
        ];
        assert_eq!(told, wanted);
    }

    #[test]
    fn a_migration_that_fails_leaves_no_copy() {
        let (directory, place) = in_a_file();
        drop(made(&place));
        let path = directory.path().join("keyward.db");
        let connection = Connection::open(&path).expect("opened");
        let broken = and("SELECT no_such_column FROM users");
        assert!(apply(&connection, &broken, None, Some(&path)).is_err());
        drop(connection);
        let entries = fs::read_dir(directory.path()).expect("read").count();
        assert_eq!(entries, 1);
    }
}
