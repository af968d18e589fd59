//! Bytes that come one part after the other: what lies over the end of a part is found too, and each thing once.

use memchr::memchr_iter;
use zeroize::Zeroizing;

use super::{LONGEST, Tags, look_through};
use crate::domain::secret::pieces::Piece;

/// How many bytes are taken at a time.
const PART: usize = 256 * 1_024;

/// What UTF-16 begins with, and whether the greater byte comes first.
const MARKS: [([u8; 2], bool); 2] = [([0xff, 0xfe], false), ([0xfe, 0xff], true)];

/// Where something begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Spot {
    /// The number of the line, from 1.
    pub line: u64,
    /// How many bytes are before it; nothing in UTF-16.
    pub offset: Option<u64>,
}

/// How two bytes are one character.
#[derive(Clone, Copy)]
struct Wide {
    greater_first: bool,
    /// The first byte of a character whose second has not come yet.
    half: Option<u8>,
}

/// What is looked through, and how far.
pub struct Stream {
    /// The end of what was looked through before, and what comes next.
    bytes: Zeroizing<Vec<u8>>,
    kept: usize,
    /// Of the first byte.
    offset: u64,
    line: u64,
    begun: bool,
    wide: Option<Wide>,
}

impl Default for Stream {
    fn default() -> Stream {
        Stream {
            bytes: Zeroizing::new(vec![0; LONGEST + PART]),
            kept: 0,
            offset: 0,
            line: 1,
            begun: false,
            wide: None,
        }
    }
}

impl Stream {
    /// Forgets all, to look through something else.
    pub fn begin(&mut self) {
        self.kept = 0;
        self.offset = 0;
        self.line = 1;
        self.begun = false;
        self.wide = None;
    }

    /// Where the next bytes are to be put.
    pub fn room(&mut self) -> &mut [u8] {
        &mut self.bytes[self.kept..]
    }

    /// Looks through as many bytes as were put there.
    pub fn take<E>(
        &mut self,
        count: usize,
        tags: &Tags,
        mut found: impl FnMut(Piece<'_>, Spot) -> Result<(), E>,
    ) -> Result<(), E> {
        let before = self.kept;
        let end = before + self.narrow(count);
        let bytes = &self.bytes[..end];
        let (mut counted, mut line) = (0, self.line);
        look_through(bytes, tags, &mut |piece, at| {
            if at.end <= before {
                return Ok(());
            }
            // What is found comes nearly in order.
            if at.start < counted {
                (counted, line) = (0, self.line);
            }
            line += lines(&bytes[counted..at.start]);
            counted = at.start;
            let offset = self.offset + at.start as u64;
            let offset = self.wide.is_none().then_some(offset);
            found(piece, Spot { line, offset })
        })?;
        let done = end.saturating_sub(LONGEST);
        self.line += lines(&self.bytes[..done]);
        self.offset += done as u64;
        self.bytes.copy_within(done..end, 0);
        self.kept = end - done;
        Ok(())
    }

    /// Makes single bytes of UTF-16, of which only ASCII matters; gives how many there are.
    fn narrow(&mut self, count: usize) -> usize {
        let fresh = &mut self.bytes[self.kept..self.kept + count];
        if !self.begun && !fresh.is_empty() {
            self.begun = true;
            let mark = MARKS.iter().find(|(mark, _)| fresh.starts_with(mark));
            self.wide = mark.map(|(_, greater_first)| Wide {
                greater_first: *greater_first,
                half: None,
            });
        }
        let Some(Wide {
            greater_first,
            half,
        }) = &mut self.wide
        else {
            return count;
        };
        let mut made = 0;
        for at in 0..count {
            let second = fresh[at];
            let Some(first) = half.take() else {
                *half = Some(second);
                continue;
            };
            let unit = if *greater_first {
                [first, second]
            } else {
                [second, first]
            };
            fresh[made] = match unit {
                [0, byte] => byte,
                _ => u8::MAX,
            };
            made += 1;
        }
        made
    }
}

fn lines(bytes: &[u8]) -> u64 {
    memchr_iter(b'\n', bytes).count() as u64
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use proptest::prelude::*;

    use super::super::tests::tag_of;
    use super::*;

    const BODY: &str = "VHQ9xeJNKkE7FZWEwSJt9uzPxMqozXtjVGwza0w/6ug";

    /// Where the secret is found when the text comes in parts of these lengths, again and again.
    fn spots(stream: &mut Stream, mut text: &[u8], parts: &[usize]) -> Vec<Spot> {
        let mut tags = Tags::default();
        tags.add([tag_of(BODY)]);
        let mut spots = Vec::new();
        stream.begin();
        for part in parts.iter().cycle() {
            if text.is_empty() {
                break;
            }
            let room = stream.room();
            let count = (*part).min(room.len()).min(text.len());
            room[..count].copy_from_slice(&text[..count]);
            text = &text[count..];
            let done = stream.take(count, &tags, |_, spot| {
                // One that can be read in more than one way is found more than once.
                if spots.last() != Some(&spot) {
                    spots.push(spot);
                }
                Ok::<_, Infallible>(())
            });
            let Ok(()) = done;
        }
        spots
    }

    fn at(line: u64, offset: u64) -> Spot {
        Spot {
            line,
            offset: Some(offset),
        }
    }

    #[test]
    fn a_secret_is_found_once_wherever_one_part_ends_and_the_next_begins() {
        let text = format!("one\n{}\n{}7:{BODY}=\n", "x".repeat(900), "\n".repeat(400));
        let expected = [at(403, 4 + 901 + 400)];
        let mut stream = Stream::default();
        for part in [1, 2, 7, 44, 45, 46, 47, 300] {
            let found = spots(&mut stream, text.as_bytes(), &[part]);
            assert_eq!(found, expected, "{part}");
        }
        for cut in 1_290..text.len() {
            let found = spots(&mut stream, text.as_bytes(), &[cut, text.len()]);
            assert_eq!(found, expected, "{cut}");
        }
    }

    #[test]
    fn a_line_may_be_longer_than_what_is_taken_at_a_time() {
        let long = "a".repeat(3 * PART);
        let text = format!("{long} 7:{BODY}={long}\n7:{BODY}=");
        let found = spots(&mut Stream::default(), text.as_bytes(), &[usize::MAX]);
        let second = 2 * long.len() + 1 + 2 + BODY.len() + 1 + 1;
        let expected = [at(1, long.len() as u64 + 1), at(2, second as u64)];
        assert_eq!(found, expected);
    }

    #[test]
    fn utf_16_is_read_by_its_mark() {
        let text = format!("\u{feff}上海\n秘密 7:{BODY}=\n");
        let units: Vec<u16> = text.encode_utf16().collect();
        let expected = [Spot {
            line: 2,
            offset: None,
        }];
        for bytes in [
            units
                .iter()
                .flat_map(|unit| unit.to_le_bytes())
                .collect::<Vec<u8>>(),
            units.iter().flat_map(|unit| unit.to_be_bytes()).collect(),
        ] {
            for part in [2, 3, 7, 1_000] {
                let found = spots(&mut Stream::default(), &bytes, &[part]);
                assert_eq!(found, expected, "{part}");
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]

        #[test]
        fn parts_of_any_length_find_the_same(
            texts in prop::collection::vec("[a\n% :7]{0,60}", 1..30),
            parts in prop::collection::vec(1..500usize, 1..9),
        ) {
            let text = texts.join(&format!(" 7:{BODY}="));
            let mut stream = Stream::default();
            let whole = spots(&mut stream, text.as_bytes(), &[text.len()]);
            prop_assert_eq!(whole.len(), texts.len() - 1);
            let in_parts = spots(&mut stream, text.as_bytes(), &parts);
            prop_assert_eq!(in_parts, whole);
        }
    }
}
