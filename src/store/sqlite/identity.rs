//! Which files a connection works on, and whether they are still those.
//!
//! Beside the inodes there is what only happens when somebody else writes: a log that went or became shorter than what
//! is in it, and a database that changed although no checkpoint wrote it. Its times and its size only give rise to the
//! question; what it holds answers it.

use std::cell::{Cell, RefCell};
use std::fs::{self, Metadata};
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use rusqlite::Connection;

use crate::domain::event::chain::Head;
use crate::domain::trouble::Fault;
use crate::store::sqlite::address::beside;
use crate::store::sqlite::log::{self, Alone, Look};

/// A database's file, and where it is.
#[derive(Debug)]
pub struct Identity {
    /// From the root, as it was asked for: its links may be changed.
    path: PathBuf,
    /// Without links: where `SQLite` has its log.
    real: PathBuf,
    inode: Inode,
    /// Nothing until the log is on.
    seen: Cell<Option<Seen>>,
    /// The last event that this connection knows of.
    known: Cell<Head>,
    /// What can never be mended while this connection is open.
    lost: RefCell<Option<Fault>>,
    /// Another connection of this process finds out who has written the database, where that is not certain.
    leaves_doubts: bool,
}

/// What makes a file another file: device and number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Inode(u64, u64);

impl Inode {
    fn of(facts: &Metadata) -> Inode {
        Inode(facts.dev(), facts.ino())
    }
}

/// What changes with every write to a file: its size, and when it and its inode were written, in seconds and
/// nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Face(u64, [i64; 4]);

impl Face {
    fn of(facts: &Metadata) -> Face {
        let times = [
            facts.mtime(),
            facts.mtime_nsec(),
            facts.ctime(),
            facts.ctime_nsec(),
        ];
        Face(facts.len(), times)
    }

    fn bytes(self) -> u64 {
        self.0
    }
}

/// The files at the last look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Seen {
    main: Face,
    log: Inode,
    log_face: Face,
    progress: Progress,
    /// What the database says without its log, where it was asked.
    alone: Option<Alone>,
}

/// How far the log has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Progress {
    /// Another one whenever the log begins anew.
    salt: [u8; 8],
    frames: u64,
    /// How many of the frames the database has.
    backfilled: u64,
}

impl Identity {
    /// Takes down what was found behind an absolute path.
    pub fn new(path: PathBuf, real: PathBuf, facts: &Metadata) -> Identity {
        Identity {
            path,
            real,
            inode: Inode::of(facts),
            seen: Cell::new(None),
            known: Cell::new(Head::START),
            lost: RefCell::new(None),
            leaves_doubts: false,
        }
    }

    /// Leaves it to another connection to find out whether what was written is a checkpoint's. While one is under way that
    /// cannot be told but by reading all of the database, and it comes too often for who answers many.
    pub fn leave_doubts(&mut self) {
        self.leaves_doubts = true;
    }

    /// The path without links.
    pub fn real(&self) -> &Path {
        &self.real
    }

    /// Begins to watch: the log is on, and this is the last event.
    pub fn watch(&self, connection: &Connection, last: Head) -> Result<(), Fault> {
        self.known.set(last);
        let main = self.main()?;
        self.seen.set(self.look(connection, &main)?);
        Ok(())
    }

    /// Whether the log was cut short under another process, before this one came.
    pub fn has_lost_frames(&self, connection: &Connection) -> bool {
        self.is_cut_short(connection).unwrap_or(false)
    }

    /// Takes down the last event that this connection has seen.
    pub fn knows(&self, last: Head) {
        self.known.set(last);
    }

    /// Refuses to go on with files that were removed, replaced, cut short or overwritten: nobody would ever read what
    /// is written to them, and what is read from them may be anything.
    pub fn check_in_place(&self, connection: &Connection) -> Result<(), Fault> {
        if let Some(lost) = &*self.lost.borrow() {
            return Err(lost.clone());
        }
        let main = self.main()?;
        let Some(seen) = self.seen.get() else {
            return Ok(());
        };
        let log = self.log()?;
        // Whoever opens the database makes an empty one in its place, and is refused.
        let is_removed = log.as_ref().is_none_or(|log| log.len() == 0);
        let Some(log) = log.filter(|log| Inode::of(log) == seen.log) else {
            let kept = is_removed && log::move_into_database(connection);
            return self.lose(Fault::LogGone { kept });
        };
        let (now_main, now_log) = (Face::of(&main), Face::of(&log));
        if (now_main, now_log) == (seen.main, seen.log_face) {
            return Ok(());
        }
        if now_log.bytes() < seen.log_face.bytes() && self.is_cut_short(connection)? {
            return self.lose(Fault::LogGone { kept: false });
        }
        let Some(progress) = self.progress(connection) else {
            return Ok(());
        };
        let is_written = now_main != seen.main;
        let is_certain = !is_written || progress.is_beyond(seen.progress);
        if !is_certain && self.leaves_doubts {
            // It is looked at again the next time.
            return Ok(());
        }
        if !is_certain && !self.is_own(connection, seen)? {
            return self.lose(Fault::Moved);
        }
        let main = if self.leaves_doubts {
            // The checkpoint may have gone on after the first look.
            Face::of(&self.main()?)
        } else {
            now_main
        };
        self.seen.set(Some(Seen {
            main,
            log: seen.log,
            log_face: now_log,
            progress,
            alone: seen.alone.filter(|_| !is_written),
        }));
        Ok(())
    }

    /// Whether what was written is no more than an interrupted checkpoint, or nothing.
    fn is_own(&self, connection: &Connection, seen: Seen) -> Result<bool, Fault> {
        let now = log::alone(&self.real);
        let went_back =
            matches!((now, seen.alone), (Some(now), Some(before)) if now.is_before(before));
        Ok(!went_back && log::is_own(connection, Look::Whole, now, self.known.get())?)
    }

    /// Takes down what the database says without its log, if that is not done yet. Only who stays long asks for it.
    pub fn look_closer(&self) {
        if let Some(seen) = self.seen.get().filter(|seen| seen.alone.is_none()) {
            let alone = log::alone(&self.real);
            self.seen.set(Some(Seen { alone, ..seen }));
        }
    }

    /// Whether closing the connection may still write the log into the database, as the last one does.
    pub fn may_finish(&self, connection: &Connection) -> bool {
        let in_place = || self.check_in_place(connection);
        !self.leaves_doubts && matches!(in_place(), Ok(()) | Err(Fault::LogGone { kept: true }))
    }

    fn lose(&self, fault: Fault) -> Result<(), Fault> {
        *self.lost.borrow_mut() = Some(fault.clone());
        Err(fault)
    }

    /// The database, if it is where it was.
    fn main(&self) -> Result<Metadata, Fault> {
        let facts = match fs::metadata(&self.path) {
            Ok(facts) => facts,
            Err(error) if error.kind() == ErrorKind::NotFound => return Err(Fault::Moved),
            Err(error) => return Err(Fault::Unseen(error.to_string())),
        };
        if Inode::of(&facts) == self.inode {
            Ok(facts)
        } else {
            Err(Fault::Moved)
        }
    }

    /// Nothing where there is no log, or its state is not told.
    fn look(&self, connection: &Connection, main: &Metadata) -> Result<Option<Seen>, Fault> {
        let Some(log) = self.log()? else {
            return Ok(None);
        };
        let progress = self.progress(connection);
        Ok(progress.map(|progress| Seen {
            main: Face::of(main),
            log: Inode::of(&log),
            log_face: Face::of(&log),
            progress,
            alone: None,
        }))
    }

    /// The log, if there is one.
    fn log(&self) -> Result<Option<Metadata>, Fault> {
        let facts = fs::symlink_metadata(beside(&self.real, "-wal"));
        match facts {
            Ok(facts) => Ok(Some(facts)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Fault::Unseen(error.to_string())),
        }
    }

    /// Nothing where `SQLite` does not tell.
    fn progress(&self, connection: &Connection) -> Option<Progress> {
        let (frames, backfilled) = log::progress(connection)?;
        Some(Progress {
            salt: log::salt(&beside(&self.real, "-wal")),
            frames,
            backfilled,
        })
    }

    /// Whether the log holds less than its index says. Where it is made shorter by right, the index says so first; who
    /// is at it just now is told from who has cut it by looking twice.
    fn is_cut_short(&self, connection: &Connection) -> Result<bool, Fault> {
        for _ in 0..2 {
            let bytes = self.log()?.map_or(0, |facts| facts.len());
            let Some((frames, backfilled)) = log::progress(connection) else {
                return Ok(false);
            };
            if backfilled == frames || bytes >= log::bytes_of(frames, log::page(connection)) {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

impl Progress {
    /// Whether a checkpoint has written the database since. The log begins anew only when all of it is there.
    fn is_beyond(self, before: Progress) -> bool {
        if self.salt == before.salt {
            self.backfilled > before.backfilled
        } else {
            self.backfilled > 0 || before.backfilled < before.frames
        }
    }
}
