//! Other processes, and tests that need something of the machine.

use std::path::{Path, PathBuf};
use std::process::Command;

/// This test program again, running only the test `name`, which finds `path` in the environment.
pub fn again(name: &str, path: &Path) -> Command {
    let mut command = Command::new(std::env::current_exe().expect("this program"));
    command
        .args(["--exact", name, "--nocapture"])
        .env("KEYWARD_TEST_PATH", path);
    command
}

/// The path that [`again`] gave, where this is the program that it started.
#[expect(
    clippy::disallowed_methods,
    reason = "how one test process tells another what to do"
)]
pub fn given_path() -> Option<PathBuf> {
    std::env::var_os("KEYWARD_TEST_PATH").map(PathBuf::from)
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
