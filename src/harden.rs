//! Limits that the process sets for itself before it touches a secret, and the memory in which it does.

use std::alloc::System;
use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use nix::sys::resource::{Resource, getrlimit, setrlimit};
use signal_hook::consts::SIGXFSZ;
use signal_hook::flag;
use zeroizing_alloc::ZeroAlloc;

/// Wipes all memory that is freed, also what a text leaves behind when it grows: whatever was typed or read may have
/// been a secret, or the beginning of one. `SQLite` allocates by itself and is not wiped.
#[global_allocator]
static MEMORY: ZeroAlloc<System> = ZeroAlloc(System);

/// Turns core dumps off, closes the memory to other processes, and makes a file size limit an error instead of the end.
///
/// Called before anything else: another process of the account that opened the memory (`/proc/PID/mem`) earlier can go
/// on reading there. Only a program that may not be read is closed from the start (see ptrace(2)).
pub fn harden() -> io::Result<()> {
    setrlimit(Resource::RLIMIT_CORE, 0, 0)?;
    // A core limit of 0 does not stop a dump that is piped to a program (core(5)); this does.
    #[cfg(target_os = "linux")]
    nix::sys::prctl::set_dumpable(false)?;
    // Handled, so that a write beyond the limit fails and is told, as a full disk is.
    flag::register(SIGXFSZ, Arc::new(AtomicBool::new(false)))?;
    Ok(())
}

/// Lets the process have so many files open, as far as that can be had without a privilege; says how many it may have.
#[must_use]
pub fn allow_files(wanted: u64) -> u64 {
    let Ok((soft, hard)) = getrlimit(Resource::RLIMIT_NOFILE) else {
        return wanted;
    };
    let raised = wanted.min(hard);
    if soft >= raised || setrlimit(Resource::RLIMIT_NOFILE, raised, hard).is_err() {
        return soft.min(wanted);
    }
    raised
}
