//! The address of a database on a server, where a database's path is asked for: `postgres://host/keyward`.

use std::path::Path;
use std::time::Duration;

use crate::domain::time::{SECOND, Timestamp};

/// How it begins.
const SCHEMES: [&str; 2] = ["postgres://", "postgresql://"];

/// The address that stands in the place of a path; nothing where that is a path.
#[must_use]
pub fn address(path: &Path) -> Option<&str> {
    let text = path.to_str()?;
    SCHEMES
        .into_iter()
        .any(|scheme| text.starts_with(scheme))
        .then_some(text)
}

/// Whether an address names a host, and not only directories of sockets.
#[must_use]
pub fn names_host(address: &str) -> bool {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    let (place, parameters) = rest.split_once('?').unwrap_or((rest, ""));
    let hosts = place.split('/').next().unwrap_or("");
    let hosts = hosts.rsplit_once('@').map_or(hosts, |(_, hosts)| hosts);
    let mut named = parameters
        .split('&')
        .filter_map(|one| one.strip_prefix("host="))
        .flat_map(|hosts| hosts.split(','));
    !hosts.is_empty() || named.any(|host| !host.starts_with('/'))
}

/// What a title has room for: the database's name, and its first host if that is another machine, `keyward@db1`.
#[must_use]
pub fn named(address: &str) -> String {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    let (place, parameters) = rest.split_once('?').unwrap_or((rest, ""));
    let (hosts, database) = place.split_once('/').unwrap_or((place, ""));
    let hosts = hosts.rsplit_once('@').map_or(hosts, |(_, hosts)| hosts);
    let mut parameters = parameters
        .split('&')
        .filter_map(|one| one.strip_prefix("host="));
    let hosts = if hosts.is_empty() {
        parameters.next().unwrap_or("")
    } else {
        hosts
    };
    let first = hosts.split(',').next().unwrap_or("");
    let database = if database.is_empty() {
        "postgres"
    } else {
        database
    };
    let is_here = first.is_empty() || first.starts_with('/') || first.starts_with("%2F");
    if is_here {
        database.to_owned()
    } else {
        format!("{database}@{first}")
    }
}

/// Whether what a standby tells may be taken for true: it knew all that its primary did so long ago, and it must not be
/// longer than this. Of one that never did nothing is.
#[must_use]
pub fn is_fresh(age: Option<Duration>, stale: Duration) -> bool {
    age.is_some_and(|age| age <= stale)
}

/// Whether a password stands in an address that is in this text: before its host, or among its parameters. Nobody's
/// arguments and environment variables are the place for one.
#[must_use]
pub fn holds_password(text: &str) -> bool {
    let begin = SCHEMES
        .into_iter()
        .find_map(|scheme| Some(text.find(scheme)? + scheme.len()));
    let Some(rest) = begin.and_then(|begin| text.get(begin..)) else {
        return false;
    };
    let (_, parameters) = rest.split_once('?').unwrap_or((rest, ""));
    // A password may have every other sign in it.
    let user = rest.rsplit_once('@').map(|(user, _)| user);
    let is_password = |parameter: &str| {
        let name = parameter.split('=').next().unwrap_or_default();
        // `%70assword` is read as `password`, too.
        name.contains('%') || name.eq_ignore_ascii_case("password")
    };
    user.is_some_and(|user| user.contains(':')) || parameters.split('&').any(is_password)
}

/// How far the server's clock and this machine's are from each other, in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clocks {
    /// Hardly.
    Together,
    /// So far that it is told.
    Differ(i64),
    /// So far that what is shown as expired and what authenticates would not be the same: nobody works in the console.
    Apart(i64),
}

/// Compares a time by the server's clock with one that was read here right after it.
#[must_use]
pub fn clocks(there: Timestamp, here: Timestamp) -> Clocks {
    let apart = (there.0 - here.0).abs();
    match apart {
        _ if apart > APART => Clocks::Apart(apart / SECOND),
        _ if apart > TOLD => Clocks::Differ(apart / SECOND),
        _ => Clocks::Together,
    }
}

/// In milliseconds.
const TOLD: i64 = 2 * SECOND;
const APART: i64 = 30 * SECOND;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_hosts_or_only_sockets() {
        let sockets = [
            "postgres:///keys",
            "postgres:///keys?host=/run/postgresql&port=1",
            "postgres://alice@/keys",
        ];
        let hosts = [
            "postgres://db1/keys",
            "postgres://alice@db1/keys",
            "postgres:///keys?host=/run,db1",
            "postgres:///keys?port=1&host=db1",
        ];
        assert_eq!(sockets.map(names_host), [false; 3]);
        assert_eq!(hosts.map(names_host), [true; 4]);
    }

    #[test]
    fn clocks_that_differ_are_told_and_clocks_that_are_apart_hinder() {
        let here = Timestamp(1_000_000);
        for (difference, found) in [
            (0, Clocks::Together),
            (2_000, Clocks::Together),
            (-2_001, Clocks::Differ(2)),
            (30_000, Clocks::Differ(30)),
            (-30_001, Clocks::Apart(30)),
            (90_000, Clocks::Apart(90)),
        ] {
            assert_eq!(clocks(here.plus(difference), here), found, "{difference}");
        }
    }

    #[test]
    fn an_address_is_told_from_a_path() {
        let is_address = |text: &str| address(Path::new(text)).is_some();
        assert!(is_address("postgres:///keyward?host=/run/postgresql"));
        assert!(is_address("postgresql://db1,db2/keyward"));
        for path in [
            "postgres",
            "./postgres://x",
            "/postgres:///x",
            "keyward.db",
            "",
        ] {
            assert!(!is_address(path), "{path}");
        }
    }

    #[test]
    fn a_title_names_the_database_and_the_machine_that_it_is_on() {
        for (address, title) in [
            ("postgres:///keyward?host=/run/postgresql", "keyward"),
            ("postgres:///keyward", "keyward"),
            (
                "postgres://alice@db1:5433,db2/keys?options=x",
                "keys@db1:5433",
            ),
            ("postgres:///keyward?host=db1,db2", "keyward@db1"),
            ("postgresql://[::1]", "postgres@[::1]"),
        ] {
            assert_eq!(named(address), title, "{address}");
        }
    }

    #[test]
    fn a_password_is_found_wherever_it_stands_in_an_address() {
        for address in [
            "postgres://alice:sesame@db1/keyward",
            "--db=postgresql://alice:sesame@db1/keyward",
            "postgres://alice:se@same/?x@db1/keyward",
            "postgres://alice:se?same/@db1/keyward",
            "postgres://:sesame@db1/keyward",
            "postgres://db1/keyward?password=sesame",
            "postgres://db1/keyward?host=db2&PASSWORD=sesame",
            "postgres://db1/keyward?pass%77ord=sesame",
        ] {
            assert!(holds_password(address), "{address}");
        }
        for address in [
            "postgres:///keyward?host=/run/postgresql",
            "postgres://alice@db1:5432,db2:5433/keyward?sslrootcert=/etc/a:b",
            "postgres://[::1]:5432/keyward",
            "a name with a:colon and an @ sign?password=no",
            "postgres://alice@[::1]/keyward?options=-csearch_path%3Dt",
        ] {
            assert!(!holds_password(address), "{address}");
        }
    }
}
