//! A bracketed paste: nothing in it is a key, whatever it is and whether or not it comes to its end.

use crossterm::event::Event;
use zeroize::Zeroizing;

use crate::ui::terminal::wiped::Wiped;
use crate::ui::terminal::{Heard, Lost};

const ESC: u8 = 0x1b;
/// The mark that ends a paste.
const MARK: &[u8] = b"\x1b[201~";
/// The byte of the key Ctrl-C.
const CTRL_C: u8 = 0x03;
/// The most bytes of a paste that are handed over; no field takes as many.
pub const MOST: usize = 16 * 1024;

/// What has come of a paste so far.
pub(super) struct Paste {
    text: Wiped,
    /// How many bytes of the mark at its end have come.
    marked: usize,
    last: u8,
    /// Why nothing of it is handed over; the rest is awaited all the same.
    lost: Option<Lost>,
    /// It was told that nothing of the paste is handed over.
    told: bool,
}

/// How a paste has come to an end.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Marked,
    /// Nothing more has come for a second.
    Silence,
}

impl Default for Paste {
    fn default() -> Paste {
        Paste {
            text: Wiped::with_capacity(512),
            marked: 0,
            last: 0,
            lost: None,
            told: false,
        }
    }
}

impl Paste {
    /// Takes one more byte; true when that was the last.
    pub fn take(&mut self, byte: u8) -> bool {
        self.last = byte;
        self.marked = match self.marked {
            marked if byte == MARK[marked] => marked + 1,
            _ => usize::from(byte == ESC),
        };
        if self.lost.is_none() {
            self.text.extend(&[byte]);
            if self.text.bytes().len() > MOST + MARK.len() {
                self.lose(Lost::PasteTooLong);
            }
        }
        self.marked == MARK.len()
    }

    fn lose(&mut self, lost: Lost) {
        self.text = Wiped::default();
        self.lost = Some(lost);
    }

    /// Whether the last byte is a Ctrl-C, which may have been pressed where the end does not come.
    pub fn is_interrupted(&self) -> bool {
        self.last == CTRL_C
    }

    /// Gives the paste up because Ctrl-C was pressed: nothing of it is handed over, which is told once.
    pub fn interrupt(&mut self) -> Option<Heard> {
        self.last = 0;
        if self.lost.is_none() {
            self.lose(Lost::PasteUnfinished);
        }
        let lost = self.lost.filter(|_| !self.told);
        self.told = true;
        lost.map(Heard::Lost)
    }

    /// Ends the paste: its text, or why that is lost.
    pub fn end(mut self, end: End) -> Option<Heard> {
        if end == End::Silence && self.lost.is_none() {
            self.lose(Lost::PasteUnfinished);
        }
        if let Some(lost) = self.lost {
            return (!self.told).then_some(Heard::Lost(lost));
        }
        let length = self.text.bytes().len() - MARK.len();
        Some(match String::from_utf8(self.text.into_first(length)) {
            Ok(text) => Heard::Event(Event::Paste(text)),
            Err(error) => {
                drop(Zeroizing::new(error.into_bytes()));
                Heard::Lost(Lost::PasteUnreadable)
            }
        })
    }
}
