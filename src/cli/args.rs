//! What the command line can say, and its help.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::builder::{NonEmptyStringValueParser, PossibleValuesParser, TypedValueParser};
use clap::{
    Args as Arguments, CommandFactory, Error, FromArgMatches, Parser, Subcommand, ValueEnum,
};

use crate::config::settings::ThemeName;

/// A terminal console for API keys.
///
/// Without a command it opens the console: the list of API keys, their Properties, and the secret of a new key,
/// which is shown once. The first start makes the database, and the account that runs it becomes its first user. Only
/// the account that owns a database can open it.
#[derive(Debug, Parser)]
#[command(version, after_long_help = AFTER)]
pub(super) struct Args {
    /// The database to use
    #[arg(long, value_name = "PATH", global = true)]
    pub(super) db: Option<PathBuf>,
    /// The user of the database to act as
    ///
    /// Without it that is the user named as the account that runs Keyward. Only the account that owns the database can
    /// open it, and so give this: fix it on command lines that others cannot change, as in sshd's command="keyward
    /// --user alice" or in sudoers. For whoever comes so, no file is written.
    #[arg(long, value_name = "NAME", global = true, value_parser = NonEmptyStringValueParser::new())]
    pub(super) user: Option<String>,
    /// The console's colours
    ///
    /// Whatever a colour says is also said without it.
    #[arg(long, value_name = "NAME", global = true, value_parser = theme())]
    pub(super) theme: Option<ThemeName>,
    #[command(subcommand)]
    pub(super) command: Option<Command>,
}

fn theme() -> impl TypedValueParser<Value = ThemeName> {
    let names = PossibleValuesParser::new(ThemeName::ALL.map(ThemeName::word));
    names.try_map(|name| {
        let mut all = ThemeName::ALL.into_iter();
        all.find(|theme| theme.word() == name)
            .ok_or("no such theme")
    })
}

/// The options of keyward itself, and the commands that have a use for each.
const USED_BY: [(&str, &[&str]); 3] = [
    ("db", &["verify", "user", "ssh-line", "events"]),
    ("user", &["ssh-line", "events"]),
    ("theme", &["demo", "config"]),
];

impl Args {
    /// Reads the command line of the process.
    pub(super) fn read(arguments: Vec<OsString>) -> Result<Args, Error> {
        let matches = Args::listing_only_what_is_used().try_get_matches_from(arguments)?;
        Args::from_arg_matches(&matches)
    }

    /// The command line, in which the help of a command lists only the options that it has a use for. It takes the
    /// others all the same, to say why it has none.
    pub(super) fn listing_only_what_is_used() -> clap::Command {
        let mut command = Args::command();
        let commands: Vec<String> = command
            .get_subcommands()
            .map(|sub| sub.get_name().to_owned())
            .collect();
        for (option, users) in USED_BY {
            let own = command.get_arguments().find(|arg| arg.get_id() == option);
            let Some(hidden) = own.map(|arg| arg.clone().hide(true)) else {
                continue;
            };
            for name in commands
                .iter()
                .filter(|name| !users.contains(&name.as_str()))
            {
                command = command.mut_subcommand(name, |sub| sub.arg(hidden.clone()));
            }
        }
        command
    }
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Open the console on a throw-away database with some 40 keys
    ///
    /// Nothing of it is ever on disk, no other database is touched, and `KEYWARD_DB` does not count.
    Demo {
        /// Whose view to show
        #[arg(long = "as", value_name = "ROLE", value_enum, default_value_t)]
        role: DemoRole,
    },
    /// Check one secret from standard input
    ///
    /// Reads one secret key value from standard input, never from an argument, and prints one JSON object on a line.
    /// At a terminal it asks, and shows nothing of what is typed. Makes and migrates no database.
    #[command(after_help = CALLERS, after_long_help = AFTER_VERIFY)]
    Verify {
        /// Tell all rights of the key's role, too
        #[arg(long)]
        rights: bool,
    },
    /// Get back in when nobody can
    User {
        #[command(subcommand)]
        command: UserCommand,
    },
    /// Print the line with which sshd lets a user in
    ///
    /// Looks whether the user is one of the database, and whether KEYFILE holds exactly one public key without
    /// options; prints one line, and changes nothing. Its command names this program by its path, and the database
    /// where that is not the account's own.
    #[command(after_long_help = AFTER_SSH_LINE)]
    SshLine {
        /// The user's public key: a file with one line, as ssh-keygen makes it
        #[arg(value_name = "KEYFILE")]
        key_file: PathBuf,
    },
    /// Print the settings in force, and where each comes from
    ///
    /// Prints them as a config file would have them. What is wrong with the config file goes to standard error.
    #[command(after_long_help = AFTER_CONFIG)]
    Config {
        /// Print a config file with every setting and key, explained, which changes nothing
        #[arg(long)]
        default: bool,
    },
    /// Read the system events, check that none was changed, prune old ones
    ///
    /// Prints the system events on standard output, the oldest first. Makes and migrates no database.
    #[command(after_long_help = AFTER_EVENTS)]
    Events(Box<EventsArgs>),
}

#[derive(Debug, Subcommand)]
pub(super) enum UserCommand {
    /// Unlock a user, as the account that owns the database
    ///
    /// The way back in when nobody is left who could: no role is asked for, and a system event tells that it was done,
    /// and by which account.
    #[command(after_long_help = AFTER_UNLOCK)]
    Unlock {
        /// The user's name
        name: String,
        /// Yes, past all roles
        #[arg(long)]
        break_glass: bool,
    },
}

/// What has nothing to do with printing events.
const APART: [&str; 3] = ["check", "head", "prune_before"];

/// What `keyward events` takes.
#[derive(Debug, Arguments)]
pub(super) struct EventsArgs {
    /// Only events from this time on; a day is from its beginning
    #[arg(long, value_name = "TIME", conflicts_with_all = APART)]
    pub(super) since: Option<String>,
    /// Only events before this time; a day is to its end
    #[arg(long, value_name = "TIME", conflicts_with_all = APART, conflicts_with = "follow")]
    pub(super) until: Option<String>,
    /// Only events about this: api-key:42, user:alice, role:3, or a name
    #[arg(long, value_name = "TARGET", conflicts_with_all = APART, value_parser = NonEmptyStringValueParser::new())]
    pub(super) target: Option<String>,
    /// Only what this user did, or System
    #[arg(long, value_name = "USER", conflicts_with_all = APART, value_parser = NonEmptyStringValueParser::new())]
    pub(super) by: Option<String>,
    /// How they are written
    #[arg(long, value_enum, default_value_t, conflicts_with_all = APART)]
    pub(super) format: Format,
    /// Go on with events as they are recorded, until interrupted
    #[arg(long, conflicts_with_all = APART)]
    pub(super) follow: bool,
    /// Check that the chain of events is whole
    #[arg(long, conflicts_with = "prune_before")]
    pub(super) check: bool,
    /// Print the last event's number and hash, to keep elsewhere; with --check, the one that was kept
    #[arg(long, value_name = "HEAD", num_args = 0..=1, default_missing_value = "", conflicts_with = "prune_before")]
    pub(super) head: Option<String>,
    /// Move the events before this time to a file
    #[arg(long, value_name = "TIME")]
    pub(super) prune_before: Option<String>,
    /// The new file for them [default: events-until-NUMBER.jsonl]
    #[arg(long, value_name = "FILE", requires = "prune_before")]
    pub(super) to: Option<PathBuf>,
}

/// How events are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// Columns, for people
    #[default]
    Text,
    /// RFC 4180, with a header
    Csv,
    /// One object to a line, with everything that is recorded
    Json,
}

/// The roles in which the demo can be looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum DemoRole {
    /// May view and change everything
    #[default]
    FullAccess,
    /// May view everything
    Auditor,
}

// Lines of at most 79 characters: clap breaks longer ones without regard to the columns.
const AFTER: &str = "\
Environment:
  KEYWARD_DB       The database, unless --db names one; not for the demo
  XDG_DATA_HOME    Where the database is otherwise, as keyward/keyward.db in
                   it; ~/.local/share if unset
  XDG_CONFIG_HOME  Where the config file is, as keyward/config.toml in it;
                   ~/.config if unset; keyward config --default prints one
  TZ               The time zone in which times are shown, if it is an IANA
                   name; the machine's if not
  LC_ALL, LC_MESSAGES, LANG
                   The first that is set names the language, Japanese or
                   English, unless the user has one; this help is English
  NO_COLOR, TERM   Without colour, unless --theme names a theme, if NO_COLOR is
                   set to anything or TERM names a terminal that has none
  TMUX, STY, SSH_CONNECTION, WAYLAND_DISPLAY, DISPLAY
                   Copying goes through tmux inside tmux, to the desktop's
                   clipboard at a display and not over SSH, and else to the
                   terminal's (OSC 52, inside screen in its form). Where only
                   TERM tells of tmux or screen, as behind sudo or SSH, the
                   console says that they may drop that
  SUDO_USER        Root that came by sudo makes no database
                   Both this and SSH_CONNECTION are noted, as unproven, in the
                   system event of a sign-in

Exit codes:
  0      The console was left, or its user signed out because no key was
         pressed; verify: the secret is valid; user unlock: the user is not
         locked out
  1      verify: the secret is refused; events: the chain is not whole;
         config: the config file has a problem; a user that was named does not
         exist
  2      Trouble, told on standard error: wrong arguments, no terminal, a
         database that cannot be used, a user who may not sign in
  77     The database belongs to another account
  101    An error of Keyward itself
  128+n  Ended by signal n; 129 also when the terminal hung up";

const CALLERS: &str = "A caller must take any exit code but 0 as denied.";

const AFTER_VERIFY: &str = "\
The answer, when the secret is valid:
  valid     true
  id        The API key's ID, a number
  name      Its name
  role      Its role's name
  access    read: the role has only rights to view; read-write: it has others
            too; none: it has no right
  locale    en-US or ja-JP
  timeZone  An IANA name
  expires   Milliseconds since 1970-01-01 00:00 UTC; null for never
  rights    With --rights: every right there is, true or false, by section and
            group, under the names of the original's API

The answer, when it is refused:
  valid     false
  reason    malformed, forged, unknown, deleted, not-delivered, replaced,
            locked-out, expired or no-api-access. For the caller's log, not for
            the client

Environment:
  KEYWARD_DB and XDG_DATA_HOME, as for keyward

Exit codes:
  0      The secret is valid
  1      The secret is refused
  2      Trouble, told on standard error: wrong arguments, no database, or one
         that cannot be used
  77     The database belongs to another account
  101    An error of Keyward itself
  128+n  Ended by signal n

A caller must take any exit code but 0 as denied.";

const AFTER_UNLOCK: &str = "\
Environment:
  KEYWARD_DB and XDG_DATA_HOME, as for keyward

Exit codes:
  0      The user is not locked out (any more)
  1      There is no such user
  2      Trouble, told on standard error: no database, or one that cannot be
         used
  77     The database belongs to another account
  101    An error of Keyward itself
  128+n  Ended by signal n";

const AFTER_SSH_LINE: &str = "\
Example, as the account that owns the database:
  keyward ssh-line --user alice alice.pub
  restrict,pty,command=\"/usr/bin/keyward --user alice\" ssh-ed25519 AAAA...

Environment:
  KEYWARD_DB and XDG_DATA_HOME, as for keyward

Exit codes:
  0      The line was printed
  1      There is no such user
  2      Trouble, told on standard error: no such key, no database, or one that
         cannot be used
  77     The database belongs to another account
  101    An error of Keyward itself
  128+n  Ended by signal n";

const AFTER_CONFIG: &str = "\
The config file is $XDG_CONFIG_HOME/keyward/config.toml; ~/.config if unset. It
is read and never written. To begin with one:
  keyward config --default > ~/.config/keyward/config.toml

Which counts, the first that says anything:
  theme     --theme; NO_COLOR or a TERM without colours; the file; default
  language  The user's own; the file; LC_ALL, LC_MESSAGES or LANG; English
  zone      The user's own; the file; TZ; the machine's; UTC
  borders   The file; LC_ALL, LC_CTYPE or LANG
  others    The file; the default
Of a wrong value the default counts, and the console says so when it starts.

Exit codes:
  0      The settings were printed
  1      The same, and the config file has a problem: for scripts that check it
  2      Trouble, told on standard error: wrong arguments
  101    An error of Keyward itself
  141    Nobody reads standard output any more
  128+n  Ended by signal n";

const AFTER_EVENTS: &str = "\
A TIME is one of
  2026-11-22             A day, in the display zone
  2026-11-22 16:00[:30]  A time of it
  2026-11-22T16:00:00Z   RFC 3339
  90s, 15m, 2h, 7d       A span back from now

Written as
  text  Columns: time, level, event ID, event, target, who did it, and what
        changed. Safe to print whatever names hold; blanks that could be
        taken for the end of a column are shown as ␣.
  csv   RFC 4180, every text quoted. Control characters become U+FFFD. Where
        =, +, - or @ begins a cell, or what follows a separator in it, it gets
        an apostrophe before it, so that no spreadsheet takes it for a formula.
  json  One object to a line (JSON Lines): sequence, at (milliseconds since
        1970-01-01 00:00 UTC), time, number, event, level, actor (null is
        System), target, body, previous, hash.
  The words of csv and json are English whatever the language.

  A TARGET or USER that never was is an error.

What the chain proves:
  Every event holds the SHA-256 of its fields and of the event before it, so
  --check finds that events were changed, removed or inserted, and names the
  first that does not follow from the one before it. It cannot find what the
  owner of the file does with as much care as Keyward: cut the end off, or
  write the chain anew from some event on. A head shows that, if it was kept
  where that owner cannot write:
      keyward events --head >> kept-elsewhere
      keyward events --check --head \"$(tail -n 1 kept-elsewhere)\"
  proves that this event and all before it are what they were.

  --check also compares every table, index and trigger with what Keyward
  makes, as one that was added or altered could undo a change or hide an
  event, and has SQLite check the whole file.

Pruning (for roles with every right, such as Full Access):
  --prune-before writes the events before that time to a new file with mode
  0600, as with --format json, and then removes them. An event at the end of
  the chain tells up to which, how many, their last hash, and the file. The
  chain that is left is checked from there. A head from before it proves
  nothing any more, unless it is that very hash.

Environment:
  KEYWARD_DB, XDG_DATA_HOME and TZ, as for keyward

Exit codes:
  0      Done; --check: the chain is whole, and holds the head
  1      The chain is not whole, or does not hold the head; the database is not
         as Keyward makes it; the target or user that was named never was
  2      Trouble, told on standard error: wrong arguments, not authorized, no
         database, or one that cannot be used
  77     The database belongs to another account
  101    An error of Keyward itself
  141    Nobody reads standard output any more
  128+n  Ended by signal n";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::verdict::Refused;

    #[test]
    fn the_command_line_is_well_formed() {
        Args::listing_only_what_is_used().debug_assert();
    }

    #[test]
    fn the_help_tells_every_reason_of_a_refusal() {
        for reason in Refused::ALL {
            assert!(AFTER_VERIFY.contains(reason.word()), "{reason:?}");
        }
    }

    #[test]
    fn callers_are_warned_and_no_line_is_broken() {
        assert!(AFTER_VERIFY.ends_with(CALLERS));
        let all = [
            AFTER,
            AFTER_VERIFY,
            AFTER_UNLOCK,
            AFTER_SSH_LINE,
            AFTER_CONFIG,
            AFTER_EVENTS,
        ];
        for line in all.into_iter().flat_map(str::lines) {
            assert!(line.len() <= 79, "{line}");
        }
    }
}
