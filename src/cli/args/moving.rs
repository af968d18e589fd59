//! What `keyward move` takes.

use std::path::PathBuf;

use clap::Args as Arguments;

/// What `keyward move` takes.
#[derive(Debug, Arguments)]
pub(in crate::cli) struct MoveArgs {
    /// The database's file
    #[arg(value_name = "FROM")]
    pub(in crate::cli) from: PathBuf,
    /// The address of an empty schema on a PostgreSQL server
    #[arg(value_name = "TO")]
    pub(in crate::cli) to: PathBuf,
    /// Without asking; needed where there is no terminal
    #[arg(long)]
    pub(in crate::cli) yes: bool,
}
