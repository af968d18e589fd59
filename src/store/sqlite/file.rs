//! The database's file, those that `SQLite` has beside it, and their directory: looked at before `SQLite` may touch them.

use std::fs::{self, DirBuilder, Metadata, OpenOptions, Permissions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{DirBuilderExt, FileExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::fcntl::{AT_FDCWD, AtFlags};
use nix::unistd::{AccessFlags, faccessat};

use crate::domain::trouble::{Fault, OpenFault, PathFault};
use crate::domain::user::OsAccount;
use crate::path::{self, Halt, Walked, name_of};
use crate::store::sqlite::address::{FILE_MODE, beside};
use crate::store::sqlite::identity::Identity;
use crate::store::sqlite::migrate::APPLICATION_ID;

const DIRECTORY_MODE: u32 = 0o700;

/// What `SQLite` opens beside a database, by the end of its name.
pub const BESIDE: [&str; 3] = ["-wal", "-shm", "-journal"];

/// How a journal begins whose pages go back into the database (<https://sqlite.org/fileformat2.html#the_rollback_journal>).
const JOURNAL: [u8; 8] = [0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7];

/// Where a database says that it is written and read with a log: twice a 2.
const VERSIONS: u64 = 18;

/// Whether there is nothing at the path.
pub fn is_missing(path: &Path) -> Result<bool, OpenFault> {
    match fs::metadata(path) {
        Ok(_) => Ok(false),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(true),
        Err(error) => Err(unreachable(&error)),
    }
}

/// Makes the directory of a new database if there is none, and looks at it; gives the database's path without links.
pub fn prepare_directory(path: &Path, account: &OsAccount) -> Result<PathBuf, OpenFault> {
    let path = absolute(path)?;
    // Nothing is made where others could replace it.
    let Walked { real, .. } = walk(&path, account)?;
    let directory = parent(&real);
    if !directory.exists() {
        // The file creation mask may have taken more away than it should.
        DirBuilder::new()
            .recursive(true)
            .mode(DIRECTORY_MODE)
            .create(directory)
            .and_then(|()| fs::set_permissions(directory, Permissions::from_mode(DIRECTORY_MODE)))
            .map_err(|error| unreachable(&error))?;
    }
    let Walked { real, .. } = walk(&path, account)?;
    check_directory(&real, account)?;
    Ok(real)
}

/// Checks that the database that is there is to be trusted, and can be written.
pub fn check(path: &Path, account: &OsAccount) -> Result<Identity, OpenFault> {
    let identity = trust(path, account)?;
    check_writable(parent(identity.real()))?;
    check_writable(identity.real())?;
    Ok(identity)
}

/// Checks that the database that is there is to be trusted: its path, its directory, and all files that `SQLite` will
/// open. The path comes after the owner: whoever does not own the database need not be told how to mend its directory.
pub fn trust(path: &Path, account: &OsAccount) -> Result<Identity, OpenFault> {
    let path = absolute(path)?;
    if on_network(&path) {
        return Err(OpenFault::NetworkFileSystem);
    }
    let (real, facts) = trust_file(&path, account)?;
    check_directory(&real, account)?;
    check_file(&real, &facts)?;
    for suffix in BESIDE {
        check_beside(&beside(&real, suffix), account)?;
    }
    if has_stray_journal(&real) {
        return Err(OpenFault::ForeignJournal);
    }
    check_length(&facts)?;
    Ok(Identity::new(path, real, &facts))
}

/// Checks that what is at an absolute path is a file of the account, and that nobody else could change what the path
/// leads to; gives its path without links.
fn trust_file(path: &Path, account: &OsAccount) -> Result<(PathBuf, Metadata), OpenFault> {
    let facts = fs::metadata(path).map_err(|error| unreachable(&error))?;
    if facts.is_dir() {
        return Err(OpenFault::IsDirectory);
    }
    // More of it is not looked at here: closing a file drops the locks that this process has on it through another
    // connection.
    if !facts.is_file() {
        return Err(OpenFault::NotADatabase);
    }
    if facts.uid() != account.uid {
        return Err(OpenFault::NotOwner {
            owner: name_of(facts.uid()),
        });
    }
    let Walked { real, facts } = walk(path, account)?;
    Ok((real, facts.ok_or(OpenFault::Missing)?))
}

fn check_length(facts: &Metadata) -> Result<(), OpenFault> {
    match facts.len() {
        0 => Err(OpenFault::Empty),
        // SQLite takes a file of one byte, whatever it is, for an empty database.
        1 => Err(OpenFault::NotADatabase),
        _ => Ok(()),
    }
}

/// Checks that a copy that is there is to be trusted, and finds out whether it has a log; only then others must not make
/// files beside it.
pub fn trust_copy(path: &Path, account: &OsAccount) -> Result<(PathBuf, bool), OpenFault> {
    let path = absolute(path)?;
    let (real, facts) = trust_file(&path, account)?;
    let has = |suffix| fs::symlink_metadata(beside(&real, suffix)).is_ok_and(|log| log.len() > 0);
    if has("-wal") || has("-journal") {
        trust(&path, account)?;
        return Ok((real, true));
    }
    check_file(&real, &facts)?;
    check_length(&facts)?;
    Ok((real, false))
}

/// On a local file system, and nobody else makes files in it.
fn check_directory(real: &Path, account: &OsAccount) -> Result<(), OpenFault> {
    let directory = parent(real);
    let facts = fs::metadata(directory).map_err(|error| unreachable(&error))?;
    if on_network(directory) {
        return Err(OpenFault::NetworkFileSystem);
    }
    path::check_own_directory(directory, &facts, account.uid).map_err(OpenFault::Unsafe)
}

/// Written by nobody else, and not under another name either.
fn check_file(path: &Path, facts: &Metadata) -> Result<(), OpenFault> {
    path::check_mode(path, facts).map_err(OpenFault::Unsafe)?;
    if facts.nlink() > 1 {
        return Err(OpenFault::Unsafe(PathFault::HardLinks {
            path: path.to_owned(),
            links: facts.nlink(),
        }));
    }
    Ok(())
}

/// A file beside the database; there need not be one.
fn check_beside(path: &Path, account: &OsAccount) -> Result<(), OpenFault> {
    let facts = match fs::symlink_metadata(path) {
        Ok(facts) => facts,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(unreachable(&error)),
    };
    if facts.uid() != account.uid {
        return Err(OpenFault::Unsafe(PathFault::Owner {
            path: path.to_owned(),
            owner: name_of(facts.uid()),
            account: name_of(account.uid),
        }));
    }
    if !facts.is_file() {
        return Err(OpenFault::Unsafe(PathFault::NotAFile(path.to_owned())));
    }
    check_file(path, &facts)
}

/// Whether there is a journal that `SQLite` would put back into a database which, having a log, makes none. The
/// database is read where there is one alone: closing it drops the locks that this process has on it.
fn has_stray_journal(real: &Path) -> bool {
    let journal = beside(real, "-journal");
    has_at(&journal, 0, JOURNAL)
        && !is_of_turning_log_on(&journal).unwrap_or(true)
        && has_at(real, VERSIONS, [2, 2])
}

/// Whether a journal has the first page of a database of ours, and no other: turning the log on may have been
/// interrupted. Nothing where it has none at all.
fn is_of_turning_log_on(journal: &Path) -> Option<bool> {
    let number = |at| at_of(journal, at).map(u32::from_be_bytes).map(u64::from);
    let (sector, page) = (number(20)?, number(24)?);
    let length = fs::metadata(journal).ok()?.len();
    // A page has its number before it, and a checksum behind.
    let one = length <= sector + page + 8;
    let ours = number(sector + 4 + 68)? == APPLICATION_ID.unsigned_abs();
    Some(one && number(sector)? == 1 && ours)
}

fn at_of<const N: usize>(path: &Path, at: u64) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    let file = fs::File::open(path).ok()?;
    file.read_exact_at(&mut bytes, at).ok()?;
    Some(bytes)
}

fn has_at<const N: usize>(path: &Path, at: u64, wanted: [u8; N]) -> bool {
    at_of(path, at) == Some(wanted)
}

/// `SQLite` opens what it cannot write for reading only, without a word.
fn check_writable(path: &Path) -> Result<(), OpenFault> {
    faccessat(AT_FDCWD, path, AccessFlags::W_OK, AtFlags::AT_EACCESS).map_err(|error| match error {
        Errno::EROFS => OpenFault::ReadOnlyMount,
        _ => OpenFault::ReadOnly,
    })
}

fn walk(path: &Path, account: &OsAccount) -> Result<Walked, OpenFault> {
    path::walk(path, account.uid).map_err(|halt| match halt {
        Halt::Unsafe(fault) => OpenFault::Unsafe(fault),
        Halt::Unseen(error) => unreachable(&error),
    })
}

/// The path from the root, so that no name is taken for an option or a URI.
fn absolute(path: &Path) -> Result<PathBuf, OpenFault> {
    std::path::absolute(path).map_err(|error| unreachable(&error))
}

/// Makes the file, empty, where there is none.
pub fn make(path: &Path) -> io::Result<()> {
    let made = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(FILE_MODE)
        .open(path);
    match made {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

/// Why `SQLite` could not open what it keeps beside the database, where it cannot be made. It tries again for reading
/// only, and what the operating system said first is gone.
pub fn why_not_made(path: &Path) -> Option<OpenFault> {
    let path = fs::canonicalize(path).ok()?;
    let refused = |suffix| make(&beside(&path, suffix)).err();
    let error = refused("-wal").or_else(|| refused("-shm"))?;
    Some(match error.kind() {
        ErrorKind::ReadOnlyFilesystem => OpenFault::ReadOnlyMount,
        ErrorKind::PermissionDenied => OpenFault::ReadOnly,
        ErrorKind::StorageFull => OpenFault::Fault(Fault::Full),
        ErrorKind::QuotaExceeded => OpenFault::Fault(Fault::OverLimit),
        _ => OpenFault::Fault(Fault::Unwritable),
    })
}

fn parent(real: &Path) -> &Path {
    real.parent().unwrap_or(real)
}

pub fn unreachable(error: &io::Error) -> OpenFault {
    match error.kind() {
        ErrorKind::NotFound => OpenFault::Missing,
        ErrorKind::ReadOnlyFilesystem => OpenFault::ReadOnlyMount,
        ErrorKind::StorageFull => OpenFault::Fault(Fault::Full),
        ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => OpenFault::Fault(Fault::OverLimit),
        _ => OpenFault::Unreachable(error.to_string()),
    }
}

/// The kind of a file system, by its number in statfs(2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileSystem(i64);

/// Network file systems: NFS, SMB (three kinds), AFS (two), Coda, NCP, 9P, Ceph, Lustre, OCFS2, GFS2.
const NETWORK: [(i64, &str); 13] = [
    (0x6969, "nfs"),
    (0x517B, "smb"),
    (0xFF53_4D42, "cifs"),
    (0xFE53_4D42, "smb2"),
    (0x5346_414F, "afs"),
    (0x6B41_4653, "kafs"),
    (0x7375_7245, "coda"),
    (0x564C, "ncp"),
    (0x0102_1997, "9p"),
    (0x00C3_6400, "ceph"),
    (0x0BD0_0BD0, "lustre"),
    (0x7461_636F, "ocfs2"),
    (0x0116_1970, "gfs2"),
];
/// File systems whose files go when the machine does.
const VOLATILE: [(i64, &str); 2] = [(0x0102_1994, "tmpfs"), (0x8584_58F6, "ramfs")];
/// Local ones.
const LOCAL: [(i64, &str); 8] = [
    (0xEF53, "ext4"),
    (0x5846_5342, "xfs"),
    (0x9123_683E, "btrfs"),
    (0x2FC1_2FC1, "zfs"),
    (0xF2F5_2010, "f2fs"),
    (0x794C_7630, "overlay"),
    (0xCA45_1A4E, "bcachefs"),
    (0x4D44, "vfat"),
];
/// Programs are behind it, which may lock files or not.
const FUSE: i64 = 0x6573_5546;

impl FileSystem {
    /// What it is called; its number where it is none of those that are known here.
    #[must_use]
    pub fn name(self) -> String {
        let mut all = NETWORK.iter().chain(&VOLATILE).chain(&LOCAL);
        match all.find(|(number, _)| *number == self.0) {
            Some((_, name)) => (*name).to_owned(),
            None if self.0 == FUSE => "fuse".to_owned(),
            None => format!("0x{:X}", self.0),
        }
    }

    #[must_use]
    pub fn is_network(self) -> bool {
        NETWORK.iter().any(|(number, _)| *number == self.0)
    }

    /// Whether its files go when the machine does.
    #[must_use]
    pub fn is_volatile(self) -> bool {
        VOLATILE.iter().any(|(number, _)| *number == self.0)
    }

    /// Whether it depends on a program if files can be locked.
    #[must_use]
    pub fn is_doubtful(self) -> bool {
        self.0 == FUSE
    }
}

/// The kind of file system that the path is on.
#[cfg(target_os = "linux")]
pub fn file_system(path: &Path) -> Option<FileSystem> {
    let facts = nix::sys::statfs::statfs(path).ok()?;
    let number: i64 = facts.filesystem_type().0;
    // Of 32 bits: some machines extend the sign.
    Some(FileSystem(number & 0xFFFF_FFFF))
}

#[cfg(not(target_os = "linux"))]
pub fn file_system(_path: &Path) -> Option<FileSystem> {
    None
}

fn on_network(path: &Path) -> bool {
    file_system(path).is_some_and(FileSystem::is_network)
}
