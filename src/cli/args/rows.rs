//! What commands about rows have in common: which rows, how they are written, and whether it is meant.

use clap::builder::NonEmptyStringValueParser;
use clap::{Args as Arguments, ValueEnum};

/// How rows are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Format {
    /// Columns, for people
    #[default]
    Table,
    /// One array of objects
    Json,
    /// One object to a line (JSON Lines)
    Jsonl,
    /// RFC 4180, with a header
    Csv,
}

/// How rows are written, where a command writes some.
#[derive(Debug, Arguments)]
pub(in crate::cli) struct FormatArg {
    /// How they are written
    #[arg(long, value_enum, default_value_t)]
    pub(in crate::cli) format: Format,
}

/// The rows that a filter shows.
#[derive(Debug, Arguments)]
pub(in crate::cli) struct FilterArg {
    /// Only what this filter shows, as the console's list is filtered: state:locked owner:ops expires:<14d
    #[arg(long, value_name = "FILTER", allow_hyphen_values = true)]
    pub(in crate::cli) filter: Option<String>,
}

/// The rows that a command changes: named, or those that a filter shows.
#[derive(Debug, Arguments)]
#[group(required = true, multiple = true, args = ["named", "filter"])]
pub(in crate::cli) struct WhichArgs {
    /// By ID or by name; digits alone are an ID, and name:42 is the name 42
    #[arg(value_name = "NAME", conflicts_with = "filter", value_parser = NonEmptyStringValueParser::new())]
    pub(in crate::cli) named: Vec<String>,
    #[command(flatten)]
    pub(in crate::cli) filter: FilterArg,
}

/// Whether a change is meant.
#[derive(Debug, Arguments)]
pub(in crate::cli) struct SureArgs {
    /// Say what would change, and change nothing
    #[arg(long)]
    pub(in crate::cli) dry_run: bool,
    /// Yes, without asking; needed where there is no terminal to ask at
    #[arg(long, conflicts_with = "dry_run")]
    pub(in crate::cli) yes: bool,
}
