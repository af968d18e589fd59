//! System calls that fail, or kill, on demand: a program run under strace. Who uses it asks [`is_there`] first.

use std::ffi::OsString;
use std::path::Path;
use std::process::Command;

use crate::support::process;

/// Whether it can be done on this machine.
pub fn is_there() -> bool {
    process::is_there("strace")
}

/// The same command with its system calls tampered with, as strace's `-e inject=` has it:
/// `pwrite64:signal=KILL:when=3`, `fdatasync:error=EIO`. Only calls on these paths count, or all where none is named.
/// Each thread counts its calls for itself.
pub fn injected(command: &Command, paths: &[&Path], what: &[&str]) -> Command {
    let calls: Vec<&str> = what
        .iter()
        .map(|one| one.split(':').next().unwrap_or(one))
        .collect();
    // Not with --seccomp-bpf: strace 6.1 then sends no signals.
    let mut strace = Command::new("strace");
    strace
        .args(["-f", "-qq", "-o", "/dev/null"])
        .args(["-e".to_owned(), format!("trace={}", calls.join(","))])
        .args(["-e", "signal=none"]);
    for one in what {
        strace.args(["-e".to_owned(), format!("inject={one}")]);
    }
    for path in paths {
        strace.args([OsString::from("-P"), path.into()]);
    }
    strace
        .arg("--")
        .arg(command.get_program())
        .args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => strace.env(name, value),
            None => strace.env_remove(name),
        };
    }
    strace
}
