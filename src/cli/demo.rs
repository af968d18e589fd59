//! `keyward demo`: the console on a database in which everything was made up.

use std::fmt::Display;
use std::fs::{self, DirBuilder};
use std::io::{self, IsTerminal, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::process::{self, ExitCode};

use crate::cli::args::DemoArgs;
use crate::cli::console::Machine;
use crate::cli::interrupt::stoppable;
use crate::cli::{Failure, console, open};
use crate::config::{Config, temporary_directory};
use crate::domain::time::Timestamp;
use crate::domain::trouble::Trouble;
use crate::domain::user::OsAccount;
use crate::service::backup::Stop;
use crate::service::demo::{self, KEYS, KEYS_IN_MEMORY, Making};
use crate::store::{Place, Store};
use crate::text::Text;
use crate::ui::app::Show;
use crate::ui::run::Parts;

/// Opens the console on a new database of the demo: one that lasts as long as its connections, or that is put in a file.
pub(super) fn demo(text: Text, config: &Config, asked: &DemoArgs) -> Result<ExitCode, Failure> {
    let mut made = None;
    if asked.keys > KEYS {
        let code = stoppable(|stop| {
            made = Some(make(text, config, asked, stop)?);
            Ok(ExitCode::SUCCESS)
        })?;
        if made.is_none() {
            return Ok(code);
        }
    }
    let (parts, home) = match made {
        Some(made) => made,
        None => make(text, config, asked, &Stop::default())?,
    };
    let done = open(Parts {
        files: true,
        show: Show {
            seals: asked.hide_secrets,
            tour: asked.tour,
            link: asked.link.link_meter,
        },
        ..parts
    });
    drop(home);
    done
}

fn make(
    text: Text,
    config: &Config,
    asked: &DemoArgs,
    stop: &Stop,
) -> Result<(Parts, Option<Home>), Failure> {
    let machine = if asked.fixed {
        Machine::fixed()
    } else {
        Machine::real()
    };
    let account = match asked.db {
        Some(_) => config.account.clone(),
        None => OsAccount {
            name: demo::FULL_ACCESS_USER.to_owned(),
            root_by_sudo: false,
            ..config.account.clone()
        },
    };
    let first = account.user_name();
    let user = asked.view.user.unwrap_or(&first);
    let began = demo::began(machine.clock.now());
    let telling = Telling {
        text,
        is_seen: io::stderr().is_terminal(),
    };
    let mut told = |making| {
        stop.check()?;
        telling.tell(making);
        Ok(())
    };
    let home = (asked.db.is_none() && asked.keys > KEYS_IN_MEMORY)
        .then(Home::make)
        .transpose()
        .map_err(|error| Failure::System("demo.no_directory", error))?;
    let path = asked.db.as_deref().or(home.as_ref().map(Home::database));
    let Some(path) = path else {
        let place = Place::Memory("demo".to_owned());
        let store = machine.create_or_open(&place, &account, began)?;
        let mut writer = machine.service(store, 1)?;
        let seeded = demo::seed(&mut writer, &first, asked.keys, &mut told);
        telling.end();
        seeded?;
        let actor = writer.sign_in(user, &config.arrival)?;
        let parts = console::parts(config, machine, &place, writer, actor)?;
        return Ok((parts, None));
    };
    let place = Place::of(path);
    let filled = machine.make_filled(&place, &account, began, |store| {
        let mut writer = machine.service(store, 1)?;
        demo::seed(&mut writer, &first, asked.keys, &mut told)
    });
    telling.end();
    filled?;
    let parts = if home.is_some() {
        let store = machine.create_or_open(&place, &config.account, began)?;
        let mut writer = machine.service(store, 1)?;
        let actor = writer.sign_in(user, &config.arrival)?;
        Parts {
            place: None,
            ..console::parts(config, machine, &place, writer, actor)?
        }
    } else {
        console::on_database(config, &place, Some(user))?
    };
    Ok((parts, home))
}

/// Tells whoever waits at a terminal how far it is.
struct Telling {
    text: Text,
    is_seen: bool,
}

impl Telling {
    fn tell(&self, making: Making) {
        if !self.is_seen {
            return;
        }
        let words = match making {
            Making::Keys { made, all } => {
                let numbers: [(&str, &dyn Display); 2] = [("made", &made), ("all", &all)];
                self.text.fill("demo.keys", &numbers)
            }
            Making::Index(number) => self.text.fill("demo.index", &[("number", &number)]),
        };
        // Whom it does not reach misses nothing.
        let _ = write!(io::stderr(), "\r{words}\x1b[K");
    }

    /// Leaves an empty line.
    fn end(&self) {
        if self.is_seen {
            let _ = write!(io::stderr(), "\r\x1b[K");
        }
    }
}

/// A directory that goes with the console. One that was killed leaves it.
struct Home {
    directory: PathBuf,
    database: PathBuf,
}

impl Home {
    fn make() -> io::Result<Home> {
        let directory = temporary_directory().join(format!("keyward-demo-{}", process::id()));
        DirBuilder::new().mode(0o700).create(&directory)?;
        Ok(Home {
            database: directory.join("keyward.db"),
            directory,
        })
    }

    fn database(&self) -> &Path {
        &self.database
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        // What is left lies where the system tidies up.
        let _ = fs::remove_dir_all(&self.directory);
    }
}

impl Machine {
    fn make_filled(
        &self,
        place: &Place,
        account: &OsAccount,
        began: Timestamp,
        fill: impl FnOnce(Store) -> Result<(), Trouble>,
    ) -> Result<(), Trouble> {
        let mut random = (self.random)(0);
        Store::make_filled(place, account, began, &mut |bytes| random.fill(bytes), fill)
    }
}
