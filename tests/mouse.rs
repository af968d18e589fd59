//! The real program in a pseudo terminal: which modes of the mouse are set and when, and clicks as terminals send them.

use std::time::Duration;

use vt100::Parser;

mod support {
    #![expect(dead_code, reason = "only a part of it is used here")]
    pub mod hand;
    pub mod program;
    pub mod pty;
    pub mod sentence;
}

use support::hand::{demo, home};
use support::pty::Pty;

const ON: &str = "\x1b[?1002h\x1b[?1006h";
const OFF: &str = "\x1b[?1006l\x1b[?1002l";

/// Where a text is on the screen, as terminals count: column and row from 1.
#[track_caller]
fn find(console: &Pty, text: &str) -> (usize, usize) {
    let screen = console.screen();
    let mut lines = screen.lines().zip(1..);
    let found = lines.find_map(|(line, row)| {
        let at = line.find(text)?;
        Some((line[..at].chars().count() + 1, row))
    });
    found.unwrap_or_else(|| panic!("no “{text}” on:\n{screen}"))
}

/// The bytes of a click.
fn click((column, row): (usize, usize)) -> String {
    format!("\x1b[<0;{column};{row}M\x1b[<0;{column};{row}m")
}

/// Sends bytes, again while they change nothing: clicks do not count soon after something appeared.
#[track_caller]
fn send_until(console: &mut Pty, bytes: &str, seen: &str) {
    for _ in 0..20 {
        console.send(bytes);
        while console.bytes_while_idle(Duration::from_millis(500)) > 0 {}
        if console.screen().contains(seen) {
            return;
        }
    }
    panic!("no “{seen}” on:\n{}", console.screen());
}

/// How often something was written so far.
fn count(console: &Pty, wanted: &str) -> usize {
    let bytes = console.bytes();
    let windows = bytes.windows(wanted.len());
    windows
        .filter(|window| *window == wanted.as_bytes())
        .count()
}

#[test]
fn a_row_is_clicked_and_opened_and_the_wheel_scrolls() {
    let home = home();
    let mut console = demo(&home);
    let row = find(&console, "backup-nightly");
    send_until(&mut console, &click(row), "> backup-nightly");
    send_until(
        &mut console,
        &click(row).repeat(2),
        "Properties: backup-nightly",
    );
    let cancel = find(&console, "[ Cancel ]");
    send_until(&mut console, &click(cancel), "39 of 41");
    let first = console.screen().lines().nth(4).expect("a row").to_owned();
    console.send("\x1b[<65;10;10M");
    console.wait_for("the first row scrolled away", |screen| {
        !screen.contents().contains(first.trim())
    });
}

#[test]
fn of_the_mouse_only_clicks_and_the_wheel_are_reported() {
    let home = home();
    let mut console = demo(&home);
    console.quits();
    let bytes = String::from_utf8_lossy(&console.bytes()).into_owned();
    let alternate = bytes.find("\x1b[?1049h").expect("another screen");
    assert!(bytes.find(ON).expect("reported") > alternate);
    assert!(
        bytes.rfind(OFF) > bytes.rfind(ON),
        "not any more at the end"
    );
    let modes: Vec<&str> = bytes.split("\x1b[?").skip(1).collect();
    for mode in modes {
        let number: String = mode.chars().take_while(char::is_ascii_digit).collect();
        let known = ["1002", "1006", "1049", "2004", "25", "6", "7"];
        assert!(known.contains(&number.as_str()), "mode {number}");
    }
}

#[test]
fn while_a_secret_is_shown_the_mouse_is_the_terminals() {
    let home = home();
    let mut console = demo(&home);
    assert_eq!((count(&console, ON), count(&console, OFF)), (1, 0));
    console.send("n").says("form.title_new");
    console.send("by-mouse\x1bOQ").says("secret.title");
    assert_eq!((count(&console, ON), count(&console, OFF)), (1, 1));
    let bytes = console.bytes();
    let off = bytes
        .windows(OFF.len())
        .position(|part| part == OFF.as_bytes());
    let mut before = Parser::new(24, 80, 0);
    before.process(&bytes[..off.expect("off")]);
    let screen = before.screen().contents();
    assert!(
        !screen.contains("Secret key value"),
        "off before it is drawn"
    );
    // Whatever a terminal sends all the same.
    let discard = find(&console, "[ Discard ]");
    console.send(&click(discard));
    console.send("\x03").says("secret.ways_out");
    assert!(!console.screen().contains("y Discard"));
    console.send("p").see("Paste");
    assert_eq!((count(&console, ON), count(&console, OFF)), (1, 1));
    console.send("\x1b");
    console.wait_for("the dialog alone", |screen| {
        !screen.contents().contains("Paste")
    });
    console.send("a\r").see("works now");
    assert_eq!((count(&console, ON), count(&console, OFF)), (2, 1));
}

#[test]
fn every_way_out_gives_the_mouse_back() {
    for signal in ["HUP", "INT", "QUIT", "TERM"] {
        let home = home();
        let mut console = demo(&home);
        console.signal(signal);
        console.end();
        assert_eq!(count(&console, OFF), 1, "{signal}");
    }
}
