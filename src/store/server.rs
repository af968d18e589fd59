//! What can be found out about a database on a server, and nothing changed.

use crate::domain::time::Timestamp;
use crate::domain::trouble::OpenFault;
use crate::domain::user::OsAccount;
use crate::store::{Inside, postgres};

/// What was found.
#[derive(Debug)]
pub struct Found {
    /// Why it would not be opened.
    pub refused: Option<OpenFault>,
    /// Nothing where no server was reached.
    pub server: Option<Server>,
    /// What is in it, where it can be read.
    pub inside: Option<Inside>,
}

/// A server that was reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server {
    pub version: String,
    pub line: Line,
    /// The role of this connection.
    pub role: String,
    pub may: May,
    pub standing: Standing,
    /// By how many milliseconds its clock is ahead of this machine's.
    pub apart: i64,
}

/// How it is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// A Unix socket.
    Socket,
    /// TCP within this machine.
    Plain,
    /// TLS; its version.
    Secured(String),
}

/// What a role may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum May {
    /// It is a superuser.
    Everything,
    /// The tables are its own.
    Own,
    /// Change rows.
    Change,
    /// Read, and note uses.
    Verify,
    /// Make a database, where there is none.
    Make,
    Nothing,
}

/// What a server is among those that have the same database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// What is changed is changed here; so many follow it.
    Primary { standbys: i64 },
    /// It follows, and has last replayed a change that was made so many milliseconds ago.
    Standby { behind: Option<i64> },
}

/// Looks at the database with this address.
#[must_use]
pub fn look(address: &str, account: &OsAccount, now: Timestamp) -> Found {
    postgres::look::look(address, account, now)
}
