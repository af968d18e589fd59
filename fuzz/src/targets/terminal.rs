//! What a terminal sends, in pieces of any size.

use crossterm::event::{Event, KeyCode};
use keyward::ui::terminal::keys::{Awaited, Parser};
use keyward::ui::terminal::{Heard, PASTE_MOST};

use super::bytes::Bytes;

pub fn run(data: &[u8]) {
    let mut input = Bytes::of(data);
    let step = input.below(64);
    let sent = input.rest();
    let at_once = heard(sent, sent.len().max(1));
    let in_pieces = heard(sent, step + 1);
    // Two bytes for Enter are told by their coming at once.
    if !sent.windows(2).any(|two| two == b"\r\n") {
        assert_eq!(at_once, in_pieces);
    }
}

/// What comes of these bytes where so many are read at a time.
fn heard(sent: &[u8], size: usize) -> Vec<Heard> {
    let (mut parser, mut all) = (Parser::default(), Vec::new());
    for piece in sent.chunks(size) {
        parser.read(piece, &mut |heard| all.push(heard));
    }
    // What Ctrl-C interrupts goes on being a paste.
    for _ in 0..3 {
        parser.give_up(&mut |heard| all.push(heard));
    }
    assert_eq!(parser.awaits(), Awaited::Anything, "everything has an end");
    for heard in &all {
        match heard {
            Heard::Event(Event::Key(key)) => {
                let is_text = !matches!(key.code, KeyCode::Char(c) if c.is_control());
                assert!(is_text, "{key:?}");
            }
            Heard::Event(Event::Paste(text)) => assert!(text.len() <= PASTE_MOST),
            _ => {}
        }
    }
    all
}
