//! What `keyward policy` takes.

use clap::{Args as Arguments, Subcommand};

use crate::cli::args::rows::{ActingArgs, FormatArg, SureArgs};
use crate::cli::args::values::Switch;

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum PolicyCommand {
    /// Show the policy
    Show(PolicyShowArgs),
    /// Set the policy; what is not given stays as it is
    Set(PolicySetArgs),
}

#[derive(Debug, Arguments)]
pub(in crate::cli) struct PolicyShowArgs {
    #[command(flatten)]
    pub(in crate::cli) format: FormatArg,
    #[command(flatten)]
    pub(in crate::cli) acting: ActingArgs,
}

#[derive(Debug, Arguments)]
#[command(override_usage = "keyward policy set [OPTIONS]")]
pub(in crate::cli) struct PolicySetArgs {
    #[command(flatten)]
    pub(in crate::cli) fields: PolicyFieldsArgs,
    #[command(flatten)]
    pub(in crate::cli) sure: SureArgs,
    #[command(flatten)]
    pub(in crate::cli) format: FormatArg,
    #[command(flatten)]
    pub(in crate::cli) acting: ActingArgs,
}

/// The parts of the policy that are to be set.
#[derive(Debug, Arguments)]
#[group(required = true, multiple = true)]
pub(in crate::cli) struct PolicyFieldsArgs {
    /// Whether every key needs an expiry
    #[arg(long, value_name = "SWITCH", value_enum)]
    pub(in crate::cli) expiry_required: Option<Switch>,
    /// How many days a key may live at most; empty for no limit
    #[arg(long, value_name = "DAYS")]
    pub(in crate::cli) longest_days: Option<String>,
    /// How many days before its expiry a key is said to expire soon; empty for everybody's own setting
    #[arg(long, value_name = "DAYS")]
    pub(in crate::cli) warning_days: Option<String>,
}
