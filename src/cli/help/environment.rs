//! THE tables of what the environment and the file system have for a command. Help, manual and docs are drawn from them.

use clap::Command;

/// Where a variable or a file counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::cli) enum Counts {
    Everywhere,
    /// For the commands that take the argument with this ID.
    With(&'static str),
    /// For this command.
    In(&'static str),
}

/// A variable, or several that are read for one purpose; or a file.
#[derive(Debug)]
pub(in crate::cli) struct Row {
    pub(in crate::cli) name: &'static str,
    pub(in crate::cli) what: &'static str,
    counts: Counts,
}

const fn row(counts: Counts, name: &'static str, what: &'static str) -> Row {
    Row { name, what, counts }
}

/// What has an option for the database has the argument with this ID.
pub(super) const DATABASE: Counts = Counts::With("db");
const SCREEN: Counts = Counts::With("theme");

/// Every variable of the environment that Keyward reads.
#[rustfmt::skip]
static VARIABLES: &[Row] = &[
    row(DATABASE, "KEYWARD_DB", "The database, unless --db names one"),
    row(
        DATABASE,
        "XDG_DATA_HOME",
        "Where the database is otherwise, as keyward/keyward.db in it; ~/.local/share if unset",
    ),
    row(
        DATABASE,
        "PGPASSFILE",
        "The file with passwords for database servers; ~/.pgpass if unset",
    ),
    row(
        Counts::Everywhere,
        "XDG_CONFIG_HOME",
        "Where the config file is, as keyward/config.toml in it; ~/.config if unset",
    ),
    row(
        Counts::Everywhere,
        "TZ",
        "The time zone in which times are shown and read, if it is an IANA name; the machine's if not",
    ),
    row(
        Counts::Everywhere,
        "LC_ALL, LC_MESSAGES, LANG",
        "The first that is set names the language, Japanese or English, unless the user has one; this help is English",
    ),
    row(
        SCREEN,
        "LC_ALL, LC_CTYPE, LANG",
        "The first that is set tells whether the terminal has more than ASCII for borders and marks",
    ),
    row(
        SCREEN,
        "NO_COLOR, TERM",
        "Without colour, unless --theme names a theme, if NO_COLOR is set to anything or TERM names a terminal that has none",
    ),
    row(
        SCREEN,
        "COLORTERM, TERM",
        "How many colours the terminal has: 24 bits of them where COLORTERM is truecolor or 24bit",
    ),
    row(
        SCREEN,
        "TMUX, STY, SSH_CONNECTION, WAYLAND_DISPLAY, DISPLAY",
        "Copying goes through tmux inside tmux, to the desktop's clipboard at a display and not over SSH, and else to the \
         terminal's (OSC 52, inside screen in its form). Where only TERM tells of tmux or screen, as behind sudo or SSH, \
         the console says that they may drop that",
    ),
    row(
        DATABASE,
        "SUDO_USER",
        "Root that came by sudo creates no database; both this and SSH_CONNECTION are noted, as unproven, in the system \
         event of a sign-in",
    ),
    row(
        Counts::With("ssh_commands"),
        "SSH_ORIGINAL_COMMAND",
        "With --ssh-commands, and nowhere else: the command that a client of sshd asks for",
    ),
    row(
        Counts::In("serve"),
        "LISTEN_FDS, LISTEN_FDNAMES, NOTIFY_SOCKET",
        "The sockets that systemd has opened, and where it is told that all is ready",
    ),
];

/// Every file that Keyward finds by itself.
#[rustfmt::skip]
static FILES: &[Row] = &[
    row(
        DATABASE,
        "~/.local/share/keyward/keyward.db",
        "The database, for its owner alone, where neither --db nor the environment names another. While it is open, its \
         log and the index of that are beside it, as keyward.db-wal and keyward.db-shm",
    ),
    row(
        DATABASE,
        "~/.pgpass",
        "Passwords for database servers that ask for one, as psql reads them; for its owner alone (mode 0600)",
    ),
    row(
        DATABASE,
        "~/.postgresql/root.crt",
        "The certificates of authorities that a database server's certificate must come from; beside it postgresql.crt and \
         postgresql.key, a certificate of your own with its private key",
    ),
    row(
        Counts::Everywhere,
        "~/.config/keyward/config.toml",
        "The settings; read, and never written",
    ),
];

/// The variables that a command reads.
pub(in crate::cli) fn variables(path: &str, command: &Command) -> Vec<&'static Row> {
    of(VARIABLES, path, command)
}

/// The files that a command finds by itself.
pub(in crate::cli) fn files(path: &str, command: &Command) -> Vec<&'static Row> {
    of(FILES, path, command)
}

fn of(table: &'static [Row], path: &str, command: &Command) -> Vec<&'static Row> {
    let rows = table.iter();
    rows.filter(|row| row.counts.count(path, command)).collect()
}

impl Counts {
    /// Whether it is so for this command, which is named without `keyward`.
    pub(super) fn count(self, path: &str, command: &Command) -> bool {
        match self {
            Counts::Everywhere => true,
            Counts::With(id) => command.get_arguments().any(|arg| arg.get_id() == id),
            Counts::In(only) => path == only,
        }
    }
}
