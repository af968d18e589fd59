//! What the server and the line to it say, in our words. Of what a server says only its code and its message are kept: its
//! details and hints may have values of rows in them.

use std::error::Error as _;
use std::io;

use tokio_postgres::Error;
use tokio_postgres::error::{DbError, Severity};

use crate::domain::trouble::{Fault, OpenFault, ServerFault};

/// What an error means to a person. The codes are those of
/// <https://www.postgresql.org/docs/15/errcodes-appendix.html>.
pub fn fault(error: &Error) -> Fault {
    if let Some(said) = error.as_db_error() {
        return meaning(said.code().code(), said.message());
    }
    let words = error.source().map(ToString::to_string);
    let words = words.unwrap_or_else(|| error.to_string());
    if is_of_line(error) {
        return Fault::Away(words);
    }
    Fault::Server("-".to_owned(), words)
}

/// Whether the line broke, or was closed.
fn is_of_line(error: &Error) -> bool {
    error.is_closed()
        || error
            .source()
            .is_some_and(<dyn std::error::Error>::is::<io::Error>)
}

fn meaning(code: &str, message: &str) -> Fault {
    let words = || message.to_owned();
    match code {
        // lock_not_available, deadlock_detected
        "55P03" | "40P01" => Fault::Busy,
        // read_only_sql_transaction
        "25006" => Fault::OnlyReads,
        // insufficient_privilege
        "42501" => Fault::Denied(words()),
        // disk_full, out_of_memory, too_many_connections
        "53100" => Fault::Full,
        "53200" => Fault::NoMemory,
        "53300" => Fault::TooManyConnections,
        // data_corrupted, index_corrupted
        "XX001" | "XX002" => Fault::Corrupt,
        // io_error
        "58030" => Fault::Unreadable,
        // connection exceptions; admin_shutdown, crash_shutdown, cannot_connect_now, idle_session_timeout,
        // idle_in_transaction_session_timeout
        _ if code.starts_with("08") => Fault::Away(words()),
        "57P01" | "57P02" | "57P03" | "57P05" | "25P03" => Fault::Away(words()),
        _ => Fault::Server(code.to_owned(), words()),
    }
}

/// Whether the server said no to this, and the connection goes on.
pub fn is_refusal(error: &Error) -> bool {
    let severity = error.as_db_error().map(DbError::parsed_severity);
    severity.is_some_and(|severity| severity == Some(Severity::Error))
}

/// What hinders a server from being reached again, while it is used.
pub fn of_reaching(fault: OpenFault) -> Fault {
    match fault {
        OpenFault::Fault(fault) => fault,
        OpenFault::Server(ServerFault::NotLetIn { words, .. }) => Fault::Denied(words),
        // Their sentences are for who opens it; this one can only try again.
        OpenFault::Server(ServerFault::WrongPassword { .. } | ServerFault::NoPassword { .. }) => {
            Fault::Away("it does not take the password that is kept".to_owned())
        }
        _ => Fault::Away("the line could not be secured".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_person_can_mend_has_a_meaning() {
        let of = |code| meaning(code, "words");
        let away = || Fault::Away("words".to_owned());
        for (code, fault) in [
            ("55P03", Fault::Busy),
            ("40P01", Fault::Busy),
            ("25006", Fault::OnlyReads),
            ("42501", Fault::Denied("words".to_owned())),
            ("53100", Fault::Full),
            ("53300", Fault::TooManyConnections),
            ("57P01", away()),
            ("57P03", away()),
            ("08006", away()),
            ("25P03", away()),
            ("XX001", Fault::Corrupt),
        ] {
            assert_eq!(of(code), fault, "{code}");
        }
        let other = Fault::Server("42P01".to_owned(), "words".to_owned());
        assert_eq!(of("42P01"), other);
    }
}
