//! Other processes, and tests that need something of the machine.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::thread;
use std::time::Duration;

/// An account that owns nothing.
pub const NOBODY: u32 = 65_534;

const PATH: &str = "KEYWARD_TEST_PATH";
const STEP: &str = "KEYWARD_TEST_STEP";

/// This test program again, running only the test `name`, which finds the path and the step with [`given`].
pub fn again(name: &str, path: &Path, step: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().expect("this program"));
    command
        .args(["--exact", name, "--nocapture", "--test-threads=1"])
        .env(PATH, path)
        .env(STEP, step);
    command
}

/// What [`again`] was given, where this is the program that it started.
#[expect(
    clippy::disallowed_methods,
    reason = "how one test process tells another what to do"
)]
pub fn given() -> Option<(PathBuf, String)> {
    let path = std::env::var_os(PATH)?;
    Some((path.into(), std::env::var(STEP).expect("a step")))
}

/// Fails with what a process printed where it did not end well.
#[track_caller]
pub fn ended_well(output: &Output) {
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{printed}");
}

/// Says why a test cannot be done here, where the kernel of the build machine may refuse it just as well.
#[expect(clippy::print_stderr, reason = "a skipped test should be seen")]
pub fn skip_anywhere(reason: &str) {
    eprintln!("skipped: {reason}");
}

/// Says why a test cannot be done here. On the build machine it must be.
#[expect(clippy::disallowed_methods, reason = "CI says of itself that it is CI")]
#[expect(clippy::print_stderr, reason = "a skipped test should be seen")]
pub fn skip(reason: &str) {
    assert!(
        std::env::var_os("CI").is_none(),
        "cannot be skipped: {reason}"
    );
    eprintln!("skipped: {reason}");
}

/// Whether a program is on the ordinary path.
pub fn is_there(program: &str) -> bool {
    let places = ["/usr/bin", "/bin"];
    places
        .iter()
        .any(|place| Path::new(place).join(program).exists())
}

/// Where a program of the system is; sshd is where an ordinary account's PATH does not look.
pub fn program(name: &str) -> Option<PathBuf> {
    ["/usr/sbin", "/usr/bin", "/sbin", "/bin", "/usr/local/sbin"]
        .map(|directory| Path::new(directory).join(name))
        .into_iter()
        .find(|path| path.is_file())
}

/// Waits until something is so; fails when it has not come about after 20 seconds.
#[track_caller]
pub fn eventually(what: &str, is_so: impl Fn() -> bool) {
    for _ in 0..2_000 {
        if is_so() {
            return;
        }
        thread::sleep(Duration::from_millis(10));
    }
    panic!("never: {what}");
}
