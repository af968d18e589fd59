//! Whether others could change what a path leads to: one rule for the database and for the config file.
//!
//! Every directory on the way, also on the way of every symbolic link, belongs to root or the account, and group and
//! others cannot write it; or it is sticky, as `/tmp` is, and what the way takes from it belongs to root or the
//! account. sshd and the kernel's `protected_symlinks` think alike.
//!
//! It looks with lstat(2) alone: opening and closing a database would drop `SQLite`'s locks in this process. What was
//! looked at cannot be exchanged meanwhile, because nobody else can write where it is.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::fs::{self, Metadata};
use std::io::{self, ErrorKind};
use std::os::unix::fs::MetadataExt;
use std::path::{Component, Path, PathBuf};

use nix::errno::Errno;
use nix::unistd::{Uid, User};

use crate::domain::trouble::PathFault;

/// Writing by group or others.
const FOREIGN_WRITE: u32 = 0o022;
/// Only the owner of a file (or of the directory) may rename or remove it.
const STICKY: u32 = 0o1000;
/// The permission bits of a mode, the sticky one included.
const PERMISSIONS: u32 = 0o7777;
/// How many symbolic links the kernel follows on one path (`path_resolution(7)`).
const MOST_LINKS: usize = 40;

/// Where a path leads.
#[derive(Debug)]
pub struct Walked {
    /// The path without symbolic links.
    pub real: PathBuf,
    /// What is there; nothing where it, or a directory on the way, does not exist yet.
    pub facts: Option<Metadata>,
}

/// Why a path was not walked to its end.
#[derive(Debug)]
pub enum Halt {
    /// Others could change where it leads.
    Unsafe(PathFault),
    /// The operating system does not let the process look.
    Unseen(io::Error),
}

impl From<io::Error> for Halt {
    fn from(error: io::Error) -> Halt {
        Halt::Unseen(error)
    }
}

impl From<PathFault> for Halt {
    fn from(fault: PathFault) -> Halt {
        Halt::Unsafe(fault)
    }
}

/// Follows an absolute path as the kernel does, and looks at every directory that it goes through. What it leads to
/// is not judged, unless it lies in a sticky directory.
pub fn walk(path: &Path, account: u32) -> Result<Walked, Halt> {
    let mut ahead: VecDeque<OsString> = names(path);
    let mut real = PathBuf::from("/");
    let mut facts = fs::symlink_metadata(&real)?;
    let mut links = 0;
    while let Some(name) = ahead.pop_front() {
        if !facts.is_dir() {
            return Err(io::Error::from(Errno::ENOTDIR).into());
        }
        check_directory(&real, &facts, account)?;
        if name == ".." {
            real.pop();
            facts = fs::symlink_metadata(&real)?;
            continue;
        }
        let next = real.join(&name);
        let found = match fs::symlink_metadata(&next) {
            Ok(found) => found,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                real = ahead.iter().fold(next, |path, name| path.join(name));
                return Ok(Walked { real, facts: None });
            }
            Err(error) => return Err(error.into()),
        };
        if is_shared(&facts) {
            check_owner(&next, &found, account)?;
        }
        if found.is_symlink() {
            links += 1;
            if links > MOST_LINKS {
                return Err(io::Error::from(Errno::ELOOP).into());
            }
            let target = fs::read_link(&next)?;
            if target.is_absolute() {
                real = PathBuf::from("/");
                facts = fs::symlink_metadata(&real)?;
            }
            let mut way = names(&target);
            way.append(&mut ahead);
            ahead = way;
            continue;
        }
        real = next;
        facts = found;
    }
    let facts = Some(facts);
    Ok(Walked { real, facts })
}

/// The names of a path, without the root and without `.`.
fn names(path: &Path) -> VecDeque<OsString> {
    path.components()
        .filter(|part| matches!(part, Component::Normal(_) | Component::ParentDir))
        .map(|part| part.as_os_str().to_owned())
        .collect()
}

fn check_directory(path: &Path, facts: &Metadata, account: u32) -> Result<(), PathFault> {
    check_owner(path, facts, account)?;
    if is_shared(facts) {
        Ok(())
    } else {
        check_mode(path, facts)
    }
}

/// Refuses what belongs to somebody else than root and the account.
pub fn check_owner(path: &Path, facts: &Metadata, account: u32) -> Result<(), PathFault> {
    if [0, account].contains(&facts.uid()) {
        return Ok(());
    }
    Err(PathFault::Owner {
        path: path.to_owned(),
        owner: name_of(facts.uid()),
        account: name_of(account),
    })
}

/// Refuses what group or others can write.
pub fn check_mode(path: &Path, facts: &Metadata) -> Result<(), PathFault> {
    let mode = facts.mode() & PERMISSIONS;
    if mode & FOREIGN_WRITE == 0 {
        return Ok(());
    }
    Err(PathFault::Writable {
        path: path.to_owned(),
        mode,
    })
}

/// Refuses a directory in which others can make files, sticky or not: what does not exist yet there, anybody could
/// make.
pub fn check_own_directory(path: &Path, facts: &Metadata, account: u32) -> Result<(), PathFault> {
    check_owner(path, facts, account)?;
    match check_mode(path, facts) {
        // Nobody is told to take /tmp away from the others.
        Err(PathFault::Writable { path, .. }) if is_shared(facts) && facts.uid() != account => {
            Err(PathFault::Shared(path))
        }
        done => done,
    }
}

/// Whether others can make files there, and cannot take away what is another's.
fn is_shared(facts: &Metadata) -> bool {
    facts.is_dir() && facts.mode() & STICKY != 0 && facts.mode() & FOREIGN_WRITE != 0
}

/// The account's name, or its number where it has none.
#[must_use]
pub fn name_of(uid: u32) -> String {
    match User::from_uid(Uid::from_raw(uid)) {
        Ok(Some(user)) => user.name,
        _ => uid.to_string(),
    }
}
