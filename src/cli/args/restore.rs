//! What `keyward restore` takes.

use std::path::PathBuf;

use clap::Args as Arguments;

use crate::cli::args::{DatabaseArg, UserArg};

/// What `keyward restore` takes.
#[derive(Debug, Arguments)]
pub(in crate::cli) struct RestoreArgs {
    /// The copy: what keyward backup created, or another copy of a database of Keyward
    #[arg(value_name = "FILE")]
    pub(in crate::cli) file: PathBuf,
    /// Without asking; needed where there is no terminal
    #[arg(long)]
    pub(in crate::cli) yes: bool,
    #[command(flatten)]
    pub(in crate::cli) database: DatabaseArg,
    #[command(flatten)]
    pub(in crate::cli) user: UserArg,
}
