//! The files that are to be looked through, one after the other.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use nix::fcntl::OFlag;

/// What is named, and all that is in it where it is a directory, in the order of names. In directories no symbolic link
/// is followed, and nothing is opened that is no file; what is named itself is opened whatever it is.
pub(super) struct Walk {
    /// What comes next is last.
    waiting: Vec<(PathBuf, Named)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Named {
    Itself,
    ByItsDirectory,
}

/// A file to be read, something else that has a name, or why it could not be opened.
pub(super) struct Step {
    pub(super) path: PathBuf,
    pub(super) content: io::Result<Option<File>>,
}

enum Opened {
    Directory(Vec<OsString>),
    File(File),
    Other,
}

impl Walk {
    pub(super) fn new(path: &Path) -> Walk {
        Walk {
            waiting: vec![(path.to_owned(), Named::Itself)],
        }
    }
}

impl Iterator for Walk {
    type Item = Step;

    fn next(&mut self) -> Option<Step> {
        loop {
            let (path, named) = self.waiting.pop()?;
            let content = match open(&path, named) {
                Ok(Opened::Directory(mut entries)) => {
                    entries.sort_unstable();
                    let inside = entries.iter().rev().map(|name| path.join(name));
                    let inside = inside.map(|path| (path, Named::ByItsDirectory));
                    self.waiting.extend(inside);
                    Ok(None)
                }
                Ok(Opened::File(file)) => Ok(Some(file)),
                Ok(Opened::Other) => Ok(None),
                // It was there when its directory was read.
                Err(error)
                    if named == Named::ByItsDirectory && error.kind() == ErrorKind::NotFound =>
                {
                    continue;
                }
                Err(error) => Err(error),
            };
            return Some(Step { path, content });
        }
    }
}

fn open(path: &Path, named: Named) -> io::Result<Opened> {
    let kind = match named {
        Named::Itself => fs::metadata(path)?.file_type(),
        Named::ByItsDirectory => fs::symlink_metadata(path)?.file_type(),
    };
    if kind.is_dir() {
        let entries = fs::read_dir(path)?;
        let entries: io::Result<_> = entries.map(|entry| Ok(entry?.file_name())).collect();
        return entries.map(Opened::Directory);
    }
    if named == Named::Itself {
        return File::open(path).map(Opened::File);
    }
    if !kind.is_file() {
        return Ok(Opened::Other);
    }
    // It may have become something else by now.
    let flags = OFlag::O_NOFOLLOW | OFlag::O_NONBLOCK | OFlag::O_NOCTTY;
    let mut options = OpenOptions::new();
    let file = options.read(true).custom_flags(flags.bits()).open(path)?;
    let is_file = file.metadata()?.is_file();
    Ok(if is_file {
        Opened::File(file)
    } else {
        Opened::Other
    })
}
