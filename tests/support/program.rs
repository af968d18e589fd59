//! The real program, for tests that run it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use assert_cmd::assert::Assert;

/// The program itself.
pub const KEYWARD: &str = env!("CARGO_BIN_EXE_keyward");

/// The program in this home, with no other variables of the environment.
pub fn keyward(home: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(KEYWARD);
    command
        .env_clear()
        .env("HOME", home)
        .env("XDG_DATA_HOME", home.join("data"))
        .current_dir(home)
        .args(args);
    command
}

/// Runs it with this on standard input. What refuses before it reads may end meanwhile.
pub fn given(command: Command, input: &str) -> Output {
    let mut command = assert_cmd::Command::from_std(command);
    command.write_stdin(input).output().expect("started")
}

/// A program that the gate fetches where it can.
pub fn fetched(program: &str) -> Option<PathBuf> {
    let programs = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("programs");
    Some(programs.join(program)).filter(|path| path.exists())
}

/// Where the database in this home is.
pub fn database_of(home: &Path) -> PathBuf {
    home.join("data/keyward/keyward.db")
}

/// What a program that has ended printed.
pub fn printed(ended: &Assert) -> String {
    String::from_utf8(ended.get_output().stdout.clone()).expect("UTF-8")
}

/// What a program that has ended said on standard error.
pub fn said(ended: &Assert) -> String {
    String::from_utf8(ended.get_output().stderr.clone()).expect("UTF-8")
}
