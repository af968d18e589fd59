//! What the real program writes to its terminal: few bytes, and none that nobody reads.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use keyward::config::Config;
use keyward::domain::api_key::ApiKeyFields;
use keyward::domain::id::AUDITOR;
use keyward::domain::locale::Locale;
use keyward::domain::trouble::Fault;
use keyward::domain::tz::Tz;
use keyward::store::{Place, Store, api_keys};
use tempfile::TempDir;

mod support {
    #![allow(dead_code, reason = "each file of tests uses a part of it")]
    pub mod database;
    pub mod hand;
    pub mod process;
    pub mod program;
    pub mod pty;
    pub mod screen;
    pub mod sentence;
}

use support::database::NOW;
use support::hand::{DOWN, home};
use support::process::{is_there, skip};
use support::program::database_of;
use support::pty::{Pty, Start};
use support::screen::InScreen;

const PAGE_DOWN: &str = "\x1b[6~";
const UP: &str = "\x1b[A";

fn name(number: usize) -> String {
    format!("{number:06} nightly copy")
}

/// A database with so many keys, without secrets.
fn with_keys(home: &TempDir, count: usize) {
    let path = database_of(home.path());
    fs::create_dir_all(path.parent().expect("a directory")).expect("made");
    let account = Config::read().account;
    let mut store = Store::create_or_open(&Place::File(path), &account, NOW, &mut |_| Ok(()));
    let store = store.as_mut().expect("made");
    let all = store.write(|tx| {
        for number in 0..count {
            let fields = ApiKeyFields {
                name: name(number),
                owner: String::new(),
                description: format!("Used by job {number}"),
                role: AUDITOR,
                locale: Locale::EnUs,
                zone: Tz::UTC,
                expiry: None,
                addresses: String::new(),
                rate: None,
                locked_out: None,
            };
            let id = api_keys::reserve(tx)?;
            api_keys::insert(tx, id, &fields, &account.name, NOW)?;
        }
        Ok::<(), Fault>(())
    });
    all.expect("stored");
}

/// The console on a database of 600 keys, with everything shown that is going to be shown by itself.
fn settled(home: &TempDir) -> Pty {
    with_keys(home, 600);
    let console = Start::new(home.path(), &[]).go();
    console.see(" shown");
    rested(&console);
    console
}

/// Waits until nothing more is written.
fn rested(console: &Pty) {
    while console.bytes_while_idle(Duration::from_millis(300)) > 0 {}
}

#[test]
fn five_hundred_queued_arrows_write_little_and_then_nothing_more_is_written() {
    let home = home();
    let mut console = settled(&home);
    let before = console.bytes().len();
    console.send(&DOWN.repeat(500));
    console.see(&format!("> {}", name(500)));
    rested(&console);
    let written = console.bytes().len() - before;
    assert!(written <= 3_000, "{written} bytes");
    assert_eq!(console.bytes_while_idle(Duration::from_secs(2)), 0);
}

#[test]
fn for_a_terminal_that_takes_nothing_no_more_than_a_frame_waits_and_then_the_newest_is_shown() {
    let home = home();
    let mut console = settled(&home);
    let peak = memory(&console);
    let before = console.bytes().len();
    console.hold();
    for _ in 0..40 {
        console.send(&[DOWN.repeat(10), UP.repeat(10)].concat());
        // Each lot is handled, seen or not.
        let used = console.proc("schedstat");
        support::process::eventually("handled", || console.proc("schedstat") != used);
    }
    console.send(&DOWN.repeat(7));
    console.go_on();
    console.see(&format!("> {}", name(7)));
    rested(&console);
    let written = console.bytes().len() - before;
    assert!(written <= 1_500, "{written} bytes");
    let grown = memory(&console).saturating_sub(peak);
    assert!(grown < 1_024, "{grown} KiB more");
}

#[test]
fn a_link_meter_shows_what_was_written_and_writes_nothing_by_itself() {
    let home = home();
    with_keys(&home, 600);
    let mut console = Start::new(home.path(), &["--link-meter"]).go();
    console.see(" B of ");
    rested(&console);
    let before = console.bytes().len();
    console.send(DOWN).see(&format!("> {}", name(1)));
    rested(&console);
    let written = console.bytes().len() - before;
    assert!(written <= 400, "{written} bytes");
    console.send(DOWN).wait_for("a time", |screen| {
        let screen = screen.contents();
        screen.contains(" B of ") && !screen.contains("- ms")
    });
    rested(&console);
    assert_eq!(console.bytes_while_idle(Duration::from_secs(1)), 0);
}

/// What the process has of the machine's memory, in KiB.
fn memory(console: &Pty) -> u64 {
    let status = console.proc("status");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let words = line.expect("a figure").split_whitespace().next();
    words.expect("a figure").parse().expect("a number")
}

/// A console of the demo in its place, in a terminal of its own or in a program around it.
struct Around {
    name: &'static str,
    console: Box<dyn std::ops::DerefMut<Target = Pty>>,
    _home: TempDir,
}

/// The demo, the same at every start.
const DEMO: [&str; 3] = [env!("CARGO_BIN_EXE_keyward"), "demo", "--fixed"];

struct Alone(Pty);

impl std::ops::Deref for Alone {
    type Target = Pty;

    fn deref(&self) -> &Pty {
        &self.0
    }
}

impl std::ops::DerefMut for Alone {
    fn deref_mut(&mut self) -> &mut Pty {
        &mut self.0
    }
}

struct InTmux(Pty, std::path::PathBuf);

impl std::ops::Deref for InTmux {
    type Target = Pty;

    fn deref(&self) -> &Pty {
        &self.0
    }
}

impl std::ops::DerefMut for InTmux {
    fn deref_mut(&mut self) -> &mut Pty {
        &mut self.0
    }
}

impl Drop for InTmux {
    fn drop(&mut self) {
        let _ = Command::new("/usr/bin/tmux")
            .arg("kill-server")
            .env("TMUX_TMPDIR", &self.1)
            .env_remove("TMUX")
            .output();
    }
}

fn in_tmux(home: &Path) -> Option<InTmux> {
    if !is_there("tmux") {
        skip("there is no tmux");
        return None;
    }
    let config = home.join("tmux.conf");
    fs::write(&config, "set -g status off\n").expect("settings");
    let config = config.to_str().expect("path");
    let mut arguments = vec!["-f", config, "new-session"];
    arguments.extend(DEMO);
    let console = Start {
        program: "/usr/bin/tmux",
        variables: &[("TMUX_TMPDIR", home.as_os_str())],
        ..Start::new(home, &arguments)
    };
    Some(InTmux(console.go(), home.to_owned()))
}

fn around() -> Vec<Around> {
    let mut all = Vec::new();
    let alone = home();
    let console = Start::new(alone.path(), &DEMO[1..]).go();
    all.push(Around {
        name: "alone",
        console: Box::new(Alone(console)),
        _home: alone,
    });
    let outer = home();
    if let Some(console) = in_tmux(outer.path()) {
        all.push(Around {
            name: "tmux",
            console: Box::new(console),
            _home: outer,
        });
    }
    let outer = home();
    let none: &[(&str, &OsStr)] = &[];
    if let Some(console) = InScreen::start(outer.path(), "startup_message off\n", &DEMO, none) {
        all.push(Around {
            name: "screen",
            console: Box::new(console),
            _home: outer,
        });
    }
    all
}

/// What is done, what the line with the cursor has then, and the most bytes for it that come out in the end.
const STEPS: [(&str, usize, &str, usize); 4] = [
    (PAGE_DOWN, 1, "> ", 6_000),
    (DOWN, 3, "> ", 1_500),
    (UP, 1, "> ", 500),
    (DOWN, 1, "> ", 500),
];

#[test]
fn tmux_and_screen_show_what_is_shown_without_them_and_send_little_on() {
    let mut shown: Vec<(String, String)> = Vec::new();
    for Around {
        name,
        mut console,
        _home,
    } in around()
    {
        console.see("39 of 41");
        rested(&console);
        for (keys, times, wanted, most) in STEPS {
            let before = console.bytes().len();
            for _ in 0..times {
                console.send(keys).see(wanted);
                rested(&console);
            }
            let written = console.bytes().len() - before;
            assert!(written <= most, "{name}: {keys:?}: {written} bytes");
        }
        shown.push((name.to_owned(), console.painted()));
        if name == "alone" {
            let before = console.bytes().len();
            console.signal("CONT");
            console.wait_for_more(before);
            rested(&console);
            shown.push(("a full redraw".to_owned(), console.painted()));
        }
    }
    for (name, painted) in &shown {
        assert_eq!(*painted, shown[0].1, "{name}");
    }
}

/// What another program may leave behind: the main screen, words in a colour, a region with its own origin, characters
/// that push others on, line drawing for letters.
const LEFT_BEHIND: &str =
    "\x1b[?1049l\x1b[H\x1b[41mleft behind\x1b[5;9r\x1b[?6h\x1b[4h\x1b(0\x0eleft behind\r\n";

#[test]
fn whatever_another_program_wrote_over_the_screen_is_gone_when_it_is_drawn_anew() {
    let home = home();
    let mut console = Start::new(home.path(), &DEMO[1..]).go();
    console.see("39 of 41");
    for (opens, closes) in [
        ("", ""),
        ("/ba", "\x1b"),
        ("n", "\x1b"),
        ("l", "\x1b"),
        ("?", "\x1b"),
        (":", "\x1b"),
    ] {
        console.send(opens);
        rested(&console);
        let before = console.painted();
        console.overwrite(LEFT_BEHIND);
        console.see("left behind");
        console.send("\x0c").wait_for("the screen", |screen| {
            !screen.contents().contains("left behind")
        });
        rested(&console);
        assert_eq!(console.painted(), before, "{opens:?}");
        console.send(closes);
        rested(&console);
    }
}

#[test]
fn esc_arrives_within_screen_without_another_key() {
    let home = home();
    let none: &[(&str, &OsStr)] = &[];
    let Some(mut console) = InScreen::start(home.path(), "startup_message off\n", &DEMO, none)
    else {
        return;
    };
    console.see("39 of 41");
    console.send("?").says("help.hint");
    console.send("\x1b").see("39 of 41");
}

#[test]
fn screen_keeps_nothing_of_rows_that_were_scrolled_away() {
    let home = home();
    let none: &[(&str, &OsStr)] = &[];
    let settings = "startup_message off\ndefscrollback 500\n";
    let Some(mut console) = InScreen::start(home.path(), settings, &DEMO, none) else {
        return;
    };
    console.see("39 of 41");
    for keys in [PAGE_DOWN, DOWN, DOWN, DOWN, PAGE_DOWN] {
        console.send(keys);
        rested(&console);
    }
    let kept = home.path().join("kept");
    let told = Command::new("/usr/bin/screen")
        .args(["-X", "hardcopy", "-h"])
        .arg(&kept)
        .env("SCREENDIR", home.path().join("screen"))
        .status();
    assert!(told.expect("screen").success());
    // In the characters of a locale that it may not have.
    let lines = || fs::read(&kept).map_or(0, |kept| String::from_utf8_lossy(&kept).lines().count());
    support::process::eventually("a copy", || lines() >= 24);
    assert_eq!(lines(), 24);
}
