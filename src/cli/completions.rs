//! `keyward completions`: the script with which a shell completes commands and options.

use std::process::ExitCode;

use clap_complete::Shell;

use crate::cli::{Failure, args, print};

/// Prints the script for this shell.
pub(super) fn completions(shell: Shell) -> Result<ExitCode, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut args::command(), "keyward", &mut script);
    print(&String::from_utf8_lossy(&script))
}
