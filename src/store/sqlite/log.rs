//! The log beside a database: how far it has come, and whether it is that database's own.
//!
//! `SQLite` has no mark that ties the two: a copy put over the database of a console that was killed is read together
//! with the log of the one before. What shows it is what both hold. The copy by itself ends in an event that the log's
//! history does not have, or has another schema cookie, as `SQLite`'s backup gives it; or the two together are not
//! one database: a page that nothing refers to, a chain of events with a gap, a key or user that is not what the last
//! event about it says. It does not show where the copy is, page by page, what the log itself began with, or goes
//! through: then both together are simply what was there last.

use std::fs;
use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};

#[cfg(target_os = "linux")]
use nix::fcntl::{FallocateFlags, fallocate};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use crate::domain::event::EventKind;
use crate::domain::event::chain::Head;
use crate::domain::trouble::Fault;
use crate::store::sql::Kind;
use crate::store::sqlite::address::{beside, uri};
use crate::store::sqlite::flaws;
use crate::store::{Tx, events};

/// How much of the disk a log is given in advance, in bytes: what it grows to before it begins anew. The largest part of it
/// that there is.
const RESERVES: [i64; 4] = [4 << 20, 1 << 20, 1 << 18, 1 << 16];

/// Bytes before the first frame of a log, and before the page in a frame (<https://sqlite.org/fileformat2.html#walformat>).
const LOG_HEADER: u64 = 32;
const FRAME_HEADER: u64 = 24;

/// `SQLite`'s page when nobody chose another.
const PAGE: u64 = 4_096;

/// The longest that a log should be, in bytes.
pub const MOST: u64 = 64 * 1024 * 1024;

/// To how many bytes a log is cut when it begins anew: none of it is needed then, but the room that is kept for it is.
pub const KEPT: i64 = RESERVES[0];

/// How many of the last events are looked at.
const TAIL: i64 = 1_000;

/// How many changes of the schema a log may hold: other programs count one up with each VACUUM. A backup begins at 1
/// again, far below what Keyward's own schema counts, and VACUUM INTO goes ahead of the log.
const SCHEMA_CHANGES: i64 = 8;

/// The version of the form, and `SQLite`'s count of changes to the schema.
const VERSION: &str = "PRAGMA user_version";
const SCHEMA: &str = "PRAGMA schema_version";

/// Whether a key or a secret is otherwise than the last of these events about it says: created (`?2`), locked (`?3`),
/// unlocked (`?4`), deleted (`?5`), restored (`?6`); issued (`?7`), delivered (`?8`).
const CONTRADICTIONS: &str = "
    WITH tail AS MATERIALIZED (SELECT * FROM events ORDER BY sequence DESC LIMIT ?1),
    made AS (SELECT target_id AS id FROM tail WHERE number = ?2),
    locked AS (SELECT target_id AS id, number = ?3 AS is_so, max(sequence) FROM tail
               WHERE number IN (?3, ?4) GROUP BY target_id),
    gone AS (SELECT target_id AS id, number = ?5 AS is_so, max(sequence) FROM tail
             WHERE number IN (?5, ?6) GROUP BY target_id),
    issued AS (SELECT json_extract(body, '$.secret') AS id, max(number = ?8) AS is_delivered FROM tail
               WHERE number IN (?7, ?8) GROUP BY 1)
    SELECT EXISTS (SELECT 1 FROM made LEFT JOIN api_keys AS k USING (id) WHERE k.name IS NULL)
        OR EXISTS (SELECT 1 FROM locked JOIN api_keys AS k USING (id) WHERE k.locked_out <> is_so)
        OR EXISTS (SELECT 1 FROM gone JOIN api_keys AS k USING (id) WHERE (k.deleted_at IS NOT NULL) <> is_so)
        OR EXISTS (SELECT 1 FROM issued LEFT JOIN api_key_secrets AS s USING (id)
                   WHERE s.tag IS NULL OR (is_delivered AND s.delivered_at IS NULL))";

/// When the database was written, where a checkpoint, or somebody else, has done that since the log was written. Times only
/// give rise to the question.
pub fn is_older(real: &Path) -> Option<Changed> {
    let facts = |path: &Path| fs::symlink_metadata(path).ok();
    let (main, log) = (facts(real)?, facts(&beside(real, "-wal"))?);
    // The inode of the log is written by every root that opens it.
    let changed = (main.ctime(), main.ctime_nsec());
    let is_older = log.len() > 0 && changed >= (log.mtime(), log.mtime_nsec());
    is_older.then_some(Changed {
        at: changed,
        bytes: main.len(),
    })
}

/// A database that was written after its log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Changed {
    /// When, in seconds and nanoseconds.
    at: (i64, i64),
    pub bytes: u64,
}

impl Changed {
    /// Notes that the two belong together, by the time of the log: right after what was looked at, so that whatever comes
    /// behind it gives rise to the question again. Where that cannot be noted it is asked again.
    pub fn is_own(self, real: &Path) {
        let (seconds, nanoseconds) = self.at;
        let since = u64::try_from(seconds).map(Duration::from_secs);
        let nanoseconds = u64::try_from(nanoseconds).map(Duration::from_nanos);
        let log = fs::OpenOptions::new()
            .write(true)
            .open(beside(real, "-wal"));
        if let (Ok(since), Ok(nanoseconds), Ok(log)) = (since, nanoseconds, log) {
            let after = UNIX_EPOCH + since + nanoseconds + Duration::from_nanos(1);
            let _ = log.set_modified(after);
        }
    }
}

/// How many frames the log has, and how many of them the database has; nothing where `SQLite` does not tell. It does
/// no work.
pub fn progress(connection: &Connection) -> Option<(u64, u64)> {
    let (_, frames, backfilled) = checkpoint(connection, "NOOP").ok()?;
    Some((frames.try_into().ok()?, backfilled.try_into().ok()?))
}

/// Bytes of a page. It is asked without reading any.
pub fn page(connection: &Connection) -> u64 {
    let page = connection.pragma_query_value(None, "page_size", |row| row.get::<_, u32>(0));
    page.map_or(PAGE, u64::from)
}

/// The salt in the log's header; zeros where there is none yet. No lock is on the log itself, so that it can be opened
/// and closed.
pub fn salt(log: &Path) -> [u8; 8] {
    let mut header = [0; 24];
    let read = fs::File::open(log).and_then(|mut file| file.read_exact(&mut header));
    let mut salt = [0; 8];
    if read.is_ok() {
        salt.copy_from_slice(&header[16..]);
    }
    salt
}

/// Has the file system keep room for the log, whose length stays as it is: on a disk that others fill there is still room
/// to lock a key out. Where that cannot be had the log goes on without.
pub fn reserve(log: &Path) {
    #[cfg(target_os = "linux")]
    if let Ok(file) = fs::OpenOptions::new().write(true).open(log) {
        let kept = |bytes: i64| fallocate(&file, FallocateFlags::FALLOC_FL_KEEP_SIZE, 0, bytes);
        let _ = RESERVES.into_iter().find(|bytes| kept(*bytes).is_ok());
    }
    #[cfg(not(target_os = "linux"))]
    let _ = (log, RESERVES);
}

/// The length of a log with so many frames.
pub fn bytes_of(frames: u64, page: u64) -> u64 {
    if frames == 0 {
        0
    } else {
        LOG_HEADER + frames * (FRAME_HEADER + page)
    }
}

/// Writes the log into the database while the connection still has it; whether all of it is there now.
pub fn move_into_database(connection: &Connection) -> bool {
    checkpoint(connection, "PASSIVE")
        .is_ok_and(|(busy, frames, backfilled)| busy == 0 && frames == backfilled)
}

/// What a checkpoint of this mode says: whether it was kept from its end, how many frames the log has, and how many of
/// them the database has.
fn checkpoint(connection: &Connection, mode: &str) -> rusqlite::Result<(i64, i64, i64)> {
    let sql = format!("PRAGMA wal_checkpoint({mode})");
    connection.query_row(&sql, (), |row| row.try_into())
}

/// Keeps the last connection's end from writing the log into the database, and from removing it.
pub fn leave(connection: &Connection, as_it_is: bool) {
    // It fails only for a connection that is closed.
    let _ = connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, as_it_is);
}

/// How closely a database and its log are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// Whether the log's history has the last event of the database alone: for who answers soon.
    Brief,
    /// All pages and references, and what the last events tell of each other and of the rows, too.
    Whole,
}

/// Whether the database and its log are one, and have the event that is known. Nothing is written.
pub fn is_own(
    connection: &Connection,
    look: Look,
    alone: Option<Alone>,
    known: Head,
) -> Result<bool, Fault> {
    // Pages that were read before another wrote the file are not what it holds.
    connection.execute_batch("PRAGMA shrink_memory")?;
    let tx = Tx::begin(connection, Kind::Read)?;
    match holds_together(&tx, look, known, alone) {
        // What is not one database makes no sense to SQLite either.
        Err(Fault::Corrupt | Fault::Other(..)) => Ok(false),
        answer => answer,
    }
}

/// What the database says without its log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Alone {
    /// The version of its form.
    version: i64,
    /// `SQLite`'s count of changes to the schema, which a backup begins anew.
    schema: i64,
    last: Head,
}

impl Alone {
    /// Whether this is older than what was there before, which no checkpoint brings about.
    pub fn is_before(self, before: Alone) -> bool {
        self.schema < before.schema || self.last.sequence < before.last.sequence
    }
}

/// Nothing where it makes no sense alone: a checkpoint was interrupted.
pub fn alone(real: &Path) -> Option<Alone> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
        | OpenFlags::SQLITE_OPEN_URI
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    // This process's locks on the file stay, because SQLite counts its own.
    let connection = Connection::open_with_flags(uri(real, "immutable=1"), flags).ok()?;
    let tx = Tx::begin(&connection, Kind::Read).ok()?;
    Some(Alone {
        version: tx.value(VERSION, ()).ok()?,
        schema: tx.value(SCHEMA, ()).ok()?,
        last: events::head(&tx).ok()?,
    })
}

fn holds_together(
    tx: &Tx<'_>,
    look: Look,
    known: Head,
    alone: Option<Alone>,
) -> Result<bool, Fault> {
    if let Some(alone) = alone {
        let same_form = alone.version == tx.value::<i64>(VERSION, ())?;
        let changes = tx.value::<i64>(SCHEMA, ())? - alone.schema;
        if same_form && !(0..=SCHEMA_CHANGES).contains(&changes) {
            return Ok(false);
        }
        if !events::has(tx, &alone.last)? {
            return Ok(false);
        }
    }
    if look == Look::Brief {
        return Ok(true);
    }
    Ok(flaws::damage(tx)?.is_none()
        && flaws::dangling(tx)?.is_none()
        && events::has(tx, &known)?
        && events::tail_is_whole(tx, TAIL)?
        && !contradicts(tx)?)
}

fn contradicts(tx: &Tx<'_>) -> Result<bool, Fault> {
    let kinds = [
        EventKind::ApiKeyCreated,
        EventKind::ApiKeyLockedOut,
        EventKind::ApiKeyUnlocked,
        EventKind::ApiKeyDeleted,
        EventKind::ApiKeyRestored,
        EventKind::SecretIssued,
        EventKind::SecretDelivered,
    ];
    let [one, two, three, four, five, six, seven] = kinds.map(EventKind::number);
    tx.value(
        CONTRADICTIONS,
        [TAIL, one, two, three, four, five, six, seven],
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::tests::{in_a_file, made};

    #[test]
    fn a_long_log_that_is_cut_leaves_the_room_that_was_reserved_for_it() {
        let (directory, place) = in_a_file();
        let store = made(&place);
        store.reserve_room();
        let log = directory.path().join("keyward.db-wal");
        let facts = || fs::metadata(&log).expect("there");
        let reserved = facts().blocks();
        let run = |sql| store.connection().execute_batch(sql).expect(sql);
        run("CREATE TABLE big (bytes BLOB); INSERT INTO big VALUES (zeroblob(6 << 20))");
        let most = u64::try_from(KEPT).expect("positive");
        assert!(facts().len() > most);
        assert!(move_into_database(store.connection()));
        run("INSERT INTO big VALUES (x'00')");
        assert_eq!(facts().len(), most);
        let left = facts().blocks();
        assert!(left >= reserved, "{left} of {reserved}");
    }
}
