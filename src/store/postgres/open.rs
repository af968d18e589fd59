//! Opening a database on a server: what each kind of connection asks for.

use std::time::Duration;

use crate::domain::trouble::{OpenFault, ServerFault, Trouble};
use crate::domain::user::OsAccount;
use crate::store::Tx;
use crate::store::beginning::Beginning;
use crate::store::postgres::Postgres;
use crate::store::postgres::address::Address;
use crate::store::postgres::connect::{Aim, Wanted};
use crate::store::postgres::flaws::ours;
use crate::store::postgres::migrate::{self, Found, KNOWN, Opening, identify};

/// What every session is set to. Compiling a statement takes longer than any of ours.
const SETTINGS: &str = "jit=off";
/// How long each host is waited for where only a note is to be made at the primary.
const BRIEFLY: Duration = Duration::from_secs(1);
/// For those who only note uses: one that was noted may be lost when the power fails.
const UNSYNCED: &str = "synchronous_commit=off";

/// What a connection is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Changes.
    Change,
    /// Reading from the nearest that answers; what is noted of it goes to the primary.
    Near,
    /// The same for verdicts.
    Verify,
    /// Reading for verdicts, and nothing is written.
    Answer,
    /// Nothing is written.
    Read,
}

/// Opens a database for changes; makes it where the schema is empty and brings an older one up to date.
pub fn create_or_open(
    text: &str,
    account: &OsAccount,
    told: &dyn Fn(OpenFault) -> Trouble,
    beginning: &mut dyn FnMut() -> Result<Beginning, Trouble>,
) -> Result<Postgres, Trouble> {
    let (postgres, found) = reach(text, account, Purpose::Change).map_err(told)?;
    if found.version > 0 {
        bring(&postgres, &found, &|| ()).map_err(told)?;
        return Ok(postgres);
    }
    refuse_to_make(&postgres, &found).map_err(told)?;
    let beginning = beginning()?;
    let made = migrate::make(&postgres, &mut |tx| {
        beginning.write(tx).map_err(Opening::from)
    });
    match made {
        // Somebody came at the same time.
        Err(Opening(OpenFault::Server(ServerFault::NotEmpty))) | Ok(()) => Ok(postgres),
        Err(Opening(fault)) => Err(told(fault)),
    }
}

/// Makes a database in an empty schema, with the rows that `fill` puts there: all of it or nothing.
pub fn make_filled(
    text: &str,
    account: &OsAccount,
    told: &dyn Fn(OpenFault) -> Trouble,
    fill: &mut dyn FnMut(&Tx<'_>, &Postgres) -> Result<(), Trouble>,
) -> Result<Postgres, Trouble> {
    let (postgres, found) = reach(text, account, Purpose::Change).map_err(told)?;
    refuse_to_make(&postgres, &found).map_err(told)?;
    let made = migrate::make(&postgres, &mut |tx| {
        fill(tx, &postgres).map_err(Filling::Trouble)
    });
    match made {
        Ok(()) => Ok(postgres),
        Err(Filling::Opening(fault)) => Err(told(fault)),
        Err(Filling::Trouble(trouble)) => Err(trouble),
    }
}

/// Looks whether [`make_filled`] could make one.
pub fn look_where_to_make(text: &str, account: &OsAccount) -> Result<(), OpenFault> {
    let (postgres, found) = reach(text, account, Purpose::Change)?;
    refuse_to_make(&postgres, &found)
}

/// What stands in the way of a database that is filled.
enum Filling {
    Opening(OpenFault),
    Trouble(Trouble),
}

impl From<Opening> for Filling {
    fn from(Opening(fault): Opening) -> Filling {
        Filling::Opening(fault)
    }
}

/// Takes away what [`make_filled`] made.
pub fn remove(postgres: &Postgres) {
    let schema = postgres.command("SELECT pg_catalog.quote_ident(pg_catalog.current_schema())");
    let Ok(Some(row)) = schema else {
        return;
    };
    let schema = row.into_iter().flatten().collect::<String>();
    let drops: Vec<String> = ours()
        .filter(|(kind, _)| matches!(kind.as_str(), "table" | "function"))
        .map(|(kind, name)| format!("DROP {kind} IF EXISTS {schema}.{name} CASCADE"))
        .collect();
    // Whatever the trouble was, it is told; this is only tidying up.
    let _ = postgres.command(&drops.join(";"));
}

fn refuse_to_make(postgres: &Postgres, found: &Found) -> Result<(), OpenFault> {
    if found.version > 0 {
        return Err(OpenFault::Server(ServerFault::NotEmpty));
    }
    if !found.may_make {
        let role = postgres.wanted().address.role().to_owned();
        return Err(OpenFault::Server(ServerFault::NotMade { role }));
    }
    Ok(())
}

/// Opens a database that is there for changes, and brings an older one up to date, after `told` was called.
pub fn bring_up_to_date(
    text: &str,
    account: &OsAccount,
    told: &dyn Fn(),
) -> Result<Postgres, OpenFault> {
    let (postgres, found) = reach(text, account, Purpose::Change)?;
    refuse_missing(&found)?;
    bring(&postgres, &found, told)?;
    // Whoever is to change something is told now, and not when a secret was handed over.
    if !found.may_change {
        let role = postgres.wanted().address.role().to_owned();
        return Err(OpenFault::Server(ServerFault::NoRights { role }));
    }
    Ok(postgres)
}

/// Opens a database that is there, and up to date.
pub fn open(text: &str, account: &OsAccount, purpose: Purpose) -> Result<Postgres, OpenFault> {
    let (postgres, found) = reach(text, account, purpose)?;
    refuse_missing(&found)?;
    let (found, known) = (found.version, KNOWN);
    if found < known {
        return Err(OpenFault::Older { found, known });
    }
    Ok(postgres)
}

fn refuse_missing(found: &Found) -> Result<(), OpenFault> {
    if found.version == 0 {
        return Err(OpenFault::Missing);
    }
    Ok(())
}

/// Only who owns the tables can change what they are.
fn bring(postgres: &Postgres, found: &Found, told: &dyn Fn()) -> Result<(), OpenFault> {
    if found.version == KNOWN {
        return Ok(());
    }
    if let Some(owner) = found.others.clone() {
        let role = postgres.wanted().address.role().to_owned();
        return Err(OpenFault::Server(ServerFault::NotOwner { role, owner }));
    }
    told();
    migrate::update(postgres)
}

pub(super) fn reach(
    text: &str,
    account: &OsAccount,
    purpose: Purpose,
) -> Result<(Postgres, Found), OpenFault> {
    let mut address = Address::parse(text, &account.name).map_err(OpenFault::Server)?;
    address.set(SETTINGS);
    if purpose == Purpose::Verify {
        address.set(UNSYNCED);
    }
    let wanted = Wanted {
        address,
        aim: match purpose {
            Purpose::Change => Aim::Changes,
            Purpose::Near | Purpose::Verify | Purpose::Answer | Purpose::Read => Aim::Answers,
        },
        hurried: matches!(purpose, Purpose::Verify | Purpose::Answer),
        home: account.home.clone(),
        passwords: account.passwords.clone(),
    };
    let reached = wanted.connect()?;
    let primary = wanted.at_primary(BRIEFLY);
    let mut postgres = Postgres::new(wanted, reached);
    match purpose {
        Purpose::Change => {}
        Purpose::Near | Purpose::Verify => postgres.change_at(primary),
        Purpose::Answer | Purpose::Read => postgres.only_read(),
    }
    let found = identify(&postgres)?;
    Ok((postgres, found))
}
