//! In place of the module for databases on a server, in a build without it: there is none.

use std::time::Duration;

use crate::domain::event::flaw::Flaw;
use crate::domain::time::{Timestamp, Uptime};
use crate::domain::trouble::{Fault, OpenFault, ServerFault, Trouble};
use crate::domain::user::OsAccount;
use crate::store::Tx;
use crate::store::beginning::Beginning;
use crate::store::patience::Patience;
use crate::store::sql::{Engine, Kind, Row, Rows, Uncommitted, Values};

/// No connection to a server.
#[derive(Debug)]
pub enum Postgres {}

impl Postgres {
    pub fn patience(&self) -> Patience {
        match *self {}
    }

    pub fn end_when(&mut self, _: impl Fn() -> bool + Send + 'static) {
        match *self {}
    }

    pub fn deny_stale(&self, _: Duration, _: impl Fn() -> Uptime + Send + 'static) {
        match *self {}
    }

    pub fn only_read(&mut self) {
        match *self {}
    }

    pub fn load(&self, _: &str, _: &[String], _: Rows<'_>) -> Result<(), Fault> {
        match *self {}
    }
}

impl Engine for Postgres {
    fn begin(&self, _: Kind) -> Result<(), Fault> {
        match *self {}
    }

    fn commit(&self) -> Result<(), Uncommitted> {
        match *self {}
    }

    fn roll_back(&self) {
        match *self {}
    }

    fn run(
        &self,
        _: &str,
        _: Values<'_>,
        _: &mut dyn FnMut(&dyn Row) -> Result<bool, Fault>,
    ) -> Result<usize, Fault> {
        match *self {}
    }

    fn data_version(&self) -> Result<i64, Fault> {
        match *self {}
    }

    fn flaws(&self, _: &Tx<'_>) -> Result<Vec<Flaw>, Fault> {
        match *self {}
    }

    fn next_id(&self, _: &str) -> Result<i64, Fault> {
        match *self {}
    }

    fn last_id(&self, _: &str) -> Result<i64, Fault> {
        match *self {}
    }
}

pub mod open {
    use super::*;

    const NONE: OpenFault = OpenFault::Server(ServerFault::NotBuilt);

    /// What a connection is for.
    #[derive(Clone, Copy, Debug)]
    pub enum Purpose {
        Change,
        Near,
        Verify,
        Answer,
        Read,
    }

    pub fn create_or_open(
        _: &str,
        _: &OsAccount,
        told: &dyn Fn(OpenFault) -> Trouble,
        _: &mut dyn FnMut() -> Result<Beginning, Trouble>,
    ) -> Result<Postgres, Trouble> {
        Err(told(NONE))
    }

    pub fn make_filled(
        _: &str,
        _: &OsAccount,
        told: &dyn Fn(OpenFault) -> Trouble,
        _: &mut dyn FnMut(&Tx<'_>, &Postgres) -> Result<(), Trouble>,
    ) -> Result<Postgres, Trouble> {
        Err(told(NONE))
    }

    pub fn look_where_to_make(_: &str, _: &OsAccount) -> Result<(), OpenFault> {
        Err(NONE)
    }

    pub fn remove(postgres: &Postgres) {
        match *postgres {}
    }

    pub fn bring_up_to_date(_: &str, _: &OsAccount, _: &dyn Fn()) -> Result<Postgres, OpenFault> {
        Err(NONE)
    }

    pub fn open(_: &str, _: &OsAccount, _: Purpose) -> Result<Postgres, OpenFault> {
        Err(NONE)
    }
}

pub mod look {
    use super::*;
    use crate::store::server::Found;

    pub fn look(_: &str, _: &OsAccount, _: Timestamp) -> Found {
        Found {
            refused: Some(OpenFault::Server(ServerFault::NotBuilt)),
            server: None,
            inside: None,
        }
    }
}
