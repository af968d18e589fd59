//! Limits that the process sets for itself before it touches a secret, and the memory in which it does.

use std::alloc::System;
use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use nix::sys::resource::{Resource, setrlimit};
use signal_hook::consts::SIGXFSZ;
use signal_hook::flag;
use zeroizing_alloc::ZeroAlloc;

/// What is freed is wiped, and so is what a text leaves behind when it grows: whatever was typed or read may have been
/// a secret, or the beginning of one. What `SQLite` keeps is its own.
#[global_allocator]
static MEMORY: ZeroAlloc<System> = ZeroAlloc(System);

/// No core dumps, no look into the memory from outside, and a file size limit is an error instead of the end.
///
/// The first thing that the process does: what another one of the account opened before (`/proc/PID/mem`) it can go on
/// reading. Only a program that may not be read is closed from the start (see ptrace(2)).
pub fn harden() -> io::Result<()> {
    setrlimit(Resource::RLIMIT_CORE, 0, 0)?;
    // A core limit of 0 does not stop a dump that is piped to a program (core(5)); this does.
    #[cfg(target_os = "linux")]
    nix::sys::prctl::set_dumpable(false)?;
    // Handled, so that a write beyond the limit fails and is told, as a full disk is.
    flag::register(SIGXFSZ, Arc::new(AtomicBool::new(false)))?;
    Ok(())
}
