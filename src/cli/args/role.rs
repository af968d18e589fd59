//! What `keyward role` takes.

use std::path::PathBuf;

use clap::builder::NonEmptyStringValueParser;
use clap::{Args as Arguments, Subcommand, ValueEnum};

use crate::cli::args::rows::{ActingArgs, ChangeArgs, FilterArg, FormatArg, OrderArgs, ShowArgs};
use crate::cli::args::values::{Switch, right};
use crate::domain::edit::RightsPreset;
use crate::domain::list::RoleSort;
use crate::domain::rights::Preset;

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum RoleCommand {
    /// List roles
    List(RoleListArgs),
    /// Show all that is known of roles
    Show(ShowArgs),
    /// Create a role, which may view and open the console where nothing else is said
    New(Box<RoleNewArgs>),
    /// Change fields of roles; what is not given stays as it is
    Edit(Box<RoleEditArgs>),
    /// Delete roles that nobody and nothing has; they cannot be restored
    Delete(ChangeArgs),
}

#[derive(Debug, Arguments)]
pub(in crate::cli) struct RoleListArgs {
    #[command(flatten)]
    pub(in crate::cli) filter: FilterArg,
    #[command(flatten)]
    pub(in crate::cli) order: OrderArgs<RoleSort>,
    #[command(flatten)]
    pub(in crate::cli) format: FormatArg,
    #[command(flatten)]
    pub(in crate::cli) acting: ActingArgs,
}

#[derive(Debug, Arguments)]
pub(in crate::cli) struct RoleNewArgs {
    /// What it is called
    #[arg(value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    pub(in crate::cli) name: String,
    #[command(flatten)]
    pub(in crate::cli) allows: AllowsArgs,
    /// Create it even if its name looks like another role's
    #[arg(long)]
    pub(in crate::cli) yes: bool,
    #[command(flatten)]
    pub(in crate::cli) format: FormatArg,
    #[command(flatten)]
    pub(in crate::cli) acting: ActingArgs,
}

#[derive(Debug, Arguments)]
#[command(
    override_usage = "keyward role edit [OPTIONS] <NAME>...\n       keyward role edit [OPTIONS] --filter <FILTER>"
)]
pub(in crate::cli) struct RoleEditArgs {
    #[command(flatten)]
    pub(in crate::cli) fields: RoleFieldsArgs,
    #[command(flatten)]
    pub(in crate::cli) change: ChangeArgs,
}

/// The fields of roles that are to be changed.
#[derive(Debug, Arguments)]
#[group(required = true, multiple = true, args = ["name", "description", "allow_user_interface", "allow_web_service", "preset", "right", "no_right", "equal_or_less", "services", "from"])]
pub(in crate::cli) struct RoleFieldsArgs {
    /// What it is called
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    pub(in crate::cli) name: Option<String>,
    #[command(flatten)]
    pub(in crate::cli) allows: AllowsArgs,
}

/// What a role allows, and what it is for.
#[derive(Debug, Arguments)]
pub(in crate::cli) struct AllowsArgs {
    /// What it is for
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    pub(in crate::cli) description: Option<String>,
    /// Whether its users may open the console
    #[arg(long, value_name = "SWITCH", value_enum)]
    pub(in crate::cli) allow_user_interface: Option<Switch>,
    /// Whether its keys may authenticate
    #[arg(long, value_name = "SWITCH", value_enum)]
    pub(in crate::cli) allow_web_service: Option<Switch>,
    /// All rights, or all of users and API keys, at once
    #[arg(long, value_enum)]
    pub(in crate::cli) preset: Option<PresetArg>,
    /// A right to add, by its full name; can be given several times
    #[arg(long, value_name = "RIGHT", value_parser = right)]
    pub(in crate::cli) right: Vec<String>,
    /// A right to take away, by its full name; can be given several times
    #[arg(long, value_name = "RIGHT", value_parser = right)]
    pub(in crate::cli) no_right: Vec<String>,
    /// Whether it manages only users and API keys with equal or less access
    #[arg(long, value_name = "SWITCH", value_enum)]
    pub(in crate::cli) equal_or_less: Option<Switch>,
    /// The services that its keys open, with blanks or commas between them; empty for all
    #[arg(long, value_name = "LIST")]
    pub(in crate::cli) services: Option<String>,
    /// A file with what keyward role show --format json has printed of one role, or - for standard input: its fields, but
    /// for those that options give
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) from: Option<PathBuf>,
}

/// Many rights at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum PresetArg {
    /// Every right to view, and no other
    Auditor,
    /// Every right, and no limit
    FullAccess,
    /// Of users and API keys none: the own account only
    OwnAccount,
    /// Create and manage users with equal or less access
    Users,
    /// Create and manage users and API keys with equal or less access
    UsersAndApiKeys,
    /// Full control over all roles and users
    FullControl,
}

impl From<PresetArg> for RightsPreset {
    fn from(preset: PresetArg) -> RightsPreset {
        match preset {
            PresetArg::Auditor => RightsPreset::Auditor,
            PresetArg::FullAccess => RightsPreset::FullAccess,
            PresetArg::OwnAccount => RightsPreset::Of(Preset::OwnAccount),
            PresetArg::Users => RightsPreset::Of(Preset::Users),
            PresetArg::UsersAndApiKeys => RightsPreset::Of(Preset::UsersAndApiKeys),
            PresetArg::FullControl => RightsPreset::Of(Preset::FullControl),
        }
    }
}
