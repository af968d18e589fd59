//! Putting a copy in a database's place. The copy of the copy is made ready beside it, and the two change places in one
//! step: whenever that ends, the one or the other is there, whole.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use crate::domain::event::chain::{Hash, Head};
use crate::domain::id::{KeyId, SecretId, UserId};
use crate::domain::restore::{Held, HeldKey, HeldSecret, HeldUser, Reach, Ties};
use crate::domain::rights::Rights;
use crate::domain::secret::Life;
use crate::domain::state::Facts;
use crate::domain::time::Timestamp;
use crate::domain::trouble::{Fault, FileFault, OpenFault, Trouble};
use crate::domain::user::OsAccount;
use crate::store::sql::Kind;
use crate::store::sqlite::address::{FILE_MODE, beside};
use crate::store::sqlite::begin::rename;
use crate::store::sqlite::copy::{Stop, alone, copy, of_file};
use crate::store::sqlite::fault::{forget_system_error, while_opening};
use crate::store::sqlite::file::{self, unreachable};
use crate::store::sqlite::left::{self, EXCHANGE};
use crate::store::sqlite::lock::lock;
use crate::store::sqlite::migrate::{KNOWN, identify, migrate};
use crate::store::sqlite::open::{connect, settle};
use crate::store::sqlite::rehearsal::in_memory;
use crate::store::sqlite::{Sqlite, log};
use crate::store::{Place, Store, Tx, checked, events};

/// A copy that is ready beside the place that it is meant for; removed unless it is put there.
#[derive(Debug)]
pub struct Ready {
    /// The database's path without links.
    real: PathBuf,
    temporary: PathBuf,
}

/// What is in the place where a copy is to go.
#[derive(Debug)]
pub enum Present {
    Nothing,
    Readable(Box<Store>),
    /// It cannot be read, and so not be compared.
    Unreadable(OpenFault),
}

/// What is to go out of the place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Old {
    Nothing,
    /// It ends in this event.
    Seen(Head),
    /// It was not compared.
    Unseen,
    /// `SQLite` is not to touch it: its log is another database's, or it is none itself.
    AsItIs,
}

impl Drop for Ready {
    fn drop(&mut self) {
        for suffix in ["", "-wal", "-shm", "-journal"] {
            let _ = fs::remove_file(beside(&self.temporary, suffix));
        }
    }
}

impl Ready {
    /// Makes the copy ready, brought up to date and checked; the store is on what will be in the place.
    ///
    /// # Errors
    /// [`Trouble::Open`] and [`Trouble::Flawed`] about the copy, [`Trouble::Open`] about the place.
    pub fn make(
        from: &Path,
        to: &Path,
        account: &OsAccount,
        stop: &Stop,
    ) -> Result<(Ready, Store), Trouble> {
        let of = |path: &Path| {
            let path = path.to_owned();
            move |fault| Trouble::Open(path, fault)
        };
        let source = open_copy(from, account).map_err(of(from))?;
        let real = file::prepare_directory(to, account).map_err(of(to))?;
        left::remove(&real);
        let temporary = left::name(&real);
        let made = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(FILE_MODE)
            .open(&temporary);
        made.map_err(|error| Trouble::File(temporary.clone(), FileFault::of(&error)))?;
        let ready = Ready { real, temporary };
        copy(&source, &ready.temporary, stop).map_err(|fault| of_file(&ready.temporary, fault))?;
        drop(source);
        let place = Place::File(ready.temporary.clone());
        let opened = || {
            let (sqlite, found) = connect(&place, account)?;
            settle(&sqlite, &place)?;
            if found < KNOWN {
                migrate(&sqlite.connection, None, None)?;
            }
            Ok(Store::from(sqlite))
        };
        // What is wrong with it is wrong with the copy.
        let store = opened().map_err(of(from))?;
        store.read(|tx| checked(tx, None)?.map_err(Trouble::Flawed))?;
        stop.check()?;
        Ok((ready, store))
    }

    /// Puts the copy in its place, and what is there under a name of its own beside it, whole. Nobody may have it open, nor
    /// have changed it since it was looked at.
    ///
    /// # Errors
    /// [`OpenFault::InUse`]; [`Trouble::ChangedSinceSeen`].
    pub fn put(self, old: Old, aside: &Path) -> Result<(), Trouble> {
        let of_real = |fault| Trouble::Open(self.real.clone(), fault);
        let new = lock(&self.temporary).map_err(of_real)?;
        new.sync_all()
            .map_err(|error| Trouble::File(self.temporary.clone(), FileFault::of(&error)))?;
        let io = |error: io::Error| of_real(unreachable(&error));
        if fs::symlink_metadata(aside).is_ok() {
            return Err(Trouble::File(aside.to_owned(), FileFault::Exists));
        }
        // Held until the new one is in its place, and has its own lock.
        let whole = match old {
            Old::Seen(head) => Some(in_one_file(&self.real, Some(head))?),
            Old::Unseen => match in_one_file(&self.real, None) {
                Ok(whole) => Some(whole),
                Err(in_use @ Trouble::Open(_, OpenFault::InUse)) => return Err(in_use),
                // It is not to be had by SQLite at all.
                Err(_) => None,
            },
            Old::Nothing | Old::AsItIs => None,
        };
        let held = match (old, whole) {
            (Old::Nothing, _) => {
                for suffix in ["-wal", "-journal"] {
                    let log = beside(&self.real, suffix);
                    if fs::symlink_metadata(&log).is_ok() {
                        return Err(of_real(OpenFault::OrphanedLog(log)));
                    }
                }
                rename(&self.temporary, &self.real).map_err(io)?;
                return synced(&self.real).map_err(io);
            }
            (_, Some(whole)) => Hold::Whole(whole),
            (_, None) => {
                let locked = lock(&self.real).map_err(of_real)?;
                // It is no database without them, nor the new one with them: they go first.
                for suffix in ["-wal", "-journal"] {
                    let log = beside(&self.real, suffix);
                    if fs::symlink_metadata(&log).is_ok() {
                        rename(&log, &beside(aside, suffix)).map_err(io)?;
                    }
                }
                Hold::Raw(locked)
            }
        };
        let index = beside(&self.real, "-shm");
        match fs::remove_file(&index) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(io(error)),
            _ => {}
        }
        exchange(&self.temporary, &self.real, aside).map_err(io)?;
        synced(&self.real).map_err(io)?;
        drop((held, new));
        Ok(())
    }
}

/// What keeps others away from the old database.
#[expect(dead_code, reason = "held, and never looked at")]
enum Hold {
    Whole(Connection),
    Raw(File),
}

/// What is in the place.
///
/// # Errors
/// [`Trouble::Open`] where it must not be replaced: it is in use, another account's, another application's, or not safe.
pub fn present(path: &Path, account: &OsAccount) -> Result<Present, Trouble> {
    let looked = || {
        if file::is_missing(path)? {
            return Ok(Present::Nothing);
        }
        refuse_in_use(path)?;
        let readable = connect(&Place::File(path.to_owned()), account).and_then(readable);
        match readable {
            Ok(store) => Ok(Present::Readable(Box::new(store))),
            Err(
                fault @ (OpenFault::ForeignLog
                | OpenFault::ForeignJournal
                | OpenFault::Empty
                | OpenFault::NotADatabase
                | OpenFault::Newer { .. }
                | OpenFault::Moved { .. }
                | OpenFault::Fault(
                    Fault::Corrupt | Fault::LogGone { .. } | Fault::Unreadable | Fault::Other(..),
                )),
            ) => Ok(Present::Unreadable(fault)),
            Err(fault) => Err(fault),
        }
    };
    looked().map_err(|fault| Trouble::Open(path.to_owned(), fault))
}

/// What is compared is of one form: an older database is brought up to date in memory.
fn readable((sqlite, found): (Sqlite, i64)) -> Result<Store, OpenFault> {
    if found == KNOWN {
        return Ok(sqlite.into());
    }
    in_memory(sqlite).map(Store::from)
}

/// What both hold, and how their trails belong together. Nothing where what is there cannot be read to its end.
pub fn compared(copy: &Store, there: &Store) -> Result<Option<(Held, Held, Ties, Head)>, Trouble> {
    let read = copy.read(|copy| {
        let ours = held(copy)?;
        there.read(|there| Ok((ours, held(there)?, ties(copy, there)?, events::head(there)?)))
    });
    match read {
        Ok(read) => Ok(Some(read)),
        Err(Fault::Corrupt | Fault::Unreadable | Fault::Other(..)) => Ok(None),
        Err(fault) => Err(fault.into()),
    }
}

type KeyRow = (
    KeyId,
    String,
    Timestamp,
    Option<Timestamp>,
    bool,
    bool,
    bool,
    bool,
);
type SecretRow = (
    SecretId,
    KeyId,
    Timestamp,
    Option<Timestamp>,
    Option<Timestamp>,
    Option<Timestamp>,
);
type ReachRow = (KeyId, String, String, Option<u32>, Rights, bool);
type UserRow = (UserId, String, Timestamp, bool, Rights, bool);

fn reach((id, addresses, services, rate, rights, equal_or_less): ReachRow) -> (KeyId, Reach) {
    let reach = Reach {
        addresses,
        services,
        rate,
        rights,
        equal_or_less,
    };
    (id, reach)
}

fn held(tx: &Tx<'_>) -> Result<Held, Fault> {
    let keys: Vec<KeyRow> = tx.rows(
        "SELECT k.id, k.name, k.created_at, k.expires_at, k.deleted_at IS NOT NULL, k.locked_out, k.delivered,
             r.web_service
         FROM api_keys k JOIN roles r ON r.id = k.role",
        (),
    )?;
    let reaches: Vec<ReachRow> = tx.rows(
        "SELECT k.id, k.addresses, r.services, k.rate, r.rights, r.equal_or_less
         FROM api_keys k JOIN roles r ON r.id = k.role",
        (),
    )?;
    let mut reaches: BTreeMap<KeyId, Reach> = reaches.into_iter().map(reach).collect();
    let secrets: Vec<SecretRow> = tx.rows(
        "SELECT id, key, issued_at, delivered_at, retires_at, ended_at FROM api_key_secrets",
        (),
    )?;
    let users: Vec<UserRow> = tx.rows(
        "SELECT u.id, u.name, u.created_at, u.locked_out, r.rights, r.equal_or_less
         FROM users u JOIN roles r ON r.id = u.role",
        (),
    )?;
    let mut key =
        |(id, name, created_at, expires_at, deleted, locked_out, delivered, api_access)| {
            let facts = Facts {
                deleted,
                locked_out,
                expires_at,
                delivered,
                api_access,
            };
            let key = HeldKey {
                name,
                created_at,
                facts,
                reach: reaches.remove(&id).unwrap_or_default(),
            };
            (id, key)
        };
    let secret = |(id, key, issued_at, delivered_at, retires_at, ended_at)| {
        let life = Life {
            issued_at,
            delivered_at,
            retires_at,
            ended_at,
        };
        (id, HeldSecret { key, life })
    };
    let user = |(id, name, created_at, locked_out, rights, equal_or_less)| {
        let user = HeldUser {
            name,
            created_at,
            locked_out,
            reach: Reach {
                rights,
                equal_or_less,
                ..Reach::default()
            },
        };
        (id, user)
    };
    Ok(Held {
        keys: keys.into_iter().map(&mut key).collect(),
        secrets: secrets.into_iter().map(secret).collect(),
        users: users.into_iter().map(user).collect(),
    })
}

/// Of two chains the same event has the same hash up to where they part, and never again behind it.
fn ties(copy: &Tx<'_>, there: &Tx<'_>) -> Result<Ties, Fault> {
    let (ours, theirs) = (events::head(copy)?, events::head(there)?);
    let first = |tx: &Tx<'_>| -> Result<i64, Fault> {
        let first: Option<i64> = tx.value("SELECT min(sequence) FROM events", ())?;
        Ok(first.unwrap_or(1))
    };
    let hash = |tx: &Tx<'_>, at: i64| -> Result<Option<Hash>, Fault> {
        tx.find("SELECT hash FROM events WHERE sequence = ?1", [at])
    };
    if ours == theirs {
        return Ok(Ties::Same);
    }
    let begin = first(copy)?.max(first(there)?);
    if events::is_there(there, &ours)? || (ours == Head::START && begin == 1) {
        let lost = theirs.sequence - ours.sequence;
        return Ok(Ties::Continues { lost });
    }
    if events::is_there(copy, &theirs)? {
        return Ok(Ties::Behind);
    }
    // Both have all from `begin` on, up to where the shorter ends.
    let (mut same, mut other) = (begin - 1, ours.sequence.min(theirs.sequence) + 1);
    if same >= other {
        return Ok(Ties::Unknown);
    }
    while same + 1 < other {
        let middle = same + (other - same) / 2;
        if hash(copy, middle)? == hash(there, middle)? {
            same = middle;
        } else {
            other = middle;
        }
    }
    if same < begin && begin > 1 {
        return Ok(Ties::Unknown);
    }
    Ok(Ties::Parted {
        after: same,
        lost: theirs.sequence - same,
    })
}

/// A copy for reading. One that has no log is read so that nothing is ever written beside it.
fn open_copy(path: &Path, account: &OsAccount) -> Result<Connection, OpenFault> {
    let (real, has_log) = file::trust_copy(path, account)?;
    if has_log {
        let (mut sqlite, _) = connect(&Place::File(path.to_owned()), account)?;
        // The log stays where it is: the copy is left as it was.
        log::leave(&sqlite.connection, true);
        let empty = Connection::open_in_memory().map_err(while_opening)?;
        return Ok(std::mem::replace(&mut sqlite.connection, empty));
    }
    let connection = alone(&real)?;
    match identify(&connection)? {
        0 => Err(OpenFault::Empty),
        _ => Ok(connection),
    }
}

/// Refuses a database that anybody has open, a stopped process too.
fn refuse_in_use(path: &Path) -> Result<(), OpenFault> {
    // This process has no connection to it, whose locks would go with the file that is opened here.
    match lock(path) {
        Err(OpenFault::InUse) => Err(OpenFault::InUse),
        // What else is wrong is told by who opens it.
        _ => Ok(()),
    }
}

/// A connection that has the database for itself, of which all is in its one file now.
fn in_one_file(real: &Path, seen: Option<Head>) -> Result<Connection, Trouble> {
    let fault = |fault: Fault| {
        let fault = match fault {
            Fault::Busy => OpenFault::InUse,
            fault => OpenFault::Fault(fault),
        };
        Trouble::Open(real.to_owned(), fault)
    };
    let alone = || -> Result<(Connection, Option<Head>), Fault> {
        forget_system_error();
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(real, flags)?;
        connection.busy_timeout(Duration::ZERO)?;
        let answer = |sql: &str| connection.query_row(sql, (), |row| row.get::<_, String>(0));
        answer("PRAGMA locking_mode = EXCLUSIVE")?;
        if answer("PRAGMA journal_mode = DELETE")? != "delete" {
            return Err(Fault::Busy);
        }
        connection.execute_batch("BEGIN EXCLUSIVE; COMMIT")?;
        let last = || -> Result<Head, Fault> { events::head(&Tx::begin(&connection, Kind::Read)?) };
        let head = seen.map(|_| last()).transpose()?;
        Ok((connection, head))
    };
    let (connection, head) = alone().map_err(fault)?;
    if head != seen {
        return Err(Trouble::ChangedSinceSeen);
    }
    Ok(connection)
}

/// Lets two files change places, and gives the one that comes out its name.
fn exchange(new: &Path, real: &Path, aside: &Path) -> io::Result<()> {
    // Killed behind the exchange, what was there has a name that tells it: what is made ready is removed one day.
    let between = beside(aside, EXCHANGE);
    rename(new, &between)?;
    at_once(&between, real).and_then(|is_done| {
        if is_done {
            return rename(&between, aside);
        }
        // A file system that cannot: the old one keeps its place until the new one has it.
        fs::hard_link(real, aside)?;
        fs::rename(&between, real)
    })
}

#[cfg(target_os = "linux")]
fn at_once(one: &Path, other: &Path) -> io::Result<bool> {
    use nix::errno::Errno;
    use nix::fcntl::{AT_FDCWD, RenameFlags, renameat2};
    match renameat2(AT_FDCWD, one, AT_FDCWD, other, RenameFlags::RENAME_EXCHANGE) {
        Err(Errno::EINVAL | Errno::ENOSYS) => Ok(false),
        done => Ok(done.map(|()| true)?),
    }
}

#[cfg(not(target_os = "linux"))]
fn at_once(_one: &Path, _other: &Path) -> io::Result<bool> {
    Ok(false)
}

fn synced(real: &Path) -> io::Result<()> {
    File::open(real.parent().unwrap_or(real))?.sync_all()
}
