//! The database's file and directory: made for their owner alone, and looked at before `SQLite` may touch them.

use std::fs::{self, DirBuilder, Metadata, OpenOptions, Permissions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::fcntl::{AT_FDCWD, AtFlags};
use nix::unistd::{AccessFlags, Uid, User, faccessat};

use crate::domain::trouble::{Fault, OpenFault};
use crate::domain::user::OsAccount;

const DIRECTORY_MODE: u32 = 0o700;
pub const FILE_MODE: u32 = 0o600;
/// Writing by group or others.
const FOREIGN_WRITE: u32 = 0o022;

/// Makes the file, empty, and the directory that it is to be in. A file that is there already is left as it is:
/// another process may just have made it.
pub fn create(path: &Path) -> Result<(), OpenFault> {
    let made = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(FILE_MODE)
        .open(path)
        .and_then(|file| file.set_permissions(Permissions::from_mode(FILE_MODE)));
    match made {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(unreachable(&error)),
        _ => Ok(()),
    }
}

/// Makes the directory if there is none.
pub fn create_directory(path: &Path) -> Result<(), OpenFault> {
    let directory = directory_of(path);
    if directory.exists() {
        return Ok(());
    }
    // The file creation mask may have taken more away than it should.
    DirBuilder::new()
        .recursive(true)
        .mode(DIRECTORY_MODE)
        .create(&directory)
        .and_then(|()| fs::set_permissions(&directory, Permissions::from_mode(DIRECTORY_MODE)))
        .map_err(|error| unreachable(&error))
}

/// Whether there is something at the path.
pub fn exists(path: &Path) -> Result<bool, OpenFault> {
    match fs::metadata(path) {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(unreachable(&error)),
    }
}

/// Which file it is that a path led to.
#[derive(Debug)]
pub struct Identity {
    path: PathBuf,
    device: u64,
    inode: u64,
}

impl Identity {
    /// The file that the path leads to now.
    pub fn of(path: &Path) -> Result<Identity, OpenFault> {
        let path = absolute(path)?;
        let facts = fs::metadata(&path).map_err(|error| unreachable(&error))?;
        let (device, inode) = (facts.dev(), facts.ino());
        Ok(Identity {
            path,
            device,
            inode,
        })
    }

    pub fn real(&self) -> &Path {
        &self.path
    }

    /// Whether the path still leads to it.
    pub fn is_in_place(&self) -> bool {
        let facts = fs::metadata(&self.path);
        facts.is_ok_and(|facts| (facts.dev(), facts.ino()) == (self.device, self.inode))
    }
}

/// Checks the directory: on a local file system, and writable by its owner only.
pub fn check_directory(path: &Path) -> Result<(), OpenFault> {
    trust_directory(path)?;
    check_writable(&directory_of(path))
}

fn trust_directory(path: &Path) -> Result<(), OpenFault> {
    let directory = directory_of(path);
    let facts = fs::metadata(&directory).map_err(|error| unreachable(&error))?;
    if on_network(&directory) {
        return Err(OpenFault::NetworkFileSystem);
    }
    refuse_foreign_writers(&directory, &facts)
}

/// Checks that the file that is there, its directory included, is to be trusted and can be written.
pub fn check(path: &Path, account: &OsAccount) -> Result<(), OpenFault> {
    trust(path, account)?;
    check_writable(&directory_of(path))?;
    check_writable(path)
}

/// Checks that the file that is there, its directory included, is to be trusted. The directory comes after the owner: whoever does not
/// own the file need not be told how to mend its directory.
pub fn trust(path: &Path, account: &OsAccount) -> Result<Identity, OpenFault> {
    let facts = fs::metadata(path).map_err(|error| unreachable(&error))?;
    if on_network(path) {
        return Err(OpenFault::NetworkFileSystem);
    }
    if facts.is_dir() {
        return Err(OpenFault::IsDirectory);
    }
    // SQLite takes a file of one byte, whatever it is, for an empty database. More is not looked at here: closing a
    // file drops the locks that this process has on it through another connection.
    if !facts.is_file() || facts.len() == 1 {
        return Err(OpenFault::NotADatabase);
    }
    if facts.uid() != account.uid {
        return Err(OpenFault::NotOwner {
            owner: name_of(facts.uid()),
        });
    }
    refuse_foreign_writers(path, &facts)?;
    trust_directory(path)?;
    Identity::of(path)
}

/// `SQLite` opens what it cannot write for reading only, without a word.
fn check_writable(path: &Path) -> Result<(), OpenFault> {
    faccessat(AT_FDCWD, path, AccessFlags::W_OK, AtFlags::AT_EACCESS).map_err(|error| match error {
        Errno::EROFS => OpenFault::ReadOnlyMount,
        _ => OpenFault::ReadOnly,
    })
}

fn refuse_foreign_writers(path: &Path, facts: &Metadata) -> Result<(), OpenFault> {
    let mode = facts.mode() & 0o7777;
    if mode & FOREIGN_WRITE == 0 {
        return Ok(());
    }
    Err(OpenFault::Writable {
        path: path.to_owned(),
        mode,
    })
}

/// The path from the root, so that no name is taken for an option or a URI.
pub fn absolute(path: &Path) -> Result<PathBuf, OpenFault> {
    std::path::absolute(path).map_err(|error| unreachable(&error))
}

/// The directory in which the file really is.
fn directory_of(path: &Path) -> PathBuf {
    let real = fs::canonicalize(path);
    let path = real.as_deref().unwrap_or(path);
    path.parent().unwrap_or(path).to_owned()
}

fn name_of(uid: u32) -> String {
    match User::from_uid(Uid::from_raw(uid)) {
        Ok(Some(user)) => user.name,
        _ => uid.to_string(),
    }
}

fn unreachable(error: &io::Error) -> OpenFault {
    match error.kind() {
        ErrorKind::NotFound => OpenFault::Missing,
        ErrorKind::ReadOnlyFilesystem => OpenFault::ReadOnlyMount,
        ErrorKind::StorageFull => OpenFault::Fault(Fault::Full),
        ErrorKind::QuotaExceeded => OpenFault::Fault(Fault::OverLimit),
        _ => OpenFault::Unreachable(error.to_string()),
    }
}

/// Whether the path is on a network file system: NFS, SMB (three kinds), AFS, Coda, NCP, 9P, Ceph, Lustre, OCFS2,
/// GFS2. The numbers are those of statfs(2).
#[cfg(target_os = "linux")]
fn on_network(path: &Path) -> bool {
    nix::sys::statfs::statfs(path).is_ok_and(|facts| {
        matches!(
            facts.filesystem_type().0,
            0x6969
                | 0x517B
                | 0xFF53_4D42
                | 0xFE53_4D42
                | 0x5346_414F
                | 0x6B41_4653
                | 0x7375_7245
                | 0x564C
                | 0x0102_1997
                | 0x00C3_6400
                | 0x0BD0_0BD0
                | 0x7461_636F
                | 0x0116_1970
        )
    })
}

#[cfg(not(target_os = "linux"))]
fn on_network(_path: &Path) -> bool {
    false
}
