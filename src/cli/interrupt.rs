//! Signals that end a command which has something to take back first.

use std::io;
use std::process::ExitCode;

use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
use signal_hook::flag;
use signal_hook::low_level::emulate_default_handler;

use crate::cli::Failure;
use crate::service::backup::Stop;

const ENDING: [i32; 4] = [SIGHUP, SIGINT, SIGQUIT, SIGTERM];

/// Does work that can be stopped by a signal, and then ends as the signal would have ended it.
pub(super) fn stoppable(
    work: impl FnOnce(&Stop) -> Result<ExitCode, Failure>,
) -> Result<ExitCode, Failure> {
    let stop = Stop::default();
    catch(&stop).map_err(|error| Failure::System("cli.signals", error))?;
    let done = work(&stop);
    match stop.signal().map(i32::try_from) {
        // What was done before the signal came is told.
        Some(Ok(signal)) if done.is_err() => {
            // It does not return, unless the system refuses.
            let _ = emulate_default_handler(signal);
            Ok(ExitCode::from(
                u8::try_from(128 + signal).unwrap_or(u8::MAX),
            ))
        }
        _ => done,
    }
}

fn catch(stop: &Stop) -> io::Result<()> {
    for signal in ENDING {
        let number = usize::try_from(signal).unwrap_or_default();
        flag::register_usize(signal, stop.flag(), number)?;
    }
    Ok(())
}
