//! The command line: what can be asked for, the parts that answer it, and the exit code. Beside the console's screen
//! this is the only place that prints.

mod args;
mod config;
mod console;
mod events;
mod json;
mod ssh_line;
mod unlock;
mod verify;

use std::io::{self, ErrorKind, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use crate::auth::hash::{Cost, Hasher};
use crate::auth::random::SystemRandom;
use crate::cli::args::{Args, Command, UserCommand};
use crate::clock::{Clock, SystemClock};
use crate::config::settings::Origin;
use crate::config::{Config, arguments};
use crate::domain::event::chain::KeptHead;
use crate::domain::secret::find_secret_shape;
use crate::domain::trouble::{OpenFault, Trouble};
use crate::domain::user::SignOut;
use crate::service::Service;
use crate::store::{Place, Store};
use crate::text::Text;
use crate::ui::run::{self, Parts};
use crate::ui::terminal::{self, NoTerminal};

/// Nothing was done, or not all of it; a sentence says why.
const TROUBLE: u8 = 2;
/// What was named does not exist.
const ABSENT: u8 = 1;
/// The database belongs to another account (`EX_NOPERM` of sysexits.h).
const NOT_OWNER: u8 = 77;

/// Nobody reads the output any more: as SIGPIPE ends a program.
const CLOSED: u8 = 128 + 13;

/// What goes to standard error, if anything does, and the exit code.
struct Failure {
    sentence: String,
    code: u8,
}

impl Failure {
    fn named(text: Text, name: &'static str) -> Failure {
        Failure {
            sentence: text.say(name).to_owned(),
            code: TROUBLE,
        }
    }

    fn sentence(sentence: String) -> Failure {
        Failure {
            sentence,
            code: TROUBLE,
        }
    }

    /// Standard output takes no more. That its reader has gone is no trouble, and nothing to talk about.
    fn output(text: Text, error: &io::Error) -> Failure {
        if error.kind() == ErrorKind::BrokenPipe {
            return Failure {
                sentence: String::new(),
                code: CLOSED,
            };
        }
        Failure::io(text, "cli.output", error)
    }

    fn io(text: Text, name: &'static str, error: &io::Error) -> Failure {
        Failure {
            sentence: text.fill(name, &[("words", error)]),
            code: TROUBLE,
        }
    }

    fn trouble(text: Text, trouble: &Trouble) -> Failure {
        let code = match trouble {
            Trouble::Open(_, OpenFault::NotOwner { .. }) => NOT_OWNER,
            Trouble::Flawed(_) => events::NOT_WHOLE,
            Trouble::NoSuchUser(_) | Trouble::NoSuchTarget(_) | Trouble::NoSuchActor(_) => ABSENT,
            _ => TROUBLE,
        };
        let sentence = match trouble {
            // What the command line has names in are its arguments.
            Trouble::SecretNamed => text.say("cli.secret_argument").to_owned(),
            trouble => text.trouble(trouble),
        };
        Failure { sentence, code }
    }
}

/// Does what the command line asks for, in a process that was hardened or could not be.
#[must_use]
pub fn run(hardened: io::Result<()>) -> ExitCode {
    let mut config = Config::read();
    let text = Text::of(config.settings.language);
    // Before anything is made of an argument: whatever is wrong with one is told with its words.
    let arguments = arguments();
    if arguments
        .iter()
        .any(|argument| holds_secret(&argument.to_string_lossy()))
    {
        let _ = writeln!(io::stderr(), "keyward: {}", text.say("cli.secret_argument"));
        return ExitCode::from(TROUBLE);
    }
    let args = Args::read(arguments);
    if let Some(theme) = args.as_ref().ok().and_then(|args| args.theme) {
        config.settings.override_theme(theme, Origin::CommandLine);
    }
    let done = match args {
        Ok(args) => hardened
            .map_err(|error| Failure::io(text, "cli.harden", &error))
            .and_then(|()| obey(text, &config, args)),
        Err(answer) => {
            let printed = answer.print().and_then(|()| io::stdout().flush());
            match printed {
                Err(error) if !answer.use_stderr() => Err(Failure::output(text, &error)),
                // What is wrong. Whom it does not reach needs no other word.
                _ => Ok(u8::try_from(answer.exit_code()).map_or(ExitCode::FAILURE, ExitCode::from)),
            }
        }
    };
    done.unwrap_or_else(|failure| {
        let _ = match failure.sentence.as_str() {
            "" => Ok(()),
            // It quotes the path of a database, which may be the environment's.
            sentence if find_secret_shape(sentence).is_some() => {
                writeln!(io::stderr(), "keyward: {}", text.say("cli.secret_argument"))
            }
            sentence => writeln!(io::stderr(), "keyward: {sentence}"),
        };
        ExitCode::from(failure.code)
    })
}

/// Whether an argument holds a secret. A head of the trail has the shape of one, but is none.
fn holds_secret(argument: &str) -> bool {
    let value = argument.strip_prefix("--head=").unwrap_or(argument);
    KeptHead::parse(value).is_none() && find_secret_shape(argument).is_some()
}

fn obey(text: Text, config: &Config, args: Args) -> Result<ExitCode, Failure> {
    let trouble = |trouble| Failure::trouble(text, &trouble);
    refuse_options(text, &args)?;
    match args.command {
        // Asked before any database is made.
        None | Some(Command::Demo { .. }) if !terminal::is_present() => {
            return Err(Failure::named(text, "cli.no_terminal"));
        }
        None | Some(Command::Demo { .. }) if config.undrawable.is_some() => {
            let term = config.undrawable.as_deref().unwrap_or_default();
            let sentence = text.fill("cli.undrawable", &[("term", &term)]);
            return Err(Failure::sentence(sentence));
        }
        None => {
            let place = place(text, args.db, config)?;
            let user = args.user.as_deref();
            let parts = console::on_database(config, &place, user).map_err(trouble)?;
            open(text, parts)?;
        }
        Some(Command::Demo { role }) => {
            let parts = console::on_demo(config, role).map_err(trouble)?;
            open(text, parts)?;
        }
        Some(Command::Verify { rights }) => {
            let place = place(text, args.db, config)?;
            return verify::verify(text, config, &place, rights);
        }
        Some(Command::User {
            command: UserCommand::Unlock { name, break_glass },
        }) => {
            if !break_glass {
                return Err(Failure::named(text, "cli.break_glass"));
            }
            let place = place(text, args.db, config)?;
            unlock::unlock(text, config, &place, &name)?;
        }
        Some(Command::SshLine { key_file }) => {
            let database = database(text, args.db, config)?;
            let user = args.user.as_deref().unwrap_or_default();
            ssh_line::ssh_line(text, config, &database, user, &key_file)?;
        }
        Some(Command::Config { default: true }) => config::default(text)?,
        Some(Command::Config { default: false }) => config::config(text, &config.settings)?,
        Some(Command::Events(asked)) => {
            let place = place(text, args.db, config)?;
            let opened = match asked.prune_before {
                Some(_) => on_store(Store::open_existing(&place, &config.account)),
                None => to_look(&place, config),
            };
            let mut service = opened.map_err(trouble)?;
            let user = args.user.unwrap_or_else(|| config.account.user_name());
            let actor = service.sign_in(&user, &config.arrival).map_err(trouble)?;
            let text = actor.locale.map_or(text, Text::of);
            let now = SystemClock.now();
            return events::events(text, config, service, actor, now, *asked);
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Refuses a user's name where there is none to be had, and a command that needs one without.
fn refuse_user(text: Text, args: &Args) -> Result<(), Failure> {
    let sentence = match &args.command {
        Some(Command::SshLine { .. }) if args.user.is_none() => "ssh_line.user",
        _ if args.user.is_none() => return Ok(()),
        Some(Command::Events(asked)) if asked.prune_before.is_some() => "trouble.no_files",
        None | Some(Command::Events(_) | Command::SshLine { .. }) => return Ok(()),
        Some(Command::Demo { .. }) => "cli.demo_user",
        Some(Command::Config { .. }) => "config.alone",
        Some(Command::Verify { .. }) => "cli.verify_user",
        Some(Command::User { .. }) => "cli.unlock_user",
    };
    Err(Failure::named(text, sentence))
}

/// Refuses options that the command has no use for.
fn refuse_options(text: Text, args: &Args) -> Result<(), Failure> {
    refuse_user(text, args)?;
    let sentence = match &args.command {
        Some(Command::Demo { .. }) if args.db.is_some() => "cli.demo_db",
        Some(Command::Config { .. }) if args.db.is_some() => "config.alone",
        None | Some(Command::Demo { .. } | Command::Config { .. }) => return Ok(()),
        // Nothing is drawn.
        Some(_) if args.theme.is_some() => "cli.theme",
        Some(_) => return Ok(()),
    };
    Err(Failure::named(text, sentence))
}

fn open(text: Text, parts: Parts) -> Result<(), Failure> {
    let ended = run::console(parts).map_err(|error| match error {
        NoTerminal::NotATerminal => Failure::named(text, "cli.no_terminal"),
        NoTerminal::Refused(error) => Failure::io(text, "cli.terminal", &error),
    })?;
    left(ended)
}

/// What follows when the console is over.
fn left(ended: Option<(SignOut, String)>) -> Result<(), Failure> {
    match ended {
        None => Ok(()),
        // Told where it is seen after the console has gone; but nothing has failed.
        Some((SignOut::TimedOut { .. }, sentence)) => Err(Failure { sentence, code: 0 }),
        Some((_, sentence)) => Err(Failure::sentence(sentence)),
    }
}

fn place(text: Text, db: Option<PathBuf>, config: &Config) -> Result<Place, Failure> {
    database(text, db, config).map(Place::File)
}

fn database(text: Text, db: Option<PathBuf>, config: &Config) -> Result<PathBuf, Failure> {
    db.or_else(|| config.database.clone())
        .ok_or_else(|| Failure::named(text, "cli.no_home"))
}

/// The use cases on a database that is there, for those who only look; it is neither made nor migrated.
fn to_look(place: &Place, config: &Config) -> Result<Service, Trouble> {
    let opened = on_store(Store::open_existing(place, &config.account));
    unless_reading_will_do(opened, || {
        on_store(Store::open_to_read(place, &config.account))
    })
}

/// The use cases on a store, if it could be opened.
fn on_store(opened: Result<Store, Trouble>) -> Result<Service, Trouble> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    service(opened?, &clock)
}

/// Some answers need only reads: where what failed hinders only writing, `read` gives them all the same. If it does not,
/// the first trouble is the one to be told.
fn unless_reading_will_do<T>(
    done: Result<T, Trouble>,
    read: impl FnOnce() -> Result<T, Trouble>,
) -> Result<T, Trouble> {
    match done {
        Err(trouble) if trouble.hinders_writing_only() => read().map_err(|_| trouble),
        done => done,
    }
}

/// The use cases on a connection, at full cost and with the operating system's random bytes.
fn service(store: Store, clock: &Arc<dyn Clock>) -> Result<Service, Trouble> {
    let hasher = Hasher::new(Cost::REAL);
    Service::new(store, Arc::clone(clock), Box::new(SystemRandom), hasher)
}

#[cfg(test)]
mod tests {
    use clap::FromArgMatches;

    use super::*;
    use crate::domain::time::Timestamp;

    #[test]
    fn who_is_signed_out_for_want_of_a_key_is_told_so_and_nothing_has_failed() {
        let code = |why| {
            let ended = left(Some((why, "why".to_owned())));
            ended.map_err(|failure| (failure.sentence, failure.code))
        };
        let last_action = Timestamp(0);
        let told = |code| Err(("why".to_owned(), code));
        assert_eq!(code(SignOut::TimedOut { last_action }), told(0));
        assert_eq!(code(SignOut::NoLongerAllowed), told(TROUBLE));
        assert!(left(None).is_ok());
    }

    #[test]
    fn the_help_of_a_command_lists_just_the_options_that_it_does_not_refuse() {
        let commands: [&[&str]; 6] = [
            &["demo"],
            &["verify"],
            &["user", "unlock", "alice"],
            &["ssh-line", "alice.pub"],
            &["config"],
            &["events"],
        ];
        let needed: &[&str] = &["--user", "alice"];
        for command in commands {
            for option in [needed, &["--db", "x.db"], &["--theme", "mono"]] {
                let parse = |args: &[&[&str]]| {
                    let args = [&["keyward"], &args.concat()[..]].concat();
                    let matches = Args::listing_only_what_is_used().try_get_matches_from(args)?;
                    Args::from_arg_matches(&matches)
                };
                let help = parse(&[command, &["--help"]])
                    .expect_err("help")
                    .to_string();
                let listed = help.contains(&format!("{} <", option[0]));
                let needs: &[&str] = if command[0] == "ssh-line" {
                    needed
                } else {
                    &[]
                };
                let needs = if needs == option { &[] } else { needs };
                for args in [[command, needs, option], [needs, option, command]] {
                    let args = parse(&args).expect("taken");
                    let refused = refuse_options(Text::en_us(), &args).is_err();
                    assert_ne!(listed, refused, "{command:?} {option:?}\n{help}");
                }
            }
        }
    }

    #[test]
    fn only_a_database_of_another_account_has_an_exit_code_of_its_own() {
        let code = |fault| {
            let trouble = Trouble::Open("keyward.db".into(), fault);
            Failure::trouble(Text::en_us(), &trouble).code
        };
        let owner = "alice".to_owned();
        assert_eq!(code(OpenFault::NotOwner { owner }), 77);
        assert_eq!(code(OpenFault::Missing), 2);
    }
}
