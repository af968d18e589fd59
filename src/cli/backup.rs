//! `keyward backup FILE`: a copy of the database, while others write it.

use std::fmt::Display;
use std::io::{self, Write};
use std::process::ExitCode;

use crate::cli::args::backup::BackupArgs;
use crate::cli::interrupt::stoppable;
use crate::cli::{Failure, place, print, to_look};
use crate::config::Config;
use crate::domain::trouble::Trouble;
use crate::new_file::NewFile;
use crate::service::backup::{Copied, Stop};
use crate::text::Text;

/// Makes the copy and tells what it holds.
pub(super) fn backup(text: Text, config: &Config, args: BackupArgs) -> Result<ExitCode, Failure> {
    if args.user.user.is_some() {
        return Err(Failure::Trouble(Trouble::NoFiles));
    }
    stoppable(|stop| copy(text, config, args, stop))
}

fn copy(text: Text, config: &Config, args: BackupArgs, stop: &Stop) -> Result<ExitCode, Failure> {
    // The database need not be writable: a backup is wanted most where it is not.
    let mut service = to_look(&place(args.database, config)?, config)?;
    let account = &config.account;
    let path = std::path::absolute(&args.file).unwrap_or(args.file);
    service.check_place_of_copy(&path, account)?;
    let file = NewFile::create(&path)?;
    let copied = service.back_up(file.path(), stop)?;
    file.sync()?;
    stop.check().map_err(Trouble::from)?;
    let told = file.path().display().to_string();
    let noted = service.note_backup(&account.name, &told, &copied.head);
    let path = match noted {
        Err(trouble) if trouble.hinders_writing_only() => {
            let path = file.keep(Ok(()))?;
            let words = text.fill("backup.not_recorded", &[("why", &text.trouble(&trouble))]);
            let _ = writeln!(io::stderr(), "keyward: {words}");
            path
        }
        noted => file.keep(noted)?,
    };
    print(&(text.fill("backup.made", &facts(&path.display(), &copied)) + "\n"))
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
