//! The command line: what can be asked for, the parts that answer it, and the exit code. Beside the console's screen
//! this is the only place that prints.

mod args;
mod ask;
mod backup;
mod change;
mod completions;
mod config;
mod console;
mod demo;
mod doctor;
mod events;
pub mod exit;
mod help;
mod interrupt;
mod key;
mod man;
mod moving;
mod options;
mod policy;
pub mod reference;
mod restore;
mod role;
mod rows;
mod scan;
mod serve;
mod session;
mod show;
mod ssh_commands;
pub mod ssh_key;
mod ssh_line;
pub mod ssh_words;
mod themes;
mod unlock;
mod user;
mod verify;
mod version;
mod waiting;

use std::ffi::OsString;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use crate::auth::hash::{Cost, Hasher};
use crate::auth::random::{Random, SystemRandom};
use crate::cli::args::{Args, Command, DatabaseArg, ThemeArg};
use crate::cli::exit::Exit;
use crate::clock::{Clock, SystemClock};
use crate::config::settings::Origin;
use crate::config::{Config, arguments, original_command};
use crate::domain::event::chain::KeptHead;
use crate::domain::secret::find_secret_shape;
use crate::domain::server;
use crate::domain::trouble::Trouble;
use crate::domain::user::SignOut;
use crate::service::Service;
use crate::store::{Place, Store};
use crate::text::Text;
use crate::ui::run::{self, Parts};
use crate::ui::terminal::{self, NoTerminal};

/// Why nothing was done, or not all of it.
enum Failure {
    /// The sentence of this name says why.
    Sentence(&'static str, Exit),
    /// These words say why.
    Words(String, Exit),
    /// The sentence of this name has the operating system's words for it.
    System(&'static str, io::Error),
    /// Standard output takes no more.
    Output(io::Error),
    /// A use case was refused, or did not come to its end.
    Trouble(Trouble),
    /// The command line was not understood, or asks for help alone.
    Answer(clap::Error),
}

impl From<Trouble> for Failure {
    fn from(trouble: Trouble) -> Failure {
        Failure::Trouble(trouble)
    }
}

impl Failure {
    fn exit(&self) -> Exit {
        match self {
            Failure::Sentence(_, exit) | Failure::Words(_, exit) => *exit,
            Failure::Output(error) if error.kind() == ErrorKind::BrokenPipe => Exit::Closed,
            Failure::Trouble(trouble) => Exit::of(trouble),
            Failure::Output(_) | Failure::System(..) => Exit::Trouble,
            Failure::Answer(answer) if answer.use_stderr() => Exit::Usage,
            Failure::Answer(_) => Exit::Done,
        }
    }

    /// What goes to standard error; nothing where the reader of the output has gone, which is no trouble.
    fn words(&self, text: Text) -> Option<String> {
        Some(match self {
            Failure::Sentence(name, _) => text.say(name).to_owned(),
            Failure::Words(words, _) => words.clone(),
            Failure::System(name, error) => text.fill(name, &[("words", error)]),
            Failure::Output(error) if error.kind() == ErrorKind::BrokenPipe => return None,
            Failure::Output(error) => text.fill("cli.output", &[("words", error)]),
            // What the command line has names in are its arguments.
            Failure::Trouble(Trouble::SecretNamed) => text.say("cli.secret_argument").to_owned(),
            // Each problem beside its option.
            Failure::Trouble(trouble @ Trouble::Problems(_)) => options::why(trouble, text),
            Failure::Trouble(trouble) => text.trouble(trouble),
            Failure::Answer(answer) => answer.to_string(),
        })
    }
}

/// Does what the command line asks for, in a process that was hardened or could not be.
#[must_use]
pub fn run(hardened: io::Result<()>) -> ExitCode {
    let config = Config::read();
    let text = Text::of(config.settings.language);
    waiting::begin(text);
    // Before anything is made of an argument: whatever is wrong with one is told with its words.
    let arguments = arguments();
    if arguments
        .iter()
        .any(|argument| holds_secret(&argument.to_string_lossy()))
    {
        tell(text.say("cli.secret_argument"));
        return Exit::Usage.into();
    }
    let named = arguments.iter().map(OsString::as_os_str);
    let database = config.database.as_deref().map(Path::as_os_str);
    if named
        .chain(database)
        .any(|named| server::holds_password(&named.to_string_lossy()))
    {
        tell(text.say("cli.password_argument"));
        return Exit::Usage.into();
    }
    let done = hardened
        .map_err(|error| Failure::System("cli.harden", error))
        .and_then(|()| {
            let args = read(text, &config, arguments)?;
            obey(text, config, args)
        });
    let done = done.or_else(|failure| match failure {
        Failure::Answer(answer) => print_answer(&answer),
        failure => Err(failure),
    });
    done.unwrap_or_else(|failure| {
        if let Some(words) = failure.words(text) {
            // A path is quoted, which may be the environment's.
            let holds_secret = find_secret_shape(&words).is_some();
            tell(if holds_secret {
                text.say("cli.secret_argument")
            } else {
                &words
            });
        }
        failure.exit().into()
    })
}

/// What the command line asks for: of a line of `authorized_keys` that allows commands, what its client typed.
fn read(text: Text, config: &Config, arguments: Vec<OsString>) -> Result<Args, Failure> {
    let args = Args::read(arguments).map_err(Failure::Answer)?;
    if !args.ssh_commands {
        return Ok(args);
    }
    match original_command() {
        None => Ok(args),
        Some(typed) => ssh_commands::read(text, config, &typed, &args),
    }
}

/// Prints help, or what is wrong with the command line.
fn print_answer(answer: &clap::Error) -> Result<ExitCode, Failure> {
    let printed = answer.print().and_then(|()| io::stdout().flush());
    match printed {
        Err(error) if !answer.use_stderr() => Err(Failure::Output(error)),
        // What is wrong. Whom it does not reach needs no other word.
        _ if answer.use_stderr() => Ok(Exit::Usage.into()),
        _ => Ok(Exit::Done.into()),
    }
}

/// Whether an argument holds a secret. A head of the trail has the shape of one, but is none.
fn holds_secret(argument: &str) -> bool {
    let value = argument.strip_prefix("--head=").unwrap_or(argument);
    KeptHead::parse(value).is_none() && find_secret_shape(argument).is_some()
}

fn obey(text: Text, config: Config, args: Args) -> Result<ExitCode, Failure> {
    match args.command {
        None => {
            if args.ssh_commands && !terminal::is_present() {
                return Err(Failure::Sentence("ssh_commands.no_terminal", Exit::Trouble));
            }
            let config = for_console(text, config, &args.theme)?;
            let place = place(args.database, &config)?;
            let user = args.user.user.as_deref();
            let mut parts = console::on_database(&config, &place, user)?;
            parts.show.link = args.link.link_meter;
            open(parts)
        }
        Some(Command::Demo(asked)) if asked.fixed && asked.db.is_some() => {
            Err(Failure::Sentence("cli.fixed_and_kept", Exit::Usage))
        }
        Some(Command::Demo(asked)) => {
            let config = for_console(text, config, &asked.theme)?;
            demo::demo(text, &config, &asked)
        }
        Some(Command::Verify(asked)) => verify::verify(text, &config, asked),
        Some(Command::Scan(asked)) => scan::scan(&config, asked),
        Some(Command::Key { command }) => key::key(&config, command),
        Some(Command::Serve(asked)) => serve::serve(text, &config, *asked),
        Some(Command::User { command }) => user::user(text, &config, command),
        Some(Command::Role { command }) => role::role(&config, command),
        Some(Command::Policy { command }) => policy::policy(&config, command),
        Some(Command::SshLine(asked)) => ssh_line::ssh_line(text, &config, asked),
        Some(Command::Config { default: true, .. }) => config::print_default(text),
        Some(Command::Config { theme, .. }) => {
            config::print_settings(text, &with_theme(config, &theme).settings)
        }
        Some(Command::Themes { name: Some(name) }) => themes::print_file(name),
        Some(Command::Themes { name: None }) => themes::print_all(&config.settings),
        Some(Command::Backup(asked)) => backup::backup(text, &config, *asked),
        Some(Command::Restore(asked)) => restore::restore(text, &config, *asked),
        Some(Command::Move(asked)) => moving::move_database(text, &config, &asked),
        Some(Command::Doctor(asked)) => doctor::doctor(text, &config, asked),
        Some(Command::Events(asked)) => events::events(&config, *asked),
        Some(Command::Completions { shell }) => completions::completions(shell),
        Some(Command::Man { directory }) => man::man(directory.as_deref()),
    }
}

/// The configuration with the theme that the command line names, and with what is in its file.
fn with_theme(mut config: Config, named: &ThemeArg) -> Config {
    if let Some(theme) = &named.theme {
        let theme = theme.clone();
        config.settings.override_theme(theme, Origin::CommandLine);
    }
    config.read_theme();
    config
}

/// The configuration of a console, where there is a terminal to draw it on: looked at before any database is made.
fn for_console(text: Text, config: Config, theme: &ThemeArg) -> Result<Config, Failure> {
    if !terminal::is_present() {
        return Err(Failure::Sentence("cli.no_terminal", Exit::Trouble));
    }
    if let Some(term) = &config.undrawable {
        let words = text.fill("cli.undrawable", &[("term", term)]);
        return Err(Failure::Words(words, Exit::Trouble));
    }
    Ok(with_theme(config, theme))
}

fn open(parts: Parts) -> Result<ExitCode, Failure> {
    // From here on there is a screen.
    waiting::end();
    let ended = run::console(parts).map_err(|error| match error {
        NoTerminal::NotATerminal => Failure::Sentence("cli.no_terminal", Exit::Trouble),
        NoTerminal::Refused(error) => not_begun("cli.terminal", error),
    })?;
    after_console(ended)
}

/// What takes several threads did not begin: where there are no more of them, in words that tell it.
fn not_begun(name: &'static str, error: io::Error) -> Failure {
    match error.kind() {
        ErrorKind::WouldBlock => Failure::Sentence("cli.threads", Exit::Trouble),
        _ => Failure::System(name, error),
    }
}

/// What follows when the console is over.
fn after_console(ended: Option<(SignOut, String)>) -> Result<ExitCode, Failure> {
    match ended {
        None => Ok(ExitCode::SUCCESS),
        // Told where it is seen after the console has gone; but nothing has failed.
        Some((SignOut::TimedOut { .. }, words)) => Err(Failure::Words(words, Exit::Done)),
        Some((_, words)) => Err(Failure::Words(words, Exit::NotAllowed)),
    }
}

/// Says something on standard error. Whom it does not reach misses nothing.
fn tell(words: &str) {
    let _ = writeln!(io::stderr(), "keyward: {words}");
}

fn place(named: DatabaseArg, config: &Config) -> Result<Place, Failure> {
    Ok(Place::of(&path(named, config)?))
}

fn path(named: DatabaseArg, config: &Config) -> Result<PathBuf, Failure> {
    let path = any_path(named, config)?;
    // The environment's: arguments were looked at before. A path is told, and noted in events.
    if find_secret_shape(&path.to_string_lossy()).is_some() {
        return Err(Failure::Sentence("cli.secret_argument", Exit::Usage));
    }
    Ok(path)
}

/// [`path`], whatever it holds.
fn any_path(named: DatabaseArg, config: &Config) -> Result<PathBuf, Failure> {
    let path = named.db.or_else(|| config.database.clone());
    path.ok_or(Failure::Sentence("cli.no_home", Exit::Trouble))
}

/// Prints all of it at once.
fn print(words: &str) -> Result<ExitCode, Failure> {
    write(words).map_err(Failure::Output)?;
    Ok(ExitCode::SUCCESS)
}

fn write(words: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(words.as_bytes())?;
    out.flush()
}

/// The use cases on a database that is there, for those who only look; it is neither made nor migrated.
fn to_look(place: &Place, config: &Config) -> Result<Service, Trouble> {
    looking(Store::open_existing(place, &config.account), place, config)
}

/// The same, by the nearest of several servers that knows nothing older than this.
fn to_look_near(place: &Place, config: &Config, stale: Duration) -> Result<Service, Trouble> {
    let opened = Store::open_near(place, &config.account);
    looking(opened, place, config).inspect(|service| service.deny_stale(stale))
}

fn looking(
    opened: Result<Store, Trouble>,
    place: &Place,
    config: &Config,
) -> Result<Service, Trouble> {
    let service = unless_reading_will_do(on_store(opened), || {
        on_store(Store::open_to_read(place, &config.account))
    })?;
    service.store().read_in_passing()?;
    Ok(service)
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
    service_with(store, clock, Box::new(SystemRandom))
}

/// The same with other random bytes.
fn service_with(
    store: Store,
    clock: &Arc<dyn Clock>,
    random: Box<dyn Random>,
) -> Result<Service, Trouble> {
    Service::new(store, Arc::clone(clock), random, Hasher::new(Cost::REAL))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::Timestamp;

    #[test]
    fn who_is_signed_out_for_want_of_a_key_is_told_so_and_nothing_has_failed() {
        let code = |why| {
            let ended = after_console(Some((why, "why".to_owned())));
            ended.map_err(|failure| (failure.words(Text::en_us()), failure.exit()))
        };
        let last_action = Timestamp(0);
        let told = |exit| Err((Some("why".to_owned()), exit));
        assert_eq!(code(SignOut::TimedOut { last_action }), told(Exit::Done));
        assert_eq!(code(SignOut::NoLongerAllowed), told(Exit::NotAllowed));
        assert!(after_console(None).is_ok());
    }
}
