//! The real program in a pseudo terminal: keys in, screen out. Every wait is for something, up to a time limit.

use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use keyward::text::Text;
use nix::fcntl::OFlag;
use nix::sys::termios::{self, FlowArg, LocalFlags, SetArg, tcflow};
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use vt100::{Parser, Screen};

use super::sentence::{self, Values};

/// How long anything may take on a busy machine before the test has failed.
const LIMIT: Duration = Duration::from_secs(20);

/// What the program learns of a hang-up by signal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sighup {
    /// SIGHUP, as it is.
    Sent,
    /// SIGHUP, which is ignored, as under nohup.
    Ignored,
    /// SIGHUP, which is blocked.
    Blocked,
    /// Nothing: the terminal does not control it.
    NotSent,
}

/// How the program is started.
pub struct Start<'a> {
    /// The program; `keyward` unless it is another.
    pub program: &'a str,
    pub args: &'a [&'a str],
    /// Where its home and data are.
    pub home: &'a Path,
    pub columns: u16,
    pub rows: u16,
    pub sighup: Sighup,
    /// Variables of the environment beside the usual ones, or instead of them.
    pub variables: &'a [(&'a str, &'a OsStr)],
}

impl<'a> Start<'a> {
    /// At 80x24, with these arguments.
    pub fn new(home: &'a Path, args: &'a [&'a str]) -> Start<'a> {
        Start {
            program: env!("CARGO_BIN_EXE_keyward"),
            args,
            home,
            columns: 80,
            rows: 24,
            sighup: Sighup::Sent,
            variables: &[],
        }
    }

    /// Starts it.
    pub fn go(&self) -> Pty {
        let size = size(self.columns, self.rows);
        let pair = native_pty_system().openpty(size).expect("pty");
        let before = modes(&*pair.master);
        let child = pair
            .slave
            .spawn_command(self.command())
            .expect("program started");
        drop(pair.slave);
        let seen = Arc::new(Seen {
            so_far: Mutex::new(SoFar {
                parser: Parser::new(self.rows, self.columns, 0),
                bytes: Vec::new(),
                over: false,
            }),
            more: Condvar::new(),
            stop: AtomicBool::new(false),
        });
        let source = pair.master.try_clone_reader().expect("reader");
        let reader = thread::spawn({
            let seen = Arc::clone(&seen);
            move || seen.follow(source)
        });
        Pty {
            writer: Some(pair.master.take_writer().expect("writer")),
            master: Some(pair.master),
            child,
            seen,
            reader: Some(reader),
            before,
        }
    }

    fn command(&self) -> CommandBuilder {
        let wrapper: &[&str] = match self.sighup {
            Sighup::Sent | Sighup::NotSent => &[],
            Sighup::Ignored => &["/usr/bin/env", "--ignore-signal=HUP"],
            Sighup::Blocked => &["/usr/bin/env", "--block-signal=HUP"],
        };
        let mut words = wrapper.iter().chain([&self.program]).chain(self.args);
        let mut command = CommandBuilder::new(words.next().expect("a program"));
        command.args(words);
        command.set_controlling_tty(self.sighup != Sighup::NotSent);
        command.env_clear();
        command.cwd(self.home);
        let data = self.home.join("data");
        let variables: [(&str, &OsStr); 6] = [
            ("HOME", self.home.as_os_str()),
            ("XDG_DATA_HOME", data.as_os_str()),
            ("PATH", "/usr/bin:/bin".as_ref()),
            ("TERM", "xterm-256color".as_ref()),
            ("LANG", "C.UTF-8".as_ref()),
            ("TZ", "UTC".as_ref()),
        ];
        for (name, value) in variables.iter().chain(self.variables) {
            command.env(name, value);
        }
        command
    }
}

/// A started program and its terminal. What is left of it at the end of a test is killed.
pub struct Pty {
    master: Option<Box<dyn MasterPty + Send>>,
    writer: Option<Box<dyn Write + Send>>,
    child: Box<dyn Child + Send + Sync>,
    seen: Arc<Seen>,
    reader: Option<JoinHandle<()>>,
    before: String,
}

struct Seen {
    so_far: Mutex<SoFar>,
    more: Condvar,
    stop: AtomicBool,
}

struct SoFar {
    parser: Parser,
    bytes: Vec<u8>,
    /// The terminal has no program any more.
    over: bool,
}

impl Seen {
    fn so_far(&self) -> MutexGuard<'_, SoFar> {
        self.so_far.lock().expect("reader is well")
    }

    fn follow(&self, mut source: impl Read) {
        let mut part = [0; 4096];
        loop {
            let read = source.read(&mut part).unwrap_or(0);
            if self.stop.load(Ordering::SeqCst) {
                return;
            }
            let mut so_far = self.so_far();
            so_far.parser.process(&part[..read]);
            so_far.bytes.extend_from_slice(&part[..read]);
            so_far.over = read == 0;
            self.more.notify_all();
            if read == 0 {
                return;
            }
        }
    }
}

impl Pty {
    /// Types.
    pub fn send(&mut self, keys: &str) -> &mut Pty {
        let writer = self.writer.as_mut().expect("terminal is there");
        writer.write_all(keys.as_bytes()).expect("typed");
        writer.flush().expect("typed");
        self
    }

    /// Waits until the screen is as it should be.
    #[track_caller]
    pub fn wait_for(&self, what: &str, good: impl Fn(&Screen) -> bool) {
        self.wait(what, |so_far| good(so_far.parser.screen()));
    }

    /// Waits until this was written to the terminal.
    #[track_caller]
    pub fn wait_for_bytes(&self, wanted: &str) {
        self.wait(wanted, |so_far| {
            let mut windows = so_far.bytes.windows(wanted.len());
            windows.any(|window| window == wanted.as_bytes())
        });
    }

    #[track_caller]
    fn wait(&self, what: &str, good: impl Fn(&SoFar) -> bool) {
        let waiting = |so_far: &mut SoFar| !so_far.over && !good(so_far);
        let waited = self
            .seen
            .more
            .wait_timeout_while(self.seen.so_far(), LIMIT, waiting);
        let so_far = waited.expect("reader is well").0;
        let (good, screen) = (good(&so_far), so_far.parser.screen().contents());
        drop(so_far);
        assert!(good, "no {what:?} on:\n{screen}");
    }

    /// Waits until this text is on the screen.
    #[track_caller]
    pub fn see(&self, text: &str) -> &Pty {
        self.wait_for(text, |screen| screen.contents().contains(text));
        self
    }

    /// Waits until a sentence of the program is on the screen, in English or what ASCII has of it.
    #[track_caller]
    pub fn says(&self, name: &'static str) -> &Pty {
        self.says_with(name, &[])
    }

    /// Waits until a sentence of the program is on the screen with these values.
    #[track_caller]
    pub fn says_with(&self, name: &'static str, values: Values) -> &Pty {
        let texts = [Text::en_us(), Text::en_us().in_ascii()];
        self.wait_for(name, |screen| {
            let screen = screen.contents();
            let is_on = |text| sentence::is_on(&screen, text, name, values);
            texts.into_iter().any(is_on)
        });
        self
    }

    /// The screen's text now.
    pub fn screen(&self) -> String {
        self.seen.so_far().parser.screen().contents()
    }

    /// The screen as it is seen, with its colours.
    pub fn painted(&self) -> String {
        let so_far = self.seen.so_far();
        let screen = so_far.parser.screen();
        let (rows, columns) = screen.size();
        let cells = (0..rows).flat_map(|y| (0..columns).map(move |x| (y, x)));
        let cells = cells.filter_map(|(y, x)| screen.cell(y, x));
        let looks = cells.map(|cell| {
            let text = if cell.has_contents() {
                cell.contents()
            } else {
                " "
            };
            let marks = [cell.bold(), cell.inverse(), cell.underline()].map(u8::from);
            let seen = text != " " || cell.inverse() || cell.underline();
            let colours = seen.then(|| (cell.fgcolor(), marks));
            format!("{text} {:?} {colours:?}\n", cell.bgcolor())
        });
        looks.collect()
    }

    /// Waits until more was written than so many bytes.
    #[track_caller]
    pub fn wait_for_more(&self, bytes: usize) {
        self.wait("more", |so_far| so_far.bytes.len() > bytes);
    }

    /// Everything that was written to the terminal.
    pub fn bytes(&self) -> Vec<u8> {
        self.seen.so_far().bytes.clone()
    }

    /// How many bytes are written while nothing is typed for this long.
    pub fn bytes_while_idle(&self, time: Duration) -> usize {
        let before = self.seen.so_far().bytes.len();
        let idle = |so_far: &mut SoFar| so_far.bytes.len() == before;
        let waited = self
            .seen
            .more
            .wait_timeout_while(self.seen.so_far(), time, idle);
        waited.expect("reader is well").0.bytes.len() - before
    }

    /// Changes the size of the window.
    pub fn resize(&mut self, columns: u16, rows: u16) -> &mut Pty {
        let mut so_far = self.seen.so_far();
        so_far.parser.screen_mut().set_size(rows, columns);
        let master = self.master.as_ref().expect("terminal is there");
        master.resize(size(columns, rows)).expect("resized");
        drop(so_far);
        self
    }

    /// Has the terminal say that it is so large, whatever is seen of it.
    pub fn claim(&self, columns: u16, rows: u16) {
        let master = self.master.as_ref().expect("terminal is there");
        master.resize(size(columns, rows)).expect("resized");
    }

    /// Sends a signal, named as `kill` names it.
    pub fn signal(&mut self, name: &str) -> &mut Pty {
        signal(self.pid(), name);
        self
    }

    /// Takes the terminal away, as the end of an SSH connection does.
    pub fn hang_up(&mut self) -> &mut Pty {
        self.stop_reading();
        drop(self.writer.take());
        drop(self.master.take());
        self
    }

    /// Takes the terminal away and waits for the end: how long it took, and the processor time that was used.
    #[track_caller]
    #[expect(
        clippy::disallowed_methods,
        reason = "measures the program from outside"
    )]
    pub fn time_to_hang_up(&mut self) -> (Duration, Duration) {
        self.stop_reading();
        drop(self.writer.take());
        let used = Process::read(self.pid()).expect("process").used;
        let start = Instant::now();
        drop(self.master.take());
        // Its parent has not asked for it yet, so what it used is still to be read.
        loop {
            let process = Process::read(self.pid()).expect("process");
            let took = start.elapsed();
            if process.state == 'Z' {
                return (took, process.used.saturating_sub(used));
            }
            assert!(took < LIMIT, "it did not end");
            thread::sleep(Duration::from_millis(1));
        }
    }

    /// Has the terminal keep lines until they are complete, as another program that shares it might.
    pub fn keep_lines(&self) {
        let terminal = self.other_side();
        let mut modes = termios::tcgetattr(&terminal).expect("modes");
        modes.local_flags |= LocalFlags::ICANON;
        termios::tcsetattr(&terminal, SetArg::TCSANOW, &modes).expect("changed");
    }

    /// Has the terminal take nothing more for now, as Ctrl-S does.
    pub fn hold(&self) {
        tcflow(self.other_side(), FlowArg::TCOOFF).expect("stopped");
    }

    /// Has it take again what is written.
    pub fn go_on(&self) {
        tcflow(self.other_side(), FlowArg::TCOON).expect("goes on");
    }

    /// Stops the terminal's output, types, and waits until the program has begun to write and is stuck.
    pub fn stall(&mut self, keys: &str) {
        self.stop_reading();
        let terminal = self.other_side();
        tcflow(&terminal, FlowArg::TCOOFF).expect("stopped");
        let before = self.times_waited();
        self.send(keys);
        while self.times_waited() == before {
            thread::sleep(Duration::from_millis(1));
        }
    }

    /// The reader holds the terminal too, and waits for bytes: it is given one.
    fn stop_reading(&mut self) {
        if let Some(reader) = self.reader.take() {
            self.seen.stop.store(true, Ordering::SeqCst);
            self.other_side().write_all(b" ").expect("reader woken");
            reader.join().expect("reader is well");
        }
    }

    /// Where the program's side of the terminal is.
    pub fn path(&self) -> PathBuf {
        let master = self.master.as_ref().expect("terminal is there");
        master.tty_name().expect("name")
    }

    /// Has another program write this to the terminal.
    pub fn overwrite(&self, text: &str) {
        self.other_side()
            .write_all(text.as_bytes())
            .expect("written");
    }

    /// The program's side of the terminal.
    fn other_side(&self) -> File {
        // It must not come to control the tests.
        let opened = OpenOptions::new()
            .write(true)
            .custom_flags(OFlag::O_NOCTTY.bits())
            .open(self.path());
        opened.expect("terminal opened")
    }

    /// How often the main thread has gone to sleep so far.
    fn times_waited(&self) -> u64 {
        let status = self.proc(&format!("task/{}/status", self.pid()));
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix("voluntary_ctxt_switches:"));
        line.expect("count").trim().parse().expect("number")
    }

    /// What the kernel tells of the process in this file of `/proc`.
    pub fn proc(&self, file: &str) -> String {
        fs::read_to_string(format!("/proc/{}/{file}", self.pid())).expect("proc")
    }

    /// Waits for the end; gives the exit code.
    #[track_caller]
    #[expect(
        clippy::disallowed_methods,
        reason = "measures the program from outside"
    )]
    pub fn end(&mut self) -> u32 {
        let start = Instant::now();
        while start.elapsed() < LIMIT {
            if let Some(status) = self.child.try_wait().expect("waited") {
                // Without a hang-up the last bytes are still on their way.
                if let Some(reader) = self.reader.take() {
                    reader.join().expect("reader is well");
                }
                return status.exit_code();
            }
            thread::sleep(Duration::from_millis(1));
        }
        panic!("it did not end:\n{}", self.screen());
    }

    /// Presses q, with which the console ends well.
    #[track_caller]
    pub fn quits(&mut self) {
        assert_eq!(self.send("q").end(), 0);
    }

    /// Whether the terminal's modes (termios) are as they were before the program started.
    pub fn modes_are_as_before(&self) -> bool {
        let master = self.master.as_ref().expect("terminal is there");
        modes(&**master) == self.before
    }

    /// The process's number.
    pub fn pid(&self) -> u32 {
        self.child.process_id().expect("started")
    }
}

impl Drop for Pty {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

/// Sends a process a signal, named as `kill` names it.
#[track_caller]
pub fn signal(pid: u32, name: &str) {
    let sent = Command::new("/bin/sh")
        .args(["-c", "kill -s \"$0\" \"$1\"", name, &pid.to_string()])
        .status();
    assert!(sent.expect("shell").success(), "{name} was not sent");
}

/// What `/proc` tells of a process.
#[derive(Debug)]
pub struct Process {
    pub pid: u32,
    pub parent: u32,
    /// `T` is stopped, `Z` has ended.
    pub state: char,
    /// The processor time that it has used.
    pub used: Duration,
}

impl Process {
    /// Looks at the process of this number, if there is one.
    pub fn read(pid: u32) -> Option<Process> {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        // The name before may hold anything.
        let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
        let number = |at: usize| fields[at].parse::<u64>().expect("a number");
        Some(Process {
            pid,
            parent: fields[1].parse().expect("a number"),
            state: fields[0].chars().next()?,
            // In hundredths of a second.
            used: Duration::from_millis((number(11) + number(12)) * 10),
        })
    }

    /// The children of the process of this number.
    pub fn children(parent: u32) -> Vec<Process> {
        let entries = fs::read_dir("/proc").expect("processes");
        let pids = entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
        let processes = pids.filter_map(Process::read);
        processes
            .filter(|process| process.parent == parent)
            .collect()
    }
}

fn size(columns: u16, rows: u16) -> PtySize {
    PtySize {
        rows,
        cols: columns,
        ..PtySize::default()
    }
}

fn modes(master: &dyn MasterPty) -> String {
    format!("{:?}", master.get_termios().expect("modes"))
}
