//! The `keyward` command. All of it is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    // Before anything is read: from here on nothing else of the account can look into the process.
    let hardened = keyward::harden::harden();
    keyward::cli::run(hardened)
}
