//! The lines of standard input, where each is expected to be a secret. No buffer of the standard library keeps a copy.

use std::io;
use std::os::fd::AsFd;

use nix::errno::Errno;
use nix::unistd;
use zeroize::Zeroizing;

use crate::domain::secret::MAX_BYTES;

/// How many bytes are read at a time.
const PART: usize = 4_096;

/// A line with its end. Of one that is too long there is one byte more than a secret can have.
pub(super) type Line = Zeroizing<Vec<u8>>;

/// What was read and not given yet.
pub(super) struct Lines {
    bytes: Zeroizing<Vec<u8>>,
    start: usize,
    end: usize,
    given: u64,
    over: bool,
}

impl Default for Lines {
    fn default() -> Lines {
        Lines {
            bytes: Zeroizing::new(vec![0; PART]),
            start: 0,
            end: 0,
            given: 0,
            over: false,
        }
    }
}

impl Lines {
    /// The next line and how many were before it; nothing behind the last one, and behind a failure.
    pub(super) fn next(&mut self) -> Option<(u64, io::Result<Line>)> {
        self.next_of(|bytes| unistd::read(io::stdin().as_fd(), bytes))
    }

    fn next_of(
        &mut self,
        mut read: impl FnMut(&mut [u8]) -> Result<usize, Errno>,
    ) -> Option<(u64, io::Result<Line>)> {
        let mut line = Zeroizing::new(Vec::with_capacity(MAX_BYTES + 1));
        let mut any = false;
        while !self.over {
            let part = &self.bytes[self.start..self.end];
            let end = part.iter().position(|byte| *byte == b'\n');
            let length = end.map_or(part.len(), |end| end + 1);
            any |= length > 0;
            let room = MAX_BYTES + 1 - line.len();
            line.extend_from_slice(&part[..length.min(room)]);
            self.start += length;
            if end.is_some() {
                break;
            }
            match read(&mut self.bytes) {
                Ok(0) => self.over = true,
                Ok(count) => (self.start, self.end) = (0, count),
                Err(Errno::EINTR) => {}
                Err(error) => {
                    self.over = true;
                    return Some((self.given, Err(error.into())));
                }
            }
        }
        any.then(|| {
            self.given += 1;
            (self.given - 1, Ok(line))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The lines of a text that comes in parts of this length.
    fn lines(text: &[u8], length: usize) -> Vec<Vec<u8>> {
        let mut parts = text.chunks(length);
        let mut lines = Lines::default();
        let mut read = |bytes: &mut [u8]| {
            let part = parts.next().unwrap_or_default();
            bytes[..part.len()].copy_from_slice(part);
            Ok(part.len())
        };
        let mut all = Vec::new();
        while let Some((number, line)) = lines.next_of(&mut read) {
            assert_eq!(number, all.len() as u64);
            all.push(line.expect("read").to_vec());
        }
        all
    }

    #[test]
    fn every_line_is_given_whole_however_it_comes() {
        let text = b"one\n\ntwo\r\n\xff\0three";
        for length in 1..text.len() {
            let expected: [&[u8]; 4] = [b"one\n", b"\n", b"two\r\n", b"\xff\0three"];
            assert_eq!(lines(text, length), expected, "{length}");
        }
        assert_eq!(lines(b"", 1), [[0; 0]; 0]);
    }

    #[test]
    fn of_a_line_that_is_too_long_there_is_enough_to_tell_and_the_next_one_is_whole() {
        let text = [&[b'a'; 10_000][..], b"\n7\n"].concat();
        for length in [1, 255, 256, 257, 4_096] {
            let found = lines(&text, length);
            assert_eq!(found.len(), 2, "{length}");
            assert_eq!(found[0].len(), MAX_BYTES + 1);
            assert_eq!(found[1], b"7\n");
        }
        let exact = [&[b'a'; MAX_BYTES][..], b"\n"].concat();
        assert_eq!(lines(&exact, 100), [exact]);
    }

    #[test]
    fn what_cannot_be_read_is_told_and_nothing_comes_behind_it() {
        let mut lines = Lines::default();
        let (_, line) = lines.next_of(|_| Err(Errno::EIO)).expect("told");
        assert!(line.is_err());
        assert!(lines.next_of(|_| Ok(0)).is_none());
    }
}
