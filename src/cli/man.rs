//! `keyward man`: the manual pages, one to each command, and those of the keys and the config file.

mod draw;

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::{self, ExitCode};

use nix::fcntl::OFlag;

use crate::cli::{Failure, print};
use crate::domain::trouble::{FileFault, Trouble};

/// How every page begins. What does not is not this command's to replace.
const MARK: &str = ".\\\" Written by keyward man.\n";

/// A manual page.
pub(super) struct Page {
    /// The file's name, such as `keyward.1`.
    name: String,
    text: String,
}

/// Prints the first page, or writes all of them into a directory that is there.
pub(super) fn man(directory: Option<&Path>) -> Result<ExitCode, Failure> {
    let pages = draw::pages();
    let Some(directory) = directory else {
        return print(&pages[0].text);
    };
    // Nothing is written where not all can be.
    for page in &pages {
        let path = directory.join(&page.name);
        told(&path, may_write(&path))?;
    }
    for page in &pages {
        let path = directory.join(&page.name);
        told(&path, write(&path, page))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn told<T>(path: &Path, done: io::Result<T>) -> Result<T, Trouble> {
    done.map_err(|error| Trouble::File(path.to_owned(), FileFault::of(&error)))
}

/// Fails where there is something that this command has not written, a symbolic link too.
fn may_write(path: &Path) -> io::Result<()> {
    match fs::symlink_metadata(path) {
        Ok(there) if there.is_file() => {}
        Ok(_) => return Err(ErrorKind::AlreadyExists.into()),
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    }
    let mut there = OpenOptions::new();
    let there = there.read(true).custom_flags(OFlag::O_NOFOLLOW.bits());
    let mut start = String::new();
    let read = there
        .open(path)?
        .take(MARK.len() as u64)
        .read_to_string(&mut start);
    if read.is_ok() && start == MARK {
        return Ok(());
    }
    Err(ErrorKind::AlreadyExists.into())
}

/// Puts the page in its place, whole or not at all.
fn write(path: &Path, page: &Page) -> io::Result<()> {
    let new: PathBuf = path.with_file_name(format!(".{}.{}", page.name, process::id()));
    let file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o644)
        .open(&new);
    let mut file: File = file?;
    let written = file.write_all(page.text.as_bytes());
    let done = written.and_then(|()| fs::rename(&new, path));
    if done.is_err() {
        let _ = fs::remove_file(&new);
    }
    done
}
