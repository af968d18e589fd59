//! `keyward`: the console's parts.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use nix::unistd::gethostname;

use crate::auth::random::{Random, SystemRandom, predictable};
use crate::cli::{service_with, tell};
use crate::clock::{Clock, ClockFrom, SystemClock};
use crate::config::Config;
use crate::domain::server::{self, Clocks};
use crate::domain::time::Timestamp;
use crate::domain::trouble::{OpenFault, ServerFault, Trouble};
use crate::domain::user::{Actor, OsAccount};
use crate::service::{Service, demo};
use crate::store::rehearsal::Opened;
use crate::store::{Place, Store};
use crate::text::Text;
use crate::ui::app::Show;
use crate::ui::run::Parts;
use crate::ui::terminal::Abilities;

/// What a console has of the machine.
pub(super) struct Machine {
    pub(super) clock: Arc<dyn Clock>,
    /// A source of random bytes; each has a number.
    pub(super) random: fn(u64) -> Box<dyn Random>,
}

impl Machine {
    /// As it is.
    pub(super) fn real() -> Machine {
        Machine {
            clock: Arc::new(SystemClock),
            random: |_| Box::new(SystemRandom),
        }
    }

    /// The same in every run: for what is never kept.
    pub(super) fn fixed() -> Machine {
        Machine {
            clock: Arc::new(ClockFrom::new(demo::RECORDED_AT)),
            random: predictable,
        }
    }

    pub(super) fn create_or_open(
        &self,
        place: &Place,
        account: &OsAccount,
        now: Timestamp,
    ) -> Result<Store, Trouble> {
        let mut random = (self.random)(0);
        Store::create_or_open(place, account, now, &mut |bytes| random.fill(bytes))
    }

    pub(super) fn service(&self, store: Store, number: u64) -> Result<Service, Trouble> {
        service_with(store, &self.clock, (self.random)(number))
    }
}

/// The console on a database, for this user or else the account's own. Only for the account's own is one made where
/// there is none: whoever is named on a command line has been there before.
pub(super) fn on_database(
    config: &Config,
    place: &Place,
    user: Option<&str>,
) -> Result<Parts, Trouble> {
    let account = &config.account;
    let machine = Machine::real();
    let own = account.user_name();
    let told = || tell_of_update(config);
    let store = match (Store::open_to_change(place, account, &told), user) {
        (Ok(Opened::UpToDate(store)), _) => store,
        // Whoever is refused leaves an older one as it was.
        (Ok(Opened::Older(copy)), _) => {
            let mut copy = machine.service(copy, 1)?;
            copy.sign_in(user.unwrap_or(&own), &config.arrival)?;
            Store::bring_up_to_date_telling(place, account, &told)?
        }
        (Err(Trouble::Open(_, OpenFault::Missing)), None) => {
            machine.create_or_open(place, account, machine.clock.now())?
        }
        (Err(trouble), _) => return Err(trouble),
    };
    compare_clocks(config, place, &machine, &store)?;
    let mut reader = machine.service(store, 2)?;
    let actor = reader.sign_in(user.unwrap_or(&own), &config.arrival)?;
    let wanted = Arc::new(AtomicU64::new(0));
    reader.only_read(Arc::clone(&wanted))?;
    let parts = with(config, machine, place, (reader, wanted), None, actor)?;
    Ok(Parts {
        files: user.is_none(),
        ..parts
    })
}

/// Refuses to work with a server whose clock is far from this machine's, and tells of one that is not quite as it.
fn compare_clocks(
    config: &Config,
    place: &Place,
    machine: &Machine,
    store: &Store,
) -> Result<(), Trouble> {
    let (Place::Server(address), Some(there)) = (place, store.server_time()?) else {
        return Ok(());
    };
    match server::clocks(there, machine.clock.now()) {
        Clocks::Together => {}
        Clocks::Differ(seconds) => {
            let text = Text::of(config.settings.language);
            tell(&text.fill("cli.clocks", &[("seconds", &seconds)]));
        }
        Clocks::Apart(seconds) => {
            let fault = OpenFault::Server(ServerFault::Clocks(seconds));
            return Err(Trouble::Open(address.into(), fault));
        }
    }
    Ok(())
}

/// Says that an older database is brought up to date, which takes some time where it is large.
pub(super) fn tell_of_update(config: &Config) {
    tell_in(Text::of(config.settings.language));
}

/// [`tell_of_update`] in a language.
pub(super) fn tell_in(text: Text) {
    tell(text.say("cli.updating"));
}

/// The account, its host and the name of the database; nothing of one that is in memory.
fn named(config: &Config, place: &Place) -> Option<String> {
    let database = match place {
        Place::File(path) => path.file_name()?.to_string_lossy().into_owned(),
        Place::Server(address) => server::named(address),
        Place::Memory(_) => return None,
    };
    let host = gethostname().ok()?;
    let account = &config.account.name;
    Some(format!("{account}@{} {database}", host.to_string_lossy()))
}

/// The parts on this database, whose writer is at work for this user.
pub(super) fn parts(
    config: &Config,
    machine: Machine,
    place: &Place,
    writer: Service,
    actor: Actor,
) -> Result<Parts, Trouble> {
    let wanted = Arc::new(AtomicU64::new(0));
    let store = Store::open_reader(place, &config.account, Arc::clone(&wanted))?;
    let reader = (machine.service(store, 2)?, wanted);
    writer.store().reserve_room();
    with(config, machine, place, reader, Some(writer), actor)
}

/// The parts with one who reads already, and one who writes if there is one.
fn with(
    config: &Config,
    machine: Machine,
    place: &Place,
    (reader, wanted): (Service, Arc<AtomicU64>),
    writer: Option<Service>,
    actor: Actor,
) -> Result<Parts, Trouble> {
    let (at, account, clock) = (
        place.clone(),
        config.account.clone(),
        Arc::clone(&machine.clock),
    );
    let open_writer = move || {
        let store = Store::open_existing(&at, &account)?;
        store.reserve_room();
        machine.service(store, 1)
    };
    Ok(Parts {
        demo: reader.is_demonstration()?,
        reader: reader.warning(config.settings.warning),
        wanted,
        open_writer: Box::new(open_writer),
        actor,
        arrival: config.arrival.clone(),
        files: true,
        place: named(config, place),
        writer,
        clock,
        settings: config.settings.clone(),
        surroundings: config.surroundings,
        abilities: Abilities::of(&config.terminal),
        show: Show::default(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_has_signed_in_only_reads_from_then_on_and_what_writes_is_opened_later() {
        let directory = tempfile::tempdir().expect("a directory");
        let place = Place::File(directory.path().join("keyward.db"));
        let config = Config::read();
        let mut parts = on_database(&config, &place, None).expect("made");
        assert!(parts.writer.is_none());
        let note = |service: &mut Service| service.note_sign_in(&parts.actor, &parts.arrival);
        assert!(note(&mut parts.reader).is_err());
        let mut writer = (parts.open_writer)().expect("opened");
        assert_eq!(note(&mut writer), Ok(()));
    }

    #[test]
    fn where_a_database_is_gone_before_anything_was_written_the_write_tells_it() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("keyward.db");
        let place = Place::File(path.clone());
        let parts = on_database(&Config::read(), &place, None).expect("made");
        let aside = directory.path().join("aside.db");
        std::fs::rename(&path, &aside).expect("moved");
        let told = (parts.open_writer)().map(drop);
        assert_eq!(told, Err(Trouble::Open(path.clone(), OpenFault::Missing)));
        std::fs::rename(&aside, &path).expect("moved back");
        assert!((parts.open_writer)().is_ok());
    }
}
