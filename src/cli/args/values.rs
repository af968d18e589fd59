//! Values of options that more commands than one take.

use clap::{Args as Arguments, ValueEnum};

use crate::cli::Failure;
use crate::cli::exit::Exit;
use crate::domain::locale::Locale;
use crate::domain::rights::label;
use crate::domain::tz::Tz;
use crate::domain::zone::by_name;

/// What is so or is not so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Switch {
    Yes,
    No,
}

impl Switch {
    pub(in crate::cli) fn is_on(self) -> bool {
        self == Switch::Yes
    }
}

/// Whether something is to be locked out, of keys and of users.
#[derive(Debug, Arguments)]
pub(in crate::cli) struct LockFieldArgs {
    /// Locked out or not
    #[arg(long, value_name = "SWITCH", value_enum)]
    locked_out: Option<Switch>,
    /// The reason for the lock
    #[arg(
        long,
        value_name = "TEXT",
        allow_hyphen_values = true,
        requires = "locked_out"
    )]
    reason: Option<String>,
}

impl LockFieldArgs {
    /// The reason of the lock that is asked for; nothing in it where a lock is to be taken off, for which there is none.
    pub(in crate::cli) fn lock(self) -> Option<Result<Option<String>, Failure>> {
        Some(match (self.locked_out?, self.reason) {
            (Switch::Yes, reason) => Ok(Some(reason.unwrap_or_default())),
            (Switch::No, None) => Ok(None),
            (Switch::No, Some(_)) => Err(Failure::Sentence("cli.reason_of_none", Exit::Usage)),
        })
    }
}

/// The language with this tag, in whatever case.
pub(in crate::cli) fn locale(typed: &str) -> Result<Locale, &'static str> {
    let found = Locale::ALL
        .into_iter()
        .find(|locale| locale.tag().eq_ignore_ascii_case(typed));
    found.ok_or("the languages are en-US and ja-JP")
}

/// The time zone of this name.
pub(in crate::cli) fn zone(typed: &str) -> Result<Tz, &'static str> {
    by_name(typed).ok_or("not the name of a time zone, such as UTC, Europe/Berlin or Asia/Tokyo")
}

/// The word for what a setting of the own machine decides.
const MACHINE: &str = "machine";

/// A value, or what the machine says, which is nothing.
#[derive(Clone, Copy, Debug)]
pub(in crate::cli) struct OrMachine<T>(pub(in crate::cli) Option<T>);

fn or_machine<T>(typed: &str, read: impl FnOnce(&str) -> Option<T>) -> Option<OrMachine<T>> {
    if typed.eq_ignore_ascii_case(MACHINE) {
        return Some(OrMachine(None));
    }
    read(typed).map(|value| OrMachine(Some(value)))
}

/// A language, or that of the machine.
pub(in crate::cli) fn locale_or_machine(typed: &str) -> Result<OrMachine<Locale>, &'static str> {
    or_machine(typed, |typed| locale(typed).ok())
        .ok_or("the languages are en-US and ja-JP; or machine, for what the machine says")
}

/// A time zone, or that of the machine.
pub(in crate::cli) fn zone_or_machine(typed: &str) -> Result<OrMachine<Tz>, &'static str> {
    or_machine(typed, by_name).ok_or(
        "not the name of a time zone, such as UTC or Asia/Tokyo; or machine, for what the machine says",
    )
}

/// The full name of a right.
pub(in crate::cli) fn right(typed: &str) -> Result<String, &'static str> {
    let is_one = label(typed, Locale::EnUs).is_some();
    is_one.then(|| typed.to_owned()).ok_or(
        "not the full name of a right, such as platformRights.computerRights.canViewNotRelatedToComputers; keyward role show 1 --format json tells all",
    )
}
