//! Every way of leaving the console, and of coming back to it: what becomes of the terminal, the process and a secret.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{MetadataExt, chown};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use keyward::ui::terminal::{Abilities, Out, Session, before_end, ready};
use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, geteuid};
use rusqlite::Connection;

mod support {
    #![allow(dead_code, reason = "each file of tests uses a part of it")]
    pub mod hand;
    pub mod process;
    pub mod program;
    pub mod pty;
    pub mod screen;
    pub mod sentence;
}

use support::hand::{
    F2, accepted, confirm_stored, demo, empty, home, make, refused, replace, verify,
};
use support::process::{eventually, given};
use support::pty::{Process, Pty, Sighup, Start, signal};
use support::screen::InScreen;

/// Reports of the mouse off, bracketed paste off, attributes reset, everything erased, cursor shown, main screen: in
/// this order, and nothing after it.
const RESTORED: &[u8] =
    b"\x1b[?1006l\x1b[?1002l\x1b[?2004l\x1b[0m\x1b[999;999H\x1b[1J\x1b[H\x1b[?25h\x1b[?1049l";
/// Within this a hang-up has ended the process.
const AT_ONCE: Duration = Duration::from_millis(100);

#[track_caller]
fn assert_restored(console: &Pty, way: &str) {
    assert!(console.bytes().ends_with(RESTORED), "{way}");
    assert!(console.modes_are_as_before(), "{way}");
}

/// A way out, and the exit code that tells it.
type Way = (&'static str, fn(&mut Pty) -> &mut Pty, u32);

const WAYS: [Way; 7] = [
    ("quit", |console| console.send("q"), 0),
    ("Ctrl-C", |console| console.send("\x03"), 0),
    ("SIGHUP", |console| console.signal("HUP"), 129),
    ("SIGINT", |console| console.signal("INT"), 130),
    ("SIGQUIT", |console| console.signal("QUIT"), 131),
    ("SIGTERM", |console| console.signal("TERM"), 143),
    (
        "the end of the input",
        |console| {
            console.keep_lines();
            console.send("\x04")
        },
        129,
    ),
];

#[test]
fn every_way_out_restores_the_terminal_and_has_its_exit_code() {
    for (way, leave, code) in WAYS {
        let home = home();
        let mut console = demo(&home);
        assert!(!console.modes_are_as_before(), "{way}");
        leave(&mut console);
        assert_eq!(console.end(), code, "{way}");
        assert_restored(&console, way);
    }
}

#[test]
fn a_hang_up_ends_it_at_once_whatever_becomes_of_the_signal() {
    for sighup in [
        Sighup::Sent,
        Sighup::Ignored,
        Sighup::Blocked,
        Sighup::NotSent,
    ] {
        // Once is enough: the machine may be busy with something else.
        let mut seen = Vec::new();
        let at_once = (0..5).any(|_| {
            let home = home();
            let mut console = Start {
                sighup,
                ..Start::new(home.path(), &["demo"])
            }
            .go();
            console.see("39 of 41");
            let (took, used) = console.time_to_hang_up();
            assert_eq!(console.end(), 129, "{sighup:?}");
            assert!(used <= AT_ONCE * 2, "{sighup:?}: {used:?}");
            seen.push(took);
            took <= AT_ONCE
        });
        assert!(at_once, "{sighup:?}: {seen:?}");
    }
}

/// What is noted when the process is ended from outside has some ten milliseconds; a machine that is busy with other
/// tests may be too slow for one of these.
const TRIES: usize = 8;

#[test]
fn a_sign_out_is_an_event_when_the_terminal_hangs_up_or_a_signal_ends_it_too() {
    for way in ["hang-up", "TERM", "q"] {
        let noted = (0..TRIES).filter(|_| {
            let home = home();
            let mut console = empty(&home);
            // From then on the end has its some ten milliseconds.
            eventually("signed in", || events(home.path(), SIGNED_IN) == 1);
            match way {
                "hang-up" => console.hang_up(),
                "TERM" => console.signal("TERM"),
                _ => console.send("q"),
            };
            console.end();
            events(home.path(), SIGNED_OUT) == 1
        });
        let noted = noted.count();
        assert!(noted + 1 >= TRIES, "{way}: {noted} of {TRIES}");
    }
}

/// The numbers of a sign-in and of a sign-out.
const SIGNED_IN: i64 = 600;
const SIGNED_OUT: i64 = 601;

/// How many events of a kind there are.
fn events(home: &Path, number: i64) -> i64 {
    let database = home.join("data/keyward/keyward.db");
    let connection = Connection::open(database).expect("opened");
    let count = "SELECT count(*) FROM events WHERE number = ?1";
    let count = connection.query_row(count, [number], |row| row.get(0));
    count.expect("counted")
}

#[test]
fn a_terminal_that_takes_nothing_holds_up_no_key_and_no_sign_out() {
    let home = home();
    let mut console = empty(&home);
    console.stall("j");
    console.send("q");
    eventually("the sign-out is noted", || {
        events(home.path(), SIGNED_OUT) == 1
    });
    // What restores the terminal is still to be taken by it.
    console.signal("TERM");
    assert_eq!(console.end(), 143);
    assert!(console.modes_are_as_before());
    assert_eq!(events(home.path(), SIGNED_OUT), 1);
}

#[test]
fn a_hang_up_ends_it_even_while_it_is_stuck_in_a_write() {
    let home = home();
    let mut console = demo(&home);
    console.stall("\x1b[B");
    console.hang_up();
    assert_eq!(console.end(), 129);
}

#[test]
fn a_signal_ends_it_even_while_it_is_stuck_in_a_write() {
    for (signal, number) in [("HUP", 1), ("TERM", 15)] {
        let home = home();
        let mut console = demo(&home);
        console.stall("\x1b[B");
        console.signal(signal);
        assert_eq!(console.end(), 128 + number, "{signal}");
        assert!(console.modes_are_as_before(), "{signal}");
    }
}

#[test]
fn a_panic_on_any_thread_restores_the_terminal_and_quotes_nothing() {
    let program = std::env::current_exe().expect("this program");
    for test in [
        "panics_on_the_main_thread",
        "panics_on_another_thread",
        "panics_while_another_thread_draws",
    ] {
        let home = home();
        let mut panicking = Start {
            program: program.to_str().expect("path"),
            ..Start::new(home.path(), &["--ignored", "--nocapture", "--exact", test])
        }
        .go();
        assert_eq!(panicking.end(), 101, "{test}");
        let bytes = panicking.bytes();
        let restored = bytes
            .windows(RESTORED.len())
            .position(|window| window == RESTORED)
            .expect("restored");
        let said = String::from_utf8_lossy(&bytes[restored + RESTORED.len()..]);
        assert!(
            said.starts_with("keyward: Internal error, at tests/leaving.rs:"),
            "{said}"
        );
        assert!(!said.contains(QUOTED), "{said}");
        assert!(panicking.modes_are_as_before(), "{test}");
    }
}

#[test]
fn what_is_to_be_done_at_the_end_is_done_once_and_waited_for_whatever_ends_it() {
    let program = std::env::current_exe().expect("this program");
    for (way, code) in [("panic", 101), ("TERM", 143), ("many", 101)] {
        let home = home();
        let done = home.path().join("done");
        let test = "does_something_at_the_end";
        let mut ending = Start {
            program: program.to_str().expect("path"),
            variables: &[
                ("KEYWARD_TEST_PATH", done.as_os_str()),
                ("KEYWARD_TEST_STEP", way.as_ref()),
            ],
            ..Start::new(home.path(), &["--ignored", "--nocapture", "--exact", test])
        }
        .go();
        let ended = ending.end();
        assert!(ended == code || way == "many", "{way}: {ended}");
        let done = fs::read_to_string(&done).unwrap_or_default();
        assert_eq!(done, "done\n", "{way}");
        assert!(ending.modes_are_as_before(), "{way}");
    }
}

/// The terminal, taken.
fn taken() -> Session {
    Session::open(ready().expect("a terminal"), Abilities::ALL).expect("taken")
}

#[test]
#[ignore = "another test runs it in a terminal"]
fn does_something_at_the_end() {
    let (path, way) = given().expect("what to do");
    let _session = taken();
    before_end(move || {
        let (at_work, rests) = channel();
        thread::spawn(move || {
            // As long as such things take.
            thread::sleep(Duration::from_millis(20));
            let mut done = fs::File::options().create(true).append(true).open(path);
            writeln!(done.as_mut().expect("opened"), "done").expect("done");
            drop(at_work);
        });
        rests
    });
    let end = |signal| kill(Pid::this(), signal).expect("sent");
    if way == "many" {
        for _ in 0..3 {
            thread::spawn(|| panic!("at the end"));
        }
        for signal in [Signal::SIGTERM, Signal::SIGHUP, Signal::SIGINT] {
            end(signal);
        }
    }
    if way == "TERM" {
        end(Signal::SIGTERM);
        loop {
            thread::park();
        }
    }
    panic!("at the end");
}

const QUOTED: &str = "7:QUJD";

#[test]
#[ignore = "another test runs it in a terminal"]
fn panics_on_the_main_thread() {
    let _session = taken();
    panic!("{}", QUOTED.to_owned());
}

#[test]
#[ignore = "another test runs it in a terminal"]
fn panics_on_another_thread() {
    let _session = taken();
    thread::spawn(|| panic!("{}", QUOTED.to_owned()));
    loop {
        thread::park();
    }
}

#[test]
#[ignore = "another test runs it in a terminal"]
fn panics_while_another_thread_draws() {
    static BEGUN: AtomicBool = AtomicBool::new(false);
    let _session = taken();
    thread::spawn(|| {
        while !BEGUN.load(Ordering::SeqCst) {
            thread::yield_now();
        }
        panic!("{}", QUOTED.to_owned())
    });
    loop {
        std::io::Write::write_all(&mut Out, b"drawn").expect("written");
        BEGUN.store(true, Ordering::SeqCst);
    }
}

#[test]
fn a_hang_up_while_a_secret_is_on_the_screen_leaves_the_truth() {
    let home = home();
    let mut console = empty(&home);
    let first = make(&mut console);
    console.hang_up();
    assert_eq!(console.end(), 129);
    assert_eq!(verify(&home, &first), refused("not-delivered"));

    let mut console = Start::new(home.path(), &[]).go();
    console.says("state.not_delivered");
    console.send("s").says("new_secret.title");
    console.send(F2);
    let second = support::hand::secret(&mut console);
    confirm_stored(&mut console);
    let third = replace(&mut console);
    console.hang_up();
    assert_eq!(console.end(), 129);
    accepted(&home, &second);
    assert_eq!(verify(&home, &third), refused("not-delivered"));
    assert_eq!(verify(&home, &first), refused("not-delivered"));
    let mut console = Start::new(home.path(), &[]).go();
    console.see("Active");
    console.quits();
}

/// A shell with job control, and the console as its job.
struct InShell {
    shell: Pty,
    job: u32,
}

const PROMPT: &str = "shell> ";

impl InShell {
    fn start(home: &Path, arguments: &str) -> InShell {
        let mut shell = Start {
            program: "/bin/sh",
            variables: &[("PS1", PROMPT.as_ref())],
            ..Start::new(home, &["-i"])
        }
        .go();
        shell.see(PROMPT);
        shell.send(&format!("{} {arguments}\r", env!("CARGO_BIN_EXE_keyward")));
        shell.see("API Keys");
        let children = Process::children(shell.pid());
        assert_eq!(children.len(), 1, "{children:?}");
        let job = children[0].pid;
        InShell { shell, job }
    }

    fn is_stopped(&self) -> bool {
        Process::read(self.job).is_some_and(|process| process.state == 'T')
    }

    /// Waits until the shell has the terminal, as it was.
    #[track_caller]
    fn see_prompt(&self) {
        self.shell.wait_for("the prompt", |screen| {
            !screen.alternate_screen() && last_line(&screen.contents()) == PROMPT.trim_end()
        });
        assert!(self.shell.modes_are_as_before());
    }

    /// Waits until the console has stopped.
    #[track_caller]
    fn see_stopped(&self) {
        self.see_prompt();
        assert!(self.is_stopped());
        let bytes = self.shell.bytes();
        let restored = bytes
            .windows(RESTORED.len())
            .filter(|window| *window == RESTORED);
        assert!(restored.count() > 0);
    }

    /// Continues the console in the foreground.
    fn foreground(&mut self) {
        self.shell.send("fg\r");
    }
}

fn last_line(screen: &str) -> &str {
    screen
        .trim_end_matches('\n')
        .lines()
        .last()
        .unwrap_or_default()
        .trim_end()
}

impl Drop for InShell {
    fn drop(&mut self) {
        let is_left = |job: Process| job.parent == self.shell.pid();
        if Process::read(self.job).is_some_and(is_left) {
            let job = i32::try_from(self.job).expect("a process");
            // It may have ended by itself meanwhile.
            let _ = kill(Pid::from_raw(job), Signal::SIGKILL);
        }
    }
}

#[test]
fn ctrl_z_goes_back_to_the_shell_and_fg_comes_back() {
    let home = home();
    let mut console = InShell::start(home.path(), "demo");
    console.shell.see("39 of 41");
    console.shell.send("j");
    for by_key in [true, false] {
        if by_key {
            console.shell.send("\x1a");
        } else {
            signal(console.job, "TSTP");
        }
        console.see_stopped();
        assert!(!console.shell.screen().contains("39 of 41"));
        console.shell.send("echo out of it\r").see("\nout of it");
        console.foreground();
        console.shell.see("39 of 41");
        console.shell.see("> ");
        assert!(!console.shell.modes_are_as_before());
        assert!(!console.shell.screen().contains("out of it"));
        console.shell.send("j");
    }
    console.shell.send("q");
    console.see_prompt();
}

#[test]
fn in_the_background_it_stays_stopped_and_writes_nothing() {
    let home = home();
    let mut console = InShell::start(home.path(), "demo");
    console.shell.see("39 of 41");
    console.shell.send("\x1a");
    console.see_stopped();
    console.shell.send("bg; echo behind\r").see("\nbehind");
    eventually("it is stopped again", || console.is_stopped());
    while console.shell.bytes_while_idle(Duration::from_millis(200)) > 0 {}
    assert!(!console.shell.screen().contains("39 of 41"));
    assert!(console.shell.modes_are_as_before());
    console.foreground();
    console.shell.see("39 of 41");
}

#[test]
fn a_stop_that_cannot_be_prevented_is_made_good_afterwards() {
    let home = home();
    let mut console = InShell::start(home.path(), "");
    console.shell.says("list.empty_read_only");
    let secret = make(&mut console.shell);
    signal(console.job, "STOP");
    eventually("it is stopped", || console.is_stopped());
    console.shell.see(PROMPT);
    // The terminal is still as the console had it: Enter is not the end of a line.
    console.shell.send("fg\n").says("secret.stopped");
    console.shell.wait_for("the console alone", |screen| {
        let contents = screen.contents();
        contents.trim_start().starts_with("Keyward ")
            && !contents.contains(&secret)
            && !contents.contains(PROMPT)
    });
    console.shell.send("v").see(&secret);
}

#[test]
fn a_secret_is_hidden_when_the_console_was_left_to_the_shell() {
    let home = home();
    let mut console = InShell::start(home.path(), "");
    console.shell.says("list.empty_read_only");
    let secret = make(&mut console.shell);
    console.shell.send("\x1a");
    console.see_stopped();
    assert!(!console.shell.screen().contains(&secret));
    let before = console.shell.bytes().len();
    console.foreground();
    console
        .shell
        .see("Keyward was suspended and resumed; the secret is hidden. Press v to show it.");
    console.shell.says_with("secret.hidden", &[("key", &"v")]);
    let bytes = console.shell.bytes();
    let after = String::from_utf8_lossy(&bytes[before..]);
    assert!(!after.contains(&secret[3..20]), "{after}");
    assert_eq!(verify(&home, &secret), refused("not-delivered"));
    console.shell.send("v").see(&secret);
    confirm_stored(&mut console.shell);
    accepted(&home, &secret);
}

#[test]
fn it_stops_only_when_its_transaction_is_over() {
    let home = home();
    let mut console = InShell::start(home.path(), "");
    console.shell.says("list.empty_read_only");
    make(&mut console.shell);
    confirm_stored(&mut console.shell);
    let other = Connection::open(home.path().join("data/keyward/keyward.db")).expect("database");
    other.execute_batch("BEGIN IMMEDIATE").expect("locked");
    console.shell.send("l").says("confirm.lock");
    console.shell.send("y").see("Working");
    console.shell.send("\x1a");
    signal(console.job, "TSTP");
    // As long as it says that it works, it has not stopped.
    for _ in 0..20 {
        thread::sleep(Duration::from_millis(10));
        assert!(!console.is_stopped());
    }
    other.execute_batch("COMMIT").expect("unlocked");
    console.see_stopped();
    let locked = "SELECT locked_out FROM api_keys";
    let locked: bool = other
        .query_row(locked, (), |row| row.get(0))
        .expect("a row");
    assert!(locked);
    other
        .execute_batch("PRAGMA busy_timeout = 0; BEGIN IMMEDIATE; COMMIT")
        .expect("nobody is in the way");
    console.foreground();
    console.shell.see("was locked out:");
}

#[test]
fn who_leaves_while_something_is_saved_is_told_so_and_not_any_more_when_it_is() {
    let home = home();
    let mut console = empty(&home);
    let other = Connection::open(home.path().join("data/keyward/keyward.db")).expect("database");
    other.execute_batch("BEGIN IMMEDIATE").expect("locked");
    console.send(&format!("nnightly{F2}")).see("Working");
    console.send("\x03").says("message.still_saving");
    other.execute_batch("COMMIT").expect("unlocked");
    console.wait_for("the secret, and no word of saving", |screen| {
        let contents = screen.contents();
        contents.contains("Secret key value") && !contents.contains("still being saved")
    });
}

#[test]
fn without_a_shell_it_says_so_and_goes_on() {
    let home = home();
    let leader = demo(&home);
    // Not the leader of its session, but nobody in it could continue it either.
    let command = format!("{} demo; true", env!("CARGO_BIN_EXE_keyward"));
    let orphan = Start {
        program: "/bin/sh",
        ..Start::new(home.path(), &["-c", &command])
    }
    .go();
    orphan.see("39 of 41");
    for mut console in [leader, orphan] {
        for _ in 0..2 {
            console.send("\x1a").says("message.no_shell");
            // A key that is read before the frame counts as shown does not take its message away.
            while console.bytes_while_idle(Duration::from_millis(100)) > 0 {}
            console.send("j");
            console.wait_for("no message", |screen| {
                let contents = screen.contents();
                contents.contains("39 of 41") && !contents.contains("Ctrl-Z")
            });
        }
        console.quits();
        assert_restored(&console, "quit");
    }
}

/// Ends the secret dialog, or leaves the console with it, until this is to be seen.
type Close = (&'static str, fn(&mut Pty) -> &mut Pty, &'static str);

#[test]
fn a_terminal_without_another_screen_keeps_no_secret_either() {
    let closes: [Close; 3] = [
        ("stopped", |shell| shell.send("\x1a"), "Stopped"),
        ("stored", |shell| shell.send("a\r"), "works now"),
        (
            "discarded",
            |shell| {
                shell.send("x\r").see("y Discard");
                shell.send("y")
            },
            "was discarded",
        ),
    ];
    for (how, close, seen) in closes {
        let home = home();
        let settings = "altscreen off\ndefscrollback 100\nbind h hardcopy -h history\n";
        let shell = ["/bin/sh", "-i"];
        let prompt = [("PS1", PROMPT.as_ref())];
        let Some(mut shell) = InScreen::start(home.path(), settings, &shell, &prompt) else {
            return;
        };
        shell.see(PROMPT);
        shell.send("seq -s / 1000\r").see("/999/1000");
        shell.send(&format!("{}\r", env!("CARGO_BIN_EXE_keyward")));
        shell.says("list.empty_read_only");
        shell.wait_for("nothing of the shell", |screen| {
            !screen.contents().contains("99/")
        });
        let secret = make(&mut shell);
        close(&mut shell);
        shell.see(seen);
        assert!(!shell.screen().contains(&secret[3..20]), "{how}");
        // What can be scrolled back to, too.
        shell.send("\x01h");
        // screen writes what is no ASCII in an encoding of its own.
        let history = || fs::read(home.path().join("history")).unwrap_or_default();
        let history = || String::from_utf8_lossy(&history()).into_owned();
        eventually("the history", || history().contains(seen));
        let history = history();
        assert!(!history.contains(&secret[3..20]), "{how}: {history}");
    }
}

#[test]
fn no_core_is_dumped_and_nobody_looks_into_its_memory() {
    let home = home();
    let copy = home.path().join("keyward");
    fs::copy(env!("CARGO_BIN_EXE_keyward"), &copy).expect("copied");
    let program = copy.to_str().expect("path");
    // Root owns what /proc shows of a process that is not dumpable, and of its own ones in any case.
    let wrapped = ["--reuid=65534", "--clear-groups", program, "demo"];
    let (program, arguments) = if geteuid().is_root() {
        chown(home.path(), Some(65534), None).expect("owner");
        ("/usr/bin/setpriv", &wrapped[..])
    } else {
        (program, &wrapped[3..])
    };
    let console = Start {
        program,
        ..Start::new(home.path(), arguments)
    }
    .go();
    console.see("39 of 41");
    let limits = console.proc("limits");
    let core = limits
        .lines()
        .find(|line| line.starts_with("Max core file size"))
        .expect("limit");
    let numbers: Vec<&str> = core.split_whitespace().skip(4).take(2).collect();
    assert_eq!(numbers, ["0", "0"], "{core}");
    let process = Path::new("/proc").join(console.pid().to_string());
    let owner = |file: &str| fs::metadata(process.join(file)).expect("process").uid();
    assert_ne!(owner(""), 0);
    assert_eq!(owner("mem"), 0);
}
