//! `keyward backup FILE`: a copy of the database, while others write it.

use std::fmt::Display;
use std::path::Path;
use std::process::ExitCode;

use crate::cli::args::backup::BackupArgs;
use crate::cli::exit::Exit;
use crate::cli::interrupt::stoppable;
use crate::cli::{Failure, on_store, place, tell, unless_reading_will_do, write};
use crate::config::Config;
use crate::domain::server::names_host;
use crate::domain::trouble::{Fault, Trouble};
use crate::new_file::NewFile;
use crate::service::backup::{Copied, Stop};
use crate::store::{Place, Store, checked};
use crate::text::Text;

/// Makes the copy and tells what it holds.
pub(super) fn backup(text: Text, config: &Config, args: BackupArgs) -> Result<ExitCode, Failure> {
    if args.user.user.is_some() {
        return Err(Failure::Trouble(Trouble::NoFiles));
    }
    stoppable(|stop| copy(text, config, args, stop))
}

fn copy(text: Text, config: &Config, args: BackupArgs, stop: &Stop) -> Result<ExitCode, Failure> {
    if args.file.as_os_str() == "-" {
        return Err(Failure::Sentence("backup.no_output", Exit::Usage));
    }
    let account = &config.account;
    let place = place(args.database, config)?;
    if let Place::Server(address) = &place {
        return Err(on_server(text, config, address, &args.file)?);
    }
    // The database need not be writable: a backup is wanted most where it is not.
    let mut hindered = None;
    let opened = on_store(Store::open_existing(&place, account)).or_else(|trouble| {
        hindered = Some(trouble.clone());
        unless_reading_will_do(Err(trouble), || {
            on_store(Store::open_to_read(&place, account))
        })
    });
    let mut service = opened?;
    let path = std::path::absolute(&args.file).unwrap_or(args.file);
    service.check_place_of_copy(&path, account)?;
    let file = NewFile::create(&path)?;
    let copied = service.back_up(file.path(), stop)?;
    file.sync()?;
    stop.check().map_err(Trouble::from)?;
    let told = file.path().display().to_string();
    let noted = service.note_backup(&account.name, &told, &copied.head);
    let path = match noted {
        Err(trouble) if trouble == Fault::Busy.into() || trouble.hinders_writing_only() => {
            let path = file.keep(Ok(()))?;
            // What hindered the opening is why it was opened for reading only.
            let trouble = hindered.unwrap_or(trouble);
            let words = text.fill("backup.not_recorded", &[("why", &text.trouble(&trouble))]);
            tell(&words);
            path
        }
        noted => file.keep(noted)?,
    };
    let made = text.fill("backup.made", &facts(&path.display(), &copied));
    if let Err(error) = write(&format!("{made}\n")) {
        // It is there, whoever cannot read that.
        tell(&made);
        return Err(Failure::Output(error));
    }
    Ok(ExitCode::SUCCESS)
}

/// Looks through a database on a server, and says what copies it: the server's own program, while others use it.
fn on_server(text: Text, config: &Config, address: &str, file: &Path) -> Result<Failure, Failure> {
    let place = Place::Server(address.to_owned());
    let store = Store::open_to_read(&place, &config.account)?;
    let whole = store.read(|tx| checked(tx, None)?.map_err(Trouble::Flawed))?;
    let facts: [(&str, &dyn Display); 2] = [("events", &whole.events), ("head", &whole.head)];
    write(&(text.fill("backup.whole", &facts) + "\n")).map_err(Failure::Output)?;
    let file = file.to_string_lossy();
    let quoted = |word: &str| shlex::try_quote(word).map_or(word.to_owned(), Into::into);
    // It reads no address as Keyward does: a certificate that does not fit would do.
    let sign = if address.contains('?') { '&' } else { '?' };
    let secured = if address.contains("sslmode=") || !names_host(address) {
        address.to_owned()
    } else {
        format!("{address}{sign}sslmode=verify-full")
    };
    let command = format!(
        "umask 077; pg_dump --format=custom --file={} {}",
        quoted(&file),
        quoted(&secured)
    );
    let words = text.fill(
        "backup.on_server",
        &[("path", &address), ("command", &command)],
    );
    Ok(Failure::Words(words, Exit::Trouble))
}

/// What a sentence about a copy can be filled with.
pub(super) fn facts<'a>(
    path: &'a dyn Display,
    copied: &'a Copied,
) -> [(&'static str, &'a dyn Display); 5] {
    [
        ("path", path),
        ("bytes", &copied.bytes),
        ("schema", &copied.schema),
        ("keys", &copied.keys),
        ("head", &copied.head),
    ]
}
