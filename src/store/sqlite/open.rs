//! Opening a database: every check before it is touched, and what each connection is set to.

use std::path::Path;

use crate::domain::event::chain::Head;
use crate::domain::trouble::{Fault, OpenFault, Trouble};
use crate::domain::user::OsAccount;
use crate::store::beginning::Beginning;
use crate::store::list::Finder;
use crate::store::patience::Patience;
use crate::store::sqlite::fault::{forget_system_error, while_opening};
use crate::store::sqlite::identity::Identity;
use crate::store::sqlite::log::Look;
use crate::store::sqlite::migrate::{KNOWN, identify, migrate};
use crate::store::sqlite::{Sqlite, begin, busy, file, functions, log};
use crate::store::waiting::{Work, tell};
use crate::store::{Place, Store};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

/// How many steps of `SQLite`'s machine go by before a reader looks whether another question is wanted.
const STEPS: i32 = 2_000;

/// What every connection that writes is set to. Without recursive triggers INSERT OR REPLACE would get around those that
/// guard the events; with secure delete a hash that goes leaves no trace in the file.
const SETTINGS: &str =
    "PRAGMA foreign_keys = ON; PRAGMA recursive_triggers = ON; PRAGMA trusted_schema = OFF;
    PRAGMA secure_delete = ON; PRAGMA synchronous = FULL;";

/// What it is set to beside that while nobody sees the file yet: what fails is thrown away, and a test has the same rows pass
/// every check. The memory, in KiB, is what rows are sorted in for an index before other threads merge them: much less than
/// an index has, as what the processor's caches hold is sorted much faster.
const UNGUARDED: &str =
    "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE;
    PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON;
    PRAGMA secure_delete = OFF; PRAGMA cache_size = -8000; PRAGMA threads = 2;";

/// How many statements a connection keeps prepared; more than the use cases have.
const STATEMENTS: usize = 100;

/// So many bytes are not read before somebody notices: a check of more is told.
const LONG: u64 = 64 << 20;

/// How often a database is opened again, when another one took its place meanwhile.
const AGAIN: usize = 20;

/// See [`Store::create_or_open`].
pub fn create_or_open(
    place: &Place,
    account: &OsAccount,
    beginning: &mut dyn FnMut() -> Result<Beginning, Trouble>,
) -> Result<Sqlite, Trouble> {
    if let Place::File(path) = place
        && file::is_missing(path).map_err(trouble(place))?
    {
        let made = begin::new(&beginning()?);
        made.and_then(|bytes| begin::begin(path, account, &bytes))
            .map_err(trouble(place))?;
    }
    let (sqlite, found) = settled(place, account, |_| Ok(())).map_err(trouble(place))?;
    if found < KNOWN {
        // Only in memory is there anything to begin: see `connect`.
        let beginning = if found == 0 { Some(beginning()?) } else { None };
        migrate(&sqlite.connection, beginning.as_ref(), sqlite.real()).map_err(trouble(place))?;
    }
    Ok(sqlite)
}

/// See [`Store::make_filled`].
pub fn make_filled(
    path: &Path,
    account: &OsAccount,
    beginning: &mut dyn FnMut() -> Result<Beginning, Trouble>,
    fill: impl FnOnce(Store) -> Result<(), Trouble>,
) -> Result<(), Trouble> {
    let trouble = |fault| Trouble::Open(path.to_owned(), fault);
    let beginning = beginning()?;
    if !file::is_missing(path).map_err(trouble)? {
        return Err(trouble(OpenFault::Exists));
    }
    let bytes = begin::new(&beginning).map_err(trouble)?;
    let made = begin::begin_filled(path, account, &bytes, |temporary| {
        let opened = || {
            let (sqlite, _) = connected(open_file(temporary)?, None)?;
            let settings = format!("{SETTINGS} {UNGUARDED}");
            let set = sqlite.connection.execute_batch(&settings);
            set.map_err(while_opening)?;
            Ok(sqlite)
        };
        fill(opened().map_err(trouble)?.into())
    })?;
    if made {
        Ok(())
    } else {
        Err(trouble(OpenFault::Exists))
    }
}

/// See [`Store::bring_up_to_date_telling`].
pub fn bring_up_to_date(
    place: &Place,
    account: &OsAccount,
    told: &dyn Fn(),
) -> Result<Sqlite, OpenFault> {
    let made = |found| (found != 0).then_some(()).ok_or(OpenFault::Missing);
    let (sqlite, found) = settled(place, account, made)?;
    if found < KNOWN {
        told();
        migrate(&sqlite.connection, None, sqlite.real())?;
    }
    Ok(sqlite)
}

/// Opens a database that is there, and up to date, and sets more on the connection.
pub fn open_and_set(
    place: &Place,
    account: &OsAccount,
    more: impl FnOnce(&mut Sqlite) -> rusqlite::Result<()>,
) -> Result<Sqlite, OpenFault> {
    let (mut sqlite, _) = settled(place, account, refuse_older)?;
    more(&mut sqlite).map_err(while_opening)?;
    Ok(sqlite)
}

impl Sqlite {
    /// See [`Store::open_to_verify`].
    pub fn wait_for_no_disk(&mut self) -> rusqlite::Result<()> {
        self.connection.pragma_update(None, "synchronous", "NORMAL")
    }

    /// See [`Store::open_to_answer`].
    pub fn only_answer(&mut self) -> rusqlite::Result<()> {
        if let Some(file) = &mut self.file {
            file.leave_doubts();
        }
        self.set_changeable(false)
    }

    /// Has it only read; its queries end where `is_superseded`, or where what they find rows with says so.
    pub fn only_read(
        &mut self,
        is_superseded: impl FnMut() -> bool + Send + 'static,
        finder: &Finder,
    ) -> rusqlite::Result<()> {
        functions::add_found(&self.connection, finder.clone())?;
        let (mut is_superseded, walk) = (is_superseded, finder.clone());
        let ends = move || is_superseded() || walk.is_far();
        self.connection.progress_handler(STEPS, Some(ends))?;
        self.set_changeable(false)
    }
}

/// [`connect`] and [`settle`], on a database whose version is not refused.
fn settled(
    place: &Place,
    account: &OsAccount,
    refuse: impl Fn(i64) -> Result<(), OpenFault>,
) -> Result<(Sqlite, i64), OpenFault> {
    unless_moved(|| {
        let (sqlite, found) = connect(place, account)?;
        refuse(found)?;
        settle(&sqlite, place)?;
        Ok((sqlite, found))
    })
}

/// Opens again where another file took the database's place while it was opened, as `keyward restore` puts one there.
pub(super) fn unless_moved<T>(
    mut open: impl FnMut() -> Result<T, OpenFault>,
) -> Result<T, OpenFault> {
    let mut again = 0;
    loop {
        match open() {
            Err(OpenFault::Fault(Fault::Moved)) if again < AGAIN => again += 1,
            done => return done,
        }
    }
}

pub(super) fn refuse_older(found: i64) -> Result<(), OpenFault> {
    let known = KNOWN;
    if found < known {
        return Err(OpenFault::Older { found, known });
    }
    Ok(())
}

pub fn trouble(place: &Place) -> impl Fn(OpenFault) -> Trouble {
    let path = place.told();
    move |fault| {
        let told = match &fault {
            OpenFault::Fault(Fault::CannotOpen) => file::why_not_made(&path),
            _ => None,
        };
        Trouble::Open(path.clone(), told.unwrap_or(fault))
    }
}

/// A connection to a database that is there, and its version; 0 only in memory. Nothing was changed yet, and a
/// database that is not ours, or too new, is left so.
pub(super) fn connect(place: &Place, account: &OsAccount) -> Result<(Sqlite, i64), OpenFault> {
    let (connection, file) = match place {
        Place::File(path) => {
            let file = file::check(path, account)?;
            forget_system_error();
            (open_file(file.real())?, Some(file))
        }
        Place::Memory(name) => (open_memory(name)?, None),
        Place::Server(_) => return Err(OpenFault::OnServer),
    };
    let (sqlite, found) = connected(connection, file)?;
    let connection = &sqlite.connection;
    if connection.is_readonly("main").map_err(while_opening)? {
        return Err(OpenFault::ReadOnly);
    }
    Ok((sqlite, found))
}

/// What belongs to a connection, and the version of the database.
pub(super) fn connected(
    mut connection: Connection,
    file: Option<Identity>,
) -> Result<(Sqlite, i64), OpenFault> {
    let patience = Patience::default();
    connection
        .busy_handler(Some(busy::handler(&patience)))
        .map_err(while_opening)?;
    functions::add(&connection).map_err(while_opening)?;
    // A plan is made once for a statement, not anew for values: planning takes longer than a verdict.
    connection
        .set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)
        .map_err(while_opening)?;
    let found = match &file {
        Some(file) => first_look(&connection, file)?,
        None => identify(&connection)?,
    };
    let sqlite = Sqlite {
        connection,
        patience,
        file,
        frozen: None,
    };
    Ok((sqlite, found))
}

/// The version of the database in a file, once it is certain that the log beside it is its own. Until then nothing of
/// that goes into the database.
fn first_look(connection: &Connection, file: &Identity) -> Result<i64, OpenFault> {
    log::leave(connection, true);
    let found = version(connection, file);
    // What was looked at is what was opened; of anything else nothing is told.
    file.check_in_place(connection).map_err(OpenFault::Fault)?;
    let found = found?;
    log::leave(connection, false);
    Ok(found)
}

/// The version of the database, of which the log is not another's.
fn version(connection: &Connection, file: &Identity) -> Result<i64, OpenFault> {
    let older = log::is_older(file.real());
    forget_system_error();
    let found = identify(connection);
    let look = match found {
        _ if older.is_some() => Some(Look::Whole),
        // Another program's log makes the database look like that program's.
        Ok(KNOWN) | Err(OpenFault::Foreign) => Some(Look::Brief),
        _ => None,
    };
    let half_way = || log::progress(connection).is_none_or(|(frames, moved)| moved < frames);
    if let Some(look) = look
        && half_way()
    {
        let alone = log::alone(file.real());
        let is_ours = found != Err(OpenFault::Foreign) || alone.is_some();
        let long = older.filter(|older| older.bytes > LONG);
        if let Some(older) = long {
            tell(Work::Checking { bytes: older.bytes });
        }
        let own = log::is_own(connection, look, alone, Head::START);
        let own = match look {
            // What hinders a brief look is told by what follows.
            Look::Brief => own.unwrap_or(true),
            Look::Whole => own.map_err(OpenFault::Fault)?,
        };
        if is_ours && !own {
            return Err(OpenFault::ForeignLog);
        }
        if let (Some(older), true) = (older, own) {
            older.is_own(file.real());
        }
        if long.is_some() && own {
            tell(Work::Checked);
        }
    }
    if file.has_lost_frames(connection) {
        return Err(OpenFault::Fault(Fault::LogGone { kept: false }));
    }
    let found = found?;
    if found == 0 {
        return Err(OpenFault::Empty);
    }
    Ok(found)
}

/// Sets a connection up.
pub(super) fn settle(sqlite: &Sqlite, place: &Place) -> Result<(), OpenFault> {
    let connection = &sqlite.connection;
    connection.execute_batch(SETTINGS).map_err(while_opening)?;
    // A log that a long reader let grow is cut again by whoever begins it anew.
    let limit = "journal_size_limit";
    connection
        .pragma_update_and_check(None, limit, log::KEPT, |_| Ok(()))
        .map_err(while_opening)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    match place {
        Place::File(_) => {
            turn_log_on(connection, &sqlite.patience)?;
            sqlite.watch().map_err(OpenFault::Fault)
        }
        // There is no log in memory, and nothing to keep.
        Place::Memory(_) | Place::Server(_) => Ok(()),
    }
}

fn open_file(path: &Path) -> Result<Connection, OpenFault> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    Connection::open_with_flags(path, flags).map_err(while_opening)
}

/// `SQLite`'s `memdb`: a name that begins with a slash is shared by the connections of this process.
fn open_memory(name: &str) -> Result<Connection, OpenFault> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_URI
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    Connection::open_with_flags(format!("file:/{name}?vfs=memdb"), flags).map_err(while_opening)
}

/// Turns the write-ahead log on. This one lock `SQLite` does not wait for by itself.
fn turn_log_on(connection: &Connection, patience: &Patience) -> Result<(), OpenFault> {
    let mut again = busy::handler(patience);
    let mut asked = 0;
    loop {
        let mode = connection.query_row("PRAGMA journal_mode = WAL", (), |row| row.get(0));
        match mode.map_err(while_opening) {
            Ok(mode) => {
                let mode: String = mode;
                return if mode == "wal" {
                    Ok(())
                } else {
                    Err(OpenFault::NoWal)
                };
            }
            Err(OpenFault::Fault(Fault::Busy)) if again(asked) => asked += 1,
            Err(fault) => return Err(fault),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use std::sync::Arc;

    use super::*;
    use crate::domain::event::{EventKind, NewEvent};
    use crate::domain::id::UserId;
    use crate::domain::time::Timestamp;
    use crate::store::events;
    use crate::store::sqlite::address::beside;
    use crate::store::tests::{account, in_a_file, made};

    #[test]
    fn a_database_that_takes_the_place_while_it_is_opened_is_opened_itself() {
        let (directory, place) = in_a_file();
        let path = directory.path().join("keyward.db");
        let with_event = |place: &Place, at| {
            let mut store = made(place);
            let event = NewEvent {
                kind: EventKind::UserSignedOut,
                actor: None,
                target: (UserId(1), "alice").into(),
                body: serde_json::json!({}),
            };
            let written = store.write(|tx| events::append(tx, Timestamp(at), event));
            written.expect("written");
            store
        };
        let _old = with_event(&place, 1);
        let log = fs::read(beside(&path, "-wal")).expect("a log");
        let (_other, place) = in_a_file();
        drop(with_event(&place, 2));
        let Place::File(new) = place else {
            panic!("a file");
        };
        let mut opened = Vec::new();
        let done = unless_moved(|| {
            let file = file::check(&path, &account())?;
            let is_first = opened.is_empty();
            if is_first {
                // A restore has put the other one there; the log that is seen beside it is not yet gone.
                fs::rename(&new, &path).expect("renamed");
                fs::remove_file(beside(&path, "-shm")).expect("removed");
                fs::write(beside(&path, "-wal"), &log).expect("written");
            }
            let connection = open_file(file.real())?;
            if is_first {
                functions::add(&connection).expect("added");
                let told = version(&connection, &file);
                assert_eq!(told, Err(OpenFault::ForeignLog), "of the two together");
            }
            let found = connected(connection, Some(file)).map(|(_, found)| found);
            if is_first {
                fs::remove_file(beside(&path, "-wal")).expect("removed");
            }
            opened.push(found.clone());
            found
        });
        assert_eq!(done, Ok(KNOWN));
        assert_eq!(opened, [Err(OpenFault::Fault(Fault::Moved)), Ok(KNOWN)]);
    }

    #[test]
    fn a_database_that_was_written_after_its_log_is_checked_as_a_whole_once() {
        let (directory, place) = in_a_file();
        let path = directory.path().join("keyward.db");
        let mut writer = made(&place);
        let event = NewEvent {
            kind: EventKind::UserSignedOut,
            actor: None,
            target: (UserId(1), "alice").into(),
            body: serde_json::json!({}),
        };
        let written = writer.write(|tx| events::append(tx, Timestamp(1), event));
        written.expect("written");
        let touch = || {
            let file = fs::File::options().write(true).open(&path).expect("opened");
            file.set_modified(std::time::UNIX_EPOCH).expect("touched");
        };
        let open = || Store::open_reader(&place, &account(), Arc::default()).expect("opened");
        let is_older = || log::is_older(&path).is_some();
        drop(open());
        for _ in 0..2 {
            touch();
            assert!(is_older());
            drop(open());
            assert!(!is_older(), "it was looked at");
        }
    }

    #[test]
    fn every_connection_is_set_up_so_that_rows_are_safe() {
        let (_directory, place) = in_a_file();
        let first = made(&place);
        let second = Store::open_reader(&place, &account(), Arc::default());
        for store in [first, second.expect("opened")] {
            let set = |name| {
                let value = store
                    .connection()
                    .pragma_query_value(None, name, |row| row.get::<_, i64>(0));
                value.expect(name)
            };
            // FULL is 2.
            let wanted: [(&str, i64); 5] = [
                ("foreign_keys", 1),
                ("recursive_triggers", 1),
                ("trusted_schema", 0),
                ("secure_delete", 1),
                ("synchronous", 2),
            ];
            for (name, value) in wanted {
                assert_eq!(set(name), value, "{name}");
            }
            let mode = store
                .connection()
                .pragma_query_value(None, "journal_mode", |row| row.get::<_, String>(0));
            assert_eq!(mode.expect("read"), "wal");
        }
    }

    #[test]
    fn what_is_noted_of_a_verdict_waits_for_no_disk() {
        let (_directory, place) = in_a_file();
        drop(made(&place));
        let store = Store::open_to_verify(&place, &account()).expect("opened");
        let synchronous = store
            .connection()
            .pragma_query_value(None, "synchronous", |row| row.get(0));
        // NORMAL is 1.
        assert_eq!(synchronous, Ok(1));
    }
}
