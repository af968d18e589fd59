//! What `keyward backup` takes.

use std::path::PathBuf;

use clap::Args as Arguments;

use crate::cli::args::{DatabaseArg, UserArg};

/// What `keyward backup` takes.
#[derive(Debug, Arguments)]
pub(in crate::cli) struct BackupArgs {
    /// The new file for the copy
    #[arg(value_name = "FILE")]
    pub(in crate::cli) file: PathBuf,
    #[command(flatten)]
    pub(in crate::cli) database: DatabaseArg,
    #[command(flatten)]
    pub(in crate::cli) user: UserArg,
}
