//! The exit codes: one table for all of Keyward. Help, manual and docs are drawn from it.

use std::process::ExitCode;

use crate::domain::trouble::{DescriptorFault, Fault, OpenFault, Trouble};

/// How a command ends. A signal ends a process with 128 and its number, and a panic with 101.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    Done,
    Refused,
    Trouble,
    Usage,
    NotAllowed,
    /// Nobody reads standard output any more, as SIGPIPE ends a program.
    Closed,
}

impl Exit {
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Exit::Done => 0,
            Exit::Refused => 1,
            Exit::Trouble => 2,
            // EX_USAGE and EX_NOPERM of sysexits.h.
            Exit::Usage => 64,
            Exit::NotAllowed => 77,
            Exit::Closed => 128 + 13,
        }
    }
}

impl Exit {
    /// How a command ends for which this stood in the way.
    #[must_use]
    pub fn of(trouble: &Trouble) -> Exit {
        match trouble {
            Trouble::NotAuthorized(_)
            | Trouble::MayNotPrune
            | Trouble::LockedOut(_)
            | Trouble::NoUserInterface { .. }
            | Trouble::KeyRefused(_)
            | Trouble::BeyondOwn { .. }
            | Trouble::RoleBeyondOwn(_)
            | Trouble::SecretBeyondOwn { .. }
            | Trouble::GivesBeyondOwn { .. }
            | Trouble::NoFiles
            | Trouble::Storage(Fault::Denied(_))
            | Trouble::Open(_, OpenFault::Fault(Fault::Denied(_)) | OpenFault::NotOwner { .. }) => {
                Exit::NotAllowed
            }
            Trouble::Open(_, OpenFault::Server(fault)) if fault.is_refusal() => Exit::NotAllowed,
            Trouble::Problems(problems) if problems.iter().any(|one| one.rule.is_beyond_own()) => {
                Exit::NotAllowed
            }
            // What the command line has values in are its arguments.
            Trouble::Problems(problems) if problems.iter().any(|one| one.rule.is_unreadable()) => {
                Exit::Usage
            }
            // And names.
            Trouble::SecretNamed => Exit::Usage,
            Trouble::Open(_, OpenFault::InUse)
            | Trouble::NoSuchUser(_)
            | Trouble::NoSuchTarget(_)
            | Trouble::NoSuchActor(_)
            | Trouble::NoneNamed(..)
            | Trouble::NoneWithId(..)
            | Trouble::SeveralNamed { .. }
            | Trouble::KeyGone(_)
            | Trouble::UserGone(_)
            | Trouble::RoleGone(_)
            | Trouble::OwnLock
            | Trouble::OwnDeletion
            | Trouble::LastManager
            | Trouble::RoleImmutable(_)
            | Trouble::RoleInUse { .. }
            | Trouble::Problems(_)
            | Trouble::NotRestorable(_)
            | Trouble::NameTakenMeanwhile { .. }
            | Trouble::ChangedSinceSeen
            | Trouble::SecretVoid
            | Trouble::SecretDelivered
            | Trouble::NoOverlap
            | Trouble::Flawed(_)
            | Trouble::PrunedMeanwhile
            | Trouble::NotReadBack(_)
            | Trouble::Import { .. } => Exit::Refused,
            Trouble::Descriptor(_, DescriptorFault::NoReader | DescriptorFault::Other(_)) => {
                Exit::Trouble
            }
            Trouble::OverlapNeeded | Trouble::NotARecipient(_) | Trouble::Descriptor(..) => {
                Exit::Usage
            }
            Trouble::OutOfMemory
            | Trouble::UnknownHash
            | Trouble::NoRandomness
            | Trouble::Storage(_)
            | Trouble::Open(..)
            | Trouble::File(..)
            | Trouble::ExportTooLong
            | Trouble::NotEncrypted(_)
            | Trouble::ClipboardOff
            | Trouble::DisplayRefused(_)
            | Trouble::TmuxRefused(_)
            | Trouble::DisplayKeeps(_)
            | Trouble::TmuxKeeps { .. } => Exit::Trouble,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit.code())
    }
}

/// Every exit code, as it is written, and what it means whatever the command.
pub const TABLE: [(&str, &str); 7] = [
    ("0", "Done, or valid; an empty list, too"),
    (
        "1",
        "Refused, something named does not exist, or a check found what it looks for",
    ),
    (
        "2",
        "Trouble, said on standard error: no database, or one that cannot be used, no space, no terminal",
    ),
    (
        "64",
        "Wrong usage: arguments that cannot be understood, or do not go together",
    ),
    (
        "77",
        "Not allowed: the database belongs to another account, the user may not sign in, or their role does not allow it",
    ),
    ("101", "An error of Keyward itself"),
    (
        "128+n",
        "Ended by signal n; 141 where nobody reads standard output any more",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_tells_every_code_once() {
        let of_signals = |exit: &Exit| exit.code() > 128;
        let all = [
            Exit::Done,
            Exit::Refused,
            Exit::Trouble,
            Exit::Usage,
            Exit::NotAllowed,
            Exit::Closed,
        ];
        for exit in all.iter().filter(|exit| !of_signals(exit)) {
            let code = exit.code().to_string();
            assert_eq!(
                TABLE.iter().filter(|(written, _)| *written == code).count(),
                1
            );
        }
        assert!(TABLE.is_sorted_by_key(|(written, _)| { written.parse::<u16>().unwrap_or(128) }));
    }
}
