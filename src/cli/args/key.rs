//! What `keyward key` takes.

use std::path::PathBuf;

use clap::builder::NonEmptyStringValueParser;
use clap::{Args as Arguments, Subcommand};

use crate::cli::args::handover::{ChannelArgs, FromFormat, OverlapArg, WantedArgs};
use crate::cli::args::rows::{FilterArg, FormatArg, SureArgs, WhichArgs};
use crate::cli::args::{DatabaseArg, UserArg};

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum KeyCommand {
    /// List API keys
    List(KeyListArgs),
    /// Create API keys, and hand over their secrets
    New(Box<KeyNewArgs>),
    /// Issue a new secret for an API key, and hand it over
    NewSecret(KeyNewSecretArgs),
    /// Confirm that a secret has arrived, by reading it back on standard input
    Delivered(KeyDeliveredArgs),
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

/// The arguments of `keyward key new`.
#[derive(Debug, Arguments)]
pub(in crate::cli) struct KeyNewArgs {
    #[command(flatten)]
    pub(in crate::cli) wanted: WantedArgs,
    /// Also where the name looks like another one
    #[arg(long)]
    pub(in crate::cli) yes: bool,
    /// A key for each line of a file: CSV with a header, or JSON; - is standard input
    #[arg(
        long,
        value_name = "FILE",
        conflicts_with_all = ["name", "description", "owner", "role", "locale", "zone", "expires_on", "addresses", "rate"],
        help_heading = "Many keys"
    )]
    pub(in crate::cli) from: Option<PathBuf>,
    /// The form of the file, where its beginning does not tell
    #[arg(
        long,
        value_enum,
        value_name = "FORMAT",
        requires = "from",
        conflicts_with = "name",
        help_heading = "Many keys"
    )]
    pub(in crate::cli) from_format: Option<FromFormat>,
    /// Make the keys of the good lines, where others are not
    #[arg(
        long,
        requires = "from",
        conflicts_with = "name",
        help_heading = "Many keys"
    )]
    pub(in crate::cli) keep_going: bool,
    /// A directory for new files, one for each secret
    #[arg(long, value_name = "DIR", requires = "from", conflicts_with_all = ["name", "secret_file", "secret_fd", "stdout"])]
    pub(in crate::cli) secret_dir: Option<PathBuf>,
    #[command(flatten)]
    pub(in crate::cli) channel: ChannelArgs,
    #[command(flatten)]
    pub(in crate::cli) format: FormatArg,
    #[command(flatten)]
    pub(in crate::cli) acting: ActingArgs,
}

/// The arguments of `keyward key new-secret`.
#[derive(Debug, Arguments)]
pub(in crate::cli) struct KeyNewSecretArgs {
    /// By ID or by name; digits alone are an ID, and name:42 is the name 42
    #[arg(value_name = "KEY", value_parser = NonEmptyStringValueParser::new())]
    pub(in crate::cli) key: String,
    /// How long the secret that is replaced works on; needed where there is one
    #[arg(long, value_enum, value_name = "TIME")]
    pub(in crate::cli) overlap: Option<OverlapArg>,
    #[command(flatten)]
    pub(in crate::cli) channel: ChannelArgs,
    #[command(flatten)]
    pub(in crate::cli) format: FormatArg,
    #[command(flatten)]
    pub(in crate::cli) acting: ActingArgs,
}

/// The arguments of `keyward key delivered`.
#[derive(Debug, Arguments)]
pub(in crate::cli) struct KeyDeliveredArgs {
    /// By ID or by name; digits alone are an ID, and name:42 is the name 42
    #[arg(value_name = "KEY", value_parser = NonEmptyStringValueParser::new())]
    pub(in crate::cli) key: String,
    /// How long the secret that is replaced works on; needed where there is one
    #[arg(long, value_enum, value_name = "TIME")]
    pub(in crate::cli) overlap: Option<OverlapArg>,
    #[command(flatten)]
    pub(in crate::cli) acting: ActingArgs,
}
