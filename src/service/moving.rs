//! Moving the database to a server, by the account that owns its file: no role is asked for. The trail tells of it.

use serde_json::json;

use crate::clock::Clock;
use crate::domain::event::chain::Head;
use crate::domain::event::{EventKind, Target};
use crate::domain::trouble::Trouble;
use crate::domain::user::OsAccount;
use crate::service::Service;
use crate::service::record::Writing;
use crate::service::secrets::add_path;
use crate::store::moving::{Mover, Size, size};
use crate::store::{Place, Tx};

pub use crate::store::moving::NotMoved;

/// From where it is moved, to where, and who is told how far it is.
pub struct Move<'a> {
    pub account: &'a OsAccount,
    pub from: &'a str,
    pub to: &'a str,
    /// Told which table is copied; can stop it.
    pub told: &'a mut dyn FnMut(&str) -> Result<(), Trouble>,
}

impl Service {
    /// How much the database holds.
    pub fn size(&self) -> Result<Size, Trouble> {
        Ok(self.store.read(size)?)
    }

    /// See [`Store::move_to`](crate::store::Store::move_to).
    pub fn move_to(&mut self, to: &Place, what: Move<'_>) -> Result<Head, NotMoved> {
        let account = what.account;
        let mut moving = Moving {
            clock: &*self.clock,
            what,
        };
        self.store.move_to(to, account, &mut moving)
    }
}

struct Moving<'c, 'a> {
    clock: &'c dyn Clock,
    what: Move<'a>,
}

impl Mover for Moving<'_, '_> {
    fn note(&mut self, from: &Tx<'_>) -> Result<(), Trouble> {
        let mut body = json!({ "account": self.what.account.name });
        add_path(&mut body, "from", self.what.from);
        add_path(&mut body, "to", self.what.to);
        let writing = Writing {
            tx: from,
            actor: None,
            now: self.clock.now(),
        };
        writing.record(EventKind::DatabaseMoved, Target::trail(), body)
    }

    fn copying(&mut self, table: &str) -> Result<(), Trouble> {
        (self.what.told)(table)
    }
}
