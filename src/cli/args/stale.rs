//! How old what a standby knows may be.

use std::time::Duration;

use clap::Args as Arguments;

use crate::domain::moment;

/// The option of all that take what a standby tells.
#[derive(Clone, Copy, Debug, Arguments)]
pub(in crate::cli) struct StaleArg {
    /// Ask no standby that has heard nothing from its primary for longer than this: 90s, 15m, 2h
    ///
    /// For a database on a PostgreSQL server. The next host of the address is asked then; where none is left, there is no
    /// answer. While the standby is connected to its primary, what counts is when something came from there last; unless
    /// this role is a member of pg_read_all_stats, that is taken to be wal_receiver_timeout (1 minute) ago. Otherwise it is
    /// the last commit that it has replayed or, for a command that has run since then, when it was last connected.
    #[arg(long, value_name = "TIME", default_value = "15m", value_parser = length)]
    pub(in crate::cli) stale: Duration,
}

/// A length of time.
fn length(typed: &str) -> Result<Duration, &'static str> {
    let length = moment::length(typed);
    length.ok_or("a number of seconds, minutes, hours or days, such as 90s, 15m, 2h or 1d")
}
