//! What commands about rows have in common: which rows, how they are written, and whether it is meant.

use clap::builder::{NonEmptyStringValueParser, PossibleValue};
use clap::{Args as Arguments, ValueEnum};

use crate::cli::args::{DatabaseArg, UserArg};
use crate::domain::list::{KeyRow, KeySort, Listed, Order, RoleRow, RoleSort, UserRow, UserSort};

/// On which database, and as whom.
#[derive(Clone, Debug, Arguments)]
pub(in crate::cli) struct ActingArgs {
    #[command(flatten)]
    pub(in crate::cli) database: DatabaseArg,
    #[command(flatten)]
    pub(in crate::cli) user: UserArg,
}

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
    /// The form of what is printed
    #[arg(long, value_enum, default_value_t)]
    pub(in crate::cli) format: Format,
}

/// The rows that a filter shows.
#[derive(Debug, Arguments)]
pub(in crate::cli) struct FilterArg {
    /// Only what this filter shows: state:locked owner:ops
    ///
    /// It is what the console's filter line takes.
    #[arg(long, value_name = "FILTER", allow_hyphen_values = true)]
    pub(in crate::cli) filter: Option<String>,
}

/// In which order rows are written.
#[derive(Debug, Arguments)]
pub(in crate::cli) struct OrderArgs<S: ValueEnum + Copy + Send + Sync + 'static> {
    /// The column by which they are sorted
    #[arg(long, value_name = "COLUMN", value_enum)]
    sort: Option<S>,
    /// The other way round
    #[arg(long)]
    reverse: bool,
}

impl<S: ValueEnum + Copy + PartialEq + Send + Sync + 'static> OrderArgs<S> {
    /// The order that was asked for, or the one that the list begins with.
    pub(in crate::cli) fn order<L: Listed<SortBy = S>>(&self) -> Order<S> {
        let order = self.sort.map_or(L::FIRST_ORDER, Order::upwards);
        if self.reverse {
            order.reversed()
        } else {
            order
        }
    }
}

macro_rules! columns {
    ($($sort:ident of $row:ident { $($column:ident = $word:literal,)+ })+) => {
        $(
            impl ValueEnum for $sort {
                fn value_variants<'a>() -> &'a [$sort] {
                    $row::SORTS
                }

                fn to_possible_value(&self) -> Option<PossibleValue> {
                    Some(PossibleValue::new(match self {
                        $($sort::$column => $word,)+
                    }))
                }
            }
        )+
    };
}

columns! {
    KeySort of KeyRow {
        Name = "name",
        State = "state",
        Role = "role",
        Expires = "expires",
        LastSignIn = "last-sign-in",
        Owner = "owner",
        Id = "id",
        Created = "created",
        CreatedBy = "created-by",
        Description = "description",
    }
    UserSort of UserRow {
        Name = "name",
        State = "state",
        Role = "role",
        FullName = "full-name",
        LastSignIn = "last-sign-in",
        Created = "created",
        Id = "id",
    }
    RoleSort of RoleRow {
        Name = "name",
        Access = "access",
        Users = "users",
        Keys = "keys",
        BuiltIn = "built-in",
        Id = "id",
        Description = "description",
    }
}

/// What a command takes that changes rows.
#[derive(Debug, Arguments)]
pub(in crate::cli) struct ChangeArgs {
    #[command(flatten)]
    pub(in crate::cli) rows: ChangedArgs,
    #[command(flatten)]
    pub(in crate::cli) acting: ActingArgs,
}

/// What is changed, whether that is meant, and how it is told.
#[derive(Debug, Arguments)]
pub(in crate::cli) struct ChangedArgs {
    #[command(flatten)]
    pub(in crate::cli) which: WhichArgs,
    #[command(flatten)]
    pub(in crate::cli) sure: SureArgs,
    #[command(flatten)]
    pub(in crate::cli) format: FormatArg,
}

/// Rows that are named, and shown with all that is known of them.
#[derive(Debug, Arguments)]
pub(in crate::cli) struct ShowArgs {
    /// By ID or by name; digits alone are an ID
    ///
    /// name:42 is the name 42.
    #[arg(value_name = "NAME", required = true, value_parser = NonEmptyStringValueParser::new())]
    pub(in crate::cli) named: Vec<String>,
    #[command(flatten)]
    pub(in crate::cli) format: FormatArg,
    #[command(flatten)]
    pub(in crate::cli) acting: ActingArgs,
}

/// The rows that a command changes: named, or those that a filter shows.
#[derive(Debug, Arguments)]
#[group(required = true, multiple = true, args = ["named", "filter"])]
pub(in crate::cli) struct WhichArgs {
    /// By ID or by name; digits alone are an ID
    ///
    /// name:42 is the name 42.
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
    /// Without asking; needed where there is no terminal
    #[arg(long, conflicts_with = "dry_run")]
    pub(in crate::cli) yes: bool,
}
