//! How old what a standby knows may be. Its primary may have locked a key out that the standby still takes for valid: where
//! it has heard nothing for too long, it gives no answer.

use std::time::Duration;

use crate::domain::server::is_fresh;
use crate::domain::time::{SECOND, Uptime};

/// How often a standby is asked, in milliseconds.
const PACE: i64 = SECOND;

/// Whether a server is a standby, and how many milliseconds ago it surely knew all that its primary did: at the last commit
/// that it has replayed and, while it is attached and has replayed all that came, when something came last. A role that
/// may not read that (`pg_read_all_stats`) knows that it was no longer ago than `wal_receiver_timeout`, at which a standby
/// gives up the line; where that is 0, it never does.
pub const LOOK: &str = "
    SELECT pg_catalog.pg_is_in_recovery(), CAST(extract(epoch FROM pg_catalog.clock_timestamp() - greatest(
        pg_catalog.pg_last_xact_replay_timestamp(),
        (SELECT coalesce(last_msg_receipt_time, pg_catalog.clock_timestamp()
                - nullif(CAST(pg_catalog.current_setting('wal_receiver_timeout') AS interval), '0'))
            FROM pg_catalog.pg_stat_get_wal_receiver() WHERE pid IS NOT NULL
                AND pg_catalog.pg_last_wal_receive_lsn() <= pg_catalog.pg_last_wal_replay_lsn())
        )) * 1000 AS bigint)";

/// Whether it is one, by what [`LOOK`] found.
pub fn is_standby(row: &[Option<String>]) -> bool {
    text(row, 0) != Some("f")
}

/// How long ago it surely knew all that its primary did, by what [`LOOK`] found; nothing where it never did.
pub fn age(row: &[Option<String>]) -> Option<Duration> {
    if !is_standby(row) {
        return Some(Duration::ZERO);
    }
    // Two clocks differ by a little.
    let ms = text(row, 1)?.parse::<i64>().ok()?;
    Some(Duration::from_millis(u64::try_from(ms).unwrap_or(0)))
}

fn text(row: &[Option<String>], at: usize) -> Option<&str> {
    row.get(at)?.as_deref()
}

/// What is known of a standby. What was heard is remembered: one that has lost its primary since is believed for as long
/// from then on.
#[derive(Clone, Copy, Debug, Default)]
pub struct Known {
    looked: Option<Uptime>,
    /// At this moment it knew all that its primary did.
    at: Option<Uptime>,
}

impl Known {
    /// Whether what it tells now may be taken for true; it is asked how old that is (see [`age`]), but not all the time.
    pub fn is_fresh<E>(
        &mut self,
        now: Uptime,
        stale: Duration,
        age: impl FnOnce() -> Result<Option<Duration>, E>,
    ) -> Result<bool, E> {
        if self.looked.is_none_or(|at| now.since(at) >= PACE) {
            let at = age()?.map(|age| now.plus(-ms(age)));
            *self = Known {
                looked: Some(now),
                at: self.at.max(at),
            };
        }
        let age = self.at.map(|at| now.since(at));
        let age = age.map(|ms| Duration::from_millis(u64::try_from(ms).unwrap_or(0)));
        Ok(is_fresh(age, stale))
    }
}

fn ms(length: Duration) -> i64 {
    i64::try_from(length.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const STALE: Duration = Duration::from_mins(1);

    /// Looks at a moment, in milliseconds, when it knew all so many seconds ago, if it ever did.
    fn look(known: &mut Known, now: i64, age: Option<u64>) -> bool {
        let age = || Ok::<_, ()>(age.map(Duration::from_secs));
        known.is_fresh(Uptime(now), STALE, age).expect("looked")
    }

    #[test]
    fn what_was_heard_is_believed_for_as_long_as_is_said() {
        let mut known = Known::default();
        assert!(!look(&mut known, 0, None), "it never knew all");
        assert!(look(&mut known, 1_000, Some(1)));
        // Its primary was lost, and the last commit is old.
        assert!(look(&mut known, 30_000, Some(900)));
        assert!(look(&mut known, 60_000, None));
        assert!(!look(&mut known, 60_001, None));
        assert!(look(&mut known, 61_001, Some(60)));
    }

    #[test]
    fn a_standby_is_not_asked_all_the_time() {
        let mut known = Known::default();
        assert!(look(&mut known, 5_000, Some(0)));
        let asked = |known: &mut Known, now| known.is_fresh(Uptime(now), STALE, || Err("asked"));
        assert_eq!(asked(&mut known, 5_999), Ok(true));
        assert_eq!(asked(&mut known, 6_000), Err("asked"));
    }

    #[test]
    fn what_was_found_is_an_age_and_a_primary_has_none() {
        let row = |standby: &str, ms: Option<&str>| {
            let texts = [Some(standby), ms];
            age(&texts.map(|text| text.map(str::to_owned)))
        };
        assert_eq!(row("t", Some("1500")), Some(Duration::from_millis(1_500)));
        assert_eq!(row("t", Some("-3")), Some(Duration::ZERO));
        assert_eq!(row("t", None), None);
        assert_eq!(row("f", None), Some(Duration::ZERO));
        assert_eq!(age(&[]), None);
    }
}
