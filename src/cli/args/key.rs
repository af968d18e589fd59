//! What `keyward key` takes.

use std::path::PathBuf;

use clap::builder::NonEmptyStringValueParser;
use clap::{Args as Arguments, Subcommand};

use crate::cli::args::handover::{ChannelArgs, FromFormat, OverlapArg, WantedArgs};
use crate::cli::args::rows::{ChangeArgs, FilterArg, FormatArg, OrderArgs, ShowArgs};
use crate::cli::args::values::{LockFieldArgs, locale, zone};
use crate::domain::list::KeySort;
use crate::domain::locale::Locale;
use crate::domain::tz::Tz;

pub(in crate::cli) use crate::cli::args::rows::ActingArgs;

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum KeyCommand {
    /// List API keys
    List(KeyListArgs),
    /// Create API keys, and hand over their secrets
    New(Box<KeyNewArgs>),
    /// Issue a new secret for an API key, and hand it over
    NewSecret(KeyNewSecretArgs),
    /// Confirm that a secret has arrived, by reading it back
    ///
    /// The secret is read from standard input, never from an argument.
    Delivered(KeyDeliveredArgs),
    /// Show all that is known of API keys, deleted ones too
    Show(ShowArgs),
    /// Change fields of API keys; what is not given stays as it is
    Edit(Box<KeyEditArgs>),
    /// Lock out API keys: denied permission to authenticate
    Lock(LockArgs),
    /// Unlock API keys
    Unlock(ChangeArgs),
    /// Delete API keys; they can be restored for 7 days
    Delete(ChangeArgs),
    /// Restore deleted API keys, with their stored secrets
    Restore(ChangeArgs),
    /// End the overlap of API keys: only the current secret works
    EndOverlap(ChangeArgs),
    /// Give API keys another role
    #[command(
        override_usage = "keyward key set-role [OPTIONS] <ROLE> <NAME>...\n       keyward key set-role [OPTIONS] <ROLE> --filter <FILTER>"
    )]
    SetRole(SetRoleArgs),
    /// Give API keys another last day
    #[command(
        override_usage = "keyward key set-expiry [OPTIONS] <DAY> <NAME>...\n       keyward key set-expiry [OPTIONS] <DAY> --filter <FILTER>"
    )]
    SetExpiry(SetExpiryArgs),
}

#[derive(Debug, Arguments)]
pub(in crate::cli) struct KeyListArgs {
    #[command(flatten)]
    pub(in crate::cli) filter: FilterArg,
    /// Only what expires within this time, such as 14d; exit code 1 where anything does (expires:<14d)
    #[arg(long, value_name = "SPAN")]
    pub(in crate::cli) expiring: Option<String>,
    /// Only what was not used for longer than this, such as 90d; exit code 1 where anything was not (used:>90d)
    #[arg(long, value_name = "SPAN")]
    pub(in crate::cli) unused: Option<String>,
    #[command(flatten)]
    pub(in crate::cli) order: OrderArgs<KeySort>,
    #[command(flatten)]
    pub(in crate::cli) format: FormatArg,
    #[command(flatten)]
    pub(in crate::cli) acting: ActingArgs,
}

/// What locking out takes, of keys and of users.
#[derive(Debug, Arguments)]
pub(in crate::cli) struct LockArgs {
    /// Why; it is shown with what is locked out, and kept in the system events
    #[arg(
        long,
        value_name = "TEXT",
        default_value = "",
        hide_default_value = true,
        allow_hyphen_values = true
    )]
    pub(in crate::cli) reason: String,
    #[command(flatten)]
    pub(in crate::cli) change: ChangeArgs,
}

/// What giving another role takes, of keys and of users.
#[derive(Debug, Arguments)]
pub(in crate::cli) struct SetRoleArgs {
    /// The role, by ID or by name
    #[arg(value_name = "ROLE", value_parser = NonEmptyStringValueParser::new())]
    pub(in crate::cli) role: String,
    #[command(flatten)]
    pub(in crate::cli) change: ChangeArgs,
}

#[derive(Debug, Arguments)]
pub(in crate::cli) struct SetExpiryArgs {
    /// The last day, in each key's own time zone: 2030-12-31, +30d, tomorrow, "end of year"; or never
    #[arg(value_name = "DAY", value_parser = NonEmptyStringValueParser::new())]
    pub(in crate::cli) day: String,
    #[command(flatten)]
    pub(in crate::cli) change: ChangeArgs,
}

#[derive(Debug, Arguments)]
#[command(
    override_usage = "keyward key edit [OPTIONS] <NAME>...\n       keyward key edit [OPTIONS] --filter <FILTER>"
)]
pub(in crate::cli) struct KeyEditArgs {
    #[command(flatten)]
    pub(in crate::cli) fields: KeyFieldsArgs,
    #[command(flatten)]
    pub(in crate::cli) change: ChangeArgs,
}

/// The fields of keys that are to be changed.
#[derive(Debug, Arguments)]
#[group(required = true, multiple = true, args = ["name", "description", "owner", "role", "locale", "zone", "expires_on", "addresses", "rate", "locked_out"])]
pub(in crate::cli) struct KeyFieldsArgs {
    /// What it is called
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    pub(in crate::cli) name: Option<String>,
    /// What it is for
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    pub(in crate::cli) description: Option<String>,
    /// Whom it was given to
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    pub(in crate::cli) owner: Option<String>,
    /// What it may do: a role, by ID or by name
    #[arg(long, value_name = "ROLE", value_parser = NonEmptyStringValueParser::new())]
    pub(in crate::cli) role: Option<String>,
    /// Its language: en-US or ja-JP
    #[arg(long, value_name = "LANGUAGE", value_parser = locale)]
    pub(in crate::cli) locale: Option<Locale>,
    /// Its time zone, such as Asia/Tokyo
    #[arg(long, value_name = "ZONE", value_parser = zone)]
    pub(in crate::cli) zone: Option<Tz>,
    /// Its last day, in its own time zone: 2030-12-31, +30d, tomorrow; or never
    #[arg(long, value_name = "DAY", value_parser = NonEmptyStringValueParser::new())]
    pub(in crate::cli) expires_on: Option<String>,
    /// From where it may be used: addresses and networks, such as 10.0.0.0/8; empty for anywhere
    #[arg(long, value_name = "LIST")]
    pub(in crate::cli) addresses: Option<String>,
    /// How many requests it may make in a minute; empty for as many as it likes
    #[arg(long, value_name = "NUMBER")]
    pub(in crate::cli) rate: Option<String>,
    #[command(flatten)]
    pub(in crate::cli) lock: LockFieldArgs,
}

/// The arguments of `keyward key new`.
#[derive(Debug, Arguments)]
pub(in crate::cli) struct KeyNewArgs {
    #[command(flatten)]
    pub(in crate::cli) wanted: WantedArgs,
    /// Create it even if its name looks like another key's
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
    /// By ID or by name; digits alone are an ID
    ///
    /// name:42 is the name 42.
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
    /// By ID or by name; digits alone are an ID
    ///
    /// name:42 is the name 42.
    #[arg(value_name = "KEY", value_parser = NonEmptyStringValueParser::new())]
    pub(in crate::cli) key: String,
    /// How long the secret that is replaced works on; needed where there is one
    #[arg(long, value_enum, value_name = "TIME")]
    pub(in crate::cli) overlap: Option<OverlapArg>,
    #[command(flatten)]
    pub(in crate::cli) acting: ActingArgs,
}
