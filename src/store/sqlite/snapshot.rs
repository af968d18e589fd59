//! What a database in memory held at one moment, and setting it back to that.

use std::time::Duration;

use rusqlite::Connection;
use rusqlite::backup::Backup;

use crate::domain::trouble::Fault;
use crate::store::Store;

/// How long a reader is waited for before it is tried again.
const PAUSE: Duration = Duration::from_millis(5);

/// What a database held.
#[derive(Debug)]
pub struct Snapshot(Connection);

impl Store {
    /// What the database holds now; nothing where it is in a file, which is never set back.
    pub fn snapshot(&self) -> Result<Option<Snapshot>, Fault> {
        if self.sqlite.file.is_some() {
            return Ok(None);
        }
        let mut kept = Connection::open_in_memory()?;
        copy(&self.sqlite.connection, &mut kept)?;
        Ok(Some(Snapshot(kept)))
    }

    /// Sets a database in memory back, for all its connections; one in a file stays as it is.
    pub fn set_back(&mut self, to: &Snapshot) -> Result<(), Fault> {
        if self.sqlite.file.is_some() {
            return Ok(());
        }
        copy(&to.0, &mut self.sqlite.connection)
    }
}

fn copy(from: &Connection, to: &mut Connection) -> Result<(), Fault> {
    let all = i32::MAX;
    Ok(Backup::new(from, to)?.run_to_completion(all, PAUSE, None)?)
}
