//! What `keyward user` takes.

use clap::builder::NonEmptyStringValueParser;
use clap::{Args as Arguments, Subcommand};

use crate::cli::args::key::{LockArgs, SetRoleArgs};
use crate::cli::args::rows::{ActingArgs, ChangeArgs, FilterArg, FormatArg, OrderArgs, ShowArgs};
use crate::cli::args::values::{LockFieldArgs, OrMachine, locale_or_machine, zone_or_machine};
use crate::domain::list::UserSort;
use crate::domain::locale::Locale;
use crate::domain::tz::Tz;

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum UserCommand {
    /// List users
    List(UserListArgs),
    /// Show all that is known of users
    Show(ShowArgs),
    /// Create a user
    New(UserNewArgs),
    /// Change fields of users; what is not given stays as it is
    Edit(UserEditArgs),
    /// Lock out users: denied permission to sign in
    Lock(LockArgs),
    /// Unlock users, with --break-glass one as the account that owns the database
    ///
    /// --break-glass is the way back in when nobody is left who can unlock: no role is required, and a system event records
    /// that it was done, and by which account.
    Unlock(UserUnlockArgs),
    /// Delete users; they cannot be restored
    Delete(ChangeArgs),
    /// Give users another role
    #[command(
        override_usage = "keyward user set-role [OPTIONS] <ROLE> <NAME>...\n       keyward user set-role [OPTIONS] <ROLE> --filter <FILTER>"
    )]
    SetRole(SetRoleArgs),
}

#[derive(Debug, Arguments)]
pub(in crate::cli) struct UserListArgs {
    #[command(flatten)]
    pub(in crate::cli) filter: FilterArg,
    #[command(flatten)]
    pub(in crate::cli) order: OrderArgs<UserSort>,
    #[command(flatten)]
    pub(in crate::cli) format: FormatArg,
    #[command(flatten)]
    pub(in crate::cli) acting: ActingArgs,
}

#[derive(Debug, Arguments)]
pub(in crate::cli) struct UserUnlockArgs {
    /// One user by name, without any role: for the account that owns the database
    #[arg(long, conflicts_with_all = ["filter", "dry_run", "format", "user"])]
    pub(in crate::cli) break_glass: bool,
    #[command(flatten)]
    pub(in crate::cli) change: ChangeArgs,
}

#[derive(Debug, Arguments)]
pub(in crate::cli) struct UserNewArgs {
    /// The name, which stays: that of an account, as sudoers or an SSH key line name it
    #[arg(value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    pub(in crate::cli) name: String,
    /// The role, by ID or by name
    #[arg(long, required = true, value_name = "ROLE", value_parser = NonEmptyStringValueParser::new())]
    pub(in crate::cli) role: String,
    #[command(flatten)]
    pub(in crate::cli) person: PersonArgs,
    /// Create it even if its name looks like another user's
    #[arg(long)]
    pub(in crate::cli) yes: bool,
    #[command(flatten)]
    pub(in crate::cli) format: FormatArg,
    #[command(flatten)]
    pub(in crate::cli) acting: ActingArgs,
}

/// The fields of a user besides name and role.
#[derive(Debug, Arguments)]
pub(in crate::cli) struct PersonArgs {
    /// What people call them
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    pub(in crate::cli) full_name: Option<String>,
    /// Their language: en-US or ja-JP; or machine, for what the machine says
    #[arg(long, value_name = "LANGUAGE", value_parser = locale_or_machine)]
    pub(in crate::cli) locale: Option<OrMachine<Locale>>,
    /// Their time zone, such as Asia/Tokyo; or machine, for what the machine says
    #[arg(long, value_name = "ZONE", value_parser = zone_or_machine)]
    pub(in crate::cli) zone: Option<OrMachine<Tz>>,
    #[command(flatten)]
    pub(in crate::cli) lock: LockFieldArgs,
}

#[derive(Debug, Arguments)]
#[command(
    override_usage = "keyward user edit [OPTIONS] <NAME>...\n       keyward user edit [OPTIONS] --filter <FILTER>"
)]
pub(in crate::cli) struct UserEditArgs {
    #[command(flatten)]
    pub(in crate::cli) fields: UserFieldsArgs,
    #[command(flatten)]
    pub(in crate::cli) change: ChangeArgs,
}

/// The fields of users that are to be changed.
#[derive(Debug, Arguments)]
#[group(required = true, multiple = true, args = ["role", "full_name", "locale", "zone", "locked_out"])]
pub(in crate::cli) struct UserFieldsArgs {
    /// The role, by ID or by name
    #[arg(long, value_name = "ROLE", value_parser = NonEmptyStringValueParser::new())]
    pub(in crate::cli) role: Option<String>,
    #[command(flatten)]
    pub(in crate::cli) person: PersonArgs,
}
