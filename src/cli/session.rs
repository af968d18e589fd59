//! What a command has that acts for a user: the use cases, signed in, and how this user reads.

use std::io::Write as _;
use std::process::ExitCode;

use chrono_tz::Tz;

use crate::auth::random::{Random, SystemRandom};
use crate::cli::args::key::ActingArgs;
use crate::cli::exit::Exit;
use crate::cli::{Failure, on_store, path, to_look};
use crate::clock::{Clock, SystemClock};
use crate::config::Config;
use crate::domain::export::View;
use crate::domain::list::{Filter, Listed};
use crate::domain::time::Timestamp;
use crate::domain::user::Actor;
use crate::service::Service;
use crate::store::{Place, Store};
use crate::text::Text;

/// What is going to be done with the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    /// It is only looked at: neither made nor brought up to date.
    Look,
    /// Rows of it are changed: an older one is brought up to date.
    Change,
    /// Rows are added: where there is none it is made, as the console does for the account's own user.
    Create,
}

/// A user who has signed in for one command.
pub(super) struct Session {
    pub(super) service: Service,
    pub(super) actor: Actor,
    /// In the user's language.
    pub(super) text: Text,
    /// In which times are shown and typed.
    pub(super) zone: Tz,
    pub(super) now: Timestamp,
    /// The host's files are theirs to write: they did not come with `--user`.
    pub(super) files: bool,
}

impl Session {
    /// Opens the database, signs in and does the work. Whatever is told from then on is told in the user's language.
    pub(super) fn run(
        config: &Config,
        access: Access,
        acting: ActingArgs,
        work: impl FnOnce(Session) -> Result<ExitCode, Failure>,
    ) -> Result<ExitCode, Failure> {
        let session = Session::begin(config, access, acting)?;
        let text = session.text;
        work(session).map_err(|failure| match failure.words(text) {
            Some(words) => Failure::Words(words, failure.exit()),
            None => failure,
        })
    }

    fn begin(config: &Config, access: Access, acting: ActingArgs) -> Result<Session, Failure> {
        let place = Place::File(path(acting.database, config)?);
        let account = &config.account;
        let user = acting.user.user;
        let clock = SystemClock;
        let mut service = match access {
            Access::Look => to_look(&place, config)?,
            Access::Create if user.is_none() => {
                let absent = matches!(&place, Place::File(path) if !path.exists());
                let mut random = SystemRandom;
                let made = Store::create_or_open(&place, account, clock.now(), &mut |bytes| {
                    random.fill(bytes)
                });
                let service = on_store(made)?;
                if absent && let Place::File(path) = &place {
                    let text = Text::of(config.settings.language);
                    let said = text.fill("cli.database_made", &[("path", &path.display())]);
                    let _ = writeln!(std::io::stderr(), "keyward: {said}");
                }
                service
            }
            Access::Change | Access::Create => on_store(Store::bring_up_to_date(&place, account))?,
        }
        .warning(config.settings.warning);
        let files = user.is_none();
        let user = user.unwrap_or_else(|| account.user_name());
        let actor = service.sign_in(&user, &config.arrival)?;
        Ok(Session {
            text: Text::of(config.settings.language_for(&actor)),
            zone: config.settings.zone_for(&actor),
            now: clock.now(),
            service,
            actor,
            files,
        })
    }

    /// As of when, and in which zone, rows are written.
    pub(super) fn view(&self) -> Result<View, Failure> {
        Ok(View {
            as_of: self.service.as_of_now(&self.actor)?,
            zone: self.zone,
        })
    }

    /// The filter that was typed, or the one that shows what a list shows at first.
    pub(super) fn filter<L: Listed>(&self, typed: Option<&str>) -> Result<Filter<L>, Failure> {
        let typed = typed.unwrap_or_default();
        Filter::parse(typed, self.zone).map_err(|mistakes| {
            let mistake = &mistakes[0];
            let said: [(&str, &dyn std::fmt::Display); 2] = [
                ("term", &&typed[mistake.span.clone()]),
                ("why", &self.text.mistake(mistake)),
            ];
            Failure::Words(self.text.fill("cli.no_filter", &said), Exit::Usage)
        })
    }
}
