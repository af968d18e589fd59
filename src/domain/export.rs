//! Exporting the rows of a list: what of each is written, in which form and where to.

use std::path::PathBuf;

use crate::domain::api_key::ApiKeyFields;
use crate::domain::list::{KeyRow, RoleRow, UserRow};
use crate::domain::role::RoleFields;
use crate::domain::state::AsOf;
use crate::domain::time::Timestamp;
use crate::domain::tz::Tz;
use crate::domain::user::UserFields;

/// How many rows are read and written at a time.
pub const EXPORT_BATCH: usize = 500;
/// The most bytes of an export to a clipboard: as much as goes into a pipe at once, and through every terminal (OSC 52).
pub const CLIPBOARD_MOST: usize = 64 * 1024;

/// The form of an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportForm {
    /// RFC 4180, with a header.
    Csv,
    /// An array of objects.
    Json,
}

impl ExportForm {
    /// What the names of its files end in.
    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            ExportForm::Csv => "csv",
            ExportForm::Json => "json",
        }
    }
}

/// Where an export goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExportTo {
    /// A new file.
    File(PathBuf),
    Clipboard,
}

/// As of when, and in which zone, what depends on that is written.
#[derive(Clone, Copy, Debug)]
pub struct View {
    pub as_of: AsOf,
    pub zone: Tz,
}

/// All of an API key but its secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyRecord {
    pub row: KeyRow,
    pub fields: ApiKeyFields,
    /// Unsuccessful attempts since the last success.
    pub attempts: i64,
    pub deleted_at: Option<Timestamp>,
}

/// All of a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserRecord {
    pub row: UserRow,
    pub fields: UserFields,
}

/// All of a role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleRecord {
    pub row: RoleRow,
    pub fields: RoleFields,
}
