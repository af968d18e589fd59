//! What an administrator's hand does in the real console, and what a client of the keys gets.

use std::thread::sleep;
use std::time::Duration;

use tempfile::TempDir;

use super::program::{given, keyward};
use super::pty::{Pty, Start};

pub const DOWN: &str = "\x1b[B";
pub const F2: &str = "\x1bOQ";

pub fn home() -> TempDir {
    tempfile::tempdir().expect("directory")
}

/// The console on a database that it makes.
pub fn empty(home: &TempDir) -> Pty {
    let console = Start::new(home.path(), &[]).go();
    console.says("list.empty_read_only");
    console
}

pub fn demo(home: &TempDir) -> Pty {
    let console = Start::new(home.path(), &["demo"]).go();
    // The count is the last to come.
    console.see("39 of 41");
    console
}

/// Fills in Properties of a new key, presses OK and leaves the secret dialog open; gives the secret.
pub fn make(console: &mut Pty) -> String {
    console.send("n").says("form.title_new");
    console.send("nightly\tCopies everything\t\r").see("Find:");
    console.send("full\r").see("Full Access ");
    console.send("\t\t\t 2099-12-31");
    console.see("Stops 2100-01-01 00:00 UTC");
    console.send(F2);
    secret(console)
}

/// The secret that the dialog shows, read as a terminal's selection of its line does.
pub fn secret(console: &mut Pty) -> String {
    console.says("secret.title");
    pause();
    // The answer is drawn after the dialog's first frame, before which keys are dropped.
    console.send("\x03").says("secret.ways_out");
    let screen = console.screen();
    let secret = screen.lines().find(|line| line.starts_with("1:"));
    let secret = secret.expect("a line with nothing but the secret");
    secret.trim_end().to_owned()
}

/// What a hand needs between two keys. The console tells a paste without brackets from a hand by time alone, so what
/// is to count as typed after something else has to come later than that.
pub fn pause() {
    sleep(Duration::from_millis(100));
}

/// Chooses `I have stored it`.
pub fn confirm_stored(console: &mut Pty) {
    pause();
    console.send("a\r").see("works now");
}

/// Issues a new secret with an overlap of 1 hour and leaves the secret dialog open; gives the secret.
pub fn replace(console: &mut Pty) -> String {
    console.send("s").see("How long");
    console.send(DOWN);
    console.send("\r").see("(•) 1 hour");
    console.send("\r");
    secret(console)
}

/// The answer of `keyward verify`, which is that the secret is valid.
#[track_caller]
pub fn accepted(home: &TempDir, secret: &str) -> String {
    let (code, answer) = verify(home, secret);
    assert_eq!(code, Some(0), "{answer}");
    answer
}

/// The exit code and the answer.
pub fn verify(home: &TempDir, secret: &str) -> (Option<i32>, String) {
    verify_by(home, &["verify"], secret)
}

/// The same of `keyward` with these arguments.
pub fn verify_by(home: &TempDir, args: &[&str], secret: &str) -> (Option<i32>, String) {
    let ended = given(keyward(home.path(), args), secret);
    let answer = String::from_utf8(ended.stdout).expect("text");
    (ended.status.code(), answer)
}

pub fn refused(reason: &str) -> (Option<i32>, String) {
    let answer = format!("{{\"valid\":false,\"reason\":\"{reason}\"}}\n");
    (Some(1), answer)
}
