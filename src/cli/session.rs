//! What a command has that acts for a user: the use cases, signed in, and how this user reads.

use std::process::ExitCode;
use std::time::Duration;

use chrono::NaiveDate;

use crate::auth::random::{Random, SystemRandom};
use crate::cli::args::rows::{ActingArgs, SureArgs};
use crate::cli::console::{tell_in, tell_of_update};
use crate::cli::exit::Exit;
use crate::cli::{
    Failure, on_store, options, path, tell, to_look, to_look_near, unless_reading_will_do,
};
use crate::clock::{Clock, SystemClock};
use crate::config::Config;
use crate::domain::date::parse_day;
use crate::domain::export::View;
use crate::domain::filter::{Term, Test, Value, When, unknown_field};
use crate::domain::fold::name_key;
use crate::domain::id::RoleId;
use crate::domain::list::{Filter, Listed};
use crate::domain::problem::{Field, Problem, Rule};
use crate::domain::reference::{Reference, RowKind};
use crate::domain::state::Warning;
use crate::domain::time::Timestamp;
use crate::domain::trouble::{OpenFault, Trouble};
use crate::domain::tz::Tz;
use crate::domain::user::{Actor, Arrival, OsAccount};
use crate::service::Service;
use crate::store::rehearsal::Opened;
use crate::store::{Place, Store};
use crate::text::Text;

/// The use cases on a database that is there, and whether it is older: then they are on its copy.
pub(super) fn to_change(place: &Place, config: &Config) -> Result<(Service, bool), Trouble> {
    let told = || tell_of_update(config);
    match Store::open_to_change(place, &config.account, &told)? {
        Opened::UpToDate(store) => Ok((on_store(Ok(store))?, false)),
        Opened::Older(copy) => Ok((on_store(Ok(copy))?, true)),
    }
}

/// What is going to be done with the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    /// It is only looked at: neither made nor brought up to date.
    Look,
    /// The same, and what the nearest of several servers tells will do, where that is not older than this.
    LookNear(Duration),
    /// Rows of it are changed: an older one is brought up to date, but not for what is refused.
    Change,
    /// Rows are changed, and what else is told is told where nothing can be written, too: that is said first.
    ChangeElseLook,
    /// Rows are added: where there is none it is made, as the console does for the account's own user; else as of
    /// [`Access::Change`].
    Create,
}

impl Access {
    /// For a change: who only asks what it would do brings no database up to date.
    pub(super) fn for_change(sure: &SureArgs) -> Access {
        if sure.dry_run {
            Access::Look
        } else {
            Access::Change
        }
    }
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
    /// The database is older: all that is looked at is its copy, until it is brought up to date.
    older: Option<Older>,
}

/// How an older database is brought up to date.
struct Older {
    place: Place,
    account: OsAccount,
    arrival: Arrival,
    warning: Warning,
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

    /// Opens the database and signs in.
    pub(super) fn begin(
        config: &Config,
        access: Access,
        acting: ActingArgs,
    ) -> Result<Session, Failure> {
        let place = Place::of(&path(acting.database, config)?);
        let account = &config.account;
        let user = acting.user.user;
        let clock = SystemClock;
        let opened = match access {
            Access::Look => Ok((to_look(&place, config)?, false)),
            Access::LookNear(stale) => Ok((to_look_near(&place, config, stale)?, false)),
            Access::Create if user.is_none() => match to_change(&place, config) {
                Err(Trouble::Open(path, OpenFault::Missing)) => {
                    let mut random = SystemRandom;
                    let made = Store::create_or_open(&place, account, clock.now(), &mut |bytes| {
                        random.fill(bytes)
                    });
                    let service = on_store(made)?;
                    let text = Text::of(config.settings.language);
                    tell(&text.fill("cli.database_made", &[("path", &path.display())]));
                    Ok((service, false))
                }
                opened => opened,
            },
            Access::Change | Access::Create => to_change(&place, config),
            Access::ChangeElseLook => to_change(&place, config).or_else(|trouble| {
                let text = Text::of(config.settings.language);
                let said = text.trouble(&trouble);
                unless_reading_will_do(Err(trouble), || {
                    let read = on_store(Store::open_to_read(&place, account))?;
                    tell(&said);
                    Ok((read, false))
                })
            }),
        };
        let (service, is_older) = opened?;
        let warning = config.settings.warning;
        let mut service = service.warning(warning);
        let files = user.is_none();
        let user = user.unwrap_or_else(|| account.user_name());
        let actor = service.sign_in(&user, &config.arrival)?;
        let older = is_older.then(|| Older {
            place,
            account: account.clone(),
            arrival: config.arrival.clone(),
            warning,
        });
        Ok(Session {
            text: Text::of(config.settings.language_for(&actor)),
            zone: config.settings.zone_for(&actor),
            now: clock.now(),
            service,
            actor,
            files,
            older,
        })
    }

    /// Does what may be refused; in an older database first to its copy. What is refused of that brings nothing up to date.
    pub(super) fn act<T>(
        &mut self,
        work: impl Fn(&mut Service, &Actor) -> Result<T, Trouble>,
    ) -> Result<T, Trouble> {
        self.act_after(&work, &work)
    }

    /// [`Session::act`] for what is done only once: `ahead` is done to the copy in its place.
    pub(super) fn act_after<A, T>(
        &mut self,
        ahead: impl FnOnce(&mut Service, &Actor) -> Result<A, Trouble>,
        work: impl FnOnce(&mut Service, &Actor) -> Result<T, Trouble>,
    ) -> Result<T, Trouble> {
        if self.older.is_some() {
            self.look_ahead(ahead)?;
            self.bring_up_to_date()?;
        }
        work(&mut self.service, &self.actor)
    }

    /// Does what is to be known before anything is changed, and may note it; of an older database it notes nothing.
    pub(super) fn look_ahead<T>(
        &mut self,
        work: impl FnOnce(&mut Service, &Actor) -> Result<T, Trouble>,
    ) -> Result<T, Trouble> {
        let actor = &self.actor;
        if self.older.is_none() {
            return work(&mut self.service, actor);
        }
        self.service.rehearse(|service| work(service, actor))
    }

    /// Brings an older database up to date, now that nothing is in the way of the change.
    pub(super) fn bring_up_to_date(&mut self) -> Result<(), Trouble> {
        let Some(older) = &self.older else {
            return Ok(());
        };
        let text = self.text;
        let told = || tell_in(text);
        let store = Store::bring_up_to_date_telling(&older.place, &older.account, &told);
        let mut service = on_store(store)?.warning(older.warning);
        self.actor = service.sign_in(&self.actor.name, &older.arrival)?;
        self.service = service;
        self.older = None;
        Ok(())
    }

    /// What stood in the way, each problem beside the option or the argument that has it.
    pub(super) fn of_options(&self, trouble: &Trouble) -> Failure {
        Failure::Words(options::why_of_named(trouble, self.text), Exit::of(trouble))
    }

    /// As of when, and in which zone, rows are written.
    pub(super) fn view(&self) -> Result<View, Failure> {
        Ok(View {
            as_of: self.service.as_of_now(&self.actor)?,
            zone: self.zone,
        })
    }

    /// The ID of the row that was named.
    pub(super) fn named(&self, kind: RowKind, typed: &str) -> Result<i64, Trouble> {
        let named = [Reference::parse(typed)];
        let found = self.service.find_rows(&self.actor, kind, &named)?;
        // Each reference gives one row, or is refused.
        Ok(found.into_iter().next().transpose()?.unwrap_or_default())
    }

    /// The role that was named, and what it is called.
    pub(super) fn role(&self, typed: &str) -> Result<(RoleId, String), Trouble> {
        let id = RoleId(self.named(RowKind::Role, typed)?);
        let roles = self.service.roles(&self.actor).unwrap_or_default();
        let role = roles.into_iter().find(|role| role.id == id);
        Ok((
            id,
            role.map_or_else(|| typed.to_owned(), |role| role.fields.name),
        ))
    }

    /// The day that was typed as the value of this argument, seen from today; nothing is never.
    pub(super) fn day(&self, argument: &str, typed: &str) -> Result<Option<NaiveDate>, Failure> {
        if name_key(typed.trim()) == "never" {
            return Ok(None);
        }
        let day = parse_day(typed, self.now.day_in(self.zone)).map_err(|why| {
            let problem = Problem::new(Field::ExpiresOn, Rule::from(why));
            let why = self.text.problem(&problem, &[]);
            let said: [(&str, &dyn std::fmt::Display); 2] = [("option", &argument), ("why", &why)];
            let words = self.text.fill("cli.no_day", &said);
            // A day that can be read and is too late is refused as every other value is.
            Failure::Words(words, Exit::of(&Trouble::Problems(vec![problem])))
        })?;
        Ok(Some(day))
    }

    /// Adds the term that an option stands for, of which an age is the value: `expires:<14d`.
    pub(super) fn narrow<L: Listed>(
        &self,
        filter: &mut Filter<L>,
        (option, term): (&str, &str),
        age: Option<&str>,
    ) -> Result<(), Failure> {
        let Some(age) = age else { return Ok(()) };
        let read = Filter::<L>::parse(&format!("{term}{age}"), self.zone);
        let is_age =
            |term: &Term<L::Field>| matches!(term.test, Test::Field(_, Value::When(When::Age(..))));
        match read {
            Ok(read) if read.terms.len() == 1 && read.terms.iter().all(is_age) => {
                filter.terms.extend(read.terms);
                Ok(())
            }
            _ => {
                let why = self.text.say("cli.not_an_age");
                let said: [(&str, &dyn std::fmt::Display); 3] =
                    [("option", &option), ("value", &age), ("why", &why)];
                Err(Failure::Words(
                    self.text.fill("cli.no_span", &said),
                    Exit::Usage,
                ))
            }
        }
    }

    /// The filter that was typed, or the one that shows what a list shows at first. Where nobody sees what it shows while
    /// they type, a field that there is not is no word.
    pub(super) fn filter<L: Listed>(&self, typed: Option<&str>) -> Result<Filter<L>, Failure> {
        let typed = typed.unwrap_or_default();
        if let Some((field, at)) = unknown_field(L::FIELDS, typed) {
            let said: [(&str, &dyn std::fmt::Display); 2] =
                [("term", &&typed[at]), ("field", &field)];
            let words = self.text.fill("cli.no_field", &said);
            return Err(Failure::Words(words, Exit::Usage));
        }
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
