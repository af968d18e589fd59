//! A reel as an asciicast, version 2 (<https://docs.asciinema.org/manual/asciicast/v2/>): what the program writes to the
//! terminal, byte by byte.

use std::cell::RefCell;
use std::io::{self, Write};
use std::rc::Rc;

use keyward::ui::terminal::{Abilities, Screen};
use ratatui::Terminal;
use ratatui::layout::Size;
use serde_json::json;

use super::reel::{Reel, SIZE};

/// What is written, to be taken from time to time.
#[derive(Clone, Default)]
struct Written(Rc<RefCell<Vec<u8>>>);

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The recording: a head, and a line for each frame.
pub fn cast(reel: &Reel) -> String {
    let head = json!({
        "version": 2,
        "width": SIZE.0,
        "height": SIZE.1,
        "duration": seconds(reel.lasts()),
        "title": "Keyward",
        "env": { "TERM": "xterm-256color" },
    });
    let mut lines = vec![head.to_string()];
    let written = Written::default();
    let screen = Screen::new(written.clone(), Size::new(SIZE.0, SIZE.1), Abilities::ALL);
    let mut terminal = Terminal::new(screen).expect("a terminal");
    let mut begins = 0;
    for (shot, ms) in &reel.frames {
        let drawn = terminal.draw(|frame| {
            *frame.buffer_mut() = shot.buffer.clone();
            if let Some(cursor) = shot.cursor {
                frame.set_cursor_position(cursor);
            }
        });
        drawn.expect("drawn");
        terminal.backend_mut().paint(&[]).expect("written");
        let bytes = written.0.take();
        let text = String::from_utf8(bytes).expect("text");
        lines.push(json!([seconds(begins), "o", text]).to_string());
        begins += ms;
    }
    // Players stay on the last frame as long as on the others.
    lines.push(json!([seconds(begins), "o", ""]).to_string());
    lines.join("\n") + "\n"
}

fn seconds(ms: u32) -> f64 {
    f64::from(ms) / 1_000.0
}
