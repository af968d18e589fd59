//! `keyward` and `keyward demo`: the console's parts.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use crate::auth::random::{Random, SystemRandom};
use crate::cli::args::DemoRole;
use crate::cli::service;
use crate::clipboard;
use crate::clock::{Clock, SystemClock};
use crate::config::Config;
use crate::domain::trouble::Trouble;
use crate::domain::user::{Arrival, OsAccount};
use crate::service::{Service, demo};
use crate::store::{Place, Store};
use crate::text::Text;
use crate::ui::run::Parts;

/// The console on a database, which is made if there is none, for the account's user.
pub(super) fn on_database(text: Text, config: &Config, place: &Place) -> Result<Parts, Trouble> {
    let account = &config.account;
    parts(text, config, place, account, &account.name, |_| Ok(()))
}

/// The console on the demo's database, which lasts as long as its connections.
pub(super) fn on_demo(text: Text, config: &Config, role: DemoRole) -> Result<Parts, Trouble> {
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
    parts(text, config, &place, &account, user, demo::seed)
}

fn parts(
    text: Text,
    config: &Config,
    place: &Place,
    account: &OsAccount,
    user: &str,
    seed: impl FnOnce(&mut Service) -> Result<(), Trouble>,
) -> Result<Parts, Trouble> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let fill = &mut |bytes: &mut [u8]| SystemRandom.fill(bytes);
    let store = Store::create_or_open(place, account, clock.now(), fill)?;
    let mut writer = service(store, &clock)?;
    seed(&mut writer)?;
    let wanted = Arc::new(AtomicU64::new(0));
    let store = Store::open_reader(place, account, Arc::clone(&wanted))?;
    Ok(Parts {
        reader: service(store, &clock)?,
        wanted,
        actor: writer.sign_in(user, &Arrival::default())?,
        writer,
        clock,
        zone: config.zone,
        clipboard: clipboard::choose(config.display, config.ssh),
        text,
        arrival: Arrival::default(),
        demo: matches!(place, Place::Memory(_)),
    })
}
