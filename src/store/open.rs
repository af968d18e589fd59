//! Opening a database, wherever it is: what each kind of connection is for.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::domain::time::Timestamp;
use crate::domain::trouble::{Fault, OpenFault, Trouble};
use crate::domain::user::OsAccount;
use crate::store::beginning::{Beginning, Fill};
use crate::store::list::Finder;
use crate::store::postgres::open::{self as server, Purpose};
use crate::store::rehearsal::{self, Opened};
use crate::store::sqlite::Sqlite;
use crate::store::sqlite::open::{self, trouble};
use crate::store::sqlite::read_only::open_to_read;
use crate::store::{ANY, Base, Place, Store};

impl Store {
    /// Opens the database for writing; makes it where there is none and brings an older one up to date. Whoever
    /// makes it becomes its first user, with Full Access.
    ///
    /// # Errors
    /// [`Trouble::Open`]; [`Trouble::NoRandomness`] for the key of a new database.
    pub fn create_or_open(
        place: &Place,
        account: &OsAccount,
        now: Timestamp,
        random: Fill<'_>,
    ) -> Result<Store, Trouble> {
        let mut beginning = || Beginning::of(account, place, now, random);
        if let Place::Server(address) = place {
            let told = trouble(place);
            let opened = server::create_or_open(address, account, &told, &mut beginning);
            return opened.map(Store::from);
        }
        open::create_or_open(place, account, &mut beginning).map(Store::from)
    }

    /// Makes a database in a new file, and fills it before it has its name: all of it or nothing. Nobody else sees it
    /// meanwhile, so nothing in it is guarded against a crash. On a server it is made and then filled; where that fails, it is
    /// taken away again.
    ///
    /// # Errors
    /// What `fill` said, [`Trouble::Open`], with [`OpenFault::Exists`] among the faults, or as of
    /// [`Store::create_or_open`].
    pub fn make_filled(
        place: &Place,
        account: &OsAccount,
        now: Timestamp,
        random: Fill<'_>,
        fill: impl FnOnce(Store) -> Result<(), Trouble>,
    ) -> Result<(), Trouble> {
        let mut beginning = || Beginning::of(account, place, now, random);
        match place {
            Place::Server(address) => {
                let told = trouble(place);
                let beginning = beginning()?;
                let made = server::make_filled(address, account, &told, &mut |tx, _| {
                    Ok(beginning.write(tx)?)
                })?;
                let filled = fill(Store::from(made));
                if filled.is_err()
                    && let Ok(made) = server::open(address, account, Purpose::Change)
                {
                    server::remove(&made);
                }
                filled
            }
            Place::File(path) => open::make_filled(path, account, &mut beginning, fill),
            Place::Memory(_) => fill(open::create_or_open(place, account, &mut beginning)?.into()),
        }
    }

    /// Looks whether [`Store::make_filled`] could make a database at this place on a server; nothing is made.
    ///
    /// # Errors
    /// [`Trouble::Open`]: why it could not.
    pub fn look_where_to_make(place: &Place, account: &OsAccount) -> Result<(), Trouble> {
        match place {
            Place::Server(address) => {
                server::look_where_to_make(address, account).map_err(trouble(place))
            }
            Place::File(_) | Place::Memory(_) => Ok(()),
        }
    }

    /// Opens a database that is there for writing, and brings an older one up to date; makes none, and no user.
    ///
    /// # Errors
    /// [`Trouble::Open`], with [`OpenFault::Missing`] among the faults.
    pub fn bring_up_to_date(place: &Place, account: &OsAccount) -> Result<Store, Trouble> {
        Store::bring_up_to_date_telling(place, account, &|| ())
    }

    /// [`Store::bring_up_to_date`], which calls `told` before it begins to.
    ///
    /// # Errors
    /// As of [`Store::bring_up_to_date`].
    pub fn bring_up_to_date_telling(
        place: &Place,
        account: &OsAccount,
        told: &dyn Fn(),
    ) -> Result<Store, Trouble> {
        if let Place::Server(address) = place {
            let opened = server::bring_up_to_date(address, account, told);
            return opened.map(Store::from).map_err(trouble(place));
        }
        let opened = open::bring_up_to_date(place, account, told);
        opened.map(Store::from).map_err(trouble(place))
    }

    /// Opens a database that is there for writing, and brings no older one up to date; but a large one, of which a copy would
    /// fill the memory. Before that, `told` is called.
    ///
    /// # Errors
    /// [`Trouble::Open`], with [`OpenFault::Missing`] among the faults.
    pub fn open_to_change(
        place: &Place,
        account: &OsAccount,
        told: &dyn Fn(),
    ) -> Result<Opened, Trouble> {
        if let Place::Server(_) = place {
            // Its older forms have no copy in memory.
            let opened = Store::bring_up_to_date_telling(place, account, told);
            return opened.map(Opened::UpToDate);
        }
        rehearsal::open_to_change(place, account, told).map_err(trouble(place))
    }

    /// Opens a database that is there, and up to date; makes and migrates nothing.
    ///
    /// # Errors
    /// [`Trouble::Open`], with [`OpenFault::Missing`] or [`OpenFault::Older`] among the faults.
    pub fn open_existing(place: &Place, account: &OsAccount) -> Result<Store, Trouble> {
        if let Some(opened) = on_server(place, account, Purpose::Change) {
            return opened;
        }
        let opened = open::open_and_set(place, account, |_| Ok(()));
        opened.map(Store::from).map_err(trouble(place))
    }

    /// [`Store::open_existing`] for whoever only looks. Of a database on several servers the first that answers will do;
    /// what is noted all the same goes to the one that takes changes.
    ///
    /// # Errors
    /// As of [`Store::open_existing`].
    pub fn open_near(place: &Place, account: &OsAccount) -> Result<Store, Trouble> {
        let opened = on_server(place, account, Purpose::Near);
        opened.unwrap_or_else(|| Store::open_existing(place, account))
    }

    /// [`Store::open_near`] for verdicts. What is noted of them is worth no waiting for the disk: a use that was noted
    /// may be lost when the power fails.
    ///
    /// # Errors
    /// As of [`Store::open_existing`].
    pub fn open_to_verify(place: &Place, account: &OsAccount) -> Result<Store, Trouble> {
        if let Some(opened) = on_server(place, account, Purpose::Verify) {
            return opened;
        }
        let opened = open::open_and_set(place, account, Sqlite::wait_for_no_disk);
        opened.map(Store::from).map_err(trouble(place))
    }

    /// Opens a database that is there, and up to date, without writing to it. At most an empty log and an empty index of it
    /// are made beside it, as `SQLite` needs them.
    ///
    /// # Errors
    /// As of [`Store::open_existing`].
    pub fn open_to_read(place: &Place, account: &OsAccount) -> Result<Store, Trouble> {
        if let Some(opened) = on_server(place, account, Purpose::Read) {
            return opened;
        }
        let Place::File(path) = place else {
            return Store::open_existing(place, account);
        };
        let opened = open_to_read(path, account);
        opened.map(Store::from).map_err(trouble(place))
    }

    /// [`Store::open_existing`] and then [`Store::only_read`].
    ///
    /// # Errors
    /// As of [`Store::open_existing`].
    pub fn open_reader(
        place: &Place,
        account: &OsAccount,
        wanted: Arc<AtomicU64>,
    ) -> Result<Store, Trouble> {
        let mut store = Store::open_existing(place, account)?;
        let set = store.only_read(wanted).map_err(OpenFault::Fault);
        set.map_err(trouble(place))?;
        Ok(store)
    }

    /// [`Store::open_reader`] beside those of [`Store::open_to_answer`]: it looks closer whether the database is still there.
    ///
    /// # Errors
    /// As of [`Store::open_existing`].
    pub fn open_to_watch(place: &Place, account: &OsAccount) -> Result<Store, Trouble> {
        let opened = on_server(place, account, Purpose::Answer);
        opened.unwrap_or_else(|| Store::open_reader(place, account, Arc::default()))
    }

    /// [`Store::open_existing`] for one of several connections that only read, and answer so often that none of them looks
    /// closer at the files: one of [`Store::open_to_watch`] beside them has to, again and again ([`Store::data_version`]). A file that was moved,
    /// removed or put in the place of another is found by each of them.
    ///
    /// # Errors
    /// As of [`Store::open_existing`].
    pub fn open_to_answer(place: &Place, account: &OsAccount) -> Result<Store, Trouble> {
        if let Some(opened) = on_server(place, account, Purpose::Answer) {
            return opened;
        }
        let opened = open::open_and_set(place, account, Sqlite::only_answer);
        opened.map(Store::from).map_err(trouble(place))
    }

    /// Has this connection only read from here on; its queries under [`Store::answer`] end when `wanted` becomes another
    /// number than the one that is being answered.
    pub fn only_read(&mut self, wanted: Arc<AtomicU64>) -> Result<(), Fault> {
        let answering = Arc::clone(&self.answering);
        let is_superseded = move || {
            let question = answering.load(Ordering::SeqCst);
            question != ANY && question != wanted.load(Ordering::SeqCst)
        };
        match &mut self.base {
            Base::Sqlite(sqlite) => {
                let finder = Finder::of_reader();
                sqlite.only_read(is_superseded, &finder)?;
                self.finder = finder;
            }
            Base::Postgres(postgres) => {
                postgres.end_when(is_superseded);
                postgres.only_read();
            }
        }
        Ok(())
    }
}

/// Opens a database that is there, and up to date; nothing where it is not on a server.
fn on_server(
    place: &Place,
    account: &OsAccount,
    purpose: Purpose,
) -> Option<Result<Store, Trouble>> {
    let Place::Server(address) = place else {
        return None;
    };
    let opened = server::open(address, account, purpose);
    Some(opened.map(Store::from).map_err(trouble(place)))
}
