//! Copies of the database, made and put back by the account that owns it: no role is asked for, as whoever can read the
//! file could copy it, too. The trail tells of both.

use std::path::Path;

use serde_json::{Value, json};

use crate::domain::event::chain::{Head, hex};
use crate::domain::event::{EventKind, Target};
use crate::domain::trouble::Trouble;
use crate::domain::user::OsAccount;
use crate::service::Service;
use crate::service::secrets::add_path;

pub use crate::store::backup::{Copied, Stop};

impl Service {
    /// See [`Store::check_place_of_copy`](crate::store::Store::check_place_of_copy).
    pub fn check_place_of_copy(&self, to: &Path, account: &OsAccount) -> Result<(), Trouble> {
        self.store.check_place_of_copy(to, account)
    }

    /// See [`Store::copy_to`](crate::store::Store::copy_to).
    pub fn back_up(&self, to: &Path, stop: &Stop) -> Result<Copied, Trouble> {
        self.store.copy_to(to, stop)
    }

    /// Records that the account made a copy that ends in this event.
    pub fn note_backup(&mut self, account: &str, path: &str, head: &Head) -> Result<(), Trouble> {
        let body = about(account, path, head);
        self.write(|writing| writing.record(EventKind::BackupCreated, Target::trail(), body))
    }

    /// Records, in the copy, that it takes the database's place.
    pub fn note_restore(&mut self, restored: &Restored) -> Result<(), Trouble> {
        let mut body = about(&restored.account, &restored.from, &restored.head);
        if let Some(before) = restored.before {
            body["before"] = before.to_string().into();
        }
        if let Some(aside) = &restored.aside {
            add_path(&mut body, "keptAs", aside);
        }
        self.write(|writing| writing.record(EventKind::BackupRestored, Target::trail(), body))
    }
}

/// A copy that is to take a database's place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    /// Whose deed it is.
    pub account: String,
    /// The copy's path.
    pub from: String,
    /// The copy's last event.
    pub head: Head,
    /// The last event of what was in the place, where that could be read.
    pub before: Option<Head>,
    /// Where that is now, if there was anything.
    pub aside: Option<String>,
}

fn about(account: &str, path: &str, head: &Head) -> Value {
    let mut body = json!({
        "account": account,
        "through": head.sequence,
        "hash": hex(&head.hash),
    });
    add_path(&mut body, "path", path);
    body
}
