//! The `keyward` command. All of it is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    keyward::cli::run()
}
