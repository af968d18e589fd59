//! What `keyward doctor` takes.

use clap::Args as Arguments;

use crate::cli::args::DatabaseArg;

/// What `keyward doctor` takes.
#[derive(Debug, Arguments)]
pub(in crate::cli) struct DoctorArgs {
    /// Print one JSON object in place of lines for people
    #[arg(long)]
    pub(in crate::cli) json: bool,
    #[command(flatten)]
    pub(in crate::cli) database: DatabaseArg,
}
