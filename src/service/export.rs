//! Exporting a list: its rows part by part, each with all that is kept of it but secrets and hashes.

use crate::domain::event::trail::EventRow;
use crate::domain::export::{KeyRecord, RoleRecord, UserRecord};
use crate::domain::list::{KeyRow, Place, RoleRow, UserRow, WindowQuery};
use crate::domain::trouble::{Fault, Trouble};
use crate::domain::user::Actor;
use crate::service::Service;
use crate::service::lists::Source;
use crate::store::{Tx, api_keys, list, roles, users};

/// A row that can be exported with all that is kept of it.
pub trait Whole: Source {
    type Record;

    /// What is kept of the row; nothing where it has just gone.
    fn whole(self, tx: &Tx<'_>) -> Result<Option<Self::Record>, Fault>;
}

/// A part of an export.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part<R> {
    pub records: Vec<R>,
    /// The place of its last row, where more follow.
    pub more_after: Option<Place>,
}

impl Service {
    /// A part of a list, row by row as the list has them. Nothing is noted of it.
    ///
    /// # Errors
    /// [`Trouble::NotAuthorized`] for who may not view the list.
    pub fn export<L: Whole>(
        &self,
        actor: &Actor,
        query: &WindowQuery<L>,
    ) -> Result<Part<L::Record>, Trouble> {
        self.ask(actor, &[L::NEEDS], |tx, _| {
            let as_of = self.as_of(tx)?;
            let window = list::window(tx, query, as_of)?;
            let last = window.rows.last().map(|row| row.place().clone());
            let records = window.rows.into_iter().map(|row| row.whole(tx));
            let records: Vec<_> = records.collect::<Result<_, _>>()?;
            Ok(Part {
                records: records.into_iter().flatten().collect(),
                more_after: last.filter(|_| window.more_after),
            })
        })
    }
}

impl Service {
    /// What is kept of the rows with these IDs, in that order, whatever a list would show; nothing of those that are gone.
    ///
    /// # Errors
    /// [`Trouble::NotAuthorized`] for who may not view the list.
    pub fn records<L: Whole>(&self, actor: &Actor, ids: &[i64]) -> Result<Vec<L::Record>, Trouble> {
        self.ask(actor, &[L::NEEDS], |tx, _| {
            let as_of = self.as_of(tx)?;
            let mut records = Vec::with_capacity(ids.len());
            for id in ids {
                if let Some(row) = list::row::<L>(tx, *id, as_of)? {
                    records.extend(row.whole(tx)?);
                }
            }
            Ok(records)
        })
    }
}

impl Whole for KeyRow {
    type Record = KeyRecord;

    fn whole(self, tx: &Tx<'_>) -> Result<Option<KeyRecord>, Fault> {
        Ok(api_keys::get(tx, self.id())?.map(|key| KeyRecord {
            row: self,
            fields: key.fields,
            attempts: key.attempts,
            deleted_at: key.deleted_at,
        }))
    }
}

impl Whole for UserRow {
    type Record = UserRecord;

    fn whole(self, tx: &Tx<'_>) -> Result<Option<UserRecord>, Fault> {
        Ok(users::get(tx, self.id())?.map(|user| UserRecord {
            row: self,
            fields: user.fields,
        }))
    }
}

impl Whole for RoleRow {
    type Record = RoleRecord;

    fn whole(self, tx: &Tx<'_>) -> Result<Option<RoleRecord>, Fault> {
        Ok(roles::get(tx, self.id())?.map(|role| RoleRecord {
            row: self,
            fields: role.fields,
        }))
    }
}

impl Whole for EventRow {
    type Record = EventRow;

    fn whole(self, _tx: &Tx<'_>) -> Result<Option<EventRow>, Fault> {
        Ok(Some(self))
    }
}
