//! Copying with the real programs: tmux, GNU screen, and a display that never answers.

use std::ffi::OsStr;
use std::fs;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{SocketAddr, UnixListener};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use nix::sys::signal::{Signal, kill, killpg};
use nix::unistd::Pid;
use rusqlite::Connection;
use tempfile::TempDir;

mod support {
    #![allow(dead_code, reason = "each file of tests uses a part of it")]
    pub mod hand;
    pub mod process;
    pub mod program;
    pub mod pty;
    pub mod screen;
    pub mod sentence;
}

use support::hand::{self, confirm_stored, home};
use support::process::{eventually, is_there, skip};
use support::pty::{Pty, Start, signal};
use support::screen::InScreen;

/// Makes a key and leaves its secret's dialog open; gives the secret.
fn make(console: &mut Pty) -> String {
    console.says("list.empty_read_only");
    hand::make(console)
}

/// A program of this name that comes before all others on the path.
fn put_program(home: &Path, name: &str, script: &str) -> PathBuf {
    let programs = home.join("programs");
    fs::create_dir_all(&programs).expect("directory");
    let program = programs.join(name);
    fs::write(&program, script).expect("program");
    fs::set_permissions(&program, PermissionsExt::from_mode(0o700)).expect("executable");
    programs
}

/// The console in a tmux of its own, whose server ends with the test.
struct InTmux {
    console: Pty,
    home: TempDir,
}

impl InTmux {
    /// With this setting of tmux. What it is asked by the console is noted before it does it.
    fn start(setting: &str) -> Option<InTmux> {
        if !is_there("tmux") {
            skip("there is no tmux");
            return None;
        }
        let home = home();
        let noted = home.path().join("noted");
        let note = format!(
            "#!/bin/sh\n{{ env; printf '<%s> ' \"$0\" \"$@\"; echo; }} >> '{}'\nexec /usr/bin/tmux \"$@\"\n",
            noted.display()
        );
        let programs = put_program(home.path(), "tmux", &note);
        let path = format!("{}:/usr/bin:/bin", programs.display());
        let config = home.path().join("tmux.conf");
        fs::write(&config, format!("{setting}\nset -g status off\n")).expect("settings");
        let keyward = env!("CARGO_BIN_EXE_keyward");
        let config = config.to_str().expect("path");
        let console = Start {
            program: "/usr/bin/tmux",
            variables: &[
                ("TMUX_TMPDIR", home.path().as_os_str()),
                ("PATH", path.as_ref()),
            ],
            ..Start::new(home.path(), &["-f", config, "new-session", keyward])
        }
        .go();
        Some(InTmux { console, home })
    }

    /// What tmux answers from outside.
    fn tmux(&self, arguments: &[&str]) -> String {
        let ran = Command::new("/usr/bin/tmux")
            .args(arguments)
            .env("TMUX_TMPDIR", self.home.path())
            .env_remove("TMUX")
            .output()
            .expect("tmux");
        String::from_utf8(ran.stdout).expect("text")
    }

    fn buffers(&self) -> Vec<String> {
        let names = self.tmux(&["list-buffers", "-F", "#{buffer_name}"]);
        names.lines().map(str::to_owned).collect()
    }

    /// What the console has asked of tmux, and the environment in which it did.
    fn noted(&self) -> String {
        fs::read_to_string(self.home.path().join("noted")).unwrap_or_default()
    }

    /// A selection in copy mode, made with these steps from the start of the line that begins with this.
    fn selected(&self, line: &str, steps: &[&str]) -> String {
        let screen = self.console.screen();
        let row = screen.lines().position(|found| found.starts_with(line));
        let down = row.expect("the line").to_string();
        self.tmux(&["copy-mode"]);
        self.tmux(&["send-keys", "-X", "top-line"]);
        self.tmux(&["send-keys", "-X", "start-of-line"]);
        self.tmux(&["send-keys", "-N", &down, "-X", "cursor-down"]);
        for step in steps {
            self.tmux(&["send-keys", "-X", step]);
        }
        self.tmux(&["send-keys", "-X", "copy-selection-and-cancel"]);
        let selected = self.tmux(&["show-buffer"]);
        self.tmux(&["delete-buffer"]);
        selected
    }
}

impl Drop for InTmux {
    fn drop(&mut self) {
        self.tmux(&["kill-server"]);
    }
}

fn base64(text: &str) -> String {
    BASE64_STANDARD.encode(text)
}

#[test]
fn tmux_passes_a_copy_on_whatever_it_is_set_to_and_keeps_none_when_the_dialog_closes() {
    for setting in ["external", "on", "off"] {
        let Some(mut tmux) = InTmux::start(&format!("set -s set-clipboard {setting}")) else {
            return;
        };
        let secret = make(&mut tmux.console);
        let header = format!("api-secret-key: {secret}");
        for (key, copied) in [("c", &secret), ("h", &header)] {
            tmux.console.send(key).says("secret.sent_tmux");
            tmux.console.wait_for_bytes(&base64(copied));
            let buffers = tmux.buffers();
            assert_eq!(buffers.len(), 1, "{setting}: {buffers:?}");
            assert!(buffers[0].starts_with("keyward-"), "{buffers:?}");
            assert_eq!(tmux.tmux(&["show-buffer", "-b", &buffers[0]]), *copied);
            tmux.console.send("\x03").says("secret.ways_out");
        }
        confirm_stored(&mut tmux.console);
        eventually("no buffer", || tmux.buffers().is_empty());
        // The terminal around tmux got it, too.
        tmux.console.see("may still hold");
    }
}

fn process(number: u32) -> Pid {
    Pid::from_raw(i32::try_from(number).expect("a process"))
}

#[test]
fn tmux_keeps_nothing_whatever_ends_the_console_while_the_secret_is_shown() {
    type Way = (&'static str, fn(&InTmux, u32));
    let ways: [Way; 4] = [
        ("a signal", |_, console| signal(console, "TERM")),
        ("two", |_, console| {
            signal(console, "HUP");
            // It may be gone by now.
            let _ = kill(process(console), Signal::SIGTERM);
        }),
        ("a signal to all that run with it", |_, console| {
            killpg(process(console), Signal::SIGTERM).expect("sent");
        }),
        ("the end of the pane", |tmux, _| {
            tmux.tmux(&["kill-pane", "-t", "0"]);
        }),
    ];
    for (way, end) in ways {
        for locked in [false, true] {
            let Some(mut tmux) = InTmux::start("") else {
                return;
            };
            make(&mut tmux.console);
            // Somebody else is there: tmux does not end with the pane.
            tmux.tmux(&["new-session", "-d", "sleep 600"]);
            tmux.console.send("c").says("secret.sent_tmux");
            assert_eq!(tmux.buffers().len(), 1);
            let database = tmux.home.path().join("data/keyward/keyward.db");
            let other = Connection::open(database).expect("database");
            if locked {
                other.execute_batch("BEGIN IMMEDIATE").expect("locked");
            }
            let pid = tmux.tmux(&["display-message", "-p", "-t", "0", "#{pane_pid}"]);
            end(&tmux, pid.trim().parse().expect("a process"));
            eventually("no buffer", || tmux.buffers().is_empty());
            assert!(tmux.tmux(&["list-sessions"]).contains("1:"), "{way}");
        }
    }
}

#[test]
fn tmux_gets_the_secret_in_no_argument_and_no_variable() {
    let Some(mut tmux) = InTmux::start("") else {
        return;
    };
    let secret = make(&mut tmux.console);
    tmux.console.send("c").says("secret.sent_tmux");
    confirm_stored(&mut tmux.console);
    eventually("no buffer", || tmux.buffers().is_empty());
    let noted = tmux.noted();
    for asked in ["<load-buffer> <-w> <-b> <keyward-", "<delete-buffer> <-b>"] {
        assert!(noted.contains(asked), "{noted}");
    }
    assert!(noted.contains("TMUX="), "{noted}");
    let random = secret.split_once(':').expect("an ID").1;
    assert!(!noted.contains(random), "{noted}");
}

#[test]
fn a_selection_of_the_secrets_line_is_the_secret_and_nothing_else() {
    let Some(mut tmux) = InTmux::start("") else {
        return;
    };
    let secret = make(&mut tmux.console);
    let to_the_end = ["begin-selection", "end-of-line"];
    assert_eq!(tmux.selected("1:", &to_the_end), secret);
    assert_eq!(
        tmux.selected("1:", &["select-line"]).trim_end_matches('\n'),
        secret
    );
}

#[test]
fn what_tmux_holds_can_be_pasted_into_the_check_with_brackets_and_without() {
    let Some(mut tmux) = InTmux::start("") else {
        return;
    };
    let secret = make(&mut tmux.console);
    tmux.console.send("c").says("secret.sent_tmux");
    let buffer = tmux.buffers().remove(0);
    for brackets in [Some("-p"), None] {
        tmux.console.send("p").says("check.note");
        let paste = ["paste-buffer"].into_iter().chain(brackets);
        tmux.tmux(&paste.chain(["-b", &buffer]).collect::<Vec<_>>());
        tmux.console.see(&format!("{} characters", secret.len()));
        tmux.console.send("\r").says("secret.matches");
        tmux.console.send("\x03").says("secret.ways_out");
    }
}

/// A console that was told it is inside tmux, where `tmux` is this script.
fn with_false_tmux(home: &Path, script: &str) -> Pty {
    let programs = put_program(home, "tmux", script);
    let path = format!("{}:/usr/bin:/bin", programs.display());
    Start {
        variables: &[("TMUX", "/nowhere,1,0".as_ref()), ("PATH", path.as_ref())],
        ..Start::new(home, &[])
    }
    .go()
}

#[test]
fn a_tmux_that_hangs_is_killed_after_a_second_and_holds_nothing_up() {
    let home = home();
    let pid = home.path().join("pid");
    let script = format!("#!/bin/sh\necho $$ > '{}'\nexec sleep 600\n", pid.display());
    let mut console = with_false_tmux(home.path(), &script);
    make(&mut console);
    console.send("cv");
    console.says_with("secret.hidden", &[("key", &"v")]);
    console.see("tmux did not accept it (no answer within a second)");
    let pid = fs::read_to_string(pid).expect("it was started");
    let gone = || !Path::new("/proc").join(pid.trim()).exists();
    eventually("it is gone", gone);
}

#[test]
fn a_tmux_that_refuses_is_told_in_its_own_words_and_nothing_else_is_tried() {
    let home = home();
    let script = "#!/bin/sh\necho 'no server running on /nowhere' >&2\nexit 1\n";
    let mut console = with_false_tmux(home.path(), script);
    let secret = make(&mut console);
    console.send("c");
    console.see("tmux did not accept it (no server running on /nowhere");
    let bytes = console.bytes();
    let base64 = base64(&secret);
    let mut windows = bytes.windows(base64.len());
    assert!(!windows.any(|window| window == base64.as_bytes()));
    confirm_stored(&mut console);
    assert!(!console.screen().contains("could not be deleted"));
}

#[test]
fn screen_passes_a_copy_on() {
    let home = home();
    let keyward = [env!("CARGO_BIN_EXE_keyward")];
    let Some(mut console) = InScreen::start(home.path(), "", &keyward, &[]) else {
        return;
    };
    let secret = make(&mut console);
    let header = format!("api-secret-key: {secret}");
    for (key, copied) in [("c", &secret), ("h", &header)] {
        console.send(key).says("secret.sent_screen");
        console.wait_for_bytes(&format!("\x1b]52;c;{}\x07", base64(copied)));
        console.send("\x03").says("secret.ways_out");
    }
    confirm_stored(&mut console);
    console.says("secret.osc52_stays");
    console.quits();
}

/// Accepts whoever comes, and never says a word.
fn keep_silent(listener: UnixListener) {
    thread::spawn(move || {
        let mut guests = Vec::new();
        while let Ok((guest, _)) = listener.accept() {
            guests.push(guest);
        }
    });
}

#[track_caller]
fn is_not_held_up_by(variables: &[(&str, &OsStr)]) {
    let home = home();
    let mut console = Start {
        variables,
        ..Start::new(home.path(), &[])
    }
    .go();
    make(&mut console);
    console.send("cv");
    console.says_with("secret.hidden", &[("key", &"v")]);
    console.see("The display's clipboard did not accept it (no answer within a second)");
    confirm_stored(&mut console);
    console.quits();
}

#[test]
fn a_wayland_display_that_never_answers_holds_nothing_up() {
    let sockets = home();
    let socket = sockets.path().join("wayland-7");
    keep_silent(UnixListener::bind(&socket).expect("socket"));
    is_not_held_up_by(&[
        ("WAYLAND_DISPLAY", socket.as_os_str()),
        ("XDG_RUNTIME_DIR", sockets.path().as_os_str()),
    ]);
}

#[test]
fn an_x11_display_that_never_answers_holds_nothing_up() {
    let (listener, display) = (7_000..8_000)
        .find_map(|number| {
            let name = format!("/tmp/.X11-unix/X{number}");
            let address = SocketAddr::from_abstract_name(name).ok()?;
            let listener = UnixListener::bind_addr(&address).ok()?;
            Some((listener, format!(":{number}")))
        })
        .expect("a free display");
    keep_silent(listener);
    is_not_held_up_by(&[("DISPLAY", display.as_ref())]);
}
