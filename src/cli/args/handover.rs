//! What commands about secrets have in common: where a secret goes, and what its key begins with.

use std::path::PathBuf;

use clap::builder::NonEmptyStringValueParser;
use clap::{Args as Arguments, ValueEnum};

use crate::domain::import::ImportForm;
use crate::domain::secret::Overlap;

/// The heading of what a key begins with.
const KEY: &str = "The key";

/// Where a secret goes.
#[derive(Debug, Arguments)]
pub(in crate::cli) struct ChannelArgs {
    /// A new file that only this account can read
    #[arg(long, value_name = "PATH", conflicts_with_all = ["secret_fd", "stdout"])]
    pub(in crate::cli) secret_file: Option<PathBuf>,
    /// A file descriptor that is open for writing, such as 3
    #[arg(long, value_name = "N", conflicts_with = "stdout")]
    pub(in crate::cli) secret_fd: Option<i32>,
    /// Standard output, where it is no terminal
    #[arg(long)]
    pub(in crate::cli) stdout: bool,
    /// Encrypted for this public key of age or SSH, in a new file api-key-ID.age or where the options above say; may be
    /// repeated
    #[arg(long, value_name = "RECIPIENT", allow_hyphen_values = true)]
    pub(in crate::cli) age: Vec<String>,
    /// What is written to --stdout or --secret-fd works at once, without being read back
    #[arg(long)]
    pub(in crate::cli) deliver_now: bool,
}

/// How long a replaced secret goes on working.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum OverlapArg {
    None,
    #[value(name = "1h")]
    Hour,
    #[value(name = "24h")]
    Day,
    #[value(name = "7d")]
    Week,
}

impl From<OverlapArg> for Overlap {
    fn from(overlap: OverlapArg) -> Overlap {
        match overlap {
            OverlapArg::None => Overlap::None,
            OverlapArg::Hour => Overlap::Hour,
            OverlapArg::Day => Overlap::Day,
            OverlapArg::Week => Overlap::Week,
        }
    }
}

/// The form of a file of new keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum FromFormat {
    /// RFC 4180, with a header
    Csv,
    /// JSON Lines, or an array
    Json,
}

impl From<FromFormat> for ImportForm {
    fn from(form: FromFormat) -> ImportForm {
        match form {
            FromFormat::Csv => ImportForm::Csv,
            FromFormat::Json => ImportForm::Json,
        }
    }
}

/// What a key begins with; what is not said is as in the console's New.
#[derive(Debug, Arguments)]
pub(in crate::cli) struct WantedArgs {
    /// What it is called
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true, required_unless_present = "from", help_heading = KEY)]
    pub(in crate::cli) name: Option<String>,
    /// What it is for
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true, default_value = "", hide_default_value = true, help_heading = KEY)]
    pub(in crate::cli) description: String,
    /// Whom it is given to
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true, default_value = "", hide_default_value = true, help_heading = KEY)]
    pub(in crate::cli) owner: String,
    /// What it may do: a role, by ID or by name
    #[arg(long, value_name = "ROLE", value_parser = NonEmptyStringValueParser::new(), help_heading = KEY)]
    pub(in crate::cli) role: Option<String>,
    /// Its language: en-US or ja-JP
    #[arg(long, value_name = "LANGUAGE", help_heading = KEY)]
    pub(in crate::cli) locale: Option<String>,
    /// Its time zone, such as Asia/Tokyo
    #[arg(long, value_name = "ZONE", help_heading = KEY)]
    pub(in crate::cli) zone: Option<String>,
    /// Its last day, such as 2030-01-05 or 90d; or never
    #[arg(long, value_name = "DAY", help_heading = KEY)]
    pub(in crate::cli) expires_on: Option<String>,
    /// From where it may be used: addresses and networks, such as 10.0.0.0/8
    #[arg(long, value_name = "LIST", default_value = "", hide_default_value = true, help_heading = KEY)]
    pub(in crate::cli) addresses: String,
    /// How many requests it may make in a minute
    #[arg(long, value_name = "NUMBER", default_value = "", hide_default_value = true, help_heading = KEY)]
    pub(in crate::cli) rate: String,
}
