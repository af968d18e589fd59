//! A look at a database that changes nothing: no file is made or written, and none is locked for writing.

use std::fs::{self, File, Metadata};
use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use nix::fcntl::{FcntlArg, fcntl};
use nix::libc;
use nix::sys::statvfs::{FsFlags, statvfs};
use rusqlite::{Connection, OpenFlags};

use crate::domain::event::chain::Head;
use crate::domain::event::flaw::Flaw;
use crate::domain::trouble::{Fault, OpenFault};
use crate::domain::user::OsAccount;
use crate::path::name_of;
use crate::store::sql::Kind;
use crate::store::sqlite::address::{beside, uri};
use crate::store::sqlite::fault::{forget_system_error, of_opening, while_opening};
use crate::store::sqlite::file::FileSystem;
use crate::store::sqlite::left::{self, Left};
use crate::store::sqlite::migrate::{KNOWN, identify};
use crate::store::sqlite::{file, flaws, functions, log};
use crate::store::{Inside, Tx};

/// How often it is looked again where somebody wrote meanwhile.
const LOOKS: usize = 20;
/// How long it is waited before.
const PAUSE: Duration = Duration::from_millis(10);

/// Where the index of a log is locked by who writes (<https://sqlite.org/walformat.html#wal_locks>).
const WRITER_AT: libc::off_t = 120;
/// How often a lock is looked at that is held: a healthy writer gives it back soon.
const HELD: u32 = 100;

/// What was found of a database, from the outside in.
#[derive(Debug)]
pub struct Found {
    /// Its path without links, if it could be followed.
    pub real: PathBuf,
    pub owner: Option<String>,
    /// Permissions of the file and of its directory.
    pub modes: Option<(u32, u32)>,
    pub file_system: Option<FileSystem>,
    pub space: Option<Space>,
    /// Whether it is set to have a log; nothing where its header cannot be read.
    pub has_log: Option<bool>,
    /// Bytes of its log.
    pub log: u64,
    /// Who holds the write lock all the time that it was looked at; 0 where the system does not tell.
    pub writer: Option<i32>,
    /// There is a journal, as another program leaves it that was killed.
    pub journal: bool,
    /// What killed processes have left beside it.
    pub left: Left,
    /// Why it would not be opened.
    pub refused: Option<OpenFault>,
    /// What is in it, where it can be read.
    pub inside: Option<(Inside, Pages)>,
}

/// What `SQLite`'s `quick_check` says of a database's pages; nothing where that is "ok".
pub type Pages = Result<Option<String>, Fault>;

/// The file system's free space.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Space {
    /// Bytes that the account may still write.
    pub free: u64,
    pub read_only: bool,
    /// Bytes of the database.
    pub used: u64,
}

/// Looks at the database at this path.
#[must_use]
pub fn look(path: &Path, account: &OsAccount) -> Found {
    let facts = fs::metadata(path).ok();
    let real = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    // First: who closes a file gives its own locks on it back.
    let writer = writer(&real);
    let mode = |facts: &Metadata| facts.mode() & 0o7777;
    let directory = fs::metadata(real.parent().unwrap_or(&real)).ok();
    let length = |suffix| fs::symlink_metadata(beside(&real, suffix)).map_or(0, |log| log.len());
    let refused = file::check(path, account).err();
    // What hinders only writing does not hinder looking.
    let readable = match &refused {
        None | Some(OpenFault::ReadOnly | OpenFault::ReadOnlyMount) => true,
        Some(_) => false,
    };
    let looked = readable.then(|| inside(&real));
    let (inside, fault) = match looked {
        None => (None, None),
        Some(Ok(inside)) => (Some(inside), None),
        Some(Err(fault)) => (None, Some(fault)),
    };
    Found {
        owner: facts.as_ref().map(|facts| name_of(facts.uid())),
        modes: facts
            .as_ref()
            .zip(directory.as_ref())
            .map(|(file, directory)| (mode(file), mode(directory))),
        file_system: file::file_system(&real),
        space: space(&real, facts.as_ref().map_or(0, Metadata::len)),
        has_log: has_log(&real, facts.as_ref()),
        log: length("-wal"),
        writer,
        journal: length("-journal") > 0,
        left: left::look(&real),
        refused: fault.or(refused),
        inside,
        real,
    }
}

fn space(real: &Path, used: u64) -> Option<Space> {
    let facts = statvfs(real).or_else(|_| statvfs(real.parent().unwrap_or(real)));
    let facts = facts.ok()?;
    Some(Space {
        free: facts
            .blocks_available()
            .saturating_mul(facts.fragment_size()),
        read_only: facts.flags().contains(FsFlags::ST_RDONLY),
        used,
    })
}

/// Who holds the write lock, and keeps it.
fn writer(real: &Path) -> Option<i32> {
    let index = beside(real, "-shm");
    fs::symlink_metadata(&index)
        .ok()
        .filter(Metadata::is_file)?;
    let index = File::open(index).ok()?;
    let mut first = None;
    for _ in 0..HELD {
        let mut lock = libc::flock {
            l_type: libc::F_WRLCK.try_into().unwrap_or_default(),
            l_whence: libc::SEEK_SET.try_into().unwrap_or_default(),
            l_start: WRITER_AT,
            l_len: 1,
            l_pid: 0,
        };
        fcntl(&index, FcntlArg::F_GETLK(&mut lock)).ok()?;
        let is_held = i32::from(lock.l_type) != libc::F_UNLCK;
        if !is_held || *first.get_or_insert(lock.l_pid) != lock.l_pid {
            return None;
        }
        thread::sleep(PAUSE);
    }
    first.map(|writer| writer.max(0))
}

/// What the header says (<https://sqlite.org/fileformat2.html#file_format_version_numbers>). This process has no
/// connection yet, whose locks would go with the file that is closed here.
fn has_log(real: &Path, facts: Option<&Metadata>) -> Option<bool> {
    let mut header = [0; 20];
    facts.filter(|facts| facts.is_file())?;
    File::open(real).ok()?.read_exact(&mut header).ok()?;
    header
        .starts_with(b"SQLite format 3\0")
        .then_some(header[18] == 2)
}

/// What is in it; looked at again where it was written meanwhile and could not be locked against that, or where somebody
/// who came or went took the log away under it.
fn inside(real: &Path) -> Result<(Inside, Pages), OpenFault> {
    inside_beside(real, &mut || ())
}

/// [`inside`], and what somebody else does before `SQLite` opens what was found.
fn inside_beside(real: &Path, meanwhile: &mut dyn FnMut()) -> Result<(Inside, Pages), OpenFault> {
    let mut looks = 1;
    loop {
        let before = face(real);
        let opened = open(real, meanwhile);
        let is_locked = matches!(opened, Ok((_, true)));
        let found = opened.and_then(|(connection, _)| within(&connection, real));
        if (is_locked && found.is_ok()) || looks == LOOKS || face(real) == before {
            return found;
        }
        looks += 1;
        thread::sleep(PAUSE);
    }
}

/// What changes with every write, and with who opens the database first or closes it last.
fn face(real: &Path) -> Vec<Option<(u64, u64, i64, i64)>> {
    let facts = |suffix| fs::symlink_metadata(beside(real, suffix)).ok();
    let mut all: Vec<_> = ["", "-wal"]
        .map(|suffix| facts(suffix).map(|it| (it.ino(), it.len(), it.mtime(), it.mtime_nsec())))
        .into();
    all.push(facts("-shm").map(|index| (index.ino(), index.len(), 0, 0)));
    all
}

/// A connection for reading, and whether it has locks of its own. Where there is a log without its index, `SQLite` would
/// make one: so it is read without sharing it, which nobody does who has none.
fn open(real: &Path, meanwhile: &mut dyn FnMut()) -> Result<(Connection, bool), OpenFault> {
    let there = |suffix| fs::symlink_metadata(beside(real, suffix)).ok();
    let (log, index) = (there("-wal"), there("-shm"));
    let has_frames = log.as_ref().is_some_and(|log| log.len() > 0);
    let is_used = log.is_some() && index.is_some_and(|index| index.len() > 0);
    let (how, setting, locks) = if is_used {
        ("readonly_shm=1", "", true)
    } else if has_frames {
        ("vfs=unix-none", "PRAGMA locking_mode = EXCLUSIVE;", false)
    } else {
        ("immutable=1", "", false)
    };
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
        | OpenFlags::SQLITE_OPEN_URI
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    meanwhile();
    forget_system_error();
    let connection = Connection::open_with_flags(uri(real, how), flags).map_err(while_opening)?;
    log::leave(&connection, true);
    connection
        .execute_batch(&format!(
            "{setting} PRAGMA query_only = ON; PRAGMA trusted_schema = OFF;"
        ))
        .map_err(while_opening)?;
    functions::add(&connection).map_err(while_opening)?;
    Ok((connection, locks))
}

fn within(connection: &Connection, real: &Path) -> Result<(Inside, Pages), OpenFault> {
    let found = match identify(connection) {
        Err(OpenFault::Newer { found, .. }) => found,
        found => found?,
    };
    if found == 0 {
        return Err(OpenFault::Empty);
    }
    let known = found == KNOWN;
    if known
        && log::is_older(real).is_some()
        && !log::is_own(connection, log::Look::Whole, log::alone(real), Head::START)
            .map_err(OpenFault::Fault)?
    {
        return Err(OpenFault::ForeignLog);
    }
    let tx = Tx::begin(connection, Kind::Read).map_err(of_opening)?;
    let quick: Result<String, Fault> = tx.value("PRAGMA main.quick_check(1)", ());
    let differs = || -> Result<Vec<Flaw>, Fault> {
        let found = [flaws::schema(&tx)?, flaws::dangling(&tx)?];
        Ok(found.into_iter().flatten().collect())
    };
    let inside = Inside::of(&tx, found, differs);
    Ok((inside, quick.map(|words| (words != "ok").then_some(words))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Place;
    use crate::store::tests::{in_a_file, made};

    #[test]
    fn a_healthy_database_whose_last_writer_goes_meanwhile_is_found_whole() {
        let (_directory, place) = in_a_file();
        let mut writer = Some(made(&place));
        let Place::File(path) = &place else {
            panic!("a file");
        };
        assert!(fs::metadata(beside(path, "-shm")).is_ok());
        let found = inside_beside(path, &mut || drop(writer.take()));
        assert!(fs::metadata(beside(path, "-shm")).is_err(), "it went");
        let found = found.expect("looked at");
        assert_eq!(found.1, Ok(None));
        assert_eq!(found.0.differs, Ok(Vec::new()));
    }
}
