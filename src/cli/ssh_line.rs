//! `keyward ssh-line --user NAME KEYFILE`: the line of `authorized_keys` that lets a user in.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, absolute};
use std::process::ExitCode;

use zeroize::Zeroizing;

use crate::cli::args::SshLineArgs;
use crate::cli::exit::Exit;
use crate::cli::ssh_key::{KEY_FILE_MAX, NoKey, PublicKey};
use crate::cli::{Failure, path, print, to_look};
use crate::config::Config;
use crate::store::Place;
use crate::text::Text;

/// Stands for standard input: the account need not be able to read the file.
const INPUT: &str = "-";

/// Checks user and key, and prints the line.
pub(super) fn ssh_line(
    text: Text,
    config: &Config,
    asked: SshLineArgs,
) -> Result<ExitCode, Failure> {
    let database = path(asked.database, config)?;
    let place = Place::of(&database);
    to_look(&place, config)?.known_user(&asked.user)?;
    let of_input = asked.key_file == Path::new(INPUT);
    let key_file = if of_input {
        Path::new("/dev/stdin")
    } else {
        &*asked.key_file
    };
    let refused = |words| Failure::Words(words, Exit::Trouble);
    let bytes = if of_input {
        read(io::stdin())
    } else {
        File::open(key_file).and_then(read)
    };
    let bytes = bytes.map_err(|error| {
        let facts: [(&str, &dyn std::fmt::Display); 2] =
            [("path", &key_file.display()), ("words", &error)];
        refused(text.fill("ssh_line.unreadable", &facts))
    })?;
    let key = PublicKey::parse(&bytes).map_err(|why| refused(no_key(text, why, key_file)))?;
    let line = line(text, config, &database, &asked.user, asked.commands, &key)?;
    print(&(line + "\n"))
}

/// Why the file at this path does not hold exactly one public key. Nothing of what it holds is repeated.
fn no_key(text: Text, why: NoKey, path: &Path) -> String {
    let name = match why {
        NoKey::NotText => "ssh_line.not_text",
        NoKey::Private => "ssh_line.private",
        NoKey::Empty => "ssh_line.empty",
        NoKey::Several => "ssh_line.several",
        NoKey::Options => "ssh_line.options",
        NoKey::UnknownType => "ssh_line.unknown_type",
        NoKey::NotBase64 => "ssh_line.not_base64",
        NoKey::OtherType => "ssh_line.other_type",
        NoKey::Damaged => "ssh_line.damaged",
        NoKey::ControlCharacter => "ssh_line.control",
    };
    text.fill(name, &[("path", &path.display())])
}

/// As much as a public key can have, and one byte more; wiped, because it could be a private one.
fn read(file: impl Read) -> io::Result<Zeroizing<Vec<u8>>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(KEY_FILE_MAX + 1));
    let most = u64::try_from(bytes.capacity()).unwrap_or(u64::MAX);
    file.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The line, which says where program and database are: sshd and the account's shell need not find them.
fn line(
    text: Text,
    config: &Config,
    database: &Path,
    user: &str,
    commands: bool,
    key: &PublicKey,
) -> Result<String, Failure> {
    let unquotable = |word: &dyn std::fmt::Display| {
        let words = text.fill("ssh_line.unquotable", &[("path", word)]);
        Failure::Words(words, Exit::Trouble)
    };
    let program = config.program.as_deref().filter(|path| path.is_file());
    let program = program.ok_or(Failure::Sentence("ssh_line.no_program", Exit::Trouble))?;
    let database = match Place::of(database) {
        Place::Server(_) => database.to_owned(),
        _ => absolute(database).unwrap_or_else(|_| database.to_owned()),
    };
    let mut command = vec![
        program
            .to_str()
            .ok_or_else(|| unquotable(&program.display()))?,
        "--user",
        user,
    ];
    // Where commands are allowed no variable that sshd lets through may say it.
    if commands || config.own_database.as_ref() != Some(&database) {
        let path = database.to_str();
        command.push("--db");
        command.push(path.ok_or_else(|| unquotable(&database.display()))?);
    }
    if commands {
        command.push("--ssh-commands");
    }
    key.authorized_line(&command)
        .map_err(|word| unquotable(&word))
}
