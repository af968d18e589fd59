//! What a database in memory held at one moment, and setting it back to that.

use std::time::Duration;

use rusqlite::Connection;
use rusqlite::backup::Backup;

use crate::domain::trouble::Fault;
use crate::store::sqlite::Sqlite;
use crate::store::{Base, Store};

/// How long a reader is waited for before it is tried again.
const PAUSE: Duration = Duration::from_millis(5);

/// What a database held.
#[derive(Debug)]
pub struct Snapshot(Connection);

impl Store {
    /// What the database holds now; nothing where it is not in memory, and never set back.
    pub fn snapshot(&self) -> Result<Option<Snapshot>, Fault> {
        let Some(Sqlite {
            connection,
            file: None,
            ..
        }) = self.base.sqlite()
        else {
            return Ok(None);
        };
        let mut kept = Connection::open_in_memory()?;
        copy(connection, &mut kept)?;
        Ok(Some(Snapshot(kept)))
    }

    /// Sets a database in memory back, for all its connections; any other stays as it is.
    pub fn set_back(&mut self, to: &Snapshot) -> Result<(), Fault> {
        match &mut self.base {
            Base::Sqlite(Sqlite {
                connection,
                file: None,
                ..
            }) => copy(&to.0, connection),
            Base::Sqlite(_) | Base::Postgres(_) => Ok(()),
        }
    }
}

fn copy(from: &Connection, to: &mut Connection) -> Result<(), Fault> {
    let all = i32::MAX;
    Ok(Backup::new(from, to)?.run_to_completion(all, PAUSE, None)?)
}
