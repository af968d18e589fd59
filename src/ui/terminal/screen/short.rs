//! One short sequence of bytes, put together without memory of its own.

use std::io::Write;

/// The longest that is put together: every attribute off and on again, and two colours by their parts.
const MOST: usize = 112;

/// The bytes of one control sequence, or of a few.
#[derive(Clone, Copy)]
pub(super) struct Short {
    bytes: [u8; MOST],
    length: usize,
}

impl Short {
    pub fn new() -> Short {
        Short {
            bytes: [0; MOST],
            length: 0,
        }
    }

    /// `ESC [ n last`, where 1 is what a terminal takes if it is told nothing.
    pub fn control(n: u16, last: u8) -> Short {
        Short::new().then(b"\x1b[").number(n).then(&[last])
    }

    /// This one, and these bytes behind it; what there is no room for is left out.
    pub fn then(mut self, bytes: &[u8]) -> Short {
        let room = &mut self.bytes[self.length..];
        let count = bytes.len().min(room.len());
        room[..count].copy_from_slice(&bytes[..count]);
        self.length += count;
        self
    }

    /// This one, and a number behind it; 1 is left out. Made by hand: it is asked for a thousand times in a frame.
    pub fn number(self, n: u16) -> Short {
        let digit = |place: u16| b'0' + u8::try_from(n / place % 10).unwrap_or(0);
        let digits = [10_000, 1_000, 100, 10, 1].map(digit);
        let first = digits.iter().position(|digit| *digit != b'0').unwrap_or(4);
        if n == 1 {
            self
        } else {
            self.then(&digits[first..])
        }
    }

    /// One byte, so many times.
    pub fn repeated(byte: u8, count: u16) -> Option<Short> {
        let length = usize::from(count);
        (length <= MOST).then_some(Short {
            bytes: [byte; MOST],
            length,
        })
    }

    /// Adds what is written; what there is no room for is left out.
    pub fn add(&mut self, what: std::fmt::Arguments<'_>) {
        let mut room = &mut self.bytes[self.length..];
        let before = room.len();
        let _ = room.write_fmt(what);
        self.length += before - room.len();
    }

    /// This one, and another behind it.
    pub fn and(self, other: &Short) -> Short {
        self.then(other.bytes())
    }

    pub fn bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }

    pub fn len(&self) -> usize {
        self.length
    }

    /// The shorter of two; of equals the first.
    pub fn or(self, other: Short) -> Short {
        if other.length < self.length {
            other
        } else {
            self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sequence_leaves_out_what_a_terminal_takes_anyway() {
        assert_eq!(Short::control(1, b'C').bytes(), b"\x1b[C");
        assert_eq!(Short::control(12, b'X').bytes(), b"\x1b[12X");
        let both = Short::control(1, b'A').and(&Short::control(2, b'D'));
        assert_eq!(both.bytes(), b"\x1b[A\x1b[2D");
        assert_eq!(both.or(Short::control(3, b'D')).bytes(), b"\x1b[3D");
        assert!(Short::repeated(b' ', u16::MAX).is_none());
        for n in (2..1_200).chain([0, 9_999, 10_000, u16::MAX]) {
            let told = Short::control(n, b'd');
            assert_eq!(told.bytes(), format!("\x1b[{n}d").as_bytes());
        }
    }
}
