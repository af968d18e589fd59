//! `keyward` and `keyward demo`: the console's parts.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use crate::auth::random::{Random, SystemRandom};
use crate::cli::args::DemoRole;
use crate::cli::service;
use crate::clock::{Clock, SystemClock};
use crate::config::Config;
use crate::domain::time::Timestamp;
use crate::domain::trouble::Trouble;
use crate::domain::user::{Actor, OsAccount};
use crate::service::{Service, demo};
use crate::store::{Place, Store};
use crate::ui::run::Parts;

/// The console on a database, for this user or else the account's own. Only for the account's own is one made where
/// there is none: whoever is named on a command line has been there before.
pub(super) fn on_database(
    config: &Config,
    place: &Place,
    user: Option<&str>,
) -> Result<Parts, Trouble> {
    let account = &config.account;
    let store = match user {
        Some(_) => Store::bring_up_to_date(place, account)?,
        None => create_or_open(place, account, SystemClock.now())?,
    };
    let files = user.is_none();
    let own = account.user_name();
    let user = user.unwrap_or(&own);
    let parts = parts(config, place, store, |writer| {
        writer.sign_in(user, &config.arrival)
    })?;
    Ok(Parts { files, ..parts })
}

/// The console on the demo's database, which lasts as long as its connections.
pub(super) fn on_demo(config: &Config, role: DemoRole) -> Result<Parts, Trouble> {
    let account = OsAccount {
        name: demo::FULL_ACCESS_USER.to_owned(),
        root_by_sudo: false,
        ..config.account.clone()
    };
    let user = match role {
        DemoRole::FullAccess => demo::FULL_ACCESS_USER,
        DemoRole::Auditor => demo::AUDITOR_USER,
    };
    let place = Place::Memory("demo".to_owned());
    let store = create_or_open(&place, &account, demo::began(SystemClock.now()))?;
    parts(config, &place, store, |writer| {
        demo::seed(writer)?;
        writer.sign_in(user, &config.arrival)
    })
}

fn create_or_open(place: &Place, account: &OsAccount, now: Timestamp) -> Result<Store, Trouble> {
    let fill = &mut |bytes: &mut [u8]| SystemRandom.fill(bytes);
    Store::create_or_open(place, account, now, fill)
}

fn parts(
    config: &Config,
    place: &Place,
    store: Store,
    sign_in: impl FnOnce(&mut Service) -> Result<Actor, Trouble>,
) -> Result<Parts, Trouble> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let warning = config.settings.warning;
    let mut writer = service(store, &clock)?;
    let actor = sign_in(&mut writer)?;
    let wanted = Arc::new(AtomicU64::new(0));
    let store = Store::open_reader(place, &config.account, Arc::clone(&wanted))?;
    Ok(Parts {
        reader: service(store, &clock)?.warning(warning),
        wanted,
        actor,
        arrival: config.arrival.clone(),
        files: true,
        writer,
        clock,
        settings: config.settings.clone(),
        surroundings: config.surroundings,
        demo: matches!(place, Place::Memory(_)),
    })
}
