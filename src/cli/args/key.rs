//! What `keyward key` takes.

use clap::{Args as Arguments, Subcommand};

use crate::cli::args::rows::{FilterArg, FormatArg, SureArgs, WhichArgs};
use crate::cli::args::{DatabaseArg, UserArg};

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum KeyCommand {
    /// List API keys
    List(KeyListArgs),
    /// Lock out API keys: denied permission to authenticate
    Lock(KeyLockArgs),
}

/// On which database, and as whom.
#[derive(Debug, Arguments)]
pub(in crate::cli) struct ActingArgs {
    #[command(flatten)]
    pub(in crate::cli) database: DatabaseArg,
    #[command(flatten)]
    pub(in crate::cli) user: UserArg,
}

#[derive(Debug, Arguments)]
pub(in crate::cli) struct KeyListArgs {
    #[command(flatten)]
    pub(in crate::cli) filter: FilterArg,
    #[command(flatten)]
    pub(in crate::cli) format: FormatArg,
    #[command(flatten)]
    pub(in crate::cli) acting: ActingArgs,
}

#[derive(Debug, Arguments)]
pub(in crate::cli) struct KeyLockArgs {
    #[command(flatten)]
    pub(in crate::cli) which: WhichArgs,
    /// Why; it is shown with the key and kept in the system events
    #[arg(
        long,
        value_name = "TEXT",
        default_value = "",
        hide_default_value = true
    )]
    pub(in crate::cli) reason: String,
    #[command(flatten)]
    pub(in crate::cli) sure: SureArgs,
    #[command(flatten)]
    pub(in crate::cli) acting: ActingArgs,
}
