//! The console, and `keyward verify`, read without the definitions of all the other commands: making those takes as long as
//! everything else that comes before a verdict. For the console alone none is made.

use std::ffi::OsString;

use clap::{Args as _, Command as Definition, FromArgMatches as _};

use crate::cli::args::{Args, Command, DatabaseArg, LinkArg, ThemeArg, UserArg, VerifyArgs};

const VERIFY: &str = "verify";

/// What the command line asks for, where it is one of those and in order. Nothing where it is another, or asks for help, or
/// has something wrong with it: then the whole definition is to read it.
pub(super) fn read(arguments: &[OsString]) -> Option<Args> {
    let console = Args {
        database: DatabaseArg { db: None },
        user: UserArg { user: None },
        theme: ThemeArg { theme: None },
        link: LinkArg { link_meter: false },
        ssh_commands: false,
        command: None,
    };
    if arguments.len() == 1 {
        return Some(console);
    }
    if arguments.get(1).is_some_and(|word| word == VERIFY) {
        let definition = VerifyArgs::augment_args(Definition::new(VERIFY));
        let read = definition.try_get_matches_from(&arguments[1..]).ok()?;
        let verify = VerifyArgs::from_arg_matches(&read).ok()?;
        return Some(Args {
            command: Some(Command::Verify(verify)),
            ..console
        });
    }
    let definition = DatabaseArg::augment_args(Definition::new("keyward"));
    let definition = ThemeArg::augment_args(UserArg::augment_args(definition));
    let definition = LinkArg::augment_args(definition);
    let read = definition.try_get_matches_from(arguments).ok()?;
    Some(Args {
        database: DatabaseArg::from_arg_matches(&read).ok()?,
        user: UserArg::from_arg_matches(&read).ok()?,
        theme: ThemeArg::from_arg_matches(&read).ok()?,
        link: LinkArg::from_arg_matches(&read).ok()?,
        ..console
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<OsString> {
        let words = ["keyward"].into_iter().chain(line.split_whitespace());
        words.map(OsString::from).collect()
    }

    #[test]
    fn what_is_read_directly_is_what_the_whole_definition_reads() {
        for line in [
            "",
            "--db x.db",
            "--db=verify --user alice --theme mono",
            "--theme ./dark.toml",
            "--link-meter --db x.db",
            "verify",
            "verify --db x.db",
            "verify --rights --identify --service git --address 192.0.2.7",
            "verify --batch --db=x.db",
        ] {
            let direct = read(&words(line)).unwrap_or_else(|| panic!("{line}"));
            let whole = Args::read_whole(words(line)).expect("understood");
            assert_eq!(format!("{direct:?}"), format!("{whole:?}"), "{line}");
        }
    }

    #[test]
    fn all_else_is_left_to_the_whole_definition() {
        for line in [
            "--help",
            "-h",
            "--version",
            "help verify",
            "verify --help",
            "verify 1:a",
            "verify --db",
            "verify --address here",
            "--db x.db verify",
            "--ssh-commands --user alice --db x.db",
            "--user",
            "key list",
            "verfy",
        ] {
            assert!(read(&words(line)).is_none(), "{line}");
        }
    }
}
