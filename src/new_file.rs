//! A file that was not there before, for its owner alone: what holds a secret, or a part of the trail, is written here.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use crate::domain::trouble::{Fault, FileFault, Trouble};

const MODE: u32 = 0o600;

/// A new file. Dropped, it is removed again: [`NewFile::keep`] says whether it stays.
#[derive(Debug)]
pub struct NewFile {
    /// The absolute path.
    path: PathBuf,
    file: File,
    kept: bool,
}

impl NewFile {
    /// Makes a file where none is.
    ///
    /// # Errors
    /// [`Trouble::File`].
    pub fn create(path: &Path) -> Result<NewFile, Trouble> {
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(MODE)
            .open(&path)
            .map_err(|error| fault(&path, &error))?;
        Ok(NewFile {
            path,
            file,
            kept: false,
        })
    }

    /// Appends these bytes, without a buffer that would keep a copy of a secret.
    ///
    /// # Errors
    /// [`Trouble::File`].
    pub fn add(&mut self, bytes: &[u8]) -> Result<(), Trouble> {
        let written = self.file.write_all(bytes);
        written.map_err(|error| fault(&self.path, &error))
    }

    /// Waits until the file and its name are on the disk.
    ///
    /// # Errors
    /// [`Trouble::File`].
    pub fn sync(&self) -> Result<(), Trouble> {
        let synced = self.file.sync_all().and_then(|()| {
            let directory = self.path.parent().unwrap_or(&self.path);
            File::open(directory)?.sync_all()
        });
        synced.map_err(|error| fault(&self.path, &error))
    }

    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Keeps the file where its event was recorded, or where nobody knows whether it was; else it is removed.
    ///
    /// What is not in the audit trail has not happened.
    ///
    /// # Errors
    /// Why it was not recorded, or not confirmed; [`FileFault::Unsure`] in place of a fault that leaves it open.
    pub fn keep(mut self, recorded: Result<(), Trouble>) -> Result<PathBuf, Trouble> {
        match recorded {
            Ok(()) => self.kept = true,
            Err(trouble) if trouble == Fault::Unconfirmed.into() => {
                self.kept = true;
                return Err(trouble);
            }
            Err(trouble) if trouble.is_unsure() => {
                self.kept = true;
                return Err(Trouble::File(self.path.clone(), FileFault::Unsure));
            }
            Err(trouble) => return Err(trouble),
        }
        Ok(self.path.clone())
    }
}

impl Drop for NewFile {
    fn drop(&mut self) {
        if !self.kept {
            let _ = fs::remove_file(&self.path);
        }
    }
}

fn fault(path: &Path, error: &io::Error) -> Trouble {
    Trouble::File(path.to_owned(), FileFault::of(error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::MetadataExt;

    fn made(path: &Path) -> NewFile {
        let mut new = NewFile::create(path).expect("made");
        new.add(b"some").expect("written");
        new.add(b"thing").expect("written");
        new.sync().expect("on the disk");
        new
    }

    #[test]
    fn a_file_stays_unless_it_is_certain_that_it_was_not_recorded() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("new");
        let refused = made(&path).keep(Err(Trouble::SecretVoid));
        assert_eq!(refused, Err(Trouble::SecretVoid));
        assert!(!path.exists());
        drop(made(&path));
        assert!(!path.exists());

        let unsure = made(&path).keep(Err(Fault::Unsure.into()));
        assert_eq!(unsure, Err(Trouble::File(path.clone(), FileFault::Unsure)));
        assert_eq!(fs::read(&path).expect("there"), b"something");
        fs::remove_file(&path).expect("removed");
        let unconfirmed = Trouble::from(Fault::Unconfirmed);
        let kept = made(&path).keep(Err(unconfirmed.clone()));
        assert_eq!(kept, Err(unconfirmed));
        fs::remove_file(&path).expect("it was there");

        assert_eq!(made(&path).keep(Ok(())), Ok(path.clone()));
        let facts = fs::metadata(&path).expect("there");
        assert_eq!(facts.mode() & 0o7777, MODE);
    }

    #[test]
    fn a_file_that_is_there_is_left_as_it_is() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("old");
        fs::write(&path, "old").expect("written");
        let fault = NewFile::create(&path).expect_err("refused");
        assert_eq!(fault, Trouble::File(path.clone(), FileFault::Exists));
        assert_eq!(fs::read(&path).expect("there"), b"old");
    }
}
