//! A file descriptor that whoever started the process left open for a secret.

use std::fmt;
use std::fs::File;
use std::io::{self, ErrorKind, IsTerminal, Write};
use std::os::fd::{AsFd, AsRawFd};
use std::os::unix::fs::{FileTypeExt, MetadataExt};

use rustix::fs::{OFlags, fcntl_getfl};
use rustix::process::{PidfdFlags, PidfdGetfdFlags, getpid, pidfd_getfd, pidfd_open};

use crate::domain::trouble::{DescriptorFault, Trouble};

/// The number of standard output.
const STDOUT: i32 = 1;
/// The number of the null device: what is written there is gone.
const NULL: u64 = 0x103;

/// An open file that takes a secret. It is a duplicate, which no program that is started later gets.
pub struct Descriptor {
    number: i32,
    file: File,
}

impl fmt::Debug for Descriptor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[descriptor {}]", self.number)
    }
}

impl Descriptor {
    /// The descriptor of this number. To be taken before the process opens anything: a number that is closed now can be
    /// another file's later.
    ///
    /// # Errors
    /// [`Trouble::Descriptor`] for standard input, output and error, for what is not open or not for writing, for a
    /// terminal, which keeps what it shows, and for the null device.
    pub fn take(number: i32) -> Result<Descriptor, Trouble> {
        if (0..=2).contains(&number) {
            return Err(Trouble::Descriptor(number, DescriptorFault::Standard));
        }
        let closed = Trouble::Descriptor(number, DescriptorFault::Closed);
        if number < 0 {
            return Err(closed);
        }
        // Opening /dev/fd would make another file of it, that begins at its start, and cannot open a socket at all.
        let Ok(process) = pidfd_open(getpid(), PidfdFlags::empty()) else {
            return Err(closed);
        };
        // It has the lowest number that was free.
        if process.as_raw_fd() == number {
            return Err(closed);
        }
        let file = pidfd_getfd(process, number, PidfdGetfdFlags::empty()).map_err(|_| closed)?;
        Descriptor::checked(number, file.into())
    }

    /// Standard output.
    ///
    /// # Errors
    /// As of [`Descriptor::take`]. Where it was closed, the null device is there.
    pub fn stdout() -> Result<Descriptor, Trouble> {
        let file = io::stdout().as_fd().try_clone_to_owned();
        let closed = |_| Trouble::Descriptor(STDOUT, DescriptorFault::Closed);
        Descriptor::checked(STDOUT, file.map_err(closed)?.into())
    }

    fn checked(number: i32, file: File) -> Result<Descriptor, Trouble> {
        let fault = |fault| Trouble::Descriptor(number, fault);
        let flags = fcntl_getfl(&file).map_err(|_| fault(DescriptorFault::Closed))?;
        let facts = file.metadata();
        let facts = facts.map_err(|error| fault(DescriptorFault::of(&error)))?;
        // The bits say both, or either.
        if (flags & (OFlags::WRONLY | OFlags::RDWR)).is_empty() {
            return Err(fault(DescriptorFault::ReadOnly));
        }
        if file.is_terminal() {
            return Err(fault(DescriptorFault::Terminal));
        }
        if facts.file_type().is_char_device() && facts.rdev() == NULL {
            return Err(fault(DescriptorFault::Null));
        }
        Ok(Descriptor { number, file })
    }

    /// Whether it is standard output.
    #[must_use]
    pub fn is_stdout(&self) -> bool {
        self.number == STDOUT
    }

    /// Writes all of it. That it was taken says nothing of whether anybody reads it.
    ///
    /// # Errors
    /// [`Trouble::Descriptor`]: a part of it may be out.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), Trouble> {
        let written = self.file.write_all(bytes);
        written.map_err(|error| Trouble::Descriptor(self.number, DescriptorFault::of(&error)))
    }
}

impl DescriptorFault {
    fn of(error: &io::Error) -> DescriptorFault {
        match error.kind() {
            ErrorKind::BrokenPipe => DescriptorFault::NoReader,
            _ => DescriptorFault::Other(error.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    fn refusal(number: i32) -> DescriptorFault {
        match Descriptor::take(number).expect_err("refused") {
            Trouble::Descriptor(of, fault) => {
                assert_eq!(of, number);
                fault
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn only_what_was_left_open_for_writing_takes_a_secret() {
        for standard in 0..=2 {
            assert_eq!(refusal(standard), DescriptorFault::Standard);
        }
        for closed in [-1, 999_999, i32::MAX] {
            assert_eq!(refusal(closed), DescriptorFault::Closed);
        }
        let (reader, writer) = io::pipe().expect("a pipe");
        assert_eq!(refusal(reader.as_raw_fd()), DescriptorFault::ReadOnly);
        let null = File::options().write(true).open("/dev/null");
        let null = null.expect("opened");
        assert_eq!(refusal(null.as_raw_fd()), DescriptorFault::Null);
        assert!(Descriptor::take(writer.as_raw_fd()).is_ok());
    }

    #[test]
    fn what_is_written_goes_on_where_the_file_is() {
        let mut file = tempfile::tempfile().expect("a file");
        file.write_all(b"before ").expect("written");
        let mut taken = Descriptor::take(file.as_raw_fd()).expect("taken");
        taken.write(b"secret").expect("written");
        let mut all = String::new();
        io::Seek::rewind(&mut file).expect("rewound");
        file.read_to_string(&mut all).expect("read");
        assert_eq!(all, "before secret");
    }

    #[test]
    fn a_pipe_that_nobody_reads_and_a_full_disk_are_troubles() {
        let (reader, writer) = io::pipe().expect("a pipe");
        let mut taken = Descriptor::take(writer.as_raw_fd()).expect("taken");
        drop(reader);
        let number = writer.as_raw_fd();
        let trouble = Trouble::Descriptor(number, DescriptorFault::NoReader);
        assert_eq!(taken.write(b"secret"), Err(trouble));

        let full = File::options().write(true).open("/dev/full");
        let full = full.expect("opened");
        let mut taken = Descriptor::take(full.as_raw_fd()).expect("taken");
        let fault = taken.write(b"secret").expect_err("full");
        assert!(matches!(
            fault,
            Trouble::Descriptor(_, DescriptorFault::Other(_))
        ));
    }
}
