//! What the command line can say, and its help.

pub(super) mod backup;
mod direct;
pub(super) mod doctor;
pub(super) mod handover;
pub(super) mod key;
pub(super) mod moving;
pub(super) mod policy;
pub(super) mod restore;
pub(super) mod role;
pub(super) mod rows;
pub(super) mod scan;
pub(super) mod stale;
pub(super) mod user;
pub(super) mod values;

use std::ffi::{OsStr, OsString};
use std::net::IpAddr;
use std::path::PathBuf;

use clap::builder::{EnumValueParser, NonEmptyStringValueParser, PossibleValue, TypedValueParser};
use clap::error::ErrorKind;
use clap::{
    Arg, ArgGroup, Args as Arguments, CommandFactory, Error, FromArgMatches, Parser, Subcommand,
    ValueEnum,
};
use clap_complete::Shell;

use crate::cli::args::backup::BackupArgs;
use crate::cli::args::doctor::DoctorArgs;
use crate::cli::args::key::KeyCommand;
use crate::cli::args::moving::MoveArgs;
use crate::cli::args::policy::PolicyCommand;
use crate::cli::args::restore::RestoreArgs;
use crate::cli::args::role::RoleCommand;
use crate::cli::args::rows::{ActingArgs, Format};
use crate::cli::args::scan::ScanArgs;
use crate::cli::args::stale::StaleArg;
use crate::cli::args::user::UserCommand;
use crate::cli::{help, version};
use crate::config::settings::{ThemeName, ThemeSetting};
use crate::domain::services::is_service_name;
use crate::service::demo::{KEYS, VIEWS, View};

/// A terminal console for API keys.
///
/// Without a command it opens the console: the list of API keys, their Properties, and the secret of a new key,
/// which is shown once. The first start creates the database, and the account that runs it becomes its first user. Only
/// the account that owns a database can open it.
#[derive(Debug, Parser)]
#[command(version, max_term_width = help::WIDTH.into())]
pub(super) struct Args {
    #[command(flatten)]
    pub(super) database: DatabaseArg,
    #[command(flatten)]
    pub(super) user: UserArg,
    #[command(flatten)]
    pub(super) theme: ThemeArg,
    #[command(flatten)]
    pub(super) link: LinkArg,
    /// Do what a client of sshd asks for, where it asks for a command
    ///
    /// For lines of `authorized_keys`, as keyward ssh-line --commands prints them: the words of `SSH_ORIGINAL_COMMAND` are
    /// a command of Keyward, which acts for this user on this database and touches no file of this host. Without that
    /// variable the console is opened.
    #[arg(long, hide_short_help = true, requires_all = ["user", "db"])]
    pub(super) ssh_commands: bool,
    #[command(subcommand)]
    pub(super) command: Option<Command>,
}

/// Which database, where a command can be told one.
#[derive(Clone, Debug, Arguments)]
pub(super) struct DatabaseArg {
    /// The database to use
    #[arg(long, value_name = "PATH")]
    pub(super) db: Option<PathBuf>,
}

/// As whom, where a command acts for a user.
#[derive(Clone, Debug, Arguments)]
pub(super) struct UserArg {
    /// The user of the database to act as
    ///
    /// Without it that is the user named as the account that runs Keyward. Only the account that owns the database can
    /// open it, and so give this: fix it on command lines that others cannot change, as in sshd's command="keyward
    /// --user alice" or in sudoers. Users who come this way cannot write files.
    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    pub(super) user: Option<String>,
}

/// Which theme, where a command shows or prints one.
#[derive(Debug, Arguments)]
pub(super) struct ThemeArg {
    /// The console's colours: a name, or the path of a theme file
    ///
    /// Whatever a colour says is also said without it.
    #[arg(long, value_name = "THEME", value_parser = ThemeParser)]
    pub(super) theme: Option<ThemeSetting>,
}

/// Whether the console shows what its link carries.
#[derive(Debug, Arguments)]
pub(super) struct LinkArg {
    /// Show in the first line how many bytes the frame before took, and how long
    ///
    /// That is the bytes of the last frame that was sent to the terminal, of all bytes since the start, and the
    /// milliseconds from the key to when the terminal had taken them. For slow links: nothing is sent while nothing
    /// changes.
    #[arg(long, hide_short_help = true)]
    pub(super) link_meter: bool,
}

impl ValueEnum for ThemeName {
    fn value_variants<'a>() -> &'a [ThemeName] {
        &ThemeName::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.word()))
    }
}

/// Takes the name of a theme or a path, and tells the names.
#[derive(Clone)]
struct ThemeParser;

impl TypedValueParser for ThemeParser {
    type Value = ThemeSetting;

    fn parse_ref(
        &self,
        command: &clap::Command,
        argument: Option<&Arg>,
        value: &OsStr,
    ) -> Result<ThemeSetting, Error> {
        if let Some(theme) = value.to_str().and_then(ThemeSetting::parse) {
            return Ok(theme);
        }
        // Tells what is wrong as for all other values.
        let names = EnumValueParser::<ThemeName>::new();
        names
            .parse_ref(command, argument, value)
            .map(ThemeSetting::from)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        let names = ThemeName::ALL.iter();
        Some(Box::new(names.filter_map(ValueEnum::to_possible_value)))
    }
}

impl Args {
    /// Reads the command line of the process.
    pub(super) fn read(arguments: Vec<OsString>) -> Result<Args, Error> {
        direct::read(&arguments).map_or_else(|| Args::read_whole(arguments), Ok)
    }

    /// The same by the definition of every command.
    fn read_whole(arguments: Vec<OsString>) -> Result<Args, Error> {
        let mut definition = Args::command();
        let arguments = command_first(&definition, arguments);
        match definition.try_get_matches_from_mut(&arguments) {
            Err(answer) if answer.kind() == ErrorKind::DisplayVersion => {
                versioned().try_get_matches_from(&arguments)
            }
            // All that help says is made only where some of it is printed.
            Err(answer) if !answer.use_stderr() => command().try_get_matches_from(&arguments),
            read => read,
        }
        .and_then(|read| Args::from_arg_matches(&read))
    }
}

/// The command line with all its help.
pub(super) fn command() -> clap::Command {
    help::dress(versioned())
}

/// The command line with what it says of its version.
fn versioned() -> clap::Command {
    Args::command().long_version(version::long())
}

/// Puts options that stand before a command behind it: only the command knows which of them it takes.
fn command_first(console: &clap::Command, mut arguments: Vec<OsString>) -> Vec<OsString> {
    let mut command = console;
    let (mut end_of_command, mut at) = (1, 1);
    while let Some(argument) = arguments.get(at) {
        if let Some(found) = command.find_subcommand(argument) {
            arguments[end_of_command..=at].rotate_right(1);
            command = found;
            end_of_command += 1;
            at += 1;
            continue;
        }
        let argument = argument.to_string_lossy();
        let (name, has_value) = match argument.split_once('=') {
            Some((name, _)) => (name, true),
            None => (argument.as_ref(), false),
        };
        let mut options = console.get_arguments();
        let option = options.find(|option| {
            let long = option.get_long();
            long.is_some() && name.strip_prefix("--") == long
        });
        let Some(option) = option else {
            break;
        };
        let value_follows = option.get_action().takes_values() && !has_value;
        at += if value_follows { 2 } else { 1 };
    }
    arguments
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Open the console on a throw-away database with some 40 keys
    ///
    /// Nothing of it is ever on disk, unless --db names a new file. No other database is touched, and `KEYWARD_DB` does
    /// not count.
    Demo(DemoArgs),
    /// Check one secret from standard input
    ///
    /// Reads one secret key value, or the header line that it is sent in, from standard input, never from an argument, and
    /// prints one JSON object on a line. At a terminal it asks, and shows nothing of what is typed. Neither creates nor migrates a database.
    Verify(VerifyArgs),
    /// Answer proxies that ask whether a key opens a request
    ///
    /// Listens on this machine until SIGTERM or SIGINT ends it: for proxies that ask before they let a request through
    /// (forward authentication), for clients of the management API, and for probes. Neither creates nor migrates a
    /// database. Standard error gets one JSON object a line.
    Serve(Box<ServeArgs>),
    /// List and change API keys
    Key {
        #[command(subcommand)]
        command: KeyCommand,
    },
    /// Find this database's secrets in files, logs and what is piped in
    ///
    /// Looks through files, directories with all that is in them, and standard input, and tells where a secret of this
    /// database is, whose it is and whether it works; never the secret. A find is certain, and a forgery is none.
    /// Needs the right to view API keys, and with --lock that to edit them. Neither creates nor migrates a database
    /// without --lock.
    Scan(ScanArgs),
    /// List and change users
    User {
        #[command(subcommand)]
        command: UserCommand,
    },
    /// List and change roles
    Role {
        #[command(subcommand)]
        command: RoleCommand,
    },
    /// Show and set the policy that API keys keep to
    Policy {
        #[command(subcommand)]
        command: PolicyCommand,
    },
    /// Print the line with which sshd lets a user in
    ///
    /// Looks whether the user is one of the database, and whether KEYFILE holds exactly one public key without
    /// options; prints one line, and changes nothing. Its command names this program by its path, and the database
    /// where that is not the account's own.
    SshLine(SshLineArgs),
    /// Print the settings in use, and where each comes from
    ///
    /// Prints them as a config file would have them. What is wrong with the config file goes to standard error.
    Config {
        /// Print a config file with every setting and key, explained, which changes nothing
        #[arg(long, conflicts_with = "theme")]
        default: bool,
        #[command(flatten)]
        theme: ThemeArg,
    },
    /// Show the themes, or print the file of one
    ///
    /// At a terminal it shows every style of every theme in its own colours; elsewhere it prints the names. With a name
    /// it prints the theme's file, with what each style is for: a start for your own.
    Themes {
        /// The theme whose file is printed
        name: Option<ThemeName>,
    },
    /// Read the system events, check their chain, or prune old ones
    ///
    /// Prints the system events on standard output, the oldest first. Neither creates nor migrates a database.
    Events(Box<EventsArgs>),
    /// Copy the database to a new file, while others use it
    ///
    /// For the account that owns the database. Prints the file's size, how many API keys it has, and the head of its
    /// chain of events.
    Backup(Box<BackupArgs>),
    /// Put a copy in the database's place, and what is there aside
    ///
    /// For the account that owns the database, while nobody has it open. Tells what comes back and what is lost, and asks.
    Restore(Box<RestoreArgs>),
    /// Move the database from its file to a PostgreSQL server
    ///
    /// For the account that owns the file. Everything goes along: IDs, secrets, the chain of events. The file opens for
    /// nobody afterwards.
    Move(MoveArgs),
    /// Look for what can stand in the way, and say what to do
    ///
    /// Looks at the database, its files, the disk, the clock and the terminal, and changes nothing.
    Doctor(DoctorArgs),
    /// Print a script that completes commands and options in a shell
    ///
    /// The script is complete: where this program has changed it is printed anew.
    Completions {
        /// The shell that is to read it
        #[arg(value_name = "SHELL")]
        shell: Shell,
    },
    /// Print the manual page, or write every page into a directory
    ///
    /// There is a page for each command, one for the keys of the console and one for the config file. Pages that this
    /// command wrote before are replaced; if anything else has the name of one, nothing is written.
    Man {
        /// The directory for all pages, such as ~/.local/share/man/man1; it must be there
        #[arg(value_name = "DIR")]
        directory: Option<PathBuf>,
    },
}

/// What `keyward demo` takes.
#[derive(Debug, Arguments)]
pub(super) struct DemoArgs {
    /// Whose view to show
    #[arg(long = "as", value_name = "ROLE", value_enum, default_value_t)]
    pub(super) view: View,
    /// Keep it: create its database in this new file
    ///
    /// It is marked as a demonstration, and opened later with `keyward --db FILE`. New keys of it can be checked with
    /// `keyward verify --db FILE`. Refused if the file exists.
    #[arg(id = "new_db", long = "db", value_name = "FILE")]
    pub(super) db: Option<PathBuf>,
    /// This many keys
    ///
    /// More than 100,000 are kept in a file: in that of --db, or else in one that is removed when the console is quit.
    /// A million take less than a minute and 2 GB.
    #[arg(long, value_name = "N", default_value_t = KEYS, value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
    pub(super) keys: u32,
    /// The same every time: a clock that starts on 5 November 2026, and secrets that can be predicted
    ///
    /// For recordings. Does not go with --db.
    #[arg(long)]
    pub(super) fixed: bool,
    /// Never show a secret, for talks; Copy still works
    #[arg(long)]
    pub(super) hide_secrets: bool,
    /// Walk through the life of a key, step by step: Space goes on, Backspace back, Esc ends the tour
    ///
    /// The tour types into the console itself. Any other key is the presenter's. Does not go with --db: a file is not
    /// set back.
    #[arg(long, conflicts_with_all = ["new_db", "view", "keys"])]
    pub(super) tour: bool,
    #[command(flatten)]
    pub(super) theme: ThemeArg,
    #[command(flatten)]
    pub(super) link: LinkArg,
}

/// What `keyward serve` takes.
#[derive(Debug, Arguments)]
#[command(group = ArgGroup::new("face").args(["auth", "api"]).required(true).multiple(true))]
pub(super) struct ServeArgs {
    /// Where proxies ask; can be given several times
    #[arg(long, value_name = "LISTEN")]
    pub(super) auth: Vec<String>,
    /// Where clients of the management API connect; can be given several times
    #[arg(long, value_name = "LISTEN")]
    pub(super) api: Vec<String>,
    /// Where probes ask for /healthz, /readyz and /metrics; can be given several times
    #[arg(long, value_name = "LISTEN")]
    pub(super) admin: Vec<String>,
    /// The header that a client of a proxy sends its secret in; in the management API it is always api-secret-key
    #[arg(long, value_name = "NAME", default_value = "api-secret-key")]
    pub(super) header: String,
    /// Take the secret of a proxy's client from Authorization: Bearer, too
    #[arg(long)]
    pub(super) bearer: bool,
    /// Proxies that are believed where their client is (X-Forwarded-For), by address or network, with commas between several;
    /// can be given several times. Whoever connects to a Unix socket is believed
    #[arg(long, value_name = "CIDR")]
    pub(super) trust: Vec<String>,
    /// The permissions of sockets that are created here
    #[arg(long, value_name = "OCTAL", default_value = "0660", value_parser = socket_mode)]
    pub(super) socket_mode: u32,
    /// How many threads answer [default: one for each processor, at most 4]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=64))]
    pub(super) threads: Option<u16>,
    /// Write a line for each request, without its path, query and headers
    #[arg(long)]
    pub(super) access_log: bool,
    #[command(flatten)]
    pub(super) stale: StaleArg,
    /// Serve a database that is marked as a demonstration
    #[arg(long)]
    pub(super) demo: bool,
    #[command(flatten)]
    pub(super) database: DatabaseArg,
}

/// Reads the permissions of a file as chmod(1) takes them.
fn socket_mode(typed: &str) -> Result<u32, String> {
    let mode = u32::from_str_radix(typed, 8).ok();
    mode.filter(|mode| *mode <= 0o777)
        .ok_or_else(|| "three octal digits, such as 660".to_owned())
}

/// What `keyward verify` takes.
#[derive(Debug, Arguments)]
pub(super) struct VerifyArgs {
    /// Check one secret a line, and answer with one line each, in the same order
    ///
    /// Each answer is written at once, so that a program can ask and wait for it.
    #[arg(long)]
    pub(super) batch: bool,
    /// Print all rights of the key's role, too
    #[arg(long)]
    pub(super) rights: bool,
    /// The service that the secret is to open: a role that lists others refuses it
    #[arg(long, value_name = "NAME", value_parser = service)]
    pub(super) service: Option<String>,
    /// Where the client is: a key with addresses refuses others, and everybody without this
    #[arg(long, value_name = "ADDR", value_parser = address)]
    pub(super) address: Option<IpAddr>,
    /// Name the key of a refused secret, too, where that is certain
    #[arg(long)]
    pub(super) identify: bool,
    #[command(flatten)]
    pub(super) stale: StaleArg,
    #[command(flatten)]
    pub(super) database: DatabaseArg,
}

/// The name of a service.
fn service(typed: &str) -> Result<String, &'static str> {
    let is_name = is_service_name(typed);
    is_name.then(|| typed.to_owned()).ok_or(
        "a service's name has lower-case letters, digits, dots, hyphens and underscores, at most 63, and begins and ends \
         with a letter or digit",
    )
}

/// The address of a client.
fn address(typed: &str) -> Result<IpAddr, &'static str> {
    let address = typed.parse();
    address.map_err(|_| "not an IPv4 or IPv6 address, such as 192.0.2.7 or 2001:db8::7")
}

/// What `keyward ssh-line` takes.
#[derive(Debug, Arguments)]
pub(super) struct SshLineArgs {
    /// The user's public key: a file with one line, as ssh-keygen creates it; - is standard input
    #[arg(value_name = "KEYFILE")]
    pub(super) key_file: PathBuf,
    /// The user of the database whose key it is
    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    pub(super) user: String,
    /// Let the key run commands without a console, too
    #[arg(long)]
    pub(super) commands: bool,
    #[command(flatten)]
    pub(super) database: DatabaseArg,
}

/// What `keyward events` takes.
#[derive(Debug, Arguments)]
pub(super) struct EventsArgs {
    #[command(flatten)]
    pub(super) listed: ListedArgs,
    /// Check that the chain of events is intact
    #[arg(long, conflicts_with = "prune_before")]
    pub(super) check: bool,
    /// Print the last event's number and hash, to store elsewhere; with --check, the one that was stored
    #[arg(long, value_name = "HEAD", num_args = 0..=1, default_missing_value = "", conflicts_with = "prune_before")]
    pub(super) head: Option<String>,
    /// Move the events before this time to a file
    #[arg(long, value_name = "TIME")]
    pub(super) prune_before: Option<String>,
    /// The new file for them [default: events-until-NUMBER.jsonl]
    #[arg(long, value_name = "FILE", requires = "prune_before")]
    pub(super) to: Option<PathBuf>,
    #[command(flatten)]
    pub(super) stale: StaleArg,
    #[command(flatten)]
    pub(super) acting: ActingArgs,
}

/// Which events are printed, and how; nothing else that has to do with events goes with it.
#[derive(Debug, Arguments)]
#[group(multiple = true, conflicts_with_all = ["check", "head", "prune_before"])]
pub(super) struct ListedArgs {
    /// Only events from this time on; a day counts from its start
    #[arg(long, value_name = "TIME")]
    pub(super) since: Option<String>,
    /// Only events before this time; a day counts to its end
    #[arg(long, value_name = "TIME", conflicts_with = "follow")]
    pub(super) until: Option<String>,
    /// Only events about this: api-key:42, user:alice, role:3, or a name; name:42 is the name 42
    #[arg(long, value_name = "TARGET", value_parser = NonEmptyStringValueParser::new())]
    pub(super) target: Option<String>,
    /// Only what this user did, or System
    #[arg(long, value_name = "USER", value_parser = NonEmptyStringValueParser::new())]
    pub(super) by: Option<String>,
    /// Only events that this filter shows, as the list's filter is typed: level:error -by:alice
    #[arg(long, value_name = "FILTER", allow_hyphen_values = true)]
    pub(super) filter: Option<String>,
    /// The form of what is printed
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: Format,
    /// Continue with events as they are recorded, until interrupted
    #[arg(long)]
    pub(super) follow: bool,
}

impl ValueEnum for View {
    fn value_variants<'a>() -> &'a [View] {
        &VIEWS
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.word).help(self.about))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        command().debug_assert();
    }

    #[test]
    fn a_command_takes_just_the_options_that_its_help_lists_before_it_and_behind() {
        let commands: [(&[&str], &[&str]); 12] = [
            (&["doctor"], &[]),
            (&["restore"], &["copy.db"]),
            (&["backup"], &["copy.db"]),
            (&["demo"], &[]),
            (&["verify"], &[]),
            (&["serve"], &["--auth", "unix:auth.sock"]),
            (&["user", "unlock"], &["alice"]),
            (&["ssh-line"], &["alice.pub"]),
            (&["config"], &[]),
            (&["themes"], &[]),
            (&["events"], &[]),
            (&["scan"], &[]),
        ];
        let needed: &[&str] = &["--user", "alice"];
        for (command, arguments) in commands {
            for option in [needed, &["--db", "x.db"], &["--theme", "mono"]] {
                let parse = |args: &[&[&str]]| {
                    let args = [&["keyward"], &args.concat()[..]].concat();
                    Args::read(args.into_iter().map(OsString::from).collect())
                };
                let help = parse(&[command, &["--help"]])
                    .expect_err("help")
                    .to_string();
                let listed = help.contains(&format!("{} <", option[0]));
                let needs = match command {
                    ["ssh-line"] if option != needed => needed,
                    _ => &[],
                };
                for args in [
                    [command, arguments, needs, option],
                    [command, needs, option, arguments],
                    [
                        &command[..1],
                        option,
                        &command[1..],
                        &[needs, arguments].concat(),
                    ],
                    [option, needs, command, arguments],
                ] {
                    let taken = parse(&args).is_ok();
                    assert_eq!(listed, taken, "{args:?}\n{help}");
                }
            }
        }
    }

    #[test]
    fn the_value_of_an_option_is_no_command() {
        let read = |args: &[&str]| {
            let args = [&["keyward"], args].concat();
            Args::read(args.into_iter().map(OsString::from).collect())
        };
        let args = read(&["--db", "verify"]).expect("the console");
        assert!(args.command.is_none());
        assert_eq!(args.database.db, Some(PathBuf::from("verify")));
        let args = read(&["--db=demo", "--user", "events", "events"]).expect("taken");
        let Some(Command::Events(events)) = args.command else {
            panic!("{args:?}");
        };
        assert_eq!(events.acting.database.db, Some(PathBuf::from("demo")));
        assert_eq!(events.acting.user.user.as_deref(), Some("events"));
        assert!(read(&["--db"]).is_err());
    }
}
