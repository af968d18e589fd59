//! The copy that is made beside a database before it is brought up to date: should the new version not be wanted, or not
//! do, the old one has its database still.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};

use crate::domain::trouble::{Fault, FileFault, OpenFault, Trouble};
use crate::store::sqlite::address::{FILE_MODE, beside};
use crate::store::sqlite::copy::{Stop, alone, copy, of_file};
use crate::store::sqlite::fault::while_opening;
use crate::store::waiting::{Work, tell};

/// How many names are tried where another copy was made in the same second.
const NAMES: u32 = 100;

/// A copy beside a database; removed unless it is kept.
#[derive(Debug)]
pub struct Before {
    path: PathBuf,
    kept: bool,
}

impl Before {
    /// Copies the database whose form has this version; done when the copy is on the disk and was checked.
    pub fn make(real: &Path, found: i64) -> Result<Before, OpenFault> {
        let fault = |trouble| OpenFault::NoBackup(Box::new(trouble));
        let opened = open(real).map_err(|fault| Trouble::Open(real.to_owned(), fault));
        let (source, time) = opened.map_err(fault)?;
        let (path, file) = create(real, found, &time).map_err(fault)?;
        let before = Before { path, kept: false };
        before.fill(&source, &file).map_err(fault)?;
        Ok(before)
    }

    /// Leaves it where it is.
    pub fn keep(mut self) {
        self.kept = true;
    }

    fn fill(&self, source: &Connection, file: &File) -> Result<(), Trouble> {
        let io = |error: io::Error| Trouble::File(self.path.clone(), FileFault::of(&error));
        copy(source, &self.path, &Stop::default()).map_err(|fault| of_file(&self.path, fault))?;
        // The file creation mask may have taken more away than it should.
        let set = file.set_permissions(Permissions::from_mode(FILE_MODE));
        set.and_then(|()| file.sync_all()).map_err(io)?;
        let directory = self.path.parent().unwrap_or(&self.path);
        let synced = File::open(directory).and_then(|directory| directory.sync_all());
        synced.map_err(io)?;
        let checked = || -> Result<String, OpenFault> {
            let check = "PRAGMA integrity_check(1)";
            let copy = alone(&self.path)?;
            tell(Work::CheckingCopy);
            let said = copy.query_row(check, (), |row| row.get(0));
            said.map_err(while_opening)
        };
        match checked() {
            Ok(words) if words == "ok" => Ok(()),
            Ok(_) => Err(Trouble::Storage(Fault::Corrupt)),
            Err(fault) => Err(Trouble::Open(self.path.clone(), fault)),
        }
    }
}

impl Drop for Before {
    fn drop(&mut self) {
        if !self.kept {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// A connection of its own, because one that is about to write cannot be copied from; and the time, which is only for the
/// file's name.
fn open(real: &Path) -> Result<(Connection, String), OpenFault> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let source = Connection::open_with_flags(real, flags).map_err(while_opening)?;
    let time = "SELECT strftime('%Y%m%dT%H%M%SZ', 'now')";
    let time = source.query_row(time, (), |row| row.get(0));
    Ok((source, time.map_err(while_opening)?))
}

fn create(real: &Path, found: i64, time: &str) -> Result<(PathBuf, File), Trouble> {
    let mut made = None;
    for n in 1..=NAMES {
        let more = if n == 1 {
            String::new()
        } else {
            format!("-{n}")
        };
        let path = beside(real, &format!(".schema-{found}.{time}{more}.backup"));
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(FILE_MODE)
            .open(&path);
        match file {
            Ok(file) => return Ok((path, file)),
            Err(error) => {
                let is_taken = error.kind() == ErrorKind::AlreadyExists;
                made = Some(Trouble::File(path, FileFault::of(&error)));
                if !is_taken {
                    break;
                }
            }
        }
    }
    Err(made.unwrap_or(Trouble::Storage(Fault::CannotOpen)))
}
