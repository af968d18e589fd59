//! Commands over SSH: what a client asks for in place of the console, where its line of `authorized_keys` allows that. It is
//! not the client who says on which database, as whom, or what becomes of the host's files.

use std::ffi::{OsStr, OsString};
use std::fmt::Display;
use std::os::unix::ffi::OsStrExt as _;

use clap::parser::ValueSource;
use clap::{ArgMatches, CommandFactory};

use crate::cli::args::{self, Args};
use crate::cli::exit::Exit;
use crate::cli::ssh_words::{self, NoWords};
use crate::cli::{Failure, to_look};
use crate::config::Config;
use crate::domain::name::printable;
use crate::store::Place;
use crate::text::Text;

const LIST: &[&str] = &["filter", "format", "sort", "reverse"];
const CHANGE: &[&str] = &["named", "filter", "dry_run", "yes", "format"];
const LOCK: &[&str] = &["named", "filter", "reason", "dry_run", "yes", "format"];
const SET_ROLE: &[&str] = &["role", "named", "filter", "dry_run", "yes", "format"];

/// What can be asked for: each command, and those of its options and arguments, by the names of their fields, that do
/// nothing to the host and name nothing of it. Behind `=` is the only value that one may have. Whatever is not here is
/// refused, also what is added later; a test asks that it is looked at.
const ALLOWED: &[(&str, &[&str])] = &[
    (
        "events",
        &[
            "since", "until", "target", "by", "filter", "format", "follow", "check", "head",
        ],
    ),
    (
        "verify",
        &["rights", "service", "address", "identify", "batch"],
    ),
    (
        "key list",
        &["filter", "format", "expiring", "unused", "sort", "reverse"],
    ),
    ("key show", &["named", "format"]),
    // What is encrypted goes to standard output, or else to a file, which no user who comes this way can write.
    (
        "key new",
        &[
            "name",
            "description",
            "owner",
            "role",
            "locale",
            "zone",
            "expires_on",
            "addresses",
            "rate",
            "yes",
            "from=-",
            "from_format",
            "keep_going",
            "stdout",
            "age",
            "deliver_now",
            "format",
        ],
    ),
    (
        "key new-secret",
        &["key", "overlap", "stdout", "age", "deliver_now", "format"],
    ),
    ("key delivered", &["key", "overlap"]),
    (
        "key edit",
        &[
            "named",
            "filter",
            "name",
            "description",
            "owner",
            "role",
            "locale",
            "zone",
            "expires_on",
            "addresses",
            "rate",
            "locked_out",
            "reason",
            "dry_run",
            "yes",
            "format",
        ],
    ),
    ("key lock", LOCK),
    ("key unlock", CHANGE),
    ("key delete", CHANGE),
    ("key restore", CHANGE),
    ("key end-overlap", CHANGE),
    ("key set-role", SET_ROLE),
    (
        "key set-expiry",
        &["day", "named", "filter", "dry_run", "yes", "format"],
    ),
    ("user list", LIST),
    ("user show", &["named", "format"]),
    (
        "user new",
        &[
            "name",
            "role",
            "full_name",
            "locale",
            "zone",
            "locked_out",
            "reason",
            "yes",
            "format",
        ],
    ),
    (
        "user edit",
        &[
            "named",
            "filter",
            "role",
            "full_name",
            "locale",
            "zone",
            "locked_out",
            "reason",
            "dry_run",
            "yes",
            "format",
        ],
    ),
    ("user lock", LOCK),
    (
        "user unlock",
        &["name", "named", "filter", "dry_run", "yes", "format"],
    ),
    ("user delete", CHANGE),
    ("user set-role", SET_ROLE),
    ("role list", LIST),
    ("role show", &["named", "format"]),
    (
        "role new",
        &[
            "name",
            "description",
            "allow_user_interface",
            "allow_web_service",
            "preset",
            "right",
            "no_right",
            "equal_or_less",
            "services",
            "from=-",
            "yes",
            "format",
        ],
    ),
    (
        "role edit",
        &[
            "named",
            "filter",
            "name",
            "description",
            "allow_user_interface",
            "allow_web_service",
            "preset",
            "right",
            "no_right",
            "equal_or_less",
            "services",
            "from=-",
            "dry_run",
            "yes",
            "format",
        ],
    ),
    ("role delete", CHANGE),
    ("policy show", &["format"]),
    (
        "policy set",
        &[
            "expiry_required",
            "longest_days",
            "warning_days",
            "dry_run",
            "yes",
            "format",
        ],
    ),
    ("scan", &["paths=-", "lock", "yes", "format"]),
];

/// The command that a client typed, on the database and as the user of its line.
///
/// # Errors
/// [`Failure::Answer`] with the help that was asked for, too.
pub(super) fn read(
    text: Text,
    config: &Config,
    typed: &OsStr,
    line: &Args,
) -> Result<Args, Failure> {
    let words = ssh_words::words(typed.as_bytes())
        .map_err(|no| Failure::Sentence(sentence(no), Exit::Usage))?;
    let console = Args::command();
    let (mut command, mut path) = (&console, Vec::new());
    while let Some(found) = words
        .get(path.len())
        .and_then(|w| command.find_subcommand(w))
    {
        command = found;
        path.push(found.get_name());
    }
    let name = path.join(" ");
    let Some((_, takes)) = allowed(&name) else {
        return Err(no_command(text, &words));
    };
    let program = OsString::from(console.get_name());
    let begin = |end: usize| {
        std::iter::once(program.clone()).chain(words[..end].iter().map(OsString::from))
    };
    let found = console.clone().try_get_matches_from(begin(words.len()));
    let found = match found {
        Err(answer) if !answer.use_stderr() => {
            args::command().try_get_matches_from(begin(words.len()))
        }
        found => found,
    }
    .map_err(Failure::Answer)?;
    let mut matches = &found;
    for part in &path {
        matches = matches.subcommand_matches(part).unwrap_or(matches);
    }
    check(text, command, matches, takes)?;
    let own = own_options(command, line);
    let rest = words[path.len()..].iter().map(OsString::from);
    let args = Args::read(begin(path.len()).chain(own).chain(rest).collect());
    admit(config, command, line)?;
    args.map_err(Failure::Answer)
}

/// What is wrong with what was typed.
fn sentence(no: NoWords) -> &'static str {
    match no {
        NoWords::TooLong => "ssh_commands.too_long",
        NoWords::NotText => "ssh_commands.not_text",
        NoWords::Quotes => "ssh_commands.quotes",
        NoWords::Secret => "ssh_commands.secret",
        NoWords::Comment => "ssh_commands.comment",
        NoWords::Empty => "ssh_commands.empty",
    }
}

/// What is allowed of a command; of one that only stands before others, nothing but its help.
fn allowed(name: &str) -> Option<(&'static str, &'static [&'static str])> {
    let stands_before = |long: &str| {
        long.strip_prefix(name)
            .is_some_and(|rest| rest.starts_with(' '))
    };
    let mut table = ALLOWED.iter();
    table
        .find(|(allowed, _)| *allowed == name)
        .copied()
        .or_else(|| {
            let before = !name.is_empty() && ALLOWED.iter().any(|(long, _)| stands_before(long));
            before.then_some(("", &[][..]))
        })
}

/// Refuses whatever the command was given that is not known to be safe, however it was spelt: it is looked at as it was
/// understood.
fn check(
    text: Text,
    command: &clap::Command,
    matches: &ArgMatches,
    takes: &[&str],
) -> Result<(), Failure> {
    for arg in command.get_arguments() {
        let id = arg.get_id().as_str();
        if matches.value_source(id) != Some(ValueSource::CommandLine) {
            continue;
        }
        let option = shown(arg);
        let refused = |name, only: &str| {
            let facts: [(&str, &dyn Display); 2] = [("option", &option), ("only", &only)];
            Err(Failure::Words(text.fill(name, &facts), Exit::NotAllowed))
        };
        match takes.iter().find_map(|take| take.strip_prefix(id)) {
            Some("") => {}
            Some(rest) if rest.starts_with('=') => {
                let only = &rest[1..];
                let mut given = matches.get_raw(id).into_iter().flatten();
                if given.any(|value| value != only) {
                    return refused("ssh_commands.only", only);
                }
            }
            _ if id == "break_glass" => return refused("ssh_commands.break_glass", ""),
            _ => return refused("ssh_commands.no_option", ""),
        }
    }
    Ok(())
}

/// An option or an argument as the help has it.
fn shown(arg: &clap::Arg) -> String {
    let value = || arg.get_value_names().and_then(|names| names.first());
    match arg.get_long() {
        Some(long) => format!("--{long}"),
        None => value().map_or_else(|| arg.get_id().to_string(), ToString::to_string),
    }
}

/// Whose it is and on which database, where the command takes that.
fn own_options(command: &clap::Command, line: &Args) -> Vec<OsString> {
    let user = line.user.user.as_ref().map(OsString::from);
    let database = line.database.db.as_ref().map(OsString::from);
    let own = [("user", user), ("db", database)];
    let taken = own.into_iter().filter(|(id, _)| takes(command, id));
    taken
        .filter_map(|(id, value)| {
            let mut option = OsString::from(format!("--{id}="));
            option.push(value?);
            Some(option)
        })
        .collect()
}

fn takes(command: &clap::Command, id: &str) -> bool {
    command.get_arguments().any(|arg| arg.get_id() == id)
}

/// Lets in who may sign in and view API keys, where a command asks as nobody: of a secret nobody else learns anything on
/// the console either.
fn admit(config: &Config, command: &clap::Command, line: &Args) -> Result<(), Failure> {
    let (Some(user), Some(database)) = (&line.user.user, &line.database.db) else {
        return Ok(());
    };
    if takes(command, "user") {
        return Ok(());
    }
    let mut service = to_look(&Place::of(database), config)?;
    let actor = service.sign_in(user, &config.arrival)?;
    service.try_secret(&actor, &[])?;
    Ok(())
}

fn no_command(text: Text, words: &[String]) -> Failure {
    let mut known: Vec<&str> = ALLOWED
        .iter()
        .filter_map(|(name, _)| name.split(' ').next())
        .collect();
    known.dedup();
    let typed = printable(&words[0]);
    let facts: [(&str, &dyn Display); 2] = [("command", &typed), ("known", &known.join(", "))];
    Failure::Words(
        text.fill("ssh_commands.no_command", &facts),
        Exit::NotAllowed,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Options that are refused with every command: the line says them, or they are about the host.
    const REFUSED: &[&str] = &["user", "db", "theme"];
    /// Commands that are refused, and what of a command is.
    const REFUSED_OF: &[(&str, &[&str])] = &[
        ("events", &["prune_before", "to", "stale"]),
        ("key new", &["secret_file", "secret_fd", "secret_dir"]),
        ("key new-secret", &["secret_file", "secret_fd"]),
        ("user unlock", &["break_glass"]),
        // How old a verdict may be is for whoever answers for it.
        ("verify", &["stale"]),
    ];
    const REFUSED_COMMANDS: &[&str] = &[
        "demo",
        "serve",
        "ssh-line",
        "config",
        "themes",
        "backup",
        "restore",
        "move",
        "doctor",
        "completions",
        "man",
    ];

    /// Every command that does something, by its whole name.
    fn commands(command: &clap::Command, path: &str) -> Vec<(String, clap::Command)> {
        let mut all = Vec::new();
        for inner in command.get_subcommands() {
            let name = format!("{path} {}", inner.get_name()).trim().to_owned();
            if inner.has_subcommands() {
                all.extend(commands(inner, &name));
            } else {
                all.push((name, inner.clone()));
            }
        }
        all
    }

    #[test]
    fn of_every_command_and_option_it_is_decided_whether_a_client_may_give_it() {
        for (name, command) in commands(&Args::command(), "") {
            let table = ALLOWED.iter().find(|(allowed, _)| *allowed == name);
            let Some((_, takes)) = table else {
                assert!(
                    REFUSED_COMMANDS.contains(&&*name),
                    "Is keyward {name} safe for somebody who has nothing else on this host? If it is, it belongs in ALLOWED, \
                     with its safe options; if not, in REFUSED_COMMANDS."
                );
                continue;
            };
            for arg in command.get_arguments() {
                let id = arg.get_id().as_str();
                let is = |decided: &&str| decided.split('=').next() == Some(id);
                let of = REFUSED_OF.iter().filter(|(of, _)| *of == name);
                let mut refused = of.flat_map(|(_, ids)| *ids).chain(REFUSED);
                let decided = [takes.iter().any(&is), refused.any(is)];
                assert!(
                    decided == [true, false] || decided == [false, true],
                    "Is {id} of keyward {name} safe for somebody who has nothing else on this host? If it is, it belongs in \
                     ALLOWED; if not, in REFUSED_OF."
                );
            }
        }
    }
}
