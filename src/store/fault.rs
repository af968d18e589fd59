//! What `SQLite` says, in our words.

use rusqlite::{Error, ErrorCode};

use crate::domain::trouble::{Fault, OpenFault};

impl From<Error> for Fault {
    fn from(error: Error) -> Fault {
        match error {
            Error::SqliteFailure(code, words) => coded(code, words.unwrap_or_default()),
            Error::SqlInputError { error, msg, .. } => coded(error, msg),
            // A value that no row of ours can have.
            Error::FromSqlConversionFailure(..)
            | Error::IntegralValueOutOfRange(..)
            | Error::InvalidColumnType(..)
            | Error::Utf8Error(..)
            | Error::QueryReturnedNoRows => Fault::Corrupt,
            other => Fault::Other(0, other.to_string()),
        }
    }
}

fn coded(error: rusqlite::ffi::Error, words: String) -> Fault {
    match error.code {
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => Fault::Busy,
        ErrorCode::DiskFull => Fault::Full,
        ErrorCode::ReadOnly => Fault::ReadOnly,
        ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => Fault::Corrupt,
        ErrorCode::OperationInterrupted => Fault::Superseded,
        ErrorCode::SystemIoFailure => Fault::InputOutput(error.extended_code),
        _ => Fault::Other(error.extended_code, words),
    }
}

/// The same while opening, where some of it means more.
pub fn while_opening(error: Error) -> OpenFault {
    match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => OpenFault::NotADatabase,
        Some(ErrorCode::ReadOnly) => OpenFault::ReadOnly,
        Some(ErrorCode::CannotOpen) => OpenFault::Unreachable(error.to_string()),
        _ => OpenFault::Fault(error.into()),
    }
}
